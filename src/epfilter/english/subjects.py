"""What a sentence speaks of: the objects that a resource lists, and their fields."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import Filter, fields
from epfilter.english.operands import quoted

if TYPE_CHECKING:
    from epfilter.resources import Match, Resource

_NOUN_WITHOUT_RESOURCE = "objects"

_SEGMENT = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\[[0-9]+\])*"
_PLAIN = re.compile(rf"(?=[A-Za-z]){_SEGMENT}(?:[._]{_SEGMENT})*")
"""A path that can be read as words; any other name stands in quotes, as it is."""

_SENTENCE = re.compile(
    "all|and|any|are|begin|begins|both|contain|contains|either|ends|exactly|greater|has|have|"
    "include|includes|is|least|less|match|matches|most|no|not|of|one|or|than|whose|with|without",
    re.IGNORECASE,
)
"""Words of the sentence itself: a field that has one in its name stands in quotes."""

_PARTICIPLE = re.compile(
    r"((?:first_|last_)?(?:[a-z]+ed|begun|bought|made|paid|sent|sold))_(at|on)"
)
_ACRONYMS = {"api": "API", "apis": "APIs", "cm": "CM", "pim": "PIM"}
_UNCOUNTED = ("data", "info", "information", "inventory", "search", "stock")
_ENDS_LIKE_A_PLURAL = ("is", "ss", "us")
_IS_A_PLURAL = ("skus", "menus")


class Subject(NamedTuple):
    """A field as a sentence speaks of it.

    `path` is its own name, aliases resolved; `words` those names as words, in the plural where one
    object can have `several`; `participle` says what happened to the object then (`created` for
    `created_at`); `kind` is the name of the type of its values, empty where nothing tells.
    """

    path: str
    words: str
    kind: str = ""
    several: bool = False
    participle: str = ""

    @property
    def is_plural(self) -> bool:
        """Whether its verb stands in the plural."""
        return (
            self.several
            or (self.words.endswith("s") and not self.words.endswith(_ENDS_LIKE_A_PLURAL))
            or self.words.endswith(_IS_A_PLURAL)
        )


class Subjects:
    """The objects and fields that a filter speaks of; each field in words of its own.

    >>> from epfilter import F
    >>> from epfilter.resources import orders
    >>> known = Subjects(F["customer.name"].eq("Ron"), orders)
    >>> known.noun, known.of("customer.name").words
    ('orders', 'name')
    """

    def __init__(self, f: Filter, resource: Resource | None) -> None:
        self.noun = _NOUN_WITHOUT_RESOURCE if resource is None else _noun(resource)
        found = {name: _subject(name, resource) for name in fields(f)}
        each = {subject.path: subject for subject in found.values()}.values()
        shared = Counter(subject.words for subject in each)
        shared += Counter(subject.participle for subject in each if subject.participle)
        self._found = {name: _alone(subject, shared) for name, subject in found.items()}

    def of(self, name: str) -> Subject:
        """The field that the filter calls so."""
        return self._found[name]


def _alone(subject: Subject, shared: Counter[str]) -> Subject:
    """The subject in its own name where its words are those of another one, too."""
    if shared[subject.words] > 1:
        subject = subject._replace(words=quoted(subject.path))
    if shared[subject.participle] > 1:
        subject = subject._replace(participle="")
    return subject


def _subject(name: str, resource: Resource | None) -> Subject:
    match = None
    if resource is not None:
        from epfilter.resources import resource_schema

        match = resource_schema(resource).find(name)
    if match is None:
        return Subject(name, _words(name, name))
    kind = match.declared.type
    several = match.declared.multivalued or kind.item is not None
    kind = kind.item or kind
    participle = ""
    if kind.name in {"date", "datetime"} and not several:
        found = _PARTICIPLE.fullmatch(match.path)
        participle = found[1].replace("_", " ") if found else ""
    words = _words(_without_locales(match), match.path)
    if several:
        words = _plural(words)
    return Subject(match.path, words, kind.name, several, participle)


def _words(name: str, path: str) -> str:
    """A name as words where it is plain; else the whole path as it is, in quotes."""
    words = re.split("[._]", name)
    if _PLAIN.fullmatch(name) and not any(map(_SENTENCE.fullmatch, words)):
        return " ".join(words)
    return quoted(path)


def _without_locales(match: Match) -> str:
    """The path without the word `locales` before a locale: `fr-FR.name`."""
    declared, path = match.pattern.split("."), match.path.split(".")
    following = [*declared[1:], ""]
    return ".".join(
        segment
        for segment, name, after in zip(path, declared, following, strict=True)
        if (name, after) != ("locales", "{locale}")
    )


def _noun(resource: Resource) -> str:
    """What a resource lists, from its name: `PIM products`."""
    from epfilter.resources import resource_info

    name = resource_info(resource).name
    if not re.fullmatch(_PLAIN, name):
        return f"{quoted(name)} objects"
    *others, last = re.split("[._]", name)
    words = [word if word.isupper() else word.lower() for word in (*others, _plural(last))]
    return " ".join(_ACRONYMS.get(word, word) for word in words)


def _plural(words: str) -> str:
    """The plural, where it is none yet; of a name in quotes it is the name.

    >>> _plural("brand id"), _plural("tags"), _plural("entry"), _plural("status")
    ('brand ids', 'tags', 'entries', 'statuses')
    """
    if not words[-1].isalpha() or words.endswith((*_UNCOUNTED, *_IS_A_PLURAL)):
        return words
    if words.endswith(("ss", "us", "x", "ch", "sh")):
        return f"{words}es"
    if words.endswith("s"):
        return words
    return re.sub("([^aeiou])y$", r"\1ie", words) + "s"
