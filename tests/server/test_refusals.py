"""Messages that no handler can take: each request has a response, and the session goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from epfilter.server import create_server
from epfilter.server.session import Session
from support.rows import for_each

URI = "file:///shop/a.filter"


class Wire:
    """A session whose messages are JSON, without a connection."""

    def __init__(self) -> None:
        self.session: Session = create_server()
        self.sent: list[dict[str, Any]] = []
        self.session.protocol.set_writer(self, include_headers=False)

    def write(self, data: bytes) -> None:
        """Keep a message that is sent."""
        self.sent.append(json.loads(data))

    def close(self) -> None:
        """Do nothing, as the interface of a writer requires."""

    def send(self, method: str, params: object, number: int | None = None) -> list[dict[str, Any]]:
        """Return what is sent at once for a message."""
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        self.sent.clear()
        protocol = self.session.protocol
        structured: Any = json.loads(json.dumps(message), object_hook=protocol.structure_message)
        protocol.handle_message(structured)
        return [*self.sent]

    def initialize(self) -> None:
        capabilities: object = {"textDocument": {"diagnostic": {}}}
        params = {"processId": None, "rootUri": None, "capabilities": capabilities}
        (response,) = self.send("initialize", params, 0)
        assert "result" in response


@pytest.fixture
def wire() -> Wire:
    wire = Wire()
    wire.initialize()
    return wire


@for_each(
    "params",
    [
        None,
        [],
        {"textDocument": 5, "position": {"line": 0, "character": 0}},
        {"textDocument": {"uri": URI}, "position": {"line": -1, "character": 0}},
        {"textDocument": {"uri": "http://[::1"}, "position": {"line": 0, "character": 0}},
    ],
    ids=str,
)
def test_a_request_with_invalid_parameters_has_an_error(wire: Wire, params: object) -> None:
    (response,) = wire.send("textDocument/hover", params, 7)
    assert (response["id"], response["error"]["code"]) == (7, -32602)


def test_a_request_outside_of_the_session_has_an_error() -> None:
    wire = Wire()
    (early,) = wire.send("textDocument/hover", _hover(URI), 1)
    assert (early["id"], early["error"]["code"]) == (1, -32002)
    assert wire.send("initialized", {}) == []
    wire.initialize()
    (end,) = wire.send("shutdown", None, 2)
    assert "error" not in end
    (late,) = wire.send("textDocument/hover", _hover(URI), 3)
    assert (late["id"], late["error"]["code"]) == (3, -32600)
    assert wire.send("textDocument/didOpen", _opened(URI)) == []


@for_each("uri", [URI, "http://[::1", "file://", "untitled:"])
def test_a_change_of_a_document_that_is_not_open_is_ignored(wire: Wire, uri: str) -> None:
    document = {"uri": uri, "version": 2}
    params = {"textDocument": document, "contentChanges": [{"text": "eq(a,1)"}]}
    assert wire.send("textDocument/didChange", params) == []
    assert wire.session.open_files == {}


@for_each("uri", ["file://", "file:///", "untitled:", "untitled:Untitled-1", "", "file:///a%00b"])
def test_a_document_without_a_file_name_is_served(wire: Wire, uri: str) -> None:
    assert wire.send("textDocument/didOpen", _opened(uri)) == []
    file = wire.session.get_file(uri)
    assert [found.code for found in file.lint().diagnostics] == ["EPF108"]
    assert wire.send("textDocument/didClose", {"textDocument": {"uri": uri}}) == []


def test_a_document_without_a_valid_uri_is_ignored(wire: Wire) -> None:
    assert wire.send("textDocument/didOpen", _opened("http://[::1")) == []
    assert wire.send("textDocument/didClose", {"textDocument": {"uri": "http://[::1"}}) == []
    changes = {"changes": [{"uri": "http://[::1", "type": 1}]}
    assert wire.send("workspace/didChangeWatchedFiles", changes) == []


def _hover(uri: str) -> object:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


def _opened(uri: str) -> object:
    document = {"uri": uri, "languageId": "epfilter", "version": 1, "text": "gte(a,1)"}
    return {"textDocument": document}
