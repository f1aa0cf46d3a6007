"""YAML: payloads, descriptions of APIs, the settings of pipelines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import yaml

from epfilter.linter.extractors.data_sinks import add_data_filters
from epfilter.linter.extractors.data_tree import DataNode, ObjectNode, StringNode
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.urls import add_unparsed_urls, describe_url_search, is_template
from epfilter.linter.extractors.yaml_scalars import LOADER, Scalar, content_start, map_scalar

_COMMENT = re.compile(r"(?<![^\s\ufeff])#[^\r\n\x85\u2028\u2029]*")
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_MAX_DEPTH = 500
"""The work of the parser grows with the depth at each step."""

_MESSAGES = {
    "mapping values are not allowed": (
        "an unquoted value cannot contain a colon and a space; put the value in quotes"
    ),
    "could not find expected ':'": "this line is not part of a mapping; a colon may be missing",
    "expected <block end>": "this does not fit the indentation of the lines before",
    "did not find expected key": "this does not fit the indentation of the lines before",
    "expected '-' indicator": "this does not fit the indentation of the lines before",
    "did not find expected '-'": "this does not fit the indentation of the lines before",
    "unexpected end of stream": "the string that starts before this has no closing quote",
    "node content": "a value is missing here",
    "expected ',' or": "a comma or a closing bracket is missing here",
    "cannot start any token": "a value cannot start with this character; put it in quotes",
}
"""Our messages, by what those of the parsers in C and in Python contain."""


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the filters and comments of all documents up to the first syntax error.

    A template is not YAML before it is filled in, which is not an error: then URLs are searched.
    """
    text = source.text
    if text.startswith(_BYTE_ORDER_MARK):
        # The parsers in C and in Python count it differently.
        source = source.slice(len(text) - len(text.lstrip(_BYTE_ORDER_MARK)), len(text))
    parser = _YamlParser(source)
    syntax_error = None
    try:
        parser.parse()
    except YamlSyntaxError as error:
        syntax_error = error
    add_data_filters(parser.documents, extraction)
    size = len(source.text)
    _add_comments(source, parser, extraction, syntax_error.position if syntax_error else size)
    if syntax_error:
        end = min(syntax_error.position + 1, size)
        start = min(syntax_error.position, end)
        message = syntax_error.message
        is_partial = is_template(source.text)
        if is_partial:
            done = _index_of(parser.scalars[-1].end_mark) if parser.scalars else 0
            add_unparsed_urls(source.slice(done, size), extraction)
            message = describe_url_search("YAML", message)
        extraction.add_problem(source, start, end, message, is_partial=is_partial)


def _add_comments(
    source: MappedText, parser: _YamlParser, extraction: Extraction, end: int
) -> None:
    """Add the comments before `end`: each starts with a `#` that does not stand in a scalar."""
    if "epfilter" not in source.text:
        return
    done = 0
    spans = [_content_span(source.text, event) for event in parser.scalars]
    for scalar_start, scalar_end in [*spans, (end, end)]:
        for comment in _COMMENT.finditer(source.text, done, max(scalar_start, done)):
            extraction.add_comment(source, *comment.span(), "#")
        done = max(done, scalar_end)


class YamlSyntaxError(Exception):
    """A syntax error of YAML at `position`, with a message for users."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


@dataclass(slots=True)
class _YamlParser:
    """Parses a YAML file into its documents, and keeps the events of its scalars.

    It consumes the events of PyYAML, which constructs no objects from them.
    """

    source: MappedText
    documents: list[DataNode] = field(default_factory=list)
    scalars: list[yaml.ScalarEvent] = field(default_factory=list)
    _open: list[_Collection] = field(default_factory=list)
    _anchors: dict[str, DataNode] = field(default_factory=dict)

    def parse(self) -> None:
        """Parse all documents. Raises YamlSyntaxError; what stands before the error is kept."""
        text = self.source.text
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._consume(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise YamlSyntaxError(_index_of(mark), _translate_error(error)) from None
        except yaml.reader.ReaderError as error:
            position = _position_of_reader_error(text, error)
            raise YamlSyntaxError(position, "YAML does not allow this character") from None
        except UnicodeEncodeError as error:
            raise YamlSyntaxError(error.start, "YAML does not allow this character") from None

    def _consume(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():  # first, because it is by far the most frequent
                self._add_anchored(event, self._make_string(event))
            case yaml.DocumentStartEvent():
                self._anchors.clear()
            case yaml.AliasEvent():
                self._add(self._anchors.get(event.anchor or ""))
            case yaml.SequenceStartEvent():
                items: list[DataNode] = []
                self._add_anchored(event, items)
                self._enter(_Collection(items, bool(event.flow_style)), event)
            case yaml.MappingStartEvent():
                node = ObjectNode([])
                self._add_anchored(event, node)
                self._enter(_Collection(node, bool(event.flow_style)), event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()

    def _enter(self, collection: _Collection, event: yaml.Event) -> None:
        if len(self._open) >= _MAX_DEPTH:
            raise YamlSyntaxError(_index_of(event.start_mark), "this YAML is nested too deeply")
        self._open.append(collection)

    def _make_string(self, event: yaml.ScalarEvent) -> StringNode:
        self.scalars.append(event)
        in_flow = bool(self._open) and self._open[-1].is_flow
        return StringNode(event.value, partial(_map_event, self.source, event, in_flow=in_flow))

    def _add_anchored(self, event: yaml.NodeEvent, node: DataNode) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._add(node)

    def _add(self, node: DataNode) -> None:
        if self._open:
            self._open[-1].add(node)
        else:
            self.documents.append(node)


@dataclass(slots=True)
class _Collection:
    """A sequence or mapping that is being parsed, and the key that waits for its value."""

    node: list[DataNode] | ObjectNode
    is_flow: bool
    key: str | None = None

    def add(self, node: DataNode) -> None:
        if isinstance(self.node, list):
            self.node.append(node)
        elif self.key is None:
            self.key = node.text if isinstance(node, StringNode) else ""
        else:
            self.node.members.append((self.key, node))
            self.key = None


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


def _index_of(mark: _Mark | None) -> int:
    """Return the index of a mark: both parsers count characters, and line breaks as written."""
    return mark.index if mark else 0


def _map_event(source: MappedText, event: yaml.ScalarEvent, *, in_flow: bool) -> MappedText:
    start, end = _index_of(event.start_mark), _index_of(event.end_mark)
    return map_scalar(source, Scalar(event.value, start, end, event.style or "", in_flow))


def _content_span(text: str, event: yaml.ScalarEvent) -> tuple[int, int]:
    start, end = _index_of(event.start_mark), _index_of(event.end_mark)
    return content_start(text, start, event.style or ""), end


def _translate_error(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    known = (message for part, message in _MESSAGES.items() if part in problem)
    return next(known, f"not valid YAML: {problem}")


def _position_of_reader_error(text: str, error: yaml.reader.ReaderError) -> int:
    """Return the position in characters: the parser in C counts bytes here."""
    if LOADER is yaml.SafeLoader:
        return int(error.position)
    return len(text.encode()[: error.position].decode(errors="ignore"))
