"""Measures epfilter and its peers: `python tests/benchmarks`, see CONTRIBUTING.md.

With `--write` the results go into `docs/speed.json`, of which the page about speed is made.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parents[1])
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "speed.json"


def main() -> None:
    """Measure, print, and write where that is asked for."""
    arguments = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="store the results for the docs")
    write = arguments.parse_args().write

    from benchmarks.measuring import measure
    from benchmarks.table import lines

    results = measure()
    sys.stdout.writelines(f"{line}\n" for line in lines(results))
    if write:
        text = json.dumps(_rounded(results), indent=1, ensure_ascii=False)
        RESULTS.write_text(f"{text}\n", encoding="utf-8")


def _rounded(value: object) -> object:
    """Four digits, which are more than noise leaves."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.path.insert(0, _TESTS)
    main()
