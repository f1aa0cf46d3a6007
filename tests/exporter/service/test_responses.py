"""The responses have the members of the models."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter.models import FileLinkResponse, JobResponse, JobStatus
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.links import Links
from epfilter.exporter.service.responses import job_response, jobs_response, link_response

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BASE = "https://exports.example.com"
LINKS = Links(b"key", lifetime=timedelta(hours=1))
NANOSECONDS = st.integers(0, 253_402_300_799_999_999_999)
JOBS = st.builds(
    StoredJob,
    id=st.uuids(),
    filter=st.none() | TEXT,
    status=st.sampled_from(JobStatus),
    error=st.none() | TEXT,
    created=NANOSECONDS,
    updated=NANOSECONDS,
    rows=st.none() | st.integers(0, 2**60),
)


def dumped(model: type[JobResponse | FileLinkResponse], body: Any) -> Any:
    return model.model_validate(body).model_dump(mode="json", exclude_none=True)


@given(JOBS)
def test_a_job_has_the_members_of_the_model(job: StoredJob) -> None:
    one = json.loads(bytes(job_response(job, BASE, LINKS).body))
    assert dumped(JobResponse, one) == one
    assert one["data"]["id"] == str(job.id)
    assert one["data"].get("filter") == job.filter
    assert one["data"].get("error") == job.error
    read = JobResponse.model_validate(one).job
    assert read.status is job.status
    href = (read.link and read.link.href) or ""
    assert LINKS.verify(href.rpartition("/")[2]) == (
        job.id if job.status is JobStatus.SUCCESS else None
    )
    (listed,) = json.loads(bytes(jobs_response([job], BASE, LINKS).body))["data"]
    assert listed["id"] == one["data"]["id"]
    assert listed["timestamps"] == one["data"]["timestamps"]


def test_a_link_has_the_members_of_the_model() -> None:
    body = json.loads(bytes(link_response(f"{BASE}/files/{UUID(int=1)}").body))
    assert dumped(FileLinkResponse, body) == body
