"""Filters work with FastAPI and HTTP clients."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import httpx
import pytest
import requests
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from epfilter import F, Filter, from_query, parse, to_query

HOSTILE = F.email.eq("a+b@c.d") & F.name.eq('5" & ü = #?%28,')
PLATFORM = "https://useast.api.elasticpath.com/v2/orders"

app = FastAPI()


@app.get("/orders")
def orders(filter: Filter) -> dict[str, Any]:  # noqa: A002 - the platform's name of the parameter
    return {"filter": str(filter), "depth": filter.depth}


@app.get("/described")
def described(filter: Annotated[Filter | None, Query(description="which")] = None) -> str:  # noqa: A002 - as above
    return str(filter)


client = TestClient(app)


def test_filter_is_a_query_parameter_of_fastapi() -> None:
    answer = client.get("/orders", params={"filter": str(HOSTILE)})
    assert answer.json() == {"filter": str(HOSTILE), "depth": 1}
    assert client.get("/orders?filter=" + to_query(HOSTILE)).json()["filter"] == str(HOSTILE)
    assert client.get("/described", params={"filter": "eq( a, 1)"}).json() == "eq(a,1)"
    assert client.get("/described").json() == "None"


def test_fastapi_reports_the_errors() -> None:
    answer = client.get("/orders", params={"filter": "gte(a,1)"})
    assert answer.status_code == 422
    (found,) = answer.json()["detail"]
    assert found["loc"] == ["query", "filter"]
    assert "there is no operator `gte`" in found["msg"]
    assert found["ctx"]["diagnostics"][0]["fix"]["edits"] == [{"span": [0, 3], "text": "ge"}]


def test_fastapi_documents_a_string_parameter() -> None:
    operation = client.get("/openapi.json").json()["paths"]["/orders"]["get"]
    assert "requestBody" not in operation
    (parameter,) = operation["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("filter", "query", True)
    assert parameter["schema"]["type"] == "string"
    parse(parameter["schema"]["examples"][0])


def sent_by_httpx(params: dict[str, str]) -> str:
    return str(httpx.Request("GET", PLATFORM, params=params).url)


def sent_by_requests(params: dict[str, str]) -> str:
    return str(requests.Request("GET", PLATFORM, params=params).prepare().url)


def sent_by_aiohttp(params: dict[str, str]) -> str:
    async def path(request: web.Request) -> web.Response:
        return web.Response(text=request.raw_path)

    async def send() -> str:
        service = web.Application()
        service.router.add_get("/v2/orders", path)
        async with (
            TestServer(service) as server,
            ClientSession() as session,
            session.get(server.make_url("/v2/orders"), params=params) as answer,
        ):
            return await answer.text()

    return asyncio.run(send())


@pytest.mark.parametrize("sent", [sent_by_httpx, sent_by_requests, sent_by_aiohttp])
def test_http_clients_encode_the_text(sent: Any) -> None:
    url = sent({"filter": str(HOSTILE)})
    assert url.count("filter=") == 1
    assert from_query(url.split("filter=")[1]) == HOSTILE


def test_an_encoded_url_is_sent_unchanged() -> None:
    url = f"{PLATFORM}?filter={to_query(HOSTILE)}"
    for sent in (str(httpx.URL(url)), str(requests.Request("GET", url).prepare().url)):
        assert from_query(sent.split("filter=")[1]) == HOSTILE
