"""Reads the body of a request: not too long, not too slow, and JSON in the strict sense."""

from __future__ import annotations

from email.message import Message
from typing import NoReturn

import anyio
from starlette.requests import Request

from epfilter.exporter.service.responses import Refusal
from epfilter.strict_json import JsonError, parse_json

_SECONDS = 30.0
"""How long a body may take to arrive."""

_CLOSE = {"Connection": "close"}
"""What is left of a body that nobody wants is not read."""


async def json_body(request: Request, most: int) -> object:
    """The body as plain data; Refusal where it is not JSON in UTF-8, or longer than `most` bytes.

    Strict as RFC 8259 allows: no byte order mark, no NaN and Infinity, no half surrogate pairs,
    and no member twice, because whoever reads the first and whoever reads the last would export
    different orders.
    """
    _demand_json(request)
    try:
        return parse_json((await _body(request, most)).decode())
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8 (byte {error.start}).") from None
    except JsonError as error:
        raise Refusal(400, f"The body is not valid JSON: {error}.") from None


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    # Python reads no integer of more than 4300 digits, and nobody has sent so many bytes.
    if length.isdecimal() and (len(length) > 20 or int(length) > most):
        _refuse_long(most)
    body = bytearray()
    try:
        with anyio.fail_after(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    _refuse_long(most)
    except TimeoutError:
        raise Refusal(408, headers=_CLOSE) from None
    return bytes(body)


def _refuse_long(most: int) -> NoReturn:
    raise Refusal(413, f"The body of the request has more than {most} bytes.", headers=_CLOSE)


def _demand_json(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise Refusal(415, "Send the body as it is, without Content-Encoding.", headers=_CLOSE)
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    charset = header.get_param("charset", "utf-8")
    is_utf_8 = isinstance(charset, str) and charset.lower() in {"utf-8", "utf8"}
    if header.get_content_type() != "application/json" or not is_utf_8:
        raise Refusal(415, headers=_CLOSE)
