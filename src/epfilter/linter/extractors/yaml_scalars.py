"""Scalars of YAML: their values, where each character is written, and how to edit them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from epfilter.errors import Edit
from epfilter.linter.extractors.literals import map_segments
from epfilter.linter.extractors.mapped_text import Encoder, MappedText, Segment, refuse_edit

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML contains it; neither constructs Python objects."""

_BREAK = r"(?:\r\n|[\r\n\x85\u2028\u2029])"
_FOLD = rf"{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*"
_SPECIAL = {
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
"""What must be escaped: line breaks, and what is not a `c-printable` of YAML."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar of the parser, which stands from `start` to `end` with its quotes or header.

    `style` is `'`, `"`, `|`, `>`, or empty for a plain scalar; `in_flow` is True in brackets.
    """

    value: str
    start: int
    end: int
    style: str
    in_flow: bool


def map_scalar(source: MappedText, scalar: Scalar) -> MappedText:
    """Return the value of the scalar with its positions.

    Where the decoded segments differ from the value of the parser, the value is mapped to the
    whole scalar and cannot be edited.
    """
    whole = source.slice(scalar.start, scalar.end)
    raw = whole.text
    start, segments = _decode(raw, scalar)
    if "".join(segment.text for segment in segments) != scalar.value:
        return whole.decode([Segment(scalar.value, 0, len(raw))], refuse_edit)
    end = max(start, segments[-1].end) if segments else start
    value = map_segments(whole, start, end, segments, _ENCODERS[scalar.style])
    if scalar.style in _QUOTES and not _LINE_BREAK.search(raw):
        return value
    return replace(value, accepts=_EditCheck(source, scalar, value))


def content_start(text: str, start: int, style: str) -> int:
    """Return where the content of a scalar starts, which is after the header of a block."""
    if style in _BLOCKS:
        line_break = _LINE_BREAK.search(text, start)
        return line_break.end() if line_break else len(text)
    return start


_QUOTES = ("'", '"')
_BLOCKS = ("|", ">")


def _decode(raw: str, scalar: Scalar) -> tuple[int, list[Segment]]:
    if scalar.style in _BLOCKS:
        segments = [*_decode_block(raw, scalar)]
        return (segments[0].start if segments else len(raw)), segments
    quotes = 1 if scalar.style in _QUOTES else 0
    return quotes, [*_decode_flow(raw, quotes, len(raw) - quotes, scalar.style)]


def _decode_flow(raw: str, start: int, end: int, style: str) -> Iterator[Segment]:
    """Yield the segments of a plain or quoted scalar; blanks around line breaks fold with them."""
    done = start
    for match in _SPECIAL[style].finditer(raw, start, end):
        is_fold = match[0][0] not in "\\'"
        before = raw[done : match.start()]
        kept = before.rstrip(" \t") if is_fold else before
        if kept:
            yield Segment(kept, done, done + len(kept))
        yield Segment(_decode_special(match[0]), done + len(kept), match.end())
        done = match.end()
    if done < end:
        yield Segment(raw[done:end], done, end)


def _decode_special(encoded: str) -> str:
    """Return the text for an escape, a doubled quote or a line break."""
    if encoded == "''":
        return "'"
    is_escape = encoded.startswith("\\")
    if is_escape and encoded[1] in "xuU":
        return chr(int.from_bytes(bytes.fromhex(encoded[2:])))
    if is_escape and encoded[1] in _ESCAPES:
        return _ESCAPES[encoded[1]]
    breaks = len(_LINE_BREAK.findall(encoded))
    if is_escape:
        return "\n" * (breaks - 1)
    return "\n" * (breaks - 1) or " "


def _decode_block(raw: str, scalar: Scalar) -> Iterator[Segment]:
    value = scalar.value
    lines = [line.span(1) for line in _LINE.finditer(raw, content_start(raw, 0, scalar.style))]
    indent = _find_indent(raw, lines, value)
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
                yield Segment(between, last, start + indent)
            yield Segment(content, start + indent, end)
            length += len(between) + len(content)
            breaks, last, was_text, first = 0, end, is_text, False
        breaks += 1
    rest = value[length:]
    if rest:
        line_break = _LINE_BREAK.match(raw, last)
        end = line_break.end() if line_break and len(rest) == 1 else len(raw)
        yield Segment(rest, last, end)


def _find_indent(raw: str, lines: list[tuple[int, int]], value: str) -> int:
    """Return the indentation of the content: that of its first line that is not blank."""
    text = value.lstrip("\n")
    own = len(text) - len(text.lstrip(" "))
    for start, end in lines:
        line = raw[start:end]
        if line.strip(" "):
            return max(0, len(line) - len(line.lstrip(" ")) - own)
    return 0


@dataclass(frozen=True, slots=True)
class _EditCheck:
    """Checks that an edited scalar is parsed as intended, by parsing it again.

    Only the lines around an edit are parsed where they mean the same alone: otherwise the work for
    many edits would grow with the square of the lines.
    """

    source: MappedText
    scalar: Scalar
    value: MappedText

    def __call__(self, edit: Edit) -> bool:
        start, end = self._find_range(self.source, edit)
        lines = self._check_lines(start, end, edit)
        if lines is not None:
            return lines
        raw = self.source.text[self.scalar.start : self.scalar.end]
        start, end = start - self.scalar.start, end - self.scalar.start
        changed = f"{raw[:start]}{edit.text}{raw[end:]}"
        start, end = self._find_range(self.value, edit)
        new = self._decode(edit.text)
        expected = self.scalar.value[:start] + new + self.scalar.value[end:]
        return _load(f"[{changed}]" if self.scalar.in_flow else f"- {changed}") == expected

    def _check_lines(self, start: int, end: int, edit: Edit) -> bool | None:
        """Return whether an edit holds; None where the lines around do not show it.

        `start` and `end` are the range of the edit in the source.
        """
        text = self.source.text
        window = self._find_lines(start, end)
        if window is None or "\n" in edit.text:
            return None
        first, last = window
        before, old = self._load_lines(text[first:last])
        _, new = self._load_lines(f"{text[first:start]}{edit.text}{text[end:last]}")
        value_start, value_end = self._find_range(self.value, edit)
        offset = bisect_left(self.value.starts, self.source.starts[first])
        length = value_end - offset + before
        if old is None or old[before:length] != self.scalar.value[offset:value_end]:
            return None
        expected = old[: value_start - offset + before] + self._decode(edit.text) + old[length:]
        return new == expected

    def _find_lines(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the range of the lines from before `start` to after `end` that are not blank.

        Return None for the whole scalar.
        """
        text, stop = self.source.text, self.scalar.end
        content = content_start(text, self.scalar.start, self.scalar.style)
        if self.scalar.style in _QUOTES:
            content, stop = content + 1, stop - 1
        first = max(text.rfind("\n", content, start) + 1, content)
        while first > content:
            first = max(text.rfind("\n", content, first - 1) + 1, content)
            if text[first : text.find("\n", first)].strip():
                break
        last = text.find("\n", end, stop)
        while last >= 0:
            following = text.find("\n", last + 1, stop)
            if following < 0 or text[last:following].strip():
                last = following
                break
            last = following
        is_whole = first == content and last < 0
        return None if is_whole else (first, stop if last < 0 else last + 1)

    def _load_lines(self, lines: str) -> tuple[int, str | None]:
        """Return what these lines of the scalar mean alone, and how much text stands before it.

        A flow scalar can start with a line that is not its first, and end with any, where a word
        stands on a line before and after it.
        """
        style = self.scalar.style
        if style in _BLOCKS:
            start = self.scalar.start
            header = self.source.text[start : content_start(self.source.text, start, style)]
            return 0, _load(f"- {header}{lines}")
        indented = _LINE_BREAK.sub(r"\g<0> ", lines)
        scalar = f"{style}x\n {indented}\n x{style}"
        return 2, _load(f"[{scalar}]" if self.scalar.in_flow else f"- {scalar}")

    @staticmethod
    def _find_range(text: MappedText, edit: Edit) -> tuple[int, int]:
        return bisect_left(text.starts, edit.span.start), bisect_right(text.ends, edit.span.end)

    def _decode(self, encoded: str) -> str:
        if self.scalar.style in _QUOTES:
            segments = _decode_flow(encoded, 0, len(encoded), self.scalar.style)
            return "".join(segment.text for segment in segments)
        return encoded


def _load(document: str) -> str | None:
    """Return the only text of a list in YAML, or None where it is anything else."""
    try:
        match yaml.load(document, Loader=LOADER):  # noqa: S506 - a safe loader
            case [str(text)]:
                return text
    except (yaml.YAMLError, ValueError):
        pass
    return None


def _encode_plain(new: str) -> str | None:
    return None if _UNPRINTABLE.search(new) else new


def _encode_single_quoted(new: str) -> str | None:
    return None if _UNPRINTABLE.search(new) else new.replace("'", "''")


def _encode_double_quoted(new: str) -> str | None:
    try:
        new.encode()
    except UnicodeEncodeError:
        return None
    new = new.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return _UNPRINTABLE.sub(_escape, new)


def _escape(char: re.Match[str]) -> str:
    code = ord(char[0])
    if char[0] in "\r\n":
        return "\\n" if char[0] == "\n" else "\\r"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


_ENCODERS: dict[str, Encoder] = {
    "": _encode_plain,
    "|": _encode_plain,
    ">": _encode_plain,
    "'": _encode_single_quoted,
    '"': _encode_double_quoted,
}
