"""Tests of linter rules: their examples, and cases with the exact findings in a text file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from epfilter.errors import Diagnostic, FilterValueError
from epfilter.linter import Rule, Settings, lint
from epfilter.parser import parse
from epfilter.resources import Resource, resource_info, resource_named

if TYPE_CHECKING:
    from os import PathLike

    from epfilter.linter import Example

_CASE = re.compile(
    r"^\[(?P<resource>[\w-]+)(?P<settings>(?: \w+=[^\s\]]+)*)\] (?P<text>[^\n]*)\n"
    r"(?P<expected>.*?)\n*(?=^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)
_NOTHING = "nothing"


class RuleCase(NamedTuple):
    """A filter and the findings of one rule in it.

    `resource` is the name of its resource, or `-`. `settings` are fields of `Settings`.

    >>> from epfilter.linter import get_rule
    >>> case = RuleCase("-", {"max_calls": 1}, "eq(a,1)", "nothing")
    >>> case.verify(get_rule("EPF301"))
    """

    resource: str
    settings: Mapping[str, Any]
    text: str
    expected: str

    def lint(self, rule: Rule, resources: Iterable[Resource] = ()) -> list[Diagnostic]:
        """Return the findings of the rule; `resources` are found by name before the platform's."""
        settings = Settings(select=(rule.code,), **self.settings)
        resource = _find_resource(self.resource, resources)
        return lint(self.text, resource, settings=settings, rules=[rule])

    def verify(self, rule: Rule, resources: Iterable[Resource] = ()) -> None:
        """Raise AssertionError unless the rule finds exactly what is expected.

        Each fix must also give a valid filter, and a safe one must remove findings.
        """
        findings = self.lint(rule, resources)
        actual = _format_findings(findings, self.text)
        if actual != self.expected:
            raise AssertionError(f"[{self.resource}] {self.text}\n{actual}")
        for finding in findings:
            if finding.fix is None:
                continue
            fixed = finding.fix.apply(self.text)
            parse(fixed)
            after = self._replace(text=fixed).lint(rule, resources)
            if finding.fix.safe and len(after) >= len(findings):
                raise AssertionError(f"the safe fix of `{self.text}` removes no finding: `{fixed}`")


def read_rule_cases(path: str | PathLike[str]) -> list[RuleCase]:
    r"""Return the cases in a text file; lines that begin with `#` are comments.

    A case is a line with the resource in brackets (`-` for none), optional settings and the
    filter. The lines below it are the findings, or `nothing`:

        [- max_calls=1] eq(a,1)
        nothing

        [orders] eq(payment,paid):eq(payment,paid)
        warning 1:18 EPF403 this term repeats `eq(payment,paid)`.
            eq(payment,paid):eq(payment,paid)
                             ^^^^^^^^^^^^^^^^
            hint: remove it
        fix: remove it (safe)
        fixed: eq(payment,paid)

    Raises FilterValueError for a file without cases, and OSError for one that cannot be read.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "EPF301.txt")
    ...     _ = path.write_text("[- max_calls=1] eq(a,1)\nnothing\n")
    ...     cases = read_rule_cases(path)
    >>> cases[0].text, cases[0].settings
    ('eq(a,1)', {'max_calls': 1})
    """
    text = _COMMENT.sub("", Path(path).read_text(encoding="utf-8"))
    cases = [
        RuleCase(
            match["resource"],
            {
                name: _read_setting(value)
                for name, value in re.findall(r"(\w+)=(\S+)", match["settings"])
            },
            match["text"],
            match["expected"],
        )
        for match in _CASE.finditer(text)
    ]
    if not cases:
        raise FilterValueError(
            f"there is no case in {Path(path).name}.", hint="a case begins with `[-] eq(a,1)`"
        )
    return cases


def _read_setting(value: str) -> int | dict[str, list[str]]:
    """Return a number, or the fields of a listing: `orders:created_at,updated_at`."""
    name, separator, fields = value.partition(":")
    return {name: fields.split(",")} if separator else int(value)


def verify_rule(rule: Rule, resources: Iterable[Resource] = ()) -> None:
    """Raise AssertionError unless the examples of a rule show what it finds.

    The bad example must have one finding of this rule and none of any other. The good example must
    have none. `resources` are found by name before those of the platform. The rule need not be
    installed. Raises FilterValueError for a rule that cannot be used.

    >>> from epfilter.linter import get_rule
    >>> verify_rule(get_rule("EPF301"))
    """
    if not (rule.check_call or rule.check_group or rule.check_filter):
        raise AssertionError("the rule has no check.")
    if rule.bad is None:
        raise AssertionError("the rule has no bad example.")
    found = _lint_example(rule, rule.bad, resources)
    if [(finding.code, finding.severity) for finding in found] != [(rule.code, rule.severity)]:
        listed = _format_findings(found, rule.bad.text)
        raise AssertionError(
            f"the bad example must have one finding, {rule.code} ({rule.severity}), but has:\n"
            f"{listed}"
        )
    found = _lint_example(replace(rule, enabled=True), rule.good, resources)
    if found:
        listed = _format_findings(found, rule.good.text)
        raise AssertionError(f"the good example must have no finding, but has:\n{listed}")


def _lint_example(rule: Rule, example: Example, resources: Iterable[Resource]) -> list[Diagnostic]:
    if example.name:
        raise AssertionError("an example of a rule with checks must be a filter, not a file.")
    settings = Settings() if rule.enabled else Settings(select=("EPF", rule.code))
    resource = _find_resource(example.resource or "-", resources)
    return lint(example.text, resource, settings=settings, rules=[rule])


def _find_resource(name: str, resources: Iterable[Resource]) -> Resource | None:
    own = {resource_info(resource).name: resource for resource in resources}
    return None if name == "-" else own.get(name) or resource_named(name)


def _format_findings(findings: Sequence[Diagnostic], text: str) -> str:
    """Return each finding with its severity, and the text after its fix."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.severity} {finding.draw(text)}")
        if finding.fix:
            safety = "safe" if finding.fix.safe else "not safe"
            lines.append(f"fix: {finding.fix.title} ({safety})\nfixed: {finding.fix.apply(text)}")
    return "\n".join(lines) or _NOTHING
