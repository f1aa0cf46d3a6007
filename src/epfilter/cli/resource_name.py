"""The name of a resource as an argument or option: looked up, and completed by the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from epfilter.errors import ResourceError

if TYPE_CHECKING:
    from epfilter.resources import Resource


def named(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    value: str | None,
) -> Resource | None:
    """The resource of a name, as click's callback; a wrong name ends the run with the nearest."""
    if value is None:
        return None
    from epfilter.resources import resource_named

    try:
        return resource_named(value)
    except ResourceError as error:
        raise click.UsageError(str(error), ctx) from None


def beginning(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[str]:
    """The names of resources that begin so, as click's completion."""
    from epfilter.resources import all_resources, resource_info

    names = (resource_info(resource).name for resource in all_resources())
    return [name for name in names if name.startswith(incomplete)]
