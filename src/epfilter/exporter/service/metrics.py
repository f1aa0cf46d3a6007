"""The metrics of the service, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.models import JobStatus

_JOB_SECONDS_BUCKETS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600)

JobCounts = Callable[[], Mapping[JobStatus, int]]
"""Returns for every status how many jobs have it."""


class Metrics:
    """The counters of one application, in a registry of their own.

    Labels have few values, so that clients cannot make the metrics grow: routes are patterns, and
    unknown methods are one value.

    >>> metrics = Metrics()
    >>> metrics.record_request("GET", "/v2/jobs", 401, 0.01)
    >>> metrics.render().decode().splitlines()[2]
    'epfilter_http_requests_total{method="GET",route="/v2/jobs",status="401"} 1.0'
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "epfilter_http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "epfilter_http_request_seconds",
            "Time until a request was answered, with all of its body.",
            ("method", "route"),
            registry=self._registry,
        )
        self._counters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._jobs = Counter(
            "epfilter_jobs_finished", "Jobs that ended.", ("status",), registry=self._registry
        )
        self._job_seconds = Histogram(
            "epfilter_job_seconds",
            "Time that jobs took to run.",
            ("status",),
            buckets=_JOB_SECONDS_BUCKETS,
            registry=self._registry,
        )
        self._rows = Counter(
            "epfilter_rows_written",
            "Rows of the files that were exported.",
            registry=self._registry,
        )

    def record_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a pattern."""
        counters = self._counters.get((method, route, status))
        if counters is None:
            counters = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
            self._counters[method, route, status] = counters
        counters[0].inc()
        counters[1].observe(seconds)

    def record_job(self, status: JobStatus, seconds: float, rows: int | None) -> None:
        """Count a job that has ended; `rows` is None if it failed."""
        self._jobs.labels(status.value).inc()
        self._job_seconds.labels(status.value).observe(seconds)
        self._rows.inc(rows or 0)

    def observe_jobs(self, jobs: JobCounts) -> None:
        """Include the number of jobs per status in every scrape."""
        self._registry.register(_JobGauge(jobs))

    def render(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _JobGauge(Collector):
    def __init__(self, jobs: JobCounts) -> None:
        self._jobs = jobs

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            counts = self._jobs()
        except ExporterError:
            # While the queue does not respond, the other metrics are still needed.
            return
        gauge = GaugeMetricFamily("epfilter_jobs", "Jobs that have not expired.", labels=["status"])
        for status in JobStatus:
            gauge.add_metric([status.value], counts[status])
        yield gauge

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # Without it the registry would query the jobs to learn the names.
        yield GaugeMetricFamily("epfilter_jobs", "Jobs that have not expired.", labels=["status"])
