"""What an editor shows inside of files of every kind, without the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from epfilter.editing import Completion
from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors import FILE_KINDS, find_kind
from epfilter.server.file_actions import (
    FileAction,
    fix_all,
    list_fixes,
    list_ignores,
    list_rewritings,
)
from epfilter.server.open_file import OpenFile
from epfilter.server.projects import Projects
from support.editing_cases import MARK, mark_span
from support.file_samples import Case, load_cases
from support.rows import for_each
from support.sizes import slow_except

DATA = Path(__file__).with_name("data") / "files.txt"
CASES = load_cases(DATA)
SMOKE = (
    "a template literal of TypeScript",
    "an f-string of Python",
    "a fix with quotes in JSON",
    "a blank line between filters",
)
"""The cases of the default run; the parsers of other languages are slow to load."""

SHOWN = 2
"""The number of completions that a case lists."""


def open_file(name: str, text: str) -> OpenFile:
    return Projects(pytest.fail).open(text, Path("/no-such-folder") / name)


def changed_lines(old: str, new: str) -> list[str]:
    before = old.splitlines()
    return [line for line in new.splitlines() if line not in before]


def show_completion(text: str, completion: Completion) -> str:
    new = apply_edits(text, (completion.edit,))
    selected = Span(*(completion.edit.span.start + at for at in completion.selection))
    (line,) = changed_lines(text, mark_span(new, selected))
    return f"{completion.label} → {line}"


def list_changes(file: OpenFile, offset: int) -> Iterator[FileAction]:
    selected = Span(offset, offset)
    yield from list_fixes(file, selected)
    yield from list_rewritings(file, selected)
    yield from filter(None, [fix_all(file)])
    yield from list_ignores(file, selected)


def show_action(text: str, action: FileAction) -> str:
    return f"{action.title} → {'⏎'.join(changed_lines(text, apply_edits(text, action.edits)))}"


def show(case: Case) -> dict[str, list[str]]:
    part = case.parts[0]
    text, offset = part.text.rstrip("\n").replace(MARK, "") + "\n", part.text.index(MARK)
    file = open_file(part.name, text)
    place = file.find_place(offset, begins=True)
    if place is None:
        return {}
    completions = [*file.complete(place)]
    described, signed = file.hover(place), file.sign(place)
    return {
        "complete": [show_completion(text, each) for each in completions[:SHOWN]],
        "hover": [f"{text[slice(*described.span)]}: {described.text}"] if described else [],
        "sign": [f"{signed.label} {signed.active}"] if signed else [],
        "actions": [show_action(text, each) for each in list_changes(file, offset)],
    }


@pytest.mark.parametrize("title", slow_except((case.title for case in CASES), *SMOKE))
def test_a_place_in_a_file_shows_what_is_expected(title: str) -> None:
    (case,) = [case for case in CASES if case.title == title]
    expected = {part.title: part.text.strip("\n").splitlines() for part in case.parts[1:]}
    assert {title: lines for title, lines in show(case).items() if lines} == expected


def test_every_kind_of_file_has_a_case() -> None:
    covered = {find_kind(case.parts[0].name) for case in CASES}
    same = {".txt", ".tsx"}  # read by the extractors of other kinds
    assert [kind for kind in FILE_KINDS if kind not in covered and not same & {*kind.endings}] == []


def _texts_after(file: OpenFile, edits: Iterable[Edit]) -> list[str]:
    changed = file.change(apply_edits(file.text, edits))
    return [linted.text for linted in (*changed.lint().filters, *changed.lint().interpolated)]


@pytest.mark.slow
@for_each("case", CASES, ids=str)
def test_a_fix_reads_back_as_the_fix_of_the_filter(case: Case) -> None:
    part = case.parts[0]
    text, offset = part.text.replace(MARK, ""), part.text.index(MARK)
    file = open_file(part.name, text)
    place = file.find_place(offset)
    fixes = [found.fix for found in place.filter.diagnostics if found.fix] if place else []
    wanted = [fix.apply(place.filter.text) for fix in fixes if place]
    for action in list_fixes(file, Span(0, len(text))):
        assert {*wanted} & {*_texts_after(file, action.edits)}, action


@pytest.mark.slow
def test_a_completion_reads_back_as_the_completion_of_the_filter() -> None:
    for case in CASES:
        part = case.parts[0]
        text, offset = part.text.replace(MARK, ""), part.text.index(MARK)
        file = open_file(part.name, text)
        place = file.find_place(offset)
        for completion in file.complete(place) if place else ():
            assert place
            wanted = completion.label.partition("(")[0]
            (written, *_) = [
                found for found in _texts_after(file, (completion.edit,)) if wanted in found
            ]
            assert written


def type_text(name: str, before: str, typed: str, after: str) -> Iterator[tuple[OpenFile, int]]:
    """Yield the file after each key, with the linted text of before the first one."""
    file = open_file(name, before + after)
    file.lint()
    for end in range(1, len(typed) + 1):
        file = file.change(before + typed[:end] + after)
        yield file, len(before) + end


@for_each(
    "name, before, typed, after",
    [
        ("a.py", '# moltin\nget(f"{BASE}/v2/orders?filter=eq(payment,', "paid):eq(sta", '")\n'),
        ("a.json", '{"job_type": "order_export", "filter": "eq(email,\\"a\\"):', "gt(w", '"}'),
        ("a.filter", "eq(a,1)", ":like(b,x)", "\n# the end\n"),
        ("a.ts", "// moltin\nget(`${BASE}/v2/orders?filter=eq(id,${id}):", "eq(sta", "`);"),
    ],
)
def test_what_is_typed_is_followed_without_linting(
    name: str, before: str, typed: str, after: str
) -> None:
    for file, offset in type_text(name, before, typed, after):
        at_once = file.find_place_at_once(offset)
        assert at_once
        fresh = open_file(name, file.text)
        place = fresh.find_place(offset)
        assert place
        assert (at_once.text, at_once.offset) == (place.text, place.offset)
        assert [*file.complete(at_once)] == [*fresh.complete(place)]


@for_each(
    "name, before, typed, after",
    [
        ("a.json", '{"job_type": "order_export", "filter": "gte(with_tax,5):', "eq(with_", '"}'),
        ("a.ts", '// moltin\nget("/v2/orders?filter=lt(x,5)', ":gt", '"); // eq(\n'),
        ("a.yaml", "filter: eq(x  # epfilter: ignore[EPF107]\nfilter: 'eq(a", ",b", "'\n"),
    ],
)
def test_findings_follow_what_is_typed(name: str, before: str, typed: str, after: str) -> None:
    for file, _ in type_text(name, before, typed, after):
        followed = file.follow()
        if followed is not None:
            assert followed == [*open_file(name, file.text).lint().diagnostics]
    assert followed is not None


@for_each(
    "name, before, typed, after",
    [
        ("a.py", '# moltin\nget(f"{BASE}/v2/orders?filter=eq(id,a', "\\", '")\n'),
        ("a.json", '{"job_type": "order_export", "filter": "eq(email,a', "\\", ')"}'),
        ("a.py", '# moltin\nget(f"{BASE}/v2/orders?filter=eq(id,a', '"', ')")\n'),
        ("a.py", '# moltin\nx = 1\nget(f"{BASE}/v2/orders?filter=eq(id,a)', " ", '")\n'),
    ],
)
def test_what_may_be_an_escape_is_not_followed(
    name: str, before: str, typed: str, after: str
) -> None:
    for file, offset in type_text(name, before, typed, after):
        place = file.find_place_at_once(offset)
        assert place is None or (name == "a.py" and typed == " ")


@for_each("text, offset", [('x = "in the list, eq(', 3), ("y = 5", 2), ("# a filter\nz = (", 16)])
def test_text_that_is_no_filter_has_no_place(text: str, offset: int) -> None:
    assert open_file("a.py", text).find_place(offset) is None


def test_an_unknown_language_uses_its_name_in_the_protocol() -> None:
    for language, name in [("epfilter", "Untitled-1.filter"), ("shellscript", "Untitled-1.sh")]:
        file = Projects(pytest.fail).open("", Path("/no-such-folder/Untitled-1"), language)
        assert file.path.name == name
    assert open_file("Untitled-1", "eq(a").lint().diagnostics == ()


def test_a_missing_parser_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tree_sitter_go", None)
    file = open_file("a.go", 'package a\nvar f = "eq(filter,1)" // filter\n')
    assert [found.code for found in file.lint().diagnostics] == ["EPF704"]
