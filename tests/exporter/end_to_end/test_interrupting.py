"""An export that is interrupted at any time leaves no files, and the client still works."""

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
from exporter.end_to_end.faults import send_part_and_call
from exporter.end_to_end.live_clients import LiveClient

FEW = settings(
    max_examples=max(2, settings().max_examples // 25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a proxy is reset by `begin`
)
BEFORE = b"an older file\n"
SPLIT = "ge(created_at,2018-09-10):lt(created_at,2018-10-20)"

PHASES: list[Phase] = ["create", "get", "link", "file"]
shares = st.floats(0, 1)


def _read_files(folder: str | Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _check_that_client_works(client: LiveClient, service: Service, target: Path) -> None:
    """Check that the client still works."""
    client.call("download", service.finished_job, target)
    assert _read_files(target.parent) == {target.name: service.file}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to a thread")
@pytest.mark.parametrize("phase", PHASES)
@FEW
@given(share=shares, old=st.booleans())
def test_ctrl_c_leaves_no_files(  # noqa: PLR0913, PLR0917 - fixtures, and what hypothesis draws
    service: Service,
    proxy: Proxy,
    kind: str,
    phase: Phase,
    share: float,
    old: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    main = threading.main_thread().ident
    assert main == threading.get_ident(), "signals come to the main thread"
    proxy.begin(
        {phase: [send_part_and_call(lambda: signal.pthread_kill(main, signal.SIGINT), share)]}
    )
    client = LiveClient(kind, proxy.address)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        if old:
            target.write_bytes(BEFORE)
        makes_a_job = phase in {"create", "get"}
        call = ("export", MOST) if makes_a_job else ("download", service.finished_job)
        with pytest.raises(KeyboardInterrupt):
            client.call(*call, target)
        assert _read_files(folder) == ({"orders.csv": BEFORE} if old else {})
        _check_that_client_works(client, service, target)
    client.close()


def _cancel_export(
    client: LiveClient, proxy: Proxy, phase: Phase, share: float, target: Path
) -> None:
    """Cancel the task of an export after a share of a response."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        export = asyncio.create_task(client.inner.export(SPLIT, target, split="month"))
        proxy.begin(
            {phase: [send_part_and_call(lambda: loop.call_soon_threadsafe(export.cancel), share)]}
        )
        with pytest.raises(asyncio.CancelledError):
            await export

    client.run(main())


@pytest.mark.slow
@settings(FEW, max_examples=FEW.max_examples * 2)
@given(phase=st.sampled_from(PHASES), share=shares)
def test_a_cancelled_task_leaves_no_files(
    service: Service, proxy: Proxy, phase: Phase, share: float
) -> None:
    client = LiveClient("async", proxy.address)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        _cancel_export(client, proxy, phase, share, target)
        assert _read_files(folder) == {}
        _check_that_client_works(client, service, target)
    client.close()


@pytest.mark.slow
@settings(FEW, max_examples=FEW.max_examples * 2)
@given(seconds=st.floats(0, 0.4))
def test_a_task_can_be_cancelled_at_any_time(
    service: Service, proxy: Proxy, seconds: float
) -> None:
    expected = service.export(SPLIT)
    client = LiveClient("async", proxy.address)

    async def main(target: Path) -> bool:
        export = asyncio.create_task(client.inner.export(SPLIT, target, split="month"))
        is_done, _ = await asyncio.wait([export], timeout=seconds)
        export.cancel()
        await asyncio.wait([export])
        return bool(is_done)

    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        is_done = client.run(main(target))
        # A task that is cancelled at its very end may be complete; there is never half a file.
        assert _read_files(folder) in (
            [{"orders.csv": expected}] if is_done else [{}, {"orders.csv": expected}]
        )
        _check_that_client_works(client, service, target)
    client.close()
