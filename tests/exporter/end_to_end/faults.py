"""What may go wrong with one request: at the level of connections, and of HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable

from exporter.end_to_end.fault_proxy import Exchange, Fault

_PIECES = 40


def unheard(exchange: Exchange) -> None:
    """RST before the service has heard of it."""
    exchange.reset()


def lost(exchange: Exchange) -> None:
    """RST instead of the answer."""
    exchange.answer()
    exchange.reset()


def hung_up(exchange: Exchange) -> None:
    """The end of the connection instead of the answer."""
    exchange.answer()
    exchange.hang_up()


def silent(exchange: Exchange) -> None:
    """No answer at all, and the connection stays."""
    exchange.answer()
    exchange.hold()


def cut_head(exchange: Exchange) -> None:
    """The end of the connection within the head."""
    head, _ = exchange.answer()
    exchange.send(head[: len(head) // 2])
    exchange.hang_up()


def cut_body(exchange: Exchange) -> None:
    """The end of the connection within the body."""
    head, body = exchange.answer()
    exchange.send(head + body[: len(body) // 2])
    exchange.hang_up()


def reset_body(exchange: Exchange) -> None:
    """RST within the body."""
    head, body = exchange.answer()
    exchange.send(head + body[: len(body) // 2])
    exchange.reset()


def stalled(exchange: Exchange) -> None:
    """Half of the body, and then nothing more."""
    head, body = exchange.answer()
    exchange.send(head + body[: len(body) // 2])
    exchange.hold()


def dribbled(exchange: Exchange) -> None:
    """All of it, but slowly and in little pieces."""
    whole = b"".join(exchange.answer())
    size = len(whole) // _PIECES + 1
    for start in range(0, len(whole), size):
        exchange.send(whole[start : start + size])
        time.sleep(0.001)


def nonsense(exchange: Exchange) -> None:
    """What is not HTTP."""
    exchange.answer()
    exchange.send(b"ICY 200 OK\r\n\r\n")
    exchange.hang_up()


def busy(exchange: Exchange) -> None:
    """429 with Retry-After, instead of passing it on."""
    exchange.say(429, b'{"errors":[{"status":429,"title":"Too Many"}]}', Retry_After="7")


def failing(exchange: Exchange) -> None:
    """500 in the platform's shape, instead of passing it on."""
    exchange.say(500, b'{"errors":[{"status":500,"title":"Internal Server Error"}]}')


def down(exchange: Exchange) -> None:
    """The page of a load balancer, instead of passing it on."""
    exchange.say(503, b"<html>Service Unavailable</html>", "text/html")


def failing_late(exchange: Exchange) -> None:
    """500 after the service has done what was asked."""
    exchange.answer()
    exchange.say(500, b'{"errors":[{"status":500,"title":"Internal Server Error"}]}')


def page(exchange: Exchange) -> None:
    """The page of a captive portal instead of the answer."""
    exchange.say(200, b"<html>Log in to our network</html>", "text/html")


def cut_after(size: int) -> Fault:
    """The end of the connection after so many bytes of the body."""

    def cut(exchange: Exchange) -> None:
        head, body = exchange.answer()
        exchange.send(head + body[:size])
        exchange.hang_up()

    return cut


def then(action: Callable[[], object], share: float) -> Fault:
    """Sends this share of the answer, never all of it, acts, and says nothing more."""

    def stopped(exchange: Exchange) -> None:
        whole = b"".join(exchange.answer())
        exchange.send(whole[: int(share * (len(whole) - 1))])
        action()
        exchange.hold()

    return stopped
