"""The body of a request: limited in size and time, and strict JSON or a form."""

from __future__ import annotations

import re
from asyncio import timeout
from email.message import Message
from functools import lru_cache
from typing import NoReturn
from urllib.parse import parse_qs

from starlette.requests import Request

from epfilter.exporter.service.responses import Refusal
from epfilter.strict_json import JsonError, parse_json

_JSON_TYPE = re.compile(r"application/(?:[!#$&^_.+a-z0-9-]+\+)?json")
"""Also types of vendors, such as `application/vnd.api+json`. Source: RFC 6839, 3.1."""

_FORM_TYPE = re.compile("application/x-www-form-urlencoded")

_FORM_HINT = f"Send a form in UTF-8: Content-Type: {_FORM_TYPE.pattern}."
_MAX_FIELDS = 100
_UTF_8 = frozenset({"utf-8", "utf8"})

_TIMEOUT = 30.0
"""Seconds in which a body must arrive."""

_CLOSE = {"Connection": "close"}
"""The rest of a refused body is not read, so the connection cannot be used again."""


async def read_json(request: Request, max_bytes: int) -> object:
    """Return the body as plain data.

    Raises Refusal for a body that is not strict JSON in UTF-8, longer than `max_bytes`, or too
    slow. A member that appears twice is refused, because two readers could export different orders.
    """
    text = await _read_text(request, max_bytes, _JSON_TYPE)
    try:
        return parse_json(text)
    except JsonError as error:
        raise Refusal(400, f"The body is not valid JSON: {error}.") from None


async def read_form(request: Request, max_bytes: int) -> dict[str, list[str]]:
    """Return the values of each parameter of a form.

    Raises Refusal for a body that is not a form in UTF-8, longer than `max_bytes`, or too slow.
    """
    text = await _read_text(request, max_bytes, _FORM_TYPE, _FORM_HINT)
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:  # includes an invalid UTF-8 sequence
        raise Refusal(400, "The body is not a valid form.") from None


async def _read_text(
    request: Request, max_bytes: int, media_type: re.Pattern[str], hint: str | None = None
) -> str:
    _require_type(request, media_type, hint)
    try:
        return (await _read_body(request, max_bytes)).decode()
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8 (byte {error.start}).") from None


async def _read_body(request: Request, max_bytes: int) -> bytes:
    length = request.headers.get("content-length", "")
    # Python refuses to read an integer of more than 4,300 digits.
    if length.isdecimal() and (len(length) > 20 or int(length) > max_bytes):
        _refuse_long(max_bytes)
    body = bytearray()
    try:
        async with timeout(_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    _refuse_long(max_bytes)
    except TimeoutError:
        raise Refusal(408, headers=_CLOSE) from None
    return bytes(body)


def _refuse_long(max_bytes: int) -> NoReturn:
    raise Refusal(413, f"The body of the request has more than {max_bytes} bytes.", headers=_CLOSE)


def _require_type(request: Request, media_type: re.Pattern[str], hint: str | None) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise Refusal(415, "Send the body without Content-Encoding.", headers=_CLOSE)
    name, is_utf_8 = _read_content_type(request.headers.get("content-type", ""))
    if not media_type.fullmatch(name) or not is_utf_8:
        raise Refusal(415, hint, headers=_CLOSE)


@lru_cache(maxsize=32)
def _read_content_type(text: str) -> tuple[str, bool]:
    """Return the media type of a header, and whether its charset is UTF-8."""
    header = Message()
    header["Content-Type"] = text
    charset = header.get_param("charset", "utf-8")
    return header.get_content_type(), isinstance(charset, str) and charset.lower() in _UTF_8
