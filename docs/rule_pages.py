"""Writes the page of each rule of the linter and their index, when the site is built.

Nothing of it is stored: the rules in src are the only source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from epfilter import lint
from epfilter.linter import RULES, Example, Rule, Settings

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
        settings = Settings(select=(rule.code,))
        found = lint(rule.bad.text, rule.bad.resource or None, settings=settings)
        drawn = "\n".join(one.draw(rule.bad.text) for one in found if one.code == rule.code)
        if drawn:
            lines += ["is reported as", "", "```text", drawn, "```", ""]
    lines += ["## Good", "", *_shown(rule.good), "", f"Source: {rule.source}", ""]
    return "\n".join(lines)


def _shown(example: Example) -> list[str]:
    whose = [f"For the resource `{example.resource}`:", ""] if example.resource else []
    text = example.text
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    return [*whose, "```text", text, "```"]
