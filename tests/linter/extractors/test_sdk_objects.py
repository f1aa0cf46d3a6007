"""Properties of filters that are objects of the JavaScript SDK."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors import Endpoints, Extraction, MappedText, extract_file
from support.filter_strategies import chances

Values = str | int | bool | None | list[str]
Terms = dict[str, dict[str, Values]]

_NAMES = st.from_regex(r"[a-z_]{1,6}(\.[a-z]{1,3}|-x)?", fullmatch=True).filter(
    lambda name: name not in {"or", "is_null"}
)
_TEXTS = st.text(st.sampled_from("abc019 .:|*@-éπ\n\\"), max_size=6)
_VALUES: st.SearchStrategy[Values] = st.one_of(
    _TEXTS, st.integers(-999, 999), st.booleans(), st.none(), st.lists(_TEXTS, min_size=1)
)
_TERMS: st.SearchStrategy[Terms] = st.dictionaries(
    st.sampled_from(["eq", "gt", "like", "in", "gte"]),
    st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=3),
    min_size=1,
    max_size=3,
)
_SINGLE_TERMS: st.SearchStrategy[Terms] = st.dictionaries(
    st.sampled_from(["eq", "gt", "like", "in", "gte"]),
    st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=1),
    min_size=1,
    max_size=3,
)


def send(terms: Terms) -> str:
    """Return what the SDK sends for the terms of one object."""
    return ":".join(
        f"{operator}({name},{send_value(value)})"
        for operator, fields in terms.items()
        for name, value in fields.items()
    )


def send_value(value: Values) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value)


def write(value: object, chance: random.Random) -> str:
    """Return an object as a program may write it."""
    space = chance.choice(["", " ", "\n  ", " /* x, y */ "])
    if isinstance(value, dict):
        members = (
            f"{write_name(name, chance)}:{space}{write(item, chance)}"
            for name, item in value.items()
        )
        return "{" + space + f",{space}".join(members) + chance.choice(["", ","]) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item, chance) for item in value) + "]"
    if isinstance(value, str) and chance.random() < 0.3:
        return "`" + value.replace("\\", "\\\\") + "`"
    return json.dumps(value, ensure_ascii=chance.random() < 0.5)


def write_name(name: str, chance: random.Random) -> str:
    is_identifier = name.isidentifier()
    return name if is_identifier and chance.random() < 0.7 else json.dumps(name)


def extract_value(program: str) -> MappedText:
    extraction = Extraction(Endpoints())
    extract_file(program, "a.ts", extraction)
    assert not extraction.problems
    assert not extraction.misuses
    (found,) = extraction.filters
    return found.value


@given(_TERMS, st.lists(_TERMS, max_size=3), chances)
def test_an_object_is_read_as_the_sdk_sends_it(
    terms: Terms, groups: list[Terms], chance: random.Random
) -> None:
    written = {**terms, **({"or": groups} if groups else {})}
    alternatives = "|".join(f"({send(group)})" for group in groups)
    expected = f"({alternatives}):{send(terms)}" if groups else send(terms)
    assert extract_value(f"c.Orders.Filter({write(written, chance)})").text == expected


@given(_SINGLE_TERMS, st.data(), chances)
def test_an_edit_changes_one_key_or_value_or_is_refused(
    terms: Terms, data: st.DataObject, chance: random.Random
) -> None:
    program = f"c.Orders.Filter({write({**terms, 'ilike': {'name': 'x'}}, chance)})"
    value = extract_value(program)
    start = data.draw(st.integers(0, len(value.text)))
    end = data.draw(st.integers(start, min(len(value.text), start + 6)))
    edit = Edit(Span(start, end), data.draw(st.sampled_from(["Zz", "Z\\z", "Zπ z", "Z.z"])))
    mapped = value.map_edit(edit)
    if mapped is not None:
        changed = extract_value(apply_edits(program, [mapped]))
        assert changed.text == apply_edits(value.text, [edit])


@given(_TERMS, chances)
def test_every_operator_can_be_replaced(terms: Terms, chance: random.Random) -> None:
    program = f"c.Orders.Filter({write(terms, chance)})"
    value = extract_value(program)
    operator = next(iter(terms))
    mapped = value.map_edit(Edit(Span(0, len(operator)), "lt"))
    assert mapped is not None
    changed = extract_value(apply_edits(program, [mapped])).text
    assert changed == send({"lt" if name == operator else name: terms[name] for name in terms})
