"""A search engine for tests: osmem-server, which implements the queries of OpenSearch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx


class RefusedQueryError(Exception):
    """The engine cannot run a query: HTTP 400."""


@dataclass(frozen=True)
class SearchIndex:
    """An index of documents, with a mapping."""

    client: httpx.Client
    name = "rows"

    def store(self, mapping: Mapping[str, Any], documents: list[dict[str, Any]]) -> None:
        """Replace the index by one of these documents; the id of each is its position."""
        self.client.delete(f"/{self.name}")
        self.client.put(f"/{self.name}", json={"mappings": mapping}).raise_for_status()
        lines: list[Any] = []
        for place, document in enumerate(documents):
            lines += [{"index": {"_id": str(place)}}, document]
        body = "".join([f"{json.dumps(line)}\n" for line in lines])
        stored = self.client.post(
            f"/{self.name}/_bulk?refresh=true",
            content=body,
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert not stored.raise_for_status().json()["errors"], stored.text

    def find(self, query: Mapping[str, Any]) -> list[int]:
        """Return the positions of the documents that a query finds."""
        body = json.dumps({"query": query, "size": 1000, "_source": False})
        response = self.client.post(
            f"/{self.name}/_search", content=body, headers={"Content-Type": "application/json"}
        )
        if response.status_code == 400:
            raise RefusedQueryError(response.text)
        hits = response.raise_for_status().json()["hits"]["hits"]
        return sorted(int(hit["_id"]) for hit in hits)


@pytest.fixture(scope="session")
def search_index() -> Iterator[SearchIndex]:
    """Yield an index of a server on loopback, which the run starts and stops."""
    osmem = pytest.importorskip("osmem_server", reason="no osmem-server for this platform")
    import httpx

    with (
        osmem.OsmemServer.start(japanese=False) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        yield SearchIndex(client)
        server.process.stdout.close()
