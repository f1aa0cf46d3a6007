"""Filters work with FastAPI, HTTP clients, JSON and logging."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import pytest
import requests
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from hypothesis import given
from yarl import URL

from epfilter import F, Filter, FilterTypeError, from_query, parse, to_query
from support.filter_strategies import filters

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


def send_by_httpx(params: Any) -> str:
    return str(httpx.Request("GET", PLATFORM, params=params).url)


def send_by_requests(params: Any) -> str:
    return str(requests.Request("GET", PLATFORM, params=params).prepare().url)


def send_by_urllib(params: Any) -> str:
    return f"{PLATFORM}?{urlencode(params)}"


def send_by_urllib_with_sequences(params: Any) -> str:
    return f"{PLATFORM}?{urlencode(params, doseq=True)}"


def send_by_aiohttp(params: Any) -> str:
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


TAKING_FILTERS = [
    send_by_httpx,
    send_by_requests,
    send_by_urllib,
    send_by_urllib_with_sequences,
]


@pytest.mark.parametrize("send", [*TAKING_FILTERS, send_by_aiohttp])
def test_http_clients_encode_the_text(send: Callable[[Any], str]) -> None:
    url = send({"filter": str(HOSTILE)})
    assert url.count("filter=") == 1
    assert from_query(url.split("filter=")[1]) == HOSTILE


@pytest.mark.parametrize("send", TAKING_FILTERS)
def test_http_clients_send_the_text_of_a_filter(send: Callable[[Any], str]) -> None:
    for params in ({"filter": HOSTILE, "sort": "id"}, [("filter", HOSTILE), ("sort", "id")]):
        assert send(params) == send({"filter": str(HOSTILE), "sort": "id"})


@pytest.mark.parametrize("send", TAKING_FILTERS)
@given(f=filters)
def test_http_clients_send_every_filter(send: Callable[[Any], str], f: Filter) -> None:
    assert from_query(send({"filter": f}).split("filter=")[1]) == f


def test_aiohttp_refuses_a_filter_with_a_hint() -> None:
    with pytest.raises(FilterTypeError) as caught:
        URL(PLATFORM).with_query({"filter": HOSTILE})
    assert str(caught.value) == "a filter is not a number. Hint: pass its text: str(f)."
    with pytest.raises(FilterTypeError):
        send_by_aiohttp({"filter": HOSTILE})


@pytest.mark.parametrize("f", [parse("eq(a,1)"), parse("in(a,1,2)"), parse("is_null(a)"), HOSTILE])
def test_a_filter_is_not_iterable(f: Any) -> None:
    assert not hasattr(f, "__iter__")
    assert not hasattr(type(f), "__iter__")
    for use in (iter, list, dict, set, sorted, ":".join, urlencode):
        with pytest.raises(TypeError):
            use(f)
    terms: Any = [f, f]
    with pytest.raises(TypeError):
        ":".join(terms)
    with pytest.raises(TypeError):
        _ = "op" in f


def test_json_contains_the_text_or_is_refused() -> None:
    with pytest.raises(TypeError, match="And is not JSON serializable"):
        json.dumps({"filter": HOSTILE})
    with pytest.raises(TypeError, match="And is not JSON serializable"):
        httpx.Request("POST", PLATFORM, json={"filter": HOSTILE})
    with pytest.raises(TypeError, match="And is not JSON serializable"):
        requests.Request("POST", PLATFORM, json={"filter": HOSTILE}).prepare()
    assert json.loads(json.dumps({"filter": HOSTILE}, default=str)) == {"filter": str(HOSTILE)}


def test_formatting_uses_the_text(caplog: pytest.LogCaptureFixture) -> None:
    f, text = parse("eq(a,1)"), "eq(a,1)"
    assert (f"{f}", f"{f!s:>9}", f"{f:>9}", f"{f:.2}") == (text, f"  {text}", f"  {text}", "eq")
    assert ("%s" % f, "{}".format(f), "{:^9}".format(f)) == (text, text, f" {text} ")  # noqa: UP031, UP032 - older ways to format
    logging.getLogger("shop").warning("sent %s", f)
    assert caplog.messages == [f"sent {text}"]


def test_an_encoded_url_is_sent_unchanged() -> None:
    url = f"{PLATFORM}?filter={to_query(HOSTILE)}"
    for sent in (str(httpx.URL(url)), str(requests.Request("GET", url).prepare().url)):
        assert from_query(sent.split("filter=")[1]) == HOSTILE
