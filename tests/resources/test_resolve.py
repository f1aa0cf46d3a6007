"""A resource and its name are equivalent arguments; anything else raises with the same words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from epfilter import FilterTypeError, lint
from epfilter.english import in_words
from epfilter.errors import ResourceError
from epfilter.resources import orders, resource_of
from epfilter.targets import to_predicate
from support.rows import for_each

_ENTRY_POINTS: dict[str, tuple[Callable[[object], object], str]] = {
    "lint": (lambda given: lint("eq(a,1)", given), ' Hint: as in lint(text, "orders").'),  # type: ignore[arg-type] # wrong on purpose
    "in_words": (lambda given: in_words("eq(a,1)", given), ""),  # type: ignore[arg-type] # the same
    "to_predicate": (
        lambda given: to_predicate("eq(a,1)", given),  # type: ignore[arg-type] # the same
        ' Hint: as in to_predicate(f, "orders").',
    ),
    "resource_of": (resource_of, ""),
}


def test_a_resource_and_its_name_are_equivalent() -> None:
    assert resource_of(orders) is orders
    assert resource_of("orders") is orders
    assert resource_of(None) is None


@pytest.mark.parametrize("entry_point", _ENTRY_POINTS)
@for_each(
    ("given", "error", "words", "hinted"),
    [
        (5, FilterTypeError, "a resource or its name is expected, not a value of type int.", True),
        (b"orders", FilterTypeError, "a resource or its name is expected, not a value of type bytes.", True),
        (type(orders), FilterTypeError, "a resource or its name is expected, not a value of type type.", True),
        ("", ResourceError, "there is no resource ``. Hint: `epfilter resources` lists them.", False),
        ("ordrs", ResourceError, "there is no resource `ordrs`. Hint: did you mean `orders`?", False),
    ],
)  # fmt: skip
def test_anything_else_raises(
    entry_point: str, given: object, error: type[Exception], words: str, *, hinted: bool
) -> None:
    call, hint = _ENTRY_POINTS[entry_point]
    with pytest.raises(error) as caught:
        call(given)
    assert str(caught.value) == words + hint * hinted
