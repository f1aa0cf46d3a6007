"""Strict JSON: the same values as Python's `json`, and an error with its position for the rest."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epfilter.limits import MAX_JSON_DEPTH
from epfilter.strict_json import (
    JsonError,
    JsonFault,
    StrictDecoder,
    parse_json,
    skip_whitespace,
)
from support.rows import for_each

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(value=VALUES, indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_a_valid_document_has_the_value_that_python_reads(
    value: Any, indent: int | None, *, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse_json(text) == json.loads(text) == value


def is_strict(text: str) -> bool:
    """Whether Python reads the text and RFC 8259 allows it, found out in a slow and plain way."""

    def check_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def refuse(name: str) -> Any:
        raise AssertionError(name)

    try:
        value = json.loads(text, object_pairs_hook=check_names, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except (AssertionError, ValueError):
        return False
    return True


@given(
    text=st.text(max_size=30)
    | st.text(alphabet='{}[]":, \n\\u0d8aDC1.eE-tfNn', max_size=40)
    | st.lists(
        st.sampled_from(
            [
                *('{"a":', '"a"', ",", ":", "[", "]", "{", "}", "1", "NaN", "-Infinity", "\n"),
                *('"\\ud800"', '"\\ud83d\\ude00"', '"\\\\ud800"', '"NaN"', "\ud800", "\ufeff"),
            ]
        ),
        max_size=8,
    ).map("".join)
)
@example(text='{"a":1,"b":{"a":1},"a":2}')
@example(text='["NaN",NaN]')
@example(text='["\\\\\\ud800"]')
@example(text='["\\ud83d\\ud83d\\ude00"]')
@example(text="[1,]")
@example(text='{"a":1,}')
def test_everything_else_is_refused_where_the_fault_is(text: str) -> None:
    try:
        value = parse_json(text)
    except JsonError as error:
        assert not is_strict(text)
        assert error.position is None or 0 <= error.position <= len(text)  # noqa: PT017 - either may be right
    else:
        assert is_strict(text)
        assert value == json.loads(text)


@for_each(
    ("text", "fault", "message"),
    [
        ("", "syntax", "the text is empty"),
        (" \n", "syntax", "the text is empty"),
        ("\ufeff1", "syntax", "unexpected byte order mark (line 1, column 1)"),
        ("[1,\n]", "syntax", "expected a value (line 2, column 1)"),
        ("{", "syntax", "expected a member name in double quotes (line 1, column 2)"),
        ('{"a":1 , }', "syntax", "expected a member name in double quotes (line 1, column 10)"),
        ('{"a" 1}', "syntax", "expected a colon (line 1, column 6)"),
        ("[1 2]", "syntax", "expected a comma or a closing bracket (line 1, column 4)"),
        ('["a]', "syntax", "the string has no closing quote (line 1, column 2)"),
        (
            '"\t"',
            "syntax",
            "a string contains a control character that is not escaped (line 1, column 2)",
        ),
        (r'"\x"', "syntax", "a string contains an invalid escape (line 1, column 2)"),
        (r'"\u12"', "syntax", r"a string contains an invalid `\u` escape (line 1, column 3)"),
        ("{} {}", "syntax", "unexpected text after the end of the value (line 1, column 4)"),
        (
            '{"a": {"b": 1},\n"a": 2}',
            "duplicate member",
            "the member `a` appears twice in one object (line 2, column 1)",
        ),
        (
            r'{"\ud800":1,"\ud800":2}',
            "duplicate member",
            r"the member `\ud800` appears twice in one object (line 1, column 13)",
        ),
        (
            '["NaN", NaN]',
            "constant",
            "`NaN` is not a number in JSON (line 1, column 9)",
        ),
        ("-Infinity", "constant", "`-Infinity` is not a number in JSON (line 1, column 1)"),
        (
            r'["\\ud800", "\udfff"]',
            "surrogate",
            "a string contains half of a surrogate pair, which is not a character (line 1, column 14)",
        ),
        (
            '"é\ud800"',
            "surrogate",
            "a string contains half of a surrogate pair, which is not a character (line 1, column 3)",
        ),
        ("9" * 5000, "digits", "a number has too many digits"),
        ("[" * 100_000, "depth", "it is nested too deeply"),
    ],
)
def test_what_is_not_strict_json_and_in_which_words(text: str, fault: str, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse_json(text)
    assert (caught.value.fault, str(caught.value)) == (fault, message)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (copy.fault, str(copy)) == (fault, message)


def test_the_deepest_document_and_one_level_more() -> None:
    deepest = "[" * MAX_JSON_DEPTH + "]" * MAX_JSON_DEPTH
    assert parse_json(deepest) == json.loads(deepest)
    for deeper in (f"[{deepest}]", '{"a":' * MAX_JSON_DEPTH + "[]" + "}" * MAX_JSON_DEPTH):
        with pytest.raises(JsonError, match="nested too deeply"):
            parse_json(deeper)
    assert parse_json(f'"{deepest}"') == deepest
    assert len(parse_json("[" + "[]," * 10_000 + "[]]")) == 10_001


def test_a_decoder_tolerates_what_it_is_set_to_and_nothing_else() -> None:
    text = r'{"a": 1, "a": NaN, "b": "\ud800", "c": 0.10}'
    everything = {JsonFault.DUPLICATE_MEMBER, JsonFault.CONSTANT, JsonFault.SURROGATE}
    value = StrictDecoder(tolerate=everything, parse_float=Decimal).decode(text)
    assert (str(value["a"]), value["b"], value["c"]) == ("nan", "\ud800", Decimal("0.10"))
    for fault in everything:
        with pytest.raises(JsonError) as caught:
            StrictDecoder(tolerate=everything - {fault}).decode(text)
        assert caught.value.fault is fault


def test_a_value_inside_a_larger_text() -> None:
    text = '[{"a": [1]}, NaN] rest'
    decoder = StrictDecoder()
    assert decoder.decode_at(text, 1) == ({"a": [1]}, 11)
    start = skip_whitespace(text, 12)
    with pytest.raises(JsonError) as caught:
        decoder.decode_at(text, start)
    assert caught.value.position == start
