"""Snippets: the line of a span with carets below it, and texts that are safe to show."""

from __future__ import annotations

from epfilter import Diagnostic, Span
from epfilter.snippets import draw_snippet
from support.rows import for_each

_BELL = r"\u0007"


@for_each(
    ("text", "span", "drawn"),
    [
        ("", (0, 0), "1:1 X m\n\n    ^"),
        ("abc", (3, 3), "1:4 X m\n    abc\n       ^"),
        ("ab", (5, 6), "1:6 X m\n    ab\n      ^"),
        ("a\nbcd\ne", (3, 5), "2:2 X m\n    bcd\n     ^^"),
        ("a\nb", (1, 2), "1:2 X m\n    a\n     ^"),
        ("a\tb\x1bc", (4, 5), "1:5 X m\n    a\\tb\\u001bc\n              ^"),
        ("日本x", (2, 3), "1:3 X m\n    日本x\n        ^"),
        ("e\u0301x", (2, 3), "1:3 X m\n    e\u0301x\n     ^"),
        ("\U000e0001x", (1, 2), "1:2 X m\n    \\U000e0001x\n              ^"),
        ("a" * 300, (150, 152), f"1:151 X m\n    …{'a' * 100}…\n    {' ' * 34}^^"),
        ("a" * 300, (299, 300), f"1:300 X m\n    …{'a' * 100}\n    {' ' * 100}^"),
        ("日" * 300, (150, 152), f"1:151 X m\n    …{'日' * 50}…\n    {' ' * 33}^^^^"),
        ("\a" * 300, (150, 152), f"1:151 X m\n    …{_BELL * 16}…\n    {' ' * 31}{'^' * 12}"),
        ("a" * 300, (0, 300), f"1:1 X m\n    {'a' * 100}…\n    {'^' * 100}"),
    ],
)
def test_a_drawn_diagnostic(text: str, span: tuple[int, int], drawn: str) -> None:
    assert Diagnostic("X", "m", Span(*span)).draw(text) == drawn


def test_without_a_text_only_heading_and_hint_are_drawn() -> None:
    assert draw_snippet("a.yaml:1:1 X m", None, (0, 0), "install it") == (
        "a.yaml:1:1 X m\n    hint: install it"
    )
    assert draw_snippet("a.yaml:1:1 X m", None, (0, 0), None) == "a.yaml:1:1 X m"


def test_only_the_line_of_carets_is_styled() -> None:
    drawn = draw_snippet("1:4 X m", "abc", (1, 2), "h", style_carets=lambda line: f"<{line}>")
    assert drawn == "1:4 X m\n    abc\n<     ^>\n    hint: h"
