"""The configuration of a project: `[tool.epfilter]` of pyproject.toml, or epfilter.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from os.path import abspath, relpath
from pathlib import Path
from typing import Any

from epfilter.errors import FilterError, FilterValueError
from epfilter.linter.engine import get_engine
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files.patterns import Patterns, is_pattern
from epfilter.linter.settings import Settings
from epfilter.resources import Resource, resource_info, resource_named
from epfilter.snippets import make_printable
from epfilter.suggestions import list_names, suggest_name

_FILE = "epfilter.toml"
_PROJECT = "pyproject.toml"

NEVER_LINTED = (
    ".git", ".hg", ".svn", "node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox",
    ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".eggs", "build", "dist",
)  # fmt: skip
"""Folders that hold what others wrote, or what a program made."""


@dataclass(frozen=True)
class Configuration:
    """How the files of a project are linted.

    `root` is the folder that patterns and paths are relative to. `settings` choose the rules;
    `per_file_ignores` has codes by the pattern of files, `resources` the name of a resource
    likewise, and `resource` the name of that of all others. `exclude` are patterns of what is
    not linted, `filter_lines` of text files that hold one filter a line. `declarations` are files
    that declare resources of the project's own, which can be named like the platform's.

    >>> Configuration(resources={"orders/**": "orders"}).resource_of(Path("orders/a.json"))
    'orders'
    """

    root: Path = field(default_factory=Path.cwd)
    settings: Settings = field(default_factory=Settings)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    resource: str | None = None
    exclude: tuple[str, ...] = NEVER_LINTED
    filter_lines: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    respect_gitignore: bool = True

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The codes that are ignored in a file, beyond those that the settings ignore."""
        name = self._relative(path)
        return tuple(
            code for patterns, ignored in self._ignoring if patterns.match(name) for code in ignored
        )

    def resource_of(self, path: Path) -> str | None:
        """The name of the resource of a file; of several patterns that fit, the last decides."""
        name = self._relative(path)
        for patterns, resource in self._naming:
            if patterns.match(name):
                return resource
        return self.resource

    def has_filter_lines(self, path: Path) -> bool:
        """Whether a file is said to hold one filter a line."""
        return bool(self._filter_lines.match(self._relative(path)))

    def is_excluded(self, path: Path, *, folder: bool = False) -> bool:
        """Whether a file or folder is left out."""
        return bool(self._excluding.match(self._relative(path) + "/" * folder))

    def own_resources(self) -> dict[str, Resource]:
        """The resources that the project declares, by name; FilterError where a file is wrong."""
        declared = (Resource.from_file(self.root / name) for name in self.declarations)
        return {resource_info(one).name: one for one in declared}

    def check(self) -> None:
        """Raise FilterValueError for a code or a resource that does not exist, or no pattern."""
        given = (*self.per_file_ignores, *self.resources, *self.filter_lines)
        with suppress(NeedsExtraError):
            for pattern in (*given, *(one for one in self.exclude if one not in NEVER_LINTED)):
                if not is_pattern(pattern):
                    raise FilterValueError(
                        f"`{make_printable(pattern)}` is no pattern of file names."
                    )
        for codes in self.per_file_ignores.values():
            get_engine(Settings(ignore=codes))
        get_engine(self.settings)
        own = self.own_resources()
        for name in (*self.resources.values(), self.resource):
            if name is not None and name not in own:
                resource_named(name)

    def _relative(self, path: Path) -> str:
        try:
            name = Path(relpath(path.absolute(), self.root)).as_posix()
        except ValueError:  # another drive of Windows
            return path.name
        return path.name if name == ".." or name.startswith("../") else name

    @cached_property
    def _ignoring(self) -> list[tuple[Patterns, tuple[str, ...]]]:
        return [(Patterns([one]), codes) for one, codes in self.per_file_ignores.items()]

    @cached_property
    def _naming(self) -> list[tuple[Patterns, str]]:
        return [(Patterns([one]), name) for one, name in reversed([*self.resources.items()])]

    @cached_property
    def _filter_lines(self) -> Patterns:
        return Patterns(self.filter_lines)

    @cached_property
    def _excluding(self) -> Patterns:
        return Patterns(self.exclude)


def find(start: Path) -> Configuration:
    """The configuration of the nearest folder, from `start` upwards, that has one.

    Raises FilterValueError where it is wrong. Where there is none, the default holds, for the
    current folder where `start` lies in it, otherwise for `start`.
    """
    start = normal(start)
    for folder in (start, *start.parents):
        if _is_file(folder / _FILE):
            return load(folder / _FILE)
        project = folder / _PROJECT
        if _is_file(project):
            found = _configuration(project, optional=True)
            if found is not None:
                return found
    here = Path.cwd()
    return Configuration(root=here if start.is_relative_to(here) else start)


def normal(path: Path) -> Path:
    """The absolute path without `..`; links stay."""
    try:
        return Path(abspath(path))  # noqa: PTH100 - resolve() would follow links
    except ValueError:  # a name that no file can have
        return path.absolute()


def load(path: Path) -> Configuration:
    """The configuration that a file holds.

    Raises FilterValueError, with the file and the key, where it cannot be read or is wrong.
    """
    found = _configuration(path, optional=False)
    if found is None:
        raise FilterValueError(f"{make_printable(path.name)} has no table `[tool.epfilter]`.")
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _configuration(path: Path, *, optional: bool) -> Configuration | None:
    name = make_printable(path.name)
    content = b""
    try:
        content = path.read_bytes()
        table: object = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise FilterValueError(f"{name} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        if optional and b"epfilter" not in content:
            return None
        raise FilterValueError(f"{name} {_no_toml(error)}.") from None
    if path.name == _PROJECT:
        for key in ("tool", "epfilter"):
            table = table.get(key) if isinstance(table, dict) else None
        if table is None:
            return None
    return _read(table, name, path.absolute().parent)


def _no_toml(error: Exception) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"is not TOML: {error}"
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8: byte 0x{error.object[error.start]:02x} at offset {error.start}"
    return (
        "is nested too deeply" if isinstance(error, RecursionError) else f"cannot be read: {error}"
    )


def _read(table: object, name: str, root: Path) -> Configuration:
    if not isinstance(table, dict):
        raise FilterValueError(f"{name}: `tool.epfilter` is a table.")
    for key in table:
        if key not in _KEYS:
            raise FilterValueError(
                f"{name}: there is no key `{make_printable(str(key))}`.",
                hint=suggest_name(str(key), _KEYS, f"the keys are {list_names(_KEYS)}"),
            )
    found = Configuration(root=root)
    chosen: dict[str, Any] = {}
    for key, (wanted, fits, convert) in _KEYS.items():
        value = table.get(key)
        if key not in table:
            continue
        if not fits(value):
            raise FilterValueError(f"{name}: `{key}` is {wanted}.")
        field_name = key.replace("-", "_")
        if field_name in Settings.__dataclass_fields__:
            chosen[field_name] = convert(value)
        elif key == "extend-exclude":
            found = replace(found, exclude=(*found.exclude, *convert(value)))
        else:
            found = replace(found, **{field_name: convert(value)})
    try:
        found = replace(found, settings=Settings(**chosen))
        found.check()
    except FilterError as error:
        said = getattr(error, "message", str(error))
        raise FilterValueError(f"{name}: {said}", hint=getattr(error, "hint", None)) from None
    return found


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_table_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(fits, value.values()))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _as_code_table(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {pattern: tuple(codes) for pattern, codes in table.items()}


_TEXTS = ("a list of texts", _is_texts, tuple)
_NUMBER = ("a whole number, at least 0", lambda value: type(value) is int and value >= 0, int)
_KEYS: dict[str, tuple[str, Callable[[Any], bool], Callable[[Any], Any]]] = {
    "select": _TEXTS,
    "ignore": _TEXTS,
    "max-calls": _NUMBER,
    "max-bytes": _NUMBER,
    "max-or-complexity": _NUMBER,
    "max-in-values": _NUMBER,
    "resource": ("the name of a resource", _is_text, str),
    "resources": ("a table of patterns and the names of resources", _is_table_of(_is_text), dict),
    "declarations": _TEXTS,
    "exclude": _TEXTS,
    "extend-exclude": _TEXTS,
    "filter-lines": _TEXTS,
    "per-file-ignores": (
        "a table of patterns and lists of codes",
        _is_table_of(_is_texts),
        _as_code_table,
    ),
    "respect-gitignore": ("true or false", lambda value: type(value) is bool, bool),
}
"""Each key: what it is, whether a value is that, and what is made of it."""
