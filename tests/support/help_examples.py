"""The examples in the help of a command."""

from __future__ import annotations

from click.testing import CliRunner

from epfilter.cli import main


def help_examples(*command: str) -> list[str]:
    """Return each example in one line."""
    text = CliRunner().invoke(main, [*command, "--help"]).stdout.replace("\\\n", " ")
    examples = text.partition("Examples:")[2].split("\n\n")[0]
    return [line.strip() for line in examples.splitlines() if "epfilter" in line]
