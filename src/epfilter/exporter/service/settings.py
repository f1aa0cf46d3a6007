"""How a service is set up."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.orders.columns import RowsPer

_LONGEST_DRAIN = timedelta(days=30)
"""Threads of Windows wait for about 49 days, and nobody restarts a service that seldom."""

LogFormat = Literal["json", "text"]
"""How a line of the log is written: for programs, or for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """What `create_app` and `serve` need to know.

    `orders` is a file (JSONL, CSV or Parquet) or the URL of a store, `state` the folder that keeps
    jobs, files and the key of the links; it is made where it is missing. `token` is what clients
    have to send. Raises SettingsError for what cannot work.

    >>> settings = ServiceSettings(orders="orders.jsonl", state="state", token="a-secret-token")
    >>> settings.rows, "a-secret" in repr(settings)
    ('item', False)
    """

    orders: str | os.PathLike[str] = field(repr=False)
    """A file of orders (.jsonl, .csv, .parquet), or the URL of a store that Ibis connects to.

    It is not in the repr, because a URL may hold a password.
    """

    state: str | os.PathLike[str]
    """The folder of what the service keeps; several processes on one queue share it."""

    token: str = field(repr=False)
    """The bearer token that every request but those for health must bring; 8 characters or more."""

    jobs: str | None = field(default=None, repr=False)
    """Where jobs are kept: a URL `postgresql://…`; by default SQLite in `state`.

    It is not in the repr, because it may hold a password.
    """

    rows: RowsPer = "item"
    """Whether a row of the CSV is one item of an order, or one order."""

    neutralise: bool = True
    """Whether text that a spreadsheet would execute gets an apostrophe in front."""

    public_url: str | None = None
    """What links begin with, as in `https://exports.example.com`; by default what was asked."""

    most_bytes: int = 65_536
    """The longest body of a request."""

    most_alternatives: int = 10_000
    """The greatest complexity of a filter, as `epfilter.resources.or_complexity` counts it."""

    link_lifetime: timedelta = timedelta(hours=1)
    """How long a link to a file works; a new one is to be had until the job expires."""

    job_lifetime: timedelta = timedelta(weeks=1)
    """When a job, its file and its links are gone, counted from its creation."""

    drain: timedelta = timedelta(seconds=30)
    """How long requests and the running job may go on when the service is told to end.

    A job that takes longer is interrupted, and run again by the next service.
    """

    threads: int | None = None
    """How many threads an export uses; by default one a core."""

    memory: str = "256MB"
    """How much memory DuckDB may use for an export, as DuckDB writes it."""

    log_format: LogFormat = "json"
    """How the log on standard error is written."""

    def __post_init__(self) -> None:
        visible = self.token.isascii() and self.token.isprintable() and " " not in self.token
        if len(self.token) < 8 or not visible:
            raise SettingsError(
                "the token is too short or has characters that no header can hold.",
                hint="take 8 or more visible ASCII characters, and no space or line break",
            )
        if not os.fspath(self.state):
            raise SettingsError("the folder of the state has no name.")
        if self.public_url is not None and not _is_base(self.public_url):
            raise SettingsError(
                "the public URL is no address that links can begin with.",
                hint="write it as in https://exports.example.com, without ? and #",
            )
        for name in ("most_bytes", "most_alternatives"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} is at least 1, not {getattr(self, name)}.")
        for name in ("link_lifetime", "job_lifetime"):
            if getattr(self, name) <= timedelta():
                raise SettingsError(f"{name} is longer than no time at all.")
        if self.drain < timedelta():
            raise SettingsError("drain cannot be less than no time at all.")
        if self.drain > _LONGEST_DRAIN:
            raise SettingsError(f"drain is at most {_LONGEST_DRAIN.days} days.")

    @property
    def state_folder(self) -> Path:
        """The folder of what the service keeps.

        >>> ServiceSettings(orders="a.csv", state="s", token="12345678").state_folder.name
        's'
        """
        return Path(self.state)

    @property
    def temporary_folder(self) -> Path:
        """Where exports put what does not fit into memory.

        >>> ServiceSettings(orders="a.csv", state="s", token="12345678").temporary_folder.name
        'temporary'
        """
        return self.state_folder / "temporary"


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"<>\\')
    # Whoever gets a link would get the password in it.
    plain = plain and "@" not in parts.netloc
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
