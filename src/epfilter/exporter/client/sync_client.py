"""The client that blocks: a driver for the flows, and the public methods."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx

from epfilter.ast import Filter
from epfilter.exporter.client import downloads, exports
from epfilter.exporter.client.downloads import FileProgress
from epfilter.exporter.client.effects import Effect, Flow, Open, Read, Sleep, T
from epfilter.exporter.client.exports import AnyProgress, Split
from epfilter.exporter.client.failures import set_up, translated
from epfilter.exporter.client.flows import AnyJob, Core, JobProgress
from epfilter.exporter.client.progress import Exported
from epfilter.exporter.client.settings import ClientSettings
from epfilter.exporter.client.target_files import AnyPath
from epfilter.exporter.errors import SettingsError
from epfilter.exporter.models import CreateJob, FileLink, Job


class ExporterClient:
    """A client of the Exporter Service that blocks until an answer is there.

    `region` is `eu-west`, `us-east`, or the base URL of a service. `token` is a bearer token;
    `client_id` and `client_secret` get one, which is renewed before it expires. Without any, they
    come from the environment: `EPFILTER_API_TOKEN`, or `EPFILTER_CLIENT_ID` and
    `EPFILTER_CLIENT_SECRET`. `timeout` is how many seconds a connection, or the next bytes of an
    answer, may take, and `attempts` how often a request is tried before its error is raised.
    `transport` is one of httpx, for tests and for proxies of one's own.

    Connection errors, 408, 429 and 5xx are tried again with growing pauses, of which each is at
    least as long as Retry-After says, up to 120 seconds; creating a job is tried again only where
    it was certainly not received: after 429, and where no connection was made. The logger
    `epfilter.exporter.client` has no filters, tokens and signatures of links; the debug log of
    `httpcore`, below, has the headers of answers, and so the addresses of redirects. Proxies and
    certificates come from the environment, as httpx reads it.

    Every method raises ConnectionFailedError where no answer comes, AuthenticationError for 401
    and 403, RequestFailedError for other errors of the platform, and UnexpectedAnswerError for
    answers that nobody understands. The constructor raises SettingsError. Threads may share a
    client. Close it, or use it in a `with` statement.

    Source: Exporter Service API 1.0, OpenAPI document.

    >>> import httpx
    >>> job = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}
    >>> platform = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": [job]}))
    >>> with ExporterClient("us-east", token="secret", transport=platform) as client:
    ...     client, client.jobs()[0].status
    (ExporterClient('https://useast.api.elasticpath.com'), <JobStatus.PENDING: 'pending'>)
    """

    def __init__(  # noqa: PLR0913 - how a client is set up, by keyword
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
        settings = ClientSettings.of(
            region,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            timeout=timeout,
            attempts=attempts,
        )
        self._core = Core(settings)
        with set_up():
            client = httpx.Client(timeout=settings.timeout, transport=transport)
        self._driver = _Driver(client)

    def create_job(
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - as the platform calls it
        *,
        check: bool = True,
    ) -> Job:
        """Starts the export of the orders that a filter selects; the new job.

        The filter is checked against the resource `orders` before anything is sent, because the
        platform ignores an attribute that it does not know and exports everything; `check=False`
        turns that off. To export every order, give `CreateJob(data=CreateJobData())`.

        Raises FilterSyntaxError and ResourceError for the filter, and FilterTypeError for what is
        none. Where `.maybe_received` of a ConnectionFailedError is true, or the status is 408,
        or 500 or more, there may be a job all the same; so too after an UnexpectedAnswerError whose
        `.status` is below 300.

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
        return self._driver.run(self._core.create_job(filter, check=check))

    def jobs(self) -> tuple[Job, ...]:
        """All jobs, in the order of the platform.

        One whose status nobody knows is left out, with a warning in the log: a new word of the
        platform must not hide all other jobs. `job` raises UnexpectedAnswerError for it.
        """
        return self._driver.run(self._core.jobs())

    def job(self, job: Job | UUID | str) -> Job:
        """A job as it is now.

        Raises JobNotFoundError, or JobExpiredError for one that this client has seen or was given,
        and SettingsError for what is no id.
        """
        return self._driver.run(self._core.job(job))

    def file(self, job: Job | UUID | str) -> FileLink:
        """The link to the file of a job, which whoever has it can fetch without a token.

        Raises as `job` does, and RequestFailedError where the job has no file.
        """
        return self._driver.run(self._core.file(job))

    def wait(
        self, job: AnyJob, *, timeout: float = 3600.0, progress: JobProgress | None = None
    ) -> Job:
        """The job once it has succeeded.

        It is looked at at once, then after about 1 second, and then less and less often, down to
        every 30 seconds. A job that is given whole and has ended is not looked at. `timeout` is in
        seconds, 0 to look once. `progress` is called with the job each time.

        Raises JobFailedError with the platform's message, WaitTimeoutError where it takes longer,
        and as `job` does.
        """
        return self._driver.run(self._core.wait(job, timeout=timeout, progress=progress))

    def download(
        self,
        source: Job | FileLink | UUID | str,
        path: AnyPath,
        *,
        progress: FileProgress | None = None,
    ) -> Path:
        """Fetches the file of a job, or of a link, to a path; the path.

        The file comes to a temporary one beside the target, and takes its place when it is whole.
        A download that breaks off is resumed where the server allows it. The permissions of a
        target that is there are kept, and a symbolic link stays one. Whatever happens, a target is
        the old file or the whole new one. The token is not sent along.

        `progress` is called with a `DownloadProgress`. Raises DownloadError, and as `file` does.
        """
        self._driver.run(downloads.download(self._core, source, path, progress))
        return Path(path)

    def export(  # noqa: PLR0913 - how an export may go, by keyword
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - as the platform calls it
        path: AnyPath,
        *,
        split: Split | None = None,
        check: bool = True,
        timeout: float = 3600.0,
        progress: AnyProgress | None = None,
        resume: bool = False,
        anew: bool = False,
        replace: bool = True,
    ) -> Exported:
        r"""Exports the orders that a filter selects to a CSV file: creates, waits and fetches.

        `split` makes one job a month, week or day of the filter's `created_at` window, one after
        the other, and joins their files. A part without orders is none; where all are, that is the
        JobFailedError of the last one. `timeout` is for each job. `progress` is called with an
        `ExportProgress`.

        With `resume` what has been done is kept beside the target when the export is interrupted
        (`<path>.export.json` and the files of parts), and the same call goes on with it. Without,
        nothing is left behind. With `anew` an earlier export that was interrupted is not gone on
        with but forgotten, though not before the first job of this one has been created.

        With `replace=False` a file that is there stays, also one that appears while this runs: that
        is a DownloadError, and with `resume` the same call without it ends with what was fetched.
        An export that was to replace the file that was there when it began still does when it goes
        on.

        Raises what `create_job`, `wait` and `download` raise, FilterValueError for a filter that
        cannot be split, JoinError for files that do not fit together, and SettingsError where
        `resume` finds another export.

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
            self._core,
            filter,
            path,
            split=split,
            check=check,
            timeout=timeout,
            progress=progress,
            resume=resume,
            anew=anew,
            replace=replace,
        )
        return self._driver.run(flow)

    def close(self) -> None:
        """Closes the connections; the client cannot be used again."""
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
        return f"ExporterClient({self._core.api.base!r})"


class _Driver:
    """Carries out effects by blocking."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.sleep: Callable[[float], object] = time.sleep

    def run(self, flow: Flow[T]) -> T:
        """What the flow returns."""
        if self.client.is_closed:
            raise SettingsError("the client is closed.", hint="make a new one")
        opened = _Opened(self.client)
        reply: object = None
        error: Exception | None = None
        try:
            while True:
                try:
                    effect = flow.send(reply) if error is None else flow.throw(error)
                except StopIteration as end:
                    result: T = end.value
                    return result
                reply = error = None
                try:
                    reply = self._carried_out(effect, opened)
                except Exception as raised:  # noqa: BLE001 - it is raised in the flow
                    error = translated(effect, raised)
        finally:
            flow.close()
            opened.close()

    def _carried_out(self, effect: Effect, opened: _Opened) -> object:
        match effect:
            case Open(request):
                return opened.open(request)
            case Read():
                return opened.read()
            case Sleep(seconds):
                return self.sleep(seconds)
        return effect.function()


class _Opened:
    """The answer of a flow that is open, if any."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def open(self, request: httpx.Request) -> httpx.Response:
        self.close()
        self._response = self._client.send(request, stream=True)
        self._chunks = self._response.iter_bytes()
        return self._response

    def read(self) -> bytes:
        return next(self._chunks, b"")

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
