"""Finds and reads `[tool.epfilter]` of pyproject.toml, or epfilter.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from epfilter.errors import FilterError, FilterValueError
from epfilter.linter.files.configuration import DEFAULT_EXCLUDE, Configuration
from epfilter.linter.files.paths import is_file, normalize_path
from epfilter.linter.settings import Settings
from epfilter.snippets import make_printable
from epfilter.suggestions import list_names, suggest_name

_FILE_NAME = "epfilter.toml"
_PROJECT_FILE_NAME = "pyproject.toml"

_Strings = Annotated[list[str], Field(description="a list of strings")]
_Number = Annotated[int, Field(ge=0, description="a whole number, 0 or greater")]


class ConfigurationTable(BaseModel):
    """The keys of the table, with `-` in place of `_`; each description completes "must be"."""

    model_config = ConfigDict(
        strict=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-")
    )

    select: _Strings = []
    ignore: _Strings = []
    max_calls: _Number = Settings.max_calls
    max_bytes: _Number = Settings.max_bytes
    max_or_complexity: _Number = Settings.max_or_complexity
    max_in_values: _Number = Settings.max_in_values
    resource: Annotated[str | None, Field(description="the name of a resource")] = None
    resources: Annotated[
        dict[str, str], Field(description="a table of patterns and names of resources")
    ] = {}
    declarations: _Strings = []
    exclude: _Strings = [*DEFAULT_EXCLUDE]
    extend_exclude: _Strings = []
    filter_lines: _Strings = []
    per_file_ignores: Annotated[
        dict[str, list[str]], Field(description="a table of patterns and lists of codes")
    ] = {}
    respect_gitignore: Annotated[bool, Field(description="true or false")] = True

    def to_configuration(self, root: Path) -> Configuration:
        """Return the configuration of the project in the folder `root`."""
        return Configuration(
            root=root,
            settings=Settings(
                select=tuple(self.select),
                ignore=tuple(self.ignore),
                max_calls=self.max_calls,
                max_bytes=self.max_bytes,
                max_or_complexity=self.max_or_complexity,
                max_in_values=self.max_in_values,
            ),
            per_file_ignores={
                pattern: tuple(codes) for pattern, codes in self.per_file_ignores.items()
            },
            resources=self.resources,
            resource=self.resource,
            exclude=(*self.exclude, *self.extend_exclude),
            filter_lines=tuple(self.filter_lines),
            declarations=tuple(self.declarations),
            respect_gitignore=self.respect_gitignore,
        )


KEYS = {field.alias or name: field for name, field in ConfigurationTable.model_fields.items()}
"""Each key of the table, and its field."""


def find_configuration(start: Path) -> Configuration:
    """Return the configuration of the nearest folder, from `start` upwards, that has one.

    Where there is none, return the default, for the current folder where `start` lies in it,
    otherwise for `start`. Raises FilterValueError where the configuration is not valid.
    """
    start = normalize_path(start)
    for folder in (start, *start.parents):
        if is_file(folder / _FILE_NAME):
            return read_configuration(folder / _FILE_NAME)
        project = folder / _PROJECT_FILE_NAME
        if is_file(project):
            configuration = _load(project, is_optional=True)
            if configuration is not None:
                return configuration
    current = Path.cwd()
    return Configuration(root=current if start.is_relative_to(current) else start)


def read_configuration(path: Path) -> Configuration:
    """Return the configuration in a file.

    Raises FilterValueError, with the file and the key, where it cannot be read or is not valid.
    """
    configuration = _load(path, is_optional=False)
    if configuration is None:
        raise FilterValueError(f"{make_printable(path.name)} has no table `[tool.epfilter]`.")
    return configuration


def _load(path: Path, *, is_optional: bool) -> Configuration | None:
    name = make_printable(path.name)
    content = b""
    try:
        content = path.read_bytes()
        table: object = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise FilterValueError(f"{name} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        if is_optional and b"epfilter" not in content:
            return None
        raise FilterValueError(f"{name} {_describe_toml_error(error)}.") from None
    if path.name == _PROJECT_FILE_NAME:
        for key in ("tool", "epfilter"):
            table = table.get(key) if isinstance(table, dict) else None
        if table is None:
            return None
    return _validate(table, name, path.absolute().parent)


def _describe_toml_error(error: Exception) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"is not valid TOML: {error}"
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return f"is not valid UTF-8: byte 0x{byte:02x} at offset {error.start}"
    return (
        "is nested too deeply" if isinstance(error, RecursionError) else f"cannot be read: {error}"
    )


def _validate(table: object, name: str, root: Path) -> Configuration:
    if not isinstance(table, dict):
        raise FilterValueError(f"{name}: `tool.epfilter` must be a table.")
    _check_keys(table, name)
    try:
        validated = ConfigurationTable.model_validate(table)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        raise FilterValueError(f"{name}: `{key}` must be {KEYS[key].description}.") from None
    try:
        configuration = validated.to_configuration(root)
        configuration.check()
    except FilterError as error:
        message = getattr(error, "message", str(error))
        raise FilterValueError(f"{name}: {message}", hint=getattr(error, "hint", None)) from None
    return configuration


def _check_keys(table: dict[str, Any], name: str) -> None:
    for key in table:
        if key not in KEYS:
            raise FilterValueError(
                f"{name}: unknown key `{make_printable(key)}`.",
                hint=suggest_name(key, KEYS, f"the keys are {list_names(KEYS)}"),
            )
