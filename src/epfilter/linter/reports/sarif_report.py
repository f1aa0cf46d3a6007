"""SARIF 2.1.0, which code scanning services and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
is the standard; the comments refer to its sections. The report is one run. Each result is one line
of the text, written as soon as its file is linted.

Relative paths are relative to `%SRCROOT%`, the directory in which epfilter ran. The partial
fingerprint `pathCodeLineHash/v1` depends on the path, the code and the text of the line (in a long
one, on the text around the finding), so that changes in other lines do not affect it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from urllib.parse import quote

from epfilter.errors import Fix, Severity, Span
from epfilter.linter.definitions import Rule
from epfilter.linter.files import FileFinding, FileReport
from epfilter.linter.registry import RULES, describe_rule
from epfilter.linter.reports.text import compute_fingerprints, dump_json, format_message
from epfilter.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MAX_SNIPPET_LENGTH = 400
"""A longer snippet is omitted, because it must not be shortened (3.30.13)."""


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """Yield the pieces of one SARIF log.

    >>> import json
    >>> json.loads("".join(render([])))["runs"][0]["results"]
    []
    """
    yield _format_head()
    rule_indexes = {code: index for index, code in enumerate(RULES)}
    separator = "\n"
    for report in reports:
        for result in _build_results(report, rule_indexes):
            yield separator + dump_json(result)
            separator = ",\n"
    yield "]}]}\n" if separator == "\n" else "\n]}]}\n"


def _format_head() -> str:
    """Return the text before the first result."""
    driver = {
        "name": "epfilter",
        "semanticVersion": __version__,
        "rules": [build_descriptor(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\r", "\n"],
        "results": [],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return dump_json(log).removesuffix("]}]}")


def build_descriptor(rule: Rule) -> dict[str, object]:
    """Return the metadata of a rule (3.49)."""
    words = re.findall(r"\w+", rule.title)
    return {
        "id": rule.code,
        "name": "".join(word[0].upper() + word[1:] for word in words),
        "shortDescription": {"text": escape_message(f"{rule.title}.")},
        "fullDescription": {"text": escape_message(rule.explanation)},
        "help": {"text": escape_message(describe_rule(rule)), "markdown": _format_markdown(rule)},
        "defaultConfiguration": {"enabled": rule.enabled, "level": _LEVELS[rule.severity]},
    }


def _format_markdown(rule: Rule) -> str:
    """Return the description with a heading, and with its examples as code blocks."""
    title, *paragraphs = describe_rule(rule).split("\n\n")
    parts = [f"# {title}"]
    for paragraph in paragraphs:
        caption, has_code, code = paragraph.partition("\n    ")
        parts.append(f"{caption}\n\n{_format_code_block(code)}" if has_code else caption)
    return "\n\n".join(parts).replace("{", "{{").replace("}", "}}")


def _format_code_block(code: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}\n{code}\n{fence}"


def escape_message(text: str) -> str:
    r"""Return a text as a SARIF message: with braces doubled (3.11.5) and without links (3.11.6).

    >>> print(escape_message("`{a}` is [no link](b)"))
    `{{a}}` is \[no link\](b)
    """
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"([\\\[\]])", r"\\\1", text) if "](" in text else text


def _build_results(
    report: FileReport, rule_indexes: Mapping[str, int]
) -> Iterator[dict[str, object]]:
    location = _build_location(PurePath(report.name))
    for finding, fingerprint in compute_fingerprints(report, location["uri"]):
        diagnostic = finding.diagnostic
        # 3.27.6: there is no index if the log does not describe the rule.
        index = (
            {"ruleIndex": rule_indexes[diagnostic.code]} if diagnostic.code in rule_indexes else {}
        )
        physical_location = {"artifactLocation": location, "region": _build_region(finding)}
        result: dict[str, object] = {
            "ruleId": diagnostic.code,
            **index,
            "level": _LEVELS[diagnostic.severity],
            "message": {"text": escape_message(format_message(diagnostic))},
            "locations": [{"physicalLocation": physical_location}],
            "partialFingerprints": {"pathCodeLineHash/v1": fingerprint},
        }
        if diagnostic.fix and diagnostic.fix.edits:
            result["fixes"] = [_build_fix(diagnostic.fix, location)]
        yield result


def _build_location(path: PurePath) -> dict[str, str]:
    """Return the location of a file; an absolute URI has no base (3.4.4)."""
    location = {"uri": path_to_uri(path)}
    return location if path.is_absolute() else {**location, "uriBaseId": "%SRCROOT%"}


def path_to_uri(path: PurePath) -> str:
    """Return a `file` URI for an absolute path, a relative reference for a relative one.

    >>> path_to_uri(PurePath("src", "so many.filter"))
    'src/so%20many.filter'
    """
    text = path.as_posix()
    if not path.is_absolute():
        return _percent_encode(text)
    if not path.drive:
        return f"file:///{_percent_encode(text.lstrip('/'))}"
    if text.startswith("//"):
        return f"file:{_percent_encode(text)}"
    return f"file:///{path.drive}{_percent_encode(text[len(path.drive) :])}"


def _percent_encode(text: str) -> str:
    """Return the text percent-encoded; an undecodable file name keeps its original bytes."""
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        content = text.encode("utf-8", "surrogatepass")
    return quote(content, safe="/")


def _build_region(finding: FileFinding) -> dict[str, object]:
    region: dict[str, object] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    # 3.30.13: a snippet is the whole region, but a finding contains only its first source line.
    is_complete = finding.line == finding.end_line and finding.end_column <= len(finding.source) + 1
    if is_complete and 0 < finding.end_column - finding.column <= _MAX_SNIPPET_LENGTH:
        region["snippet"] = {"text": finding.source[finding.span.start : finding.span.end]}
    return region


def _build_fix(fix: Fix, location: Mapping[str, str]) -> dict[str, object]:
    # 3.57.1: replacements are applied in their order, and their regions refer to the old text.
    replacements = [
        {"deletedRegion": _build_deleted_region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in sorted(fix.edits, key=lambda edit: edit.span)
    ]
    return {
        "description": {"text": escape_message(fix.title)},
        "artifactChanges": [{"artifactLocation": location, "replacements": replacements}],
    }


def _build_deleted_region(span: Span) -> dict[str, int]:
    return {"charOffset": span.start, "charLength": span.end - span.start}
