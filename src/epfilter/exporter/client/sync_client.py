"""The synchronous client: the public methods, and the driver that performs effects by blocking."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

import httpx

from epfilter.ast import Filter
from epfilter.exporter.client import downloads, exports, selection
from epfilter.exporter.client.downloads import FileProgress
from epfilter.exporter.client.effects import (
    Call,
    Effect,
    Flow,
    ReadChunk,
    Send,
    Sleep,
    T,
    translate_error,
    translate_setup_errors,
)
from epfilter.exporter.client.exports import AnyProgress, Exported
from epfilter.exporter.client.jobs import AnyJob, JobFlows, JobProgress
from epfilter.exporter.client.listing import ListingFlows
from epfilter.exporter.client.settings import ClientSettings
from epfilter.exporter.client.target_files import AnyPath
from epfilter.exporter.errors import SettingsError
from epfilter.exporter.filter_splitting import Calendar
from epfilter.exporter.models import CreateJob, FileLink, Job
from epfilter.paging import Row
from epfilter.resources import Resource
from epfilter.templates import Template


class ExporterClient:
    """A synchronous client of the Exporter Service.

    `region` is `eu-west`, `us-east`, or the base URL of a service. `token` is a bearer token.
    Alternatively, `client_id` and `client_secret` request a token and renew it before it expires.
    Without these arguments, the credentials come from the environment: `EPFILTER_API_TOKEN`, or
    `EPFILTER_CLIENT_ID` and `EPFILTER_CLIENT_SECRET`. `timeout` is the number of seconds that a
    connection, or the next bytes of a response, may take. A whole response takes at most ten times
    as long, and a download more only if it receives 1,000 bytes a second on average. `attempts` is
    how often a request is sent before its error is raised. `transport` is a transport of httpx, for
    tests and for your own proxies.

    Responses of the API may be encoded as gzip, and in no other way. Where the API is encrypted, a
    link to a file without encryption is refused. A region of another machine without encryption is
    a warning in the log.

    Requests are repeated after connection errors, 408, 429 and 5xx. The pauses grow, and are at
    least as long as Retry-After, up to 120 seconds. The request that creates a job is repeated only
    if it was certainly not received: after 429, and if no connection was made. The logger
    `epfilter.exporter.client` does not log filters, tokens or signatures of links. The debug log of
    `httpcore` contains the headers of responses, and so the URLs of redirects. httpx reads
    proxies and certificates from the environment.

    Every method raises ConnectionFailedError if no response arrives, AuthenticationError for 401
    and 403, RequestFailedError for other errors of the platform, and UnexpectedResponseError for
    responses that do not come from an Exporter Service. The constructor raises SettingsError.
    Threads may share a client. Close it with `close`, or use it in a `with` statement.

    Source: Exporter Service API 1.0, OpenAPI document.

    >>> import httpx
    >>> job = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}
    >>> platform = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": [job]}))
    >>> with ExporterClient("us-east", token="secret", transport=platform) as client:
    ...     client, client.jobs()[0].status
    (ExporterClient('https://useast.api.elasticpath.com'), <JobStatus.PENDING: 'pending'>)
    """

    def __init__(  # noqa: PLR0913 - the settings, by keyword
        self,
        region: str = "eu-west",
        *,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        timeout: float = 30.0,
        attempts: int = 5,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        settings = ClientSettings.create(
            region,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            timeout=timeout,
            attempts=attempts,
        )
        self._jobs = JobFlows(settings)
        with translate_setup_errors():
            client = httpx.Client(timeout=settings.timeout, transport=transport)
        self._driver = _Driver(client)

    def create_job(
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - the name in the platform's API
        *,
        check: bool = True,
    ) -> Job:
        """Create a job that exports the orders which a filter selects, and return the job.

        The filter is checked against the resource `orders` before anything is sent, because the
        platform may ignore an unknown attribute and export every order. `check=False` disables
        the check. To export every order, pass `CreateJob(data=CreateJobData())`.

        Raises FilterSyntaxError and ResourceError for an invalid filter, and FilterTypeError for
        other types. The job may exist despite an error: after a ConnectionFailedError with
        `.maybe_received`, after the status 408 or 5xx, and after an UnexpectedResponseError with a
        `.status` below 300.

        >>> import httpx
        >>> job = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}
        >>> platform = httpx.MockTransport(lambda request: httpx.Response(202, json={"data": job}))
        >>> with ExporterClient(token="secret", transport=platform) as client:
        ...     client.create_job("eq(payment,refunded)").status
        <JobStatus.PENDING: 'pending'>
        >>> with ExporterClient(token="secret", transport=platform) as client:
        ...     client.create_job("eq(paymnt,refunded)")
        Traceback (most recent call last):
        epfilter.errors.ResourceError: `orders` has no field `paymnt`. ...
        """
        return self._driver.run(self._jobs.create(filter, check=check))

    def jobs(self) -> tuple[Job, ...]:
        """Return all jobs, in the order of the platform.

        A job with an unknown status is left out, with a warning in the log, so that it does not
        hide all other jobs. `job` raises UnexpectedResponseError for it.
        """
        return self._driver.run(self._jobs.list_all())

    def job(self, job: Job | UUID | str) -> Job:
        """Return the current state of a job.

        Raises JobNotFoundError if the job does not exist, JobExpiredError if it existed before
        (this client has seen it or received it as a Job), and SettingsError if `job` is not an id.
        """
        return self._driver.run(self._jobs.get(job))

    def file(self, job: Job | UUID | str) -> FileLink:
        """Return the link to the file of a job; anyone can download it without a token.

        Raises RequestFailedError if the job has no file, and the errors of `job`.
        """
        return self._driver.run(self._jobs.get_file_link(job))

    def wait(
        self, job: AnyJob, *, timeout: float = 3600.0, progress: JobProgress | None = None
    ) -> Job:
        """Wait until a job has succeeded, and return it.

        The job is requested immediately, then after about 1 second, then at growing intervals of up
        to 30 seconds. A Job that has finished already is not requested. `timeout` is in seconds; 0
        requests the job once. The last request may end up to 5 seconds later. `progress`
        is called with the job each time.

        Raises JobFailedError with the platform's message, WaitTimeoutError after the timeout, and
        the errors of `job`.
        """
        return self._driver.run(self._jobs.wait(job, timeout=timeout, progress=progress))

    def download(
        self,
        source: Job | FileLink | UUID | str,
        path: AnyPath,
        *,
        progress: FileProgress | None = None,
    ) -> Path:
        """Download the file of a job, or of a link, to a path, and return the path.

        The file is written under a temporary name beside the target and renamed when it is
        complete. The target is always the old file or the complete new one; it keeps its
        permissions, and only the owner can read a new file. A symbolic link stays a link. An
        interrupted download is resumed if the server supports it. The token is not sent.

        `progress` is called with a `DownloadProgress`. Raises DownloadError, and the errors of
        `file`.
        """
        self._driver.run(downloads.download(self._jobs, source, path, progress))
        return Path(path)

    def export(  # noqa: PLR0913 - the options of an export, by keyword
        self,
        filter: Filter | str | CreateJob | None,  # noqa: A002 - the name in the platform's API
        path: AnyPath,
        *,
        since: selection.End = None,
        until: selection.End = None,
        timezone: tzinfo | str = UTC,
        split: Calendar | None = None,
        check: bool = True,
        timeout: float = 3600.0,
        progress: AnyProgress | None = None,
        resume: bool = False,
        restart: bool = False,
        replace: bool = True,
        append: bool = False,
        allow_empty: bool = False,
    ) -> Exported:
        r"""Export the orders that a filter selects to a CSV file: create, wait and download.

        `since` and `until` add a period of `created_at` to the filter, which may then be None: from
        `since` to before `until`, each a date, a timestamp, or a text such as `yesterday`,
        `monday` or `2 days ago`, in `timezone` (see `within_period`).

        `split` creates one job for each month, week or day of the filter's `created_at` window, one
        after the other, and merges their files. Parts without orders are skipped; if all parts are
        without orders, the JobFailedError of the last one is raised. `timeout` applies to each job.
        `progress` is called with an `ExportProgress`.

        With `resume`, an interrupted export leaves a checkpoint (`<path>.export.json`) and the
        files of completed parts beside the target, and the same call resumes it. Without `resume`
        no files are left. With `restart`, an earlier interrupted export is not resumed; its files
        are deleted after the first job of this export has been created.

        With `replace=False` an existing file is kept, even if it appears while the export runs:
        that is a DownloadError. With `resume` the downloaded files are kept too, and the same call
        without `replace=False` completes the export. A resumed export still replaces a file that it
        was allowed to replace when it began.

        With `append`, the orders that an existing file lacks are appended to it: those from its
        newest `created_at` on, which replaces `since`. Orders are recognised by their ids, so that
        none is lost or doubled; the file is replaced as a whole, and only by one with the same
        columns. Without a file, this is a first export. No new order is not an error. A filter on
        `updated_at` is one, because an order that changes may be older than the newest one.

        With `allow_empty`, an export without orders is not an error: it writes the header of the
        file that it replaces, or an empty file, because the platform sends no header. `append`
        leaves an existing file as it is.

        A resumed export has the period with which it began, also if `since` is `yesterday` and the
        day has changed.

        Raises the errors of `create_job`, `wait` and `download`, FilterValueError if the filter
        cannot be split, MergeError if the files cannot be merged, and SettingsError if `resume`
        finds another export.

        >>> import httpx, tempfile
        >>> job = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "success"}
        >>> def platform(request: httpx.Request) -> httpx.Response:
        ...     if request.url.host == "files.example":
        ...         return httpx.Response(200, text="id,status\n1,paid\n")
        ...     link = {"href": "https://files.example/1.csv"}
        ...     return httpx.Response(200, json={"data": link if request.method == "GET" else job})
        >>> with (
        ...     tempfile.TemporaryDirectory() as folder,
        ...     ExporterClient(token="secret", transport=httpx.MockTransport(platform)) as client,
        ... ):
        ...     client.export("eq(payment,paid)", f"{folder}/orders.csv").size
        17
        """
        flow = exports.export(
            self._jobs,
            selection.Selection(filter, since, until, timezone),
            path,
            split=split,
            check=check,
            timeout=timeout,
            progress=progress,
            resume=resume,
            restart=restart,
            replace=replace,
            append=append,
            allow_empty=allow_empty,
        )
        return self._driver.run(flow)

    def list(
        self,
        listing: Resource | str,
        filter: Filter | str | Template | None = None,  # noqa: A002 - the name in the platform's API
        *,
        limit: int = 100,
        settle: timedelta | None = None,
        check: bool = True,
    ) -> Iterator[Sequence[Row]]:
        """Return all objects of a listing that a filter selects, page by page.

        `listing` is a resource, such as `orders`, or its name. Pages are read by `created_at`, as
        `epfilter.pages` does it: no object is lost or read twice. `limit` and `settle` are those
        of `pages`; `check=False` disables the check of the filter and of the number of its calls.

        Raises FilterSyntaxError and ResourceError for an invalid filter, FilterValueError for one
        of more than 9 calls (8 with `settle`) and for a listing without a fixed path or without
        `ge` for `created_at`, and PagingError.

        >>> import httpx
        >>> rows = {"data": [{"id": "1", "created_at": "2018-09-01T00:00:00Z"}]}
        >>> platform = httpx.MockTransport(lambda request: httpx.Response(200, json=rows))
        >>> with ExporterClient(token="secret", transport=platform) as client:
        ...     [row["id"] for page in client.list("orders", "eq(payment,paid)") for row in page]
        ['1']
        """
        flows = ListingFlows(
            self._jobs.api, listing, filter, limit=limit, settle=settle, check=check
        )
        return self._iterate(flows)

    def _iterate(self, flows: ListingFlows) -> Iterator[Sequence[Row]]:
        while (rows := self._driver.run(flows.read_page())) is not None:
            if rows:
                yield rows

    def close(self) -> None:
        """Close the connections; the client cannot be used again."""
        self._driver.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ExporterClient({self._jobs.api.settings.base_url!r})"


class _Driver:
    """Performs effects by blocking."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.sleep: Callable[[float], object] = time.sleep

    def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its result."""
        if self.client.is_closed:
            raise SettingsError("the client is closed.", hint="create a new one")
        connection = _Connection(self.client)
        result: object = None
        error: Exception | None = None
        try:
            while True:
                try:
                    effect = flow.send(result) if error is None else flow.throw(error)
                except StopIteration as end:
                    returned: T = end.value
                    return returned
                result = error = None
                try:
                    result = self._perform(effect, connection)
                except Exception as raised:  # noqa: BLE001 - raised in the flow
                    error = translate_error(effect, raised)
        finally:
            flow.close()
            connection.close()

    def _perform(self, effect: Effect, connection: _Connection) -> object:
        match effect:
            case Send(request, seconds):
                return connection.send(request, seconds)
            case ReadChunk(seconds):
                return connection.read_chunk(seconds)
            case Sleep(seconds):
                return self.sleep(seconds)
            case Call(function):
                return function()


class _Connection:
    """The open response of a flow, if any."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._read_timeout = _ReadTimeout(0, 0)

    def send(self, request: httpx.Request, seconds: float) -> httpx.Response:
        self.close()
        timeouts: dict[str, Any] = {
            name: None if limit is None else max(min(limit, seconds), 0.001)
            for name, limit in self._client.timeout.as_dict().items()
        }
        self._read_timeout = _ReadTimeout(self._client.timeout.read or math.inf, seconds)
        request.extensions = {
            **request.extensions,
            "timeout": timeouts | {"read": self._read_timeout},
        }
        self._response = self._client.send(request, stream=True)
        # Not `iter_bytes`, which decodes any encoding, and without a limit.
        stream = cast("httpx.SyncByteStream", self._response.stream)
        self._chunks = filter(None, stream)
        return self._response

    def read_chunk(self, seconds: float | None) -> bytes:
        if seconds is not None:
            self._read_timeout.restart(seconds)
        return next(self._chunks, b"")

    def close(self) -> None:
        if self._response is not None:
            self._response.close()


class _ReadTimeout:
    """A timeout of sockets, in whole seconds, that ends with the time of the whole response.

    httpx sets the timeout of a socket anew for each read, but to the same value, so that a server
    could go on for ever by sending a byte now and then. Sockets call `__index__` each time.
    """

    def __init__(self, limit: float, seconds: float) -> None:
        self._limit = limit
        self.restart(seconds)

    def restart(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def __float__(self) -> float:
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return min(self._limit, remaining)

    def __index__(self) -> int:
        return math.ceil(float(self))
