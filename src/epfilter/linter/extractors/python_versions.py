"""Programs of another Python than the one that runs: they cannot be read, and have no mistakes."""

from __future__ import annotations

import re

_OTHER_REASON = re.compile(
    r"Missing parentheses in call|multiple exception types|leading zeros in decimal|f-string"
)
_OTHER_LINE = re.compile(
    r"[ \t]*(?:print[ \t]+[^ \t=(]|print[ \t]*>>|exec[ \t]+[^ \t=(]|raise[ \t]+\w+[ \t]*,"
    r"|type[ \t]+\w+|class[ \t]+\w+\[|(?:async[ \t]+)?def[ \t]+\w+\["
    r"|[^#\r\n]*(?:<>|\bt[rR]?[\"']|\bur[\"']))"
)
"""How a line begins, or what stands in it, that only Python 2 or a later version understands."""


def is_of_another_python(text: str, start: int, reason: str) -> bool:
    r"""Whether a mistake is none to Python 2, or to a version later than the one that runs.

    >>> is_of_another_python("a = 1\nraise Error, 'x'", 18, "invalid syntax")
    True
    """
    if _OTHER_REASON.match(reason):
        return True
    first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return _OTHER_LINE.match(text, first) is not None
