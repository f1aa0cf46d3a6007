"""Baselines: findings that a project has accepted, so that a run reports only new ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path
from typing import NamedTuple

from pydantic_core import SchemaValidator, ValidationError, core_schema

from epfilter.atomic_files import atomic_file
from epfilter.errors import FilterValueError
from epfilter.linter.engine import get_engine
from epfilter.linter.files.paths import is_missing, normalize_path
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.settings import Settings
from epfilter.regular_files import read_regular_file
from epfilter.snippets import make_printable

_VERSION = 1
_NEVER_ACCEPTED = frozenset({"EPF701", "EPF704"})
"""Unreadable files and missing packages: the filters behind them have never been checked."""
_WRITE_HINT = "to write it, run `epfilter lint --baseline FILE --write-baseline`"

_TEXT = core_schema.str_schema(strict=True)
_ENTRY = core_schema.typed_dict_schema(
    {
        "path": core_schema.typed_dict_field(_TEXT),
        "code": core_schema.typed_dict_field(_TEXT),
        "line": core_schema.typed_dict_field(_TEXT),
        "count": core_schema.typed_dict_field(core_schema.int_schema(ge=1, strict=True)),
        "message": core_schema.typed_dict_field(_TEXT),
    }
)
_VALIDATOR = SchemaValidator(
    core_schema.typed_dict_schema(
        {
            "version": core_schema.typed_dict_field(core_schema.literal_schema([_VERSION])),
            "findings": core_schema.typed_dict_field(core_schema.list_schema(_ENTRY)),
        }
    )
)


class _Key(NamedTuple):
    """What identifies a finding: the file, the code, and a hash of the text of its line."""

    path: str
    code: str
    line: str


@dataclass(slots=True)
class _Entry:
    count: int
    message: str


class Baseline:
    r"""The accepted findings of a project, in a JSON file that is kept with its source.

    A finding is identified by its file, its code and the text of its line, and equal ones are
    counted. So a finding is still accepted if lines above it change, and is new if its own line
    changes. Paths in the file are relative to its folder. Findings of unreadable files (EPF701) and
    missing packages (EPF704) are never accepted.

    >>> from tempfile import TemporaryDirectory
    >>> from epfilter.linter import lint_content
    >>> with TemporaryDirectory() as folder:
    ...     baseline = Baseline(Path(folder, "baseline.json"))
    ...     baseline.update([lint_content("in(id,a,a)", f"{folder}/a.filter")])
    ...     later = lint_content("eq(id,b)\nin(id,a,a)\nin(id,c,c)", f"{folder}/a.filter")
    ...     (report,) = Baseline.read(baseline.path).subtract([later])
    ...     [(found.diagnostic.code, found.line) for found in report.findings], report.in_baseline
    1
    ([('EPF404', 3)], 1)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = normalize_path(path).parent
        self._entries: dict[_Key, _Entry] = {}
        self._unmatched: Counter[_Key] = Counter()
        self._read: set[str] = set()

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Return the baseline in a file.

        Raises FilterValueError where the file cannot be read or is not a baseline.
        """
        name = make_printable(path.as_posix())
        try:
            content = read_regular_file(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise FilterValueError(
                f"the baseline {name} cannot be read: {reason}.",
                hint=_WRITE_HINT,
            ) from None
        try:
            data = _VALIDATOR.validate_python(json.loads(content))
        except (ValueError, RecursionError) as error:
            place = _describe_place(error)
            raise FilterValueError(
                f"{name} is not a baseline of this version of epfilter{place}.",
                hint=_WRITE_HINT,
            ) from None
        baseline = cls(path)
        for item in data["findings"]:
            key = _Key(item["path"], item["code"], item["line"])
            baseline._add(key, item["count"], item["message"])
        baseline._unmatched.update({key: each.count for key, each in baseline._entries.items()})
        return baseline

    def subtract(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        """Yield each report without the findings that the baseline contains.

        A report on the file of the baseline itself is left out.
        """
        for path, report in self._locate(reports):
            kept: list[FileFinding] = []
            for finding in report.findings:
                key = _Key(path, finding.diagnostic.code, finding.line_hash)
                if self._unmatched[key] > 0:
                    self._unmatched[key] -= 1
                else:
                    kept.append(finding)
            in_baseline = len(report.findings) - len(kept)
            yield replace(report, findings=tuple(kept), in_baseline=in_baseline)

    def count_outdated(self, settings: Settings) -> int:
        """Return how many findings of the baseline no longer occur, after `subtract`.

        Only findings of the rules that `settings` select count, and only those in files that have
        been read or that no longer exist.
        """
        selected = get_engine(settings).selected
        return sum(
            count
            for key, count in self._unmatched.items()
            if key.code in selected and not self._is_unread(key)
        )

    def update(self, reports: Iterable[FileReport]) -> int:
        """Replace the findings of the files that were read, and write the file.

        The findings of other files stay, unless the file no longer exists: those that were not
        linted, and those that could not be read or parsed. Return the number of findings in the
        baseline. Raises OSError where it cannot be written.
        """
        old, self._entries = self._entries, {}
        for path, report in self._locate(reports):
            for finding in report.findings:
                diagnostic = finding.diagnostic
                if diagnostic.code not in _NEVER_ACCEPTED:
                    key = _Key(path, diagnostic.code, finding.line_hash)
                    self._add(key, 1, diagnostic.message)
        for key, entry in old.items():
            if self._is_unread(key):
                kept = self._entries.setdefault(key, entry)
                kept.count = max(kept.count, entry.count)
        with atomic_file(self.path) as file:
            file.write(self._format().encode())
        return sum(entry.count for entry in self._entries.values())

    def _locate(self, reports: Iterable[FileReport]) -> Iterator[tuple[str, FileReport]]:
        """Yield each report with the path of its file, and remember whether it was read."""
        own_path = normalize_path(self.path)
        for report in reports:
            path = normalize_path(Path(report.name))
            if path != own_path:
                relative = self._relative_path(path)
                if report.is_read:
                    self._read.add(relative)
                yield relative, report

    def _add(self, key: _Key, count: int, message: str) -> None:
        entry = self._entries.setdefault(key, _Entry(0, message))
        entry.count += count

    def _is_unread(self, key: _Key) -> bool:
        """Return whether a file exists, and is not one of those that were read."""
        return key.path not in self._read and not is_missing(self._folder / key.path)

    def _format(self) -> str:
        """Return the content of the file, with one finding a line so that changes merge well."""
        lines = [
            json.dumps({**key._asdict(), "count": entry.count, "message": entry.message})
            for key, entry in sorted(self._entries.items(), key=lambda item: item[0])
        ]
        findings = "".join(f"\n    {line}," for line in lines).removesuffix(",")
        end = "\n  " if lines else ""
        return f'{{\n  "version": {_VERSION},\n  "findings": [{findings}{end}]\n}}\n'

    def _relative_path(self, path: Path) -> str:
        try:
            return Path(relpath(path, self._folder)).as_posix()
        except ValueError:  # another drive of Windows
            return path.as_posix()


def _describe_place(error: Exception) -> str:
    """Return where a baseline is invalid, if the error states it."""
    if isinstance(error, ValidationError):
        location = ".".join(str(part) for part in error.errors()[0]["loc"])
        return f": `{make_printable(location)}`" if location else ""
    if isinstance(error, json.JSONDecodeError):
        return f": not valid JSON at line {error.lineno}"
    return ""
