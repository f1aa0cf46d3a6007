"""Sizes of large filters: one for every run, and the promised one for `pytest -m slow`."""

from __future__ import annotations

import pytest

MANY_TERMS = [5_000, pytest.param(100_000, marks=pytest.mark.slow)]
"""5,000 terms exceed every recursion limit; the documentation promises 100,000."""
