"""Programs in JavaScript and TypeScript: the filters in their literals."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import calls_operator
from epfilter.linter.extractors.javascript_literals import STRING, TEMPLATE, map_attribute
from epfilter.linter.extractors.javascript_nodes import (
    MethodCall,
    find_method_call,
    flatten_addition,
    get_field,
    possible_values,
    unwrap,
)
from epfilter.linter.extractors.javascript_sinks import JavaScriptSinks
from epfilter.linter.extractors.literals import replace_surrogates
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.programs import (
    MAX_NESTING,
    ProgramExtractor,
    StringExpression,
    contexts_of_placeholders,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.sdk_objects import read_object
from epfilter.linter.extractors.syntax_tree import SyntaxTree


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add what stands in members, variables, parameters and pairs named `filter`, and in URLs."""
    import tree_sitter_javascript

    _extract(source, extraction, tree_sitter_javascript.language(), "JavaScript", has_jsx=True)


def extract_typescript(source: MappedText, extraction: Extraction) -> None:
    """Do the same for TypeScript."""
    import tree_sitter_typescript

    _extract(source, extraction, tree_sitter_typescript.language_typescript(), "TypeScript")


def extract_tsx(source: MappedText, extraction: Extraction) -> None:
    """Do the same for TypeScript with JSX elements."""
    import tree_sitter_typescript

    _extract(source, extraction, tree_sitter_typescript.language_tsx(), "TypeScript", has_jsx=True)


def _extract(
    source: MappedText,
    extraction: Extraction,
    grammar: object,
    language: str,
    *,
    has_jsx: bool = False,
) -> None:
    tree = SyntaxTree.parse(replace_surrogates(source), grammar, has_jsx=has_jsx)
    tree.add_comments(extraction, "//", "/*", "*/")
    tree.add_syntax_error(extraction, language)
    _JavaScriptExtractor(tree, extraction).walk(tree.root)


class _JavaScriptExtractor(ProgramExtractor[Node]):
    """Finds the filters in a syntax tree of JavaScript or TypeScript."""

    _sinks: JavaScriptSinks

    def __init__(self, tree: SyntaxTree, extraction: Extraction) -> None:
        super().__init__(extraction, JavaScriptSinks(tree))
        self._tree = tree
        self._objects: set[int] = set()  # the ids of those that are added

    def _visit(
        self, node: Node, sink: RequestContext | None
    ) -> tuple[Node, StringExpression[Node] | None, RequestContext | None]:
        if sink is not None:
            node = self._sinks.strip_url_encoding(node)
        if self._sinks.is_append(node):
            target, value = get_field(node, "left"), get_field(node, "right")
            appended = self._evaluate_append(target, value) if target and value else None
            return node, appended, NO_CONTEXT
        return node, self._evaluate(node), sink

    def _children(
        self, node: Node, sink: RequestContext | None
    ) -> Sequence[tuple[Node, RequestContext | None]]:
        children = node.named_children
        if node.type == "call_expression":
            for passed in self._sinks.find_objects(node):
                self._read_object(passed, self._sinks.find_request(node, NO_CONTEXT))
        sinks = self._sinks.find(node)
        if sink is not None:
            sinks |= {value.id: sink for value in possible_values(node)}
        if node.type == "jsx_attribute":
            for child in children:
                if child.type == "string":
                    value = map_attribute(self._source, *self._span(child))
                    text: StringExpression[Node] = StringExpression(value)
                    self._add(text, sinks.get(child.id))
            children = [child for child in children if child.type != "string"]
        return [(child, sinks.get(child.id)) for child in children]

    def _find_use(self, node: Node, request: RequestContext) -> RequestContext:
        """Return the request that a variable, or the result of a function, is used for.

        Where it is used for requests to different listings, return the request around it.
        """
        find = self._extraction.find_listings
        if find(request).resources:
            return request
        uses = self._sinks.find_uses(node, lambda used: bool(find(used).resources))
        known = {find(used).resources: used for used in uses}
        return next(iter(known.values())) if len(known) == 1 else request

    def _read_object(self, node: Node, context: RequestContext) -> None:
        """Add the filter of an object that is passed to the SDK."""
        if node.id in self._objects:
            return
        self._objects.add(node.id)
        found = read_object(node, self._tree, self._evaluate_text)
        is_known = self._extraction.has_evidence or (found and calls_operator(found.value.text))
        if found is not None and is_known:
            self._add_object(found, context)

    def _evaluate(self, node: Node, depth: int = 0) -> StringExpression[Node] | None:
        if depth > MAX_NESTING:
            return None
        if node.type == "string":
            text = STRING.map(self._source, *self._span(node))
            return None if text is None else StringExpression(text)
        if node.type == "template_string":
            return self._evaluate_template(node)
        if node.type == "binary_expression":
            return self._evaluate_addition(node, depth)
        return self._evaluate_call(node, depth) if node.type == "call_expression" else None

    def _evaluate_addition(self, node: Node, depth: int) -> StringExpression[Node] | None:
        operands = flatten_addition(node)
        if len(operands) < 2:
            return None
        concatenation = self._concatenate(operands, "the operator `+`", depth)
        return concatenation.join(*self._span(node))

    def _evaluate_template(self, node: Node) -> StringExpression[Node] | None:
        inserted = [child for child in node.named_children if child.type == "template_substitution"]
        spans = [self._span(child) for child in inserted]
        value = TEMPLATE.map(self._source, *self._span(node), spans)
        if value is None:
            return None
        contexts = contexts_of_placeholders(value)
        return StringExpression(
            value, "a template literal", [*zip(inserted, contexts, strict=True)]
        )

    def _evaluate_call(self, node: Node, depth: int) -> StringExpression[Node] | None:
        """Return the text of `.concat` of a string, or of `.join` of an array or a `.map`."""
        match find_method_call(node):
            case MethodCall(receiver, "join", arguments):
                return self._evaluate_join_call(
                    node, unwrap(receiver), arguments.named_children, depth
                )
            case MethodCall(receiver, "concat", arguments):
                first = self._evaluate(unwrap(receiver), depth + 1)
                if first is None:
                    return None
                operands = [receiver, *arguments.named_children]
                concatenation = self._concatenate(operands, "`.concat`", depth, first=first)
                return concatenation.join(*self._span(node))
        return None

    def _evaluate_join_call(
        self, node: Node, items: Node, arguments: Sequence[Node], depth: int
    ) -> StringExpression[Node] | None:
        separator = ","
        if arguments:
            expression = self._evaluate(arguments[0], depth + 1)
            if expression is None:
                return None
            separator = expression.value.text
        if items.type == "array" and items.named_children:
            return self._evaluate_join(node, items.named_children, separator, depth)
        item = self._find_map_result(items)
        if item is None:
            return None
        return self._evaluate_join(node, [item], separator, depth, items.named_children[:1])

    def _find_map_result(self, node: Node) -> Node | None:
        """Return what the function returns in a call such as `ids.map(id => …)`."""
        call = find_method_call(node)
        if call is None or call.name != "map":
            return None
        body = get_field(next(iter(call.arguments.named_children), None), "body")
        return None if body is None or body.type == "statement_block" else body
