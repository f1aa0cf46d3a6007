"""Time from the start of Python until an import or a command is done."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.cases import THREE_CALLS
from benchmarks.timing import measure_medians

ROUNDS = 15

PYTHON = "Python itself"
PYDANTIC = "a model of pydantic"
MODELS = "five models"
MODELS_LATER = "five models, validators later"
IMPORT = "import epfilter"
FIRST = "import epfilter, read a filter"
NODE = "import epfilter, make a node by hand"
CHECK = "epfilter check FILTER"


def commands() -> dict[str, list[str]]:
    """Return the commands to run by their names."""
    here = str(Path(__file__).parent)
    python = [sys.executable, "-c"]
    models = f"import sys; sys.path.insert(0, {here!r}); import five_models"
    script = Path(sysconfig.get_path("scripts"), "epfilter")
    epfilter = [str(script)] if script.exists() else [sys.executable, "-m", "epfilter"]
    return {
        PYTHON: [*python, "pass"],
        PYDANTIC: [*python, "from pydantic import BaseModel\nclass A(BaseModel): a: int"],
        MODELS: [*python, models],
        MODELS_LATER: [*python, models, "later"],
        IMPORT: [*python, "import epfilter"],
        FIRST: [*python, f"import epfilter; epfilter.parse({THREE_CALLS!r})"],
        NODE: [*python, "from epfilter.ast import IsNull; IsNull(field='a')"],
        CHECK: [*epfilter, "check", THREE_CALLS],
    }


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of each command, run in turns."""
    return measure_medians(
        {name: _create_timer(line) for name, line in commands().items()}, rounds=rounds
    )


def _create_timer(command: list[str]) -> Callable[[], float]:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run(  # noqa: S603 - our own commands
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
        )
        return time.perf_counter() - start

    return seconds
