"""The traps of the text languages: where a query means something else than it seems to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .dates import Natural
from .labels import LabelGroup
from .superevent_ids import suffix_apart
from .terms import Query, Term, Trap
from .trees import Leaf, leaves

__all__ = ["traps"]


def traps(query: Query) -> tuple[Trap, ...]:
    """Find the traps that struck, in the order of their places."""
    found = [*_of_labels(query), *_of_terms(query), *_of_lifting(query)]
    own = _of_events if query.language == "events" else _of_superevents
    found += own(query)
    return tuple(sorted(found, key=lambda trap: (trap.start, trap.end)))


# Labels.


def _of_labels(query: Query) -> Iterator[Trap]:
    for number, group in enumerate(query.groups):
        written = query.text[group.start : group.end]
        if number:
            yield Trap(
                group.start,
                group.end,
                f"`{written}` is ignored: only the first label group counts, and labels without a "
                "sign between them are groups of their own",
            )
        if query.text.count('"', 0, group.start) % 2:
            yield Trap(
                group.start,
                group.end,
                f"`{written}` is cut out of the string around it: quotes do not protect labels",
            )
    if query.groups:
        yield from _of_first_group(query, query.groups[0])


def _of_first_group(query: Query, group: LabelGroup) -> Iterator[Trap]:
    signs = {piece.text for piece in group.pieces if not piece.is_label}
    if "|" in signs and signs & {"&", ","}:
        yield Trap(group.start, group.end, _TIGHTER)
    before = query.text[: group.start].rstrip()
    if query.text[group.start] in "-~" and re.search("[0-9A-Za-z.]$", before):
        yield Trap(
            group.start,
            group.end,
            f"`{query.text[group.start]}` negates the label and takes nothing off what is before",
        )


_TIGHTER = "`|` binds tighter than `&` and `,`: a & b | c is a & (b | c)"

# Terms of both languages.


def _of_terms(query: Query) -> Iterator[Trap]:
    for last, term in zip(query.terms, query.terms[1:], strict=False):
        together = last.end == term.start and last.kind != "ifos"
        if together and (last.written[-1] + term.written[0]).isalnum():
            both = query.text[last.start : term.end]
            sentence = f"`{both}` is read as `{last.written}` and `{term.written}`"
            yield Trap(last.start, term.end, sentence)
    for term in query.terms:
        for leaf in leaves(term.node):
            if leaf.op == "between" and _upside_down(leaf.value):
                yield Trap(term.start, term.end, "the range is upside down: nothing is in it")
        if term.kind in ("superevent", "id"):
            suffix = suffix_apart(term.written)
            if suffix:
                yield Trap(
                    term.start,
                    term.end,
                    f"`{suffix}` is taken for the suffix of the id, though it stands apart; put "
                    "other terms first, or give the letters of the id",
                )
        if term.kind == "created" and isinstance(term.node, Leaf) and term.node.op == "=":
            what = "this instant" if isinstance(term.node.value, Natural) else "that instant"
            yield Trap(
                term.start,
                term.end,
                f"a single date is {what} alone, not a whole day; write a range `a .. b`",
            )


_DAY = 86400  # s


def _upside_down(ends: tuple[object, object]) -> bool:
    first, last = ends
    if isinstance(first, Natural) and isinstance(last, Natural):
        if first.midnight == last.midnight:
            return first.offset > last.offset
        apart = (first.offset - last.offset).total_seconds()
        return apart >= _DAY if first.midnight else apart > 0  # midnight was less than a day ago
    return bool(first > last)  # type: ignore[operator]


def _of_lifting(query: Query) -> Iterator[Trap]:
    """Find where letters let tests in and do not mean to, or mean to and do not."""
    for exclusion in query.exclusions:
        letters = exclusion.name.lower()
        meant = {"Test": "group", "MDC": "search"}[exclusion.name]
        terms = [term for term in query.terms if letters in term.written.lower()]
        if query.language == "superevents":
            if not exclusion.lifted:
                for term in terms:
                    if term.kind != "label":
                        does = f"do not let superevents of the category {exclusion.name} in"
                        yield Trap(term.start, term.end, f"the letters `{letters}` in it {does}")
        elif not any(term.kind == meant for term in terms):
            for term in terms:
                if term.kind != "label":
                    does = f"let events of the {meant} {exclusion.name} in"
                    yield Trap(term.start, term.end, f"the letters `{letters}` in it {does}")


# Terms of events.


def _of_events(query: Query) -> Iterator[Trap]:
    last: Term | None = None
    attributes = 0
    for term in query.terms:
        if term.kind == "gpstime" and last and last.kind == "ifos" and last.end == term.start:
            together = query.text[last.start : term.end]
            yield Trap(
                last.start,
                term.end,
                f"`{together}` is the interferometer and the GPS time {term.written}; "
                f"`hid: {last.written[-2:]}{term.written}` is the id",
            )
        if term.kind == "hid" and re.fullmatch("h[12]", term.written):
            yield Trap(
                term.start,
                term.end,
                f"`{term.written}` in small letters is an id of hardware injections; "
                f"`{term.written.upper()}` is the interferometer",
            )
        if term.kind == "attr":
            attributes += 1
            if attributes == 2:
                yield Trap(
                    term.start,
                    term.end,
                    "comparisons side by side are alternatives; write `&` between them if both "
                    "shall hold",
                )
            if _mixed(term):
                yield Trap(term.start, term.end, _TIGHTER)
        last = term
    kinds = {term.kind for term in query.terms if re.fullmatch("[ghtem]id", term.kind)}
    if len(kinds) > 1:
        yield from _all_of(query, kinds, "ids of different letters must all fit")


def _mixed(term: Term) -> bool:
    """Whether `|` stands beside `&` without parentheses that would show what binds tighter."""
    flat, depth = "", 0
    for sign in re.sub('"[^"]*"', "", term.written):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        flat += sign if not depth else ""
    plain = re.sub(r"\bin\b[^,]*,", "", flat)
    return "|" in plain and ("&" in plain or "," in plain)


def _all_of(query: Query, kinds: set[str], sentence: str) -> Iterator[Trap]:
    found = [term for term in query.terms if term.kind in kinds]
    yield Trap(found[0].start, found[-1].end, sentence)


# Terms of superevents.


def _of_superevents(query: Query) -> Iterator[Trap]:
    last: Term | None = None
    for term in query.terms:
        if (
            term.kind == "t_0"
            and last
            and last.end == term.start
            and last.written.endswith(".")
            and term.written.startswith(".")
        ):
            yield Trap(
                last.start,
                term.end,
                f"`{last.written}{term.written}` is two numbers, {last.written} and "
                f"{term.written}, not a range; put blanks around `..`",
            )
        last = term
        if isinstance(term.node, Leaf) and term.node.field == "current_id":
            yield from _of_wildcard(term, term.node.value)
    for kind, terms in query.by_kind():
        if len({term.sentence for term in terms}) > 1 and kind != "label":
            member = kind == "event"
            must = "must hold for one and the same member" if member else "must all hold"
            yield from _all_of(query, {kind}, f"terms of the kind {kind} {must}")


def _of_wildcard(term: Term, start: str) -> Iterator[Trap]:
    if "GW" not in start:
        yield Trap(
            term.start,
            term.end,
            f"`{term.written}` is compared with the id that a superevent goes by: it does not find "
            "those confirmed, whose ids begin with GW",
        )
    letters = re.search("[A-Za-z]*$", start)
    wrong = str.isupper if "GW" not in start else str.islower
    if letters and any(map(wrong, letters[0])):
        yield Trap(
            term.start,
            term.end,
            f"the letters `{letters[0]}` are compared as they are written, and no id has them so",
        )
