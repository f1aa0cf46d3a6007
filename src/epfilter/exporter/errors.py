"""What can go wrong with an export, as a tree of exceptions.

    ExporterError                      every error of the client and the service
    ├── RequestFailedError             the platform answered with an error
    │   ├── AuthenticationError        401 or 403: the token is missing, wrong or not allowed to
    │   ├── JobNotFoundError           404: there is no such job
    │   └── JobExpiredError            404 for a job that was there before: it has expired
    ├── ConnectionFailedError          no answer came, or only a part of one
    ├── UnexpectedAnswerError          an answer that is not one of the Exporter Service
    ├── JobFailedError                 the platform could not run the job, and says why
    ├── WaitTimeoutError               the job did not end in time (also a TimeoutError)
    ├── DownloadError                  the file could not be fetched whole, or not be written
    ├── JoinError                      CSV files that do not fit together
    ├── SettingsError                  a client or a service that cannot work as it was set up
    └── OrdersError                    a store of orders that cannot be read

No message holds a token, a secret or the signature of a link. Mistakes in a filter stay what they
are everywhere: `FilterSyntaxError`, `ResourceError`, `FilterValueError`. Every error can be pickled
and copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epfilter.exporter.models import Error, Job


class ExporterError(Exception):
    """The base of every error of the client and the service.

    `.message` says what was wrong, `.hint` what to do about it, or is None.

    >>> str(ExporterError("the disk is full.", hint="make room"))
    'the disk is full. Hint: make room.'
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} Hint: {hint}.")
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        # The usual way would call the constructor with the message alone.
        return _made_again, (type(self), self.args, vars(self))


def _made_again(
    kind: type[ExporterError], args: tuple[object, ...], known: dict[str, object]
) -> ExporterError:
    """An error as it was when it was pickled or copied."""
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(known)
    return error


class RequestFailedError(ExporterError):
    """The platform answered with an error.

    `.status` is the HTTP status, `.errors` what the body says of it, `.request_id`, `.title` and
    `.detail` those of the first error or None, `.retry_after` the seconds after which the platform
    wants to be asked again, or None.

    Source: Exporter Service API 1.0, OpenAPI document, schema ErrorResponse.

    >>> RequestFailedError("POST /v2/jobs was refused.", status=400).status
    400
    """

    def __init__(  # noqa: PLR0913 - what is known of an answer, by keyword
        self,
        message: str,
        *,
        status: int,
        errors: tuple[Error, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.errors = errors
        first = errors[0] if errors else None
        self.title = first.title if first else None
        self.detail = first.detail if first else None
        self.request_id = request_id or (first.request_id if first else None)
        self.retry_after = retry_after


class AuthenticationError(RequestFailedError):
    """The token is missing, wrong, has expired, or does not allow this (401 or 403).

    >>> issubclass(AuthenticationError, RequestFailedError)
    True
    """


class JobNotFoundError(RequestFailedError):
    """There is no such job (404).

    >>> issubclass(JobNotFoundError, RequestFailedError)
    True
    """


class JobExpiredError(RequestFailedError):
    """The job was there before and is gone: jobs and their files expire after a week (404).

    Source: Exporter Service API 1.0, OpenAPI document, operation createJob.

    >>> issubclass(JobExpiredError, RequestFailedError)
    True
    """


class ConnectionFailedError(ExporterError):
    """No answer came: no connection, a timeout, or an answer that broke off.

    `.maybe_received` says that the platform may have received the request. Where that was the
    creation of a job, it is not sent again blindly: look for the job in the list of jobs.

    >>> ConnectionFailedError("no answer came.", maybe_received=True).maybe_received
    True
    """

    def __init__(self, message: str, *, maybe_received: bool, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.maybe_received = maybe_received


class UnexpectedAnswerError(ExporterError):
    """An answer that is not one of the Exporter Service, such as the page of a proxy.

    `.status` is its HTTP status and `.content_type` what it says to be, or None.

    >>> UnexpectedAnswerError("a page came.", status=200, content_type="text/html").content_type
    'text/html'
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        content_type: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.content_type = content_type


class JobFailedError(ExporterError):
    """The platform could not run the job; the message is the platform's, `.job` the whole job.

    Source: Exporter Service API 1.0, OpenAPI document, schema Job, member error.

    >>> issubclass(JobFailedError, ExporterError)
    True
    """

    def __init__(self, message: str, *, job: Job, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job = job


class WaitTimeoutError(ExporterError, TimeoutError):
    """The job did not end before the deadline; it goes on. `.job` is how it was seen last.

    >>> issubclass(WaitTimeoutError, TimeoutError)
    True
    """

    def __init__(self, message: str, *, job: Job, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job = job


class DownloadError(ExporterError):
    """The file could not be fetched whole, or not be written; the target is as it was before.

    `.status` is the HTTP status of the last answer, or None where there was none.

    >>> DownloadError("the file is gone.", status=404).status
    404
    """

    def __init__(self, message: str, *, status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class JoinError(ExporterError):
    """CSV files that do not fit together: other columns, or none that tells orders apart.

    >>> issubclass(JoinError, ExporterError)
    True
    """


class SettingsError(ExporterError):
    """A client or a service that cannot work as it was set up: no token, an unknown region.

    >>> issubclass(SettingsError, ExporterError)
    True
    """


class OrdersError(ExporterError):
    """A store of orders that cannot be read: no such file, broken lines, no connection.

    >>> issubclass(OrdersError, ExporterError)
    True
    """
