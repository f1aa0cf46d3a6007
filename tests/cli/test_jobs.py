"""`epfilter jobs`: a table of jobs, one job, and JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from epfilter.cli import main
from epfilter.exporter.client import settings
from support.help_examples import help_examples
from support.loopback_platform import NOTHING, Platform, run_platform


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform with two jobs, one of which has failed."""
    monkeypatch.delenv("EPFILTER_CLIENT_ID", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    with run_platform() as platform:
        monkeypatch.setenv("EPFILTER_API_TOKEN", platform.token)
        platform.filters = ["eq(payment,paid)", "eq(payment,unpaid)"]
        platform.csv_of = lambda text: b"" if "unpaid" in text else b"id\n"
        yield platform


def jobs(platform: Platform, *args: str, color: bool = False) -> Result:
    args = ("jobs", "--region", platform.url, *args)
    result = CliRunner().invoke(main, args, color=color)
    assert "Traceback" not in result.output
    assert platform.token not in result.output
    return result


def test_jobs_are_listed_in_a_table(platform: Platform) -> None:
    result = jobs(platform)
    assert result.stdout == (
        "id                                    status   created\n"
        "00000000-0000-0000-0000-000000000001  success  2018-10-04 11:08:49\n"
        "    eq(payment,paid)\n"
        "00000000-0000-0000-0000-000000000002  failed   2018-10-04 11:08:49\n"
        f"    eq(payment,unpaid) — {NOTHING}\n"
    )
    assert (result.stderr, result.exit_code) == ("", 0)


def test_a_wide_terminal_has_a_column_for_filters(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    shown = jobs(platform).stdout
    assert "status   created              filter\n" in shown
    assert "2018-10-04 11:08:49  eq(payment,unpaid) — " in shown


def test_an_empty_list_of_jobs_is_reported(platform: Platform) -> None:
    platform.filters = []
    result = jobs(platform)
    assert (result.stdout, result.stderr, result.exit_code) == ("", "there are no jobs.\n", 0)
    assert jobs(platform, "--format", "json").stdout == "[]\n"


def test_json_output_is_what_the_platform_sent(platform: Platform) -> None:
    expected = [platform.job(1), platform.job(2)]
    assert json.loads(jobs(platform, "--format", "json").stdout) == expected
    one = jobs(platform, "--format", "json", str(UUID(int=2)))
    assert json.loads(one.stdout) == expected[1]
    assert (one.stderr, one.exit_code) == ("", 0)


def test_one_job_is_shown_with_all_details(platform: Platform) -> None:
    result = jobs(platform, str(UUID(int=2)).upper())
    assert result.stdout == (
        "id       00000000-0000-0000-0000-000000000002\n"
        "status   failed\n"
        "created  2018-10-04 11:08:49\n"
        "updated  2018-10-04 11:09:01\n"
        "filter   eq(payment,unpaid)\n"
        f"error    {NOTHING}\n"
    )
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({}, []),
        ({"link": {"href": ""}, "timestamps": {}}, []),
        ({"link": {"href": "https://a.example/1.csv"}}, ["file     https://a.example/1.csv"]),
        ({"timestamps": {"created_at": "yester\x1bday"}}, ["created  yester\\u001bday"]),
        ({"filter": "eq(a,\x1b)"}, ["filter   eq(a,\\u001b)"]),
        ({"filter": {"a": 1}}, []),
        ({"error": "two\nlines\x1b[2J"}, ["error    two\\nlines\\u001b[2J"]),
    ],
)
def test_missing_and_additional_members_of_a_job_are_accepted(
    platform: Platform, members: dict[str, Any], shown: list[str]
) -> None:
    job = {"id": str(UUID(int=1)), "status": "PROCESSING", **members}
    platform.response = 200, {"data": job}
    result = jobs(platform, str(UUID(int=1)))
    lines = result.stdout.splitlines()
    assert lines == [f"id       {UUID(int=1)}", "status   started", *shown]
    platform.response = 200, {"data": [job]}
    assert jobs(platform).exit_code == 0


def test_terminal_output_is_coloured(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[31mfailed\x1b[0m" in jobs(platform, str(UUID(int=2)), color=True).stdout
    assert "\x1b" not in jobs(platform, "--format", "json", color=True).stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([".."], "no request can contain this id of a job."),
        (["--region", "mars"], "the region is neither a known name nor the base URL"),
        ([str(UUID(int=9))], "Resource Not Found"),
        ([str(UUID(int=1)), str(UUID(int=2))], "unexpected extra argument"),
    ],
)
def test_an_unknown_job_is_a_failure(platform: Platform, args: list[str], message: str) -> None:
    result = jobs(platform, *args)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_wrong_token_is_reported(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPFILTER_API_TOKEN", "wrong-token")
    result = jobs(platform)
    assert "failed with 401 Unauthorized" in result.stderr
    assert "wrong-token" not in result.output
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize("line", help_examples("jobs"))
def test_help_examples_run(platform: Platform, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for region in settings.REGIONS:
        monkeypatch.setitem(settings.REGIONS, region, platform.url)
    platform.response = (
        200,
        {"data": {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "success"}},
    )
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert (result.stderr, result.exit_code) == ("", 0)
    assert result.stdout
