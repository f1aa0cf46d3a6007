"""JUnit XML: each file is a test case with its findings as failures; most build servers read it.

There is no standard. The elements and attributes are those of the schema that Jenkins reads
(`junit-10.xsd` of https://github.com/jenkinsci/xunit-plugin). As in this schema, `failures` counts
the test cases that fail. A remark is not a failure; it is in the output of its test case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from epfilter.errors import Severity
from epfilter.linter.files import FileReport
from epfilter.linter.reports.text import draw_finding
from epfilter.snippets import make_printable

# https://www.w3.org/TR/xml/#charsets; a carriage return is allowed, but is read as a line feed.
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """Yield the pieces of one XML document.

    >>> print("".join(render([])))
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="epfilter" tests="0" failures="0" errors="0" skipped="0" />
    </testsuites>
    """
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", name="epfilter")
    tests = failures = 0
    for report in reports:
        tests += 1
        failures += not report.ok
        _add_test_case(suite, report)
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": 0}
    suite.attrib.update({name: str(count) for name, count in counts.items()})
    indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield tostring(root, encoding="unicode") + "\n"


def _add_test_case(suite: Element, report: FileReport) -> None:
    case = SubElement(suite, "testcase", name=_escape(report.name), classname="epfilter")
    remarks: list[str] = []
    for finding in report.findings:
        text = _escape(draw_finding(report.name, finding))
        diagnostic = finding.diagnostic
        if diagnostic.severity is Severity.INFO:
            remarks.append(text)
        else:
            code, message = _escape(diagnostic.code), _escape(diagnostic.message)
            SubElement(case, "failure", type=code, message=message).text = text
    if remarks:
        SubElement(case, "system-out").text = "\n".join(remarks)


def _escape(text: str) -> str:
    """Return the text with the characters that XML forbids as escapes."""
    return _FORBIDDEN.sub(lambda match: make_printable(match[0]), text)
