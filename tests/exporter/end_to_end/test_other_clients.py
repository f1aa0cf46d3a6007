"""Clients that others wrote, or generated from an OpenAPI document, export from a live service."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter.exporter import ExporterClient
from epfilter.exporter.orders import attributes_of, demo_orders
from support.exporter_services import TOKEN
from support.live_services import LiveService, live_service
from support.npm import install_npm_packages, run_node, run_or_skip

PLATFORM = Path(__file__).parents[1] / "service" / "data" / "exporter.yaml"
FILTER = "eq(payment,refunded)"
CLIENT_ID, CLIENT_SECRET = "shop", "a+secret&more=100%"

JS_SDK = "@elasticpath/js-sdk@35.0.0"
HEY_API = ("@hey-api/openapi-ts@0.95.0", "typescript@5.9.3")
PYTHON_GENERATOR = "openapi-python-client==0.29.1"


pytestmark = pytest.mark.slow


@dataclass
class Shop:
    """A live service with client credentials, and the ids of the orders that `FILTER` selects."""

    live: LiveService
    ids: set[str]

    def require_export(self, result: dict[str, Any]) -> None:
        """Fail unless the result of a program shows an export of the orders."""
        assert result["created"]["filter"] == FILTER
        assert result["created"]["id"] in result["listed"]
        assert (result["status"], result["missing"]) == ("success", 404)
        rows = csv.DictReader(StringIO(httpx.get(result["href"]).text, newline=""), strict=True)
        assert {row["id"] for row in rows} == self.ids


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    orders = [*demo_orders(300)]
    (folder / "orders.jsonl").write_text(
        "".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8"
    )
    refunded = [order for order in orders if attributes_of(order)["payment"] == "refunded"]
    environment = {
        "EPFILTER_TOKEN": TOKEN,
        "EPFILTER_SERVICE_CLIENT_ID": CLIENT_ID,
        "EPFILTER_SERVICE_CLIENT_SECRET": CLIENT_SECRET,
    }
    arguments = ("--orders", folder / "orders.jsonl", "--state", folder / "state")
    with live_service(*arguments, environment=environment) as live:
        yield Shop(live, {str(order["id"]) for order in refunded})


def test_our_client_logs_in_with_client_credentials(shop: Shop, tmp_path: Path) -> None:
    with ExporterClient(
        region=shop.live.address, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    ) as client:
        client.export(FILTER, tmp_path / "refunds.csv")
    text = (tmp_path / "refunds.csv").read_text(encoding="utf-8")
    assert {row["id"] for row in csv.DictReader(StringIO(text, newline=""))} == shop.ids


JS_PROGRAM = """
import { gateway } from "@elasticpath/js-sdk";
const [host, client_id, client_secret, filter] = process.argv.slice(2);
const shop = gateway({ protocol: "http", host, client_id, client_secret });
const created = (await shop.Jobs.Create({ type: "job", job_type: "order_export", filter })).data;
const [{ id }] = created;
const listed = (await shop.Jobs.All()).data.map((job) => job.id);
let job = created[0];
while (["pending", "started"].includes(job.status)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  job = (await shop.Jobs.Get(id)).data;
}
const { href } = (await shop.Jobs.GetFile(id)).data;
const missing = await shop.Jobs.Get("1").catch((error) => error.errors[0].status);
const refused = await gateway({ name: "other", protocol: "http", host, client_id,
  client_secret: "another secret" }).Jobs.All().catch((error) => error.errors[0].status);
process.stdout.write(
  "\\n" + JSON.stringify({ created: created[0], listed, status: job.status, href, missing, refused })
);
"""


def test_the_javascript_sdk_of_the_platform_exports(shop: Shop, tmp_path: Path) -> None:
    install_npm_packages(tmp_path, JS_SDK)
    (tmp_path / "main.mjs").write_text(JS_PROGRAM, encoding="utf-8")
    host = shop.live.address.removeprefix("http://")
    output = run_node(tmp_path, "main.mjs", host, CLIENT_ID, CLIENT_SECRET, FILTER)
    result = json.loads(output.splitlines()[-1])  # after the remarks of the SDK
    assert result["refused"] == 401
    shop.require_export(result)


TS_PROGRAM = """
import { client } from "./generated/client.gen";
import * as api from "./generated";
declare const process: any;
const [baseUrl, auth, filter] = process.argv.slice(2);
client.setConfig({ baseUrl, auth });
async function main() {
  const body = { data: { type: "job" as const, job_type: "order_export" as const, filter } };
  const created = (await api.createJob({ body, throwOnError: true })).data.data![0];
  const path = { jobID: created.id! };
  const jobs = (await api.getMultipleJobs({ throwOnError: true })).data.data!;
  let job = created;
  while (["pending", "started"].includes(job.status!)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    job = (await api.getAJob({ path, throwOnError: true })).data.data!;
  }
  const { href } = (await api.getAJobFile({ path, throwOnError: true })).data.data!;
  const missing = (await api.getAJob({ path: { jobID: "1" } })).response!.status;
  const listed = jobs.map((one) => one.id);
  console.log(JSON.stringify({ created, listed, status: job.status, href, missing }));
}
main();
"""

LOG_IN_TS = """
const [baseUrl, client_id, client_secret] = process.argv.slice(2);
client.setConfig({ baseUrl });
const body = { grant_type: "client_credentials" as const, client_id, client_secret };
api.createAccessToken({ body, throwOnError: true }).then(({ data }) => {
  console.log(data.access_token, data.token_type, data.expires_in);
});
"""

PYTHON_PROGRAM = """
import json, sys, time
from exporter_service_api_client import AuthenticatedClient
from exporter_service_api_client.api.jobs import (
    create_job, get_a_job, get_a_job_file, get_multiple_jobs,
)
from exporter_service_api_client.models import CreateJob

address, token, text = sys.argv[1:]
client = AuthenticatedClient(address, token)
data = {"type": "job", "job_type": "order_export", "filter": text}
response = create_job.sync(client=client, body=CreateJob.from_dict({"data": data}))
(created,) = response.data
listed = [str(job.id) for job in get_multiple_jobs.sync(client=client).data]
job = created
while job.status in ("pending", "started"):
    time.sleep(0.05)
    job = get_a_job.sync(str(created.id), client=client).data
href = get_a_job_file.sync(str(created.id), client=client).data.href
missing = get_a_job.sync_detailed("1", client=client)
assert missing.parsed.errors[0].title == "Resource Not Found"
print(json.dumps({"created": created.to_dict(), "listed": listed, "status": str(job.status),
                  "href": href, "missing": int(missing.status_code)}))
"""


@pytest.fixture(params=["ours", "the platform's"])
def document(request: pytest.FixtureRequest, shop: Shop, tmp_path: Path) -> Path:
    """An OpenAPI document from which a client is generated."""
    if request.param != "ours":
        return PLATFORM
    path = tmp_path / "openapi.json"
    path.write_bytes(httpx.get(f"{shop.live.address}/openapi.json").content)
    return path


def test_a_client_that_openapi_ts_generated_exports(
    shop: Shop, document: Path, tmp_path: Path
) -> None:
    install_npm_packages(tmp_path, *HEY_API)
    modules = tmp_path / "node_modules"
    run_node(
        tmp_path, modules / "@hey-api/openapi-ts/bin/run.js", "-i", document, "-o", "generated"
    )
    ours = document != PLATFORM
    (tmp_path / "main.ts").write_text(TS_PROGRAM, encoding="utf-8")
    (tmp_path / "log_in.ts").write_text(
        TS_PROGRAM.partition("const [")[0] + LOG_IN_TS, encoding="utf-8"
    )
    sources = ["main.ts", "log_in.ts"] if ours else ["main.ts"]
    options = ("--strict", "--module", "commonjs", "--target", "es2022", "--outDir", "built")
    run_node(tmp_path, modules / "typescript/bin/tsc", *options, *sources)
    token = TOKEN
    if ours:
        answer = run_node(
            tmp_path, "built/log_in.js", shop.live.address, CLIENT_ID, CLIENT_SECRET
        ).split()
        assert answer[1:] == ["Bearer", "3600"]
        token = answer[0]
    output = run_node(tmp_path, "built/main.js", shop.live.address, token, FILTER)
    shop.require_export(json.loads(output))


def test_a_client_that_openapi_python_client_generated_exports(
    shop: Shop, document: Path, tmp_path: Path
) -> None:
    packages, generated = tmp_path / "packages", tmp_path / "generated"
    run_or_skip(
        *(sys.executable, "-m", "pip", "install", "--quiet"),
        *("--target", str(packages), PYTHON_GENERATOR),
    )

    def run(*arguments: str | Path) -> str:
        path = os.pathsep.join((str(packages), str(generated)))
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    message = run(
        *("-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"),
        *("--path", document, "--output-path", generated / "exporter_service_api_client"),
    )
    assert "WARNING" not in message
    output = run("-c", PYTHON_PROGRAM, shop.live.address, TOKEN, FILTER)
    shop.require_export(json.loads(output))
