"""The benchmark of exports compares identical files; no test measures time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import exports
from epfilter import parse
from epfilter.exporter.orders import attributes_of
from epfilter.targets import to_predicate


@pytest.mark.slow
def test_both_exports_write_the_same_file_with_half_of_the_orders(tmp_path: Path) -> None:
    source = tmp_path / "orders.jsonl"
    exports._write_orders(source, 400)
    (plain, neutralised) = exports._measure_exports(source, 400, 1)
    matches = to_predicate(parse(exports.FILTER), "orders")
    orders = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    kept = [order for order in orders if matches(attributes_of(order))]
    assert 180 < len(kept) < 220
    for found in (plain, neutralised):
        assert found["rows"] == sum(len(order["items"]) for order in kept)
        assert set(found["seconds"]) == set(found["bytes"]) == {exports.OURS, exports.HAND}
        assert 0 < found["seconds"][exports.OURS] < 60


def test_different_files_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "orders.jsonl"
    source.write_text("", encoding="utf-8")
    for name in exports.CONTENDERS:
        exports._target(source, name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(
        exports, "_run_isolated", lambda *_, **__: {"seconds": 1.0, "rows": 1, "bytes": 1}
    )
    with pytest.raises(AssertionError, match=r"the files of .* differ"):
        [*exports._measure_exports(source, 1, 1)]
