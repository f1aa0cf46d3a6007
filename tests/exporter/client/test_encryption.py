"""Encryption: expired certificates, plain HTTP for tokens, and links from https to http."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from epfilter.exporter import ConnectionFailedError, DownloadError, FileLink
from exporter.client.conftest import Opener
from exporter.client.doubles import CSV, ID, Service, file_answer

_CERTIFICATE = Path(__file__).parent / "data" / "expired_certificate.pem"
PLAIN = "http://files.example/orders/1.csv"


@pytest.fixture
def expired_server() -> Iterator[str]:
    """Serve TLS with a certificate that expired in 2018."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_an_expired_certificate_is_an_error(
    open_client: Opener, monkeypatch: pytest.MonkeyPatch, expired_server: str
) -> None:
    # It is trusted, so that nothing but its date is wrong.
    monkeypatch.setenv("SSL_CERT_FILE", str(_CERTIFICATE))
    client = open_client(region=expired_server, attempts=1)
    with pytest.raises(ConnectionFailedError, match="certificate has expired") as error_info:
        client.call("create_job", "eq(payment,paid)")
    assert not error_info.value.maybe_received
    assert error_info.value.hint == "check the certificate of the server, and the clock"


def test_a_link_from_https_to_http_is_refused(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer(), href=PLAIN)
    for source in (ID, FileLink(href=PLAIN)):
        with pytest.raises(
            DownloadError, match=r"the link to the file on http://files\.example is not https"
        ):
            open_client(service).call("download", source, tmp_path / "a.csv")
    assert service.requests == []
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_the_caller_may_be_http(open_client: Opener, tmp_path: Path) -> None:
    open_client(Service(file_answer())).call("download", PLAIN, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CSV


def test_a_plain_service_may_have_plain_links(open_client: Opener, tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/file"):
            return httpx.Response(200, json={"data": {"href": "/1.csv"}})
        return file_answer()

    client = open_client(answer, region="http://127.0.0.1:8000")
    client.call("download", ID, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CSV


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("http://exports.example/secret", "exports.example"),
        ("http://192.0.2.1:8000", "192.0.2.1"),
        ("HTTP://[2001:db8::1]", "2001:db8::1"),
        ("http://localhost.example", "localhost.example"),
        ("https://exports.example", None),
        ("eu-west", None),
        ("http://127.0.0.1:8000", None),
        ("http://127.1.2.3", None),
        ("http://[::1]:8000", None),
        ("http://localhost:8000", None),
        ("http://exports.localhost", None),
    ],
)
def test_a_token_over_plain_http_is_a_warning(
    open_client: Opener, caplog: pytest.LogCaptureFixture, region: str, host: str | None
) -> None:
    with caplog.at_level(logging.WARNING, "epfilter.exporter.client"):
        open_client(region=region)
    expected = f"the token and the orders are sent to {host} without encryption; use https"
    assert caplog.messages == ([] if host is None else [expected])
