"""What can be wrong with a text as a whole: surrogates, URL-encoding, a whole parameter, quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from epfilter.errors import Diagnostic, Span
from epfilter.recovery import diagnostics
from epfilter.recovery.scanner import SPACE, TERM_START

_SURROGATES = re.compile("[\ud800-\udfff]+")
_PARAMETER = re.compile(
    r"[^\s()\"',]*?(?<![\w.-])filter[ \t\r\n]*(?:[=:]|%(?:25)*3D)[ \t\r\n]*", re.IGNORECASE
)
_SPACE = " \t\r\n"
_ENCODED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_ENCODED_CALL = re.compile(r"\s*+(?:%(?:25)*+28|\()*+\s*+[a-z_]++\s*+%(?:25)*+28", re.IGNORECASE)
_TIMES = 3
"""How often a text may have been encoded for the fix to take all of it back."""

_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`", "{": "}", "[": "]"}
_LEADING_CALL = re.compile(SPACE + TERM_START)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the text that is meant as the filter, and what was found around it."""

    start: int
    end: int
    found: tuple[Diagnostic, ...] = ()
    encoded: bool = False
    """The part cannot be read as it is."""
    in_url: bool = False
    """The part stands behind `filter=`."""


def find_surrogates(text: str) -> list[Diagnostic]:
    """One mistake a run of surrogates; while there are any, nothing else is looked for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return [
            diagnostics.surrogate(Span(*run.span()), run[0]) for run in _SURROGATES.finditer(text)
        ]
    return []


def unwrap(text: str, is_filter: Callable[[str], bool]) -> Window:
    """Find what is meant as the filter in a text that may be more, or may be encoded."""
    end = len(text.rstrip(_SPACE))
    start = len(text) - len(text.lstrip(_SPACE))
    found: list[Diagnostic] = []
    parameter = _PARAMETER.match(text, start)
    if parameter:
        span = Span(start, len(text[: parameter.end()].rstrip(_SPACE)))
        found.append(diagnostics.whole_parameter(span, text[slice(*span)]))
        start = min(parameter.end(), end)
    unread = _written_as_json(text[start:end], Span(start, end), is_filter)
    if unread:
        return Window(start, end, (*found, unread), encoded=True)
    if _is_wrapped(text, start, end, is_filter):
        found.append(diagnostics.wrapped_whole(Span(start, end), text[start], text[end - 1]))
        start, end = start + 1, end - 1
    encoded = _encoded(text[start:end], start, is_filter)
    if encoded:
        return Window(start, end, (*found, encoded), encoded=True)
    in_url = parameter is not None
    return Window(start, end, tuple(found), in_url=in_url) if found else Window(0, len(text))


def _is_wrapped(text: str, start: int, end: int, is_filter: Callable[[str], bool]) -> bool:
    """Whether one pair of quotes or brackets stands around a call, and around nothing less."""
    if end - start <= len("()") or _PAIRS.get(text[start]) != text[end - 1]:
        return False
    inner = text[start + 1 : end - 1]
    if _LEADING_CALL.match(inner) is None:
        return False
    return (text[start] not in inner and text[end - 1] not in inner) or is_filter(inner)


def _written_as_json(text: str, span: Span, is_filter: Callable[[str], bool]) -> Diagnostic | None:
    """A JSON object with the filter in it, or the filter as a string of JSON."""
    if text[:1] not in {"{", '"'}:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        plain = "\\" not in text or not is_filter(value)
        return None if plain else diagnostics.json_string(span, value)
    members = value.get("data", value)
    inner = members.get("filter") if isinstance(members, dict) else None
    if not isinstance(inner, str):
        return None
    return diagnostics.json_body(span, inner, safe=is_filter(inner))


def _encoded(text: str, start: int, is_filter: Callable[[str], bool]) -> Diagnostic | None:
    """The mistake of a text that is percent-encoded, whole or in part."""
    if not _ENCODED.search(text):
        return None
    span = Span(start, start + len(text))
    sure = _ENCODED_CALL.match(text) is not None
    decoded = text.split("&", 1)[0] if sure else text
    if not sure and is_filter(text):
        return None
    for _ in range(_TIMES):
        try:
            decoded = unquote_plus(decoded, errors="strict")
        except UnicodeDecodeError:
            return diagnostics.url_encoded(span, None, safe=False) if sure else None
        if is_filter(decoded):
            return diagnostics.url_encoded(span, decoded, safe=sure and "+" not in text)
        if not _ENCODED_CALL.match(decoded):
            break
    return diagnostics.url_encoded(span, decoded, safe=False) if sure else None
