"""Profiles of hypothesis: `quick` is the default, `deep` what CI runs, `explore` for by hand.

And what tests of several packages share: servers of databases, and what makes every test cheaper.
"""

from __future__ import annotations

import functools
import gc
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.mariadb_server import mariadb_url, mysql_url
from support.mongo_servers import mongo_database
from support.postgresql_server import postgresql_url
from support.search_servers import search_index

__all__ = ["mariadb_url", "mongo_database", "mysql_url", "postgresql_url", "search_index"]

_SUPPORT = Path(__file__).parent / "support"

# Without tests: doctest would import each module, some of them a second time.
collect_ignore = [
    "exporter/service/schemathesis_hooks.py",
    *(path for path in _SUPPORT.glob("*.py") if ">>>" not in path.read_text(encoding="utf-8")),
]

# The same examples in every run, so that a failure is never somebody else's.
settings.register_profile("quick", max_examples=6, derandomize=True, deadline=None)
# More of them; a slow machine is no failure.
settings.register_profile(
    "deep",
    max_examples=250,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# New examples in every run, to look for what nobody has thought of.
settings.register_profile(
    "explore",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

os.environ.pop("COLUMNS", None)  # the terminal that runs the tests; output is as wide as it

gc.disable()  # nothing that pytest collects is garbage; it is enabled again below


def pytest_collection_finish() -> None:
    """Exempt all modules and tests from the collection of garbage, which searches them else.

    It then begins after 20,000 new objects instead of 700, because it took a twentieth of the time.
    """
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def certificates() -> Iterator[None]:
    """Read the trusted certificates once: every HTTP client does, which takes 20 milliseconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield
