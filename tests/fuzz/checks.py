"""What must hold for every input; the fuzzer and the tests of its corpus call these checks.

The first line of an input is `text`, `text RESOURCE` or the name of a file; the rest is its content.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from epfilter import (
    Filter,
    FilterError,
    editing,
    fields,
    lint,
    parse,
    parse_located,
    pretty,
    unparse,
)
from epfilter.analysis import normalize, simplify
from epfilter.editing import actions, complete, hover, signature, symbols, tokens
from epfilter.english import in_words
from epfilter.errors import apply_edits
from epfilter.linter import Configuration, Settings, fix
from epfilter.linter.files.document import Document, DocumentError
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.rewriting import fix_filters, format_filters
from epfilter.resources import all_resources, resource_info
from epfilter.server.open_file import OpenFile
from epfilter.targets import (
    from_ep_ast,
    from_rqb,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_rqb,
)

RESOURCES = {resource_info(resource).name for resource in all_resources()}
TARGETS: tuple[Callable[[Filter, str | None], object], ...] = (
    to_predicate,
    to_mongo,
    to_elasticsearch,
    to_narwhals,
)
EVERY = Settings(select=("EPF",))
ROW = {
    "a": 1,
    "b": "x",
    "created_at": "2018-09-01T00:00:00Z",
    "tags": ["a", None],
    "meta": {"a": {}},
}
LINTER = FileLinter(Configuration(root=Path("/"), settings=EVERY, uses_platform=True))


def check_input(content: bytes) -> None:
    """Check a text or a file; raise any error if something does not hold."""
    head, _, body = content.decode("utf-8", "surrogatepass").partition("\n")
    kind, _, resource = head.partition(" ")
    if kind == "text":
        check_text(body, resource if resource in RESOURCES else None)
    else:
        check_file(Path(kind).name or "a.json", body.encode("utf-8", "surrogatepass"))


def check_text(text: str, resource: str | None) -> None:
    """Check what takes the text of a filter."""
    check_editing(text, resource)
    located = parse_located(text)
    for finding in lint(text, resource, settings=EVERY):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    for unsafe in (False, True):
        fixed = fix(text, resource, settings=EVERY, unsafe=unsafe)
        assert fix(fixed.text, resource, settings=EVERY, unsafe=unsafe).text == fixed.text
        if fixed.text != text:
            parse(fixed.text)
    if located.diagnostics:
        return
    f = parse(text)
    assert f == located.node
    check_filter(f, resource)


def check_editing(text: str, resource: str | None) -> None:
    """Check what an editor shows at the beginning, in the middle and at the end of a text."""
    for offset in {0, len(text) // 2, len(text)}:
        found = hover(text, offset, resource)
        assert found is None or found.span.start <= offset <= found.span.end
        signature(text, offset)
        errors = len(parse_located(text).diagnostics)
        for completion in complete(text, offset, resource)[:3]:
            completed = apply_edits(text, (completion.edit,))
            assert len(parse_located(completed).diagnostics) <= errors
        for action in actions(text, offset, resource):
            apply_edits(text, action.edits)
    assert all(token.span.start < token.span.end for token in tokens(text, resource))
    symbols(text)
    formatted = apply_edits(text, editing.format(text))
    assert not editing.format(formatted)


def check_filter(f: Filter, resource: str | None) -> None:
    """Check what takes a filter."""
    assert parse(unparse(f)) == parse(pretty(f)) == f
    assert from_ep_ast(to_ep_ast(f)) == f
    if "~" not in fields(f):
        assert from_rqb(to_rqb(f)) == f
    assert in_words(f, resource)
    for target in TARGETS:
        try:
            result = target(f, resource)
        except FilterError:
            continue
        if target is to_predicate:
            assert callable(result)
            result(ROW)
    for change in (simplify, normalize):
        changed = change(f, resource)
        assert change(changed, resource) == changed


def check_file(name: str, content: bytes) -> None:
    """Check that a file is linted, and that a second run of each change changes nothing."""
    try:
        document = Document.decode(content, name)
    except DocumentError:
        return
    path = Path("/") / name
    if LINTER.find_kind(path) is None:
        return
    result = LINTER.lint(document, path)
    size = len(document.text)
    assert all(0 <= found.span.start <= found.span.end <= size for found in result.diagnostics)
    file = OpenFile(document.text, path, LINTER)
    for offset in {0, size // 2, size, *(linted.value.start for linted in result.filters[:3])}:
        place = file.find_place(offset, begins=True)
        if place is not None:
            file.hover(place)
            for completion in islice(file.complete(place), 3):
                apply_edits(document.text, (completion.edit,))
    spans = [symbol.span for symbol in file.list_symbols()]
    spans += [token.span for token in file.list_tokens()]
    assert all(0 <= span.start <= span.end <= size for span in spans)
    for unsafe in (False, True):
        fixed, _ = fix_filters(document, path, LINTER, unsafe=unsafe)
        assert fix_filters(fixed, path, LINTER, unsafe=unsafe)[0].text == fixed.text
    formatted, _ = format_filters(document, path, LINTER)
    assert format_filters(formatted, path, LINTER)[0].text == formatted.text
