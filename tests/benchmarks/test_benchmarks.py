"""The benchmarks do the work that they say; how fast is no matter of a test."""

from __future__ import annotations

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import (
    big,
    cold,
    frames,
    linting,
    pairs,
    peers,
    rows,
    rql_worker,
    running,
    table,
    targets,
    timing,
    translating,
    translators,
    works,
)
from benchmarks.five_models import And as FloorAnd
from epfilter import FilterSyntaxError, parse, unparse
from epfilter.ast import And, IsNull, Membership, Or

ROOT = Path(__file__).parents[2]
RESULTS: dict[str, Any] = json.loads((ROOT / "docs/speed.json").read_text(encoding="utf-8"))
MIXED = parse('eq(name,"a, b"):(in(id,x,y)|is_null(email)):like(sku,A*)')
TRANSLATED = {
    translators.fiql: "name==a%2C%20b;((id==x,id==y),email==null);sku=like=A*",
    translators.odata: "name eq 'a, b' and (id in ('x','y') or email eq null) and matchesPattern(sku,'A*')",
    translators.ecql: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.cql2: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.sql: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.lucene: 'name:"a, b" AND (id:(x OR y) OR NOT email:*) AND sku:A*',
    translators.cel: 'name == "a, b" && (id in ["x","y"] || email == null) && sku.matches("A*")',
    translators.rql: 'and(eq(name,"a, b"),or(in(id,(x,y)),eq(email,null())),like(sku,A*))',
}


def speed_page() -> Any:
    """The module that MkDocs loads by its path."""
    spec = spec_from_file_location("speed_page", ROOT / "docs/speed_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_works_are_what_their_names_say() -> None:
    named = {work.name: work.leaves for work in works.small()}
    assert named == {
        "three calls": 3,
        f"corpus of {len(works.corpus().texts)} filters": works.corpus().leaves,
        "one `in` with 200 ids": 200,
        "AND of 50 terms": 50,
        "grouped AND and OR of 50 terms": 50,
        "AND of 100 terms": 100,
    }
    assert len(works.corpus().texts) >= 100


@pytest.mark.parametrize(("work", "number"), [*zip(works.big(), (10_000, 20_000), strict=True)])
def test_the_big_works_are_one_and_of_calls(work: works.Work, number: int) -> None:
    (text,) = work.texts
    assert work.name == f"AND of {number:,} terms"
    assert text.count("(") == text.count(")") == number
    assert text.count("):") == number - 1
    assert "|" not in text


def test_the_small_and_of_is_flat_and_the_groups_are_three_levels_of_it() -> None:
    (flat,), (tree,) = works.all_of(50).filters, works.grouped().filters
    assert isinstance(flat, And)
    assert (len(flat.terms), flat.depth) == (50, 1)
    assert isinstance(tree, And)
    assert (len(tree.terms), tree.depth) == (10, 3)
    assert all(isinstance(term, Or) for term in tree.terms)


def test_one_in_has_200_different_ids() -> None:
    (f,) = works.many_values().filters
    assert isinstance(f, Membership)
    assert len(set(f.values)) == 200


def test_nothing_stands_in_the_corpus_twice() -> None:
    texts = works.corpus().texts
    assert len(set(map(parse, texts))) == len(texts)


def test_every_tenth_call_of_the_mistaken_text_is_mistaken() -> None:
    text = works.mistaken(100)
    assert text.count("gte(") == 10
    with pytest.raises(FilterSyntaxError, match="gte"):
        parse(text)


@pytest.mark.parametrize("translate", TRANSLATED, ids=lambda translate: translate.__name__)
def test_a_filter_in_another_language(translate: Any) -> None:
    assert translate(MIXED) == TRANSLATED[translate]


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: peer.name)
def test_a_peer_reads_as_many_values(peer: peers.Peer) -> None:
    if not peer.installed:
        pytest.skip(f"{peer.name} is not installed: pip install -e '.[bench]'")
    read = peer.load()
    for work in works.small():
        for f in work.filters:
            found = peer.leaves(read(peer.translate(f)))
            assert found in {works.leaves(f), None}, str(f)


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: peer.name)
def test_a_peer_refuses_what_is_not_closed(peer: peers.Peer) -> None:
    if not peer.installed:
        pytest.skip(f"{peer.name} is not installed: pip install -e '.[bench]'")
    work = works.Work("", (works.THREE_CALLS,))
    peers.refusers(work)[peer.name]()


def test_what_is_compared_gives_the_same() -> None:
    f = parse(works.THREE_CALLS)
    assert pairs.f_string(f) == unparse(f) == works.THREE_CALLS
    assert pairs.by_hand() == pairs.with_f() == pairs.with_orders() == f
    for actions in (pairs.refusing(), pairs.grouping()):
        for action in actions.values():
            action()


def test_the_floors_read_the_same_tree() -> None:
    work = works.Work("", (works.THREE_CALLS,))
    read = peers.readers(work, only=peers.VALIDATE)[peers.VALIDATE]
    assert read() == work.filters[0]
    tree = peers.readers(work, only=peers.LOADS)[peers.LOADS]()
    made = FloorAnd.model_validate(tree)
    assert [term.op for term in made.terms] == ["gt", "lt", "eq"]


class Sent(list[Any]):
    """Keeps what a process would send."""

    def send(self, what: object) -> None:
        self.append(what)


def test_a_contender_that_fails_is_shown_as_what_it_raised() -> None:
    def too_deep(_: object) -> float:
        raise RecursionError

    sent: Any = Sent()
    work = works.Work("", (works.THREE_CALLS,))
    big._measured(sent, too_deep, peers.US, work)
    big._measured(sent, lambda action: float(bool(action())), peers.FINDALL, work)
    assert sent == ["RecursionError", 1.0]


def test_turns_time_each_contender() -> None:
    times = timing.interleaved({"a": lambda times: times * 3.0, "b": lambda times: times * 5.0})
    assert times == {"a": 3.0, "b": 5.0}


def test_the_first_cold_start_only_warms_up() -> None:
    given = iter([100.0, 1.0, 3.0, 2.0])
    assert timing.medians({"a": lambda: next(given)}, rounds=3) == {"a": 2.0}


def test_what_starts_cold_is_told_apart_by_its_name() -> None:
    commands = cold.commands()
    assert {cold.MODELS, cold.IMPORT, cold.CHECK} <= set(commands)
    assert commands[cold.MODELS_LATER] == [*commands[cold.MODELS], "later"]


def test_the_filters_to_lint_are_a_realistic_mix() -> None:
    texts = linting.filters(2000)
    assert len(set(texts)) > 1900
    found = [parse(text) for text in texts]
    alone = sum(1 for f in found if not isinstance(f, (And, Or, Membership)))
    assert 0.35 < alone / len(found) < 0.45
    assert any(isinstance(f, Membership) for f in found)
    assert not any(isinstance(f, IsNull) for f in found)
    assert any('"' in text for text in texts)


@pytest.mark.parametrize("kind", rows.KINDS, ids=lambda kind: kind.name)
def test_a_predicate_keeps_the_rows_that_are_kept_by_hand(kind: rows.Kind) -> None:
    made = rows.made(1000, text=kind.text)
    kept = rows.kept(rows.matcher(kind), made)
    assert 10 < len(kept) < 30
    assert kept == rows.kept(kind.by_hand, made)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyrql uses old names of pyparsing
@pytest.mark.parametrize("kind", rows.KINDS, ids=lambda kind: kind.name)
def test_pyrql_keeps_the_same_rows(kind: rows.Kind) -> None:
    if rows.absent():
        pytest.skip("pyrql is not installed: pip install -e '.[bench]'")
    made = rows.made(1000, text=kind.text)
    for run in rows.pyrql(kind, made).values():
        assert run() == rows.kept(kind.by_hand, made)


def test_a_frame_keeps_the_rows_that_are_kept_by_hand() -> None:
    if frames.absent():
        pytest.skip(f"not installed: {', '.join(frames.absent())}")
    for actions in frames.actions(frames.made(1000)).values():
        ours, by_hand = (action() for action in actions.values())
        assert 10 < len(ours) < 30
        assert ours.equals(by_hand)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyrql uses old names of pyparsing
def test_what_runs_is_measured_and_shown() -> None:
    if frames.absent() or translating.absent():
        pytest.skip(f"not installed: {', '.join(frames.absent() | translating.absent())}")
    sizes = running.Sizes(objects=50, peer_objects=20, frame_rows=50, terms=(2, 4), rounds=1)
    results = RESULTS | {"running": running.measure(None, sizes)}
    results["targets"] = targets.targets(results)
    whats = [target["what"] for target in results["targets"]]
    assert len(set(whats)) == len(whats)
    for what in ("to_predicate, datetimes / by hand", "to_mongo: 4 terms / 2 terms"):
        assert what in whats
    page, printed = speed_page().page(results), "\n".join(table.lines(results))
    assert "## Running a filter" in page
    assert all(f"| {what} |" in page and what in printed for what in whats)
    for name in translating.translators():
        assert f"| {name} |" in page


def test_the_worker_of_lib_rql_needs_nothing_of_this_project() -> None:
    source = Path(rql_worker.__file__).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) (benchmarks|epfilter)", source, re.MULTILINE)


def test_the_stored_results_have_every_target() -> None:
    again = [target["what"] for target in targets.targets(RESULTS)]
    assert [target["what"] for target in RESULTS["targets"]] == again
    for target in RESULTS["targets"]:
        assert isinstance(targets.met(target), bool)


def test_the_page_shows_every_contender_work_and_target() -> None:
    page = speed_page().page(RESULTS)
    for work in RESULTS["works"]:
        assert work["name"][1:] in page
        for name in work["seconds"]:
            assert f"`{name}`" in page or name == peers.US
    for target in RESULTS["targets"]:
        assert f"| {target['what']} |" in page
    assert RESULTS["machine"]["processor"] in page


def test_the_page_says_why_a_contender_has_no_time() -> None:
    work = RESULTS["works"][0]
    seconds = work["seconds"] | {"luqum": "over 20 s"}
    results = RESULTS | {"works": [work | {"seconds": seconds}], "absent": {"sqlglot": "not here"}}
    page = speed_page().page(results)
    assert "| over 20 s |" in page
    assert "- `sqlglot`: not here." in page


def test_the_plot_is_described_and_stays_inside() -> None:
    work = RESULTS["works"][0]
    drawn = ET.fromstring(speed_page().plot(work))  # noqa: S314 - our own drawing
    svg = "{http://www.w3.org/2000/svg}"
    title, described = drawn.findtext(f"{svg}title"), drawn.findtext(f"{svg}desc")
    assert title == "Seconds for three calls, less is better"
    assert all(name in str(described) for name in work["seconds"])
    widest = float(drawn.attrib["viewBox"].split()[2])
    for bar in drawn.iter(f"{svg}rect"):
        assert 0 < float(bar.attrib["x"]) + float(bar.attrib["width"]) < widest
    assert drawn.attrib["fill"] == "currentColor"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4.884e-6, "4.88 µs"), (0.9996e-3, "1 ms"), (0.25, "250 ms"), (3.0, "3 s"), (1e-7, "100 ns")],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert speed_page().spoken(seconds) == words
