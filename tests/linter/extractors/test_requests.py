"""The listings that a URL or a payload is for."""

from __future__ import annotations

import pytest

from epfilter.linter.extractors import Endpoints, RequestContext
from epfilter.resources import resource_info


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "/v2/orders", "orders"),
        ("get", "/v2/orders/", "orders"),
        ("GET", "v2/orders", "orders"),
        ("GET", "https://useast.api.elasticpath.com/v2/orders?page[limit]=5", "orders"),
        ("GET", "{{baseUrl}}/v2/orders", "orders"),
        ("GET", "https://[half/v2/orders", ""),
        ("POST", "/v2/orders", ""),
        ("GET", "/v2/orders/1", ""),
        ("GET", "/orders", ""),
        ("GET", "orders", ""),
        ("GET", "/", ""),
        ("GET", "", ""),
        ("GET", "/v2//addresses", ""),
        ("GET", "/v2/accounts/123/addresses", "account_addresses"),
        ("GET", "/v2/accounts/{id}/addresses", "account_addresses"),
        ("GET", "/v2/accounts//addresses", ""),
        ("GET", "/v2/promotions", "promotions,promotions_cm_search"),
        ("GET", "/v2/customers", "customers"),
        ("GET", "/pcm/products", "pim_products"),
        ("POST", "/pcm/products/export", "pim_products"),
        ("GET", "/v2/inventories/locations", "inventory_locations"),
    ],
)
def test_resources_of_a_url(method: str, url: str, expected: str) -> None:
    resources = Endpoints().find_resources(RequestContext(url, method))
    assert ",".join(resource_info(resource).name for resource in resources) == expected


@pytest.mark.parametrize(
    ("job_type", "path", "expected"),
    [
        ("order_export", "", ["orders"]),
        ("order_export", "/pcm/products", ["orders"]),
        ("x", "/v2/orders", []),
    ],
)
def test_resources_of_a_payload(job_type: str, path: str, expected: list[str]) -> None:
    resources = Endpoints().find_resources(RequestContext(path, job_type=job_type))
    assert [resource_info(resource).name for resource in resources] == expected
