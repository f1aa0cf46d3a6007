"""What a flow asks for: a flow is a generator that yields effects, and a driver carries them out.

So everything but the carrying out is written once: `blocking` and `concurrent` each have a driver.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import httpx


@dataclass(frozen=True, slots=True)
class Open:
    """Send this and read the head of the answer; the reply is a `httpx.Response`.

    The answer that was open before is closed. Raises ConnectionFailedError in the flow, and so
    does `Read`.
    """

    request: httpx.Request


@dataclass(frozen=True, slots=True)
class Read:
    """The next bytes of the answer that is open; none at its end, which closes it."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """Call what may block; the reply is what it returns, and what it raises is raised."""

    function: Callable[[], object]


Effect: TypeAlias = Open | Read | Sleep | Call

T = TypeVar("T")

Flow: TypeAlias = Generator[Effect, Any, T]
"""Yields effects, is sent their replies, and returns a T.

Whatever it has to clean up it cleans up without an effect: when it is closed, nobody carries one
out any more.
"""
