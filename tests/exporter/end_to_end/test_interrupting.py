"""Whenever an export is interrupted, it leaves nothing behind, and the client goes on."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.end_to_end.conftest import MOST, Service
from exporter.end_to_end.fault_proxy import Phase, Proxy
from exporter.end_to_end.faults import then
from exporter.end_to_end.live_clients import LiveClient

FEW = settings(
    max_examples=max(2, settings().max_examples // 25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a proxy forgets what was
)
BEFORE = b"an older file\n"
SPLIT = "ge(created_at,2018-09-10):lt(created_at,2018-10-20)"

PHASES: list[Phase] = ["create", "look", "link", "file"]
shares = st.floats(0, 1)


def _left(folder: str | Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _goes_on(client: LiveClient, service: Service, target: Path) -> None:
    """The client works as if nothing had been."""
    client.call("download", service.done, target)
    assert _left(target.parent) == {target.name: service.file}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to a thread")
@pytest.mark.parametrize("phase", PHASES)
@FEW
@given(share=shares, old=st.booleans())
def test_ctrl_c_leaves_nothing_behind(  # noqa: PLR0913, PLR0917 - fixtures, and what hypothesis draws
    service: Service,
    proxy: Proxy,
    kind: str,
    phase: Phase,
    share: float,
    old: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    main = threading.main_thread().ident
    assert main == threading.get_ident(), "signals come to the main thread"
    proxy.begin({phase: [then(lambda: signal.pthread_kill(main, signal.SIGINT), share)]})
    client = LiveClient(kind, proxy.address)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        if old:
            target.write_bytes(BEFORE)
        makes_a_job = phase in {"create", "look"}
        asked = ("export", MOST) if makes_a_job else ("download", service.done)
        with pytest.raises(KeyboardInterrupt):
            client.call(*asked, target)
        assert _left(folder) == ({"orders.csv": BEFORE} if old else {})
        _goes_on(client, service, target)
    client.close()


def _cancelled(client: LiveClient, proxy: Proxy, phase: Phase, share: float, target: Path) -> None:
    """An export whose task is cancelled when so much of an answer has come."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        export = asyncio.create_task(client.inner.export(SPLIT, target, split="month"))
        proxy.begin({phase: [then(lambda: loop.call_soon_threadsafe(export.cancel), share)]})
        with pytest.raises(asyncio.CancelledError):
            await export

    client.run(main())


@settings(FEW, max_examples=FEW.max_examples * 2)
@given(phase=st.sampled_from(PHASES), share=shares)
def test_a_task_that_is_cancelled_leaves_nothing_behind(
    service: Service, proxy: Proxy, phase: Phase, share: float
) -> None:
    client = LiveClient("async", proxy.address)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        _cancelled(client, proxy, phase, share, target)
        assert _left(folder) == {}
        _goes_on(client, service, target)
    client.close()


@settings(FEW, max_examples=FEW.max_examples * 2)
@given(seconds=st.floats(0, 0.4))
def test_a_task_may_be_cancelled_at_any_time(
    service: Service, proxy: Proxy, seconds: float
) -> None:
    whole = service.exported(SPLIT)
    client = LiveClient("async", proxy.address)

    async def main(target: Path) -> bool:
        export = asyncio.create_task(client.inner.export(SPLIT, target, split="month"))
        done, _ = await asyncio.wait([export], timeout=seconds)
        export.cancel()
        await asyncio.wait([export])
        return bool(done)

    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        done = client.run(main(target))
        # Who cancels what is just at its end may come too late, but never finds half a file.
        assert _left(folder) in ([{"orders.csv": whole}] if done else [{}, {"orders.csv": whole}])
        _goes_on(client, service, target)
    client.close()
