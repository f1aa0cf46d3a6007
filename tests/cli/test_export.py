"""`epfilter export`: the files that it writes and keeps, and its messages."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner, Result

from epfilter.cli import errors, main, progress
from epfilter.exporter import ExporterClient
from epfilter.exporter.client import retries, settings
from support.help_examples import help_examples
from support.loopback_platform import HEADER, NOTHING, Platform, run_platform

_WINDOW = "ge(created_at,2018-09-20):lt(created_at,2018-11-05)"
_CHECKPOINT = Path("orders.csv.export.json")


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform whose token is in the environment; the test runs in its own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EPFILTER_CLIENT_ID", raising=False)
    with run_platform() as platform:
        monkeypatch.setenv("EPFILTER_API_TOKEN", platform.token)
        yield platform


def export(platform: Platform, *args: str, stdin: str | None = None) -> Result:
    args = ("export", "--region", platform.url, "-o", "orders.csv", *args)
    result = CliRunner().invoke(main, args, input=stdin)
    assert "Traceback" not in result.output
    assert platform.token not in result.output
    return result


def leave_interrupted_export(platform: Platform, *args: str) -> None:
    """Leave an interrupted export behind, because its last job is pending."""
    platform.status = "pending"
    result = export(platform, "--timeout", "0", "eq(payment,paid)", *args)
    assert (result.exit_code, _CHECKPOINT.exists()) == (2, True)
    platform.status = "success"


@pytest.mark.parametrize("source", ["eq(payment, paid)", "-", "@paid.filter"])
def test_the_file_is_written_and_named(platform: Platform, source: str) -> None:
    Path("paid.filter").write_text("eq(payment,paid)\n", encoding="utf-8")
    result = export(platform, source, stdin="eq(payment,paid)")
    assert (result.stdout, result.stderr) == ("orders.csv: 29 bytes, 1 row\n", "")
    assert result.exit_code == 0
    assert Path("orders.csv").read_bytes() == HEADER + b"1,complete\r\n"
    assert platform.filters == ["eq(payment,paid)"]
    assert sorted(path.name for path in Path().iterdir()) == ["orders.csv", "paid.filter"]


def test_split_exports_become_one_file(platform: Platform) -> None:
    platform.csv_of = lambda text: (
        b"" if "2018-10-01):lt" in text else HEADER + b"%d,complete\r\n" % len(platform.filters)
    )
    result = export(platform, "--split", "month", "--format", "json", _WINDOW)
    assert result.stderr == ""
    assert json.loads(result.stdout) == {
        "path": "orders.csv",
        "bytes": 41,
        "rows": 2,
        "jobs": [str(UUID(int=number)) for number in (1, 2, 3)],
    }
    assert len(Path("orders.csv").read_bytes().splitlines()) == 3
    assert platform.filters == [
        "ge(created_at,2018-09-20):lt(created_at,2018-10-01)",
        "ge(created_at,2018-10-01):lt(created_at,2018-11-01)",
        "ge(created_at,2018-11-01):lt(created_at,2018-11-05)",
    ]


def test_the_summary_counts_rows_and_jobs(platform: Platform) -> None:
    result = export(platform, "--split", "month", _WINDOW)
    assert result.stdout == "orders.csv: 53 bytes, 3 rows from 3 jobs\n"


def test_a_period_is_shown_and_sent(platform: Platform) -> None:
    period = "ge(created_at,2018-09-01):lt(created_at,2018-10-01)"
    ends = ("--since", "2018-09-01", "--until", "2018-10-01")
    for args, sent in (((), period), (("eq(payment,paid)",), f"{period}:eq(payment,paid)")):
        result = export(platform, *ends, *args, "--force")
        assert (result.exit_code, result.stderr) == (0, f"filter: {sent}\n")
    assert platform.filters == [period, f"{period}:eq(payment,paid)"]


def test_new_orders_are_appended(platform: Platform) -> None:
    header = b"id,created_at\r\n"
    args = ("--append", "--resume", "--since", "2018-09-01")
    platform.csv_of = lambda _: header + b"1,2018-09-01T10:00:00Z\r\n"
    first = export(platform, *args)
    assert first.stdout == "orders.csv: 39 bytes, 1 row, 1 new\n"
    platform.csv_of = lambda _: header + b"2,2018-09-02T10:00:00Z\r\n1,2018-09-01T10:00:00Z\r\n"
    second = export(platform, *args)
    assert second.stderr == "filter: ge(created_at,2018-09-01T10:00:00Z)\n"
    assert second.stdout == "orders.csv: 63 bytes, 2 rows, 1 new\n"
    third = json.loads(export(platform, *args, "--format", "json").stdout)
    assert (third["rows"], third["appended"]) == (2, 0)
    platform.csv_of = lambda _: b""
    assert export(platform, *args, "eq(payment,paid)").exit_code == 0
    platform.csv_of = lambda _: header[:2] + b"\r\n3\r\n"
    refused = export(platform, *args)
    assert "it lacks `created_at`" in refused.stderr
    assert (refused.exit_code, Path("orders.csv").stat().st_size) == (2, 63)


def test_orders_that_changed_cannot_be_appended(platform: Platform) -> None:
    selected = "eq(payment,refunded):(ge(updated_at,2018-09-01)|eq(name,Ron))"
    for args in (("--since", "2018-09-01"), ("--since", "2018-09-01", "--no-check")):
        refused = export(platform, "--append", *args, selected)
        assert "an append cannot select by `updated_at`" in refused.stderr
        assert refused.exit_code == 2
    assert (platform.filters, Path("orders.csv").exists()) == ([], False)
    assert export(platform, selected).exit_code == 0


def test_a_warning_is_printed_and_the_orders_are_exported(platform: Platform) -> None:
    selected = "eq(payment,refunded):eq(payment,paid)"
    result = export(platform, selected)
    assert result.stderr.startswith("1:22: warning[EPF401] ")
    assert (result.exit_code, platform.filters) == (0, [selected])
    assert export(platform, selected, "--force", "--no-check").stderr == ""


def test_a_period_is_that_of_the_interrupted_export(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2018, 9, 3, 4, tzinfo=UTC)
    monkeypatch.setattr("epfilter.exporter.periods.current_time", lambda: day)
    leave_interrupted_export(platform, "--since", "yesterday")
    monkeypatch.setattr("epfilter.exporter.periods.current_time", lambda: day + timedelta(days=1))
    result = export(platform, "eq(payment,paid)", "--since", "yesterday", "--resume")
    assert result.stderr == "filter: ge(created_at,2018-09-02):eq(payment,paid)\n"
    assert (result.exit_code, len(platform.filters)) == (0, 1)


def test_a_period_can_be_split(platform: Platform) -> None:
    ends = ("--since", "2018-09-20", "--until", "2018-11-05", "--split", "month")
    assert export(platform, *ends).exit_code == 0
    assert len(platform.filters) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gte(total,1)", "error[EPF108] there is no operator `gte`."),
        ("eq(paymnt,paid)", "error[EPF201] `orders` has no field `paymnt`."),
        ("eq(customer.name,A):like(with_tax,1*)", "not ok: 1 error, 1 info"),
    ],
)
def test_errors_are_shown_and_nothing_is_sent(platform: Platform, text: str, message: str) -> None:
    result = export(platform, text)
    assert message in result.stderr
    assert "^^^" in result.stderr
    assert (result.stdout, result.exit_code, platform.requests) == ("", 1, [])


def test_a_remark_is_shown_and_the_export_continues(platform: Platform) -> None:
    result = export(platform, "eq(customer.name,A)")
    assert result.stderr.startswith("1:4: info[EPF206] `customer.name` is an alias of `name`.")
    assert "not ok" not in result.stderr
    assert (result.exit_code, platform.filters) == (0, ["eq(customer.name,A)"])


def test_no_check_sends_any_filter(platform: Platform) -> None:
    assert export(platform, "--no-check", "eq(paymnt,paid)").exit_code == 0
    assert platform.filters == ["eq(paymnt,paid)"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["eq(payment,paid)", "--split", "month"], "the filter has no window on `created_at` to split."),
        (["--all", "--split", "month"], "an export of every order cannot be split."),
        (["--all", "--append", "--split", "day"], "an export of every order cannot be split."),
        (["eq(payment,paid)", "--split", "year"], "'year' is not one of 'month', 'week', 'day'."),
        (["eq(payment,paid)", "--timeout", "-1"], "-1.0 is not in the range x>=0."),
        (["eq(payment,paid)", "--timeout", "nan"], "`timeout` must be a number of seconds"),
        (["eq(payment,paid)", "--region", "mars"], "the region is neither a known name nor the base URL"),
        (["eq(payment,paid)", "--region", ""], "the region is neither a known name nor the base URL"),
        (["eq(payment,paid)", "-o", "-"], "orders cannot be exported to standard output; give a file name."),
        (["eq(payment,paid)", "-o", "."], ". is a folder."),
        (["eq(payment,paid)", "-o", ""], "the path is empty."),
        (["eq(payment,paid)", "-o", "none/orders.csv"], "does not exist"),
        (["eq(payment,paid)", "-o", "a" * 300], "File name too long"),
        (["@none.filter"], "cannot read none.filter"),
        ([], "give a FILTER, `--since`, or `--all` for every order."),
        (["--all", "--append", "--force"], "`--append` cannot be combined with `--force`."),
        (["--all", "-o", "a.parquet"], "the name `a.parquet` is that of another format;"),
        (["--all", "-o", "a.XLSX"], "use a name that ends in .csv, and convert the file."),
        (["--all", "-o", "a.jsonl"], "orders are exported as CSV"),
        (["--all", "--rows", "order"], "`--rows` requires `--orders`."),
        (["--all", "--no-neutralise"], "`--neutralise` requires `--orders`."),
        (["--until", "today"], "give a FILTER, `--since`, or `--all` for every order."),
        (["eq(payment,paid)", "--all"], "`--all` cannot be combined with a FILTER."),
        (["--since", "soon"], "`soon` is not a date or time."),
        (["--since", "today", "--until", "yesterday"], "the period is empty"),
        (["--since", "today", "--timezone", "Mars"], "there is no time zone `Mars`."),
        (["eq(payment,paid)", "eq(payment,unpaid)"], "unexpected extra argument"),
        (["eq(payment,paid)", "--token", "secret"], "No such option '--token'"),
    ],
)  # fmt: skip
def test_wrong_usage_is_reported_and_nothing_is_sent(
    platform: Platform, args: list[str], message: str
) -> None:
    result = export(platform, *args)
    assert message in result.stderr
    assert (result.stdout, result.exit_code, platform.filters) == ("", 2, [])


def test_a_missing_token_is_reported(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EPFILTER_API_TOKEN")
    result = export(platform, "eq(payment,paid)")
    assert result.stderr == (
        "Error: there is no token. Hint: set EPFILTER_API_TOKEN, or EPFILTER_CLIENT_ID and "
        "EPFILTER_CLIENT_SECRET.\n"
    )
    assert (result.exit_code, platform.requests) == (2, [])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, {"errors": [{"title": "Unauthorized"}]}), "failed with 401 Unauthorized"),
        ((400, {"errors": [{"title": "Bad\x1b[31m", "detail": "no"}]}), "Bad\\u001b[31m: no"),
        ((202, {"data": []}), "exactly one job"),
        ((202, "<html>"), "is not a job"),
    ],
)
def test_an_error_response_is_a_failure(
    platform: Platform, answer: tuple[int, object], message: str
) -> None:
    platform.response = answer
    result = export(platform, "eq(payment,paid)")
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "--resume" not in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)
    assert [*Path().iterdir()] == []


def test_an_export_without_orders_exits_with_3(platform: Platform) -> None:
    platform.csv_of = lambda _: b""
    result = export(platform, "eq(payment,paid)")
    assert result.stderr == f"Error: the job failed: {NOTHING}\n"
    assert (result.stdout, result.exit_code, [*Path().iterdir()]) == ("", 3, [])


def test_a_quiet_day_can_be_allowed(platform: Platform) -> None:
    platform.csv_of = lambda _: b""
    result = export(platform, "--allow-empty", "eq(payment,paid)")
    assert (result.stdout, result.stderr) == ("orders.csv: 0 bytes, 0 rows\n", "")
    Path("orders.csv").write_bytes(HEADER + b"1,complete\r\n")
    assert export(platform, "--allow-empty", "--force", "eq(payment,paid)").exit_code == 0
    assert Path("orders.csv").read_bytes() == HEADER


def test_a_failed_part_can_be_resumed(platform: Platform) -> None:
    good, platform.status = platform.job, "failed"
    platform.job = lambda number: good(number) | {"error": "out\nof order"}  # type: ignore[method-assign] # what jobs say
    result = export(platform, "--split", "month", _WINDOW)
    assert result.stderr == (
        "Error: the job failed: out\\nof order\nTo continue, run the same command with --resume.\n"
    )
    assert result.exit_code == 1
    platform.job, platform.status = good, "success"  # type: ignore[method-assign] # as it was
    assert export(platform, "--split", "month", "--resume", _WINDOW).exit_code == 0


def test_a_file_is_replaced_only_with_force(platform: Platform) -> None:
    Path("orders.csv").write_bytes(b"precious")
    result = export(platform, "eq(payment,paid)")
    assert result.stderr.endswith("Error: orders.csv exists; use `--force` to replace it.\n")
    assert (result.exit_code, platform.requests) == (2, [])
    assert Path("orders.csv").read_bytes() == b"precious"
    assert export(platform, "eq(payment,paid)", "--force").exit_code == 0
    assert Path("orders.csv").read_bytes() == HEADER + b"1,complete\r\n"


def test_an_export_is_resumed_after_a_timeout(platform: Platform) -> None:
    platform.status = "started"
    result = export(platform, "--timeout", "0", "eq(payment,paid)")
    assert "is still started after 0 s." in result.stderr
    assert result.stderr.endswith(" To continue, run the same command with --resume.\n")
    assert (result.exit_code, Path("orders.csv").exists()) == (2, False)
    again = export(platform, "--timeout", "0", "eq(payment,paid)")
    assert again.stderr.endswith(
        "Error: an export to orders.csv was interrupted; use `--resume` to continue it, or "
        "use `--force` to start a new one.\n"
    )
    assert again.exit_code == 2
    platform.status = "success"
    assert export(platform, "--resume", "eq(payment,paid)").exit_code == 0
    assert len(platform.filters) == 1
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


def test_resume_replaces_the_file_if_the_export_started_with_force(platform: Platform) -> None:
    Path("orders.csv").write_bytes(b"old")
    leave_interrupted_export(platform, "--force")
    assert export(platform, "--resume", "eq(payment,paid)").exit_code == 0
    assert Path("orders.csv").read_bytes() != b"old"
    assert export(platform, "--resume", "eq(payment,paid)").exit_code == 2


_APPEARED = (
    "Error: orders.csv has appeared in the meantime, and must not be replaced. To continue, run the same "
    "command with --resume --force, which replaces orders.csv.\n"
)
_IN_THE_WAY = (
    "Error: orders.csv has been created since the interruption; use `--resume --force` to continue "
    "and replace it.\n"
)


@pytest.mark.parametrize(
    ("args", "rows"), [(["eq(payment,paid)"], 1), (["--split", "month", _WINDOW], 3)]
)
def test_a_file_created_during_the_export_is_kept_and_so_is_the_download(
    platform: Platform, args: list[str], rows: int
) -> None:
    def appearing(_: str) -> bytes:
        Path("orders.csv").write_bytes(b"precious")
        return HEADER + b"1,complete\r\n"

    platform.csv_of = appearing
    result = export(platform, *args)
    assert (result.stderr, result.stdout, result.exit_code) == (_APPEARED, "", 2)
    fetched = len(platform.requests)
    result = export(platform, *args, "--resume")
    assert result.stderr.endswith(_IN_THE_WAY)
    assert (result.stdout, result.exit_code) == ("", 2)
    assert Path("orders.csv").read_bytes() == b"precious"
    assert export(platform, *args, "--resume", "--force").exit_code == 0
    assert len(platform.requests) == fetched
    assert Path("orders.csv").read_bytes() == HEADER + b"1,complete\r\n" * rows
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


@pytest.mark.parametrize("first", [[], ["--force"]])
def test_a_file_created_before_resume_is_kept(platform: Platform, first: list[str]) -> None:
    leave_interrupted_export(platform, *first)
    Path("orders.csv").write_bytes(b"precious")
    result = export(platform, "--resume", "eq(payment,paid)")
    assert result.stderr.endswith(_IN_THE_WAY)
    assert (result.stdout, result.exit_code) == ("", 2)
    assert Path("orders.csv").read_bytes() == b"precious"
    assert export(platform, "--resume", "--force", "eq(payment,paid)").exit_code == 0
    assert Path("orders.csv").read_bytes() == HEADER + b"1,complete\r\n"
    assert len(platform.filters) == 1


def test_a_file_created_during_resume_is_kept(platform: Platform) -> None:
    leave_interrupted_export(platform)

    def job(number: int) -> dict[str, Any]:
        Path("orders.csv").write_bytes(b"precious")
        return good(number)

    good = platform.job
    platform.job = job  # type: ignore[method-assign] # what happens meanwhile
    result = export(platform, "--resume", "eq(payment,paid)")
    assert (result.stderr, result.stdout, result.exit_code) == (_APPEARED, "", 2)
    assert Path("orders.csv").read_bytes() == b"precious"


@pytest.mark.parametrize("again", ["--resume", "--force"])
def test_an_invalid_checkpoint_is_reported_even_if_the_file_exists(
    platform: Platform, again: str
) -> None:
    for path in (_CHECKPOINT, Path("orders.csv")):
        path.write_bytes(b"{")
    result = export(platform, "eq(payment,paid)", again)
    reported = "is not a checkpoint of an export" in result.stderr
    assert (reported, result.exit_code) == ((True, 2) if again == "--resume" else (False, 0))


@pytest.mark.parametrize(
    ("first", "before", "after", "message"),
    [
        ([], None, None, "--resume."),
        ([], None, b"new", "--resume --force, which replaces orders.csv."),
        (["--force"], None, b"new", "--resume --force, which replaces orders.csv."),
        (["--force"], b"old", b"old", "--resume."),
    ],
)
def test_resume_instructions_depend_on_existing_files(
    platform: Platform, first: list[str], before: bytes | None, after: bytes | None, message: str
) -> None:
    if before is not None:
        Path("orders.csv").write_bytes(before)

    def job(number: int) -> dict[str, Any]:
        if after is not None:
            Path("orders.csv").write_bytes(after)
        return pending(number)

    pending, platform.status = platform.job, "pending"
    platform.job = job  # type: ignore[method-assign] # what happens meanwhile
    result = export(platform, "--timeout", "0", "eq(payment,paid)", *first)
    assert result.stderr.endswith(f" To continue, run the same command with {message}\n")
    assert result.exit_code == 2


@pytest.mark.parametrize("again", ["--resume", "--force"])
def test_a_folder_in_place_of_the_checkpoint_is_reported(platform: Platform, again: str) -> None:
    _CHECKPOINT.mkdir()
    for args in ([], [again]):
        result = export(platform, "eq(payment,paid)", *args)
        assert result.stderr == f"Error: cannot read {_CHECKPOINT.resolve()}: Is a directory.\n"
        assert (result.exit_code, platform.requests) == (2, [])


def test_a_token_in_an_error_message_is_masked(platform: Platform) -> None:
    good, platform.status = platform.job, "failed"
    error = {"error": f"no access with {platform.token}"}
    platform.job = lambda number: good(number) | error  # type: ignore[method-assign] # what jobs say
    assert export(platform, "eq(payment,paid)").stderr == (
        "Error: the job failed: no access with ***\n"
    )


def test_an_export_of_another_filter_is_not_resumed(platform: Platform) -> None:
    leave_interrupted_export(platform)
    result = export(platform, "--resume", "eq(payment,unpaid)")
    assert "belongs to an export with another filter" in result.stderr
    assert "To continue" not in result.stderr
    assert result.exit_code == 2


def test_force_removes_an_interrupted_export(platform: Platform) -> None:
    leave_interrupted_export(platform)
    Path(f"orders.csv.export.{UUID(int=9)}.part").touch()
    others = [f"other.csv.export.{UUID(int=9)}.part", "orders.csv.export.txt"]
    for name in others:
        Path(name).touch()
    assert export(platform, "--force", "eq(payment,unpaid)").exit_code == 0
    assert len(platform.filters) == 2
    assert {path.name for path in Path().iterdir()} == {"orders.csv", *others}


def test_an_export_started_with_force_can_be_resumed(platform: Platform) -> None:
    leave_interrupted_export(platform)
    platform.status = "pending"
    result = export(platform, "--force", "--timeout", "0", "eq(payment,unpaid)")
    assert result.stderr.endswith(" To continue, run the same command with --resume.\n")
    platform.status = "success"
    assert export(platform, "--resume", "eq(payment,unpaid)").exit_code == 0
    assert platform.filters == ["eq(payment,paid)", "eq(payment,unpaid)"]
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


@pytest.mark.parametrize(
    ("args", "variables", "answer"),
    [
        ([], {"EPFILTER_API_TOKEN": "wrong"}, None),
        ([], {"EPFILTER_API_TOKEN": ""}, None),
        ([], {}, (400, {"errors": [{"title": "Bad Request"}]})),
        ([], {}, (202, "<html>")),
        (["--region", "http://127.0.0.1:1"], {}, None),
        (["--region", "mars"], {}, None),
        (["--timeout", "nan"], {}, None),
        (["--split", "month"], {}, None),
        (["--orders", "none.jsonl", "--split", "month"], {}, None),
    ],
)
def test_an_interrupted_export_is_kept_until_another_has_started(
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    variables: dict[str, str],
    answer: tuple[int, object] | None,
) -> None:
    leave_interrupted_export(platform)
    Path(f"orders.csv.export.{UUID(int=1)}.part").write_bytes(b"a part")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(retries, "_backoff", lambda _: 0)
        for name, value in variables.items():
            patch.setenv(name, value)
        platform.response = answer
        result = export(platform, "--force", "eq(payment,unpaid)", *args)
        platform.response = None
    assert result.exit_code == 2
    assert "--resume" not in result.stderr, "what is there is not of this export"
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before
    assert export(platform, "--resume", "eq(payment,paid)").exit_code == 0
    assert platform.filters == ["eq(payment,paid)"]
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interruption_prints_how_to_resume(platform: Platform) -> None:
    platform.status = "started"
    command = [
        *(sys.executable, "-m", "epfilter", "export", "--region", platform.url),
        *("-o", "orders.csv", "eq(payment,paid)"),
    ]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running_export:
        assert platform.job_requested.wait(60)
        running_export.send_signal(signal.SIGINT)
        out, err = running_export.communicate(timeout=60)
    assert (out, err) == ("", "\ninterrupted. To continue, run the same command with --resume.\n")
    assert running_export.returncode == 130
    platform.status = "success"
    assert export(platform, "--resume", "eq(payment,paid)").exit_code == 0
    assert len(platform.filters) == 1


def test_an_early_interruption_prints_how_to_list_jobs(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(ExporterClient, "export", interrupted)
    result = export(platform, "eq(payment,paid)")
    assert result.stderr == "\ninterrupted. `epfilter jobs` shows whether a job was created.\n"
    assert (result.stdout, result.exit_code) == ("", 130)


@pytest.mark.parametrize("package", ["httpx", "tenacity"])
def test_a_missing_package_is_reported_with_its_requirement(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=f"{package}.part")

    monkeypatch.setattr(errors, "import_module", absent)
    result = export(platform, "eq(payment,paid)")
    assert result.stderr == f"Error: this needs the package {package}: pip install 'epfilter[client]'\n"  # fmt: skip
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_missing_module_of_epfilter_is_a_bug(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "import_module", lambda _: import_module("epfilter.no_such"))
    assert "because of a bug in epfilter" in export(platform, "eq(payment,paid)").stderr


class Terminal:
    """A standard error that is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=made))
    monkeypatch.setattr(click, "echo", lambda text, **_: made.write(text))
    return made


def test_progress_is_shown_on_a_terminal(platform: Platform, terminal: Terminal) -> None:
    export(platform, "--split", "month", _WINDOW)
    lines = terminal.text.split("\r")
    assert "part 2 of 3: status success" in lines
    assert lines[-2].strip() == ""
    assert "\x1b" not in terminal.text


def test_a_status_line_is_replaced_truncated_and_removed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    with progress.StatusLine() as line:
        line.show("0123456789abc")
        line.show("5 MB")
        line.show("6 MB", throttle=True)
        monkeypatch.setattr(progress, "_PAUSE", -1)
        line.show("7 MB", throttle=True)
    assert terminal.text == "\r012345678\r5 MB     \r7 MB\r    \r"


def test_an_unused_status_line_prints_nothing(terminal: Terminal) -> None:
    with progress.StatusLine():
        pass
    assert terminal.text == ""


@pytest.mark.parametrize("line", help_examples("export"))
def test_help_examples_run(platform: Platform, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for region in settings.REGIONS:
        monkeypatch.setitem(settings.REGIONS, region, platform.url)
    Path("refunds.filter").write_text("eq(payment,refunded)\n", encoding="utf-8")
    Path("orders.jsonl").write_text('{"id": "1", "payment": "refunded"}\n', encoding="utf-8")
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert result.stderr.startswith("filter: " if "--since" in line else "")
    assert bool(result.stderr) is ("--since" in line)
    assert result.exit_code == 0
    assert result.stdout
