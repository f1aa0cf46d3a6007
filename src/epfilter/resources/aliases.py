"""Other names of fields: exact, by their beginning, and by a regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from epfilter.errors import ResourceError
from epfilter.snippets import shorten


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name for a field.

    >>> Alias("customer.name", "name")
    Alias(name='customer.name', field='name')
    """

    name: str
    field: str


@dataclass(frozen=True, slots=True)
class PrefixAlias:
    """Other names for all fields that begin alike: the beginning of the name is replaced.

    >>> PrefixAlias("attributes.", "")
    PrefixAlias(prefix='attributes.', replacement='')
    """

    prefix: str
    replacement: str


@dataclass(frozen=True, slots=True)
class PatternAlias:
    r"""Other names by a regular expression for the whole name; `replacement` as in re.sub.

    Raises ResourceError for what is no regular expression, or no replacement for it.

    >>> PatternAlias(r"line_([0-9]+)_sku", r"items[\1].sku").replacement
    'items[\\1].sku'
    """

    pattern: str
    replacement: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ResourceError(
                f"`{shorten(self.pattern)}` is no regular expression: {error}."
            ) from None
        try:
            re.sub(self.pattern, self.replacement, "")
        except (re.error, IndexError) as error:
            raise ResourceError(
                f"`{shorten(self.replacement)}` is no replacement for the regular expression "
                f"`{shorten(self.pattern)}`: {error}.",
                hint=r"\1 is what the first group found, \g<name> what a named one found",
            ) from None


AnyAlias = Alias | PrefixAlias | PatternAlias
"""The three sorts of other names."""


def resolved(alias: AnyAlias, name: str) -> str | None:
    """What an alias makes of a name; None where it does not speak of it."""
    if isinstance(alias, Alias):
        return alias.field if name == alias.name else None
    if isinstance(alias, PrefixAlias):
        if not name.startswith(alias.prefix):
            return None
        return alias.replacement + name[len(alias.prefix) :]
    found = re.fullmatch(alias.pattern, name)
    return found.expand(alias.replacement) if found else None
