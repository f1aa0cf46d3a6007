"""`epfilter serve`: a service that exports orders, as the platform's Exporter Service does."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.extras import needed
from epfilter.cli.text_io import say

if TYPE_CHECKING:
    from epfilter.exporter.service import ServiceSettings

_MOST_SECONDS = 10**9
"""About 30 years, which is as good as for ever; a timedelta does not hold every number."""

_HELP = """Serve the contract of the Exporter Service over orders of your own.

ORDERS is a file (.jsonl, .ndjson, .csv or .parquet) or the URL of a database, as in
postgresql://user@host/shop#orders. Jobs, files and the key of the links are kept in the
folder STATE, which survives any crash; services that share it share one queue.

Requests need a bearer token; without one it is made and printed once. Token and URLs with
a password belong into the environment, as other users see the arguments of a command:
EPFILTER_TOKEN, EPFILTER_ORDERS, EPFILTER_JOBS.

The address, and a token that was made, go to standard output, the log to standard error.

SIGTERM and Ctrl-C let requests and the running job end first, for --drain seconds; a job
that needs longer is run again by the next service.

\b
Examples:
  epfilter serve --orders orders.jsonl
  EPFILTER_TOKEN=… epfilter serve --orders orders.parquet --state /var/lib/exports
  EPFILTER_ORDERS=postgresql://user:…@host/shop#orders epfilter serve --threads 2
  epfilter serve --orders orders.jsonl --public-url https://exports.example.com

\b
It answers, beside the operations of the platform:
  /              a page to export with
  /openapi.json  its OpenAPI document
  /healthz       whether the process answers
  /readyz        whether jobs can be run
  /metrics       metrics for Prometheus; with the token

Needs the extra: pip install 'epfilter[service]', and 'epfilter[stores]' for databases
"""


@click.command("serve", help=_HELP, short_help="Serve exports of your own orders.")
@click.option(
    "--orders",
    required=True,
    metavar="FILE|URL",
    envvar="EPFILTER_ORDERS",
    show_envvar=True,
    help="The orders to export.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0 takes a free one, which is printed.",
)
@click.option(
    "--state",
    default=".epfilter-service",
    show_default=True,
    metavar="FOLDER",
    help="Where jobs and files are kept.",
)
@click.option(
    "--token", envvar="EPFILTER_TOKEN", show_envvar=True, help="What clients have to send."
)
@click.option(
    "--jobs",
    metavar="FILE|URL",
    envvar="EPFILTER_JOBS",
    show_envvar=True,
    help="Keep jobs in this file of SQLite, or in postgresql://…, instead of in STATE.",
)
@click.option(
    "--rows",
    type=click.Choice(["item", "order"]),
    default="item",
    show_default=True,
    help="What a row of the CSV is.",
)
@click.option(
    "--neutralise/--no-neutralise",
    default=True,
    help="Whether text that a spreadsheet would run gets an apostrophe in front.",
    show_default=True,
)
@click.option("--public-url", metavar="URL", help="What links begin with, behind a proxy.")
@click.option(
    "--link-lifetime",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long a link to a file works.",
)
@click.option(
    "--drain",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long what runs may go on at the end.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Threads of an export; by default one a core.",
)
@click.option(
    "--memory",
    default="256MB",
    show_default=True,
    help="Memory of an export, as in 500MB or 2GB.",
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    default="json",
    show_default=True,
    help="The lines of the log: for programs or for people.",
)
def command(
    host: str,
    port: int,
    token: str | None,
    link_lifetime: int,
    drain: int,
    **options: Any,
) -> None:
    """Run the command until it is told to end."""
    service, serving, security = (
        needed(f"epfilter.exporter.service{name}", "'epfilter[service]'")
        for name in ("", ".serving", ".security")
    )
    from epfilter.exporter.errors import ExporterError

    generated = token is None
    token = security.new_token() if token is None else token
    try:
        settings: ServiceSettings = service.ServiceSettings(
            token=token,
            link_lifetime=timedelta(seconds=min(link_lifetime, _MOST_SECONDS)),
            drain=timedelta(seconds=min(drain, _MOST_SECONDS)),
            **options,
        )
        serving.serve(
            settings, host, port, listening=_announcement(host, token if generated else None)
        )
    except ExporterError as error:
        raise ServeError(str(error)) from None


class ServeError(click.ClickException):
    """The service cannot run; ends the command with exit code 2."""

    exit_code = 2


def _announcement(host: str, token: str | None) -> Callable[[str], None]:
    """What to do with the address: tell people, and with it a token that was made for them.

    Standard error belongs to the log, which programs read.
    """

    def announce(address: str) -> None:
        say(f"serving on {address}")
        if token is not None:
            # What stands behind # stays in the browser: no server and no log gets to see it.
            say(f"token    {token}")
            say(f"page     {_for_browsers(address)}/#token={token}")
        if not _is_loopback(host):
            say(
                "Whoever can reach this address can ask, and token and orders cross the network "
                "in the clear: let only a proxy with TLS reach it, and say --public-url."
            )

    return announce


def _for_browsers(address: str) -> str:
    """An address that says `all interfaces` as one that a browser on this machine can open."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
