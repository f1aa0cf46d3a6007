"""Responses that are not the CSV file: other encodings, web pages, JSON, empty bodies."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from epfilter.exporter import DownloadError
from exporter.client.conftest import Opener
from exporter.client.doubles import (
    CSV,
    FILTER,
    ID,
    WINDOW,
    Body,
    Service,
    file_answer,
    names,
    rest_answer,
)

ZIPPED = gzip.compress(CSV, mtime=0)
HALF = ZIPPED[: len(ZIPPED) // 2]
JSON = b'{"errors":[{"status":500,"title":"Internal Server Error"}]}'


def encoded_answer(*values: str, content: bytes = ZIPPED) -> httpx.Response:
    """Return a response with a Content-Encoding and a matching Content-Length."""
    headers = [
        ("content-type", "text/csv"),
        ("content-length", str(len(content))),
        *(("content-encoding", value) for value in values),
    ]
    return httpx.Response(200, headers=headers, stream=Body([content]))


def answer_of_type(kind: str, content: bytes = JSON) -> httpx.Response:
    return file_answer(content, content_type=kind)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (encoded_answer("gzip"), "the server sent the file encoded as gzip, which the request excludes."),
        (encoded_answer("gzip", content=HALF), "the server sent the file encoded as gzip, which the request excludes."),
        (encoded_answer("GZip"), "the server sent the file encoded as GZip, which the request excludes."),
        (encoded_answer("br"), "the server sent the file encoded as br, which the request excludes."),
        (encoded_answer("foo", content=CSV), "the server sent the file encoded as foo, which the request excludes."),
        (encoded_answer("identity, gzip"), "the server sent the file encoded as identity, gzip, which the request excludes."),
        (encoded_answer("identity", "gzip"), "the server sent the file encoded as identity, gzip, which the request excludes."),
        (encoded_answer("\x1b[31m"), "the server sent the file encoded as \\u001b[31m, which the request excludes."),
        (encoded_answer("x" * 99), f"the server sent the file encoded as {'x' * 19}…{'x' * 19}, which the request excludes."),
        (answer_of_type("text/html"), "the server sent a web page instead of the file."),
        (answer_of_type("Text/HTML; charset=utf-8"), "the server sent a web page instead of the file."),
        (answer_of_type("application/xhtml+xml"), "the server sent a web page instead of the file."),
        (answer_of_type("application/json"), "the server sent JSON instead of the file."),
        (answer_of_type("Application/JSON ; charset=utf-8"), "the server sent JSON instead of the file."),
        (answer_of_type("text/json"), "the server sent JSON instead of the file."),
        (answer_of_type("application/problem+json"), "the server sent JSON instead of the file."),
        (file_answer(b""), "the file is empty and has no header."),
        (file_answer(b"", content_length="", transfer_encoding="chunked"), "the file is empty and has no header."),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("method", "what"), [("download", ID), ("export", FILTER)])
def test_other_content_is_an_error_and_not_requested_again(  # noqa: PLR0913, PLR0917 - fixtures, and the columns of the table
    open_client: Opener,
    tmp_path: Path,
    answer: httpx.Response,
    message: str,
    method: str,
    what: object,
) -> None:
    service = Service(answer)
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call(method, what, target)
    assert str(error_info.value) == f"{target}: {message}"
    assert error_info.value.status == 200
    assert len(service.requests) == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


@pytest.mark.parametrize("empty", [1, 2, 3])
def test_no_part_of_an_export_may_be_empty(open_client: Opener, tmp_path: Path, empty: int) -> None:
    answers = [file_answer(b"" if number == empty else CSV) for number in (1, 2, 3)]
    with pytest.raises(DownloadError, match="the file is empty"):
        open_client(Service(*answers)).call("export", WINDOW, tmp_path / "a.csv", split="month")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "values", [("identity",), ("Identity",), ("",), ("identity", ""), ("identity, identity",)]
)
def test_the_encoding_identity_is_accepted(
    open_client: Opener, tmp_path: Path, values: tuple[str, ...]
) -> None:
    open_client(Service(encoded_answer(*values, content=CSV))).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV


@pytest.mark.parametrize("media", ["text/csv", "text/plain", "application/octet-stream", ""])
def test_other_media_types_are_files(open_client: Opener, tmp_path: Path, media: str) -> None:
    open_client(Service(answer_of_type(media, CSV))).call("download", ID, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV


def test_an_encoded_rest_is_not_appended_to_plain_bytes(
    open_client: Opener, tmp_path: Path
) -> None:
    def rest(request: httpx.Request) -> httpx.Response:
        correct = rest_answer(request)
        headers = {**correct.headers, "content-encoding": "gzip"}
        return httpx.Response(206, headers=headers, stream=Body([ZIPPED]))

    service = Service(file_answer(sent=1000), rest, encoded_answer("gzip"))
    with pytest.raises(DownloadError, match="the server sent the file encoded as gzip"):
        open_client(service).call("download", ID, tmp_path / "a")
    assert names(tmp_path) == []


@contextmanager
def serve(head: bytes, body: bytes) -> Iterator[str]:
    """Run a server that responds with these bytes; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n" + head + b"\r\n")
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/1.csv"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: %d\r\n" % len(HALF), HALF),
        (b"Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(HALF), HALF)),
    ],
    ids=["length", "chunked"],
)
def test_half_of_a_compressed_file_is_an_error(
    open_client: Opener, tmp_path: Path, head: bytes, body: bytes
) -> None:
    with (
        serve(b"Content-Encoding: gzip\r\n" + head, body) as address,
        pytest.raises(DownloadError, match="the server sent the file encoded as gzip"),
    ):
        open_client().call("download", address, tmp_path / "a")
    assert names(tmp_path) == []
