"""The orders of an export: a filter and a period, as the requests for its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeAlias, cast

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.exporter.client.checkpoint import RequestedExport
from epfilter.exporter.client.jobs import AnyFilter
from epfilter.exporter.filter_splitting import Calendar, split
from epfilter.exporter.models import CreateJob
from epfilter.exporter.periods import within_period
from epfilter.templates import as_filter

End: TypeAlias = str | date | None
"""An end of the period of an export: a date, a timestamp, or a text such as `yesterday`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The orders of an export: a filter, and the period that is added to it."""

    filter: AnyFilter | None
    since: End = None
    until: End = None
    timezone: tzinfo | str = UTC

    def resolve(self, newest: datetime | None = None) -> AnyFilter:
        """Return the filter with its period, see `within_period`; from `newest` on, if it is set.

        Raises FilterTypeError where neither a filter nor a period selects orders.
        """
        since = self.since if newest is None else newest
        if self.filter is not None and since is None and self.until is None:
            return self.filter
        body = self.filter if isinstance(self.filter, CreateJob) else None
        f = body.data.filter if body is not None else cast("Filter | str | None", self.filter)
        selected = within_period(f, since=since, until=self.until, timezone=self.timezone)
        if body is not None:
            return replace_filter(body, selected)
        if selected is None:
            raise FilterTypeError(
                "an export without a filter needs the start of a period.",
                hint='as in export(None, path, since="yesterday"); CreateJob(data=CreateJobData()) '
                "exports every order",
            )
        return selected

    def describe(self, *, append: bool) -> RequestedExport | None:
        """Return what was passed, for the checkpoint; None if the filter is all there is."""
        if not append and self.since is None and self.until is None:
            return None
        body = self.filter if isinstance(self.filter, CreateJob) else None
        f = body.data.filter if body is not None else cast("Filter | str | None", self.filter)
        return RequestedExport(
            filter=None if f is None else str(as_filter(f)),
            since=None if self.since is None else str(self.since),
            until=None if self.until is None else str(self.until),
            timezone=str(self.timezone),
            append=append,
        )


def replace_filter(body: CreateJob, f: Filter | None) -> CreateJob:
    """Return the request with another filter."""
    return body.model_copy(update={"data": body.data.model_copy(update={"filter": f})})


def filter_text(request: CreateJob) -> str | None:
    """Return the filter of a request as text."""
    return None if request.data.filter is None else str(request.data.filter)


def split_request(request: CreateJob, by: Calendar | None) -> tuple[Sequence[CreateJob], bool]:
    """Return the requests for the jobs, and whether no order can be in two of them."""
    if by is None:
        return [request], True
    if request.data.filter is None:
        raise FilterValueError(
            "an export of every order cannot be split.",
            hint="add both ends of a period, such as since 2018-09-01 until 2018-10-01",
        )
    parts = split(request.data.filter, by=by)
    return [replace_filter(request, part) for part in parts], parts.disjoint
