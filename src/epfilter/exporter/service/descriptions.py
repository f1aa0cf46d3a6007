"""The words and examples of the OpenAPI document.

Source: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

from typing import Any

from epfilter.exporter.models import NO_RESULTS

EXAMPLE_ID = "635da56d-75a1-43cd-b696-7ab119756b3a"
EXAMPLE_FILTER = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"
_JOB_ID = "974c9db4-38da-4dbf-90c2-33eed5f3e77c"
_JOB_LINK = f"https://useast.api.elasticpath.com/v2/jobs/{_JOB_ID}"
_CREATED = "2018-10-04T11:08:49.156490335Z"
_UPDATED = "2018-10-04T11:08:49.162867081Z"

ABOUT = (
    "Export orders to a Comma-Separated Values (CSV) file. When you ask for an export, a job is "
    "created; when it is done, it has a link to its file."
)

JOBS_TAG = """Jobs are asynchronous and processed one at a time, the earliest created first.

A job can have the following status:

- pending - The request has been received; other jobs are processed.
- started - The job is processed.
- success - The job has successfully completed.
- failed - The job has failed; `error` says why.
"""

EXAMPLE_JOB: dict[str, Any] = {
    "id": _JOB_ID,
    "type": "job",
    "job_type": "order_export",
    "status": "failed",
    "error": NO_RESULTS,
    "link": {"href": ""},
    "links": {"self": _JOB_LINK},
    "timestamps": {"created_at": _CREATED, "updated_at": _UPDATED},
}

MEMBERS: dict[str, dict[str, dict[str, Any]]] = {
    "CreateJobData": {
        "type": {"description": "The type of the object. Always `job`."},
        "job_type": {"description": "The type of the job. Always `order_export`."},
    },
    "Error": {
        "status": {"description": "The HTTP response code of the error.", "examples": [500]},
        "title": {"description": "A brief summary of the error."},
        "detail": {"description": "More about the error."},
        "request_id": {"description": "The ID of the request, for the log."},
        "meta": {
            "description": "Of a filter that cannot be read: its diagnostics, and how many more.",
        },
    },
    "FileLink": {
        "href": {
            "description": "The address of the CSV file; empty while there is none.",
        },
    },
    "Job": {
        "id": {"description": "A unique ID generated when a job is created."},
        "type": {"description": "The type of the object. Always `job`.", "examples": ["job"]},
        "job_type": {"description": "The type of the job.", "examples": ["order_export"]},
        "error": {
            "description": "A message describing the error that caused a job to fail.",
            "examples": [NO_RESULTS],
        },
    },
    "Links": {
        "self": {"description": "The link to this resource.", "examples": [_JOB_LINK]},
    },
    "Timestamps": {
        "created_at": {"description": "When the job was created.", "examples": [_CREATED]},
        "updated_at": {"description": "When the job was updated.", "examples": [_UPDATED]},
    },
}
"""What the models do not say themselves, by schema and member."""
