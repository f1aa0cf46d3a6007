"""The examples that the help of a command shows."""

from __future__ import annotations

from click.testing import CliRunner

from epfilter.cli import main


def help_examples(*command: str) -> list[str]:
    """Each example in one line, as it would be typed."""
    text = CliRunner().invoke(main, [*command, "--help"]).stdout.replace("\\\n", " ")
    shown = text.partition("Examples:")[2].split("\n\n")[0]
    return [line.strip() for line in shown.splitlines() if "epfilter" in line]
