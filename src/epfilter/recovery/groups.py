"""Reads calls, the connectives between them and the parentheses around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from epfilter.ast import And, Filter, Or, construct_group
from epfilter.errors import Edit, Span
from epfilter.fast_path import read_valid_call
from epfilter.limits import MAX_DEPTH, MAX_REDUNDANT_PARENTHESES
from epfilter.located import Located
from epfilter.recovery import diagnostics
from epfilter.recovery.calls import read_call
from epfilter.recovery.scanner import HEAD, NAME, SPACE, TERM_START, Scanner
from epfilter.recovery.unexpected import diagnose_unexpected, find_infix_list_end

_FOREIGN_CONNECTIVE = re.compile(
    rf"((?:and|or)\b|&&?|\|\||[;,]){SPACE}(?={TERM_START})", re.IGNORECASE
)
_UNEXPECTED_END = re.compile(
    rf"(\([^():|]*+\))|[)）]|[:|]{SPACE}(?={TERM_START})|(?<![\w-]){NAME}{SPACE}[(（]"
)
_NEXT_PARAMETER = re.compile(r"&[A-Za-z_][\w\[\].-]*+=")
_SPACE_AND_TERM = re.compile(SPACE + TERM_START)
_CONNECTIVE_OF_WORD = {"and": ":", "or": "|", "not": ":"}


@dataclass(slots=True)
class _Term:
    """A term, with facts that the located tree does not contain."""

    located: Located
    height: int = 0
    """Nested levels of and/or."""
    redundant_pairs: int = 0
    """Pairs of parentheses around it that group nothing."""


@dataclass(slots=True)
class _Frame:
    """An open parenthesis, or the whole text, and the terms read since."""

    start: int
    errors_before: int
    """The number of earlier errors. If there are more, the terms do not form a filter."""
    terms: list[_Term] = field(default_factory=list)
    connectives: list[tuple[str, Span]] = field(default_factory=list)
    word: tuple[str, Span] | None = None
    """The word before the parenthesis of `and(…)`, `or(…)` and `not(…)`."""
    commas: list[Span] = field(default_factory=list)

    @property
    def expects_term(self) -> bool:
        return len(self.connectives) >= len(self.terms)


class GroupReader:
    """Reader of a whole text, with an explicit stack of the open parentheses."""

    def __init__(self, scanner: Scanner, max_depth: int) -> None:
        self.scanner = scanner
        self.max_depth = max_depth
        self.stack = [_Frame(scanner.pos, 0)]
        self.depth_reported = False

    def read(self) -> Located:
        """Return the located tree; the scanner has the errors."""
        scanner = self.scanner
        start = scanner.pos
        while True:
            scanner.skip_space()
            char = scanner.current()
            if not char:
                break
            frame = self.stack[-1]
            if frame.expects_term:
                self._read_term(frame, char)
            else:
                self._read_connective(frame, char)
        root = self.stack[0]
        if len(self.stack) == 1 and not root.terms and not self._has_other_errors(root):
            scanner.report(diagnostics.empty_filter(start))
        self._close_all()
        return self._combine(root, Span(start, scanner.trim_end(scanner.end))).located

    def _open(self, start: int, word: tuple[str, Span] | None = None) -> None:
        """Move over an opening parenthesis."""
        self.stack.append(_Frame(start, len(self.scanner.diagnostics), word=word))
        self.scanner.take()

    def _is_damaged(self, frame: _Frame) -> bool:
        return len(self.scanner.diagnostics) > frame.errors_before

    def _add_invalid(self, start: int, end: int) -> None:
        self.stack[-1].terms.append(_Term(Located(node=None, span=Span(start, end))))

    def _read_term(self, frame: _Frame, char: str) -> None:
        scanner = self.scanner
        if char == "(":
            self._open(scanner.pos)
        elif char == ")":
            self._read_closing()
        elif char in {":", "|"}:
            self._read_dangling()
        elif call := read_valid_call(scanner.text, scanner.pos, scanner.end):
            scanner.pos = call.span.end
            frame.terms.append(_Term(call))
        elif head := HEAD.match(scanner.text, scanner.pos, scanner.end):
            if head[1].lower() in _CONNECTIVE_OF_WORD and _SPACE_AND_TERM.match(
                scanner.text, head.end()
            ):
                scanner.pos = head.end(1)
                scanner.skip_space()
                self._open(head.start(), (head[1], Span(*head.span(1))))
            else:
                frame.terms.append(_Term(read_call(scanner, head)))
        else:
            start = scanner.pos
            end = (
                find_infix_list_end(scanner.text, start, scanner.end) or self._find_unexpected_end()
            )
            scanner.report(diagnose_unexpected(Span(start, end), scanner.text))
            scanner.pos = end
            if not self._is_term(end):
                self._add_invalid(start, end)

    def _has_other_errors(self, frame: _Frame) -> bool:
        """Return whether a frame has errors other than confusable characters."""
        errors = self.scanner.diagnostics[frame.errors_before :]
        return any(error.code != diagnostics.CONFUSABLE for error in errors)

    def _is_term(self, pos: int) -> bool:
        return _SPACE_AND_TERM.match(self.scanner.text, pos, self.scanner.end) is not None

    def _read_dangling(self) -> None:
        """Report a connective in place of a term: leading, doubled or trailing."""
        scanner = self.scanner
        start = end = scanner.pos
        while scanner.current() in {":", "|"}:
            scanner.take()
            end = scanner.pos
            scanner.skip_space()
        frame = self.stack[-1]
        where = "doubled" if frame.connectives else "leading"
        if frame.connectives and scanner.current() in {"", ")"}:
            # Nothing follows: all of them are one error.
            start, where = frame.connectives.pop()[1].start, "trailing"
        span = Span(start, end)
        scanner.report(diagnostics.dangling_connective(span, scanner.text[start:end], where))

    def _read_connective(self, frame: _Frame, char: str) -> None:
        scanner = self.scanner
        at = scanner.pos
        if char == ")":
            self._read_closing()
        elif char == "," and frame.word:
            span = scanner.take()
            frame.commas.append(span)
            frame.connectives.append((_CONNECTIVE_OF_WORD[frame.word[0].lower()], span))
        elif match := _FOREIGN_CONNECTIVE.match(scanner.text, at, scanner.end):
            span = Span(*match.span(1))
            scanner.report(diagnostics.missing_connective(span, match[1]))
            frame.connectives.append((diagnostics.connective_for(match[1]), span))
            scanner.pos = match.end()
        elif char in {":", "|"}:
            frame.connectives.append((char, scanner.take()))
        elif self._is_term(at):
            end = scanner.trim_end(at)
            scanner.report(diagnostics.missing_connective(Span(end, end), ""))
            frame.connectives.append((":", Span(end, end)))
        elif _NEXT_PARAMETER.match(scanner.text, at, scanner.end):
            scanner.pos = scanner.trim_end(scanner.end)
            rest = scanner.text[at : scanner.pos]
            safe = scanner.in_url and "filter" not in rest
            scanner.report(diagnostics.next_parameter(Span(at, scanner.pos), rest, safe=safe))
        else:
            end = self._find_unexpected_end()
            scanner.report(diagnostics.text_after(Span(at, end), scanner.text[at:end]))
            scanner.pos = end
            if self._is_term(end):
                frame.connectives.append((":", Span(end, end)))

    def _find_unexpected_end(self) -> int:
        """Return the end of unexpected text: before a term, a parenthesis, or the end."""
        scanner = self.scanner
        pos = scanner.pos
        while match := _UNEXPECTED_END.search(scanner.text, pos, scanner.end):
            if not match[1]:
                return max(scanner.trim_end(match.start()), scanner.pos + 1)
            pos = match.end()
        return max(scanner.trim_end(scanner.end), scanner.pos + 1)

    def _read_closing(self) -> None:
        """Read a `)` outside a call; report a run of them that closes nothing as one error."""
        scanner = self.scanner
        if len(self.stack) > 1:
            frame = self.stack[-1]
            closing = scanner.pos
            self._drop_trailing(frame)
            if not frame.terms and not self._has_other_errors(frame):
                span = Span(frame.start, closing + 1)
                scanner.report(diagnostics.empty_group(span))
            scanner.take()
            self._close(scanner.pos, closed=True)
            return
        start = scanner.pos
        end = start
        self._drop_trailing(self.stack[-1])
        while scanner.current() == ")":
            scanner.take()
            end = scanner.pos
            scanner.skip_space()
        scanner.report(diagnostics.extra_parenthesis(Span(start, end)))
        if self.stack[-1].expects_term:
            self._add_invalid(start, end)

    def _drop_trailing(self, frame: _Frame) -> None:
        if frame.terms and frame.expects_term:
            text, span = frame.connectives.pop()
            self.scanner.report(diagnostics.dangling_connective(span, text, "trailing"))

    def _close_all(self) -> None:
        """Close all open parentheses at the end of the text, and report them as one error."""
        open_groups = len(self.stack) - 1
        at = self.scanner.trim_end(self.scanner.pos)
        if open_groups:
            fixable = bool(self.stack[-1].terms)
            # If a frame mixes both connectives, its group may be meant to end earlier.
            safe = all(len({text for text, _ in frame.connectives}) < 2 for frame in self.stack)
            self._drop_trailing(self.stack[-1])
            self.scanner.report(
                diagnostics.unclosed_groups(at, open_groups, fixable=fixable, safe=safe)
            )
        while len(self.stack) > 1:
            self._drop_trailing(self.stack[-1])
            self._close(at, closed=False)
        self._drop_trailing(self.stack[0])

    def _close(self, end: int, *, closed: bool) -> None:
        """Close the innermost parenthesis at `end`, and add its term to the surrounding frame."""
        scanner, frame = self.scanner, self.stack.pop()
        if frame.terms:  # the space before the end may belong to the last one
            end = max(end, frame.terms[-1].located.span.end)
        span = Span(frame.start, end)
        if frame.word:
            self._report_word(frame, frame.word, closed=closed)
        is_redundant = len(frame.terms) == 1
        term = self._combine(frame, span)
        term.located = term.located._replace(span=span, parenthesized=True)
        term.redundant_pairs = term.redundant_pairs + 1 if is_redundant else 0
        if term.redundant_pairs == MAX_REDUNDANT_PARENTHESES + 1:
            opened = Span(frame.start, frame.start + 1)
            scanner.report(diagnostics.too_many_parentheses(opened, MAX_REDUNDANT_PARENTHESES))
        self.stack[-1].terms.append(term)

    def _report_word(self, frame: _Frame, word: tuple[str, Span], *, closed: bool) -> None:
        name, span = word
        edits: tuple[Edit, ...] = ()
        plain = _CONNECTIVE_OF_WORD[name.lower()]
        is_uniform = all(connective == plain for connective, _ in frame.connectives)
        if closed and name.lower() != "not" and frame.terms and is_uniform:
            edits = tuple(Edit(comma, plain) for comma in frame.commas)
        self.scanner.report(diagnostics.unknown_operator(name, span, edits))

    def _combine(self, frame: _Frame, span: Span) -> _Term:
        """Return one term for all terms of a frame; `:` binds tighter than `|` (decision)."""
        if not frame.terms:
            return _Term(Located(node=None, span=span))
        damaged = self._is_damaged(frame)
        alternatives: list[_Term] = []
        together = [frame.terms[0]]
        for (connective, _), term in zip(frame.connectives, frame.terms[1:], strict=True):
            if connective == "|":
                alternatives.append(self._join(And, together, damaged=damaged))
                together = []
            together.append(term)
        alternatives.append(self._join(And, together, damaged=damaged))
        term = self._join(Or, alternatives, damaged=damaged)
        if damaged and term.located.node is not None:
            term.located = term.located._replace(node=None)
        return term

    def _join(self, kind: type[And | Or], terms: list[_Term], *, damaged: bool) -> _Term:
        if len(terms) == 1:
            return terms[0]
        span = Span(terms[0].located.span.start, terms[-1].located.span.end)
        height = 1 + max([term.height for term in terms])
        if height > self.max_depth and not self.depth_reported:
            self.depth_reported = True
            self.scanner.report(diagnostics.too_deep(span, height, self.max_depth))
        nodes = [term.located.node for term in terms]
        node: Filter | None = None
        if not damaged and height <= MAX_DEPTH and None not in nodes:
            node = construct_group(kind, tuple(nodes))  # type: ignore[arg-type] # none of them is None
        # A group that is too deep has no children, so that the located tree has a limit, too.
        children = tuple([term.located for term in terms]) if height <= MAX_DEPTH else ()
        return _Term(Located(node, span, children=children), height)
