"""Finds the files to lint: those that are named, and those of folders that can hold filters."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import READERS
from epfilter.linter.files.configuration import Configuration, normal
from epfilter.linter.files.patterns import Patterns

_FOUND_IN_FOLDERS = READERS.keys() - {".txt"}
"""A text file can hold anything; it is linted where it is named, or the configuration says so."""


class Target(NamedTuple):
    """A file to lint, how it is shown, and why it cannot be read where that is known."""

    path: Path
    name: str
    problem: Diagnostic | None = None


def targets(
    paths: Iterable[Path], configuration: Configuration, *, force_exclude: bool = False
) -> list[Target]:
    """The files that the paths stand for, each once, in order of their names.

    What is named is linted even if it is excluded, unless `force_exclude`, and a file whatever it
    is called. Of a folder, the files whose names say that they can hold filters; links to folders
    are not followed, and what .gitignore names is left out.

    Raises NeedsExtraError where a folder is given and pathspec is not installed.
    """
    found: dict[Path, Target] = {}
    for path in paths:
        folder = leads_to_folder(path)
        if force_exclude and _is_excluded(path, configuration, folder=folder):
            continue
        walked = _walk(path, configuration) if folder else [Target(path, path.as_posix())]
        for target in walked:
            found.setdefault(normal(target.path), target)
    return sorted(found.values(), key=lambda target: target.name)


@dataclass(frozen=True, slots=True)
class _Ignored:
    """What the .gitignore files of a folder and of those above it leave out."""

    specs: tuple[tuple[Path, Patterns], ...] = field(default=())

    def below(self, folder: Path) -> _Ignored:
        """With the .gitignore file of a folder further down, if it has one."""
        lines: list[str] = []
        for name in (".gitignore", ".git/info/exclude"):
            try:
                content = (folder / name).read_bytes()
            except OSError:
                continue
            lines += content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
        return _Ignored(((folder, Patterns(lines)), *self.specs)) if lines else self

    def match(self, path: Path, *, folder: bool) -> bool:
        """Whether it is left out; the nearest file that speaks of it decides."""
        for root, patterns in self.specs:
            if path == root:
                continue
            said = patterns.match(path.relative_to(root).as_posix() + "/" * folder)
            if said is not None:
                return said
        return False


def _walk(top: Path, configuration: Configuration) -> Iterator[Target]:
    start = normal(top)
    configuration = _unless_named(start, configuration)
    ignored = _ignored_in(start) if configuration.respect_gitignore else _Ignored()
    if ignored.match(start, folder=True):
        ignored = _Ignored().below(start)
    shown = top.as_posix().removesuffix("/")
    prefix = "" if shown == "." else f"{shown}/"
    waiting = [(start, prefix, ignored)]
    while waiting:
        folder, prefix, ignored = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            said = error.strerror or error
            problem = Diagnostic("EPF701", f"this folder cannot be read: {said}.", Span(0, 0))
            yield Target(folder, prefix or "./", problem)
            continue
        for entry in inside:
            path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
            name = f"{prefix}{entry.name}"
            if configuration.is_excluded(path, folder=is_folder) or ignored.match(
                path, folder=is_folder
            ):
                continue
            if is_folder:
                deeper = ignored.below(path) if configuration.respect_gitignore else ignored
                waiting.append((path, f"{name}/", deeper))
            elif _can_hold_filters(path, configuration) and not leads_to_folder(path):
                yield Target(path, name)


def leads_to_folder(path: Path) -> bool:
    """Whether the path is a folder, or a link to one; False where nobody can tell."""
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a link to itself, a name that no file can have
        return False


def _can_hold_filters(path: Path, configuration: Configuration) -> bool:
    return path.suffix.lower() in _FOUND_IN_FOLDERS or configuration.has_filter_lines(path)


def _is_excluded(path: Path, configuration: Configuration, *, folder: bool) -> bool:
    place = normal(path)
    if configuration.is_excluded(place, folder=folder):
        return True
    return configuration.respect_gitignore and _ignored_in(place.parent).match(place, folder=folder)


def _unless_named(folder: Path, configuration: Configuration) -> Configuration:
    """Without the patterns that exclude this folder, and with it all that is in it."""
    if not configuration.is_excluded(folder, folder=True):
        return configuration
    kept = [
        one
        for one in configuration.exclude
        if not replace(configuration, exclude=(one,)).is_excluded(folder, folder=True)
    ]
    return replace(configuration, exclude=tuple(kept))


def _ignored_in(folder: Path) -> _Ignored:
    ignored = _Ignored()
    for one in reversed(_up_to_repository(folder)):
        ignored = ignored.below(one)
    return ignored


def _up_to_repository(folder: Path) -> list[Path]:
    """The folder and those above it, up to that of its repository; alone where there is none."""
    for i, one in enumerate((folder, *folder.parents)):
        if (one / ".git").exists():
            return [folder, *folder.parents][: i + 1]
    return [folder]
