"""The command `epfilter`: loads subcommands on demand and turns every outcome into an exit code.

A run ends without a traceback, with exit code 0, 1, 2 or 130, or with 128 plus the number of the
signal that ended it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from shlex import quote
from typing import Any

import click

from epfilter.cli.help_pages import HelpfulCommand, write_sections
from epfilter.cli.signals import INTERRUPTED, interrupt_on_signals
from epfilter.cli.text_io import (
    discard_broken_streams,
    ignore_closed_pipe,
    is_filter_like,
    use_utf8,
)
from epfilter.errors import PluginError, format_hint
from epfilter.snippets import shorten
from epfilter.suggestions import suggest_name
from epfilter.version import __version__

_FAILURE = 2


class CommandLine(HelpfulCommand, click.Group):
    """A group whose commands are modules of this package, loaded on first use.

    The module of a command has its name, with `_` for `-`. It defines the click command as
    `NAME_command`, which returns its exit code, or None for 0. `commands` are the titles of groups
    of commands, with their names.
    """

    def __init__(self, name: str, commands: Mapping[str, Sequence[str]], **settings: Any) -> None:
        super().__init__(
            name,
            context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
            **settings,
        )
        self._groups = commands
        self._names = [name for names in commands.values() for name in names]
        click.version_option(__version__, message="epfilter %(version)s")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the help."""
        return self._names

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their groups, and the options."""
        sections = {
            title: [(name, self._short_help(ctx, name)) for name in names]
            for title, names in self._groups.items()
        }
        records = [param.get_help_record(ctx) for param in self.get_params(ctx)]
        write_sections(formatter, {**sections, "Options": [each for each in records if each]})

    def _short_help(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return "" if command is None else command.get_short_help_str()

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Return the command of this name, or None."""
        if cmd_name not in self._names:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"epfilter.cli.{name}"), f"{name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command as click does.

        Raises UsageError for an unknown name, with the nearest command as a hint.
        """
        if args[0] not in self._names and not ctx.resilient_parsing:
            name = shorten(args[0])
            if is_filter_like(args[0]):
                raise click.UsageError(
                    f"`{name}` is a filter, not a command. To check it, run: "
                    f"epfilter check {quote(name)}",
                    ctx,
                )
            otherwise = "`epfilter --help` lists them"
            hint = suggest_name(args[0], self._names) or otherwise
            raise click.UsageError(f"there is no command `{name}`. {format_hint(hint)}", ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the arguments as click does; a closed output pipe is not a failure."""
        with ignore_closed_pipe():
            return super().make_context(*args, **extra)
        raise click.exceptions.Exit(0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command as click does; a closed output pipe is not a failure."""
        with ignore_closed_pipe():
            return super().invoke(ctx)
        return 0

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command and exit with its code, with 2 for a failure, with 130 for Ctrl-C.

        With `standalone_mode=False` behave as click's own method: raise and return.
        """
        # On Windows click would expand the `*` of a filter as a file name pattern.
        extra.setdefault("windows_expand_args", False)
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            extra.setdefault("color", False)
        if os.environ.get("_EPFILTER_COMPLETE", "").startswith("fish"):
            from epfilter.cli.fish import register_completion

            register_completion()
        if not extra.get("standalone_mode", True):
            return super().main(*args, **extra)
        use_utf8()
        code = _FAILURE
        try:
            with interrupt_on_signals() as signals:
                code = self._run(args, extra | {"standalone_mode": False})
            if signals and code == INTERRUPTED:
                code = 128 + signals[0]
        except OSError:
            # Not even the error message could be written.
            discard_broken_streams()
        sys.exit(code)

    def _run(self, args: tuple[Any, ...], extra: dict[str, Any]) -> int:
        """Run the command and return the exit code; print an error message for a failure."""
        try:
            return super().main(*args, **extra) or 0
        except (click.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except click.ClickException as error:
            if sys.stderr is not None:
                error.show()
        except PluginError as error:
            click.echo(f"Error: {error}", err=True)
        except BrokenPipeError:
            discard_broken_streams()
            return 0
        except OSError as error:
            # Commands handle errors of input themselves, so this is the output: a full disk.
            discard_broken_streams()
            click.echo(f"Error: cannot write the output: {error.strerror or error}", err=True)
        except Exception as error:
            if sys.flags.dev_mode:
                raise
            click.echo(
                "Error: epfilter failed because of a bug in epfilter, not in the filter: "
                f"{type(error).__name__}: {error}\n"
                "Please report it; `python -X dev -m epfilter …` shows where it happened.",
                err=True,
            )
        return _FAILURE
