"""A MongoDB server for tests: SecantusDB, which implements the protocol of mongod and its queries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest


@pytest.fixture(scope="session")
def mongo_database() -> Iterator[Any]:
    """Yield a database of a server in this process, on loopback."""
    pymongo = pytest.importorskip("pymongo")
    secantus = pytest.importorskip("secantus.server", reason="no SecantusDB for this platform")
    server = secantus.SecantusDBServer(storage_path=":memory:", replica_set_name=None)
    server.start()
    client = pymongo.MongoClient("127.0.0.1", server.port, tz_aware=True)
    try:
        yield client.shop
    finally:
        client.close()
        # It waits for two seconds unless a connection wakes its listener.
        waker = threading.Timer(0.05, _connect, [server.port])
        waker.start()
        server.stop()
        waker.join()


def _connect(port: int) -> None:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def store_documents(database: Any, documents: list[dict[str, Any]]) -> Any:
    """Return the collection of the database, with these documents and no others."""
    collection = database.rows
    collection.delete_many({})
    collection.insert_many([{"_id": place, **each} for place, each in enumerate(documents)])
    return collection
