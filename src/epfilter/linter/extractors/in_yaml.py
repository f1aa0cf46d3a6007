"""YAML: payloads, descriptions of APIs, the settings of pipelines."""

from __future__ import annotations

import re

from epfilter.linter.extractors.extraction import Reading
from epfilter.linter.extractors.mapped_text import Placed
from epfilter.linter.extractors.members import offer_members
from epfilter.linter.extractors.urls import is_template, not_understood, offer_all_urls
from epfilter.linter.extractors.yaml_trees import NotYamlError, Yaml

_COMMENT = re.compile(r"(?<![^\s\ufeff])#[^\r\n\x85\u2028\u2029]*")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def read(source: Placed, reading: Reading) -> None:
    """Find the filters and comments of all documents; behind a mistake nothing is read.

    A template is not YAML before it is filled in, which is no mistake: then URLs are looked for.
    """
    text = source.text
    if text.startswith(_BOM):
        # The parsers in C and in Python count it differently.
        source = source.cut(len(text) - len(text.lstrip(_BOM)), len(text))
    found = Yaml(source)
    mistake = None
    try:
        found.parse()
    except NotYamlError as error:
        mistake = error
    offer_members(found.documents, reading)
    _read_comments(source, found, reading, mistake.place if mistake else len(source.text))
    if mistake:
        end = min(mistake.place + 1, len(source.text))
        if is_template(source.text):
            done = found.scalars[-1][1] if found.scalars else 0
            offer_all_urls(source.cut(done, len(source.text)), reading)
            message = not_understood("YAML", mistake.message)
            reading.problem(source, min(mistake.place, end), end, message, partial=True)
        else:
            reading.problem(source, min(mistake.place, end), end, mistake.message)


def _read_comments(source: Placed, found: Yaml, reading: Reading, last: int) -> None:
    """A `#` behind a blank or at the start of a line begins a comment, but not in a scalar."""
    if "epfilter" not in source.text:
        return
    done = 0
    for start, end in [*found.scalars, (last, last)]:
        for comment in _COMMENT.finditer(source.text, done, max(start, done)):
            reading.comment(source, *comment.span(), "#")
        done = max(done, end)
