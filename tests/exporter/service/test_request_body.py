"""Bodies that are too long, too slow, of another type, or JSON only for the careless."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import anyio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message

from epfilter.exporter.service import ServiceSettings, create_app, request_body
from support.exporter_services import AUTHORIZATION, CREATE, HeldOrders, job_request
from support.rows import for_each

HALF = "a string contains half of a surrogate pair, which is not a character"
GOOD = json.dumps(CREATE).encode()
JSON = {"Content-Type": "application/json"}


@for_each(
    ("body", "reason"),
    [
        (b"", "the text is empty"),
        (b" \n", "the text is empty"),
        (b"{", "expected a member name in double quotes (line 1, column 2)"),
        (
            GOOD + b"x",
            f"unexpected text after the end of the value (line 1, column {len(GOOD) + 1})",
        ),
        (b"\xef\xbb\xbf" + GOOD, "unexpected byte order mark (line 1, column 1)"),
        (b'{"data": "\xff"}', "not UTF-8 (byte 10)"),
        (GOOD.decode().encode("utf-16"), "not UTF-8 (byte 0)"),
        (b'{"data": NaN}', "`NaN` is not a number in JSON (line 1, column 10)"),
        (b'{"data": -Infinity}', "`-Infinity` is not a number in JSON (line 1, column 10)"),
        (
            b'{"data": 1, "data": 2}',
            "the member `data` appears twice in one object (line 1, column 13)",
        ),
        (
            b'{"a": [{"\\ud800": 1, "\\ud800": 2}]}',
            "the member `\\ud800` appears twice in one object (line 1, column 22)",
        ),
        (b'{"data": "\\ud800"}', f"{HALF} (line 1, column 11)"),
        (b'{"\\udfff": 1}', f"{HALF} (line 1, column 3)"),
        (b"[" * 4000, "it is nested too deeply"),
        (b"9" * 4096, None),
        (
            b'{"data": "\t"}',
            "a string contains a control character that is not escaped (line 1, column 11)",
        ),
    ],
)
def test_invalid_json_is_refused_with_its_position(
    client: TestClient, body: bytes, reason: str | None
) -> None:
    response = client.post("/v2/jobs", content=body, headers=JSON)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["title"]) == (400, "Bad Request")
    if reason is not None:
        assert error["detail"] in (
            f"The body is {reason}.",
            f"The body is not valid JSON: {reason}.",
        )


def test_a_number_of_too_many_digits_is_refused(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    app = create_app(replace(settings, max_body_bytes=10_000))
    with TestClient(app, headers=AUTHORIZATION) as client:
        response = client.post("/v2/jobs", content=b"9" * 5000, headers=JSON)
    assert response.json()["errors"][0]["detail"] == (
        "The body is not valid JSON: a number has too many digits."
    )


@given(
    body=st.binary(max_size=200)
    | st.text(alphabet='{}[]":,\\u0d8ateflsn"', max_size=60).map(str.encode)
)
@tried(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_causes_an_internal_error(client: TestClient, body: bytes) -> None:
    assert client.post("/v2/jobs", content=body, headers=JSON).status_code == 400


@for_each(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=utf8; v=1",
        "application/vnd.api+json",
        "application/vnd.moltin.v1+json; charset=UTF-8",
    ],
)
def test_json_in_utf_8_is_read(client: TestClient, content_type: str) -> None:
    response = client.post("/v2/jobs", content=GOOD, headers={"Content-Type": content_type})
    assert response.status_code == 202


@for_each(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json, application/json"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json; charset*=utf-16''x"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/+json"},
        {"Content-Type": "text/vnd.api+json"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
def test_any_other_content_type_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/v2/jobs", content=GOOD, headers=headers)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["title"]) == (415, "Unsupported Media Type")
    assert response.headers["Connection"] == "close"


def test_a_body_of_the_maximum_size_is_read_and_a_longer_one_refused(client: TestClient) -> None:
    body = json.dumps(job_request("eq(email,x)")).encode()
    longest = body + b" " * (4096 - len(body))
    assert client.post("/v2/jobs", content=longest, headers=JSON).status_code == 202
    response = client.post("/v2/jobs", content=longest + b" ", headers=JSON)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["title"], error["detail"]) == (
        413,
        "Content Too Large",
        "The body of the request has more than 4096 bytes.",
    )


@pytest.mark.parametrize("length", ["5000", "9" * 5000])
def test_a_body_with_a_too_large_content_length_is_not_read(
    client: TestClient, length: str
) -> None:
    headers = {**JSON, "Content-Length": length}
    assert client.post("/v2/jobs", content=b"{}", headers=headers).status_code == 413


def post_status(app: Starlette, received: Iterator[Message]) -> int:
    """The status of a POST whose body arrives like this."""
    statuses: list[int] = []

    async def receive() -> Message:
        message = next(received, None)
        if message is None:
            await anyio.sleep_forever()
        assert message is not None
        return message

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    async def ask() -> None:
        token = app.state.service.settings.token
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v2/jobs",
            "headers": [
                (b"content-type", b"application/json"),
                (b"authorization", f"Bearer {token}".encode()),
            ],
        }
        await app(scope, receive, send)

    anyio.run(ask)
    return statuses[0] if statuses else 0


def test_a_body_in_chunks_is_stopped_while_it_arrives(app: Starlette) -> None:
    chunks = iter([{"type": "http.request", "body": b" " * 1000, "more_body": True}] * 100)
    assert post_status(app, chunks) == 413
    assert len(list(chunks)) == 95


def test_a_body_that_never_arrives_times_out(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "_TIMEOUT", 0.05)
    first = {"type": "http.request", "body": b"{", "more_body": True}
    assert post_status(app, iter([first])) == 408


def test_a_client_that_disconnects_is_not_an_error(
    capsys: pytest.CaptureFixture[str], app: Starlette
) -> None:
    assert post_status(app, iter([{"type": "http.disconnect"}])) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["level"], json.loads(line)["status"]) == ("info", 499)
