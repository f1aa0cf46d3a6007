"""Exports from a live service: the orders that the predicate selects, each once, also when split."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epfilter import F, Filter, all_of, any_of, parse
from epfilter.ast import Comparison
from epfilter.exporter import JobFailedError
from epfilter.exporter.filter_splitting import split
from epfilter.exporter.models import NO_RESULTS
from epfilter.exporter.orders import attributes_of
from epfilter.resources import orders, resource_info
from exporter.end_to_end.conftest import MOST, Opener, Order, Service
from exporter.end_to_end.fault_proxy import Proxy
from exporter.end_to_end.faults import send_part_and_call, send_slowly
from exporter.end_to_end.live_clients import LiveClient
from support.exporter_services import TOKEN

WINDOW = "ge(created_at,2018-03-10):lt(created_at,2018-06-05)"


def ids(content: bytes) -> list[str]:
    """Return the id of each row."""
    reader = csv.DictReader(StringIO(content.decode(), newline=""), strict=True)
    return [row["id"] for row in reader]


def _to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def _calls(draw: st.DrawFn, all_orders: Sequence[Order]) -> Filter:
    """Draw a comparison with a value of an order."""
    attributes = attributes_of(draw(st.sampled_from(all_orders)))
    fields = resource_info(orders).fields
    path = draw(
        st.sampled_from([path for path in fields if _first(attributes.get(path)) is not None])
    )
    op = draw(st.sampled_from(fields[path].operators))
    return Comparison(op=op, field=path, value=_to_text(_first(attributes[path])))


def _first(value: object) -> object:
    """Return the value, or the first of several."""
    return next(iter(value), None) if isinstance(value, (list, tuple)) else value


def _filters(all_orders: Sequence[Order]) -> st.SearchStrategy[Filter]:
    terms = st.lists(_calls(all_orders), min_size=1, max_size=3)
    return terms.map(all_of) | terms.map(any_of)


@pytest.mark.slow
@settings(
    max_examples=max(4, settings().max_examples // 20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), kind=st.sampled_from(["sync", "async"]))
def test_an_export_has_the_rows_that_the_predicate_selects(
    service: Service, data: st.DataObject, kind: str
) -> None:
    f = data.draw(_filters(service.orders.all))
    expected = service.orders.ids(f)
    client = LiveClient(kind, service.address)
    with closing(client), TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        if expected:
            client.call("export", f, target)
            assert ids(target.read_bytes()) == expected
        else:
            with pytest.raises(JobFailedError, match=f"^{NO_RESULTS}$"):
                client.call("export", f, target)
            assert list(Path(folder).iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "by", "window", "parts"),
    [
        ("sync", "month", WINDOW, 4),
        ("async", "week", "ge(created_at,2018-03-10):lt(created_at,2018-03-20)", 3),
    ],
)
def test_a_split_window_exports_each_order_once(  # noqa: PLR0913, PLR0917 - fixtures, and the columns of the table
    service: Service, open_client: Opener, tmp_path: Path, by: str, window: str, parts: int
) -> None:
    exported = open_client().call("export", window, tmp_path / "orders.csv", split=by)
    content = (tmp_path / "orders.csv").read_bytes()
    assert len(exported.jobs) == parts
    # The demo orders are in the order of their creation, so even the order of rows is equal.
    assert content == service.export(window)
    assert ids(content) == service.orders.ids(parse(window))
    assert exported.rows == len(ids(content))
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync"])
def test_chunks_of_values_export_each_order_once(
    service: Service, open_client: Opener, tmp_path: Path
) -> None:
    emails = {str(order["customer"]["email"]) for order in service.orders.all[10:40:3]}
    complete = any_of(F.email.eq(email) for email in sorted(emails))
    exported_ids: list[str] = []
    parts = split(complete, max_values=len(emails) // 2)
    client = open_client()
    for number, part in enumerate(parts):
        target = tmp_path / f"{number}.csv"
        client.call("export", part, target)
        exported_ids += ids(target.read_bytes())
    assert len(parts) >= 2
    assert sorted(exported_ids) == sorted(service.orders.ids(complete))


def run(address: str, *args: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process."""
    return subprocess.run(  # noqa: S603 - this very Python
        _command(address, *args),
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def _command(address: str, name: str | Path, *args: str | Path) -> list[str]:
    return [sys.executable, "-m", "epfilter", str(name), "--region", address, *map(str, args)]


def _environment() -> dict[str, str]:
    hidden = ("EPFILTER_CLIENT_ID", "EPFILTER_CLIENT_SECRET")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return environment | {"EPFILTER_API_TOKEN": TOKEN, "PYTHONUTF8": "1"}


@pytest.mark.slow
def test_the_command_line_exports_and_shows_the_job(service: Service, tmp_path: Path) -> None:
    result = run(service.address, "export", MOST, "-o", "orders.csv", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    rows = len(list(csv.reader(StringIO(service.file.decode(), newline="")))) - 1
    assert result.stdout == f"orders.csv: {len(service.file):,} bytes, {rows:,} rows\n"
    assert (tmp_path / "orders.csv").read_bytes() == service.file
    newest = service.jobs()[0]
    listed = run(service.address, "jobs", "--format", "json", newest["id"], folder=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert '"status": "success"' in listed.stdout
    assert newest["id"] in listed.stdout
    all_jobs = run(service.address, "jobs", folder=tmp_path)
    assert newest["id"] in all_jobs.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


@pytest.mark.slow
def test_an_export_without_results_writes_no_file(service: Service, tmp_path: Path) -> None:
    text = "eq(email,unknown)"
    result = run(service.address, "export", text, "-o", "orders.csv", folder=tmp_path)
    assert result.returncode == 3
    assert NO_RESULTS in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_export_can_be_resumed_after_ctrl_c(
    service: Service, proxy: Proxy, tmp_path: Path
) -> None:
    before = len(service.jobs())
    reached = Event()
    # In the middle of the file of the second part.
    proxy.begin({"file": [send_slowly, send_part_and_call(reached.set, 0.5)]})
    window = "ge(created_at,2018-03-10):lt(created_at,2018-04-20)"
    args = ("export", window, "--split", "month", "-o", "orders.csv")
    with _start_command(proxy.address, *args, folder=tmp_path) as process:
        assert reached.wait(60)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "To continue, run the same command with --resume." in stderr
    files = sorted(path.name for path in tmp_path.iterdir())
    assert [name.endswith(".part") for name in files] == [True, False]
    assert files[1] == "orders.csv.export.json"
    result = run(proxy.address, *args, "--resume", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
    assert ids((tmp_path / "orders.csv").read_bytes()) == service.orders.ids(parse(window))
    assert len(service.jobs()) == before + 2, "no job is repeated"


@contextmanager
def _start_command(
    address: str, *args: str | Path, folder: Path
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603 - this very Python
        _command(address, *args),
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
