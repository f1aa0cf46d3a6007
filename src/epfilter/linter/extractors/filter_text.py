"""What the text of a filter looks like, and what programs call their filters."""

from __future__ import annotations

import re
from itertools import groupby

from epfilter.linter.extractors.mapped_text import PLACEHOLDER

OPERATOR_NAMES = (
    "eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text", "in", "contains_any",
    "contains_all", "is_null", "gte", "lte", "ne", "neq",
)  # fmt: skip
"""The operators, and common mistakes for them."""

OPERATOR_PATTERN = f"(?:{'|'.join(OPERATOR_NAMES)})"


def behind_parenthesis(*before: str) -> str:
    """Return the pattern of an operator in front of a parenthesis that just matched.

    The patterns `before` are those of what stands in front of the operator, each of a fixed length.
    The result only looks behind: a search that starts at parentheses is several times faster than
    one that starts at names.

    >>> pattern = re.compile(rf"[(]{behind_parenthesis('[^a-z]')}")
    >>> pattern.search("x(min(1),in(2").start()
    11
    """
    groups = [[*names] for _, names in groupby(sorted(OPERATOR_NAMES, key=len), key=len)]
    patterns = []
    for names in groups:
        skipped = f".{{{len(names[0])}}}[(]"
        starts = "|".join(rf"(?<={each}{skipped})" for each in (r"\A", *before))
        patterns.append(rf"(?<=(?:{'|'.join(names)})[(])(?:{starts})")
    return f"(?:{'|'.join(patterns)})"


_OPERATOR_NAME = re.compile(OPERATOR_PATTERN, re.IGNORECASE)
_CALL = re.compile(r"[A-Za-z_]\s*\(")
_OPERATOR_CALL = re.compile(
    rf"(?:\A\s*(?:\??filter=\s*)*|[(:|{PLACEHOLDER}]\s*){OPERATOR_PATTERN}\s*\(", re.IGNORECASE
)
"""A call where a filter can have one: at its start, in a group, or after `:` or `|`."""

_FILTER_START = re.compile(
    rf"[ (:|{PLACEHOLDER}]*+(?<![\w.$-]){OPERATOR_PATTERN}[ ]*\([ ]*[\w{PLACEHOLDER}]",
    re.IGNORECASE,
)
_PREFIX_CONNECTIVE = re.compile(r"(?<![\w.$-])(?:and|or|not)\s*\(", re.IGNORECASE)
"""In the Resource Query Language, and in JSON:API filters, connectives stand before terms."""

_INFIX_CONNECTIVE = re.compile(r"\)\s*(?:&&|\|\||[=!<>]=|(?:and|or|not)\b)", re.IGNORECASE)
"""In SQL, XPath, JMESPath and other languages they stand between terms, with other names."""

_EXPRESSION = re.compile(r"\w\((?:[^()]*[,\s])?\w+\(|\)\s*[*+/<>=-]")
"""A call inside of a call, or an operator of arithmetic, as expressions of ffmpeg have."""

_ANY_CALL = re.compile(rf"(?<![\w.$-]){OPERATOR_PATTERN}\s*\(", re.IGNORECASE)
_EARLY_END = re.compile(r"(?:[(,:|]|[(,][ ]*[\"'])[ ]*\Z")
_END_SIZE = 20
"""How many characters at the end of a text are searched for the end of a token."""

_JOINT = re.compile(rf"[){PLACEHOLDER}]\s*[:|,]\s*[(\s]*+[\w{PLACEHOLDER}]+\s*\(")
_JQ_PROGRAM = re.compile(r"\s*(?:[.\[]|(?:any|all|first|map|select|to_entries|with_entries)\b)")
"""Programs of jq are called `filter` too, and have a function `contains`."""

_EXAMPLE_CALL = re.compile(
    rf"(?<![\w.$/-])(?:{OPERATOR_PATTERN}\([ ]*([^\s,()]+)[ ]*,|is_null\([ ]*([^\s,()]+)[ ]*\))"
)
"""A call in documentation, with its operands: an operator alone, as in `eq()`, is none."""

_EXAMPLE_PARENTHESIS = re.compile(
    r"\((?<=[qtensyl]\()"
    + behind_parenthesis(r"[^\w.$/-]")
    + r"(?:[ ]*[^\s,()]+[ ]*,|(?<=is_null\()[ ]*[^\s,()]+[ ]*\))"
)
"""The same call, found by its parenthesis, which is several times faster."""

_EXAMPLE = re.compile(rf"[ (]*{_EXAMPLE_CALL.pattern}.*\)\Z", re.DOTALL)
_ABBREVIATION = re.compile(r"\.\.\.|…|YYYY")
_PROGRAM_CODE = re.compile(r"""(?:[^"';=]|"[^"]*+"|'[^']*+')*+[;=]""")
"""A text with a character of programs that no filter contains, except in quotes."""

_NAMES_OF_OPERANDS = frozenset(
    {"attribute", "attribute_name", "column", "field", "field_name", "fieldname", "key"}
)
"""What documentation writes in place of a field, to show the form of a call."""

_LABEL = re.compile(r"\s*[A-Z][a-z]+\s+\([^()]*\)\s*")
"""A text for people, such as `Contains (one, two)`: no one writes a call like that."""

_OTHER_SYNTAX = re.compile(r"[A-Za-z_][\w.-]*:(?:[<>]=?|!?=|\[)|filter(?:\[|%5B)[\w.-]+(?:\]|%5D)")
"""The language of `filter_by` in multi-search, and parameters of JSON:API."""

_FILTER_NAME = re.compile(r"(?:\w*_)?(?:filter|FILTER)|\w*[a-z0-9]Filter")


def is_operator_name(name: str) -> bool:
    """Return whether the name is an operator, or a common mistake for one, in any case."""
    return _OPERATOR_NAME.fullmatch(name) is not None


def calls_operator(text: str) -> bool:
    """Return whether the text contains a call of an operator, and is no label or program of jq.

    >>> calls_operator("contains (one,two)"), calls_operator("Contains (one, two)")
    (True, False)
    """
    is_call = _OPERATOR_CALL.search(text) is not None
    return is_call and not (_JQ_PROGRAM.match(text) or _LABEL.fullmatch(text))


def calls_function(text: str) -> bool:
    """Return whether the text contains a call of any function."""
    return _CALL.search(text) is not None


def has_prefix_connective(text: str) -> bool:
    """Return whether the text has connectives in front of its terms, as other languages have."""
    return _PREFIX_CONNECTIVE.search(text) is not None


def has_foreign_connective(text: str) -> bool:
    """Return whether the text has connectives of any other language.

    >>> has_foreign_connective("contains(a,b) AND eq(c,d)"), has_foreign_connective("eq(a,b or c)")
    (True, False)
    """
    return has_prefix_connective(text) or _INFIX_CONNECTIVE.search(text) is not None


def is_expression(text: str) -> bool:
    """Return whether the text is certainly an expression of another language.

    >>> is_expression("if(gte(t,1),2,3)"), is_expression("(eq(a,1)|eq(b,2)):eq(c,3)")
    (True, False)
    """
    return has_foreign_connective(text) or _EXPRESSION.search(text) is not None


def ends_early(text: str) -> bool:
    """Return whether a text is completed elsewhere: it ends where a filter must go on.

    >>> ends_early("eq(category.id,"), ends_early('eq(name,"'), ends_early("eq(a,1)")
    (True, True, False)
    """
    is_early = _EARLY_END.search(text[-_END_SIZE:]) is not None
    return is_early and _ANY_CALL.search(text) is not None


def joins_calls(text: str) -> bool:
    """Return whether the text joins calls with `:` or `|`, or with the `,` of older code.

    >>> joins_calls("eq(a,1):gt(b,2)"), joins_calls("gt(b,2)")
    (True, False)
    """
    return _JOINT.search(text) is not None


def has_other_syntax(text: str) -> bool:
    """Return whether the text starts like a filter of multi-search or of JSON:API.

    >>> has_other_syntax("price:>=10 && name:=Ron"), has_other_syntax("eq(a,b:=c)")
    (True, False)
    """
    return _OTHER_SYNTAX.match(text) is not None


def starts_like_filter(text: str) -> bool:
    """Return whether a text is certainly a filter, without any context: it starts with a call.

    >>> starts_like_filter("(eq(a,1)|gt(b,2))"), starts_like_filter("id in (1,2)")
    (True, False)
    """
    return _FILTER_START.match(text) is not None


def has_example(text: str) -> bool:
    """Return whether documentation may contain an example of a filter."""
    return _EXAMPLE_PARENTHESIS.search(text) is not None


def find_examples(text: str) -> list[int]:
    """Return the positions of the calls in a text that may be examples of filters.

    >>> find_examples("such as eq(a,1), but not eq()")
    [10]
    """
    return [call.start() for call in _EXAMPLE_PARENTHESIS.finditer(text)]


def find_example_fields(text: str) -> list[str]:
    """Return the fields of a text that is an example of a filter; none for any other text.

    The form of a call, as in `eq(field,value)`, and an abbreviated filter are no examples.

    >>> find_example_fields("gt(with_tax,1000):is_null(coupon)"), find_example_fields("eq(field,1)")
    (['with_tax', 'coupon'], [])
    """
    if not _EXAMPLE.match(text) or _PROGRAM_CODE.match(text) or _ABBREVIATION.search(text):
        return []
    calls = _EXAMPLE_CALL.finditer(text)
    fields = [(call[1] or call[2]).strip("\"'") for call in calls]
    return [] if any(field.lower() in _NAMES_OF_OPERANDS for field in fields) else fields


def is_filter_name(name: str | None) -> bool:
    """Return whether a variable or member of this name may contain a filter, of any language.

    >>> is_filter_name("REFUNDS_FILTER"), is_filter_name("orderFilter"), is_filter_name("filters")
    (True, True, False)
    """
    return name is not None and _FILTER_NAME.fullmatch(name) is not None
