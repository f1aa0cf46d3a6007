"""The features of the server: each handler converts a request, and calls what does the work."""

from __future__ import annotations

from itertools import chain

from lsprotocol import types

from epfilter.errors import Span
from epfilter.linter.extractors import FILE_KINDS
from epfilter.server import conversion, file_actions
from epfilter.server.open_file import OpenFile, Place
from epfilter.server.projects import WATCHED_NAMES
from epfilter.server.session import Session, identify
from epfilter.server.workspace_diagnostics import WorkspaceDiagnostics

_FORMATTED = "**/*.{filter,filters}"
_REGISTERS_FORMATTING = "text_document.formatting.dynamic_registration"


def create_server() -> Session:
    """Return a server; its `start_io` and `start_tcp` serve one client.

    >>> create_server().name
    'epfilter'
    """
    server = Session()
    _add_documents(server)
    _add_diagnostics(server)
    _add_editing(server)
    _add_outline(server)
    _add_actions(server)
    _add_registrations(server)
    return server


def _add_documents(server: Session) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def open_document(parameters: types.DidOpenTextDocumentParams) -> None:
        server.update_file(parameters.text_document.uri, delay=0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def change_document(parameters: types.DidChangeTextDocumentParams) -> None:
        server.update_file(parameters.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def close_document(parameters: types.DidCloseTextDocumentParams) -> None:
        server.close_file(parameters.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def save_document(parameters: types.DidSaveTextDocumentParams) -> None:
        _reload([parameters.text_document.uri])

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def change_files(parameters: types.DidChangeWatchedFilesParams) -> None:
        _reload([change.uri for change in parameters.changes])

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def change_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.changed.set()

    def _reload(uris: list[str]) -> None:
        server.changed.set()
        if any(server.projects.depends_on(server.path_of(uri)) for uri in uris):
            server.reload()


def _add_diagnostics(server: Session) -> None:
    workspace = WorkspaceDiagnostics(server)

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(
            inter_file_dependencies=False, workspace_diagnostics=True, identifier="epfilter"
        ),
    )
    async def diagnose(
        parameters: types.DocumentDiagnosticParams,
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        found = await server.diagnose(server.get_file(parameters.text_document.uri))
        result_id = identify(found)
        if parameters.previous_result_id == result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
        return types.RelatedFullDocumentDiagnosticReport(found, result_id=result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def diagnose_workspace(
        parameters: types.WorkspaceDiagnosticParams,
    ) -> types.WorkspaceDiagnosticReport:
        known = {each.uri: each.value for each in parameters.previous_result_ids}
        return await workspace.report(known)


async def _find_place(
    server: Session,
    parameters: types.CompletionParams | types.HoverParams | types.SignatureHelpParams,
    *,
    begins: bool = False,
) -> tuple[OpenFile, Place | None, int]:
    """Return the file of a request, the place in it, and its offset."""
    file = server.get_file(parameters.text_document.uri)
    offset = server.positions_of(file.text).offset_of(parameters.position)
    place = file.find_place_at_once(offset)
    if place is None:
        place = await server.work(lambda: file.find_place(offset, begins=begins))
    return file, place, offset


def _add_editing(server: Session) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=["(", ",", ":", "|", "=", '"', "'"]),
    )
    async def complete(parameters: types.CompletionParams) -> types.CompletionList:
        file, place, offset = await _find_place(server, parameters, begins=True)
        if place is None:
            return types.CompletionList(is_incomplete=False, items=[])
        positions = server.positions_of(file.text)
        snippets = server.supports("text_document.completion.completion_item.snippet_support")
        items: list[types.CompletionItem] = []
        for found in file.complete(place):
            typed = file.text[found.edit.span.start : offset]
            item = conversion.to_completion_item(found, typed, positions, snippets=snippets)
            item.sort_text = f"{len(items):04}"
            items.append(item)
        # Similar names replace names that match, so a client must not filter an old list.
        return types.CompletionList(is_incomplete=True, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(parameters: types.HoverParams) -> types.Hover | None:
        file, place, _ = await _find_place(server, parameters)
        found = place and file.hover(place)
        return found and conversion.to_hover(found, server.positions_of(file.text))

    @server.feature(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.SignatureHelpOptions(trigger_characters=["(", ","]),
    )
    async def sign(parameters: types.SignatureHelpParams) -> types.SignatureHelp | None:
        file, place, _ = await _find_place(server, parameters)
        found = place and file.sign(place)
        return found and conversion.to_signature_help(found)


def _add_outline(server: Session) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def list_symbols(parameters: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        file = server.get_file(parameters.text_document.uri)
        positions = server.positions_of(file.text)
        found = await server.work(lambda: [*file.list_symbols()])
        return [conversion.to_document_symbol(symbol, positions) for symbol in found]

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, conversion.LEGEND)
    async def list_tokens(parameters: types.SemanticTokensParams) -> types.SemanticTokens:
        file = server.get_file(parameters.text_document.uri)
        found = await server.work(lambda: [*file.list_tokens()])
        return conversion.to_semantic_tokens(found, file.text, server.positions_of(file.text))


def _add_actions(server: Session) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=conversion.CODE_ACTION_KINDS),
    )
    async def list_actions(parameters: types.CodeActionParams) -> list[types.CodeAction]:
        uri, only = parameters.text_document.uri, parameters.context.only
        file = server.get_file(uri)
        positions = server.positions_of(file.text)
        found = await server.work(_list_actions, file, positions.span_of(parameters.range), only)
        return [conversion.to_code_action(each, uri, positions) for each in found]


def _list_actions(
    file: OpenFile, selected: Span, only: list[types.CodeActionKind | str] | None
) -> list[file_actions.FileAction]:
    """Return the changes of the kinds that the client requests; no others are looked for."""
    quick_fix, rewrite, fix_all = (
        conversion.allows_kind(only, str(getattr(kind, "value", kind)))
        for kind in conversion.CODE_ACTION_KINDS
    )
    found: list[file_actions.FileAction] = []
    if file.is_excluded:
        return found
    if quick_fix:
        found += file_actions.list_fixes(file, selected)
    if rewrite:
        found += file_actions.list_rewritings(file, selected)
    if fix_all and (only or any(action.is_safe for action in found)):
        found += filter(None, [file_actions.fix_all(file)])
    if quick_fix:
        found += file_actions.list_ignores(file, selected)
    return found


def _add_registrations(server: Session) -> None:
    """Add what a client must be asked for, where it allows that."""

    async def format_document(parameters: types.DocumentFormattingParams) -> list[types.TextEdit]:
        file = server.get_file(parameters.text_document.uri)
        edit = await server.work(file.format)
        return [server.positions_of(file.text).text_edit_of(edit)] if edit else []

    @server.feature(types.INITIALIZE)
    def initialize(_: types.InitializeParams) -> None:
        server.watch_client()
        if not server.supports(_REGISTERS_FORMATTING):
            server.feature(types.TEXT_DOCUMENT_FORMATTING)(format_document)

    @server.feature(types.INITIALIZED)
    async def register(_: types.InitializedParams) -> None:
        registrations: list[types.Registration] = []
        if server.supports(_REGISTERS_FORMATTING):
            # Only for files of filters: the formatters of other languages stay alone.
            server.feature(types.TEXT_DOCUMENT_FORMATTING)(format_document)
            selector = [types.TextDocumentFilterPattern(_FORMATTED)]
            options: object = types.DocumentFormattingRegistrationOptions(selector)
            registrations.append(_register(types.TEXT_DOCUMENT_FORMATTING, options))
        if server.supports("workspace.did_change_watched_files.dynamic_registration"):
            options = types.DidChangeWatchedFilesRegistrationOptions(_list_watchers())
            registrations.append(_register(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if registrations:
            await server.client_register_capability_async(types.RegistrationParams(registrations))


def _register(method: str, options: object) -> types.Registration:
    return types.Registration(f"epfilter/{method}", method, options)


def _list_watchers() -> list[types.FileSystemWatcher]:
    endings = chain.from_iterable(kind.endings for kind in FILE_KINDS)
    patterns = [
        f"**/{{{','.join(WATCHED_NAMES)}}}",
        f"**/*{{{','.join(dict.fromkeys(endings))}}}",
    ]
    return [types.FileSystemWatcher(pattern) for pattern in patterns]
