"""Reads YAML as trees whose texts know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import yaml

from epfilter.linter.extractors.mapped_text import Placed
from epfilter.linter.extractors.trees import Members, Node, Text
from epfilter.linter.extractors.yaml_scalars import LOADER, Scalar, content_start, placed_scalar

_DEEPEST = 500
"""The parser's work grows with the depth at each step."""


class NotYamlError(Exception):
    """The text is no YAML at `place`; `message` says why, in a user's words."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


@dataclass(slots=True)
class Yaml:
    """What a YAML file holds, as far as it was read: its documents, and where scalars stand.

    The parser's events are taken one by one, and never made to objects.
    """

    source: Placed
    documents: list[Node] = field(default_factory=list)
    scalars: list[tuple[int, int]] = field(default_factory=list)
    _open: list[_Collection] = field(default_factory=list)
    _anchors: dict[str, Node] = field(default_factory=dict)

    def parse(self) -> None:
        """Read all documents. Raises NotYamlError; what stands before the mistake is kept."""
        text = self.source.text
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise NotYamlError(_index(mark), _words(error)) from None
        except yaml.reader.ReaderError as error:
            raise NotYamlError(_place(text, error), "YAML allows no such character") from None
        except UnicodeEncodeError as error:
            raise NotYamlError(error.start, "YAML allows no such character") from None

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._anchors.clear()
            case yaml.AliasEvent():
                self._put(self._anchors.get(event.anchor or ""))
            case yaml.ScalarEvent():
                self._put_anchored(event, self._text(event))
            case yaml.SequenceStartEvent():
                items: list[Node] = []
                self._put_anchored(event, items)
                self._enter(_Collection(items, bool(event.flow_style)), event)
            case yaml.MappingStartEvent():
                members = Members([])
                self._put_anchored(event, members)
                self._enter(_Collection(members, bool(event.flow_style)), event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()

    def _enter(self, collection: _Collection, event: yaml.Event) -> None:
        if len(self._open) >= _DEEPEST:
            raise NotYamlError(
                _index(event.start_mark), "this YAML is nested too deeply to be read"
            )
        self._open.append(collection)

    def _text(self, event: yaml.ScalarEvent) -> Text:
        start, end = _index(event.start_mark), _index(event.end_mark)
        style = event.style or ""
        flow = bool(self._open) and self._open[-1].flow
        self.scalars.append((content_start(self.source.text, start, style), end))
        scalar = Scalar(event.value, start, end, style, flow)
        return Text(event.value, partial(placed_scalar, self.source, scalar))

    def _put_anchored(self, event: yaml.NodeEvent, node: Node) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._put(node)

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].put(node)
        else:
            self.documents.append(node)


@dataclass(slots=True)
class _Collection:
    node: list[Node] | Members
    flow: bool
    key: str | None = None

    def put(self, node: Node) -> None:
        if isinstance(self.node, list):
            self.node.append(node)
        elif self.key is None:
            self.key = node.text if isinstance(node, Text) else ""
        else:
            self.node.pairs.append((self.key, node))
            self.key = None


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


def _index(mark: _Mark | None) -> int:
    """Both parsers count characters, and a break of a line as it is written."""
    return mark.index if mark else 0


def _words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    for begin, said in _SAID.items():
        if begin in problem:
            return said
    return f"this is not YAML: {problem}"


_SAID = {
    "mapping values are not allowed": "a colon and a blank stand in a value without quotes",
    "could not find expected ':'": "this line is neither a member nor part of one",
    "expected <block end>": "this stands further left or right than what it belongs to",
    "did not find expected key": "this stands further left or right than what it belongs to",
    "expected '-' indicator": "this stands further left or right than what it belongs to",
    "did not find expected '-'": "this stands further left or right than what it belongs to",
    "unexpected end of stream": "the text in quotes that begins before has no closing quote",
    "node content": "a value is missing here",
    "expected ',' or": "a comma or a closing bracket is missing here",
    "cannot start any token": "no value begins with this character; put it in quotes",
}
"""What the parsers in C and in Python say, and what it means for who wrote the file."""


def _place(text: str, error: yaml.reader.ReaderError) -> int:
    """The parser in C counts bytes here, the one in Python characters."""
    if LOADER is yaml.SafeLoader:
        return int(error.position)
    return len(text.encode()[: error.position].decode(errors="ignore"))
