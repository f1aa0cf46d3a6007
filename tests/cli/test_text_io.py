"""Processes: encodings, closed pipes, full disks, interrupts, and never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from epfilter import Located, parse_located
from epfilter.cli import main
from epfilter.cli.errors import CommandError
from support.sizes import slow_except

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX streams and signals")

_GOOD, _BAD = "eq(payment,paid)", "eq(payment,paid"


def run(
    *args: str | bytes, stdin: bytes = b"", variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `epfilter` in a separate process; there must be no traceback."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "epfilter", *args],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, **(variables or {})},
    )
    assert b"Traceback" not in done.stderr
    return done


def run_in_shell(script: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in which `"$@"` is epfilter; there must be no traceback."""
    done = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "epfilter", *args],
        capture_output=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    "content",
    [
        b"eq(a,1)",
        b"eq(a,1)\n",
        b"eq(a,1)\r\n\r\n",
        b"\xef\xbb\xbfeq(a,1)\n",
        b"\n eq(a,1)",
    ],
)
def test_standard_input_and_files_read_alike(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.filter"
    file.write_bytes(content)
    for source, stdin in (("-", content), (f"@{file}", None)):
        result = CliRunner().invoke(main, ["format", source], input=stdin)
        assert (result.stdout, result.exit_code) == ("eq(a,1)\n", 0)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b" \t\r\n"])
def test_empty_input_is_an_empty_filter(content: bytes) -> None:
    result = CliRunner().invoke(main, ["check", "-"], input=content)
    assert "EPF101" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"eq(a,\xff)", "is not UTF-8: byte 0xff at offset 5."),
        (b"\xef\xbb\xbf\xc3", "is not UTF-8: byte 0xc3 at offset 3."),
        (b"\xed\xa0\x80", "is not UTF-8: byte 0xed at offset 0."),
        (
            "eq(a,1)".encode("utf-16"),
            "is not UTF-8: byte 0xff at offset 0. It looks like UTF-16; save it as UTF-8.",
        ),
    ],
)
def test_invalid_utf_8_is_an_error(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.filter"
    file.write_bytes(content)
    for source, name in (("-", "standard input"), (f"@{file}", str(file))):
        result = CliRunner().invoke(main, ["check", source], input=content)
        assert result.stderr == f"Error: {name} {message}\n"
        assert (result.stdout, result.exit_code) == ("", 2)


@posix_only
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission(tmp_path: Path) -> None:
    file = tmp_path / "a.filter"
    file.write_text(_GOOD)
    file.chmod(0)
    result = CliRunner().invoke(main, ["check", f"@{file}"])
    assert result.stderr == f"Error: cannot read {file}: Permission denied.\n"
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("command", "purpose"), [("check", "to read the filter from"), ("lint", "to read")]
)
def test_standard_input_that_fails(
    command: str, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CommandError, match=f"^there is no standard input {purpose}\\.$"):
        main.main([command, "-"], standalone_mode=False)
    with Path(os.devnull).open("wb") as unreadable:
        monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": unreadable}))
        with pytest.raises(CommandError, match=r"^cannot read standard input: "):
            main.main([command, "-"], standalone_mode=False)


LOCALES = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C"},
    {"PYTHONIOENCODING": "utf-16"},
]


@posix_only
@pytest.mark.parametrize(
    ("variables", "source"), slow_except(product(LOCALES, ["argument", "-"]), (LOCALES[0], "-"))
)
def test_input_and_output_are_utf_8_in_every_locale(variables: dict[str, str], source: str) -> None:
    good = 'eq(a,"é😀")'
    source, stdin = ("-", good.encode()) if source == "-" else (good, b"")
    checked = run("check", source, stdin=stdin, variables=variables).stdout.decode()
    assert checked.splitlines()[1] == f"canonical  {good}"
    formatted = run("format", source, stdin=stdin, variables=variables).stdout.decode()
    assert formatted.splitlines() == [good]
    tree = run("parse", source, stdin=stdin, variables=variables).stdout.decode()
    assert json.loads(tree)["value"] == "é😀"


@posix_only
@pytest.mark.slow
@pytest.mark.parametrize("variables", LOCALES, ids=repr)
def test_a_drawing_and_an_excerpt_are_utf_8_in_every_locale(variables: dict[str, str]) -> None:
    bad = "eq(a,é😀"
    rendered = run("parse", "--format", "tree", "eq(a,1):eq(b,2)", variables=variables)
    assert rendered.stdout.decode().splitlines() == ["and", "├── eq  a  1", "└── eq  b  2"]
    found = run("check", bad, variables=variables)
    assert bad in found.stdout.decode()
    assert found.returncode == 1


@pytest.mark.slow
@posix_only
def test_invalid_utf_8_in_the_argument() -> None:
    done = run("check", b"eq(a,\xff)")
    assert done.stderr == b"Error: the filter is not UTF-8: byte 0xff at offset 5.\n"
    assert done.returncode == 2
    done = run("check", b"@\xff")
    assert done.stderr == b"Error: cannot read \\udcff: No such file or directory.\n"
    assert done.returncode == 2


_REPORTS = [
    (["check", _GOOD], 0),
    (["check", _BAD], 1),
    (["--help"], 0),
    (["check", "--help"], 0),
    (["--version"], 0),
]
_RESULTS = [
    (["check", "--format", "json", _BAD], 1),
    (["parse", _GOOD], 0),
    (["format", _GOOD], 0),
    (["payload", _GOOD], 0),
]


@posix_only
@pytest.mark.parametrize("redirection", slow_except(["| exec true", ">&-"], "| exec true"))
@pytest.mark.parametrize(("args", "code"), slow_except(_REPORTS, _REPORTS[1]), ids=str)
def test_a_closed_standard_output_keeps_the_exit_code(
    args: list[str], code: int, redirection: str
) -> None:
    script = '{ sleep 0.1; "$@"; echo $? >&2; } ' + redirection
    done = run_in_shell(script, *args)
    assert done.stderr.decode() == f"{code}\n"


@posix_only
@pytest.mark.slow
@pytest.mark.parametrize(("args", "code"), _RESULTS, ids=str)
def test_a_closed_pipe_keeps_the_exit_code(args: list[str], code: int) -> None:
    done = run_in_shell('{ sleep 0.1; "$@"; echo $? >&2; } | exec true', *args)
    assert done.stderr.decode() == f"{code}\n"


@posix_only
@pytest.mark.parametrize(
    "args", slow_except([args for args, _ in _RESULTS], ["parse", _GOOD]), ids=str
)
def test_a_result_without_standard_output_is_a_failure(args: list[str]) -> None:
    done = run_in_shell('{ "$@"; echo $? >&2; } >&-', *args)
    assert done.stderr.decode() == "Error: there is no standard output to write to.\n2\n"


@posix_only
@pytest.mark.parametrize(
    ("args", "code"),
    slow_except(
        [(["parse", _BAD], 1), (["nope"], 2), (["check", "@missing"], 2)], (["parse", _BAD], 1)
    ),
    ids=str,
)
@pytest.mark.parametrize(
    "script",
    [
        '{ { sleep 0.1; "$@" 2>&1 >/dev/null; echo $? >&3; } | exec true; } 3>&1',
        pytest.param('"$@" 2>&-; echo $?', marks=pytest.mark.slow),
    ],
    ids=["gone", "closed"],
)
def test_a_closed_standard_error_keeps_the_exit_code(
    script: str, args: list[str], code: int
) -> None:
    assert run_in_shell(script, *args).stdout.decode() == f"{code}\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "args",
    slow_except(
        [["check", _GOOD], ["parse", _GOOD], ["check", _BAD], ["--help"]], ["check", _GOOD]
    ),
    ids=str,
)
def test_a_full_disk_is_a_failure(args: list[str]) -> None:
    done = run_in_shell('"$@" >/dev/full', *args)
    assert done.stderr == b"Error: cannot write the output: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", slow_except([["parse", _BAD], ["nope"]], ["nope"]), ids=str)
def test_a_failure_that_cannot_be_printed_exits_with_2(args: list[str]) -> None:
    assert run_in_shell('"$@" 2>/dev/full', *args).returncode == 2


@posix_only
def test_an_interrupt_prints_nothing() -> None:
    script = "import epfilter.cli as cli; print('ready', flush=True); cli.main(['check', '-'])"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read().strip() == b""
        assert process.stdout.read() == b""


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, EOFError])
def test_an_interrupt_exits_with_130(
    interrupt: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise interrupt

    monkeypatch.setattr("epfilter.cli.check.parse_located", interrupted)
    result = CliRunner().invoke(main, ["check", _GOOD])
    assert (result.stdout, result.stderr.strip(), result.exit_code) == ("", "", 130)


def test_a_bug_is_reported_without_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise RuntimeError("what a pity")

    monkeypatch.setattr("epfilter.cli.check.parse_located", faulty)
    result = CliRunner().invoke(main, ["check", _GOOD])
    assert result.stderr.startswith("Error: epfilter failed because of a bug in epfilter")
    assert "RuntimeError: what a pity" in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_without_standalone_mode_it_returns_the_exit_code() -> None:
    assert main.main(["check", _BAD], standalone_mode=False) == 1


@pytest.mark.slow
def test_only_the_command_line_loads_click() -> None:
    script = "import sys, epfilter, epfilter.exporter; print('click' in sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", script], capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"


def test_a_command_loads_no_other_commands() -> None:
    script = (
        "import sys\n"
        "from epfilter.cli import main\n"
        "main.main(['check', 'eq(a,1)'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith('epfilter.cli.')])\n"
        "print('epfilter.exporter' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", script], capture_output=True, check=True
    )
    *_, modules, exporter = done.stdout.decode().splitlines()
    assert "epfilter.cli.check" in modules
    assert not any(f"epfilter.cli.{other}'" in modules for other in ("parse", "format", "payload"))
    assert exporter == "False"


def test_a_signal_ends_the_run_and_handlers_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    cleaned: list[str] = []

    def killed(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            cleaned.append("yes")

    monkeypatch.setattr("epfilter.cli.check.parse_located", killed)
    result = CliRunner().invoke(main, ["check", _GOOD])
    assert (result.stdout, result.stderr.strip(), result.exit_code) == ("", "", 143)
    assert cleaned == ["yes"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_ignored_signal_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_during_signal(text: str, *, max_length: int | None) -> Located:
        signal.raise_signal(signal.SIGTERM)
        return parse_located(text, max_length=max_length)

    former = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    monkeypatch.setattr("epfilter.cli.check.parse_located", parse_during_signal)
    try:
        assert CliRunner().invoke(main, ["check", _GOOD]).exit_code == 0
    finally:
        signal.signal(signal.SIGTERM, former)
