"""The process of the server: how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

COMMAND = [sys.executable, "-m", "epfilter", "server"]
UNTIL = 30

pytestmark = pytest.mark.slow


def frame(method: str, params: object = None, number: int | None = None) -> bytes:
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        message["id"] = number
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def initialize(process: int | None = None) -> bytes:
    params: object = {"processId": process, "rootUri": None, "capabilities": {}}
    return frame("initialize", params, 1)


def run(content: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(COMMAND, input=content, capture_output=True, timeout=UNTIL, check=False)  # noqa: S603 - the program itself


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([initialize(), frame("shutdown", number=2), frame("exit")], 0),
        ([initialize(), frame("exit")], 1),
        ([frame("exit")], 1),
    ],
    ids=["after shutdown", "without shutdown", "without anything"],
)
def test_exit_ends_with_a_code(messages: Sequence[bytes], code: int) -> None:
    ended = run(b"".join(messages))
    assert (ended.returncode, ended.stderr) == (code, b"")


@pytest.mark.parametrize("size", ["9" * 5000, "9" * 30, str(10**14)], ids=len)
def test_a_header_with_a_huge_size_is_refused(size: str) -> None:
    ended = run(f"Content-Length: {size}\r\n\r\n".encode())
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"Error: the client sent a broken header")


def test_a_header_without_an_end_is_refused() -> None:
    ended = run(b"a" * 10_000)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"Error: the client sent a header of more than 8192 bytes")


@pytest.fixture
def client() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as client:
        yield client


@pytest.mark.skipif(os.name != "posix", reason="the process is not looked at on Windows")
def test_the_server_ends_with_the_process_of_its_client(client: subprocess.Popen[bytes]) -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # noqa: S603 - the same
        assert server.stdin
        assert server.stdout
        server.stdin.write(initialize(client.pid))
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        assert server.poll() is None
        client.communicate(b"\n")
        assert server.wait(UNTIL) == 1
