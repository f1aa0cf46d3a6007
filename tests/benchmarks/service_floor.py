"""The floor of the service: a bare Starlette application that does one statement per request.

`python service_floor.py FILE` serves on a free loopback port and prints its address. The server is
uvicorn with the same protocol and event loop as the service, and the file has the same pragmas. The
handlers do nothing else: no token, no checks, no log, no links, no signals.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
import uuid
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_COLUMNS = ("id", "filter", "status", "created")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM jobs"  # noqa: S608 - our own names


def open_jobs(path: Path, rows: int = 0) -> sqlite3.Connection:
    """Open or create a table with this many jobs, in which each insert is durable."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, filter TEXT, status TEXT, created INT)"
    )
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO jobs VALUES (?, 'eq(payment,refunded)', 'pending', ?)",
        ((str(uuid.uuid4()), created) for created in range(rows)),
    )
    connection.execute("COMMIT")
    return connection


def create_floor(jobs: sqlite3.Connection) -> Starlette:
    """Return the application."""

    async def get_job(request: Request) -> JSONResponse:
        row = jobs.execute(f"{_SELECT} WHERE id = ?", (request.path_params["id"],)).fetchone()
        return JSONResponse({"data": dict(zip(_COLUMNS, row, strict=True))})

    async def list_jobs(request: Request) -> JSONResponse:
        page = (request.query_params["page[limit]"], request.query_params["page[offset]"])
        rows = jobs.execute(f"{_SELECT} ORDER BY rowid DESC LIMIT ? OFFSET ?", page).fetchall()
        return JSONResponse({"data": [dict(zip(_COLUMNS, row, strict=True)) for row in rows]})

    async def create_job(request: Request) -> JSONResponse:
        job = (str(uuid.uuid4()), (await request.json())["data"]["filter"], "pending", 0)
        jobs.execute("INSERT INTO jobs VALUES (?, ?, ?, ?)", job)
        return JSONResponse({"data": [dict(zip(_COLUMNS, job, strict=True))]}, 202)

    return Starlette(
        routes=[
            Route("/v2/jobs", list_jobs),
            Route("/v2/jobs", create_job, methods=["POST"]),
            Route("/v2/jobs/{id}", get_job),
        ]
    )


class _Server(uvicorn.Server):
    """A server that prints its address."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"serving on http://127.0.0.1:{port}\n")
        sys.stdout.flush()


def serve(path: Path) -> None:
    """Serve the jobs of a file until the process ends."""
    app = create_floor(open_jobs(path))
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="error", access_log=False)
    _Server(config).run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
