"""The declaration of a resource in a TOML or JSON file; every error names the member at fault."""

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

from epfilter.arguments import describe_type
from epfilter.ast import CALL_OPERATORS
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.regular_files import read_regular_file
from epfilter.resources.aliases import Alias, AnyAlias, PatternAlias, PrefixAlias
from epfilter.resources.declarations import Declaration, Deprecation, Endpoint
from epfilter.resources.declared_operators import (
    default_operators,
    operator_hint,
    parse_operators,
)
from epfilter.resources.field_types import SIMPLE_TYPES, FieldType, enum, list_of
from epfilter.resources.messages import name_hint
from epfilter.resources.schema import field_name_problem
from epfilter.snippets import make_printable, shorten
from epfilter.strict_json import JsonError, parse_json


def _require_known_type(value: object) -> object:
    if isinstance(value, str) and value not in _TYPES:
        raise _unknown_word("type", value, name_hint(value, _TYPES))
    return value


def _require_known_operator(value: object) -> object:
    if isinstance(value, str) and value not in CALL_OPERATORS:
        raise _unknown_word("operator", value, operator_hint(value))
    return value


def _unknown_word(what: str, value: str, hint: str | None) -> PydanticCustomError:
    return PydanticCustomError(
        "unknown_word",
        "there is no {what} `{value}`.",
        {"what": what, "value": shorten(value), "hint": hint},
    )


def _table_of_deprecation(value: object) -> object:
    """Return the table that `true` stands for, or None for `false`; a table stays as it is."""
    if isinstance(value, bool):
        return {} if value else None
    return value


_TYPES = (*SIMPLE_TYPES, "enum", "list")


class _Table(BaseModel):
    """A table of the file: unknown members and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _DeprecatedTable(_Table):
    since: str = ""
    instead: str = ""


class _FieldTable(_Table):
    type: Annotated[str, BeforeValidator(_require_known_type)]
    operators: list[Annotated[str, BeforeValidator(_require_known_operator)]] | None = None
    values: list[str] | None = None
    item: Annotated[str, BeforeValidator(_require_known_type)] | None = None
    aliases: list[str] = []
    deprecated: Annotated[_DeprecatedTable | None, BeforeValidator(_table_of_deprecation)] = None
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


_EXPECTED_VALUES = {
    "string_type": "a string",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
"""pydantic's type of error → what the member must be. `missing`, `extra_forbidden` and
`unknown_word` have messages of their own; a test proves that no other type occurs."""

_VALUE_NAMES = (
    (bool, "true or false"),
    (str, "a string"),
    (dict, "a table"),
    (list, "a list"),
    ((int, float), "a number"),
    ((date, time), "a date or time"),
    (NoneType, "null"),
)


def read_declaration_file(path: str | PathLike[str]) -> dict[str, Any]:
    """Return what a file declares, as arguments of a subclass of Resource.

    See `Resource.from_file`.
    """
    try:
        file = Path(fspath(path))
    except TypeError:
        raise FilterTypeError(
            f"the path of a file is expected, not {describe_type(path)}."
        ) from None
    data = _read_data(file)
    try:
        table = _ResourceTable.model_validate(data)
    except ValidationError as error:
        raise _to_resource_error(file.name, error.errors()[0]) from None
    try:
        fields = {name: _field(name, member) for name, member in table.fields.items()}
        aliases = tuple(
            _alias(f"aliases[{index}]", member, fields)
            for index, member in enumerate(table.aliases)
        )
        _check_alias_names(fields, aliases)
        return {
            "name": table.name or file.stem,
            "title": table.title,
            "note": table.note,
            "only_required": table.only_required,
            "endpoints": tuple(
                _endpoint(f"endpoints[{index}]", text) for index, text in enumerate(table.endpoints)
            ),
            "extra_fields": fields,
            "aliases": aliases,
        }
    except ResourceError as error:
        raise ResourceError(f"{file.name}: {error.message}", error.hint) from None


def _read_data(path: Path) -> object:
    """Return the contents of a TOML or JSON file.

    Raises ResourceError if the file cannot be read or is not valid.
    """
    name = make_printable(path.name)
    parsers: dict[str, Callable[[str], object]] = {".toml": tomllib.loads, ".json": parse_json}
    parse = parsers.get(path.suffix.lower())
    if parse is None:
        raise ResourceError(
            f"{name}: a declaration must be a TOML or JSON file.",
            hint="use a file name that ends in .toml or .json",
        )
    try:
        text = read_regular_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ResourceError(
            f"{name}: the file is not UTF-8 (byte {error.start}).", hint="save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ResourceError(f"{name}: the file cannot be read: {reason}.") from None
    try:
        return parse(text.replace("\r\n", "\n"))
    except RecursionError:
        raise ResourceError(f"{name}: the file is nested too deeply.") from None
    except JsonError as error:
        raise ResourceError(f"{name}: the file is not valid JSON: {error}.") from None
    except ValueError as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ResourceError(f"{name}: the file is not valid TOML: {reason}.") from None


def _to_resource_error(file: str, error: ErrorDetails) -> ResourceError:
    """Return an error of pydantic in the words of this package, with the path of the member."""
    member, kind = _member_path(error["loc"]), error["type"]
    if kind == "unknown_word":
        return ResourceError(f"{file}: {member}: {error['msg']}", error["ctx"]["hint"])
    if kind == "missing":
        return ResourceError(f"{file}: {member} is missing.")
    if kind == "extra_forbidden":
        return ResourceError(
            f"{file}: {member} is not a member of this table.",
            name_hint(str(error["loc"][-1]), _known_members(error["loc"])),
        )
    value = next(name for classes, name in _VALUE_NAMES if isinstance(error["input"], classes))
    return ResourceError(f"{file}: {member} must be {_EXPECTED_VALUES[kind]}, not {value}.")


def _member_path(location: tuple[int | str, ...]) -> str:
    """Return a location as `fields."locales.{locale}.name".type` or `aliases[0].name`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(shorten(part))
            path += f".{name}" if path else name
    return path or "the file"


def _known_members(location: tuple[int | str, ...]) -> Iterable[str]:
    """Return the members of the table that contains a location."""
    table: type[_Table] = _ResourceTable
    if "deprecated" in location[2:-1]:
        table = _DeprecatedTable
    elif len(location) > 1:
        table = _FieldTable if location[0] == "fields" else _AliasTable
    return table.model_fields


def _field(name: str, table: _FieldTable) -> Declaration[Any]:
    path = _member_path(("fields", name))
    if problem := field_name_problem(name):
        raise ResourceError(f"{path} {problem}.")
    field_type = _field_type(path, table)
    deprecated = table.deprecated
    return Declaration(
        field_type,
        default_operators(field_type)
        if table.operators is None
        else parse_operators(name, table.operators),
        tuple(table.aliases),
        Deprecation(deprecated.since, deprecated.instead) if deprecated else None,
        required=table.required,
        note=table.note,
    )


def _field_type(path: str, table: _FieldTable) -> FieldType[Any]:
    if table.type == "list":
        if table.item is None:
            raise ResourceError(
                f"{path}.item is missing.", hint="add the type of the list's elements"
            )
        if table.item == "list":
            raise ResourceError(f"{path}.item cannot be a list.")
        return list_of(_item_type(path, table.item, table.values))
    if table.item is not None:
        raise ResourceError(f"{path}.item is valid for the type list only, not for {table.type}.")
    return _item_type(path, table.type, table.values)


def _item_type(path: str, name: str, values: list[str] | None) -> FieldType[Any]:
    if name != "enum":
        if values is not None:
            raise ResourceError(f"{path}.values is valid for the type enum only, not for {name}.")
        return SIMPLE_TYPES[name]
    if not values:
        raise ResourceError(f"{path}.values is missing: an enum requires at least one value.")
    return enum(*dict.fromkeys(values))


_ALIAS_FORMS = ({"name", "field"}, {"prefix", "replacement"}, {"pattern", "replacement"})


def _alias(path: str, table: _AliasTable, fields: Mapping[str, Declaration[Any]]) -> AnyAlias:
    if table.model_fields_set not in _ALIAS_FORMS:
        raise ResourceError(
            f"{path} does not have the members of an alias.",
            hint="use name and field, or prefix and replacement, or pattern and replacement",
        )
    if table.name is not None and table.field is not None:
        if table.field not in fields:
            raise ResourceError(
                f"{path}.field: there is no field `{shorten(table.field)}`.",
                hint=name_hint(table.field, fields),
            )
        return Alias(table.name, table.field)
    replacement = table.replacement or ""
    if table.prefix is not None:
        return PrefixAlias(table.prefix, replacement)
    try:
        return PatternAlias(table.pattern or "", replacement)
    except ResourceError as error:
        raise ResourceError(f"{path}: {error.message}", error.hint) from None


def _check_alias_names(fields: Mapping[str, Declaration[Any]], aliases: Iterable[AnyAlias]) -> None:
    """Raise ResourceError for an alias that is empty, declared twice or the name of a field."""
    exact = [(name, path) for path, declared in fields.items() for name in declared.aliases]
    exact += [(alias.name, alias.field) for alias in aliases if isinstance(alias, Alias)]
    seen: set[str] = set()
    for name, path in exact:
        if name in fields:
            raise ResourceError(
                f"the alias `{shorten(name)}` of `{path}` is also the name of a field."
            )
        if name in seen:
            raise ResourceError(f"the alias `{shorten(name)}` of `{path}` is declared twice.")
        if not name:
            raise ResourceError(f"an alias of `{path}` is empty.")
        seen.add(name)


def _endpoint(path: str, text: str) -> Endpoint:
    endpoint = re.fullmatch(r"([A-Z]+) (/\S*)", text)
    if not endpoint:
        raise ResourceError(
            f"{path} must be a method and a path, not `{shorten(text)}`.",
            hint="for example `GET /v2/orders`",
        )
    return Endpoint(*endpoint.groups())
