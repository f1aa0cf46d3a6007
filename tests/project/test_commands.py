"""The commands in README are those that CI runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = "pip install -e '.[dev]' && pytest"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_ci_runs_the_documented_test_command(page: str) -> None:
    assert re.search(
        rf"^{re.escape(TESTS)}$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE
    )
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"{{ {TESTS}; }} 2>&1 | tee" in ci


@pytest.mark.slow
def test_readme_shows_the_output_of_its_first_command(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(
        r"^```sh\npip install '\.\[service\]' &&\n(?P<command> +epfilter [^`]*)```\n"
        r"[^`]*^```text\n(?P<output>[^`]*)^```",
        readme,
        re.MULTILINE,
    )
    assert shown
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    done = subprocess.run(  # noqa: S603 - our own command
        [bash, "-c", shown["command"]],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
    )
    assert done.stdout == shown["output"]
    assert (tmp_path / "refunds.csv").read_text(encoding="utf-8").startswith("id,")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "grammar/README.md"])
def test_paths_of_the_repository_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:src|tests|docs|grammar)/[\w./-]*\w)", text)
    templates = re.compile("NNN|KIND|NAME|TARGET")
    missing = [path for path in paths if not templates.search(path) and not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_to_files_lead_to_a_heading(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"(?:\]\(|<img src=\")(?!https?:)([^)\"#]+)(?:#([\w-]+))?", text)
    assert links or page in {"SECURITY.md", "CHANGELOG.md"}
    for name, heading in links:
        assert (ROOT / name).is_file(), name
        if heading:
            titles = re.findall(r"(?m)^#+ (.+)", (ROOT / name).read_text(encoding="utf-8"))
            assert heading in {
                re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles
            }


def test_readme_is_read_in_two_minutes() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    assert len([line for line in lines if line.startswith("| [")]) <= 15
