"""What guides show for other programs works: workflows of GitHub and GitLab, hooks, a test file.

The examples of `python` and `console` are executed by `test_examples.py`.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from epfilter.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "pages" / "how-to"


def _block(page: str, language: str, text: str) -> str:
    """Return the only block of a page that has this language and contains a text."""
    blocks: list[tuple[str, str]] = re.findall(
        r"^```(\w+)\n(.*?)^```$",
        (PAGES / page).read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    (found,) = (body for name, body in blocks if name == language and text in body)
    return found


def _load(page: str, text: str) -> Any:
    return yaml.safe_load(_block(page, "yaml", text))


def _run(line: str) -> Result:
    name, *arguments = shlex.split(line)
    assert name == "epfilter"
    return CliRunner().invoke(main, arguments)


def _requirement(line: str) -> str:
    """Return what a line with `pip install` installs."""
    match shlex.split(line):
        case ["pip", "install", requirement]:
            return requirement
        case words:
            pytest.fail(f"not an installation of one package: {words}")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a file whose filter is wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "filters").mkdir()
    bad = tmp_path / "filters" / "refunds.filter"
    bad.write_text("# epfilter: resource=orders\neq(paymet, paid)\n", encoding="utf-8")
    return bad


def test_the_workflow_of_the_lint_page_fails_for_a_finding(repository: Path) -> None:
    workflow = _load("lint.md", "name: Filters")
    assert {*workflow[True]} == {"push", "pull_request"}  # YAML 1.1 reads `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    ((job, description),) = workflow["jobs"].items()
    assert job == "lint"
    _, _, install, lint, format_ = description["steps"]
    assert _requirement(install["run"]).startswith("epfilter[lint] @ git+https://")
    annotated = _run(lint["run"])
    assert annotated.exit_code == 1
    assert annotated.stdout.startswith("::error file=filters/refunds.filter,line=2,")
    assert _run(format_["run"]).exit_code == 1
    repository.write_text("# epfilter: resource=orders\neq(payment,paid)\n", encoding="utf-8")
    assert [_run(step["run"]).exit_code for step in (lint, format_)] == [0, 0]


def test_the_pipeline_of_gitlab_reports_the_findings(repository: Path) -> None:
    job = _load("lint.md", "artifacts:")["epfilter"]
    install, lint = job["script"]
    assert _requirement(install).startswith("epfilter[lint] @ git+https://")
    assert _run(lint).exit_code == 1
    (finding,) = json.loads(Path(job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert finding["location"]["path"] == f"filters/{repository.name}"
    assert job["artifacts"]["when"] == "always"  # also after a finding


def test_the_workflow_of_one_filter_fails_for_it(repository: Path) -> None:
    install, check = _load("ci.md", "refunds.filter")
    assert _requirement(install["run"]).startswith("epfilter @ git+https://")
    repository.write_text("EQ(payment,refunded)\n", encoding="utf-8")
    assert _run(check["run"]).exit_code == 1
    repository.write_text("eq(payment,refunded)\n", encoding="utf-8")
    assert _run(check["run"]).exit_code == 0


def test_the_hooks_of_the_lint_page_exist() -> None:
    (repository,) = _load("lint.md", "hooks:")["repos"]
    own = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {each["id"] for each in repository["hooks"]} <= {each["id"] for each in own}


def test_guides_use_the_actions_of_the_project() -> None:
    uses = re.compile(r"uses: (actions/[\w-]+)@(v\d+)")
    own = {
        found
        for path in (ROOT / ".github" / "workflows").iterdir()
        for found in uses.findall(path.read_text(encoding="utf-8"))
    }
    shown = {
        found for path in PAGES.glob("*.md") for found in uses.findall(path.read_text("utf-8"))
    }
    assert shown
    assert shown <= own


@pytest.mark.slow
def test_the_test_file_of_the_service_page_passes(tmp_path: Path) -> None:
    (tmp_path / "tickets.py").write_text(
        _block("service.md", "python", "class TicketRow(Base)"), encoding="utf-8"
    )
    tests = _block("service.md", "py", "# test_tickets.py")
    (tmp_path / "test_tickets.py").write_text(tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "."]
    done = subprocess.run(  # noqa: S603 - fixed arguments
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "10 passed" in done.stdout
