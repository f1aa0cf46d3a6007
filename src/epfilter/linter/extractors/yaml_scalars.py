"""Where each character of a YAML scalar stands, and how new text is written there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import yaml

from epfilter.errors import Edit
from epfilter.linter.extractors.mapped_text import Placed, Unit

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it; neither makes objects of a program."""

_BREAK = r"(?:\r\n|[\r\n\x85\u2028\u2029])"
_FOLD = rf"{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*"
_TOKENS = {
    "": re.compile(_FOLD),
    "'": re.compile(rf"''|{_FOLD}"),
    '"': re.compile(rf"\\(?:x..|u.{{4}}|U.{{8}}|{_FOLD}|.)|{_FOLD}", re.DOTALL),
}
_LINE_BREAK = re.compile(_BREAK)
_LINE = re.compile(rf"(.*?)({_BREAK}|\Z)", re.DOTALL)
_ESCAPES = yaml.scanner.Scanner.ESCAPE_REPLACEMENTS
_UNPRINTABLE = re.compile(
    r"[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What has to be escaped: breaks of lines, and what is no `c-printable` of YAML."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as the parser found it: from `start` to `end` with its quotes or its header.

    `style` is `'`, `"`, `|`, `>`, or empty for a plain one; `flow` says that it stands in
    brackets.
    """

    value: str
    start: int
    end: int
    style: str
    flow: bool


def placed_scalar(source: Placed, scalar: Scalar) -> Placed:
    """The value of the scalar, placed.

    Where it does not map straight to what is written, all of it stands for the whole scalar,
    and nothing can be changed inside it.
    """
    raw = source.text[scalar.start : scalar.end]
    start, units = _units(raw, scalar)
    if "".join(unit.text for unit in units) != scalar.value:
        whole = source.cut(scalar.start, scalar.end)
        return whole.decoded([Unit(scalar.value, 0, len(raw))], _never)
    end = units[-1].end if units else start
    inner = source.cut(scalar.start + start, scalar.start + max(start, end))
    shifted = (unit._replace(start=unit.start - start, end=unit.end - start) for unit in units)
    placed = inner.decoded(shifted, _WRITERS[scalar.style])
    if scalar.style in _QUOTES and not _LINE_BREAK.search(raw):
        return placed
    return replace(placed, fits=_Fitting(source, scalar, placed))


def content_start(text: str, start: int, style: str) -> int:
    """Where the content of a scalar begins: behind the header of a block."""
    if style in _BLOCKS:
        found = _LINE_BREAK.search(text, start)
        return found.end() if found else len(text)
    return start


_QUOTES = ("'", '"')
_BLOCKS = ("|", ">")


def _units(raw: str, scalar: Scalar) -> tuple[int, list[Unit]]:
    if scalar.style in _BLOCKS:
        units = [*_block_units(raw, scalar)]
        return (units[0].start if units else len(raw)), units
    inside = 1 if scalar.style in _QUOTES else 0
    return inside, [*_flow_units(raw, inside, len(raw) - inside, scalar.style)]


def _flow_units(raw: str, start: int, end: int, style: str) -> Iterator[Unit]:
    """The units of a plain or quoted scalar; blanks around the breaks of lines fold with them."""
    done = start
    for found in _TOKENS[style].finditer(raw, start, end):
        folds = found[0][0] not in "\\'"
        before = raw[done : found.start()]
        kept = before.rstrip(" \t") if folds else before
        if kept:
            yield Unit(kept, done, done + len(kept))
        yield Unit(_meaning(found[0]), done + len(kept), found.end())
        done = found.end()
    if done < end:
        yield Unit(raw[done:end], done, end)


def _meaning(written: str) -> str:
    """What an escape, a doubled quote or the end of a line stands for."""
    if written == "''":
        return "'"
    escaped = written.startswith("\\")
    if escaped and written[1] in "xuU":
        return chr(int.from_bytes(bytes.fromhex(written[2:])))
    if escaped and written[1] in _ESCAPES:
        return _ESCAPES[written[1]]
    breaks = len(_LINE_BREAK.findall(written))
    if escaped:
        return "\n" * (breaks - 1)
    return "\n" * (breaks - 1) or " "


def _block_units(raw: str, scalar: Scalar) -> Iterator[Unit]:
    value = scalar.value
    lines = [found.span(1) for found in _LINE.finditer(raw, content_start(raw, 0, scalar.style))]
    indent = _indent(raw, lines, value)
    length = 0
    breaks, last, was_text = 0, lines[0][0] if lines else 0, False
    first = True
    for start, end in lines:
        content = raw[start + indent : end]
        if content:
            is_text = scalar.style == ">" and content[0] not in " \t"
            folded = is_text and was_text and not first
            between = ("\n" * (breaks - 1) or " ") if folded else "\n" * breaks
            if between:
                yield Unit(between, last, start + indent)
            yield Unit(content, start + indent, end)
            length += len(between) + len(content)
            breaks, last, was_text, first = 0, end, is_text, False
        breaks += 1
    rest = value[length:]
    if rest:
        found = _LINE_BREAK.match(raw, last)
        yield Unit(rest, last, found.end() if found and len(rest) == 1 else len(raw))


def _indent(raw: str, lines: list[tuple[int, int]], value: str) -> int:
    """How far the content stands to the right: where its first line that is not blank begins."""
    written = value.lstrip("\n")
    own = len(written) - len(written.lstrip(" "))
    for start, end in lines:
        line = raw[start:end]
        if line.strip(" "):
            return max(0, len(line) - len(line.lstrip(" ")) - own)
    return 0


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Says whether a change leaves a scalar that reads as meant: it is made, and read again."""

    source: Placed
    scalar: Scalar
    placed: Placed

    def __call__(self, edit: Edit) -> bool:
        raw = self.source.text[self.scalar.start : self.scalar.end]
        start, end = self._within(self.source, edit)
        start, end = start - self.scalar.start, end - self.scalar.start
        changed = f"{raw[:start]}{edit.text}{raw[end:]}"
        document = f"[{changed}]" if self.scalar.flow else f"- {changed}"
        start, end = self._within(self.placed, edit)
        meant = self.scalar.value[:start] + self._decoded(edit.text) + self.scalar.value[end:]
        try:
            return bool(yaml.load(document, Loader=LOADER) == [meant])  # noqa: S506 - a safe loader
        except (yaml.YAMLError, ValueError):
            return False

    @staticmethod
    def _within(text: Placed, edit: Edit) -> tuple[int, int]:
        return bisect_left(text.starts, edit.span.start), bisect_right(text.ends, edit.span.end)

    def _decoded(self, written: str) -> str:
        if self.scalar.style in _QUOTES:
            units = _flow_units(written, 0, len(written), self.scalar.style)
            return "".join(unit.text for unit in units)
        return written


def _never(_: str) -> None:
    return None


def _as_it_is(new: str) -> str | None:
    return None if _UNPRINTABLE.search(new) else new


def _in_single_quotes(new: str) -> str | None:
    return None if _UNPRINTABLE.search(new) else new.replace("'", "''")


def _in_double_quotes(new: str) -> str | None:
    try:
        new.encode()
    except UnicodeEncodeError:
        return None
    new = new.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return _UNPRINTABLE.sub(_escaped, new)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\r\n":
        return "\\n" if found[0] == "\n" else "\\r"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


_WRITERS: dict[str, Callable[[str], str | None]] = {
    "": _as_it_is,
    "|": _as_it_is,
    ">": _as_it_is,
    "'": _in_single_quotes,
    '"': _in_double_quotes,
}
