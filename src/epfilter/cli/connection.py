"""How commands reach an Exporter Service: which one, as whom, and what to say where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.extras import needed
from epfilter.exporter.errors import ExporterError, JobFailedError
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.exporter import ExporterClient

region_option = click.option(
    "--region",
    default="eu-west",
    show_default=True,
    metavar="REGION",
    help="eu-west, us-east, or the URL of a service.",
)
"""Which service is asked."""

ACCESS_HELP = """\b
The token is read from the environment, as other users see the arguments of a command:
  EPFILTER_API_TOKEN                             a bearer token, or
  EPFILTER_CLIENT_ID and EPFILTER_CLIENT_SECRET  what one is to be had for

Needs the extra: pip install 'epfilter[client]'
"""
"""What the help of such commands ends with."""


class PlatformError(click.ClickException):
    """The service cannot be asked, or not as it was wanted; ends the run with exit code 2."""

    exit_code = 2


def client_room() -> Any:
    """The room of the client; MissingPackageError where a package that it needs is not there."""
    return needed("epfilter.exporter.client", "'epfilter[client]'")


@contextmanager
def connected(region: str) -> Iterator[ExporterClient]:
    """A client of the service.

    Raises MissingPackageError where the package for it is missing, and PlatformError for every
    ExporterError of the block but JobFailedError, which is an answer to what was asked.
    """
    room = client_room()
    try:
        with room.ExporterClient(region) as client:
            yield client
    except JobFailedError:
        raise
    except ExporterError as error:
        raise PlatformError(make_printable(str(error))) from None
