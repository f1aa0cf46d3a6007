"""What the modules for declared languages share: the types of nodes in their syntax trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

ARGUMENTS = frozenset(
    {
        "argument_list",
        "arguments",
        "function_arguments",
        "token_tree",
        "value_arguments",
    }
)
"""The types of nodes that are the arguments of a call."""

WRAPPERS = frozenset(
    {
        "argument",
        "array_element_initializer",
        "collection_value",
        "element_value",
        "expression",
        "expression_list",
        "literal_element",
        "literal_value",
        "parenthesized_expression",
        "parenthesized_statements",
        "reference_expression",
        "template_expr",
        "tuple_expression",
        "unary_expression",
        "value_argument",
    }
)
"""The types of nodes whose last child is their value, if they have only one."""

LISTS = frozenset({"array", "array_creation_expression", "array_expression", "array_literal",
    "array_initializer", "collection_literal", "composite_literal", "initializer_expression",
    "literal_value", "token_tree", "tuple"})  # fmt: skip
"""The types of nodes that are lists."""

BLOCKS = frozenset(
    {
        "block",
        "body_statement",
        "class_body",
        "compilation_unit",
        "compound_statement",
        "config_file",
        "declaration_list",
        "document",
        "function_body",
        "program",
        "source_file",
        "statement_list",
        "statements",
    }
)
"""The types of nodes whose assignments are statements, and not the members of one value."""

FUNCTIONS = frozenset(
    {
        "anonymous_function",
        "anonymous_function_creation_expression",
        "anonymous_method_expression",
        "arrow_function",
        "class_declaration",
        "closure_expression",
        "constructor_declaration",
        "func_literal",
        "function_declaration",
        "function_definition",
        "function_item",
        "impl_item",
        "init_declaration",
        "lambda",
        "lambda_expression",
        "local_function_statement",
        "method",
        "method_declaration",
        "singleton_method",
    }
)
"""The types of nodes that do not belong to the request around them."""

CLOSURES = frozenset({"annotated_lambda", "block", "do_block", "lambda_literal"})
"""The types of nodes that may configure the request of the call that receives them."""

HEREDOC_START = "heredoc_beginning"
"""The type of a node in the place of a heredoc, whose text stands in the lines after it."""


def list_children(node: Node) -> list[Node]:
    """Return the children of a node, named or not, without the comments."""
    return [child for child in node.children if not is_comment(child)]


def is_comment(node: Node) -> bool:
    """Return whether a node is a comment."""
    return node.type.endswith("comment")


def get_arguments(node: Node) -> Node | None:
    """Return the arguments of a call, which some grammars put into a node of their own."""
    if node.type == "call_suffix":
        node = next((child for child in node.named_children if child.type in ARGUMENTS), node)
    return node if node.type in ARGUMENTS else None
