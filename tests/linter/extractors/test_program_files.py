"""Literals of programs, whatever they say: decoded, placed, and changed."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors import (
    Endpoints,
    Extraction,
    MappedText,
    extract,
    javascript_literals,
)
from epfilter.linter.extractors.mapped_text import mark_placeholders
from epfilter.printer import unparse
from support.filter_strategies import any_text, filters, pieces

_CODES = {ord(char) for char in "'\"`\\\n\r{}$&"}


def reading_of(text: str, name: str) -> Extraction:
    extraction = Extraction(Endpoints())
    extract(text, name, extraction)
    return extraction


def as_read(text: str) -> str:
    return mark_placeholders(MappedText.of_file(text)).text


def the_value(program: str, name: str) -> MappedText:
    """The one filter of a program."""
    extraction = reading_of(program, name)
    assert not extraction.problems
    assert not extraction.interpolations
    assert len(extraction.filters) == 1, extraction
    return extraction.filters[0].value


def python_char(char: str, quote: str, chance: random.Random) -> str:
    """A character in one of the ways in which Python can write it."""
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


def python_literal(text: str, chance: random.Random) -> str:
    quote = chance.choice(["'", '"', "'''", '"""'])
    prefix = chance.choice(["", "", "u", "r", "f", "F", "rf", "fR"])
    if "r" in prefix.lower():
        if not text.isprintable() or {quote[0], "\\", "{", "}"} & {*text}:
            return repr(text)
        return prefix + quote + text + quote
    written = "".join(python_char(char, quote, chance) for char in text)
    if "f" in prefix.lower():
        # A continuation stands between the two braces of none.
        plain = [python_char(c, quote, chance).replace("{", "{{").replace("}", "}}") for c in text]
        written = "".join(plain)
    return prefix + quote + written + quote


def javascript_char(char: str, quote: str, chance: random.Random) -> str:
    """A character in one of the ways in which JavaScript can write it."""
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


def javascript_literal(text: str, chance: random.Random) -> str:
    quote = chance.choice("'\"`")
    return quote + "".join(javascript_char(char, quote, chance) for char in text) + quote


def shell_word(text: str, chance: random.Random) -> str:
    """A text as a word of a shell, quoted in several ways one behind the other."""
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
    return "".join(chance.choice(ways)(part) for part in cut_up(text, chance))


def cut_up(text: str, chance: random.Random) -> list[str]:
    places = sorted(chance.choices(range(len(text) + 1), k=chance.randint(0, 2)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def python_program(text: str, chance: random.Random) -> str:
    literals = [python_literal(part, chance) for part in cut_up(text, chance)]
    between = chance.choice([" ", " + ", " # é\n  ", " \\\n"])
    return f"é = 1\nf('é', filter=({between.join(literals)}))\n"


def javascript_program(text: str, chance: random.Random) -> str:
    literals = [javascript_literal(part, chance) for part in cut_up(text, chance)]
    between = chance.choice([" + ", "+", ") + /* é */ ("])
    return f"let é = {{'é': 1, filter: ({between.join(literals)})}};\n"


def jsx_program(text: str, chance: random.Random) -> str:
    quote = chance.choice("'\"")
    written = "".join(
        f"&#x{ord(c):x};" if c in f"&{quote}" or not c.isprintable() or chance.random() < 0.1 else c
        for c in text
    )
    # To the grammar a comment begins here, which is told; see tsx.tsx.txt.
    written = written.replace(";//", ";&#x2f;/")
    return f"let é = <A b='é' filter={quote}{written}{quote}>é</A>;\n"


def shell_program(text: str, chance: random.Random) -> str:
    return f"echo é; curl -G x --data-urlencode filter={shell_word(text, chance)}\n"


PROGRAMS = {
    "a.py": python_program,
    "a.js": javascript_program,
    "a.ts": javascript_program,
    "a.tsx": jsx_program,
    "a.jsx": jsx_program,
    "a.sh": shell_program,
}
names = pytest.mark.parametrize("name", PROGRAMS)

values = st.builds(
    lambda filter_, more: "eq(a,1):" + filter_ + more,
    filters.map(unparse),
    pieces.map(lambda text: text.encode(errors="ignore").decode()),
).filter(lambda text: "\0" not in text and "filter=" not in text and as_read(text) == text)
"""Texts that are taken as filters, and that every language can write."""


@names
@given(values, st.randoms(use_true_random=False))
def test_a_literal_says_what_its_language_says(name: str, text: str, chance: random.Random) -> None:
    assert the_value(PROGRAMS[name](text, chance), name).text == text


@given(values)
def test_literals_as_the_standard_library_writes_them(text: str) -> None:
    assert the_value(f"f(filter={text!r})", "a.py").text == text
    assert the_value(f"f(filter={text!a})", "a.py").text == text
    assert the_value(f"f({{filter: {json.dumps(text)}}})", "a.js").text == text
    assert the_value(f"f({{filter: {json.dumps(text, ensure_ascii=False)}}})", "a.ts").text == text
    assert the_value(f"http x {shlex.quote('filter==' + text)}", "a.sh").text == text


@names
@given(values, st.randoms(use_true_random=False))
def test_every_place_is_what_writes_its_character(
    name: str, text: str, chance: random.Random
) -> None:
    program = PROGRAMS[name](text, chance)
    value = the_value(program, name)
    for i, char in enumerate(text):
        start, end = value.map_span(Span(i, i + 1))
        written = program[start:end]
        assert written == char or written[0] in "\\&\r\"'" or written == char * 2


@names
@given(values, st.data(), st.randoms(use_true_random=False))
def test_an_edit_changes_the_value_as_it_says(
    name: str, text: str, data: st.DataObject, chance: random.Random
) -> None:
    program = PROGRAMS[name](text, chance)
    value = the_value(program, name)
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
    # Behind `?filter=`, the reader takes the text for a URL.
    if there is not None and "filter=" not in expected:
        assert the_value(apply_edits(program, [there]), name).text == as_read(expected)


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
def test_no_text_is_too_strange(name: str, text: str) -> None:
    extraction = reading_of(text, name)
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


@pytest.mark.parametrize("name", DEEP)
def test_no_text_is_too_deep(name: str) -> None:
    extraction = reading_of(DEEP[name], name)
    assert len(extraction.problems) == (name.endswith(".py"))
    assert len(extraction.filters) == (name in ("a.js", "b.js"))


def test_what_stands_inside_a_template_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0

    class Counting:
        def match(self, _: str, start: int) -> None:
            self.search(_, start, start + 2)

        def search(self, _: str, start: int, end: int) -> None:
            nonlocal looked_at
            looked_at += end - start

    monkeypatch.setattr(javascript_literals, "_SHORT_ESCAPE", Counting())

    def characters_of(times: int) -> int:
        nonlocal looked_at
        looked_at = 0
        reading_of("f({filter: " + "`eq(a,${b + " * times + "x" + "})`" * times + "})", "a.js")
        return looked_at

    assert 0 < characters_of(80) < 2.3 * characters_of(40)


def test_an_escape_inside_a_template_is_no_matter_of_it() -> None:
    edit = Edit(Span(0, 2), "gt")
    for text, can_be_changed in ((r"`eq(a,${'\1'})`", True), (r"`eq(a,${b},\1)`", False)):
        hole = (text.index("$"), text.index("}") + 1)
        value = javascript_literals.map_template(MappedText.of_file(text), 0, len(text), [hole])
        assert (value.map_edit(edit) is not None) == can_be_changed


def test_many_operands_are_one_text() -> None:
    parts = [f"eq(a,{i}):" for i in range(5000)]
    program = "filter = " + " + ".join(map(repr, parts))
    assert the_value(program, "a.js").text == "".join(parts)
    # Python itself reads no sum of so many.
    assert the_value("filter = " + " + ".join(map(repr, parts[:500])), "a.py").text == "".join(
        parts[:500]
    )
