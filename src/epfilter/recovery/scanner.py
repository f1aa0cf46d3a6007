"""The position in the text, the tokens at that position, and the errors so far.

Each pattern runs over the text a fixed number of times, so that reading takes linear time for any
text: names start at the start of a word and match possessively, and look-ahead ends at the next
comma, parenthesis or connective.
"""

from __future__ import annotations

import re

from epfilter import patterns
from epfilter.errors import Diagnostic, Span
from epfilter.recovery import diagnostics

# Soft hyphen, zero-width space and joiners, word joiner, byte order mark.
_FILLER = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_ODD_SPACE = (
    rf"\x0b\x0c\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{_FILLER}"
)
"""Characters that look like white space, or are invisible, but are not white space."""

BARE = re.compile(patterns.BARE)
QUOTED = re.compile(patterns.QUOTED)

NAME = r"[^\W\d]\w*+(?:-\w++)*+"
SPACE = rf"[ \t\r\n{_ODD_SPACE}]*+"
"""White space and what looks like it; `skip_space` reports the latter."""
HEAD = re.compile(rf"({NAME}){SPACE}([(（])")
"""The name and opening parenthesis of a call; the name may be in any case or alphabet."""

TERM_START = rf"(?:[(（]|(?<![\w-]){NAME}{SPACE}[(（])"
BOUNDARY = re.compile(rf"[:|][:| \t\r\n]*+(?:[(（]{SPACE})*+(?<![\w-]){NAME}{SPACE}[(（]")
"""A connective before a call or a group: an operand that is not closed ends here (decision)."""
_LAST_CONNECTIVE = re.compile(rf"[:|]{SPACE}(?:[(（]{SPACE})*+(?<![\w-]){NAME}{SPACE}[(（]")
"""The same for the last connective of a run, so that a search visits each connective once."""

_ANY_SPACE = re.compile(SPACE)
_SPACES = re.compile(r"[ \t\r\n]+")
_PLAIN_REGION = re.compile(r"[^(),（），]*+")
_BALANCED = re.compile(r"[^(),]*+(?:\([^(),]*+\)[^(),]*+){1,8}(?=[,)])")

CONFUSABLES = {
    "（": "(",
    "）": ")",
    "，": ",",
    "、": ",",
    "：": ":",
    "∶": ":",
    "｜": "|",
    "∣": "|",
    "¦": "|",
} | dict.fromkeys(_FILLER, "")
"""Characters that look like punctuation of the language, or are invisible."""

_ODD_SPACES = re.compile(f"[{_ODD_SPACE}]+")


class Scanner:
    """A text, the position in it, and the errors so far."""

    def __init__(self, text: str, start: int, end: int, *, in_url: bool = False) -> None:
        self.text = text
        self.pos = start
        self.end = end
        self.diagnostics: list[Diagnostic] = []
        self.in_url = in_url
        """The text follows `filter=`, so that another parameter may come after it."""

    def report(self, error: Diagnostic) -> None:
        self.diagnostics.append(error)

    def current(self) -> str:
        """Return the character at the position, or the one it looks like; empty at the end."""
        if self.pos >= self.end:
            return ""
        char = self.text[self.pos]
        return char if char.isascii() else CONFUSABLES.get(char, char)

    def take(self) -> Span:
        """Move over the character at the position; report it if it only looks like another."""
        start = self.pos
        self.pos += 1
        span = Span(start, self.pos)
        char = self.text[start]
        if not char.isascii():
            self.report(diagnostics.confusable(span, char, CONFUSABLES[char]))
        return span

    def skip_space(self) -> None:
        """Move over white space, and over what only looks like it, which is reported."""
        while self.pos < self.end and not "!" <= self.text[self.pos] <= "~":
            if space := _SPACES.match(self.text, self.pos, self.end):
                self.pos = space.end()
            elif odd := _ODD_SPACES.match(self.text, self.pos, self.end):
                invisible = all(char in _FILLER for char in odd[0])
                # Before a comma or parenthesis, a space would become a part of the operand.
                plain = (
                    "" if invisible or self.text[odd.end() : odd.end() + 1] in {",", ")"} else " "
                )
                self.report(diagnostics.confusable(Span(*odd.span()), odd[0], plain))
                self.pos = odd.end()
            else:
                return

    def after_spaces(self, pos: int) -> int:
        """Return the position after white space and what looks like it; report nothing."""
        match = _ANY_SPACE.match(self.text, pos, self.end)
        return match.end() if match else pos

    def trim_end(self, pos: int) -> int:
        """Return the position after the last character before `pos` that is not white space."""
        while pos > 0 and self.text[pos - 1] in " \t\r\n":
            pos -= 1
        return pos

    def is_boundary(self, pos: int) -> bool:
        return pos < self.end and BOUNDARY.match(self.text, pos, self.end) is not None

    def find_operand_end(self, start: int) -> int:
        """Return the end of an operand that does not follow the grammar.

        It ends at a comma, at `)`, before a connective and a call, or at the end of the text.
        Balanced parentheses belong to it, as in `eq(name,Smith (Jr))`.
        """
        text, end = self.text, self.end
        pos = start
        balanced = _BALANCED.match(text, start, end)
        while True:
            stop = _PLAIN_REGION.match(text, pos, end).end()  # type: ignore[union-attr] # matches anything
            if stop >= end or text[stop] not in "(（":
                return stop
            connective = max(text.rfind(":", pos, stop), text.rfind("|", pos, stop))
            if connective >= pos and self.is_boundary(connective):
                return start + len(text[start:connective].rstrip(":| \t\r\n"))
            if balanced and not _LAST_CONNECTIVE.search(text, start, balanced.end()):
                return balanced.end()
            balanced = None
            pos = stop + 1
