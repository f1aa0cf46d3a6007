"""How far a run is, to a terminal only: a bar on long runs, or a line that changes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Self, TypeVar

import click

T = TypeVar("T")

_SHOWN_AFTER = 0.5
"""Seconds after which a run is long enough for a bar."""

_STEPS = 200
"""How often a bar that shows a size moves."""

_PAUSE = 0.1
"""Seconds between two texts of a line that only moves."""


def shown_while(things: Iterable[T], count: int, label: str) -> Iterator[T]:
    """The same things; while they are awaited, a terminal shows on standard error how far it is.

    Then they are given all at once, because a bar and findings would overwrite each other.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        return iter(things)
    return iter(_awaited(things, count, label))


def _awaited(things: Iterable[T], count: int, label: str) -> list[T]:
    kept: list[T] = []
    began = monotonic()
    waiting = iter(things)
    for thing in waiting:
        kept.append(thing)
        if monotonic() - began > _SHOWN_AFTER:
            break
    else:
        return kept
    with click.progressbar(
        waiting, length=count - len(kept), label=label, file=sys.stderr
    ) as shown:
        kept += shown
    return kept


def shown_by_size(
    things: Iterable[T], size_of: Callable[[T], int], size: int, label: str
) -> Iterator[T]:
    """The same things one by one; a terminal shows on standard error how much of `size` is done."""
    if sys.stderr is None or not sys.stderr.isatty():
        return iter(things)
    return _passed_on(things, size_of, size, label)


def _passed_on(
    things: Iterable[T], size_of: Callable[[T], int], size: int, label: str
) -> Iterator[T]:
    waiting, done, began = iter(things), 0, monotonic()
    for thing in waiting:
        yield thing
        done += size_of(thing)
        if monotonic() - began > _SHOWN_AFTER:
            break
    else:
        return
    with click.progressbar(
        length=size, label=label, file=sys.stderr, update_min_steps=max(1, size // _STEPS)
    ) as bar:
        bar.update(done)
        for thing in waiting:
            yield thing
            bar.update(size_of(thing))


class StatusLine:
    """One line on standard error that says what is going on; it is gone behind the block."""

    def __init__(self) -> None:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._shown = 0
        self._at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._write("")
            click.echo("\r", nl=False, err=True)

    def show(self, text: str, *, moving: bool = False) -> None:
        """Put this in the place of the line; of texts that are `moving` only a few a second."""
        now = monotonic()
        if self._terminal and not (moving and now - self._at < _PAUSE):
            self._at = now
            self._write(text[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        # Spaces and not a sequence of control characters, which not every terminal knows.
        click.echo(f"\r{text.ljust(self._shown)}", nl=False, err=True)
        self._shown = len(text)
