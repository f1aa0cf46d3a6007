"""Python programs: the filters in their string literals, by the tree of Python's own parser."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from epfilter.linter.extractors.examples import add_examples
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import find_examples, has_example
from epfilter.linter.extractors.format_fields import (
    BRACE_FIELD,
    PERCENT_FIELD,
    TEMPLATE_FIELD,
    replace_fields,
)
from epfilter.linter.extractors.literals import replace_surrogates
from epfilter.linter.extractors.mapped_text import MappedText, refuse_edit
from epfilter.linter.extractors.programs import (
    MAX_NESTING,
    ProgramExtractor,
    StringExpression,
    contexts_of_placeholders,
)
from epfilter.linter.extractors.python_api import ApiCalls
from epfilter.linter.extractors.python_literals import PythonLines, map_literals
from epfilter.linter.extractors.python_sinks import PythonSinks, flatten_addition, possible_values
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.signs import contains_sign
from epfilter.linter.extractors.urls import add_unparsed_urls, describe_url_search, is_template

_VERSION_ERROR = re.compile(
    r"Missing parentheses in call|multiple exception types|leading zeros in decimal|f-string"
)
_VERSION_LINE = re.compile(
    r"[ \t]*(?:print[ \t]+[^ \t=(]|print[ \t]*>>|exec[ \t]+[^ \t=(]|raise[ \t]+\w+[ \t]*,"
    r"|type[ \t]+\w+|class[ \t]+\w+\[|(?:async[ \t]+)?def[ \t]+\w+\["
    r"|[^#\r\n]*(?:<>|\bt[rR]?[\"']|\bur[\"']))"
)
"""A line that is valid only in Python 2, or in a later version than the one that runs."""


_T_STRING = re.compile(r"\b(?:[tT][rR]?|[rR][tT])[\"']")
_STARTS_OF_T_STRINGS = {tokenize.NAME, getattr(tokenize, "TSTRING_START", tokenize.NAME)}
"""The types of the token of a prefix: before Python 3.14 it is a name."""


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add what stands in arguments, members, variables and pairs named `filter`, and in URLs."""
    source = replace_surrogates(source)
    if source.text.startswith("\ufeff"):
        source = source.slice(1, len(source.text))
    lines = PythonLines(source.text)
    for start, end in _find_comments(source.text, lines):
        extraction.add_comment(source, start, end, "#")
    tree = _parse(source, extraction, lines)
    if tree is not None:
        _PythonExtractor(source, extraction, lines, tree).walk(tree)


def is_other_version(text: str, start: int, reason: str) -> bool:
    r"""Return whether a syntax error is valid in Python 2 or in a later version of Python.

    >>> is_other_version("a = 1\nraise Error, 'x'", 18, "invalid syntax")
    True
    """
    if _VERSION_ERROR.match(reason):
        return True
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return _VERSION_LINE.match(text, line_start) is not None


def _find_comments(text: str, lines: PythonLines) -> Iterator[tuple[int, int]]:
    if "epfilter" not in text:
        return
    for token, start in _tokenize(text, lines):
        if token.type == tokenize.COMMENT:
            yield start, start + len(token.string)


def _replace_t_strings(text: str, lines: PythonLines) -> str:
    """Return the text with an f-string for each t-string, which Python 3.14 has first.

    Both have one syntax and one length, so all positions stay.
    """
    if _T_STRING.search(text) is None:
        return text
    chars = [*text]
    for token, start in _tokenize(text, lines):
        prefix = _T_STRING.match(text, start)
        if prefix and token.type in _STARTS_OF_T_STRINGS:
            chars[start + prefix[0].lower().index("t")] = "f"
    return "".join(chars)


def _tokenize(text: str, lines: PythonLines) -> Iterator[tuple[tokenize.TokenInfo, int]]:
    """Yield the tokens of a program with their positions, up to the first syntax error."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            yield token, lines.start_of(token.start[0]) + token.start[1]
    except (tokenize.TokenError, SyntaxError):
        return  # the parser reports it


def _parse(source: MappedText, extraction: Extraction, lines: PythonLines) -> ast.Module | None:
    start = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(_replace_t_strings(source.text, lines))
    except SyntaxError as error:
        start = lines.start_of(error.lineno or 1) + max((error.offset or 1) - 1, 0)
        reason = error.msg.partition(". ")[0]
    except (RecursionError, MemoryError):
        reason = "it is nested too deeply"
    except ValueError:
        start = max(source.text.find("\0"), 0)
        reason = "it contains a null character"
    start = min(start, len(source.text))
    if is_template(source.text) or is_other_version(source.text, start, reason):
        add_unparsed_urls(source, extraction)
        message = describe_url_search("Python", reason)
        extraction.add_problem(source, start, start, message, is_partial=True)
    else:
        extraction.add_problem(source, start, start, f"cannot parse this as Python: {reason}")
    return None


class _PythonExtractor(ProgramExtractor[ast.AST]):
    """Finds the filters in a syntax tree of Python."""

    _sinks: PythonSinks

    def __init__(
        self, source: MappedText, extraction: Extraction, lines: PythonLines, tree: ast.Module
    ) -> None:
        super().__init__(extraction, PythonSinks(source, lines))
        self._signs = sorted({*self._signs, *find_examples(source.text)})
        self._lines_with_signs = [lines.number_of(sign) for sign in self._signs]
        self._tree = tree
        self._api = ApiCalls(tree, source.text)

    def _visit(
        self, node: ast.AST, sink: RequestContext | None
    ) -> tuple[ast.AST, StringExpression[ast.AST] | None, RequestContext | None]:
        match node:
            case ast.AugAssign(op=ast.Add(), target=target, value=value) if self._sinks.is_filter(
                target
            ):
                return node, self._evaluate_append(target, value), NO_CONTEXT
            case ast.Constant(value=bytes()):
                return node, self._evaluate(node), None  # only URLs are searched in bytes
            case ast.expr():
                return node, self._evaluate(node), sink
        return node, None, sink

    def _children(
        self, node: ast.AST, sink: RequestContext | None
    ) -> Sequence[tuple[ast.AST, RequestContext | None]]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            self._add_docstring(node.value)
            return ()
        sinks = dict(self._sinks.find(node)) | dict(self._api.find(node))
        if sink is not None:
            sinks |= dict.fromkeys(possible_values(node), sink)
        return [(child, sinks.get(child)) for child in ast.iter_child_nodes(node)]

    def _add_docstring(self, node: ast.expr) -> None:
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and has_example(text):
            add_examples(self._map_literal(node, [text]), self._extraction)

    def _evaluate(self, node: ast.AST, depth: int = 0) -> StringExpression[ast.AST] | None:  # noqa: PLR0911 - one for each kind of node
        if depth > MAX_NESTING:
            return None
        match node:
            case ast.Constant(value=str(text)):
                literal: StringExpression[ast.AST]
                literal = StringExpression(self._map_literal(node, [text]))
                is_template = node in self._api.templates
                return replace_fields(literal, TEMPLATE_FIELD, "", ()) if is_template else literal
            case ast.Constant(value=bytes(data)):
                value = self._map_literal(node, [data.decode("latin-1")])
                return StringExpression(replace(value, encode=refuse_edit))
            case ast.JoinedStr():
                return self._evaluate_f_string(node)
            case ast.BinOp(op=ast.Add()):
                operands = flatten_addition(node)
                start, end = self._span(operands[0])[0], self._span(node)[1]
                concatenation = self._concatenate(operands, "the operator `+`", depth)
                return concatenation.join(start, end)
            case ast.BinOp(op=ast.Mod(), left=template, right=values):
                expression = self._evaluate(template, depth + 1)
                construct = "the operator `%`"
                return expression and replace_fields(expression, PERCENT_FIELD, construct, [values])
            case ast.Call(func=ast.Attribute(value=template, attr="format")):
                expression = self._evaluate(template, depth + 1)
                arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                return expression and replace_fields(
                    expression, BRACE_FIELD, "`.format`", arguments
                )
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[items]):
                return self._evaluate_join_call(node, separator, items, depth)
        return None

    def _evaluate_f_string(self, node: ast.JoinedStr) -> StringExpression[ast.AST]:
        parts: list[str | None] = []
        inserted: list[ast.AST] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                parts.append(None)
                inserted.append(part.value)
        value = self._map_literal(node, parts)
        contexts = contexts_of_placeholders(value)
        construct = "an f-string"
        if _T_STRING.match(self._source.text, self._span(node)[0]):
            construct = "" if node in self._api.templates else "a t-string"
        return StringExpression(value, construct, [*zip(inserted, contexts, strict=False)])

    def _evaluate_join_call(
        self, node: ast.Call, separator_node: ast.expr, items: ast.expr, depth: int
    ) -> StringExpression[ast.AST] | None:
        separator = self._evaluate(separator_node, depth + 1)
        generators: list[ast.comprehension] = []
        match items:
            case ast.List(elts=nodes) | ast.Tuple(elts=nodes):
                pass
            case ast.ListComp(elt=item) | ast.GeneratorExp(elt=item):
                nodes, generators = [item], items.generators
            case _:
                return None
        if separator is None or not nodes:
            return None
        return self._evaluate_join(node, nodes, separator.value.text, depth, generators)

    def _map_literal(self, node: ast.expr, parts: Sequence[str | None]) -> MappedText:
        """Return the value of a literal with its positions.

        Python 3.11 has only rough positions inside an f-string: a literal that is not found at
        its position is mapped to the whole f-string.
        """
        value = map_literals(self._source, *self._span(node), parts)
        if value.encode is refuse_edit and node in self._enclosing_f_strings:
            f_string = self._enclosing_f_strings[node]
            value = map_literals(self._source, *self._span(f_string), [*parts, ""])
        return value

    @cached_property
    def _enclosing_f_strings(self) -> dict[ast.AST, ast.JoinedStr]:
        """The outermost f-string around each node that has one."""
        enclosing: dict[ast.AST, ast.JoinedStr] = {}
        stack: list[tuple[ast.AST, ast.JoinedStr | None]] = [(self._tree, None)]
        while stack:
            node, f_string = stack.pop()
            if f_string is not None:
                enclosing[node] = f_string
            elif isinstance(node, ast.JoinedStr):
                f_string = node
            stack += [(child, f_string) for child in ast.iter_child_nodes(node)]
        return enclosing

    def _may_contain_filter(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.stmt):  # the positions of expressions are not always known
            return True
        decorators = getattr(node, "decorator_list", None)
        first = decorators[0].lineno if decorators else node.lineno
        return contains_sign(self._lines_with_signs, first, (node.end_lineno or first) + 1)
