"""A resource: a listing of the platform and what it accepts, as a class of fields.

class Orders(Resource, title="Orders", endpoints=(Endpoint("GET", "/v2/orders"),)):
    payment = Eq(enum("paid", "refunded"))
    created_at = EqOrdered(timestamp())

orders = Orders()
orders.payment.eq("paid")
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType, new_class
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args

from epfilter.arguments import describe_type, require_int
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.limits import MAX_LIST_INDEX
from epfilter.resources.aliases import AnyAlias
from epfilter.resources.binding import bind
from epfilter.resources.bound_tree import BoundFilter
from epfilter.resources.checks import check_filter, check_parsed_text
from epfilter.resources.declarations import (
    Declaration,
    Deprecation,
    Endpoint,
    ResourceInfo,
    SourceConflict,
)
from epfilter.resources.fields import EveryOperator, Field
from epfilter.resources.groups import FieldGroup, Keyed, Nested, declared_fields, member_fields
from epfilter.resources.schema import FieldMatch, Schema
from epfilter.semantics import Location
from epfilter.snippets import shorten
from epfilter.suggestions import suggest_name
from epfilter.values import to_text

if TYPE_CHECKING:
    from os import PathLike

    from pydantic import BaseModel

    from epfilter.ast import Filter, Operator
    from epfilter.errors import Diagnostic
    from epfilter.located import Located
    from epfilter.templates import Template


class Resource(FieldGroup):
    """A listing and what it accepts; declare your own as a class of fields.

    >>> from epfilter.resources import Eq, EqOrdered, Resource, enum, timestamp
    >>> class Tickets(Resource, title="Support tickets"):
    ...     status = Eq(enum("open", "closed"))
    ...     opened_at = EqOrdered(timestamp())
    >>> tickets = Tickets()
    >>> str(tickets.status.eq("open") & (tickets.opened_at >= "2026-01-01"))
    'eq(status,open):ge(opened_at,2026-01-01)'

    A subclass of a resource inherits its fields and aliases; inherited aliases come first. A
    field with the name of a method, such as `check`, is available as `tickets["check"]` only.

    A declaration raises ResourceError if one field object has two names.
    """

    _schema: ClassVar[Schema]
    _aliases: ClassVar[tuple[AnyAlias, ...]] = ()
    _extra_fields: ClassVar[Mapping[str, Declaration[Any]]] = MappingProxyType({})
    _locations: ClassVar[Mapping[str, Location]] = MappingProxyType({})

    def __init_subclass__(  # noqa: PLR0913 - the facts about a listing, each by keyword
        cls,
        *,
        name: str = "",
        title: str = "",
        endpoints: tuple[Endpoint, ...] = (),
        note: str = "",
        source_conflicts: tuple[str | SourceConflict, ...] = (),
        deprecated: Deprecation | None = None,
        only_required: bool = False,
        aliases: tuple[AnyAlias, ...] = (),
        extra_fields: Mapping[str, Declaration[Any]] | None = None,
        locations: Mapping[str, Location] | None = None,
    ) -> None:
        """Declare the resource; `extra_fields` are available by name only: `tickets["name"]`.

        `source_conflicts` are texts, or a `SourceConflict` where another source lists more.
        `locations` are the paths at which objects of the listing have a field, if that is not its
        name: field → path. The path of `*` is that of all other fields, and contains `{field}`. A
        tuple of paths is for a field that joins texts with a space, such as a full name.
        """
        own_name = name or _snake_case(cls.__name__)
        _check_texts(name=own_name, title=title, note=note)
        _check_members("endpoints", endpoints, Endpoint)
        _check_members("aliases", aliases, AnyAlias)
        cls._extra_fields = MappingProxyType(
            {**cls._extra_fields, **_remove_hidden_fields(cls), **(extra_fields or {})}
        )
        cls._aliases = (*cls._aliases, *aliases)
        info = ResourceInfo(
            name=own_name,
            title=title or own_name,
            endpoints=endpoints,
            note=note,
            source_conflicts=tuple(
                SourceConflict(conflict) if isinstance(conflict, str) else conflict
                for conflict in source_conflicts
            ),
            deprecated=deprecated,
            only_required=only_required,
            fields=MappingProxyType({**dict(declared_fields(cls)), **cls._extra_fields}),
        )
        cls._locations = MappingProxyType({**cls._locations, **(locations or {})})
        _check_locations(cls._locations, info.fields)
        cls._schema = Schema(info, cls._aliases, cls._locations)

    def __getitem__(self, name: str) -> DynamicField:
        """Return any field by its name; also one that a method hides.

        The operators of the field are checked at run time.

        Raises ResourceError for a name that the resource does not have.
        """
        if not isinstance(name, str):
            raise FilterTypeError(f"the name of a field must be a str, not {describe_type(name)}.")
        return DynamicField(self, self._schema.get(name))

    __iter__ = None
    __contains__ = None

    def check(self, f: Filter | str | Template) -> list[Diagnostic]:
        """Return what is wrong with a filter or a text for this resource, in the order of the text.

        Spans refer to the text, or to `unparse(f)` for a filter. A template is checked except for
        its placeholders. Never raises for the contents of the filter or text.

        >>> from epfilter.resources import orders
        >>> [diagnostic.code for diagnostic in orders.check("eq(paymet,paid):like(with_tax,1*)")]
        ['EPF201', 'EPF202']
        """
        return check_filter(self._schema, f)

    def bind(
        self, f: Filter | str | Template, *, max_or_complexity: int | None = None
    ) -> BoundFilter:
        """Return the filter as a tree with canonical paths and typed values, ready to run.

        `f` is a filter, a text, or a template that needs no values.

        `max_or_complexity` limits the OR complexity: a call counts 1, AND multiplies, OR adds.

        Raises ResourceError for the first thing that the resource does not accept, and
        FilterSyntaxError for a text that is not a filter.

        >>> from epfilter.resources import orders
        >>> orders.bind("ge(with_tax,100)")
        BoundComparison(op=<Operator.GE: 'ge'>, field='with_tax', path='with_tax', value=100)
        """
        return bind(self._schema, f, max_or_complexity=max_or_complexity)

    @classmethod
    def from_model(  # noqa: PLR0913 - the facts about a listing, each by keyword
        cls,
        model: type[BaseModel],
        *,
        name: str = "",
        title: str = "",
        endpoints: tuple[Endpoint, ...] = (),
        operators: Mapping[str, Iterable[Operator | str]] | None = None,
        aliases: tuple[AnyAlias, ...] = (),
    ) -> Self:
        """Return a resource with the fields of a pydantic model, named as in its JSON.

        Access fields by `["name"]`; their operators are checked at run time. `name` and `title`
        default to those of the model. `operators` replaces the operators of fields, by path.

        | in the model | type | operators |
        |---|---|---|
        | str, EmailStr, AnyUrl | string | eq in gt ge lt le like ilike |
        | int | integer | eq in gt ge lt le |
        | float, Decimal | number | eq in gt ge lt le |
        | bool | boolean | eq |
        | date | date | eq gt ge lt le |
        | datetime | datetime | eq gt ge lt le |
        | UUID | uuid | eq in |
        | Enum, Literal | enum | eq in |
        | list, tuple, set of these | list | contains contains_any contains_all |
        | a model | its fields, below a dot | their own |
        | list of a model | its fields, below a dot; any element | their own |
        | dict[str, X] | X below any key: `name.{key}` | those of X |
        | anything else | unknown | none |

        `X | None` adds is_null to the field and to all fields below it. The name of a field is
        its serialization_alias or alias. Computed fields are included, excluded fields are not. A
        model inside itself is followed once (`parent.name`), and a path has at most 16 names;
        deeper fields are left out.

        Raises FilterTypeError if `model` is not a pydantic model. Raises ResourceError for a
        model with unresolved annotations, with more than 10,000 fields (a field that is a model
        counts too), with two fields of one name or with an invalid name, and for unknown fields
        or operators in `operators`.

        >>> from pydantic import BaseModel
        >>> class Ticket(BaseModel):
        ...     title: str
        ...     hours: float | None
        >>> tickets = Resource.from_model(Ticket, name="tickets", operators={"title": ["like"]})
        >>> str(tickets["title"].like("*printer*") & tickets["hours"].gt(2))
        'like(title,*printer*):gt(hours,2)'
        """
        from epfilter.resources.model_declarations import read_model

        fields = read_model(model, operators or {})
        return cls._create(
            name=name or _snake_case(model.__name__),
            title=title or str(model.model_config.get("title") or ""),
            endpoints=endpoints,
            aliases=aliases,
            extra_fields=fields,
        )

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Self:
        r"""Return a resource declared in a TOML or JSON file, for teams that do not write Python.

        Access fields by `["name"]`; their operators are checked at run time.

            name = "tickets"                       # default: the file's name without suffix
            title = "Support tickets"
            note = "…"
            endpoints = ["GET /v2/tickets"]
            only_required = false                  # true: the required fields and no others

            [fields.status]
            type = "enum"                          # string integer number boolean date datetime
            values = ["open", "closed"]            # uuid enum list unknown
            operators = ["eq", "in"]               # default: as in from_model
            aliases = ["state"]
            deprecated = { since = "2026-01-01", instead = "stage" }     # or true
            note = "…"
            required = false

            [fields."locales.{locale}.name"]       # any key
            type = "string"

            [fields."tags"]
            type = "list"
            item = "string"                        # the type of the elements

            [fields."tags[{index}]"]               # an element of the list
            type = "string"

            [[aliases]]                            # another name of a field
            name = "subject"
            field = "title"

            [[aliases]]                            # of all fields with a prefix
            prefix = "attributes."
            replacement = ""

            [[aliases]]                            # by a regular expression for the whole name
            pattern = "locale_(.+)_name"
            replacement = 'locales.\1.name'

        Raises ResourceError for a file that cannot be read or is not UTF-8, and for unknown
        members, types and operators and values of a wrong type, with the path of the member.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "tickets.json")
        ...     _ = path.write_text('{"fields": {"title": {"type": "string"}}}')
        ...     tickets = Resource.from_file(path)
        >>> str(tickets["title"].like("*printer*"))
        'like(title,*printer*)'
        """
        from epfilter.resources.file_declarations import read_declaration_file

        return cls._create(**read_declaration_file(path))

    @classmethod
    def _create(cls, *, name: str, **facts: Any) -> Self:
        """Return the only instance of a new class with these facts."""
        _check_texts(name=name)
        title = "".join(part.capitalize() for part in re.findall(r"\w+", name)) or cls.__name__
        members = {"__module__": cls.__module__}
        created: type[Self] = new_class(
            title, (cls,), {"name": name, **facts}, lambda namespace: namespace.update(members)
        )
        return created()

    def __repr__(self) -> str:
        return f"<resource {self._schema.info.name}>"


class DynamicField(EveryOperator[Any]):
    """A field that was looked up by name: its operators are checked at run time."""

    def __init__(self, resource: Resource, match: FieldMatch) -> None:
        self._resource = resource
        self._declared = match.declared
        self._path = match.name

    def __getitem__(self, index: int) -> DynamicField:
        """Return an element of a list, by its index from 0 to 999."""
        require_int("index", index, 0, MAX_LIST_INDEX)
        return self._resource[f"{self._path}[{index}]"]

    @property
    def length(self) -> DynamicField:
        """The number of elements of a list."""
        return self._resource[f"{self._path}.length"]


def resource_schema(resource: Resource | type[Resource]) -> Schema:
    """Return the fields and aliases of a resource, to look up fields by their names.

    Raises FilterTypeError if `resource` is not a resource.

    >>> from epfilter.resources import orders, resource_schema
    >>> resource_schema(orders).find("customer.name").path
    'name'
    """
    schema = getattr(resource, "_schema", None)
    if not isinstance(schema, Schema):
        raise FilterTypeError(f"a resource is expected, not {describe_type(resource)}.")
    return schema


def resource_info(resource: Resource | type[Resource]) -> ResourceInfo:
    """Return the title, endpoints, notes and fields of a resource.

    Raises FilterTypeError if `resource` is not a resource.

    >>> from epfilter.resources import orders, resource_info
    >>> resource_info(orders).title
    'Orders'
    """
    return resource_schema(resource).info


def check_located(resource: Resource, located: Located, length: int) -> list[Diagnostic]:
    """Return the diagnostics of a parsed text of this length, those of its syntax included.

    Like `Resource.check`, for a text that is already parsed.

    >>> from epfilter.parser import parse_located
    >>> from epfilter.resources import check_located, orders
    >>> text = "eq(paymet,paid)"
    >>> [found.code for found in check_located(orders, parse_located(text), len(text))]
    ['EPF201']
    """
    return check_parsed_text(resource_schema(resource), located, length)


def _remove_hidden_fields(owner: type[Resource]) -> dict[str, Declaration[Any]]:
    """Remove the fields that hide a method of Resource, and return them by their paths."""
    hidden: dict[str, Declaration[Any]] = {}
    for name, member in [*vars(owner).items()]:
        if hasattr(Resource, name) and isinstance(member, (Field, Nested, Keyed)):
            hidden.update(member_fields(member, "", name))
            delattr(owner, name)
    return hidden


def _check_texts(**texts: object) -> None:
    for member, text in texts.items():
        if not isinstance(text, str):
            raise FilterTypeError(
                f"the {member} of a resource must be a str, not {describe_type(text)}."
            )
        to_text(text)


def _check_members(member: str, values: object, expected: Any) -> None:
    for value in values if isinstance(values, (tuple, list)) else (values,):
        if not isinstance(value, expected):
            names = " or ".join(each.__name__ for each in get_args(expected) or (expected,))
            raise FilterTypeError(
                f"`{member}` must be a tuple of {names}, not {describe_type(value)}."
            )


def _check_locations(locations: Mapping[str, Location], fields: Collection[str]) -> None:
    for field in locations:
        if field != "*" and field not in fields:
            raise ResourceError(
                f"there is a location for `{shorten(field)}`, which is not a field.",
                hint=suggest_name(field, fields, "`*` stands for all other fields"),
            )


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
