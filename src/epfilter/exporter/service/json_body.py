"""Reads the body of a request: not too long, not too slow, and JSON in the strict sense."""

from __future__ import annotations

import json
from email.message import Message
from typing import NoReturn

import anyio
from starlette.requests import Request

from epfilter.exporter.service.responses import Refusal
from epfilter.snippets import shorten

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
        return _parsed((await _body(request, most)).decode())
    except UnicodeDecodeError as error:
        refuse_json(f"it is not UTF-8 at byte {error.start}")


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


def refuse_json(reason: str) -> NoReturn:
    """Refuse a body that cannot be read as JSON."""
    raise Refusal(400, f"Could not read the body as JSON: {reason}.")


def _parsed(text: str) -> object:
    if text.startswith("\ufeff"):
        refuse_json("it begins with a byte order mark")
    try:
        data: object = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
        # A half of a surrogate pair is no character; neither a database nor an answer can hold it.
        json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        refuse_json(f"{error.msg[:1].lower()}{error.msg[1:]} ({place})" if text else "it is empty")
    except UnicodeEncodeError:
        refuse_json("it has one half of a surrogate pair")
    except RecursionError:
        refuse_json("it is nested too deeply")
    except ValueError:
        # What is left: Python reads no integer of more than 4300 digits.
        refuse_json("it has a number with too many digits")
    return data


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in members if names.count(name) > 1)
        refuse_json(f"the member `{_written(twice)}` stands twice in one object")
    return members


def _written(name: str) -> str:
    return shorten(name).encode(errors="backslashreplace").decode()


def _refuse_constant(name: str) -> NoReturn:
    refuse_json(f"{name} is no number")
