"""Rules of other packages: found by entry point, checked, and kept from failing with a traceback.

A package declares its rules in its `pyproject.toml`. The object is a `Rule`, or a list or tuple of
them:

    [project.entry-points."epfilter.rules"]
    shop = "shop_rules:RULES"
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, PluginError, Severity, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "epfilter.rules"
"""The group of entry points."""

OWN_PREFIX = "EPF"
"""The letters of the codes of this project."""

CODE = re.compile(r"[A-Z]{2,10}[0-9]{1,4}")
"""A code: letters that stand for the package, and a number."""


_MAX_REASON = 200
"""Characters of an exception that a message repeats."""


class LoadedRules(NamedTuple):
    """The rules of all packages in the order of their codes, and the first fault, if any."""

    rules: tuple[Rule, ...] = ()
    fault: PluginError | None = None


def load_rules() -> LoadedRules:
    """Return the rules of all installed packages that declare some."""
    if not _has_entry_points():
        return LoadedRules()
    from importlib.metadata import entry_points

    rules: dict[str, Rule] = {}
    owners: dict[str, str] = {}
    found = entry_points(group=GROUP)
    for entry_point in sorted(found, key=lambda each: (each.name, each.value)):
        owner = entry_point.dist.name if entry_point.dist else entry_point.module
        try:
            for rule in _load_entry_point(entry_point, owners):
                owners[rule.code] = owner
                rules[rule.code] = guard_rule(rule, owner)
        except _UnusableError as error:
            return LoadedRules(
                fault=PluginError(
                    f"the rules of the package `{owner}` cannot be used: {error}.",
                    hint=f"correct or remove the package; its entry point is `{entry_point.value}`",
                )
            )
    return LoadedRules(tuple(rules[code] for code in sorted(rules)))


def describe_unusable_rule(rule: object) -> str | None:
    """Return why an object is not a rule that the linter can use, or None.

    >>> from epfilter.linter import RULES
    >>> describe_unusable_rule(RULES["EPF301"]), describe_unusable_rule(5)
    (None, 'it is of type int, not Rule')
    """
    if not isinstance(rule, Rule):
        return f"it is of type {type(rule).__name__}, not Rule"
    if not isinstance(rule.code, str) or not CODE.fullmatch(rule.code):
        return "its code is not 2 to 10 capital letters and 1 to 4 digits"
    for name in ("title", "explanation", "source"):
        value = getattr(rule, name)
        if not isinstance(value, str) or not value:
            return f"its {name} is not a text"
    expected: tuple[tuple[str, bool], ...] = (
        ("bad", rule.bad is None or isinstance(rule.bad, Example)),
        ("good", isinstance(rule.good, Example)),
        ("severity", isinstance(rule.severity, Severity)),
        ("operators", _are_operators(rule.operators)),
        ("required_characters", isinstance(rule.required_characters, str)),
    )
    wrong = [name for name, is_right in expected if not is_right]
    return f"its `{wrong[0]}` has a wrong type" if wrong else None


def guard_rule(rule: Rule, owner: str) -> Rule:
    """Return the rule with checks that report a failure as a finding instead of raising it."""
    guarded: dict[str, Callable[..., Iterator[Finding]]] = {
        name: _guard_check(check, owner)
        for name in ("check_call", "check_group", "check_filter")
        if (check := getattr(rule, name)) is not None
    }
    return replace(rule, **guarded)  # type: ignore[arg-type] # mypy reads one type for all fields


class _UnusableError(Exception):
    """Why the rules of an entry point cannot be used."""


def _has_entry_points() -> bool:
    """Return whether an installed package declares rules.

    This reads only the names of installed packages and small files. Importing
    `importlib.metadata` and searching with it takes ten times as long, in every run of the linter.
    """
    group = f"[{GROUP}]".encode()
    for folder in {*sys.path}:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - half the time of a Path
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                try:
                    if group in Path(folder, name, "entry_points.txt").read_bytes():
                        return True
                except OSError:
                    continue
    return False


def _load_entry_point(entry_point: EntryPoint, owners: dict[str, str]) -> list[Rule]:
    """Return the rules of an entry point; `owners` are the packages of the codes in use."""
    try:
        loaded = entry_point.load()
    except (Exception, SystemExit) as error:
        raise _UnusableError(f"importing them fails with {_describe_error(error)}") from error
    rules = [*loaded] if isinstance(loaded, list | tuple) else [loaded]
    codes: set[str] = set()
    for rule in rules:
        problem = describe_unusable_rule(rule)
        name = rule.code if isinstance(rule, Rule) and not problem else repr(rule)
        if problem is None and OWN_PREFIX.startswith(rule.code.rstrip("0123456789")[:3]):
            problem = f"the letters {OWN_PREFIX} belong to epfilter"
        elif problem is None and rule.code in owners:
            problem = f"the package `{owners[rule.code]}` has a rule with this code"
        elif problem is None and rule.code in codes:
            problem = "two of them have this code"
        if problem is not None:
            raise _UnusableError(f"`{shorten(name)}`: {problem}")
        codes.add(rule.code)
    return rules


def _are_operators(operators: object) -> bool:
    return isinstance(operators, tuple) and all(isinstance(op, Operator) for op in operators)


def _guard_check(
    check: Callable[..., Iterator[Finding]], owner: str
) -> Callable[..., Iterator[Finding]]:
    def run(*arguments: Any) -> Iterator[Finding]:
        context = arguments[-1]
        try:
            for found in check(*arguments):
                yield _require_finding(found, len(context.text))
        except Exception as error:  # noqa: BLE001 - code of another package may raise anything
            hint = f"report this to the authors of `{owner}`"
            yield Finding(f"this rule failed: {_describe_error(error)}.", context.span, hint)

    return run


def _require_finding(found: object, length: int) -> Finding:
    """Return the finding of a check; raise TypeError or ValueError for anything else."""
    if not isinstance(found, Finding):
        raise TypeError(f"it reports a value of type {type(found).__name__}, not a Finding")
    message, span, hint, fix = found
    if not isinstance(message, str) or not isinstance(hint, str | None):
        raise TypeError("the message or the hint of its finding is not a text")
    if not isinstance(fix, Fix | None):
        raise TypeError("the fix of its finding is not a Fix")
    spans = [span, *(edit.span for edit in fix.edits if isinstance(edit, Edit))] if fix else [span]
    if fix and len(spans) != 1 + len(fix.edits):
        raise TypeError("an edit of its fix is not an Edit")
    for each in spans:
        if not isinstance(each, Span) or not 0 <= each.start <= each.end <= length:
            raise ValueError("a span of its finding is outside of the text")
    if fix:
        fix.apply(" " * length)  # raises for edits that overlap
    return found


def _describe_error(error: BaseException) -> str:
    """Return the type and the text of an exception in one line."""
    text = shorten(" ".join(str(error).split()), _MAX_REASON)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
