"""Finds and reads `[tool.epfilter]` of pyproject.toml, or epfilter.toml."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from epfilter.errors import FilterError, FilterValueError, PluginError
from epfilter.linter.files.configuration import DEFAULT_EXCLUDE, DOCS, Configuration
from epfilter.linter.files.paths import is_file, normalize_path
from epfilter.linter.settings import Settings
from epfilter.regular_files import read_regular_file
from epfilter.snippets import make_printable
from epfilter.suggestions import list_names, suggest_name

_FILE_NAME = "epfilter.toml"
_PROJECT_FILE_NAME = "pyproject.toml"


class Key(NamedTuple):
    """A key of the table: the schema of its value, and what the value must be, in words."""

    schema: CoreSchema
    description: str


_STRING = core_schema.str_schema(strict=True)
_LIST = core_schema.tuple_variable_schema(_STRING)  # a list becomes a tuple
_STRINGS = Key(_LIST, "a list of strings")
_NUMBER = Key(core_schema.int_schema(ge=0, strict=True), "a whole number, 0 or greater")

KEYS = {
    "select": _STRINGS,
    "ignore": _STRINGS,
    "max-calls": _NUMBER,
    "max-bytes": _NUMBER,
    "max-or-complexity": _NUMBER,
    "max-in-values": _NUMBER,
    "required-filters": Key(
        core_schema.dict_schema(_STRING, _LIST), "a table of listings and lists of fields"
    ),
    "resource": Key(_STRING, "the name of a resource"),
    "resources": Key(
        core_schema.dict_schema(_STRING, _STRING), "a table of patterns and names of resources"
    ),
    "declarations": _STRINGS,
    "baseline": Key(_STRING, "the name of a file"),
    "exclude": _STRINGS,
    "extend-exclude": _STRINGS,
    "filter-lines": _STRINGS,
    "per-file-ignores": Key(
        core_schema.dict_schema(_STRING, _LIST), "a table of patterns and lists of codes"
    ),
    "docs": Key(core_schema.literal_schema([*DOCS]), "`info` or `check`"),
    "respect-gitignore": Key(core_schema.bool_schema(strict=True), "true or false"),
}
"""The keys of the table. Each is a field of Settings or Configuration, with `-` for `_`."""

# Building a pydantic model takes 25 ms, a tenth of the run time for a small project.
_VALIDATOR = SchemaValidator(
    core_schema.typed_dict_schema(
        {
            name: core_schema.typed_dict_field(key.schema, required=False)
            for name, key in KEYS.items()
        }
    )
)


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
    name = make_printable(path.name or str(path))
    content = b""
    try:
        content = read_regular_file(path)
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
        values = _VALIDATOR.validate_python(table)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        raise FilterValueError(f"{name}: `{key}` must be {KEYS[key].description}.") from None
    try:
        configuration = _make_configuration(values, root)
        configuration.check()
    except PluginError:
        raise
    except FilterError as error:
        raise FilterValueError(f"{name}: {error.message}", hint=error.hint) from None
    return configuration


def _check_keys(table: dict[str, Any], name: str) -> None:
    for key in table:
        if key not in KEYS:
            raise FilterValueError(
                f"{name}: unknown key `{make_printable(key)}`.",
                hint=suggest_name(key, KEYS, f"the keys are {list_names(KEYS)}"),
            )


def _make_configuration(values: dict[str, Any], root: Path) -> Configuration:
    """Return the configuration of the project in the folder `root`."""
    values = {name.replace("-", "_"): value for name, value in values.items()}
    names = [field.name for field in fields(Settings) if field.name in values]
    settings = Settings(**{name: values.pop(name) for name in names})
    excluded = (*values.pop("exclude", DEFAULT_EXCLUDE), *values.pop("extend_exclude", ()))
    return Configuration(
        root=root, settings=settings, exclude=excluded, uses_platform=True, **values
    )
