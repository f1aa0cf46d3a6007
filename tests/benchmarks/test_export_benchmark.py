"""The benchmark of exports does the work that it says; how fast is no matter of a test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import exports
from epfilter import parse
from epfilter.exporter.orders import attributes_of
from epfilter.targets import to_predicate


def test_both_write_the_same_file_of_half_of_the_orders(tmp_path: Path) -> None:
    source = tmp_path / "orders.jsonl"
    exports._make(source, 400)
    (plain, neutralised) = exports._measured(source, 400, 1)
    matches = to_predicate(parse(exports.FILTER), "orders")
    orders = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    kept = [order for order in orders if matches(attributes_of(order))]
    assert 180 < len(kept) < 220
    for found in (plain, neutralised):
        assert found["rows"] == sum(len(order["items"]) for order in kept)
        assert set(found["seconds"]) == set(found["bytes"]) == {exports.OURS, exports.HAND}
        assert 0 < found["seconds"][exports.OURS] < 60


def test_what_is_not_the_same_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "orders.jsonl"
    source.write_text("", encoding="utf-8")
    for name in exports.CONTENDERS:
        exports._target(source, name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(exports, "_apart", lambda *_, **__: {"seconds": 1.0, "rows": 1, "bytes": 1})
    with pytest.raises(AssertionError, match="not the same is written"):
        [*exports._measured(source, 1, 1)]
