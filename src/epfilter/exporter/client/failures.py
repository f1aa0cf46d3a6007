"""The one place where errors of httpx become errors of the exporter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from epfilter.exporter.client.effects import Call, Effect
from epfilter.exporter.errors import ConnectionFailedError, SettingsError

_FOREIGN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    OSError,
    UnicodeError,
)
"""What sending and reading may raise; the last for names that no host can have."""

_NOT_RECEIVED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""What ends a request before anything of it has been sent."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection could be made in time"),
    (httpx.PoolTimeout, "too many requests run at once: none of their connections became free"),
    (httpx.ReadTimeout, "the connection was made, but no answer came in time"),
    (httpx.WriteTimeout, "the request could not be sent in time"),
    (httpx.ReadError, "the connection broke before the answer was complete"),
    (httpx.WriteError, "the connection broke while the request was being sent"),
    (httpx.RemoteProtocolError, "the connection broke off, or what came was not HTTP"),
    (httpx.DecodingError, "the answer is not in the encoding that it says"),
    (UnicodeError, "the answer leads to a host whose name is none"),
)
"""No text of httpx here: it may quote a header or an address with its signature."""

_WITH_REASON = (httpx.ConnectError, httpx.ProxyError)
"""Of these the text is the operating system's or the proxy's, and says what to do."""


def translated(effect: Effect, error: Exception) -> Exception:
    """The error that an effect raises in its flow."""
    if isinstance(effect, Call):
        return error
    if type(error) is RuntimeError:
        # What httpx and asyncio raise; its subclasses are errors of another kind.
        unusable = SettingsError(
            "the client was closed while it was in use, or belongs to another event loop.",
            hint="make a new one, in each event loop its own",
        )
        unusable.__cause__ = error
        return unusable
    return connection_failed(error) if isinstance(error, _FOREIGN) else error


@contextmanager
def set_up() -> Iterator[None]:
    """Errors of making a client of httpx, which reads the environment, become SettingsErrors.

    No text of httpx here either: the address of a proxy may hold a password.
    """
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            f"the proxy of the environment needs the package {error.name or 'socksio'}.",
            hint="pip install 'httpx[socks]'",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"TLS cannot be set up as the environment wants: {error.strerror or error}.",
            hint="look at SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE",
        ) from None
    except (httpx.InvalidURL, ValueError):
        raise SettingsError(
            "a proxy of the environment is no address.",
            hint="look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
        ) from None


def connection_failed(error: Exception) -> ConnectionFailedError:
    """The error in words, with whether the request may have been received."""
    said = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    if said is None:
        reason = f": {error}" if isinstance(error, _WITH_REASON) and str(error) else ""
        said = f"no connection could be made{reason}" if reason else "the connection failed"
    return ConnectionFailedError(
        f"{said}.",
        maybe_received=not isinstance(error, _NOT_RECEIVED),
        hint="look whether the address is right and the network works" if _wrong(error) else None,
    )


def _wrong(error: Exception) -> bool:
    return isinstance(error, (*_WITH_REASON, httpx.ConnectTimeout))
