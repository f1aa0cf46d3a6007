"""The inputs on which the fuzzer once failed, and one of each kind to start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.checks import check_input

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_every_input_of_the_corpus_passes(path: Path) -> None:
    check_input(path.read_bytes())
