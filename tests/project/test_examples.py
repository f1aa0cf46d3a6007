"""Every example in README and docs runs, in the order of its page.

    ```python   is executed; with `>>>` its output is compared. The blocks of a page share names.
    ```console  lines after `$ ` are run, and their output is compared: by bash, or in this process
                where a line only runs `epfilter`. The lines of README are all run by bash.

`...` matches any output. Blocks that cannot run in a test, because they install something or call
the platform, are marked `sh` or `text`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import chdir
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, DocTestParser, DocTestRunner, OutputChecker
from pathlib import Path
from textwrap import dedent, indent

import pytest
from click.testing import CliRunner

from epfilter.cli import main

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

NEEDS_NO_SHELL = re.compile(
    r"""(?P<line>epfilter (?:'[^']*'|"[^"$`\\!]*"|\\\n|[\w ,.:/@%+=-])*)(?P<quiet>2> /dev/null)?"""
    r"""(?P<status>; echo "exit code \$\?")?\n"""
)
"""A line without pipes, variables, patterns of file names and other work for a shell."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_of_a_page_run_as_shown(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": page.stem}
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start("body"))
        body = dedent(block["body"])
        if block["language"] == "console":
            run_console(body, tmp_path, f"{page}:{line + 1}", in_process=page.name != "README.md")
        elif ">>>" in body:
            with chdir(tmp_path):
                run_session(body, names, page, line)
        else:
            code = compile("\n" * line + body, str(page), "exec", dont_inherit=True)
            with chdir(tmp_path):
                exec(code, names)  # noqa: S102 - running the page's code is the test


def run_session(body: str, names: dict[str, object], page: Path, line: int) -> None:
    session = DocTestParser().get_doctest(body, names, page.name, str(page), line)
    report: list[str] = []
    runner = DocTestRunner(optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)
    runner.run(session, out=report.append, clear_globs=False)
    names.update(session.globs)
    assert not report, "".join(report)


def run_console(body: str, folder: Path, place: str, *, in_process: bool) -> None:
    for command, wanted in split_commands(body):
        if in_process and (simple := NEEDS_NO_SHELL.fullmatch(command)):
            output = run_in_process(simple, folder)
        else:
            output = run_in_bash(command, folder)
        shown = f"{place}: {command}\nprints\n{indent(output, '    ')}"
        assert OutputChecker().check_output(wanted, output, ELLIPSIS), shown


def run_in_process(command: re.Match[str], folder: Path) -> str:
    arguments = shlex.split(command["line"].replace("\\\n", " "))[1:]
    with chdir(folder):
        # click leaves two of 80 columns free, but not in its runner.
        result = CliRunner().invoke(main, arguments, prog_name="epfilter", terminal_width=78)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    output = result.output if result.stderr and not command["quiet"] else result.stdout
    if output != result.stdout and len(output) < len(result.stdout) + len(result.stderr):
        # `output` is both streams in turns, but without the bytes that a command writes.
        return run_in_bash(command[0], folder)
    return output + (f"exit code {result.exit_code}\n" if command["status"] else "")


def run_in_bash(command: str, folder: Path) -> str:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("console examples are run by bash")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(  # noqa: S603 - the commands are those of our own pages
        [bash, "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    ).stdout


def split_commands(body: str) -> list[tuple[str, str]]:
    """Return each command of a console block with its expected output."""
    pairs: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert command, part
        pairs.append((command[0], part[command.end() :]))
    return pairs
