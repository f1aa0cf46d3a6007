"""The state of a session: the open files, the worker that lints, and what clients are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from epfilter.errors import Diagnostic
from epfilter.linter.files import hash_text
from epfilter.server.client_process import end_with_process, is_running
from epfilter.server.conversion import to_diagnostic
from epfilter.server.open_file import OpenFile
from epfilter.server.positions import Positions
from epfilter.server.projects import Projects
from epfilter.server.protocol import Protocol
from epfilter.version import __version__

T = TypeVar("T")

_DELAY = 0.05
"""Seconds without a change after which a file is linted."""

_FOLLOWED_DELAY = 0.3
"""The same where the findings in the filter that is typed are published at once."""


class Session(LanguageServer):
    """The server of one client.

    Everything that lints runs in one worker thread, so that the client can go on, and cancel what
    has not begun. The state of files changes only in the event loop.
    """

    def __init__(self) -> None:
        # Documents are sent whole: pygls would count other characters as line ends, too.
        super().__init__(
            "epfilter",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=Protocol,
        )
        self.projects = Projects(self._show_error)
        self.changed = asyncio.Event()
        self._files: dict[str, OpenFile] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._worker = ThreadPoolExecutor(1, "epfilter-linter")

    def shutdown(self) -> None:
        """End the worker, too."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        super().shutdown()  # type: ignore[no-untyped-call] # pygls declares no types here

    def watch_client(self) -> None:
        """End this process when that of the client has ended, if it can be seen from here.

        It cannot from a container.
        """
        number = self.process_id
        if number is not None and is_running(number):
            self._watching = asyncio.create_task(end_with_process(number))

    def supports(self, capability: str) -> bool:
        """Return whether the client has a capability, by its path such as `workspace.folders`."""
        return bool(get_capability(self.client_capabilities, capability))

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """Return the result of a function that runs in the worker."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, function, *arguments)

    def get_file(self, uri: str) -> OpenFile:
        """Return an open file, or one on disk; a file that cannot be read is empty."""
        file = self._files.get(uri)
        if file is not None:
            return file
        document = self.workspace.get_text_document(uri)
        try:
            text = document.source
        except (OSError, UnicodeError):
            text = ""
        return self.projects.open(text, self.path_of(uri), document.language_id or "")

    @property
    def open_files(self) -> dict[str, OpenFile]:
        """The files that are open in the client, by their URIs."""
        return dict(self._files)

    def path_of(self, uri: str) -> Path:
        """Return the path of a URI; what is not a file stands in the first folder, or nowhere."""
        try:
            path = Path(to_fs_path(uri) or "")
        except ValueError:
            path = Path()
        if path.name:
            return path
        name = unquote(uri).rpartition("/")[2].replace(":", "-")
        return Path(self.workspace.root_path or "/") / (name or "untitled")

    def positions_of(self, text: str) -> Positions:
        """Return the positions of a text in the encoding of the client."""
        encoding = types.PositionEncodingKind(self.workspace.position_encoding)
        return Positions(text, encoding.value)

    def update_file(self, uri: str, *, delay: float = _DELAY) -> None:
        """Read a document that was opened or changed, and publish its diagnostics later."""
        document = self.workspace.get_text_document(uri)
        old = self._files.get(uri)
        if old is None:
            language = document.language_id or ""
            self._files[uri] = self.projects.open(document.source, self.path_of(uri), language)
        else:
            self._files[uri] = old.change(document.source)
        self.changed.set()
        if not self._pulls:
            self._cancel(uri)
            self._tasks[uri] = asyncio.create_task(self._publish(uri, document.version, delay))

    def close_file(self, uri: str) -> None:
        """Forget a document, and remove its diagnostics."""
        self._files.pop(uri, None)
        self._cancel(uri)
        self.changed.set()
        if not self._pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def reload(self) -> None:
        """Read the configurations again, and lint all open files again."""
        self.projects.reload()
        uris = [*self._files]
        self._files.clear()
        for uri in uris:
            self.update_file(uri, delay=0)
        if self.supports("workspace.diagnostics.refresh_support"):
            self.workspace_diagnostic_refresh(None)

    async def diagnose(self, file: OpenFile) -> list[types.Diagnostic]:
        """Return the diagnostics of a file."""
        return await self.work(self.diagnose_now, file)

    def diagnose_now(self, file: OpenFile) -> list[types.Diagnostic]:
        """Return the diagnostics of a file, in the thread of the caller."""
        return self._convert(file, self.projects.list_findings(file))

    def _convert(self, file: OpenFile, found: list[Diagnostic]) -> list[types.Diagnostic]:
        positions = self.positions_of(file.text)
        return [to_diagnostic(each, positions) for each in found]

    async def _publish(self, uri: str, version: int | None, delay: float) -> None:
        file = self._files[uri]
        followed = self.projects.follow_findings(file)
        if followed is not None:
            delay = _FOLLOWED_DELAY
            self._send_diagnostics(uri, version, self._convert(file, followed))
        await asyncio.sleep(delay)
        diagnostics = await self.diagnose(file)
        if followed is None or diagnostics != self._convert(file, followed):
            self._send_diagnostics(uri, version, diagnostics)

    def _send_diagnostics(
        self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]
    ) -> None:
        parameters = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self.text_document_publish_diagnostics(parameters)

    def _cancel(self, uri: str) -> None:
        task = self._tasks.pop(uri, None)
        if task is not None:
            task.cancel()

    @property
    def _pulls(self) -> bool:
        """Whether the client requests diagnostics itself."""
        return self.supports("text_document.diagnostic")

    def _show_error(self, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))


def identify(diagnostics: list[types.Diagnostic]) -> str:
    """Return the id of a result, which is equal for equal diagnostics."""
    return hash_text(repr(diagnostics))
