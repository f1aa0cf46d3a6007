"""The files that the page loads: its own, and the editor of a filter if it was built."""

from __future__ import annotations

from importlib.resources import files

_FOLDERS = [files(__package__).joinpath("assets")]
_TYPES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "text_field.js": "text/javascript",
}

EDITOR = "epfilter-editor.js"
"""The bundle of the editor; a wheel that was built without Node does not contain it."""

_TYPES[EDITOR] = "text/javascript"


def has_editor() -> bool:
    """Return whether the editor was built."""
    return any(folder.joinpath(EDITOR).is_file() for folder in _FOLDERS)


def read_asset(name: str) -> tuple[bytes, str] | None:
    """Return the content and the media type of a file; None if there is no such file.

    >>> read_asset("page.js")[1], read_asset("../routes.py")
    ('text/javascript', None)
    """
    if name not in _TYPES:
        return None
    for folder in _FOLDERS:
        file = folder.joinpath(name)
        if file.is_file():
            return file.read_bytes(), _TYPES[name]
    return None
