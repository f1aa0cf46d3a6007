"""The URL that a variable of a program belongs to, as in `u.Query().Set("filter", …)`.

The text is searched, not its tree: all languages write this alike, and most parts of a tree are
never visited.
"""

from __future__ import annotations

import re

from epfilter.linter.extractors.mapped_text import PLACEHOLDER

_LITERAL = re.compile(r"[\"'`]([^\"'`\s]*/[^\"'`\s]*)[\"'`]")
_INSERTED = re.compile(r"[#$\\]?[{(][^{}()]*[)}]|\$\w+|%[sv@]")
"""A value that a program inserts into the text of a URL."""

_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_NAME = re.compile(r"[A-Za-z_]\w*")
_FUNCTION = re.compile(
    r"\b(?:func|def|fn|fun|function|public|private|protected|internal|static|class)\b"
)
"""A word after which a name may be another variable."""

_WINDOW = 3_000
"""How many characters before and after a use are searched."""

_MAX_NAME_SIZE = 100
"""A longer text is an expression, and not the name of a variable."""

_MAX_HOPS = 3
"""How many variables lie between a use and the URL, as in `q := u.Query()`."""

_MAX_NAMES = 6
"""How many names of a value may be the variable that it comes from."""


def find_url_of_variable(text: str, name: str, position: int) -> str:
    r"""Return the URL that a variable has at a position, or that it is sent to after it.

    Return an empty text where the same function shows none.

    >>> find_url_of_variable('u := parse("/v2/orders")\nq := u.Query()\nq.Set', "q", 40)
    '/v2/orders'
    """
    if len(name) > _MAX_NAME_SIZE:
        return ""
    url = find_assigned_url(text, name, position)
    return url or _INSERTED.sub(PLACEHOLDER, _find_request_with(text, name, position))


def find_assigned_url(text: str, name: str, position: int) -> str:
    """Return the URL that a variable has at a position; empty where the function shows none."""
    if len(name) > _MAX_NAME_SIZE:
        return ""
    return _INSERTED.sub(PLACEHOLDER, _find_assigned(text, name, position, _MAX_HOPS))


def _find_assigned(text: str, name: str, position: int, hops: int) -> str:
    """Return the URL in the value of a variable, or in that of a variable in the value."""
    before = text[max(0, position - _WINDOW) : position]
    assignment = _find_last(_assignment_of(name), before)
    if assignment is None:
        return ""
    if not name.isupper() and _FUNCTION.search(before, assignment.end()):
        return ""
    literal = _LITERAL.search(assignment["value"])
    if literal or not hops:
        return literal[1] if literal else ""
    start = position - len(before) + assignment.start()
    names = dict.fromkeys(_NAME.findall(_STRING.sub("", assignment["value"]))[:_MAX_NAMES])
    urls = (_find_assigned(text, other, start, hops - 1) for other in names if other != name)
    return next(filter(None, urls), "")


def _find_request_with(text: str, name: str, position: int) -> str:
    """Return the URL of the first line, or arguments, that have one and then the variable.

    The URL may be that of another variable, which is the first argument of a call.
    """
    end = min(position + _WINDOW, len(text))
    end = next((match.start() for match in _assignment_of(name).finditer(text, position, end)), end)
    end = next((match.start() for match in _FUNCTION.finditer(text, position, end)), end)
    between = rf"(?:[^\n;\"'`]|(?<=[,(\[{{])\n|{_STRING.pattern}){{0,200}}?"
    use = rf"{between}(?<!\w){re.escape(name)}(?!\w)"
    match = re.compile(rf"{_LITERAL.pattern}{use}").search(text, position, end)
    if match:
        return match[1]
    variable = r"\w\(\s*(?:\$|\w{1,20}\.)?([A-Za-z_]\w*)\s*,"
    match = re.compile(variable + use).search(text, position, end)
    return _find_assigned(text, match[1], match.start(), _MAX_HOPS) if match else ""


def _assignment_of(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.>(?&])(?<!, ){re.escape(name)}(?:[ ]*,[ ]*\w+)*(?:[ ]*:[ ]*[\w<>?.]{{1,40}})?"
        r"[ ]*:?=(?![=>])(?P<value>[^\n]{0,300})"
    )


def _find_last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    match = None
    for match in pattern.finditer(text):  # noqa: B007 - the last one is used
        pass
    return match
