"""No file of epfilter imports itself through others, also not for type checkers or at call time."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

EXCEPTIONS = {("epfilter.ast", "epfilter.printer"), ("epfilter.ast", "epfilter.parser")}
"""Imports at call time: `str(f)` and a `Filter` field print, and a `Filter` field parses text."""


def test_files_have_no_import_cycle() -> None:
    graph = grimp.build_graph("epfilter", cache_dir=None)
    imports = {
        module: {
            imported
            for imported in graph.find_modules_directly_imported_by(module)
            if (module, imported) not in EXCEPTIONS
        }
        for module in graph.modules
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))
    for module, imported in EXCEPTIONS:
        assert imported in graph.find_modules_directly_imported_by(module)
