"""The benchmarks measure what their names describe; no test measures time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import (
    cases,
    cold_start,
    comparisons,
    competitors,
    editing,
    execution,
    frames,
    goals,
    isolated,
    language_server,
    lib_rql,
    lib_rql_worker,
    linting,
    report,
    rows,
    timing,
    translation,
    translators,
)
from benchmarks.five_models import And as FloorAnd
from epfilter import FilterSyntaxError, lint, parse, parse_located, unparse
from epfilter.ast import And, IsNull, Membership, Or
from epfilter.linter import lint_content
from epfilter.located import list_calls
from support.docs_scripts import load_script
from support.rows import for_each

ROOT = Path(__file__).parents[2]
SPEED_PAGE = load_script("speed_page")
RESULTS: dict[str, Any] = json.loads((ROOT / "docs/speed.json").read_text(encoding="utf-8"))
MIXED = parse('eq(name,"a, b"):(in(id,x,y)|is_null(email)):like(sku,A*)')
TRANSLATED = {
    translators.to_fiql: "name==a%2C%20b;((id==x,id==y),email==null);sku=like=A*",
    translators.to_odata: "name eq 'a, b' and (id in ('x','y') or email eq null) and matchesPattern(sku,'A*')",
    translators.to_ecql: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.to_cql2: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.to_sql: "name = 'a, b' AND (id IN ('x', 'y') OR email IS NULL) AND sku LIKE 'A%'",
    translators.to_lucene: 'name:"a, b" AND (id:(x OR y) OR NOT email:*) AND sku:A*',
    translators.to_cel: 'name == "a, b" && (id in ["x","y"] || email == null) && sku.matches("A*")',
    translators.to_rql: 'and(eq(name,"a, b"),or(in(id,(x,y)),eq(email,null())),like(sku,A*))',
}


def test_small_cases_have_the_size_of_their_name() -> None:
    named = {case.name: case.value_count for case in cases.small_cases()}
    assert named == {
        "three calls": 3,
        f"corpus of {len(cases.corpus_case().texts)} filters": cases.corpus_case().value_count,
        "one `in` with 200 ids": 200,
        "AND of 50 terms": 50,
        "grouped AND and OR of 50 terms": 50,
        "AND of 100 terms": 100,
    }
    assert len(cases.corpus_case().texts) >= 100


@pytest.mark.parametrize(
    ("case", "number"), [*zip(cases.large_cases(), (10_000, 20_000), strict=True)]
)
def test_large_cases_are_one_flat_and(case: cases.Case, number: int) -> None:
    (text,) = case.texts
    assert case.name == f"AND of {number:,} terms"
    assert text.count("(") == text.count(")") == number
    assert text.count("):") == number - 1
    assert "|" not in text


def test_the_and_case_is_flat_and_the_grouped_case_has_three_levels() -> None:
    (flat,), (tree,) = cases.and_case(50).filters, cases.grouped_case().filters
    assert isinstance(flat, And)
    assert (len(flat.terms), flat.depth) == (50, 1)
    assert isinstance(tree, And)
    assert (len(tree.terms), tree.depth) == (10, 3)
    assert all(isinstance(term, Or) for term in tree.terms)


def test_the_membership_case_has_200_different_ids() -> None:
    (f,) = cases.membership_case().filters
    assert isinstance(f, Membership)
    assert len(set(f.values)) == 200


def test_the_corpus_has_no_duplicates() -> None:
    texts = cases.corpus_case().texts
    assert len(set(map(parse, texts))) == len(texts)


def test_every_tenth_call_of_the_invalid_text_is_invalid() -> None:
    text = cases.generate_invalid_text(100)
    assert text.count("gte(") == 10
    with pytest.raises(FilterSyntaxError, match="gte"):
        parse(text)


@for_each("translate", TRANSLATED, ids=lambda translate: translate.__name__)
def test_translation_to_the_language_of_a_competitor(translate: Any) -> None:
    assert translate(MIXED) == TRANSLATED[translate]


@pytest.mark.parametrize(
    "competitor", competitors.COMPETITORS, ids=lambda competitor: competitor.name
)
def test_a_competitor_reads_the_same_number_of_values(competitor: competitors.Competitor) -> None:
    if not competitor.installed:
        pytest.skip(f"{competitor.name} is not installed: pip install -e '.[bench]'")
    read = competitor.load()
    for case in cases.small_cases():
        for f in case.filters:
            found = competitor.count_values(read(competitor.translate(f)))
            assert found in {cases.count_values(f), None}, str(f)


@for_each("competitor", competitors.COMPETITORS, ids=lambda competitor: competitor.name)
def test_a_competitor_rejects_an_unclosed_parenthesis(competitor: competitors.Competitor) -> None:
    if not competitor.installed:
        pytest.skip(f"{competitor.name} is not installed: pip install -e '.[bench]'")
    case = cases.Case("", (cases.THREE_CALLS,))
    competitors.create_rejections(case)[competitor.name]()


def test_compared_actions_have_the_same_result() -> None:
    f = parse(cases.THREE_CALLS)
    assert comparisons.format_by_hand(f) == unparse(f) == cases.THREE_CALLS
    assert (
        comparisons.build_by_hand()
        == comparisons.build_with_f()
        == comparisons.build_with_orders()
        == f
    )
    for actions in (comparisons.rejection_actions(), comparisons.grouping_actions()):
        for action in actions.values():
            action()


def test_the_baselines_read_the_same_tree() -> None:
    case = cases.Case("", (cases.THREE_CALLS,))
    read = competitors.create_parsers(case, only=competitors.VALIDATE)[competitors.VALIDATE]
    assert read() == case.filters[0]
    tree = competitors.create_parsers(case, only=competitors.LOADS)[competitors.LOADS]()
    made = FloorAnd.model_validate(tree)
    assert [term.op for term in made.terms] == ["gt", "lt", "eq"]


class Sent(list[Any]):
    """A connection that records the messages."""

    def send(self, what: object) -> None:
        self.append(what)


def test_an_error_of_a_contender_is_its_result() -> None:
    def too_deep(_: object) -> float:
        raise RecursionError

    sent: Any = Sent()
    case = cases.Case("", (cases.THREE_CALLS,))
    isolated._send_measurement(sent, too_deep, competitors.OURS, case)
    isolated._send_measurement(
        sent, lambda action: float(bool(action())), competitors.FINDALL, case
    )
    assert sent == ["RecursionError", 1.0]


def test_time_in_turns_times_each_contender() -> None:
    times = timing.time_in_turns({"a": lambda times: times * 3.0, "b": lambda times: times * 5.0})
    assert times == {"a": 3.0, "b": 5.0}


def test_the_first_cold_start_is_a_warm_up() -> None:
    given = iter([100.0, 1.0, 3.0, 2.0])
    assert timing.measure_medians({"a": lambda: next(given)}, rounds=3) == {"a": 2.0}


def test_cold_starts_have_different_names() -> None:
    commands = cold_start.commands()
    assert {cold_start.MODELS, cold_start.IMPORT, cold_start.CHECK} <= set(commands)
    assert commands[cold_start.MODELS_LATER] == [*commands[cold_start.MODELS], "later"]


def test_completions_are_measured_in_a_filter_of_ten_calls() -> None:
    assert len(list(list_calls(parse_located(editing.TEN_CALLS)))) == 10
    assert lint(editing.TEN_CALLS, editing.RESOURCE) == []
    assert all(rate > 0 for rate in editing.measure(1).values())


def test_a_filter_is_typed_in_a_program_of_2000_lines_with_20_filters() -> None:
    program = language_server.make_program(language_server.TYPED)
    assert len(program.splitlines()) == 2000
    report = lint_content(program, "shop.ts")
    assert (report.filters, report.ok) == (20, True)


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
def test_the_predicate_selects_the_same_rows_as_the_code_by_hand(kind: rows.RowKind) -> None:
    made = rows.create_rows(1000, text=kind.text)
    kept = rows.select_rows(rows.create_predicate(kind), made)
    assert 10 < len(kept) < 30
    assert kept == rows.select_rows(kind.by_hand, made)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyrql uses old names of pyparsing
@pytest.mark.parametrize("kind", rows.KINDS, ids=lambda kind: kind.name)
def test_pyrql_selects_the_same_rows(kind: rows.RowKind) -> None:
    if rows.missing_packages():
        pytest.skip("pyrql is not installed: pip install -e '.[bench]'")
    made = rows.create_rows(1000, text=kind.text)
    for run in rows.create_pyrql_runs(kind, made).values():
        assert run() == rows.select_rows(kind.by_hand, made)


def test_filter_frame_selects_the_same_rows_as_the_code_by_hand() -> None:
    if frames.missing_packages():
        pytest.skip(f"not installed: {', '.join(frames.missing_packages())}")
    for actions in frames.create_actions(frames.create_frame(1000)).values():
        ours, by_hand = (action() for action in actions.values())
        assert 10 < len(ours) < 30
        assert ours.equals(by_hand)


def test_the_membership_by_hand_finds_the_same_rows() -> None:
    with translation.create_membership_actions(20) as actions:
        results = {name: action() for name, action in actions.items()}
    parsed = results.pop(translation.PARSE)
    assert isinstance(parsed, Membership)
    assert len(parsed.values) == 20
    matches = results.pop(translation.PREDICATE)
    assert callable(matches)
    assert sum(matches({"with_tax": each}) for each in range(40)) == 20
    assert set(results.values()) <= {20}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyrql uses old names of pyparsing
def test_execution_results_are_on_the_page_and_in_the_report() -> None:
    if frames.missing_packages() or translation.missing_packages():
        pytest.skip(
            f"not installed: {', '.join(frames.missing_packages() | translation.missing_packages())}"
        )
    sizes = execution.Sizes(
        objects=50, competitor_objects=20, frame_rows=50, terms=(2, 4), values=20, rounds=1
    )
    results = RESULTS | {"running": execution.measure_execution(None, sizes)}
    results["goals"] = goals.evaluate_goals(results)
    names = [goal["what"] for goal in results["goals"]]
    assert len(set(names)) == len(names)
    for name in (
        "to_predicate, datetimes / by hand",
        "to_mongo: 4 terms / 2 terms",
        "to_predicate / parse, `in` of many integers",
        "to_sqlalchemy, run in SQLite / by hand, `in` of many integers",
    ):
        assert name in names
    page, printed = SPEED_PAGE.page(results), "\n".join(report.render_results(results))
    assert "## Running a filter" in page
    assert all(f"| {name} |" in page and name in printed for name in names)
    for name in translation.create_translators():
        assert f"| {name} |" in page


def test_the_worker_of_lib_rql_imports_nothing_of_this_project() -> None:
    assert Path(lib_rql_worker.__file__) == lib_rql.WORKER
    source = lib_rql.WORKER.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) (benchmarks|epfilter)", source, re.MULTILINE)


def test_the_stored_results_have_every_goal() -> None:
    again = [goal["what"] for goal in goals.evaluate_goals(RESULTS)]
    assert [goal["what"] for goal in RESULTS["goals"]] == again
    for goal in RESULTS["goals"]:
        assert isinstance(goals.is_met(goal), bool)


def test_the_page_shows_every_contender_case_and_goal() -> None:
    page = SPEED_PAGE.page(RESULTS)
    for case in RESULTS["cases"]:
        assert case["name"][1:] in page
        for name in case["seconds"]:
            assert f"`{name}`" in page or name == competitors.OURS
    for goal in RESULTS["goals"]:
        assert f"| {goal['what']} |" in page
    assert RESULTS["machine"]["processor"] in page


def test_the_page_explains_why_a_contender_has_no_time() -> None:
    case = RESULTS["cases"][0]
    seconds = case["seconds"] | {"luqum": "over 20 s"}
    results = RESULTS | {"cases": [case | {"seconds": seconds}], "absent": {"sqlglot": "not here"}}
    page = SPEED_PAGE.page(results)
    assert "| over 20 s |" in page
    assert "- `sqlglot`: not here." in page


def test_the_plot_has_a_description_and_stays_inside() -> None:
    case = RESULTS["cases"][0]
    drawn = ET.fromstring(SPEED_PAGE.plot(case))  # noqa: S314 - our own drawing
    svg = "{http://www.w3.org/2000/svg}"
    title, described = drawn.findtext(f"{svg}title"), drawn.findtext(f"{svg}desc")
    assert title == "Seconds for three calls, less is better"
    assert all(name in str(described) for name in case["seconds"])
    widest = float(drawn.attrib["viewBox"].split()[2])
    for bar in drawn.iter(f"{svg}rect"):
        assert 0 < float(bar.attrib["x"]) + float(bar.attrib["width"]) < widest
    assert drawn.attrib["fill"] == "currentColor"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4.884e-6, "4.88 µs"), (0.9996e-3, "1 ms"), (0.25, "250 ms"), (3.0, "3 s"), (1e-7, "100 ns")],
)
def test_format_seconds(seconds: float, words: str) -> None:
    assert SPEED_PAGE.format_seconds(seconds) == words
