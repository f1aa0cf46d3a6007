"""Where filters stand in data files: payloads, request collections, descriptions of APIs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from epfilter.linter.extractors.command_lines import add_command_filters
from epfilter.linter.extractors.data_tree import DataNode, ObjectNode, StringNode, parse_json
from epfilter.linter.extractors.examples import add_examples
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import has_example, is_filter_name, starts_like_filter
from epfilter.linter.extractors.multi_search import SEARCH_PARAMETER
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, URL_MEMBERS, RequestContext
from epfilter.linter.extractors.urls import add_url_filters

_FILTER = "filter"
_PARAMETER_NAMES = ("key", "name")
"""Members that name a parameter: Postman's `key`; `name` in OpenAPI, Insomnia and HAR."""

_ASSIGNED_NAME = re.compile(r"(\w+)=")
"""The variable of an item such as `ORDERS_FILTER=eq(status,complete)`.

Source: the specification of Compose, `environment`.
"""

_DESCRIPTIONS = frozenset({"description", "summary"})
_OPERATIONS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""The fields of a Path Item Object of OpenAPI that are operations."""


def add_data_filters(
    root: DataNode, extraction: Extraction, context: RequestContext = NO_CONTEXT
) -> None:
    """Add the values of members and parameters named `filter`, and the URLs in all other strings.

    `context` is the request whose body the tree is. Inside the tree, the member `job_type`, the
    `url` and `method` of a request, and the paths and operations of OpenAPI replace it. A node
    that stands in several positions is visited once.
    """
    visited: set[int] = set()
    added: set[int] = set()
    stack: list[tuple[DataNode, RequestContext]] = [(root, context)]
    while stack:
        node, outer = stack.pop()
        if node is None or isinstance(node, bool) or id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, StringNode):
            if id(node) not in added:
                _add_string(node, extraction, outer)
        elif isinstance(node, list):
            added.update(_add_assignments(node, extraction))
            stack += [(item, outer) for item in reversed(node)]
        else:
            _add_descriptions(node, extraction, outer)
            members = dict(node.members)
            request = _find_request(members, outer)
            for string, filter_context in _find_filters(node, members, request):
                if id(string) not in added:
                    added.add(id(string))
                    extraction.add_candidate(string.map(), filter_context)
            search = members.get(SEARCH_PARAMETER)
            if isinstance(search, StringNode):
                extraction.add_search_filter(search.map())
            stack += [
                (value, _request_of_member(name, request)) for name, value in reversed(node.members)
            ]


def _add_assignments(items: list[DataNode], extraction: Extraction) -> Iterator[int]:
    """Add the values of variables in a list such as that of Compose; yield the ids of the items."""
    for item in items:
        name = _ASSIGNED_NAME.match(item.text) if isinstance(item, StringNode) else None
        if isinstance(item, StringNode) and name and is_filter_name(name[1]):
            start = name.end()
            if starts_like_filter(item.text[start:]):
                extraction.add_candidate(item.map().slice(start, len(item.text)), NAMED)
                yield id(item)


def _add_descriptions(node: ObjectNode, extraction: Extraction, request: RequestContext) -> None:
    """Add the examples of filters in the descriptions of an API, which are Markdown."""
    for name, value in node.members:
        if name in _DESCRIPTIONS and isinstance(value, StringNode) and has_example(value.text):
            add_examples(value.map(), extraction, request)


def _find_filters(
    node: ObjectNode, members: Mapping[str, DataNode], request: RequestContext
) -> Iterator[tuple[StringNode, RequestContext]]:
    job = members.get("job_type")
    context = request._replace(is_named=True)
    if isinstance(job, StringNode):
        context = RequestContext(job_type=job.text, job_span=job.map().bounds)
    for name, value in node.members:
        if name == _FILTER and isinstance(value, StringNode):
            yield value, context
        elif name == _FILTER and isinstance(value, ObjectNode):  # a property of a schema
            yield from ((string, context) for string in _find_values(dict(value.members)))
        elif is_filter_name(name):
            values = _find_values(dict(value.members)) if isinstance(value, ObjectNode) else [value]
            yield from (
                (string, NAMED)
                for string in values
                if isinstance(string, StringNode) and starts_like_filter(string.text)
            )
    names = [members.get(name) for name in _PARAMETER_NAMES]
    if any(isinstance(name, StringNode) and name.text == _FILTER for name in names):
        yield from ((string, request) for string in _find_values(members))
    elif any(isinstance(name, StringNode) and is_filter_name(name.text) for name in names):
        # A list of variables, as environments have.
        yield from (
            (string, context) for string in _find_values(members) if starts_like_filter(string.text)
        )


def _find_values(parameter: Mapping[str, DataNode]) -> Iterator[StringNode]:
    """Yield the values that a parameter has: its value, default and examples.

    Source: OpenAPI 3.1, Parameter Object, Example Object and Schema Object; Postman's collection
    format 2.1, query parameter.
    """
    values = [parameter.get(name) for name in ("value", "example", "default")]
    schema = parameter.get("schema")
    if isinstance(schema, ObjectNode):
        members = dict(schema.members)
        values += [members.get(name) for name in ("example", "default")]
        values += _list_examples(members.get("examples"))
    values += _list_examples(parameter.get("examples"))
    for value in values:
        items = value if isinstance(value, list) else [value]
        yield from (item for item in items if isinstance(item, StringNode))


def _list_examples(examples: DataNode) -> list[DataNode]:
    if isinstance(examples, list):
        return examples
    if isinstance(examples, ObjectNode):
        return [
            dict(example.members).get("value")
            for _, example in examples.members
            if isinstance(example, ObjectNode)
        ]
    return []


def _find_request(members: Mapping[str, DataNode], outer: RequestContext) -> RequestContext:
    """Return the request that the members describe, or else the one around them."""
    for name in URL_MEMBERS:
        url = _read_url(members.get(name))
        if "/" in url:
            method = members.get("method")
            return RequestContext(
                url, method.text if isinstance(method, StringNode) else outer.method
            )
    return outer


def _read_url(value: DataNode) -> str:
    """Return a URL, which Postman splits into parts."""
    if isinstance(value, ObjectNode):
        parts = dict(value.members)
        raw, path = parts.get("raw"), parts.get("path")
        if isinstance(path, list) and not isinstance(raw, StringNode):
            return "/" + "/".join(part.text for part in path if isinstance(part, StringNode))
        value = raw
    return value.text if isinstance(value, StringNode) else ""


def _request_of_member(name: str, request: RequestContext) -> RequestContext:
    """Return the request inside a member: OpenAPI's paths and operations are member names."""
    if name.startswith("/"):
        return RequestContext(name)
    if request.path and name.lower() in _OPERATIONS:
        return request._replace(method=name.upper())
    return request


def _add_string(node: StringNode, extraction: Extraction, request: RequestContext) -> None:
    """Add the filters of a string, which may be JSON itself, as the body of a request is."""
    if _FILTER not in node.text:
        return
    source = node.map()
    if node.text.lstrip().startswith(("{", "[")):
        try:
            tree = parse_json(source)
        except (ValueError, RecursionError):
            pass
        else:
            add_data_filters(tree, extraction, request)
            return
    add_command_filters(source, extraction)
    add_url_filters(source, extraction, request=request)
