"""EPF601 and EPF608: filters that a program builds, with advice for its language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Severity
from epfilter.linter.files.inserted_values import find_origins
from epfilter.linter.files.value_origins import Origin

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


def diagnose_interpolation(
    interpolation: InterpolatedFilter, text: str, *, has_evidence: bool
) -> Diagnostic | None:
    """Return the diagnostic, or None where no value can change the filter; `text` is the file's.

    It is only a remark where the filter may be of another system.
    """
    if not interpolation.built_with:
        return None
    origins = find_origins(interpolation, text)
    if all(origin is Origin.SAFE for _, origin in origins):
        return None
    code, severity, span = "EPF601", Severity.WARNING, interpolation.span
    message = f"this filter is built with {interpolation.built_with}."
    requested = [position for position, origin in origins if origin is Origin.REQUEST]
    if requested:
        code, severity, span = "EPF608", Severity.ERROR, requested[0]
        message = "this filter contains a value from the request that the program handles."
    severity = severity if has_evidence else Severity.INFO
    return Diagnostic(code, message, span, severity, _DANGER + _advise(interpolation.language))


def _advise(language: str) -> str:
    if language == "python":
        return _PYTHON
    escape = ESCAPES.get(language)
    return f"{_QUOTE}: `{escape}`" if escape else _QUOTE
