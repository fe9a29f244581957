"""The population and the cases of ``query-cases.json``, and what a text finds in it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from plain_evaluation import Population, event_ids, superevent_ids

from fakegracedb import QueryError
from fakegracedb.clock import parse_time
from fakegracedb.query import Query, parse_event_text, parse_superevent_text
from fakegracedb.query.trees import EVERYTHING, And, Leaf, Node, Not, Or, SupereventId
from fakegracedb.vocabulary import DEFAULT, Vocabulary

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "query-cases.json").read_text()
)
NOW: datetime = parse_time(CASES["now"])
NAMES: Vocabulary = DEFAULT.overridden(CASES["vocabulary"])
POPULATION = Population(CASES["events"], CASES["superevents"], CASES["users"])


def events(text: str, names: Vocabulary = NAMES, population: Population = POPULATION) -> set[str]:
    """Give the graceids that a text finds; each must be found once."""
    node = parse_event_text(text, names).node if text else EVERYTHING
    found = event_ids(node, population, NOW)
    assert len(found) == len(set(found))
    return set(found)


def superevents(
    text: str, names: Vocabulary = NAMES, population: Population = POPULATION
) -> set[str]:
    """Give the ids of the superevents that a text finds; each must be found once."""
    node = parse_superevent_text(text, names).node if text else EVERYTHING
    found = superevent_ids(node, population, NOW)
    assert len(found) == len(set(found))
    return set(found)


def asked(text: str, names: Vocabulary = NAMES) -> str:
    """Give what a text asks of events, without what is left out by default, as a formula."""
    return _asked(parse_event_text(text, names))


def asked_of_superevents(text: str, names: Vocabulary = NAMES) -> str:
    """Give what a text asks of superevents, without what is left out by default, as a formula."""
    return _asked(parse_superevent_text(text, names))


def left_out(query: Query) -> list[str]:
    """Give what is left out by default."""
    return [one.name for one in query.exclusions if not one.lifted]


def refusal(text: str, names: Vocabulary = NAMES) -> QueryError:
    """Give the error of a query of events, which there must be."""
    try:
        raise AssertionError(parse_event_text(text, names))
    except QueryError as error:
        return error


def superevent_refusal(text: str, names: Vocabulary = NAMES) -> QueryError:
    """Give the error of a query of superevents, which there must be."""
    try:
        raise AssertionError(parse_superevent_text(text, names))
    except QueryError as error:
        return error


def _asked(query: Query) -> str:
    default = [one.node for one in query.exclusions if not one.lifted]
    children = query.node.children if isinstance(query.node, And) and default else (query.node,)
    return " & ".join(formula(child) for child in children if child not in default)


def formula(node: Node) -> str:
    """Write a tree as a formula."""
    match node:
        case Leaf(field, op, value):
            return f"{field} {op} {_written(value)}"
        case Not(child):
            return f"~{formula(child)}"
        case And(children):
            return f"({' & '.join(map(formula, children))})"
        case Or(children):
            return f"({' | '.join(map(formula, children))})"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, SupereventId):
        return f"{value.category} {value.date} {value.number}{' GW' if value.gw else ''}"
    return str(value)
