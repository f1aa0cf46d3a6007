"""Text files with one filter a line; a line that begins with `#` is a comment."""

from __future__ import annotations

import re

from epfilter.linter.extractors.extraction import Embedded, Reading
from epfilter.linter.extractors.mapped_text import Placed, on_one_line
from epfilter.linter.extractors.placeholders import IN_DOUBLE_BRACES, templated

_LINE = re.compile(r"[^\r\n]+")
_FILTER_AND_REMARK = re.compile(r"""((?:[^"'#]|"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')*+)(?<=\s)#""")
"""No filter holds a `#` outside of quotes."""


def read(source: Placed, reading: Reading) -> None:
    """Every line that is neither blank nor a comment is a filter, without the blanks around it.

    Behind a filter, a `#` after a blank begins a comment.
    """
    source = source.written_by(on_one_line)
    for found in _LINE.finditer(source.text):
        line = found[0]
        text = line.strip()
        if not text:
            continue
        start = found.start() + len(line) - len(line.lstrip())
        end = start + len(text)
        if "#" in text:
            if text.startswith("#"):
                reading.comment(source, start, end, "#")
                continue
            both = _FILTER_AND_REMARK.match(text)
            if both:
                reading.comment(source, start + both.end() - 1, end, "#")
                end = start + len(both[1].rstrip())
        value = source.cut(start, end)
        if "{" in text:
            value = templated(value, IN_DOUBLE_BRACES)
        reading.filters.append(Embedded(value))
