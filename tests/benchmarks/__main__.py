"""Benchmarks of epfilter and its competitors: `python tests/benchmarks`, see CONTRIBUTING.md.

With `--write` the results are written to `docs/speed.json`, from which the page about speed is
generated.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parents[1])
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "speed.json"


def main() -> None:
    """Measure and print; with `--write`, also write the results."""
    arguments = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="store the results for the docs")
    write = arguments.parse_args().write

    from benchmarks.report import render_results
    from benchmarks.runner import measure_all

    results = measure_all()
    sys.stdout.writelines(f"{line}\n" for line in render_results(results))
    if write:
        text = json.dumps(_round(results), indent=1, ensure_ascii=False)
        RESULTS.write_text(f"{text}\n", encoding="utf-8")


def _round(value: object) -> object:
    """Round all numbers to four digits, which is more than the noise allows."""
    if isinstance(value, dict):
        return {name: _round(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_round(member) for member in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.path.insert(0, _TESTS)
    main()
