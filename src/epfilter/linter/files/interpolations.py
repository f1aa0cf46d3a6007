"""EPF601: the diagnostic of a filter that a program builds, with advice for its language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from epfilter.linter.extractors import InterpolatedFilter

_DANGER = "a value that contains `)|eq(` changes the filter; "
_PYTHON = "build it with `F`, as in `F.payment.eq(value)`, or with a `Template`"
_QUOTE = r'write quotes around the value, and a backslash before each `\` and `"` in it'

_DOUBLE_BACKSLASHES = r'("\\", "\\\\")'
_ESCAPE_QUOTES = r'("\"", "\\\"")'
_JAVASCRIPT = r'value.replace(/[\\"]/g, "\\$&")'
_JAVA = f"value.replace{_DOUBLE_BACKSLASHES}.replace{_ESCAPE_QUOTES}"
_C_SHARP = f"value.Replace{_DOUBLE_BACKSLASHES}.Replace{_ESCAPE_QUOTES}"

ESCAPES: Mapping[str, str] = MappingProxyType(
    {
        "js": _JAVASCRIPT,
        "ts": _JAVASCRIPT,
        "tsx": _JAVASCRIPT,
        "go": r'strings.NewReplacer("\\", "\\\\", "\"", "\\\"").Replace(value)',
        "php": r"""addcslashes($value, '\\"')""",
        "ruby": r"""value.gsub(/[\\"]/) { "\\#{_1}" }""",
        "java": _JAVA,
        "kotlin": _JAVA,
        "csharp": _C_SHARP,
        "swift": (
            r'value.replacingOccurrences(of: "\\", with: "\\\\")'
            r'.replacingOccurrences(of: "\"", with: "\\\"")'
        ),
        "rust": r"""value.replace('\\', "\\\\").replace('"', "\\\"")""",
    }
)
"""The expression that escapes `value`, by the first of the `languages` of a kind of file."""


def diagnose_interpolation(interpolation: InterpolatedFilter, *, has_evidence: bool) -> Diagnostic:
    """Return the diagnostic; it is only a remark where the filter may be of another system."""
    return Diagnostic(
        "EPF601",
        f"this filter is built with {interpolation.built_with}.",
        interpolation.span,
        Severity.WARNING if has_evidence else Severity.INFO,
        _DANGER + _advise(interpolation.language),
    )


def _advise(language: str) -> str:
    if language == "python":
        return _PYTHON
    escape = ESCAPES.get(language)
    return f"{_QUOTE}: `{escape}`" if escape else _QUOTE
