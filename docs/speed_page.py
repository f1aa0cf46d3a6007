"""The page about speed, generated from the results of `python tests/benchmarks --write`.

All numbers come from `speed.json`; none is written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from math import log10
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("speed.json")
NAME = "explanation/speed.md"
OURS = "epfilter"
BASELINES = {
    "validate_json": "pydantic creates the same nodes from the JSON of the tree",
    "json.loads": "converts the JSON of the tree to dictionaries",
    "re.findall": "splits the text into tokens, and nothing else",
}
_PLOTS = ("three calls", "AND of 10,000 terms")
_BY_HAND = ", by hand"
_ROW, _NAMES, _BARS, _WIDTH = 22, 225, 365, 720

Results = dict[str, Any]


def build_pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    return {NAME: page(json.loads(RESULTS.read_text(encoding="utf-8")))}


def page(results: Results) -> str:
    """Return the text of the page."""
    running = results.get("running", {})
    first = (_introduction(running=bool(running)), _parsing(results), _execution(running))
    parts = (
        *first,
        _exports(results),
        _service(results),
        _other_measurements(results),
        _goals(results),
        _environment(results),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def plot(case: dict[str, Any]) -> str:
    """Return a bar chart of all times as SVG, with a logarithmic scale."""
    times = {name: time for name, time in case["seconds"].items() if isinstance(time, float)}
    least = 10 ** (int(log10(min(times.values())) + 99) - 99)
    most = max(times.values())
    title = f"Seconds for {case['name']}"
    description = ", ".join(f"{name} {format_seconds(time)}" for name, time in times.items())
    height = _ROW * (len(times) + 1) + 8
    attributes = (
        f'viewBox="0 0 {_WIDTH} {height}" style="max-width:100%;height:auto" font-size="13"'
    )
    elements = [
        f'<svg role="img" {attributes} fill="currentColor" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}, less is better</title>",
        f"<desc>{escape(description)}. The scale is logarithmic.</desc>",
        *_grid_lines(least, most, height),
    ]
    for row, (name, time) in enumerate(sorted(times.items(), key=lambda item: item[1])):
        elements += _bar(
            row,
            name,
            time / times[OURS],
            format_seconds(time),
            log10(time / least) / _decades(least, most),
        )
    return "\n".join([*elements, "</svg>"])


def _decades(least: float, most: float) -> float:
    return log10(most / least)


def _grid_lines(least: float, most: float, height: int) -> Iterator[str]:
    """Yield a line for each power of ten, with its time."""
    for power in range(int(_decades(least, most)) + 1):
        x = _NAMES + _BARS * power / _decades(least, most)
        yield f'<path d="M{x:.0f} 0V{height - _ROW}" stroke="currentColor" opacity="0.25"/>'
        yield (
            f'<text x="{x:.0f}" y="{height - 6}" text-anchor="middle" opacity="0.7">'
            f"{format_seconds(least * 10**power)}</text>"
        )


def _bar(row: int, name: str, ratio: float, time: str, share: float) -> Iterator[str]:
    y, width = row * _ROW, max(2.0, _BARS * share)
    ours = name == OURS
    fill = "var(--md-accent-fg-color, #4051b5)" if ours else "currentColor"
    opacity = 1.0 if ours else 0.3 if name in BASELINES else 0.6
    weight = ' font-weight="bold"' if ours else ""
    yield f'<text x="{_NAMES - 8}" y="{y + 16}" text-anchor="end"{weight}>{escape(name)}</text>'
    yield (
        f'<rect x="{_NAMES}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 6}" '
        f'fill="{fill}" opacity="{opacity}"/>'
    )
    label = time if ours else f"{time}, {format_ratio(ratio)}"
    yield f'<text x="{_NAMES + width + 6:.1f}" y="{y + 16}"{weight}>{label}</text>'


def format_seconds(seconds: float) -> str:
    """Return a time in the appropriate unit."""
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 999.5:
            return f"{float(f'{seconds * factor:.3g}'):g} {unit}"
    return f"{seconds:.3g} s"


def format_ratio(ratio: float) -> str:
    """Return a time as a multiple of ours."""
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.2g} ×"


def _introduction(*, running: bool) -> Iterator[str]:
    yield from (
        "# Speed",
        "",
        "This page compares the speed of epfilter with parsers of other filter languages for",
        "Python and with baselines. `python tests/benchmarks --write` measures it, and this page",
        "is generated from the results.",
        "",
        "## What is compared",
        "",
        "Each parser reads the same filters in **its own language**, translated from our tree,",
        "with values as texts. A check counts the values in its tree, if it returns one, so that",
        "each parser reads the same. All parsers take turns in one process, so that other load on",
        "the machine affects all of them, and the minimum of several rounds counts. The long",
        "texts are read in a copy of the process, which is stopped after 20 seconds.",
        "",
        "What is **not** compared:",
        "",
        "- The results differ. Ours are frozen, hashable models of pydantic; `fiql-parser` finds",
        "  comparisons with one regular expression and checks little between them; `cel-python`",
        "  and `lib-rql` return the bare tree of the grammar. The parser of",
        "  `common-expression-language` is written in Rust, and returns no tree. SQL and CEL are",
        "  much larger languages than ours: their parsers do more for each term.",
        "- For an invalid text, the others stop at the first error with one sentence. epfilter",
        "  continues and reports all errors, with positions, hints and fixes.",
        "- `lib-rql` has a cache, which is cleared before each call. It is measured in a separate",
        "  environment, because it requires an older lark.",
        "- `sqlglot` is `sqlglot[c]`, which is compiled to C and faster.",
    )
    if not running:
        yield "- Running a filter on data is not measured yet."
    yield ""


def _parsing(results: Results) -> Iterator[str]:
    yield from ("## Parsing", "")
    cases = results["cases"]
    for case in cases:
        if case["name"] in _PLOTS:
            yield from (
                f"**{_head(case)}**, less is better:",
                "",
                "<div>",
                plot(case),
                "</div>",
                "",
            )
    languages = results["languages"]
    yield "Light bars are baselines, which are described below the table."
    yield ""
    yield "Our time, and the times of the others as a multiple of it:"
    yield ""
    yield f"| | {' | '.join(_head(case) for case in cases)} |"
    yield f"|---|{'---:|' * len(cases)}"
    for name in cases[0]["seconds"]:
        language = f" ({languages[name]})" if name in languages else ""
        label = f"**{name}**" if name == OURS else f"`{name}`{language}"
        yield f"| {label} | {' | '.join(_cell(case, name) for case in cases)} |"
    yield ""
    yield from (f"- `{name}`: {what}." for name, what in BASELINES.items())
    yield from (f"- `{name}`: {why}." for name, why in results["absent"].items())
    yield from (
        "",
        "Peak memory while 20,000 terms are read, without the memory of C and Rust code:",
        "",
    )
    yield from ("| | bytes per term |", "|---|---:|")
    for name, peak in results["memory"].items():
        yield f"| `{name}` | {peak if isinstance(peak, str) else f'{peak:,.0f}'} |"
    yield ""


def _head(case: dict[str, Any]) -> str:
    name: str = case["name"]
    return name[0].upper() + name[1:]


def _cell(case: dict[str, Any], name: str) -> str:
    time = case["seconds"].get(name)
    if time is None or isinstance(time, str):
        return time or "–"
    return (
        f"**{format_seconds(time)}**"
        if name == OURS
        else format_ratio(time / case["seconds"][OURS])
    )


def _execution(running: Results) -> Iterator[str]:
    if not running:
        return
    yield from ("## Running a filter", "", *_rows_and_dataframes(running), *_translation(running))
    yield from (f"- `{name}`: {why}.\n" for name, why in running["absent"].items())


def _rows_and_dataframes(running: Results) -> Iterator[str]:
    for entry in running["rows"]:
        yield from (
            f"`to_predicate` on {entry['rows']:,} dicts with {entry['name']}, time per dict;",
            f"RQL on the first {entry['peer rows']:,} of them:",
            "",
        )
        yield from _multiples(entry["seconds"], OURS)
    yield from (
        "All select the same rows. The code by hand has the same checks for null and parses the",
        "same texts. The engines of RQL do less for timestamps in text, which they compare as",
        "text; “text as text” is epfilter doing the same. `pyrql` first copies all rows, because",
        "it can change them; “not copied” is its loop alone.",
        "",
    )
    for entry in running["frames"]:
        yield from (f"A frame of {entry['rows']:,} rows in {entry['name']}:", "")
        yield from _multiples(entry["seconds"], "filter_frame")


def _multiples(times: dict[str, float], ours: str) -> Iterator[str]:
    yield from ("| | time | as a multiple of ours |", "|---|---:|---:|")
    for name, time in times.items():
        label = f"**{name}**" if name == ours else name
        yield f"| {label} | {format_seconds(time)} | {format_ratio(time / times[ours])} |"
    yield ""


def _translation(running: Results) -> Iterator[str]:
    growth, translation = running["growth"], running["translation"]
    sizes = list(next(iter(growth.values())))
    yield from (
        "Translation of a parsed filter; “by hand” is a hand-written condition of the package:\n",
        f"| | three calls | by hand | {' | '.join(sizes)} |",
        f"|---|---:|---:|{'---:|' * len(sizes)}",
    )
    for name, time in translation.items():
        if name.endswith(_BY_HAND):
            continue
        hand = translation.get(name + _BY_HAND)
        grown = [format_seconds(size_time) for size_time in growth.get(name, {}).values()] or [
            ""
        ] * len(sizes)
        cells = (name, format_seconds(time), format_seconds(hand) if hand else "", *grown)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _exports(results: Results) -> Iterator[str]:
    exports = results.get("exports", [])
    if exports:
        yield from (
            "## Exporting orders",
            "",
            "Half of a file of orders (JSONL, Parquet, CSV) is exported to CSV with one row per",
            "item, each time in a new process. `COPY` is hand-written SQL for DuckDB. The files",
            "are identical byte for byte. “Neutralised” files contain no text that a spreadsheet",
            "would execute. “CPU” is the time of all threads, as a multiple of that of `COPY`.",
            "",
            "| | rows | export | `COPY` by hand | CPU | peak memory |",
            "|---|---:|---:|---:|---:|---:|",
        )
    for entry in exports:
        ours, hand = entry["seconds"].values()
        cpu, hand_cpu = entry["cpu"].values()
        peak = next(iter(entry["bytes"].values())) / 1e6
        cells = (
            f"{entry['rows']:,}",
            format_seconds(ours),
            format_seconds(hand),
            format_ratio(cpu / hand_cpu),
            f"{peak:,.0f} MB",
        )
        yield f"| {entry['name']} | {' | '.join(cells)} |"
    yield ""


def _service(results: Results) -> Iterator[str]:
    measured = results.get("service", {})
    if measured:
        yield from (
            "## The service under load",
            "",
            "The floor is a bare Starlette application that does one SQLite select or one durable",
            "insert for a request, and nothing else. Both have the same rows and take turns. A",
            "third process sends the requests, over 16 connections or 1,000 at once. “CPU” is that",
            "of the server for one request. The service stores several jobs in one transaction.",
            "",
            "| | service | floor |",
            "|---|---:|---:|",
        )
    for name, entry in measured.items():
        for cut in entry["service"]:
            values = [entry[label][cut] for label in ("service", "floor")]
            cells = (f"{v:,.0f}" if cut == "per second" else format_seconds(v) for v in values)
            yield f"| {name}, {'CPU' if cut == 'cpu' else cut} | {' | '.join(cells)} |"
    yield ""


def _other_measurements(results: Results) -> Iterator[str]:
    yield from ("## Everything else", "", "| | time |", "|---|---:|")
    for name, times in results["pairs"].items():
        yield from (
            f"| {name}: {label} | {format_seconds(time)} |" for label, time in times.items()
        )
    yield from (
        f"| cold start: {label} | {format_seconds(time)} |"
        for label, time in results["cold"].items()
    )
    lint = results["lint"]
    library, command = lint["lint(text, 'orders')"], lint["epfilter lint FILE"]
    different, findings = lint["different filters"], lint["filters with findings"]
    yield from (
        "",
        "Cold starts are medians of new interpreters. “Five models” is a file with five pydantic",
        "models that have the fields of our nodes. pydantic builds their validators on import, and",
        "those of our nodes on first use; `parse` does not need them, because its nodes are valid.",
        "“Validators later” is the same file with validators built like ours, so compare",
        "`import epfilter` with that too. For texts with mistakes, all of which are found, the",
        "comparison is lark with a valid text of the same length.",
        "",
        f"The linter checks {lint['filters']:,.0f} filters of orders, {different:,.0f} of them",
        f"different, {findings:,.0f} with findings. Filters per second on one core: {library:,.0f}",
        f"with `lint(text, 'orders')` and {command:,.0f} with `epfilter lint FILE`.",
        "",
    )


def _goals(results: Results) -> Iterator[str]:
    yield from ("## Goals", "", "| | measured | goal | |", "|---|---:|---:|---|")
    yield from _goal_rows(results["goals"])
    yield ""


def _goal_rows(goals: Iterable[dict[str, Any]]) -> Iterator[str]:
    for goal in goals:
        measured, limit = goal["measured"], goal["limit"]
        met = measured <= limit if goal["most"] else measured >= limit
        sign = "≤" if goal["most"] else "≥"
        value = f"{measured:,.0f}" if measured >= 100 else f"{measured:.2f}"
        verdict = "met" if met else "**not met**"
        yield f"| {goal['what']} | {value} | {sign} {limit:,g} | {verdict} |"


def _environment(results: Results) -> Iterator[str]:
    machine = results["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    yield from (
        "## Environment",
        "",
        f"{machine['date']}, {machine['processor']} with {machine['cores']} cores,",
        f"{machine['system']}, {machine['python']}; {packages}.",
        "The machine was shared, so compare ratios; they vary by a few percent between runs.",
    )
