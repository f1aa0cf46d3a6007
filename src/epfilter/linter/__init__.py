"""The linter: what is wrong, doubtful or slow in a filter, by rules that each have a code.

EPF1xx syntax, EPF2xx resource, EPF3xx limits and cost, EPF4xx meaning, EPF5xx form. A code never
changes its meaning. Importing this module loads no rule; the first call of `lint` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic
from epfilter.linter.settings import Settings

if TYPE_CHECKING:
    from epfilter.linter.catalogue import RULES
    from epfilter.linter.engine import Example, Rule
    from epfilter.resources import Resource

__all__ = ["RULES", "Example", "Rule", "Settings", "explained", "lint", "rule"]


def lint(
    text: str, resource: Resource | str | None = None, *, settings: Settings | None = None
) -> list[Diagnostic]:
    """Everything that the rules find in a filter text, in the order of the text.

    `resource` is a resource or the name of one of the platform's listings; with it the fields,
    operators and values are checked too, and values are compared as the field's type says.
    Without it a rule reports only what holds whatever the values are: text, numbers or dates. A
    text with syntax mistakes gives those, and what the resource says of its undamaged calls.
    `settings` choose rules and thresholds.

    Never raises for what the text says. Raises FilterTypeError where the text is no str or the
    resource is none, ResourceError for a name that no listing has, and FilterValueError for
    settings that name a rule that does not exist.

    >>> [(found.code, found.span) for found in lint("gt(total,5):lt(total,3)")]
    [('EPF401', Span(start=12, end=23))]
    >>> [found.message for found in lint("eq(payment,refnded)", "orders")]
    ['`payment`: `refnded` is not one of its values.']
    """
    from epfilter.linter.catalogue import RULES
    from epfilter.linter.engine import run

    return run(text, resource, settings or Settings(), RULES)


def rule(code: str) -> Rule:
    """The rule of a code, in any case.

    Raises FilterValueError where there is none, with the nearest codes.

    >>> rule("EPF403").title
    'Duplicate term'
    """
    from epfilter.linter.catalogue import found

    return found(code)


def explained(code: str) -> str:
    """What a code means, in plain text: title, reason, a bad and a good example, and the source.

    Raises FilterValueError as `rule` does.

    >>> print(explained("EPF404").splitlines()[0])
    EPF404 Duplicate value (warning)
    """
    from epfilter.linter.explaining import explanation

    return explanation(rule(code))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    # `import epfilter` loads this module, but neither the engine nor the rules.
    def __getattr__(name: str) -> object:
        from importlib import import_module

        rooms = {"RULES": "catalogue", "Rule": "engine", "Example": "engine"}
        if name not in rooms:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{rooms[name]}"), name)
