"""What the readers of filters in JSON share: decoding, and errors with the path of the node.

A path ends with a dot where members follow: `children[0].args[1].`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from epfilter.arguments import describe_type
from epfilter.errors import FilterValueError
from epfilter.limits import MAX_DEPTH
from epfilter.snippets import shorten
from epfilter.strict_json import JsonError, JsonFault, StrictDecoder

_DECODER = StrictDecoder(tolerate={JsonFault.CONSTANT, JsonFault.SURROGATE})
"""It accepts what the readers refuse with the path of the node."""


def decode_utf8(data: str | bytes) -> str:
    """Return a text, or bytes in UTF-8 as one. Raises FilterValueError for other bytes."""
    try:
        return data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise FilterValueError(
            f"the tree is not UTF-8: byte 0x{error.object[error.start]:02x} at {error.start}."
        ) from None


def load_tree(text: str, hint: str) -> Any:
    """Return the data of a JSON text. Raises FilterValueError, with this hint, for another text."""
    try:
        return _DECODER.decode(text)
    except JsonError as error:
        if error.fault is JsonFault.DEPTH:
            raise depth_error("") from None
        raise FilterValueError(f"the tree is not valid JSON: {error}.", hint=hint) from None


def read_list(data: Mapping[str, Any], member: str, path: str) -> Sequence[Any]:
    """Return the list in a member, which may be absent or null. Raises FilterValueError."""
    value = data.get(member)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise tree_error(f"{path}{member}.", f"{member} is a list, not {json_type(value)}.")
    return value


def require_members(data: Mapping[str, Any], known: Sequence[str], noun: str, path: str) -> None:
    """Raise FilterValueError for a member that is not known."""
    for name in data:
        if name not in known:
            shown = shorten(name) if isinstance(name, str) else describe_type(name)
            listed = f"{', '.join(known[:-1])} and {known[-1]}"
            raise tree_error(path, f"{noun} has no member `{shown}`.", f"it has {listed}")


def require_encodable(text: str, path: str) -> None:
    """Raise FilterValueError for a text that no encoding has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise tree_error(path, "the text has a lone surrogate, which has no encoding.") from None


def suggest_text(value: object) -> str | None:
    """Return the hint for a value that has a text in JSON, or None.

    >>> suggest_text(True), suggest_text([])
    ('write it as text: "true"', None)
    """
    if isinstance(value, float) and not isfinite(value):
        return None
    if not isinstance(value, (bool, int, float)):
        return None
    try:
        text = json.dumps(value)
    except ValueError:  # Python converts at most 4300 digits.
        return "write it as text"
    return f'write it as text: "{shorten(text)}"'


def depth_error(path: str) -> FilterValueError:
    """Return the error of a tree that is too deep."""
    return tree_error(
        path,
        f"a filter may nest at most {MAX_DEPTH} levels of AND and OR.",
        "give all terms of one kind to one node",
    )


def tree_error(path: str, message: str, hint: str | None = None) -> FilterValueError:
    """Return an error that begins with the path of its node.

    >>> str(tree_error("rules[0].", "a rule needs a field."))
    'rules[0]: a rule needs a field.'
    """
    node = path.removesuffix(".")
    return FilterValueError(f"{node}: {message}" if node else message, hint=hint)


def json_type(value: object) -> str:
    """Return the name of a value's type in JSON, with an article.

    >>> json_type(None), json_type(5), json_type([])
    ('null', 'a number', 'a list')
    """
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a text", list: "a list", dict: "an object"}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "a number"
    return names.get(type(value)) or describe_type(value)
