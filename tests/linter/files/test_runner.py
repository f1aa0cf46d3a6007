"""Runs over many files, in one process and in several."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from epfilter.linter import Configuration, Settings, lint_content, lint_paths
from epfilter.linter.files import Change, Run, Target, find_targets, runner
from support.rows import for_each

CONTENTS = {
    ".json": '{"filter": "gte(a,%d):eq(b, 2)"}',
    ".py": 'search(filter="in(a,%d)")  # epfilter: ignore[EPF405]\n',
    ".yaml": "filter: lte(a,%d)\n",
    ".js": 'search({ filter: "in(a,%d)" });\n',
    ".filter": "eq(a,%d\n",
    ".http": "GET https://x/v2/orders?filter=eq(paymet,%d)\n",
}


@pytest.fixture
def files(tmp_path: Path) -> list[Target]:
    for number in range(40):
        suffix = [*CONTENTS][number % len(CONTENTS)]
        (tmp_path / f"{number:02}{suffix}").write_text(CONTENTS[suffix] % number, encoding="utf-8")
    (tmp_path / "bad.json").write_bytes(b"\xff")
    (tmp_path / "deep.json").write_text("[" * 100_000 + '{"filter": "eq(a,1)"', encoding="utf-8")
    return find_targets([tmp_path, tmp_path / "no.json"], Configuration(root=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("change", [Change.NONE, Change.FIX, Change.FORMAT])
def test_several_processes_report_the_same_as_one(
    change: Change, files: list[Target], tmp_path: Path
) -> None:
    configuration = Configuration(root=tmp_path, settings=Settings(select=("EPF",)))
    run = Run(configuration, change, dry=True)
    expected = [*run.lint_targets(files, processes=1)]
    assert len(expected) == 43
    assert {report.name for report in expected if not report.filters} == {
        str(tmp_path / name) for name in ("bad.json", "deep.json", "no.json")
    }
    assert [*run.lint_targets(files, processes=3)] == expected
    assert [*run.lint_targets(files, processes=1000)] == expected


def test_the_number_of_processes_depends_on_the_size(
    files: list[Target], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runner._choose_processes(files) == 1
    monkeypatch.setattr(runner, "_PARALLEL_SIZE", 10)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert runner._choose_processes(files) == 2
    run = Run(Configuration(root=tmp_path))
    assert [report.name for report in run.lint_targets(files)] == [target.name for target in files]
    assert [*run.lint_targets([])] == []


def test_a_deeply_nested_file_is_a_finding(tmp_path: Path) -> None:
    report = lint_content(
        "[" * 100_000 + '{"filter": "eq(a,1)"', "a.json", Configuration(root=tmp_path)
    )
    assert [finding.diagnostic.code for finding in report.findings] == ["EPF703"]


@pytest.mark.parametrize("name", ["a.lua", "LICENSE", ".envrc", "a.png", "a.json.bak", "a.tx", "a"])
@for_each("change", [Change.FIX, Change.FIX_UNSAFE, Change.FORMAT])
def test_a_file_of_an_unsupported_kind_is_not_written(
    name: str, change: Change, tmp_path: Path
) -> None:
    path = tmp_path / name
    content = b'{"filter": "gte( a,1)"}\n?filter=eq(a, 1'
    path.write_bytes(content)
    before = path.stat()
    configuration = Configuration(root=tmp_path, uses_platform=True)
    (report,) = Run(configuration, change).lint_targets([Target(path, name)])
    assert [finding.diagnostic.code for finding in report.findings] == ["EPF705"]
    after = path.stat()
    assert path.read_bytes() == content
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_str_is_not_decoded_again() -> None:
    text = "# coding: latin-1\nfilter = 'eq(é,1)|gte(a,1)'\n"
    report = lint_content(text, "a.py")
    assert [
        (finding.diagnostic.code, finding.line, finding.column) for finding in report.findings
    ] == [
        *(("EPF110", 2, 14), ("EPF108", 2, 19)),
    ]
    assert lint_content(text.encode("latin-1"), "a.py") == report


def test_missing_pathspec_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pathspec", None)
    configuration = Configuration(per_file_ignores={"*.json": ("EPF601",)})
    report = lint_content('{"filter": "gte(a,1)"}', "a.json", configuration)
    assert [finding.diagnostic.code for finding in report.findings] == ["EPF704"]


@pytest.mark.parametrize("content", ["eq(a,\0)", "\ud800", b"\xff\xfe\0", b"\0"])
def test_binary_content_is_a_finding(content: str | bytes) -> None:
    assert [finding.diagnostic.code for finding in lint_content(content, "a.py").findings] == [
        "EPF702"
    ]


def test_a_failed_write_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.filter"
    path.write_text("gte(a,1)", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (report,) = Run(Configuration(root=tmp_path), Change.FIX).lint_targets(
        [Target(path, "a.filter")]
    )
    (finding,) = report.findings
    assert (finding.diagnostic.code, report.fixed) == ("EPF701", 0)
    assert path.read_text(encoding="utf-8") == "gte(a,1)"


def test_the_filters_are_listed_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "a.filter"
    path.write_text("# epfilter: resource=orders\neq(payment,paid)\n", encoding="utf-8")
    (listed,) = lint_paths([path], list_filters=True)
    (each,) = listed.listed_filters
    assert (each.line, each.column, each.text, each.resource) == (
        2,
        1,
        "eq(payment,paid)",
        "orders",
    )
    assert (each.is_built, each.is_certain) == (False, True)
    assert [report.listed_filters for report in lint_paths([path])] == [()]
