"""The types of jobs of the Exporter Service, and the listings whose filters they accept."""

from __future__ import annotations

import re

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


def suggest_job_type(job_type: str) -> str | None:
    """Return the job type that is written differently, or None for a known or another one.

    >>> suggest_job_type("order-export"), suggest_job_type("orderExports")
    ('order_export', 'order_export')
    >>> suggest_job_type("order_export"), suggest_job_type("order_import")
    (None, None)
    """
    if job_type in JOB_TYPES:
        return None
    key = _normalize(job_type)
    return next((known for known in JOB_TYPES if _normalize(known) == key), None)


def _normalize(job_type: str) -> str:
    """Return the words of a job type without case and separators, and without plural."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", job_type)
    return "".join(word.lower().removesuffix("s") for word in words)
