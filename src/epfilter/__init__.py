"""The toolkit for the filter language of Elastic Path Commerce.

This package, `epfilter.ast`, `epfilter.values`, `epfilter.resources`, `epfilter.linter`,
`epfilter.english`, `epfilter.targets` and `epfilter.exporter` are public: their `__all__` lists the
public names. All other modules are internal and may change in any release.
"""

from epfilter.ast import Filter, Operator, fields, transform, walk
from epfilter.builder import F, all_of, any_of
from epfilter.errors import (
    Diagnostic,
    Edit,
    FilterError,
    FilterSyntaxError,
    FilterTypeError,
    FilterValueError,
    Fix,
    PagingError,
    PolicyError,
    Severity,
    Span,
)
from epfilter.linter import lint
from epfilter.located import Located, Operand
from epfilter.paging import pages, pages_async
from epfilter.parser import from_query, parse, parse_located
from epfilter.printer import pretty, to_query, unparse
from epfilter.version import __version__

__all__ = [
    "Diagnostic",
    "Edit",
    "F",
    "Filter",
    "FilterError",
    "FilterSyntaxError",
    "FilterTypeError",
    "FilterValueError",
    "Fix",
    "Located",
    "Operand",
    "Operator",
    "PagingError",
    "PolicyError",
    "Severity",
    "Span",
    "__version__",
    "all_of",
    "any_of",
    "fields",
    "from_query",
    "lint",
    "pages",
    "pages_async",
    "parse",
    "parse_located",
    "pretty",
    "to_query",
    "transform",
    "unparse",
    "walk",
]
