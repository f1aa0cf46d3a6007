"""Targets: the same filter runs on objects, dataframes, SQL databases, MongoDB and Elasticsearch.

A filter means the same in every target; what a target cannot express raises UnsupportedFilterError.
Each target is a module of its own, which is imported on first use like the packages that it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.errors import UnsupportedFilterError
from epfilter.lazy import make_accessors as _make_accessors
from epfilter.targets.registry import TARGETS as _TARGETS

if TYPE_CHECKING:
    from epfilter.targets.dataframe import filter_frame, to_narwhals
    from epfilter.targets.django import to_django
    from epfilter.targets.elasticsearch import to_elasticsearch
    from epfilter.targets.ep_ast import from_ep_ast, to_ep_ast
    from epfilter.targets.mongo import to_mongo
    from epfilter.targets.predicate import to_predicate
    from epfilter.targets.rqb import from_rqb, rqb_fields, to_rqb
    from epfilter.targets.sqlalchemy import to_sqlalchemy

__all__ = [
    "UnsupportedFilterError",
    "filter_frame",
    "from_ep_ast",
    "from_rqb",
    "rqb_fields",
    "to_django",
    "to_elasticsearch",
    "to_ep_ast",
    "to_mongo",
    "to_narwhals",
    "to_predicate",
    "to_rqb",
    "to_sqlalchemy",
]


if not TYPE_CHECKING:
    # A type checker must see the names above and no others.
    __getattr__, __dir__ = _make_accessors(
        __name__, {name: target.module for target in _TARGETS for name in target.functions}
    )
