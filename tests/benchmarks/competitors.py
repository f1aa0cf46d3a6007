"""Other parsers of filter languages in Python, and the baselines."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

from pydantic import TypeAdapter

from benchmarks import translators
from benchmarks.cases import Case, count_values
from benchmarks.competitor_trees import VALUE_COUNTERS
from epfilter import Filter, FilterSyntaxError, parse
from epfilter.ast import Node

Read = Callable[[str], object]

OURS = "epfilter"
VALIDATE = "validate_json"
LOADS = "json.loads"
FINDALL = "re.findall"
BASELINES = (VALIDATE, LOADS, FINDALL)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[(),]|[^(),"]+')


@dataclass(frozen=True)
class Competitor:
    """A parser of another language."""

    name: str
    language: str
    module: str
    translate: Callable[[Filter], str]
    load: Callable[[], Read]
    """Return the function that parses a text; one-time preparation happens here."""
    rust: bool = False

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None

    def count_values(self, tree: object) -> int | None:
        """Return the number of values in its tree; None where it returns no tree."""
        count = VALUE_COUNTERS[self.name]
        return None if count is None else count(tree)


def _fiql() -> Read:
    from fiql_parser import parse_str_to_expression

    parser: Read = parse_str_to_expression
    return parser


def _odata() -> Read:
    from odata_query.grammar import ODataLexer, ODataParser

    lexer, parser = ODataLexer(), ODataParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def _ecql() -> Read:
    from pygeofilter.parsers.ecql import parse as read

    logging.getLogger("lark").setLevel(logging.CRITICAL)  # it enables the debug log of lark
    parser: Read = read
    return parser


def _cql2() -> Read:
    from pygeofilter.parsers.cql2_text import parse as read

    logging.getLogger("lark").setLevel(logging.CRITICAL)  # the same
    parser: Read = read
    return parser


def _luqum() -> Read:
    from luqum.thread import parse as read

    parser: Read = read
    return parser


def _sqlglot() -> Read:
    from sqlglot import parse_one

    parser: Read = parse_one
    return parser


def _cel_python() -> Read:
    import celpy

    parser: Read = celpy.Environment().compile
    return parser


def _common_expression_language() -> Read:
    import cel

    parser: Read = cel.compile
    return parser


COMPETITORS = (
    Competitor("fiql-parser", "FIQL", "fiql_parser", translators.to_fiql, _fiql),
    Competitor("odata-query", "OData", "odata_query", translators.to_odata, _odata),
    Competitor("pygeofilter ecql", "ECQL", "pygeofilter", translators.to_ecql, _ecql),
    Competitor("pygeofilter cql2", "CQL2 text", "pygeofilter", translators.to_cql2, _cql2),
    Competitor("luqum", "Lucene", "luqum", translators.to_lucene, _luqum),
    Competitor("sqlglot", "SQL", "sqlglot", translators.to_sql, _sqlglot),
    Competitor("cel-python", "CEL", "celpy", translators.to_cel, _cel_python),
    Competitor(
        "common-expression-language",
        "CEL",
        "cel",
        translators.to_cel,
        _common_expression_language,
        rust=True,
    ),
)
"""All except lib-rql, which cannot be installed together with them: see `lib_rql`."""

RUST = frozenset(competitor.name for competitor in COMPETITORS if competitor.rust)


def contender_names() -> list[str]:
    """Return the names of epfilter, the baselines and the installed competitors."""
    return [
        OURS,
        *BASELINES,
        *(competitor.name for competitor in COMPETITORS if competitor.installed),
    ]


def create_parsers(case: Case, only: str | None = None) -> dict[str, Callable[[], object]]:
    """Return actions that parse the case, by the name of the contender."""
    names = contender_names() if only is None else [only]
    actions = {
        OURS: _create_parser(parse, case.texts),
        FINDALL: _create_parser(TOKEN.findall, case.texts),
    }
    if not {VALIDATE, LOADS}.isdisjoint(names):
        adapter: TypeAdapter[Filter] = TypeAdapter(Node)
        trees = [adapter.dump_json(f) for f in case.filters]
        actions[VALIDATE] = _create_parser(adapter.validate_json, trees)
        actions[LOADS] = _create_parser(json.loads, trees)
    for competitor in COMPETITORS:
        if competitor.name in names:
            actions[competitor.name] = _create_parser(
                competitor.load(), [competitor.translate(f) for f in case.filters]
            )
    return {name: actions[name] for name in names}


def create_rejections(case: Case) -> dict[str, Callable[[], object]]:
    """Return actions that reject the case with an unclosed parenthesis before it."""
    actions = {OURS: _create_rejection(parse, _unclose(case.texts[0]), FilterSyntaxError)}
    for competitor in COMPETITORS:
        if competitor.installed:
            text = _unclose(competitor.translate(case.filters[0]))
            actions[competitor.name] = _create_rejection(competitor.load(), text, Exception)
    return actions


def check_translations(case: Case) -> None:
    """Raise AssertionError where a competitor reads another number of values than epfilter."""
    for competitor in COMPETITORS:
        if not competitor.installed:
            continue
        read = competitor.load()
        for f in case.filters:
            count = competitor.count_values(read(competitor.translate(f)))
            if count not in {count_values(f), None}:
                raise AssertionError(f"{competitor.name} reads {count} values in {f}")


def _unclose(text: str) -> str:
    return f"({text}"


def _create_parser(read: Callable[[Any], object], texts: Sequence[Any]) -> Callable[[], object]:
    """Return an action that parses all texts; a single text without a loop."""
    if len(texts) == 1:
        return partial(read, texts[0])

    def action() -> None:
        for text in texts:
            read(text)

    return action


def _create_rejection(read: Read, text: str, error: type[Exception]) -> Callable[[], object]:
    """Return an action that parses a text that must be rejected."""

    def action() -> None:
        try:
            read(text)
        except error:
            return
        raise AssertionError("was not rejected")

    return action
