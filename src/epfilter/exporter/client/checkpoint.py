"""What an export notes down beside its target, so that the next run can go on with it.

This module alone writes, reads and forgets the note, and knows what else lies beside a target.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from epfilter.atomic_files import atomic_file, remove_temporary_files
from epfilter.exporter.client.target_files import (
    AnyPath,
    Fingerprint,
    TargetFile,
    translate_os_errors,
)
from epfilter.exporter.errors import SettingsError
from epfilter.snippets import make_printable

_NOTE = ".export.json"
_PART = ".export.{}.part"
_PARTS = re.compile(
    re.escape(_PART).replace(r"\{\}", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
)

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

    replaces: bool = False
    """Whether there was a file when the export began, which it may replace."""

    files: dict[UUID, Fingerprint] = {}
    """The files of parts that have come whole, by their jobs."""

    def is_of(self, other: Note) -> bool:
        """Whether both are of the same export."""
        same = (self.region, self.filter, self.split)
        return same == (other.region, other.filter, other.split)


class Unfinished:
    """The note of one export; without `kept` nothing is read and nothing is written.

    With `anew` an earlier export is not taken up. What it has left is forgotten when the first job
    of this one is there, because until then this one may be refused.
    """

    def __init__(self, target: TargetFile, note: Note, *, kept: bool, anew: bool) -> None:
        self._target = target
        self._anew = anew
        self.path = note_of(target.path)
        self.note = note
        self.kept = kept

    def load(self) -> None:
        """Takes up the note of an earlier run; SettingsError where it was another export."""
        if not self.kept or self._anew:
            return
        with translate_os_errors(self.path):
            if not self.path.exists():
                return
            text = self.path.read_bytes()
        found = noted(text)
        if found is None:
            raise self._error("is not what an interrupted export leaves behind")
        if not found.is_of(self.note):
            raise self._error("is of an export with another filter, split or region")
        self.note = found
        with translate_os_errors(self.path):
            remove_temporary_files(self._target.path, self.path, *map(self._part, found.jobs))

    def job(self, index: int) -> UUID | None:
        """The job of a part, if one was created."""
        return self.note.jobs[index] if index < len(self.note.jobs) else None

    def remember(self, index: int, job: UUID) -> None:
        """Notes the job of a part down, for good when this returns."""
        if self._anew:
            forget(self._target.path)
            self._anew = False
        jobs = (*self.note.jobs[:index], job, *self.note.jobs[index + 1 :])
        files = {known: file for known, file in self.note.files.items() if known in jobs}
        self._change({"jobs": jobs, "files": files})

    def remember_file(self, job: UUID, file: Fingerprint) -> None:
        """Notes down, for good when this returns, that the file of a part is whole."""
        self._change({"files": {**self.note.files, job: file}})

    def has_file(self, job: UUID) -> bool:
        """Whether the file of a part is there, as it came; DownloadError where nobody can say."""
        file = self.note.files.get(job)
        return file is not None and file.fits(self._part(job))

    def _change(self, changed: dict[str, object]) -> None:
        self.note = self.note.model_copy(update=changed)
        if not self.kept:
            return
        with translate_os_errors(self.path), atomic_file(self.path, mode=_OWNER_ONLY) as file:
            file.write(self.note.model_dump_json().encode())

    def part(self, job: UUID) -> TargetFile:
        """Where the file of a part lies until all are there; the job's id tells it from others."""
        return TargetFile(self._target.asked, self._part(job), self._target.mode)

    def finish(self) -> None:
        """Forgets this export: there is nothing to go on with."""
        if self.kept:
            forget(self._target.path)

    def _part(self, job: UUID) -> Path:
        return _part_of(self._target.path, job)

    def _error(self, what: str) -> SettingsError:
        shown = make_printable(str(self.path))
        return SettingsError(
            f"{shown} {what}.",
            hint="finish that export first, or remove the file to begin anew",
        )


def noted(content: bytes) -> Note | None:
    """The note in the content of its file; None for what is none.

    >>> noted(b"{}") is None
    True
    """
    try:
        return Note.model_validate_json(content)
    except ValidationError:
        return None


def note_of(path: AnyPath) -> Path:
    """Where an export to this path is noted down until it is done; symbolic links are followed.

    >>> note_of("orders.csv").name
    'orders.csv.export.json'
    """
    target = Path(os.path.realpath(path))
    return target.with_name(target.name + _NOTE)


def forget(path: AnyPath) -> None:
    """Removes what an interrupted export to this path has left: its note and the files of parts.

    The note goes last, so that whoever is interrupted here has not lost the jobs. Raises
    DownloadError where something cannot be removed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "orders.csv")
    ...     note_of(target).touch(), target.touch()
    ...     forget(target)
    ...     [path.name for path in Path(folder).iterdir()]
    (None, None)
    ['orders.csv']
    """
    note = note_of(path)
    target = note.with_name(note.name.removesuffix(_NOTE))
    with translate_os_errors(note):
        beside = [file for file in target.parent.iterdir() if file.name.startswith(target.name)]
        parts = {file for file in beside if _PARTS.fullmatch(file.name[len(target.name) :])}
        found = noted(note.read_bytes()) if note in beside else None
        known = {_part_of(target, job) for job in found.jobs} if found else set()
        remove_temporary_files(target, note, *parts, *known)
    for left in (*parts, note):
        remove(left)


def _part_of(target: Path, job: UUID) -> Path:
    return target.with_name(target.name + _PART.format(job))


def remove(path: Path) -> None:
    """Removes a file, where there is one."""
    with translate_os_errors(path):
        path.unlink(missing_ok=True)
