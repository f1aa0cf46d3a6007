"""Finds the filter in a longer text, and reports errors of the text as a whole.

Such errors are surrogates, URL encoding, a whole URL parameter, JSON and quotes around the filter.
"""

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
    r"[^\s()\"',]*?(?<![\w.-])(?:filter[ \t\r\n]*(?:[=:]|%(?:25)*3D)[ \t\r\n]*)++",
    re.IGNORECASE,
)
_SPACE = " \t\r\n"
_ENCODED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_ENCODED_CALL = re.compile(r"\s*+(?:%(?:25)*+28|\()*+\s*+[a-z_]++\s*+%(?:25)*+28", re.IGNORECASE)
_NOT_ENCODED = re.compile("[+()\"']")
_MAX_DECODINGS = 3
"""The number of encodings that the fix can undo."""

_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`", "{": "}", "[": "]"}
_LEADING_CALL = re.compile(SPACE + TERM_START)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the text that is probably the filter, and the errors around it."""

    start: int
    end: int
    diagnostics: tuple[Diagnostic, ...] = ()
    unreadable: bool = False
    """The part is encoded, so that nothing in it can be located."""
    in_url: bool = False
    """The part follows `filter=`."""


def find_surrogates(text: str) -> list[Diagnostic]:
    """Return one error per run of surrogates; if there are any, no other error is searched."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return [
            diagnostics.surrogate(Span(*run.span()), run[0]) for run in _SURROGATES.finditer(text)
        ]
    return []


def unwrap(text: str, is_filter: Callable[[str], bool]) -> Window:
    """Return the part of a longer or encoded text that is probably the filter."""
    end = len(text.rstrip(_SPACE))
    start = len(text) - len(text.lstrip(_SPACE))
    errors: list[Diagnostic] = []
    parameter = _PARAMETER.match(text, start)
    if parameter:
        span = Span(start, len(text[: parameter.end()].rstrip(_SPACE)))
        errors.append(diagnostics.url_parameter(span, text[slice(*span)]))
        start = min(parameter.end(), end)
    json_error = _diagnose_json(text[start:end], Span(start, end), is_filter)
    if json_error:
        return Window(start, end, (*errors, json_error), unreadable=True)
    if _is_wrapped(text, start, end, is_filter):
        errors.append(diagnostics.wrapped_filter(Span(start, end), text[start], text[end - 1]))
        start, end = start + 1, end - 1
    encoding_error = _diagnose_encoding(text[start:end], start, is_filter)
    if encoding_error:
        return Window(start, end, (*errors, encoding_error), unreadable=True)
    in_url = parameter is not None
    return Window(start, end, tuple(errors), in_url=in_url) if errors else Window(0, len(text))


def _is_wrapped(text: str, start: int, end: int, is_filter: Callable[[str], bool]) -> bool:
    """Return whether one pair of quotes or brackets surrounds the whole filter."""
    if end - start <= len("()") or _PAIRS.get(text[start]) != text[end - 1]:
        return False
    inner = text[start + 1 : end - 1]
    if _LEADING_CALL.match(inner) is None:
        return False
    return (text[start] not in inner and text[end - 1] not in inner) or is_filter(inner)


def _diagnose_json(text: str, span: Span, is_filter: Callable[[str], bool]) -> Diagnostic | None:
    """Return the error of a JSON object with a filter, or of a filter as a JSON string."""
    if text[:1] not in {"{", '"'}:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        is_json = "\\" in text and is_filter(value)
        return diagnostics.json_string(span, value) if is_json else None
    members = value.get("data", value)
    inner = members.get("filter") if isinstance(members, dict) else None
    if not isinstance(inner, str):
        return None
    return diagnostics.json_body(span, inner, safe=is_filter(inner))


def _diagnose_encoding(
    text: str, start: int, is_filter: Callable[[str], bool]
) -> Diagnostic | None:
    """Return the error of a text that is percent-encoded, as a whole or in part."""
    if not _ENCODED.search(text):
        return None
    span = Span(start, start + len(text))
    is_certain = _ENCODED_CALL.match(text) is not None
    decoded = text.split("&", 1)[0] if is_certain else text
    if not is_certain and is_filter(text):
        return None
    for _ in range(_MAX_DECODINGS):
        try:
            decoded = unquote_plus(decoded, errors="strict")
        except UnicodeDecodeError:
            return diagnostics.url_encoded(span, None, safe=False) if is_certain else None
        if is_filter(decoded):
            # A text with a parenthesis or a quote of its own is encoded only in part.
            safe = is_certain and not _NOT_ENCODED.search(text)
            return diagnostics.url_encoded(span, decoded, safe=safe)
        if not _ENCODED_CALL.match(decoded):
            break
    return diagnostics.url_encoded(span, decoded, safe=False) if is_certain else None
