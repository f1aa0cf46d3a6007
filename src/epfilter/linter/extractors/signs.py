"""Signs of filters: what a text must contain before it is worth parsing.

Most files contain no filter, and searching a text takes far less time than parsing it. The
positions of the signs also show which parts of a syntax tree are worth visiting. A new form of a
filter in programs needs a pattern in `_OTHER_SIGNS` here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from epfilter.linter.extractors.filter_text import OPERATOR_NAMES, behind_parenthesis

_DIRECTIVE = re.compile(r"epfilter\s*:")
_STRING_WITH_CALL = re.compile(r"[\"'`]\s*\(*\w+\s*\(")
"""In a program that uses this package, a call of any function may be a mistake for an operator."""

_JOB_TYPE = re.compile(r"job_?[tT]ype")

_BEFORE_NAME = (r"[^\w.]", r"[\\%)][a-z0]", r"[x%][0-9a-f]{2}", r"u[0-9a-f]{4}")
"""What can stand directly before an operator: the end of an escape may be a letter or a digit."""


_PARENTHESIS = re.compile(
    rf"\((?:(?<=[qtensyl]\()(?:{behind_parenthesis(*_BEFORE_NAME)})|(?<=[qtensyl]\s\()|(?<=\s\s\())",
    re.IGNORECASE | re.ASCII,
)
_ENCODED_PARENTHESIS = re.compile(r"28(?:(?<=%28)|(?<=x28)|(?<=u0028))")
_ESCAPE_END = r"\\[a-z0]|x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9a-f]{2}|[%)][a-z]"
_OPERATOR_CALL = re.compile(
    rf"""(?:\A|["'`:}};\n]|(?<!\|)\||(?<![=-])>|\bfilter\s|{_ESCAPE_END}"""
    rf"|(?:\A|[^\w\s]|\n|\b(?:and|or|not|\w*filter)|{_ESCAPE_END})[ \t]*\("
    r"|(?:filter[^=\n]{0,12}|(?:\A|\n)(?:export[ \t]+|[ \t]*@)?[\w.-]+[ \t]*)=+)"
    rf"\s*(?:{'|'.join(OPERATOR_NAMES)})\s*(?:\(|%28|\\x28|\\u0028)\Z",
    re.IGNORECASE | re.ASCII,
)
"""An operator and its parenthesis, where a literal, a term, a value or a line can start.

In the code of programs, a parenthesis after a name is that of a call or a condition, `=>` is an
arrow, and `=` an assignment. Only a name at the start of a line may be that of a variable whose
value has no quotes.
"""

_DEFINITION = re.compile(r"\(\s*\)|\([^()\n]{0,200}\)[ \t]*\{[ \t]*(?:\r?\n|\\n)")
"""The parameters of a method with the name of an operator, or a call without operands."""

_CONTEXT = 120
"""How many characters of the text before a parenthesis must show that it is that of an operator."""

_OTHER_SIGNS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"ilter(?:(?<=filter)(?:"
        # A call of any function: in a request of the platform it is a mistake for an operator.
        r"(?:(?<=[?&;]filter)=|[\"'\])]*\s*[:=,]\s*\(*[fFrRbBuU]{0,2}[\"'`]|:[ ]+)"
        r"\(*\w+\s*(?:\(|%28)"
        # A filter of multi-search or JSON:API in a URL of the platform.
        r"|(?<=[?&]filter)(?:=[\w.-]+(?::|%3A)(?:[<>=!\[]|%3[CDE]|%5B)"
        r"|(?:\[|%5B)[\w.-]+(?:\]|%5D)))"
        # An object that a program passes to the JavaScript SDK.
        r"|(?<=\.Filter)\s*\()",
        re.ASCII,
    ),
    re.compile(r"ExportProducts\s*\("),
    # An array that a program passes to the PHP SDK.
    re.compile(r"ilter\((?<=[fF]ilter\()\s*(?:\[|array\s*\()\s*[\"']\w+[\"']\s*=>"),
)
"""Patterns of other signs, each where it ends. Each starts with a literal, so that it is fast."""


_NAME_SIZE = max(map(len, OPERATOR_NAMES))


def find_signs(text: str) -> list[int]:
    """Return the positions in a text where a filter or a directive may stand, in their order.

    A text without any of them contains nothing to lint. Not every sign is part of a filter.

    >>> find_signs('f = "eq(a,1)"  # a filter'), find_signs("if x in (1, 2): filter(x)")
    ([7], [])
    """
    if "ilter" not in text and "FILTER" not in text:
        return []
    signs = {*_find_calls(text)}
    for pattern in _OTHER_SIGNS:
        signs.update(match.end() - 1 for match in pattern.finditer(text))
    if "epfilter" in text:
        signs.update(match.start() for match in _DIRECTIVE.finditer(text))
        signs.update(match.end() - 1 for match in _STRING_WITH_CALL.finditer(text))
    if _JOB_TYPE.search(text):
        # The text of such a payload is a filter, whatever it contains.
        signs.update(match.start() for match in re.finditer("filter", text))
    return sorted(signs)


def contains_sign(signs: Sequence[int], start: int, end: int) -> bool:
    """Return whether one of the sorted positions stands in a range."""
    first = bisect_left(signs, start)
    return first < len(signs) and signs[first] < end


def _find_calls(text: str) -> Iterator[int]:
    for match in _PARENTHESIS.finditer(text):
        end = match.end()
        before = text[max(0, end - _CONTEXT) : end]
        is_name = before[:-1].rstrip()[-_NAME_SIZE:].lower().endswith(OPERATOR_NAMES)
        if is_name and _OPERATOR_CALL.search(before) and not _DEFINITION.match(text, end - 1):
            yield end - 1
    for match in _ENCODED_PARENTHESIS.finditer(text):
        end = match.end()
        if _OPERATOR_CALL.search(text[max(0, end - _CONTEXT) : end]):
            yield end - 1
