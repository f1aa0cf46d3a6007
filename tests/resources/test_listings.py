"""The listings declare what the platform's documentation contains, and no more.

Each line of `listings.jsonl` is a listing, of `fields.jsonl` a field with its documented example, and
of `contradictions.jsonl` an example that contradicts the same documentation, with the reason.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from epfilter import FilterTypeError, FilterValueError, Operator, Severity, parse, resources
from epfilter.errors import ResourceError
from epfilter.resources import (
    Endpoint,
    Resource,
    all_resources,
    custom_api_entries,
    listings,
    orders,
    personal_data_logs,
    pim_nodes,
    pim_products,
    resource_info,
    resource_named,
)
from epfilter.resources.listings import AREAS
from support.rows import for_each

DATA = Path(__file__).parent / "data"
CUSTOM = custom_api_entries.with_fields(
    string=["string_field"],
    integer=["integer_field"],
    float=["float_field"],
    boolean=["boolean_field"],
    list={"list_field": "string"},
    any=["any_field"],
)
METHODS = {op: "in_" if op is Operator.IN else op.value for op in Operator}
CALLS = [op for op in Operator if op not in (Operator.AND, Operator.OR)]


def rows(name: str) -> list[dict[str, Any]]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def case(row: dict[str, Any]) -> str:
    return f"{row['resource']}-{row.get('field', '')}"


LISTINGS = rows("listings.jsonl")
FIELDS = rows("fields.jsonl")
CONTRADICTIONS = {
    (row["resource"], row["field"]): row["codes"] for row in rows("contradictions.jsonl")
}
NAMES = [row["resource"] for row in LISTINGS]


def declared(row: dict[str, Any]) -> tuple[Resource, str]:
    """The resource of a row and the field as it is declared.

    `{string_field}` and its like stand for custom fields of a type; here they have these names.
    """
    if row["resource"] != "custom_api_entries":
        return resource_named(row["resource"]), row["field"]
    name = row["field"].replace("[{index}]", "<>").replace("{", "").replace("}", "")
    return CUSTOM, name.replace("<>", "[{index}]")


def test_the_registry_has_every_listing_and_no_other() -> None:
    assert len(NAMES) >= 67
    names = [resource_info(resource).name for resource in all_resources()]
    assert names == sorted(NAMES)


@for_each("area", AREAS)
def test_a_listing_is_registered_wherever_its_name_must_be(area: str) -> None:
    module = importlib.import_module(f"epfilter.resources.listings.{area}")
    instances = sorted(name for name, value in vars(module).items() if isinstance(value, Resource))
    missing = "missing or superfluous name of a listing in"
    assert sorted(module.__all__) == instances, f"{missing} `__all__` of {module.__file__}"
    assert sorted(AREAS[area]) == instances, f"{missing} `AREAS` of {listings.__file__}"
    unlisted = {*instances} - {*resources.__all__}
    assert not unlisted, f"{missing} `__all__` of {resources.__file__}"
    assert {*instances} <= {*NAMES}, f"{missing} {DATA / 'listings.jsonl'}"


@for_each("row", LISTINGS, ids=lambda row: row["resource"])
def test_a_listing_has_the_documented_endpoints(row: dict[str, Any]) -> None:
    info = resource_info(resource_named(row["resource"]))
    assert info.name == row["resource"]
    assert info.title == row["title"]
    assert info.endpoints
    assert [[one.method, one.path, one.operation] for one in info.endpoints] == row["endpoints"]
    assert (info.deprecated is not None) == row.get("deprecated", False)
    assert info.only_required == row["resource"].startswith("personal_data_")


@for_each("name", NAMES)
def test_a_listing_has_exactly_the_documented_fields(name: str) -> None:
    wanted = [declared(row)[1] for row in FIELDS if row["resource"] == name]
    resource = CUSTOM if name == "custom_api_entries" else resource_named(name)
    assert sorted(resource_info(resource).fields) == sorted(wanted)


@for_each("row", FIELDS, ids=case)
def test_a_field_is_declared_as_documented(row: dict[str, Any]) -> None:
    resource, name = declared(row)
    field = resource_info(resource).fields[name]
    kind = field.type
    element = kind.item or kind
    if row["resource"] == "custom_api_entries" and "list_field" in name:
        # The documentation leaves these to the custom field's own type, which is string here.
        assert element.name == ("integer" if name.endswith(".length") else "string")
    else:
        assert kind.name == row["type"]
        assert element.name == row.get("item_type", row["type"])
    assert {*field.operators} == {*row["operators"]}
    assert list(element.values) == row.get("enum", [])
    assert list(field.aliases) == row.get("aliases", [])
    assert list(field.known_values) == row.get("known_values", [])
    assert field.required == row.get("required", False)
    assert (field.deprecated is not None) == row.get("deprecated", False)


@for_each(
    "row",
    [row for row in FIELDS if row["resource"] != "custom_api_entries"],
    ids=case,
)
def test_a_field_is_an_attribute_with_a_method_for_each_of_its_operators(
    row: dict[str, Any],
) -> None:
    def below(found: Any, part: str) -> Any:
        return found["some-key"] if part.startswith("{") else getattr(found, part)

    field = reduce(below, row["field"].split("."), resource_named(row["resource"]))
    assert str(field).split(".")[0] == row["field"].split(".")[0]
    assert {op for op in CALLS if hasattr(field, METHODS[op])} == {*row["operators"]}


@for_each("row", [row for row in FIELDS if "example" in row], ids=case)
def test_every_documented_example_passes_but_for_listed_contradictions(
    row: dict[str, Any],
) -> None:
    resource = resource_named(row["resource"])
    found = [one for one in resource.check(row["example"]) if one.severity is not Severity.INFO]
    codes = CONTRADICTIONS.get((row["resource"], row["field"]), [])
    if resource_info(resource).deprecated:
        codes = ["EPF211", *codes]
    else:
        codes = codes + ["EPF205"] * row.get("deprecated", False)
    assert [one.code for one in found] == codes


def test_the_listed_contradictions_are_of_examples() -> None:
    examples = {(row["resource"], row["field"]) for row in FIELDS if "example" in row}
    assert {*CONTRADICTIONS} <= examples


def test_the_package_exports_every_listing() -> None:
    assert {*NAMES} <= {*resources.__all__}
    assert {*NAMES} <= {*dir(resources)}
    for name in NAMES:
        assert getattr(resources, name) is resource_named(name)
        assert resource_info(getattr(resources, name)).name == name


def test_the_package_exports_nothing_else() -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'epfilter\.resources' has no attribute 'ordrs'$"
    ):
        _ = resources.ordrs  # type: ignore[attr-defined] # that it is not there is the point


def test_a_listing_is_loaded_on_first_access() -> None:
    code = (
        "import sys; import epfilter.resources as resources; "
        "print(*(name for name in sys.modules if '.listings.' in name)); "
        "resources.orders; print(*(name for name in sys.modules if '.listings.' in name))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["", "epfilter.resources.listings.orders"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("order", "did you mean `orders`?"),
        ("Orders", "did you mean `orders`?"),
        ("pim_node", "did you mean `pim_nodes`?"),
        ("", "`epfilter resources` lists them"),
        ("zzzzzz", "`epfilter resources` lists them"),
        ("__class__", "`epfilter resources` lists them"),
    ],
)
def test_an_unknown_name_raises_with_the_nearest_as_a_hint(name: str, hint: str) -> None:
    with pytest.raises(ResourceError) as refused:
        resource_named(name)
    assert refused.value.message == f"there is no resource `{name}`."
    assert refused.value.hint == hint


@pytest.mark.parametrize("name", [None, 5, b"orders", ["orders"]])
def test_the_name_of_a_listing_must_be_a_str(name: Any) -> None:
    with pytest.raises(FilterTypeError, match=r"^the name of a resource must be a str, not "):
        resource_named(name)


def test_fields_of_groups_keys_and_lists_are_built() -> None:
    assert str(pim_nodes.locales["fr-FR"].name.eq("Robe")) == "eq(locales.fr-FR.name,Robe)"
    assert (
        str(pim_nodes.breadcrumbs.locales["de-DE"].name.ilike("*a*"))
        == "ilike(breadcrumbs.locales.de-DE.name,*a*)"
    )
    assert str(pim_products.extensions["book"]["isbn"].eq("1")) == "eq(extensions.book.isbn,1)"
    assert str(orders.contact.name.like("Ron*")) == "like(contact.name,Ron*)"


def test_has_nodes_may_be_asked_for_false_only() -> None:
    assert str(pim_products.has_nodes.eq(False)) == "eq(has_nodes,false)"  # noqa: FBT003 - the value
    with pytest.raises(ResourceError, match=r"^`has_nodes`: `true` is not one of its values\."):
        pim_products.has_nodes.eq(True)  # noqa: FBT003 - the value
    found = pim_products.check("eq(has_nodes,true)")
    assert [(one.code, one.hint) for one in found] == [("EPF204", "its values are `false`")]


def test_a_list_of_an_enum_takes_its_values_only() -> None:
    found = pim_products.check("in(product_types,parent,zzz)")
    assert [one.code for one in found] == ["EPF204"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("eq(resource_type,customer):eq(resource_id,0f850c15-d643-480a-a2b4-9e3c26067178)", []),
        ("eq(resource_type,customer)", ["EPF209"]),
        ("eq(resource_id,0f850c15-d643-480a-a2b4-9e3c26067178):eq(name,a)", ["EPF201", "EPF209"]),
    ],
)
def test_personal_data_wants_both_fields(text: str, codes: list[str]) -> None:
    assert [one.code for one in personal_data_logs.check(text)] == codes


class TestCustomEntries:
    """Entries of a custom API, before and after their fields are known."""

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("eq(location-name,London)", []),
            ("contains_all(tags,a,b)", []),
            ("like(tags[0],a*)", []),
            ("gt(tags.length,2)", []),
            ("gt(tags.length,many)", ["EPF203"]),
            ("ilike(city,a*)", ["EPF202"]),
            ("eq(id,1)", ["EPF203"]),
            ("eq(a.b,1)", ["EPF201"]),
        ],
    )
    def test_fields_of_unknown_type_take_what_any_type_takes(
        self, text: str, codes: list[str]
    ) -> None:
        assert [one.code for one in custom_api_entries.check(text)] == codes

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("eq(string_field,a):like(string_field,a*):is_null(string_field)", []),
            ("gt(integer_field,1)", []),
            ("gt(integer_field,1.5)", ["EPF203"]),
            ("gt(float_field,1.5)", []),
            ("eq(float_field,1.5)", ["EPF202"]),
            ("eq(boolean_field,true)", []),
            ("in(boolean_field,true)", ["EPF202"]),
            ("contains_all(list_field,a)", []),
            ("eq(list_field,a)", ["EPF202"]),
            ("like(list_field[999],a*)", []),
            ("eq(list_field[1000],a)", ["EPF201"]),
            ("in(list_field.length,1,2)", []),
            ("eq(any_field,a)", ["EPF202"]),
            ("eq(other,a)", ["EPF201"]),
            ("gt(created_at,2024-01-01)", []),
        ],
    )
    def test_known_fields_take_what_their_type_takes(self, text: str, codes: list[str]) -> None:
        assert [one.code for one in CUSTOM.check(text)] == codes

    @pytest.mark.parametrize(
        ("item", "text", "codes"),
        [
            ("any", "contains_any(tags,a)", []),
            ("any", "contains_all(tags,a)", ["EPF202"]),
            ("any", "gt(tags[0],a)", ["EPF202"]),
            ("any", "like(tags[0],a*)", []),
            ("integer", "gt(tags[0],5)", []),
            ("integer", "like(tags[0],5*)", ["EPF202"]),
            ("integer", "contains(tags,a)", ["EPF203"]),
            ("boolean", "contains_all(tags,true,false)", []),
            ("float", "eq(tags[0],1.5)", []),
        ],
    )
    def test_lists_take_what_their_elements_take(
        self, item: str, text: str, codes: list[str]
    ) -> None:
        known = custom_api_entries.with_fields(list={"tags": item})
        assert [one.code for one in known.check(text)] == codes

    def test_known_fields_build(self) -> None:
        built = CUSTOM["list_field"][0].eq("a") & CUSTOM["list_field"].length.gt(2)
        assert built == parse("eq(list_field[0],a):gt(list_field.length,2)")
        with pytest.raises(ResourceError, match=r"has no operator `eq`"):
            CUSTOM["float_field"].eq(1.5)
        with pytest.raises(ResourceError, match=r"has no field `other`"):
            _ = CUSTOM["other"]
        assert str(CUSTOM.created_at.gt("2024-01-01")) == "gt(created_at,2024-01-01)"

    def test_each_call_stands_for_itself(self) -> None:
        first = custom_api_entries.with_fields(string=["a"])
        second = custom_api_entries.with_fields(string=["b"])
        assert [*resource_info(first).fields] == ["id", "created_at", "updated_at", "a"]
        assert [*resource_info(second).fields] == ["id", "created_at", "updated_at", "b"]
        assert "{field}" in resource_info(custom_api_entries).fields

    def test_the_listing_keeps_its_endpoints(self) -> None:
        info = resource_info(CUSTOM)
        assert info.name == "custom_api_entries"
        assert Endpoint("GET", "/v2/extensions/{custom_api_slug}", "GetCustomEntriesSettings") in (
            info.endpoints
        )

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"string": "name"}, "`string` must be a list of slugs, not a value of type str."),
            ({"integer": 5}, "`integer` must be a list of slugs, not a value of type int."),
            ({"boolean": None}, "`boolean` must be a list of slugs, not None."),
            ({"float": [5]}, "the slug of a field must be a str, not a value of type int."),
            (
                {"list": ["tags"]},
                "`list` must be a mapping of slugs to the types of their elements, not a value of type list.",
            ),
            (
                {"list": {"tags": str}},
                "the type of the elements of `tags` must be a str, not a value of type type.",
            ),
            (
                {"list": {5: "string"}},
                "the slug of a field must be a str, not a value of type int.",
            ),
        ],
    )
    def test_wrong_types_are_refused(self, given: dict[str, Any], message: str) -> None:
        with pytest.raises(FilterTypeError) as refused:
            custom_api_entries.with_fields(**given)
        assert refused.value.message == message

    @pytest.mark.parametrize(
        ("given", "message", "hint"),
        [
            (
                {"string": ["a", "a"]},
                "the field `a` is repeated.",
                "a field has one type",
            ),
            (
                {"string": ["a"], "list": {"a": "string"}},
                "the field `a` is repeated.",
                "a field has one type",
            ),
            ({"string": ["id"]}, "`id` is a field of every entry.", "remove it"),
            (
                {"string": [""]},
                "`` cannot be the slug of a field.",
                "a slug must not be empty, nor contain dots, brackets or braces",
            ),
            (
                {"any": ["a.b"]},
                "`a.b` cannot be the slug of a field.",
                "a slug must not be empty, nor contain dots, brackets or braces",
            ),
            (
                {"string": ["{field}"]},
                "`{field}` cannot be the slug of a field.",
                "a slug must not be empty, nor contain dots, brackets or braces",
            ),
            (
                {"list": {"tags": "strings"}},
                "`strings` is not a type of list elements.",
                "did you mean `string`?",
            ),
            (
                {"list": {"tags": "date"}},
                "`date` is not a type of list elements.",
                "the types are `string`, `integer`, `float`, `boolean`, `any`",
            ),
        ],
    )
    def test_wrong_values_are_refused(self, given: dict[str, Any], message: str, hint: str) -> None:
        with pytest.raises(FilterValueError) as refused:
            custom_api_entries.with_fields(**given)
        assert (refused.value.message, refused.value.hint) == (message, hint)


def test_a_slug_without_encoding_raises() -> None:
    with pytest.raises(FilterValueError, match="lone surrogate"):
        custom_api_entries.with_fields(string=["\ud800"])
