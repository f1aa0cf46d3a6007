"""The engine: what a rule is, and the one walk that shows every rule what it looks at.

The engine walks, a rule only looks: it is shown every call, every and/or, or the whole filter,
and says what it finds. It is shown whole filters only, never a text with mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import (
    Diagnostic,
    FilterTypeError,
    FilterValueError,
    Fix,
    Severity,
    Span,
    described,
)
from epfilter.linter.parts import Call, Context, Group, built
from epfilter.parser import parse_located

if TYPE_CHECKING:
    from epfilter.linter.settings import Settings
    from epfilter.located import Located
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_WANTED_FIELDS = "EPF209"


class Example(NamedTuple):
    """A filter that shows a rule, and the resource that it is for, if any.

    Where there is a `name`, the text is that of a file of this name.

    >>> Example("eq(payment,refnded)", "orders").resource
    'orders'
    """

    text: str
    resource: str = ""
    name: str = ""


class Finding(NamedTuple):
    """What a rule says: the rule itself has the code and the severity."""

    message: str
    span: Span
    hint: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the linter: its code, what it is for, and what it looks at.

    `source` says where the fact behind it is documented, or that it is a decision. `on` is False
    for a rule that looks only when it is selected. `bad` is None where `lint` cannot show the
    finding, because it needs a limit that `lint` does not set. A rule without `call`, `group` and
    `whole` is found by the reader or by the check of a resource; its findings have the severity
    that is said there, mostly this one.

    >>> from epfilter.linter import RULES
    >>> RULES["EPF301"].title, RULES["EPF301"].severity.value, RULES["EPF501"].on
    ('Too many calls', 'warning', False)
    """

    code: str
    title: str
    explanation: str
    bad: Example | None
    good: Example
    source: str
    severity: Severity = Severity.WARNING
    on: bool = True
    call: Callable[[Call, Context], Iterator[Finding]] | None = None
    group: Callable[[Group, Context], Iterator[Finding]] | None = None
    whole: Callable[[Context], Iterator[Finding]] | None = None


class Engine:
    """The rules that are chosen, ready to look at many texts."""

    def __init__(self, settings: Settings, rules: Mapping[str, Rule]) -> None:
        self.settings = settings
        self.chosen = _chosen(settings, rules)
        self._looking = [rule for code, rule in rules.items() if code in self.chosen]

    def run(self, text: str, resource: Resource | None) -> list[Diagnostic]:
        """What the rules find in a text; see `lint`."""
        located = parse_located(text)
        checked = (
            located.diagnostics if resource is None else _checked(resource, located, len(text))
        )
        # A damaged call may be the one that asks for a field that the listing wants.
        damaged = bool(located.diagnostics)
        found = [
            one
            for one in checked
            if one.code in self.chosen
            and not (damaged and one.code == _WANTED_FIELDS and one.span.start == one.span.end)
        ]
        if not damaged:
            found += _walk(built(text, located, resource, self.settings), self._looking)
        return sorted(found, key=lambda one: (one.span, one.code))


def _checked(resource: Resource, located: Located, length: int) -> Sequence[Diagnostic]:
    from epfilter.resources.checks import check_located

    return check_located(resource, located, length)


def _walk(context: Context, rules: list[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        if rule.whole:
            yield from _reported(rule, rule.whole(context))
    at_call = [(rule, rule.call) for rule in rules if rule.call]
    for call in context.calls:
        for rule, look in at_call:
            yield from _reported(rule, look(call, context))
    at_group = [(rule, rule.group) for rule in rules if rule.group]
    for group in context.groups:
        for rule, look_at in at_group:
            yield from _reported(rule, look_at(group, context))


def _reported(rule: Rule, found: Iterator[Finding]) -> Iterator[Diagnostic]:
    for message, span, hint, fix in found:
        yield Diagnostic(rule.code, message, span, rule.severity, hint, fix)


def _chosen(settings: Settings, rules: Mapping[str, Rule]) -> set[str]:
    for prefix in (*settings.select, *settings.ignore):
        if not any(code.startswith(prefix) for code in rules):
            from epfilter.linter.catalogue import unknown

            raise FilterValueError(*unknown(prefix))
    chosen = {
        code
        for code, rule in rules.items()
        if (code.startswith(settings.select) if settings.select else rule.on)
        or code.startswith(_SYNTAX)
    }
    ignored = settings.ignore
    return {code for code in chosen if not code.startswith(ignored)} if ignored else chosen


def resource_of(given: object) -> Resource | None:
    """A resource, or the one of a name, or None for None."""
    if given is None:
        return None
    from epfilter.resources import Resource, resource_named

    if isinstance(given, str):
        return resource_named(given)
    if not isinstance(given, Resource):
        raise FilterTypeError(
            f"a resource or its name is expected, not {described(given)}.",
            hint='as in lint(text, "orders")',
        )
    return given
