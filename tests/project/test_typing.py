"""Type checkers accept what epfilter takes and refuse what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_mypy_accepts_and_refuses_what_the_page_of_uses_says() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", str(HERE / "typing_uses.py")],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [line for line in done.stdout.splitlines() if line.startswith("tests")]
    assert wrong == [], done.stdout
    assert "typing_uses.py" not in done.stdout, done.stdout
    assert done.stderr == ""
