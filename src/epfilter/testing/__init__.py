"""Tools for the tests of programs that use epfilter: strategies, a service, tests of rules.

This is the entry; a name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.testing.embedded_service import ExporterService, run_exporter_service
    from epfilter.testing.rule_cases import RuleCase, read_rule_cases, verify_rule
    from epfilter.testing.strategies import filters, rows, rows_matching, values

__all__ = [
    "ExporterService",
    "RuleCase",
    "filters",
    "read_rule_cases",
    "rows",
    "rows_matching",
    "run_exporter_service",
    "values",
    "verify_rule",
]

_MODULES = {
    "ExporterService": "embedded_service",
    "run_exporter_service": "embedded_service",
    "filters": "strategies",
    "rows": "strategies",
    "rows_matching": "strategies",
    "values": "strategies",
    "RuleCase": "rule_cases",
    "read_rule_cases": "rule_cases",
    "verify_rule": "rule_cases",
}


if not TYPE_CHECKING:
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
