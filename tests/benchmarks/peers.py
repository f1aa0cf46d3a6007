"""The parsers of filter languages in Python that we compare ourselves with, and the floors."""

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
from benchmarks.peer_leaves import LEAVES
from benchmarks.works import Work, leaves
from epfilter import Filter, FilterSyntaxError, parse
from epfilter.ast import Node

Read = Callable[[str], object]

US = "epfilter"
VALIDATE = "validate_json"
LOADS = "json.loads"
FINDALL = "re.findall"
FLOORS = (VALIDATE, LOADS, FINDALL)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[(),]|[^(),"]+')


@dataclass(frozen=True)
class Peer:
    """A parser of another language."""

    name: str
    language: str
    module: str
    translate: Callable[[Filter], str]
    load: Callable[[], Read]
    """Gives its function that reads a text; what is prepared once is prepared here."""
    rust: bool = False

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None

    def leaves(self, tree: object) -> int | None:
        """The values in a tree of it; None where it shows no tree."""
        count = LEAVES[self.name]
        return None if count is None else count(tree)


def _fiql() -> Read:
    from fiql_parser import parse_str_to_expression

    known: Read = parse_str_to_expression
    return known


def _odata() -> Read:
    from odata_query.grammar import ODataLexer, ODataParser

    lexer, parser = ODataLexer(), ODataParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def _ecql() -> Read:
    from pygeofilter.parsers.ecql import parse as read

    logging.getLogger("lark").setLevel(logging.CRITICAL)  # it makes lark tell everything
    known: Read = read
    return known


def _cql2() -> Read:
    from pygeofilter.parsers.cql2_text import parse as read

    logging.getLogger("lark").setLevel(logging.CRITICAL)  # the same
    known: Read = read
    return known


def _luqum() -> Read:
    from luqum.thread import parse as read

    known: Read = read
    return known


def _sqlglot() -> Read:
    from sqlglot import parse_one

    known: Read = parse_one
    return known


def _cel_python() -> Read:
    import celpy

    known: Read = celpy.Environment().compile
    return known


def _common_expression_language() -> Read:
    import cel

    known: Read = cel.compile
    return known


PEERS = (
    Peer("fiql-parser", "FIQL", "fiql_parser", translators.fiql, _fiql),
    Peer("odata-query", "OData", "odata_query", translators.odata, _odata),
    Peer("pygeofilter ecql", "ECQL", "pygeofilter", translators.ecql, _ecql),
    Peer("pygeofilter cql2", "CQL2 text", "pygeofilter", translators.cql2, _cql2),
    Peer("luqum", "Lucene", "luqum", translators.lucene, _luqum),
    Peer("sqlglot", "SQL", "sqlglot", translators.sql, _sqlglot),
    Peer("cel-python", "CEL", "celpy", translators.cel, _cel_python),
    Peer(
        "common-expression-language",
        "CEL",
        "cel",
        translators.cel,
        _common_expression_language,
        rust=True,
    ),
)
"""All but lib-rql, which cannot be installed beside them: see `rql`."""

RUST = frozenset(peer.name for peer in PEERS if peer.rust)


def contenders() -> list[str]:
    """Who reads: we, the floors and the peers that are installed."""
    return [US, *FLOORS, *(peer.name for peer in PEERS if peer.installed)]


def readers(work: Work, only: str | None = None) -> dict[str, Callable[[], object]]:
    """What reads the work, by the name of the contender."""
    wanted = contenders() if only is None else [only]
    made = {US: _each(parse, work.texts), FINDALL: _each(TOKEN.findall, work.texts)}
    if not {VALIDATE, LOADS}.isdisjoint(wanted):
        adapter: TypeAdapter[Filter] = TypeAdapter(Node)
        trees = [adapter.dump_json(f) for f in work.filters]
        made[VALIDATE] = _each(adapter.validate_json, trees)
        made[LOADS] = _each(json.loads, trees)
    for peer in PEERS:
        if peer.name in wanted:
            made[peer.name] = _each(peer.load(), [peer.translate(f) for f in work.filters])
    return {name: made[name] for name in wanted}


def refusers(work: Work) -> dict[str, Callable[[], object]]:
    """What refuses the work with a parenthesis before it that is never closed."""
    made = {US: _refused(parse, _unclosed(work.texts[0]), FilterSyntaxError)}
    for peer in PEERS:
        if peer.installed:
            text = _unclosed(peer.translate(work.filters[0]))
            made[peer.name] = _refused(peer.load(), text, Exception)
    return made


def check(work: Work) -> None:
    """Make sure that each peer reads what we read: as many values."""
    for peer in PEERS:
        if not peer.installed:
            continue
        read = peer.load()
        for f in work.filters:
            found = peer.leaves(read(peer.translate(f)))
            if found not in {leaves(f), None}:
                raise AssertionError(f"{peer.name} reads {found} values in {f}")


def _unclosed(text: str) -> str:
    return f"({text}"


def _each(read: Callable[[Any], object], texts: Sequence[Any]) -> Callable[[], object]:
    """Reads all texts; a single one without a loop around it."""
    if len(texts) == 1:
        return partial(read, texts[0])

    def action() -> None:
        for text in texts:
            read(text)

    return action


def _refused(read: Read, text: str, error: type[Exception]) -> Callable[[], object]:
    """Reads a text that must be refused."""

    def action() -> None:
        try:
            read(text)
        except error:
            return
        raise AssertionError("was not refused")

    return action
