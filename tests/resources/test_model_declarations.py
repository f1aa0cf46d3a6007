"""Resources declared by pydantic models."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from functools import cached_property, reduce
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypeVar
from uuid import UUID

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, computed_field, create_model
from pydantic.alias_generators import to_camel

from epfilter import FilterTypeError
from epfilter.ast import Operator
from epfilter.errors import FilterError, ResourceError
from epfilter.resources import (
    Alias,
    Deprecation,
    Endpoint,
    EqOrdered,
    Resource,
    declared_operators,
    file_declarations,
    model_declarations,
    resource_info,
    string,
    timestamp,
)
from support.rows import for_each


def paths(resource: Resource | type[Resource]) -> list[str]:
    return [*resource_info(resource).fields]


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


@for_each(
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
def test_an_annotation_has_a_type_and_operators(annotation: Any, fields: dict[str, str]) -> None:
    anything = ConfigDict(arbitrary_types_allowed=True)
    assert describe(create_model("Order", __config__=anything, x=(annotation, ...))) == fields


def test_an_email_address_is_a_string() -> None:
    # pydantic makes no model of it without another library, so only the reading is tested.
    assert model_declarations._read_annotation(pydantic.EmailStr).field_type == string()


def describe(model: type[BaseModel]) -> dict[str, str]:
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


def test_names_and_notes_come_from_the_json_schema() -> None:
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


def test_arguments_add_to_the_model() -> None:
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


@pytest.mark.slow
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


def test_models_that_contain_only_each_other_are_read_quickly() -> None:
    names = "ABCDEFGH"
    everybody = {name: of_lists(name, names) for name in names}
    for model in everybody.values():
        model.model_rebuild(_types_namespace=everybody)
    with pytest.raises(ResourceError, match=r"has more than 10,000 fields"):
        Resource.from_model(everybody["A"])


def test_a_recursive_type_alias_is_read() -> None:
    from typing_extensions import TypeAliasType

    round_and_round = TypeAliasType("round_and_round", "list[round_and_round] | str")  # type: ignore[misc] # pydantic reads it, mypy does not
    assert paths(Resource.from_model(create_model("R", x=(round_and_round, ...)))) == ["x"]


def unresolved() -> type[BaseModel]:
    class Later(BaseModel):
        x: Nowhere  # type: ignore[name-defined] # noqa: F821 - what it is about

    return Later


@for_each(
    ("model", "operators", "error", "message"),
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
def test_an_invalid_model_raises(
    model: Any, operators: Any, error: type[FilterError], message: str
) -> None:
    with pytest.raises(error) as caught:
        Resource.from_model(model, operators=operators)
    assert re.fullmatch(".*".join(map(re.escape, message.split("…"))), str(caught.value))


def test_the_table_of_the_docstring_is_complete() -> None:
    rows = re.findall(r"\| (\S[^|]*) \| (\w+) \| ([a-z_ ]+) \|", Resource.from_model.__doc__ or "")
    documented = {kind: words for _, kind, words in rows if kind in file_declarations._TYPES}
    for kind, operators in declared_operators.DEFAULT_OPERATORS.items():
        words = documented[kind]
        assert set(words.split()) - {"none"} == {str(op) for op in operators}


def test_the_readers_are_imported_on_first_use() -> None:
    code = (
        "import sys, epfilter.resources; "
        "print([name for name in sys.modules if name.endswith(('model_declarations', 'file_declarations'))])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
