"""Every example in README and docs runs, in the order of its page.

    ```python   is executed; with `>>>` its output is compared. The blocks of a page share names.
    ```console  lines after `$ ` are run by bash, and their output is compared.

`...` matches any output. Blocks that cannot run in a test, because they install something or call
the platform, are marked `sh` or `text`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, DocTestParser, DocTestRunner, OutputChecker
from pathlib import Path
from textwrap import dedent, indent

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "grammar" / "README.md",
    *sorted(ROOT.glob("docs/pages/**/*.md")),
]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>python|console)\b[^\n]*\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_of_a_page_run_as_shown(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": page.stem}
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start("body"))
        body = dedent(block["body"])
        if block["language"] == "console":
            run_console(body, tmp_path, f"{page}:{line + 1}")
        elif ">>>" in body:
            run_session(body, names, page, line)
        else:
            code = compile("\n" * line + body, str(page), "exec", dont_inherit=True)
            exec(code, names)  # noqa: S102 - running the page's code is the test


def run_session(body: str, names: dict[str, object], page: Path, line: int) -> None:
    session = DocTestParser().get_doctest(body, names, page.name, str(page), line)
    report: list[str] = []
    runner = DocTestRunner(optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)
    runner.run(session, out=report.append, clear_globs=False)
    names.update(session.globs)
    assert not report, "".join(report)


def run_console(body: str, folder: Path, place: str) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("console examples are run by bash")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command, wanted in split_commands(body):
        done = subprocess.run(  # noqa: S603 - the commands are those of our own pages
            [bash, "-c", command],
            cwd=folder,
            env={**os.environ, "PATH": path, "PYTHONUTF8": "1", "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        shown = f"{place}: {command}\nprints\n{indent(done.stdout, '    ')}"
        assert OutputChecker().check_output(wanted, done.stdout, ELLIPSIS), shown


def split_commands(body: str) -> list[tuple[str, str]]:
    """Return each command of a console block with its expected output."""
    pairs: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert command, part
        pairs.append((command[0], part[command.end() :]))
    return pairs
