"""A policy in the web frameworks of the documentation: accepted, refused and missing filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from epfilter import F, PolicyError
from epfilter.resources import Policy, orders

Get = Callable[[dict[str, str]], tuple[int, Any]]
"""Sends the parameters, and returns the status and the JSON of the response."""

policy = Policy(orders, only={"payment": "eq"})


def apply(text: str | None) -> str:
    return str(policy.apply(text, require=F.currency.eq("EUR")))


def open_flask() -> Get:
    flask = pytest.importorskip("flask")
    app = flask.Flask("shop")
    app.register_error_handler(PolicyError, lambda error: (error.as_dict(), 400))
    app.add_url_rule("/", view_func=lambda: {"filter": apply(flask.request.args.get("filter"))})

    def get(parameters: dict[str, str]) -> tuple[int, Any]:
        response = app.test_client().get("/?" + urlencode(parameters))
        return response.status_code, response.json

    return get


def open_litestar() -> Get:
    litestar = pytest.importorskip("litestar")
    from litestar.testing import TestClient

    def refuse(_request: object, error: PolicyError) -> Any:
        return litestar.Response(error.as_dict(), status_code=400)

    def list_orders(request: Any) -> dict[str, str]:
        return {"filter": apply(request.query_params.get("filter"))}

    list_orders.__annotations__["request"] = litestar.Request
    list_orders.__annotations__["return"] = dict[str, str]
    app = litestar.Litestar(
        [litestar.get("/", sync_to_thread=False)(list_orders)],
        exception_handlers={PolicyError: refuse},
    )

    def get(parameters: dict[str, str]) -> tuple[int, Any]:
        with TestClient(app) as client:
            response = client.get("/", params=parameters)
        return response.status_code, response.json()

    return get


def open_rest_framework() -> Get:
    pytest.importorskip("support.django_project")  # configures Django, before the next import
    pytest.importorskip("rest_framework")
    from rest_framework.response import Response
    from rest_framework.test import APIRequestFactory
    from rest_framework.views import APIView

    class Orders(APIView):  # type: ignore[misc] # without types
        def get(self, request: Any) -> Any:
            return Response({"filter": apply(request.query_params.get("filter"))})

        def get_exception_handler(self) -> Any:
            return lambda error, _context: Response(error.as_dict(), status=400)

    def get(parameters: dict[str, str]) -> tuple[int, Any]:
        response = Orders.as_view()(APIRequestFactory().get("/", parameters))
        return response.status_code, response.data

    return get


@pytest.mark.parametrize("framework", [open_flask, open_litestar, open_rest_framework])
def test_a_filter_is_applied_or_refused_with_diagnostics(framework: Callable[[], Get]) -> None:
    get = framework()
    assert get({"filter": "eq(payment,paid)"}) == (
        200,
        {"filter": "eq(currency,EUR):eq(payment,paid)"},
    )
    assert get({}) == (200, {"filter": "eq(currency,EUR)"})
    status, body = get({"filter": "eq(payment,paid)|eq(currency,USD)"})
    assert status == 400
    assert [each["code"] for each in body["diagnostics"]] == ["EPF201"]
    assert get({"filter": "eq(payment,paid"})[0] == 400
