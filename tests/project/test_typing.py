"""Type checkers accept valid uses of epfilter and reject invalid ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from support.docs_scripts import load_script

HERE = Path(__file__).parent
PROGRAM = re.compile(r"^( *)```python\n(?! *>>>)(.*?)^\1```$", re.MULTILINE | re.DOTALL)
"""A block of a page that is a program, and not a session with its output."""


def test_mypy_accepts_valid_uses_and_rejects_invalid_ones() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", str(HERE / "typing_uses.py")],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in done.stdout.splitlines() if line.startswith("tests")]
    assert errors == [], done.stdout
    assert "typing_uses.py" not in done.stdout, done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_mypy_accepts_the_programs_of_the_documentation(tmp_path: Path) -> None:
    pages = load_script("build_site").PAGES
    for page in pages.rglob("*.md"):
        blocks = [dedent(found[2]) for found in PROGRAM.finditer(page.read_text("utf-8"))]
        if blocks:
            name = str(page.relative_to(pages).with_suffix("")).replace("/", "_")
            (tmp_path / f"{name.replace('-', '_')}.py").write_text("\n\n".join(blocks), "utf-8")
    programs = sorted(map(str, tmp_path.iterdir()))
    assert len(programs) >= 8
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", "--strict", *programs],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
