"""The command line: thin commands over the library, each in a module of its own name."""

from epfilter.cli.group import CommandLine

__all__ = ["main"]

_HELP = """The toolkit for the filter language of Elastic Path Commerce.

\b
FILTER is the filter itself, or
  -        to read it from standard input,
  @file    to read it from a file.
Files and standard input are UTF-8. Put single quotes around a filter, so that the
shell leaves its parentheses and bars alone.
"""

_EPILOG = """\b
Examples:
  epfilter check 'gt(created_at,2018-09-01):eq(payment,refunded)'
  epfilter check @refunds.filter
  epfilter lint src docs
  echo 'eq(payment, paid)' | epfilter format -

\b
Exit codes:
  0  clean
  1  the filter has mistakes
  2  wrong usage, or a failure such as a file that cannot be read

\b
Shell completion, once a shell:
  bash  eval "$(_EPFILTER_COMPLETE=bash_source epfilter)"
  zsh   eval "$(_EPFILTER_COMPLETE=zsh_source epfilter)"
  fish  _EPFILTER_COMPLETE=fish_source epfilter | source

Colour goes to terminals only; NO_COLOR=1 turns it off.
"""

main = CommandLine(
    name="epfilter",
    commands=(
        *("check", "parse", "format", "payload", "explain", "match", "translate"),
        *("lint", "resources", "export", "jobs", "serve", "demo-orders"),
    ),
    help=_HELP,
    epilog=_EPILOG,
)
"""The command `epfilter`; called without arguments it reads those of the process and exits."""
