"""`epfilter serve`: its options, output and exit codes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from epfilter.cli import errors, main
from epfilter.exporter import SettingsError
from epfilter.exporter.service import ServiceSettings, serving
from support.exporter_services import TOKEN
from support.help_examples import help_examples

ORDER = '{"id": "1", "payment": "paid"}\n'


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.jsonl"
    path.write_text(ORDER, encoding="utf-8")
    return path


class RecordedServe:
    """A replacement for `serve` that records its calls, calls `listening`, and returns."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.calls: list[tuple[ServiceSettings, str, int]] = []

    def __call__(
        self, settings: ServiceSettings, host: str, port: int, *, listening: Callable[[str], None]
    ) -> None:
        self.calls.append((settings, host, port))
        listening(self.address)


def run(
    monkeypatch: pytest.MonkeyPatch, *arguments: str, address: str = "http://127.0.0.1:8000"
) -> tuple[Result, RecordedServe]:
    recorded = RecordedServe(address)
    monkeypatch.setattr(serving, "serve", recorded)
    for name in ("EPFILTER_TOKEN", "EPFILTER_ORDERS", "EPFILTER_JOBS"):
        monkeypatch.delenv(name, raising=False)
    return CliRunner().invoke(main, ["serve", "--orders", "orders.jsonl", *arguments]), recorded


def test_the_default_address_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    done, recorded = run(monkeypatch, "--token", TOKEN)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "serving on http://127.0.0.1:8000\n"
    assert recorded.calls == [
        (
            ServiceSettings(orders="orders.jsonl", state=".epfilter-service", token=TOKEN),
            "127.0.0.1",
            8000,
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--state", "elsewhere"], {"state": "elsewhere"}),
        (["--jobs", "postgresql://host/db"], {"jobs": "postgresql://host/db"}),
        (["--rows", "order"], {"rows": "order"}),
        (["--no-neutralise"], {"neutralise": False}),
        (["--bom"], {"bom": True}),
        (["--public-url", "https://e.example"], {"public_url": "https://e.example"}),
        (
            ["--client-id", "shop", "--client-secret", "12345678"],
            {"client_id": "shop", "client_secret": "12345678"},
        ),
        (
            ["--allow-origin", "https://a.example", "--allow-origin", "http://localhost:3000"],
            {"allow_origins": ("https://a.example", "http://localhost:3000")},
        ),
        (["--token-lifetime", "60"], {"token_lifetime": timedelta(minutes=1)}),
        (["--link-lifetime", "60"], {"link_lifetime": timedelta(minutes=1)}),
        (["--link-lifetime", "9" * 20], {"link_lifetime": timedelta(seconds=10**9)}),
        (["--drain", "0"], {"drain": timedelta()}),
        (["--log-format", "text"], {"log_format": "text"}),
        (["--threads", "2"], {"threads": 2}),
        (["--memory", "2GB"], {"memory": "2GB"}),
    ],
)
def test_an_option_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: dict[str, Any]
) -> None:
    done, recorded = run(monkeypatch, "--token", TOKEN, *arguments)
    assert done.exit_code == 0, done.stderr
    ((settings, _, _),) = recorded.calls
    assert {name: getattr(settings, name) for name in expected} == expected


def test_secrets_are_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = RecordedServe("http://127.0.0.1:8000")
    monkeypatch.setattr(serving, "serve", recorded)
    urls = {
        "EPFILTER_ORDERS": "postgresql://user:secret@host/shop#orders",
        "EPFILTER_JOBS": "postgresql://user:secret@host/jobs",
    }
    client = {
        "EPFILTER_SERVICE_CLIENT_ID": "shop",
        "EPFILTER_SERVICE_CLIENT_SECRET": "a-long-secret",
    }
    for name, url in {**urls, **client, "EPFILTER_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, url)
    assert CliRunner().invoke(main, ["serve"]).exit_code == 0
    assert (
        CliRunner().invoke(main, ["serve", "--orders", "a.csv", "--jobs", "jobs.db"]).exit_code == 0
    )
    assert [(settings.orders, settings.jobs) for settings, _, _ in recorded.calls] == [
        (urls["EPFILTER_ORDERS"], urls["EPFILTER_JOBS"]),
        ("a.csv", "jobs.db"),
    ]
    settings = recorded.calls[0][0]
    assert (settings.client_id, settings.client_secret) == ("shop", "a-long-secret")
    help_text = CliRunner().invoke(main, ["serve", "--help"]).stdout
    shown = " ".join(help_text.split())
    assert [name for name in {**urls, **client} if f"env var: {name}" not in shown] == []


def test_a_generated_token_is_printed_once_and_in_the_fragment_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, recorded = run(monkeypatch)
    ((settings, _, _),) = recorded.calls
    assert len(settings.token) == 32
    assert done.stdout == (
        "serving on http://127.0.0.1:8000\n"
        f"token    {settings.token}\n"
        f"page     http://127.0.0.1:8000/#token={settings.token}\n"
    )
    assert run(monkeypatch)[1].calls[0][0].token != settings.token


@pytest.mark.parametrize("url", ["https://e.example/exports", "https://e.example/exports/"])
def test_the_page_is_printed_with_the_public_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    done, recorded = run(monkeypatch, "--public-url", url)
    token = recorded.calls[0][0].token
    assert f"page     https://e.example/exports/#token={token}\n" in done.stdout


def test_a_token_from_the_environment_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = RecordedServe("http://127.0.0.1:8000")
    monkeypatch.setattr(serving, "serve", recorded)
    done = CliRunner().invoke(main, ["serve", "--orders", "a.csv"], env={"EPFILTER_TOKEN": TOKEN})
    assert recorded.calls[0][0].token == TOKEN
    assert TOKEN not in done.output


@pytest.mark.parametrize(
    ("host", "address", "page"),
    [
        ("0.0.0.0", "http://0.0.0.0:8000", "http://127.0.0.1:8000/#"),  # noqa: S104 - what is warned of
        ("::", "http://[::]:8000", "http://[::1]:8000/#"),
        ("192.0.2.1", "http://192.0.2.1:8000", "http://192.0.2.1:8000/#"),
        ("exports", "http://192.0.2.1:8000", "http://192.0.2.1:8000/#"),
    ],
)
def test_an_address_that_others_can_reach_prints_a_warning(
    monkeypatch: pytest.MonkeyPatch, host: str, address: str, page: str
) -> None:
    done, recorded = run(monkeypatch, "--host", host, address=address)
    assert recorded.calls[0][1] == host
    assert f"page     {page}" in done.stdout
    assert "token and orders cross the network in the clear" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST"])
def test_a_loopback_address_prints_no_warning(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert "in the clear" not in run(monkeypatch, "--host", host)[0].output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--token", "short"],
            "the token is too short, or has characters that are not allowed in a header.",
        ),
        (
            ["--token", ""],
            "the token is too short, or has characters that are not allowed in a header.",
        ),
        (["--public-url", "example.com"], "the public URL is not an HTTP URL"),
        (["--port", "65536"], "65536 is not in the range"),
        (["--rows", "line"], "'line' is not one of"),
        (["--link-lifetime", "0"], "0 is not in the range"),
        (["--drain", "-1"], "-1 is not in the range"),
        (["--threads", "0"], "0 is not in the range"),
        (["--drain", "9" * 20], "`drain` must be at most 30 days."),
        (["--state", ""], "the path of the state folder is empty."),
    ],
)
def test_wrong_usage_exits_with_2_and_a_message(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    done, recorded = run(monkeypatch, *arguments)
    assert (done.exit_code, recorded.calls) == (2, [])
    assert message in done.stderr


def test_a_service_error_exits_with_2_and_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise SettingsError("the disk is full.", hint="make room")

    monkeypatch.setattr(serving, "serve", fail)
    done = CliRunner().invoke(main, ["serve", "--orders", "a.csv"])
    assert (done.exit_code, done.stderr) == (2, "Error: the disk is full. Hint: make room.\n")


@pytest.mark.slow
@pytest.mark.parametrize("package", ["starlette", "structlog", "uvicorn"])
def test_a_missing_package_is_reported(package: str) -> None:
    # In a process of its own, because what is imported here already stays.
    code = f"import sys; sys.modules[{package!r}] = None; from epfilter.cli import main; main()"
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", code, "serve", "--orders", "a.csv"],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"Error: this needs the package {package}: pip install 'epfilter[service]'",
    )


def test_a_missing_package_is_reported_without_its_submodules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(module: str) -> None:
        raise ModuleNotFoundError(module, name="structlog.typing")

    monkeypatch.setattr(errors, "import_module", fail)
    done = CliRunner().invoke(main, ["serve", "--orders", "a.csv"])
    assert done.exit_code == 2
    assert "needs the package structlog: pip install" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_process_prints_address_and_token_serves_logs_and_exits_with_0(
    orders: Path, tmp_path: Path
) -> None:
    arguments = ["--orders", orders, "--state", tmp_path / "state", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-m", "epfilter", "serve", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if name != "EPFILTER_TOKEN"},
    ) as process:
        # A process without output would block the test forever.
        alarm = Timer(60, process.kill)
        alarm.start()
        try:
            assert process.stdout is not None
            printed = [*islice(process.stdout, 3)]
            address, token = printed[0].split()[2], printed[1].split()[1]
            headers = {"Authorization": f"Bearer {token}"}
            assert httpx.get(f"{address}/v2/jobs", headers=headers).json()["data"] == []
            assert httpx.get(f"{address}/").headers["Content-Type"].startswith("text/html")
            process.send_signal(signal.SIGTERM)
            rest, log = process.communicate(timeout=60)
        finally:
            alarm.cancel()
            process.kill()
    assert (process.returncode, rest) == (0, "")
    assert printed[2] == f"page     {address}/#token={token}\n"
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events, "standard error holds the lines of the log and nothing else"
    assert token not in log


@pytest.mark.parametrize("line", help_examples("serve"))
def test_help_examples_run(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    recorded = RecordedServe("http://127.0.0.1:8000")
    monkeypatch.setattr(serving, "serve", recorded)
    words = shlex.split(line.replace("…", TOKEN))
    program = words.index("epfilter")
    for name, value in (word.split("=", 1) for word in words[:program]):
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, words[program + 1 :])
    assert (done.exit_code, len(recorded.calls)) == (0, 1), done.output


@pytest.mark.parametrize("missing", ["orders.jsonl", "orders.txt"])
def test_unreadable_orders_exit_with_2_and_a_message(tmp_path: Path, missing: str) -> None:
    done = CliRunner().invoke(
        main,
        [
            "serve",
            "--orders",
            str(tmp_path / missing),
            "--state",
            str(tmp_path / "state"),
            "--port",
            "0",
        ],
    )
    assert done.exit_code == 2
    assert "Error: " in done.stderr
    assert missing in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_exits_with_2_and_a_message(orders: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ["--orders", str(orders), "--state", str(tmp_path / "state"), "--port", port]
        done = CliRunner().invoke(main, ["serve", *arguments])
    assert done.exit_code == 2
    assert done.stderr == (
        f"Error: cannot listen on 127.0.0.1, port {port}: Address already in use. Hint: use "
        "another port, or port 0 for a free one.\n"
    )
