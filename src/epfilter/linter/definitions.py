"""The types that a rule is made of: `Rule`, its `Example`s and the `Finding`s that it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from epfilter.ast import Operator
from epfilter.errors import Fix, Severity, Span
from epfilter.linter.model import Call, Context, Group


class Example(NamedTuple):
    """A filter that illustrates a rule.

    `resource` is the name of the resource that the filter is for, or empty. If `name` is set, the
    text is the content of a file of that name.

    >>> Example("eq(payment,refnded)", "orders").resource
    'orders'
    """

    text: str
    resource: str = ""
    name: str = ""


class Finding(NamedTuple):
    """One problem that a rule found; the engine adds the code and the severity of the rule.

    `message` is what is wrong, `span` where, `hint` what to do; `fix` is the correction.

    >>> Finding("`a` is not a good name.", Span(3, 4), "give it a longer name").span
    Span(start=3, end=4)
    """

    message: str
    span: Span
    hint: str | None = None
    fix: Fix | None = None


CallCheck = Callable[[Call, Context], Iterator[Finding]]
GroupCheck = Callable[[Group, Context], Iterator[Finding]]
FilterCheck = Callable[[Context], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the linter: its code, its documentation, and its checks.

    `source` names the document that states the fact behind the rule, or marks it as a decision.
    `enabled` is False for a rule that runs only when it is selected. `bad` is None if `lint`
    cannot show the finding, for example because it requires a limit that `lint` does not set.

    The engine calls `check_call` for each call, `check_group` for each AND and OR, and
    `check_filter` once for the whole filter. A rule without checks documents a diagnostic of the
    parser, of a resource or of the file linter; `severity` is then the usual one.

    `operators` limits `check_call` to calls with these operators; empty means all operators. The
    engine skips the rule for a text that lacks one of the `required_characters`.

    >>> from epfilter.linter import RULES
    >>> rule = RULES["EPF301"]
    >>> rule.title, rule.severity.value, RULES["EPF501"].enabled
    ('Too many calls', 'warning', False)
    """

    code: str
    title: str
    explanation: str
    bad: Example | None
    good: Example
    source: str
    severity: Severity = Severity.WARNING
    enabled: bool = True
    operators: tuple[Operator, ...] = ()
    required_characters: str = ""
    check_call: CallCheck | None = None
    check_group: GroupCheck | None = None
    check_filter: FilterCheck | None = None
