"""The options of `epfilter server`; `tests/server` tests what it serves."""

from __future__ import annotations

import shlex
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from epfilter.cli import main
from support.help_examples import help_examples


@pytest.mark.parametrize("line", help_examples("server"))
def test_help_examples_run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[str, int] | str] = []

    class RecordedServer:
        protocol = SimpleNamespace(exit_code=0)

        def start_io(self, _: object) -> None:
            served.append("standard input")

        def start_tcp(self, host: str, port: int) -> None:
            served.append((host, port))

    monkeypatch.setattr("epfilter.server.create_server", RecordedServer)
    done = CliRunner().invoke(main, shlex.split(line)[1:])
    assert (done.exit_code, done.output) == (0, "")
    assert served == [("127.0.0.1", 8765) if "--tcp" in line else "standard input"]
