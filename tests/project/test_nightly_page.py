"""The page about nightly exports: what it shows for cron, systemd, GitHub, Airflow and Windows works.

The examples of `python` and `console` are executed by `test_examples.py`.
"""

from __future__ import annotations

import configparser
import csv
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from epfilter import parse
from epfilter.cli import main
from epfilter.cli.export import export_command
from epfilter.testing import ExporterService, run_exporter_service

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "how-to" / "nightly.md"
BLOCKS: list[tuple[str, str]] = re.findall(
    r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
COMMAND = "/usr/local/bin/epfilter"

needs_shell = pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")


def _block(language: str, text: str) -> str:
    """Return the only block of a language that contains a text."""
    (found,) = (body for name, body in BLOCKS if name == language and text in body)
    return found


def _commands() -> list[list[str]]:
    """Return the arguments of every export on the page that a shell or systemd splits."""
    lines = [line for name, body in BLOCKS if name in ("sh", "ini", "yaml", "powershell")
             for line in body.splitlines()]  # fmt: skip
    return [
        shlex.split(line[line.index("export --region") :].removesuffix(" 2>&1)"))[1:]
        for line in lines
        if "epfilter export --region" in line
    ]


def test_every_command_has_options_that_exist() -> None:
    commands = _commands()
    assert len(commands) == 7
    for arguments in commands:
        parent = click.Context(main, **main.context_settings)
        with click.Context(export_command, parent) as context:
            export_command.parse_args(context, [*arguments])
        assert context.params["output"]
        source = context.params["source"]
        if source is not None and not source.startswith("@"):
            parse(source)


def test_a_command_of_windows_is_one_filter() -> None:
    first, second = _block("bat", "epfilter").splitlines()
    assert f'"{parse("eq(payment,paid)|eq(payment,refunded)")}"' in first
    arguments = [*["epfilter", "export", "--region", "us-east"], 'eq(name,"O\'Brien, Ann")']
    assert second == subprocess.list2cmdline([*arguments, "-o", "orders.csv"])
    parse(arguments[-1])


def test_the_workflow_exports_with_the_secrets() -> None:
    workflow = yaml.safe_load(_block("yaml", "jobs:"))
    assert workflow[True]["schedule"] == [{"cron": "30 4 * * *"}]  # YAML 1.1 reads `on` as true
    steps = workflow["jobs"]["export"]["steps"]
    (export,) = (step for step in steps if "epfilter export" in step.get("run", ""))
    assert {*export["env"]} == {"EPFILTER_CLIENT_ID", "EPFILTER_CLIENT_SECRET"}
    (upload,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] in export["run"]


def _read_unit(text: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names of units have capitals
    unit.read_string(text)
    return unit


def test_the_units_belong_together() -> None:
    service, timer = (_read_unit(_block("ini", f"export-orders.{kind}")) for kind in ("service", "timer"))  # fmt: skip
    assert service["Service"]["ExecStart"].startswith(f"{COMMAND} export ")
    assert service["Service"]["SuccessExitStatus"] == "3"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    paths = []
    for kind in ("service", "timer"):
        text = _block("ini", f"export-orders.{kind}").replace(COMMAND, sys.executable)
        paths.append(tmp_path / f"export-orders.{kind}")
        paths[-1].write_text(text.replace("User=shop\n", ""), encoding="utf-8")
    command = ["systemd-analyze", "verify", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    reported = [line for line in done.stderr.splitlines() if "export-orders" in line]
    assert (done.returncode, reported) == (0, []), done.stderr


@pytest.fixture(scope="module")
def service() -> Iterator[ExporterService]:
    with run_exporter_service() as running:
        yield running


def _run(line: str, service: ExporterService, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as cron does: with `sh`, a short PATH, and up to the first `%` without `\\`."""
    program = home / "bin" / "epfilter"
    program.parent.mkdir(exist_ok=True)
    program.write_text(
        "#!/usr/bin/env bash\n"
        f'exec {shlex.quote(sys.executable)} -m epfilter "${{@/us-east/{service.url}}}"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    (home / ".epfilter.env").write_text(f"EPFILTER_API_TOKEN={service.token}\n", encoding="utf-8")
    command = re.split(r"(?<!\\)%", line)[0].replace("\\%", "%")
    environment = {"HOME": str(home), "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin"}
    environment |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return subprocess.run(  # noqa: S603 - the lines of our own page
        ["/bin/sh", "-c", command],
        cwd=home,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@needs_shell
def test_the_line_of_cron_runs(service: ExporterService, tmp_path: Path) -> None:
    (line,) = (each for each in _block("sh", "crontab").splitlines() if each.startswith("30 4"))
    fields = line.split(maxsplit=5)
    assert fields[:5] == ["30", "4", "*", "*", "*"]
    done = _run(fields[5], service, tmp_path)
    assert (done.returncode, "filter: ge(created_at," in done.stderr) == (0, True), done.stderr
    (exported,) = tmp_path.glob("orders-????-??-??.csv")
    assert exported.read_bytes() == b""
    assert _run(fields[5].replace("\\%", "%"), service, tmp_path).returncode != 0


@pytest.mark.slow
@needs_shell
def test_the_script_of_cron_prints_only_what_failed(
    service: ExporterService, tmp_path: Path
) -> None:
    script = _block("sh", "append.sh").replace("/srv/orders", shlex.quote(str(tmp_path)))
    sizes = []
    for text in ("eq(name,Nobody)", "eq(payment,paid)", "eq(payment,paid)"):
        (tmp_path / "orders.filter").write_text(f"{text}\n", encoding="utf-8")
        done = _run(script.replace("%", "\\%"), service, tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        sizes += [file.stat().st_size for file in tmp_path.glob("orders.csv")]
    assert len(sizes) == 2
    assert sizes[0] == sizes[1] > 1000
    (tmp_path / "orders.filter").write_text("eq(paymet,paid)\n", encoding="utf-8")
    done = _run(script, service, tmp_path)
    assert (done.returncode, "EPF201" in done.stdout, done.stderr) == (1, True, "")


@pytest.mark.slow
@needs_shell
def test_the_script_exports_the_orders_that_have_changed(
    service: ExporterService, tmp_path: Path
) -> None:
    script = _block("sh", "changed.sh")
    for date, day in (("-d yesterday +%F", "2018-09-01"), ("+%F", "2018-10-01")):
        script = script.replace(f"$(date -u {date})", day)
    line = f". ~/.epfilter.env; export EPFILTER_API_TOKEN\n{script}"
    done = _run(line, service, tmp_path)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "refunds-2018-09-01.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["updated_at"][:7] for row in rows} == {"2018-09"}
    assert {row["payment"] for row in rows} == {"refunded"}


@pytest.mark.slow
@needs_shell
def test_the_command_of_systemd_appends(service: ExporterService, tmp_path: Path) -> None:
    start = _read_unit(_block("ini", "export-orders.service"))["Service"]["ExecStart"]
    line = start.replace(COMMAND, ". ~/.epfilter.env; export EPFILTER_API_TOKEN; epfilter")
    outputs = [_run(line, service, tmp_path) for _ in range(2)]
    assert [done.returncode for done in outputs] == [0, 0], outputs[0].stderr
    assert [done.stdout.rstrip().endswith(", 0 new") for done in outputs] == [False, True]


@pytest.mark.slow
def test_the_operator_of_airflow_exports_the_day_of_its_run(
    service: ExporterService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("airflow") is None:
        _stand_in_for_airflow(monkeypatch)
    code = _block("py", "airflow")
    assert len(code.partition("class ")[2].splitlines()) < 15
    monkeypatch.setenv("EPFILTER_API_TOKEN", service.token)
    names: dict[str, Any] = {"__name__": "operators"}
    exec(code.replace("us-east", service.url), names)  # noqa: S102 - the code of our own page
    operator = names["ExportOrders"](task_id="orders", path="{{ ds }}.csv")
    assert operator.since == "{{ ds }}"
    day = {"since": "2018-09-03", "until": "2018-09-04", "path": str(tmp_path / "day.csv")}
    for name in operator.template_fields:
        setattr(operator, name, day[name])
    rows = operator.execute({})
    with Path(day["path"]).open(encoding="utf-8", newline="") as file:
        created = [row["created_at"] for row in csv.DictReader(file)]
    assert len(created) == rows
    assert {time[:10] for time in created} <= {"2018-09-03"}


def _stand_in_for_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow is too large for the tests: a class with the constructor that the operator calls."""

    class BaseOperator:
        def __init__(self, *, task_id: str) -> None:
            self.task_id = task_id

    sdk = types.ModuleType("airflow.sdk")
    vars(sdk)["BaseOperator"] = BaseOperator
    monkeypatch.setitem(sys.modules, "airflow", types.ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
