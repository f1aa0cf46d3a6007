"""A resource from a TOML or JSON file; every mistake of the file is told with its place."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from os import PathLike, fspath
from pathlib import Path
from types import NoneType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from epfilter.ast import CALL_OPERATORS
from epfilter.errors import FilterTypeError, ResourceError, describe_type
from epfilter.resources.aliases import Alias, PatternAlias, PrefixAlias
from epfilter.resources.declaration_checks import (
    default_operators,
    first_line,
    nearest,
    nearest_operator,
    read_operators,
)
from epfilter.resources.declarations import Declaration, Deprecation, Endpoint
from epfilter.resources.field_types import (
    FieldType,
    boolean,
    date_,
    enum,
    integer,
    list_of,
    number,
    string,
    timestamp,
    unknown,
    uuid,
)
from epfilter.resources.schema import field_name_problem
from epfilter.snippets import make_printable, shorten
from epfilter.strict_json import JsonError, parse_json


def _known_type(value: object) -> object:
    if isinstance(value, str) and value not in _TYPES:
        raise _unknown_word("type", value, nearest(value, _TYPES))
    return value


def _known_operator(value: object) -> object:
    if isinstance(value, str) and value not in CALL_OPERATORS:
        raise _unknown_word("operator", value, nearest_operator(value))
    return value


def _unknown_word(what: str, value: str, hint: str | None) -> PydanticCustomError:
    return PydanticCustomError(
        "unknown_word",
        "there is no {what} `{value}`.",
        {"what": what, "value": shorten(value), "hint": hint},
    )


def _deprecation(value: object) -> object:
    """`true` and `false` beside the table of since and instead."""
    if isinstance(value, bool):
        return {} if value else None
    return value


_SIMPLE: dict[str, FieldType[Any]] = {
    "string": string(),
    "integer": integer(),
    "number": number(),
    "boolean": boolean(),
    "date": date_(),
    "datetime": timestamp(),
    "uuid": uuid(),
    "unknown": unknown(),
}
_TYPES = (*_SIMPLE, "enum", "list")


class _Table(BaseModel):
    """A table of the file: no member that is not known, no value read as another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _DeprecatedTable(_Table):
    since: str = ""
    instead: str = ""


class _FieldTable(_Table):
    type: Annotated[str, BeforeValidator(_known_type)]
    operators: list[Annotated[str, BeforeValidator(_known_operator)]] | None = None
    values: list[str] | None = None
    item: Annotated[str, BeforeValidator(_known_type)] | None = None
    aliases: list[str] = []
    deprecated: Annotated[_DeprecatedTable | None, BeforeValidator(_deprecation)] = None
    note: str = ""
    required: bool = False


class _AliasTable(_Table):
    name: str | None = None
    field: str | None = None
    prefix: str | None = None
    pattern: str | None = None
    replacement: str | None = None


class _ResourceTable(_Table):
    name: str = ""
    title: str = ""
    note: str = ""
    endpoints: list[str] = []
    only_required: bool = False
    fields: dict[str, _FieldTable]
    aliases: list[_AliasTable] = []


_EXPECTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
"""pydantic's type of error → what the member must be. `missing`, `extra_forbidden` and our own
are worded apart; a test proves that these are all."""

_JSON_NAMES = (
    (bool, "true or false"),
    (str, "a text"),
    (dict, "a table"),
    (list, "a list"),
    ((int, float), "a number"),
    ((date, time), "a date or time"),
    (NoneType, "null"),
)


def from_file(path: str | PathLike[str]) -> dict[str, Any]:
    """What a file declares, as the arguments of a class of Resource; see Resource.from_file."""
    try:
        place = Path(fspath(path))
    except TypeError:
        raise FilterTypeError(
            f"the path of a file is expected, not {describe_type(path)}."
        ) from None
    data = _data(place)
    try:
        table = _ResourceTable.model_validate(data)
    except ValidationError as error:
        raise _translated(place.name, error.errors()[0]) from None
    try:
        fields = {name: _field(name, one) for name, one in table.fields.items()}
        aliases = tuple(_alias(f"aliases[{i}]", one, fields) for i, one in enumerate(table.aliases))
        _refuse_unreachable(fields, aliases)
        return {
            "name": table.name or place.stem,
            "title": table.title,
            "note": table.note,
            "only_required": table.only_required,
            "endpoints": tuple(
                _endpoint(f"endpoints[{i}]", one) for i, one in enumerate(table.endpoints)
            ),
            "extra_fields": fields,
            "aliases": aliases,
        }
    except ResourceError as error:
        raise ResourceError(f"{place.name}: {error.message}", error.hint) from None


def _data(path: Path) -> object:
    """What a file holds; ResourceError in words where it cannot be read."""
    readers: dict[str, Callable[[str], object]] = {".toml": tomllib.loads, ".json": parse_json}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ResourceError(
            f"{make_printable(path.name)}: the declaration of a resource is a file in TOML or "
            "JSON.",
            hint="its name ends in .toml or .json",
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ResourceError(
            f"{make_printable(path.name)}: the file is not UTF-8 (byte {error.start}).",
            hint="save it as UTF-8",
        ) from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ResourceError(
            f"{make_printable(path.name)}: the file cannot be read: {said}."
        ) from None
    try:
        return reader(text.replace("\r\n", "\n"))
    except RecursionError:
        raise ResourceError(
            f"{make_printable(path.name)}: the file is nested too deeply."
        ) from None
    except JsonError as error:
        raise ResourceError(
            f"{make_printable(path.name)}: the file is not valid JSON: {error}."
        ) from None
    except ValueError as error:
        raise ResourceError(
            f"{make_printable(path.name)}: the file is not TOML: {first_line(error)}"
        ) from None


def _translated(file: str, error: ErrorDetails) -> ResourceError:
    """An error of pydantic in our words, with the place of the member."""
    place = _where(error["loc"])
    kind = error["type"]
    if kind == "unknown_word":
        return ResourceError(f"{file}: {place}: {error['msg']}", error["ctx"]["hint"])
    if kind == "missing":
        return ResourceError(f"{file}: {place} is missing.")
    if kind == "extra_forbidden":
        known = _members_beside(error["loc"])
        return ResourceError(
            f"{file}: {place} is no member of this table.", nearest(str(error["loc"][-1]), known)
        )
    given = next(name for classes, name in _JSON_NAMES if isinstance(error["input"], classes))
    return ResourceError(f"{file}: {place} must be {_EXPECTED[kind]}, not {given}.")


def _where(loc: tuple[int | str, ...]) -> str:
    """`fields."locales.{locale}.name".type`, `aliases[0].name`."""
    said = ""
    for part in loc:
        if isinstance(part, int):
            said += f"[{part}]"
        else:
            shown = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(shorten(part))
            said += f".{shown}" if said else shown
    return said or "the file"


def _members_beside(loc: tuple[int | str, ...]) -> Iterable[str]:
    table: type[_Table] = _ResourceTable
    if "deprecated" in loc[2:-1]:
        table = _DeprecatedTable
    elif len(loc) > 1:
        table = _FieldTable if loc[0] == "fields" else _AliasTable
    return table.model_fields


def _field(name: str, table: _FieldTable) -> Declaration[Any]:
    place = _where(("fields", name))
    if problem := field_name_problem(name):
        raise ResourceError(f"{place} {problem}.")
    kind = _kind(place, table)
    given = table.operators
    operators = default_operators(kind) if given is None else read_operators(name, given)
    old = table.deprecated
    return Declaration(
        kind,
        operators,
        tuple(table.aliases),
        Deprecation(old.since, old.instead) if old else None,
        required=table.required,
        note=table.note,
    )


def _kind(place: str, table: _FieldTable) -> FieldType[Any]:
    if table.type == "list":
        if table.item is None:
            raise ResourceError(f"{place}.item is missing.", hint="it is the type of the elements")
        if table.item == "list":
            raise ResourceError(f"{place}.item cannot be a list itself.")
        return list_of(_item(place, table.item, table.values))
    if table.item is not None:
        raise ResourceError(f"{place}.item belongs to the type list, not to {table.type}.")
    return _item(place, table.type, table.values)


def _item(place: str, name: str, values: list[str] | None) -> FieldType[Any]:
    if name != "enum":
        if values is not None:
            raise ResourceError(f"{place}.values belongs to the type enum, not to {name}.")
        return _SIMPLE[name]
    if not values:
        raise ResourceError(f"{place}.values is missing: an enum has one value or more.")
    return enum(*dict.fromkeys(values))


_ALIAS_FORMS = ({"name", "field"}, {"prefix", "replacement"}, {"pattern", "replacement"})


def _alias(
    place: str, table: _AliasTable, fields: Mapping[str, Declaration[Any]]
) -> Alias | PrefixAlias | PatternAlias:
    if table.model_fields_set not in _ALIAS_FORMS:
        raise ResourceError(
            f"{place} has not the members of an alias.",
            hint="it has name and field, or prefix and replacement, or pattern and replacement",
        )
    if table.name is not None and table.field is not None:
        if table.field not in fields:
            raise ResourceError(
                f"{place}.field: there is no field `{shorten(table.field)}`.",
                hint=nearest(table.field, fields),
            )
        return Alias(table.name, table.field)
    replacement = table.replacement or ""
    if table.prefix is not None:
        return PrefixAlias(table.prefix, replacement)
    try:
        return PatternAlias(table.pattern or "", replacement)
    except ResourceError as error:
        raise ResourceError(f"{place}: {error.message}", error.hint) from None


def _refuse_unreachable(
    fields: Mapping[str, Declaration[Any]],
    aliases: Iterable[Alias | PrefixAlias | PatternAlias],
) -> None:
    """ResourceError for a name that already means something else."""
    exact = [(name, path) for path, declared in fields.items() for name in declared.aliases]
    exact += [(alias.name, alias.field) for alias in aliases if isinstance(alias, Alias)]
    seen: set[str] = set()
    for name, path in exact:
        if name in fields:
            raise ResourceError(
                f"the alias `{shorten(name)}` of `{path}` is the name of a field itself."
            )
        if name in seen:
            raise ResourceError(f"the alias `{shorten(name)}` of `{path}` is declared twice.")
        if not name:
            raise ResourceError(f"an alias of `{path}` is empty.")
        seen.add(name)


def _endpoint(place: str, text: str) -> Endpoint:
    found = re.fullmatch(r"([A-Z]+) (/\S*)", text)
    if not found:
        raise ResourceError(
            f"{place} is a method and a path, not `{shorten(text)}`.", hint="`GET /v2/orders`, say"
        )
    return Endpoint(*found.groups())
