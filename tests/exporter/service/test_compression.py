"""Which clients accept a compressed response."""

from __future__ import annotations

from epfilter.exporter.service.compression import accepts_gzip
from support.rows import for_each


@for_each(
    "header, expected",
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip ; q=0.001", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0", False),
        ("deflate, gzip;q=0.0", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=abc", False),
        ("gzip;level=9", False),
        ("xgzip", False),
        ("br, deflate", False),
        (";,;=,", False),
    ],
)
def test_gzip_is_accepted(header: str, expected: object) -> None:
    assert accepts_gzip(header) is expected
