"""The files of a command that looks into files: their configuration, and a report of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import click

from epfilter.cli.extras import MissingPackageError
from epfilter.cli.progress import shown_while
from epfilter.errors import FilterValueError

EMPTY_PATH = "a path is empty; the current folder is `.`"

if TYPE_CHECKING:
    from epfilter.linter.files.configuration import Configuration
    from epfilter.linter.files.report import FileReport
    from epfilter.linter.files.runner import Run


class GivenPath(click.Path):
    """A path that is not empty, as that of an unset variable of a shell is: `.` is another."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | PathLike[str]:
        """The path; wrong usage where it is empty."""
        if value == "":
            self.fail(EMPTY_PATH, param, ctx)
        return super().convert(value, param, ctx)


def configuration_for(paths: Sequence[Path], file: Path | None = None) -> Configuration:
    """The configuration of the file, or that nearest to the first path; wrong usage if wrong."""
    from epfilter.linter.files.configuration import find, load
    from epfilter.linter.files.discovery import leads_to_folder

    try:
        if file is not None:
            return load(file)
        first = paths[0] if paths else Path()
        return find(first if leads_to_folder(first) else first.parent)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None


def reports_of(
    run: Run,
    paths: Sequence[Path],
    *,
    label: str,
    force_exclude: bool = False,
    processes: int = 0,
) -> Iterator[FileReport]:
    """The report of each file; without paths, of those of the current folder."""
    from epfilter.linter.extractors import NeedsExtraError
    from epfilter.linter.files.discovery import targets

    try:
        found = targets(paths or [Path()], run.configuration, force_exclude=force_exclude)
    except NeedsExtraError as missing:
        raise MissingPackageError(str(missing), "'epfilter[lint]'") from None
    return shown_while(run.reports(found, processes=processes), len(found), label)
