"""Completion of filters by the shell, by the protocol of click and in real shells."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from epfilter.cli import main
from support.rows import for_each

SCRIPTS = Path(sys.executable).parent
PATH = os.pathsep.join([str(SCRIPTS), os.defpath])
SECONDS = 20


def complete(*words: str) -> list[str]:
    environment = {
        "_EPFILTER_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(("epfilter", *words)),
        "COMP_CWORD": str(len(words)),
    }
    shown = CliRunner(env=environment).invoke(main, [], prog_name="epfilter").stdout
    return [line.removeprefix("plain,") for line in shown.splitlines() if line]


@for_each(
    "words, expected",
    [
        (["check", "'li"], ["like(…)", "like(value)"]),
        (["check", '"li'], ["like(…)", "like(value)"]),
        (["check", "--resource", "orders", "'eq(sta"], ["eq(status,complete)", "eq(status,incomplete)", "eq(status,cancelled)", "eq(status,processing)"]),
        (["check", "--resource", "orders", "'eq(status,in"], ["eq(status,incomplete)"]),
        (["check", "--resource", "orders", "'eq(payment,paid):eq(emai"], ["eq(payment,paid):eq(email,…)", "eq(payment,paid):eq(email,value)"]),
        (["check", "--resource", "orders", "'in(payment,paid,ref"], ["in(payment,paid,refunded)", "in(payment,paid,refunded,"]),
        (["check", "--resource", "orders", '"eq(payment,ref'], ["eq(payment,refunded)"]),
        (["check", "--resource", "orders", r"eq\(payment,ref"], []),  # bash would remove the escapes
        (["check", "--resource", "orders", r'"eq(payment,\"ref'], []),
        (["check", "--resource", "orders", r"'like(name,it'\''s):eq(payment,ref"], []),
        (["check", "--resource", "orders", "$'eq(payment,ref"], []),
        (["check", "--resource", "orders", "eq'(payment,ref"], []),
        (["check", "--resource", "orders", "'is_"], []),  # no field of orders has it
        (["check", "@refunds"], []),
        (["check", "--res"], ["--resource"]),
        (["payload", "'eq(status,in"], ["eq(status,incomplete)"]),
        (["export", "'eq(status,in"], ["eq(status,incomplete)"]),
        (["diff", "--resource", "orders", "'eq(status,complete)'", "'eq(status,in"], ["eq(status,incomplete)"]),
        (["format", "'eq(a,1)'", "'li"], ["like(…)", "like(value)"]),
        (["explain", "EPF40"], [f"EPF40{number}" for number in range(1, 10)]),
        (["explain", "--resource", "orders", "'eq(status,in"], ["eq(status,incomplete)"]),
        (["explain", "--resource", "orders", "'"], ["eq(", "gt(", "ge(", "lt(", "le(", "like("]),
        (["explain", "--resource", "orders", "EPF40"], []),
    ],
)  # fmt: skip
def test_the_shell_is_offered_filters(words: list[str], expected: list[str]) -> None:
    assert complete(*words) == expected


def type_keys(shell: list[str], setup: str, keys: str, expected: str) -> str:
    """Return what a terminal shows after the keys, up to what is expected."""
    pty = pytest.importorskip("pty", reason="there are no terminals of POSIX")
    process, terminal = pty.fork()
    if not process:
        environment = {"PATH": PATH, "TERM": "dumb", "PS1": "$ ", "HOME": "/no-such-folder"}
        os.execve(shell[0], shell, environment)  # noqa: S606 - the shell that is tested
    shown = ""
    try:
        for text, mark in ((f"{setup}; echo rea''dy\n", "ready"), (keys, expected)):
            os.write(terminal, text.encode())
            end = time.monotonic() + SECONDS
            while mark not in shown and time.monotonic() < end:
                if select.select([terminal], [], [], 0.1)[0]:
                    shown += os.read(terminal, 65536).decode("utf-8", "replace")
    finally:
        os.close(terminal)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "options", "setup"),
    [
        ("bash", ["--norc", "--noprofile", "-i"], ""),
        ("zsh", ["-f", "-i"], "autoload -U compinit; compinit -D; "),
    ],
)
def test_a_tabulator_completes_a_filter_in_quotes(
    shell: str, options: list[str], setup: str
) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"there is no {shell}")
    setup += f'eval "$(_EPFILTER_COMPLETE={shell}_source epfilter)"'
    keys = "epfilter check --resource orders 'eq(stat\tinc\t\n"
    shown = type_keys([path, *options], setup, keys, "canonical  eq(status,incomplete)")
    assert "canonical  eq(status,incomplete)" in shown


@pytest.mark.slow
def test_fish_lists_filters() -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("there is no fish")
    script = CliRunner().invoke(main, [], env={"_EPFILTER_COMPLETE": "fish_source"}).stdout
    line = "epfilter check --resource orders 'eq(payment,pa"
    done = subprocess.run(  # noqa: S603 - a fixed command
        [fish, "--no-config", "-c", f'{script}\ncomplete -C "{line}"'],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PATH": PATH},
    )
    assert done.stdout.splitlines()[0] == "eq(payment,paid)"
