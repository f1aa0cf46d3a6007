"""Filters in URLs: found behind `filter=`, and percent-decoded with their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

from epfilter.linter.extractors.extraction import OPERATOR, Hint, Reading
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit
from epfilter.linter.extractors.names import begins_as_a_filter
from epfilter.linter.extractors.placeholders import itself, templated

NAMED = r"(?:(?P<mark>[?&](?:amp;)?)|(?<![\w$.\[\]/:@-]))filter="
"""The parameter: of a URL, or alone, as documentation and the data of requests have it.

OData has a `$filter`, programs have members and HTML has attributes whose names end so.
"""
_PARAMETER = re.compile(rf"{NAMED}(?(mark)|(?=[\"'({{<$%{HOLE}]|(?i:{OPERATOR})[ ]*(?:\(|%28)))")
_BEFORE_A_URL = re.compile(r"[\s\"'`<>]")
_BEFORE_A_PATH = re.compile(r"[()\[\]|,;]")
"""A query may hold these: `page[limit]=5`, `include=items,tax_items`."""
_ENDS = frozenset("&#<>`|\"')]")
_OR = re.compile(r"\|(?:\w+)?\(")
_IN_BRACES = re.compile(r"\{\{[^{}\r\n]{0,300}\}\}")
_UNCLOSED = re.compile(rf"(?:{_IN_BRACES.pattern}|[^\s&#`])*+")
_ENCODED_MARKS = {"%22": '"', "%27": "'", "%5C": "\\", "%5c": "\\"}
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|\+")
_AS_THEY_ARE = "(),:|*@$/[]{}!~;."
"""Characters that people leave as they are in the query of a URL."""


def offer_urls(
    source: Placed, reading: Reading, *, form: str = "", method: str = "GET", path: str = ""
) -> None:
    """Offer what stands behind `filter=` in each URL of the text, and alone.

    `form` says how a program made the text, as in `Reading.offer`. `path` stands for the path
    where the query stands on a line of its own, or the parameter alone. What stands there alone
    is offered only where it begins as a filter does.
    """
    text = source.text
    before = 0
    for found, last in _parameters(text):
        if found.start() < before:
            continue  # a part of the value before
        if found["mark"] is None:
            value, before = _value_alone(source, found.end(), last)
            if value is None:
                continue
            url = ""
        else:
            end = _end_of_value(text, found.end(), last)[0]
            url = text[_start_of_url(source, before, found.start()) : found.start()]
            if found["mark"].startswith("&"):
                url = url.rpartition("?")[0]
            before = end
            value = decoded(source.cut(found.end(), end))
        hint = Hint(_BEFORE_A_PATH.split(url)[-1] or path, method)
        reading.offer(value, hint, form)


def offer_all_urls(source: Placed, reading: Reading) -> None:
    """Offer what stands in the URLs of a text that is not understood; nothing is written there."""
    offer_urls(source.written_by(_never), reading)


def is_template(text: str) -> bool:
    """Whether the text is filled in before it is what its name says."""
    return "{{" in text or "{%" in text


def not_understood(language: str, reason: str) -> str:
    """What is said of a file in which only URLs were looked for."""
    only = "so filters were looked for in URLs only"
    return f"this is not understood as {language}, {only}: {reason}"


def without_stop(value: Placed) -> Placed:
    """Without the marks that end a sentence or an emphasis behind a filter."""
    kept = value.text.rstrip(".,;:!?*_~")
    return value.cut(0, len(kept)) if kept.endswith(")") else value


def decoded(value: Placed) -> Placed:
    """A percent-encoded text, decoded; bytes that are no UTF-8 stay as they are written.

    >>> decoded(Placed.whole("eq(name,Ren%C3%A9+B)")).text
    'eq(name,René B)'
    """
    text = value.text
    if "%" not in text and "+" not in text:
        return value.decoded(itself(value, 0, len(text)), _encoder(text))
    return value.decoded(_decoding(value), _encoder(text))


def _parameters(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each parameter, and what its value does not reach beyond, which keeps the work linear.

    No value reaches into the next URL; what stands alone may also be a part of a value.
    """
    found = [*_PARAMETER.finditer(text)]
    lasts: list[int] = []
    following = in_a_url = len(text)
    for one in reversed(found):
        lasts.append(following if one["mark"] is None else in_a_url)
        following = one.start()
        in_a_url = in_a_url if one["mark"] is None else following
    return zip(found, reversed(lasts), strict=True)


def _value_alone(source: Placed, start: int, last: int) -> tuple[Placed | None, int]:
    """What stands behind a parameter without a URL, if it is a filter, and where it ends.

    In quotes, as an argument or an attribute has it, nothing is encoded; escapes are no matter
    of this.
    """
    text = source.text
    quote_mark = text[start : start + 1]
    if quote_mark in {'"', "'"}:
        end = text.find(quote_mark, start + 1, last)
        value = source.cut(start + 1, end) if end > 0 else source.cut(start, start)
        if any(char in value.text for char in "\\\r\n"):
            return None, start
    else:
        end, closed = _end_of_value(text, start, last)
        if not closed and text[end : end + 1].isspace():
            return None, start
        value = without_stop(decoded(source.cut(start, end)))
    return (value, end) if begins_as_a_filter(templated(value).text) else (None, start)


def _start_of_url(source: Placed, first: int, end: int) -> int:
    start = end
    while start > first and not _BEFORE_A_URL.match(source.text, start - 1):
        start -= 1
    return start


def _end_of_value(text: str, start: int, last: int) -> tuple[int, bool]:
    """Where the value of the parameter ends, and whether all of its parentheses are closed there.

    What stands in its parentheses belongs to it.
    In parentheses and quotes even a space, which people forget to encode, as long as they are
    closed on the same line, and in the braces of a placeholder. An apostrophe may be one, and no
    quote.
    """
    for quotes in ("\"'", '"', ""):
        end, closed = _closed_end(text, start, last, quotes)
        if closed:
            return end, True
    found = _UNCLOSED.match(text, start, last)
    return (found.end() if found else start), False


def _closed_end(text: str, start: int, last: int, quotes: str) -> tuple[int, bool]:
    """The end, where only `quotes` quote, and whether all is closed there."""
    depth, quoted, place = 0, "", start
    while place < last and text[place] not in "\r\n":
        char = _ENCODED_MARKS.get(text[place : place + 3], text[place])
        size = 1 if char == text[place] else 3
        placeholder = _IN_BRACES.match(text, place, last) if char == "{" else None
        if placeholder:
            size = len(placeholder[0])
        elif quoted:
            if char == "\\" and text[place + size : place + size + 1] not in ("\r", "\n"):
                size += 1
            elif char == quoted:
                quoted = ""
        elif depth == 0 and size == 1 and _ends(text, place):
            break
        elif char in quotes:
            quoted = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        place += size
    return min(place, last), depth == 0 and not quoted


def _ends(text: str, place: int) -> bool:
    """Whether a character outside of parentheses ends a value; `|` may also be an "or"."""
    char = text[place]
    return (char in _ENDS or char.isspace()) and not (char == "|" and _OR.match(text, place))


def _decoding(value: Placed) -> Iterator[Unit]:
    text = value.text
    done = 0
    for found in _ENCODED.finditer(text):
        yield from itself(value, done, found.start())
        done = found.end()
        if found[0] == "+":
            yield Unit(" ", found.start(), done)
        else:
            yield from _decoded_bytes(found[0], found.start())
    yield from itself(value, done, len(text))


def _decoded_bytes(encoded: str, start: int) -> Iterator[Unit]:
    """Each character of a run of `%XX`, with the part of the run that writes it."""
    try:
        decoded_text = bytes.fromhex(encoded.replace("%", "")).decode()
    except UnicodeDecodeError:
        yield Unit(encoded, start, start + len(encoded))
        return
    for char in decoded_text:
        end = start + 3 * len(char.encode())
        yield Unit(char, start, end)
        start = end


def _never(_: str) -> None:
    """Nothing is written where nobody knows how."""


def _encoder(text: str) -> Callable[[str], str | None]:
    """Encodes new text as far as the text that stands there is encoded."""
    return partial(_encoded, safe="" if "%28" in text else _AS_THEY_ARE)


def _encoded(new: str, safe: str) -> str | None:
    try:
        return quote(new, safe=safe)
    except UnicodeEncodeError:  # half a pair of surrogates has no encoding
        return None
