"""Properties of literals in programs: decoded, mapped to positions, and edited."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors import MappedText
from epfilter.linter.extractors.filter_text import ends_early
from epfilter.linter.extractors.javascript_literals import TEMPLATE
from epfilter.printer import unparse
from support.extracted_values import extract_text, extract_value, mark_text
from support.filter_strategies import any_text, chances, filters, pieces
from support.sizes import divide_examples, slow_except

_CODES = {ord(char) for char in "'\"`\\\n\r{}$&"}


def write_python_char(char: str, quote: str, chance: random.Random) -> str:
    """Return a character as one of its encodings in Python."""
    ways = [f"\\U{ord(char):08x}"]
    if ord(char) < 0x10000:
        ways.append(f"\\u{ord(char):04x}")
    if ord(char) < 0x100:
        ways += [f"\\x{ord(char):02x}", f"\\{ord(char):03o}"]
    if char.isprintable() and char not in ("\\", quote[0]):
        ways += [char] * 5
    if char in "'\"\\":
        ways.append("\\" + char)
    if char == "\n" and len(quote) == 3:
        ways += ["\n", "\r\n", "\r"]
    return chance.choice(ways) + chance.choice(["", "", "", "\\\n"])


def write_python_literal(text: str, chance: random.Random) -> str:
    quote = chance.choice(["'", '"', "'''", '"""'])
    prefix = chance.choice(["", "", "u", "r", "f", "F", "rf", "fR"])
    if "r" in prefix.lower():
        if not text.isprintable() or {quote[0], "\\", "{", "}"} & {*text}:
            return repr(text)
        return prefix + quote + text + quote
    written = "".join(write_python_char(char, quote, chance) for char in text)
    if "f" in prefix.lower():
        # A doubled brace cannot contain a line continuation.
        plain = [
            write_python_char(c, quote, chance).replace("{", "{{").replace("}", "}}") for c in text
        ]
        written = "".join(plain)
    return prefix + quote + written + quote


def write_javascript_char(char: str, quote: str, chance: random.Random) -> str:
    """Return a character as one of its encodings in JavaScript."""
    units = char.encode("utf-16-be").hex()
    ways = [
        f"\\u{{{ord(char):x}}}",
        "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4)),
    ]
    if ord(char) < 0x100:
        ways.append(f"\\x{ord(char):02x}")
    if char.isprintable() and char not in ("\\", quote, "$"):
        ways += [char] * 5
    if char in "'\"`\\$(),":
        ways.append("\\" + char)
    if char == "\n" and quote == "`":
        ways += ["\n", "\r\n", "\r"]
    return chance.choice(ways) + chance.choice(["", "", "", "\\\n", "\\\r\n"])


def write_javascript_literal(text: str, chance: random.Random) -> str:
    quote = chance.choice("'\"`")
    return quote + "".join(write_javascript_char(char, quote, chance) for char in text) + quote


def write_shell_word(text: str, chance: random.Random) -> str:
    """Return a text as a word of a shell, with several kinds of quotes side by side."""
    ways: list[Callable[[str], str]] = [
        shlex.quote,
        lambda part: '"' + "".join("\\" + c if c in '\\"$`' else c for c in part) + '"',
        lambda part: (
            "$'" + "".join(f"\\U{ord(c):08x}" if not c.isalnum() else c for c in part) + "'"
        ),
        lambda part: "".join(
            c if c.isalnum() else f"\\{c}" if c.isprintable() else f"'{c}'" for c in part
        ),
    ]
    return "".join(chance.choice(ways)(part) for part in split_randomly(text, chance))


def split_randomly(text: str, chance: random.Random) -> list[str]:
    places = sorted(chance.choices(range(len(text) + 1), k=chance.randint(0, 2)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def write_python(text: str, chance: random.Random) -> str:
    literals = [write_python_literal(part, chance) for part in split_randomly(text, chance)]
    between = chance.choice([" ", " + ", " # é\n  ", " \\\n"])
    return f"é = 1\nf('é', filter=({between.join(literals)}))\n"


def write_javascript(text: str, chance: random.Random) -> str:
    literals = [write_javascript_literal(part, chance) for part in split_randomly(text, chance)]
    between = chance.choice([" + ", "+", ") + /* é */ ("])
    return f"let é = {{'é': 1, filter: ({between.join(literals)})}};\n"


def write_jsx(text: str, chance: random.Random) -> str:
    quote = chance.choice("'\"")
    written = "".join(
        f"&#x{ord(c):x};" if c in f"&{quote}" or not c.isprintable() or chance.random() < 0.1 else c
        for c in text
    )
    # The grammar takes this for a comment, which is reported; see tsx.tsx.txt.
    written = written.replace(";//", ";&#x2f;/")
    return f"let é = <A b='é' filter={quote}{written}{quote}>é</A>;\n"


def write_shell(text: str, chance: random.Random) -> str:
    return f"echo é; curl -G x --data-urlencode filter={write_shell_word(text, chance)}\n"


PROGRAMS = {
    "a.py": write_python,
    "a.js": write_javascript,
    "a.ts": write_javascript,
    "a.tsx": write_jsx,
    "a.jsx": write_jsx,
    "a.sh": write_shell,
}
names = pytest.mark.parametrize("name", PROGRAMS)

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
    assert extract_value(PROGRAMS[name](text, chance), name).text == text


@given(values)
def test_literals_as_the_standard_library_writes_them(text: str) -> None:
    assert extract_value(f"f(filter={text!r})", "a.py").text == text
    assert extract_value(f"f(filter={text!a})", "a.py").text == text
    assert extract_value(f"f({{filter: {json.dumps(text)}}})", "a.js").text == text
    assert (
        extract_value(f"f({{filter: {json.dumps(text, ensure_ascii=False)}}})", "a.ts").text == text
    )
    assert extract_value(f"http x {shlex.quote('filter==' + text)}", "a.sh").text == text


@names
@divide_examples(4)
@given(values, chances)
def test_each_position_encodes_its_character(name: str, text: str, chance: random.Random) -> None:
    program = PROGRAMS[name](text, chance)
    value = extract_value(program, name)
    for i, char in enumerate(text):
        start, end = value.map_span(Span(i, i + 1))
        written = program[start:end]
        assert written == char or written[0] in "\\&\r\"'" or written == char * 2


@names
@divide_examples(4)
@given(values, st.data(), chances)
def test_an_edit_changes_the_value_as_intended(
    name: str, text: str, data: st.DataObject, chance: random.Random
) -> None:
    program = PROGRAMS[name](text, chance)
    value = extract_value(program, name)
    start = data.draw(st.integers(8, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    new = data.draw(
        st.one_of(
            st.sampled_from(("", "x", '"', "ge", "'", "{", "\\", "$", "`", "&", "é", "\n", "7")),
            pieces,
        )
    )
    new = new.encode(errors="ignore").decode().replace("\0", "")
    edit = Edit(Span(start, end), new)
    there = value.map_edit(edit)
    expected = apply_edits(text, [edit])
    # A text with `?filter=` is a URL, and one that ends early goes on elsewhere.
    if there is not None and "filter=" not in expected and not ends_early(expected):
        assert extract_value(apply_edits(program, [there]), name).text == mark_text(expected)


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.ts", "a.tsx", "a.sh"])
@given(
    st.one_of(
        any_text,
        st.lists(
            st.sampled_from(
                [
                    "filter",
                    "=",
                    "f'",
                    'f"""',
                    "{",
                    "}",
                    "'",
                    '"',
                    "`",
                    "${",
                    "\\",
                    "\\N{",
                    "(",
                    ")",
                    "[",
                    "]",
                    ":",
                    "%s",
                    "%",
                    "x",
                    "+",
                    ".join",
                    ".format",
                    "\n",
                    "\r",
                    "\r\n",
                    "#",
                    "//",
                    "/*",
                    "*/",
                    "<A ",
                    ">",
                    "?filter=",
                    "eq(a,1)",
                    "$(",
                    "<<E",
                    "\nE\n",
                    '{"filter": ',
                    "é",
                    "\ufeff",
                    "\0",
                    "\ufffc",
                    "\\0",
                    "&",
                    "&amp;",
                    " ",
                ]
            )
        ).map("".join),
    )
)
@example("")
@example("\ufeffx(filter='eq(a,1)')")
@example("f(filter=f'''{x['''a''']}''')")
def test_no_text_raises_an_error(name: str, text: str) -> None:
    extraction = extract_text(text, name)
    for value, *_ in extraction.filters:
        assert all(0 <= a <= b <= len(text) for a, b in zip(value.starts, value.ends, strict=True))
        assert 0 <= value.bounds.start <= value.bounds.end <= len(text)
    for span, *_ in extraction.problems:
        assert 0 <= span.start <= span.end <= len(text)


DEEP = {
    "a.py": "f(filter=" + "(" * 5000 + "'eq(a,1)'" + ")" * 5000 + ")",
    "b.py": "x = " + "-" * 100_000 + "1",
    "a.js": "f({filter: " + "(" * 5000 + "'eq(a,1)'" + ")" * 5000 + "})",
    "a.ts": "x = " + "'a'.concat(" * 5000 + "x" + ")" * 5000,
    "a.tsx": "x = " + "'a' + (" * 5000 + "x" + ")" * 5000,
    "b.js": "get('/v2/orders', {url: x, filter: " * 2000 + "'eq(a,1)'" + "})" * 2000,
    "b.ts": "get('/v2/' + (" * 5000 + "x" + "))" * 5000,
    "a.sh": "x=" + "$(echo " * 1000 + "x" + ")" * 1000,
}


@pytest.mark.parametrize("name", slow_except(DEEP, "a.py", "a.js"))
def test_deep_nesting_raises_no_error(name: str) -> None:
    extraction = extract_text(DEEP[name], name)
    assert len(extraction.problems) == (name.endswith(".py"))
    assert len(extraction.filters) == (name in ("a.js", "b.js"))


def test_nested_templates_are_scanned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = 0

    class Counting:
        def match(self, _: str, start: int) -> None:
            self.search(_, start, start + 2)

        def search(self, _: str, start: int, end: int) -> None:
            nonlocal scanned
            scanned += end - start

    monkeypatch.setitem(vars(TEMPLATE), "_open_escape", Counting())

    def characters_of(times: int) -> int:
        nonlocal scanned
        scanned = 0
        extract_text("f({filter: " + "`eq(a,${b + " * times + "x" + "})`" * times + "})", "a.js")
        return scanned

    assert 0 < characters_of(80) < 2.3 * characters_of(40)


def test_an_escape_in_a_substitution_does_not_affect_the_template() -> None:
    edit = Edit(Span(0, 2), "gt")
    for text, can_be_changed in ((r"`eq(a,${'\1'})`", True), (r"`eq(a,${b},\1)`", False)):
        hole = (text.index("$"), text.index("}") + 1)
        value = TEMPLATE.map(MappedText.of_file(text), 0, len(text), [hole])
        assert value is not None
        assert (value.map_edit(edit) is not None) == can_be_changed


def test_many_operands_are_one_string() -> None:
    parts = [f":eq(a,{i})" for i in range(5000)]
    program = "filter = " + " + ".join(map(repr, parts))
    assert extract_value(program, "a.js").text == "".join(parts)
    # Python itself does not parse so many operands.
    assert extract_value("filter = " + " + ".join(map(repr, parts[:500])), "a.py").text == "".join(
        parts[:500]
    )
