"""The linter: reports what is wrong, doubtful or slow in a filter, by rules that each have a code.

EPF1 syntax, EPF2 fields and values of a resource, EPF3 limits and cost, EPF4 meaning, EPF5 form,
EPF6 filters in programs and comments, EPF7 files. A code never changes its meaning. Other packages
add rules by entry points. `lint` checks one filter, `lint_paths` the files of a project. Importing
this package loads no rules; the first call does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.arguments import describe_type
from epfilter.ast import Filter
from epfilter.errors import Diagnostic, FilterTypeError, FilterValueError, PluginError
from epfilter.lazy import make_accessors as _make_accessors
from epfilter.linter.settings import Settings, require_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from epfilter.linter.definitions import Example, Finding, Rule
    from epfilter.linter.files import (
        Baseline,
        Configuration,
        FileFilter,
        FileFinding,
        FileReport,
    )
    from epfilter.linter.fixing import Fixed, fix
    from epfilter.linter.model import Call, Context, Group
    from epfilter.linter.registry import RULES, explain_rule, get_rule
    from epfilter.linter.reports import render
    from epfilter.located import Located
    from epfilter.resources import Resource
    from epfilter.templates import Template

__all__ = [
    "RULES",
    "Baseline",
    "Call",
    "Configuration",
    "Context",
    "Example",
    "FileFilter",
    "FileFinding",
    "FileReport",
    "Finding",
    "Fixed",
    "Group",
    "PluginError",
    "Rule",
    "Settings",
    "explain_rule",
    "fix",
    "get_rule",
    "lint",
    "lint_content",
    "lint_located",
    "lint_paths",
    "render",
]


def lint(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    settings: Settings | None = None,
    rules: Iterable[Rule] = (),
) -> list[Diagnostic]:
    """Return all findings of the rules in a filter, in the order of its text.

    `f` is a text, a filter, or a template. Spans refer to the text, to `unparse(f)` for a filter.
    In a template, only what holds for all values of the placeholders is found.

    `resource` is a resource or the name of one of the platform's listings. With a resource, fields,
    operators and values are checked too, and values are compared by the type of their field.
    Without one, a rule reports only what is true for every type: text, number, date, boolean and
    UUID. For a text with syntax errors, the result contains these errors and the findings of the
    resource in the undamaged calls. `settings` select rules and set thresholds; `rules` are your
    own, beside those of this package and of installed packages.

    No content of the text raises an error. Raises FilterTypeError if an argument has a wrong
    type, ResourceError for the name of an unknown resource, and
    FilterValueError for settings that name an unknown rule and for an invalid rule, and PluginError
    if the rules of an installed package cannot be used.

    >>> [(finding.code, finding.span) for finding in lint("gt(total,5):lt(total,3)")]
    [('EPF401', Span(start=12, end=23))]
    >>> [finding.message for finding in lint("eq(payment,refnded)", "orders")]
    ['`payment`: `refnded` is not one of its values.']
    """
    from epfilter.linter.engine import get_engine
    from epfilter.resources import resource_of

    resolved = resource_of(resource, hint='as in lint(text, "orders")')
    added = _require_rules(rules)
    engine = get_engine(require_settings(settings), added)
    if isinstance(f, str):
        return engine.run(f, resolved)
    from epfilter.linter.templates import lint_template
    from epfilter.templates import Template, read_text

    if isinstance(f, Template):
        return lint_template(f, lambda text: engine.run(text, resolved), resolved)
    return engine.run(read_text(f), resolved)


def lint_located(
    text: str,
    located: Located,
    resource: Resource | str | None = None,
    *,
    settings: Settings | None = None,
) -> list[Diagnostic]:
    """Return what `lint` returns, for a text that is already parsed.

    `located` is the result of `parse_located(text)`. Code that also needs the tree parses the text
    only once.

    Raises the errors of `lint`, and FilterTypeError if `located` is not a `Located`.

    >>> from epfilter import parse_located
    >>> text = "gt(total,5):lt(total,3)"
    >>> [finding.code for finding in lint_located(text, parse_located(text))]
    ['EPF401']
    """
    from epfilter.linter.engine import get_engine
    from epfilter.located import Located
    from epfilter.resources import resource_of

    if not isinstance(text, str) or not isinstance(located, Located):
        raise FilterTypeError(
            f"lint_located requires a str and a Located, not {describe_type(text)} and "
            f"{describe_type(located)}.",
            hint="as in lint_located(text, parse_located(text))",
        )
    resolved = resource_of(resource, hint='as in lint_located(text, located, "orders")')
    return get_engine(require_settings(settings)).run_located(text, located, resolved)


def lint_content(
    content: str | bytes | bytearray,
    name: str,
    configuration: Configuration | None = None,
    *,
    list_filters: bool = False,
) -> FileReport:
    """Return the findings in the filters of one file, which need not exist on disk.

    `name`, for example `shop.py`, determines the kind of file and which parts of the configuration
    apply. With `list_filters`, `listed_filters` of the report contains the filters of the file. No
    content raises an error: what cannot be read is a finding. Raises FilterTypeError if the content
    is neither text nor bytes, and FilterValueError if the baseline of the configuration is invalid.

    >>> report = lint_content('{"filter": "eq(payment,refunded):gte(total,5)"}', "job.json")
    >>> [(finding.diagnostic.code, finding.line, finding.column) for finding in report.findings]
    [('EPF108', 1, 34)]
    >>> report = lint_content('{"filter": "eq(a,1):eq(b,2)"}', "job.json", list_filters=True)
    >>> [(each.text, each.resource) for each in report.listed_filters]
    [('eq(a,1):eq(b,2)', None)]
    """
    from epfilter.linter.files import Configuration, Run, require_configuration

    if isinstance(content, bytearray):
        content = bytes(content)
    if not isinstance(content, str | bytes):
        raise FilterTypeError(
            f"the content of a file must be a str or bytes, not {describe_type(content)}."
        )
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a file must be a str, not {describe_type(name)}.")
    if configuration is None:
        configuration = Configuration()
    baseline = require_configuration(configuration).read_baseline()
    report = Run(configuration, list_filters=list_filters).lint_content(content, name)
    return next(baseline.subtract([report]), report) if baseline else report


def lint_paths(
    paths: Iterable[str | PathLike[str]],
    configuration: Configuration | None = None,
    *,
    list_filters: bool = False,
) -> Iterator[FileReport]:
    """Yield a report for each file, and for each file in each folder.

    The default configuration is the nearest `pyproject.toml` or `epfilter.toml` in the current
    folder or above it. The reports are in the order of the file names. A file that cannot be read
    is reported as a finding. Each file is read when its report is requested. With `list_filters`,
    `listed_filters` of a report contains the filters of the file.

    Raises FilterValueError if the configuration or its baseline is invalid, FilterTypeError if
    `paths` is not a collection of paths, and ImportError if a folder is given and the extra `lint`
    is not installed.

    >>> [report.ok for report in lint_paths(["no-such.filter"])]
    [False]
    """
    from collections.abc import Iterable
    from os import PathLike
    from pathlib import Path

    from epfilter.linter.files import (
        Run,
        find_configuration,
        find_targets,
        require_configuration,
    )

    if isinstance(paths, str | bytes | PathLike | Filter) or not isinstance(paths, Iterable):
        raise FilterTypeError(
            f"`paths` must be a list of paths, not {describe_type(paths)}.",
            hint='as in lint_paths(["src", "docs"])',
        )
    paths = [*paths]
    for path in paths:
        if not isinstance(path, str) and not (
            isinstance(path, PathLike) and isinstance(path.__fspath__(), str)
        ):
            raise FilterTypeError(
                f"a path must be a str or a Path, not {describe_type(path)}.",
                hint='as in lint_paths(["src", "docs"])',
            )
    if configuration is None:
        configuration = find_configuration(Path())
    baseline = require_configuration(configuration).read_baseline()
    targets = find_targets([Path(path) for path in paths], configuration)
    reports = Run(configuration, list_filters=list_filters).lint_targets(targets)
    return baseline.subtract(reports) if baseline else reports


def _require_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules as a tuple; raise FilterValueError for one that cannot be used."""
    if rules == ():
        return ()
    from epfilter.linter.plugins import describe_unusable_rule

    required = tuple(rules)
    for rule in required:
        problem = describe_unusable_rule(rule)
        if problem:
            raise FilterValueError(f"a rule cannot be used: {problem}.")
    return required


_MODULES = {
    "Baseline": "files.baseline",
    "Call": "model",
    "Configuration": "files.configuration",
    "Context": "model",
    "Example": "definitions",
    "FileFilter": "files.report",
    "FileFinding": "files.report",
    "FileReport": "files.report",
    "Finding": "definitions",
    "Fixed": "fixing",
    "Group": "model",
    "RULES": "registry",
    "Rule": "definitions",
    "explain_rule": "registry",
    "fix": "fixing",
    "get_rule": "registry",
    "render": "reports",
}


if not TYPE_CHECKING:
    # `import epfilter` loads this package, but neither the engine nor the rules.
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
