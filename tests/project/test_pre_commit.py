"""The hooks for pre-commit: they agree with pyproject.toml, and they work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from epfilter.linter.extractors import FILE_KINDS

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
PACKAGE = ("src", "grammar", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_installs_the_extra_for_linting(hook: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    packages = [name for name in extras["lint-all"] if name != "epfilter[lint]"]
    assert hook["additional_dependencies"] == extras["lint"] + packages


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_receives_the_files_that_are_read_in_folders(hook: dict[str, Any]) -> None:
    wanted = re.compile(hook["files"])
    for kind in FILE_KINDS:
        for ending in kind.endings:
            assert bool(wanted.search(f"a/b{ending}")) == kind.is_searched_for
            assert bool(wanted.search(f"B{ending.upper()}")) == kind.is_searched_for
    assert wanted.search("a/.env.local")
    for name in ("a.py.txt", "json", ".envrc", "a.env.x", "a.css", "a.pyc", "a.html"):
        assert not wanted.search(name)


def git(folder: Path, *command: str) -> str:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(  # noqa: S603 - git, with our own arguments
        ["git", *identity, *command],  # noqa: S607 - wherever git is
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit_all(folder: Path) -> str:
    """Create a repository with the content of the folder, and return the commit."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.wheel
def test_the_hooks_lint_and_format(tmp_path: Path) -> None:
    hooks, project = tmp_path / "hooks", tmp_path / "project"
    for folder in (hooks, project):
        folder.mkdir()
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, hooks / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, hooks / name)
    config = {
        "repos": [
            {
                "repo": hooks.as_posix(),
                "rev": commit_all(hooks),
                "hooks": [{"id": hook["id"]} for hook in HOOKS],
            }
        ]
    }
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (project / "epfilter.toml").write_text('exclude = ["old"]\n', encoding="utf-8")
    (project / "old").mkdir()
    for name in ("job.json", "old/job.json", "job.json.txt"):
        (project / name).write_text('{"filter": "gte(a,1)"}\n', encoding="utf-8")
    for name in ("shop.js", "old/shop.js"):
        (project / name).write_text('search({ filter: "eq(a, 1)" });\n', encoding="utf-8")
    commit_all(project)

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - pre-commit, with our own arguments
            [sys.executable, "-m", "pre_commit", "run", hook, "--all-files", "--color", "never"],
            cwd=project,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    linted = run("epfilter-lint")
    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert "job.json:1:13: error[EPF108] there is no operator `gte`." in linted.stdout
    assert "2 filters in 4 files: 1 error" in linted.stdout
    formatted = run("epfilter-format")
    assert formatted.returncode == 1, formatted.stdout + formatted.stderr
    assert "files were modified by this hook" in formatted.stdout
    assert (project / "shop.js").read_text(encoding="utf-8") == 'search({ filter: "eq(a,1)" });\n'
    assert git(project, "status", "--porcelain") == "M shop.js"
    git(project, "add", "-A")
    assert run("epfilter-format").returncode == 0
