"""The readiness of the orders, cached because each check may cost a query."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from threading import Lock

from epfilter.exporter.errors import ExporterError

_CACHE_SECONDS = 5.0
"""Seconds for which a result is valid: probes are frequent."""


class Readiness:
    """A check that runs in one thread at a time and caches its result for 5 seconds.

    `probe` raises ExporterError if something is not ready.

    >>> calls = []
    >>> readiness = Readiness(lambda: calls.append("probe"))
    >>> readiness.check(), readiness.check(), calls
    (None, None, ['probe'])
    """

    def __init__(
        self, probe: Callable[[], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._probe = probe
        self._clock = clock
        self._lock = Lock()
        self._valid_until = clock()
        self._error: ExporterError | None = None

    def check(self) -> None:
        """Raise the ExporterError of the last probe."""
        with self._lock:
            if self._clock() >= self._valid_until:
                self._error = self._run_probe()
                self._valid_until = self._clock() + _CACHE_SECONDS
            error = self._error
        if error is not None:
            # A copy: an error that is raised repeatedly would keep every traceback.
            raise copy(error)

    def _run_probe(self) -> ExporterError | None:
        try:
            self._probe()
        except ExporterError as error:
            return error.with_traceback(None)
        return None
