"""Each fault of a network at each step of an export: nothing is lost, nothing is half-written."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from epfilter.exporter import (
    ConnectionFailedError,
    DownloadError,
    RequestFailedError,
    UnexpectedAnswerError,
)
from exporter.end_to_end import faults
from exporter.end_to_end.conftest import MOST, Opener, Service
from exporter.end_to_end.fault_proxy import Fault, Phase, Proxy

HASTY = 0.2
"""Seconds; where a fault is silence, it is as long as this."""

READS: list[Phase] = ["look", "link", "file"]
"""What there is to do for a job that is done, in this order."""

SILENCE = {faults.silent, faults.stalled}

BREAKS = [
    faults.unheard,
    faults.lost,
    faults.hung_up,
    faults.silent,
    faults.cut_head,
    faults.cut_body,
    faults.reset_body,
    faults.stalled,
    faults.nonsense,
]
"""After these nobody knows whether the request was received."""

REFUSALS = [faults.busy, faults.failing, faults.down, faults.failing_late]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("fault", [*BREAKS, *REFUSALS, faults.dribbled])
def test_what_is_only_read_is_read_again(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    target = tmp_path / "orders.csv"
    proxy.begin({phase: [fault] for phase in READS})
    client = open_client(hasty=HASTY, attempts=50) if fault in SILENCE else open_client()
    client.call("wait", service.done)
    client.call("download", service.done, target)
    assert target.read_bytes() == service.file
    assert names(tmp_path) == ["orders.csv"]
    times = 1 if fault is faults.dribbled else 2
    if fault in SILENCE:
        # On a busy machine an answer that is only slow is taken for silence too.
        assert all(proxy.phases.count(phase) >= times for phase in READS)
    else:
        assert proxy.phases == [phase for phase in READS for _ in range(times)]
    if fault is faults.busy:
        assert len(client.slept) == len(READS)
        assert min(client.slept) >= 7, "Retry-After is heeded"
    assert all(one.authorized == (one.phase != "file") for one in proxy.asked)


@pytest.mark.parametrize("fault", [faults.busy, faults.dribbled])
def test_a_job_is_created_where_it_certainly_was_not_yet(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    exported = open_client().call("export", MOST, tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_bytes() == service.file
    assert names(tmp_path) == ["orders.csv"]
    assert exported.size == len(service.file)
    assert len(service.jobs()) == before + 1


@pytest.mark.parametrize(("fault", "kind"), [*zip(BREAKS, cycle(["sync", "async"]))])
def test_a_creation_whose_answer_is_lost_makes_no_second_job(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    client = open_client()
    if fault in SILENCE:
        # Only here a creation is given up, and the service has answered before.
        client.inner._driver.client.timeout = HASTY
    with pytest.raises(ConnectionFailedError) as raised:
        client.call("export", MOST, tmp_path / "orders.csv")
    assert raised.value.maybe_received
    assert "it is not sent again, because that could export twice" in str(raised.value)
    assert proxy.phases == ["create"]
    assert names(tmp_path) == []
    assert len(service.jobs()) == before + (fault is not faults.unheard)


@pytest.mark.parametrize("fault", [faults.failing, faults.down, faults.failing_late])
def test_a_creation_that_fails_on_the_other_side_is_not_sent_again(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    with pytest.raises(RequestFailedError, match="check `jobs\\(\\)` first") as raised:
        open_client().call("export", MOST, tmp_path / "orders.csv")
    assert raised.value.status in {500, 503}
    assert proxy.phases == ["create"]
    assert names(tmp_path) == []
    assert len(service.jobs()) == before + (fault is faults.failing_late)


@pytest.mark.parametrize("phase", ["create", "look", "link", "file"])
def test_a_page_of_another_server_is_no_answer(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, phase: Phase
) -> None:
    proxy.begin({phase: [faults.page]})
    client = open_client()
    asked = {"create": ("export", MOST), "look": ("wait", service.done)}
    method, *args = asked.get(phase, ("download", service.done))
    places = [] if method == "wait" else [tmp_path / "orders.csv"]
    with pytest.raises(DownloadError if phase == "file" else UnexpectedAnswerError):
        client.call(method, *args, *places)
    assert proxy.phases.count(phase) == 1
    assert names(tmp_path) == []


def test_a_download_that_breaks_off_again_and_again_goes_on_where_it_was(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path
) -> None:
    step = len(service.file) // 12
    proxy.begin({"file": [faults.cut_after(step)] * 11})
    client = open_client(attempts=2)
    client.call("download", service.done, tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_bytes() == service.file
    assert [one.range for one in proxy.asked if one.phase == "file"] == [
        None,
        *(f"bytes={step * number}-" for number in range(1, 12)),
    ]


def test_a_download_that_never_comes_on_is_given_up(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "orders.csv"
    target.write_bytes(b"before")
    proxy.begin({"file": [faults.cut_after(1000), *[faults.cut_after(0)] * 9]})
    with pytest.raises(DownloadError, match="the connection broke after"):
        open_client(attempts=3).call("download", service.done, target)
    assert proxy.phases == ["link", *["file"] * 4]
    assert (names(tmp_path), target.read_bytes()) == (["orders.csv"], b"before")
