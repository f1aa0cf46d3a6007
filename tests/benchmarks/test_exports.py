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
@pytest.mark.parametrize(("suffix", "neutralise"), exports.CASES)
def test_both_exports_write_the_same_file_with_half_of_the_orders(
    suffix: str,
    neutralise: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    source = tmp_path / f"orders{suffix}"
    exports._write_orders(source, 400)
    found = exports._measure_export(source, 400, 1, neutralise=neutralise)
    matches = to_predicate(parse(exports.FILTER), "orders")
    lines = source.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    kept = [order for order in map(json.loads, lines) if matches(attributes_of(order))]
    assert 180 < len(kept) < 220
    assert found["rows"] == sum(len(order["items"]) for order in kept)
    for each in ("seconds", "cpu", "bytes"):
        assert set(found[each]) == {exports.OURS, exports.HAND}
        assert found[each][exports.OURS] > 0


def test_different_files_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "orders.jsonl"
    source.write_text("", encoding="utf-8")
    for name in exports.CONTENDERS:
        exports._target(source, name).write_text(name, encoding="utf-8")
    result = {"seconds": 1.0, "cpu": 1.0, "rows": 1, "bytes": 1}
    monkeypatch.setattr(exports, "_run_isolated", lambda *_, **__: result)
    with pytest.raises(AssertionError, match=r"the files of .* differ"):
        exports._measure_export(source, 1, 1, neutralise=False)
