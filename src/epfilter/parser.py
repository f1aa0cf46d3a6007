"""Text to AST; the only module that imports lark and handles its errors.

`grammar/filter.lark` decides what a filter is. A valid text becomes a tree in the fast path, or in
lark for what the fast path leaves. For an invalid text, `recovery` reads the text again and reports
every error. Tests prove that all of them agree on every text.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from epfilter.arguments import describe_type, require_int
from epfilter.ast import (
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_group,
    construct_unchecked,
)
from epfilter.errors import FilterSyntaxError, FilterTypeError, FilterValueError
from epfilter.fast_path import read_located, read_tree, unquote
from epfilter.limits import MAX_DEPTH, MAX_REDUNDANT_PARENTHESES

if TYPE_CHECKING:
    from lark import Lark

    from epfilter.located import Located


def parse(text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None) -> Filter:
    """Parse a filter.

    The grouping stays as written, but parentheses around one term disappear. `max_depth` lowers
    the limit of 64 levels of and/or. `max_length` limits the length of the text, in code points.

    Raises `FilterSyntaxError` with every error of the text, `FilterTypeError` for a `text` that is
    not a str or a limit that is not an int, and `FilterValueError` for a limit out of range.

    >>> parse("eq(payment, refunded)")
    Comparison(op='eq', field='payment', value='refunded')
    >>> parse("eq(a:gte(b,1)|lik(c,x*)")
    Traceback (most recent call last):
    epfilter.errors.FilterSyntaxError: 1:5 EPF107 `eq` takes 2 operands, a field and a value; ...
    """
    _check_arguments(text, max_depth, max_length)
    if max_length is None or len(text) <= max_length:
        f = read_tree(text)
        if f is None:
            f = _parse_with_lark(text)
        if f is not None and f.depth <= max_depth:
            return f
    diagnostics = _recover(text, max_depth, max_length).diagnostics
    if not diagnostics:
        from epfilter.recovery.diagnostics import unexplained

        diagnostics = (unexplained(len(text)),)
    raise FilterSyntaxError(text, diagnostics)


def parse_located(
    text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None
) -> Located:
    """Parse a text with the span of every part; errors are reported and not raised.

    `Located` describes the result, `parse` the limits.

    Raises `FilterTypeError` and `FilterValueError` as `parse` does.

    >>> located = parse_located("gt(total,5):eq(payment)")
    >>> located.node, str(located.children[0].node), located.diagnostics[0].span
    (None, 'gt(total,5)', Span(start=22, end=22))
    """
    _check_arguments(text, max_depth, max_length)
    if max_depth == MAX_DEPTH and max_length is None:
        located = read_located(text)
        if located is not None:
            return located
    return _recover(text, max_depth, max_length)


def from_query(text: str, *, max_depth: int = MAX_DEPTH, max_length: int | None = None) -> Filter:
    """Parse the percent-encoded filter of a URL: the text after `filter=`.

    A `+` is a space, as in every query string. Spans in errors and `max_length` refer to the
    decoded text. Bytes that are not UTF-8 become lone surrogates, which are an error.

    Raises the errors of `parse`.

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
            hint = "it is already a filter; str(f) is its text"
        raise FilterTypeError(
            f"the text of a filter must be a str, not {describe_type(text)}.", hint=hint
        )
    if max_depth is not MAX_DEPTH:  # the default needs no check
        require_int("max_depth", max_depth, 0, MAX_DEPTH)
    if max_length is not None:
        require_int("max_length", max_length, 0)


def _recover(text: str, max_depth: int, max_length: int | None) -> Located:
    from epfilter.recovery import recover

    return recover(text, max_depth=max_depth, max_length=max_length)


def _parse_with_lark(text: str) -> Filter | None:
    """Return the tree of a text that the grammar and all limits accept, or None."""
    from lark.exceptions import UnexpectedInput

    try:
        f: Any = _lark_parser().parse(text)
    except (UnexpectedInput, FilterValueError):
        return None
    return cast("Filter", f)


class _Parenthesized:
    """A term in parentheses: the node, and the number of pairs around it that group nothing."""

    __slots__ = ("node", "pairs")

    node: Filter
    pairs: int

    def __init__(self, inner: Any) -> None:
        if isinstance(inner, _Parenthesized):
            self.node, self.pairs = inner.node, inner.pairs + 1
        else:
            self.node, self.pairs = inner, 0 if isinstance(inner, (And, Or)) else 1


def _unwrap_term(term: Any) -> Any:
    if term.__class__ is not _Parenthesized:
        return term
    if term.pairs > MAX_REDUNDANT_PARENTHESES:
        raise FilterValueError("too many parentheses")
    return term.node


class _TreeBuilder:
    """The transformer that builds the tree: one method per rule and terminal of the grammar."""

    def COMPARISON(self, token: str) -> Operator:  # noqa: N802 - the terminal's name
        return Operator(token)

    MEMBERSHIP = IS_NULL = COMPARISON

    def BARE(self, token: str) -> str:  # noqa: N802 - the terminal's name
        return str(token)

    def QUOTED(self, token: str) -> str:  # noqa: N802 - the terminal's name
        return unquote(token)

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
        return construct_group(And, tuple([_unwrap_term(part) for part in parts]))

    def any_of(self, parts: list[Any]) -> Filter:
        return construct_group(Or, tuple([_unwrap_term(part) for part in parts]))

    def start(self, parts: list[Any]) -> Any:
        return _unwrap_term(parts[0])


@cache
def _lark_parser() -> Lark:
    """Return the parser of the grammar; lark compiles the grammar at the first call."""
    from lark import Lark

    # lark finds the methods by name; the transformer needs no base class of lark.
    transformer: Any = _TreeBuilder()
    return Lark(_read_grammar(), parser="lalr", lexer="contextual", transformer=transformer)


def _read_grammar() -> str:
    """Return the grammar: from the installed package, or from the top of a checkout."""
    packaged = files("epfilter").joinpath("grammar", "filter.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).parents[2] / "grammar" / "filter.lark"
    return checkout.read_text(encoding="utf-8")
