"""`epfilter server`: the language server for editors."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from epfilter.cli.errors import CommandError, import_optional
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.snippets import make_printable

_LAST_PORT = 65535

_LONGEST_HEADER = 2**13
_LARGEST_MESSAGE = 2**28

_HELP = """Serve editors by the Language Server Protocol.

Your editor starts this command, and shows findings, fixes, completion and descriptions
for the filters in files of every kind that `epfilter lint` reads. It uses the same
configuration files. The page "Set up an editor" of the documentation has the settings for
VS Code, Neovim, Helix, Zed, the IDEs of JetBrains, and Emacs.

It uses standard input and output, or with --tcp one connection to this address.

\b
Examples:
  epfilter server
  epfilter server --tcp 127.0.0.1:8765

Requires an extra: pip install 'epfilter[server]'
"""


class _Input:
    """The messages of a client, none of which needs more memory than there may be."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """Return a line of a header."""
        line = self._stream.readline(_LONGEST_HEADER)
        if len(line) == _LONGEST_HEADER:
            raise CommandError(f"the client sent a header of more than {_LONGEST_HEADER} bytes.")
        digits = line.removeprefix(b"Content-Length:").strip()
        if digits.isdigit() and len(digits) > len(str(_LARGEST_MESSAGE)):
            raise _size_error()
        return line

    def read(self, size: int) -> bytes:
        """Return a message of this size."""
        if size > _LARGEST_MESSAGE:
            raise _size_error()
        return self._stream.read(size)


def _size_error() -> CommandError:
    return CommandError(
        f"the client sent a broken header: its message is larger than {_LARGEST_MESSAGE} bytes."
    )


def _read_address(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Return the host and the port of an address; without a host, that of this machine."""
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not port.isdecimal() or int(port) > _LAST_PORT:
        message = f"`{make_printable(value)}` is not an address, such as 127.0.0.1:8765."
        raise click.BadParameter(message, ctx, param)
    return host or "127.0.0.1", int(port)


@click.command(
    "server", cls=HelpfulCommand, help=_HELP, short_help="Serve editors (language server)."
)
@click.option(
    "--tcp", callback=_read_address, metavar="[HOST:]PORT", help="Listen on this address."
)
@click.option("--stdio", is_flag=True, help="Use standard input and output, as by default.")
def server_command(tcp: tuple[str, int] | None, *, stdio: bool) -> None:
    """Serve one client until it ends the session."""
    if tcp and stdio:
        raise click.UsageError("`--stdio` cannot be combined with `--tcp`.")
    server = import_optional("epfilter.server", "'epfilter[server]'").create_server()
    if tcp is None:
        server.start_io(_Input(sys.stdin.buffer))
        sys.exit(server.protocol.exit_code)
    try:
        server.start_tcp(*tcp)
    except OSError as error:
        raise CommandError(f"cannot listen on {tcp[0]}:{tcp[1]}: {error.strerror}.") from None
