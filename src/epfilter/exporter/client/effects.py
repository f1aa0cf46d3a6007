"""The effects that the client needs from the outside world, and the errors that they raise.

The logic of the client is written once, for both clients, in the style that is called "sans I/O":
no function sends, sleeps or writes itself. Instead it is a generator, a `Flow`, that yields an
`Effect` and receives its result. The driver of `sync_client` performs the effects by blocking, the
driver of `async_client` by awaiting.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import httpx

from epfilter.exporter.errors import ConnectionFailedError, SettingsError


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and read the head of the response; the result is a `httpx.Response`.

    The previous response is closed. Like `ReadChunk`, it raises ConnectionFailedError in the flow.
    """

    request: httpx.Request
    seconds: float
    """The seconds until the end of the response, head and body, however its bytes arrive."""


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """Read the next bytes of the open response as they were sent; empty at its end."""

    seconds: float | None = None
    """The seconds until the end of the response, instead of those of `Send`."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for a number of seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """Call a function that may block; the result is its result, and its errors are raised."""

    function: Callable[[], object]


Effect: TypeAlias = Send | ReadChunk | Sleep | Call

T = TypeVar("T")

Flow: TypeAlias = Generator[Effect, Any, T]
"""A generator that yields effects, receives their results, and returns a T.

It must clean up without effects, because none are performed while it is closed.
"""

_HTTP_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    OSError,
    UnicodeError,
)
"""The errors of `Send` and `ReadChunk`; UnicodeError is raised for invalid host names."""

_NOT_RECEIVED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""The errors that are raised before any part of a request was sent."""

_LATE = "the server accepted the connection but did not respond in time"

_MESSAGES: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection could be made in time"),
    (httpx.PoolTimeout, "too many requests run at once, and no connection became free in time"),
    (httpx.ReadTimeout, _LATE),
    (TimeoutError, _LATE),
    (httpx.WriteTimeout, "the request could not be sent in time"),
    (httpx.ReadError, "the connection broke before the response was complete"),
    (httpx.WriteError, "the connection broke while the request was being sent"),
    (httpx.RemoteProtocolError, "the connection broke, or the response is not HTTP"),
    (httpx.DecodingError, "the response is not in the encoding that its header names"),
    (UnicodeError, "the response redirects to an invalid host name"),
)
"""Our own messages: those of httpx may quote a header, or an address with its signature."""

_WITH_REASON = (httpx.ConnectError, httpx.ProxyError)
"""The errors whose text comes from the operating system or the proxy, and is useful."""


def translate_error(effect: Effect, error: Exception) -> Exception:
    """Return the error that an effect raises in its flow."""
    if isinstance(effect, Call):
        return error
    if type(error) is RuntimeError:
        # httpx and asyncio raise it; its subclasses are errors of other kinds.
        translated = SettingsError(
            "the client was closed while it was in use, or belongs to another event loop.",
            hint="create a client for each event loop",
        )
        translated.__cause__ = error
        return translated
    return translate_http_error(error) if isinstance(error, _HTTP_ERRORS) else error


def translate_http_error(error: Exception) -> ConnectionFailedError:
    """Return the ConnectionFailedError for an error of httpx or the operating system."""
    message = next((text for kind, text in _MESSAGES if isinstance(error, kind)), None)
    if message is None:
        has_reason = isinstance(error, _WITH_REASON) and bool(str(error))
        message = f"no connection could be made: {error}" if has_reason else "the connection failed"
    hint = None
    if _has_invalid_certificate(error):
        hint = "check the certificate of the server, and the clock"
    elif isinstance(error, (*_WITH_REASON, httpx.ConnectTimeout)):
        hint = "check the address and the network"
    return ConnectionFailedError(
        f"{message}.",
        maybe_received=not isinstance(error, _NOT_RECEIVED),
        hint=hint,
    )


def _has_invalid_certificate(error: BaseException) -> bool:
    """Return whether an error was raised for the certificate of the server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    cause = error.__cause__ or error.__context__
    return cause is not None and _has_invalid_certificate(cause)


@contextmanager
def translate_setup_errors() -> Iterator[None]:
    """Raise SettingsError for errors of httpx when it reads the environment.

    The messages of httpx are not used, because the address of a proxy may contain a password.
    """
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            f"the proxy in the environment requires the package {error.name or 'socksio'}.",
            hint="pip install 'httpx[socks]'",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"TLS cannot be set up from the environment: {error.strerror or error}.",
            hint="check SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE",
        ) from None
    except (httpx.InvalidURL, ValueError):
        raise SettingsError(
            "a proxy in the environment is not a valid address.",
            hint="check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
        ) from None
