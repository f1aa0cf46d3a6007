"""The help of commands: what it does, examples, options in groups, and then the details."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import click

_EXAMPLES = "\b\nExamples:\n"

_MAX_NAME = 30
"""Columns of the name of an option; the description of a longer one starts below it."""


class HelpfulCommand(click.Command):
    """A command whose help has the examples above the options, and the details below them.

    In the text of the help, the first paragraph is the summary, and one starts with `Examples:`,
    the commonest use first. `option_groups` are the titles of groups with the names of their
    options; an option of no group is listed last.
    """

    def __init__(
        self, *args: Any, option_groups: Mapping[str, Sequence[str]] | None = None, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.option_groups = option_groups or {}

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the summary and the examples."""
        write_indented(formatter, *split_help(self.help or "")[:2])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their groups."""
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in self.option_groups}
        title_of = {name: title for title, names in self.option_groups.items() for name in names}
        rest = "Other options" if groups else "Options"
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                titles = [title_of[name] for name in param.opts if name in title_of]
                groups.setdefault(titles[0] if titles else rest, []).append(record)
        write_sections(formatter, groups)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the details."""
        write_indented(formatter, *split_help(self.help or "")[2:])


def split_help(text: str) -> tuple[str, str, str]:
    r"""Return the summary, the examples and the details of a help text.

    >>> split_help("Do it.\n\nIt takes long.\n\n\b\nExamples:\n  epfilter do")
    ('Do it.', '\x08\nExamples:\n  epfilter do', 'It takes long.')
    """
    summary, *paragraphs = inspect.cleandoc(text).split("\n\n")
    examples = [each for each in paragraphs if each.startswith(_EXAMPLES)]
    details = [each for each in paragraphs if not each.startswith(_EXAMPLES)]
    return summary, "\n\n".join(examples), "\n\n".join(details)


def write_indented(formatter: click.HelpFormatter, *texts: str) -> None:
    """Write texts with the indentation of a help page, and an empty line above each."""
    for text in filter(None, texts):
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)


def write_sections(
    formatter: click.HelpFormatter, sections: Mapping[str, Sequence[tuple[str, str]]]
) -> None:
    """Write lists of names and descriptions below their titles; all have the same columns."""
    short = [len(name) for rows in sections.values() for name, _ in rows if len(name) <= _MAX_NAME]
    for title, rows in sections.items():
        with formatter.section(title):
            padded = [(name.ljust(max(short, default=0)), text) for name, text in rows]
            formatter.write_dl(padded, col_max=_MAX_NAME)
