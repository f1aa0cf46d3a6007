"""What the playground shows of a filter; this runs in Pyodide, in a worker of the browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from shlex import quote
from typing import Any

import click

from epfilter import Filter, parse, pretty, to_query, unparse
from epfilter.ast import And, Or
from epfilter.cli.errors import CommandError
from epfilter.cli.rows import FORMATS, Row
from epfilter.cli.translations import PYTHON, translate
from epfilter.cli.tree import render_tree
from epfilter.editing import handle_request
from epfilter.english import in_words
from epfilter.errors import FilterError
from epfilter.exporter import CreateJob
from epfilter.resources import Resource, resource_of
from epfilter.targets import to_predicate
from epfilter.targets.registry import TRANSLATIONS

MAX_ROWS = 1000
"""Rows that are tested; the page shows each of them."""

_ENDPOINT = "https://useast.api.elasticpath.com/v2/jobs"


def run(request: str) -> str:
    """Return the result of a request as JSON: `result`, or the `problem` of what a user wrote."""
    data: dict[str, Any] = json.loads(request)
    method: Callable[[dict[str, Any]], object] = _METHODS.get(data["method"], handle_request)
    try:
        return json.dumps({"result": method(data)})
    except (FilterError, CommandError) as error:
        return json.dumps({"problem": str(error)})


def _read(data: dict[str, Any]) -> tuple[Filter, Resource | None]:
    f = parse(data["text"])
    return f, resource_of(data["resource"])


def describe(data: dict[str, Any]) -> dict[str, str]:
    """Return the filter in English, and its tree."""
    f, resource = _read(data)
    return {"english": in_words(f, resource), "tree": click.unstyle(render_tree(f))}


def print_forms(data: dict[str, Any]) -> dict[str, str]:
    """Return the canonical text, the text in several lines, and that in a URL."""
    f, _ = _read(data)
    return {"canonical": unparse(f), "pretty": pretty(f), "query": f"?filter={to_query(f)}"}


def list_translations(_: dict[str, Any]) -> list[str]:
    """Return the names of the translations that need no package without a build for Pyodide."""
    needs = {
        name: {module for module, _ in translation.packages}
        for name, translation in TRANSLATIONS.items()
    }
    return [PYTHON, *(name for name, modules in needs.items() if modules <= {"sqlalchemy"})]


def translate_filter(data: dict[str, Any]) -> str:
    """Return a translation; `target` names it."""
    f, resource = _read(data)
    return translate(f, data["target"], resource)


def build_request(data: dict[str, Any]) -> dict[str, str]:
    """Return the body that requests the orders of the filter, and the command that sends it."""
    f, _ = _read(data)
    job = CreateJob.order_export(f)
    command = (
        f"curl {_ENDPOINT} \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {quote(job.model_dump_json())}"
    )
    return {"body": job.model_dump_json(indent=2), "curl": command}


def match_rows(data: dict[str, Any]) -> dict[str, Any]:
    """Return which of the pasted `rows` the filter matches, each with the reason in English."""
    f, resource = _read(data)

    @cache
    def predicate(term: Filter) -> Callable[[object], bool]:
        return to_predicate(term, resource)

    predicate(f)  # an error is reported also without rows
    found = []
    for number, row in enumerate(_read_rows(data["rows"]), 1):
        if number > MAX_ROWS:
            raise CommandError(f"More than {MAX_ROWS} rows. Use `epfilter match` for them.")
        matches = predicate(f)(row.record)
        terms = dict.fromkeys(_find_reasons(f, row.record, predicate))
        groups = " nor of the ".join(in_words(term, resource) for term in terms)
        reason = f"It is {'' if matches else 'not '}one of the {groups}"
        text = " ".join(row.content.decode().split())
        found.append({"row": text, "matches": matches, "reason": reason})
    return {"rows": found, "count": sum(one["matches"] for one in found)}


def _find_reasons(
    f: Filter, record: object, predicate: Callable[[Filter], Callable[[object], bool]]
) -> Iterator[Filter]:
    """Yield the smallest terms that decide whether the filter matches."""
    matches = predicate(f)(record)
    if isinstance(f, Or if matches else And):
        deciding = [term for term in f.terms if predicate(term)(record) == matches]
        for term in deciding[:1] if matches else deciding:
            yield from _find_reasons(term, record, predicate)
    else:
        yield f


def _read_rows(text: str) -> Iterator[Row]:
    """Yield the rows of JSON, of JSON Lines, or of CSV."""
    start = text.lstrip()[:1]
    style = "csv"
    if start == "[" or (start == "{" and not _has_object_per_line(text)):
        style = "json"
        if start == "{" and not _has_data(text):
            text = f"[{text}]"
    elif start == "{":
        style = "jsonl"
    yield from FORMATS[style](io.BytesIO(text.encode(errors="replace")), "rows")


def _has_object_per_line(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(re.fullmatch(r"\{.*\}", line) for line in lines)


def _has_data(text: str) -> bool:
    try:
        return isinstance(json.loads(text).get("data"), list)
    except ValueError:  # the reader of the rows reports it
        return True


_METHODS: dict[str, Callable[[dict[str, Any]], object]] = {
    "describe": describe,
    "print": print_forms,
    "request": build_request,
    "rows": match_rows,
    "translate": translate_filter,
    "translations": list_translations,
}
