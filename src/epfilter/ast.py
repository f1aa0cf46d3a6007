"""The nodes of a filter, the operators, and functions that walk or transform a tree.

A filter is one of five frozen pydantic models under the base `Filter`. They are hashable, compare
by structure, and contain exactly what the text contains: operators, fields and values as text.

    Comparison   eq gt ge lt le like ilike contains text     op, field, value
    Membership   in contains_any contains_all                op, field, values (1 or more)
    IsNull       is_null                                     field
    And, Or      `:` and `|`                                 terms (2 or more)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError, core_schema

from epfilter.arguments import describe_type
from epfilter.errors import FilterSyntaxError, FilterTypeError, FilterValueError
from epfilter.limits import MAX_DEPTH

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

__all__ = [
    "CALL_OPERATORS",
    "COMPARISONS",
    "LOWER_BOUND_OPERATORS",
    "MAX_DEPTH",
    "MEMBERSHIPS",
    "ORDERED_OPERATORS",
    "PATTERN_OPERATORS",
    "TEXT_OPERATORS",
    "UPPER_BOUND_OPERATORS",
    "And",
    "Comparison",
    "Filter",
    "IsNull",
    "Membership",
    "Node",
    "Operator",
    "Or",
    "fields",
    "transform",
    "walk",
]

_EXAMPLE = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"


class Operator(StrEnum):
    """An operator of the language, or one of its two connectives.

    Source: the filtering guide of the platform, and its open-source search library.

    >>> Operator("gt")
    <Operator.GT: 'gt'>
    """

    EQ = "eq"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    LIKE = "like"
    ILIKE = "ilike"
    CONTAINS = "contains"
    TEXT = "text"
    IN = "in"
    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    IS_NULL = "is_null"
    AND = "and"
    OR = "or"


ComparisonOperator = Literal[
    Operator.EQ,
    Operator.GT,
    Operator.GE,
    Operator.LT,
    Operator.LE,
    Operator.LIKE,
    Operator.ILIKE,
    Operator.CONTAINS,
    Operator.TEXT,
]
MembershipOperator = Literal[Operator.IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL]
CallOperator = Literal[ComparisonOperator, MembershipOperator, Operator.IS_NULL]
"""For a `match` over all operators of a call that ends in `assert_never`."""

COMPARISONS: tuple[Operator, ...] = get_args(ComparisonOperator)
"""The operators of a `Comparison`: a field and one value."""

MEMBERSHIPS: tuple[Operator, ...] = get_args(MembershipOperator)
"""The operators of a `Membership`: a field and one value or more."""

CALL_OPERATORS: tuple[Operator, ...] = (*COMPARISONS, *MEMBERSHIPS, Operator.IS_NULL)
"""The operators of a call: all but the two connectives."""

CALL_OPERATORS_BY_NAME = {op.value: op for op in CALL_OPERATORS}

MEMBERSHIP_OF: dict[Operator, MembershipOperator] = {
    Operator.EQ: Operator.IN,
    Operator.IN: Operator.IN,
    Operator.CONTAINS: Operator.CONTAINS_ANY,
    Operator.CONTAINS_ANY: Operator.CONTAINS_ANY,
}
"""The operators of which several in an OR, on one field, are the same as one membership."""

LOWER_BOUND_OPERATORS: tuple[Operator, ...] = (Operator.GT, Operator.GE)
"""The operators whose value is a lower bound."""

UPPER_BOUND_OPERATORS: tuple[Operator, ...] = (Operator.LT, Operator.LE)
"""The operators whose value is an upper bound."""

ORDERED_OPERATORS: tuple[Operator, ...] = (*LOWER_BOUND_OPERATORS, *UPPER_BOUND_OPERATORS)
"""The operators that need an order of values."""

PATTERN_OPERATORS: tuple[Operator, ...] = (Operator.LIKE, Operator.ILIKE)
"""The operators whose value is a pattern with wildcards."""

TEXT_OPERATORS: tuple[Operator, ...] = (*PATTERN_OPERATORS, Operator.TEXT)
"""The operators whose value is a pattern or words, and not a value of the field's type."""


class Filter(ABC):
    """The base of all nodes, and a type for the fields of your own pydantic models.

    `str(f)` is the canonical text. `&` and `|` combine filters without validating them again. `&`
    extends an `And` on its left instead of nesting it, and `|` an `Or`. A filter has no truth
    value, so that Python's `and`, `or`, `not` and chained comparisons cannot silently drop a part.

    A field of this type accepts a text (and parses it), a node, or the JSON of a node. It dumps the
    canonical text, and its JSON schema is a string.

    >>> from pydantic import BaseModel
    >>> class Report(BaseModel):
    ...     filter: Filter
    >>> report = Report(filter="eq(payment, refunded)")
    >>> report.filter
    Comparison(op='eq', field='payment', value='refunded')
    >>> report.model_dump_json()
    '{"filter":"eq(payment,refunded)"}'
    """

    __slots__ = ()

    @property
    @abstractmethod
    def depth(self) -> int:
        """Return the number of And and Or levels of this tree; a single call has 0.

        >>> from epfilter import parse
        >>> parse("(eq(a,1)|eq(b,2)):eq(c,3)").depth
        2
        """

    def and_(self, *others: Filter | None) -> Filter:
        """Return `self & other & …`, for method chains; None is skipped.

        >>> from epfilter import F
        >>> str(F.a.gt(1).and_(F.b.eq(2), None, F.c.lt(3)))
        'gt(a,1):eq(b,2):lt(c,3)'
        """
        return _combine_given(And, self, others)

    def or_(self, *others: Filter | None) -> Filter:
        """Return `self | other | …`, for method chains; None is skipped.

        >>> from epfilter import F
        >>> str(F.a.gt(1).or_(None, F.b.eq(2)))
        'gt(a,1)|eq(b,2)'
        """
        return _combine_given(Or, self, others)

    def __and__(self, other: Filter) -> And:
        return _combine(And, self, (other,)) if isinstance(other, Filter) else NotImplemented

    def __or__(self, other: Filter) -> Or:
        return _combine(Or, self, (other,)) if isinstance(other, Filter) else NotImplemented

    def __invert__(self) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no NOT.",
            hint="use the opposite comparison (gt instead of le), or list the other values with in",
        )

    def __bool__(self) -> bool:
        raise FilterTypeError(
            "a filter is neither true nor false: `and`, `or`, `not` and chained comparisons such "
            "as 1 < F.a < 5 would drop a part of it.",
            hint="combine filters with & and |, each comparison in parentheses; to check whether "
            "there is a filter, write `f is not None`",
        )

    def __str__(self) -> str:
        from epfilter.printer import unparse

        return unparse(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __int__(self) -> NoReturn:
        # aiohttp calls `int` for a parameter that is not a text, and a filter has no number.
        raise FilterTypeError("a filter is not a number.", hint="pass its text: str(f)")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object = None) -> Self:
        return self

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        if cls is not Filter:
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            _validate_field,
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        if cls is not Filter:
            return handler(schema)
        return {
            "type": "string",
            "title": "Filter",
            "description": "A filter in the language of Elastic Path Commerce.",
            "examples": [_EXAMPLE],
        }


def _list_to_tuple(values: object) -> object:
    """Return a list as a tuple, for the strict mode of pydantic; refuse unordered collections."""
    if isinstance(values, (set, frozenset, Mapping)):
        raise PydanticCustomError(
            "unordered", "Values and terms are ordered: use a tuple or a list"
        )
    return tuple(values) if isinstance(values, list) else values


def _check_depth(terms: tuple[Filter, ...]) -> tuple[Filter, ...]:
    if max(term.depth for term in terms) >= MAX_DEPTH:
        raise PydanticCustomError(
            "too_deep",
            "A filter may nest at most {limit} levels of and/or",
            {"limit": MAX_DEPTH},
        )
    return terms


# A length constraint makes pydantic encode the text as UTF-8, which fails for surrogates. Strict
# mode refuses bytes and numbers.
_Text = Annotated[str, Field(strict=True, min_length=0)]
_FieldName = Annotated[str, Field(strict=True, min_length=1)]


class _NoIteration:
    """The absence of `__iter__`, which pydantic's models have.

    HTTP clients iterate over parameters that have it, and `requests` would send one parameter per
    field of the node. None in its place would not do: they look for the attribute.
    """

    def __get__(self, node: object, owner: type) -> NoReturn:
        raise AttributeError(f"{owner.__name__!r} object has no attribute '__iter__'")


if TYPE_CHECKING:  # by this class a type checker recognizes fields, and that they are frozen
    from pydantic._internal._model_construction import ModelMetaclass as _NodeType
else:

    class _NodeType(type(BaseModel)):
        """The class of the node classes, which accept their fields by position too."""

        def __call__(cls, /, *values: Any, **fields: Any) -> Any:
            """Return a node; a value by position is the field that has this place in `match`."""
            if values:
                names: tuple[str, ...] = cls.__match_args__
                if len(values) > len(names):
                    raise FilterTypeError(
                        f"{cls.__name__} takes at most {len(names)} by position, "
                        f"not {len(values)}.",
                        hint=f"as in {cls.__name__}({', '.join(names)})",
                    )
                for name, value in zip(names, values, strict=False):
                    if name in fields:
                        raise FilterTypeError(
                            f"{cls.__name__}: `{name}` is given by position and by name."
                        )
                    fields[name] = value
            return super().__call__(**fields)


class _Node(Filter, BaseModel, frozen=True, extra="forbid", defer_build=True, metaclass=_NodeType):
    """The base of the five nodes: frozen, exact, and with a repr that evaluates to the node.

    pydantic builds the validators at the first use. Parsing, building and printing need none of
    them, and they would take a third of the time of `import epfilter`.

    The `__eq__` of pydantic is slower, and compares a level twice if a group has a cached depth, so
    that the time doubles with every level.
    """

    if TYPE_CHECKING:
        __iter__: None  # type: ignore[assignment] # a node is not iterable
    else:
        __iter__ = _NoIteration()

    def __dir__(self) -> list[str]:
        """Return the names for completion: without the methods of pydantic, which still work."""
        return [name for name in super().__dir__() if name.startswith("__") or name in _SHOWN]

    @property
    def depth(self) -> int:
        """Return the number of And and Or levels of this tree, which is 0."""
        return 0

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(_VALUE_GETTERS[type(self)](self.__dict__))

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        names: tuple[str, ...] = self.__match_args__
        for name in names:
            value = getattr(self, name)
            yield name, value.value if isinstance(value, Operator) else value

    @property
    def model_fields_set(self) -> set[str]:
        """Return the names of the fields that were set, which are all fields, as a copy."""
        return set(self.__pydantic_fields_set__)

    def model_copy(
        self,
        *,
        update: Mapping[str, Any] | None = None,
        deep: bool = False,  # noqa: ARG002 - a frozen node is its own deep copy
    ) -> Self:
        """Return the node itself, or with `update` a new, validated node."""
        if not update:
            return self
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**values | dict(update))

    def copy(self, **options: Any) -> Self:
        """Alias of `model_copy`, so that no method creates a node without validation."""
        return self.model_copy(**options)


class Comparison(_Node, frozen=True):
    """A field compared with one value: `eq(payment,refunded)`.

    >>> Comparison(op="eq", field="payment", value="refunded")
    Comparison(op='eq', field='payment', value='refunded')
    """

    __match_args__ = ("op", "field", "value")

    op: ComparisonOperator
    field: _FieldName
    value: _Text

    if TYPE_CHECKING:

        def __init__(
            self,
            op: Operator
            | Literal["eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text"],
            field: str,
            value: str,
        ) -> None: ...


class Membership(_Node, frozen=True):
    """A field and one value or more: `in(id,a,b)`, `contains_any(tags,x,y)`.

    >>> Membership(op="in", field="id", values=["a", "b"])
    Membership(op='in', field='id', values=('a', 'b'))
    """

    __match_args__ = ("op", "field", "values")

    op: MembershipOperator
    field: _FieldName
    values: Annotated[tuple[_Text, ...], Field(min_length=1), BeforeValidator(_list_to_tuple)]

    if TYPE_CHECKING:

        def __init__(
            self,
            op: Operator | Literal["in", "contains_any", "contains_all"],
            field: str,
            values: tuple[str, ...] | list[str],
        ) -> None: ...


class _NamedNode(_Node, frozen=True):
    """The base of nodes with one possible operator, which is optional when you build a node.

    The operator counts as set, so that a dump of the set fields contains it.
    """

    def model_post_init(self, context: object, /) -> None:  # noqa: ARG002 - pydantic's signature
        self.__pydantic_fields_set__.add("op")


class IsNull(_NamedNode, frozen=True):
    """A field that has no value: `is_null(family_name)`.

    >>> IsNull(field="family_name")
    IsNull(field='family_name')
    """

    __match_args__ = ("field",)

    op: Literal[Operator.IS_NULL] = Operator.IS_NULL
    field: _FieldName

    if TYPE_CHECKING:

        def __init__(self, field: str, *, op: Literal["is_null"] = ...) -> None: ...


class _Group(_NamedNode, frozen=True):
    """The base of And and Or."""

    op: Literal[Operator.AND, Operator.OR]
    terms: Annotated[
        tuple[Node, ...],
        Field(min_length=2),
        BeforeValidator(_list_to_tuple),
        AfterValidator(_check_depth),
    ]

    @property
    def depth(self) -> int:
        """Return the number of And and Or levels of this tree, including this one."""
        # Cached beside the fields under a private name: it is not a field, and cannot be set.
        values = self.__dict__
        depth: int | None = values.get("_depth")
        if depth is None:
            depth = values["_depth"] = 1 + max(term.depth for term in self.terms)
        return depth

    def __eq__(self, other: object) -> bool:
        # One of two equal groups may have a cached depth.
        if type(other) is not type(self):
            return NotImplemented
        return bool(self.__dict__["terms"] == other.__dict__["terms"])

    __hash__ = _NamedNode.__hash__


class And(_Group, frozen=True):
    """Every term holds: `gt(a,1):lt(a,5)`.

    >>> And(terms=(IsNull(field="a"), IsNull(field="b")))
    And(terms=(IsNull(field='a'), IsNull(field='b')))
    """

    __match_args__ = ("terms",)

    op: Literal[Operator.AND] = Operator.AND

    if TYPE_CHECKING:

        def __init__(self, terms: Sequence[Filter], *, op: Literal["and"] = ...) -> None: ...


class Or(_Group, frozen=True):
    """Any term holds: `eq(a,1)|eq(b,2)`.

    >>> Or(terms=(IsNull(field="a"), IsNull(field="b")))
    Or(terms=(IsNull(field='a'), IsNull(field='b')))
    """

    __match_args__ = ("terms",)

    op: Literal[Operator.OR] = Operator.OR

    if TYPE_CHECKING:

        def __init__(self, terms: Sequence[Filter], *, op: Literal["or"] = ...) -> None: ...


Node = Annotated[Comparison | Membership | IsNull | And | Or, Field(discriminator="op")]
"""The union of the five nodes, for code that needs the tree itself as JSON.

>>> from pydantic import TypeAdapter
>>> TypeAdapter(Node).validate_json('{"op": "eq", "field": "a", "value": "1"}')
Comparison(op='eq', field='a', value='1')
"""


NODES: frozenset[type[_Node]] = frozenset((Comparison, Membership, IsNull, And, Or))
"""The classes of the five nodes; not public."""

_FIELD_NAMES: dict[type[_Node], set[str]] = {node: {"op", *node.__match_args__} for node in NODES}
"""The fields of each node. Unchecked nodes share these sets, which no code changes: a set per node
would take more memory than the rest of the node, and more time of the garbage collector."""

_VALUE_GETTERS: dict[type[_Node], Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    node: itemgetter(*dict.fromkeys(("op", *node.__match_args__))) for node in NODES
}
"""The functions that return the values of the fields of a node, `op` first."""

_SHOWN = {"and_", "depth", "or_"}.union(*_FIELD_NAMES.values())
"""The names that completion offers for nodes."""

_NodeT = TypeVar("_NodeT", bound=_Node)
_GroupT = TypeVar("_GroupT", bound=And | Or)


def require_filter(f: Filter) -> Filter:
    """Return the filter; raise `FilterTypeError` for any other type."""
    if Filter in type(f).__mro__:  # four times as fast as `isinstance` for an abstract class
        return f
    raise FilterTypeError(f"a filter is expected, not {describe_type(f)}.", hint=suggest_filter(f))


def suggest_filter(value: object) -> str | None:
    """Return the hint how to turn a value into a filter; not public.

    >>> suggest_filter("eq(a,1)")
    'parse(text) turns a text into a filter'
    """
    if isinstance(value, str):
        return "parse(text) turns a text into a filter"
    # A template: its module imports this one. (A field of `F` has every attribute.)
    if isinstance(getattr(value, "placeholders", None), dict):
        return "`.bind(…)` of a template returns a filter"
    return None


def walk(f: Filter) -> Iterator[Filter]:
    """Yield every node of the tree, parents before children, in the order of the text.

    Raises `FilterTypeError` if `f` is not a filter.

    >>> from epfilter import parse
    >>> [str(node) for node in walk(parse("eq(a,1):eq(b,2)"))]
    ['eq(a,1):eq(b,2)', 'eq(a,1)', 'eq(b,2)']
    """
    return _walk(require_filter(f))


def _walk(f: Filter) -> Iterator[Filter]:
    stack = [f]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _Group):
            stack.extend(reversed(node.terms))


def transform(f: Filter, change: Callable[[Filter], Filter]) -> Filter:
    """Return a tree in which `change` has replaced every node, children before parents.

    A node that `change` returns unchanged stays the same object.

    Raises `FilterTypeError` if `f` or a result of `change` is not a filter or `change` is not a
    function, and `FilterValueError` if the new tree would be too deep.

    >>> from epfilter import F, parse
    >>> def rename(node):
    ...     match node:
    ...         case Comparison(op, "mail", value):
    ...             return Comparison(op=op, field="email", value=value)
    ...     return node
    >>> str(transform(parse("eq(mail,a@b.c):eq(b,2)"), rename))
    'eq(email,a@b.c):eq(b,2)'
    """
    if not callable(change):
        raise FilterTypeError(
            f"transform requires a function of a node, not {describe_type(change)}."
        )
    f = require_filter(f)
    if isinstance(f, _Group):
        terms = tuple(transform(term, change) for term in f.terms)
        if any(new is not old for new, old in zip(terms, f.terms, strict=True)):
            f = construct_group(And if isinstance(f, And) else Or, terms)
    changed = change(f)
    if not isinstance(changed, Filter):
        raise FilterTypeError(
            f"the function passed to transform must return a filter, not {describe_type(changed)}.",
            hint="return the node itself to leave it unchanged",
        )
    return changed


def fields(f: Filter) -> tuple[str, ...]:
    """Return the names of the fields in the filter, each once, in the order of the text.

    Raises `FilterTypeError` if `f` is not a filter.

    >>> from epfilter import parse
    >>> fields(parse("gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,paid)"))
    ('created_at', 'payment')
    """
    return tuple(
        dict.fromkeys(
            node.field for node in walk(f) if isinstance(node, (Comparison, Membership, IsNull))
        )
    )


# The slots of a pydantic model: setting them avoids the look-ups of `object.__setattr__`.
_new = object.__new__
_set_values = BaseModel.__dict__["__dict__"].__set__
_set_fields_set = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__


def construct_unchecked(node: type[_NodeT], **values: Any) -> _NodeT:
    """Return a node with the given fields, without validation.

    For modules of this package that have just read or checked the fields; not public.
    """
    instance = _new(node)
    _set_values(instance, values)
    _set_fields_set(instance, _FIELD_NAMES[node])
    _set_extra(instance, None)
    _set_private(instance, None)
    return instance


def construct_call(op: Operator, field: str, values: Sequence[str]) -> Filter:
    """Return the comparison, membership or `is_null` of an operator, without validation.

    Not public. `values` has as many values as the operator takes.

    >>> str(construct_call(Operator.IN, "id", ["a", "b"]))
    'in(id,a,b)'
    """
    if op is Operator.IS_NULL:
        return construct_unchecked(IsNull, op=op, field=field)
    if op in MEMBERSHIPS:
        return construct_unchecked(Membership, op=op, field=field, values=tuple(values))
    assert op in COMPARISONS  # noqa: S101 - no other call exists
    return construct_unchecked(Comparison, op=op, field=field, value=values[0])


def construct_group(node: type[_GroupT], terms: tuple[Filter, ...], checked: int = 0) -> _GroupT:
    """Return an And or Or of two or more filters, without validation except of the depth.

    The depth of the first `checked` terms is not checked: they come from an existing group. Not
    public. Raises `FilterValueError` if the group would be too deep.
    """
    if max(term.depth for term in terms[checked:]) >= MAX_DEPTH:
        raise FilterValueError(
            f"a filter may nest at most {MAX_DEPTH} levels of and/or.",
            hint="pass all terms to one all_of(...) or any_of(...)",
        )
    return construct_unchecked(node, op=Operator.AND if node is And else Operator.OR, terms=terms)


def _combine(node: type[_GroupT], left: Filter, others: tuple[Filter, ...]) -> _GroupT:
    """Return a group of `left` and `others`; a left group of the same type is extended."""
    for other in others:
        if not isinstance(other, Filter):
            raise FilterTypeError(
                f"a filter can only be combined with filters, not with {describe_type(other)}.",
                hint=suggest_filter(other),
            )
    if isinstance(left, node):
        return construct_group(node, (*left.terms, *others), len(left.terms))
    return construct_group(node, (left, *others))


def _combine_given(node: type[And | Or], left: Filter, others: tuple[Filter | None, ...]) -> Filter:
    """Return a group as `_combine` does, without the terms that are None."""
    given = tuple([other for other in others if other is not None])
    return _combine(node, left, given) if given else left


@cache
def _node_adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Node)


def _validate_field(value: object) -> Filter:
    """Return the filter of a pydantic field: from a node, its text, or its tree as a dict."""
    if isinstance(value, Filter):
        return value
    if isinstance(value, str):
        from epfilter.parser import parse

        try:
            return parse(value)
        except FilterSyntaxError as error:
            raise PydanticCustomError(
                "filter_syntax",
                "Not a filter:\n{explanation}",
                # The explanation comes last, so that braces in it are not replaced.
                {
                    "diagnostics": [diagnostic.as_dict() for diagnostic in error.diagnostics],
                    "explanation": str(error),
                },
            ) from None
    if isinstance(value, dict):
        try:
            node: Filter = _node_adapter().validate_python(value)
        except ValidationError as error:
            raise PydanticCustomError(
                "filter_tree",
                "Not the tree of a filter: {explanation}",
                {"explanation": str(error)},
            ) from None
        return node
    raise PydanticCustomError(
        "filter_type",
        "A filter is expected: its text, a node or the JSON of a node, not {type}",
        {"type": describe_type(value)},
    )
