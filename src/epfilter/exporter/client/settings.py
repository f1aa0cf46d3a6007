"""The settings of a client: address, credentials, timeout and number of attempts."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx

from epfilter.exporter.client.requests import parse_web_url
from epfilter.exporter.errors import SettingsError

_LOGGER = logging.getLogger("epfilter.exporter.client")

REGIONS = {
    "eu-west": "https://api.moltin.com",
    "us-east": "https://useast.api.elasticpath.com",
}
"""The base URLs of the regions.

Source: Exporter Service API 1.0, OpenAPI document, servers.
"""

_MAX_SECONDS = 10**9
"""About 30 years; operating systems do not support much longer timeouts."""

_TOKEN = "EPFILTER_API_TOKEN"  # noqa: S105 - the name of a variable
_CLIENT_ID = "EPFILTER_CLIENT_ID"
_CLIENT_SECRET = "EPFILTER_CLIENT_SECRET"  # noqa: S105 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Valid settings, with either a token or client credentials."""

    base_url: str
    """The base URL, without a slash at the end."""

    timeout: float
    """Seconds that a connection, or the next bytes of a response, may take."""

    attempts: int
    """How often a request is sent before its error is raised."""

    token: str | None = field(repr=False)
    """A bearer token."""

    client_id: str | None = field(repr=False)
    """The client id that requests tokens."""

    client_secret: str | None = field(repr=False)
    """The secret of the client id."""

    @classmethod
    def create(  # noqa: PLR0913 - the parameters of the public constructors, by keyword
        cls,
        region: str,
        *,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
        timeout: float,
        attempts: int,
    ) -> ClientSettings:
        """Return the settings, with missing credentials from the environment.

        Raises SettingsError if a setting is invalid or there are no credentials.
        """
        if type(attempts) is not int or attempts < 1:
            raise SettingsError("`attempts` must be an integer of at least 1.")
        base_url = _resolve_region(region)
        if base_url.startswith("http:") and not _is_loopback(httpx.URL(base_url).host):
            # The host alone: the path may contain anything.
            _LOGGER.warning(
                "the token and the orders are sent to %s without encryption; use https",
                httpx.URL(base_url).host,
            )
        timeout = require_seconds(timeout, "timeout", allow_zero=False)
        token, client_id, client_secret = _resolve_credentials(token, client_id, client_secret)
        return cls(
            base_url=base_url,
            timeout=timeout,
            attempts=attempts,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
        )


def require_seconds(value: float, name: str, *, allow_zero: bool = True) -> float:
    """Return a number of seconds; raise SettingsError for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # The comparison is also false for NaN.
    if not is_number or not 0 <= value <= _MAX_SECONDS or (value == 0 and not allow_zero):
        minimum = "0 or more" if allow_zero else "more than 0"
        raise SettingsError(
            f"`{name}` must be a number of seconds, {minimum}.",
            hint=f"the maximum is {_MAX_SECONDS:,}",
        )
    return float(value)


def _resolve_region(region: str) -> str:
    """Return the base URL of a region that is a name or a URL."""
    names = ", ".join(f"`{name}`" for name in REGIONS)
    invalid = SettingsError(
        "the region is neither a known name nor the base URL of a service.",
        hint=f"use {names}, or a URL that begins with https:// and has no user, `?` or `#`",
    )
    if not isinstance(region, str):
        raise invalid
    text = REGIONS.get(region, region)
    url = parse_web_url(text)
    if url is None or url.userinfo or "?" in text or "#" in text:
        raise invalid
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    """Return whether requests to a host stay on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _resolve_credentials(
    token: str | None, client_id: str | None, client_secret: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return the token, or the client id and its secret, from the arguments or the environment."""
    if token is None and client_id is None:
        token, client_id = _read_variable(_TOKEN), _read_variable(_CLIENT_ID)
    if token is not None and client_id is not None:
        raise SettingsError(
            "a token and a client id cannot be used together.",
            hint="set one of them, as an argument or in the environment",
        )
    if token is not None:
        return require_header_text(token, "token"), None, None
    if client_id is None:
        raise SettingsError(
            "there is no token.",
            hint=f"set {_TOKEN}, or {_CLIENT_ID} and {_CLIENT_SECRET}",
        )
    if client_secret is None or (isinstance(client_secret, str) and not client_secret):
        client_secret = _read_variable(_CLIENT_SECRET)
    if client_secret is None:
        raise SettingsError(
            "there is a client id, but no client secret.", hint=f"set {_CLIENT_SECRET}"
        )
    return (
        None,
        require_header_text(client_id, "client id"),
        require_header_text(client_secret, "secret"),
    )


def _read_variable(name: str) -> str | None:
    """Return an environment variable, or None if it is absent or empty."""
    return os.environ.get(name) or None


def require_header_text(secret: str, name: str) -> str:
    """Return a text that is valid in a header; raise SettingsError, which does not quote it."""
    is_valid = isinstance(secret, str) and secret.isascii() and secret.isprintable()
    if not is_valid or not secret or " " in secret:
        raise SettingsError(
            f"the {name} is empty or contains characters that are invalid in a header.",
            hint="check for a space or a line break that was copied with it",
        )
    return secret
