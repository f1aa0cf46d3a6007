"""Writes the page of each rule of the linter and their index, when the site is built.

Nothing of it is stored: the rules in src are the only source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from epfilter import lint
from epfilter.linter import RULES, Example, Rule, Settings, lint_content
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FOLDER = "reference/rules"
FAMILIES = {
    "EPF1": "Syntax",
    "EPF2": "Fields and values of a resource",
    "EPF3": "Limits and cost",
    "EPF4": "Meaning",
    "EPF5": "Form",
    "EPF6": "Filters in programs, and comments to the linter",
    "EPF7": "Files",
}
_LONGEST = 400
"""Characters of an example that a page shows."""


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site, before it makes the navigation."""
    for name, text in pages().items():
        files.append(File.generated(config, f"{FOLDER}/{name}.md", content=text))


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {"index": _index()} | {code.lower(): _page(rule) for code, rule in RULES.items()}


def _index() -> str:
    lines = ["# Rules", "", "What the linter looks for. `epfilter explain CODE` says the same.", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {family}xx: {title}", "", "| Code | Rule | Severity |", "|---|---|---|"]
        lines += [
            f"| [{code}]({code.lower()}.md) | {rule.title} | {rule.severity}"
            f"{'' if rule.on else ', off by default'} |"
            for code, rule in RULES.items()
            if code.startswith(family)
        ]
        lines.append("")
    return "\n".join(lines)


def _page(rule: Rule) -> str:
    default = "" if rule.on else " Off by default."
    lines = [f"# {rule.code}: {rule.title}", "", f"Severity: {rule.severity}.{default}", ""]
    lines += [rule.explanation.replace("\n", "\n\n"), ""]
    if rule.bad is not None:
        lines += ["## Bad", "", *_shown(rule.bad), ""]
        drawn = _drawn(rule, rule.bad)
        if drawn:
            lines += ["is reported as", "", "```text", drawn, "```", ""]
    lines += ["## Good", "", *_shown(rule.good), "", f"Source: {rule.source}", ""]
    return "\n".join(lines)


def _drawn(rule: Rule, bad: Example) -> str:
    """What is found in an example, with its carets."""
    if bad.name:
        found = [one.diagnostic for one in lint_content(bad.text, bad.name).findings]
    else:
        settings = Settings(select=(rule.code,))
        found = lint(bad.text, bad.resource or None, settings=settings)
    return "\n".join(one.draw(bad.text) for one in found if one.code == rule.code)


def _shown(example: Example) -> list[str]:
    whose: list[str] = []
    if example.resource:
        whose = [f"For the resource `{example.resource}`:", ""]
    elif example.name:
        whose = [f"In `{example.name}`:", ""]
    text = make_printable(example.text.rstrip("\n"))
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    return [*whose, "```text", text, "```"]
