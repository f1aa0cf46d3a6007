"""The settings of a service."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.orders.columns import RowsPer

_MAX_DRAIN = timedelta(days=30)
"""The longest drain; Windows limits the waiting time of a thread to about 49 days."""

_DEFAULT_PORTS = {("http", 80), ("https", 443)}

LogFormat = Literal["json", "text"]
"""The format of a log line: for programs, or for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """The settings of `create_app` and `serve`.

    `orders` is a file (JSONL, CSV or Parquet) or the URL of a database. `state` is the folder of
    jobs, files and the key of the links; it is created if it is missing. Clients must send `token`.
    Raises SettingsError for an invalid value.

    >>> settings = ServiceSettings(orders="orders.jsonl", state="state", token="a-secret-token")
    >>> settings.rows, "a-secret" in repr(settings)
    ('item', False)
    """

    orders: str | os.PathLike[str] = field(repr=False)
    """A file of orders (.jsonl, .csv, .parquet), or the URL of a database that Ibis connects to.

    It is not in the repr, because a URL may contain a password.
    """

    state: str | os.PathLike[str]
    """The folder of the service's data; several processes on one queue share it."""

    token: str = field(repr=False)
    """The bearer token that clients must send; 8 characters or more."""

    client_id: str | None = None
    """The ID with which clients get an access token at `/oauth/access_token`, if they can.

    It consists of visible ASCII characters.
    """

    client_secret: str | None = field(default=None, repr=False)
    """The secret that belongs to `client_id`; 8 visible ASCII characters or more."""

    token_lifetime: timedelta = timedelta(hours=1)
    """How long an access token works; clients get a new one with their credentials."""

    jobs: str | None = field(default=None, repr=False)
    """The database of the jobs: a URL `postgresql://…`; by default SQLite in `state`.

    It is not in the repr, because it may contain a password.
    """

    allow_untested: bool = False
    """Whether `orders` may be in a database that no test covers."""

    rows: RowsPer = "item"
    """What a row of the CSV stands for: one item of an order, or one order."""

    neutralise: bool = True
    """Whether text that a spreadsheet would execute gets an apostrophe in front."""

    bom: bool = False
    """Whether a file begins with a byte order mark, by which Excel recognises UTF-8."""

    public_url: str | None = None
    """The beginning of links, like `https://exports.example.com`; by default from the request."""

    allow_origins: Sequence[str] = ()
    """The origins whose pages may send requests from a browser, like `https://app.example.com`."""

    max_body_bytes: int = 65_536
    """The maximum size of a request body in bytes."""

    max_or_complexity: int = 10_000
    """The maximum OR complexity of a filter, as `epfilter.resources.or_complexity` counts it."""

    link_lifetime: timedelta = timedelta(hours=1)
    """How long a link to a file works; clients can get a new one until the job expires."""

    job_lifetime: timedelta = timedelta(weeks=1)
    """How long a job, its file and its links exist after its creation."""

    drain: timedelta = timedelta(seconds=30)
    """The time that requests and the running job get to finish on shutdown.

    A job that takes longer is interrupted, and restarted by the next service.
    """

    threads: int | None = None
    """The number of threads of an export; by default one per core that has 512 MB."""

    memory: str | None = None
    """The memory that DuckDB may use for an export, such as 2GB.

    By default 512 MB per core, and half of the memory of the machine at most.
    """

    log_format: LogFormat = "json"
    """The format of the log on standard error."""

    def __post_init__(self) -> None:
        self._check_access()
        if not os.fspath(self.state):
            raise SettingsError("the path of the state folder is empty.")
        if self.public_url is not None and not _is_base_url(self.public_url):
            raise SettingsError(
                "the public URL is not an HTTP URL that links can begin with.",
                hint="write it like https://exports.example.com, without ? and #",
            )
        for origin in self.allow_origins:
            _require_origin(origin)
        for name in ("max_body_bytes", "max_or_complexity"):
            if getattr(self, name) < 1:
                raise SettingsError(f"`{name}` must be at least 1, not {getattr(self, name)}.")
        for name in ("link_lifetime", "job_lifetime", "token_lifetime"):
            if getattr(self, name) <= timedelta():
                raise SettingsError(f"`{name}` must be longer than zero.")
        if self.drain < timedelta():
            raise SettingsError("`drain` must not be negative.")
        if self.drain > _MAX_DRAIN:
            raise SettingsError(f"`drain` must be at most {_MAX_DRAIN.days} days.")

    def _check_access(self) -> None:
        _require_secret(self.token, "token")
        if (self.client_id is None) != (self.client_secret is None):
            raise SettingsError(
                "client_id and client_secret belong together.", hint="set both of them, or none"
            )
        if self.client_id is not None and not (self.client_id and _is_visible(self.client_id)):
            raise SettingsError(
                "the client ID is empty, or has characters that clients do not accept.",
                hint="use visible ASCII characters, without spaces and line breaks",
            )
        if self.client_secret is not None:
            _require_secret(self.client_secret, "client secret")

    @property
    def state_folder(self) -> Path:
        """The folder of the service's data.

        >>> ServiceSettings(orders="a.csv", state="s", token="12345678").state_folder.name
        's'
        """
        return Path(self.state)

    @property
    def temporary_folder(self) -> Path:
        """The folder for data of exports that does not fit into memory.

        >>> ServiceSettings(orders="a.csv", state="s", token="12345678").temporary_folder.name
        'temporary'
        """
        return self.state_folder / "temporary"


def _require_secret(text: str, name: str) -> None:
    if len(text) < 8 or not _is_visible(text):
        raise SettingsError(
            f"the {name} is too short, or has characters that are not allowed in a header.",
            hint="use 8 or more visible ASCII characters, without spaces and line breaks",
        )


def _is_visible(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _require_origin(text: str) -> None:
    """Raise SettingsError for a text that no browser sends as the origin of a page."""
    if not _is_sent_origin(text):
        raise SettingsError(
            "an allowed origin is not one that a browser sends.",
            hint="write it like https://app.example.com: in lower case, without a path, without "
            "the default port, and name each origin",
        )


def _is_sent_origin(text: str) -> bool:
    if not _is_base_url(text) or "*" in text or text != text.lower() or text.endswith(":"):
        return False
    parts = urlsplit(text)
    return not parts.path and (parts.scheme, parts.port) not in _DEFAULT_PORTS


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"<>\\')
    # Links would contain the password.
    plain = plain and "@" not in parts.netloc
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
