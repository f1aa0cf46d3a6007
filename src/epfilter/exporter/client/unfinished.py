"""What an export notes down beside its target, so that the next run can go on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from epfilter.carets import visible
from epfilter.exporter.client.target_files import TargetFile, TemporaryFile, sweep, told
from epfilter.exporter.errors import SettingsError

ENDING = ".export.json"

_OWNER_ONLY = 0o600
"""A filter may name customers."""


class Note(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    region: str
    filter: str | None
    split: str | None
    jobs: tuple[UUID, ...] = ()
    """The job of each part, in their order, as far as they were created."""


class Unfinished:
    """The note of one export; without `kept` nothing is read and nothing is written."""

    def __init__(self, target: TargetFile, note: Note, *, kept: bool) -> None:
        self._target = target
        self.path = target.beside(ENDING)
        self.note = note
        self.kept = kept

    def load(self) -> None:
        """Takes up the note of an earlier run; SettingsError where it was another export."""
        if not self.kept:
            return
        with told(self.path):
            if not self.path.exists():
                return
            text = self.path.read_bytes()
        try:
            found = Note.model_validate_json(text)
        except ValidationError:
            raise self._error("is not what an interrupted export leaves behind") from None
        if found.model_copy(update={"jobs": ()}) != self.note:
            raise self._error("is of an export with another filter, split or region")
        self.note = found
        for path in (self._target.path, self.path, *map(self._part, found.jobs)):
            sweep(path)

    def job(self, index: int) -> UUID | None:
        """The job of a part, if one was created."""
        return self.note.jobs[index] if index < len(self.note.jobs) else None

    def remember(self, index: int, job: UUID) -> None:
        """Notes the job of a part down, for good when this returns."""
        jobs = (*self.note.jobs[:index], job, *self.note.jobs[index + 1 :])
        self.note = self.note.model_copy(update={"jobs": jobs})
        if not self.kept:
            return
        file = TemporaryFile(TargetFile(self.path, self.path, _OWNER_ONLY))
        try:
            file.open()
            file.write(self.note.model_dump_json().encode())
            file.publish()
        finally:
            file.discard()

    def part(self, job: UUID) -> TargetFile:
        """Where the file of a part lies until all are there; the job's id tells it from others."""
        return TargetFile(self._target.asked, self._part(job), self._target.mode)

    def remove(self) -> None:
        """Removes the note: there is nothing to go on with."""
        if self.kept:
            remove(self.path)

    def _part(self, job: UUID) -> Path:
        return self._target.beside(f".export.{job}.part")

    def _error(self, what: str) -> SettingsError:
        shown = visible(str(self.path))
        return SettingsError(
            f"{shown} {what}.",
            hint="finish that export first, or remove the file to begin anew",
        )


def remove(path: Path) -> None:
    """Removes a file, where there is one."""
    with told(path):
        path.unlink(missing_ok=True)
