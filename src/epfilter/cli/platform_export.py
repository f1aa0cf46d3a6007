"""Exports by a platform, and what is said of them while they run and when they break off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from epfilter.ast import Filter
from epfilter.cli.connection import PlatformError, client_room, connected
from epfilter.cli.progress import StatusLine
from epfilter.cli.signals import INTERRUPTED
from epfilter.cli.text_io import say
from epfilter.errors import FilterValueError
from epfilter.exporter.errors import JobFailedError
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.exporter import Exported, ExportProgress

_GO_ON = "To go on, run the same command with --resume"
_LOOK = "`epfilter jobs` shows whether a job was begun."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformExport:
    """An export as the options of the command describe it."""

    output: Path
    region: str
    split: Literal["month", "week", "day"] | None
    timeout: float
    check: bool
    resume: bool
    force: bool

    def run(self, f: Filter) -> Exported:
        """Export what the filter selects.

        Nothing is lost unless it was asked for: neither the file nor what was interrupted. Raises
        UsageError for what would be lost and for a filter that cannot be split, PlatformError
        where the platform or the disk does not do its part, and Exit, when that has been told,
        for a job that failed and for an interruption.
        """
        note = _NoteBeside(self.output, resume=self.resume)
        self._demand_nothing_is_lost(note)
        try:
            return self._exported(f)
        except FilterValueError as error:
            raise click.UsageError(str(error)) from None
        except JobFailedError as error:
            say(f"Error: the job failed: {make_printable(str(error))}", err=True)
            if note.can_go_on:
                say(note.way_on, err=True)
            raise click.exceptions.Exit(1) from None
        except PlatformError as error:
            # Who goes on knows how, but where a file has appeared just now.
            known = self.resume and (self.force or not note.is_blocked)
            if known or not note.can_go_on:
                raise
            raise PlatformError(f"{error.message} {note.way_on}") from None
        except KeyboardInterrupt:
            say(f"\ninterrupted. {note.way_on if note.can_go_on else _LOOK}", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None

    def _exported(self, f: Filter) -> Exported:
        with StatusLine() as status, connected(self.region) as client:
            return client.export(
                f,
                self.output,
                split=self.split,
                check=self.check,
                timeout=self.timeout,
                progress=lambda seen: status.show(_drawn(seen), moving=seen.download is not None),
                # Always, so that whoever is interrupted can still decide to go on.
                resume=True,
                anew=self.force and not self.resume,
                replace=self.force,
            )

    def _demand_nothing_is_lost(self, note: _NoteBeside) -> None:
        name = make_printable(str(self.output))
        interrupted = note.before is not None
        if interrupted and not self.resume and not self.force:
            raise click.UsageError(
                f"an export to {name} was interrupted: --resume goes on with it, --force begins "
                "anew."
            )
        goes_on = interrupted and self.resume
        if self.output.is_file() and not self.force and not goes_on:
            raise click.UsageError(f"{name} exists; --force replaces it.")
        if goes_on and not self.force and note.is_blocked:
            raise click.UsageError(
                f"{name} has appeared meanwhile; --resume --force goes on and replaces it."
            )


class _NoteBeside:
    """The note of an export that was interrupted: an earlier one, or by now this one."""

    def __init__(self, output: Path, *, resume: bool) -> None:
        client_room()
        self._output = output
        self._resume = resume
        self.before = self._content()
        """What is there before the export begins; None for nothing."""

    @property
    def can_go_on(self) -> bool:
        """Whether this export can be gone on with, and not another whose note is still there."""
        now = self._content()
        return now is not None and (self._resume or now != self.before)

    @property
    def is_blocked(self) -> bool:
        """Whether a file is there that was not when this export was begun."""
        from epfilter.exporter.client.checkpoint import noted

        note = noted(self._content() or b"")
        return note is not None and not note.replaces and self._output.is_file()

    @property
    def way_on(self) -> str:
        """How to go on, in a sentence."""
        name = make_printable(str(self._output))
        return f"{_GO_ON} --force, which replaces {name}." if self.is_blocked else f"{_GO_ON}."

    def _content(self) -> bytes | None:
        from epfilter.exporter.client.checkpoint import note_of

        path = self._output
        try:
            path = note_of(path)
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise PlatformError(f"cannot read {make_printable(str(path))}: {reason}.") from None


def _drawn(seen: ExportProgress) -> str:
    """How far an export is, in a line."""
    part = f"part {seen.part} of {seen.parts}: " if seen.parts > 1 else ""
    if seen.download is None:
        return f"{part}job {seen.job.id} is {seen.job.status.value}"
    total = f" of {_megabytes(seen.download.total)}" if seen.download.total else ""
    return f"{part}{_megabytes(seen.download.received)}{total} MB"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
