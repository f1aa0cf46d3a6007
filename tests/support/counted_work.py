"""Counts the lines that an action runs, so that tests of growth need no clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def count_lines(action: Callable[[], object]) -> int:
    """Return the number of lines that an action runs."""
    lines = 0

    def trace(_frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    previous = sys.gettrace()  # such as the trace function of coverage
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(previous)
    return lines
