"""Properties of the languages that are declarations: literals, positions, edits and positions."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import process_time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors.filter_text import ends_early
from epfilter.linter.extractors.name_uses import NameUses
from epfilter.printer import unparse
from support.counted_work import count_lines
from support.extracted_values import extract_text, extract_value, mark_text
from support.filter_strategies import chances, filters, pieces
from support.rows import for_each
from support.sizes import divide_examples, slow_except


def escape_utf16(char: str) -> str:
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def escape_long(char: str) -> str:
    return f"\\U{ord(char):08x}"


def escape_braces(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"


def escape_bytes(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


class Writer(NamedTuple):
    """How a program is written: the text around its literals, what joins them, and escapes.

    `letters` are characters that stand for themselves after a backslash, `never` those that are
    always written with `escape`. `plain` is a literal without escapes for some texts, as a pattern
    with `%s`, and the characters that it cannot contain.
    """

    program: str
    joined: str
    escape: Callable[[str], str]
    letters: str = '\\"'
    never: str = ""
    plain: tuple[str, str] | None = None


WRITERS = {
    "a.go": Writer('package é\n\nvar é = f(map[string]string{"filter": %s, "b": é})\n', " + ", escape_long, plain=("`%s`", "`")),
    "a.php": Writer("<?php\n// é\n$é = ['é' => 1, 'filter' => %s];\n", " . ", escape_bytes, '\\"$', plain=("'%s'", "'\\")),
    "a.rb": Writer("# é\nf(é, filter: %s)\n", " + ", escape_braces, '\\"#', plain=("'%s'", "'\\")),
    "a.java": Writer("class É {\n  String filter = %s; // é\n}\n", " + ", escape_utf16),
    "a.kt": Writer("val é = f(filter = %s, é)\n", " + ", escape_utf16, '\\"$', plain=('"""%s"""', '"$ ')),
    "a.cs": Writer("class É {\n  string Filter = %s; // é\n}\n", " + ", escape_long, plain=('@"%s"', '"')),
    "a.swift": Writer("let é = 1\nlet filter = %s\n", " + ", escape_braces, plain=('#"%s"#', '"\\')),
    "a.rs": Writer("fn é() {\n    let filter = %s;\n}\n", ".to_string() + ", escape_braces, plain=('r#"%s"#', '"')),
    "a.tf": Writer("# é\nfilter = %s\n", "", escape_long, never="$%"),
    "a.toml": Writer("'é' = 1\nfilter = %s\n", "", escape_long, plain=("'%s'", "'")),
}  # fmt: skip
names = pytest.mark.parametrize("name", slow_except(WRITERS, "a.go", "a.rb"))


def write_literal(text: str, writer: Writer, chance: random.Random) -> str:
    if writer.plain and chance.random() < 0.3:
        pattern, excluded = writer.plain
        if text and text.isprintable() and not {*excluded} & {*text}:
            return pattern % text
    return '"' + "".join(write_char(char, writer, chance) for char in text) + '"'


def write_char(char: str, writer: Writer, chance: random.Random) -> str:
    if char in writer.never or not char.isprintable():
        return writer.escape(char)
    if char in writer.letters:
        return "\\" + char
    return chance.choice([writer.escape(char), *[char] * 5])


def write_program(name: str, text: str, chance: random.Random) -> str:
    writer = WRITERS[name]
    split = chance.randint(0, len(text)) if writer.joined else len(text)
    parts = [part for part in (text[:split], text[split:]) if part]
    literals = [write_literal(part, writer, chance) for part in parts]
    # All characters of a call may be escaped: another sign makes the linter read the file.
    program = writer.program.replace("é", "epfilter_é")
    return program.replace("%s", writer.joined.join(literals))


values = st.builds(
    lambda filter_, more: "eq(a,1):" + filter_ + more,
    filters.map(unparse),
    pieces.map(lambda text: text.encode(errors="ignore").decode()),
).filter(
    lambda text: (
        "\0" not in text
        and "filter=" not in text
        and not ends_early(text)
        and mark_text(text) == text
    )
)
"""Filters that every language can encode."""


@names
@divide_examples(4)
@given(values, chances)
def test_a_literal_has_the_value_of_its_language(
    name: str, text: str, chance: random.Random
) -> None:
    assert extract_value(write_program(name, text, chance), name).text == text


@names
@divide_examples(4)
@given(values, chances)
def test_each_position_encodes_its_character(name: str, text: str, chance: random.Random) -> None:
    program = write_program(name, text, chance)
    value = extract_value(program, name)
    for i, char in enumerate(text):
        start, end = value.map_span(Span(i, i + 1))
        written = program[start:end]
        assert written == char or written[0] == "\\"


@names
@divide_examples(4)
@given(values, st.data(), chances)
def test_an_edit_changes_the_value_as_intended(
    name: str, text: str, data: st.DataObject, chance: random.Random
) -> None:
    program = write_program(name, text, chance)
    value = extract_value(program, name)
    start = data.draw(st.integers(8, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    special = ("", "x", '"', "ge", "'", "{", "\\", "$", "`", "#", "é", "\n", "7", "%", '"""')
    new = data.draw(st.one_of(st.sampled_from(special), pieces))
    new = new.encode(errors="ignore").decode().replace("\0", "")
    edit = Edit(Span(start, end), new)
    there = value.map_edit(edit)
    expected = apply_edits(text, [edit])
    # A text with `?filter=` is a URL, and one that ends early goes on elsewhere.
    if there is not None and "filter=" not in expected and not ends_early(expected):
        assert extract_value(apply_edits(program, [there]), name).text == mark_text(expected)


@for_each(
    ("name", "program", "inserted"),
    [
        ("a.go", 'filter := fmt.Sprintf("eq(a,%s):gte(b,1)", x)', "%s"),
        ("a.php", '<?php $filter = "eq(a,{$x}):gte(b,1)";', "{$x}"),
        ("a.php", '<?php $filter = "eq(a,$x[0]):gte(b,1)";', "$x[0]"),
        ("a.rb", 'filter = "eq(a,#{x}):gte(b,1)"', "#{x}"),
        ("a.kt", 'val filter = "eq(a,$x):gte(b,1)"', "$x"),
        ("a.kt", 'val filter = "eq(a,${x}):gte(b,1)"', "${x}"),
        ("a.cs", 'class A { string Filter = $"eq(a,{x:0}):gte(b,1)"; }', "{x:0}"),
        ("a.swift", 'let filter = "eq(a,\\(x)):gte(b,1)"', "\\(x)"),
        ("a.rs", 'fn f() { let filter = format!("eq(a,{}):gte(b,1)", x); }', "{}"),
        ("a.tf", 'filter = "eq(a,${x}):gte(b,1)"', "${x}"),
    ],
)
def test_an_inserted_value_is_a_placeholder_at_its_position(
    name: str, program: str, inserted: str
) -> None:
    (interpolation,) = extract_text(program, name).interpolations
    value = interpolation.filter.value
    (index,) = value.placeholders
    start, end = value.map_span(Span(index, index + 1))
    assert program[start:end] == inserted
    assert value.text[:index] + value.text[index + 1 :] == "eq(a,):gte(b,1)"


HOSTILE = (
    *("filter", "=", ":=", "=>", ":", "+", ".", ",", "(", ")", "[", "]", "{", "}", "'", '"', "`"),
    *('"""', "'''", "\\", "\\u12", "\\(", "${", "#{", "{$x}", "$x", "%s", "{0}", "format", "join"),
    *("<<<EOT\n", "EOT\n", "<<~A\n", "A\n", "<<-E\n", "E\n", 'r#"', '"#', '@"', '$"', "%q(", "<?php "),
    *("eq(a,1)", "?filter=", "/v2/orders", "\n", "\r\n", "//", "#", "/*", "*/", "é", "𝕏", "\0"),
    *("\ufeff", "\ud800", "func f() ", "def f", "class A ", "epfilter:", " ", "to", "%{", "[a]\n"),
)  # fmt: skip


@names
@divide_examples(4)
@given(st.lists(st.sampled_from(HOSTILE), max_size=20).map("".join))
def test_no_text_raises_an_error(name: str, text: str) -> None:
    extraction = extract_text(f"{text} eq(a,1)", name)
    for value, *_ in extraction.filters:
        assert len(value.text) == len(value.starts) == len(value.ends)
        assert 0 <= value.bounds.start <= value.bounds.end <= len(text) + 8
        value.map_edit(Edit(Span(0, len(value.text)), "x"))
    for span, *_ in extraction.problems:
        assert 0 <= span.start <= span.end <= len(text) + 8


DEEP = {
    "a.go": 'var filter = f("filter", ' + "(" * 3000 + '"eq(a,1)"' + ")" * 3000 + ")",
    "a.php": "<?php $a = " + "['b' => " * 2000 + "'eq(a,1)'" + "]" * 2000 + ";",
    "a.rb": "filter = " + "[" * 2000 + "'eq(a,1)'" + "]" * 2000 + ".join",
    "a.java": "class A { String filter = " + '"a" + (' * 2000 + '"eq(a,1)"' + ")" * 2000 + "; }",
    "a.kt": "val filter = " + "f(" * 1000 + '"eq(a,1)"' + ")" * 1000,
    "a.rs": "fn f() { let filter = " + 'format!("{}", ' * 1000 + '"eq(a,1)"' + ")" * 1000 + "; }",
    "a.tf": "filter = " + "[" * 1000 + '"eq(a,1)"' + "]" * 1000,
}


INCOMPLETE = {
    "a.rb": "url = <<~URL\r  /v2/orders?filter=eq(a,#{x})\rURL\r",
    "a.php": "<?php $url = <<<URL\r/v2/orders?filter=eq(a,{$x})\rURL;\r",
    "a.tf": "url = <<URL\r/v2/orders?filter=eq(a,${x})\rURL\r",
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_values_after_the_content_of_a_literal_are_not_part_of_it(name: str) -> None:
    assert not extract_text(INCOMPLETE[name], name).filters


def test_a_long_name_is_searched_for_joins_in_linear_time() -> None:
    start = process_time()
    assert not NameUses("join " + "a" * 300_000 + " " * 300_000).find_joins("a")
    assert process_time() - start < 10


@pytest.mark.slow
def test_nested_assignments_are_read_in_linear_time() -> None:
    start = process_time()
    extract_text("filter=eq(a,1)\n" + "a=" * 4000 + "\n/v2/orders?filter=eq(a,b)\n", "a.rs")
    assert process_time() - start < 5


@pytest.mark.parametrize("name", slow_except(DEEP, "a.java", "a.rs"))
def test_deep_nesting_raises_no_error(name: str) -> None:
    extract_text(DEEP[name], name)


REPEATED = (
    (".go", 'var filter = f("/v2/orders", map[string]string{"filter": "eq(a,1)" + x, "url": y})\n'),
    (".go", 'f("/v2/orders" + (x + '),
    (".php", '<?php f("/v2/orders", ["filter" => "eq(a,$x)", "url" => $y]); ?>\n'),
    (".rb", 'get "/v2/orders", filter: "eq(a,#{x})", url: y\n'),
    (".rb", "filter = [x, "),
    (".java", 'class A { String filter = f("/v2/orders").g("filter", "eq(a,1)" + x); }\n'),
    (".java", '.get("/v2/orders").set("filter", "eq(a,1)")'),
    (".go", 'q := q.Query(); q.Set("filter", "eq(a,1)" + x)\n'),
    (".kt", 'val filter = f("/v2/orders", mapOf("filter" to "eq(a,$x)", "url" to y))\n'),
    (".cs", 'var filter = f("/v2/orders", new A { Filter = $"eq(a,{x})", Url = y });\n'),
    (".swift", 'let filter = f("/v2/orders", ["filter": "eq(a,\\(x))", "url": y])\n'),
    (".rs", 'const FILTER: A = f("/v2/orders", &[("filter", format!("eq(a,{}", x))]);\n'),
    (".tf", 'filter = { url = "/v2/orders", filter = "eq(a,${x})" }\n'),
    (".toml", 'filter = { url = "/v2/orders", filter = "eq(a,1)" }\n'),
)


@pytest.mark.parametrize(("suffix", "once"), slow_except(REPEATED, REPEATED[0]))
def test_work_is_linear_in_the_size(suffix: str, once: str) -> None:
    def count_extraction(times: int) -> int:
        return count_lines(lambda: extract_text(once * times, f"a{suffix}"))

    count_extraction(1)  # imports and compiled patterns are not counted
    assert count_extraction(80) < 2.3 * count_extraction(40)
