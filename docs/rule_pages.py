"""Generates the page of each rule of the linter, and their index, when the site is built.

The pages are not stored; their only source is the rules in `src`.
"""

from __future__ import annotations

from epfilter import lint
from epfilter.linter import RULES, Example, Rule, Settings, lint_content
from epfilter.snippets import make_printable

FOLDER = "reference/rules"
FAMILIES = {
    "EPF1": "Syntax",
    "EPF2": "Fields and values of a resource",
    "EPF3": "Limits and cost",
    "EPF4": "Meaning",
    "EPF5": "Form",
    "EPF6": "Filters in programs, and linter comments",
    "EPF7": "Files",
}
_MAX_EXAMPLE_LENGTH = 400


def build_pages() -> dict[str, str]:
    """Return the text of each page by its path."""
    pages = {f"{FOLDER}/{code.lower()}.md": _build_rule_page(rule) for code, rule in RULES.items()}
    return {f"{FOLDER}/index.md": _build_index(), **pages}


def _build_index() -> str:
    lines = ["# Rules", "", "The rules of the linter. `epfilter explain CODE` shows the same.", ""]
    lines += ["The page [Linting](../linting.md#severities) explains the severities.", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {family}xx: {title}", "", "| Code | Rule | Severity |", "|---|---|---|"]
        lines += [
            f"| [{code}]({code.lower()}.md) | {rule.title} | {rule.severity}"
            f"{'' if rule.enabled else ', off by default'} |"
            for code, rule in RULES.items()
            if code.startswith(family)
        ]
        lines.append("")
    return "\n".join(lines)


def _build_rule_page(rule: Rule) -> str:
    default = "" if rule.enabled else " Off by default."
    lines = [f"# {rule.code}: {rule.title}", "", f"Severity: {rule.severity}.{default}", ""]
    lines += [rule.explanation.replace("\n", "\n\n"), ""]
    if rule.bad is not None:
        lines += ["## Bad { data-search-exclude }", "", *_format_example(rule.bad), ""]
        findings = _draw_findings(rule, rule.bad)
        if findings:
            lines += ["is reported as", "", "```text", findings, "```", ""]
    lines += [
        "## Good { data-search-exclude }",
        "",
        *_format_example(rule.good),
        "",
        f"Source: {rule.source}",
        "",
    ]
    return "\n".join(lines)


def _draw_findings(rule: Rule, bad: Example) -> str:
    if bad.name:
        report = lint_content(bad.text, bad.name)
        diagnostics = [finding.diagnostic for finding in report.findings]
    else:
        settings = Settings(select=(rule.code,))
        diagnostics = lint(bad.text, bad.resource or None, settings=settings)
    return "\n".join(item.draw(bad.text) for item in diagnostics if item.code == rule.code)


def _format_example(example: Example) -> list[str]:
    caption: list[str] = []
    if example.resource:
        caption = [f"For the resource `{example.resource}`:", ""]
    elif example.name:
        caption = [f"In `{example.name}`:", ""]
    text = make_printable(example.text.rstrip("\n")) if example.text.strip() else "(empty text)"
    if len(text) > _MAX_EXAMPLE_LENGTH:
        text = f"{text[:_MAX_EXAMPLE_LENGTH]}…"
    return [*caption, "```text", text, "```"]
