"""The process of the client, without which the server would run for ever."""

from __future__ import annotations

import asyncio
import os

_INTERVAL = 2.0
"""Seconds between two looks at the process."""


def is_running(number: int) -> bool:
    """Return whether there is a process with this number; on Windows that is never found."""
    # On Windows, `os.kill` would end the process. Zero and less are groups of processes.
    if os.name != "posix" or number <= 0:
        return False
    try:
        os.kill(number, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


async def end_with_process(number: int) -> None:
    """End this process when the one with this number has ended."""
    while is_running(number):  # noqa: ASYNC110 - nothing reports that another process has ended
        await asyncio.sleep(_INTERVAL)
    os._exit(1)  # the thread that reads from the client cannot be interrupted
