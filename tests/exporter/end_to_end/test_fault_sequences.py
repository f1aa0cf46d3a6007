"""Any sequence of faults: an export ends with the whole file, or with an error and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epfilter.exporter import ConnectionFailedError, RequestFailedError
from exporter.end_to_end import faults
from exporter.end_to_end.conftest import Service
from exporter.end_to_end.fault_proxy import Fault, Phase, Proxy
from exporter.end_to_end.live_clients import LiveClient

FEW = settings(
    max_examples=max(8, settings().max_examples // 8),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a proxy forgets what was
)

LOUD: list[Fault] = [
    faults.unheard,
    faults.lost,
    faults.hung_up,
    faults.cut_head,
    faults.cut_body,
    faults.reset_body,
    faults.nonsense,
    faults.busy,
    faults.failing,
    faults.down,
    faults.failing_late,
    faults.dribbled,
]
HARMLESS = {faults.busy, faults.dribbled}
"""A creation survives these."""

UNHEARD = {faults.busy, faults.unheard, faults.failing, faults.down}
"""Of these the service never hears."""

SILENT: list[Fault] = [faults.silent, faults.stalled]

WINDOW = "ge(created_at,2018-09-10):lt(created_at,2018-10-20)"


def _some(most: int, *kinds: Fault) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.sampled_from(kinds), max_size=most)


scripts: st.SearchStrategy[dict[Phase, Sequence[Fault]]] = st.fixed_dictionaries(
    {
        "create": _some(2, *HARMLESS) | _some(2, *LOUD),
        "look": _some(4, *LOUD, *SILENT),
        "link": _some(4, *LOUD, *SILENT),
        "file": _some(6, *LOUD, *SILENT),
    }
)


@FEW
@given(
    script=scripts,
    kind=st.sampled_from(["sync", "async"]),
    split=st.sampled_from([None, "month"]),
)
def test_an_export_is_whole_or_it_is_not_there(
    service: Service,
    proxy: Proxy,
    script: dict[Phase, Sequence[Fault]],
    kind: str,
    split: str | None,
) -> None:
    whole = service.exported(WINDOW)
    before = len(service.jobs())
    proxy.begin(script)
    client = LiveClient(kind, proxy.address, hasty=0.2, attempts=50)
    with TemporaryDirectory() as folder:
        target = Path(folder, "orders.csv")
        try:
            client.call("export", WINDOW, target, split=split)
        except (ConnectionFailedError, RequestFailedError):
            assert not _survived(proxy, script)
        else:
            assert _survived(proxy, script)
            assert target.read_bytes() == whole
        finally:
            client.close()
        left = [path.name for path in Path(folder).iterdir()]
        assert left == (["orders.csv"] if _survived(proxy, script) else [])
    heard = proxy.phases.count("create") - sum(fault in UNHEARD for fault in _met(proxy, script))
    assert len(service.jobs()) == before + heard


def _met(proxy: Proxy, script: dict[Phase, Sequence[Fault]]) -> Sequence[Fault]:
    """The faults that the creations have met."""
    return script["create"][: proxy.phases.count("create")]


def _survived(proxy: Proxy, script: dict[Phase, Sequence[Fault]]) -> bool:
    """Whether nothing has happened to a creation that ends an export."""
    return HARMLESS.issuperset(_met(proxy, script))
