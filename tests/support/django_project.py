# mypy: disable-error-code="var-annotated"
"""Django without a project: its settings, one model, and a connection for each database."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import django
from django.conf import settings
from sqlalchemy import URL, make_url

SETTINGS: dict[str, Any] = {
    "USE_TZ": True,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "REST_FRAMEWORK": {"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
}
if settings.configured:  # an example of the documentation was first
    for setting, value in SETTINGS.items():
        setattr(settings, setting, value)
else:
    settings.configure(**SETTINGS)
    django.setup()

from django.db import connections, models  # noqa: E402 - its settings come first


class Customer(models.Model):
    email = models.TextField(null=True)
    manager = models.ForeignKey("self", on_delete=models.CASCADE, null=True)

    class Meta:
        app_label = "shop"


class Order(models.Model):
    id = models.IntegerField(primary_key=True)
    name = models.TextField(null=True)
    key = models.UUIDField(null=True)
    total = models.BigIntegerField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    paid = models.BooleanField(null=True)
    created_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    contact = models.JSONField(null=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True)
    tags = models.ManyToManyField("Tag")

    class Meta:
        app_label = "shop"


class Tag(models.Model):
    label = models.TextField()

    class Meta:
        app_label = "shop"


def _add_connection(name: str, backend: str, url: URL, options: dict[str, Any]) -> None:
    connections.databases[name] = {
        **connections.databases["default"],
        "ENGINE": f"django.db.backends.{backend}",
        "NAME": url.database,
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": url.host or url.query.get("host", ""),
        "PORT": str(url.port or url.query.get("port", "")),
        "OPTIONS": options,
    }


def connect(url: str = "") -> str:
    """Return the name of a connection with the tables: a database at the URL, or else SQLite."""
    name = "default"
    parts = make_url(url or "sqlite://")
    if parts.get_backend_name() == "mysql":
        if importlib.util.find_spec("MySQLdb") is None:
            import pymysql

            pymysql.install_as_MySQLdb()
        name = "mariadb"
        sockets = {each: parts.query[each] for each in ("unix_socket",) if each in parts.query}
        _add_connection(name, "mysql", parts, sockets)
    elif url:
        name = "postgresql"
        # Several processes of tests share the server.
        _add_connection(
            name, "postgresql", parts, {"options": f"-c search_path=django_{os.getpid()}"}
        )
    connection: Any = connections[name]
    if name == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS django_{os.getpid()}")
    existing = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (Tag, Customer, Order):
            if model._meta.db_table not in existing:
                editor.create_model(model)
    return name


def clear_tables(name: str) -> None:
    """Delete all rows, those that refer to others first."""
    for model in (Order.tags.through, Order, Tag, Customer):
        model._default_manager.using(name).all()._raw_delete(name)
