"""`epfilter lint` and `epfilter format --files`: output, changed files and exit codes.

The cases for usual files are in lint_runs.txt. The tests here are about unusual files, terminals and
systems.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from epfilter.cli import main
from epfilter.cli import progress as bar
from support.file_samples import Case, load_cases
from support.sizes import slow_between, slow_except

POSIX = pytest.mark.skipif(os.name == "nt", reason="there is nothing of the kind on Windows")
CASES = load_cases(Path(__file__).parent / "lint_runs.txt")
NO_FILES = ("args", "stdin", "out", "err", "exit")


def run(*args: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lint_run(case: Case, tmp_path: Path) -> None:
    files = [part for part in case.files(*NO_FILES) if not part.title.startswith("after ")]
    for file in files:
        file.write_to(tmp_path)
    result = run(*shlex.split(case.part("args")), stdin=case.part("stdin") or None)
    assert result.stdout.rstrip("\n") == case.part("out").rstrip("\n")
    assert result.stderr.rstrip("\n") == case.part("err").rstrip("\n")
    assert result.exit_code == int(case.part("exit"))
    after = {
        path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    changed = {
        part.title.removeprefix("after "): part.text.rstrip("\n")
        for part in case.parts
        if part.title.startswith("after ")
    }
    assert {name: text.rstrip("\n") for name, text in after.items()} == {
        **{file.name: file.text.rstrip("\n") for file in files},
        **changed,
    }


def write_file(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("args", [(), ("a.filter", "b.json"), ("-",)], ids=str)
@pytest.mark.parametrize("style", ["json", "sarif", "junit", "github", "gitlab"])
def test_machine_formats_print_nothing_else(style: str, args: tuple[str, ...]) -> None:
    write_file("a.filter", "gte(a,1):eq(b, 2)\n\x1b[31m")
    write_file("b.json", '{"filter": "eqq(a,\\"é\\")"}')
    result = run("lint", "--format", style, *args, stdin="eq(a,1")
    assert (result.exit_code, result.stderr) == (1, "")
    if style in {"json", "sarif", "gitlab"}:
        json.loads(result.stdout)
    elif style == "junit":
        ET.fromstring(result.stdout)  # noqa: S314 - what we wrote ourselves
    else:
        assert all(line.startswith("::") for line in result.stdout.splitlines())


def list_files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_a_report_file_is_complete_or_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "gte(a,1)")
    write_file("b.filter", "gte(a,1)")
    write_file("out.json", "old")

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    from epfilter.linter.files import Run

    real = Run.lint_target
    monkeypatch.setattr(
        Run,
        "lint_target",
        lambda *args: interrupted() if args[1].name == "b.filter" else real(*args),
    )
    for style in ("json", "sarif", "concise"):
        assert run("lint", "--format", style, "-o", "out.json").exit_code == 130
        assert run("lint", "--format", style, "-o", "new.json").exit_code == 130
    assert Path("out.json").read_text(encoding="utf-8") == "old"
    assert list_files() == ["a.filter", "b.filter", "out.json"]


def test_a_failed_report_leaves_the_old_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_file("a.filter", "gte(a,1)")
    write_file("out.txt", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = run("lint", "-o", "out.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: cannot write out.txt: No space left on device.\n"
    assert Path("out.txt").read_text(encoding="utf-8") == "old"
    assert list_files() == ["a.filter", "out.txt"]


@POSIX
def test_a_report_can_be_written_to_a_device_or_through_a_link() -> None:
    write_file("a.filter", "gte(a,1)")
    assert run("lint", "-o", "/dev/null", "a.filter").exit_code == 1
    assert Path("/dev/null").is_char_device()
    write_file("real.txt", "old")
    Path("link.txt").symlink_to("real.txt")
    assert run("lint", "--format", "concise", "-o", "link.txt", "a.filter").exit_code == 1
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_text(encoding="utf-8").startswith("a.filter:1:1: error[EPF108] ")
    assert "EPF108" in run("lint", "--format", "concise", "-o", "-", "a.filter").stdout


def test_a_report_file_has_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "gte(a,1)")
    result = CliRunner().invoke(main, ["lint", "-o", "out.txt"], color=True)
    assert result.exit_code == 1
    assert "\x1b" not in Path("out.txt").read_text(encoding="utf-8")
    assert "\x1b[" in CliRunner().invoke(main, ["lint", "a.filter"], color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in CliRunner().invoke(main, ["lint", "a.filter"], color=True).stdout


SUFFIXES = (
    ".filter",
    ".json",
    ".jsonl",
    ".yaml",
    ".http",
    ".md",
    ".sh",
    ".py",
    ".js",
    ".ts",
    ".tsx",
)
MB = 1_000_000


def long_line(suffix: str) -> str:
    few = "eq(a,gte(b,1)"
    fill = "x" * (5 * MB)
    return {
        ".filter": f"gte(a,{fill})",
        ".json": f'{{"filter": "gte(a,1)", "job_type": "order_export", "x": "{fill}", "more": [{{"filter": "{few}"}}]}}',
        ".jsonl": f'{{"filter": "gte(a,1)", "job_type": "order_export", "x": "{fill}"}}',
        ".yaml": f'{{filter: "gte(a,1)", job_type: order_export, x: "{fill}"}}',
        ".http": f"GET https://x/v2/orders?filter=gte(with_tax,1)&x={fill}",
        ".md": f"https://x/v2/orders?filter=gte(with_tax,1)&x={fill}",
        ".sh": f"curl 'https://x/v2/orders?filter=gte(with_tax,1)&x={fill}'",
        ".py": f"search(filter='gte(a,1)', job_type='order_export', x='{fill}')",
    }.get(suffix, f"search({{filter: 'gte(a,1)', job_type: 'order_export', x: '{fill}'}})")


@pytest.mark.parametrize("suffix", slow_except(SUFFIXES, ".json", ".filter"))
def test_a_line_of_five_megabytes(suffix: str) -> None:
    write_file(f"a{suffix}", long_line(suffix))
    result = run("lint", "--jobs", "1", f"a{suffix}")
    # A filter of this length is not parsed.
    assert ("EPF302" if suffix == ".filter" else "EPF108") in result.stdout
    assert len(result.output) < 20_000
    assert result.exit_code == 1


DEEP = 4_000
NESTED: dict[str, str] = {
    "list.json": "[" * DEEP + '{"filter": "gte(a,1)"}' + "]" * DEEP,
    "open.json": '{"filter":' * DEEP,
    "flow.yaml": "[" * DEEP + "filter" + "]" * DEEP,
    "block.yaml": "- " * 3000 + "filter: gte(a,1)",
    "open.yaml": "{filter: " * 5000,
    "call.py": "filter = " + "f(" * DEEP + ")" * DEEP,
    "minus.py": "filter = " + "-" * DEEP + "1",
    "sum.py": "filter = " + "'eq(a,1)' + " * DEEP + "x",
    "dots.py": "filter = a" + ".b" * DEEP,
    "format.py": "filter = '{}'" + ".format(1)" * DEEP,
    "call.js": "const filter = " + "f(" * DEEP + ")" * DEEP,
    "sum.js": "const filter = " + "'eq(a,1)' + " * DEEP + "x",
    "template.js": "const filter = " + "`${" * DEEP + "}`" * DEEP,
    "generic.ts": "const filter: " + "A<" * DEEP + ">" * DEEP,
    "tags.tsx": "const filter = " + "<a>" * DEEP + "</a>" * DEEP,
    "quote.md": "> " * DEEP + "filter",
    "list.md": "- " * 3000 + "filter",
    "brackets.md": "[" * DEEP + "filter" + "](" * DEEP,
    "sub.sh": "curl filter=" + "$(" * DEEP + ")" * DEEP,
    "a.filter": "(" * DEEP + "eq(a,1)" + ")" * DEEP,
    "calls.filter": "eq(" * DEEP,
    "quoted.json": '{"filter": "' + "(" * DEEP + "eq(a,1)" + ")" * DEEP + '"}',
}


@pytest.mark.parametrize("name", slow_except(NESTED, "list.json", "call.py"))
def test_deeply_nested_files_do_not_crash(name: str) -> None:
    write_file(name, NESTED[name])
    for args in (("lint", "--jobs", "1"), ("lint", "--fix"), ("format", "--files", "--write")):
        result = run(*args, name)
        assert result.exit_code in {0, 1}, result.output[-300:]
        assert "a bug in epfilter" not in result.stderr
    assert Path(name).read_text(encoding="utf-8") == NESTED[name]


INVALID_CONTENTS = [
    b"\x7fELF\x02\x01\x01\x00\x00filter",
    b"filter \xff\xfe eq(a,1)",
    b"\xff\xfef\x00\xd8",
    b"\xff\xfe\x00\x00filter",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf\xef\xbb\xbffilter: eq(",
    b"",
    b"\r\r\r\nfilter\r",
    b"filter" * 1000,
    bytes(range(1, 128)) + b"filter",
    "filter \u2028 \u202e \x85 \x1c 'eq(a,é)'".encode(),
]


@pytest.mark.parametrize(
    ("suffix", "content"), slow_between(product(SUFFIXES, INVALID_CONTENTS), 4)
)
def test_invalid_contents_do_not_crash(suffix: str, content: bytes) -> None:
    write_file(f"a{suffix}", content)
    for args in (
        ("lint",),
        ("lint", "--unsafe-fixes", "--select", "EPF"),
        ("format", "--files", "--write"),
    ):
        result = run(*args, f"a{suffix}")
        assert result.exit_code in {0, 1}, result.output
    assert not [name for name in list_files() if name != f"a{suffix}"]


@POSIX
def test_paths_that_are_not_files() -> None:
    os.mkfifo("fifo.json")
    Path("x.json").mkdir()
    write_file("x.json/y.json", '{"filter": "gte(a,1)", "by": "epcc"}')
    Path("loop.json").symlink_to("loop.json")
    Path("around").symlink_to(".", target_is_directory=True)
    Path("broken.yaml").symlink_to("nothing")
    result = run("lint", "--format", "concise", ".", "/dev/null", "x.json", "x.json/y.json/z")
    assert result.exit_code == 1
    assert [line.partition(": error")[0::2] for line in result.stdout.splitlines()] == [
        ("/dev/null:1:1", "[EPF701] this is not a regular file."),
        ("broken.yaml:1:1", "[EPF701] this file cannot be read: No such file or directory."),
        ("fifo.json:1:1", "[EPF701] this is not a regular file."),
        ("loop.json:1:1", "[EPF701] this file cannot be read: Too many levels of symbolic links."),
        ("x.json/y.json:1:13", "[EPF108] there is no operator `gte`."),
        ("x.json/y.json/z:1:1", "[EPF701] this file cannot be read: Not a directory."),
    ]
    assert run("format", "--files", "--check", ".").exit_code == 1


def test_files_that_require_the_extra_for_more_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_go", None)
    write_file("a.go", 'package a\nconst filter = "gte(a,1)"\n')
    write_file("b.go", "package b\n")
    result = run("lint", "--format", "concise")
    assert result.stdout == (
        "a.go:1:1: info[EPF704] linting this file requires the package `tree_sitter_go`, "
        "which is not installed.\n"
    )
    assert result.stderr == (
        "0 filters in 2 files: 1 info\n1 file skipped, because a package is missing\n"
    )
    assert result.exit_code == 0


def test_files_without_a_filter_that_are_not_text_do_not_make_the_run_fail() -> None:
    write_file("a.ts", b"// Ren\xe9\n")
    write_file("b.json", b"\0\1\2\3")
    result = run("lint", "--format", "concise")
    assert (result.exit_code, result.stderr) == (
        0,
        "0 filters in 2 files: 2 infos\n2 files could not be read\n",
    )
    assert "a.ts:1:1: info[EPF702]" in result.stdout
    write_file("a.ts", b'// Ren\xe9\nlist({ filter: "eq(a,1)" });\n')
    assert run("lint").exit_code == 1


def test_a_file_without_read_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "gte(a,1)")

    def forbidden(_: Path) -> bytes:
        # Root may read anything, so that the system's answer is stdin in its place.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    result = run("lint", "--format", "concise", "a.filter", "--config", os.devnull)
    assert result.exit_code == 2  # nor the configuration
    monkeypatch.setattr("epfilter.cli.lint._configure", lambda *_: _default())
    result = run("lint", "--format", "concise", "a.filter")
    assert (
        result.stdout
        == "a.filter:1:1: error[EPF701] this file cannot be read: Permission denied.\n"
    )
    assert result.exit_code == 1


def _default() -> Any:
    from epfilter.linter import Configuration

    return Configuration()


def test_a_file_deleted_between_discovery_and_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "gte(a,1)")
    write_file("b.filter", "gte(a,1)")
    from epfilter.linter.files.document import Document

    real = Document.read

    def vanish(path: Path) -> Document:
        if path.name == "a.filter":
            path.unlink()
        return real(path)

    monkeypatch.setattr(Document, "read", vanish)
    result = run("lint", "--format", "concise")
    assert result.stdout.splitlines() == [
        "a.filter:1:1: error[EPF701] this file cannot be read: No such file or directory.",
        "b.filter:1:1: error[EPF108] there is no operator `gte`.",
    ]


@POSIX
def test_special_characters_in_file_names_are_escaped() -> None:
    names = [
        "a\nb.filter",
        "\x1b[31m.filter",
        "\u202e.filter",
        os.fsdecode(b"\xff.filter"),
        "é.filter",
    ]
    for name in names:
        write_file(name, "gte(a, 1)")
    result = run("lint", "--format", "concise")
    assert (len(result.stdout.splitlines()), result.exit_code) == (5, 1)
    assert "\x1b" not in result.stdout
    assert r"a\nb.filter:1:1: error[EPF108]" in result.stdout
    for style in ("text", "json", "sarif", "junit", "github", "gitlab"):
        result = run("lint", "--format", style)
        assert (result.exit_code, result.stderr.count("bug")) == (1, 0), style
    assert "\x1b" not in run("lint", "--diff").stdout
    assert run("lint", "--fix", *names).exit_code == 0
    for name in names:
        assert Path(name).read_text(encoding="utf-8") == "ge(a, 1)"
    checked = run("format", "--files", "--check")
    assert (len(checked.stdout.splitlines()), checked.exit_code) == (5, 1)
    assert "\x1b" not in checked.stdout
    assert run("format", "--files", "--write").exit_code == 0


def test_an_invalid_file_name() -> None:
    result = run("lint", "--format", "concise", "x" * 5000)
    assert result.exit_code == 1
    assert "EPF701" in result.stdout


def process(*args: str, **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "epfilter", *args],
        stdin=subprocess.DEVNULL,
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=more.pop("stderr", subprocess.PIPE),
        **more,
    )


def write_many_files(count: int, calls: int) -> None:
    text = ":".join(f"gte(a,{number})" for number in range(calls))
    for number in range(count):
        write_file(f"{number:03}.filter", text)


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_prints_no_traceback(jobs: str) -> None:
    write_many_files(200, 60)
    running = process("lint", "--jobs", jobs, start_new_session=True)
    assert running.stdout
    running.stdout.read(1)  # it has begun
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert b"Traceback" not in out + err
    assert running.returncode == 130


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    "args",
    [["lint"], ["lint", "--format", "json"], ["lint", "--diff"], ["format", "--files"]],
)
def test_a_closed_pipe_ends_the_output(args: list[str]) -> None:
    write_many_files(20, 30)
    running = process(*args, "--jobs", "1") if args[0] == "lint" else process(*args)
    assert running.stdout
    assert running.stderr
    running.stdout.read(10)
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert running.wait(timeout=60) in {0, 1}
    assert b"Traceback" not in err
    assert b"rror" not in err.replace(b" errors", b"").replace(b" error,", b"")


@pytest.mark.slow
@POSIX
def test_a_long_run_shows_a_progress_bar_on_a_terminal_only() -> None:
    import pty

    code = (
        "from epfilter.cli import main, progress\n"
        "progress._BAR_DELAY = -1\n"
        "main(['lint', '--jobs', '1', '--format', 'concise'])\n"
    )
    write_many_files(5, 2)

    def run_with(stderr: int) -> bytes:
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "TERM": "xterm"},
            check=False,
        )
        assert done.returncode == 1
        return done.stdout + (done.stderr or b"")

    ours, theirs = pty.openpty()
    out = run_with(theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass
    os.close(ours)
    assert out.count(b"EPF108") == 10
    assert b"linting" in shown
    assert b"100%" in shown
    assert b"linting" not in run_with(subprocess.PIPE)


def test_a_short_run_shows_no_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    shown: list[Callable[..., Any]] = []
    monkeypatch.setattr("click.progressbar", shown.append)
    assert [*bar.collect_with_progress(iter("abc"), 3, "linting")] == ["a", "b", "c"]
    assert shown == []


def test_without_standard_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "gte(a,1)")
    monkeypatch.setattr("sys.stderr", None)
    assert [*bar.collect_with_progress(iter("abc"), 3, "linting")] == ["a", "b", "c"]


def test_a_missing_package_for_folders_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    write_file("a.filter", "eq(a,1)")
    monkeypatch.setitem(sys.modules, "pathspec", None)
    result = run("lint")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "pip install 'epfilter[lint]'" in result.stderr
    assert run("lint", "a.filter").exit_code == 0


@POSIX
@pytest.mark.parametrize("kind", ["device", "pipe"])
@pytest.mark.parametrize(
    "options", [("--baseline",), ("--baseline", "--write-baseline"), ("--config",)], ids=str
)
def test_a_file_of_the_options_must_be_regular(options: tuple[str, ...], kind: str) -> None:
    write_file("a.filter", "eq(a,1)")
    path = "/dev/zero" if kind == "device" else "pipe"
    if kind == "pipe":
        os.mkfifo(path)
    name, *others = options
    result = run("lint", name, path, *others, "a.filter")
    assert result.exit_code == 2
    assert "cannot be read: it is not a regular file." in result.stderr


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_name_of_standard_input_is_one_of_a_file(name: str) -> None:
    result = run("lint", "-", "--stdin-name", name, stdin="eq(a,1)")
    assert result.exit_code == 2
    assert f"`--stdin-name {shlex.quote(name)}` is not the name of a file" in result.stderr
