"""The engine: what a rule is, and the one walk that shows every rule what it looks at.

The engine walks, a rule only looks: it is shown every call, every and/or, or the whole filter,
and says what it finds. It is shown whole filters only, never a text with mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import Operator
from epfilter.errors import (
    Diagnostic,
    FilterValueError,
    Fix,
    Severity,
    Span,
)
from epfilter.linter.model import Call, Context, Group, built
from epfilter.parser import parse_located
from epfilter.resources import check_located

if TYPE_CHECKING:
    from epfilter.linter.settings import Settings
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

    `ops` are the operators of the calls that it is shown, all where it names none, and `needs` the
    characters without which no text has what it looks for: it is not even shown others.

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
    ops: tuple[Operator, ...] = ()
    needs: str = ""
    call: Callable[[Call, Context], Iterator[Finding]] | None = None
    group: Callable[[Group, Context], Iterator[Finding]] | None = None
    whole: Callable[[Context], Iterator[Finding]] | None = None


class Engine:
    """The rules that are chosen, ready to look at many texts."""

    def __init__(self, settings: Settings, rules: Mapping[str, Rule]) -> None:
        self.settings = settings
        self.chosen = _chosen(settings, rules)
        self._looking = [rule for code, rule in rules.items() if code in self.chosen]
        self._signs = "".join(sorted({sign for rule in self._looking for sign in rule.needs}))
        self._plans: dict[tuple[bool, ...], _Plan] = {}

    def run(self, text: str, resource: Resource | None) -> list[Diagnostic]:
        """What the rules find in a text; see `lint`."""
        located = parse_located(text)
        checked = (
            located.diagnostics if resource is None else check_located(resource, located, len(text))
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
            context = built(text, located, resource, self.settings)
            found += self._walk(context)
            context.release()
        return sorted(found, key=lambda one: (one.span, one.code)) if found else found

    def _walk(self, context: Context) -> list[Diagnostic]:
        plan = self._plan(context.text)
        found = [_reported(rule, one) for rule, look in plan.whole for one in look(context)]
        found += [
            _reported(rule, one)
            for call in context.calls
            for rule, look_at_call in plan.call[call.op]
            for one in look_at_call(call, context)
        ]
        if context.groups:
            found += [
                _reported(rule, one)
                for group in context.groups
                for rule, look_at_group in plan.group
                for one in look_at_group(group, context)
            ]
        return found

    def _plan(self, text: str) -> _Plan:
        """The rules that may find something in a text, by the signs that stand in it."""
        present = tuple([sign in text for sign in self._signs])
        plan = self._plans.get(present)
        if plan is None:
            absent = {sign for sign, here in zip(self._signs, present, strict=True) if not here}
            rules = [rule for rule in self._looking if absent.isdisjoint(rule.needs)]
            # Two threads may both make it; they make the same.
            plan = self._plans[present] = _Plan(
                [(rule, rule.whole) for rule in rules if rule.whole],
                [(rule, rule.group) for rule in rules if rule.group],
                {op: _at_call(rules, op) for op in Operator},
            )
        return plan


class _Plan(NamedTuple):
    """Rules with what they do, by what they are shown."""

    whole: list[tuple[Rule, Callable[[Context], Iterator[Finding]]]]
    group: list[tuple[Rule, Callable[[Group, Context], Iterator[Finding]]]]
    call: dict[Operator, list[tuple[Rule, Callable[[Call, Context], Iterator[Finding]]]]]


def _at_call(
    rules: list[Rule], op: Operator
) -> list[tuple[Rule, Callable[[Call, Context], Iterator[Finding]]]]:
    return [(rule, rule.call) for rule in rules if rule.call and op in (rule.ops or (op,))]


def _reported(rule: Rule, found: Finding) -> Diagnostic:
    message, span, hint, fix = found
    return Diagnostic(rule.code, message, span, rule.severity, hint, fix)


def _chosen(settings: Settings, rules: Mapping[str, Rule]) -> set[str]:
    for prefix in (*settings.select, *settings.ignore):
        if not any(code.startswith(prefix) for code in rules):
            from epfilter.linter.registry import unknown

            raise FilterValueError(*unknown(prefix))
    chosen = {
        code
        for code, rule in rules.items()
        if (code.startswith(settings.select) if settings.select else rule.on)
        or code.startswith(_SYNTAX)
    }
    ignored = settings.ignore
    return {code for code in chosen if not code.startswith(ignored)} if ignored else chosen
