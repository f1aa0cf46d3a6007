"""What a client is set up with: where it sends, as whom, and how patiently."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from epfilter.exporter.client.requests import file_url
from epfilter.exporter.errors import SettingsError

REGIONS = {
    "eu-west": "https://api.moltin.com",
    "us-east": "https://useast.api.elasticpath.com",
}
"""Source: Exporter Service API 1.0, OpenAPI document, servers."""

_MOST_SECONDS = 10**9
"""About 30 years; operating systems do not wait for much longer."""

_TOKEN = "EPFILTER_API_TOKEN"  # noqa: S105 - the name of a variable
_CLIENT_ID = "EPFILTER_CLIENT_ID"
_CLIENT_SECRET = "EPFILTER_CLIENT_SECRET"  # noqa: S105 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Settings that have been checked; either a token or the two of client credentials."""

    base: str
    """The base URL, without a slash at its end."""

    timeout: float
    """How many seconds a connection, or the next bytes of an answer, may take."""

    attempts: int
    """How often a request is sent before its error is raised."""

    token: str | None = field(repr=False)
    """A bearer token; where neither it nor a client id is given, that of EPFILTER_API_TOKEN."""

    client_id: str | None = field(repr=False)
    """What a token is to be had for; where no token is given either, that of EPFILTER_CLIENT_ID."""

    client_secret: str | None = field(repr=False)
    """The secret of the client id; where none is given, that of EPFILTER_CLIENT_SECRET."""

    @classmethod
    def of(  # noqa: PLR0913 - what the public constructors take, by keyword
        cls,
        region: str,
        *,
        token: str | None,
        client_id: str | None,
        client_secret: str | None,
        timeout: float,
        attempts: int,
    ) -> ClientSettings:
        """Settings as a user gave them, completed from the environment; SettingsError."""
        if type(attempts) is not int or attempts < 1:
            raise SettingsError("`attempts` is a whole number, and at least 1.")
        base = _base(region)
        seconds = checked_seconds(timeout, "timeout", least_excluded=True)
        token, client_id, client_secret = _identity(token, client_id, client_secret)
        return cls(
            base=base,
            timeout=seconds,
            attempts=attempts,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
        )


def checked_seconds(value: float, name: str, *, least_excluded: bool = False) -> float:
    """A number of seconds; SettingsError for what is none."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # The comparison is false for what is no number of its own, too.
    if not number or not 0 <= value <= _MOST_SECONDS or (least_excluded and value == 0):
        least = "more than 0" if least_excluded else "0 or more"
        raise SettingsError(
            f"`{name}` is a number of seconds, {least}.", hint=f"{_MOST_SECONDS:,} is the most"
        )
    return float(value)


def _base(region: str) -> str:
    named = ", ".join(f"`{name}`" for name in REGIONS)
    wrong = SettingsError(
        "the region is neither a name nor the base URL of a service.",
        hint=f"the regions are {named}; a URL begins with https:// and has no user, `?` or `#`",
    )
    if not isinstance(region, str):
        raise wrong
    text = REGIONS.get(region, region)
    url = file_url(text)
    if url is None or url.userinfo or "?" in text or "#" in text:
        raise wrong
    return str(url).rstrip("/")


def _identity(
    token: str | None, client_id: str | None, client_secret: str | None
) -> tuple[str | None, str | None, str | None]:
    if token is None and client_id is None:
        token, client_id = _variable(_TOKEN), _variable(_CLIENT_ID)
    if token is not None and client_id is not None:
        raise SettingsError(
            "there are both a token and a client id.",
            hint="give one of the two, as an argument or in the environment",
        )
    if token is not None:
        return checked_secret(token, "token"), None, None
    if client_id is None:
        raise SettingsError(
            "there is no token.",
            hint=f"set {_TOKEN}, or {_CLIENT_ID} and {_CLIENT_SECRET}",
        )
    client_secret = client_secret or _variable(_CLIENT_SECRET)
    if client_secret is None:
        raise SettingsError(
            "there is a client id, but no client secret.", hint=f"set {_CLIENT_SECRET}"
        )
    return None, checked_secret(client_id, "client id"), checked_secret(client_secret, "secret")


def _variable(name: str) -> str | None:
    """A variable of the environment; an empty one is none."""
    return os.environ.get(name) or None


def checked_secret(secret: str, name: str) -> str:
    """A text that can stand in a header; SettingsError, which does not quote it."""
    usable = isinstance(secret, str) and secret.isascii() and secret.isprintable()
    if not usable or not secret or " " in secret:
        raise SettingsError(
            f"the {name} is empty, or has characters that no header can hold.",
            hint="look whether a space or a line break was copied with it",
        )
    return secret
