"""Output for people: colour, drawings, help, and the examples of the help."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from epfilter import parse
from epfilter.cli import main
from epfilter.cli.findings import render_finding
from epfilter.cli.help_pages import HelpfulCommand, split_help
from epfilter.cli.tree import render_tree
from epfilter.errors import Diagnostic, Edit, Fix, Severity, Span
from support.help_examples import help_examples
from support.rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS = main.list_commands(click.Context(main))

_CONNECTING = {"export", "jobs", "serve", "server"}
"""The commands whose examples require a platform or serve a client; their own tests run them."""

_REFERENCE = Path(__file__).parents[2] / "docs" / "pages" / "reference" / "command-line.md"

_STATUS = (
    r"(?m)^\d+ filters? in \d+ files?: no findings\n|^0 of \d files would be changed\n"
    r"|^1 file of an unsupported kind: 1 \.csv\n|^\S+ now contains 0 findings\n"
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose streams accept colours, like a terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return CliRunner()


@pytest.mark.parametrize(
    "args",
    [["check", "eq(a,1):eq(b,2)"], ["check", "gte(a,1)"], ["parse", "--format", "tree", "eq(a,1)"]],
    ids=str,
)
def test_terminal_output_is_coloured(terminal: CliRunner, args: list[str]) -> None:
    colored = terminal.invoke(main, args, color=True).stdout
    plain = terminal.invoke(main, args).stdout
    assert "\x1b[" in colored
    assert "\x1b[" not in plain
    assert click.unstyle(colored) == plain


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_disabled(
    terminal: CliRunner, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b[" not in terminal.invoke(main, ["check", "gte(a,1)"], color=True).stdout


def test_an_empty_no_color_is_ignored(terminal: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert "\x1b[" in terminal.invoke(main, ["check", "gte(a,1)"], color=True).stdout


@pytest.mark.parametrize("args", [["parse"], ["format"], ["payload"], ["check", "--format=json"]])
def test_results_for_programs_have_no_colour(terminal: CliRunner, args: list[str]) -> None:
    assert "\x1b" not in terminal.invoke(main, [*args, "eq(a,1):eq(b,2)"], color=True).stdout


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize(
    "fix", [None, Fix("do it", (Edit(Span(2, 3), "!"),), safe=True), Fix("rest", (), safe=False)]
)
def test_a_finding_looks_as_in_the_library(severity: Severity, fix: Fix | None) -> None:
    found = Diagnostic("EPF199", "what is this?", Span(2, 3), severity, "a hint", fix)
    rendered = click.unstyle(render_finding(found, "ab?"))
    head, drawing = found.draw("ab?").split("\n", 1)
    assert head == "1:3 EPF199 what is this?"
    assert rendered.startswith(f"1:3: {severity}[EPF199] what is this?\n{drawing}")
    assert ("fix" in rendered) is (fix is not None)
    assert ("(unsafe)" in rendered) is (fix is not None and not fix.safe)


def test_a_call_of_many_values_has_a_branch_for_each() -> None:
    values = [f"value-{number:02d}" for number in range(12)]
    rendered = click.unstyle(render_tree(parse(f"eq(a,1):in(id,{','.join(values)}):eq(b,2)")))
    assert rendered.splitlines() == [
        "and",
        "├── eq  a   1",
        "├── in  id",
        *[f"│   ├── {value}" for value in values[:-1]],
        f"│   └── {values[-1]}",
        "└── eq  b   2",
    ]


def test_the_deepest_tree_is_drawn() -> None:
    text = "eq(a,1)"
    for level in range(64):
        text = f"({text}){'|:'[level % 2]}eq(a,1)"
    lines = click.unstyle(render_tree(parse(text))).splitlines()
    assert len(lines) == 64 + 65


@pytest.mark.parametrize("option", ["-h", "--help"])
@for_each("command", [[], *[[name] for name in _COMMANDS]], ids=str)
def test_help_has_examples(command: list[str], option: str) -> None:
    result = CliRunner().invoke(main, [*command, option])
    assert "Examples:" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 88
    assert (result.stderr, result.exit_code) == ("", 0)


@for_each("name", _COMMANDS)
def test_the_reference_lists_the_command(name: str) -> None:
    text = _REFERENCE.read_text(encoding="utf-8")
    assert re.search(rf"^\| `epfilter {name}[ `]", text, re.MULTILINE)
    assert f"\n## {name}\n" in text


@for_each("name", _COMMANDS)
def test_help_has_examples_then_options_then_details(name: str) -> None:
    command = _get_command(name)
    summary, examples, details = split_help(command.help or "")
    example = examples.splitlines()[2].strip()
    assert example.startswith(f"epfilter {name}")  # the commonest use, without a pipe before it
    text = " ".join(CliRunner().invoke(main, [name, "--help"], terminal_width=200).stdout.split())
    first, *_ = " ".join(details.replace("\b", "").split()).split(".")
    parts = (" ".join(summary.split()), f"Examples: {example}", "--help", first)
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


@for_each("name", _COMMANDS)
def test_many_options_are_in_groups(name: str) -> None:
    command = _get_command(name)
    names = {opt for param in command.params for opt in param.opts}
    grouped = [option for group in command.option_groups.values() for option in group]
    assert set(grouped) <= names
    assert len(grouped) == len(set(grouped))
    assert grouped or len(command.params) <= 7


@for_each("name", _COMMANDS)
def test_help_shows_defaults(name: str) -> None:
    text = " ".join(CliRunner().invoke(main, [name, "--help"], terminal_width=200).stdout.split())
    for param in _get_command(name).params:
        if isinstance(param.default, (str, int, float)) and not isinstance(param.default, bool):
            described = text.partition(f" {param.opts[0]} ")[2]
            default = getattr(param, "show_default", None)
            shown = f"({default})" if isinstance(default, str) else param.default
            assert f"[default: {shown}" in described


def _get_command(name: str) -> HelpfulCommand:
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, HelpfulCommand)
    return command


def test_help_lists_every_command_and_the_completion() -> None:
    text = CliRunner().invoke(main, ["--help"]).stdout
    assert re.findall(r"^  (\w[\w-]*)  +[A-Z].*\.$", text, re.MULTILINE) == _COMMANDS
    assert "_EPFILTER_COMPLETE=bash_source epfilter" in text
    assert "Exit codes:" in text


@for_each("command", [[], *[[name] for name in _COMMANDS]], ids=str)
def test_the_reference_shows_the_help(command: list[str]) -> None:
    prompt = " ".join(["\n$ epfilter", *command, "--help\n"])
    _, found, rest = _REFERENCE.read_text(encoding="utf-8").partition(prompt)
    assert found, f"{_REFERENCE} does not show the output of{prompt}"
    result = CliRunner().invoke(main, [*command, "--help"], terminal_width=78, prog_name="epfilter")
    assert rest.partition("```")[0] == result.stdout


def _examples() -> Iterator[str]:
    for command in ([], *[[name] for name in _COMMANDS if name not in _CONNECTING]):
        yield from help_examples(*command)


@pytest.mark.parametrize("line", list(_examples()))
def test_help_examples_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("refunds.filter").write_text("eq(payment,refunded)\n", encoding="utf-8")
    for folder in ("src", "docs"):
        Path(folder).mkdir()
    Path("orders.json").write_text('[{"total": 100, "payment": "paid"}]', encoding="utf-8")
    Path("orders.jsonl").write_text('{"created_at": "2018-09-01T10:00:00Z"}', encoding="utf-8")
    Path("orders.csv").write_text("with_tax\n9900\n", encoding="utf-8")
    Path("docs/requests.http").write_text("GET /v2/orders\n", encoding="utf-8")
    words = shlex.split(line.replace("1000000", "1000"))  # as many would take half a minute
    given = words[1] + "\n" if words[0] == "echo" else None
    args = words[words.index("epfilter") + 1 :]
    if "|" in args:
        args = args[: args.index("|")]
    result = CliRunner().invoke(main, args, input=given)
    assert re.sub(_STATUS, "", result.stderr) == ""
    # Its examples show differences.
    assert result.exit_code in ({0, 1} if args[0] == "diff" else {0})


def test_completion_lists_commands_and_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def complete(words: str, position: int) -> list[str]:
        monkeypatch.setenv("_EPFILTER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(position))
        return CliRunner().invoke(main, [], prog_name="epfilter").stdout.split()

    assert complete("epfilter p", 1) == ["plain,parse", "plain,payload"]
    assert complete("epfilter check --format ", 3) == ["plain,text", "plain,json"]
    assert complete("epfilter check - --", 3) == [
        "plain,--format",
        "plain,--resource",
        "plain,--max-length",
        "plain,--help",
    ]
    assert complete("epfilter check --resource pim_n", 3) == ["plain,pim_nodes"]
    assert complete("epfilter resources inventory_l", 2) == ["plain,inventory_locations"]


def test_completion_of_fish_keeps_whole_descriptions() -> None:
    script = CliRunner().invoke(main, [], env={"_EPFILTER_COMPLETE": "fish_source"}).stdout
    assert 'string split --max 1 "," $completion' in script
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("there is no fish")
    done = subprocess.run(  # noqa: S603 - a fixed command
        [fish, "--no-config", "-c", f"{script}\ncomplete -C 'epfilter check --format'"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath])},
    )
    assert done.stdout == (
        "--format\tText for people, or one JSON object with ok, canonical, tree and diagnostics.\n"
    )
