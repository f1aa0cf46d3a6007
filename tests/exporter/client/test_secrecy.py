"""No log, error or job contains tokens, secrets, signatures of links or values of filters."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter.exporter import (
    DownloadError,
    ExporterError,
    Job,
    JobFailedError,
    RequestFailedError,
)
from epfilter.exporter.client.requests import build_file_request
from epfilter.exporter.client.responses import mask_secrets
from exporter.client.conftest import Opener
from exporter.client.doubles import ID, TOKEN, Service, file_answer, rest_answer

SECRETS = (TOKEN, "the-hidden-word", "SIGNED", "ron@example.com")
FILTER = "eq(email,ron@example.com)"
HREF = "https://files.example/SIGNED/1.csv?signature=SIGNED"


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_no_log_has_a_secret(
    open_client: Opener, tmp_path: Path, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    caplog.set_level(level)
    redirected = httpx.Response(302, headers={"location": "/2.csv?signature=SIGNED"})
    service = Service(
        redirected, file_answer(sent=100), httpx.Response(503), rest_answer, href=HREF
    )

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/access_token":
            return httpx.Response(200, json={"access_token": TOKEN})
        return service(request)

    client = open_client(answer, client_id="the-id", client_secret="the-hidden-word")  # noqa: S106 - it opens nothing
    client.call("export", FILTER, tmp_path / "a.csv")
    assert caplog.records
    assert not [secret for secret in SECRETS if secret in caplog.text]
    messages = [
        record.message for record in caplog.records if record.name == "epfilter.exporter.client"
    ]
    first_message = "POST /oauth/access_token: 200 after 0.000 s (attempt 1)"
    retry_message = "the file on https://files.example: attempt "
    assert (messages[0] == first_message) is (level == logging.DEBUG)
    assert [message.startswith(retry_message) for message in messages].count(True) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(403), DownloadError),
        (httpx.Response(302, headers={"location": HREF}), DownloadError),
        (httpx.ConnectError("no route"), DownloadError),
        (httpx.ReadError("x"), DownloadError),
    ],
)
def test_no_error_has_a_secret(
    open_client: Opener, tmp_path: Path, answer: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as error_info:
        open_client(Service(answer, href=HREF)).call("download", ID, tmp_path / "a.csv")
    text = "".join(traceback.format_exception(error_info.value)) + repr(error_info.value)
    assert not [secret for secret in SECRETS if secret in text]
    cause: BaseException | None = error_info.value
    while cause is not None:
        # An error of httpx contains its request, which contains the token.
        assert isinstance(cause, ExporterError)
        cause = cause.__cause__ or cause.__context__


ECHO = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"errors": [{"title": TOKEN, "detail": TOKEN, "meta": {"a": TOKEN}}]}},
        {"content": f'{{"errors": [{{"title": "{ECHO}"}}]}}'},
        {"extensions": {"reason_phrase": f"Bad {TOKEN}".encode()}},
        {"headers": {"x-request-id": TOKEN}},
    ],
    ids=["json", "escaped", "reason", "header"],
)
def test_an_error_of_a_server_that_quotes_the_token_does_not_contain_it(
    open_client: Opener, answer: dict[str, Any]
) -> None:
    client = open_client(lambda _: httpx.Response(400, **answer))
    with pytest.raises(RequestFailedError) as error_info:
        client.call("jobs")
    text = "".join(traceback.format_exception(error_info.value)) + repr(vars(error_info.value))
    assert "***" in text
    assert TOKEN not in text


FAILED = {"id": str(ID), "status": "failed", "error": f"no access with {TOKEN}, {TOKEN}"}


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("wait", (ID,)),
        ("wait", (Job.model_validate(FAILED),)),
        ("export", (FILTER, "a.csv")),
        ("job", (ID,)),
        ("jobs", ()),
        ("create_job", (FILTER,)),
    ],
    ids=repr,
)
def test_the_error_of_a_job_does_not_contain_the_token(
    open_client: Opener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    args: tuple[Any, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    client = open_client(lambda _: httpx.Response(200, json={"data": [FAILED]}))
    if method in {"wait", "export"}:
        with pytest.raises(JobFailedError, match=r"^no access with \*\*\*, \*\*\*$") as error_info:
            client.call(method, *args)
        text = "".join(traceback.format_exception(error_info.value)) + repr(vars(error_info.value))
    else:
        text = repr(client.call(method, *args))
    assert "no access with ***, ***" in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("x", "the token x has expired", "the token *** has expired"),
        ("test", "tests of (test)", "tests of (***)"),
        ("test", '{"a":"test","b":"\\ntest"}', '{"a":"***","b":"\\n***"}'),
        ("x-1", "yx-12", "y***2"),
        ("abcdefgh", "1abcdefgh2", "1***2"),
        ('a"bcdefgh', '{"a":"1a\\"bcdefgh2"}', '{"a":"1***2"}'),
    ],
)
def test_a_short_word_is_a_secret_only_as_a_whole_word(
    secret: str, text: str, expected: str
) -> None:
    assert mask_secrets(text, (secret,)) == expected


def test_the_request_for_a_file_shows_only_the_host() -> None:
    request = build_file_request(httpx.URL(HREF), 5, '"1"')
    assert repr(request) == "<Request('GET', 'https://files.example/…')>"
    assert repr(request.url) == "HiddenURL('https://files.example/…')"
    assert request.url.raw_path == b"/SIGNED/1.csv?signature=SIGNED"
