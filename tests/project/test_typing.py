"""Type checkers accept valid uses of epfilter and reject invalid ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


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
