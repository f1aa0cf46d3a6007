"""Files with the variables of an environment, such as `.env`: filters and URLs in their values."""

from __future__ import annotations

import re

from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.mapped_text import MappedText, refuse_line_breaks
from epfilter.linter.extractors.requests import NAMED
from epfilter.linter.extractors.string_syntax import StringSyntax
from epfilter.linter.extractors.urls import add_url_filters

_LINE = re.compile(
    r"""^[ \t]*(?:(?P<comment>\#[^\r\n]*)|(?:export[ \t]+)?(?P<name>[\w.-]+)[ \t]*=[ \t]*
    (?:(?P<double>"(?:[^"\\]|\\[\s\S])*+")|(?P<single>'[^']*+')
    |(?P<bare>[^\s\#"'`](?:[^\s]|[ \t]+(?![\#\s]))*+)?))(?:[ \t]+(?P<after>\#[^\r\n]*))?""",
    re.MULTILINE | re.VERBOSE,
)
"""A comment, or a variable with its value and the comment after it.

Source: the readme of dotenv for Node.js, "What rules does the parsing engine follow?".
"""

_DOUBLE_QUOTED = StringSyntax("", '"', 'nrt"\\$', keeps_unknown=True, guarded="$`")
_SPECIAL_CHARS = frozenset("#\"'`$\\")


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the values of variables with a name such as `ORDERS_FILTER`, and the URLs in others."""
    for line in _LINE.finditer(source.text):
        for group in ("comment", "after"):
            if line[group]:
                extraction.add_comment(source, *line.span(group), "#")
        value = _map_value(source, line)
        if value is None:
            continue
        if is_filter_name(line["name"]) and starts_like_filter(value.text):
            extraction.add_candidate(value, NAMED)
        else:
            add_url_filters(value, extraction)


def _map_value(source: MappedText, line: re.Match[str]) -> MappedText | None:
    if line["double"]:
        return _DOUBLE_QUOTED.map(source, *line.span("double"))
    if line["single"]:
        start, end = line.span("single")
        return source.slice(start + 1, end - 1).with_encoder(_encode_single)
    if line["bare"]:
        return source.slice(*line.span("bare")).with_encoder(_encode_bare)
    return None


def _encode_single(new: str) -> str | None:
    return None if "'" in new else refuse_line_breaks(new)


def _encode_bare(new: str) -> str | None:
    is_plain = new.isprintable() and new == new.strip() and not _SPECIAL_CHARS & {*new}
    return new if is_plain else None
