"""The navigation of the documentation: generated pages are in the sections of their index."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parents[2] / "docs"
HOOKS = runpy.run_path(str(DOCS / "hooks.py"))


def test_the_pages_of_resources_and_rules_are_below_their_index() -> None:
    nav: list[Any] = yaml.safe_load((DOCS / "mkdocs.yml").read_text("utf-8"))["nav"]
    for folder in HOOKS["GENERATED"]:
        assert HOOKS["add_pages"](nav, f"{folder}/index.md", [f"{folder}/a.md", f"{folder}/b.md"])
    (reference,) = (entry["Reference"] for entry in nav if "Reference" in entry)
    sections = {
        title: value
        for entry in reference
        if isinstance(entry, dict)
        for title, value in entry.items()
    }
    assert sections["Rules"] == [f"reference/rules/{name}.md" for name in ("index", "a", "b")]
    assert sections["Resources"][0] == "reference/resources/index.md"
    assert not HOOKS["add_pages"](nav, "reference/nothing/index.md", [])
