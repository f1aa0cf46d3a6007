"""Results of the linter and the editing core as types of the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from lsprotocol import types

from epfilter.editing import Completion, Hover, Signature, Symbol, Token
from epfilter.errors import Diagnostic, Severity, Span
from epfilter.server.file_actions import FileAction
from epfilter.server.positions import Positions

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_COMPLETION_KINDS = {
    "operator": types.CompletionItemKind.Function,
    "field": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.EnumMember,
    "snippet": types.CompletionItemKind.Snippet,
}
_FORMATS = (types.InsertTextFormat.PlainText, types.InsertTextFormat.Snippet)
_TOKEN_TYPES = {
    "operator": "function",
    "field": "property",
    "string": "string",
    "number": "number",
    "boolean": "keyword",
    "date": "number",
    "enum": "enumMember",
    "connective": "operator",
}
"""The types of tokens by their kinds; punctuation and what is invalid have none."""

LEGEND = types.SemanticTokensLegend([*dict.fromkeys(_TOKEN_TYPES.values())], [])

_FIX_ALL = "source.fixAll.epfilter"


def to_diagnostic(found: Diagnostic, positions: Positions) -> types.Diagnostic:
    """Return a finding of a file as a diagnostic, with its hint."""
    message = f"{found.message}\n{found.hint}" if found.hint else found.message
    return types.Diagnostic(
        positions.range_of(found.span),
        message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source="epfilter",
    )


def to_completion_item(
    completion: Completion, typed: str, positions: Positions, *, snippets: bool
) -> types.CompletionItem:
    """Return a completion of a file; `typed` is the text from the start of its edit to the cursor.

    With `snippets`, the client can select a part of the new text.
    """
    new = completion.edit.text
    if snippets:
        new = _to_snippet(new, completion.selection)
    is_contained = typed.lower() in completion.label.lower()
    return types.CompletionItem(
        completion.label,
        kind=_COMPLETION_KINDS[completion.kind],
        tags=[types.CompletionItemTag.Deprecated] if completion.deprecated else None,
        detail=completion.detail or None,
        documentation=completion.note or None,
        # Clients filter by what was typed, and would drop a name that only resembles it.
        filter_text=completion.label if is_contained else typed,
        insert_text_format=_FORMATS[snippets],
        text_edit=types.TextEdit(positions.range_of(completion.edit.span), new),
    )


def _to_snippet(text: str, selection: Span) -> str:
    """Return the new text as a snippet that selects a part of it."""
    before, selected, after = (
        part.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
        for part in (text[: selection.start], text[slice(*selection)], text[selection.end :])
    )
    return f"{before}{f'${{1:{selected}}}' if selected else '$0'}{after}"


def to_hover(found: Hover, positions: Positions) -> types.Hover:
    """Return a description in plain text, because it contains texts of the filter."""
    content = types.MarkupContent(types.MarkupKind.PlainText, found.text)
    return types.Hover(content, positions.range_of(found.span))


def to_signature_help(found: Signature) -> types.SignatureHelp:
    """Return the operands of a call."""
    # Operators and operands are ASCII, so offsets are the same in all encodings.
    parameters = [types.ParameterInformation((start, end)) for start, end in found.parameters]
    active = len(parameters) if found.active is None else found.active
    signature = types.SignatureInformation(found.label, found.meaning, parameters)
    return types.SignatureHelp([signature], 0, active)


def to_document_symbol(symbol: Symbol, positions: Positions) -> types.DocumentSymbol:
    """Return a call, or a group with its terms."""
    is_call = symbol.kind == "call"
    return types.DocumentSymbol(
        symbol.name,
        types.SymbolKind.Function if is_call else types.SymbolKind.Operator,
        positions.range_of(symbol.span),
        positions.range_of(symbol.selection),
        children=[to_document_symbol(child, positions) for child in symbol.children],
    )


def to_semantic_tokens(
    tokens: Iterable[Token], text: str, positions: Positions
) -> types.SemanticTokens:
    """Return the tokens as the protocol encodes them, each relative to the one before it.

    A token that contains a line break has one for each of its lines.
    """
    data: list[int] = []
    last = types.Position(0, 0)
    for (start, end), kind in tokens:
        if kind not in _TOKEN_TYPES:
            continue
        number = LEGEND.token_types.index(_TOKEN_TYPES[kind])
        for line in text[start:end].splitlines(keepends=True):
            visible = line.rstrip("\r\n")
            if visible:
                at = positions.position_of(start)
                column = at.character - (last.character if at.line == last.line else 0)
                length = positions.count_units(visible)
                data += (at.line - last.line, column, length, number, 0)
                last = at
            start += len(line)  # noqa: PLW2901 - the start of the next line
    return types.SemanticTokens(data)


def to_code_action(action: FileAction, uri: str, positions: Positions) -> types.CodeAction:
    """Return a change of a file."""
    edits = [positions.text_edit_of(edit) for edit in action.edits]
    found = action.diagnostic
    return types.CodeAction(
        action.title,
        kind=kind_of(action),
        diagnostics=[to_diagnostic(found, positions)] if found else None,
        is_preferred=action.kind == "fix" or None,  # a finding has one fix at most
        edit=types.WorkspaceEdit({uri: edits}),
    )


def kind_of(action: FileAction) -> types.CodeActionKind | str:
    """Return the kind of a change."""
    match action.kind:
        case "fix" | "ignore":
            return types.CodeActionKind.QuickFix
        case "rewrite":
            return types.CodeActionKind.RefactorRewrite
        case "fix all":
            return _FIX_ALL
        case _:
            assert_never(action.kind)


CODE_ACTION_KINDS: Sequence[types.CodeActionKind | str] = (
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.RefactorRewrite,
    _FIX_ALL,
)


def allows_kind(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Return whether a client requests this kind of change; `only` are kinds and prefixes."""
    names = [each.value if isinstance(each, types.CodeActionKind) else each for each in only or ()]
    return not names or any(not name or f"{kind}.".startswith(f"{name}.") for name in names)
