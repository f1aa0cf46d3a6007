"""Failures of commands that end the run with exit code 2."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from epfilter.snippets import make_printable


class CommandError(click.ClickException):
    """A failure that is neither wrong usage nor a finding; ends the run with exit code 2."""

    exit_code = 2


class PlatformError(CommandError):
    """A failure of an export: the service, the network, or the files of the export."""


class MissingPackageError(CommandError):
    """A package that is not installed, with the argument of `pip install` that adds it.

    >>> MissingPackageError("httpx", "'epfilter[client]'").message
    "this needs the package httpx: pip install 'epfilter[client]'"
    """

    def __init__(self, package: str, requirement: str) -> None:
        super().__init__(f"this needs the package {package}: pip install {requirement}")


def import_optional(module: str, requirement: str) -> Any:
    """Import and return a module that needs a package beyond the core.

    `requirement` is the argument of `pip install` that adds the package. Raises
    MissingPackageError where the package is not installed.

    >>> import_optional("json", "'epfilter[client]'").loads("[1]")
    [1]
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        if package == "epfilter":
            raise
        raise MissingPackageError(package, requirement) from None


def describe_file_error(action: str, path: Path | str, error: OSError | ValueError) -> str:
    r"""Return the message for a file that cannot be read or written; `action` is the verb.

    Python raises ValueError for a name that no file can have, for example one with a NUL.

    >>> describe_file_error("read", "a\0b", ValueError("embedded null byte"))
    'cannot read a\\u0000b: embedded null byte.'
    """
    reason = getattr(error, "strerror", None) or error
    return f"cannot {action} {make_printable(str(path))}: {reason}."
