"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def format_option(*styles: str, help: str) -> Callable[[Any], Any]:  # noqa: A002 - click's own name for it
    """`--format`, which a command is given as `style`: the first one by default.

    >>> format_option("text", "json", help="For people, or JSON.")(lambda style: style)("json")
    'json'
    """
    return click.option(
        "--format",
        "style",
        type=click.Choice([*styles]),
        default=styles[0],
        show_default=True,
        help=help,
    )
