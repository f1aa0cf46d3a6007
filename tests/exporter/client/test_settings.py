"""The settings of a client: regions, credentials, timeouts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from epfilter.exporter import ExporterClient, SettingsError
from exporter.client.conftest import Opener
from exporter.client.doubles import BASE, ID, JOB, Client, Platform, data, job
from support.rows import for_each

REGION = "the region is neither a known name nor the base URL of a service."
INVALID_TEXT = "the {} is empty or contains characters that are invalid in a header."


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-west", "https://api.moltin.com/v2/jobs"),
        ("us-east", "https://useast.api.elasticpath.com/v2/jobs"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v2/jobs"),
        ("https://example.com/inner/", "https://example.com/inner/v2/jobs"),
    ],
)
def test_requests_go_to_the_region(open_client: Opener, region: str, url: str) -> None:
    platform = Platform(data([]))
    open_client(platform, region=region).call("jobs")
    assert str(platform.requests[0].url) == url


@for_each(
    ("settings", "message"),
    [
        ({"region": "eu-east"}, REGION),
        ({"region": ""}, REGION),
        ({"region": None}, REGION),
        ({"region": "ftp://example.com"}, REGION),
        ({"region": "https://"}, REGION),
        ({"region": "https://user:word@example.com"}, REGION),
        ({"region": "https://example.com?a=1"}, REGION),
        ({"region": "https://example.com#a"}, REGION),
        ({"region": "https://example.com:x"}, REGION),
        ({"region": "https://xn--zzzzzzz99999999.example"}, REGION),
        ({"region": "https://example..com"}, REGION),
        ({"region": "https://."}, REGION),
        ({"region": f"https://{'a' * 64}.com"}, REGION),
        ({"region": "https://example.com/\udcff"}, REGION),
        ({"token": ""}, INVALID_TEXT.format("token")),
        ({"token": "secret\n"}, INVALID_TEXT.format("token")),
        ({"token": "two words"}, INVALID_TEXT.format("token")),
        ({"token": "sécret"}, INVALID_TEXT.format("token")),
        ({"token": 5}, INVALID_TEXT.format("token")),
        ({"token": None}, "there is no token."),
        ({"token": None, "client_id": "a"}, "there is a client id, but no client secret."),
        (
            {"client_id": "a", "client_secret": "b"},
            "a token and a client id cannot be used together.",
        ),
        ({"timeout": 0}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": -1}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": True}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": float("nan")}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": float("inf")}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": 1e12}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": 10**400}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": None}, "`timeout` must be a number of seconds, more than 0."),
        ({"timeout": "5"}, "`timeout` must be a number of seconds, more than 0."),
        ({"attempts": 0}, "`attempts` must be an integer of at least 1."),
        ({"attempts": True}, "`attempts` must be an integer of at least 1."),
    ],
)
def test_invalid_settings_are_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as error_info:
        ExporterClient(**{"token": "secret", **settings})
    assert error_info.value.message == message
    assert "word" not in str(error_info.value) or "words" in settings.get("token", "")


def test_an_unknown_region_lists_the_regions() -> None:
    with pytest.raises(SettingsError, match=r"`eu-west`, `us-east`"):
        ExporterClient("moon", token="secret")  # noqa: S106 - it opens nothing


@pytest.mark.parametrize(
    ("variables", "settings", "sent"),
    [
        ({"EPFILTER_API_TOKEN": "one"}, {}, "Bearer one"),
        ({"EPFILTER_API_TOKEN": "one"}, {"token": "two"}, "Bearer two"),
        ({"EPFILTER_CLIENT_ID": "i", "EPFILTER_CLIENT_SECRET": "s"}, {}, "Bearer i/s"),
        (
            {"EPFILTER_API_TOKEN": "one", "EPFILTER_CLIENT_SECRET": "s"},
            {"client_id": "j"},
            "Bearer j/s",
        ),
        (
            {"EPFILTER_API_TOKEN": "", "EPFILTER_CLIENT_ID": "i"},
            {"client_secret": "t"},
            "Bearer i/t",
        ),
    ],
)
def test_the_token_comes_from_the_arguments_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
    variables: Mapping[str, str],
    settings: dict[str, Any],
    sent: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/oauth/access_token":
            return data([])
        form = dict(pair.split("=") for pair in request.content.decode().split("&"))
        assert form["grant_type"] == "client_credentials"
        token = f"{form['client_id']}/{form['client_secret']}"
        return httpx.Response(200, json={"access_token": token, "expires_in": 3600})

    platform = Platform(answer)
    with ExporterClient(transport=httpx.MockTransport(platform), **settings) as client:
        client.jobs()
    assert platform.requests[-1].headers["authorization"] == sent


def test_a_token_and_a_client_id_in_the_environment_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EPFILTER_API_TOKEN", "one")
    monkeypatch.setenv("EPFILTER_CLIENT_ID", "two")
    with pytest.raises(SettingsError, match="a token and a client id cannot be used together"):
        ExporterClient()


@pytest.mark.parametrize("invalid", ["", None, 5, b"x"])
def test_an_invalid_job_id_is_an_error(open_client: Opener, invalid: object) -> None:
    platform = Platform(data(job()))
    with pytest.raises(SettingsError, match="not the id of a job"):
        open_client(platform).call("job", invalid)
    assert platform.requests == []


@pytest.mark.parametrize("job_argument", [ID, str(ID), str(ID).upper(), JOB], ids=str)
def test_a_job_may_be_an_object_or_an_id(open_client: Opener, job_argument: object) -> None:
    platform = Platform(data(job()))
    assert open_client(platform).call("job", job_argument).id == str(ID)
    assert str(platform.requests[0].url).lower() == f"{BASE}/v2/jobs/{ID}"


@for_each(
    ("job_id", "quoted"),
    [
        ("1", "1"),
        ("job_01HZX", "job_01HZX"),
        ("a/b?c=1#d", "a%2Fb%3Fc%3D1%23d"),
        ("https://a/b", "https%3A%2F%2Fa%2Fb"),
        ("../jobs", "..%2Fjobs"),
        ("ä %2F", "%C3%A4%20%252F"),
        ("974C9DB438DA4DBF90C233EED5F3E77C", "974C9DB438DA4DBF90C233EED5F3E77C"),
    ],
)
def test_any_text_is_the_id_of_a_job(job_id: str, quoted: str) -> None:
    platform = Platform(data(job() | {"id": job_id}))
    with ExporterClient(token="secret", transport=httpx.MockTransport(platform)) as client:  # noqa: S106 - for a test
        assert client.job(job_id).id == job_id
        assert client.job(client.job(job_id)).id == job_id
    assert {each.url.raw_path for each in platform.requests} == {f"/v2/jobs/{quoted}".encode()}


@pytest.mark.parametrize("job_id", [".", "..", "\ud800"])
def test_an_id_that_no_path_can_contain_is_an_error(open_client: Opener, job_id: str) -> None:
    platform = Platform(data(job()))
    for method in ("job", "file"):
        with pytest.raises(SettingsError, match="no request can contain this id of a job"):
            open_client(platform).call(method, job_id)
    assert platform.requests == []


def test_a_closed_client_is_an_error(open_client: Opener) -> None:
    client = open_client(Platform(data([])))
    client.call("aclose" if "Async" in repr(client.inner) else "close")
    with pytest.raises(SettingsError, match="the client is closed"):
        client.call("jobs")


def test_closing_a_client_that_waits_is_an_error(open_client: Opener) -> None:
    client = open_client(Platform(data(job("pending"))))

    def close(_job: object) -> None:
        client.inner._driver.client._state = httpx._client.ClientState.CLOSED

    with pytest.raises(
        SettingsError, match="the client was closed while it was in use"
    ) as error_info:
        client.call("wait", ID, progress=close)
    assert isinstance(error_info.value.__cause__, RuntimeError)


PROXY = "a proxy in the environment is not a valid address. Hint: check HTTP_PROXY, HTTPS_PROXY"
TLS = "TLS cannot be set up from the environment: "


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "ALL_PROXY",
            "socks5://user:word@127.0.0.1",
            "the proxy in the environment requires the pack",
        ),
        ("HTTPS_PROXY", "ftp://user:word@example.com", PROXY),
        ("HTTP_PROXY", "http://user:word@[::1", PROXY),
        ("NO_PROXY", "[::", PROXY),
        ("SSL_CERT_FILE", "/none", f"{TLS}No such file or directory. Hint: check SSL_CERT_FILE"),
        ("SSL_CERT_FILE", __file__, TLS),
    ],
)
def test_an_invalid_environment_is_an_error(
    kind: str, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    if name == "ALL_PROXY":
        monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error_info:
        Client(kind)
    assert str(error_info.value).startswith(message)
    assert "word" not in str(error_info.value)


def test_the_repr_has_the_region_and_no_secret(open_client: Opener) -> None:
    client = open_client(Platform(data([])))
    assert repr(client.inner).endswith("ExporterClient('https://api.moltin.com')")
    assert "secret" not in repr(client.inner._jobs.api.settings)
