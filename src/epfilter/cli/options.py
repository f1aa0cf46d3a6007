"""Arguments and options that several commands share, with their shell completion."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from epfilter.cli.filter_completion import complete_filter
from epfilter.errors import ResourceError
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.resources import Resource


class FilePath(click.Path):
    """The path of a file, which is not empty.

    An empty path is an unset variable of a shell, and does not mean the current folder.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path; an empty one is wrong usage."""
        if value == "":
            self.fail("the path is empty.", param, ctx)
        try:
            return cast("Path", super().convert(value, param, ctx))
        except ValueError as error:  # a NUL
            self.fail(
                f"`{make_printable(str(value))}` is not a path: {error}. Pass the path of a file.",
                param,
                ctx,
            )


filter_argument = click.argument("source", metavar="FILTER", shell_complete=complete_filter)
"""The argument for `read_filter`; the commands read it themselves, because completion must not."""

region_option = click.option(
    "--region",
    default="eu-west",
    metavar="REGION",
    help="The service: eu-west, us-east, or a URL.",
)
"""The Exporter Service to use."""


allow_untested_option = click.option(
    "--allow-untested",
    is_flag=True,
    help="Allow an untested database in --orders; it may select other orders.",
)
"""The switch for databases that Ibis connects to and no test covers."""


threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of threads of an export (default: one per core that has 512 MB).",
)
"""The threads of an export from a file or a database."""


memory_option = click.option(
    "--memory",
    metavar="SIZE",
    help="Memory limit of an export, such as 500MB or 2GB (default: 512 MB per core, and half of "
    "the machine's at most).",
)
"""The memory of an export from a file or a database."""


OTHER_FORMATS = frozenset(
    {".parquet", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".tsv", ".gz", ".zip"}
)
"""The endings of file names that stand for another format than CSV."""


def require_csv_name(output: Path) -> None:
    """Raise UsageError for the name of a file that is not CSV.

    >>> require_csv_name(Path("orders.csv"))
    """
    if output.suffix.lower() in OTHER_FORMATS:
        raise click.UsageError(
            f"orders are exported as CSV, and the name `{make_printable(str(output))}` is that of "
            "another format; use a name that ends in .csv, and convert the file."
        )


rows_option = click.option(
    "--rows",
    type=click.Choice(["item", "order"]),
    default="item",
    show_default=True,
    help="Write one CSV row per order item, or one per order.",
)
"""What a row of an exported file stands for."""


neutralise_option = click.option(
    "--neutralise/--no-neutralise",
    default=True,
    help="Put an apostrophe before text that a spreadsheet would run as a formula.",
    show_default=True,
)
"""Whether exported texts are safe for spreadsheets."""


bom_option = click.option(
    "--bom",
    is_flag=True,
    help="Begin with a byte order mark, by which Excel recognises UTF-8.",
)
"""Whether exported files begin with a byte order mark."""


def format_option(*styles: str, help: str) -> Callable[[Any], Any]:  # noqa: A002 - click's own name for it
    """Return the option `--format`, passed to the command as `style`; the first is the default.

    >>> format_option("text", "json", help="Text for people, or JSON.")(lambda style: style)("json")
    'json'
    """
    return click.option(
        "--format",
        "style",
        type=click.Choice([*styles]),
        default=styles[0],
        help=help,
    )


def resource_option(help: str) -> Callable[[Any], Any]:  # noqa: A002 - click's own name for it
    """Return the option `--resource`, passed to the command as a resource or None.

    >>> resource_option("The resource.")(lambda resource: resource)(None)
    """
    return click.option(
        "--resource",
        metavar="NAME",
        callback=find_resource,
        shell_complete=complete_resource,
        help=help,
    )


def find_resource(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    value: str | None,
) -> Resource | None:
    """Return the resource of this name, as a callback of click; an unknown name is wrong usage."""
    if value is None:
        return None
    from epfilter.resources import resource_named

    try:
        return resource_named(value)
    except ResourceError as error:
        raise click.UsageError(str(error), ctx) from None


def complete_resource(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[str]:
    """Return the names of resources that start with this text, as a completion of click."""
    from epfilter.resources import all_resources, resource_info

    names = (resource_info(resource).name for resource in all_resources())
    return [name for name in names if name.startswith(incomplete)]
