"""Repeats requests: tenacity decides when, and the flow yields the pauses.

Source: RFC 9110, 10.2.3 (Retry-After), 15.5 and 15.6 (statuses), and 9.2.2: a request that may have
been received is repeated only if that has no further effect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tenacity import (
    BaseRetrying,
    DoAttempt,
    RetryCallState,
    retry_if_exception,
    wait_exponential,
    wait_random,
)

from epfilter.exporter.client.effects import Flow, Sleep, T
from epfilter.exporter.errors import ConnectionFailedError, ExporterError, RequestFailedError

MAX_RETRY_AFTER = 120.0
"""The longest pause in seconds; a longer Retry-After is shortened to it."""

_LOGGER = logging.getLogger("epfilter.exporter.client")

_backoff = wait_exponential(multiplier=0.5, max=30) + wait_random(0, 0.5)


def is_transient(error: BaseException) -> bool:
    """Return whether the request may succeed later: after 408, 429, 5xx and connection errors."""
    if isinstance(error, RequestFailedError):
        return error.status in {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.TOO_MANY_REQUESTS,
        } or is_server_error(error.status)
    return isinstance(error, ConnectionFailedError)


def is_transient_without_effect(error: BaseException) -> bool:
    """Return whether the request may succeed later, and certainly had no effect yet."""
    if isinstance(error, RequestFailedError):
        return error.status == HTTPStatus.TOO_MANY_REQUESTS
    return isinstance(error, ConnectionFailedError) and not error.maybe_received


def is_server_error(status: int) -> bool:
    """Return whether a status is 500 or higher."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """The errors after which a request is repeated, and when to stop."""

    is_retryable: Callable[[BaseException], bool]
    is_exhausted: Callable[[int, float], bool]
    """Called with the number of attempts and the seconds until the next attempt."""

    subject: str
    """What is requested, for the log."""

    def run(self, attempt: Callable[[int], Flow[T]]) -> Flow[T]:
        """Run `attempt(1)`, `attempt(2)`, … until one returns or the policy stops.

        Raises the error of the last attempt.
        """
        return _RetryingFlow(
            retry=retry_if_exception(self.is_retryable),
            wait=_compute_pause,
            stop=lambda state: self.is_exhausted(state.attempt_number, state.upcoming_sleep),
            before_sleep=self._log,
            reraise=True,
        )(attempt)

    def _log(self, state: RetryCallState) -> None:
        _LOGGER.info(
            "%s: attempt %d failed, next attempt in %.1f s",
            self.subject,
            state.attempt_number,
            state.upcoming_sleep,
        )


class _RetryingFlow(BaseRetrying):
    """A controller of tenacity that sleeps with an effect, so that both drivers can use it."""

    def __call__(  # type: ignore[override] # as in tenacity's own controller for asyncio
        self, fn: Callable[[int], Flow[T]], *args: Any, **kwargs: Any
    ) -> Flow[T]:
        state = RetryCallState(retry_object=self, fn=fn, args=args, kwargs=kwargs)
        self.begin()
        while True:
            action: Any = self.iter(retry_state=state)
            if isinstance(action, DoAttempt):
                try:
                    result = yield from fn(state.attempt_number)
                except ExporterError as error:
                    state.set_exception((type(error), error, error.__traceback__))
                else:
                    return result
            else:
                state.prepare_for_next_attempt()
                yield Sleep(float(action))


def _compute_pause(state: RetryCallState) -> float:
    """Return a growing, partly random pause that is at least as long as Retry-After requests."""
    error = state.outcome and state.outcome.exception()
    requested = error.retry_after if isinstance(error, RequestFailedError) else None
    return max(min(requested or 0.0, MAX_RETRY_AFTER), _backoff(state))
