"""How each database says what a filter asks of one value, so that all mean the same.

The texts here are fixed; what comes from a filter goes through `Writer.value`, which makes it a
bound parameter. A writer never gets to see the text of a value in the statement.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import bindparam, types
from sqlalchemy.sql.compiler import SQLCompiler

from epfilter.errors import UnsupportedFilterError
from epfilter.semantics import Pattern, case_variants
from epfilter.targets.sqlalchemy import representable
from epfilter.targets.sqlalchemy.columns import Kind
from epfilter.targets.sqlalchemy.representable import Cut

NEVER = "1 = 0"
"""Holds in no row."""

FLAT = 8
"""More terms than these are halved: the depth of an expression has a limit in every database.

In terms deeper than this the deepest stands first, where an open parenthesis is all that the
parser has to remember: that of SQLite before 3.46 remembers 100 symbols.
"""

_INDEXED = (types.String, types.Text, types.Unicode, types.UnicodeText, types.VARCHAR, types.TEXT)
"""Types of columns that compare as texts do; CHAR, ENUM and CITEXT have ways of their own."""

_STRING, _INTEGER, _BIG = types.String(), types.Integer(), types.BigInteger()
_DOUBLE: types.Double[float] = types.Double()
_NUMERIC, _DATE, _BOOLEAN = types.Numeric(), types.Date(), types.Boolean()
LOCAL, _ZONED = types.DateTime(), types.DateTime(timezone=True)
_UUIDS = {native: types.Uuid(as_uuid=True, native_uuid=native) for native in (True, False)}
"""Types of parameters; shared, because SQLAlchemy prepares each for a dialect but once."""

_ESCAPED = str.maketrans({"!": "!!", "%": "!%", "_": "!_"})


def one_of(x: str, places: list[str]) -> str:
    """Whether `x` is the value of one of these places."""
    return f"{x} = {places[0]}" if len(places) == 1 else f"{x} IN ({', '.join(places)})"


def joined(terms: list[str], word: str) -> str:
    """All or any of these conditions, in parentheses."""
    if len(terms) > FLAT:
        half = len(terms) // 2
        terms = [joined(terms[:half], word), joined(terms[half:], word)]
    return f"({word.join(terms)})"


class Writer:
    """What all databases have in common; a subclass for each says the rest."""

    target: ClassVar[str]
    lists = True
    """Whether columns can be lists."""
    nul_in_json = True
    """Whether a text in JSON can hold NUL."""

    def __init__(self, compiler: SQLCompiler, arguments: dict[str, Any]) -> None:
        self._compiler = compiler
        self._arguments = arguments
        self.operator = self.field = ""
        """What is being written, for errors."""
        self._parameters = 0

    def refusal(self, reason: str, hint: str | None = None) -> UnsupportedFilterError:
        """The error that the database cannot express what is being written."""
        return UnsupportedFilterError(self.operator, self.field, self.target, reason, hint)

    def value(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        """The place of a bound parameter."""
        self._parameters += 1
        most = self.most_parameters(getattr(self._compiler.dialect, "driver", "default"))
        as_text = self._arguments.get("literal_binds", False)
        if most is not None and self._parameters > most and not as_text:
            raise self.refusal(
                f"a statement has {most:,} parameters at most",
                "ask for fewer values at a time, or split the filter at its ORs",
            )
        parameter = bindparam(None, value, type_, unique=True)
        return str(self._compiler.process(parameter, **self._arguments))

    def most_parameters(self, driver: str) -> int | None:
        """How many a statement can have; None where it takes any number, or nobody can tell."""
        return None

    def text(self, value: str) -> str:
        """The place of a text."""
        return self.value(value, _STRING)

    # Texts

    def exact(self, x: str) -> str:
        """The text `x` as it compares by code point and with case."""
        raise NotImplementedError

    def operand(self, value: str) -> str:
        """A text to compare with an exact one."""
        return self.text(value)

    def equal(self, x: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        """Whether the text is one of these."""
        return one_of(self.exact(x), [self.operand(value) for value in values])

    def _equal_twice(self, x: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        """Equal as the column compares, so that its index helps, and equal by code point."""
        if type(type_) not in _INDEXED:
            return Writer.equal(self, x, values, type_)
        as_column = one_of(x, [self.text(value) for value in values])
        return f"({as_column} AND {Writer.equal(self, x, values, type_)})"

    def like(self, x: str, wanted: Pattern, *, fold: bool) -> str:
        """Whether the text matches a pattern."""
        subject = self.exact(x)
        if fold:
            wanted = wanted.fold_case()
            subject = self.folding(subject, wanted.text)
        if wanted.matches_everything:
            return f"{x} IS NOT NULL"
        if not wanted.has_wildcard:
            return f"{subject} = {self.operand(wanted.text)}"
        return self.matching(subject, wanted)

    def matching(self, subject: str, wanted: Pattern) -> str:
        """Whether an exact text matches a pattern with a wildcard."""
        written = wanted.text.translate(_ESCAPED)
        if wanted.any_prefix:
            written = "%" + written
        if wanted.any_suffix:
            written += "%"
        return f"{subject} LIKE {self.operand(written)} ESCAPE '!'"

    def folding(self, subject: str, wanted: str) -> str:
        """The text with every variant of a character of `wanted` as that character is.

        So no locale is asked. `K` (U+212A) and `ſ` (U+017F) are variants of `k` and `s`.
        """
        pairs = [(v, char) for char in dict.fromkeys(wanted) for v in case_variants().get(char, "")]
        if not pairs:
            return subject
        given, made = "".join([v for v, _ in pairs]), "".join([char for _, char in pairs])
        return f"translate({subject}, {self.text(given)}, {self.text(made)})"

    def replacing(self, subject: str, pairs: list[tuple[str, str]], most: int) -> str:
        """The same where the database has no `translate`: one call within the other."""
        if len(pairs) > most:
            raise self.refusal(
                f"the pattern has letters with more than {most} other forms, which it would have "
                "to replace one by one",
                "use a shorter pattern, or like",
            )
        for given, made in pairs:
            subject = f"replace({subject}, {self.operand(given)}, {self.operand(made)})"
        return subject

    def words(self, x: str, text: str) -> str:
        """Whether the words stand in the text."""
        raise self.refusal("its full-text search has a meaning of its own")

    # Everything else

    def numbers(self, sign: str, value: Any, kind: Kind) -> Cut | None:
        """The cut of a number among those that a column can hold."""
        if kind.name == "integer":
            return representable.integer(sign, value)
        if kind.name == "float":
            return representable.floating(sign, value, single=self.single(kind.type))
        return self.decimals(sign, value, kind.type)

    def decimals(self, sign: str, value: Any, type_: types.TypeEngine[Any]) -> Cut | None:
        """The cut among the numbers of a Numeric column."""
        raise NotImplementedError

    def single(self, type_: types.TypeEngine[Any]) -> bool:
        """Whether a Float column keeps 32 bits only."""
        return False

    def bound_number(self, value: Any) -> str:
        """The place of a number."""
        if isinstance(value, int):
            return self.value(value, _BIG)
        if isinstance(value, float):
            return self.value(value, _DOUBLE)
        return self.value(value, _NUMERIC)

    def no_nan(self, x: str, kind: Kind) -> str | None:
        """That a number is one, where the database puts NaN above all numbers."""
        return None

    def moment(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        """The place of a point in time; a column without zone holds UTC."""
        if getattr(type_, "timezone", False):
            return self.value(value, _ZONED)
        return self.value(value.replace(tzinfo=None), LOCAL)

    def day(self, value: Any) -> str:
        """The place of a date."""
        return self.value(value, _DATE)

    def boolean(self, value: bool) -> str:  # noqa: FBT001 - a value, not a switch
        """The place of a boolean."""
        return self.value(value, _BOOLEAN)

    def index(self, index: int) -> str:
        """The place of an index or a length."""
        return self.value(index, _INTEGER)

    def uuid(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        """The place of a UUID, stored as the column stores it."""
        return self.value(value, _UUIDS[bool(getattr(type_, "native_uuid", True))])
