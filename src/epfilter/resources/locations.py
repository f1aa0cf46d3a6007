"""Where objects of the platform have their attributes, for listings that agree on it.

Source: the schemas of the responses in the platform's OpenAPI documents.
"""

from __future__ import annotations

META_TIMESTAMPS = {
    "created_at": "meta.timestamps.created_at",
    "updated_at": "meta.timestamps.updated_at",
}
"""The times of objects whose other attributes are at the top."""

ATTRIBUTES = {"*": "attributes.{field}"}
"""All attributes of objects in the format of JSON:API."""

PCM_ATTRIBUTES = {
    "created_at": "meta.created_at",
    "updated_at": "meta.updated_at",
    "owner": "meta.owner",
    **ATTRIBUTES,
}
"""The attributes of objects of product management."""
