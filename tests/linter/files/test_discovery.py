"""Which files are linted: those that are named, and those in folders with known endings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from pathspec import GitIgnoreSpec

from epfilter.linter import Configuration, lint_paths
from epfilter.linter.extractors import FILE_KINDS, NeedsExtraError
from epfilter.linter.files import find_targets
from epfilter.linter.files.paths import PathPatterns

LINKS = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


def create_files(folder: Path, *names: str, **texts: str) -> None:
    """Create empty files of these names, and others with a text."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def write_gitignore(folder: Path, *lines: str, file: str = ".gitignore") -> None:
    create_files(folder, file)
    (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def find_names(
    folder: Path,
    *paths: str,
    exclude: Sequence[str] | None = None,
    force: bool = False,
    gitignore: bool = True,
) -> list[str]:
    """Return the names of the files below a folder, relative to it."""
    configuration = Configuration(root=folder, respect_gitignore=gitignore)
    if exclude is not None:
        configuration = replace(configuration, exclude=tuple(exclude))
    before = Path.cwd()
    os.chdir(folder)
    try:
        targets = find_targets(
            [Path(path) for path in paths or ["."]], configuration, force_exclude=force
        )
    finally:
        os.chdir(before)
    return [target.name for target in targets]


def test_a_folder_is_searched_for_files_with_known_endings(tmp_path: Path) -> None:
    names = [f"a{ending}" for kind in FILE_KINDS if kind.is_searched_for for ending in kind.endings]
    create_files(
        tmp_path, *names, "B.JSON", "a.txt", "a.csv", "json", ".json", "Makefile", ".github/a.yml"
    )
    assert find_names(tmp_path) == sorted([*names, "B.JSON", ".github/a.yml"])


def test_names_are_sorted_and_relative_to_the_current_folder(tmp_path: Path) -> None:
    create_files(tmp_path, "b/a.json", "a.json", "c.json", "b.json", "b/c/d.json", "é.json")
    assert find_names(tmp_path) == [
        "a.json",
        "b.json",
        "b/a.json",
        "b/c/d.json",
        "c.json",
        "é.json",
    ]
    assert find_names(tmp_path, "b") == ["b/a.json", "b/c/d.json"]
    assert find_names(tmp_path, "./b/") == ["b/a.json", "b/c/d.json"]
    assert find_names(tmp_path, str(tmp_path / "b")) == [
        f"{tmp_path.as_posix()}/b/a.json",
        f"{tmp_path.as_posix()}/b/c/d.json",
    ]
    assert find_names(tmp_path / "b", "..")[0] == "../a.json"


def test_each_file_is_found_once(tmp_path: Path) -> None:
    create_files(tmp_path, "a/b.json", "c.json")
    paths = (".", "a", "a/b.json", "./a/b.json", "a/../a/b.json", str(tmp_path / "c.json"))
    assert len(find_names(tmp_path, *paths)) == 2


def test_a_named_file_is_linted_whatever_its_ending(tmp_path: Path) -> None:
    create_files(tmp_path, "a.txt", "b.csv", "c")
    assert find_names(tmp_path, "a.txt", "c", "b.csv", "no") == ["a.txt", "b.csv", "c", "no"]


def test_nothing_to_lint(tmp_path: Path) -> None:
    assert find_names(tmp_path) == []


def test_third_party_folders_are_excluded_by_default(tmp_path: Path) -> None:
    create_files(
        tmp_path,
        *("a.json", "node_modules/a.json", "b/node_modules/c/a.json", ".venv/a.py", "venv/a.py"),
        *("lib/site-packages/a.py", "build/a.py", "dist/a.py", "__pycache__/a.py", ".git/a.json"),
    )
    assert find_names(tmp_path) == ["a.json"]
    assert "build/a.py" in find_names(tmp_path, exclude=["node_modules"])


def test_excluded_patterns(tmp_path: Path) -> None:
    create_files(tmp_path, "a.json", "b/a.json", "b/c.json", "b/d/e.json", "f/d/e.json")
    assert find_names(tmp_path, exclude=["a.json"]) == ["b/c.json", "b/d/e.json", "f/d/e.json"]
    assert find_names(tmp_path, exclude=["/a.json", "b/**"]) == ["f/d/e.json"]
    assert find_names(tmp_path, exclude=["d/"]) == ["a.json", "b/a.json", "b/c.json"]
    assert find_names(tmp_path, exclude=["*.json", "!/a.json"]) == ["a.json"]
    assert find_names(tmp_path / "b", exclude=[]) == ["a.json", "c.json", "d/e.json"]


def test_an_excluded_path_is_linted_if_it_is_named(tmp_path: Path) -> None:
    create_files(tmp_path, "build/a.json", "build/deeper/b.json", "build/node_modules/c.json")
    write_gitignore(tmp_path, "build/")
    assert find_names(tmp_path) == []
    assert find_names(tmp_path, "build/a.json") == ["build/a.json"]
    assert find_names(tmp_path, "build") == ["build/a.json", "build/deeper/b.json"]
    assert find_names(tmp_path, "build/deeper") == ["build/deeper/b.json"]


def test_force_exclude_applies_to_named_paths(tmp_path: Path) -> None:
    create_files(tmp_path, "build/a.json", "b.json", "c/d.json", "c/e.json", ".git/HEAD")
    write_gitignore(tmp_path, "/c/e.json", "b.json")
    paths = ("build/a.json", "build", "b.json", "c/d.json", "c/e.json", "no.json")
    assert find_names(tmp_path, *paths, force=True) == ["c/d.json", "no.json"]
    assert find_names(tmp_path, *paths, force=True, exclude=[], gitignore=False) == [
        *("b.json", "build/a.json", "c/d.json", "c/e.json", "no.json"),
    ]
    assert find_names(tmp_path, ".", force=True) == ["c/d.json"]


def test_gitignore(tmp_path: Path) -> None:
    create_files(
        tmp_path, "a.json", "b/a.json", "b/c.json", "b/d/a.json", "out/a.json", "x y.json", "#.json"
    )
    write_gitignore(tmp_path, "# what we made", "/a.json", "out/", "", r"\#.json", "x y.json  ")
    assert find_names(tmp_path) == ["b/a.json", "b/c.json", "b/d/a.json"]
    assert find_names(tmp_path, gitignore=False) == [
        *("#.json", "a.json", "b/a.json", "b/c.json", "b/d/a.json", "out/a.json", "x y.json"),
    ]


def test_the_nearest_gitignore_decides(tmp_path: Path) -> None:
    create_files(tmp_path, "a.json", "b/a.json", "b/c.json", "b/d/a.json", "e/a.json", ".git/HEAD")
    write_gitignore(tmp_path, "*.json")
    write_gitignore(tmp_path / "b", "!a.json")
    write_gitignore(tmp_path / "b" / "d", "*")
    assert find_names(tmp_path) == ["b/a.json"]
    assert find_names(tmp_path, "b/c.json", "b/a.json", force=True) == ["b/a.json"]


def test_a_file_in_an_ignored_folder_stays_ignored(tmp_path: Path) -> None:
    create_files(tmp_path, "a/b.json", "a/c.json")
    write_gitignore(tmp_path, "a/", "!a/b.json")
    assert find_names(tmp_path) == []


def test_gitignore_files_apply_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    create_files(tmp_path, "r/a.json", "r/b/a.json", "r/b/c.json", "r/b/out/x.json")
    write_gitignore(tmp_path, "c.json")
    write_gitignore(tmp_path / "r", "/b/a.json")
    write_gitignore(tmp_path / "r", "out", file=".git/info/exclude")
    assert find_names(tmp_path / "r" / "b") == ["c.json"]
    assert find_names(tmp_path / "r" / "b", "../b") == ["../b/c.json"]
    assert find_names(tmp_path, "r/b") == ["r/b/c.json"]
    create_files(tmp_path, "r/b/.git")  # a worktree or a submodule is a repository of its own
    assert find_names(tmp_path / "r" / "b") == ["a.json", "c.json", "out/x.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa.json\r\nb.json\r\n",
        b"a.json\nb.json",
        b"[z-a]\n!\n\\\na.json\nb.json\n\xff\n\0",
        b"a.json\x0c\na.json\nb.json\n",
    ],
)
def test_invalid_lines_of_a_gitignore_are_skipped(content: bytes, tmp_path: Path) -> None:
    create_files(tmp_path, "a.json", "b.json", "c.json")
    (tmp_path / ".gitignore").write_bytes(content)
    assert find_names(tmp_path) == ["c.json"]


def test_a_gitignore_that_is_a_folder_is_skipped(tmp_path: Path) -> None:
    create_files(tmp_path, ".gitignore/a.json", "b.json")
    assert find_names(tmp_path) == [".gitignore/a.json", "b.json"]


def test_git_agrees(tmp_path: Path) -> None:
    create_files(
        tmp_path,
        *("a.json", "b/a.json", "b/keep.json", "b/c/a.json", "logs/a.json", "logs/b/c.json"),
        *("deep/logs/a.json", "x/y/z.json", "x/z.json", "space .json", "!a.json", "[a].json"),
    )
    write_gitignore(
        tmp_path, "a.json", "!/b/a.json", "logs/*", "x/**/z.json", "space\\ .json", "\\!a.json"
    )
    write_gitignore(tmp_path / "b", "/*.json", "!keep.json", "c/")
    git = which("git")
    if git is None:
        pytest.skip("git is not installed")
    subprocess.run([git, "init", "-q", "."], cwd=tmp_path, check=True)  # noqa: S603 - git, with our own arguments
    done = subprocess.run(  # noqa: S603 - the same
        [git, "ls-files", "--others", "--exclude-standard", "-z", "*.json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert find_names(tmp_path) == sorted(done.stdout.decode().rstrip("\0").split("\0"))


@LINKS
def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path: Path) -> None:
    create_files(tmp_path, "a/b.json")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "folder.json").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "c.json").symlink_to(tmp_path / "a" / "b.json")
    assert find_names(tmp_path) == ["a/b.json", "c.json"]
    assert find_names(tmp_path, "a/loop/a") == ["a/loop/a/b.json"]


@LINKS
def test_broken_links_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to("nothing.json")
    (tmp_path / "b.json").symlink_to("b.json")
    (tmp_path / "c.json").symlink_to("d.json")
    (tmp_path / "d.json").symlink_to("c.json")
    reports = [*lint_paths([tmp_path], Configuration(root=tmp_path))]
    assert [report.name for report in reports] == [f"{tmp_path}/{name}.json" for name in "abcd"]
    assert [finding.diagnostic.code for report in reports for finding in report.findings] == [
        "EPF701"
    ] * 4
    assert find_names(tmp_path, "b.json", "c.json") == ["b.json", "c.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_folder_that_cannot_be_read_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_files(tmp_path, "a/b.json", "c.json")
    real = os.scandir

    def scandir(folder: str | Path) -> os._ScandirIterator[str]:
        # Root may read anything, so the error is simulated.
        if Path(folder).name == "a":
            raise PermissionError(13, "Permission denied")
        return real(str(folder))

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.chdir(tmp_path)
    reports = [*lint_paths(["."], Configuration(root=tmp_path))]
    assert [report.name for report in reports] == ["a/", "c.json"]
    (finding,) = reports[0].findings
    assert finding.diagnostic.message == "this folder cannot be read: Permission denied."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_may_hold_anything(tmp_path: Path) -> None:
    names = ["a\nb.json", "\x1b[31m.json", "tab\t.json", "back\\slash.json", " .json", "-.json"]
    create_files(tmp_path, *names)
    (tmp_path / os.fsdecode(b"\xff.json")).write_bytes(b"")
    write_gitignore(tmp_path, "x")
    assert find_names(tmp_path) == sorted([*names, os.fsdecode(b"\xff.json")])


def test_searching_folders_requires_pathspec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_files(tmp_path, "a.json")
    monkeypatch.setitem(sys.modules, "pathspec", None)
    assert find_names(tmp_path, "a.json") == ["a.json"]
    assert [
        report.ok for report in lint_paths([tmp_path / "a.json"], Configuration(root=tmp_path))
    ] == [True]
    with pytest.raises(NeedsExtraError, match="pathspec"):
        find_names(tmp_path)
    Configuration(root=tmp_path, filter_lines=("*.txt",)).check()


def test_patterns_match_names_that_are_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    """pathspec prefers other backends where they are installed, which refuse such names."""
    backends: list[object] = []
    from_lines = GitIgnoreSpec.from_lines

    def record(lines: Sequence[str], *, backend: str | None = None) -> object:
        backends.append(backend)
        return from_lines(lines, backend=backend)

    monkeypatch.setattr(GitIgnoreSpec, "from_lines", record)
    assert PathPatterns(["*.json"]).match("a\udcff.json")
    assert backends == ["simple"]
