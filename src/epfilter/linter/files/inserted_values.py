"""Where the values come from that a program inserts into a filter: what is certain about them.

The source text of a value is read, not its tree: most programs write this alike, in all languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from epfilter.errors import Span
from epfilter.linter.files.filled_text import find_positions
from epfilter.linter.files.value_origins import Form, Origin, compile_declarations, find_origin

if TYPE_CHECKING:
    from epfilter.linter.extractors import InterpolatedFilter

_DELIMITERS = re.compile(r"\A(?:[$#]?\{(.*)\}|\\\((.*)\))\Z", re.DOTALL)
_BEFORE_ARGUMENTS = re.compile(r"[\"'`]{0,3}\s*(?:\.format(?:ted)?\(|%|,)\s*")
_NUMERIC_FIELD = re.compile(r"%[-+ #0-9.]*[dfiuxXeEgG]|\{\w*:[^{}]*(?:[dfeg]|%[YmdHMSjyB].*)\}")
_FORMATTED = re.compile(r"format|%|printf", re.IGNORECASE)
"""The constructs whose fields do not contain the values; the arguments stand after the text."""

_ROUTE_PARAMETER = re.compile(r"(?:\bparams|\bprops\.params)(?:\?\.|\.|\[)\w*")
_PARAMETERS = re.compile(r"(?:await\s+)?(?:props\.)?params\b")
_HAS_ROUTE_PARAMETERS = re.compile(r"\{[^{}]{0,80}\bparams\b[^{}]{0,80}\}\s*(?::|\)|=\s*await)")
"""Next.js passes them to a page or a route handler in an object: `({ params }: Props)`."""

_ESCAPE = re.compile(
    r"(?:\b[eE]sc|_esc|[a-z]Esc|[sS]aniti[sz]e|\b[aA]ddc?slashes|[rR]eplace(?:All)?|\bgsub"
    r"|replacingOccurrences|[a-z]Quote|_quote|\bquote[A-Z_])\w*\("
)
_OTHER_ENCODING = re.compile(
    r"(?i)\b(?:encodeuri|raw_?urlencode|urlencode|quote_plus|quote\(|html)"
)
_IDENTIFIER = re.compile(r"[$@]?[A-Za-z_]\w*\Z")
_SEARCHED = 4_000
"""How many characters before a filter are searched for what declares a value."""

_ARGUMENTS_SIZE = 300
"""How many characters after a text are searched for the values that are inserted into it."""

_ROUTE = re.compile(
    r"@[\w.]{1,60}\.(?P<kind>route|get|post|put|patch|delete|websocket)\((?P<path>[^\n]{0,300})\n"
    r"(?:\s*@[^\n]{0,200}\n)*\s*(?:async\s+)?def\s+\w+\((?P<parameters>[^)]{0,1000})"
)
_FUNCTION = re.compile(r"^[ \t]*(?:async\s+)?def\s", re.MULTILINE)


def find_origins(interpolation: InterpolatedFilter, text: str) -> list[tuple[Span, Origin]]:
    """Return what is certain about each value of a filter, with its position in the file's text."""
    value = interpolation.filter.value
    positions = find_positions(value.text)
    spans = {index: value.map_span(Span(index, index + 1)) for index in sorted(value.placeholders)}
    if _FORMATTED.search(interpolation.built_with):
        return _find_formatted(text, value.end, [*spans.values()])
    origins: list[tuple[Span, Origin]] = []
    for index, span in spans.items():
        written = text[slice(*span)]
        match = _DELIMITERS.match(written)
        expression = (match[1] or match[2] or "" if match else written).strip()
        is_quoted = index in positions.quoted
        if is_quoted and _ESCAPE.search(expression) and not _OTHER_ENCODING.search(expression):
            origins.append((span, Origin.SAFE))
        else:
            origins.append((span, _read_origin(expression, text[: span.start])))
    return origins


def _find_formatted(text: str, end: int, fields: list[Span]) -> list[tuple[Span, Origin]]:
    """Return what is certain about the values of fields such as `%s`; `end` is that of the text."""
    arguments = _find_arguments(text, end)
    origin = _read_origin(arguments, text[:end]) if arguments else Origin.UNKNOWN
    if origin is Origin.SAFE and len(fields) > 1:
        origin = Origin.UNKNOWN
    is_number = [_NUMERIC_FIELD.fullmatch(text[slice(*field)]) is not None for field in fields]
    return [
        (field, Origin.SAFE if number else origin)
        for field, number in zip(fields, is_number, strict=True)
    ]


def _find_arguments(text: str, end: int) -> str:
    """Return the arguments of the call, or after the operator, that follows a text."""
    opening = _BEFORE_ARGUMENTS.match(text, end)
    if opening is None:
        return ""
    rest = text[opening.end() : opening.end() + _ARGUMENTS_SIZE]
    depth = 0
    for index, char in enumerate(rest):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0 or (char in "\n;" and not depth):
            return rest[:index].strip()
    return rest.strip()


def _read_origin(expression: str, before: str, *, is_followed: bool = True) -> Origin:
    """Return what is certain about an expression; `before` is the text of the file before it."""
    for form in (Form.EXPRESSION, Form.PART):
        origin = find_origin(expression, form)
        if origin is not Origin.UNKNOWN:
            return origin
    before = before[-_SEARCHED:]
    if _ROUTE_PARAMETER.match(expression) and _HAS_ROUTE_PARAMETERS.search(before):
        return Origin.REQUEST
    name = _find_name(expression)
    if not name or not is_followed or name not in before:
        return Origin.UNKNOWN
    is_whole = _IDENTIFIER.match(expression) is not None
    return _read_declarations(name, before, is_whole=is_whole)


def _find_name(expression: str) -> str:
    """Return the only name of an expression, as in `str(email)` or `email.trim()`."""
    names = re.findall(r"(?<![\w.$@])[$@]?[A-Za-z_]\w*(?!\w*\s*\()", expression)
    return names[0].lstrip("$@") if len(set(names)) == 1 else ""


def _read_declarations(name: str, before: str, *, is_whole: bool) -> Origin:
    """Return what the nearest declaration shows: a parameter, its type, or the assigned value."""
    nearest = max(_find_declarations(name, before), key=lambda found: found[0], default=None)
    if nearest is None:
        return Origin.UNKNOWN
    origin = nearest[1]
    return origin if is_whole or origin is not Origin.SAFE else Origin.UNKNOWN


def _find_declarations(name: str, before: str) -> Iterator[tuple[int, Origin]]:
    for origin, pattern in compile_declarations(name):
        for match in pattern.finditer(before):
            yield match.start("name"), _read_declaration(match, origin, before)
    yield from _find_route_parameters(name, before)


def _read_declaration(match: re.Match[str], origin: Origin, before: str) -> Origin:
    """Return what a declaration shows; `origin` is that of its row."""
    parts = match.groupdict()
    written_type = parts.get("type") or parts.get("type_after")
    if written_type and _is_plain_type(written_type, before):
        return Origin.SAFE
    if "value" in parts:
        return _read_origin(parts["value"].strip(), before[: match.start()], is_followed=False)
    if "object" in parts:
        is_route = _PARAMETERS.match(parts["object"]) is not None
        return Origin.REQUEST if is_route else find_origin(parts["object"], Form.PART)
    return origin


def _find_route_parameters(name: str, before: str) -> Iterator[tuple[int, Origin]]:
    """Yield the parameter of the route's function that is around the text, in Flask or FastAPI."""
    routes = [*_ROUTE.finditer(before)]
    if not routes or _FUNCTION.search(before, routes[-1].end()):
        return
    parameter = re.search(rf"\b{re.escape(name)}\b\s*(?::\s*([^=,]+))?", routes[-1]["parameters"])
    if (
        parameter is None
        or "Depends" in routes[-1]["parameters"][parameter.start() :].split(",")[0]
    ):
        return
    converted = re.search(rf"<(?:int|float|uuid):{re.escape(name)}>", routes[-1]["path"])
    is_plain = parameter[1] is not None and _is_plain_type(parameter[1], before)
    yield routes[-1].end(), Origin.SAFE if converted or is_plain else Origin.REQUEST


def _is_plain_type(written: str, before: str) -> bool:
    """Return whether values of a type contain no special characters; `before` may declare it."""
    written = re.sub(r"\s*\|\s*(?:None|null|undefined)\b|[?&]", "", written).strip()
    if find_origin(written, Form.TYPE) is Origin.SAFE:
        return True
    alias = re.search(rf"\btype\s+{re.escape(written)}\s*=\s*([^;{{}}]+)", before)
    return alias is not None and find_origin(alias[1].strip(), Form.TYPE) is Origin.SAFE
