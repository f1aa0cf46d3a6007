"""The rules as SARIF describes them (SARIF 2.1.0, section 3.49)."""

from __future__ import annotations

import re

from epfilter.errors import Severity
from epfilter.linter.engine import Rule
from epfilter.linter.explaining import explanation

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def message(text: str) -> str:
    r"""A text as SARIF writes one: braces doubled (3.11.5), and nothing a link (3.11.6).

    >>> print(message("`{a}` is [no link](b)"))
    `{{a}}` is \[no link\](b)
    """
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"([\\\[\]])", r"\\\1", text) if "](" in text else text


def described(rule: Rule) -> dict[str, object]:
    """A rule with its names, its explanation and its examples."""
    return {
        "id": rule.code,
        "name": "".join(word[0].upper() + word[1:] for word in re.findall(r"\w+", rule.title)),
        "shortDescription": {"text": message(f"{rule.title}.")},
        "fullDescription": {"text": message(rule.explanation)},
        "help": {"text": message(explanation(rule)), "markdown": _markdown(rule)},
        "defaultConfiguration": {"enabled": rule.on, "level": LEVELS[rule.severity]},
    }


def _markdown(rule: Rule) -> str:
    """The explanation with a heading, and its examples as blocks of code."""
    title, *paragraphs = explanation(rule).split("\n\n")
    written = [f"# {title}"]
    for paragraph in paragraphs:
        above, indented, code = paragraph.partition("\n    ")
        written.append(f"{above}\n\n{_fenced(code)}" if indented else above)
    return "\n\n".join(written).replace("{", "{{").replace("}", "}}")


def _fenced(code: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}\n{code}\n{fence}"
