"""Reads calls, the connectives between them and the parentheses around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from epfilter.ast import MAX_DEPTH, And, Filter, Or, group
from epfilter.errors import Edit, Span
from epfilter.fast_path import call_at
from epfilter.located import MAX_REDUNDANT_PARENTHESES, Located, changed, located_group
from epfilter.recovery import diagnostics
from epfilter.recovery.calls import read_call
from epfilter.recovery.scanner import HEAD, NAME, SPACE, TERM_START, Scanner
from epfilter.recovery.unexpected import explain_junk, infix_list_end

_JOINER = re.compile(rf"((?:and|or)\b|&&?|\|\||[;,]){SPACE}(?={TERM_START})", re.IGNORECASE)
_JUNK_END = re.compile(
    rf"(\([^():|]*+\))|[)）]|[:|]{SPACE}(?={TERM_START})|(?<![\w-]){NAME}{SPACE}[(（]"
)
_NEXT_PARAMETER = re.compile(r"&[A-Za-z_][\w\[\].-]*+=")
_SPACED_TERM = re.compile(SPACE + TERM_START)
_WORDS = {"and": ":", "or": "|", "not": ":"}


@dataclass(slots=True)
class _Term:
    """A term that was read, with what its nodes cannot tell."""

    located: Located
    height: int = 0
    """Levels of and/or."""
    pairs: int = 0
    """Parentheses around it that group nothing."""


@dataclass(slots=True)
class _Frame:
    """An open parenthesis, or the whole text, and what was read since."""

    start: int
    found_before: int
    """How many mistakes were known; where there are more, the terms make no filter together."""
    terms: list[_Term] = field(default_factory=list)
    connectives: list[tuple[str, Span]] = field(default_factory=list)
    word: tuple[str, Span] | None = None
    """For `and(…)` and its kin: the word before the parenthesis."""
    commas: list[Span] = field(default_factory=list)

    @property
    def wants_term(self) -> bool:
        return len(self.connectives) >= len(self.terms)


class GroupReader:
    """Reads a whole text; an explicit stack stands for the open parentheses."""

    def __init__(self, scanner: Scanner, max_depth: int) -> None:
        self.scanner = scanner
        self.max_depth = max_depth
        self.stack = [_Frame(scanner.pos, 0)]
        self.told_depth = False

    def read(self) -> Located:
        """The located tree; the mistakes are with the scanner."""
        scanner = self.scanner
        start = scanner.pos
        while True:
            scanner.skip_space()
            char = scanner.plain()
            if not char:
                break
            frame = self.stack[-1]
            if frame.wants_term:
                self._read_term(frame, char)
            else:
                self._read_connective(frame, char)
        root = self.stack[0]
        if len(self.stack) == 1 and not root.terms and not self._said_more(root):
            scanner.report(diagnostics.empty_filter(start))
        self._close_all()
        return self._combine(root, Span(start, scanner.trimmed(scanner.end))).located

    def _open(self, start: int, word: tuple[str, Span] | None = None) -> None:
        """Step over an opening parenthesis."""
        self.stack.append(_Frame(start, len(self.scanner.found), word=word))
        self.scanner.take()

    def _is_damaged(self, frame: _Frame) -> bool:
        return len(self.scanner.found) > frame.found_before

    def _add_broken(self, start: int, end: int) -> None:
        self.stack[-1].terms.append(_Term(Located(node=None, span=Span(start, end))))

    def _read_term(self, frame: _Frame, char: str) -> None:
        scanner = self.scanner
        if char == "(":
            self._open(scanner.pos)
        elif char == ")":
            self._read_closing()
        elif char in {":", "|"}:
            self._read_idle()
        elif call := call_at(scanner.text, scanner.pos, scanner.end):
            scanner.pos = call.span.end
            frame.terms.append(_Term(call))
        elif head := HEAD.match(scanner.text, scanner.pos, scanner.end):
            if head[1].lower() in _WORDS and _SPACED_TERM.match(scanner.text, head.end()):
                scanner.pos = head.end(1)
                scanner.skip_space()
                self._open(head.start(), (head[1], Span(*head.span(1))))
            else:
                frame.terms.append(_Term(read_call(scanner, head)))
        else:
            start = scanner.pos
            end = infix_list_end(scanner.text, start, scanner.end) or self._junk_end()
            scanner.report(explain_junk(Span(start, end), scanner.text))
            scanner.pos = end
            if not self._is_term(end):
                self._add_broken(start, end)

    def _said_more(self, frame: _Frame) -> bool:
        """Whether more is wrong in a frame than characters that look like others."""
        found = self.scanner.found[frame.found_before :]
        return any(mistake.code != diagnostics.LOOK_ALIKE for mistake in found)

    def _is_term(self, pos: int) -> bool:
        return _SPACED_TERM.match(self.scanner.text, pos, self.scanner.end) is not None

    def _read_idle(self) -> None:
        """A connective where a term should stand: leading or doubled."""
        scanner = self.scanner
        start = end = scanner.pos
        while scanner.plain() in {":", "|"}:
            scanner.take()
            end = scanner.pos
            scanner.skip_space()
        frame = self.stack[-1]
        where = "doubled" if frame.connectives else "leading"
        if frame.connectives and scanner.plain() in {"", ")"}:
            # Nothing follows: all of them are one mistake.
            start, where = frame.connectives.pop()[1].start, "trailing"
        span = Span(start, end)
        scanner.report(diagnostics.idle_connective(span, scanner.text[start:end], where))

    def _read_connective(self, frame: _Frame, char: str) -> None:
        scanner = self.scanner
        at = scanner.pos
        if char == ")":
            self._read_closing()
        elif char == "," and frame.word:
            span = scanner.take()
            frame.commas.append(span)
            frame.connectives.append((_WORDS[frame.word[0].lower()], span))
        elif joiner := _JOINER.match(scanner.text, at, scanner.end):
            span = Span(*joiner.span(1))
            scanner.report(diagnostics.missing_connective(span, joiner[1]))
            frame.connectives.append((diagnostics.connective_meant(joiner[1]), span))
            scanner.pos = joiner.end()
        elif char in {":", "|"}:
            frame.connectives.append((char, scanner.take()))
        elif self._is_term(at):
            place = scanner.trimmed(at)
            scanner.report(diagnostics.missing_connective(Span(place, place), ""))
            frame.connectives.append((":", Span(place, place)))
        elif _NEXT_PARAMETER.match(scanner.text, at, scanner.end):
            scanner.pos = scanner.trimmed(scanner.end)
            rest = scanner.text[at : scanner.pos]
            safe = scanner.in_url and "filter" not in rest
            scanner.report(diagnostics.next_parameter(Span(at, scanner.pos), rest, safe=safe))
        else:
            end = self._junk_end()
            scanner.report(diagnostics.text_after(Span(at, end), scanner.text[at:end]))
            scanner.pos = end
            if self._is_term(end):
                frame.connectives.append((":", Span(end, end)))

    def _junk_end(self) -> int:
        """Where text ends that belongs to nothing: before a term, a parenthesis, or the end."""
        scanner = self.scanner
        pos = scanner.pos
        while found := _JUNK_END.search(scanner.text, pos, scanner.end):
            if not found[1]:
                return max(scanner.trimmed(found.start()), scanner.pos + 1)
            pos = found.end()
        return max(scanner.trimmed(scanner.end), scanner.pos + 1)

    def _read_closing(self) -> None:
        """A `)` outside a call; a run of them that closes nothing is one mistake."""
        scanner = self.scanner
        if len(self.stack) > 1:
            frame = self.stack[-1]
            closing = scanner.pos
            self._drop_trailing(frame)
            if not frame.terms and not self._said_more(frame):
                span = Span(frame.start, closing + 1)
                scanner.report(diagnostics.empty_group(span))
            scanner.take()
            self._close(scanner.pos, closed=True)
            return
        start = scanner.pos
        end = start
        self._drop_trailing(self.stack[-1])
        while scanner.plain() == ")":
            scanner.take()
            end = scanner.pos
            scanner.skip_space()
        scanner.report(diagnostics.extra_parenthesis(Span(start, end)))
        if self.stack[-1].wants_term:
            self._add_broken(start, end)

    def _drop_trailing(self, frame: _Frame) -> None:
        if frame.terms and frame.wants_term:
            text, span = frame.connectives.pop()
            self.scanner.report(diagnostics.idle_connective(span, text, "trailing"))

    def _close_all(self) -> None:
        """The end of the text: what is open is closed there, and told once."""
        open_groups = len(self.stack) - 1
        at = self.scanner.trimmed(self.scanner.pos)
        if open_groups:
            fixable = bool(self.stack[-1].terms)
            # Where one frame mixes both connectives, the group may have been meant to end earlier.
            safe = all(len({text for text, _ in one.connectives}) < 2 for one in self.stack)
            self._drop_trailing(self.stack[-1])
            self.scanner.report(
                diagnostics.unclosed_groups(at, open_groups, fixable=fixable, safe=safe)
            )
        while len(self.stack) > 1:
            self._drop_trailing(self.stack[-1])
            self._close(at, closed=False)
        self._drop_trailing(self.stack[0])

    def _close(self, end: int, *, closed: bool) -> None:
        """Make the innermost open parenthesis, which ends at `end`, a term of the one around it."""
        scanner, frame = self.scanner, self.stack.pop()
        span = Span(frame.start, end)
        if frame.word:
            self._tell_word(frame, frame.word, closed=closed)
        alone = len(frame.terms) == 1
        term = self._combine(frame, span)
        term.located = changed(term.located, node=term.located.node, span=span, parenthesized=True)
        term.pairs = term.pairs + 1 if alone else 0
        if term.pairs == MAX_REDUNDANT_PARENTHESES + 1:
            opened = Span(frame.start, frame.start + 1)
            scanner.report(diagnostics.too_many_parentheses(opened, MAX_REDUNDANT_PARENTHESES))
        self.stack[-1].terms.append(term)

    def _tell_word(self, frame: _Frame, word: tuple[str, Span], *, closed: bool) -> None:
        name, span = word
        edits: tuple[Edit, ...] = ()
        plain = _WORDS[name.lower()]
        alike = all(connective == plain for connective, _ in frame.connectives)
        if closed and name.lower() != "not" and frame.terms and alike:
            edits = tuple(Edit(comma, plain) for comma in frame.commas)
        self.scanner.report(diagnostics.unknown_operator(name, span, edits))

    def _combine(self, frame: _Frame, span: Span) -> _Term:
        """One term of all that was read in a frame; `:` binds tighter than `|` (decision)."""
        if not frame.terms:
            return _Term(Located(node=None, span=span))
        damaged = self._is_damaged(frame)
        alternatives: list[_Term] = []
        together = [frame.terms[0]]
        for (connective, _), term in zip(frame.connectives, frame.terms[1:], strict=True):
            if connective == "|":
                alternatives.append(self._joined(And, together, damaged=damaged))
                together = []
            together.append(term)
        alternatives.append(self._joined(And, together, damaged=damaged))
        term = self._joined(Or, alternatives, damaged=damaged)
        if damaged and term.located.node is not None:
            term.located = changed(
                term.located,
                node=None,
                span=term.located.span,
                parenthesized=term.located.parenthesized,
            )
        return term

    def _joined(self, kind: type[And | Or], terms: list[_Term], *, damaged: bool) -> _Term:
        if len(terms) == 1:
            return terms[0]
        span = Span(terms[0].located.span.start, terms[-1].located.span.end)
        height = 1 + max([term.height for term in terms])
        if height > self.max_depth and not self.told_depth:
            self.told_depth = True
            self.scanner.report(diagnostics.too_deep(span, height, self.max_depth))
        nodes = [term.located.node for term in terms]
        node: Filter | None = None
        if not damaged and height <= MAX_DEPTH and None not in nodes:
            node = group(kind, tuple(nodes))  # type: ignore[arg-type] # none of them is None
        # What is too deep keeps no children, so that the located tree has a limit as well.
        children = tuple([term.located for term in terms]) if height <= MAX_DEPTH else ()
        return _Term(located_group(node, span, children), height)
