"""`epfilter serve`: a service that exports orders, with the contract of the Exporter Service."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.errors import CommandError, import_optional
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.options import (
    allow_untested_option,
    bom_option,
    memory_option,
    neutralise_option,
    rows_option,
    threads_option,
)
from epfilter.cli.text_io import print_line

if TYPE_CHECKING:
    from epfilter.exporter.service import ServiceSettings

_MAX_SECONDS = 10**9
"""About 30 years, in effect unlimited; a timedelta cannot hold every number."""

_HELP = """Serve orders of your own with the contract of the Exporter Service.

ORDERS is a file (.jsonl, .ndjson, .json, .csv or .parquet) or the URL of a database, such as
postgresql://user@host/shop#orders. The folder STATE contains jobs, files and the key that
signs links. It survives crashes. Services with the same STATE share one queue.

Requests require a bearer token; without --token, one is generated and printed once. Clients
that log in, such as the SDKs of the platform, need --client-id and --client-secret. Pass
secrets in the environment, because other users can see the arguments of a command:
EPFILTER_TOKEN, EPFILTER_SERVICE_CLIENT_SECRET, and EPFILTER_ORDERS and EPFILTER_JOBS for URLs
with a password.

The address and a generated token go to standard output, the log to standard error.

On SIGTERM and Ctrl-C, running requests and the running job get --drain seconds to
finish. The next service restarts a job that has not finished.

\b
Examples:
  epfilter serve --orders orders.jsonl
  EPFILTER_TOKEN=… epfilter serve --orders orders.parquet --state /var/lib/exports
  EPFILTER_ORDERS=postgresql://user:…@host/shop#orders epfilter serve --threads 2
  epfilter serve --orders orders.jsonl --public-url https://exports.example.com
  EPFILTER_SERVICE_CLIENT_SECRET=… epfilter serve --orders o.jsonl --client-id shop

\b
Endpoints, besides the operations of the platform:
  /                    a page to export with
  /oauth/access_token  an access token for client credentials
  /openapi.json        the OpenAPI document
  /healthz             whether the process responds
  /readyz              whether the service can run jobs
  /metrics             metrics for Prometheus; requires the token

Requires an extra: pip install 'epfilter[service]', and 'epfilter[databases]' for databases
"""

_OPTION_GROUPS = {
    "Orders": ("--orders", "--allow-untested"),
    "Address": ("--host", "--port", "--public-url"),
    "Access": (
        *("--token", "--client-id", "--client-secret", "--token-lifetime", "--link-lifetime"),
        "--allow-origin",
    ),
    "Files": ("--rows", "--neutralise", "--bom"),
    "Jobs": ("--state", "--jobs", "--drain", "--threads", "--memory"),
}


@click.command(
    "serve",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Serve exports of your own orders.",
    option_groups=_OPTION_GROUPS,
)
@click.option(
    "--orders",
    required=True,
    metavar="FILE|URL",
    envvar="EPFILTER_ORDERS",
    show_envvar=True,
    help="The orders to export.",
)
@allow_untested_option
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    show_default=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    metavar="PORT",
    show_default=True,
    help="Port to listen on; 0 selects a free one, which is printed.",
)
@click.option(
    "--state",
    default=".epfilter-service",
    show_default=True,
    metavar="FOLDER",
    help="Folder for jobs and files.",
)
@click.option(
    "--token",
    envvar="EPFILTER_TOKEN",
    metavar="TOKEN",
    show_envvar=True,
    help="Bearer token that clients must send (default: generated).",
)
@click.option(
    "--client-id",
    metavar="ID",
    envvar="EPFILTER_SERVICE_CLIENT_ID",
    show_envvar=True,
    help="Client ID with which clients get an access token, as on the platform.",
)
@click.option(
    "--client-secret",
    metavar="SECRET",
    envvar="EPFILTER_SERVICE_CLIENT_SECRET",
    show_envvar=True,
    help="Secret that belongs to the client ID.",
)
@click.option(
    "--token-lifetime",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Seconds that an access token is valid.",
)
@click.option(
    "--jobs",
    metavar="FILE|URL",
    envvar="EPFILTER_JOBS",
    show_envvar=True,
    help="Store jobs in this SQLite file or postgresql://… database instead of in STATE.",
)
@rows_option
@neutralise_option
@bom_option
@click.option(
    "--public-url", metavar="URL", help="Public URL behind a proxy, for links and the page."
)
@click.option(
    "--allow-origin",
    "allow_origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin send requests, for example https://app.example.com.",
)
@click.option(
    "--link-lifetime",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Seconds that a link to a file is valid.",
)
@click.option(
    "--drain",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Seconds that running requests and jobs get to finish on shutdown.",
)
@threads_option
@memory_option
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    default="json",
    show_default=True,
    help="Format of log lines: JSON for programs, or text for people.",
)
def serve_command(
    host: str,
    port: int,
    token: str | None,
    **options: Any,
) -> None:
    """Run the service until a signal stops it."""
    service, serving, security = (
        import_optional(f"epfilter.exporter.service{name}", "'epfilter[service]'")
        for name in ("", ".serving", ".security")
    )
    from epfilter.exporter.errors import ExporterError

    generated = token is None
    token = security.generate_token() if token is None else token
    for name in ("drain", "link_lifetime", "token_lifetime"):
        options[name] = timedelta(seconds=min(options[name], _MAX_SECONDS))
    try:
        settings: ServiceSettings = service.ServiceSettings(
            token=token,
            **options,
        )
        listening = _create_announcer(host, token if generated else None, settings.public_url)
        serving.serve(settings, host, port, listening=listening)
    except ExporterError as error:
        raise CommandError(str(error)) from None


def _create_announcer(
    host: str, token: str | None, public_url: str | None
) -> Callable[[str], None]:
    """Return a function that prints the address, and with it a generated token and the page.

    It prints to standard output, because programs read the log on standard error.
    """

    def announce(address: str) -> None:
        print_line(f"serving on {address}")
        if token is not None:
            # Browsers do not send the part after #, so neither servers nor logs see the token.
            print_line(f"token    {token}")
            page = _browser_address(address) if public_url is None else public_url.rstrip("/")
            print_line(f"page     {page}/#token={token}")
        if not _is_loopback(host):
            print_line(
                "Warning: other machines can reach this address, and the token and orders cross "
                "the network in the clear. Allow only a proxy with TLS to reach it, and pass "
                "--public-url."
            )

    return announce


def _browser_address(address: str) -> str:
    """Return an address that a browser on this machine can open, also for "all interfaces"."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
