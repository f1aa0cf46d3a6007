"""Resources that users declare: classes of fields, pydantic models, and files."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from functools import cached_property, reduce
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypeVar
from uuid import UUID

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, computed_field, create_model
from pydantic.alias_generators import to_camel

from epfilter import FilterTypeError, FilterValueError
from epfilter.ast import Operator
from epfilter.errors import FilterError, ResourceError
from epfilter.resources import (
    Alias,
    Contains,
    Declaration,
    Deprecation,
    Endpoint,
    Eq,
    EqLike,
    EqOrdered,
    Group,
    Keyed,
    Nested,
    PatternAlias,
    PrefixAlias,
    Resource,
    custom_api_entries,
    declared_operators,
    enum,
    file_declarations,
    integer,
    list_of,
    model_declarations,
    resource_info,
    resource_schema,
    string,
    timestamp,
)

DATA = Path(__file__).parent / "data"


def paths(resource: Resource | type[Resource]) -> list[str]:
    return [*resource_info(resource).fields]


# --- Classes of fields ------------------------------------------------------------------------


class Contact(Group):
    email = EqLike(string(), aliases=("mail",))


class Locale(Group):
    name = EqLike(string())
    contact = Nested(Contact)


class Base(
    Resource,
    title="Base",
    aliases=(PrefixAlias("old_", ""),),
    extra_fields={"x-y": Declaration(string())},
):
    created_at = EqOrdered(timestamp())
    state = Eq(string())


class OrderLines(
    Base,
    endpoints=(Endpoint("GET", "/v2/lines"),),
    aliases=(
        Alias("first", "sku"),
        PatternAlias(r"first|(.+)_at_all", r"price"),
        PrefixAlias("first", "price"),
    ),
    extra_fields={
        "check": Declaration(string(), (Operator.EQ,)),
        "__class__": Declaration(string(), (Operator.EQ,)),
        "location-name": Declaration(string(), (Operator.LIKE,)),
        "tags[{index}]": Declaration(string(), (Operator.EQ,)),
    },
):
    sku = EqLike(string())
    state = Eq(enum("open", "closed"))
    price = EqOrdered(integer(), deprecated=Deprecation("2026-01-01"))
    tags = Contains(list_of(string()))
    contact = Nested(Contact)
    locales = Keyed(Locale(), "locale")
    bind = Eq(string())  # type: ignore[assignment] # a field that has the name of a method


lines = OrderLines()


def test_a_class_has_the_fields_of_its_bases_in_the_order_of_declaration() -> None:
    assert paths(OrderLines) == [
        *("created_at", "state", "sku", "price", "tags", "contact.email"),
        *("locales.{locale}.name", "locales.{locale}.contact.email"),
        *("x-y", "bind", "check", "__class__", "location-name", "tags[{index}]"),
    ]
    assert paths(Base) == ["created_at", "state", "x-y"]


def test_name_and_title_have_defaults() -> None:
    assert (resource_info(lines).name, resource_info(lines).title) == ("order_lines", "order_lines")
    assert (resource_info(Base).name, resource_info(Base).title) == ("base", "Base")

    class Named(Resource, name="lines", title="Lines of an order"):
        pass

    assert (resource_info(Named).name, resource_info(Named).title) == ("lines", "Lines of an order")


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (lines.sku.like("a*"), "like(sku,a*)"),
        (lines.created_at > "2026-01-01", "gt(created_at,2026-01-01)"),
        (lines.contact.email.eq("a@b.c"), "eq(contact.email,a@b.c)"),
        (lines.locales["de-AT"].name.eq("x"), "eq(locales.de-AT.name,x)"),
        (lines.locales["de-AT"].contact.email.eq("x"), "eq(locales.de-AT.contact.email,x)"),
        (lines["check"].eq("x"), "eq(check,x)"),
        (lines["bind"].eq("x"), "eq(bind,x)"),
        (lines["__class__"].eq("x"), "eq(__class__,x)"),
        (lines["location-name"].like("x*"), "like(location-name,x*)"),
        (lines["locales.fr.name"].eq("x"), "eq(locales.fr.name,x)"),
        (lines["tags"][0].eq("x"), "eq(tags[0],x)"),
        (lines["mail"].eq("x"), "eq(mail,x)"),
        (lines["old_sku"].eq("x"), "eq(old_sku,x)"),
    ],
)
def test_what_a_class_of_fields_builds(built: object, text: str) -> None:
    assert str(built) == text


def test_a_field_never_replaces_a_method() -> None:
    assert lines.check("eq(bind,x)") == []
    assert callable(lines.bind)

    class Below(OrderLines):
        pass

    assert str(Below()["bind"].eq("x")) == "eq(bind,x)"


def test_a_class_may_be_stricter_than_its_base() -> None:
    assert str(Base()["state"].eq("broken")) == "eq(state,broken)"
    with pytest.raises(ResourceError, match="`broken` is not one of its values"):
        lines["state"].eq("broken")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sku", "sku"),
        ("mail", "contact.email"),
        ("first", "sku"),
        ("first_at_all", "price"),
        ("old_sku", "sku"),
        ("old_contact.email", "contact.email"),
        ("old_mail", None),  # an alias of an alias is none
        ("first_", None),
        ("nothing", None),
    ],
)
def test_aliases_are_tried_in_the_order_of_declaration(name: str, path: str | None) -> None:
    match = resource_schema(lines).find(name)
    assert (match.path if match else None) == path


def test_the_alias_of_a_base_comes_first() -> None:
    class Upper(Resource, aliases=(Alias("x", "a"),)):
        a = Eq(string())
        b = Eq(string())

    class Lower(Upper, aliases=(Alias("x", "b"),)):
        pass

    match = resource_schema(Lower()).find("x")
    assert match is not None
    assert match.path == "a"


def test_one_field_object_has_one_name() -> None:
    money = EqOrdered(integer())
    with pytest.raises(ResourceError) as caught:

        class Twice(Resource):
            with_tax = money
            without_tax = money

    assert str(caught.value) == (
        "one field object has two names, `with_tax` and `without_tax`. "
        "Hint: create one field for each name."
    )


@pytest.mark.parametrize(
    ("pattern", "replacement", "said"),
    [
        ("(", "a", "`(` is not a regular expression: missing )"),
        (
            "a{9999999999999}",
            "a",
            "is not a regular expression: the repetition number is too large",
        ),
        ("a", r"\1", r"`\1` is not a replacement for the regular expression `a`: invalid group"),
        ("a", r"\g<x>", "unknown group name 'x'"),
        ("a", r"\q", "bad escape"),
    ],
)
def test_a_pattern_is_looked_at_when_it_is_declared(
    pattern: str, replacement: str, said: str
) -> None:
    with pytest.raises(ResourceError, match=re.escape(said)):
        PatternAlias(pattern, replacement)


# --- pydantic models --------------------------------------------------------------------------


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Mode(StrEnum):
    FAST = "fast"


class Odd(Enum):
    PAIR = (1, 2)


class Bits(Flag):
    A = 1


class Nothing(Enum):
    pass


class Sku(str):
    __slots__ = ()


class Address(BaseModel):
    city: str
    tags: list[str] = []


class Tags(RootModel[list[str]]):
    pass


class Tree(RootModel["list[Tree]"]):
    pass


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    data: list[T]
    size: int


Money = NewType("Money", int)
new_type: Any = NewType
Wrapped = reduce(lambda inner, _: new_type("Wrapped", inner), range(20), int)
OF_TEXT = "eq gt ge lt le like ilike in"
OF_NUMBER = "eq gt ge lt le in"
OF_DATE = "eq gt ge lt le"
OF_LIST = "contains contains_any contains_all"


@pytest.mark.parametrize(
    ("annotation", "fields"),
    [
        (str, {"x": f"string: {OF_TEXT}"}),
        (Sku, {"x": f"string: {OF_TEXT}"}),
        (pydantic.HttpUrl, {"x": f"string: {OF_TEXT}"}),
        (int, {"x": f"integer: {OF_NUMBER}"}),
        (pydantic.PositiveInt, {"x": f"integer: {OF_NUMBER}"}),
        (Money, {"x": f"integer: {OF_NUMBER}"}),
        (float, {"x": f"number: {OF_NUMBER}"}),
        (Decimal, {"x": f"number: {OF_NUMBER}"}),
        (int | float, {"x": f"number: {OF_NUMBER}"}),
        (bool, {"x": "boolean: eq"}),
        (date, {"x": f"date: {OF_DATE}"}),
        (pydantic.PastDate, {"x": f"date: {OF_DATE}"}),
        (datetime, {"x": f"datetime: {OF_DATE}"}),
        (pydantic.AwareDatetime, {"x": f"datetime: {OF_DATE}"}),
        (date | datetime, {"x": f"datetime: {OF_DATE}"}),
        (UUID, {"x": "uuid: eq in"}),
        (pydantic.UUID4, {"x": "uuid: eq in"}),
        (Colour, {"x": "enum red blue: eq in"}),
        (Size, {"x": "enum 1 2: eq in"}),
        (Mode, {"x": "enum fast: eq in"}),
        (Literal["a", "b"], {"x": "enum a b: eq in"}),
        (Literal["a", None], {"x": "enum a: eq in is_null"}),  # noqa: PYI061 - to be read, too
        (Literal["a", 1, True], {"x": "enum a 1 true: eq in"}),
        (Literal["b"] | Colour, {"x": "enum b red blue: eq in"}),
        (Literal[Colour.RED] | None, {"x": "enum red: eq in is_null"}),
        (Literal["a"] | str, {"x": f"string: {OF_TEXT}"}),  # noqa: PYI051 - to be read, too
        (str | None, {"x": f"string: {OF_TEXT} is_null"}),
        (Optional[Annotated[str, Field(min_length=1)]], {"x": f"string: {OF_TEXT} is_null"}),  # noqa: UP045 - the older spelling is to be read, too
        (list[str], {"x": f"list of string: {OF_LIST}"}),
        (list[str] | None, {"x": f"list of string: {OF_LIST} is_null"}),
        (list[str | None], {"x": f"list of string: {OF_LIST}"}),
        (list[int], {"x": f"list of integer: {OF_LIST}"}),
        (tuple[UUID, ...], {"x": f"list of uuid: {OF_LIST}"}),
        (tuple[int, Decimal], {"x": f"list of number: {OF_LIST}"}),
        (set[Colour], {"x": f"list of enum red blue: {OF_LIST}"}),
        (frozenset[date], {"x": f"list of date: {OF_LIST}"}),
        (Tags, {"x": f"list of string: {OF_LIST}"}),
        (Address, {"x.city": f"string: {OF_TEXT}", "x.tags": f"list of string: {OF_LIST}"}),
        (
            Address | None,
            {
                "x": "unknown: is_null",
                "x.city": f"string: {OF_TEXT} is_null",
                "x.tags": f"list of string: {OF_LIST} is_null",
            },
        ),
        (
            list[Address],
            {"x.city": f"list of string: {OF_TEXT}", "x.tags": f"list of string: {OF_LIST}"},
        ),
        (
            Page[Address],
            {
                "x.data.city": f"list of string: {OF_TEXT}",
                "x.data.tags": f"list of string: {OF_LIST}",
                "x.size": f"integer: {OF_NUMBER}",
            },
        ),
        (dict[str, int], {"x.{key}": f"integer: {OF_NUMBER}"}),
        (dict[str, dict[str, bool]], {"x.{key}.{key}": "boolean: eq"}),
        (
            dict[str, Address],
            {"x.{key}.city": f"string: {OF_TEXT}", "x.{key}.tags": f"list of string: {OF_LIST}"},
        ),
        (dict, {"x": "unknown: "}),
        (Any, {"x": "unknown: "}),
        (object, {"x": "unknown: "}),
        (T, {"x": "unknown: "}),
        (bytes, {"x": "unknown: "}),
        (bytes | None, {"x": "unknown: is_null"}),
        (None, {"x": "unknown: is_null"}),
        (str | int, {"x": "unknown: "}),
        (str | list[str], {"x": "unknown: "}),
        (Odd, {"x": "unknown: "}),
        (Wrapped, {"x": "unknown: "}),
        (Bits, {"x": "unknown: "}),
        (Nothing, {"x": "unknown: "}),
        (pydantic.SecretStr, {"x": "unknown: "}),
        (list, {"x": "list of unknown: "}),
        (list[list[str]], {"x": "list of unknown: "}),
        (Tree, {"x": "list of unknown: "}),
    ],
    ids=str,
)
def test_what_an_annotation_means(annotation: Any, fields: dict[str, str]) -> None:
    anything = ConfigDict(arbitrary_types_allowed=True)
    assert told(create_model("Order", __config__=anything, x=(annotation, ...))) == fields


def test_an_address_of_mail_is_a_text() -> None:
    # pydantic makes no model of it without another library, so only the reading is tested.
    assert model_declarations._read_annotation(pydantic.EmailStr).field_type == string()


def told(model: type[BaseModel]) -> dict[str, str]:
    """The fields of a model: their types, values and operators."""
    known = resource_info(Resource.from_model(model)).fields
    return {
        path: f"{' '.join((str(one.type), *(one.type.item or one.type).values))}: "
        f"{' '.join(one.operators)}"
        for path, one in known.items()
    }


class Order(BaseModel):
    model_config = ConfigDict(title="Orders of a store")

    id: UUID
    created: datetime = Field(alias="created_at", description="when it was made")
    tax: int = Field(validation_alias="in", serialization_alias="with_tax")
    secret: str = Field(exclude=True)
    old: str = Field(deprecated="use id")
    older: str = Field(description="a name", deprecated=True)
    dotted: int = Field(alias="meta.total")

    @computed_field  # type: ignore[prop-decorator] # a limit of mypy's that pydantic tells of
    @property
    def total(self) -> Decimal | None:
        return None

    @computed_field(alias="named")  # type: ignore[prop-decorator] # the same
    @cached_property
    def name(self) -> str:
        return ""


def test_names_and_notes_are_those_of_the_json() -> None:
    orders = Resource.from_model(Order)
    info = resource_info(orders)
    assert (info.name, info.title) == ("order", "Orders of a store")
    assert paths(orders) == [
        *("id", "created_at", "with_tax", "old", "older", "meta.total", "total", "named")
    ]
    assert info.fields["created_at"].note == "when it was made"
    assert info.fields["old"].deprecated == Deprecation()
    assert info.fields["old"].note == "use id"
    assert info.fields["older"].note == "a name"
    assert info.fields["total"].type.name == "number"
    assert info.fields["named"].type.name == "string"
    assert str(orders["with_tax"] >= 5) == "ge(with_tax,5)"
    assert [found.code for found in orders.check("eq(old,x):eq(tax,1)")] == ["EPF205", "EPF201"]


def test_an_alias_generator_names_the_fields() -> None:
    class Camel(BaseModel):
        model_config = ConfigDict(alias_generator=to_camel)
        line_count: int

    assert paths(Resource.from_model(Camel)) == ["lineCount"]


def test_what_is_said_beside_the_model() -> None:
    orders = Resource.from_model(
        Order,
        name="orders",
        title="Orders",
        endpoints=(Endpoint("GET", "/v2/orders"),),
        operators={"id": ["in", "eq", "eq"], "total": iter([Operator.GT])},
        aliases=(Alias("tax", "with_tax"),),
    )
    info = resource_info(orders)
    assert repr(orders) == "<resource orders>"
    assert (info.name, info.title) == ("orders", "Orders")
    assert info.fields["id"].operators == (Operator.EQ, Operator.IN)
    assert info.fields["total"].operators == (Operator.GT,)
    assert orders.bind("eq(tax,1)") == orders.bind("eq(with_tax,1)")


def test_a_model_may_add_to_a_class_of_fields() -> None:
    class Common(Resource):
        created_at = EqOrdered(timestamp())

    made = Common.from_model(Address)
    assert isinstance(made, Common)
    assert paths(made) == ["created_at", "city", "tags"]
    assert str(made.created_at > "2026-01-01") == "gt(created_at,2026-01-01)"


class Category(BaseModel):
    name: str
    parent: Category | None = None
    children: list[Category] = []
    below: dict[str, Category] = {}


def test_a_model_inside_itself_is_followed_once() -> None:
    assert paths(Resource.from_model(Category)) == [
        *("name", "parent", "parent.name", "parent.parent", "parent.below.{key}", "children.name"),
        *("below.{key}.name", "below.{key}.parent"),
    ]


def chain(length: int) -> type[BaseModel]:
    model = create_model("End", x=(int, ...))
    for _ in range(length):
        model = create_model("Link", x=(model, ...), y=(int, ...))
    return model


def test_a_path_has_sixteen_names_at_most() -> None:
    found = paths(Resource.from_model(chain(40)))
    assert found[-1] == "y"
    assert max(path.count(".") for path in found) == 15
    assert len(found) == 16
    deep: Any = int
    for _ in range(30):
        deep = dict[str, deep]
    (only,) = paths(Resource.from_model(create_model("Deep", x=(deep, ...))))
    assert only.count(".") == 15


def wide(fields: int, kind: Any) -> type[BaseModel]:
    return create_model("Wide", **{f"f{i}": (kind, ...) for i in range(fields)})  # type: ignore[call-overload, no-any-return] # fields by name


def test_a_model_has_ten_thousand_fields_at_most() -> None:
    assert len(paths(Resource.from_model(wide(10_000, int)))) == 10_000
    assert len(paths(Resource.from_model(wide(99, wide(100, int))))) == 9_900
    with pytest.raises(ResourceError) as caught:
        Resource.from_model(wide(100, wide(100, int)))
    assert str(caught.value) == (
        "the model Wide has more than 10,000 fields. Hint: its models refer to each other; "
        "declare only the fields to filter on."
    )


def of_lists(name: str, names: str) -> type[BaseModel]:
    return create_model(name, **{f"of_{one}": (f"list[{one}]", ...) for one in names})  # type: ignore[call-overload, no-any-return] # the same


def test_models_of_nothing_but_each_other_end_soon() -> None:
    names = "ABCDEFGH"
    everybody = {name: of_lists(name, names) for name in names}
    for model in everybody.values():
        model.model_rebuild(_types_namespace=everybody)
    with pytest.raises(ResourceError, match=r"has more than 10,000 fields"):
        Resource.from_model(everybody["A"])


def test_an_alias_that_holds_itself_ends() -> None:
    from typing_extensions import TypeAliasType

    round_and_round = TypeAliasType("round_and_round", "list[round_and_round] | str")  # type: ignore[misc] # pydantic reads it, mypy does not
    assert paths(Resource.from_model(create_model("R", x=(round_and_round, ...)))) == ["x"]


def unresolved() -> type[BaseModel]:
    class Later(BaseModel):
        x: Nowhere  # type: ignore[name-defined] # noqa: F821 - what it is about

    return Later


@pytest.mark.parametrize(
    ("model", "operators", "error", "said"),
    [
        (None, None, FilterTypeError, "a subclass of pydantic's BaseModel is expected, not None."),
        (Order.model_construct(), None, FilterTypeError, "…, not a value of type Order."),
        (dict, None, FilterTypeError, "…, not the class dict."),
        (Tags, None, ResourceError, "the model Tags is a RootModel, which has no fields. Hint: …"),
        (
            unresolved(),
            None,
            ResourceError,
            "the annotations of the model Later cannot be resolved: name 'Nowhere' is not …",
        ),
        (
            create_model("Two", a=(int, Field(alias="x")), b=(int, Field(alias="x"))),
            None,
            ResourceError,
            "the model Two has two fields `x`.",
        ),
        (
            create_model("Braces", a=(int, Field(serialization_alias="{a}"))),
            None,
            ResourceError,
            "the field a of the model Braces has braces in its name.",
        ),
        (
            create_model("Brace", a=(int, Field(serialization_alias="{a"))),
            None,
            ResourceError,
            "the field a of the model Brace has a brace in its name that belongs to no …",
        ),
        (
            Order,
            {"idd": ["eq"]},
            ResourceError,
            "operators: the model Order has no field `idd`. Hint: did you mean `id`?",
        ),
        (
            Order,
            {"id": ["gte"]},
            ResourceError,
            "operators of `id`: there is no operator `gte`. Hint: did you mean `ge`?",
        ),
        (
            Order,
            {"id": ["and"]},
            ResourceError,
            "operators of `id`: there is no operator `and`. Hint: there are `eq`, …",
        ),
        (Order, {"id": "eq"}, FilterTypeError, "the operators of `id` must be a list, not …"),
        (Order, {"id": None}, FilterTypeError, "the operators of `id` must be a list, not None. …"),
        (Order, ["id"], FilterTypeError, "operators must be a mapping of fields to …"),
    ],
)
def test_what_a_model_cannot_declare(
    model: Any, operators: Any, error: type[FilterError], said: str
) -> None:
    with pytest.raises(error) as caught:
        Resource.from_model(model, operators=operators)
    assert re.fullmatch(".*".join(map(re.escape, said.split("…"))), str(caught.value))


def test_the_table_of_the_docstring_is_true() -> None:
    rows = re.findall(r"\| (\S[^|]*) \| (\w+) \| ([a-z_ ]+) \|", Resource.from_model.__doc__ or "")
    told_in_words = {kind: words for _, kind, words in rows if kind in file_declarations._TYPES}
    for kind, operators in declared_operators.DEFAULT_OPERATORS.items():
        words = told_in_words[kind]
        assert set(words.split()) - {"none"} == {str(op) for op in operators}


# --- Files ------------------------------------------------------------------------------------

TOML = r"""
name = "tickets"
title = "Support tickets"
note = "for all"
endpoints = ["GET /v2/tickets", "POST /v2/jobs"]
only_required = true

[fields.status]
type = "enum"
values = ["open", "closed"]
aliases = ["state"]
deprecated = { since = "2026-01-01", instead = "stage" }
note = "one of two"
required = true

[fields.old]
type = "string"
operators = []
deprecated = true

[fields.young]
type = "number"
operators = ["in", "eq"]
deprecated = false

[fields."locales.{locale}.name"]
type = "string"

[fields.tags]
type = "list"
item = "enum"
values = ["a", "b"]

[fields."tags[{index}]"]
type = "string"
operators = ["eq"]

[[aliases]]
name = "age"
field = "young"

[[aliases]]
prefix = "attributes."
replacement = ""

[[aliases]]
pattern = 'tag_(\d+)'
replacement = 'tags[\1]'
"""


def plain(text: str) -> str:
    import tomllib

    return json.dumps(tomllib.loads(text))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.toml", TOML.encode()),
        ("a.TOML", TOML.replace("\n", "\r\n").encode("utf-8-sig")),
        ("a.json", plain(TOML).encode()),
    ],
)
def test_what_a_file_declares(tmp_path: Path, file: str, text: bytes) -> None:
    (tmp_path / file).write_bytes(text)
    tickets = Resource.from_file(tmp_path / file)
    info = resource_info(tickets)
    assert (info.name, info.title, info.note, info.only_required) == (
        *("tickets", "Support tickets", "for all", True),
    )
    assert info.endpoints == (Endpoint("GET", "/v2/tickets"), Endpoint("POST", "/v2/jobs"))
    assert info.fields["status"] == Declaration(
        enum("open", "closed"),
        (Operator.EQ, Operator.IN),
        ("state",),
        Deprecation("2026-01-01", "stage"),
        required=True,
        note="one of two",
    )
    assert info.fields["old"] == Declaration(string(), (), (), Deprecation())
    assert info.fields["young"].operators == (Operator.EQ, Operator.IN)
    assert info.fields["young"].deprecated is None
    assert info.fields["tags"].type == list_of(enum("a", "b"))
    resolved = [
        match.path if (match := resource_schema(tickets).find(name)) else None
        for name in ("state", "age", "attributes.locales.fr.name", "tag_12", "tag_x")
    ]
    assert resolved == ["status", "young", "locales.fr.name", "tags[12]", None]


def test_the_file_gives_the_name(tmp_path: Path) -> None:
    path = tmp_path / "support-tickets.json"
    path.write_text('{"fields": {}}', encoding="utf-8")
    made = Resource.from_file(str(path))
    assert resource_info(made).name == "support-tickets"
    assert type(made).__name__ == "SupportTickets"


def test_the_example_of_the_docstring_is_one(tmp_path: Path) -> None:
    words = Resource.from_file.__doc__ or ""
    example = words[words.index("    name =") : words.index("Raises")]
    path = tmp_path / "tickets.toml"
    path.write_text(example + '\n[fields.title]\ntype = "string"', encoding="utf-8")
    # Every line of the example is valid, and the field that an alias names is declared above.
    text = re.sub(
        r"(?s)(\[\[aliases\]\].*)(\[fields\.title\].*)", r"\2\n\1", path.read_text("utf-8")
    )
    path.write_text(text, encoding="utf-8")
    tickets = Resource.from_file(path)
    match = resource_schema(tickets).find("locale_fr_name")
    assert match is not None
    assert match.path == "locales.fr.name"


REFUSED = [
    json.loads(line)
    for line in (DATA / "refused_declarations.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", REFUSED, ids=[case["text"] for case in REFUSED])
def test_what_a_file_cannot_declare_and_in_which_words(
    tmp_path: Path, case: dict[str, str]
) -> None:
    path = tmp_path / case["file"]
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        Resource.from_file(path)
    assert str(caught.value) == case["message"]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("a.toml", b"# \xe9", "a.toml: the file is not UTF-8 (byte 2). Hint: save it as UTF-8."),
        ("a.json", b"[" * 200_000, "a.json: the file is not valid JSON: it is nested too deeply."),
        ("a.toml", b"a = " + b"[" * 200_000, "a.toml: the file is nested too deeply."),
        (
            "a.json",
            b'{"name": ' + b"1" * 5000 + b"}",
            "a.json: the file is not valid JSON: a number has too many digits.",
        ),
        ("a.toml", b"name = " + b"1" * 5000, "a.toml: the file is not valid TOML: Exceeds …"),
    ],
    ids=range(5),
)
def test_a_file_that_cannot_be_decoded(
    tmp_path: Path, file: str, content: bytes, said: str
) -> None:
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(ResourceError) as caught:
        Resource.from_file(path)
    assert re.fullmatch(".*".join(map(re.escape, said.split("…"))), str(caught.value))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"^no\.toml: the file cannot be read: .+\."):
        Resource.from_file(tmp_path / "no.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ResourceError, match=r"^folder\.toml: the file cannot be read: .+\."):
        Resource.from_file(tmp_path / "folder.toml")
    with pytest.raises(ResourceError, match="the file cannot be read"):
        Resource.from_file("a\0b.toml")
    locked = tmp_path / "locked.toml"
    locked.write_text("", encoding="utf-8")
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        with pytest.raises(ResourceError, match="the file cannot be read"):
            Resource.from_file(locked)


@pytest.mark.parametrize("path", [None, 5, b"a.toml", ["a.toml"]])
def test_a_path_is_a_path(path: Any) -> None:
    with pytest.raises(FilterTypeError, match="the path of a file is expected"):
        Resource.from_file(path)


_members = st.sampled_from(
    [
        *("fields", "aliases", "name", "type", "operators", "values", "item", "deprecated"),
        *("pattern", "prefix", "replacement", "field", "a", "endpoints", "required", "since", ""),
    ]
)
_scalars = st.one_of(
    st.sampled_from(["string", "enum", "list", "eq", "GET /v2", "(", "{x}", "a"]),
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
)
_json = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_members, inner, max_size=4)
    ),
)
_tables = st.dictionaries(_members, _json, max_size=4)
_files = st.one_of(
    _json,
    st.fixed_dictionaries(
        {"fields": st.dictionaries(_members, _tables | _json, max_size=3)},
        optional={"aliases": st.lists(_tables, max_size=2), "endpoints": _json, "name": _json},
    ),
)


@given(_files)
def test_no_file_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "some.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    try:
        made = Resource.from_file(path)
    except ResourceError as error:
        assert str(error).startswith("some.json: ")  # noqa: PT017 - the file is always named
    else:
        assert isinstance(made, Resource)


def test_the_files_are_read_when_they_are_asked_for() -> None:
    import subprocess

    code = (
        "import sys, epfilter.resources; "
        "print([name for name in sys.modules if name.endswith('declaring')])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"aliases": ["x"]},
            "aliases must be a tuple of Alias or PrefixAlias or PatternAlias, not a",
        ),
        (
            {"aliases": "x"},
            "aliases must be a tuple of Alias or PrefixAlias or PatternAlias, not a",
        ),
        ({"aliases": 5}, "not a value of type int"),
        ({"endpoints": "x"}, "endpoints must be a tuple of Endpoint, not a value of type str"),
        (
            {"endpoints": ["GET /"]},
            "endpoints must be a tuple of Endpoint, not a value of type str",
        ),
        ({"name": 1}, "the name of a resource must be a str, not a value of type int"),
        ({"title": 3}, "the title of a resource must be a str, not a value of type int"),
        ({"name": "\ud800"}, "lone surrogate"),
    ],
)
def test_what_is_said_of_a_resource_is_checked(options: dict[str, Any], words: str) -> None:
    class Model(BaseModel):
        a: int

    with pytest.raises((FilterTypeError, FilterValueError), match=words):
        Resource.from_model(Model, **options)


def test_a_file_name_without_encoding_can_be_told() -> None:
    with pytest.raises(ResourceError) as caught:
        Resource.from_file("\ud800.json")
    assert str(caught.value).isprintable()


def test_a_slug_without_encoding_is_refused() -> None:
    with pytest.raises(FilterValueError, match="lone surrogate"):
        custom_api_entries.with_fields(string=["\ud800"])
