"""The requests, built without sending any.

Source: Exporter Service API 1.0, OpenAPI document; the token's is that of the platform's
"Client Credential Token".
"""

from __future__ import annotations

import httpx

JOBS = "/v2/jobs"
TOKEN = "/oauth/access_token"  # noqa: S105 - a path

_AGENT = {"User-Agent": "epfilter"}


class HiddenURL(httpx.URL):
    """An address that shows its host only: whoever has the whole of it can fetch the orders.

    httpx logs the address of each request, and its errors and requests show it.
    """

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc.decode('ascii')}/…"

    def __repr__(self) -> str:
        return f"HiddenURL('{self}')"


def api_request(
    method: str, base: str, path: str, *, token: str, body: str | None = None
) -> httpx.Request:
    """A request to the Exporter Service; `body` is JSON."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", **_AGENT}
    if body is None:
        return httpx.Request(method, base + path, headers=headers)
    headers["Content-Type"] = "application/json"
    return httpx.Request(method, base + path, headers=headers, content=body.encode())


def token_request(base: str, client_id: str, client_secret: str) -> httpx.Request:
    """The request for a token by client credentials."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
    }
    headers = {"Accept": "application/json", **_AGENT}
    return httpx.Request("POST", base + TOKEN, headers=headers, data=form)


def file_request(url: httpx.URL, offset: int, etag: str | None) -> httpx.Request:
    """The request for a file, or from `offset` on for the rest of the one with this ETag.

    It bears no token: the link is public and may lead to another host. The identity encoding is
    asked for, so that bytes are those of the file and can be counted and resumed.
    """
    headers = {"Accept-Encoding": "identity", "Accept": "text/csv, */*;q=0.1", **_AGENT}
    if offset and etag is not None:
        headers |= {"Range": f"bytes={offset}-", "If-Range": etag}
    request = httpx.Request("GET", url, headers=headers)
    request.url = HiddenURL(url)
    return request


def file_url(href: str, base: httpx.URL | str = "") -> httpx.URL | None:
    """The address that a link or a redirect leads to; None where it is no web address."""
    try:
        url = httpx.URL(base).join(href.strip())
        # Both are asked for when it is sent, and raise for names that no host can have.
        known = url.host and url.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in {"http", "https"} and known else None


def origin(url: httpx.URL) -> str:
    """Scheme and host of an address, for messages and the log: never its path or signature."""
    return f"{url.scheme}://{url.host}"
