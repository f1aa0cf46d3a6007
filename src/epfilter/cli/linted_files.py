"""The files of `lint` and `format --files`: their configuration, and the reports of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from os import PathLike
from os.path import lexists
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from epfilter.cli.errors import MissingPackageError
from epfilter.cli.options import FilePath
from epfilter.cli.progress import collect_with_progress
from epfilter.cli.text_io import is_filter_like
from epfilter.errors import FilterValueError
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from epfilter.linter.files import Configuration, FileReport, Run


class LintedPath(FilePath):
    """A path; a text that looks like a filter and is not an existing path is refused."""

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path; an empty one is wrong usage, and so is a filter."""
        if isinstance(value, str) and is_filter_like(value) and not lexists(value):
            raise click.UsageError(
                f"`{shorten(value)}` is not a path, but looks like a filter. To check one filter, "
                f"run: epfilter check {quote(shorten(value))}",
                ctx,
            )
        return super().convert(value, param, ctx)


def load_configuration(paths: Sequence[Path], file: Path | None = None) -> Configuration:
    """Return the configuration in the file, or the one nearest to the first path.

    An invalid configuration is wrong usage.
    """
    from epfilter.linter.files import find_configuration, is_folder, read_configuration

    try:
        if file is not None:
            return read_configuration(file)
        first = paths[0] if paths else Path()
        return find_configuration(first if is_folder(first) else first.parent)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None


def iterate_reports(  # noqa: PLR0913 - the options of a run
    run: Run,
    paths: Sequence[Path],
    *,
    label: str,
    force_exclude: bool = False,
    processes: int = 0,
    unsupported: Counter[str] | None = None,
) -> Iterator[FileReport]:
    """Return the reports of all files in the paths; without paths, in the current folder.

    `unsupported` counts the files in folders whose kind is not supported, by their endings.
    """
    from epfilter.linter.extractors import NeedsExtraError
    from epfilter.linter.files import find_targets

    try:
        targets = find_targets(
            paths or [Path()],
            run.configuration,
            force_exclude=force_exclude,
            unsupported=unsupported,
        )
    except NeedsExtraError as error:
        raise MissingPackageError(str(error), f"'epfilter[{error.extra}]'") from None
    return collect_with_progress(
        run.lint_targets(targets, processes=processes), len(targets), label
    )
