"""A resource: a listing of the platform and what it accepts, as a class of fields.

class Orders(Resource, title="Orders", endpoints=("GET /v2/orders",)):
    payment = Eq(enum("paid", "refunded"))
    created_at = EqOrdered(timestamp())

orders = Orders()
orders.payment.eq("paid")
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType, new_class
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, get_args

from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, describe_type
from epfilter.resources.aliases import Alias, AnyAlias, resolved
from epfilter.resources.fields import Declaration, Deprecation, EveryOperator, Field
from epfilter.semantics import LIST_INDEX_PATTERN, MAX_LIST_INDEX
from epfilter.values import to_text

if TYPE_CHECKING:
    from os import PathLike

    from pydantic import BaseModel

    from epfilter.ast import Filter, Operator
    from epfilter.errors import Diagnostic
    from epfilter.resources.binding import BoundFilter

P = TypeVar("P", bound="Field[Any] | Group | Keyed[Any]")
G = TypeVar("G", bound="Group")

_KEY = r"[^.\[\]]+"


class Group:
    """Fields that share the beginning of their path: `contact.name`, `contact.email`.

    >>> from epfilter.resources import EqLike, Nested, Resource, string
    >>> class Contact(Group):
    ...     name = EqLike(string())
    >>> class Orders(Resource):
    ...     contact = Nested(Contact)
    >>> str(Orders().contact.name.like("Ron*"))
    'like(contact.name,Ron*)'
    """

    def __init__(self) -> None:
        self._prefix = ""

    def _inside(self, name: str) -> str:
        return f"{self._prefix}.{name}" if self._prefix else name

    def _at(self, path: str) -> Self:
        there = type(self)()
        there._prefix = path
        return there


class Nested(Generic[G]):
    """Declares a group below a name; `several` says that one object can have several of them.

    >>> from epfilter.resources import EqLike, Group, Nested, Resource, string
    >>> class Contact(Group):
    ...     email = EqLike(string())
    >>> class Tickets(Resource):
    ...     contact = Nested(Contact)
    >>> str(Tickets().contact.email.like("*@example.com"))
    'like(contact.email,*@example.com)'
    """

    def __init__(self, group: type[G], *, several: bool = False) -> None:
        self._group = group
        self._several = several
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Group, owner: type) -> G:
        return self._group()._at(
            instance._inside(self._name) if instance is not None else self._name
        )


class Keyed(Generic[P]):
    """Declares what stands below any key: `locales["fr-FR"].name`, `shopper_attributes["color"]`.

    `key` is the name of the key in documentation.

    >>> from epfilter.resources import Eq, Keyed, Resource, string
    >>> class Tickets(Resource):
    ...     labels = Keyed(Eq(string()), "label")
    >>> str(Tickets().labels["team"].eq("red"))
    'eq(labels.team,red)'
    """

    def __init__(self, inner: P, key: str) -> None:
        self._inner = inner
        self._key = key
        self._path = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._path = name

    def __get__(self, instance: Group | None, owner: type) -> Self:
        return self if instance is None else self._at(instance._inside(self._path))

    def _at(self, path: str) -> Self:
        there = type(self)(self._inner, self._key)
        there._path = path
        return there

    def __getitem__(self, key: str) -> P:
        if not isinstance(key, str):
            raise FilterTypeError(
                f"{self._path} takes a text in brackets, not {describe_type(key)}."
            )
        if not re.fullmatch(_KEY, key):
            raise FilterValueError(
                f"`{key}` cannot be a {self._key}: it is empty or holds a dot or bracket."
            )
        return cast("P", self._inner._at(f"{self._path}.{key}"))

    __iter__ = None
    __contains__ = None


@dataclass(frozen=True, slots=True)
class Match:
    """A field that a name was found to mean."""

    name: str
    """As it was written."""
    path: str
    """The canonical path: aliases resolved, keys and list indices filled in."""
    pattern: str
    """The declared field, with placeholders: `locales.{locale}.name`."""
    declared: Declaration[Any]

    @property
    def is_alias(self) -> bool:
        """Whether the name is another one than the field's own."""
        return self.name != self.path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a listing is asked for; placeholders of the path stand in braces.

    >>> from epfilter.resources import orders, resource_info
    >>> resource_info(orders).endpoints[0]
    Endpoint(method='GET', path='/v2/orders', operation='getCustomerOrders', note='')
    """

    method: str
    path: str
    operation: str = ""
    """The operation's id in the platform's OpenAPI documents: the source of what is said of it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """What is known of a resource as a whole, and its fields by their declared names.

    >>> from epfilter.resources import pim_nodes, resource_info
    >>> info = resource_info(pim_nodes)
    >>> info.title, "locales.{locale}.name" in info.fields
    ('PIM hierarchy nodes', True)
    """

    name: str
    title: str
    endpoints: tuple[Endpoint, ...]
    note: str
    disagreements: tuple[str, ...]
    """Where the platform's own pages say different things."""
    deprecated: Deprecation | None
    exactly: bool
    """The listing wants its required fields and no others."""
    fields: Mapping[str, Declaration[Any]]


class Resource(Group):
    """A listing and what it accepts; declare your own as a class of fields.

    >>> from epfilter.resources import Eq, EqOrdered, Resource, enum, timestamp
    >>> class Tickets(Resource, title="Support tickets"):
    ...     status = Eq(enum("open", "closed"))
    ...     opened_at = EqOrdered(timestamp())
    >>> tickets = Tickets()
    >>> str(tickets.status.eq("open") & (tickets.opened_at >= "2026-01-01"))
    'eq(status,open):ge(opened_at,2026-01-01)'

    A class of a class has the fields and aliases of both; the inherited aliases come first. A
    field that has the name of a method, `check` say, is found by `tickets["check"]` alone.

    Declaring raises ResourceError where one field object stands under two names.
    """

    _info: ClassVar[ResourceInfo]
    _aliases: ClassVar[tuple[AnyAlias, ...]] = ()
    _more: ClassVar[Mapping[str, Declaration[Any]]] = MappingProxyType({})

    def __init_subclass__(  # noqa: PLR0913 - what is known of a listing, by keyword
        cls,
        *,
        name: str = "",
        title: str = "",
        endpoints: tuple[Endpoint, ...] = (),
        note: str = "",
        disagreements: tuple[str, ...] = (),
        deprecated: Deprecation | None = None,
        exactly: bool = False,
        aliases: tuple[AnyAlias, ...] = (),
        more: Mapping[str, Declaration[Any]] | None = None,
    ) -> None:
        """`more` are fields that are known by name only, such as those read from a file."""
        own = name or _snake(cls.__name__)
        _check_texts(name=own, title=title, note=note)
        _check_members("endpoints", endpoints, Endpoint)
        _check_members("aliases", aliases, AnyAlias)
        cls._more = MappingProxyType({**cls._more, **_taken_from_methods(cls), **(more or {})})
        cls._info = ResourceInfo(
            name=own,
            title=title or own,
            endpoints=endpoints,
            note=note,
            disagreements=disagreements,
            deprecated=deprecated,
            exactly=exactly,
            fields=MappingProxyType({**dict(_declarations(cls)), **cls._more}),
        )
        cls._aliases = (*cls._aliases, *aliases)

    def __getitem__(self, name: str) -> DynamicField:
        """Any field by its name, checked when the program runs; also one that a method hides.

        Raises ResourceError for a name that the resource does not have.
        """
        if not isinstance(name, str):
            raise FilterTypeError(f"the name of a field is a text, not {describe_type(name)}.")
        return self._dynamic(self._found(name))

    __iter__ = None
    __contains__ = None

    def check(self, f: Filter | str) -> list[Diagnostic]:
        """What is wrong with a filter, or a text, for this resource; never raises for what it says.

        >>> from epfilter.resources import orders
        >>> [found.code for found in orders.check("eq(paymet,paid):like(with_tax,1*)")]
        ['EPF201', 'EPF202']
        """
        from epfilter.resources.checks import check

        return check(self, f)

    def bind(self, f: Filter | str, *, max_complexity: int | None = None) -> BoundFilter:
        """The filter with aliases resolved and values typed, for whoever runs it.

        `max_complexity` limits the OR complexity: a call counts 1, AND multiplies, OR adds.
        Raises ResourceError at the first thing that the resource does not accept, and
        FilterSyntaxError for a text that is no filter.

        >>> from epfilter.resources import orders
        >>> orders.bind("ge(with_tax,100)")
        BoundComparison(op=<Operator.GE: 'ge'>, field='with_tax', path='with_tax', value=100)
        """
        from epfilter.resources.binding import bind

        return bind(self, f, max_complexity=max_complexity)

    @classmethod
    def from_model(  # noqa: PLR0913 - what is known of a listing, by keyword
        cls,
        model: type[BaseModel],
        *,
        name: str = "",
        title: str = "",
        endpoints: tuple[Endpoint, ...] = (),
        operators: Mapping[str, Iterable[Operator | str]] | None = None,
        aliases: tuple[AnyAlias, ...] = (),
    ) -> Self:
        """A resource with the fields of a pydantic model, as it writes them into JSON.

        Fields are found by `["name"]` and checked when the program runs. `name` and `title`
        default to those of the model; `operators` replaces the operators of a field, by its path.

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

        `X | None` has is_null as well, and so has all that lies below it. The name of a field is
        its serialization_alias or alias; computed fields are fields, excluded ones are not. A
        model inside itself is followed once (`parent.name`), and a path has at most 16 names:
        what lies deeper is left out.

        Raises FilterTypeError for what is no pydantic model; ResourceError for a model with
        unresolved annotations, more than 10,000 fields (a field that is a model counts, too), two
        fields of one name or a name that cannot be asked for, and for `operators` that name no
        field or no operator.

        >>> from pydantic import BaseModel
        >>> class Ticket(BaseModel):
        ...     title: str
        ...     hours: float | None
        >>> tickets = Resource.from_model(Ticket, name="tickets", operators={"title": ["like"]})
        >>> str(tickets["title"].like("*printer*") & tickets["hours"].gt(2))
        'like(title,*printer*):gt(hours,2)'
        """
        from epfilter.resources.model_declarations import from_model

        declared = from_model(model, operators or {})
        return cls._new(
            name=name or _snake(model.__name__),
            title=title or str(model.model_config.get("title") or ""),
            endpoints=endpoints,
            aliases=aliases,
            more=declared,
        )

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Self:
        r"""A resource declared in a TOML or JSON file, for teams that do not write Python.

        Fields are found by `["name"]` and checked when the program runs.

            name = "tickets"                       # the file's name without suffix, unless given
            title = "Support tickets"
            note = "…"
            endpoints = ["GET /v2/tickets"]
            exactly = false                        # true: the required fields and no others

            [fields.status]
            type = "enum"                          # string integer number boolean date datetime
            values = ["open", "closed"]            # uuid enum list unknown
            operators = ["eq", "in"]               # as in from_model, unless given
            aliases = ["state"]
            deprecated = { since = "2026-01-01", instead = "stage" }     # or true
            note = "…"
            required = false

            [fields."locales.{locale}.name"]       # any key
            type = "string"

            [fields."tags"]
            type = "list"
            item = "string"                        # what the list holds

            [fields."tags[{index}]"]               # an element of the list
            type = "string"

            [[aliases]]                            # another name of a field
            name = "subject"
            field = "title"

            [[aliases]]                            # of all fields that begin alike
            prefix = "attributes."
            replacement = ""

            [[aliases]]                            # by a regular expression for the whole name
            pattern = "locale_(.+)_name"
            replacement = 'locales.\1.name'

        Raises ResourceError for a file that cannot be read or is not UTF-8, and for any unknown
        member, type or operator and any value of the wrong shape, with the place of the member.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "tickets.json")
        ...     _ = path.write_text('{"fields": {"title": {"type": "string"}}}')
        ...     tickets = Resource.from_file(path)
        >>> str(tickets["title"].like("*printer*"))
        'like(title,*printer*)'
        """
        from epfilter.resources.file_declarations import from_file

        return cls._new(**from_file(path))

    @classmethod
    def _new(cls, *, name: str, **known: Any) -> Self:
        """The only instance of a new class that is declared by what is known of it."""
        _check_texts(name=name)
        title = "".join(part.capitalize() for part in re.findall(r"\w+", name)) or cls.__name__
        here = {"__module__": cls.__module__}
        made: type[Self] = new_class(
            title, (cls,), {"name": name, **known}, lambda namespace: namespace.update(here)
        )
        return made()

    def __repr__(self) -> str:
        return f"<resource {self._info.name}>"

    def _find(self, name: str) -> Match | None:
        """The field that a name means: itself first, then aliases in the order of declaration."""
        found = self._exact.get(name) or self._own(name, name)
        for alias in () if found else self._all_aliases:
            meant = resolved(alias, name)
            if meant is not None and (found := self._own(name, meant)):
                break
        return found

    def _dynamic(self, match: Match) -> DynamicField:
        return DynamicField(self, match)

    def _found(self, name: str) -> Match:
        """As `_find`; ResourceError where the name means nothing."""
        match = self._find(name)
        if match is None:
            from epfilter.resources.checks import unknown_field

            said = unknown_field(self, name)
            raise ResourceError(said.message, hint=said.hint)
        return match

    def _own(self, name: str, path: str) -> Match | None:
        declared = self._info.fields.get(path)
        if declared is not None and "{" not in path:
            return Match(name, path, path, declared)
        for pattern, expression, declared in self._patterns:
            if expression.fullmatch(path):
                return Match(name, path, pattern, declared)
        return None

    @cached_property
    def _required(self) -> list[str]:
        return [path for path, declared in self._info.fields.items() if declared.required]

    @cached_property
    def _exact(self) -> dict[str, Match]:
        """The fields that are no patterns, by their own names."""
        return {
            path: Match(path, path, path, declared)
            for path, declared in self._info.fields.items()
            if "{" not in path
        }

    @cached_property
    def _all_aliases(self) -> tuple[AnyAlias, ...]:
        of_fields = [
            Alias(alias, path)
            for path, declared in self._info.fields.items()
            for alias in declared.aliases
        ]
        return (*of_fields, *self._aliases)

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], Declaration[Any]]]:
        return [
            (path, _expression(path), declared)
            for path, declared in self._info.fields.items()
            if "{" in path
        ]


class DynamicField(EveryOperator[Any]):
    """A field that was looked up by name: its operators are checked when the program runs."""

    def __init__(self, resource: Resource, match: Match) -> None:
        self._resource = resource
        self._declared = match.declared
        self._path = match.name

    def __getitem__(self, index: int) -> DynamicField:
        """An element of a list, by its index from 0 to 999."""
        if type(index) is not int:
            raise FilterTypeError(f"a list takes an index in brackets, not {describe_type(index)}.")
        if not 0 <= index <= MAX_LIST_INDEX:
            raise FilterValueError(f"a list index is 0 to {MAX_LIST_INDEX}, not {index}.")
        return self._resource[f"{self._path}[{index}]"]

    @property
    def length(self) -> DynamicField:
        """The number of elements of a list."""
        return self._resource[f"{self._path}.length"]


def resource_info(resource: Resource | type[Resource]) -> ResourceInfo:
    """Title, endpoints, notes and fields of a resource.

    Raises FilterTypeError for what is no resource.

    >>> from epfilter.resources import orders, resource_info
    >>> resource_info(orders).title
    'Orders'
    """
    info = getattr(resource, "_info", None)
    if not isinstance(info, ResourceInfo):
        raise FilterTypeError(f"a resource is expected, not {describe_type(resource)}.")
    return info


def _taken_from_methods(owner: type[Resource]) -> dict[str, Declaration[Any]]:
    """The fields of a class that have the name of a method; the method comes back."""
    taken: dict[str, Declaration[Any]] = {}
    for name, part in [*vars(owner).items()]:
        if hasattr(Resource, name) and isinstance(part, (Field, Nested, Keyed)):
            taken.update(_part(part, "", name))
            delattr(owner, name)
    return taken


def _declarations(owner: type, prefix: str = "") -> Iterator[tuple[str, Declaration[Any]]]:
    """Every field below a class with its path, in the order of declaration."""
    parts: dict[str, object] = {}
    for base in reversed(owner.__mro__):
        parts |= vars(base)
    for name, part in parts.items():
        yield from _part(part, prefix, name)


def _part(part: object, prefix: str, name: str) -> Iterator[tuple[str, Declaration[Any]]]:
    if isinstance(part, Field):
        if part._path not in {"", name}:
            raise ResourceError(
                f"one field object stands under the names `{part._path}` and `{name}`.",
                hint="make a field for each",
            )
        yield f"{prefix}{name}", part._declared
    elif isinstance(part, Nested):
        for path, declared in _declarations(part._group, f"{prefix}{name}."):
            yield path, replace(declared, several=True) if part._several else declared
    elif isinstance(part, Keyed):
        yield from _below_key(part, f"{prefix}{name}")


def _below_key(part: Keyed[Any], path: str) -> Iterator[tuple[str, Declaration[Any]]]:
    inner, path = part._inner, f"{path}.{{{part._key}}}"
    if isinstance(inner, Group):
        yield from _declarations(type(inner), f"{path}.")
    elif isinstance(inner, Keyed):
        yield from _below_key(inner, path)
    else:
        yield path, inner._declared


def _expression(path: str) -> re.Pattern[str]:
    """A declared path with placeholders as a regular expression."""
    parts = re.split(r"(\[\{\w+\}\]|\{\w+\})", path)
    return re.compile(
        "".join(
            rf"\[{LIST_INDEX_PATTERN}\]"
            if part.startswith("[{")
            else _KEY
            if part.startswith("{")
            else re.escape(part)
            for part in parts
        )
    )


def _check_texts(**texts: object) -> None:
    for member, text in texts.items():
        if not isinstance(text, str):
            raise FilterTypeError(
                f"the {member} of a resource is a text, not {describe_type(text)}."
            )
        to_text(text)


def _check_members(member: str, given: object, kind: Any) -> None:
    for one in given if isinstance(given, (tuple, list)) else (given,):
        if not isinstance(one, kind):
            names = " or ".join(sort.__name__ for sort in get_args(kind) or (kind,))
            raise FilterTypeError(f"{member} are a tuple of {names}, not {describe_type(one)}.")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
