"""Commands in texts that are not shell scripts: runbooks, settings, documentation, programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from epfilter.errors import Span
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText
from epfilter.linter.extractors.platform_commands import find_command_filters
from epfilter.linter.extractors.shell_words import map_word

_MENTION = re.compile(r"(?<![\w.-])(?:epcc|epfilter)[ \t]+[\w-]")
_TEMPLATE = r"\{\{(?:[^{}]|\{(?!\{)|\}(?!\}))*+\}\}"
_QUOTED = rf"""'[^']*+'|"(?:{_TEMPLATE}|\\[\s\S]|[^"\\])*+\""""
_WORD = re.compile(rf"""(?:{_QUOTED})(?=\))|(?:{_TEMPLATE}|{_QUOTED}|\\[^\r\n]|[^\s'"\\;`])++""")
"""A word; a parenthesis directly after a quoted one closes the substitution of the command."""

_EXPANSION = re.compile(rf"{_TEMPLATE}|\$\{{[^{{}}]*\}}|\$\([^()]*\)|\$\w+")
_END = frozenset({"|", "||", "&&", "&"})
_CONTINUATION = re.compile(r"\\(?:\r\n|[\r\n])")


def add_command_filters(
    source: MappedText, extraction: Extraction, *, built_with: str = ""
) -> None:
    """Add the filters of the commands `epcc` and `epfilter` in a text.

    A command ends with its line. `built_with` names the construct that made the text, as in
    `Extraction.add_candidate`.
    """
    done = 0
    for mention in _MENTION.finditer(source.text):
        if mention.start() < done:
            continue
        spans = [*_split_words(source.text, mention.start())]
        done = spans[-1].end
        words = [map_word(source, *span, _find_expansions(source, span)) for span in spans]
        for index, request in find_command_filters([word.value.text for word in words]):
            value = _keep_placeholders(words[index].value, source)
            extraction.add_candidate(value, request, built_with)


def _split_words(text: str, start: int) -> Iterator[Span]:
    """Yield the words of the command that starts there."""
    end = start
    for match in _WORD.finditer(text, start):
        if match[0] in _END or _ends_command(text[end : match.start()]):
            return
        end = match.end()
        yield Span(*match.span())


def _ends_command(gap: str) -> bool:
    """Return whether the text between two words, such as a line break, ends a command."""
    rest = _CONTINUATION.sub("", gap)
    return bool(rest.strip()) or "\n" in rest or "\r" in rest


def _keep_placeholders(value: MappedText, source: MappedText) -> MappedText:
    """Return the value of a word with the placeholders of the source, which quotes hide."""
    if not source.placeholders:
        return value
    inserted = {source.starts[index] for index in source.placeholders}
    hidden = {
        i
        for i, char in enumerate(value.text)
        if char == PLACEHOLDER and value.starts[i] in inserted
    }
    return replace(value, placeholders=value.placeholders | hidden)


def _find_expansions(source: MappedText, span: Span) -> dict[int, int]:
    """Return where each expansion of a word ends, by its start."""
    start, end = span
    expansions = {index: index + 1 for index in source.placeholders if start <= index < end}
    return expansions | dict(match.span() for match in _EXPANSION.finditer(source.text, start, end))
