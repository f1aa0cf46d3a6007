"""Request files of Bruno (`.bru`): URLs, parameters of the query, bodies and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from epfilter.linter.extractors.embedded import extract_embedded
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.http_requests import extract_json_body
from epfilter.linter.extractors.mapped_text import MappedText, refuse_line_breaks
from epfilter.linter.extractors.registry import find_kind, find_kind_of_language
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext, is_http_method
from epfilter.linter.extractors.urls import add_url_filters

_LINE = re.compile(r"[^\r\n]+")
_BLOCK_START = re.compile(r"([\w:-]+)[ \t]*[{\[][ \t]*\Z")
_PAIR = re.compile(r"[ \t]*~?(?P<name>[^:\s]+)[ \t]*:[ \t]*(?P<value>\S.*?)[ \t]*\Z")
_FIELDS = frozenset({"params:query", "body:form-urlencoded", "body:multipart-form"})
"""The blocks whose pairs are sent with the request."""


class _Block(NamedTuple):
    """A block of a file: its name, and the lines inside, from `start` to `end`."""

    name: str
    start: int
    end: int


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of all blocks of a request.

    Source: the documentation of Bruno, "Bru Language": a block ends at a line that starts with its
    closing bracket.
    """
    request = NO_CONTEXT
    for block in _find_blocks(source.text):
        content = source.slice(block.start, block.end)
        section = block.name.partition(":")[0]
        if is_http_method(block.name):
            request = _find_request(block.name, content)
        if block.name in {"body", "body:json"}:
            extract_json_body(content, extraction, request, is_json=True)
        elif section in {"script", "tests"}:
            kind = find_kind_of_language("js")
            extract_embedded(kind, content, extraction, keeps_problems=False)
        elif section == "docs":
            extract_embedded(find_kind("docs.md"), content, extraction, keeps_problems=False)
        elif section == "body" and block.name not in _FIELDS:
            add_url_filters(content, extraction, request=request)
        else:
            _add_pairs(block.name, content, extraction, request)


def _find_blocks(text: str) -> Iterator[_Block]:
    name, start = "", 0
    for line in _LINE.finditer(text):
        if not name:
            opening = _BLOCK_START.match(line[0])
            name, start = (opening[1], line.end()) if opening else ("", 0)
        elif line[0].startswith(("}", "]")):
            yield _Block(name, start, line.start())
            name = ""


def _find_pairs(content: MappedText) -> Iterator[tuple[str, MappedText]]:
    for line in _LINE.finditer(content.text):
        pair = _PAIR.match(line[0])
        if pair:
            value = content.slice(*line.span()).slice(*pair.span("value"))
            yield pair["name"], value.with_encoder(refuse_line_breaks)


def _find_request(method: str, content: MappedText) -> RequestContext:
    urls = [value.text for name, value in _find_pairs(content) if name == "url"]
    return RequestContext(urls[0].partition("?")[0], method.upper()) if urls else NO_CONTEXT


def _add_pairs(
    block: str, content: MappedText, extraction: Extraction, request: RequestContext
) -> None:
    """Add the fields named `filter`, variables with such a name, and the URLs in all others."""
    for name, value in _find_pairs(content):
        is_field = block in _FIELDS and name == "filter"
        if is_field or (is_filter_name(name) and starts_like_filter(value.text)):
            extraction.add_candidate(value, request if is_field else NAMED)
        else:
            add_url_filters(value, extraction, request=request)
