"""Filters in URLs: the values of `filter=`, percent-decoded with their positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from epfilter.errors import Span
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import OPERATOR_PATTERN, starts_like_filter
from epfilter.linter.extractors.literals import decode_segments
from epfilter.linter.extractors.mapped_text import (
    PLACEHOLDER,
    Encoder,
    MappedText,
    Segment,
    mark_placeholders,
    refuse_edit,
    refuse_line_breaks,
    replace_matches,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext

FILTER_PARAMETER = r"(?:(?P<mark>[?&](?:amp;)?)|(?<![\w$.\[\]/:@-]))filter="
"""`filter=` after `?` or `&`, or on its own, as in documentation and request bodies.

It is not the end of a longer name, such as `$filter`, `x.filter` or `data-filter`.
"""
_PARAMETER = re.compile(
    rf"{FILTER_PARAMETER}(?(mark)"
    rf"|(?=[\"'({{<$%{PLACEHOLDER}]|(?i:{OPERATOR_PATTERN})[ ]*(?:\(|%28)))"
)
_URL_BOUNDARY = re.compile(r"[\s\"'`<>]")
_PATH_BOUNDARY = re.compile(r"[()\[\]|,;]")
"""What ends the text before the path of a URL.

It does not end the query, which may contain these characters: `page[limit]=5`, `include=items`.
"""
_SEARCH_VALUE = re.compile(r"[A-Za-z_][\w.-]*+:[<>][^\s\"'`&]*+")
"""A value in the language of multi-search, whose `>` is a part of it."""

_MEMBERS = re.compile(
    r"(?<=[?&])filter(?:\[|%5B)[^\s\"'`<>&]*+(?:&filter(?:\[|%5B)[^\s\"'`<>&]*+)*+", re.IGNORECASE
)
"""Parameters of JSON:API, such as `filter[status]=live`."""

_URL_REST = re.compile(r"[^\s\"'`<>]*+")
_OFFSET = re.compile(r"page(?:\[|%5B)offset(?:\]|%5D)=([0-9]{5,9})(?![0-9])", re.IGNORECASE)
MAX_OFFSET = 10_000
"""Source: the platform's guide "Pagination"; a firm limit of orders and files, advice elsewhere."""

_VALUE_ENDS = frozenset("&#<>`|\"')]\\")
_OR_CALL = re.compile(r"\|(?:[ \t]*(?:\r\n|\r|\n)[ \t]*)?(?:\w+)?\(")
_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")
_NEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)[ \t]*[^\s]")
"""The rest of a line, and a line below it that is not blank."""

_CALL_START = re.compile(rf"\(*(?:{OPERATOR_PATTERN})[ ]*\(", re.IGNORECASE)
_JOINED_CALL = re.compile(r"[:|][ ]*(?:\w+[ ]*)?\(")
_SPACED_JOINT = re.compile(r"\)[ \t]*[:|][ \t]*[( \t]*\w+[ \t]*\(")
_NOT_IN_QUOTES = re.compile(r"[\\\r\n`]")
"""What may end a value inside of quotes, or be an escape that is not decoded."""

_NEXT_PARAMETER = re.compile(r"&[\w.%\[\]-]+=")

_VARIABLE = re.compile(r"\{\{[^{}\r\n]{0,300}\}\}")
_UNBALANCED_VALUE = re.compile(rf"(?:{_VARIABLE.pattern}|\\(?![\"'])|[^\s&#`\\])*+")
_ESCAPED_QUOTE = '\\"'
_ESCAPED = re.compile(r'\\\\\\"|\\\\\\\\')
_ESCAPED_VALUE = re.compile(rf'(?:[^"\\&#\r\n]|{_ESCAPED.pattern})*+(?=\\"|[&#])')
"""A value in a JSON text that is itself a part of a string, so that its quotes are escaped."""

_ENCODED_CHARS = {"%22": '"', "%27": "'", "%5C": "\\", "%5c": "\\"}
_ENCODED_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+|\+")
_UNENCODED = "(),:|*@$/[]{}!~;."
"""Characters that people do not encode in the query of a URL."""


def add_url_filters(
    source: MappedText,
    extraction: Extraction,
    *,
    built_with: str = "",
    request: RequestContext = NO_CONTEXT,
) -> None:
    """Add the value of `filter=` in each URL of the text, and of `filter=` alone.

    `built_with` names the construct that made the text, as in `Extraction.add_candidate`.
    `request` gives the path where the text before `filter=` has none. A value of `filter=` on its
    own is added only if it starts like a filter. A value continues on the next line if the break is
    between two tokens. If it may continue but this is uncertain, it ends there and is marked as
    cut, so that it is never edited.
    """
    text = source.text
    done = 0
    for parameter, limit in _find_parameters(text):
        if parameter.start() < done:
            continue  # a part of the value before
        is_cut, url_start = False, parameter.start()
        if parameter["mark"] is None:
            value, done = _find_value_alone(source, parameter.end(), limit)
            if value is None:
                continue
            url = ""
        else:
            url_start = _find_url_start(source, done, parameter.start())
            url = text[url_start : parameter.start()]
            if parameter["mark"].startswith("&"):
                url = url.rpartition("?")[0]
            value, done, is_cut = _find_value_in_url(source, url_start, parameter.end(), limit)
        path = _PATH_BOUNDARY.split(url)[-1] or request.path
        context = RequestContext(path, request.method)
        extraction.add_candidate(value, context, built_with, is_cut=is_cut)
        if parameter["mark"]:
            rest = _URL_REST.match(text, done, limit)
            query = source.slice(url_start, rest.end() if rest else done)
            _check_offset(query, context, extraction)
    _add_member_filters(source, extraction, request)


def _find_value_in_url(
    source: MappedText, url_start: int, start: int, limit: int
) -> tuple[MappedText, int, bool]:
    """Return the decoded value of a parameter of a URL, its end, and whether the end is uncertain.

    `start` is the offset of the value.
    """
    text, is_cut = source.text, False
    escaped = None
    if text.endswith(_ESCAPED_QUOTE, 0, url_start):
        escaped = _ESCAPED_VALUE.match(text, start, limit)
    if escaped:
        end = escaped.end()
        value = _unescape(source.slice(start, end))
    else:
        end, is_balanced = _find_value_end(text, start, limit)
        end = _extend_in_quotes(text, Span(url_start, end), limit)
        is_cut = not is_balanced and _may_go_on(text, end, limit)
        value = source.slice(start, end)
    value = decode_percent(value)
    if "\n" in value.text or "\r" in value.text:
        value = value.with_encoder(refuse_line_breaks)  # a break in a URL is not encoded
    return value, end, is_cut


def _check_offset(query: MappedText, context: RequestContext, extraction: Extraction) -> None:
    """Add a remark on an offset in a URL that no page of a listing has."""
    for offset in _OFFSET.finditer(query.text):
        if int(offset[1]) > MAX_OFFSET and extraction.find_listings(context).resources:
            extraction.add_remark(
                "EPF607",
                query.map_span(Span(*offset.span())),
                f"pages of a listing end at the offset {MAX_OFFSET:,}.",
                "to read everything, send `sort=created_at` and `filter=ge(created_at,LAST)` with "
                "the last value of the page before",
            )


def _add_member_filters(
    source: MappedText, extraction: Extraction, request: RequestContext
) -> None:
    """Add the parameters of JSON:API in URLs, which the platform does not have; never edited."""
    done = 0
    for members in _MEMBERS.finditer(source.text):
        start = _find_url_start(source, done, members.start())
        done = members.end()
        url = source.text[start : members.start()].partition("?")[0]
        path = _PATH_BOUNDARY.split(url)[-1] or request.path
        value = decode_percent(source.slice(*members.span())).with_encoder(refuse_edit)
        extraction.add_candidate(value, RequestContext(path, request.method))


def add_unparsed_urls(source: MappedText, extraction: Extraction) -> None:
    """Add the filters in the URLs of a text that cannot be parsed; they cannot be edited."""
    add_url_filters(source.with_encoder(refuse_edit), extraction)


def is_template(text: str) -> bool:
    """Return whether the text is a template, which is not valid before it is filled in."""
    return "{{" in text or "{%" in text


def describe_url_search(language: str, reason: str) -> str:
    """Return the message for a file in which only URLs are searched."""
    return f"cannot parse this as {language}, so only URLs are searched for filters: {reason}"


def strip_punctuation(value: MappedText) -> MappedText:
    """Return the filter without the punctuation and emphasis of prose after it."""
    kept = value.text.rstrip(".,;:!?*_~")
    return value.slice(0, len(kept)) if kept.endswith(")") else value


def decode_percent(value: MappedText) -> MappedText:
    """Return a percent-encoded text decoded; bytes that are not UTF-8 stay encoded.

    >>> decode_percent(MappedText.of_file("eq(name,Ren%C3%A9+B)")).text
    'eq(name,René B)'
    """
    segments = replace_matches(value, _ENCODED_RUN, _decode_run)
    return value.decode(segments, _choose_encoder(value.text))


def _unescape(value: MappedText) -> MappedText:
    """Return a value of escaped JSON decoded."""
    text = value.text
    segments = decode_segments(text, 0, len(text), _ESCAPED, lambda escape: escape[-1])
    return value.decode(segments, lambda new: None if {*'"\\'} & {*new} else new)


def _find_parameters(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each parameter, and the limit of its value, which keeps the work linear.

    No value reaches into the next URL; a parameter alone may be a part of a value.
    """
    parameters = [*_PARAMETER.finditer(text)]
    limits: list[int] = []
    next_parameter = next_url = len(text)
    for parameter in reversed(parameters):
        is_alone = parameter["mark"] is None
        limits.append(next_parameter if is_alone else next_url)
        next_parameter = parameter.start()
        next_url = next_url if is_alone else next_parameter
    return zip(parameters, reversed(limits), strict=True)


def _find_value_alone(source: MappedText, start: int, limit: int) -> tuple[MappedText | None, int]:
    """Return the value of a parameter without a URL, if it is a filter, and where it ends.

    In quotes, as an argument or an attribute, the value is not percent-encoded. A quoted value
    with escapes or line breaks is skipped.
    """
    text = source.text
    quote_mark = text[start : start + 1]
    if quote_mark in {'"', "'"}:
        end = text.find(quote_mark, start + 1, limit)
        value = source.slice(start + 1, end) if end > 0 else source.slice(start, start)
        if any(char in value.text for char in "\\\r\n"):
            return None, start
    else:
        line_end = text.find("\n", start, limit)
        end, is_balanced = _find_value_end(text, start, limit if line_end < 0 else line_end)
        if not is_balanced and text[end : end + 1].isspace():
            return None, start
        end = _extend_in_quotes(text, Span(start - len("filter="), end), limit)
        value = strip_punctuation(decode_percent(source.slice(start, end)))
    is_filter = starts_like_filter(mark_placeholders(value).text)
    return (value, end) if is_filter else (None, start)


def _find_url_start(source: MappedText, first: int, end: int) -> int:
    start = end
    while start > first and not _URL_BOUNDARY.match(source.text, start - 1):
        start -= 1
    return start


def _find_value_end(text: str, start: int, limit: int) -> tuple[int, bool]:
    """Return where the value of a parameter ends, and whether its parentheses are balanced.

    Everything in its parentheses and quotes belongs to the value, even a space, which people
    forget to encode, as long as they are closed on the same line, or the lines break between
    tokens; so do template variables. An apostrophe may be a quote or not. A backtick outside of
    quotes ends inline code.
    """
    search = _SEARCH_VALUE.match(text, start, limit)
    if search:
        return search.end(), True
    for quotes in ("\"'", '"', ""):
        end, is_balanced = _scan_value(text, start, limit, quotes)
        if is_balanced:
            return end, True
    value = _UNBALANCED_VALUE.match(text, start, limit)
    return (value.end() if value else start), False


def _extend_in_quotes(text: str, span: Span, limit: int) -> int:
    """Return where a parameter or a URL with a value ends that has blanks between its terms.

    As an argument in quotes, it ends with them; `span` is what it has up to the first blank.
    """
    quote_mark = text[span.start - 1 : span.start] if span.start else ""
    if quote_mark not in {'"', "'"} or not text[span.end : span.end + 1].isspace():
        return span.end
    end = max(text.find(quote_mark, span.end, limit), span.end)
    last_call = text.rfind(")", span.start, span.end)
    is_joined = last_call >= 0 and _SPACED_JOINT.match(text, last_call, end)
    if not is_joined or _NOT_IN_QUOTES.search(text, span.end, end):
        return span.end
    following = _NEXT_PARAMETER.search(text, span.end, end)
    return following.start() if following else end


def _scan_value(text: str, start: int, limit: int, quotes: str) -> tuple[int, bool]:
    """Return the end of the value where only `quotes` quote, and whether it is balanced."""
    depth, open_quote, position, line_start = 0, "", start, start
    while position < limit:
        line_break = _match_line_break(text, position, limit)
        if line_break:
            if open_quote or not _goes_on(text, line_start, line_break, limit, depth):
                break
            position = line_start = line_break.end()
            continue
        char, size = _read_unit(text, position, limit)
        if open_quote:
            if char == "\\" and text[position + size : position + size + 1] not in ("\r", "\n"):
                size += 1
            elif char == open_quote:
                open_quote = ""
        elif char == "`" or (depth == 0 and size == 1 and _ends_value(text, position)):
            break
        elif char and char in quotes:
            open_quote = char
        elif char and char in "()":
            depth += 1 if char == "(" else -1
        position += size
    return min(position, limit), depth == 0 and not open_quote


def _read_unit(text: str, position: int, limit: int) -> tuple[str, int]:
    """Return the character there and the size of its encoding; no character for a variable."""
    char = _ENCODED_CHARS.get(text[position : position + 3], text[position])
    variable = _VARIABLE.match(text, position, limit) if char == "{" else None
    if variable:
        return "", len(variable[0])
    return char, 1 if char == text[position] else 3


def _match_line_break(text: str, position: int, limit: int) -> re.Match[str] | None:
    """Return the line break at the position with the blanks around it, each run of them once."""
    char = text[position]
    if char in "\r\n" or (char in " \t" and text[position - 1] not in " \t"):
        return _BREAK.match(text, position, limit)
    return None


def _goes_on(text: str, line_start: int, line_break: re.Match[str], limit: int, depth: int) -> bool:
    """Return whether a value goes on after a line break: it must stand between two tokens.

    A backtick in the line before ends inline code, wherever it stands.
    """
    start, end = line_break.span()
    if end >= limit or "`" in text[line_start:start]:
        return False
    before, after = text[start - 1 : start], text[end]
    if depth <= 0:
        return _JOINED_CALL.match(text, end, limit) is not None or (
            before in {":", "|"} and _CALL_START.match(text, end, limit) is not None
        )
    return before in {"(", ",", ":", "|"} or after in "),:|"


def _may_go_on(text: str, end: int, limit: int) -> bool:
    """Return whether a value that is not closed may go on in the next line of the text."""
    return text[end : end + 1].isspace() and _NEXT_LINE.match(text, end, limit) is not None


def _ends_value(text: str, position: int) -> bool:
    """Return whether a character outside of parentheses ends a value; `|` may be an "or"."""
    char = text[position]
    is_or = char == "|" and _OR_CALL.match(text, position)
    return (char in _VALUE_ENDS or char.isspace()) and not is_or


def _decode_run(run: re.Match[str]) -> Iterator[Segment]:
    """Yield a space for `+`, or each character of a run of `%XX`, with what encodes it."""
    start, end = run.span()
    if run[0] == "+":
        yield Segment(" ", start, end)
        return
    try:
        decoded = bytes.fromhex(run[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        yield Segment(run[0], start, end)
        return
    for char in decoded:
        end = start + 3 * len(char.encode())
        yield Segment(char, start, end)
        start = end


def _choose_encoder(text: str) -> Encoder:
    """Return an encoder that encodes new text as far as the existing text is encoded."""
    return partial(_encode, safe="" if "%28" in text else _UNENCODED)


def _encode(new: str, safe: str) -> str | None:
    try:
        return quote(new, safe=safe)
    except UnicodeEncodeError:  # a lone surrogate has no encoding
        return None
