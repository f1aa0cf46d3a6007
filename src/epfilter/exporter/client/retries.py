"""When a request is sent again: tenacity decides, and the flow yields what it decides.

Source: RFC 9110, 10.2.3 (Retry-After) and 15.5, 15.6; that a request which may have been received
is repeated only where that is harmless is 9.2.2.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
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

LONGEST_RETRY_AFTER = 120.0
"""A server that wants more seconds than this is asked again after so many."""

_TOO_MANY = 429
_NO_ANSWER_IN_TIME = 408
_SERVER = 500

_backoff = wait_exponential(multiplier=0.5, max=30) + wait_random(0, 0.5)

LOG = logging.getLogger("epfilter.exporter.client")


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed later: after 408, 429, 5xx and connection errors."""
    if isinstance(error, RequestFailedError):
        return error.status in {_NO_ANSWER_IN_TIME, _TOO_MANY} or error.status >= _SERVER
    return isinstance(error, ConnectionFailedError)


def not_received(error: BaseException) -> bool:
    """Whether the same request may succeed later and has certainly done nothing yet."""
    if isinstance(error, RequestFailedError):
        return error.status == _TOO_MANY
    return isinstance(error, ConnectionFailedError) and not error.maybe_received


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Which errors are worth another attempt, and when it has been enough."""

    when: Callable[[BaseException], bool]
    enough: Callable[[int, float], bool]
    """Asked with the attempts so far and the seconds to wait before the next."""

    subject: str
    """What is tried, for the log."""

    def run(self, attempt: Callable[[int], Flow[T]]) -> Flow[T]:
        """Runs `attempt(1)`, `attempt(2)`, … until one returns or there are enough."""
        return _RetryingFlow(
            retry=retry_if_exception(self.when),
            wait=_wait,
            stop=lambda state: self.enough(state.attempt_number, state.upcoming_sleep),
            before_sleep=self._log,
            reraise=True,
        )(attempt)

    def _log(self, state: RetryCallState) -> None:
        LOG.info(
            "%s: again in %.1f s (attempt %d failed)",
            self.subject,
            state.upcoming_sleep,
            state.attempt_number,
        )


class _RetryingFlow(BaseRetrying):
    """A controller of tenacity that sleeps by an effect, so that both drivers can use it."""

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


def _wait(state: RetryCallState) -> float:
    """A growing pause with chance in it, and as long as Retry-After says, up to the longest."""
    error = state.outcome and state.outcome.exception()
    asked = error.retry_after if isinstance(error, RequestFailedError) else None
    return max(min(asked or 0.0, LONGEST_RETRY_AFTER), _backoff(state))
