"""Faults of one request, at the level of connections and of HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable

from exporter.end_to_end.fault_proxy import Exchange, Fault

_PIECES = 40


def reset_before_request(exchange: Exchange) -> None:
    """Send RST before the service receives the request."""
    exchange.reset()


def reset_before_response(exchange: Exchange) -> None:
    """Send RST instead of the response."""
    exchange.forward()
    exchange.reset()


def close_before_response(exchange: Exchange) -> None:
    """Close the connection instead of the response."""
    exchange.forward()
    exchange.hang_up()


def send_nothing(exchange: Exchange) -> None:
    """Send nothing, and keep the connection open."""
    exchange.forward()
    exchange.hold()


def close_in_head(exchange: Exchange) -> None:
    """Close the connection in the head."""
    head, _ = exchange.forward()
    exchange.send(head[: len(head) // 2])
    exchange.hang_up()


def close_in_body(exchange: Exchange) -> None:
    """Close the connection in the body."""
    head, body = exchange.forward()
    exchange.send(head + body[: len(body) // 2])
    exchange.hang_up()


def reset_in_body(exchange: Exchange) -> None:
    """Send RST in the body."""
    head, body = exchange.forward()
    exchange.send(head + body[: len(body) // 2])
    exchange.reset()


def stall_in_body(exchange: Exchange) -> None:
    """Send half of the body, and then nothing more."""
    head, body = exchange.forward()
    exchange.send(head + body[: len(body) // 2])
    exchange.hold()


def send_slowly(exchange: Exchange) -> None:
    """Send everything, but slowly and in small pieces."""
    response = b"".join(exchange.forward())
    size = len(response) // _PIECES + 1
    for start in range(0, len(response), size):
        exchange.send(response[start : start + size])
        time.sleep(0.001)


def send_other_protocol(exchange: Exchange) -> None:
    """Send a response that is not HTTP."""
    exchange.forward()
    exchange.send(b"ICY 200 OK\r\n\r\n")
    exchange.hang_up()


def respond_429(exchange: Exchange) -> None:
    """Respond with 429 and Retry-After, and do not forward the request."""
    exchange.respond(429, b'{"errors":[{"status":429,"title":"Too Many"}]}', Retry_After="7")


def respond_500(exchange: Exchange) -> None:
    """Respond with 500 in the platform's format, and do not forward the request."""
    exchange.respond(500, b'{"errors":[{"status":500,"title":"Internal Server Error"}]}')


def respond_503_page(exchange: Exchange) -> None:
    """Respond with the page of a load balancer, and do not forward the request."""
    exchange.respond(503, b"<html>Service Unavailable</html>", "text/html")


def respond_500_after_request(exchange: Exchange) -> None:
    """Forward the request, and respond with 500."""
    exchange.forward()
    exchange.respond(500, b'{"errors":[{"status":500,"title":"Internal Server Error"}]}')


def respond_page(exchange: Exchange) -> None:
    """Respond with the page of a captive portal."""
    exchange.respond(200, b"<html>Log in to our network</html>", "text/html")


def close_after(size: int) -> Fault:
    """Return a fault that closes the connection after a number of bytes of the body."""

    def fault(exchange: Exchange) -> None:
        head, body = exchange.forward()
        exchange.send(head + body[:size])
        exchange.hang_up()

    return fault


def send_part_and_call(action: Callable[[], object], share: float) -> Fault:
    """Return a fault that sends a share of the response, calls `action`, and sends nothing more."""

    def fault(exchange: Exchange) -> None:
        response = b"".join(exchange.forward())
        exchange.send(response[: int(share * (len(response) - 1))])
        action()
        exchange.hold()

    return fault
