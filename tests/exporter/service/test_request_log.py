"""What is noted of a request that has no end of its own."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from epfilter.exporter.service.logs import open_log
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.request_log import RequestLog

START: Message = {"type": "http.response.start", "status": 206, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"half", "more_body": True}


@pytest.mark.parametrize(
    ("sent", "status", "size"),
    [
        ([], 500, 0),
        ([START], 206, 0),
        ([START, BODY], 206, 4),
    ],
)
def test_a_cancelled_request_is_logged(
    capsys: pytest.CaptureFixture[str], sent: list[Message], status: int, size: int
) -> None:
    metrics, begun = Metrics(), asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the signature of an application
        scope["endpoint"] = endless
        for message in sent:
            await send(dict(message))
        begun.set()
        await asyncio.Event().wait()

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        """Nobody listens."""

    async def cancelled() -> bool:
        watch = RequestLog(endless, open_log("json"), metrics, [Route("/files/{signed}", endless)])
        scope = {"type": "http", "method": "GET", "headers": []}
        task = asyncio.ensure_future(watch(scope, receive, send))
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(cancelled()), "who cancels a request has to learn of its end"
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["event"], line["route"], line["status"], line["bytes"]) == (
        "request_answered",
        "/files/{signed}",
        status,
        size,
    )
    counted = f'{{method="GET",route="/files/{{signed}}",status="{status}"}} 1.0'
    assert f"epfilter_http_requests_total{counted}" in metrics.render().decode()
