"""String literals of any language, by a declaration of their delimiters and escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial

from epfilter.linter.extractors.literals import ESCAPED_UTF8, decode_utf8, map_segments
from epfilter.linter.extractors.mapped_text import (
    PLACEHOLDER,
    Encoder,
    MappedText,
    Segment,
    refuse_edit,
)

_CONTROLS = dict(zip("0abefnrstv", "\0\a\b\x1b\f\n\r \t\v", strict=True))
"""The characters that letters after a backslash stand for; others stand for themselves."""

_CLOSING = str.maketrans("([{<", ")]}>")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_BLANKS = re.compile(r"\n[ \t]*")
_CODES = {
    "utf8": ESCAPED_UTF8,
    "u4": r"u+[dD][89abAB][0-9A-Fa-f]{2}\\u+[dD][c-fC-F][0-9A-Fa-f]{2}|u+[0-9A-Fa-f]{4}",
    "u{}": r"u\{[0-9A-Fa-f_]{1,8}\}",
    "U8": r"U[0-9A-Fa-f]{8}",
    "x1-2": r"x[0-9A-Fa-f]{1,2}",
    "x2": r"x[0-9A-Fa-f]{2}",
    "x1-4": r"x[0-9A-Fa-f]{1,4}",
    "octal": r"[0-3][0-7]{0,2}|[4-7][0-7]?",
}
"""Patterns of escapes with the code of a character, by their names in declarations."""

_CONTINUATIONS = {
    "break": r"\\\r?\n",
    "any break": r"\\(?:\r\n|[\r\n\u2028\u2029])",
    "indented": r"\\\r?\n[ \t\r\n]*",
}


@dataclass(frozen=True)
class StringSyntax:
    r"""How a language writes one kind of string literal.

    `node` is the type of its nodes in the syntax tree, and `opening` a pattern of its opening
    delimiter, which the closing one mirrors: `"#` closes `r#"`. A literal that is a `heredoc` ends
    before its last line. `escapes` are the letters that may stand after a backslash, `codes` the
    names of numeric escapes, and `continuation` is the name of an escaped line break. With the code
    `utf8`, which is the first, numeric escapes without `u` are bytes of UTF-8. An unknown escape
    stands for its letter, or, if it `keeps_unknown`, for itself. `doubled` are characters that are
    written twice. `variable` is a pattern of inserted values that the grammar does not parse.
    `guarded` are characters that may start an inserted value, and so are never written as they are.
    The indentation of the lines of a `block` is not part of its text. The value of a literal that
    `normalizes_breaks` has a line feed for each break between its lines.

    >>> syntax = StringSyntax("string", '"', 'n"')
    >>> syntax.map(MappedText.of_file(r'"eq(a,\"b\")"'), 0, 13).text
    'eq(a,"b")'
    """

    node: str
    opening: str
    escapes: str = ""
    codes: tuple[str, ...] = ()
    continuation: str = ""
    keeps_unknown: bool = False
    doubled: str = ""
    variable: str = ""
    guarded: str = ""
    heredoc: bool = False
    block: bool = False
    normalizes_breaks: bool = False

    def find_content(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where the content of a literal stands; None if it is of another kind."""
        opening = self._opening.match(text, start, end)
        if opening is None:
            return None
        if self.heredoc:
            return opening.end(), max(text.rfind("\n", opening.end() - 1, end), opening.end())
        closing = (
            opening[0].rstrip().lstrip("@$%abcdefghijklmnopqrstuvwxyzQW")[::-1].translate(_CLOSING)
        )
        content_end = end - len(closing)
        is_complete = content_end >= opening.end() and text.startswith(closing, content_end)
        return (opening.end(), content_end) if is_complete else None

    def map(
        self, source: MappedText, start: int, end: int, inserted: Sequence[tuple[int, int]] = ()
    ) -> MappedText | None:
        """Return the value of the literal that stands there; None if it is of another kind.

        It is also None if the value is not Unicode. It has a placeholder for each of the `inserted`
        values, which are given by start and end.
        """
        content = self.find_content(source.text, start, end)
        if content is None:
            return None
        try:
            segments = [*self._decode_parts(source.text, *content, inserted)]
        except ValueError:
            return None
        encode = self._choose_encoder(source.text, content[0], segments)
        value = map_segments(source, *content, segments, encode)
        return _strip(value) if self.block or self.heredoc else value

    @cached_property
    def escape_sequences(self) -> Mapping[str, str]:
        """The escape of each character that has one."""
        return {char: f"\\{letter}" for letter, char in self._escaped_chars.items()}

    @cached_property
    def _opening(self) -> re.Pattern[str]:
        return re.compile(self.opening)

    @cached_property
    def _escaped_chars(self) -> Mapping[str, str]:
        return {letter: _CONTROLS.get(letter, letter) for letter in self.escapes}

    @cached_property
    def _special(self) -> re.Pattern[str]:
        """What does not stand for itself in the content."""
        patterns = [f"(?P<variable>{self.variable})"] if self.variable else []
        if self.continuation:
            patterns.append(f"(?P<continuation>{_CONTINUATIONS[self.continuation]})")
        if self.codes:
            patterns.append(rf"\\(?P<code>{'|'.join(_CODES[name] for name in self.codes)})")
        if self.escapes:
            patterns.append(r"\\(?P<letter>[\s\S])")
        if self.doubled:
            patterns.append(rf"(?P<doubled>[{re.escape(self.doubled)}])(?P=doubled)")
        if self.block:
            patterns.append(f"(?P<break>{_BLANKS.pattern})")
        if self.normalizes_breaks:
            patterns.append(r"(?P<carriage_return>\r\n?)")
        return re.compile("|".join(patterns) or r"(?!)")

    @cached_property
    def _open_escape(self) -> re.Pattern[str]:
        """The beginning of an escape of variable length."""
        names = {"octal": "[0-7]", "x1-2": "x", "x1-4": "x"}
        starts = [start for name, start in names.items() if name in self.codes]
        return re.compile(rf"\\(?:{'|'.join(starts)})" if starts else r"(?!)")

    def _decode_parts(
        self, text: str, start: int, end: int, inserted: Sequence[tuple[int, int]]
    ) -> Iterator[Segment]:
        for first, last in inserted:
            if not start <= first <= last <= end:
                continue  # the literal is not complete
            yield from self._decode(text, start, first)
            yield Segment(PLACEHOLDER, first, last, is_placeholder=True)
            start = last
        yield from self._decode(text, start, end)

    def _decode(self, text: str, start: int, end: int) -> Iterator[Segment]:
        for match in self._special.finditer(text, start, end):
            if start < match.start():
                yield Segment(text[start : match.start()], start, match.start())
            start = match.end()
            kind = match.lastgroup
            if kind == "variable":
                yield Segment(PLACEHOLDER, match.start(), start, is_placeholder=True)
            elif kind == "break":
                yield Segment("\n", match.start(), match.start() + 1)
            else:
                for char in self._decode_match(match):
                    yield Segment(char, match.start(), start)
        if start < end:
            yield Segment(text[start:end], start, end)

    def _decode_match(self, match: re.Match[str]) -> str:
        match match.lastgroup:
            case "continuation":
                return ""
            case "code":
                return self._decode_code(match["code"])
            case "doubled":
                return match["doubled"]
            case "carriage_return":
                return "\n"
        unknown = match[0] if self.keeps_unknown else match["letter"]
        return self._escaped_chars.get(match["letter"], unknown)

    def _decode_code(self, code: str) -> str:
        is_byte = "utf8" in self.codes and code[0] not in "uU"
        if "\\" in code:
            if is_byte:
                return decode_utf8(code)
            units = "".join(_HEXADECIMAL.findall(code.replace("u", " ")))
            return bytes.fromhex(units).decode("utf-16-be")
        is_octal = code[0].isdigit()
        digits = code if is_octal else "".join(_HEXADECIMAL.findall(code[1:]))
        number = int(digits or "0", 8 if is_octal else 16)
        if number > (0x7F if is_byte else 0x10FFFF):
            raise ValueError(code)
        return chr(number)

    def _choose_encoder(self, text: str, start: int, segments: Sequence[Segment]) -> Encoder:
        """Return the encoder of a literal, which has this content."""
        quote = text[start - 1 : start]
        if self.heredoc or quote in "([{<":
            return refuse_edit
        for segment in segments:
            if segment.is_placeholder:
                continue
            # New text beside such a character could become an inserted value with it.
            if self.guarded and any(char in self.guarded for char in segment.text):
                return refuse_edit
            # A digit after an escape of variable length would become part of it.
            if self._open_escape.match(text, segment.start):
                return refuse_edit
        return _make_encoder(self, quote)


def _strip(value: MappedText) -> MappedText:
    text = value.text
    return value.slice(len(text) - len(text.lstrip()), len(text.rstrip()))


@cache
def _make_encoder(syntax: StringSyntax, quote: str) -> Encoder:
    """Return the encoder, which all literals of this kind share."""
    return partial(_encode, syntax=syntax, quote=quote)


def _encode(new: str, *, syntax: StringSyntax, quote: str) -> str | None:
    if syntax.block and new != new.strip():
        return None  # blanks beside a line break are not part of the text
    encoded = [_encode_char(char, syntax, quote) for char in new]
    return None if None in encoded else "".join(filter(None, encoded))


def _encode_char(char: str, syntax: StringSyntax, quote: str) -> str | None:
    if char in syntax.doubled:
        return char * 2
    is_plain = char.isprintable() and char not in syntax.guarded
    if is_plain and not (char == quote or (char == "\\" and syntax.escapes)):
        return char
    return syntax.escape_sequences.get(char) or _escape_code(ord(char), syntax.codes)


def _escape_code(code: int, names: Sequence[str]) -> str | None:
    """Return the escape of a code point, if the language has one of these numeric escapes."""
    if "u4" in names and code <= 0xFFFF:
        return f"\\u{code:04x}"
    if "U8" in names:
        return f"\\U{code:08x}"
    return f"\\u{{{code:x}}}" if "u{}" in names else None
