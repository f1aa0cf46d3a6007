"""Text to AST: the only file that imports lark and maps its errors.

`grammar/filter.lark` decides what is a filter. A text that it accepts becomes a tree right here;
for one that it refuses, `reader` goes over the text once more, finds every mistake and says what
each is in a user's words. Tests prove that the two agree on every text.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from epfilter.ast import (
    MAX_DEPTH,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_unchecked,
    group,
)
from epfilter.errors import FilterSyntaxError, FilterTypeError, FilterValueError, describe_type
from epfilter.fast_path import OPERATORS, located, tree, unquoted
from epfilter.located import MAX_REDUNDANT_PARENTHESES

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark import Lark

    from epfilter.located import Located


def parse(text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None) -> Filter:
    """Read a filter.

    The grouping stays as written, except that parentheses around one term vanish. `max_depth`
    lowers the limit of 64 levels of and/or; `max_length` refuses longer texts, in code points.

    Raises FilterSyntaxError with every mistake of the text, FilterTypeError for what is no str and
    for a limit that is no int, FilterValueError for a limit out of range.

    >>> parse("eq(payment, refunded)")
    Comparison(op='eq', field='payment', value='refunded')
    >>> parse("eq(a:gte(b,1)|lik(c,x*)")
    Traceback (most recent call last):
    epfilter.errors.FilterSyntaxError: 1:5 EPF107 `eq` takes 2 operands, a field and a value; ...
    """
    _check_arguments(text, max_depth, max_length)
    if max_length is None or len(text) <= max_length:
        f = tree(text)
        if f is None:
            f = _parsed(text)
        if f is not None and f.depth <= max_depth:
            return f
    found = _located(text, max_depth, max_length).diagnostics
    if not found:
        from epfilter.recovery.diagnostics import unexplained

        found = (unexplained(len(text)),)
    raise FilterSyntaxError(text, found)


def parse_located(
    text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None
) -> Located:
    """Read a text for the place of everything in it; mistakes are reported, not raised.

    See `Located` for what it holds, and `parse` for the limits.

    Raises FilterTypeError and FilterValueError as `parse` does.

    >>> located = parse_located("gt(total,5):eq(payment)")
    >>> located.node, str(located.children[0].node), located.diagnostics[0].span
    (None, 'gt(total,5)', Span(start=22, end=22))
    """
    _check_arguments(text, max_depth, max_length)
    if max_depth == MAX_DEPTH and max_length is None:
        found = located(text)
        if found is not None:
            return found
    return _located(text, max_depth, max_length)


def from_query(text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None) -> Filter:
    """Read a filter from a URL, percent-encoded: what stands behind `filter=`.

    A `+` is a space, as in every query string. Places in errors, and `max_length`, refer to the
    decoded text. Bytes that are no UTF-8 become lone surrogates, which are an error.

    Raises as `parse` does.

    >>> str(from_query("eq%28email%2Ca%2Bb%40c.d%29"))
    'eq(email,a+b@c.d)'
    """
    _check_arguments(text, max_depth, max_length)
    decoded = unquote_plus(text, errors="surrogateescape")
    return parse(decoded, max_depth=max_depth, max_length=max_length)


def _check_arguments(text: object, max_depth: object, max_length: object) -> None:
    if not isinstance(text, str):
        hint = None
        if isinstance(text, (bytes, bytearray)):
            hint = 'decode it first: text.decode("utf-8")'
        elif isinstance(text, Filter):
            hint = "it is a filter already; str(f) is its text"
        raise FilterTypeError(
            f"the text of a filter is a str, not {describe_type(text)}.", hint=hint
        )
    if type(max_depth) is not int:
        raise FilterTypeError(f"max_depth is a number of levels, not {describe_type(max_depth)}.")
    if not 0 <= max_depth <= MAX_DEPTH:
        raise FilterValueError(f"max_depth is a number from 0 to {MAX_DEPTH}, not {max_depth}.")
    if max_length is None:
        return
    if type(max_length) is not int:
        raise FilterTypeError(
            f"max_length is a number of characters, not {describe_type(max_length)}."
        )
    if max_length < 0:
        raise FilterValueError(f"max_length is a number of characters, not {max_length}.")


def _located(text: str, max_depth: int, max_length: int | None) -> Located:
    return _read()(text, max_depth=max_depth, max_length=max_length)


@cache
def _read() -> Callable[..., Located]:
    from epfilter.recovery import read

    return read


def _parsed(text: str) -> Filter | None:
    """The tree of a text that the grammar accepts within all limits; None for any other."""
    try:
        # Nearly all that come here are refused, and without nodes that takes a tenth less.
        _recogniser().parse(text)
        f: Any = _lark().parse(text)
    except _refusals():
        return None
    return cast("Filter", f)


@cache
def _refusals() -> tuple[type[Exception], ...]:
    from lark.exceptions import UnexpectedInput

    return UnexpectedInput, FilterValueError


class _Parenthesized:
    """A term in parentheses: the node, and how many pairs around it group nothing."""

    __slots__ = ("node", "pairs")

    node: Filter
    pairs: int

    def __init__(self, inner: Any) -> None:
        if isinstance(inner, _Parenthesized):
            self.node, self.pairs = inner.node, inner.pairs + 1
        else:
            self.node, self.pairs = inner, 0 if isinstance(inner, (And, Or)) else 1


def _term(found: Any) -> Any:
    if found.__class__ is not _Parenthesized:
        return found
    if found.pairs > MAX_REDUNDANT_PARENTHESES:
        raise FilterValueError("too many parentheses")
    return found.node


class _Tree:
    """One method per rule and terminal of the grammar, named as there; lark calls them."""

    def COMPARISON(self, token: str) -> Operator:  # noqa: N802 - the terminal's name
        return OPERATORS[token]

    MEMBERSHIP = IS_NULL = COMPARISON

    def BARE(self, token: str) -> str:  # noqa: N802 - the terminal's name
        return str(token)

    def QUOTED(self, token: str) -> str:  # noqa: N802 - the terminal's name
        return unquoted(token)

    def EMPTY(self, _: str) -> str:  # noqa: N802 - the terminal's name
        return ""

    def comparison(self, parts: list[Any]) -> Filter:
        return construct_unchecked(Comparison, op=parts[0], field=parts[1], value=parts[2])

    def membership(self, parts: list[Any]) -> Filter:
        return construct_unchecked(Membership, op=parts[0], field=parts[1], values=tuple(parts[2:]))

    def is_null(self, parts: list[Any]) -> Filter:
        return construct_unchecked(IsNull, op=parts[0], field=parts[1])

    def parenthesized(self, parts: list[Any]) -> _Parenthesized:
        return _Parenthesized(parts[0])

    def all_of(self, parts: list[Any]) -> Filter:
        return group(And, tuple([_term(part) for part in parts]))

    def any_of(self, parts: list[Any]) -> Filter:
        return group(Or, tuple([_term(part) for part in parts]))

    def start(self, parts: list[Any]) -> Any:
        return _term(parts[0])


class _Nothing:
    """One method per rule of the grammar, and nothing is made of what it reads."""

    def start(self, _: list[Any]) -> None:
        return None

    comparison = membership = is_null = parenthesized = all_of = any_of = start


@cache
def _lark() -> Lark:
    """The parser for the grammar; building it takes a moment, once."""
    return _built(_Tree())


@cache
def _recogniser() -> Lark:
    """The same parser for who only asks whether the grammar accepts a text."""
    return _built(_Nothing())


def _built(transformer: Any) -> Lark:
    # lark looks up methods by name and asks for no class of its own
    from lark import Lark

    return Lark(_grammar(), parser="lalr", lexer="contextual", transformer=transformer)


def _grammar() -> str:
    """The text of the grammar: inside an installed package, at the top of a checkout."""
    packaged = files("epfilter").joinpath("grammar", "filter.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).parents[2] / "grammar" / "filter.lark"
    return checkout.read_text(encoding="utf-8")
