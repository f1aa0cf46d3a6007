"""Writes the page about speed from what `python tests/benchmarks --write` measured.

The numbers stand in `speed.json` beside this file; nothing of them is written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

RESULTS = Path(__file__).with_name("speed.json")
NAME = "explanation/speed.md"
US = "epfilter"
FLOORS = {
    "validate_json": "pydantic makes the same nodes of the JSON of the tree",
    "json.loads": "the JSON of the tree becomes dictionaries",
    "re.findall": "the text is cut into pieces, nothing else",
}
_PLOTS = ("three calls", "AND of 10,000 terms")
_BY_HAND = ", by hand"
_ROW, _NAMES, _BARS, _WIDTH = 22, 225, 365, 720

Results = dict[str, Any]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site, before it makes the navigation."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    files.append(File.generated(config, NAME, content=page(results)))


def page(results: Results) -> str:
    """The text of the page."""
    running = results.get("running", {})
    first = (_beginning(running=bool(running)), _reading(results), _running(running))
    parts = (*first, _exporting(results), _rest(results), _targets(results), _machine(results))
    return "\n".join(line for part in parts for line in part) + "\n"


def plot(work: dict[str, Any]) -> str:
    """The times of all contenders as bars, on a scale on which each line is ten times the last."""
    times = {name: one for name, one in work["seconds"].items() if isinstance(one, float)}
    least = 10 ** (int(log10(min(times.values())) + 99) - 99)
    most = max(times.values())
    title = f"Seconds for {work['name']}"
    said = ", ".join(f"{name} {spoken(one)}" for name, one in times.items())
    height = _ROW * (len(times) + 1) + 8
    look = f'viewBox="0 0 {_WIDTH} {height}" style="max-width:100%;height:auto" font-size="13"'
    drawn = [
        f'<svg role="img" {look} fill="currentColor" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}, less is better</title>",
        f"<desc>{escape(said)}. The scale is logarithmic.</desc>",
        *_lines(least, most, height),
    ]
    for row, (name, one) in enumerate(sorted(times.items(), key=lambda item: item[1])):
        drawn += _bar(
            row, name, one / times[US], spoken(one), log10(one / least) / _tens(least, most)
        )
    return "\n".join([*drawn, "</svg>"])


def _tens(least: float, most: float) -> float:
    return log10(most / least)


def _lines(least: float, most: float, height: int) -> Iterator[str]:
    """A line for each power of ten, with its time."""
    for power in range(int(_tens(least, most)) + 1):
        x = _NAMES + _BARS * power / _tens(least, most)
        yield f'<path d="M{x:.0f} 0V{height - _ROW}" stroke="currentColor" opacity="0.25"/>'
        yield (
            f'<text x="{x:.0f}" y="{height - 6}" text-anchor="middle" opacity="0.7">'
            f"{spoken(least * 10**power)}</text>"
        )


def _bar(row: int, name: str, ratio: float, time: str, share: float) -> Iterator[str]:
    y, width = row * _ROW, max(2.0, _BARS * share)
    ours = name == US
    fill = "var(--md-accent-fg-color, #4051b5)" if ours else "currentColor"
    opacity = 1.0 if ours else 0.3 if name in FLOORS else 0.6
    weight = ' font-weight="bold"' if ours else ""
    yield f'<text x="{_NAMES - 8}" y="{y + 16}" text-anchor="end"{weight}>{escape(name)}</text>'
    yield (
        f'<rect x="{_NAMES}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 6}" '
        f'fill="{fill}" opacity="{opacity}"/>'
    )
    told = time if ours else f"{time}, {times_ours(ratio)}"
    yield f'<text x="{_NAMES + width + 6:.1f}" y="{y + 16}"{weight}>{told}</text>'


def spoken(seconds: float) -> str:
    """A time in the unit that fits."""
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 999.5:
            return f"{float(f'{seconds * factor:.3g}'):g} {unit}"
    return f"{seconds:.3g} s"


def times_ours(ratio: float) -> str:
    """A time as a multiple of ours."""
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.2g} ×"


def _beginning(*, running: bool) -> Iterator[str]:
    yield from (
        "# Speed",
        "",
        "How long epfilter takes, beside parsers of other filter languages for Python, and beside",
        "the least that could do such work at all. `python tests/benchmarks --write` measures it,",
        "and this page is made of what it wrote.",
        "",
        "## What is compared",
        "",
        "Each parser reads the same filters in **its own language**, translated from our tree by a",
        "program, with values as texts. That it read as much as we did is checked by counting the",
        "values in its tree, where it shows one. All read in one process and in turns, so that a",
        "busy moment hits all of them; the least time of several rounds counts. The long texts are",
        "read in a copy of the process, which is ended after 20 seconds.",
        "",
        "What is **not** compared:",
        "",
        "- The results are not alike. Ours are frozen, hashable models of pydantic; `fiql-parser`",
        "  finds its comparisons with one regular expression and checks little between them;",
        "  `cel-python` and `lib-rql` give the bare tree of the grammar. The parser of",
        "  `common-expression-language` is written in Rust, and shows no tree at all.",
        "  SQL and CEL are much larger languages than ours: their parsers do more for each term.",
        "- With a mistake in the text, the others stop at the first with one sentence. We go on",
        "  and find all of them, with places, hints and repairs.",
        "- `lib-rql` remembers what it has read; it is made to forget before each call, and its",
        "  time is taken in an environment of its own, because it needs an older lark.",
        "- `sqlglot` is `sqlglot[c]`, its faster form, which is compiled to C.",
    )
    if not running:
        yield "- Nothing is said of running a filter on data; that is not measured yet."
    yield ""


def _reading(results: Results) -> Iterator[str]:
    yield from ("## Reading", "")
    works = results["works"]
    for work in works:
        if work["name"] in _PLOTS:
            yield from (
                f"**{_head(work)}**, less is better:",
                "",
                "<div>",
                plot(work),
                "</div>",
                "",
            )
    languages = results["languages"]
    yield "Light bars are no parsers, but the least work that could do, as told below the table."
    yield ""
    yield "Our time, and that of the others as a multiple of it:"
    yield ""
    yield f"| | {' | '.join(_head(work) for work in works)} |"
    yield f"|---|{'---:|' * len(works)}"
    for name in works[0]["seconds"]:
        language = f" ({languages[name]})" if name in languages else ""
        label = f"**{name}**" if name == US else f"`{name}`{language}"
        yield f"| {label} | {' | '.join(_cell(work, name) for work in works)} |"
    yield ""
    yield from (f"- `{name}`: {what}." for name, what in FLOORS.items())
    yield from (f"- `{name}`: {why}." for name, why in results["absent"].items())
    yield from (
        "",
        "The peak of memory while 20,000 terms are read, without what C and Rust keep:",
        "",
    )
    yield from ("| | bytes a term |", "|---|---:|")
    for name, peak in results["memory"].items():
        yield f"| `{name}` | {peak if isinstance(peak, str) else f'{peak:,.0f}'} |"
    yield ""


def _head(work: dict[str, Any]) -> str:
    name: str = work["name"]
    return name[0].upper() + name[1:]


def _cell(work: dict[str, Any], name: str) -> str:
    time = work["seconds"].get(name)
    if time is None or isinstance(time, str):
        return time or "–"
    return f"**{spoken(time)}**" if name == US else times_ours(time / work["seconds"][US])


def _running(running: Results) -> Iterator[str]:
    if not running:
        return
    yield from ("## Running a filter", "", *_rows_and_frames(running), *_translated(running))
    yield from (f"- `{name}`: {why}.\n" for name, why in running["absent"].items())


def _rows_and_frames(running: Results) -> Iterator[str]:
    for entry in running["rows"]:
        yield from (
            f"`to_predicate` on {entry['rows']:,} dicts with {entry['name']}, the time of one;",
            f"RQL on the first {entry['peer rows']:,} of them:",
            "",
        )
        yield from _multiples(entry["seconds"], US)
    yield from (
        "All keep the same rows. By hand are the same checks for null and the same reading of",
        "texts. The engines of RQL do less with timestamps in text, which they compare by",
        "their letters; “text as text” is what we take for that. `pyrql` copies all rows before it",
        "begins, for it may change them; “not copied” is its loop alone.",
        "",
    )
    for entry in running["frames"]:
        yield from (f"A frame of {entry['rows']:,} rows in {entry['name']}:", "")
        yield from _multiples(entry["seconds"], "filter_frame")


def _multiples(times: dict[str, float], ours: str) -> Iterator[str]:
    yield from ("| | time | as a multiple of ours |", "|---|---:|---:|")
    for name, time in times.items():
        label = f"**{name}**" if name == ours else name
        yield f"| {label} | {spoken(time)} | {times_ours(time / times[ours])} |"
    yield ""


def _translated(running: Results) -> Iterator[str]:
    growth, translation = running["growth"], running["translation"]
    sizes = list(next(iter(growth.values())))
    yield from (
        "To translate what was read; “by hand” is what the package takes for a condition in it:\n",
        f"| | three calls | by hand | {' | '.join(sizes)} |",
        f"|---|---:|---:|{'---:|' * len(sizes)}",
    )
    for name, time in translation.items():
        if name.endswith(_BY_HAND):
            continue
        hand = translation.get(name + _BY_HAND)
        grown = [spoken(one) for one in growth.get(name, {}).values()] or [""] * len(sizes)
        yield f"| {name} | {spoken(time)} | {spoken(hand) if hand else ''} | {' | '.join(grown)} |"
    yield ""


def _exporting(results: Results) -> Iterator[str]:
    exports, load = results.get("exports", []), results.get("load", {})
    if exports:
        yield from (
            "## Exporting orders",
            "",
            "Half of a file of orders in JSONL becomes a CSV with a row an item, each time in a",
            "new process; `COPY` is the SQL that a person would write for DuckDB. The files are",
            "the same byte for byte. “Neutralised” is text that no spreadsheet executes.",
            "",
            "| | rows | export | `COPY` by hand | peak of memory |",
            "|---|---:|---:|---:|---:|",
        )
    for entry in exports:
        ours, hand = entry["seconds"].values()
        peak = next(iter(entry["bytes"].values())) / 1e6
        cells = (f"{entry['rows']:,}", spoken(ours), spoken(hand), f"{peak:,.0f} MB")
        yield f"| {entry['name']} | {' | '.join(cells)} |"
    yield ""
    for name, latencies in load.items():
        told = ", ".join(f"{one} {spoken(seconds)}" for one, seconds in latencies.items())
        yield f"The service answers {name}: {told}."
        yield ""


def _rest(results: Results) -> Iterator[str]:
    yield from ("## Everything else", "", "| | time |", "|---|---:|")
    for name, times in results["pairs"].items():
        yield from (f"| {name}: {one} | {spoken(time)} |" for one, time in times.items())
    yield from (f"| cold start: {one} | {spoken(time)} |" for one, time in results["cold"].items())
    lint = results["lint"]
    library, command = lint["lint(text, 'orders')"], lint["epfilter lint FILE"]
    different, findings = lint["different filters"], lint["filters with findings"]
    yield from (
        "",
        "Cold starts are medians of fresh interpreters. “Five models” is a file that defines five",
        "models of pydantic with the fields of our nodes. pydantic makes their validators at once,",
        "and those of our nodes at first use, which `parse` is none: its nodes are known to be",
        "right. “Validators later” is the same file made like ours: compare `import epfilter` with",
        "that as well.",
        "“Mistakes” are all found, and set against lark, which reads a good text as long.",
        "",
        f"The linter reads {lint['filters']:,.0f} filters of orders, {different:,.0f} of them",
        f"different, {findings:,.0f} with findings: `lint(text, 'orders')` {library:,.0f} and",
        f"`epfilter lint FILE` {command:,.0f}",
        "filters a second of one core.",
        "",
    )


def _targets(results: Results) -> Iterator[str]:
    yield from ("## Targets", "", "| | measured | target | |", "|---|---:|---:|---|")
    yield from _rows(results["targets"])
    yield ""


def _rows(targets: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in targets:
        measured, limit = one["measured"], one["limit"]
        met = measured <= limit if one["most"] else measured >= limit
        sign = "≤" if one["most"] else "≥"
        shown = f"{measured:,.0f}" if measured >= 100 else f"{measured:.2f}"
        yield f"| {one['what']} | {shown} | {sign} {limit:,g} | {'met' if met else '**not met**'} |"


def _machine(results: Results) -> Iterator[str]:
    machine = results["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    yield from (
        "## On what",
        "",
        f"{machine['date']}, {machine['processor']} with {machine['cores']} cores,",
        f"{machine['system']}, {machine['python']}; {packages}.",
        "The machine was not ours alone: ratios count, and they vary by some percent between runs.",
    )
