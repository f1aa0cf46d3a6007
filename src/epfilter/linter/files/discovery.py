"""Finds the files to lint: those that are named, and those in folders that can contain filters."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import find_kind
from epfilter.linter.files.configuration import Configuration
from epfilter.linter.files.file_diagnostics import describe_ending
from epfilter.linter.files.paths import PathPatterns, is_folder, normalize_path


class Target(NamedTuple):
    """A file to lint; `name` is how it is shown, `problem` why it cannot be read, if known."""

    path: Path
    name: str
    problem: Diagnostic | None = None


def find_targets(
    paths: Iterable[Path],
    configuration: Configuration,
    *,
    force_exclude: bool = False,
    unsupported: Counter[str] | None = None,
) -> list[Target]:
    """Return the files that the paths name or contain, each once, in the order of their names.

    A named file is a target whatever its ending is, and even if it is excluded, unless
    `force_exclude`. In a folder, the files are targets whose endings have an extractor; links to
    folders are not followed, and what a .gitignore matches is left out. The files in folders
    whose kind is not supported are counted in `unsupported`, by their endings.

    Raises NeedsExtraError for a folder where pathspec is not installed.
    """
    targets: dict[Path, Target] = {}
    skipped: set[Path] = set()
    for path in paths:
        folder = is_folder(path)
        if force_exclude and _is_excluded(path, configuration, folder=folder):
            continue
        inside = _walk(path, configuration, skipped) if folder else [Target(path, path.as_posix())]
        for target in inside:
            targets.setdefault(normalize_path(target.path), target)
    if unsupported is not None:
        unsupported.update(describe_ending(path.name) for path in skipped - targets.keys())
    return sorted(targets.values(), key=lambda target: target.name)


@dataclass(frozen=True, slots=True)
class _IgnoreFiles:
    """The patterns of the .gitignore files of a folder and of those above it, nearest first."""

    patterns: tuple[tuple[Path, PathPatterns], ...] = field(default=())

    def with_folder(self, folder: Path) -> _IgnoreFiles:
        """Return these patterns with those of a folder further down, if it has any."""
        lines: list[str] = []
        for name in (".gitignore", ".git/info/exclude"):
            try:
                content = (folder / name).read_bytes()
            except OSError:
                continue
            lines += content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
        return _IgnoreFiles(((folder, PathPatterns(lines)), *self.patterns)) if lines else self

    def match(self, path: Path, *, folder: bool) -> bool:
        """Return whether the path is ignored; the nearest file with a match decides."""
        for root, patterns in self.patterns:
            if path == root:
                continue
            is_ignored = patterns.match(path.relative_to(root).as_posix() + "/" * folder)
            if is_ignored is not None:
                return is_ignored
        return False


def _walk(top: Path, configuration: Configuration, skipped: set[Path]) -> Iterator[Target]:
    """Yield the files to lint in a folder; add those of unsupported kinds to `skipped`."""
    start = normalize_path(top)
    configuration = _without_patterns_of(start, configuration)
    respects_gitignore = configuration.respect_gitignore
    ignored = _ignore_files_of(start) if respects_gitignore else _IgnoreFiles()
    if ignored.match(start, folder=True):
        ignored = _IgnoreFiles().with_folder(start)
    shown = top.as_posix().removesuffix("/")
    prefix = "" if shown == "." else f"{shown}/"
    stack = [(start, prefix, ignored)]
    while stack:
        folder, prefix, ignored = stack.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            message = f"this folder cannot be read: {error.strerror or error}."
            yield Target(folder, prefix or "./", Diagnostic("EPF701", message, Span(0, 0)))
            continue
        for entry in inside:
            path, entry_is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
            name = f"{prefix}{entry.name}"
            if configuration.is_excluded(path, folder=entry_is_folder) or ignored.match(
                path, folder=entry_is_folder
            ):
                continue
            if entry_is_folder:
                deeper = ignored.with_folder(path) if respects_gitignore else ignored
                stack.append((path, f"{name}/", deeper))
            elif _is_searched_for(path, configuration) and not is_folder(path):
                yield Target(path, name)
            elif find_kind(path.name) is None and entry.is_file():
                skipped.add(path)


def _is_searched_for(path: Path, configuration: Configuration) -> bool:
    kind = find_kind(path.name)
    return (kind is not None and kind.is_searched_for) or configuration.has_filter_lines(path)


def _is_excluded(path: Path, configuration: Configuration, *, folder: bool) -> bool:
    path = normalize_path(path)
    if configuration.is_excluded(path, folder=folder):
        return True
    return configuration.respect_gitignore and _ignore_files_of(path.parent).match(
        path, folder=folder
    )


def _without_patterns_of(folder: Path, configuration: Configuration) -> Configuration:
    """Return the configuration without the patterns that exclude this folder itself."""
    if not configuration.is_excluded(folder, folder=True):
        return configuration
    kept = [
        pattern
        for pattern in configuration.exclude
        if not replace(configuration, exclude=(pattern,)).is_excluded(folder, folder=True)
    ]
    return replace(configuration, exclude=tuple(kept))


def _ignore_files_of(folder: Path) -> _IgnoreFiles:
    ignored = _IgnoreFiles()
    for parent in reversed(_folders_of_repository(folder)):
        ignored = ignored.with_folder(parent)
    return ignored


def _folders_of_repository(folder: Path) -> list[Path]:
    """Return the folder and its parents up to the root of its repository, if it has one."""
    folders = [folder, *folder.parents]
    for i, parent in enumerate(folders):
        if (parent / ".git").exists():
            return folders[: i + 1]
    return [folder]
