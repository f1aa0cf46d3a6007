"""The package in Pyodide: Python 3.14, which has t-strings, and WebAssembly, as in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pyodide import install_pyodide, run_in_pyodide

TESTS = ("tests/test_template_strings.py", "tests/test_templates.py", "tests/test_printer.py")
OPTIONS = ("-q", "--override-ini=addopts=", "--import-mode=importlib", "--noconftest")

PROGRAM = f"""
import sys
import pytest
from epfilter.linter import lint_content
print(sys.platform, *sys.version_info[:2])
report = lint_content('from epfilter import from_template; from_template(t"gte(a,{{b}})")', "a.py")
print([(found.diagnostic.code, found.column) for found in report.findings])
pytest.main([*{OPTIONS!r}, "-pno:cacheprovider", "--hypothesis-profile=ci", *{TESTS!r}])
"""


@pytest.mark.slow
def test_tests_of_the_core_pass_in_pyodide(tmp_path: Path) -> None:
    folder = install_pyodide(tmp_path, "lark", "pydantic", "click", "pytest", "hypothesis")
    done = run_in_pyodide(folder, PROGRAM)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.startswith("emscripten 3 14\n[('EPF108', 53)]\n")
    assert " passed in " in done.stdout
    assert "skipped" not in done.stdout  # what needs t-strings
