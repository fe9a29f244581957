"""How a query text was understood, for people: term by term, with the traps that struck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import QueryError
from ..vocabulary import DEFAULT, Vocabulary
from .queries import parse_event_text, parse_superevent_text
from .refusals import EVENT_ANSWER
from .structured import StructuredError, is_structured, parse_structured_text
from .terms import Exclusion, Language, Query, Term
from .trees import And, Node
from .wording import in_words

__all__ = ["Explanation", "explain", "explanation"]

_LONGEST = 60  # characters of a text that are shown in a line


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a text was understood, or why it is refused; as text it is for people.

    Attributes
    ----------
    text : str
        The query.
    kind : {"events", "superevents"}
        Of what.
    query : Query or None
        What it was understood as; None if it is refused, structured, or if there is no text.
    error : QueryError, StructuredError or None
        Why it is refused, by the rules of texts or of structured queries.
    tree : Node or None
        What a structured query was understood as.
    """

    text: str
    kind: Language
    query: Query | None
    error: QueryError | StructuredError | None
    tree: Node | None = None

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        error, query = self.error, self.query
        if isinstance(error, StructuredError):
            return [f"structured query of {self.kind}, refused:", f"  {error}"]
        if self.tree is not None:
            parts = self.tree.children if isinstance(self.tree, And) else (self.tree,)
            lines = [f"structured query of {self.kind}: {_short(self.text)}"]
            return [*lines, "All of these must hold:", *(f"- {in_words(one)}" for one in parts)]
        if error is not None:
            lines = [f"query of {self.kind}, refused:", *(f"  {line}" for line in error.pointed)]
            return [*lines, error.reason, f"The server answers: {self._answer(error)}"]
        lines = [f"query of {self.kind}: {_short(self.text)}"]
        if query is None:
            return [*lines, "Without a text nothing is left out; Test and MDC are included."]
        acting = [one for one in query.exclusions if not one.lifted]
        lines.append("All of these must hold:")
        for kind, terms in query.by_kind():
            lines += _terms(kind, terms, self.kind == "events")
        lines += [f"- by default: {_left_out(self.kind, one)}" for one in acting]
        if not query.terms and not acting:
            lines[-1] = "Everything fits."
        for one in query.exclusions:
            if one.lifted:
                lines.append(f"{one.name} is not left out, since {one.lifted}.")
        for group in query.groups[1:]:
            lines.append(f"Ignored: {', '.join(group.labels)}{_at(group.start)}.")
        if query.traps:
            lines.append("Beware:")
            lines += [f"- {trap.sentence}{_at(trap.start)}" for trap in query.traps]
        return lines

    def to_json(self) -> dict[str, Any]:
        """Give the same as JSON; places count from 0."""
        facts: dict[str, Any] = {
            "kind": self.kind,
            "text": self.text,
            "refused": self.error is not None,
        }
        error, query = self.error, self.query
        if isinstance(error, StructuredError):
            return facts | {"path": error.path, "reason": error.message, "answer": error.message}
        if self.tree is not None:
            return facts | {"together": in_words(self.tree)}
        if error is not None:
            answer = self._answer(error)
            return facts | {"position": error.position, "reason": error.reason, "answer": answer}
        if query is None:
            return facts | {"terms": [], "exclusions": [], "ignored": [], "traps": []}
        return facts | {
            "terms": [
                {"kind": term.kind, "sentence": term.sentence} | _place(term)
                for term in query.terms
            ],
            "together": in_words(query.node),
            "exclusions": [
                {"name": one.name, "acts": not one.lifted, "lifted_since": one.lifted or None}
                for one in query.exclusions
            ],
            "ignored": [{"labels": list(one.labels)} | _place(one) for one in query.groups[1:]],
            "traps": [{"sentence": trap.sentence} | _place(trap) for trap in query.traps],
        }

    def _answer(self, error: QueryError) -> str:
        return EVENT_ANSWER if self.kind == "events" else error.message


def _terms(kind: str, terms: Sequence[Term], pooled: bool) -> list[str]:
    lines = [f"`{_short(term.written)}`{_at(term.start)}: {term.sentence}" for term in terms]
    if len(lines) == 1:
        return [f"- {kind}: {lines[0]}"]
    together = "one of" if pooled and kind != "nevents" else "each of"
    return [f"- {kind}, {together}:", *(f"    {line}" for line in lines)]


def _left_out(kind: Language, exclusion: Exclusion) -> str:
    if kind == "superevents":
        return f"its category is not {exclusion.name}"
    field = "group" if exclusion.name == "Test" else "search"
    return f"its {field} is not {exclusion.name}"


def _short(text: str) -> str:
    shown = "".join(one if one.isprintable() else " " for one in text[: _LONGEST + 1])
    return shown if len(text) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _at(place: int) -> str:
    return f" (character {place + 1})"


def _place(part: Any) -> dict[str, int]:
    return {"start": part.start, "end": part.end}


def explanation(text: str, kind: Language = "events", names: Vocabulary = DEFAULT) -> Explanation:
    """Find out how a query text is understood.

    Parameters
    ----------
    text : str
        As a user would send it; the JSON of a structured query too.
    kind : {"events", "superevents"}
        Of which it is a query.
    names : Vocabulary
        Whose groups, pipelines, searches and labels there are.

    Raises
    ------
    ValueError
        There is no such language.
    """
    if kind not in ("events", "superevents"):
        raise ValueError(f"there are queries of events and of superevents, not of {kind!r}")
    if not text:
        return Explanation(text, kind, None, None)
    if is_structured(text):
        return _of_structured(text, kind, names)
    parse = parse_event_text if kind == "events" else parse_superevent_text
    try:
        return Explanation(text, kind, parse(text, names), None)
    except QueryError as error:
        return Explanation(text, kind, None, error)


def _of_structured(text: str, kind: Language, names: Vocabulary) -> Explanation:
    try:
        tree = parse_structured_text(text, "event" if kind == "events" else "superevent", names)
    except StructuredError as error:
        return Explanation(text, kind, None, error)
    return Explanation(text, kind, None, None, tree)


def explain(text: str, kind: Language = "events", names: Vocabulary = DEFAULT) -> str:
    """Say how a query text is understood, or why it is refused; as `explanation`, in lines."""
    return str(explanation(text, kind, names))
