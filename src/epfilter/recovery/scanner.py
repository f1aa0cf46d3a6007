"""The place in the text that is being read, what can stand there, and the mistakes found so far.

Every pattern here runs over a text at most a fixed number of times, so reading takes linear time
whatever the text: names start at a word's start and are matched possessively, and look-ahead is
bounded by the next comma, parenthesis or connective.
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
"""What looks like white space, or like nothing at all, but is not."""

BARE = re.compile(patterns.BARE)
QUOTED = re.compile(patterns.QUOTED)

NAME = r"[^\W\d]\w*+(?:-\w++)*+"
SPACE = rf"[ \t\r\n{_ODD_SPACE}]*+"
"""White space, and what looks like it: places are found with it, `skip_space` reports the rest."""
HEAD = re.compile(rf"({NAME}){SPACE}([(（])")
"""A call's name and opening parenthesis; also of a name in upper case or from another alphabet."""

TERM_START = rf"(?:[(（]|(?<![\w-]){NAME}{SPACE}[(（])"
BOUNDARY = re.compile(rf"[:|][:| \t\r\n]*+(?:[(（]{SPACE})*+(?<![\w-]){NAME}{SPACE}[(（]")
"""A connective before a call or a group: an operand that is not closed ends here (decision)."""
_LAST_CONNECTIVE = re.compile(rf"[:|]{SPACE}(?:[(（]{SPACE})*+(?<![\w-]){NAME}{SPACE}[(（]")
"""The same without the connectives before it, so that a search looks at each of a run once."""

_ANY_SPACE = re.compile(SPACE)
_SPACES = re.compile(r"[ \t\r\n]+")
_PLAIN_REGION = re.compile(r"[^(),（），]*+")
_BALANCED = re.compile(r"[^(),]*+(?:\([^(),]*+\)[^(),]*+){1,8}(?=[,)])")

LOOK_ALIKES = {
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
"""Characters that look like punctuation of the language, or like nothing at all."""

_ODD_SPACES = re.compile(f"[{_ODD_SPACE}]+")


class Scanner:
    """A text, the place reached in it, and the mistakes found."""

    def __init__(self, text: str, start: int, end: int, *, in_url: bool = False) -> None:
        self.text = text
        self.pos = start
        self.end = end
        self.found: list[Diagnostic] = []
        self.in_url = in_url
        """What is read stands behind `filter=`, so that another parameter may follow."""

    def report(self, mistake: Diagnostic) -> None:
        self.found.append(mistake)

    def plain(self) -> str:
        """The character at this place, or the one it looks like; empty at the end."""
        if self.pos >= self.end:
            return ""
        char = self.text[self.pos]
        return char if char.isascii() else LOOK_ALIKES.get(char, char)

    def take(self) -> Span:
        """Step over the character at this place, and report it if it only looks like another."""
        start = self.pos
        self.pos += 1
        span = Span(start, self.pos)
        char = self.text[start]
        if not char.isascii():
            self.report(diagnostics.look_alike(span, char, LOOK_ALIKES[char]))
        return span

    def skip_space(self) -> None:
        """Step over white space, and over what only looks like it, which is reported."""
        while self.pos < self.end and not "!" <= self.text[self.pos] <= "~":
            if space := _SPACES.match(self.text, self.pos, self.end):
                self.pos = space.end()
            elif odd := _ODD_SPACES.match(self.text, self.pos, self.end):
                invisible = all(char in _FILLER for char in odd[0])
                # A space would become a part of the operand before a comma or parenthesis.
                plain = (
                    "" if invisible or self.text[odd.end() : odd.end() + 1] in {",", ")"} else " "
                )
                self.report(diagnostics.look_alike(Span(*odd.span()), odd[0], plain))
                self.pos = odd.end()
            else:
                return

    def spaces(self, pos: int) -> int:
        """The place after white space and what looks like it; nothing is reported."""
        found = _ANY_SPACE.match(self.text, pos, self.end)
        return found.end() if found else pos

    def trimmed(self, pos: int) -> int:
        """The place after the last character before `pos` that is no white space."""
        while pos > 0 and self.text[pos - 1] in " \t\r\n":
            pos -= 1
        return pos

    def at_boundary(self, pos: int) -> bool:
        return pos < self.end and BOUNDARY.match(self.text, pos, self.end) is not None

    def operand_end(self, start: int) -> int:
        """Where an operand ends that does not follow the grammar.

        It ends at a comma, at `)`, before a connective and a call, or at the end of the text.
        Parentheses in it that close belong to it, as in `eq(name,Smith (Jr))`.
        """
        text, end = self.text, self.end
        pos = start
        balanced = _BALANCED.match(text, start, end)
        while True:
            stop = _PLAIN_REGION.match(text, pos, end).end()  # type: ignore[union-attr] # matches anything
            if stop >= end or text[stop] not in "(（":
                return stop
            connective = max(text.rfind(":", pos, stop), text.rfind("|", pos, stop))
            if connective >= pos and self.at_boundary(connective):
                return start + len(text[start:connective].rstrip(":| \t\r\n"))
            if balanced and not _LAST_CONNECTIVE.search(text, start, balanced.end()):
                return balanced.end()
            balanced = None
            pos = stop + 1
