"""Baselines: which findings are accepted, when one is outdated, and what the file contains."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import FilterValueError
from epfilter.linter import Baseline, Configuration, Settings, lint_content, lint_paths
from epfilter.linter.files import FileReport, read_configuration

BAD = ("in(id,a,a)", "gte(b,1)", "eq(c,1):eq(c,1)")
FINE = ("eq(a,1)", "", "# a comment", "is_null(b)")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lint_lines(*lines: str, name: str = "a.filter") -> FileReport:
    return lint_content("\n".join(lines), name, Configuration())


def accept(*reports: FileReport, path: str = "baseline.json") -> Baseline:
    """Return the baseline of these reports, as it is read back from its file."""
    Baseline(Path(path)).update(reports)
    return Baseline.read(Path(path))


def new_lines(baseline: Baseline, *reports: FileReport) -> list[int]:
    return [finding.line for report in baseline.subtract(reports) for finding in report.findings]


@given(
    st.lists(st.sampled_from(BAD + FINE), max_size=6),
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(FINE)), max_size=4),
)
def test_findings_on_moved_lines_stay_accepted(
    lines: list[str], inserted: list[tuple[int, str]]
) -> None:
    baseline = accept(lint_lines(*lines))
    moved = [f"  {line}\r" for line in lines]
    for position, line in inserted:
        moved.insert(position, line)
    assert new_lines(baseline, lint_lines(*moved)) == []
    assert baseline.count_outdated(Settings()) == 0


@given(st.lists(st.sampled_from(BAD), max_size=6), st.sampled_from(BAD))
def test_one_more_finding_of_the_same_kind_is_new(lines: list[str], more: str) -> None:
    baseline = accept(lint_lines(*lines))
    assert len(new_lines(baseline, lint_lines(*lines, more))) == 1


def test_a_changed_line_and_another_file_are_new() -> None:
    baseline = accept(lint_lines("in(id,a,a)"))
    assert new_lines(baseline, lint_lines("in(id,a,a):eq(b,1)")) == [1]
    assert new_lines(baseline, lint_lines("in(id,a,a)", name="b.filter")) == [1]
    assert new_lines(baseline, lint_lines("in(id,a,a)")) == []


def test_paths_are_relative_to_the_file() -> None:
    Path("config").mkdir()
    baseline = accept(lint_lines(*BAD, name="src/a.filter"), path="config/baseline.json")
    text = Path("config/baseline.json").read_text(encoding="utf-8")
    assert {item["path"] for item in json.loads(text)["findings"]} == {"../src/a.filter"}
    absolute = Path("src/../src/a.filter").absolute().as_posix()
    assert new_lines(baseline, lint_lines(*BAD, name=absolute)) == []


def test_findings_that_no_longer_occur_are_counted() -> None:
    Path("other.filter").write_text("in(id,a,a)", encoding="utf-8")
    baseline = accept(
        lint_lines(*BAD),
        lint_lines("in(id,a,a)", name="gone.filter"),
        lint_lines("in(id,a,a)", name="other.filter"),
    )
    assert new_lines(baseline, lint_lines("eq(a,1)", BAD[0])) == []
    # Two of a.filter and the one of gone.filter; other.filter exists, but is not linted here.
    assert baseline.count_outdated(Settings()) == 3
    assert baseline.count_outdated(Settings(select=("EPF404",))) == 2  # and the syntax error


def test_an_update_keeps_the_findings_of_other_files_that_exist() -> None:
    Path("other.filter").write_text("in(id,a,a)", encoding="utf-8")
    baseline = accept(
        lint_lines(*BAD),
        lint_lines("in(id,a,a)", name="gone.filter"),
        lint_lines("in(id,a,a)", name="other.filter"),
    )
    assert baseline.update([lint_lines("gte(b,1)")]) == 2
    data = json.loads(Path("baseline.json").read_text(encoding="utf-8"))
    assert [(item["path"], item["code"]) for item in data["findings"]] == [
        ("a.filter", "EPF108"),
        ("other.filter", "EPF404"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.kt", 'val filter = "eq(a,1)"', "EPF704"),
        ("a.md", '```kotlin\nval filter = "eq(a,1)"\n```', None),
        ("a.filter", "eq(a,1\0)", "EPF702"),
        ("a.json", '{"filter": "eq(a,1)", ]', "EPF703"),
        ("a.lua", 'filter = "eq(a,1)"', "EPF705"),
    ],
)
def test_a_file_that_cannot_be_read_keeps_its_findings(
    name: str, content: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_kotlin", None)
    Path(name).write_text(content, encoding="utf-8")
    accepted = replace(lint_lines(*BAD), name=name)
    baseline = accept(accepted)
    reports = [*lint_paths([name], Configuration())]
    assert [found.diagnostic.code for found in reports[0].findings] == [code] * (code is not None)
    list(baseline.subtract(reports))
    assert baseline.count_outdated(Settings()) == 0
    kept = baseline.update(reports)
    assert kept - (code in {"EPF702", "EPF703", "EPF705"}) == len(accepted.findings)
    assert baseline.update(reports) == kept  # and is not counted twice


def test_a_file_whose_finding_about_reading_is_ignored_keeps_its_findings() -> None:
    Path("a.lua").write_text("", encoding="utf-8")
    baseline = accept(replace(lint_lines(*BAD), name="a.lua"))
    ignored = Configuration(settings=Settings(ignore=("EPF705",)))
    reports = [*lint_paths(["a.lua"], ignored)]
    assert reports[0].findings == ()
    assert baseline.update(reports) == 3


def test_unreadable_files_are_never_accepted() -> None:
    (report,) = lint_paths(["missing.filter"], Configuration())
    assert new_lines(accept(report), report) == [1]


def test_the_file_of_the_baseline_is_not_linted() -> None:
    report = lint_lines('{"filter": "gte(a,1)"}', name="baseline.json")
    assert [*accept(lint_lines()).subtract([report])] == []


def test_the_file_has_one_finding_a_line_in_order() -> None:
    accept(
        lint_lines("in(id,'é','é')", "gte(a,1)", "gte(a,1)", name="b.filter"), lint_lines(BAD[0])
    )
    lines = Path("baseline.json").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line.strip().rstrip(",")) for line in lines if line.startswith("    {")]
    assert [(item["path"], item["code"], item["count"]) for item in items] == [
        ("a.filter", "EPF404", 1),
        ("b.filter", "EPF108", 2),
        ("b.filter", "EPF404", 1),
    ]
    assert len(lines) == len(items) + 5
    Baseline(Path("empty.json")).update([])
    assert Path("empty.json").read_text(encoding="utf-8") == (
        '{\n  "version": 1,\n  "findings": []\n}\n'
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", ": not valid JSON at line 1"),
        ('{"version": 1,\n', ": not valid JSON at line 2"),
        ("[]", ""),
        ('{"version": 2, "findings": []}', ": `version`"),
        ('{"version": 1, "findings": [{"path": "a"}]}', ": `findings.0.code`"),
        ('{"version": 1, "findings": {}}', ": `findings`"),
        ("[" * 100_000, ""),
    ],
)
def test_an_invalid_file_is_described(content: str, place: str) -> None:
    Path("baseline.json").write_text(content, encoding="utf-8")
    with pytest.raises(FilterValueError) as caught:
        Baseline.read(Path("baseline.json"))
    assert str(caught.value) == (
        f"baseline.json is not a baseline of this version of epfilter{place}. "
        "Hint: to write it, run `epfilter lint --baseline FILE --write-baseline`."
    )


def test_bytes_that_are_not_utf8_are_described() -> None:
    Path("baseline.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FilterValueError, match="is not a baseline"):
        Baseline.read(Path("baseline.json"))


def test_a_missing_file_is_described() -> None:
    with pytest.raises(FilterValueError) as caught:
        Baseline.read(Path("no.json"))
    assert str(caught.value) == (
        "the baseline no.json cannot be read: No such file or directory. "
        "Hint: to write it, run `epfilter lint --baseline FILE --write-baseline`."
    )


def test_the_configuration_applies_to_paths_and_contents() -> None:
    Path("a.filter").write_text("in(id,a,a)\nin(id,b,b)", encoding="utf-8")
    accept(lint_lines("in(id,a,a)"))
    Path("epfilter.toml").write_text('baseline = "baseline.json"', encoding="utf-8")
    configuration = read_configuration(Path("epfilter.toml"))
    (report,) = lint_paths(["a.filter"], configuration)
    assert ([finding.line for finding in report.findings], report.in_baseline) == ([2], 1)
    assert lint_content("in(id,a,a)", "a.filter", configuration).findings == ()
    assert lint_content('{"filter": "gte(a,1)"}', "baseline.json", configuration).filters == 1
