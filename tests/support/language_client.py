"""A client of the language server, connected to a server in the same process or to a command."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.io_ import run_async
from pytest_lsp import LanguageClient, client_capabilities

from epfilter.server import create_server

UNTIL = 30
"""Seconds after which an answer is a failure, also on a busy machine."""


_Register = Callable[[str], Callable[[Callable[..., None]], Callable[..., None]]]
"""How a client of pygls registers a handler, with the types that it does not declare."""


class Editor:
    """An editor with one server: it opens documents by name, and asks for what stands at a mark."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.registered: list[types.Registration] = []
        self.is_registered = asyncio.Event()
        self.messages: list[str] = []
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self._listen()

    def _listen(self) -> None:
        feature: _Register = self.client.feature

        @feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def receive(parameters: types.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(parameters)

        @feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(parameters: types.RegistrationParams) -> None:
            self.registered.extend(parameters.registrations)
            self.is_registered.set()

        @feature(types.WINDOW_SHOW_MESSAGE)
        def show(parameters: types.ShowMessageParams) -> None:
            self.messages.append(parameters.message)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "") -> types.TextDocumentIdentifier:
        """Open a document, or change it."""
        uri = self.uri(name)
        version = self.versions[uri] = self.versions.get(uri, 0) + 1
        self.texts[uri] = text
        if version == 1:
            item = types.TextDocumentItem(uri, language, version, text)
            self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        else:
            changed = types.VersionedTextDocumentIdentifier(version, uri)
            whole = types.TextDocumentContentChangeWholeDocument(text)
            self.client.text_document_did_change(
                types.DidChangeTextDocumentParams(changed, [whole])
            )
        return types.TextDocumentIdentifier(uri)

    async def wait_for_diagnostics(self, name: str) -> Sequence[types.Diagnostic]:
        """Return the diagnostics that are published for the last text."""
        uri = self.uri(name)
        while True:
            published = await asyncio.wait_for(self.published.get(), UNTIL)
            if (published.uri, published.version) == (uri, self.versions[uri]):
                return published.diagnostics

    async def wait_for_codes(self, name: str) -> list[int | str | None]:
        """Return the codes of the diagnostics that are published for the last text."""
        return [each.code for each in await self.wait_for_diagnostics(name)]

    def apply(self, name: str, edits: Sequence[types.TextEdit]) -> str:
        """Return the text of a document in ASCII with edits."""
        text = self.texts[self.uri(name)]
        lines = text.splitlines(keepends=True)
        starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
        for edit in sorted(edits, key=lambda edit: edit.range.start, reverse=True):
            start, end = (
                starts[at.line] + at.character for at in (edit.range.start, edit.range.end)
            )
            text = text[:start] + edit.new_text + text[end:]
        return text


def capabilities(
    *, pull: bool = False, dynamic: bool = True, encoding: str = "utf-16"
) -> types.ClientCapabilities:
    """Return the capabilities of Neovim, with or without those that change what the server does."""
    chosen = client_capabilities("neovim")
    assert chosen.text_document
    assert chosen.workspace
    assert chosen.general
    chosen.general.position_encodings = [types.PositionEncodingKind(encoding)]
    chosen.text_document.diagnostic = types.DiagnosticClientCapabilities() if pull else None
    chosen.text_document.formatting = types.DocumentFormattingClientCapabilities(dynamic)
    chosen.workspace.did_change_watched_files = types.DidChangeWatchedFilesClientCapabilities(
        dynamic
    )
    return chosen


async def _wait_for(client: LanguageClient, address: tuple[str, int]) -> None:
    """Connect to a server that may not listen yet."""
    for _ in range(UNTIL * 10):
        try:
            await client.start_tcp(*address)
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
        else:
            return


@asynccontextmanager
async def connect(
    folder: Path,
    capable: types.ClientCapabilities | None = None,
    command: Sequence[str] | None = None,
    address: tuple[str, int] | None = None,
) -> AsyncIterator[tuple[Editor, types.InitializeResult]]:
    """Yield an editor and the capabilities of its server; without a command or an address,
    it is in this process.
    """
    client = LanguageClient()
    editor = Editor(client, folder)
    stop = threading.Event()
    server = None
    if address is not None:
        await _wait_for(client, address)
    elif command is not None:
        await client.start_io(command[0], *command[1:])
    else:
        session = create_server()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            session.protocol.set_writer(writer)
            await run_async(stop, reader, session.protocol)
            session.shutdown()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        await client.start_tcp(*server.sockets[0].getsockname()[:2])
    result = await client.initialize_session(
        types.InitializeParams(
            capabilities=capable or capabilities(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
        )
    )
    yield editor, result
    if server is None:
        await client.shutdown_session()
    else:
        assert client.protocol.writer
        client.protocol.writer.close()
        server.close()
    await client.stop()  # type: ignore[no-untyped-call] # pygls declares no types here
