"""The engine: parses a filter once and runs the checks of all selected rules on it.

The engine walks the filter; a rule only inspects the call, the group or the filter that it gets.
Rules run only on filters without syntax errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import Operator
from epfilter.errors import Diagnostic, FilterValueError, Span
from epfilter.linter.definitions import CallCheck, FilterCheck, Finding, GroupCheck, Rule
from epfilter.linter.model import Context, build_context
from epfilter.linter.registry import RULES, describe_unknown_code, require_plugins
from epfilter.linter.settings import Settings
from epfilter.parser import parse_located
from epfilter.resources import check_located

if TYPE_CHECKING:
    from epfilter.located import Located
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_REQUIRED_FIELDS = "EPF209"
_SIZE = "EPF302"

_MAX_CHECKED = 131_072
"""A longer text, and longer than 16 times `max_bytes`, is not parsed (decision).

No request can send it, and checking 4 MB takes seconds and hundreds of megabytes.
"""


class Engine:
    """The rules that the settings select, prepared for linting many texts.

    `selected` contains their codes.
    """

    def __init__(self, settings: Settings, rules: Mapping[str, Rule] = RULES) -> None:
        self.settings = settings
        self.selected = _select_codes(settings, rules)
        self._rules = [rule for code, rule in rules.items() if code in self.selected]
        self._characters = "".join(
            sorted({char for rule in self._rules for char in rule.required_characters})
        )
        self._plans: dict[tuple[bool, ...], _Plan] = {}

    def run(self, text: str, resource: Resource | None) -> list[Diagnostic]:
        """Return all diagnostics of a text, in the order of the text."""
        return self._check_size(text) or self._check_located(text, parse_located(text), resource)

    def run_located(
        self, text: str, located: Located, resource: Resource | None
    ) -> list[Diagnostic]:
        """Return all diagnostics of a text that is already parsed into `located`."""
        return self._check_size(text) or self._check_located(text, located, resource)

    def _check_located(
        self, text: str, located: Located, resource: Resource | None
    ) -> list[Diagnostic]:
        is_damaged = bool(located.diagnostics)
        checked = (
            located.diagnostics if resource is None else check_located(resource, located, len(text))
        )
        diagnostics = [item for item in checked if self._is_reported(item, is_damaged=is_damaged)]
        if not is_damaged:
            context = build_context(text, located, resource, self.settings)
            diagnostics += self._check(context)
            context.release()
        if len(diagnostics) > 1:
            diagnostics.sort(key=lambda diagnostic: (diagnostic.span, diagnostic.code))
        return diagnostics

    def _check_size(self, text: str) -> list[Diagnostic]:
        """Return the finding for a text that is so long that no other rule checks it."""
        limit = self.settings.max_bytes
        is_short = not isinstance(text, str) or len(text) <= _MAX_CHECKED
        if is_short or len(text) <= 16 * limit or _SIZE not in self.selected:
            return []
        finding = Finding(
            f"the filter has {len(text)} characters; the limit is {limit} bytes after "
            "percent-encoding.",
            Span(0, len(text)),
            "split the filter into several requests; no other rule has checked it",
        )
        return [_to_diagnostic(RULES[_SIZE], finding)]

    def _is_reported(self, diagnostic: Diagnostic, *, is_damaged: bool) -> bool:
        if diagnostic.code not in self.selected:
            return False
        # In a damaged text, the field that seems to be missing may be in the damaged part.
        is_missing_field = (
            diagnostic.code == _REQUIRED_FIELDS and diagnostic.span.start == diagnostic.span.end
        )
        return not (is_damaged and is_missing_field)

    def _check(self, context: Context) -> list[Diagnostic]:
        plan = self._get_plan(context.text)
        diagnostics = [
            _to_diagnostic(rule, finding)
            for rule, check_filter in plan.filter_checks
            for finding in check_filter(context)
        ]
        diagnostics += [
            _to_diagnostic(rule, finding)
            for call in context.calls
            for rule, check_call in plan.call_checks[call.op]
            for finding in check_call(call, context)
        ]
        if context.groups:
            diagnostics += [
                _to_diagnostic(rule, finding)
                for group in context.groups
                for rule, check_group in plan.group_checks
                for finding in check_group(group, context)
            ]
        return diagnostics

    def _get_plan(self, text: str) -> _Plan:
        """Return the rules whose required characters the text contains."""
        present = tuple([char in text for char in self._characters])
        plan = self._plans.get(present)
        if plan is None:
            absent = {
                char
                for char, is_present in zip(self._characters, present, strict=True)
                if not is_present
            }
            rules = [rule for rule in self._rules if absent.isdisjoint(rule.required_characters)]
            # No lock: two threads that both create the plan create equal ones.
            plan = self._plans[present] = _Plan.of(rules)
        return plan


class _Plan(NamedTuple):
    """The checks to run, each with its rule."""

    filter_checks: list[tuple[Rule, FilterCheck]]
    group_checks: list[tuple[Rule, GroupCheck]]
    call_checks: dict[Operator, list[tuple[Rule, CallCheck]]]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> _Plan:
        """Return the plan for these rules."""
        plan = cls([], [], {op: [] for op in Operator})
        for rule in rules:
            if rule.check_filter:
                plan.filter_checks.append((rule, rule.check_filter))
            if rule.check_group:
                plan.group_checks.append((rule, rule.check_group))
            if rule.check_call:
                for op in rule.operators or Operator:
                    plan.call_checks[op].append((rule, rule.check_call))
        return plan


def _to_diagnostic(rule: Rule, finding: Finding) -> Diagnostic:
    message, span, hint, fix = finding
    return Diagnostic(rule.code, message, span, rule.severity, hint, fix)


def _select_codes(settings: Settings, rules: Mapping[str, Rule]) -> set[str]:
    """Return the codes that are reported; FilterValueError for a prefix that no rule has."""
    for prefix in (*settings.select, *settings.ignore):
        if not any(code.startswith(prefix) for code in rules):
            raise FilterValueError(*describe_unknown_code(prefix))
    return {
        code
        for code, rule in rules.items()
        if (
            code.startswith(_SYNTAX)
            or (
                code.startswith(settings.select)
                if settings.select
                else rule.enabled or code in settings.enabled_codes
            )
        )
        and not code.startswith(settings.ignore)
    }


@lru_cache(maxsize=8)
def get_engine(settings: Settings, rules: tuple[Rule, ...] = ()) -> Engine:
    """Return the engine for these settings and additional rules, from a cache if possible.

    Raises FilterValueError for a code that no rule has, and PluginError if the rules of an
    installed package cannot be used.
    """
    require_plugins()
    if not rules:
        return Engine(settings)
    return Engine(settings, {**RULES, **{rule.code: rule for rule in rules}})
