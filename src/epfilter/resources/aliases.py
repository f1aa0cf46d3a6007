"""Aliases of fields: exact, by prefix, and by regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from epfilter.errors import ResourceError
from epfilter.snippets import shorten


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a field.

    >>> Alias("customer.name", "name")
    Alias(name='customer.name', field='name')
    """

    name: str
    field: str


@dataclass(frozen=True, slots=True)
class PrefixAlias:
    """Other names of all fields with a prefix: `replacement` takes the place of `prefix`.

    >>> PrefixAlias("attributes.", "")
    PrefixAlias(prefix='attributes.', replacement='')
    """

    prefix: str
    replacement: str


@dataclass(frozen=True, slots=True)
class PatternAlias:
    r"""Other names by a regular expression for the whole name; `replacement` is as in re.sub.

    Raises ResourceError if `pattern` is not a regular expression, or `replacement` does not fit it.

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
                f"`{shorten(self.pattern)}` is not a regular expression: {error}."
            ) from None
        try:
            re.sub(self.pattern, self.replacement, "")
        except (re.error, IndexError) as error:
            raise ResourceError(
                f"`{shorten(self.replacement)}` is not a replacement for the regular expression "
                f"`{shorten(self.pattern)}`: {error}.",
                hint=r"\1 is the text of the first group, \g<name> that of a named group",
            ) from None


AnyAlias = Alias | PrefixAlias | PatternAlias
"""Any of the three kinds of alias."""


def resolve_alias(alias: AnyAlias, name: str) -> str | None:
    """Return the path that an alias gives a name, or None if it does not apply to the name."""
    if isinstance(alias, Alias):
        return alias.field if name == alias.name else None
    if isinstance(alias, PrefixAlias):
        if not name.startswith(alias.prefix):
            return None
        return alias.replacement + name[len(alias.prefix) :]
    match = re.fullmatch(alias.pattern, name)
    return match.expand(alias.replacement) if match else None
