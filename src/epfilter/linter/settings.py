"""The settings of the linter: which rules run, and their thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from epfilter.arguments import describe_type, require_int
from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.limits import MAX_CALLS
from epfilter.snippets import shorten

CODE_OR_FAMILY = re.compile(r"EPF[0-9]{0,3}|(?!EPF)[A-Z]{2,10}[0-9]{0,4}")
_REQUIRED_FILTER = "EPF307"
_REQUIRED_HINT = 'required_filters={"orders": ["created_at"]}'
_THRESHOLDS = ("max_calls", "max_bytes", "max_or_complexity", "max_in_values")


RequiredFilters = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of listings, each with its fields, as `Settings` store them."""


@dataclass(frozen=True)
class Settings:
    """The rules that run, and their thresholds.

    `select` and `ignore` contain codes (`EPF301`) or families (`EPF3`, or `EPF` for all). The codes
    of the rules of other packages begin with other letters. If `select` is empty, all rules that
    are enabled by default run; a selected family includes the others, too.
    `ignore` takes precedence over `select`. Syntax errors (EPF1) are reported whatever is selected,
    because no rule can check a filter with such an error; only `ignore` suppresses them.

    The thresholds are the highest values without a finding: `max_calls` calls in a filter,
    `max_bytes` bytes of the percent-encoded filter, `max_or_complexity` OR alternatives, and
    `max_in_values` values of an `in`.

    `required_filters` maps names of listings to fields, of which each filter must restrict one
    (EPF307); it enables this rule.

    Raises FilterValueError for an invalid code and for a negative threshold, FilterTypeError for
    a wrong type.

    >>> from epfilter import lint
    >>> lint("in(id,a,a)", settings=Settings(ignore=("EPF4",)))
    []
    >>> [finding.code for finding in lint("eq(a,1):eq(b,2)", settings=Settings(max_calls=1))]
    ['EPF301']
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    max_calls: int = MAX_CALLS
    max_bytes: int = 8192
    max_or_complexity: int = 4
    max_in_values: int = 200
    required_filters: Mapping[str, Iterable[str]] | RequiredFilters = ()

    def __post_init__(self) -> None:
        for name in ("select", "ignore"):
            object.__setattr__(self, name, _check_codes(name, getattr(self, name)))
        for name in _THRESHOLDS:
            threshold = getattr(self, name)
            require_int(name, threshold, 0)
        object.__setattr__(self, "required_filters", _read_required(self.required_filters))

    @property
    def enabled_codes(self) -> frozenset[str]:
        """The rules that are off by default and that these settings enable."""
        return frozenset({_REQUIRED_FILTER}) if self.required_filters else frozenset()

    def get_required_fields(self, resource: str) -> tuple[str, ...]:
        """Return the fields of a listing, of which each filter must restrict one.

        >>> Settings(required_filters={"files": ["width"]}).get_required_fields("files")
        ('width',)
        """
        return dict(cast("RequiredFilters", self.required_filters)).get(resource, ())


def _read_required(value: object) -> RequiredFilters:
    """Return the required fields of each listing as tuples, which can be hashed."""
    pairs: object = value.items() if isinstance(value, Mapping) else value
    if not isinstance(pairs, Iterable) or isinstance(pairs, str):
        raise FilterTypeError(
            f"`required_filters` must map listings to fields, not {describe_type(value)}.",
            hint=_REQUIRED_HINT,
        )
    return tuple(_read_required_fields(pair) for pair in pairs)


def _read_required_fields(pair: object) -> tuple[str, tuple[str, ...]]:
    name, fields = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, None)
    is_list = isinstance(fields, Iterable) and not isinstance(fields, str)
    names = tuple(fields) if is_list and fields is not None else (None,)
    if not isinstance(name, str) or not all(isinstance(each, str) for each in names):
        raise FilterTypeError(
            "`required_filters` must map names to lists of names.", hint=_REQUIRED_HINT
        )
    if not names:
        raise FilterValueError(
            f"required_filters of `{shorten(name)}` is an empty list.", hint=_REQUIRED_HINT
        )
    return name, names


def _check_codes(name: str, value: object) -> tuple[str, ...]:
    """Return the codes as a tuple; raise an error if there is anything else among them."""
    if isinstance(value, (str, Filter)) or not isinstance(value, Iterable):
        raise FilterTypeError(
            f"`{name}` must be a list of codes, not {describe_type(value)}.",
            hint=f'{name}=("EPF3",)',
        )
    codes = tuple(value)
    for code in codes:
        if not isinstance(code, str):
            raise FilterTypeError(f"a code in `{name}` must be a str, not {describe_type(code)}.")
        if not CODE_OR_FAMILY.fullmatch(code):
            raise FilterValueError(
                f"`{code}` is not a code or a family of codes.",
                hint="write a code such as EPF301, or a family such as EPF3",
            )
    return codes


DEFAULT_SETTINGS = Settings()


def require_settings(settings: object) -> Settings:
    """Return the settings, or the default settings for None.

    Raises FilterTypeError for anything else.
    """
    if settings is None:
        return DEFAULT_SETTINGS
    if isinstance(settings, Settings):
        return settings
    raise FilterTypeError(
        f"`settings` must be of type Settings, not {describe_type(settings)}.",
        hint='as in lint(text, settings=Settings(ignore=("EPF4",)))',
    )
