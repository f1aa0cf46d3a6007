"""How texts of any kind are written so that every reader of a report takes them."""

from __future__ import annotations

import json
import re

from epfilter.errors import Diagnostic
from epfilter.linter.files.report import FileFinding
from epfilter.snippets import draw_snippet

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    r"""The text with lone surrogates written as escapes, as UTF-8 has none.

    They come from file names that are no text, and from escapes in hosting files.

    >>> encodable("a\udcff.filter")
    'a\\udcff.filter'
    """
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_text(value: object) -> str:
    r"""A value as JSON in one line, its lone surrogates written as `encodable` does.

    JSON has an escape for them, but many readers refuse the whole document where they meet one.

    >>> print(json_text(["é", "\udcff"]))
    ["é", "\\udcff"]
    """
    written = json.dumps(value, ensure_ascii=False)
    return _LONE_SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", written)


def said(found: Diagnostic) -> str:
    """What a finding says: its message, and its hint in a line of its own.

    >>> from epfilter.errors import Span
    >>> print(said(Diagnostic("EPF108", "there is no operator `gte`.", Span(0, 3), hint="ge")))
    there is no operator `gte`.
    hint: ge
    """
    return f"{found.message}\nhint: {found.hint}" if found.hint else found.message


def drawn(name: str, one: FileFinding) -> str:
    """A finding as a person reads it: place, code and message, the line, carets and the hint.

    >>> from epfilter.errors import Span
    >>> from epfilter.linter.files.document import Lines
    >>> found = Diagnostic("EPF108", "there is no operator `gte`.", Span(0, 3), hint="ge")
    >>> print(drawn("a.filter", FileFinding.of(found, Lines("gte(a,1)"))))
    a.filter:1:1 EPF108 there is no operator `gte`.
        gte(a,1)
        ^^^
        hint: ge
    """
    found = one.diagnostic
    heading = f"{name}:{one.line}:{one.column} {found.code} {found.message}"
    return draw_snippet(heading, one.source, one.span, found.hint)
