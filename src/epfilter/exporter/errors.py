"""The exceptions of the exporter, as one tree.

    ExporterError                      base of every error of the client and the service
    ├── RequestFailedError             the platform responded with an error
    │   ├── AuthenticationError        401 or 403: the token is missing, invalid or not authorized
    │   ├── JobNotFoundError           404: the job does not exist
    │   └── JobExpiredError            404 for a job that existed before: it has expired
    ├── ConnectionFailedError          no response arrived, or only a part of one
    ├── UnexpectedResponseError        a response that does not come from an Exporter Service
    ├── JobFailedError                 the platform could not run the job
    ├── WaitTimeoutError               the job did not finish in time (also a TimeoutError)
    ├── DownloadError                  the file could not be downloaded completely, or not written
    ├── MergeError                     CSV files that cannot be merged
    ├── SettingsError                  invalid settings of a client or a service
    └── OrdersError                    orders that cannot be read

No message contains a token, a secret or the signature of a link. Errors in a filter have the same
classes as everywhere: `FilterSyntaxError`, `ResourceError`, `FilterValueError`. Every error can be
pickled and copied.
"""

from __future__ import annotations

from typing import Any

from epfilter.exporter.models import Error, Job


class ExporterError(Exception):
    """The base class of every error of the client and the service.

    `.message` describes what is wrong. `.hint` describes what to do, or is None.

    >>> str(ExporterError("the disk is full.", hint="free some space"))
    'the disk is full. Hint: free some space.'
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} Hint: {hint}.")
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        # By default the constructor would be called with the message alone.
        return _restore_error, (type(self), self.args, vars(self))


def _restore_error(
    error_class: type[ExporterError], args: tuple[object, ...], attributes: dict[str, object]
) -> ExporterError:
    """Return the error that was pickled or copied."""
    error = error_class.__new__(error_class)
    error.args = args
    vars(error).update(attributes)
    return error


class RequestFailedError(ExporterError):
    """A response of the platform that is an error.

    `.status` is the HTTP status and `.errors` the errors in the body. `.request_id`, `.title` and
    `.detail` are those of the first error, or None. `.retry_after` is the number of seconds after
    which the platform accepts another request, or None.

    Source: Exporter Service API 1.0, OpenAPI document, schema ErrorResponse.

    >>> RequestFailedError("POST /v2/jobs failed with 400.", status=400).status
    400
    """

    def __init__(  # noqa: PLR0913 - the attributes of a response, by keyword
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
    """A token that is missing, invalid, expired or not authorized for the request (401 or 403).

    >>> issubclass(AuthenticationError, RequestFailedError)
    True
    """


class JobNotFoundError(RequestFailedError):
    """A job that does not exist (404).

    >>> issubclass(JobNotFoundError, RequestFailedError)
    True
    """


class JobExpiredError(RequestFailedError):
    """A job that existed before: jobs and their files expire after a week (404).

    Source: Exporter Service API 1.0, OpenAPI document, operation createJob.

    >>> issubclass(JobExpiredError, RequestFailedError)
    True
    """


class ConnectionFailedError(ExporterError):
    """A request without a response: no connection, a timeout, or a response that is incomplete.

    `.maybe_received` is true if the platform may have received the request. If that request was to
    create a job, it is not sent again: check the list of jobs first.

    >>> ConnectionFailedError("no response arrived.", maybe_received=True).maybe_received
    True
    """

    def __init__(self, message: str, *, maybe_received: bool, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.maybe_received = maybe_received


class UnexpectedResponseError(ExporterError):
    """A response that does not come from an Exporter Service, such as the page of a proxy.

    `.status` is its HTTP status and `.content_type` its media type, or None.

    >>> UnexpectedResponseError("a page.", status=200, content_type="text/html").content_type
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
    """A job that failed. The message is the platform's; `.job` is the job.

    Source: Exporter Service API 1.0, OpenAPI document, schema Job, member error.

    >>> issubclass(JobFailedError, ExporterError)
    True
    """

    def __init__(self, message: str, *, job: Job, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job = job


class WaitTimeoutError(ExporterError, TimeoutError):
    """A job that did not finish before the timeout; it continues. `.job` is its last known state.

    >>> issubclass(WaitTimeoutError, TimeoutError)
    True
    """

    def __init__(self, message: str, *, job: Job, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job = job


class DownloadError(ExporterError):
    """A file that could not be downloaded completely, or not be written; the target is unchanged.

    `.status` is the HTTP status of the last response, or None if there was none.

    >>> DownloadError("the link has expired.", status=404).status
    404
    """

    def __init__(self, message: str, *, status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class MergeError(ExporterError):
    """CSV files that cannot be merged: different columns, or no column that identifies orders.

    >>> issubclass(MergeError, ExporterError)
    True
    """


class SettingsError(ExporterError):
    """Invalid settings of a client or a service, such as an unknown region or a missing token.

    >>> issubclass(SettingsError, ExporterError)
    True
    """


class OrdersError(ExporterError):
    """Orders that cannot be read: a missing file, invalid lines, no connection.

    Its subclasses are internal.

    >>> issubclass(OrdersError, ExporterError)
    True
    """


class OrdersDatabaseError(OrdersError):
    """An error that the database of the orders reports; its message may name a host and a role.

    >>> issubclass(OrdersDatabaseError, OrdersError)
    True
    """


class OrdersDiskFullError(OrdersError):
    """A disk without room for the exported file, or for the data of the export.

    >>> issubclass(OrdersDiskFullError, OrdersError)
    True
    """


class OrdersInterruptedError(OrdersError):
    """A call that another thread has interrupted.

    >>> issubclass(OrdersInterruptedError, OrdersError)
    True
    """
