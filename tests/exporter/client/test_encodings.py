"""Encoded responses of the API: gzip is decoded within limits, everything else is refused."""

from __future__ import annotations

import functools
import gzip
import tracemalloc

import httpx
import pytest

from epfilter.exporter import (
    ConnectionFailedError,
    RequestFailedError,
    UnexpectedResponseError,
)
from exporter.client.conftest import Opener
from exporter.client.doubles import Body, Platform, data, job

JOBS = b'{"data": []}'
ZIPPED = gzip.compress(JOBS, mtime=0)


@functools.cache
def make_bomb() -> bytes:
    """Return less than a kibibyte that becomes 64 MiB when it is decoded twice."""
    bomb = gzip.compress(gzip.compress(bytes(2**26)))
    assert len(bomb) < 2**10
    return bomb


def encoded_answer(body: bytes, *codings: str, status: int = 200) -> httpx.Response:
    headers = [("content-encoding", coding) for coding in codings]
    return httpx.Response(status, headers=headers, stream=Body([body] if body else []))


def test_the_request_accepts_gzip_alone(open_client: Opener) -> None:
    platform = Platform(data([]))
    open_client(platform).call("jobs")
    assert platform.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("codings", [["gzip"], ["X-GZIP"], ["identity, gzip"], ["identity"], [""]])
def test_gzip_is_decoded(open_client: Opener, codings: list[str]) -> None:
    body = ZIPPED if "gzip" in codings[0].lower() else JOBS
    assert open_client(Platform(encoded_answer(body, *codings))).call("jobs") == ()


@pytest.mark.parametrize(
    ("codings", "shown"),
    [
        (["gzip, gzip"], "gzip, gzip"),
        (["gzip", "gzip"], "gzip, gzip"),
        (["gzip, deflate"], "gzip, deflate"),
        (["deflate"], "deflate"),
        (["br"], "br"),
        (["zstd"], "zstd"),
        (["x" * 99], f"{'x' * 19}…{'x' * 19}"),
    ],
)
def test_stacked_and_unknown_encodings_are_refused(
    open_client: Opener, codings: list[str], shown: str
) -> None:
    bomb = make_bomb()
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedResponseError) as error_info:
            open_client(Platform(encoded_answer(bomb, *codings))).call("jobs")
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()
    assert f"is encoded as {shown}, which the request excludes" in error_info.value.message


def test_an_error_in_an_unknown_encoding_keeps_its_status(open_client: Opener) -> None:
    busy = encoded_answer(b"?", "br", status=503)
    client = open_client(Platform(busy, data(job())))
    assert client.call("job", str(job()["id"])).status == "success"
    assert len(client.time.slept) == 1
    with pytest.raises(RequestFailedError) as error_info:
        open_client(Platform(encoded_answer(b"?", "br", status=400))).call("jobs")
    assert error_info.value.status == 400


def test_retry_after_is_kept_in_an_unknown_encoding(open_client: Opener) -> None:
    busy = encoded_answer(b"?", "br", status=429)
    busy.headers["retry-after"] = "77"
    client = open_client(Platform(busy, data([])))
    assert client.call("jobs") == ()
    assert client.time.slept[0] >= 77


@pytest.mark.parametrize(
    "body",
    [JOBS, ZIPPED[:-9], ZIPPED[:-1], ZIPPED[:12] + bytes(20)],
    ids=["plain", "cut", "without length", "damaged"],
)
def test_a_body_in_another_encoding_than_named_is_an_error(
    open_client: Opener, body: bytes
) -> None:
    client = open_client(Platform(encoded_answer(body, "gzip")), attempts=1)
    with pytest.raises(ConnectionFailedError, match="is not in the encoding that its header names"):
        client.call("jobs")
