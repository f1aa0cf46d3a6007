"""The configuration of a project: which files are linted, by which rules and resources."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from os.path import relpath
from pathlib import Path

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.linter.engine import get_engine
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files.baseline import Baseline
from epfilter.linter.files.paths import PathPatterns, is_pattern
from epfilter.linter.settings import Settings
from epfilter.resources import Resource, resource_info, resource_named, resource_schema
from epfilter.snippets import make_printable

DEFAULT_EXCLUDE = (
    ".git", ".hg", ".svn", "node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox",
    ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".eggs", "build", "dist",
)  # fmt: skip
"""Folders of third-party and generated files."""


DOCS = ("info", "check")
"""How examples of filters in documentation are linted."""


@dataclass(frozen=True)
class Configuration:
    """How the files of a project are linted.

    `root` is the folder that patterns and paths are relative to. `settings` choose the rules;
    `per_file_ignores` maps patterns of files to codes, `resources` to the names of resources, and
    `resource` is the name for all other files. `exclude` are patterns of files that are not
    linted, and `filter_lines` are patterns of files of filters, of any ending. `declarations` are
    files that declare resources of the project itself; they are referred to by name, as those of
    the platform are. `respect_gitignore` leaves out the files that git ignores. `uses_platform` is
    True if the filters of the project are known to be the platform's, as in any project with a
    configuration file. Otherwise a finding is more than a remark only where the file or a manifest
    of the project shows that it uses the platform. `baseline` is a file of accepted findings, which
    `lint_paths` and `lint_content` leave out of their reports. `docs` is "check" if examples of
    filters in documentation are linted as any other filter, or "info" if only what the language or
    the resource rejects in them is reported, as a remark.

    >>> Configuration(resources={"orders/**": "orders"}).resource_of(Path("orders/a.json"))
    'orders'
    """

    root: Path = field(default_factory=Path.cwd)
    settings: Settings = field(default_factory=Settings)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    resource: str | None = None
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    filter_lines: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    respect_gitignore: bool = True
    uses_platform: bool = False
    baseline: str | None = None
    docs: str = "info"

    def get_ignored_codes(self, path: Path) -> tuple[str, ...]:
        """Return the codes that are ignored in a file, beyond those that the settings ignore."""
        name = self._relative_name(path)
        return tuple(
            code
            for patterns, codes in self._ignore_patterns
            if patterns.match(name)
            for code in codes
        )

    def resource_of(self, path: Path) -> str | None:
        """Return the name of the resource of a file; the last pattern that matches decides."""
        if self.resources:
            name = self._relative_name(path)
            for patterns, resource in self._resource_patterns:
                if patterns.match(name):
                    return resource
        return self.resource

    def has_filter_lines(self, path: Path) -> bool:
        """Return whether a file is declared to be a file of filters."""
        if not self.filter_lines:
            return False
        return bool(self._filter_lines_patterns.match(self._relative_name(path)))

    def is_excluded(self, path: Path, *, folder: bool = False) -> bool:
        """Return whether a file, or a folder, is excluded."""
        return bool(self.exclude_patterns.match(self._relative_name(path) + "/" * folder))

    def find_prefix(self, folder: Path) -> str:
        """Return what precedes the name of a file in the folder, to match it with a pattern."""
        name = self._relative_name(folder / "_")
        return name.removesuffix("_")

    def load_own_resources(self) -> dict[str, Resource]:
        """Return the resources that the project declares, by name.

        Raises FilterError where a declaration is not valid.
        """
        declared = (Resource.from_file(self.root / name) for name in self.declarations)
        return {resource_info(resource).name: resource for resource in declared}

    def read_baseline(self) -> Baseline | None:
        """Return the baseline of the project, if it has one.

        Raises FilterValueError where the file cannot be read or is not a baseline.
        """
        return None if self.baseline is None else Baseline.read(self.root / self.baseline)

    def check(self) -> None:
        """Raise FilterValueError for an unknown code or resource, or an invalid pattern.

        Raises FilterError where a declaration is not valid.
        """
        if self.docs not in DOCS:
            raise FilterValueError(f"docs must be `info` or `check`, not {self.docs!r}.")
        patterns = (*self.per_file_ignores, *self.resources, *self.filter_lines)
        own_excludes = (pattern for pattern in self.exclude if pattern not in DEFAULT_EXCLUDE)
        with suppress(NeedsExtraError):
            for pattern in (*patterns, *own_excludes):
                if not is_pattern(pattern):
                    raise FilterValueError(
                        f"`{make_printable(pattern)}` is not a valid file name pattern."
                    )
        for codes in self.per_file_ignores.values():
            get_engine(Settings(ignore=codes))
        get_engine(self.settings)
        own = self.load_own_resources()
        for listing, required in dict(self.settings.required_filters).items():
            schema = resource_schema(own.get(listing) or resource_named(listing))
            for path in required:
                schema.get(path)
        for name in (*self.resources.values(), self.resource):
            if name is not None and name not in own:
                resource_named(name)

    def _relative_name(self, path: Path) -> str:
        try:
            name = Path(relpath(path.absolute(), self.root)).as_posix()
        except ValueError:  # another drive of Windows
            return path.name
        # A file outside of the root is matched by its name only.
        return path.name if name == ".." or name.startswith("../") else name

    @cached_property
    def _ignore_patterns(self) -> list[tuple[PathPatterns, tuple[str, ...]]]:
        return [
            (PathPatterns([pattern]), codes) for pattern, codes in self.per_file_ignores.items()
        ]

    @cached_property
    def _resource_patterns(self) -> list[tuple[PathPatterns, str]]:
        last_first = reversed([*self.resources.items()])
        return [(PathPatterns([pattern]), name) for pattern, name in last_first]

    @cached_property
    def _filter_lines_patterns(self) -> PathPatterns:
        return PathPatterns(self.filter_lines)

    @cached_property
    def exclude_patterns(self) -> PathPatterns:
        """The patterns of `exclude`."""
        return PathPatterns(self.exclude)


def require_configuration(configuration: object) -> Configuration:
    """Return the configuration; raise FilterTypeError for a value of any other type."""
    if isinstance(configuration, Configuration):
        return configuration
    raise FilterTypeError(
        f"`configuration` must be of type Configuration, not {describe_type(configuration)}.",
        hint='as in Configuration(exclude=("build",))',
    )
