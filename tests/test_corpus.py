"""Every filter of the platform's public documentation, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from epfilter import FilterSyntaxError, parse, pretty, unparse
from support.rows import for_each

DATA = Path(__file__).parent / "data"
_ROW = re.compile(r"(?:(parses)|(EPF1\d\d) (\d+)-(\d+)): (.*)")


def lines(name: str) -> list[str]:
    content = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in content if line and not line.startswith("#")]


def rows() -> list[re.Match[str]]:
    matches = [_ROW.fullmatch(line) for line in lines("corpus_remarks.txt")]
    assert None not in matches
    return [row for row in matches if row]


FILTERS = lines("corpus.txt")
REMARKED = [row[5] for row in rows() if row[1]]
MALFORMED = [(row[5], row[2], int(row[3]), int(row[4])) for row in rows() if row[2]]


@for_each("text", [*FILTERS, *REMARKED])
def test_round_trip(text: str) -> None:
    f = parse(text)
    assert parse(unparse(f)) == f
    assert parse(unparse(f, quotes="always")) == f
    assert parse(pretty(f)) == f
    assert parse(pretty(f, width=0, quotes="always")) == f


@for_each("text", [text for text in FILTERS if " " not in text and not {*"\"'"} & {*text}])
def test_documented_text_is_canonical(text: str) -> None:
    assert unparse(parse(text)) == text


@pytest.mark.parametrize(("text", "code", "start", "end"), MALFORMED)
def test_malformed_text_has_one_error(text: str, code: str, start: int, end: int) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        parse(text)
    assert [(diagnostic.code, diagnostic.span) for diagnostic in caught.value.diagnostics] == [
        (code, (start, end))
    ]


def test_the_corpus_is_complete() -> None:
    assert (len(FILTERS), len(REMARKED), len(MALFORMED)) == (121, 28, 4)
    assert len({*FILTERS, *REMARKED}) == 149
