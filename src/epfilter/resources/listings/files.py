"""Files."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import integer, string
from epfilter.resources.fields import EqLike, Ordered
from epfilter.resources.resource import Resource

__all__ = ["files"]


class Files(
    Resource,
    title="Files",
    endpoints=(Endpoint("GET", "/v2/files", "getAllFiles"),),
    source_conflicts=(
        SourceConflict(
            "docs.moltin.com advanced/files/filtering.md (about 2019-2020) also lists `public` "
            "(eq).",
            ("public",),
            (Operator.EQ,),
        ),
        SourceConflict(
            "The changelog of 2022-09-09 announces `in` for files, but no table lists it for "
            "any attribute.",
            ("id", "file_name"),
            (Operator.IN,),
        ),
        SourceConflict(
            "The type `FileFilter` of the JavaScript SDK (2026-05) lists `in` for `id`.",
            ("id",),
            (Operator.IN,),
        ),
        SourceConflict(
            "The type `FileFilter` of the JavaScript SDK (2026-05) lists `eq` for `public`.",
            ("public",),
            (Operator.EQ,),
        ),
        (
            "The files page of docs.moltin.com allows only lower-case letters, digits and `_` in a "
            "value; the general page allows more."
        ),
    ),
    locations={"width": "meta.dimensions.width", "height": "meta.dimensions.height"},
):
    """The filterable fields of `GET /v2/files`."""

    file_name = EqLike(string())
    width = Ordered(integer())
    height = Ordered(integer())
    file_size = Ordered(integer())


files = Files()
