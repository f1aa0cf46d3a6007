"""`epfilter resources`: lists, tables that fit the terminal, and JSON."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

from epfilter.cli import main
from epfilter.cli.layout import render_table
from epfilter.resources import all_resources, resource_info
from support.rows import for_each

INFOS = [resource_info(resource) for resource in all_resources()]
NAMES = [info.name for info in INFOS]


def run(*args: str) -> str:
    result = CliRunner().invoke(main, ["resources", *args])
    assert (result.stderr, result.exit_code) == ("", 0)
    return result.stdout


def as_json(*args: str) -> Any:
    return json.loads(run("--format", "json", *args))


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_it_lists_every_resource_with_title_and_endpoints() -> None:
    lines = run().splitlines()
    heads = [line.split("  ")[0] for line in lines if not line.startswith(" ")]
    assert heads == NAMES
    assert "orders                              Orders" in lines
    assert "    GET /v2/orders" in lines
    assert [line for line in lines if line.endswith(" (deprecated)")]
    assert sum(line.startswith("    ") for line in lines) >= sum(
        len(one.endpoints) for one in INFOS
    )


def test_exact_output_for_a_small_resource() -> None:
    assert run("carts").splitlines() == [
        "carts  Carts",
        "  GET /v2/carts",
        "  Accepts `|` as OR, which is documented for no other listing.",
        "",
        "field        type          operators  values and notes",
        "account_ids  list of uuid  contains   documented as UUIDs, but one example uses",
        '                                      "abc123"',
        "name         string        ilike      case-insensitive",
    ]


def test_notes_are_below_rows_with_long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run("pim_nodes").splitlines()
    assert "field                              type      operators" in lines
    assert "    store, organization" in lines
    monkeypatch.setenv("COLUMNS", "110")
    wide = run("pim_nodes").splitlines()
    assert (
        "field                              type      operators          values and notes" in wide
    )


def test_a_resource_without_documented_fields() -> None:
    assert run("pim_jobs").splitlines()[-1] == "The fields of this resource are not documented."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders", "complete, incomplete, cancelled"),
        ("orders", "also named customer.name"),
        ("orders", "contradictions between public sources"),
        ("orders", "the changelog deprecates it"),
        ("legacy_brands", "the resource is deprecated"),
        ("legacy_brands", "deprecated"),
        ("personal_data_logs", "filters must contain the required fields and no others"),
        ("personal_data_logs", "for example customer"),
        ("flow_entries", "none"),
    ],
)
def test_details_of_resources_are_shown(name: str, text: str) -> None:
    assert text in run(name)


@for_each("name", NAMES)
@pytest.mark.parametrize("width", [40, 80, 100])
def test_tables_list_every_field_and_fit_the_terminal(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run(name).splitlines()
    for field in resource_info_of(name):
        assert any(line.split("  ")[0] == field for line in lines)
    if width > 40:
        long = [line for line in lines if len(line) > width and "/" not in line]
        assert long == []


def resource_info_of(name: str) -> list[str]:
    return [*INFOS[NAMES.index(name)].fields]


@pytest.mark.parametrize("width", ["0", "-5", "many", "1000000"])
def test_invalid_terminal_widths_are_ignored(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert max(map(len, run("orders").splitlines())) <= 120


def test_a_table_without_notes_has_no_notes_column() -> None:
    rendered = render_table(("field", "type", "notes"), [("id", "uuid", "")], 60)
    assert [click.unstyle(line) for line in rendered] == ["field  type", "id     uuid"]


def test_the_list_as_json() -> None:
    listed = as_json()
    assert [one["name"] for one in listed] == NAMES
    assert listed[NAMES.index("orders")] == {
        "name": "orders",
        "title": "Orders",
        "deprecated": False,
        "endpoints": [
            {"method": "GET", "path": "/v2/orders", "operation": "getCustomerOrders", "note": None},
            {
                "method": "POST",
                "path": "/v2/jobs",
                "operation": "createJob",
                "note": "order export job: the filter is in the body, as data.filter",
            },
        ],
    }


def test_a_resource_as_json() -> None:
    orders = as_json("orders")
    assert list(orders) == [
        *("name", "title", "deprecated", "endpoints", "note", "source_conflicts"),
        *("only_required", "fields"),
    ]
    fields = {field["name"]: field for field in orders["fields"]}
    assert fields["shipping"] == {
        "name": "shipping",
        "type": "enum",
        "item_type": None,
        "operators": ["eq"],
        "values": ["unfulfilled", "fulfilled"],
        "known_values": [],
        "multivalued": False,
        "aliases": [],
        "required": False,
        "deprecated": False,
        "deprecated_since": None,
        "instead": None,
        "note": None,
    }
    assert fields["shipping_name"]["deprecated_since"] == "2022-11-24"
    assert fields["name"]["aliases"] == ["customer.name"]


@for_each("name", NAMES)
def test_every_field_as_json(name: str) -> None:
    assert [field["name"] for field in as_json(name)["fields"]] == resource_info_of(name)


def test_check_as_json_against_a_resource() -> None:
    result = CliRunner().invoke(
        main, ["check", "--format", "json", "--resource", "orders", "eq(paymet,paid)"]
    )
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert report["canonical"] == "eq(paymet,paid)"
    assert [found["code"] for found in report["diagnostics"]] == ["EPF201"]
    assert result.exit_code == 1
