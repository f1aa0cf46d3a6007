"""The subjects of a sentence: the objects that a resource lists, and their fields."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import Filter, fields
from epfilter.english.operands import quote, value_words

if TYPE_CHECKING:
    from epfilter.resources import FieldMatch, Resource

_NOUN_WITHOUT_RESOURCE = "objects"

_SEGMENT = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\[[0-9]+\])*"
_PLAIN_PATH = re.compile(rf"(?=[A-Za-z]){_SEGMENT}(?:[._]{_SEGMENT})*")
"""A path that reads as words; any other is quoted."""

_RESERVED_WORD = re.compile(
    "all|and|any|are|begin|begins|both|contain|contains|either|ends|exactly|greater|has|have|"
    "include|includes|is|least|less|match|matches|most|no|not|of|one|or|than|whose|with|without",
    re.IGNORECASE,
)
"""A word of the sentence itself: a field name that contains one is quoted."""

_PARTICIPLE = re.compile(
    r"((?:first_|last_)?(?:[a-z]+ed|begun|bought|made|paid|sent|sold))_(at|on)"
)
_ACRONYMS = {"api": "API", "apis": "APIs", "cm": "CM", "pim": "PIM"}
_UNCOUNTABLE = ("data", "info", "information", "inventory", "search", "stock")
_SINGULAR_ENDINGS = ("is", "ss", "us")
_PLURAL_ENDINGS = ("skus", "menus")


class Subject(NamedTuple):
    """A field as the subject of a clause.

    `path` is its own name, aliases resolved. `words` are that name as words, in the plural for a
    `multivalued` field. `participle` is the event at the time of the field (`created` for
    `created_at`). `type_name` is the type of its values, empty if unknown. Points in time are shown
    in `timezone`.
    """

    path: str
    words: str
    type_name: str = ""
    multivalued: bool = False
    participle: str = ""
    timezone: tzinfo = UTC

    def describe_value(self, text: str) -> str:
        """Return a value of the field in words."""
        return value_words(text, self.type_name, self.timezone)

    @property
    def is_plural(self) -> bool:
        """Whether its verb is in the plural."""
        return (
            self.multivalued
            or (self.words.endswith("s") and not self.words.endswith(_SINGULAR_ENDINGS))
            or self.words.endswith(_PLURAL_ENDINGS)
        )


class Subjects:
    """The objects and fields of a filter; no two fields have the same words.

    >>> from epfilter import F
    >>> from epfilter.resources import orders
    >>> subjects = Subjects(F["customer.name"].eq("Ron"), orders)
    >>> subjects.noun, subjects.get("customer.name").words
    ('orders', 'name')
    """

    def __init__(self, f: Filter, resource: Resource | None, timezone: tzinfo = UTC) -> None:
        self.noun = _NOUN_WITHOUT_RESOURCE if resource is None else _noun(resource)
        by_name = {name: _subject(name, resource)._replace(timezone=timezone) for name in fields(f)}
        by_path = {subject.path: subject for subject in by_name.values()}
        uses = Counter(subject.words for subject in by_path.values())
        uses += Counter(subject.participle for subject in by_path.values() if subject.participle)
        self._subjects = {name: _make_unique(subject, uses) for name, subject in by_name.items()}

    def get(self, name: str) -> Subject:
        """Return the field with this name in the filter."""
        return self._subjects[name]


def _make_unique(subject: Subject, uses: Counter[str]) -> Subject:
    """Return the subject without words that another subject uses as well."""
    if uses[subject.words] > 1:
        subject = subject._replace(words=quote(subject.path))
    if uses[subject.participle] > 1:
        subject = subject._replace(participle="")
    return subject


def _subject(name: str, resource: Resource | None) -> Subject:
    match = None
    if resource is not None:
        from epfilter.resources import resource_schema

        match = resource_schema(resource).find(name)
    if match is None:
        return Subject(name, _words_without_resource(name))
    declared = match.declared
    multivalued = declared.multivalued
    type_name = (declared.type.item or declared.type).name
    participle = ""
    if type_name in {"date", "datetime"} and not multivalued:
        event = _PARTICIPLE.fullmatch(match.path)
        participle = event[1].replace("_", " ") if event else ""
    words = _words(_remove_locales(match), match.path)
    if multivalued:
        words = _plural(words)
    return Subject(match.path, words, type_name, multivalued, participle)


def _words(name: str, path: str) -> str:
    """Return a name as words, or the whole path in quotes if it does not read as words."""
    words = re.split("[._]", name)
    if _PLAIN_PATH.fullmatch(name) and not any(map(_RESERVED_WORD.fullmatch, words)):
        return " ".join(words)
    return quote(path)


def _words_without_resource(name: str) -> str:
    """Return a name as words; the dots stay, because `a.b` and `a_b` are different fields."""
    words = _words(name, name)
    return words if words.startswith("“") else name.replace("_", " ")


def _remove_locales(match: FieldMatch) -> str:
    """Return the path without the word `locales` before a locale: `fr-FR.name`."""
    names, segments = match.declared_name.split("."), match.path.split(".")
    next_names = [*names[1:], ""]
    return ".".join(
        segment
        for segment, name, next_name in zip(segments, names, next_names, strict=True)
        if (name, next_name) != ("locales", "{locale}")
    )


def _noun(resource: Resource) -> str:
    """Return the noun of the objects that a resource lists: `PIM products`."""
    from epfilter.resources import resource_info

    name = resource_info(resource).name
    if not _PLAIN_PATH.fullmatch(name):
        return f"{quote(name)} objects"
    *others, last = re.split("[._]", name)
    if last == "search":
        others = ["results", "of", *others]
    words = [word if word.isupper() else word.lower() for word in (*others, _plural(last))]
    return " ".join(_ACRONYMS.get(word, word) for word in words)


def _plural(words: str) -> str:
    """Return the plural of words that may already be in the plural; a quoted name stays as it is.

    >>> _plural("brand id"), _plural("tags"), _plural("entry"), _plural("status")
    ('brand ids', 'tags', 'entries', 'statuses')
    """
    if not words[-1].isalpha() or words.endswith((*_UNCOUNTABLE, *_PLURAL_ENDINGS)):
        return words
    if words.endswith(("ss", "us", "x", "ch", "sh")):
        return f"{words}es"
    if words.endswith("s"):
        return words
    return re.sub("([^aeiou])y$", r"\1ie", words) + "s"
