"""Connections of commands to an Exporter Service, and the translation of its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from epfilter.cli.errors import PlatformError, import_optional
from epfilter.exporter.errors import ExporterError, JobFailedError
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.exporter import ExporterClient

ACCESS_HELP = """Credentials are read from the environment, because other users can see the
arguments of a command:

\b
  EPFILTER_API_TOKEN                             a bearer token, or
  EPFILTER_CLIENT_ID and EPFILTER_CLIENT_SECRET  credentials used to request a token

Requires an extra: pip install 'epfilter[client]'
"""
"""The end of the help of commands that connect to the platform."""


def import_client() -> Any:
    """Return the package of the client; raise MissingPackageError where a dependency is missing."""
    return import_optional("epfilter.exporter.client", "'epfilter[client]'")


@contextmanager
def connect(region: str) -> Iterator[ExporterClient]:
    """Yield a client of the service.

    Raises MissingPackageError where a dependency of the client is missing, and PlatformError for
    every ExporterError of the block except JobFailedError, which is a result of the job.
    """
    client_package = import_client()
    try:
        with client_package.ExporterClient(region) as client:
            yield client
    except JobFailedError:
        raise
    except ExporterError as error:
        raise PlatformError(make_printable(str(error))) from None
