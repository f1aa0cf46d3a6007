"""Releases: the workflows, the command that makes a version, and one way to install it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from epfilter import __version__

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
REPOSITORY = "git+https://example.com/epfilter@v0.1.0"

PAGES = [
    *(ROOT / "docs" / "pages").rglob("*.md"),
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"),
]

IN_A_CLONE = {"README.md", "CONTRIBUTING.md", "editors.md", "index.md", "install.md"}
"""The pages that install from a clone."""


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _workflow(name: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = _load(GITHUB / "workflows" / name)
    return loaded


def _steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_supported_python_is_tested_on_three_systems() -> None:
    matrix = _workflow("test.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    classifiers = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if ":: 3." in each]
    assert matrix["python"] == classifiers
    assert PROJECT["requires-python"] == f">={classifiers[0]}"


def test_the_workflow_runs_the_commands_of_the_project() -> None:
    runs = [step["run"] for step in _steps(_workflow("test.yml")) if "run" in step]
    assert runs == ["pip install -e '.[dev]' && pytest", ".ci/run"]
    assert runs[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert runs[0] in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_tag_is_tested_built_attested_and_published() -> None:
    workflow = _workflow("release.yml")
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML reads `on` as a boolean
    jobs = workflow["jobs"]
    assert jobs["test"] == {"uses": "./.github/workflows/test.yml"}
    assert "workflow_call" in _workflow("test.yml")[True]
    needs = {name: job.get("needs") for name, job in jobs.items()}
    assert needs == {"test": None, "build": "test", "publish": "build", "announce": "publish"}
    actions = [step["uses"].partition("@")[0] for step in _steps(workflow) if "uses" in step]
    assert "actions/attest-build-provenance" in actions
    assert jobs["publish"]["environment"] == "pypi"
    assert jobs["publish"]["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@")
    runs = [step["run"] for step in _steps(workflow) if "run" in step]
    assert 'python .ci/release.py notes "$GITHUB_REF_NAME" > notes.md' in runs


@pytest.mark.parametrize("name", ["test.yml", "release.yml"])
def test_jobs_have_only_the_permissions_that_they_need(name: str) -> None:
    workflow = _workflow(name)
    assert workflow["permissions"] == {"contents": "read"}
    written = {
        job: sorted(
            key for key, level in settings.get("permissions", {}).items() if level == "write"
        )
        for job, settings in workflow["jobs"].items()
    }
    assert {job: keys for job, keys in written.items() if keys} == (
        {"build": ["attestations", "id-token"], "publish": ["id-token"], "announce": ["contents"]}
        if name == "release.yml"
        else {}
    )
    for step in _steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}
        # Text of others in a script would be run.
        assert "${{" not in step.get("run", "")


def test_dependencies_are_updated() -> None:
    updates = _load(GITHUB / "dependabot.yml")["updates"]
    assert [each["package-ecosystem"] for each in updates] == ["github-actions", "pip", "npm"]


@pytest.mark.parametrize("name", ["bug", "idea", "platform"])
def test_an_issue_template_has_what_github_requires(name: str) -> None:
    form = _load(GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml")
    assert {"name", "description", "body"} <= form.keys()
    fields = [each for each in form["body"] if each["type"] != "markdown"]
    assert {each["type"] for each in fields} <= {"textarea", "input"}
    assert all(each["attributes"]["label"] for each in fields)
    assert len({each["id"] for each in fields}) == len(fields)
    assert any(each.get("validations", {}).get("required") for each in fields)


def test_the_changelog_has_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (first, *_) = re.findall(r"(?m)^## \[(.*)\]", changelog)
    assert first == "Unreleased"
    planned = f"To be released as {__version__}." in changelog
    assert planned or f"\n## [{__version__}] - " in changelog


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the version, the changelog and the script of this one."""
    for name in ("src/epfilter/version.py", "CHANGELOG.md", ".ci/release.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    _git(tmp_path, "init", "--quiet")
    for name, value in (
        ("user.name", "a"),
        ("user.email", "a@example.com"),
        ("core.autocrlf", "0"),
    ):
        _git(tmp_path, "config", name, value)
    _git(tmp_path, "add", "--all")
    _git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def _git(folder: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git")
    return subprocess.run(  # noqa: S603 - fixed commands
        [git, *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def _release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(folder / ".ci" / "release.py"), *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def test_one_command_makes_a_version(repository: Path) -> None:
    before = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    done = _release(repository, "make", "0.2.0")
    assert (done.stdout, done.stderr, done.returncode) == (
        "Tagged v0.2.0. To publish it, run: git push origin HEAD v0.2.0\n",
        "",
        0,
    )
    assert _git(repository, "describe", "--exact-match") == "v0.2.0\n"
    assert _git(repository, "status", "--porcelain") == ""
    assert '__version__ = "0.2.0"' in (repository / "src/epfilter/version.py").read_text(
        encoding="utf-8"
    )
    after = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    today = datetime.now(UTC).date().isoformat()
    heading = f"## [Unreleased]\n\n## [0.2.0] - {today}\n"
    plan = re.search(r"To be released as .*\n\n", before)
    unreleased = before if plan is None else before.replace(plan[0], "")
    assert after == unreleased.replace("## [Unreleased]\n", heading)

    notes = _release(repository, "notes", "v0.2.0").stdout
    assert notes.startswith("### Added\n")
    assert notes.strip() in after
    again = _release(repository, "make", "0.2.0")
    assert "Error: the tag v0.2.0 exists; choose the next version." in again.stderr
    nothing = _release(repository, "make", "0.3.0")
    assert "Error: the changelog has no unreleased changes." in nothing.stderr
    other = _release(repository, "notes", "v0.1.9")
    assert "Error: the tag v0.1.9 is not v and the version in version.py." in other.stderr
    assert (again.returncode, nothing.returncode, other.returncode) == (1, 1, 1)


def test_a_version_is_not_made_from_changes_that_are_not_committed(repository: Path) -> None:
    (repository / "new.txt").touch()
    done = _release(repository, "make", "0.2.0")
    assert (done.stdout, done.returncode) == ("", 1)
    assert "there are changes that are not committed" in done.stderr
    assert _git(repository, "tag") == ""


@pytest.mark.parametrize(
    "version", ["v0.2.0", "0.2", "0.2.0-rc1", "00.2.0", "0.2.0rc01", "٠.٢.٠", ""]
)
def test_what_is_not_a_version_is_refused(version: str) -> None:
    script = _script()
    with pytest.raises(script.ReleaseError, match="is not a version"):
        script.make_release(version)


def test_the_sections_of_older_versions_stay() -> None:
    text = (
        "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- B.\n\n## [0.1.0] - 2026-01-01\n\n- A.\n"
    )
    assert _script().date_changelog(text, "0.1.1", "2026-02-01") == (
        "# Changelog\n\n## [Unreleased]\n\n## [0.1.1] - 2026-02-01\n\n### Fixed\n\n- B.\n"
        "\n## [0.1.0] - 2026-01-01\n\n- A.\n"
    )


def test_every_installation_of_epfilter_is_written_alike() -> None:
    wrong = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for command in re.findall(r"pip install (?:-e )?('[^'\n]+'|[^\s`'\"&]+)", text):
            names = command.strip("'")
            target = re.fullmatch(
                r"(epfilter|\.|\./epfilter\S+\.whl)(?:\[([\w,-]+)\])?(?: @ (\S+))?", names
            )
            if target is None:
                if "epfilter" in names and "{" not in names:  # a name that code inserts
                    wrong.append((page.name, command))
                continue
            name, extras, place = target.groups()
            is_known = set((extras or "").split(",")) <= {"", *EXTRAS}
            is_quoted = command.startswith("'") or extras is None
            is_found = name == "epfilter" or page.name in IN_A_CLONE
            if not (is_known and is_quoted and is_found and place in (None, REPOSITORY)):
                wrong.append((page.name, command))
    assert wrong == []


def test_the_page_on_installing_lists_every_extra() -> None:
    text = (ROOT / "docs" / "pages" / "how-to" / "install.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([\w-]+)` \|", text)
    workers = re.findall(
        r"`(\w+)`", text.partition("To work on epfilter itself")[2].partition(".")[0]
    )
    assert sorted([*rows, *workers]) == sorted(EXTRAS)


def test_extras_contain_each_other_and_exist() -> None:
    for name, packages in EXTRAS.items():
        for package in packages:
            if found := re.fullmatch(r"epfilter\[([\w,-]+)\]", package):
                assert set(found[1].split(",")) <= EXTRAS.keys() - {name}
