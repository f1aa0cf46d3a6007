"""HTTP request files, as the HTTP clients of VS Code and of JetBrains write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from epfilter.linter.extractors import json_files
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.mapped_text import (
    MappedText,
    Segment,
    refuse_line_breaks,
    replace_matches,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.urls import add_url_filters, decode_percent

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)|([^\r\n]+)\Z")
_REQUEST_LINE = re.compile(r"(?:([A-Z]+)[ \t]+)?(\S+)")
_FILTER_VARIABLE = re.compile(r"@filter[ \t]*=[ \t]*(\S.*)")
_FORM_FIELD = re.compile(
    r"(?:^|&)[ \t]*filter=([^&\r\n]*(?:[\r\n]+[ \t]*[):|,][^&\r\n]*)*)", re.MULTILINE
)
"""A field of a form; a line that starts with a separator goes on with its filter."""

_FORM_START = re.compile(r"[\w.\[\]%-]+=")
_STRING_OR_VARIABLE = re.compile(r'"(?:\\.|[^"\\])*+"|(\{\{[^{}\r\n]*\}\})', re.DOTALL)
_COMMENT_MARKS = ("###", "#", "//")


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the filters in the URLs and bodies of all requests.

    Source: the readme of VS Code's REST Client; "HTTP request in editor specification" of
    JetBrains. A line that begins with `###` ends a request.
    """
    request = _RequestParser(source, extraction)
    for line in _LINE.finditer(source.text):
        start, end = line.span(line.lastindex or 0)
        if source.text.startswith("###", start):
            extraction.add_comment(source, start, end, _COMMENT_MARKS)
            request.finish()
            request = _RequestParser(source, extraction)
        else:
            request.add_line(start, end)
    request.finish()


class _State(Enum):
    """The part of a request that the next line belongs to."""

    PREAMBLE = auto()  # variables and scripts before the request
    SCRIPT = auto()
    URL = auto()
    HEADERS = auto()
    BODY = auto()
    END = auto()  # response handlers after the body


@dataclass(slots=True)
class _RequestParser:
    """Parses one request line by line."""

    source: MappedText
    extraction: Extraction
    request: RequestContext = NO_CONTEXT
    state: _State = _State.PREAMBLE
    content_type: str = ""
    url_lines: tuple[int, int] | None = None
    body_lines: list[tuple[int, int]] = field(default_factory=list)

    def add_line(self, start: int, end: int) -> None:
        """Parse a line, which stands from `start` to `end`."""
        line = self.source.text[start:end].strip()
        if self.url_lines is not None and self._continues_url(start, end, line):
            self.url_lines = self.url_lines[0], end
        else:
            self._finish_url()
            self._parse_line(start, end, line)

    def _parse_line(self, start: int, end: int, line: str) -> None:
        if self.state is _State.BODY:
            if line.startswith((">", "<")):
                self.state = _State.END
            elif line or self.body_lines:
                self.body_lines.append((start, end))
        elif self.state is _State.SCRIPT:
            if "%}" in line:
                self.state = _State.PREAMBLE
        elif line.startswith(("#", "//")):
            self.extraction.add_comment(self.source, start, end, _COMMENT_MARKS)
        elif self.state is _State.PREAMBLE:
            self._parse_preamble(start, end, line)
        elif not line and self.state is not _State.END:
            self.state = _State.BODY
        else:
            self._parse_head(start, end, line)

    def finish(self) -> None:
        """Parse the last lines of the URL, and the body, of which all lines are known now."""
        self._finish_url()
        if not self.body_lines:
            return
        body = self.source.slice(self.body_lines[0][0], self.body_lines[-1][1])
        if body.text.lstrip().startswith(("{", "[")):
            is_json = "json" in self.content_type
            extract_json_body(body, self.extraction, self.request, is_json=is_json)
        elif "form" in self.content_type or _FORM_START.match(body.text):
            for form_field in _FORM_FIELD.finditer(body.text):
                value = decode_percent(body.slice(*form_field.span(1)))
                self.extraction.add_candidate(value, self.request)

    def _parse_preamble(self, start: int, end: int, line: str) -> None:
        text = self.source.text[start:end]
        variable = _FILTER_VARIABLE.match(text)
        if variable:
            value = self.source.slice(start, end).slice(variable.start(1), len(text.rstrip()))
            self.extraction.add_candidate(value.with_encoder(refuse_line_breaks))
        elif line.startswith("@"):
            add_url_filters(self.source.slice(start, end), self.extraction)
        elif line.startswith(("<", ">")):
            if "{%" in line and "%}" not in line:
                self.state = _State.SCRIPT
        elif line:
            request_line = _REQUEST_LINE.match(line)
            if request_line:
                path = request_line[2].partition("?")[0]
                self.request = RequestContext(path, request_line[1] or "GET")
            self.state = _State.URL
            self._add_urls(start, end)

    def _parse_head(self, start: int, end: int, line: str) -> None:
        is_indented = self.source.text[start:end][:1] in (" ", "\t")
        if self.state is _State.URL and line.startswith(("?", "&")):
            self._add_urls(start, end)
        elif self.state is _State.URL and is_indented and line.startswith("/"):
            path = self.request.path + line.partition("?")[0]
            self.request = self.request._replace(path=path)
            self._add_urls(start, end)
        elif self.state is not _State.END:
            self.state = _State.HEADERS
            name, _, value = line.partition(":")
            if name.lower() == "content-type":
                self.content_type = value.strip().lower()

    def _add_urls(self, start: int, end: int) -> None:
        """Parse a line of the URL, together with the lines that go on with its filter."""
        self.url_lines = start, end

    def _finish_url(self) -> None:
        if self.url_lines is not None:
            source = self.source.slice(*self.url_lines)
            self.url_lines = None
            add_url_filters(source, self.extraction, request=self.request)

    def _continues_url(self, start: int, end: int, line: str) -> bool:
        """Return whether a line goes on with the filter of the URL in the lines above it."""
        is_indented = start < end and self.source.text[start] in " \t"
        return line.startswith((")", ":", "|", ",")) or (
            is_indented and bool(line) and not line.startswith(("?", "&", "/", "#"))
        )


def extract_json_body(
    body: MappedText, extraction: Extraction, request: RequestContext, *, is_json: bool
) -> None:
    """Add the filters of a body, which may contain variables in place of values.

    Unless it `is_json`, it need not be JSON.
    """
    has_variables = "{{" in body.text
    if has_variables:
        body = body.decode(replace_matches(body, _STRING_OR_VARIABLE, _fill_variable), str)
    problem_count = len(extraction.problems)
    json_files.extract(body, extraction, context=request, is_strict=True)
    if has_variables or not is_json:
        del extraction.problems[problem_count:]


def _fill_variable(match: re.Match[str]) -> Iterator[Segment]:
    """Yield a number for a variable in place of a value; a string stays as it is."""
    yield Segment("0" if match[1] else match[0], *match.span())
