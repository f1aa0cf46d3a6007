"""Finds the files to lint: those that are named, and those in folders that can contain filters."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
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
    targets: dict[str, Target] = {}  # by the absolute path
    skipped: set[str] = set()
    for path in paths:
        folder = is_folder(path)
        if force_exclude and _is_excluded(path, configuration, folder=folder):
            continue
        if folder:
            for target in _walk(path, configuration, skipped):
                targets.setdefault(str(target.path), target)
        else:
            targets.setdefault(str(normalize_path(path)), Target(path, path.as_posix()))
    if unsupported is not None:
        unsupported.update(describe_ending(path) for path in skipped - targets.keys())
    return sorted(targets.values(), key=attrgetter("name"))


_Ignored = tuple[tuple[str, PathPatterns], ...]
"""The patterns of the .gitignore files of a folder and of those above it, nearest first.

Each stands after the path of the folder from that file, as in `a/b/`.
"""

_GIT_NAMES = frozenset((".gitignore", ".git"))


class _Folder(NamedTuple):
    """A folder to search.

    `shown` precedes the names in reports, and `relative` those that the configuration matches: it
    is empty in its `root`, and in folders that are not inside of it.
    """

    path: str
    shown: str
    relative: str
    ignored: _Ignored
    root: str

    def enter(self, entry: os.DirEntry[str]) -> _Folder:
        """Return a folder in this one."""
        name = f"{entry.name}/"
        is_inside = self.relative or self.path == self.root
        ignored = tuple((prefix + name, patterns) for prefix, patterns in self.ignored)
        relative = f"{self.relative}{name}" if is_inside else ""
        return self._replace(
            path=entry.path, shown=self.shown + name, relative=relative, ignored=ignored
        )

    def leaves_out(self, entry: os.DirEntry[str], exclude: PathPatterns) -> bool:
        """Return whether the configuration or a .gitignore excludes what is in this folder."""
        name = f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
        is_excluded = exclude.match(self.relative + name) and entry.path != self.root
        return is_excluded or _is_ignored(self.ignored, name)


def _walk(top: Path, configuration: Configuration, skipped: set[str]) -> Iterator[Target]:
    """Yield the files to lint in a folder; add those of unsupported kinds to `skipped`."""
    start = normalize_path(top)
    configuration = _without_patterns_of(start, configuration)
    shown = top.as_posix().removesuffix("/")
    stack = [
        _Folder(
            str(start),
            "" if shown == "." else f"{shown}/",
            configuration.find_prefix(start),
            _find_patterns(start) if configuration.respect_gitignore else (),
            str(normalize_path(configuration.root)),
        )
    ]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(folder.path) as entries:
                inside = [*entries]
        except OSError as error:
            message = f"this folder cannot be read: {error.strerror or error}."
            problem = Diagnostic("EPF701", message, Span(0, 0))
            yield Target(Path(folder.path), folder.shown or "./", problem)
            continue
        is_top = folder.path == str(start)
        if configuration.respect_gitignore and not is_top and _has_git_files(inside):
            folder = folder._replace(ignored=_read_patterns(Path(folder.path)) + folder.ignored)
        for entry in inside:
            if folder.leaves_out(entry, configuration.exclude_patterns):
                continue
            if entry.is_dir(follow_symlinks=False):
                stack.append(folder.enter(entry))
            elif _is_searched_for(entry, configuration):
                yield Target(Path(entry.path), folder.shown + entry.name)
            elif find_kind(entry.name) is None and entry.is_file():
                skipped.add(entry.path)


def _has_git_files(entries: Iterable[os.DirEntry[str]]) -> bool:
    return any(entry.name in _GIT_NAMES for entry in entries)


def _is_searched_for(entry: os.DirEntry[str], configuration: Configuration) -> bool:
    kind = find_kind(entry.name)
    is_of_kind = kind is not None and kind.is_searched_for
    is_listed = bool(configuration.filter_lines) and configuration.has_filter_lines(
        Path(entry.path)
    )
    return (is_of_kind or is_listed) and not (entry.is_symlink() and is_folder(Path(entry.path)))


def _is_excluded(path: Path, configuration: Configuration, *, folder: bool) -> bool:
    path = normalize_path(path)
    if configuration.is_excluded(path, folder=folder):
        return True
    name = path.name + "/" * folder
    return configuration.respect_gitignore and _is_ignored(_read_all_patterns(path.parent), name)


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


def _find_patterns(folder: Path) -> _Ignored:
    """Return the patterns for what is in a folder, without those that ignore the folder itself."""
    patterns = _read_all_patterns(folder)
    return _read_patterns(folder) if _is_ignored(patterns, "") else patterns


def _read_all_patterns(folder: Path) -> _Ignored:
    """Return the patterns of a folder and of those above it, up to the root of its repository."""
    patterns: _Ignored = ()
    for parent in _folders_of_repository(folder):
        prefix = "" if parent == folder else f"{folder.relative_to(parent).as_posix()}/"
        patterns += tuple((prefix, found) for _, found in _read_patterns(parent))
    return patterns


def _read_patterns(folder: Path) -> _Ignored:
    """Return the patterns of the files of git in a folder, if it has any."""
    lines: list[str] = []
    for name in (".gitignore", ".git/info/exclude"):
        try:
            content = (folder / name).read_bytes()
        except OSError:
            continue
        lines += content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    return (("", PathPatterns(lines)),) if lines else ()


def _is_ignored(ignored: _Ignored, name: str) -> bool:
    """Return whether a name in the folder is ignored; the nearest file with a match decides.

    An empty name stands for the folder itself.
    """
    for prefix, patterns in ignored:
        is_ignored = patterns.match(prefix + name) if prefix or name else None
        if is_ignored is not None:
            return is_ignored
    return False


def _folders_of_repository(folder: Path) -> list[Path]:
    """Return the folder and its parents up to the root of its repository, if it has one."""
    folders = [folder, *folder.parents]
    for i, parent in enumerate(folders):
        if (parent / ".git").exists():
            return folders[: i + 1]
    return [folder]
