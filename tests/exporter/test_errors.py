"""The exceptions of the exporter survive pickling and copying."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from uuid import UUID

import pytest

from epfilter.exporter import (
    AuthenticationError,
    ConnectionFailedError,
    DownloadError,
    Error,
    ExporterError,
    Job,
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
    JobStatus,
    MergeError,
    OrdersError,
    RequestFailedError,
    SettingsError,
    UnexpectedResponseError,
    WaitTimeoutError,
)
from support.rows import for_each

JOB = Job(id=str(UUID(int=1)), status=JobStatus.FAILED, error="No luck")
RESPONSE_DETAILS: dict[str, Any] = {
    "status": 429,
    "errors": (Error(title="Too Many", detail="slow down"),),
    "request_id": "r-1",
    "retry_after": 5.0,
    "hint": "wait",
}


@for_each(
    "error",
    [
        ExporterError("a.", hint="b"),
        RequestFailedError("a.", **RESPONSE_DETAILS),
        AuthenticationError("a.", **RESPONSE_DETAILS),
        JobNotFoundError("a.", **RESPONSE_DETAILS),
        JobExpiredError("a.", **RESPONSE_DETAILS),
        ConnectionFailedError("a.", maybe_received=True, hint="b"),
        UnexpectedResponseError("a.", status=200, content_type="text/html"),
        JobFailedError("a.", job=JOB, hint="b"),
        WaitTimeoutError("a.", job=JOB),
        DownloadError("a.", status=403, hint="b"),
        MergeError("a."),
        SettingsError("a."),
        OrdersError("a.", hint="b"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(
    "copy_error",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],  # noqa: S301 - made here
)
def test_errors_can_be_pickled_and_copied(error: ExporterError, copy_error: Any) -> None:
    copied = copy_error(error)
    assert type(copied) is type(error)
    assert (str(copied), copied.args, vars(copied)) == (
        str(error),
        error.args,
        vars(error),
    )
    assert copied.message == "a."
