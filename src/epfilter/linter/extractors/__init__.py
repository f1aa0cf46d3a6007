"""Sources: where filters hide in files, one reader for each kind of file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from epfilter.linter.extractors.mapped_text import Placed

if TYPE_CHECKING:
    from epfilter.linter.extractors.extraction import Reading

READERS = {
    ".filter": "in_lines:read",
    ".filters": "in_lines:read",
    ".txt": "in_lines:read",
    ".json": "in_json:read",
    ".jsonc": "in_json:read",
    ".jsonl": "in_json:read_lines",
    ".ndjson": "in_json:read_lines",
    ".yaml": "in_yaml:read",
    ".yml": "in_yaml:read",
    ".http": "in_http:read",
    ".rest": "in_http:read",
    ".md": "in_markdown:read",
    ".markdown": "in_markdown:read",
    ".mdx": "in_markdown:read",
    ".sh": "in_shell:read",
    ".bash": "in_shell:read",
    ".zsh": "in_shell:read",
    ".py": "in_python:read",
    ".pyi": "in_python:read",
    ".js": "in_javascript:read",
    ".jsx": "in_javascript:read",
    ".mjs": "in_javascript:read",
    ".cjs": "in_javascript:read",
    ".ts": "in_javascript:read_typescript",
    ".mts": "in_javascript:read_typescript",
    ".cts": "in_javascript:read_typescript",
    ".tsx": "in_javascript:read_tsx",
}
"""The end of a file's name, and the module and function that reads such files."""

LINES = ".filter"
"""The end of the name of a file that holds one filter a line."""


class NeedsExtraError(ImportError):
    """A kind of file needs a package that is not installed."""


def read(text: str, name: str, reading: Reading, *, suffix: str = "") -> None:
    """Read a file of this name; what it holds is added to `reading`.

    `suffix` stands for the end of the name, where the file is read as another kind. Raises
    NeedsExtraError as `reader_of` does.

    >>> from epfilter.linter.extractors.endpoints import Endpoints
    >>> from epfilter.linter.extractors.extraction import Reading
    >>> reading = Reading(Endpoints())
    >>> read('{"filter": "eq(payment,paid)"}', "job.json", reading)
    >>> reading.filters[0].value.text
    'eq(payment,paid)'
    """
    reader_of(suffix or PurePath(name).suffix.lower())(Placed.whole(text), reading)


def reader_of(suffix: str) -> Callable[[Placed, Reading], None]:
    """What reads files whose names end so.

    Raises NeedsExtraError where the package that reads such files is not installed.
    """
    module, function = READERS[suffix].split(":")
    try:
        room = import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("epfilter"):
            raise
        raise NeedsExtraError(missing.name) from None
    return cast("Callable[[Placed, Reading], None]", getattr(room, function))
