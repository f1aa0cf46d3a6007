"""Builds the requests to the Exporter Service.

Source: Exporter Service API 1.0, OpenAPI document; for the token the platform's guide "Client
Credential Token".
"""

from __future__ import annotations

import httpx

JOBS_PATH = "/v2/jobs"
TOKEN_PATH = "/oauth/access_token"  # noqa: S105 - a path

_USER_AGENT = {"User-Agent": "epfilter"}
_API_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", **_USER_AGENT}


class HiddenURL(httpx.URL):
    """A URL that prints only its host, because the complete URL gives access to the file.

    httpx logs the URL of each request, and includes it in errors and in the text of requests.
    """

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc.decode('ascii')}/…"

    def __repr__(self) -> str:
        return f"HiddenURL('{self}')"


def build_api_request(
    method: str, base_url: str, path: str, *, token: str, body: str | None = None
) -> httpx.Request:
    """Return a request to the API; `body` is JSON."""
    headers = {"Authorization": f"Bearer {token}", **_API_HEADERS}
    if body is None:
        return httpx.Request(method, base_url + path, headers=headers)
    headers["Content-Type"] = "application/json"
    return httpx.Request(method, base_url + path, headers=headers, content=body.encode())


def build_token_request(base_url: str, client_id: str, client_secret: str) -> httpx.Request:
    """Return the request for a token with client credentials."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
    }
    return httpx.Request("POST", base_url + TOKEN_PATH, headers=_API_HEADERS, data=form)


def build_file_request(url: httpx.URL, offset: int, etag: str | None) -> httpx.Request:
    """Return the request for a file, or for its rest from `offset` if it still has this ETag.

    The request has no token, because the link is public and may lead to another host. It excludes
    encodings, so that the bytes of the file can be counted and resumed.
    """
    headers = {"Accept-Encoding": "identity", "Accept": "text/csv, */*;q=0.1", **_USER_AGENT}
    if offset and etag is not None:
        headers |= {"Range": f"bytes={offset}-", "If-Range": etag}
    request = httpx.Request("GET", url, headers=headers)
    request.url = HiddenURL(url)
    return request


def parse_web_url(href: str, base_url: httpx.URL | str = "") -> httpx.URL | None:
    """Return the absolute URL of a link or a redirect, or None if it is not a web address."""
    try:
        url = httpx.URL(base_url).join(href.strip())
        # Sending needs both, and they raise errors for invalid host names.
        has_valid_host = url.host and url.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in {"http", "https"} and has_valid_host else None


def url_origin(url: httpx.URL) -> str:
    """Return scheme and host of a URL, for messages and the log: no path and no signature."""
    return f"{url.scheme}://{url.host}"
