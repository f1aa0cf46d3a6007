"""Hypothesis strategies: trees, hostile texts, and texts that resemble filters or do not."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from epfilter.ast import COMPARISONS, MEMBERSHIPS, And, Comparison, Filter, IsNull, Membership, Or
from epfilter.printer import pretty, unparse

HOSTILE = (
    "a),eq(b",
    "),eq(x,1",
    '"',
    "'",
    '\\"',
    "\\",
    "a\\",
    '"):eq(a,"',
    "a,b",
    "a:eq(b,1)",
    " lead",
    "trail ",
    "",
    "\n",
    "\t",
    "\r\n",
    "\u2028",
    "\x00",
    "\u202e",
    "é",
    "“x”",
    "：",
    "𝕏",
    "%28",
    "*",
    "a[0]",
    "[0]",
    "${x}",
    "{{ x }}",
    "2024-04-29T00:00:00.000Z",
)
"""Values that would end an operand, or be lost, without quotes."""

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("abz09 ,:|()\"'\\*[]{}\n\t.-_%", max_size=12),
)
"""Texts without surrogates."""

_PATHS = [
    f"{name}{member}{index}"
    for name in ("a", "b", "id", "created_at", "_", "eq", "zzzzzzzz")
    for member in ("", ".b", ".aB-z", ".length", ".-", ".Z")
    for index in ("", "[0]", "[7]", "[010]", "[999]")
]

names = st.one_of(
    # One choice, where a regular expression makes one for each character.
    st.integers(0, len(_PATHS) - 1).map(lambda place: _PATHS[place]),
    st.text("abyz_", min_size=1, max_size=8),
    texts.filter(bool),
)
"""Names of fields."""

comparisons: st.SearchStrategy[Filter] = st.builds(
    Comparison, op=st.sampled_from(COMPARISONS), field=names, value=texts
)
memberships: st.SearchStrategy[Filter] = st.builds(
    Membership,
    op=st.sampled_from(MEMBERSHIPS),
    field=names,
    values=st.lists(texts, min_size=1, max_size=4).map(tuple),
)
calls = st.one_of(comparisons, memberships, st.builds(IsNull, field=names))


def _groups(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, terms=several), st.builds(Or, terms=several))


_levels = st.lists(
    st.tuples(
        st.sampled_from((And, Or)), st.lists(calls, min_size=1, max_size=2), st.integers(0, 2)
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def _nested(draw: st.DrawFn) -> Filter:
    """Return a tree of 2 to 9 levels."""
    tree = draw(calls)
    for group, others, position in draw(_levels):
        terms = [tree, *others]
        place = position % len(terms)
        terms[0], terms[place] = terms[place], terms[0]
        tree = group(terms=tuple(terms))
    return tree


filters = st.one_of(calls, st.recursive(calls, _groups, max_leaves=12), _nested())
"""Filters with every operator, up to 8 levels, and any text in fields and values."""

_PIECES = (
    *(
        "eq(",
        "in(",
        "is_null(",
        "gte(",
        "EQ(",
        "and(",
        "not(",
        "foo(",
        "(",
        ")",
        ")",
        ",",
        ":",
        "|",
    ),
    *(
        '"',
        "'",
        "\\",
        " ",
        "\n",
        "\t",
        "a",
        "b.c",
        "1",
        "x*",
        "é",
        "：",
        "“",
        "”",
        "（",
        "，",
        "）",
    ),
    *("%28", "%", "=", "&", "&x=", "filter=", "?", "[0]", "{", "{{", "\xa0", "\ufeff", "\x00", ";"),
    *('"x"', "''", "eq(a,1)", "in(a,1,2)", "(eq(a,1)|eq(b,2))", " and ", " or ", "=paid", "\ud800"),
)
pieces = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
"""Texts that consist of parts of filters and of errors in filters."""

_Edit = tuple[float, int, str]


def _apply(text: str, edits: list[_Edit]) -> str:
    for fraction, removed, inserted in edits:
        position = int(fraction * len(text))
        text = text[:position] + inserted + text[position + removed :]
    return text


_printed = st.one_of(
    filters.map(unparse), filters.map(lambda f: unparse(f, quotes="always")), filters.map(pretty)
)
nearly = st.builds(
    _apply,
    _printed,
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 2), st.sampled_from(("", *_PIECES))),
        min_size=1,
        max_size=3,
    ),
)
"""Filters with a few characters changed."""

nested_garbage = st.recursive(
    st.one_of(pieces, nearly),
    lambda parts: st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(("(", "((", "", "and(", "eq(a,")),
        parts,
        st.sampled_from((":", "|", ",", " ", "):(", " or ")),
        parts,
        st.sampled_from((")", "))", "", ")]")),
    ),
    max_leaves=5,
)
"""Groups that contain pieces of filters and errors."""

any_text = st.one_of(pieces, nearly, st.text(max_size=30), _printed)
"""Valid, nearly valid and arbitrary texts, including surrogates."""

chances = st.builds(Random, st.integers(0, 2**32))
"""Random generators that choose how a literal is written.

Hypothesis records one seed; of `st.randoms` it would record each of hundreds of choices.
"""
