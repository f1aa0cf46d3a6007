"""schemathesis asks a running service what both OpenAPI documents promise: ours, the platform's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from epfilter.exporter.orders import demo_lines
from support.exporter_services import AUTHORIZATION, CREATE, TOKEN, eventually
from support.live_services import LiveService, live_service

HERE = Path(__file__).parent
PLATFORM = HERE / "data" / "exporter.yaml"
EXAMPLES = {"deep": "60", "explore": "300"}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), "10")

LEFT_OUT = {
    "status_code_conformance": (
        "the platform's document declares neither 400 nor 401; `refusals_are_fair` of our own "
        "allows these and no others"
    ),
    "positive_data_acceptance": (
        "the platform's document calls every text a filter, requires neither type nor job_type, "
        "and has an example that creates a product; ours is stricter, and there it is judged"
    ),
}
"""The checks that cannot judge by the platform's document, and why."""

CONFIG = """
# A new job has no file yet: 404 there is what the contract wants, so this one check is off.
[[operations]]
include-operation-id = "getAJobFile"
checks.ensure_resource_availability.enabled = false

[[operations]]
include-operation-id = "getFile"
parameters = { "path.signed" = "SIGNED" }
"""


@dataclass
class Ready:
    """A service that has exported a file."""

    live: LiveService
    config: Path


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    folder = tmp_path_factory.mktemp("conformance")
    orders = folder / "orders.jsonl"
    orders.write_text("".join(demo_lines(50)), encoding="utf-8")
    with (
        live_service("--orders", orders, "--state", folder / "state") as live,
        httpx.Client(base_url=live.address, headers=AUTHORIZATION) as client,
    ):
        job_id = client.post("/v2/jobs", json=CREATE).json()["data"][0]["id"]
        link = f"/v2/jobs/{job_id}/file"
        eventually(lambda: client.get(link).status_code == 200)
        signed = client.get(link).json()["data"]["href"].rpartition("/")[2]
        config = folder / "schemathesis.toml"
        config.write_text(CONFIG.replace("SIGNED", signed), encoding="utf-8")
        yield Ready(live, config)


def schemathesis(ready: Ready, document: str, *arguments: str) -> str:
    """What schemathesis says; it fails where anything is not as the document promises."""
    done = subprocess.run(  # noqa: S603 - this very Python
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(ready.config)),
            *("run", document, "--url", ready.live.address),
            *("--header", f"Authorization: Bearer {TOKEN}"),
            *("--generation-deterministic", "--max-examples", EXAMPLES),
            *("--continue-on-failure", "--no-color"),
            *arguments,
        ],
        capture_output=True,
        cwd=ready.config.parent,
        encoding="utf-8",
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "PYTHONPATH": str(HERE),
            "PYTHONIOENCODING": "utf-8",
        },
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_service_keeps_every_promise_of_its_own_document(ready: Ready) -> None:
    message = schemathesis(ready, f"{ready.live.address}/openapi.json")
    assert "Operations:       9 selected / 9 total" in message


@pytest.mark.slow
def test_the_service_keeps_the_promises_of_the_platforms_document(ready: Ready) -> None:
    message = schemathesis(ready, str(PLATFORM), "--exclude-checks", ",".join(LEFT_OUT))
    assert "Operations:       4 selected / 4 total" in message


@pytest.mark.slow
def test_no_request_was_an_internal_error(ready: Ready) -> None:
    assert not [line for line in ready.live.output if '"level": "error"' in line]
