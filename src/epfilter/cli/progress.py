"""Progress on standard error, to a terminal only: a bar on long runs, or a line that changes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Self, TypeVar

import click

T = TypeVar("T")

_BAR_DELAY = 0.5
"""Seconds after which a run is long enough for a bar."""

_STEPS = 200
"""How often a bar that shows a size moves."""

_PAUSE = 0.1
"""Seconds between two updates of a status line with `throttle`."""


def collect_with_progress(items: Iterable[T], count: int, label: str) -> Iterator[T]:
    """Return the items; on a terminal, collect them all first and show a bar meanwhile.

    They are collected first because the bar and findings would overwrite each other.
    """
    if not _has_terminal():
        return iter(items)
    return iter(_collect(items, count, label))


def _collect(items: Iterable[T], count: int, label: str) -> list[T]:
    collected: list[T] = []
    start = monotonic()
    remaining = iter(items)
    for item in remaining:
        collected.append(item)
        if monotonic() - start > _BAR_DELAY:
            break
    else:
        return collected
    with click.progressbar(
        remaining, length=count - len(collected), label=label, file=sys.stderr
    ) as bar:
        collected += bar
    return collected


def iterate_with_progress(
    items: Iterable[T], size_of: Callable[[T], int], size: int, label: str
) -> Iterator[T]:
    """Return the items one by one; on a terminal, show how much of `size` is done."""
    if not _has_terminal():
        return iter(items)
    return _iterate(items, size_of, size, label)


def _iterate(items: Iterable[T], size_of: Callable[[T], int], size: int, label: str) -> Iterator[T]:
    remaining, done, start = iter(items), 0, monotonic()
    for item in remaining:
        yield item
        done += size_of(item)
        if monotonic() - start > _BAR_DELAY:
            break
    else:
        return
    with click.progressbar(
        length=size, label=label, file=sys.stderr, update_min_steps=max(1, size // _STEPS)
    ) as bar:
        bar.update(done)
        for item in remaining:
            yield item
            bar.update(size_of(item))


def _has_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class StatusLine:
    """A line on standard error that shows the current state; it is removed after the block."""

    def __init__(self) -> None:
        self._terminal = _has_terminal()
        self._length = 0
        self._updated = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._length:
            self._write("")
            click.echo("\r", nl=False, err=True)

    def show(self, text: str, *, throttle: bool = False) -> None:
        """Replace the line by this text; with `throttle` at most a few times a second."""
        now = monotonic()
        if self._terminal and not (throttle and now - self._updated < _PAUSE):
            self._updated = now
            self._write(text[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        # Spaces, not a control sequence, because not every terminal supports those.
        click.echo(f"\r{text.ljust(self._length)}", nl=False, err=True)
        self._length = len(text)
