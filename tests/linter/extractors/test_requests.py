"""What belongs to a request, and what does not."""

from __future__ import annotations

import pytest

from epfilter.linter.extractors.requests import RequestContext, infer_request, is_platform_url


@pytest.mark.parametrize(
    ("url", "outer", "expected"),
    [
        ("/v2/orders?page=1", "", "/v2/orders"),
        ("text/html", "/v2/orders", "/v2/orders"),
        ("https://x/v2/files", "/v2/orders", "https://x/v2/files"),
        ("a word", "", ""),
        ("a/b c", "", ""),
    ],
)
def test_the_path_of_a_request(url: str, outer: str, expected: str) -> None:
    assert infer_request(url, [], RequestContext(outer)).path == expected


def test_hosts_of_the_platform() -> None:
    assert is_platform_url("https://euwest.api.elasticpath.com/v2/orders")
    assert is_platform_url("api.moltin.com")
    assert not is_platform_url("https://notelasticpath.com.example.org/v2")
