"""Any sequence of faults: an export ends with the complete file, or with an error and no file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epfilter.exporter import ConnectionFailedError, RequestFailedError
from exporter.end_to_end import faults
from exporter.end_to_end.conftest import Service
from exporter.end_to_end.fault_proxy import Fault, Phase, Proxy
from exporter.end_to_end.live_clients import LiveClient

FEW = settings(
    max_examples=max(8, settings().max_examples // 8),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a proxy is reset by `begin`
)

LOUD: list[Fault] = [
    faults.reset_before_request,
    faults.reset_before_response,
    faults.close_before_response,
    faults.close_in_head,
    faults.close_in_body,
    faults.reset_in_body,
    faults.send_other_protocol,
    faults.respond_429,
    faults.respond_500,
    faults.respond_503_page,
    faults.respond_500_after_request,
    faults.send_slowly,
]
HARMLESS = {faults.respond_429, faults.send_slowly}
"""A creation succeeds despite these faults."""

NOT_RECEIVED = {
    faults.respond_429,
    faults.reset_before_request,
    faults.respond_500,
    faults.respond_503_page,
}
"""The service does not receive requests with these faults."""

SILENT: list[Fault] = [faults.send_nothing, faults.stall_in_body]

WINDOW = "ge(created_at,2018-09-10):lt(created_at,2018-10-20)"


def _lists_of(most: int, *kinds: Fault) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.sampled_from(kinds), max_size=most)


scripts: st.SearchStrategy[dict[Phase, Sequence[Fault]]] = st.fixed_dictionaries(
    {
        "create": _lists_of(2, *HARMLESS) | _lists_of(2, *LOUD),
        "get": _lists_of(4, *LOUD, *SILENT),
        "link": _lists_of(4, *LOUD, *SILENT),
        "file": _lists_of(6, *LOUD, *SILENT),
    }
)


@pytest.mark.slow
@FEW
@given(
    script=scripts,
    kind=st.sampled_from(["sync", "async"]),
    split=st.sampled_from([None, "month"]),
)
def test_an_export_is_complete_or_leaves_no_file(
    service: Service,
    proxy: Proxy,
    script: dict[Phase, Sequence[Fault]],
    kind: str,
    split: str | None,
) -> None:
    expected = service.export(WINDOW)
    before = len(service.jobs())
    proxy.begin(script)
    client = LiveClient(kind, proxy.address, read_timeout=0.2, attempts=50)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        try:
            client.call("export", WINDOW, target, split=split)
        except (ConnectionFailedError, RequestFailedError):
            assert not _is_creation_successful(proxy, script)
        else:
            assert _is_creation_successful(proxy, script)
            assert target.read_bytes() == expected
        finally:
            client.close()
        files = [path.name for path in Path(folder).iterdir()]
        assert files == (["orders.csv"] if _is_creation_successful(proxy, script) else [])
    received = proxy.phases.count("create") - sum(
        fault in NOT_RECEIVED for fault in _creation_faults(proxy, script)
    )
    assert len(service.jobs()) == before + received


def _creation_faults(proxy: Proxy, script: dict[Phase, Sequence[Fault]]) -> Sequence[Fault]:
    """Return the faults of the creations so far."""
    return script["create"][: proxy.phases.count("create")]


def _is_creation_successful(proxy: Proxy, script: dict[Phase, Sequence[Fault]]) -> bool:
    """Return whether no creation had a fault that ends an export."""
    return HARMLESS.issuperset(_creation_faults(proxy, script))
