"""The kinds of files: the one table of their endings, extractors and packages."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from os.path import basename
from typing import TYPE_CHECKING, NamedTuple, cast

from epfilter.linter.extractors.mapped_text import MappedText

if TYPE_CHECKING:
    from epfilter.linter.extractors.extraction import Extraction

Extractor = Callable[[MappedText, "Extraction"], None]


class NeedsExtraError(ImportError):
    """A kind of file requires `package`, which is not installed; the extra `extra` contains it."""

    def __init__(self, package: str | None, extra: str = "lint") -> None:
        super().__init__(package)
        self.package = package
        self.extra = extra


class ParseTimeoutError(Exception):
    """A program takes too long to parse: its parser needs more than linear time."""


class FileKind(NamedTuple):
    """A kind of file.

    `extractor` is the module and the function that extracts filters from such files, and
    `endings` are the ends of their names. `languages` are the words that name the language of a
    code block in Markdown. `extra` is the extra with the packages that the extractor imports.

    `is_filter_list`: a file contains filters and nothing else; files of any other kind are skipped
    where `find_signs` finds nothing. `is_searched_for`: such files are linted when a folder is
    searched, not only when they are named. `declares_encoding`: a comment declares the encoding
    (PEP 263). `has_documentation`: such files may give examples of filters, without other signs.
    `is_document`: such files are texts for people. `comments` are the forms of a comment of such
    files, with `{}` for its text; there are several where a file contains other languages.
    """

    extractor: str
    endings: tuple[str, ...]
    languages: tuple[str, ...] = ()
    extra: str = "lint"
    is_filter_list: bool = False
    is_searched_for: bool = True
    declares_encoding: bool = False
    has_documentation: bool = False
    is_document: bool = False
    comments: tuple[str, ...] = ()


_HASH = ("# {}",)
_SLASHES = ("// {}",)
_HTML = ("<!-- {} -->",)
_ALL = "lint-all"
"""The extra with the grammars of more languages than the extra `lint` has."""

FILTER_LIST = FileKind(
    "filter_lines:extract", (".filter", ".filters"), is_filter_list=True, comments=_HASH
)
"""Files of filters; also the kind of the files that a project lists as such."""

FILE_KINDS = (
    FILTER_LIST,
    # A text file can contain anything.
    FileKind(
        "filter_lines:extract",
        (".txt",),
        is_filter_list=True,
        is_searched_for=False,
        comments=_HASH,
    ),
    FileKind(
        "json_files:extract",
        (".json", ".jsonc"),
        ("json", "jsonc", "json5"),
        has_documentation=True,
    ),
    FileKind("json_files:extract_lines", (".jsonl", ".ndjson"), ("jsonl", "ndjson")),
    FileKind(
        "yaml_files:extract",
        (".yaml", ".yml"),
        ("yaml", "yml"),
        has_documentation=True,
        comments=_HASH,
    ),
    FileKind("http_requests:extract", (".http", ".rest"), ("http", "rest"), comments=_HASH),
    FileKind(
        "markdown:extract",
        (".md", ".markdown", ".mdx"),
        has_documentation=True,
        is_document=True,
        comments=(*_HTML, *_HASH, *_SLASHES),
    ),
    FileKind(
        "shell_scripts:extract",
        (".sh", ".bash", ".zsh"),
        ("sh", "bash", "shell", "zsh", "console", "curl", "shell-session", "shellsession"),
        comments=_HASH,
    ),
    FileKind(
        "python_code:extract",
        (".py", ".pyi"),
        ("python", "py", "python3", "py3", "pycon"),
        declares_encoding=True,
        has_documentation=True,
        comments=_HASH,
    ),
    FileKind(
        "javascript_code:extract",
        (".js", ".jsx", ".mjs", ".cjs"),
        ("js", "javascript", "mjs", "cjs", "node", "jsx"),
        comments=_SLASHES,
    ),
    FileKind(
        "javascript_code:extract_typescript",
        (".ts", ".mts", ".cts"),
        ("ts", "typescript", "mts", "cts"),
        comments=_SLASHES,
    ),
    FileKind(
        "javascript_code:extract_tsx", (".tsx",), ("tsx",), comments=(*_SLASHES, "{{/* {} */}}")
    ),
    FileKind("languages:extract_go", (".go",), ("go", "golang"), _ALL, comments=_SLASHES),
    FileKind("languages:extract_php", (".php", ".phtml"), ("php",), _ALL, comments=_SLASHES),
    FileKind("languages:extract_ruby", (".rb", ".rake"), ("ruby", "rb"), _ALL, comments=_HASH),
    FileKind("languages:extract_java", (".java",), ("java",), _ALL, comments=_SLASHES),
    FileKind(
        "languages:extract_kotlin", (".kt", ".kts"), ("kotlin", "kt"), _ALL, comments=_SLASHES
    ),
    FileKind(
        "languages:extract_csharp", (".cs", ".csx"), ("csharp", "cs", "c#"), _ALL, comments=_SLASHES
    ),
    FileKind("languages:extract_swift", (".swift",), ("swift",), _ALL, comments=_SLASHES),
    FileKind("languages:extract_rust", (".rs",), ("rust", "rs"), _ALL, comments=_SLASHES),
    FileKind(
        "languages:extract_hcl",
        (".tf", ".tfvars", ".hcl"),
        ("hcl", "terraform", "tf"),
        _ALL,
        comments=_HASH,
    ),
    FileKind("languages:extract_toml", (".toml",), ("toml",), _ALL, comments=_HASH),
    FileKind("web_components:extract_vue", (".vue",), ("vue",), _ALL, comments=(*_SLASHES, *_HTML)),
    FileKind(
        "web_components:extract_svelte",
        (".svelte",),
        ("svelte",),
        _ALL,
        comments=(*_SLASHES, *_HTML),
    ),
    FileKind("notebooks:extract", (".ipynb",)),
    FileKind("env_files:extract", (".env",), ("env", "dotenv"), comments=_HASH),
    FileKind("bruno_files:extract", (".bru",), ("bru",)),
)
"""Every kind of file that is linted. A new kind is one row here, and its extractor."""

_BY_ENDING = {ending: kind for kind in FILE_KINDS for ending in kind.endings}
_BY_LANGUAGE = {language: kind for kind in FILE_KINDS for language in kind.languages}


@lru_cache(maxsize=64)  # each layer of the linter looks up the same file
def find_kind(name: str) -> FileKind | None:
    """Return the kind of a file by the ending of its name, in any case.

    The name of a file like `.env` may have an ending of its own, as in `.env.local`.

    >>> find_kind("shop/JOB.JSON").extractor
    'json_files:extract'
    """
    kind = _BY_ENDING.get(get_ending(name))
    if kind is None and ".env" in name.lower():
        base = basename(name).lower()  # noqa: PTH119 - a Path is slow to make
        return _BY_ENDING[".env"] if base == ".env" or base.startswith(".env.") else None
    return kind


def get_ending(name: str) -> str:
    """Return the ending of a file name in lower case, empty where it has none.

    >>> get_ending("shop/Main.LUA"), get_ending("shop/.env")
    ('.lua', '')
    """
    base = basename(name)  # noqa: PTH119 - a Path is slow to make
    dot = base.rfind(".")
    return base[dot:].lower() if 0 < dot < len(base) - 1 else ""


def find_kind_of_language(language: str) -> FileKind | None:
    """Return the kind of the code in a Markdown block of this language, in lower case."""
    return _BY_LANGUAGE.get(language)


def extract_file(
    text: str, name: str, extraction: Extraction, *, kind: FileKind | None = None
) -> None:
    """Add everything that a file of this name contains to `extraction`.

    `kind` replaces the kind of the name; a file of an unknown kind contains nothing. Raises
    NeedsExtraError where the packages of the kind are not installed.

    >>> from epfilter.linter.extractors import Endpoints, Extraction
    >>> extraction = Extraction(Endpoints())
    >>> extract_file('{"filter": "eq(payment,paid)"}', "job.json", extraction)
    >>> extraction.filters[0].value.text
    'eq(payment,paid)'
    """
    kind = kind or find_kind(name)
    if kind is not None:
        extract_as(kind, MappedText.of_file(text), extraction)


def extract_as(kind: FileKind, source: MappedText, extraction: Extraction) -> None:
    """Add everything that `source` contains as a file of this kind; raises NeedsExtraError."""
    module, function = kind.extractor.split(":")
    language, extraction.language = extraction.language, next(iter(kind.languages), "")
    try:
        # Some extractors import their package only when there is something to parse.
        extractor = getattr(import_module(f"{__package__}.{module}"), function)
        cast("Extractor", extractor)(source, extraction)
    except ParseTimeoutError:
        message = "this takes too long to parse; filters in it may be missed."
        extraction.add_problem(source, 0, 0, message, is_partial=True)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("epfilter"):
            raise
        raise NeedsExtraError(missing.name, kind.extra) from None
    finally:
        extraction.language = language
