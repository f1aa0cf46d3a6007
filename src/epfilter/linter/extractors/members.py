"""Finds the filters in a tree of data: payloads, collections of requests, descriptions of APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from epfilter.linter.extractors.calls import URLS
from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.json_trees import json_tree
from epfilter.linter.extractors.names import begins_as_a_filter, is_for_filters
from epfilter.linter.extractors.trees import Members, Node, Text
from epfilter.linter.extractors.urls import offer_urls

_FILTER = "filter"
_NAMES = ("key", "name")
"""Members that name a parameter: Postman's `key`; `name` in OpenAPI, Insomnia and HAR."""

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""The fields of a Path Item Object of OpenAPI that are operations."""


def offer_members(root: Node, reading: Reading, hint: Hint = NO_HINT) -> None:
    """Offer what a member or a parameter called `filter` holds, and the URLs in all other texts.

    `hint` is of the request whose body the tree is. Inside the tree, the member `job_type`, a
    request's `url` and `method`, and OpenAPI's paths and operations give others. A node that
    stands at several places is looked at once.
    """
    seen: set[int] = set()
    offered: set[int] = set()
    waiting: list[tuple[Node, Hint]] = [(root, hint)]
    while waiting:
        node, around = waiting.pop()
        if node is None or isinstance(node, bool) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Text):
            if id(node) not in offered:
                _offer_text(node, reading, around)
        elif isinstance(node, list):
            waiting += [(one, around) for one in reversed(node)]
        else:
            members = dict(node.pairs)
            around = _request(members, around)
            for text, of in _filters(node, members, around):
                if id(text) not in offered:
                    offered.add(id(text))
                    reading.offer(text.placed(), of)
            waiting += [(value, _below(key, around)) for key, value in reversed(node.pairs)]


def _filters(node: Members, members: Mapping[str, Node], hint: Hint) -> Iterator[tuple[Text, Hint]]:
    job = members.get("job_type")
    of = Hint(job_type=job.text) if isinstance(job, Text) else hint
    for key, value in node.pairs:
        if key == _FILTER and isinstance(value, Text):
            yield value, of
        elif key == _FILTER and isinstance(value, Members):  # as a schema describes it
            yield from ((text, of) for text in _values(dict(value.pairs)))
    names = [members.get(name) for name in _NAMES]
    if any(isinstance(name, Text) and name.text == _FILTER for name in names):
        yield from ((text, hint) for text in _values(members))
    elif any(isinstance(name, Text) and is_for_filters(name.text) for name in names):
        # As the variables of an environment are listed.
        yield from ((text, hint) for text in _values(members) if begins_as_a_filter(text.text))


def _values(parameter: Mapping[str, Node]) -> Iterator[Text]:
    """The values that a parameter is said to have.

    Source: OpenAPI 3.1, Parameter Object, Example Object and Schema Object; Postman's collection
    format 2.1, query parameter.
    """
    found = [parameter.get(name) for name in ("value", "example", "default")]
    schema = parameter.get("schema")
    if isinstance(schema, Members):
        members = dict(schema.pairs)
        found += [members.get(name) for name in ("example", "default")]
        found += _listed(members.get("examples"))
    found += _listed(parameter.get("examples"))
    for one in found:
        yield from (
            text for text in (one if isinstance(one, list) else [one]) if isinstance(text, Text)
        )


def _listed(examples: Node) -> list[Node]:
    if isinstance(examples, list):
        return examples
    if isinstance(examples, Members):
        return [
            dict(one.pairs).get("value") for _, one in examples.pairs if isinstance(one, Members)
        ]
    return []


def _request(members: Mapping[str, Node], hint: Hint) -> Hint:
    """The request that these members describe, or the one that they stand in."""
    for name in URLS:
        url = _url(members.get(name))
        if "/" in url:
            method = members.get("method")
            return Hint(url, method.text if isinstance(method, Text) else hint.method)
    return hint


def _url(value: Node) -> str:
    """A URL, or Postman's parts of one."""
    if isinstance(value, Members):
        parts = dict(value.pairs)
        raw, path = parts.get("raw"), parts.get("path")
        if isinstance(path, list) and not isinstance(raw, Text):
            return "/" + "/".join(one.text for one in path if isinstance(one, Text))
        value = raw
    return value.text if isinstance(value, Text) else ""


def _below(key: str, hint: Hint) -> Hint:
    if key.startswith("/"):
        return Hint(key)
    if hint.path and key.lower() in _METHODS:
        return hint._replace(method=key.upper())
    return hint


def _offer_text(node: Text, reading: Reading, hint: Hint) -> None:
    """A text may be JSON itself, as the body of a request in a collection is."""
    if _FILTER not in node.text:
        return
    source = node.placed()
    if node.text.lstrip().startswith(("{", "[")):
        try:
            tree = json_tree(source)
        except (ValueError, RecursionError):
            pass
        else:
            offer_members(tree, reading, hint)
            return
    offer_urls(source, reading, method=hint.method, path=hint.path)
