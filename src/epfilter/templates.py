"""Filters with placeholders: parsed and checked once, bound to values many times.

A placeholder stands for a whole value of a comparison. Its value is inserted into the tree and
never into the text, so that any value stays one operand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from epfilter.arguments import describe_type
from epfilter.ast import (
    Filter,
    require_filter,
)
from epfilter.errors import (
    Diagnostic,
    FilterSyntaxError,
    FilterTypeError,
    Severity,
    Span,
    TemplateError,
)
from epfilter.located import Located, list_calls
from epfilter.parser import parse, parse_located
from epfilter.printer import quote_operand, unparse
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.template_compiler import TemplateCompiler, TemplateResource

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Template:
    """A filter with placeholders in braces, such as `{since}`, for values that come later.

    A placeholder is a whole value of a comparison. A value in quotes has no placeholders, so that
    `eq(name,"{since}")` compares with a text in braces. `placeholders` are the names, each with
    its places in `text`.

    With a resource, fields, operators and constant values are checked at once, and the types of
    values when they are bound. A call with a name of `optional` is dropped if its value is None.

    Raises `FilterSyntaxError` for a text that is not a filter, and `TemplateError` for a
    placeholder in another place and for what the resource does not accept.

    >>> from datetime import date
    >>> from epfilter.resources import orders
    >>> recent = Template("ge(created_at,{since}):eq(email,{email})", orders, optional={"email"})
    >>> str(recent.bind(since=date(2018, 9, 1), email="a),eq(b"))
    'ge(created_at,2018-09-01):eq(email,"a),eq(b")'
    >>> str(recent.bind(since=date(2018, 9, 1), email=None))
    'ge(created_at,2018-09-01)'
    >>> str(Template("in(id,{ids})").bind(ids=["a", "b"]))
    'in(id,a,b)'
    """

    __slots__ = ("_build", "_names", "optional", "placeholders", "resource", "text")

    text: str
    resource: TemplateResource | None
    optional: frozenset[str]
    placeholders: Mapping[str, tuple[Span, ...]]

    def __init__(
        self, text: str, resource: TemplateResource | None = None, *, optional: Iterable[str] = ()
    ) -> None:
        """Parse and check the text."""
        self._prepare(text, resource, optional, None)

    def _prepare(
        self,
        text: str,
        resource: TemplateResource | None,
        optional: Iterable[str],
        numbers: Mapping[Span, str] | None,
    ) -> None:
        """Parse and check the text; `numbers` are the places of the values of a t-string."""
        require_resource(resource)
        located = parse_located(text)
        if located.diagnostics:
            raise FilterSyntaxError(text, located.diagnostics)
        if numbers is None:
            names = _find_placeholders(text, located)
        else:
            names = _locate_numbers(text, located, numbers)
        _refuse_fields(text, located, names)
        places: dict[str, list[Span]] = {}
        for span, name in names.items():
            places.setdefault(name, []).append(span)
        self.text = text
        self.resource = resource
        self.placeholders = {name: tuple(spans) for name, spans in places.items()}
        self._names = self.placeholders.keys()
        self.optional = _require_optional(optional, self)
        if resource is not None:
            _check_resource(resource, self)
        self._build = TemplateCompiler(text, resource, names, self.optional).compile(located)

    def bind(self, /, **values: object) -> Filter:
        """Return the filter with a value for each placeholder.

        A placeholder of `in`, `contains_any` or `contains_all` also takes a list, whose values
        take its place. The value of an optional placeholder may be None or missing.

        Raises `TemplateError`, with the place, for a missing or unknown name, for a value that
        has no text or is not of the type of the field, and if no call is left.

        >>> try:
        ...     Template("ge(total,{least})").bind(least=None)
        ... except TemplateError as error:
        ...     print(error)
        1:10 the value of `least`: None is not a value of the filter language.
            ge(total,{least})
                     ^^^^^^^
            hint: to select missing values use is_null()
        """
        given: Mapping[str, object] = values
        if values.keys() != self._names:
            given = _complete(self, values)
        f = self._build(given)
        if f is None:
            raise TemplateError(
                "no condition is left: all values are None.",
                "no filter selects everything; add a condition that is not optional",
                self.text,
                Span(0, len(self.text)),
            )
        return f

    def __repr__(self) -> str:
        resource = "" if self.resource is None else f", {self.resource!r}"
        optional = f", optional={sorted(self.optional)!r}" if self.optional else ""
        return f"Template({self.text!r}{resource}{optional})"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Template, optional=self.optional), (self.text, self.resource)


def as_filter(f: Filter | str | Template) -> Filter:
    """Return the filter of a text, a node or a template that needs no values.

    Raises `FilterSyntaxError` for an invalid text, `TemplateError` for a template that needs
    values, and `FilterTypeError` for any other type.

    >>> as_filter("eq(a,1)") == as_filter(parse("eq(a,1)")) == as_filter(Template("eq(a,1)"))
    True
    """
    if isinstance(f, str):
        return parse(f)
    return f.bind() if isinstance(f, Template) else require_filter(f)


def read_text(f: Filter | str | Template) -> str:
    """Return the text of a template, the canonical text of a node, or the text itself.

    Raises `FilterTypeError` for any other type.

    >>> read_text(Template("eq(a,{b})")), read_text(parse("eq(a, 1)")), read_text("eq(a")
    ('eq(a,{b})', 'eq(a,1)', 'eq(a')
    """
    if isinstance(f, str):
        return f
    return f.text if isinstance(f, Template) else unparse(require_filter(f))


def drop_uncertain(diagnostics: Iterable[Diagnostic], template: Template) -> list[Diagnostic]:
    """Return the diagnostics of the text of a template that do not concern a placeholder.

    >>> from epfilter.resources import orders
    >>> template = Template("eq(paymet,{payment})")
    >>> [found.code for found in drop_uncertain(orders.check(template.text), template)]
    ['EPF201']
    """
    places = {span for spans in template.placeholders.values() for span in spans}
    return [diagnostic for diagnostic in diagnostics if diagnostic.span not in places]


def create_template(
    text: str, resource: TemplateResource | None, numbers: Mapping[Span, str]
) -> Template:
    """Return a template whose placeholders are at given places, and have numbers for names.

    >>> create_template("eq(a,{b})", None, {Span(5, 8): "0"}).placeholders
    {'0': (Span(start=5, end=8),)}
    """
    template = Template.__new__(Template)
    template._prepare(text, resource, (), numbers)  # noqa: SLF001 - a second constructor
    return template


def require_resource(resource: Any) -> Any:
    """Return a resource or None; raise `FilterTypeError` for anything else.

    >>> from epfilter.resources import orders
    >>> require_resource(orders)
    <resource orders>
    """
    is_object = not isinstance(resource, type)
    if resource is None or (is_object and callable(getattr(resource, "check", None))):
        return resource
    raise FilterTypeError(
        f"a resource is expected, not {describe_type(resource)}.",
        hint='as in Template(text, orders); resource_named("orders") is the one of a name',
    )


def _find_placeholders(text: str, located: Located) -> dict[Span, str]:
    """Return the names of the placeholders by their places."""
    names: dict[Span, str] = {}
    for call in list_calls(located):
        for operand in call.operands:
            if operand.quoted or not {"{", "}"} & {*operand.raw}:
                continue
            match = _PLACEHOLDER.fullmatch(operand.raw.rstrip(" "))
            if match is None:
                raise TemplateError(
                    "a placeholder must be a name in braces, and a whole value.",
                    "insert the whole value; braces that are text need quotes: "
                    f"{quote_operand(operand.text)}",
                    text,
                    operand.span,
                )
            names[operand.span] = match[1]
    return names


def _locate_numbers(text: str, located: Located, numbers: Mapping[Span, str]) -> dict[Span, str]:
    """Return the numbers of the values of a t-string by the places of their operands."""
    starts = {span.start: (span, number) for span, number in numbers.items()}
    names: dict[Span, str] = {}
    for call in list_calls(located):
        for operand in call.operands:
            if operand.span.start not in starts:
                continue
            span, number = starts[operand.span.start]
            if operand.raw.rstrip(" ") == text[span.start : span.end]:
                names[operand.span] = number
                del starts[operand.span.start]
    for span, _ in starts.values():
        raise TemplateError(
            "a value in braces must be a whole value of a comparison.",
            "insert the whole value, without quotes around it",
            text,
            span,
        )
    return names


def _refuse_fields(text: str, located: Located, names: Mapping[Span, str]) -> None:
    for call in list_calls(located):
        span = call.operands[0].span
        if span in names:
            raise TemplateError(
                "a placeholder cannot be the name of a field.",
                "for a field that is known at run time, use F[name]",
                text,
                span,
            )


def _require_optional(optional: Iterable[str], template: Template) -> frozenset[str]:
    if isinstance(optional, (str, Filter)) or not isinstance(optional, Iterable):
        raise FilterTypeError(
            f"`optional` must be a set of names, not {describe_type(optional)}.",
            hint='as in optional={"email"}',
        )
    names = [*optional]
    for name in names:
        if not isinstance(name, str):
            raise FilterTypeError(f"a name in `optional` must be a str, not {describe_type(name)}.")
        if name not in template.placeholders:
            raise _unknown_name(template, name)
    return frozenset(names)


def _unknown_name(template: Template, name: str) -> TemplateError:
    known = template.placeholders
    hint: str | None = "it has no placeholders; one in quotes is text"
    if known:
        hint = suggest_name(name, known, f"its placeholders are {list_names(known)}")
    span = Span(0, len(template.text))
    return TemplateError(
        f"the template has no placeholder `{shorten(name)}`.", hint, template.text, span
    )


def _check_resource(resource: TemplateResource, template: Template) -> None:
    for diagnostic in drop_uncertain(resource.check(template.text), template):
        if diagnostic.severity is Severity.ERROR:
            raise TemplateError(diagnostic.message, diagnostic.hint, template.text, diagnostic.span)


def _complete(template: Template, values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values with None for the optional names that are missing."""
    for unknown in values.keys() - template.placeholders.keys():
        raise _unknown_name(template, unknown)
    for name, spans in template.placeholders.items():
        if name not in values and name not in template.optional:
            raise TemplateError(
                f"the value of the placeholder `{name}` is missing.",
                f"pass it by name: bind({name}=…)",
                template.text,
                spans[0],
            )
    return {**dict.fromkeys(template.optional), **values}
