"""The command line: thin commands over the library, one module for each command."""

from epfilter.cli.group import CommandLine

__all__ = ["main"]

_HELP = """Work with the filter language of Elastic Path Commerce.

\b
Examples:
  epfilter check 'ge(created_at,2018-09-01):eq(payment,refunded)'
  epfilter check @refunds.filter
  epfilter lint src docs
  echo 'eq(payment, paid)' | epfilter format -

\b
FILTER is the filter itself, or
  -        to read it from standard input,
  @file    to read it from a file.

Files and standard input must be UTF-8. Put single quotes around a filter, so that the
shell does not interpret its parentheses and bars.

\b
Exit codes:
  0  success, no findings
  1  the filter has errors or warnings
  2  wrong usage, or a failure such as a file that cannot be read

\b
To enable shell completion, run once in each shell:
  bash  eval "$(_EPFILTER_COMPLETE=bash_source epfilter)"
  zsh   eval "$(_EPFILTER_COMPLETE=zsh_source epfilter)"
  fish  _EPFILTER_COMPLETE=fish_source epfilter | source

It completes a filter in single quotes too, with the fields of --resource before it.

Output to a terminal is coloured; NO_COLOR=1 turns that off.
"""

main = CommandLine(
    name="epfilter",
    commands={
        "One filter": ("check", "explain", "format", "parse", "translate", "diff"),
        "Many filters, many rows": ("lint", "match"),
        "The platform": ("resources", "export", "jobs", "payload"),
        "Editors": ("server",),
        "Without the platform": ("serve", "demo-orders"),
    },
    help=_HELP,
)
"""The command `epfilter`; without arguments it reads those of the process and exits."""
