"""The types of jobs of the Exporter Service, and the listings whose filters they accept."""

from __future__ import annotations

from epfilter.resources.resolve import resource_named
from epfilter.resources.resource import Resource

JOB_TYPES = {"order_export": "orders"}
"""Each job type, and the listing whose filters it accepts.

Source: Exporter Service API 1.0, OpenAPI document, whose only job exports orders.
"""


def resource_of_job(job_type: str) -> Resource | None:
    """Return the listing whose filters a job of the Exporter Service accepts.

    Return None for an unknown job type.

    >>> resource_of_job("order_export"), resource_of_job("import")
    (<resource orders>, None)
    """
    name = JOB_TYPES.get(job_type)
    return None if name is None else resource_named(name)
