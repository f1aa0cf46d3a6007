"""Exports by the platform: their progress, and messages when they fail or are interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from epfilter.ast import Filter
from epfilter.cli.connection import connect, import_client
from epfilter.cli.errors import PlatformError, describe_file_error
from epfilter.cli.progress import StatusLine
from epfilter.cli.signals import INTERRUPTED
from epfilter.cli.text_io import print_line
from epfilter.errors import FilterValueError
from epfilter.exporter.errors import JobFailedError
from epfilter.exporter.models import CreateJob, CreateJobData
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.exporter import Exported, ExportProgress

_CONTINUE = "To continue, run the same command with --resume"
NOTHING_MATCHED = 3
"""The exit code of an export without orders."""

_LIST_JOBS = "`epfilter jobs` shows whether a job was created."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformExport:
    """An export with the options of the command."""

    output: Path
    since: str | None
    until: str | None
    timezone: str
    append: bool
    allow_empty: bool
    region: str
    split: Literal["month", "week", "day"] | None
    timeout: float
    resume: bool
    force: bool

    def run(self, f: Filter | None) -> Exported:
        """Export the orders that the filter selects, or every order; the caller has checked it.

        Without `force` neither an existing file nor an interrupted export is lost. Raises
        UsageError where one would be, and for a filter that cannot be split; PlatformError for a
        failure of the service or the disk; Exit, after a message, for a job that failed and for
        an interruption.
        """
        checkpoint = _Checkpoint(self.output, resume=self.resume)
        self._require_no_loss(checkpoint)
        try:
            return self._export(f)
        except FilterValueError as error:
            raise click.UsageError(str(error)) from None
        except JobFailedError as error:
            print_line(f"Error: the job failed: {make_printable(str(error))}", err=True)
            if checkpoint.is_resumable:
                print_line(checkpoint.instructions, err=True)
            code = NOTHING_MATCHED if error.job.has_no_results else 1
            raise click.exceptions.Exit(code) from None
        except PlatformError as error:
            # A user who resumes knows these options, unless a file has appeared just now.
            known = self.resume and (self.force or not checkpoint.is_blocked)
            if known or not checkpoint.is_resumable:
                raise
            raise PlatformError(f"{error.message} {checkpoint.instructions}") from None
        except KeyboardInterrupt:
            advice = checkpoint.instructions if checkpoint.is_resumable else _LIST_JOBS
            print_line(f"\ninterrupted. {advice}", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None

    def _export(self, f: Filter | None) -> Exported:
        with StatusLine() as status, connect(self.region) as client:
            show_filter = FilterLine(f)

            def report(progress: ExportProgress) -> None:
                show_filter(progress.filter)
                text = _render_progress(progress)
                status.show(text, throttle=progress.download is not None)

            return client.export(
                CreateJob(data=CreateJobData()) if f is None else f,
                self.output,
                since=self.since,
                until=self.until,
                timezone=self.timezone,
                append=self.append,
                allow_empty=self.allow_empty,
                split=self.split,
                check=False,
                timeout=self.timeout,
                progress=report,
                # Always, so that an interrupted export can be continued.
                resume=True,
                restart=self.force and not self.resume,
                replace=self.force,
            )

    def _require_no_loss(self, checkpoint: _Checkpoint) -> None:
        name = make_printable(str(self.output))
        interrupted = checkpoint.initial is not None
        if interrupted and not self.resume and not self.force:
            other = f"delete {name}.export.json" if self.append else "use `--force`"
            raise click.UsageError(
                f"an export to {name} was interrupted; use `--resume` to continue it, or {other} "
                "to start a new one."
            )
        if self.append:
            return
        continues = interrupted and self.resume
        if self.output.is_file() and not self.force and not continues:
            raise click.UsageError(f"{name} exists; use `--force` to replace it.")
        if continues and not self.force and checkpoint.is_blocked:
            raise click.UsageError(
                f"{name} has been created since the interruption; use `--resume --force` to "
                "continue and replace it."
            )


class FilterLine:
    """The line that shows the filter of an export, unless it is the one that was passed."""

    def __init__(self, f: Filter | None) -> None:
        self._shown = f

    def __call__(self, f: Filter | None) -> None:
        """Print the filter where it is not the one that was passed, or printed last."""
        if f is not None and f != self._shown:
            print_line(f"filter: {make_printable(str(f))}", err=True)
            self._shown = f


class _Checkpoint:
    """The checkpoint file of an interrupted export: of an earlier one, or by now of this one."""

    def __init__(self, output: Path, *, resume: bool) -> None:
        import_client()
        self._output = output
        self._resume = resume
        self.initial = self._read()
        """The content before the export starts; None without a file."""

    @property
    def is_resumable(self) -> bool:
        """Whether this export can be resumed, and the checkpoint is not one of another export."""
        current = self._read()
        return current is not None and (self._resume or current != self.initial)

    @property
    def is_blocked(self) -> bool:
        """Whether a file exists now that did not exist when this export started."""
        from epfilter.exporter.client import parse_checkpoint

        checkpoint = parse_checkpoint(self._read() or b"")
        return checkpoint is not None and not checkpoint.replaces and self._output.is_file()

    @property
    def instructions(self) -> str:
        """How to continue the export, in a sentence."""
        name = make_printable(str(self._output))
        if self.is_blocked:
            return f"{_CONTINUE} --force, which replaces {name}."
        return f"{_CONTINUE}."

    def _read(self) -> bytes | None:
        from epfilter.exporter.client import checkpoint_path

        path = self._output
        try:
            path = checkpoint_path(path)
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise PlatformError(describe_file_error("read", path, error)) from None


def _render_progress(progress: ExportProgress) -> str:
    """Return the progress of an export in one line."""
    part = f"part {progress.part} of {progress.parts}: " if progress.parts > 1 else ""
    download = progress.download
    if download is None:
        return f"{part}status {progress.job.status.value}"
    total = f" of {_format_megabytes(download.total)}" if download.total else ""
    return f"{part}{_format_megabytes(download.received)}{total} MB"


def _format_megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
