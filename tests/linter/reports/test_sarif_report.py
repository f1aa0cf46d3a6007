"""SARIF: the logs are valid by the schema of the standard, and meet what it cannot express."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import unquote

from hypothesis import given
from jsonschema import Draft4Validator

from epfilter import Diagnostic, Edit, Severity, Span
from epfilter.errors import apply_edits
from epfilter.linter import RULES
from epfilter.linter.files import FileFinding, FileReport, LineIndex
from epfilter.linter.reports import render
from epfilter.linter.reports.sarif_report import build_descriptor, path_to_uri
from epfilter.linter.reports.text import escape_surrogates, format_message
from epfilter.version import __version__
from support.report_samples import (
    DATA,
    read_expected,
    render_samples,
    reports,
    reports_with_text,
    sample_reports,
)
from support.rows import for_each

# RFC 3986, appendix A: the characters of a URI.
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-F]{2})*")
_LEVELS = {"error": "error", "warning": "warning", "note": "info"}


def load_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        (DATA / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8-sig")
    )
    # The erratum adds this for a region; see data/README.md.
    schema["definitions"]["region"]["anyOf"] = [
        {"required": [name]} for name in ("startLine", "charOffset", "byteOffset")
    ]
    return schema


VALIDATOR = Draft4Validator(load_schema())


def render_log(rendered: Sequence[FileReport]) -> dict[str, Any]:
    log: dict[str, Any] = json.loads("".join(render("sarif", rendered)).encode("utf-8"))
    return log


def render_results(rendered: Sequence[FileReport]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = render_log(rendered)["runs"][0]["results"]
    return results


def unescape_message(text: str) -> str:
    """Return a message as a viewer shows it (3.11); for texts that escape all brackets."""
    text = text.replace("{{", "{").replace("}}", "}")
    return re.sub(r"\\([\\\[\]])", r"\1", text) if r"\](" in text else text


def test_the_sample_reports() -> None:
    """The rules and their indexes have tests of their own below."""
    log = json.loads(render_samples("sarif"))
    driver = log["runs"][0]["tool"]["driver"]
    assert driver.pop("rules")
    assert driver.pop("semanticVersion") == __version__
    for result in log["runs"][0]["results"]:
        result.pop("ruleIndex", None)
    assert json.dumps(log, ensure_ascii=False, indent=1) + "\n" == read_expected("expected.sarif")


def test_the_schema_rejects_an_invalid_log() -> None:
    log = render_log(sample_reports())
    assert VALIDATOR.is_valid(log)
    del log["runs"][0]["results"][0]["message"]["text"]
    assert not VALIDATOR.is_valid(log)


@given(reports)
def test_any_report_is_valid_and_complete(rendered: list[FileReport]) -> None:
    log = render_log(rendered)
    run = log["runs"][0]
    # The rules are the same in every log and slow to validate; `test_rules` does it.
    run["tool"]["driver"]["rules"] = []
    VALIDATOR.validate(log)
    diagnostics = [finding.diagnostic for report in rendered for finding in report.findings]
    for diagnostic, result in zip(diagnostics, run["results"], strict=True):
        assert result["ruleId"] == diagnostic.code
        assert _LEVELS[result["level"]] == diagnostic.severity.value
        assert unescape_message(result["message"]["text"]) == escape_surrogates(
            format_message(diagnostic)
        )
    for result in run["results"]:
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert _URI.fullmatch(location["uri"])
        assert ("uriBaseId" in location) != location["uri"].startswith("file:///")


@given(reports_with_text())
def test_fixes_have_the_same_effect_as_in_epfilter(pair: tuple[FileReport, str]) -> None:
    report, text = pair
    for finding, result in zip(report.findings, render_results([report]), strict=True):
        fix = finding.diagnostic.fix
        assert ("fixes" in result) == bool(fix and fix.edits)
        if fix and fix.edits:
            [change] = result["fixes"][0]["artifactChanges"]
            regions = [replaced["deletedRegion"] for replaced in change["replacements"]]
            inserted = [replaced["insertedContent"]["text"] for replaced in change["replacements"]]
            starts = [region["charOffset"] for region in regions]
            assert starts == sorted(starts)
            edits = [
                Edit(Span(start, start + region["charLength"]), new)
                for start, region, new in zip(starts, regions, inserted, strict=True)
            ]
            expected = [Edit(edit.span, escape_surrogates(edit.text)) for edit in fix.edits]
            assert apply_edits(text, edits) == apply_edits(text, expected)


@given(reports_with_text())
def test_a_snippet_is_the_text_of_its_region(pair: tuple[FileReport, str]) -> None:
    report, text = pair
    for finding, result in zip(report.findings, render_results([report]), strict=True):
        span = finding.diagnostic.span
        region = result["locations"][0]["physicalLocation"]["region"]
        if "snippet" in region:
            assert region["snippet"]["text"] == escape_surrogates(text[span.start : span.end])


def test_a_long_snippet_is_omitted() -> None:
    text = f"eq(a,{'1' * 500})"
    diagnostic = Diagnostic("EPF302", "it is long.", Span(0, len(text)))
    [result] = render_results([FileReport("a", (FileFinding.of(diagnostic, LineIndex(text)),))])
    assert "snippet" not in result["locations"][0]["physicalLocation"]["region"]


def test_rules() -> None:
    log = render_log([])
    VALIDATOR.validate(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        known = RULES[rule["id"]]
        assert re.fullmatch(r"([A-Z0-9]\w*)+", rule["name"])
        assert rule["name"].lower() == re.sub(r"\W", "", known.title).lower()
        assert rule["defaultConfiguration"]["enabled"] == known.enabled
        assert _LEVELS[rule["defaultConfiguration"]["level"]] == known.severity.value
        # 3.11.4.2: no HTML outside code.
        assert "<" not in re.sub(r"(?s)```.*?```|`[^`]*`", "", rule["help"]["markdown"])


def test_help_shows_the_examples_as_code() -> None:
    rule: Any = build_descriptor(RULES["EPF404"])
    assert rule["help"]["markdown"].startswith("# EPF404 Duplicate value (warning)\n\n")
    assert f"\n\nGood:\n\n```\n{RULES['EPF404'].good.text}\n```\n\n" in rule["help"]["markdown"]
    assert rule["name"] == "DuplicateValue"


def test_a_result_has_the_index_of_its_rule_if_there_is_one() -> None:
    results = render_results(sample_reports())
    for result in results:
        if result["ruleId"] in RULES:
            assert list(RULES)[result["ruleIndex"]] == result["ruleId"]
        else:
            assert "ruleIndex" not in result
    assert {"EPF199", "EPF403"} <= {result["ruleId"] for result in results}
    assert "EPF199" not in RULES


def _fingerprints(name: str, text: str, *offsets: int) -> list[str]:
    lines = LineIndex(text)
    findings = [
        FileFinding.of(
            Diagnostic("EPF403", "twice.", Span(offset, offset), Severity.WARNING), lines
        )
        for offset in offsets
    ]
    return [
        result["partialFingerprints"]["pathCodeLineHash/v1"]
        for result in render_results([FileReport(name, tuple(findings))])
    ]


def test_a_fingerprint_is_stable_when_lines_move_and_unique_per_finding() -> None:
    before = _fingerprints("a.filter", "eq(a,1)\n", 0, 3)
    assert before == _fingerprints("a.filter", "# new\r\n  eq(a,1)\r\n", 9, 12)
    assert len({*before, *_fingerprints("b.filter", "eq(a,1)\n", 0, 3)}) == 4


@for_each(
    ("path", "expected"),
    [
        (PurePosixPath("a/b.filter"), "a/b.filter"),
        (PurePosixPath("./a/../b.filter"), "a/../b.filter"),
        (PurePosixPath("-"), "-"),
        (PurePosixPath("a:b/c"), "a%3Ab/c"),
        (PurePosixPath("a\\b"), "a%5Cb"),
        (PurePosixPath("é #?%[1].filter"), "%C3%A9%20%23%3F%25%5B1%5D.filter"),
        (PurePosixPath("not\udcfftext"), "not%FFtext"),
        (PurePosixPath("\ud800"), "%ED%A0%80"),
        (PurePosixPath("/srv/a b"), "file:///srv/a%20b"),
        (PurePosixPath("//srv/a"), "file:///srv/a"),
        (PureWindowsPath("a\\b c.filter"), "a/b%20c.filter"),
        (PureWindowsPath("C:\\a\\ü.filter"), "file:///C:/a/%C3%BC.filter"),
        (PureWindowsPath("\\\\host\\share\\a b"), "file://host/share/a%20b"),
    ],
)
def test_uris(path: PurePath, expected: str) -> None:
    assert path_to_uri(path) == expected
    assert "\ud800" in str(path) or unquote(expected, errors="surrogateescape").endswith(
        path.as_posix().lstrip("/").removeprefix("./")
    )
