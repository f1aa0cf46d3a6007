"""Files."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import integer, string
from epfilter.resources.fields import EqLike, Ordered
from epfilter.resources.resource import Resource

__all__ = ["files"]


class Files(
    Resource,
    title="Files",
    endpoints=(Endpoint("GET", "/v2/files", "getAllFiles"),),
    source_conflicts=(
        "docs.moltin.com advanced/files/filtering.md (about 2019-2020) also lists `public` (eq).",
        (
            "Changelog 2022-09-09 says `in` is supported on Get all files, but no files table "
            "lists it on any attribute."
        ),
        (
            "docs.moltin.com's files page allows only lower-case letters, digits and `_` in "
            "the value (no space), stricter than the general page."
        ),
    ),
):
    """What may be asked of `GET /v2/files`."""

    file_name = EqLike(string())
    width = Ordered(integer())
    height = Ordered(integer())
    file_size = Ordered(integer())


files = Files()
