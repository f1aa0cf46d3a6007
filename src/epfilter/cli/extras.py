"""Modules that need packages beyond the core, and what is said where one is not installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class MissingPackageError(click.ClickException):
    """A package is not installed, and what installs it; ends the run with exit code 2.

    >>> MissingPackageError("httpx", "'epfilter[client]'").message
    "this needs the package httpx: pip install 'epfilter[client]'"
    """

    exit_code = 2

    def __init__(self, package: str, install: str) -> None:
        super().__init__(f"this needs the package {package}: pip install {install}")


def needed(module: str, install: str) -> Any:
    """The module; `install` is what pip has to be told where a package for it is missing.

    Raises MissingPackageError.

    >>> needed("json", "'epfilter[client]'").loads("[1]")
    [1]
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        if package == "epfilter":
            raise
        raise MissingPackageError(package, install) from None
