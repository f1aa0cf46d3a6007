"""The command `epfilter` itself: finds commands when they are asked for, and ends every run.

Whatever happens below, a run ends without a traceback and with 0, 1, 2 or 130; with 128 and its
number where a signal ended it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from epfilter.cli.signals import INTERRUPTED, ended_by_signals
from epfilter.cli.text_io import drop_broken, shrug_off_closed_pipe, speak_utf8

_FAILURE = 2


class CommandLine(click.Group):
    """A group whose commands are modules of this package, loaded when they are asked for.

    Each module has the name of its command, with `_` for `-`, and the click command as `command`,
    which returns its exit code or None for 0.
    """

    def __init__(self, name: str, commands: tuple[str, ...], **settings: Any) -> None:
        super().__init__(name, context_settings={"help_option_names": ["-h", "--help"]}, **settings)
        self._names = commands
        click.version_option(package_name="epfilter", message="epfilter %(version)s")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order in which the help shows them."""
        return list(self._names)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in self._names:
            return None
        module = import_module(f"epfilter.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """As click does; a reader who has seen enough of the help is no failure."""
        with shrug_off_closed_pipe():
            return super().make_context(*args, **extra)
        raise click.exceptions.Exit(0)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; a reader who has seen enough of the help is no failure."""
        with shrug_off_closed_pipe():
            return super().invoke(ctx)
        return 0

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run and exit with the code that the command returns, 2 for a failure, 130 for Ctrl-C.

        With `standalone_mode=False` it is click's own, which raises and returns.
        """
        # On Windows click would expand the `*` of a filter as if it were a file pattern.
        extra.setdefault("windows_expand_args", False)
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            extra.setdefault("color", False)
        if not extra.get("standalone_mode", True):
            return super().main(*args, **extra)
        speak_utf8()
        code = _FAILURE
        try:
            with ended_by_signals() as signals:
                code = self._exit_code(args, extra | {"standalone_mode": False})
            if signals and code == INTERRUPTED:
                code = 128 + signals[0]
        except OSError:
            # Not even the error message could be written.
            drop_broken()
        sys.exit(code)

    def _exit_code(self, args: tuple[Any, ...], extra: dict[str, Any]) -> int:
        try:
            return super().main(*args, **extra) or 0
        except (click.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except click.ClickException as error:
            if sys.stderr is not None:
                error.show()
        except BrokenPipeError:
            drop_broken()
            return 0
        except OSError as error:
            # What is read has been read by now, so it is the output that fails: a full disk.
            drop_broken()
            click.echo(f"Error: cannot write the output: {error.strerror or error}", err=True)
        except Exception as fault:
            if sys.flags.dev_mode:
                raise
            click.echo(
                "Error: epfilter failed, which is a fault of epfilter and not of the filter: "
                f"{type(fault).__name__}: {fault}\n"
                "Please report it; `python -X dev -m epfilter …` shows where it happened.",
                err=True,
            )
        return _FAILURE
