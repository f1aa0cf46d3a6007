"""`epfilter export --orders`: the same file without a platform."""

from __future__ import annotations

import csv
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from click.testing import CliRunner, Result

from epfilter import Filter
from epfilter.cli import main
from epfilter.exporter.orders import RowsPer, attributes_of, csv_columns, demo_lines
from epfilter.targets import to_predicate

PAID = "eq(payment,paid):ge(with_tax,20000)"
ORDERS = "".join(demo_lines(200))


@pytest.fixture(autouse=True)
def _orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EPFILTER_API_TOKEN", raising=False)
    Path("orders.jsonl").write_text(ORDERS, encoding="utf-8")


def export(*args: str) -> Result:
    result = CliRunner().invoke(main, ("export", "-o", "paid.csv", *args))
    assert "Traceback" not in result.output
    return result


def list_files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_the_selected_orders_are_written(tmp_path: Path) -> None:
    result = export("--orders", "orders.jsonl", PAID)
    with (tmp_path / "paid.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    matches = to_predicate(PAID, "orders")
    lines = Path("orders.jsonl").read_text(encoding="utf-8").splitlines()
    meant = [order["id"] for order in map(json.loads, lines) if matches(attributes_of(order))]
    assert list(dict.fromkeys(row["id"] for row in rows)) == meant != []
    size = Path("paid.csv").stat().st_size
    assert result.stdout == f"paid.csv: {size:,} bytes, {len(rows):,} rows\n"
    assert list_files() == ["orders.jsonl", "paid.csv"]


def test_every_order_and_a_period_of_orders() -> None:
    assert export("--orders", "orders.jsonl", "--all").exit_code == 0
    with Path("paid.csv").open(encoding="utf-8", newline="") as file:
        created = {row["id"]: row["created_at"] for row in csv.DictReader(file)}
    assert len(created) == 200
    ends = ("--since", "2018-03-01", "--until", "2018-06-01")
    assert export("--orders", "orders.jsonl", *ends, "--force").exit_code == 0
    with Path("paid.csv").open(encoding="utf-8", newline="") as file:
        found = {row["id"] for row in csv.DictReader(file)}
    assert (
        found
        == {id_ for id_, time in created.items() if "2018-03-01" <= time < "2018-06-01"}
        != set()
    )


def read_ids() -> list[str]:
    with Path("paid.csv").open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def test_orders_that_arrive_are_appended() -> None:
    lines = [*demo_lines(200)]
    args = ("--orders", "orders.jsonl", "--append", "--since", "2018-02-01")
    end = "2019-01-01"
    for number in (2, 100, 100, 150, 200):
        Path("orders.jsonl").write_text("".join(lines[:number]), encoding="utf-8")
        result = export(*args)
        assert result.exit_code == (0 if number > 2 else 3), result.output
    assert result.stdout.endswith(" new\n")
    appended = read_ids()
    assert list_files() == ["orders.jsonl", "paid.csv"]
    assert export(*args, "--until", end).stdout.endswith(" 0 new\n")
    Path("paid.csv").unlink()
    assert export(*args).exit_code == 0
    assert Counter(read_ids()) == Counter(appended) != Counter()


def test_rows_and_texts_as_the_service_writes_them() -> None:
    order = json.loads(next(demo_lines(1)))
    order["external_ref"] = "=1+1"
    Path("orders.jsonl").write_text(json.dumps(order), encoding="utf-8")
    cases: list[tuple[list[str], RowsPer, str]] = [
        ([], "item", "'=1+1"),
        (["--rows", "order"], "order", "'=1+1"),
        (["--rows", "order", "--no-neutralise"], "order", "=1+1"),
    ]
    for args, columns, text in cases:
        assert export("--orders", "orders.jsonl", "--all", "--force", *args).exit_code == 0
        with Path("paid.csv").open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            assert next(rows)["external_ref"] == text
            assert rows.fieldnames == [column.name for column in csv_columns(columns)]


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@pytest.mark.parametrize("url", ["orders.jsonl", "duckdb://orders.db"])
def test_without_a_check_any_column_can_be_used(url: str) -> None:
    if url != "orders.jsonl":
        with closing(duckdb.connect("orders.db")) as database:
            database.execute("CREATE TABLE orders (id TEXT, billing_country TEXT, created_at TEXT)")
            database.execute("INSERT INTO orders VALUES ('1', 'GB', '2018-09-01T00:00:00Z')")
            database.execute("INSERT INTO orders VALUES ('2', 'US', '2018-09-01T00:00:00Z')")
    args = ("--orders", url, "--force", "eq(billing_country,GB)")
    assert export(*args).exit_code == 1
    result = export(*args, "--no-check")
    assert result.exit_code == 0, result.stderr
    with Path("paid.csv").open(encoding="utf-8", newline="") as file:
        assert {row["billing_country"] for row in csv.DictReader(file)} == {"GB"}
    missing = export("--orders", url, "--force", "--no-check", "eq(paymnt,paid)")
    assert "paymnt" in missing.stderr
    assert (missing.exit_code, missing.stdout) == (2, "")


def test_a_quiet_day_has_a_header() -> None:
    args = ("--orders", "orders.jsonl", "eq(email,nobody)", "--allow-empty")
    size = len(",".join(column.name for column in csv_columns("item"))) + 1
    result = export(*args)
    assert (result.stdout, result.exit_code) == (f"paid.csv: {size:,} bytes, 0 rows\n", 0)
    for _ in range(2):
        again = export(*args, "--append")
        assert (again.stdout, again.exit_code) == (f"paid.csv: {size:,} bytes, 0 rows, 0 new\n", 0)
        Path("paid.csv").unlink()
    assert export(*args[:3], "--append").exit_code == 3
    assert list_files() == ["orders.jsonl"]


def test_other_columns_are_not_appended() -> None:
    Path("paid.csv").write_text("id,created_at\n1,2018-02-01T00:00:00Z\n", encoding="utf-8")
    result = export("--orders", "orders.jsonl", "--append", "--all")
    assert "it also has `order_number`" in result.stderr
    assert (result.exit_code, result.stdout, read_ids()) == (2, "", ["1"])


def test_the_summary_as_json() -> None:
    summary = json.loads(export("--orders", "orders.jsonl", "--format", "json", PAID).stdout)
    assert summary["path"] == "paid.csv"
    assert summary["bytes"] == Path("paid.csv").stat().st_size
    assert summary["rows"] > 0
    assert summary["jobs"] == []


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (
            ["orders.jsonl", "eq(email,nobody)"],
            3,
            "Error: No results matched the supplied filter\n",
        ),
        (["orders.jsonl", "eq(paymet,paid)"], 1, "EPF201"),
        (["none.jsonl", PAID], 2, "Error: cannot read none.jsonl: No such file or directory.\n"),
        (["orders.txt", PAID], 2, "use .jsonl"),
        (
            ["orders.jsonl", PAID, "-o", "none/paid.csv"],
            2,
            "Error: cannot write none/paid.csv: No such",
        ),
        (["orders.jsonl", PAID, "-o", "."], 2, "Error: . is a folder; give the name of a file.\n"),
        (["orders.jsonl", PAID, "-o", "\udcff"], 2, "its name is not UTF-8.\n"),
        (
            ["orders.jsonl", PAID, "--split", "month"],
            2,
            "`--split` cannot be combined with `--orders`.",
        ),
        (
            ["orders.jsonl", PAID, "--region", "us-east"],
            2,
            "`--region` cannot be combined with `--orders`.",
        ),
        (
            ["orders.jsonl", PAID, "--timeout", "5"],
            2,
            "`--timeout` cannot be combined with `--orders`.",
        ),
        (["orders.jsonl", PAID, "--resume"], 2, "`--resume` cannot be combined with `--orders`."),
    ],
)
def test_failures_are_reported_and_leave_no_file(args: list[str], code: int, words: str) -> None:
    result = export("--orders", *args)
    assert (result.exit_code, words in result.stderr) == (code, True), result.stderr
    assert result.stdout == ""
    assert list_files() == ["orders.jsonl"]


@pytest.mark.parametrize(
    ("orders", "output"),
    [
        ("orders.jsonl", "orders.jsonl"),
        ("orders.jsonl", "../{folder}/orders.jsonl"),
        ("orders.jsonl", "link.jsonl"),
        ("link.jsonl", "orders.jsonl"),
        ("orders.jsonl", "other-name.jsonl"),
        ("file://{path}/orders.jsonl", "orders.jsonl"),
        ("FILE://localhost{path}/%6Frders.jsonl", "link.jsonl"),
        ("duckdb://orders.jsonl", "orders.jsonl"),
        ("duckdb://{path}/orders.jsonl#shop.orders", "orders.jsonl"),
        ("sqlite://{path}/orders.jsonl", "orders.jsonl"),
    ],
)
@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no links for everybody")
def test_the_file_of_the_orders_is_never_overwritten(
    tmp_path: Path, orders: str, output: str, force: list[str]
) -> None:
    before = Path("orders.jsonl").read_bytes()
    Path("link.jsonl").symlink_to("orders.jsonl")
    Path("other-name.jsonl").hardlink_to("orders.jsonl")
    output = output.format(folder=tmp_path.name)
    result = export("--orders", orders.format(path=tmp_path), PAID, "-o", output, *force)
    assert result.stderr.endswith(
        f"Error: {output} contains the orders to export. Hint: give the CSV file another name.\n"
    )
    assert (result.stdout, result.exit_code) == ("", 2)
    assert Path("orders.jsonl").read_bytes() == before
    assert list_files() == ["link.jsonl", "orders.jsonl", "other-name.jsonl"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_interrupted_platform_export_is_kept(force: list[str]) -> None:
    unfinished = ["paid.csv.export.json", f"paid.csv.export.{UUID(int=1)}.part"]
    for name in unfinished:
        Path(name).write_text("unfinished", encoding="utf-8")
    assert export("--orders", "orders.jsonl", PAID, *force).exit_code == 0
    assert list_files() == sorted(["orders.jsonl", "paid.csv", *unfinished])
    assert {Path(name).read_text(encoding="utf-8") for name in unfinished} == {"unfinished"}


def test_an_existing_file_is_replaced_only_with_force() -> None:
    Path("paid.csv").write_text("mine", encoding="utf-8")
    result = export("--orders", "orders.jsonl", PAID)
    assert result.stderr.endswith("Error: paid.csv exists; use `--force` to replace it.\n")
    assert result.exit_code == 2
    assert Path("paid.csv").read_text(encoding="utf-8") == "mine"
    assert export("--orders", "orders.jsonl", PAID, "--force").exit_code == 0
    assert Path("paid.csv").read_text(encoding="utf-8").startswith("id,")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_new_file_is_private_and_a_replaced_one_keeps_its_permissions() -> None:
    assert export("--orders", "orders.jsonl", PAID).exit_code == 0
    assert stat.S_IMODE(Path("paid.csv").stat().st_mode) == 0o600
    Path("paid.csv").chmod(0o640)
    assert export("--orders", "orders.jsonl", PAID, "--force").exit_code == 0
    assert stat.S_IMODE(Path("paid.csv").stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes of this kind")
def test_a_pipe_is_not_replaced() -> None:
    os.mkfifo("paid.csv")
    result = export("--orders", "orders.jsonl", PAID, "--force")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: paid.csv is not a regular file; give the name of a file.\n",
    )
    assert Path("paid.csv").is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no links for everybody")
def test_a_symbolic_link_is_kept() -> None:
    Path("real.csv").write_text("mine", encoding="utf-8")
    Path("paid.csv").symlink_to("real.csv")
    assert export("--orders", "orders.jsonl", PAID, "--force").exit_code == 0
    assert Path("paid.csv").is_symlink()
    assert Path("real.csv").read_text(encoding="utf-8").startswith("id,")


ENDLESS = """
    CREATE VIEW orders AS
    SELECT
        i::VARCHAR AS id,
        CASE hash(i) WHEN 0 THEN 'paid' ELSE 'unpaid' END AS payment,
        TIMESTAMP '2026-01-01' AS created_at
    FROM range(10000000000000) AS numbers(i)
"""


POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


@pytest.fixture
def running_export() -> Iterator[subprocess.Popen[str]]:
    """A running export that would take years."""
    with closing(duckdb.connect("endless.duckdb")) as connection:
        connection.execute(ENDLESS)
    before = list_files()
    command = [
        *(sys.executable, "-m", "epfilter", "export", "--orders", "duckdb://endless.duckdb"),
        *("-o", "paid.csv", "eq(payment,paid)"),
    ]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        while list_files() == before and process.poll() is None:
            time.sleep(0.01)
        yield process
        process.kill()
    assert list_files() == before


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("name", "pause", "code"),
    [
        ("SIGINT", 0, 130),
        ("SIGINT", 0.01, 130),
        ("SIGINT", 1, 130),
        ("SIGTERM", 0.5, 143),
        ("SIGHUP", 0, 129),
    ],
)
def test_an_interruption_leaves_no_files(
    running_export: subprocess.Popen[str], name: str, pause: float, code: int
) -> None:
    time.sleep(pause)
    running_export.send_signal(getattr(signal, name))
    out, err = running_export.communicate(timeout=60)
    assert (out, err.strip(), running_export.returncode) == ("", "", code)


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("pause", [0, 0.05])
def test_a_second_interruption_leaves_no_files(
    running_export: subprocess.Popen[str], pause: float
) -> None:
    time.sleep(0.5)
    running_export.send_signal(signal.SIGINT)
    time.sleep(pause)
    running_export.send_signal(signal.SIGINT)
    out, err = running_export.communicate(timeout=60)
    assert (out, err.strip()) == ("", "")
    # The second may come when everything has ended but Python itself.
    assert running_export.returncode in (130, -signal.SIGINT)


@pytest.mark.parametrize("links", [True, False])
def test_a_file_created_during_the_export_is_kept(
    links: bool,  # noqa: FBT001 - a column of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Slow:
        def write_csv(self, f: Filter, path: Path, **_: object) -> int:  # noqa: ARG002 - as a store's
            path.write_text("id", encoding="utf-8")
            Path("paid.csv").write_text("mine", encoding="utf-8")
            return 1

        def interrupt(self) -> None:
            pass

        def close(self) -> None:
            pass

    def without_links(*_: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr(os, "link", without_links)
    monkeypatch.setattr("epfilter.cli.local_export.open_orders", lambda _, **__: Slow())
    result = export("--orders", "orders.jsonl", PAID)
    assert result.stderr.endswith("Error: paid.csv exists; use `--force` to replace it.\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert Path("paid.csv").read_text(encoding="utf-8") == "mine"
    assert list_files() == ["orders.jsonl", "paid.csv"]
    assert export("--orders", "orders.jsonl", PAID, "--force").exit_code == 0
    Path("paid.csv").unlink()
    assert export("--orders", "orders.jsonl", PAID).exit_code == 2


def test_hard_links_are_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_links(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", without_links)
    assert export("--orders", "orders.jsonl", PAID).exit_code == 0
    assert list_files() == ["orders.jsonl", "paid.csv"]


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("epfilter.exporter.orders.duck")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = export("--orders", "orders.jsonl", PAID)
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: the package `duckdb` is not installed. Hint: pip install 'epfilter[service]'.\n",
    )


def test_threads_and_memory_are_those_of_the_source() -> None:
    small = export("--orders", "orders.jsonl", "--threads", "1", "--memory", "5MB", "--all")
    assert small.exit_code == 2
    assert "the export needs more memory than it may use" in small.stderr
    large = export("--orders", "orders.jsonl", "--threads", "2", "--memory", "1GB", "--all")
    assert large.exit_code == 0


@pytest.mark.parametrize("options", [["--threads", "2"], ["--memory", "1GB"], ["--allow-untested"]])
def test_options_of_a_source_require_one(options: list[str]) -> None:
    result = export(*options, PAID)
    assert result.exit_code == 2
    assert f"`{options[0]}` requires `--orders`." in result.stderr


def test_a_file_with_a_byte_order_mark_is_appended_to_and_exported_again() -> None:
    first = ("--orders", "orders.jsonl", "--bom", "--append", "--since", "2018-01-01")
    assert export(*first, "--until", "2018-06-01").exit_code == 0
    assert export(*first).exit_code == 0
    content = Path("paid.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid,order_number,")
    assert content.count(b"\xef\xbb\xbf") == 1
    Path("paid.csv").rename("first.csv")
    assert export("--orders", "first.csv", "--all", "--bom").exit_code == 0
    assert Path("paid.csv").read_bytes() == content
    assert export("--orders", "orders.jsonl", "--all", "--force", "--rows", "order").exit_code == 0
    assert Path("paid.csv").read_bytes().startswith(b"id,order_number,")


def test_nothing_is_appended_to_a_file_that_has_reached_the_end() -> None:
    first = export("--orders", "orders.jsonl", "--append", "--since", "2018-01-01")
    assert first.exit_code == 0
    before = Path("paid.csv").read_bytes()
    result = export("--orders", "orders.jsonl", "--append", "--all", "--until", "2018-06-01")
    assert (result.exit_code, result.stdout.rpartition(", ")[2]) == (0, "0 new\n")
    assert Path("paid.csv").read_bytes() == before
