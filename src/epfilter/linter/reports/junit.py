"""JUnit XML: a file is a test case, which fails by its findings; most build servers show it.

There is no standard; the elements and attributes are those of the schema that Jenkins reads
(`junit-10.xsd` of https://github.com/jenkinsci/xunit-plugin). As there, `failures` counts the test
cases that fail. A remark is no failure; it stands in the output of its test case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from epfilter.errors import Severity
from epfilter.linter.files.report import FileReport
from epfilter.linter.reports.spelling import drawn
from epfilter.snippets import make_printable

# https://www.w3.org/TR/xml/#charsets; a carriage return is allowed, but would be read as \n.
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """The report as one XML document.

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
        _add(suite, report)
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": 0}
    suite.attrib.update({name: str(count) for name, count in counts.items()})
    indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield tostring(root, encoding="unicode") + "\n"


def _add(suite: Element, report: FileReport) -> None:
    case = SubElement(suite, "testcase", name=_allowed(report.name), classname="epfilter")
    remarks: list[str] = []
    for one in report.findings:
        text = _allowed(drawn(report.name, one))
        found = one.diagnostic
        if found.severity is Severity.INFO:
            remarks.append(text)
        else:
            kind, message = _allowed(found.code), _allowed(found.message)
            SubElement(case, "failure", type=kind, message=message).text = text
    if remarks:
        SubElement(case, "system-out").text = "\n".join(remarks)


def _allowed(text: str) -> str:
    """The text with what XML has no place for written as escapes."""
    return _FORBIDDEN.sub(lambda found: make_printable(found[0]), text)
