"""The verb ``ls``: events and superevents, all or those that a query finds."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from ...errors import QueryError
from ...query import explanation, is_structured
from ...query.terms import Language
from ...service.superevents.search import SORTS
from ..arguments import opened_store
from ..output import CommandError, counted, say, say_json
from ..progress import Progress
from ..tables import table_text, width
from .numbers import GPS_UTC, column_time
from .reading import Reader

__all__ = ["ls"]

_KINDS: tuple[Language, ...] = ("superevents", "events")


def ls(arguments: argparse.Namespace) -> int:
    """List events and superevents."""
    reader = Reader(opened_store(arguments))
    kinds, refused, traps = _kinds(reader, arguments)
    if kinds == ["superevents"]:
        _check_order(arguments.sort)
    listed: dict[Language, dict[str, Any]] = {}
    for kind in kinds:
        with Progress(f"reading {kind}") as progress:
            query = arguments.query or ""
            total, rows = reader.all(kind, query, arguments.sort, arguments.limit, progress.at)
        listed[kind] = {"total": total, kind: rows}
    if arguments.json:
        facts = {kind: data[kind] for kind, data in listed.items()}
        totals = {kind: data["total"] for kind, data in listed.items()}
        say_json({**facts, "total": totals, "refused": refused, "beware": traps})
        return 0
    parts = []
    for kind, data in listed.items():
        rows, total = data[kind], data["total"]
        title = counted(total, kind.removesuffix("s"))
        if len(rows) < total:
            title += f", {len(rows)} of them shown"
        table = _event_table if kind == "events" else _superevent_table
        parts.append(f"{title}\n{table(rows)}" if rows else title)
    parts += [f"{kind} are left out: {reason}" for kind, reason in refused.items()]
    if struck := [f"- {kind}: {text}" for kind, texts in traps.items() for text in texts]:
        parts.append("\n".join(["Beware:", *struck]))
    say("\n\n".join(parts))
    return 0


def _check_order(sort: str) -> None:
    """Refuse an order of superevents that the server would pass over."""
    for name in filter(None, (one.strip().lstrip("-") for one in sort.split(","))):
        if name not in SORTS:
            raise CommandError(
                f"superevents cannot be sorted by {name!r}; they can by {', '.join(SORTS)}"
            )


def _kinds(
    reader: Reader, arguments: argparse.Namespace
) -> tuple[list[Language], dict[str, str], dict[str, list[str]]]:
    """Give the kinds in whose language the query is one, why the other's is not, and its traps.

    Raises
    ------
    CommandError
        If it is none in either, or in that which was asked for.
    """
    wanted: tuple[Language, ...] = _KINDS if arguments.kind is None else (arguments.kind,)
    text = arguments.query
    if not text:
        return list(wanted), {}, {}
    if is_structured(text):
        return *_structured(reader, wanted, text), {}
    kinds: list[Language] = []
    refused: dict[str, str] = {}
    traps: dict[str, list[str]] = {}
    for kind in wanted:
        found = explanation(text, kind, reader.store.vocabulary)
        if isinstance(found.error, QueryError):
            refused[kind] = _reason(found.error, kind)
            continue
        kinds.append(kind)
        if found.query is not None and found.query.traps:
            traps[kind] = [trap.sentence for trap in found.query.traps]
    if not kinds:
        raise CommandError(f"{text!r} is {' and '.join(refused.values())}; {_ADVICE}")
    return kinds, refused, traps


_ADVICE = "`fakegracedb explain` shows how a query is read"


def _reason(error: QueryError, kind: str) -> str:
    return f"no query of {kind} ({error.reason}, at character {error.position + 1})"


def _structured(
    reader: Reader, wanted: Iterable[Language], text: str
) -> tuple[list[Language], dict[str, str]]:
    """As `_kinds`; the fields of a structured query tell of which kind it is."""
    kinds: list[Language] = []
    refused: dict[str, str] = {}
    for kind in wanted:
        try:
            reader.page(kind, text, "", 0, 1)
        except CommandError as error:
            refused[kind] = f"no structured query of {kind} ({error})"
        else:
            kinds.append(kind)
    if not kinds:
        raise CommandError(" and ".join(refused.values()))
    return kinds, refused


def _event_table(rows: list[dict[str, Any]]) -> str:
    head = ("event", "group, pipeline, search", GPS_UTC, "far [Hz]", "superevent", "labels")
    cells = [
        (
            row["graceid"],
            " ".join(filter(None, (row["group"], row["pipeline"], row["search"]))),
            column_time(row["gpstime"]),
            _number(row["far"]),
            row["superevent"] or "",
            " ".join(row["labels"]),
        )
        for row in rows
    ]
    return table_text(head, cells, width())


def _superevent_table(rows: list[dict[str, Any]]) -> str:
    head = ("superevent", "category", "preferred", GPS_UTC, "far [Hz]", "labels")
    cells = [
        (
            " ".join(filter(None, (row["superevent_id"], row["gw_id"]))),
            row["category"],
            row["preferred_event"],
            column_time(row["t_0"]),
            _number(row["far"]),
            " ".join(row["labels"]),
        )
        for row in rows
    ]
    return table_text(head, cells, width())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
