"""The table of what programs write for values: each row matches its examples, and no other row."""

from __future__ import annotations

import pytest

from epfilter.linter.files.value_origins import (
    IDIOMS,
    Form,
    Idiom,
    Origin,
    compile_declarations,
    find_origin,
)
from support.rows import for_each

ROWS = [(idiom, example) for idiom in IDIOMS for example in idiom.examples]
DECLARATIONS = [(idiom, example) for idiom, example in ROWS if idiom.form is Form.DECLARATION]
OTHERS = [(idiom, example) for idiom, example in ROWS if idiom.form is not Form.DECLARATION]


@for_each(("idiom", "example"), OTHERS, ids=[example for _, example in OTHERS])
def test_a_row_matches_its_examples_alone(idiom: Idiom, example: str) -> None:
    assert find_origin(example, idiom.form) is idiom.origin
    searches = [
        row.regex.search if row.form is Form.PART else row.regex.fullmatch
        for row in IDIOMS
        if row.form is idiom.form
    ]
    assert sum(search(example) is not None for search in searches) == 1


@for_each(("idiom", "example"), DECLARATIONS, ids=[example for _, example in DECLARATIONS])
def test_a_declaration_matches_its_examples(idiom: Idiom, example: str) -> None:
    patterns = compile_declarations("id" if "id" in example else "email")
    row = [each for each in IDIOMS if each.form is Form.DECLARATION].index(idiom)
    assert patterns[row][1].search(example)
    assert not patterns[row][1].search(example.replace("email", "mail").replace("id", "key"))


@pytest.mark.parametrize(
    "text", ["email", "request", "parameters", "query.email", "total + 1", "f(x)"]
)
def test_nothing_is_certain_about_other_expressions(text: str) -> None:
    assert find_origin(text, Form.PART, Form.EXPRESSION) is Origin.UNKNOWN
