"""What a service lets its callers filter on: fields, operators and limits, and a term of its own.

policy = Policy(tickets, only={"status": "eq", "opened_at": ...}, max_calls=10)
policy.apply(request.args.get("filter"), require=F.store.eq(store_id))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import EllipsisType
from typing import Any, overload

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from epfilter.arguments import describe_type, require_int
from epfilter.ast import And, Filter, Operator
from epfilter.errors import Diagnostic, FilterTypeError, PolicyError, Severity, Span
from epfilter.limits import MAX_DEPTH
from epfilter.located import list_calls
from epfilter.parser import parse_located
from epfilter.resources import messages
from epfilter.resources.binding import or_complexity
from epfilter.resources.declarations import Declaration
from epfilter.resources.declared_operators import parse_operators
from epfilter.resources.resource import Resource, check_located, resource_info, resource_schema
from epfilter.templates import Template, drop_uncertain, read_text

Operators = EllipsisType | Operator | str | Iterable[Operator | str]
"""The operators of a field that a policy allows; `...` means all that the field has."""

_MAX_DEPTH = MAX_DEPTH - 1
"""The deepest filter to which a required term can be added."""


class Policy:
    """The filters that a service accepts from its callers.

    `resource` declares the fields. `only` restricts them: the names of fields, or each with its
    operators, where `...` means all. `max_calls`, `max_or_complexity`, `max_length` (in code
    points) and `max_depth` are limits; None removes one.

    A policy is also the annotation of a pydantic field or a FastAPI parameter; `Accepts` is its
    name there. Each error is then an item of the `ctx.diagnostics` of the validation error, and
    the JSON schema lists the fields, operators and values.

    Raises ResourceError for a field or operator in `only` that the resource does not have,
    FilterTypeError and FilterValueError for an invalid limit.

    >>> from epfilter import F
    >>> from epfilter.resources import Policy, orders
    >>> policy = Policy(orders, only={"payment": "eq", "created_at": ...}, max_calls=2)
    >>> str(policy.apply("eq(payment,paid)|eq(payment,refunded)", require=F.currency.eq("EUR")))
    'eq(currency,EUR):(eq(payment,paid)|eq(payment,refunded))'
    >>> policy.apply("eq(status,complete)")
    Traceback (most recent call last):
        ...
    epfilter.errors.PolicyError: 1:4 EPF201 `orders` has no field `status`.
        eq(status,complete)
           ^^^^^^
        hint: its fields are `payment`, `created_at`
    """

    def __init__(  # noqa: PLR0913 - each limit by keyword
        self,
        resource: Resource,
        *,
        only: Iterable[str] | Mapping[str, Operators] | None = None,
        max_calls: int | None = None,
        max_or_complexity: int | None = None,
        max_length: int | None = 8000,
        max_depth: int = _MAX_DEPTH,
    ) -> None:
        limits = {
            "max_calls": max_calls,
            "max_or_complexity": max_or_complexity,
            "max_length": max_length,
        }
        for name, limit in limits.items():
            if limit is not None:
                require_int(name, limit, 0)
        require_int("max_depth", max_depth, 0, _MAX_DEPTH)
        self._base = resource
        self._resource = _restrict(resource, only)
        self._max_calls = max_calls
        self._max_or_complexity = max_or_complexity
        self._max_length = max_length
        self._max_depth = max_depth

    @property
    def restricted_resource(self) -> Resource:
        """The resource with the fields and operators that callers may use.

        It is useful for example for completion.

        >>> from epfilter.resources import Policy, orders, resource_info
        >>> policy = Policy(orders, only={"payment": "eq"})
        >>> [*resource_info(policy.restricted_resource).fields]
        ['payment']
        """
        return self._resource

    def check(self, f: Filter | str | Template) -> list[Diagnostic]:
        """Return what is wrong with a filter, a text or a template, in the order of the text.

        Spans refer to the text, or to `unparse(f)` for a filter. In a template, placeholders are
        not checked. Warnings and infos are included; `apply` refuses errors only.

        >>> from epfilter.resources import Policy, orders
        >>> [found.code for found in Policy(orders, max_calls=1).check("eq(a,1):eq(status,x)")]
        ['EPF201', 'EPF301', 'EPF204']
        """
        text = read_text(f)
        diagnostics, _ = self._check(text)
        return drop_uncertain(diagnostics, f) if isinstance(f, Template) else diagnostics

    @overload
    def apply(self, f: None, *, require: None = None) -> None: ...

    @overload
    def apply(self, f: Filter | str | Template, *, require: Filter | None = None) -> Filter: ...

    @overload
    def apply(self, f: Filter | str | Template | None, *, require: Filter) -> Filter: ...

    def apply(
        self, f: Filter | str | Template | None, *, require: Filter | None = None
    ) -> Filter | None:
        """Return the caller's filter, with `require` in front of it.

        `require` is a term of the service, such as the tenant; it may use every field of the
        resource. It is a separate term of an AND, so no text of the caller can weaken it. Where
        the caller gives no filter (None), the result is `require` alone, or None.

        Raises PolicyError with all diagnostics for a filter that the policy refuses, TemplateError
        for a template that needs values, and ResourceError for a `require` that the resource does
        not accept.

        >>> from epfilter import F
        >>> from epfilter.resources import Policy, orders
        >>> str(Policy(orders).apply(None, require=F.currency.eq("EUR")))
        'eq(currency,EUR)'
        """
        if require is not None:
            self._base.bind(require)
        if f is None:
            return require
        text = read_text(f.bind() if isinstance(f, Template) else f)
        diagnostics, node = self._check(text)
        errors = tuple(each for each in diagnostics if each.severity is Severity.ERROR)
        if errors or node is None:
            raise PolicyError(text, errors)
        if require is None:
            return node
        return And(terms=(*_terms_of(require), *_terms_of(node)))

    def __repr__(self) -> str:
        return f"<policy for {self._resource!r}>"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema of a field that is annotated with this policy."""
        return core_schema.no_info_wrap_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON schema of such a field, with the fields, operators and values."""
        described = handler(schema)
        options = described.get("anyOf", [described])  # more than one for `Filter | None`
        for option in options:
            if option.get("type") == "string":
                option.update(self._describe())
                examples = option.pop("examples", ())
                if accepted := [each for each in examples if self._accepts(each)]:
                    option["examples"] = accepted
        return described

    def _accepts(self, text: str) -> bool:
        with suppress(PolicyError):
            self.apply(text)
            return True
        return False

    def _validate(self, value: object, inner: core_schema.ValidatorFunctionWrapHandler) -> object:
        f = value if isinstance(value, str) else inner(value)
        if not isinstance(f, (str, Filter)):
            return f
        try:
            return self.apply(f)
        except PolicyError as error:
            raise PydanticCustomError(
                "filter_policy",
                "Not an accepted filter:\n{explanation}",
                # The explanation comes last, so that braces in it are not replaced.
                {
                    "diagnostics": [diagnostic.as_dict() for diagnostic in error.diagnostics],
                    "explanation": str(error),
                },
            ) from None

    def _describe(self) -> dict[str, Any]:
        """Return what the JSON schema states beyond the schema of every filter."""
        fields = [
            {
                "field": path,
                "operators": [str(op) for op in declared.operators],
                "type": declared.type.name,
                **({"values": list(declared.type.values)} if declared.type.values else {}),
            }
            for path, declared in resource_info(self._resource).fields.items()
            if declared.operators
        ]
        lines = [
            f"- `{each['field']}`: {', '.join(each['operators'])} ({_describe_values(each)})"
            for each in fields
        ]
        description = "\n".join(["A filter on these fields:", "", *lines])
        limit = {} if self._max_length is None else {"maxLength": self._max_length}
        return {"description": description, "x-filter-fields": fields, **limit}

    def _check(self, text: str) -> tuple[list[Diagnostic], Filter | None]:
        """Return the diagnostics of a text, and its node where it has no syntax error."""
        located = parse_located(text, max_depth=self._max_depth, max_length=self._max_length)
        diagnostics = check_located(self._resource, located, len(text))
        calls = [call for call in list_calls(located) if call.node is not None]
        if self._max_calls is not None and len(calls) > self._max_calls:
            problem = messages.too_many_calls(len(calls), self._max_calls)
            span = calls[self._max_calls].span
            diagnostics.append(Diagnostic("EPF301", problem.message, span, hint=problem.hint))
        node = located.node
        if node is not None and self._max_or_complexity is not None:
            complexity = or_complexity(node)
            if complexity > self._max_or_complexity:
                problem = messages.too_many_alternatives(complexity, self._max_or_complexity)
                span = Span(0, len(text))
                diagnostics.append(Diagnostic("EPF303", problem.message, span, hint=problem.hint))
        diagnostics.sort(key=lambda diagnostic: (diagnostic.span, diagnostic.code))
        return diagnostics, node


Accepts = Policy
"""The name of `Policy` in annotations: `Annotated[Filter, Accepts(orders, max_calls=10)]`.

>>> from typing import Annotated
>>> from pydantic import TypeAdapter
>>> from epfilter import Filter
>>> from epfilter.resources import Accepts, orders
>>> adapter = TypeAdapter(Annotated[Filter, Accepts(orders, only=["payment"])])
>>> adapter.validate_python("eq(payment, paid)")
Comparison(op='eq', field='payment', value='paid')
"""


def _restrict(resource: Resource, only: Iterable[str] | Mapping[str, Operators] | None) -> Resource:
    """Return a resource with these fields and operators of `resource` alone.

    It has no endpoints, because it describes a service and not a listing of the platform.
    """
    schema = resource_schema(resource)
    info = schema.info
    declared: dict[str, Declaration[Any]] = dict(info.fields)
    if only is not None:
        if isinstance(only, (str, Filter)) or not isinstance(only, Iterable):
            raise FilterTypeError(
                f"`only` must be names of fields, or a mapping of them to operators, not "
                f"{describe_type(only)}.",
                hint='for example {"status": "eq", "created_at": ...}',
            )
        wanted = only.items() if isinstance(only, Mapping) else ((name, ...) for name in only)
        declared = dict(_select_field(resource, name, operators) for name, operators in wanted)
    return Resource._create(
        name=info.name,
        title=info.title,
        only_required=info.only_required,
        aliases=schema.aliases,
        extra_fields={path: replace(each, aliases=()) for path, each in declared.items()},
    )


def _select_field(
    resource: Resource, name: str, operators: Operators
) -> tuple[str, Declaration[Any]]:
    """Return the path and the declaration of a field with these operators.

    A declared name with a placeholder, such as `locales.{locale}.name`, stands for all its fields.
    """
    if not isinstance(name, str):
        raise FilterTypeError(f"a name in `only` must be a str, not {describe_type(name)}.")
    schema = resource_schema(resource)
    declared = schema.info.fields.get(name)
    path = name
    if declared is None:
        match = schema.get(name)
        path, declared = match.path, match.declared
    if operators is ...:
        return path, declared
    listed = [operators] if isinstance(operators, str) else operators
    chosen = parse_operators(path, listed)
    for op in chosen:
        if op not in declared.operators:
            raise messages.error(messages.unsupported_operator(name, declared, op))
    return path, replace(declared, operators=chosen)


def _describe_values(field: Mapping[str, Any]) -> str:
    return ", ".join(field.get("values", [])) or str(field["type"])


def _terms_of(f: Filter) -> tuple[Filter, ...]:
    return f.terms if isinstance(f, And) else (f,)
