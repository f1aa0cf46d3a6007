"""Whether a store can be read, asked no more often than anybody needs to know."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from threading import Lock

from epfilter.exporter.errors import ExporterError

_REMEMBERED = 5.0
"""For how many seconds an answer holds: each may cost a query, and probes come often."""


class Readiness:
    """Asks whether something is ready, one at a time, and remembers the answer for 5 seconds.

    >>> asked = []
    >>> readiness = Readiness(lambda: asked.append("ready?"))
    >>> readiness.demand(), readiness.demand(), asked
    (None, None, ['ready?'])
    """

    def __init__(
        self, asks: Callable[[], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._asks = asks
        self._clock = clock
        self._lock = Lock()
        self._holds_until = clock()
        self._fault: ExporterError | None = None

    def demand(self) -> None:
        """Do nothing, or raise the ExporterError that was raised when it was asked last."""
        with self._lock:
            if self._clock() >= self._holds_until:
                self._fault = self._found()
                self._holds_until = self._clock() + _REMEMBERED
            fault = self._fault
        if fault is not None:
            # A copy: one error that is raised again and again would keep every trace.
            raise copy(fault)

    def _found(self) -> ExporterError | None:
        try:
            self._asks()
        except ExporterError as error:
            return error.with_traceback(None)
        return None
