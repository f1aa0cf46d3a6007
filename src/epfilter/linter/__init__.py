"""The linter: what is wrong, doubtful or slow in a filter, by rules that each have a code.

EPF1xx syntax, EPF2xx resource, EPF3xx limits and cost, EPF4xx meaning, EPF5xx form, EPF6xx
programs and comments, EPF7xx files. A code never changes its meaning. `lint` looks at one filter,
`lint_paths` at the files of a project. Importing this module loads no rule; the first call does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, FilterTypeError, describe_type
from epfilter.lazy import loader as _loader
from epfilter.linter.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from epfilter.linter.engine import Example, Rule
    from epfilter.linter.files.configuration import Configuration
    from epfilter.linter.files.report import FileFinding, FileReport
    from epfilter.linter.fixing import Fixed, fix
    from epfilter.linter.registry import RULES
    from epfilter.linter.reports import render
    from epfilter.resources import Resource

__all__ = [
    "RULES",
    "Configuration",
    "Example",
    "FileFinding",
    "FileReport",
    "Fixed",
    "Rule",
    "Settings",
    "explained",
    "fix",
    "lint",
    "lint_content",
    "lint_paths",
    "render",
    "rule",
]

_DEFAULTS = Settings()


def lint(
    text: str, resource: Resource | str | None = None, *, settings: Settings | None = None
) -> list[Diagnostic]:
    """Everything that the rules find in a filter text, in the order of the text.

    `resource` is a resource or the name of one of the platform's listings; with it the fields,
    operators and values are checked too, and values are compared as the field's type says.
    Without it a rule reports only what holds whatever the values are: text, numbers or dates. A
    text with syntax mistakes gives those, and what the resource says of its undamaged calls.
    `settings` choose rules and thresholds.

    Never raises for what the text says. Raises FilterTypeError where the text is no str or the
    resource is none, ResourceError for a name that no listing has, and FilterValueError for
    settings that name a rule that does not exist.

    >>> [(found.code, found.span) for found in lint("gt(total,5):lt(total,3)")]
    [('EPF401', Span(start=12, end=23))]
    >>> [found.message for found in lint("eq(payment,refnded)", "orders")]
    ['`payment`: `refnded` is not one of its values.']
    """
    from epfilter.linter.registry import engine
    from epfilter.resources import resource_of

    against = resource_of(resource, hint='as in lint(text, "orders")')
    return engine(settings or _DEFAULTS).run(text, against)


def lint_content(
    content: str | bytes | bytearray, name: str, configuration: Configuration | None = None
) -> FileReport:
    """What the rules find in the filters of a file that need not exist.

    `name` says what kind of file it is, as in `shop.py`, and which settings of the configuration
    are for it. Never raises for what the content says: what cannot be read is a finding. Raises
    FilterTypeError where the content is neither text nor bytes.

    >>> report = lint_content('{"filter": "eq(payment,refunded):gte(total,5)"}', "job.json")
    >>> [(found.diagnostic.code, found.line, found.column) for found in report.findings]
    [('EPF108', 1, 34)]
    """
    from epfilter.linter.files.configuration import Configuration
    from epfilter.linter.files.runner import Run

    if isinstance(content, bytearray):
        content = bytes(content)
    if not isinstance(content, str | bytes):
        raise FilterTypeError(
            f"the content of a file is expected, not {describe_type(content)}.",
            hint="as a str, or as bytes",
        )
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a file is expected, not {describe_type(name)}.")
    return Run(configuration or Configuration()).report_of(content, name)


def lint_paths(
    paths: Iterable[str | PathLike[str]], configuration: Configuration | None = None
) -> Iterator[FileReport]:
    """What the rules find in the filters of files, and of the files of folders.

    Without a configuration, that of the nearest `pyproject.toml` or `epfilter.toml` above the
    current folder holds. A report for each file, in the order of their names; a file that cannot
    be read has that as its finding. Files are read as the reports are asked for.

    Raises FilterValueError where the configuration is wrong, FilterTypeError where the paths are
    one path alone or none at all, and ImportError where a folder is given and the extra `lint` is
    not installed.

    >>> [report.ok for report in lint_paths(["no-such.filter"])]
    [False]
    """
    from collections.abc import Iterable
    from os import PathLike
    from pathlib import Path

    from epfilter.linter.files.configuration import find
    from epfilter.linter.files.discovery import targets
    from epfilter.linter.files.runner import Run

    if isinstance(paths, str | bytes | PathLike) or not isinstance(paths, Iterable):
        raise FilterTypeError(
            f"several paths are expected, not {describe_type(paths)}.",
            hint='as in lint_paths(["src", "docs"])',
        )
    chosen = find(Path()) if configuration is None else configuration
    return Run(chosen).reports(targets([Path(path) for path in paths], chosen))


def rule(code: str) -> Rule:
    """The rule of a code, in any case.

    Raises FilterValueError where there is none, with the nearest codes, and FilterTypeError where
    the code is no str.

    >>> rule("EPF403").title
    'Duplicate term'
    """
    from epfilter.linter.registry import found

    return found(code)


def explained(code: str) -> str:
    """What a code means, in plain text: title, reason, a bad and a good example, and the source.

    Raises FilterValueError as `rule` does.

    >>> print(explained("EPF404").splitlines()[0])
    EPF404 Duplicate value (warning)
    """
    from epfilter.linter.explaining import explanation

    return explanation(rule(code))


_MODULES = {
    "Configuration": "files.configuration",
    "Example": "engine",
    "FileFinding": "files.report",
    "FileReport": "files.report",
    "Fixed": "fixing",
    "RULES": "registry",
    "Rule": "engine",
    "fix": "fixing",
    "render": "reports",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    # `import epfilter` loads this module, but neither the engine nor the rules.
    __getattr__ = _loader(__name__, _MODULES)
