"""Paths as URIs."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote


def uri(path: PurePath) -> str:
    """A path as a URI: of the scheme `file` where it is absolute, otherwise a relative reference.

    >>> uri(PurePath("src", "so many.filter"))
    'src/so%20many.filter'
    """
    written = path.as_posix()
    if not path.is_absolute():
        return _quoted(written)
    if not path.drive:
        return f"file:///{_quoted(written.lstrip('/'))}"
    if written.startswith("//"):
        return f"file:{_quoted(written)}"
    return f"file:///{path.drive}{_quoted(written[len(path.drive) :])}"


def _quoted(text: str) -> str:
    """The text percent-encoded; a name that is no text as the bytes that it is."""
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        content = text.encode("utf-8", "surrogatepass")
    return quote(content, safe="/")
