"""Benchmark of exports to CSV, compared with DuckDB's own COPY of the same rows and columns.

Both have their own defaults: COPY all cores and 80% of the memory, an export what it takes itself.
Each runs in its own process, in turns, and reports its time, its time of CPU and its peak memory.
`python tests/benchmarks/exports.py` prints the results for 1,000,000 orders in JSONL, in Parquet and
in CSV as an export writes it.
"""

from __future__ import annotations

import filecmp
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ORDERS = 1_000_000
ROUNDS = 3
OURS, HAND = "export", "COPY by hand"
FILTER = "ge(created_at,2018-04-01):lt(created_at,2018-10-01)"
"""Selects half of the demo orders, which cover one year."""

_ADDRESS = (
    *("first_name", "last_name", "company_name", "phone_number", "line_1", "line_2", "city"),
    *("county", "region", "postcode", "country"),
)
_PRICE = "STRUCT(amount BIGINT, currency VARCHAR)"
_PERSON = "STRUCT(name VARCHAR, email VARCHAR)"
_LINES = ", ".join(f"{name} VARCHAR" for name in _ADDRESS)
_RELATED = "STRUCT(data STRUCT(id VARCHAR))"
_TYPES = {
    **dict.fromkeys(("id", "order_number", "external_ref", "status"), "VARCHAR"),
    **dict.fromkeys(("payment", "shipping"), "VARCHAR"),
    "customer": _PERSON,
    "contact": _PERSON,
    "shipping_address": f"STRUCT({_LINES}, instructions VARCHAR)",
    "billing_address": f"STRUCT({_LINES})",
    "relationships": f"STRUCT(customer {_RELATED}, account {_RELATED}, account_member {_RELATED})",
    "meta": f"STRUCT(is_manual BOOLEAN, display_price STRUCT(with_tax {_PRICE}, without_tax {_PRICE}, "
    f"tax {_PRICE}), timestamps STRUCT(created_at VARCHAR, updated_at VARCHAR))",
    "items": f"STRUCT(id VARCHAR, product_id VARCHAR, sku VARCHAR, name VARCHAR, quantity BIGINT, "
    f"unit_price {_PRICE}, value {_PRICE})[]",
}
_PRICES, _TIMES = "meta.display_price", "meta.timestamps"
_TEXTS = {
    "id": "id",
    "order_number": "order_number",
    "external_ref": "external_ref",
    "status": "status",
    "payment": "payment",
    "shipping": "shipping",
    "manual": None,
    "created_at": f"{_TIMES}.created_at",
    "updated_at": f"{_TIMES}.updated_at",
    "currency": f"{_PRICES}.with_tax.currency",
    "with_tax": None,
    "without_tax": None,
    "tax": None,
    "customer_id": "relationships.customer.data.id",
    "name": "customer.name",
    "email": "customer.email",
    "account_id": "relationships.account.data.id",
    "account_member_id": "relationships.account_member.data.id",
    "contact.name": "contact.name",
    "contact.email": "contact.email",
    **{f"shipping_{name}": f"shipping_address.{name}" for name in (*_ADDRESS, "instructions")},
    **{f"billing_{name}": f"billing_address.{name}" for name in _ADDRESS},
}
_OTHERS = {
    "manual": "meta.is_manual",
    **{name: f"{_PRICES}.{name}.amount" for name in ("with_tax", "without_tax", "tax")},
}
_ITEM_TEXTS = {
    "item_id": "item.id",
    "product_id": "item.product_id",
    "product_sku": "item.sku",
    "product_name": "item.name",
}
_ITEM_OTHERS = {
    "quantity": "item.quantity",
    "unit_price": "item.unit_price.amount",
    "line_price": "item.value.amount",
}


def missing_packages() -> dict[str, str]:
    """Return the missing packages and the reason."""
    return {name: "not installed" for name in ("duckdb", "narwhals") if find_spec(name) is None}


def export_by_hand(source: Path, target: Path, *, neutralise: bool) -> int:
    """Export with one hand-written SELECT and COPY for the known schema; return the rows."""
    import duckdb

    def neutralised(text: str) -> str:
        if not neutralise:
            return text
        return (
            f"CASE WHEN regexp_matches({text}, '^[=+@\\t\\r-]') THEN '''' || {text} ELSE {text} END"
        )

    select = _select_from_csv if source.suffix == ".csv" else _select_from_objects
    sql = select(source, neutralised)
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(f"COPY ({sql}) TO '{target}' (FORMAT csv, HEADER)").fetchone()
    return int(row[0]) if row else 0


def _select_from_objects(source: Path, neutralised: Callable[[str], str]) -> str:
    order = [
        f'{_OTHERS[name] if path is None else neutralised(path)} AS "{name}"'
        for name, path in _TEXTS.items()
    ]
    item = [f"{neutralised(path)} AS {name}" for name, path in _ITEM_TEXTS.items()]
    item += [f"{path} AS {name}" for name, path in _ITEM_OTHERS.items()]
    return (
        f"SELECT * EXCLUDE (item), {', '.join(item)} FROM ("  # noqa: S608 - our own names
        f"SELECT {', '.join(order)}, unnest(items) AS item FROM {_read_objects(source)} "
        f"WHERE {_select_period(f'{_TIMES}.created_at')})"
    )


def _read_objects(source: Path) -> str:
    if source.suffix == ".parquet":
        return f"read_parquet('{source}')"
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in _TYPES.items())
    return f"read_json('{source}', format = 'newline_delimited', columns = {{{columns}}})"


def _select_from_csv(source: Path, neutralised: Callable[[str], str]) -> str:
    """Return the SELECT of all columns; their cells are texts, and nothing is checked."""
    names = [f'"{name}"' for name in (*_TEXTS, *_ITEM_TEXTS, *_ITEM_OTHERS)]
    numbers = {f'"{name}"' for name in (*_OTHERS, *_ITEM_OTHERS)}
    cells = (name if name in numbers else f"{neutralised(name)} AS {name}" for name in names)
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    return (
        f"SELECT {', '.join(cells)} FROM read_csv('{source}', "  # noqa: S608 - our own names
        "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', allow_quoted_nulls = false, columns = {{{columns}}}) "
        f"WHERE {_select_period('created_at')}"
    )


def _select_period(time_text: str) -> str:
    return (
        f"{time_text}::TIMESTAMPTZ >= TIMESTAMPTZ '2018-04-01 00:00:00+00' "
        f"AND {time_text}::TIMESTAMPTZ < TIMESTAMPTZ '2018-10-01 00:00:00+00'"
    )


def export_orders(source: Path, target: Path, *, neutralise: bool) -> int:
    """Export with epfilter; return the rows."""
    from epfilter import parse
    from epfilter.exporter.orders import open_orders

    store = open_orders(source)
    return store.write_csv(parse(FILTER), target, rows="item", neutralise=neutralise)


CASES = ((".jsonl", False), (".jsonl", True), (".parquet", False), (".csv", False))
"""The kinds of files, and whether texts are neutralised."""

CONTENDERS: dict[str, Callable[..., int]] = {OURS: export_orders, HAND: export_by_hand}


def measure(number: int = ORDERS, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Return the minimum seconds and the peak bytes of each, by the kind of file.

    Raises AssertionError where the two files differ.
    """
    if missing_packages():
        return []
    results = []
    with TemporaryDirectory(prefix="epfilter-") as folder:
        for suffix, neutralise in CASES:
            source = Path(folder, f"orders{suffix}")
            _write_orders(source, number)
            results.append(_measure_export(source, number, rounds, neutralise=neutralise))
    return results


def _write_orders(source: Path, number: int) -> None:
    """Write invented orders, also as JSONL."""
    import duckdb

    from epfilter.exporter.orders import demo_lines, open_orders

    lines = source.with_suffix(".jsonl")
    if not lines.exists():
        with lines.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(demo_lines(number))
    if source.suffix == ".parquet":
        sql = f"COPY (FROM {_read_objects(lines)}) TO '{source}' (FORMAT parquet)"
        with duckdb.connect(":memory:") as connection:
            connection.execute(sql)
    elif source.suffix == ".csv":
        open_orders(lines).write_csv(None, source, neutralise=False)


def _measure_export(source: Path, number: int, rounds: int, *, neutralise: bool) -> dict[str, Any]:
    least = {each: dict.fromkeys(CONTENDERS, float("inf")) for each in ("seconds", "cpu")}
    peaks = dict.fromkeys(CONTENDERS, 0)
    rows = set()
    for turn in range(rounds):
        for name in [*CONTENDERS][:: 1 if turn % 2 else -1]:
            result = _run_isolated(name, source, neutralise=neutralise)
            for each, times in least.items():
                times[name] = min(times[name], result[each])
            peaks[name] = max(peaks[name], result["bytes"])
            rows.add(result["rows"])
    same = filecmp.cmp(_target(source, OURS), _target(source, HAND), shallow=False)
    if len(rows) != 1 or not same:
        raise AssertionError(f"the files of {source} differ: {rows} rows")
    from epfilter.exporter.orders.machine_limits import choose_limits

    kind = "neutralised" if neutralise else "as they are"
    return {
        "name": f"{number:,} orders in {source.suffix}, {kind}",
        "orders": number,
        "rows": rows.pop(),
        **least,
        "bytes": peaks,
        "memory": choose_limits(None, None)[1],
    }


def _target(source: Path, name: str) -> Path:
    return source.with_name(f"{name} of {source.name}.csv")


def _run_isolated(name: str, source: Path, *, neutralise: bool) -> dict[str, Any]:
    """Run a contender in a new process and return its measurements."""
    command = [sys.executable, __file__, name, str(source), str(int(neutralise))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _run(name: str, source: Path, *, neutralise: bool) -> dict[str, Any]:
    run = CONTENDERS[name]
    start, start_of_cpu = time.perf_counter(), time.process_time()
    rows = run(source, _target(source, name), neutralise=neutralise)
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - start_of_cpu,
        "rows": rows,
        "bytes": _peak_memory(),
    }


def _peak_memory() -> int:
    """Return the peak memory of this process in bytes; 0 where the system does not report it."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 4:
        result: Any = _run(sys.argv[1], Path(sys.argv[2]), neutralise=sys.argv[3] == "1")
    else:
        result = measure()
    sys.stdout.write(f"{json.dumps(result, indent=1)}\n")
