"""The language server as a client sees it."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types

from support.language_client import UNTIL, Editor, capabilities, connect

SHOP = '# moltin 😀\nget(f"{BASE}/v2/orders?filter=gte(total,5)")  # 😀\n'
OPTIONS = types.FormattingOptions(2, insert_spaces=True)


def run(scene: Callable[[Path], Awaitable[None]], folder: Path) -> None:
    asyncio.run(asyncio.wait_for(scene(folder), UNTIL))


def place(line: int, character: int) -> types.Position:
    return types.Position(line, character)


async def complete(editor: Editor, name: str, at: types.Position) -> list[types.CompletionItem]:
    document = types.TextDocumentIdentifier(editor.uri(name))
    found = await editor.client.text_document_completion_async(types.CompletionParams(document, at))
    assert isinstance(found, types.CompletionList)
    return [*found.items]


async def list_actions(
    editor: Editor, name: str, at: types.Position, only: list[str] | None = None
) -> list[types.CodeAction]:
    document = types.TextDocumentIdentifier(editor.uri(name))
    found = await editor.client.text_document_code_action_async(
        types.CodeActionParams(
            document, types.Range(at, at), types.CodeActionContext([], only=only)
        )
    )
    return [each for each in found or () if isinstance(each, types.CodeAction)]


def edits_of(editor: Editor, name: str, action: types.CodeAction) -> str:
    assert action.edit
    assert action.edit.changes
    return editor.apply(name, action.edit.changes[editor.uri(name)])


def test_a_filter_is_linted_completed_fixed_and_formatted(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(dynamic=False)) as (editor, _):
            document = editor.open(
                "a.filter", "# epfilter: resource=orders\ngte( with_tax,5):eq(sta"
            )
            assert await editor.wait_for_codes("a.filter") == ["EPF108", "EPF107"]
            (status,) = await complete(editor, "a.filter", place(1, 23))
            assert isinstance(status.text_edit, types.TextEdit)
            assert (status.label, status.text_edit.new_text) == ("status", "status,$0")
            editor.open("a.filter", "# epfilter: resource=orders\ngte( with_tax,5)\n")
            (fix, *_) = await list_actions(editor, "a.filter", place(1, 1))
            fixed = edits_of(editor, "a.filter", fix)
            assert fixed == "# epfilter: resource=orders\nge( with_tax,5)\n"
            editor.open("a.filter", "# epfilter: resource=orders\neq(payment,refnded)\n")
            actions = await list_actions(editor, "a.filter", place(1, 15))
            assert [(action.title, action.is_preferred) for action in actions] == [
                ("write `refunded`", True),
                ("ignore EPF204 here", None),
            ]
            editor.open("a.filter", fixed)
            edits = await editor.client.text_document_formatting_async(
                types.DocumentFormattingParams(document, OPTIONS)
            )
            formatted = editor.apply("a.filter", edits or ())
            assert formatted == "# epfilter: resource=orders\nge(with_tax,5)\n"
            editor.open("a.filter", formatted)
            assert await editor.wait_for_codes("a.filter") == []

    run(scene, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("utf-8", "utf-8"), ("utf-16", "utf-16-le"), ("utf-32", "utf-32-le")],
)
def test_positions_are_those_of_the_encoding(tmp_path: Path, encoding: str, codec: str) -> None:
    text = '# moltin\nget("😀é", f"{BASE}/v2/orders?filter=gte(total,5)")\n'
    before = text.splitlines()[1].partition("gte")[0]
    start = len(before.encode(codec)) // len("a".encode(codec))

    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(encoding=encoding)) as (editor, result):
            assert result.capabilities.position_encoding == encoding
            editor.open("shop.py", text)
            (found,) = await editor.wait_for_diagnostics("shop.py")
            assert found.range == types.Range(place(1, start), place(1, start + 3))
            (fix, *_) = await list_actions(editor, "shop.py", place(1, start + 1))
            assert fix.title == "write `ge`"

    run(scene, tmp_path)


@pytest.mark.slow
def test_everything_works_inside_of_a_string(tmp_path: Path) -> None:
    text = '# moltin\nget(f"{BASE}/v2/orders?filter=eq(payment,paid):eq(payment,paid)")\n'

    async def scene(folder: Path) -> None:
        async with connect(folder) as (editor, _):
            document = editor.open("shop.py", text)
            assert await editor.wait_for_codes("shop.py") == ["EPF403"]
            at = place(1, text.splitlines()[1].index("paid"))
            hover = await editor.client.text_document_hover_async(types.HoverParams(document, at))
            assert hover
            assert isinstance(hover.contents, types.MarkupContent)
            assert hover.contents.kind == types.MarkupKind.PlainText
            assert hover.contents.value == "orders whose payment is paid"
            signed = await editor.client.text_document_signature_help_async(
                types.SignatureHelpParams(document, at)
            )
            assert signed
            assert (signed.signatures[0].label, signed.active_parameter) == ("eq(field,value)", 1)
            symbols = await editor.client.text_document_document_symbol_async(
                types.DocumentSymbolParams(document)
            )
            assert [symbol.name for symbol in symbols or ()] == [
                "eq(payment,paid):eq(payment,paid)"
            ]
            tokens = await editor.client.text_document_semantic_tokens_full_async(
                types.SemanticTokensParams(document)
            )
            assert tokens
            assert [*tokens.data] == []
            inside = place(1, text.splitlines()[1].rindex("eq("))
            actions = {
                action.title: edits_of(editor, "shop.py", action)
                for action in await list_actions(editor, "shop.py", inside)
            }
            assert actions == {
                "remove it": text.replace(":eq(payment,paid)", ""),
                "apply the safe fix": text.replace(":eq(payment,paid)", ""),
                "ignore EPF403 here": text.replace("get", "# epfilter: ignore[EPF403]\nget"),
            }
            only = await list_actions(editor, "shop.py", inside, ["source.fixAll"])
            assert [action.title for action in only] == ["apply the safe fix"]

    run(scene, tmp_path)


@pytest.mark.slow
def test_a_file_of_filters_has_tokens_and_an_outline(tmp_path: Path) -> None:
    text = 'eq(a,"x\r\n😀"):gt(b,5)\r\n# end\r\n'

    async def scene(folder: Path) -> None:
        async with connect(folder) as (editor, result):
            document = editor.open("a.filter", text)
            tokens = await editor.client.text_document_semantic_tokens_full_async(
                types.SemanticTokensParams(document)
            )
            assert tokens
            legend = result.capabilities.semantic_tokens_provider
            assert legend
            names = legend.legend.token_types
            line = column = 0
            shown = []
            data = [*tokens.data]
            for down, right, length, kind, _ in zip(*[iter(data)] * 5, strict=True):
                line, column = line + down, right + (0 if down else column)
                units = text.splitlines()[line].encode("utf-16-le")
                token = units[2 * column : 2 * (column + length)].decode("utf-16-le")
                shown.append((token, names[kind]))
            assert shown == [
                ("eq", "function"),
                ("a", "property"),
                ('"x', "string"),
                ('😀"', "string"),
                (":", "operator"),
                ("gt", "function"),
                ("b", "property"),
                ("5", "number"),
            ]
            (root,) = (
                await editor.client.text_document_document_symbol_async(
                    types.DocumentSymbolParams(document)
                )
                or ()
            )
            assert isinstance(root, types.DocumentSymbol)
            assert [child.name for child in root.children or ()] == ['eq(a,"x\\r\\n😀")', "gt(b,5)"]

    run(scene, tmp_path)


@pytest.mark.slow
def test_only_the_last_of_many_changes_is_published(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        async with connect(folder) as (editor, _):
            for text in ["eq(a", "eq(a,", "eq(a,1", "eq(a,1)"]:
                editor.open("a.filter", text)
            versions: list[int | None] = []
            while 4 not in versions:
                versions.append((await editor.published.get()).version)
            # The first may be published before the other changes arrive.
            assert versions in ([4], [1, 4])
            await asyncio.sleep(0.1)
            assert editor.published.empty()

    run(scene, tmp_path)


@pytest.mark.slow
def test_diagnostics_are_pulled_with_the_id_of_the_last_result(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(pull=True)) as (editor, _):
            document = editor.open("a.filter", "gte(a,1)")
            first = await editor.client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(document)
            )
            assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
            assert [found.code for found in first.items] == ["EPF108"]
            second = await editor.client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(document, previous_result_id=first.result_id)
            )
            assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
            assert editor.published.empty()

    run(scene, tmp_path)


@pytest.mark.slow
def test_the_workspace_is_reported_again_when_something_changes(tmp_path: Path) -> None:
    (tmp_path / "one.filter").write_text("gte(a,1)", encoding="utf-8")
    (tmp_path / "two.filter").write_text("eq(a,1)", encoding="utf-8")
    ignored = tmp_path / "node_modules"
    ignored.mkdir()
    (ignored / "three.filter").write_text("gte(a,1)", encoding="utf-8")

    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(pull=True)) as (editor, _):
            ask = editor.client.workspace_diagnostic_async
            first = await ask(types.WorkspaceDiagnosticParams([]))
            assert [report.uri for report in first.items] == [editor.uri("one.filter")]
            known = [
                types.PreviousResultId(report.uri, report.result_id or "") for report in first.items
            ]
            waiting = asyncio.ensure_future(ask(types.WorkspaceDiagnosticParams(known)))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            editor.open("two.filter", "lt(a,1")
            second = await asyncio.wait_for(waiting, UNTIL)
            assert {report.uri: report.kind for report in second.items} == {
                editor.uri("one.filter"): "unchanged",
                editor.uri("two.filter"): "full",
            }

    run(scene, tmp_path)


@pytest.mark.slow
def test_a_request_can_be_cancelled(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(pull=True)) as (editor, _):
            ask = editor.client.workspace_diagnostic_async
            await ask(types.WorkspaceDiagnosticParams([]))
            waiting = asyncio.ensure_future(ask(types.WorkspaceDiagnosticParams([])))
            await asyncio.sleep(0.2)
            (request,) = [*editor.client.protocol._request_futures]
            editor.client.cancel_request(types.CancelParams(request))
            with pytest.raises(Exception, match="cancel"):
                await asyncio.wait_for(waiting, UNTIL)

    run(scene, tmp_path)


@pytest.mark.slow
def test_a_changed_configuration_is_read_again(tmp_path: Path) -> None:
    configuration = tmp_path / "epfilter.toml"

    async def scene(folder: Path) -> None:
        async with connect(folder) as (editor, _):
            editor.open("a.filter", "in(id,a)")
            assert await editor.wait_for_codes("a.filter") == ["EPF405"]
            for content, codes in [
                ('ignore = ["EPF405"]', []),
                ('ignore = ["EPF4', ["EPF405"]),
                ('resource = "orders"', ["EPF201"]),
            ]:
                configuration.write_text(content, encoding="utf-8")
                change = types.FileEvent(configuration.as_uri(), types.FileChangeType.Changed)
                editor.client.workspace_did_change_watched_files(
                    types.DidChangeWatchedFilesParams([change])
                )
                assert await editor.wait_for_codes("a.filter") == codes
            (message,) = editor.messages
            assert message.startswith("epfilter: epfilter.toml is not valid TOML")

    run(scene, tmp_path)


@pytest.mark.slow
def test_each_folder_has_its_own_configuration(tmp_path: Path) -> None:
    for name in ("files", "orders"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "epfilter.toml").write_text(f'resource = "{name}"', encoding="utf-8")

    async def scene(folder: Path) -> None:
        async with connect(folder) as (editor, _):
            editor.open("files/a.filter", "gt(width,5)")
            assert await editor.wait_for_codes("files/a.filter") == []
            editor.open("orders/a.filter", "gt(width,5)")
            assert await editor.wait_for_codes("orders/a.filter") == ["EPF201"]

    run(scene, tmp_path)


@pytest.mark.slow
def test_what_a_client_allows_is_registered(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        async with connect(folder, capabilities(dynamic=True)) as (editor, result):
            assert result.capabilities.document_formatting_provider is None
            document = editor.open("a.filter", "eq( a,1)")
            await editor.is_registered.wait()
            edits = await editor.client.text_document_formatting_async(
                types.DocumentFormattingParams(document, OPTIONS)
            )
            assert editor.apply("a.filter", edits or ()) == "eq(a,1)"
            assert {each.method for each in editor.registered} == {
                "textDocument/formatting",
                "workspace/didChangeWatchedFiles",
            }

    run(scene, tmp_path)


@pytest.mark.slow
def test_the_command_serves_standard_input_and_output(tmp_path: Path) -> None:
    async def scene(folder: Path) -> None:
        command = [sys.executable, "-m", "epfilter", "server", "--stdio"]
        async with connect(folder, command=command) as (editor, result):
            assert result.server_info
            assert result.server_info.name == "epfilter"
            editor.open("a.filter", "gte(a,1)")
            assert await editor.wait_for_codes("a.filter") == ["EPF108"]

    run(scene, tmp_path)


@pytest.mark.slow
def test_the_command_serves_an_address(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]

    async def scene(folder: Path) -> None:
        command = [sys.executable, "-m", "epfilter", "server", "--tcp", f"127.0.0.1:{port}"]
        server = await asyncio.create_subprocess_exec(*command)
        try:
            async with connect(folder, address=("127.0.0.1", port)) as (editor, _):
                editor.open("a.filter", "gte(a,1)")
                assert await editor.wait_for_codes("a.filter") == ["EPF108"]
            assert await asyncio.wait_for(server.wait(), UNTIL) == 0
        finally:
            if server.returncode is None:
                server.kill()
                await server.wait()

    run(scene, tmp_path)
