"""The findings in one file, and the file after fixes and formatting.

The cases are in contents.txt.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from epfilter.linter import Configuration, Settings, lint_content
from epfilter.linter.files import find_configuration
from epfilter.linter.files.document import Document
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.rewriting import fix_filters, format_filters
from epfilter.resources import resource_info
from support.counted_work import count_lines
from support.file_samples import Case, format_report, list_codes, load_cases

CASES = load_cases(Path(__file__).parent / "contents.txt")
PARTS = ("found", "fixed", "formatted")


def write_case(case: Case, folder: Path) -> tuple[Document, Path, Configuration]:
    files = case.files(*PARTS)
    for file in files[1:]:
        file.write_to(folder)
    configuration = find_configuration(folder)
    if "without evidence" not in case.title:
        configuration = replace(configuration, uses_platform=True)
    return Document(files[0].text), folder / files[0].name, configuration


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_found(case: Case, tmp_path: Path) -> None:
    document, path, configuration = write_case(case, tmp_path)
    report = lint_content(document.text, str(path), configuration)
    assert format_report(report) == case.part("found").strip("\n")
    assert lint_content(document.text.encode(), str(path), configuration) == report


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_fixed_and_formatted_file(case: Case, tmp_path: Path) -> None:
    document, path, configuration = write_case(case, tmp_path)
    linter = FileLinter(configuration)
    new, count = fix_filters(document, path, linter, unsafe=False)
    assert new.text.rstrip("\n") == (case.part("fixed") or document.text).rstrip("\n")
    assert (count > 0) == (new.text != document.text)
    assert fix_filters(new, path, linter, unsafe=False) == (new, 0)
    if case.part("formatted"):
        new, count = format_filters(document, path, linter)
        assert new.text.rstrip("\n") == case.part("formatted").rstrip("\n")
        assert format_filters(new, path, linter) == (new, 0)


def resources_of(text: str, name: str, configuration: Configuration) -> list[str]:
    result = FileLinter(configuration).lint(Document(text), configuration.root / name)
    return [
        resource_info(linted.resource).name if linted.resource else "-" for linted in result.filters
    ]


def test_the_nearest_context_sets_the_resource(tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path, resource="files", resources={"old/*": "accounts"})
    url = 'get("/v2/orders?filter=eq(a,1)")'
    text = f'{url}\nfilter = "eq(a,1)"\n'
    assert resources_of(text, "a.py", configuration) == ["orders", "files"]
    assert resources_of(text, "old/a.py", configuration) == ["orders", "accounts"]
    above = f"# epfilter: resource=customers\n{text}"
    assert resources_of(above, "old/a.py", configuration) == ["orders", "customers"]
    beside = text.replace("\n", "  # epfilter: resource=customers\n")
    assert resources_of(beside, "old/a.py", configuration) == ["customers", "customers"]
    none = f"# epfilter: resource=none\n{text}"
    assert resources_of(none, "a.py", configuration) == ["orders", "-"]


def test_suppressed_findings_are_counted(tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path, per_file_ignores={"*.filter": ("EPF108",)})
    report = lint_content(
        "in(a,1)  # epfilter: ignore\ngte(b,1)\nin(a,1)\n",
        str(tmp_path / "a.filter"),
        configuration,
    )
    assert (report.filters, report.suppressed) == (3, 2)
    assert list_codes(report) == [("EPF405", 3, 1)]
    assert report.ok


def test_findings_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    report = lint_content(
        "eq(a,1)  # epfilter: ignore[EPF3]\neq(b, 1\n  # epfilter: what\ngte(a,1)",
        str(tmp_path / "a.filter"),
        Configuration(root=tmp_path, settings=Settings(select=("EPF",))),
    )
    assert list_codes(report) == [
        *(("EPF602", 1, 10), ("EPF102", 2, 8), ("EPF603", 3, 3), ("EPF108", 4, 1)),
    ]


def test_a_file_of_an_unknown_kind_is_read_only_where_it_is_listed(tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path)
    for name in ("filters", "a.csv", ".envrc"):
        assert list_codes(lint_content("gte(a,1)", name, configuration)) == [("EPF705", 1, 1)]
        listed = replace(configuration, filter_lines=(name,))
        assert list_codes(lint_content("gte(a,1)", name, listed)) == [("EPF108", 1, 1)]
    for name in ("a.FILTER", "a.filters", "a.txt"):
        assert list_codes(lint_content("gte(a,1)", name, configuration)) == [("EPF108", 1, 1)]
    assert list_codes(lint_content('{"filter": "gte(a,1)"}', "A.JSON", configuration)) == [
        ("EPF108", 1, 13)
    ]


@pytest.mark.parametrize(
    ("name", "start", "repeated", "end"),
    [
        ("a.js", 'var filter; x = ""', '.concat(a, " ")', ""),
        ("a.js", 'filter = "gte(a,1)"', ' + ":gte(a,1)"', ""),
        ("a.js", 'filter = ["gte(a,1)"', ', "gte(a,1)"', "].join(':')"),
        ("a.py", 'filter = "gte(a,1)"', ' + ":gte(a,1)"', ""),
        ("a.py", 'filter = ("gte(a,1)"', ' ":gte(a,1)"', ")"),
        ("a.yaml", "filter: >\n  gte(a,1)\n", "  :gte(a,1)\n", ""),
        ("a.yaml", "filter: |\n  gte(a,1)\n", "  :gte(a,1)\n", ""),
        pytest.param(
            *("a.ts", "", 'filter = "gte(a,1)"; send(url, { filter });\n', ""),
            marks=pytest.mark.slow,
        ),
        ("a.py", "", 'p.append("gte(a,1)")\n', 'get(filter=":".join(p))'),
    ],
)
def test_work_is_linear_in_the_pieces_of_a_text(
    name: str, start: str, repeated: str, end: str
) -> None:
    configuration = Configuration(settings=Settings(select=("EPF1",)), uses_platform=True)

    def steps(times: int) -> int:
        return count_lines(
            lambda: lint_content(f"{start}{repeated * times}{end}", name, configuration)
        )

    steps(1)  # imports and compiled patterns are not counted
    assert steps(160) < 2.3 * steps(80)


def test_a_deprecated_listing_is_reported_once_in_a_file() -> None:
    urls = ["/v2/products?filter=eq(sku,a)", "/v2/brands?filter=eq(slug,b)"]
    lines = [f"GET https://api.moltin.com{url}\n\n###\n" for url in (*urls, urls[0])]
    report = lint_content("\n".join(lines), "shop.http", Configuration())
    assert [(found.diagnostic.code, found.line) for found in report.findings] == [
        ("EPF211", 1),
        ("EPF211", 5),
    ]
    assert (report.filters, report.suppressed) == (3, 0)


@pytest.mark.parametrize(
    ("name", "select", "expected"),
    [
        ("a.md", (), []),
        ("a.md", ("EPF405",), ["EPF405"]),
        ("a.md", ("EPF4",), []),
        ("a.filter", (), ["EPF405"]),
    ],
)
def test_an_in_with_one_value_is_an_example_in_documents(
    name: str, select: tuple[str, ...], expected: list[str]
) -> None:
    text = "in(a,1)\n" if name == "a.filter" else """```json\n{"filter": "in(a,1)"}\n```\n"""
    settings = Settings(select=select, ignore=("EPF2",))
    report = lint_content(text, name, Configuration(settings=settings))
    assert [finding.diagnostic.code for finding in report.findings] == expected
