"""SARIF 2.1.0, which code scanning services and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
is the standard; the comments name its sections. The report is one run. Each result is a line of
the text, written as soon as its file was read.

Relative paths are meant from `%SRCROOT%`, which is the directory where epfilter ran. The partial
fingerprint `pathCodeLineHash/v1` is the same as long as the finding has the same path and code and
stands in a line of the same words, whatever is written above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import PurePath

from epfilter.errors import Fix, Span
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.registry import RULES
from epfilter.linter.reports.sarif_rules import LEVELS, described, message
from epfilter.linter.reports.spelling import json_text, said
from epfilter.linter.reports.uris import uri
from epfilter.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_SNIPPET_AT_MOST = 400
"""Characters of a snippet; a longer one is left out, as it cannot be cut (3.30.13)."""


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """The report as pieces of one SARIF log.

    >>> import json
    >>> json.loads("".join(render([])))["runs"][0]["results"]
    []
    """
    yield _head()
    index_of = {code: index for index, code in enumerate(RULES)}
    between = "\n"
    for report in reports:
        for result in _results(report, index_of):
            yield between + json_text(result)
            between = ",\n"
    yield "]}]}\n" if between == "\n" else "\n]}]}\n"


def _head() -> str:
    """Everything before the first result."""
    driver = {
        "name": "epfilter",
        "semanticVersion": __version__,
        "rules": [described(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\r", "\n"],
        "results": [],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log).removesuffix("]}]}")


def _results(report: FileReport, index_of: Mapping[str, int]) -> Iterator[dict[str, object]]:
    place = _artifact(PurePath(report.name))
    hashes: dict[str, str] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for one in report.findings:
        found = one.diagnostic
        words = hashes.get(one.source) or hashes.setdefault(one.source, _hash(one.source.strip()))
        seen[found.code, words] += 1
        fingerprint = (place["uri"], found.code, words, str(seen[found.code, words]))
        physical = {"artifactLocation": place, "region": _region(one)}
        # 3.27.6: no index where no rule is described.
        index = {"ruleIndex": index_of[found.code]} if found.code in index_of else {}
        result: dict[str, object] = {
            "ruleId": found.code,
            **index,
            "level": LEVELS[found.severity],
            "message": {"text": message(said(found))},
            "locations": [{"physicalLocation": physical}],
            "partialFingerprints": {"pathCodeLineHash/v1": _hash("\n".join(fingerprint))},
        }
        if found.fix and found.fix.edits:
            result["fixes"] = [_fix(found.fix, place)]
        yield result


def _artifact(path: PurePath) -> dict[str, str]:
    """3.4.4: an absolute URI has no base."""
    place = {"uri": uri(path)}
    return place if path.is_absolute() else {**place, "uriBaseId": "%SRCROOT%"}


def _region(one: FileFinding) -> dict[str, object]:
    region: dict[str, object] = {
        "startLine": one.line,
        "startColumn": one.column,
        "endLine": one.end_line,
        "endColumn": one.end_column,
    }
    # 3.30.13: a snippet is the whole region, and no more than the first line of that is known.
    known = one.line == one.end_line and one.end_column <= len(one.source) + 1
    if known and 0 < one.end_column - one.column <= _SNIPPET_AT_MOST:
        region["snippet"] = {"text": one.source[one.span.start : one.span.end]}
    return region


def _fix(fix: Fix, place: Mapping[str, str]) -> dict[str, object]:
    # 3.57.1: replacements take place in their order, and their regions are of the old text.
    ordered = sorted(fix.edits, key=lambda edit: edit.span)
    replacements = [
        {"deletedRegion": _deleted(edit.span), "insertedContent": {"text": edit.text}}
        for edit in ordered
    ]
    return {
        "description": {"text": message(fix.title)},
        "artifactChanges": [{"artifactLocation": place, "replacements": replacements}],
    }


def _deleted(span: Span) -> dict[str, int]:
    return {"charOffset": span.start, "charLength": span.end - span.start}


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
