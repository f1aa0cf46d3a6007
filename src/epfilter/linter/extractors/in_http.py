"""Requests as the HTTP clients of VS Code and of JetBrains write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from epfilter.linter.extractors import in_json
from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.mapped_text import Placed, Unit, on_one_line
from epfilter.linter.extractors.urls import decoded, offer_urls

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)|([^\r\n]+)\Z")
_REQUEST = re.compile(r"(?:([A-Z]+)[ \t]+)?(\S+)")
_VARIABLE = re.compile(r"@filter[ \t]*=[ \t]*(\S.*)")
_PAIR = re.compile(r"(?:^|&)[ \t]*filter=([^&\r\n]*)", re.MULTILINE)
_PAIRS_BEGIN = re.compile(r"[\w.\[\]%-]+=")
_TEXT_OR_VARIABLE = re.compile(r'"(?:\\.|[^"\\])*+"|(\{\{[^{}\r\n]*\}\})', re.DOTALL)
_MARKS = ("###", "#", "//")


def read(source: Placed, reading: Reading) -> None:
    """Find the filters in the URLs and bodies of all requests.

    Source: the readme of VS Code's REST Client; "HTTP request in editor specification" of
    JetBrains. A line that begins with `###` ends a request.
    """
    request = _Request(source, reading)
    for line in _LINE.finditer(source.text):
        start, end = line.span(line.lastindex or 0)
        if source.text.startswith("###", start):
            reading.comment(source, start, end, _MARKS)
            request.end()
            request = _Request(source, reading)
        else:
            request.take(start, end)
    request.end()


@dataclass(slots=True)
class _Request:
    """One request, line by line: what stands before it, its URL, its headers, its body."""

    source: Placed
    reading: Reading
    hint: Hint = NO_HINT
    part: str = "before"
    kind: str = ""
    body: list[tuple[int, int]] = field(default_factory=list)

    def take(self, start: int, end: int) -> None:
        line = self.source.text[start:end].strip()
        if self.part == "body":
            if line.startswith((">", "<")):
                self.part = "after"
            elif line or self.body:
                self.body.append((start, end))
        elif self.part == "script":
            self.part = "before" if "%}" in line else "script"
        elif line.startswith(("#", "//")):
            self.reading.comment(self.source, start, end, _MARKS)
        elif self.part == "before":
            self._take_before(start, end, line)
        elif not line and self.part != "after":
            self.part = "body"
        else:
            self._take_head(start, end, line)

    def end(self) -> None:
        """Read the body, which ends here."""
        if not self.body:
            return
        body = self.source.cut(self.body[0][0], self.body[-1][1])
        if body.text.lstrip().startswith(("{", "[")):
            self._read_json(body)
        elif "form" in self.kind or _PAIRS_BEGIN.match(body.text):
            for pair in _PAIR.finditer(body.text):
                value = decoded(body.cut(*pair.span(1)))
                self.reading.offer(value, self.hint)

    def _take_before(self, start: int, end: int, line: str) -> None:
        """Variables and scripts stand before a request."""
        text = self.source.text[start:end]
        variable = _VARIABLE.match(text)
        if variable:
            value = self.source.cut(start, end).cut(variable.start(1), len(text.rstrip()))
            self.reading.offer(value.written_by(on_one_line))
        elif line.startswith("@"):
            offer_urls(self.source.cut(start, end), self.reading)
        elif line.startswith(("<", ">")):
            self.part = "script" if "{%" in line and "%}" not in line else "before"
        elif line:
            found = _REQUEST.match(line)
            if found:
                self.hint = Hint(found[2].partition("?")[0], found[1] or "GET")
            self.part = "url"
            self._offer(start, end)

    def _take_head(self, start: int, end: int, line: str) -> None:
        indented = self.source.text[start:end][:1] in (" ", "\t")
        if self.part == "url" and line.startswith(("?", "&")):
            self._offer(start, end)
        elif self.part == "url" and indented and line.startswith("/"):
            self.hint = self.hint._replace(path=self.hint.path + line.partition("?")[0])
            self._offer(start, end)
        elif self.part != "after":
            self.part = "headers"
            name, _, value = line.partition(":")
            if name.lower() == "content-type":
                self.kind = value.strip().lower()

    def _offer(self, start: int, end: int) -> None:
        line = self.source.cut(start, end)
        offer_urls(line, self.reading, method=self.hint.method, path=self.hint.path)

    def _read_json(self, body: Placed) -> None:
        """A body may hold variables where JSON has values, and need not be JSON at all."""
        variables = "{{" in body.text
        units: list[Unit] = []
        done = 0
        for found in _TEXT_OR_VARIABLE.finditer(body.text):
            if found[1]:
                units.append(Unit(body.text[done : found.start()], done, found.start()))
                units.append(Unit("0", *found.span()))
                done = found.end()
        if units:
            units.append(Unit(body.text[done:], done, len(body.text)))
            body = body.decoded(units, str)
        before = len(self.reading.problems)
        in_json.read(body, self.reading, hint=self.hint, is_sent=True)
        if variables or "json" not in self.kind:
            del self.reading.problems[before:]
