"""The configuration of a project: where it is found, what each key does, and its errors.

The errors are in invalid_configurations.txt.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from epfilter.errors import FilterValueError
from epfilter.linter import Configuration, Settings, lint_paths
from epfilter.linter.files.configuration import DEFAULT_EXCLUDE
from epfilter.linter.files.configuration_file import KEYS, find_configuration, read_configuration
from epfilter.resources import resource_info
from support.file_samples import Case, list_codes, load_cases

ERRORS = load_cases(Path(__file__).parent / "invalid_configurations.txt")


def write_file(folder: Path, text: str, name: str = "epfilter.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read_text_configuration(folder: Path, text: str) -> Configuration:
    return read_configuration(write_file(folder, text))


def lint_file(folder: Path, name: str, text: str) -> list[str]:
    path = write_file(folder, text, name)
    (report,) = lint_paths([path], find_configuration(folder))
    return [code for code, _, _ in list_codes(report)]


@pytest.mark.parametrize("case", ERRORS, ids=str)
def test_each_error_has_its_message(case: Case, tmp_path: Path) -> None:
    (file,) = case.files("error")
    file.write_to(tmp_path)
    for read, path in (
        (find_configuration, tmp_path / "deeper"),
        (read_configuration, tmp_path / file.name),
    ):
        with pytest.raises(FilterValueError) as refusal:
            read(path)
        assert str(refusal.value) == case.part("error").strip()


def test_each_key_has_a_case_with_an_error() -> None:
    names = {*KEYS}
    texts = [file.text for case in ERRORS for file in case.files("error")]
    assert {key for key in names if any(text.startswith(f"{key} =") for text in texts)} == names


def test_without_a_file_the_default_applies(tmp_path: Path) -> None:
    configuration = find_configuration(tmp_path)
    assert (configuration.root, configuration.settings, configuration.exclude) == (
        tmp_path,
        Settings(),
        DEFAULT_EXCLUDE,
    )
    assert (configuration.resource, configuration.respect_gitignore) == (None, True)


def test_only_the_nearest_file_applies(tmp_path: Path) -> None:
    write_file(tmp_path, "max-calls = 1\nmax-bytes = 1")
    write_file(tmp_path, "max-calls = 2", "a/epfilter.toml")
    (tmp_path / "a" / "b").mkdir()
    assert find_configuration(tmp_path / "a" / "b").settings == Settings(max_calls=2)
    assert find_configuration(tmp_path / "a" / "b").root == tmp_path / "a"
    assert find_configuration(tmp_path / "no" / "such").settings == Settings(
        max_calls=1, max_bytes=1
    )


def test_parent_folders_in_a_path_are_resolved(tmp_path: Path) -> None:
    write_file(tmp_path, "max-calls = 2", "a/epfilter.toml")
    (tmp_path / "b").mkdir()
    assert find_configuration(tmp_path / "a" / ".." / "b").settings == Settings()


def test_epfilter_toml_comes_before_pyproject(tmp_path: Path) -> None:
    write_file(tmp_path, "[tool.epfilter]\nmax-calls = 1", "pyproject.toml")
    assert find_configuration(tmp_path).settings == Settings(max_calls=1)
    write_file(tmp_path, "max-calls = 2")
    assert find_configuration(tmp_path).settings == Settings(max_calls=2)


@pytest.mark.parametrize(
    "content", [b"", b"[tool.other]\n", b"[tool", b"\xff", b"tool = 5", b"a = " + b"[" * 5000]
)
def test_a_pyproject_without_the_table_is_skipped(content: bytes, tmp_path: Path) -> None:
    write_file(tmp_path, "max-calls = 1")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "pyproject.toml").write_bytes(content)
    assert find_configuration(tmp_path / "a").settings == Settings(max_calls=1)


def test_a_named_pyproject_must_have_the_table(tmp_path: Path) -> None:
    path = write_file(tmp_path, "[tool.other]\n", "pyproject.toml")
    with pytest.raises(FilterValueError) as refusal:
        read_configuration(path)
    assert str(refusal.value) == "pyproject.toml has no table `[tool.epfilter]`."


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FilterValueError) as refusal:
        read_configuration(tmp_path / "no.toml")
    assert str(refusal.value) == "no.toml cannot be read: No such file or directory."


def test_read_configuration_accepts_any_file_name(tmp_path: Path) -> None:
    path = write_file(tmp_path, "max-calls = 1", "ci/strict.toml")
    assert read_configuration(path).settings == Settings(max_calls=1)
    assert read_configuration(path).root == tmp_path / "ci"


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_all_keys_are_read(start: str, end: str, tmp_path: Path) -> None:
    text = """
select = ["EPF", "EPF301"]
ignore = ["EPF5"]
max-calls = 1
max-bytes = 2
max-or-complexity = 3
max-in-values = 4
resource = "orders"
exclude = ["a"]
extend-exclude = ["b"]
filter-lines = ["*.txt"]
declarations = []
baseline = "baseline.json"
docs = "check"
respect-gitignore = false
[resources]
"files/**" = "files"
[required-filters]
"orders" = ["created_at"]
[per-file-ignores]
"*.py" = ["EPF601"]
"""
    path = tmp_path / "epfilter.toml"
    path.write_bytes((start + text).replace("\n", end).encode())
    assert find_configuration(tmp_path) == Configuration(
        root=tmp_path,
        uses_platform=True,
        settings=Settings(
            select=("EPF", "EPF301"),
            ignore=("EPF5",),
            max_calls=1,
            max_bytes=2,
            max_or_complexity=3,
            max_in_values=4,
            required_filters={"orders": ["created_at"]},
        ),
        per_file_ignores={"*.py": ("EPF601",)},
        resources={"files/**": "files"},
        resource="orders",
        exclude=("a", "b"),
        filter_lines=("*.txt",),
        baseline="baseline.json",
        docs="check",
        respect_gitignore=False,
    )
    assert {*KEYS} == {
        line.partition(" ")[0].strip("[]")
        for line in text.split("\n")
        if line[:1].isalpha() or line[:1] == "["
    }


def test_only_known_words_say_how_documentation_is_checked() -> None:
    with pytest.raises(FilterValueError, match="docs must be `info` or `check`, not 'off'"):
        Configuration(docs="off").check()


def test_extend_exclude_keeps_the_default(tmp_path: Path) -> None:
    assert read_text_configuration(tmp_path, 'extend-exclude = ["b"]').exclude == (
        *DEFAULT_EXCLUDE,
        "b",
    )


def test_selected_and_ignored_rules(tmp_path: Path) -> None:
    text = "in(a,1):eq(b, 2):eq(b, 2)"
    assert lint_file(tmp_path, "a.filter", text) == ["EPF405", "EPF403"]
    write_file(tmp_path, 'select = ["EPF403"]')
    assert lint_file(tmp_path, "a.filter", text) == ["EPF403"]
    write_file(tmp_path, 'ignore = ["EPF405"]\nmax-calls = 2')
    assert lint_file(tmp_path, "a.filter", text) == ["EPF301", "EPF403"]


def test_rules_are_ignored_by_file(tmp_path: Path) -> None:
    write_file(
        tmp_path,
        '[per-file-ignores]\n"old/**" = ["EPF4"]\n"*.http" = ["EPF3"]\n"/a.filter" = ["EPF1"]',
    )
    assert lint_file(tmp_path, "old/a.filter", "in(a,1)\ngte(a,1)") == ["EPF108"]
    assert lint_file(tmp_path, "a.filter", "in(a,1)\ngte(a,1)") == ["EPF405"]
    assert lint_file(tmp_path, "b/a.filter", "in(a,1)\ngte(a,1)") == ["EPF405", "EPF108"]


def test_files_that_cannot_be_read_are_ignored_too(tmp_path: Path) -> None:
    write_file(tmp_path, '[per-file-ignores]\n"*.json" = ["EPF7"]')
    (tmp_path / "a.json").write_bytes(b"\0")
    for name, expected in (("a.json", []), ("no.json", []), ("no.yaml", ["EPF701"])):
        (report,) = lint_paths([tmp_path / name], find_configuration(tmp_path))
        assert [code for code, _, _ in list_codes(report)] == expected
    # `select` does not suppress it: a file that was not read has not passed.
    write_file(tmp_path, 'select = ["EPF301"]')
    (report,) = lint_paths([tmp_path / "a.json"], find_configuration(tmp_path))
    assert list_codes(report) == [("EPF702", 1, 1)]


def test_the_last_matching_pattern_sets_the_resource(tmp_path: Path) -> None:
    write_file(
        tmp_path,
        'resource = "orders"\n[resources]\n"files/**" = "files"\n"*.txt" = "accounts"\n"files/a.txt" = "files"',
    )
    configuration = find_configuration(tmp_path)
    for name, resource in (
        *(("a.filter", "orders"), ("files/a.filter", "files"), ("b.txt", "accounts")),
        *(("files/b.txt", "accounts"), ("files/a.txt", "files"), ("../files/a.txt", "accounts")),
    ):
        assert configuration.resource_of(tmp_path / name) == resource
    assert lint_file(tmp_path, "a.filter", "eq(payment,refnded)") == ["EPF204"]
    assert lint_file(tmp_path, "files/a.filter", "eq(payment,refnded)") == ["EPF201"]


WINES = """
title = "Wines"
endpoints = ["GET /v2/wines", "POST /v2/cellars/{id}/wines"]
[fields.color]
type = "enum"
values = ["red", "white"]
"""


def test_a_project_declares_its_own_resources(tmp_path: Path) -> None:
    write_file(tmp_path, WINES, "ours/wines.toml")
    write_file(tmp_path, 'declarations = ["ours/wines.toml"]\nresources = { "w/**" = "wines" }')
    assert lint_file(tmp_path, "w/a.filter", "eq(color,blue)") == ["EPF204"]
    assert lint_file(tmp_path, "a.filter", "eq(color,blue)") == []
    assert lint_file(tmp_path, "a.py", 'get("https://x/v2/wines?filter=eq(color,blue)")') == [
        "EPF204"
    ]
    assert lint_file(
        tmp_path, "a.http", "POST https://x/v2/cellars/5/wines?filter=eq(color,blue)\n"
    ) == ["EPF204"]
    assert lint_file(tmp_path, "a.py", 'get("https://x/v2/orders?filter=eq(payment,no)")') == [
        "EPF204"
    ]


def test_an_own_resource_takes_precedence_over_the_platforms(tmp_path: Path) -> None:
    write_file(tmp_path, WINES, "orders.toml")
    write_file(tmp_path, 'declarations = ["orders.toml"]\nresource = "orders"')
    assert lint_file(tmp_path, "a.filter", "eq(color,red)") == []
    assert [
        resource_info(resource).title
        for resource in find_configuration(tmp_path).load_own_resources().values()
    ] == ["Wines"]


def test_an_invalid_declaration_is_an_error(tmp_path: Path) -> None:
    write_file(tmp_path, WINES.replace("enum", "emun"), "wines.toml")
    with pytest.raises(FilterValueError, match=r"epfilter\.toml: wines\.toml"):
        read_text_configuration(tmp_path, 'declarations = ["wines.toml"]')


def test_filter_lines_declares_files_with_one_filter_a_line(tmp_path: Path) -> None:
    write_file(tmp_path, "gte(a,1)\n", "a.txt")
    write_file(tmp_path, "gte(a,1)\n", "b.json")
    assert [report.name for report in lint_paths([tmp_path], find_configuration(tmp_path))] == [
        f"{tmp_path}/b.json"
    ]
    write_file(tmp_path, 'filter-lines = ["*.txt", "b.json"]')
    assert [
        list_codes(report) for report in lint_paths([tmp_path], find_configuration(tmp_path))
    ] == [
        [("EPF108", 1, 1)],
        [("EPF108", 1, 1)],
        [],  # the configuration itself
    ]


def test_files_outside_of_the_project_match_by_name(tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path / "a" / "b", exclude=("x.py", "a"))
    assert configuration.is_excluded(tmp_path / "x.py")
    assert configuration.is_excluded(tmp_path / "a", folder=True)
    assert not configuration.is_excluded(tmp_path / "a" / "y.py")
    assert not configuration.is_excluded(tmp_path / "a" / "b", folder=True)


def test_check_rejects_invalid_values() -> None:
    with pytest.raises(FilterValueError, match="there is no resource `ordrs`"):
        Configuration(resource="ordrs").check()
    with pytest.raises(FilterValueError, match="there is no rule `EPF999`"):
        Configuration(per_file_ignores={"*": ("EPF999",)}).check()
    with pytest.raises(FilterValueError, match=r"`\[z-a\]` is not a valid file name pattern"):
        Configuration(filter_lines=("[z-a]",)).check()


def test_without_a_file_patterns_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_configuration(Path("build") / "deeper").root == tmp_path
    assert find_configuration(Path("build")).is_excluded(Path("build") / "a.json")
    assert find_configuration(tmp_path.parent).root == tmp_path.parent
