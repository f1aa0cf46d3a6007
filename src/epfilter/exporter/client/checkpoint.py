"""The checkpoint of an export: a file beside the target with which the next run can resume it.

Only this module writes, reads and deletes checkpoints, and finds the other files beside a target.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

from pydantic import BaseModel, ConfigDict, ValidationError

from epfilter.atomic_files import OWNER_ONLY, atomic_file, remove_temporary_files
from epfilter.exporter.client.target_files import (
    AnyPath,
    Fingerprint,
    TargetFile,
    translate_os_errors,
)
from epfilter.exporter.errors import SettingsError
from epfilter.snippets import make_printable

_CHECKPOINT_SUFFIX = ".export.json"
_PART_SUFFIX = ".export.{}.part"
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ANY_PART_SUFFIX = re.compile(re.escape(_PART_SUFFIX).replace(r"\{\}", _UUID.pattern))


class RequestedExport(BaseModel):
    """What the caller of an export has passed, before relative dates became dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filter: str | None
    since: str | None
    until: str | None
    timezone: str
    append: bool


class CheckpointData(BaseModel):
    """The content of a checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    region: str
    filter: str | None
    """The filter of the whole export, with its period."""

    split: str | None

    newest: datetime | None = None
    """When the newest order of the file that is appended to was created; None without it."""

    requested: RequestedExport | None = None
    """What was passed, if the filter depends on the time or on the file."""

    jobs: tuple[str, ...] = ()
    """The job of each part, in order, as far as they were created."""

    replaces: bool = False
    """Whether a file existed when the export began, and may be replaced."""

    files: dict[str, Fingerprint] = {}
    """The completely downloaded files of parts, by job."""

    def is_same_export(self, other: CheckpointData) -> bool:
        """Return whether both belong to the same export."""
        if (self.region, self.split) != (other.region, other.split):
            return False
        if self.requested is not None or other.requested is not None:
            return self.requested == other.requested
        return self.filter == other.filter


class Checkpoint:
    """The checkpoint of one export; if it is not `enabled`, no file is read or written.

    With `restart` an earlier export is not resumed. Its files are deleted when the first job of
    this export has been created, because until then this export may be rejected.
    """

    def __init__(
        self, target: TargetFile, data: CheckpointData, *, enabled: bool, restart: bool
    ) -> None:
        self._target = target
        self._restart = restart
        self.path = checkpoint_path(target.path)
        self.data = data
        self.enabled = enabled

    def load(self) -> None:
        """Load the checkpoint of an earlier run; raise SettingsError if it is of another export."""
        if not self.enabled or self._restart:
            return
        with translate_os_errors(self.path):
            if not self.path.exists():
                return
            content = self.path.read_bytes()
        data = parse_checkpoint(content)
        if data is None:
            raise self._conflict_error("is not a checkpoint of an export")
        if not data.is_same_export(self.data):
            raise self._conflict_error(
                "belongs to an export with another filter, period, split or region"
            )
        before, now = data.newest, self.data.newest
        if before is not None and (now is None or now < before):
            raise self._conflict_error(
                "continues a file with newer orders than this one has, which would be missing"
            )
        self.data = data
        with translate_os_errors(self.path):
            parts = (_part_path(self._target.path, job_id) for job_id in data.jobs)
            remove_temporary_files(self._target.path, self.path, *parts)

    def job_id(self, index: int) -> str | None:
        """Return the id of the job of a part, or None if none was created."""
        return self.data.jobs[index] if index < len(self.data.jobs) else None

    def record_job(self, index: int, job_id: str) -> None:
        """Save the job of a part; it is on the disk when this returns."""
        if self._restart:
            delete_checkpoint(self._target.path)
            self._restart = False
        jobs = (*self.data.jobs[:index], job_id, *self.data.jobs[index + 1 :])
        files = {known: file for known, file in self.data.files.items() if known in jobs}
        self._save({"jobs": jobs, "files": files})

    def record_file(self, job_id: str, file: Fingerprint) -> None:
        """Save that the file of a part is complete; it is on the disk when this returns."""
        self._save({"files": {**self.data.files, job_id: file}})

    def has_file(self, job_id: str) -> bool:
        """Return whether the file of a part exists and is unchanged.

        Raises DownloadError if it cannot be read.
        """
        file = self.data.files.get(job_id)
        return file is not None and file.matches(_part_path(self._target.path, job_id))

    def _save(self, changes: dict[str, object]) -> None:
        self.data = self.data.model_copy(update=changes)
        if not self.enabled:
            return
        # A filter may contain names of customers.
        with translate_os_errors(self.path), atomic_file(self.path, mode=OWNER_ONLY) as file:
            file.write(self.data.model_dump_json().encode())

    def part_target(self, job_id: str) -> TargetFile:
        """Return the target of the file of a part, which is kept until all parts are complete."""
        return TargetFile(
            self._target.requested_path, _part_path(self._target.path, job_id), self._target.mode
        )

    def delete(self) -> None:
        """Delete the checkpoint and the files of parts: there is nothing to resume."""
        if self.enabled:
            delete_checkpoint(self._target.path)

    def _conflict_error(self, problem: str) -> SettingsError:
        return SettingsError(
            f"{make_printable(str(self.path))} {problem}.",
            hint="finish that export first, or delete the file to start again",
        )


def parse_checkpoint(content: bytes) -> CheckpointData | None:
    """Return the data in the content of a checkpoint, or None for any other content.

    >>> parse_checkpoint(b"{}") is None
    True
    """
    try:
        return CheckpointData.model_validate_json(content)
    except ValidationError:
        return None


def checkpoint_path(path: AnyPath) -> Path:
    """Return the path of the checkpoint of an export to a path; symbolic links are resolved.

    >>> checkpoint_path("orders.csv").name
    'orders.csv.export.json'
    """
    target = Path(os.path.realpath(path))
    return target.with_name(target.name + _CHECKPOINT_SUFFIX)


def delete_checkpoint(path: AnyPath) -> None:
    """Delete the checkpoint and the files of parts that an interrupted export to a path has left.

    The checkpoint is deleted last, so that its jobs are not lost if this is interrupted. Raises
    DownloadError if a file cannot be deleted.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "orders.csv")
    ...     checkpoint_path(target).touch(), target.touch()
    ...     delete_checkpoint(target)
    ...     [path.name for path in Path(folder).iterdir()]
    (None, None)
    ['orders.csv']
    """
    checkpoint = checkpoint_path(path)
    target = checkpoint.with_name(checkpoint.name.removesuffix(_CHECKPOINT_SUFFIX))
    with translate_os_errors(checkpoint):
        related = [file for file in target.parent.iterdir() if file.name.startswith(target.name)]
        parts = {
            file for file in related if _ANY_PART_SUFFIX.fullmatch(file.name[len(target.name) :])
        }
        data = parse_checkpoint(checkpoint.read_bytes()) if checkpoint in related else None
        expected_parts = {_part_path(target, job_id) for job_id in data.jobs} if data else set()
        remove_temporary_files(target, checkpoint, *parts, *expected_parts)
    for file in (*parts, checkpoint):
        delete_file(file)


def _part_path(target: Path, job_id: str) -> Path:
    # Any text is the id of a job, but not a part of the name of a file.
    name = job_id if _UUID.fullmatch(job_id) else uuid5(NAMESPACE_OID, job_id)
    return target.with_name(target.name + _PART_SUFFIX.format(name))


def delete_file(path: Path) -> None:
    """Delete a file if it exists; raise DownloadError if that is not possible."""
    with translate_os_errors(path):
        path.unlink(missing_ok=True)
