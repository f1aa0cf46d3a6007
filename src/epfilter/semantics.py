"""What patterns, letter case and paths mean in the filter language, for every package that runs it.

Sources: the platform's guide "Filtering" for wildcards and list indices; Unicode's simple case
folding for `ilike`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

LIST_INDEX_PATTERN = r"[0-9]{1,3}"
"""A regular expression for the index in `field[0]`, up to `MAX_LIST_INDEX`."""

_LAST_CASED = 0x1E943
"""The last character that has another case (Adlam); Unicode 16 adds none beyond it."""

_INDEX = re.compile(rf"\[({LIST_INDEX_PATTERN})\]")
_INDEXED_NAME = re.compile(rf"([^\[\]]+)((?:\[{LIST_INDEX_PATTERN}\])+)")


class Pattern(NamedTuple):
    """The operand of `like` or `ilike` without its wildcards, and where they were."""

    text: str
    any_prefix: bool
    """Any text may come before `text`."""
    any_suffix: bool
    """Any text may come after `text`."""

    @property
    def has_wildcard(self) -> bool:
        """Whether the pattern can match more than one text."""
        return self.any_prefix or self.any_suffix

    @property
    def matches_everything(self) -> bool:
        """Whether the pattern matches every text, as `*` does."""
        return not self.text and self.has_wildcard

    def fold_case(self) -> Pattern:
        """Return the pattern of `ilike`, for texts that `fold_case` returns."""
        return self._replace(text=fold_case(self.text))

    def make_matcher(self) -> Callable[[str], bool]:
        """Return a function that returns whether a whole text matches.

        >>> ends_with_b = parse_pattern("*b").make_matcher()
        >>> ends_with_b("ab"), ends_with_b("abc")
        (True, False)
        """
        part = self.text
        if self.any_prefix and self.any_suffix:
            return lambda text: part in text
        if self.any_prefix:
            return lambda text: text.endswith(part)
        if self.any_suffix:
            return lambda text: text.startswith(part)
        return lambda text: text == part

    def matches(self, text: str) -> bool:
        """Return whether a whole text matches.

        >>> parse_pattern("*bc").matches("abc"), parse_pattern("*b").matches("abc")
        (True, False)
        """
        return self.make_matcher()(text)


def parse_pattern(operand: str) -> Pattern:
    """Return the pattern of `like` or `ilike` that an operand writes.

    Only the first and the last character can be the wildcard `*`. Every other character, and every
    other `*`, stands for itself.

    >>> parse_pattern("*a*b*"), parse_pattern("*")
    (Pattern(text='a*b', any_prefix=True, any_suffix=True), Pattern(text='', any_prefix=True, \
any_suffix=True))
    """
    if operand == "*":
        return Pattern("", any_prefix=True, any_suffix=True)
    prefix, suffix = operand[:1] == "*", operand[1:][-1:] == "*"
    return Pattern(operand[prefix : len(operand) - suffix], prefix, suffix)


def has_wildcard(operand: str) -> bool:
    """Return whether an operand begins or ends with `*`.

    >>> has_wildcard("*a"), has_wildcard("a*b")
    (True, False)
    """
    return operand[:1] == "*" or operand[-1:] == "*"


def replace_percent_wildcards(operand: str) -> str:
    """Return a pattern of SQL as a pattern of `like`: `%` at either end becomes `*`.

    >>> replace_percent_wildcards("%Ron%"), replace_percent_wildcards("50%off")
    ('*Ron*', '50%off')
    """
    text = operand.lstrip("%")
    start = "*" if text != operand else ""
    stripped = text.rstrip("%")
    return f"{start}{stripped}{'*' if stripped != text else ''}"


def fold_case(text: str) -> str:
    """Return a text after Unicode simple case folding, which keeps the number of characters.

    >>> fold_case("STRASSE"), fold_case("Straße"), fold_case("ΣΑΣ")
    ('strasse', 'straße', 'σασ')
    """
    return text.lower() if text.isascii() else "".join([_fold_character(char) for char in text])


@lru_cache(maxsize=4096)
def _fold_character(char: str) -> str:
    full = char.casefold()
    if len(full) == 1:
        return full
    lower = char.lower()
    return lower if len(lower) == 1 else char


@cache
def case_variants() -> dict[str, str]:
    r"""Return for each folded character the other characters that fold to it, by code point.

    Characters without variants are absent. The first call builds the table.

    >>> case_variants()["k"] == "K\N{KELVIN SIGN}"
    True
    """
    variants: dict[str, str] = {}
    for char in map(chr, range(_LAST_CASED + 1)):
        folded = _fold_character.__wrapped__(char)
        if folded != char:
            variants[folded] = variants.get(folded, "") + char
    return variants


Location = str | tuple[str, ...]
"""A path in data, or the paths of texts that are joined with a space."""


class PathStep(NamedTuple):
    """One step of a path: the member `name`, or the element `list_index` of a list."""

    name: str
    list_index: int | None = None


@lru_cache(maxsize=4096)
def parse_path(path: str) -> tuple[PathStep, ...]:
    """Return the steps of a path.

    >>> parse_path("items[0].sku")
    (PathStep(name='items', list_index=None), PathStep(name='', list_index=0), \
PathStep(name='sku', list_index=None))
    """
    steps: list[PathStep] = []
    for part in path.split("."):
        indexed = _INDEXED_NAME.fullmatch(part)
        if indexed is None:
            steps.append(PathStep(part))
            continue
        steps.append(PathStep(indexed[1]))
        steps += [PathStep("", int(index)) for index in _INDEX.findall(indexed[2])]
    return tuple(steps)


def format_path(steps: tuple[PathStep, ...]) -> str:
    """Return the text of a path; the inverse of `parse_path`.

    >>> format_path(parse_path("items[0].sku"))
    'items[0].sku'
    """
    parts = [f".{name}" if index is None else f"[{index}]" for name, index in steps]
    return "".join(parts).removeprefix(".")


def strip_indices(path: str) -> str:
    """Return a path without its list indices.

    >>> strip_indices("items[0].sku")
    'items.sku'
    """
    return _INDEX.sub("", path)
