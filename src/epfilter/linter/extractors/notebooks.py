"""Jupyter notebooks: the cells are programs or Markdown in the strings of a JSON file."""

from __future__ import annotations

import re
from dataclasses import replace

from epfilter.errors import Span
from epfilter.linter.extractors import json_files
from epfilter.linter.extractors.data_tree import DataNode, ObjectNode, StringNode, parse_json
from epfilter.linter.extractors.embedded import extract_embedded
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.literals import join_texts
from epfilter.linter.extractors.mapped_text import MappedText, refuse_line_breaks
from epfilter.linter.extractors.registry import find_kind, find_kind_of_language

_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*\n?")
_MAGIC = re.compile(
    r"^[ \t]*(?:(?P<shell>!)(?P<command>(?:[^\\\n]|\\[\s\S])*)|[%?][^\n]*|\??[\w.]+\?+[ \t]*$)",
    re.MULTILINE,
)
"""A line that is a command of IPython, and not Python: of the shell, a magic, or a help text."""


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of all cells, each in its language; the outputs are not read.

    Source: nbformat 4, "The Notebook file format".
    """
    try:
        notebook = parse_json(source)
    except (ValueError, RecursionError):
        json_files.extract(source, extraction, is_strict=True)  # it reports the problem
        return
    members = _members(notebook)
    language = _find_language(members)
    cells = members.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        parts = _members(cell)
        text = _map_source(parts.get("source"))
        cell_type = parts.get("cell_type")
        if text is None or not isinstance(cell_type, StringNode):
            continue
        if cell_type.text == "markdown":
            _extract_as("markdown", text, extraction)
        elif cell_type.text == "code":
            _extract_code(text, language, extraction)


def _extract_code(cell: MappedText, language: str, extraction: Extraction) -> None:
    magic = _CELL_MAGIC.match(cell.text)
    if magic and find_kind_of_language(magic[1]):
        _extract_as(magic[1], cell.slice(magic.end(), len(cell.text)), extraction)
        return
    if language == "python":
        for match in _MAGIC.finditer(cell.text):
            if match["shell"]:
                _extract_as("sh", cell.slice(*match.span("command")), extraction)
        cell = replace(cell, text=_MAGIC.sub(_hide_magic, cell.text))
    _extract_as(language, cell, extraction)


def _hide_magic(match: re.Match[str]) -> str:
    """Return a statement of the same length that does nothing, so that all positions stay."""
    text = match[0]
    margin = text[: len(text) - len(text.lstrip())]
    return margin + "0" + re.sub(r"[^\n]", "#", text[len(margin) + 1 :])


def _extract_as(language: str, text: MappedText, extraction: Extraction) -> None:
    kind = find_kind("cell.md") if language == "markdown" else find_kind_of_language(language)
    extract_embedded(kind, text, extraction)


def _find_language(notebook: dict[str, DataNode]) -> str:
    metadata = _members(notebook.get("metadata"))
    for member, name in (("language_info", "name"), ("kernelspec", "language")):
        language = _members(metadata.get(member)).get(name)
        if isinstance(language, StringNode):
            return language.text.lower()
    return "python"


def _map_source(node: DataNode) -> MappedText | None:
    """Return the text of a cell: a string, or a list with a string for each line."""
    lines = node if isinstance(node, list) else [node]
    texts = [line.map() for line in lines if isinstance(line, StringNode)]
    if not texts:
        return None
    value = join_texts(texts, Span(texts[0].start, texts[-1].end))
    return value.with_encoder(refuse_line_breaks)


def _members(node: DataNode) -> dict[str, DataNode]:
    return dict(node.members) if isinstance(node, ObjectNode) else {}
