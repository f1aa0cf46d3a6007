"""What all reports share: escaped characters, JSON, fingerprints, and findings in words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from epfilter.errors import Diagnostic
from epfilter.linter.files import FileFinding, FileReport, hash_text
from epfilter.snippets import draw_snippet

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def escape_surrogates(text: str) -> str:
    r"""Return the text with lone surrogates as escapes, because UTF-8 cannot encode them.

    They come from undecodable file names and from escapes in the linted files.

    >>> escape_surrogates("a\udcff.filter")
    'a\\udcff.filter'
    """
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def dump_json(value: object) -> str:
    r"""Return a value as JSON on one line, with lone surrogates as in `escape_surrogates`.

    JSON has an escape for them, but many readers reject the whole document if it contains one.

    >>> print(dump_json(["é", "\udcff"]))
    ["é", "\\udcff"]
    """
    text = json.dumps(value, ensure_ascii=False)
    return _LONE_SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text)


def format_message(diagnostic: Diagnostic) -> str:
    """Return the message, and the hint on a line of its own.

    >>> from epfilter.errors import Span
    >>> print(format_message(Diagnostic("EPF102", "it is open.", Span(0, 3), hint="close it")))
    it is open.
    hint: close it
    """
    if diagnostic.hint:
        return f"{diagnostic.message}\nhint: {diagnostic.hint}"
    return diagnostic.message


def compute_fingerprints(report: FileReport, path: str) -> Iterator[tuple[FileFinding, str]]:
    """Yield each finding with a fingerprint that no other finding has.

    It depends on the path, the code, the text of the line and, if one line has several findings of
    a code, their order. It does not depend on other lines.

    >>> from epfilter.linter import lint_content
    >>> report = lint_content("in(id,a,a)", "a.filter")
    >>> [fingerprint for _, fingerprint in compute_fingerprints(report, "a.filter")]
    ['...']
    """
    occurrences: Counter[tuple[str, str]] = Counter()
    for finding in report.findings:
        identity = finding.diagnostic.code, finding.line_hash
        occurrences[identity] += 1
        yield finding, hash_text("\n".join((path, *identity, str(occurrences[identity]))))


def draw_finding(name: str, finding: FileFinding) -> str:
    """Return a finding for people: position, code, message, source line, carets and hint.

    >>> from epfilter.errors import Span
    >>> from epfilter.linter.files import LineIndex
    >>> diagnostic = Diagnostic("EPF108", "unknown operator.", Span(0, 3), hint="write `ge`")
    >>> print(draw_finding("a.filter", FileFinding.of(diagnostic, LineIndex("gte(a,1)"))))
    a.filter:1:1 EPF108 unknown operator.
        gte(a,1)
        ^^^
        hint: write `ge`
    """
    diagnostic = finding.diagnostic
    position = f"{name}:{finding.line}:{finding.column}"
    heading = f"{position} {diagnostic.code} {diagnostic.message}"
    return draw_snippet(heading, finding.source, finding.span, diagnostic.hint)
