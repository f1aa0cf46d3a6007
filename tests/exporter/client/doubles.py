"""Test doubles: both clients behind one interface, a clock, services, faulty bodies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from epfilter.exporter import AsyncExporterClient, ExporterClient, Job

ID = UUID("974c9db4-38da-4dbf-90c2-33eed5f3e77c")
TOKEN = "a-very-secret-token"  # noqa: S105 - it opens nothing
BASE = "https://api.moltin.com"
FILTER = "eq(payment,refunded)"
WINDOW = "ge(created_at,2018-09-01):lt(created_at,2018-12-01)"
"""Three months."""

NOTHING = "No results matched the supplied filter"
EMPTY: dict[str, object] = {"status": "failed", "error": NOTHING}
LINK = "https://files.example/orders/1.csv?signature=SIGNED"
CSV = b"id,status\n" + b"".join(b"%d,paid\n" % number for number in range(500))

Handler = Callable[[httpx.Request], httpx.Response]


def job(status: str = "success", *, number: int = 0, **more: object) -> dict[str, object]:
    """Return a job as the platform sends it; each `number` is another job."""
    return {"id": str(UUID(int=ID.int + number)), "status": status, "type": "job", **more}


JOB = Job.model_validate(job())


def data(content: object, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"data": content}, headers=headers)


class Time:
    """A clock that advances when the client sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Client:
    """Either client; `call` runs a method to its end."""

    def __init__(self, kind: str, transport: object = None, **settings: Any) -> None:
        if not {"token", "client_id"} & settings.keys():
            settings["token"] = TOKEN
        self.time = Time()
        self._runner = asyncio.Runner() if kind == "async" else None
        client_class: Any = AsyncExporterClient if self._runner else ExporterClient
        self.inner: Any = client_class(transport=transport, **settings)
        self.inner._jobs.api.clock = lambda: self.time.now
        driver = self.inner._driver
        driver.sleep = self.time.sleep_async if self._runner else self.time.sleep

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        result = getattr(self.inner, method)(*args, **options)
        return self._runner.run(result) if self._runner else result

    def read(self, method: str, *args: Any, **options: Any) -> list[Any]:
        """Call a method that returns an iterator, and return all that it yields."""
        pages = getattr(self.inner, method)(*args, **options)
        return self._runner.run(_collect(pages)) if self._runner else list(pages)

    def close(self) -> None:
        if self._runner:
            self._runner.run(self.inner.aclose())
            self._runner.close()
        else:
            self.inner.close()


async def _collect(pages: AsyncIterator[Any]) -> list[Any]:
    return [page async for page in pages]


class Platform:
    """A transport that sends one answer after the other, repeats the last, and records requests.

    An answer is a response, an exception to raise, or a function of the request.
    """

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return _fresh(answer) if isinstance(answer, httpx.Response) else answer(request)

    @property
    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


def _fresh(answer: httpx.Response) -> httpx.Response:
    """Return a copy, because a response can be sent only once."""
    if isinstance(answer.stream, Body):
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in chunks, optionally with an error at the end."""

    def __init__(self, pieces: Sequence[bytes], error: BaseException | None = None) -> None:
        self.pieces = pieces
        self.error = error

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.error is not None:
            raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def file_answer(
    content: bytes = CSV,
    *,
    sent: int | None = None,
    error: BaseException | None = None,
    **headers: str,
) -> httpx.Response:
    """Return the response with a file, optionally incomplete or with an error at the end."""
    all_headers = {"content-length": str(len(content)), "etag": '"1"', "content-type": "text/csv"}
    all_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
    part = content[:sent]
    pieces = [part[place : place + 100] for place in range(0, len(part), 100)]
    sent_headers = {name: value for name, value in all_headers.items() if value}
    return httpx.Response(200, headers=sent_headers, stream=Body(pieces, error))


def rest_answer(request: httpx.Request, content: bytes = CSV, etag: str = '"1"') -> httpx.Response:
    """Return the requested range of a file if its ETag matches, otherwise the whole file."""
    requested_range = request.headers.get("range")
    if requested_range is None or request.headers.get("if-range") != etag:
        return file_answer(content, etag=etag)
    begin = int(requested_range.removeprefix("bytes=").rstrip("-"))
    headers = {
        "content-range": f"bytes {begin}-{len(content) - 1}/{len(content)}",
        "content-length": str(len(content) - begin),
        "etag": etag,
    }
    return httpx.Response(206, headers=headers, stream=Body([content[begin:]]))


class Service(Platform):
    """A platform whose jobs succeed immediately, with one answer for each file request."""

    def __init__(self, *files: httpx.Response | Exception | Handler, href: str = LINK) -> None:
        super().__init__(*files)
        self.href = href
        self.created: list[bytes] = []
        self.all: list[str] = []
        self.statuses: dict[int, dict[str, object]] = {}
        """The members of jobs that have not succeeded, by number."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.all.append(f"{request.method} {request.url.raw_path.decode()}")
        if request.url.host != httpx.URL(BASE).host:
            return super().__call__(request)
        if request.method == "POST":
            self.created.append(request.content)
            return data([self._job(len(self.created) - 1)], 202)
        number = UUID(request.url.path.split("/")[3]).int - ID.int
        if self.statuses.get(number, {}).get("gone"):
            return httpx.Response(404, json={"title": "Resource Not Found", "status": 404})
        if request.url.path.endswith("/file"):
            return data({"href": self.href.replace("1.csv", f"{number}.csv")})
        return data(self._job(number))

    def _job(self, number: int) -> dict[str, object]:
        known = {"status": "success", **self.statuses.get(number, {})}
        return job(number=number, **known)  # type: ignore[arg-type] # the status is a text


def part(number: int, header: str = "id,status") -> httpx.Response:
    """Return the response with the file of a part that has one order."""
    return file_answer(f"{header}\n{number},paid\n".encode())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ids(*numbers: int) -> list[str]:
    return [str(UUID(int=ID.int + number)) for number in numbers]
