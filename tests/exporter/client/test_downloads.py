"""Downloads: complete, resumed, after redirects, without the token."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter import DownloadError, FileLink, JobExpiredError
from epfilter.exporter.client import DownloadProgress
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import (
    BASE,
    CSV,
    FILTER,
    ID,
    JOB,
    LINK,
    Body,
    Client,
    Handler,
    Platform,
    Service,
    file_answer,
    rest_answer,
)

kind = both_kinds

LOST = httpx.ReadError("x")
NOT_ASCII = httpx.Response(
    200,
    headers=[(b"content-length", str(len(CSV)).encode()), (b"etag", b'"\xe9"')],
    stream=Body([CSV[:1234]]),
)


def headers(service: Platform, name: str) -> list[str | None]:
    return [request.headers.get(name) for request in service.requests]


@pytest.mark.parametrize("source", [JOB, ID, str(ID), FileLink(href=LINK), LINK], ids=repr)
def test_a_file_is_downloaded_from_a_job_or_a_link(
    open_client: Opener, tmp_path: Path, source: object
) -> None:
    service = Service(file_answer())
    target = tmp_path / "orders.csv"
    assert open_client(service).call("download", source, target) == target
    assert target.read_bytes() == CSV
    assert list(tmp_path.iterdir()) == [target]
    assert service.all[-1] in {
        "GET /orders/0.csv?signature=SIGNED",
        "GET /orders/1.csv?signature=SIGNED",
    }


def test_a_file_is_requested_without_token_and_encoding(
    open_client: Opener, tmp_path: Path
) -> None:
    service = Service(file_answer(), href=f"{BASE}.example/1.csv")
    open_client(service).call("download", ID, tmp_path / "a.csv")
    [request] = service.requests
    assert "authorization" not in request.headers
    assert request.headers["accept-encoding"] == "identity"


def test_a_file_on_the_server_of_the_api_is_requested_without_token(
    open_client: Opener, tmp_path: Path
) -> None:
    platform = Platform(file_answer())
    open_client(platform).call("download", FileLink(href="/files/1.csv"), tmp_path / "a.csv")
    [request] = platform.requests
    assert request.url.raw_path == b"/files/1.csv"
    assert request.url.host == "api.moltin.com"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("first", "ranges"),
    [
        (file_answer(sent=1234, error=LOST), [None, "bytes=1234-"]),
        (file_answer(sent=1234), [None, "bytes=1234-"]),
        (file_answer(sent=1234, error=httpx.ReadTimeout("x")), [None, "bytes=1234-"]),
        (file_answer(sent=0, error=LOST), [None, None]),
        (file_answer(sent=1234, etag=""), [None, None]),
        (file_answer(sent=1234, etag='W/"1"'), [None, None]),
        (NOT_ASCII, [None, None]),
        (file_answer(sent=1234, accept_ranges="none"), [None, None]),
        (file_answer(sent=1234, accept_ranges="bytes"), [None, "bytes=1234-"]),
        (file_answer(sent=1234, etag='"0"'), [None, "bytes=1234-"]),
        (httpx.Response(503), [None, None]),
        (httpx.Response(429), [None, None]),
        (httpx.ConnectError("x"), [None, None]),
    ],
)
def test_an_interrupted_download_is_resumed_or_started_over(
    open_client: Opener,
    tmp_path: Path,
    first: httpx.Response | Exception,
    ranges: list[str | None],
) -> None:
    service = Service(first, rest_answer)
    target = tmp_path / "orders.csv"
    client = open_client(service)
    client.call("download", ID, target)
    assert target.read_bytes() == CSV
    assert headers(service, "range") == ranges
    assert [bool(etag) for etag in headers(service, "if-range")] == list(map(bool, ranges))
    assert len(client.time.slept) == 1


def change_rest(**changed: str) -> Handler:
    """Respond with the rest from byte 1,000 on, with wrong headers."""

    def answer(request: httpx.Request) -> httpx.Response:
        correct = rest_answer(request)
        return httpx.Response(206, headers={**correct.headers, **changed}, stream=correct.stream)

    return answer


SIZE = len(CSV)
LONGER = CSV + b"500,paid\n"


def send_longer_rest(request: httpx.Request) -> httpx.Response:
    """Respond with the rest of a file that has grown, with the ETag of the shorter one."""
    return rest_answer(request, LONGER)


def send_shorter_rest(request: httpx.Request) -> httpx.Response:
    """Respond with a part of the rest, with the matching Content-Length."""
    correct = rest_answer(request)
    return httpx.Response(
        206, headers={**correct.headers, "content-length": "10"}, stream=Body([CSV[1000:1010]])
    )


@pytest.mark.parametrize(
    "second",
    [
        change_rest(**{"content-range": f"bytes 999-{SIZE - 1}/{SIZE}"}),
        change_rest(**{"content-range": "bytes"}),
        change_rest(**{"content-range": ""}),
        change_rest(**{"content-range": f"bytes 1000-{SIZE - 1}/{SIZE + 1}"}),
        change_rest(**{"content-range": f"bytes 1000-{'9' * 5000}/{SIZE}"}),
        change_rest(**{"content-range": f"bytes 1000-{SIZE - 1}/{'9' * 5000}"}),
        send_longer_rest,
        send_shorter_rest,
        change_rest(etag='"2"'),
        change_rest(**{"content-encoding": "br2"}),
        httpx.Response(416, headers={"content-range": f"bytes */{SIZE}"}),
    ],
)
def test_a_rest_that_does_not_match_starts_over(
    open_client: Opener, tmp_path: Path, second: httpx.Response | Handler
) -> None:
    service = Service(file_answer(sent=1000), second, rest_answer)
    target = tmp_path / "orders.csv"
    open_client(service).call("download", ID, target)
    assert target.read_bytes() == CSV
    assert headers(service, "range") == [None, "bytes=1000-", None]


def test_a_rest_of_unknown_length_is_checked_with_the_first_length(
    open_client: Opener, tmp_path: Path
) -> None:
    second = change_rest(**{"content-range": f"bytes 1000-{SIZE - 1}/*"})
    open_client(Service(file_answer(sent=1000), second)).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV


def test_a_changed_file_is_started_over(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer(b"x" * 1000, sent=700, etag='"0"'), rest_answer)
    open_client(service).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV


def test_a_file_in_chunks_needs_no_length(open_client: Opener, tmp_path: Path) -> None:
    answer = file_answer(content_length="", transfer_encoding="chunked")
    open_client(Service(answer)).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV


def test_a_download_ends_after_attempts_without_progress(
    open_client: Opener, tmp_path: Path
) -> None:
    service = Service(file_answer(sent=100, etag=""))
    with pytest.raises(DownloadError, match="the connection broke after 100 of"):
        open_client(service, attempts=3).call("download", ID, tmp_path / "a")
    # The first attempt made progress.
    assert len(service.requests) == 4
    assert list(tmp_path.iterdir()) == []


def test_a_download_continues_while_it_makes_progress(open_client: Opener, tmp_path: Path) -> None:
    def send_slowly(request: httpx.Request) -> httpx.Response:
        correct = rest_answer(request)
        assert isinstance(correct.stream, Body)
        piece = b"".join(correct.stream.pieces)[:97]
        return httpx.Response(
            correct.status_code, headers=correct.headers, stream=Body([piece], LOST)
        )

    service = Service(send_slowly)
    open_client(service, attempts=2).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    assert len(service.requests) == -(-SIZE // 97)


@pytest.mark.parametrize(
    ("answer", "message", "status"),
    [
        (httpx.Response(400), "the file on https://files.example: the server responded with 400 Bad Request.", 400),
        (httpx.Response(204), "the file on https://files.example: the server responded with 204 No Content.", 204),
        (httpx.Response(302), "the file on https://files.example: the server responded with 302 Found.", 302),
        (httpx.Response(503), "the file on https://files.example: the server responded with 503 Service Unavailable.", 503),
        (httpx.ReadTimeout("x"), "the file on https://files.example: the server accepted the connection but did not respond in time.", None),
        (httpx.Response(200, html="<p>Log in"), "the server sent a web page instead of the file.", 200),
        (file_answer(content_length=""), "the server does not send the length of the file, so that an incomplete file could not be detected.", 200),
        (httpx.Response(302, headers={"location": "http://files.example/1"}), "the file on https://files.example redirects to an address that is not https.", None),
        (httpx.Response(302, headers={"location": "file:///etc/passwd"}), "the file on https://files.example redirects to an address that is not https.", None),
        (httpx.Response(302, headers={"location": "/again"}), "the file on https://files.example redirects too often.", None),
    ],
)  # fmt: skip
def test_a_response_without_a_file_is_an_error(
    open_client: Opener,
    tmp_path: Path,
    answer: httpx.Response | Exception,
    message: str,
    status: int | None,
) -> None:
    target = tmp_path / "orders.csv"
    target.write_bytes(b"before")
    with pytest.raises(DownloadError) as error_info:
        open_client(Service(answer)).call("download", ID, target)
    assert error_info.value.message == f"{target}: {message}"
    assert error_info.value.status == status
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("href", "message"),
    [
        ("", "the link to the file is empty."),
        (" ", "the link to the file is empty."),
        (None, "the link to the file is empty."),
        ("ftp://files.example/1.csv", "the link to the file is not a web address."),
        ("https://files.example:x/", "the link to the file is not a web address."),
        ("https://xn--zzzzzzz99999999.example/", "the link to the file is not a web address."),
        ("https://files..example/", "the link to the file is not a web address."),
    ],
)
def test_an_invalid_link_is_an_error(
    open_client: Opener, tmp_path: Path, href: str | None, message: str
) -> None:
    with pytest.raises(DownloadError) as error_info:
        open_client(Service(file_answer())).call("download", FileLink(href=href), tmp_path / "a")
    assert error_info.value.message == f"{tmp_path / 'a'}: {message}"
    assert list(tmp_path.iterdir()) == []


def test_a_job_whose_link_is_empty_has_no_file(open_client: Opener, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="the link to the file is empty"):
        open_client(Service(file_answer(), href="")).call("export", FILTER, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "location", ["https://other.example/2.csv?s=1", "../2.csv", "//x.example/"]
)
def test_redirects_of_the_file_are_followed(
    open_client: Opener, tmp_path: Path, location: str
) -> None:
    service = Service(httpx.Response(307, headers={"location": location}), file_answer())
    open_client(service).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    redirected = httpx.URL(LINK).join(location)
    assert service.all[-1] == f"GET {redirected.raw_path.decode()}"
    assert service.requests[-1].headers["host"] == redirected.host


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_renewed_once(open_client: Opener, tmp_path: Path, status: int) -> None:
    gone = httpx.Response(status)
    service = Service(file_answer(sent=1000), gone, rest_answer)
    open_client(service).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    assert headers(service, "range") == [None, "bytes=1000-", "bytes=1000-"]
    assert service.all.count(f"GET /v2/jobs/{ID}/file") == 2
    with pytest.raises(DownloadError, match="links expire; request a new one") as error_info:
        open_client(Service(gone, gone, file_answer())).call("download", ID, tmp_path / "b")
    assert error_info.value.status == status


def test_an_expired_link_without_a_job_is_an_error(open_client: Opener, tmp_path: Path) -> None:
    service = Service(httpx.Response(403), file_answer())
    with pytest.raises(DownloadError, match="links expire"):
        open_client(service).call("download", LINK, tmp_path / "a")
    assert len(service.all) == 1


def test_a_job_that_expires_during_a_download_is_an_error(
    open_client: Opener, tmp_path: Path
) -> None:
    service = Service(httpx.Response(403))

    def vanish(request: httpx.Request) -> httpx.Response:
        service.statuses[0] = {"gone": True}
        return httpx.Response(403, request=request)

    service.answers = [vanish]
    with pytest.raises(JobExpiredError):
        open_client(service).call("download", JOB, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_shown(open_client: Opener, tmp_path: Path) -> None:
    reports: list[DownloadProgress] = []
    service = Service(file_answer(sent=1234, error=LOST), rest_answer)
    open_client(service).call("download", ID, tmp_path / "a", progress=reports.append)
    assert all(earlier.received <= later.received for earlier, later in pairwise(reports))
    assert reports[-1] == DownloadProgress(SIZE, SIZE)


FILES = [(CSV, ""), (CSV, '"1"'), (CSV, 'W/"1"'), (CSV + b"changed", '"0"'), (b"short", '"0"')]


def cut_file(file: tuple[bytes, str], sent: float, error: Exception | None) -> httpx.Response:
    """Respond with a part of a file."""
    content, etag = file
    return file_answer(content, sent=int(sent * (len(content) - 1)), error=error, etag=etag)


FAULTS = st.lists(
    st.one_of(
        st.sampled_from([LOST, httpx.ConnectError("x"), httpx.ReadTimeout("x")]),
        st.sampled_from([408, 416, 429, 500, 503]).map(httpx.Response),
        st.builds(cut_file, st.sampled_from(FILES), st.floats(0, 1), st.sampled_from([None, LOST])),
        st.builds(
            lambda begin: change_rest(**{"content-range": f"bytes {begin}-{SIZE - 1}/{SIZE}"}),
            st.integers(0, SIZE - 1),
        ),
    ),
    max_size=6,
)


@given(faults=FAULTS, kind=st.sampled_from(["sync", "async"]))
def test_after_any_faults_the_file_is_complete(
    tmp_path_factory: pytest.TempPathFactory, faults: list[Any], kind: str
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    client = Client(kind, httpx.MockTransport(Service(*faults, rest_answer)), attempts=10)
    try:
        client.call("download", ID, folder / "orders.csv")
    finally:
        client.close()
    assert (folder / "orders.csv").read_bytes() == CSV
    assert [path.name for path in folder.iterdir()] == ["orders.csv"]
