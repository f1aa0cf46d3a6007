"""Decoding and encoding of files, and their lines."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.errors import Span
from epfilter.linter import lint_content
from epfilter.linter.files.document import (
    Document,
    DocumentError,
    LineIndex,
)
from support.rows import for_each

TEXT = 'eq(name,"Ren\u00e9")\r\neq(a,1)\rin(b,2)\n\U0001f600'
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKS)
@for_each("name", ["a.filter", "a.json", "a.py", "a.js", "a.sh", "a.md", "a.yaml"])
def test_a_file_of_a_byte_order_mark_is_empty(encoding: str, name: str) -> None:
    document = Document.decode(MARKS[encoding], name)
    assert (document.text, document.encode("")) == ("", MARKS[encoding])
    assert lint_content(MARKS[encoding], name).ok


@pytest.mark.parametrize("encoding", MARKS)
def test_a_byte_order_mark_sets_the_encoding_and_is_kept(encoding: str) -> None:
    content = MARKS[encoding] + TEXT.encode(encoding)
    document = Document.decode(content, "a.filter")
    assert (document.text, document.encoding, document.byte_order_mark) == (
        TEXT,
        encoding,
        MARKS[encoding],
    )
    assert document.encode(document.text) == content
    assert document.encode("é") == MARKS[encoding] + "é".encode(encoding)


@given(st.text())
def test_utf_8_round_trips(text: str) -> None:
    content = text.replace("\0", "").encode()
    document = Document.decode(content, "a.json")
    assert document.encode(document.text) == content


def decode_document(content: bytes, name: str) -> Document | None:
    """Return the document of a content, or None where it is rejected."""
    try:
        return Document.decode(content, name)
    except DocumentError as error:
        if error.code == "EPF702":
            return None
        raise


@given(st.binary(max_size=60), st.sampled_from(("a.py", "a.json", "A.PYI")))
def test_any_bytes_are_decoded_or_rejected(content: bytes, name: str) -> None:
    document = decode_document(content, name)
    if document is not None and document.is_exact:
        assert document.encode(document.text) == content


CODECS = ["latin-1", "cp1252", "shift_jis", "iso2022_jp", "utf-7", "utf-16", "utf_8_sig", "idna", "punycode", "hex", "zlib", "rot13", "undefined", "unicode_escape", "mbcs", "oem", "utf-8", "koi8-r", "big5hkscs", "cp037", "utf-32"]  # fmt: skip


@pytest.mark.filterwarnings("ignore:invalid escape sequence", 'ignore:"')
@pytest.mark.parametrize("name", CODECS)
@given(rest=st.binary(max_size=30))
def test_no_declared_encoding_raises_another_error(name: str, rest: bytes) -> None:
    content = b"# coding: " + name.encode() + b"\nfilter = 'gte(a,1)'\n# " + rest
    document = decode_document(content, "a.py")
    if document is None:
        return
    if document.is_exact:
        assert document.encode(document.text) == content
    else:
        with pytest.raises(DocumentError, match="again would change other parts of it"):
            document.encode(document.text)


@for_each(
    ("head", "encoding"),
    [
        (b"# coding: latin-1\n", "iso8859-1"),
        (b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n", "iso8859-1"),
        (b"#!/usr/bin/python\r# vim: set fileencoding=cp1252 :\r", "cp1252"),
        (b"\r\n# coding=latin-1\r\n", "iso8859-1"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (b"import os\n# coding: latin-1\n", "utf-8"),
        (b"'# coding: latin-1'\n", "utf-8"),
        (b"x\r# no\r# coding: nothing\r", "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_python_declares_its_encoding_in_its_first_two_lines(head: bytes, encoding: str) -> None:
    assert Document.decode(head, "a.py").encoding == encoding
    assert Document.decode(head, "A.PY").encoding == encoding
    assert Document.decode(head, "a.js").encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"eq(a,\xe9)", "this file is not valid UTF-8: byte 0xe9 at offset 5."),
        (b"\xef\xbb\xbf\xff", "this file is not valid UTF-8: byte 0xff at offset 3."),
        (b"\xff\xfea", "this file is not valid UTF-16-LE: byte 0x61 at offset 2."),
        (b"eq(a,\x00)", "this file is binary, not text."),
        (b"\x00\xff", "this file is binary, not text."),
    ],
)
def test_binary_content_is_rejected_with_a_message(content: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        Document.decode(content, "a.filter")
    assert refusal.value.message == message


def test_a_character_that_the_encoding_lacks_is_rejected() -> None:
    document = Document.decode(b"# coding: latin-1\n", "a.py")
    with pytest.raises(DocumentError) as refusal:
        document.encode("eq(a,“)")
    assert str(refusal.value) == "the fix contains a character that ISO8859-1 cannot encode: `“`."


def test_lines_end_as_editors_say() -> None:
    lines = LineIndex("a\r\nbc\rd\n\ne\x0c\u2028f")
    assert [lines.position_of(at) for at in (0, 3, 4, 6, 8, 9, 12)] == [
        *((1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (5, 1), (5, 4)),
    ]
    assert [lines.text_of(number) for number in range(1, 6)] == ["a", "bc", "d", "", "e\x0c\u2028f"]
    assert lines.span_of(2) == Span(3, 6)
    assert lines.numbers_of(Span(0, 3)) == (1, 1)
    assert lines.numbers_of(Span(0, 4)) == (1, 2)
    assert lines.numbers_of(Span(3, 3)) == (2, 2)


@pytest.mark.parametrize("name", ["nothing", ".", "a\0b", "x" * 5000])
def test_an_unreadable_path_is_rejected_with_a_message(name: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refusal:
        Document.read(tmp_path / name)
    assert refusal.value.code == "EPF701"
