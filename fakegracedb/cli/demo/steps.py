"""The steps of the demo in their order: what is done, read back, and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ... import FakeGraceDb, Store
from ..output import CommandError, counted
from . import views
from .candidate import CandidateSteps
from .comparisons import Comparisons
from .event import EventSteps
from .source import Source

__all__ = ["play"]


def play(
    path: Path, first: Source, second: Source, tell: Callable[[str], object]
) -> dict[str, Any]:
    """Do all of it.

    Parameters
    ----------
    path : Path
        The folder.
    first, second : Source
        The event file, and its replacement.
    tell : callable
        Takes the story, a step at a time.

    Returns
    -------
    dict
        The facts, as JSON has them.

    Raises
    ------
    CommandError
        If something read back is not what must be there.
    """
    store = Store(path)
    with store.transaction("demo") as transaction:  # the store is made, or refused, before a word
        before = sum(1 for _ in transaction.graceids())
        there = list(transaction.superevent_ids())
    with FakeGraceDb(store=store) as client:
        state = f"which holds {counted(before, 'event')}" if before else "new"
        tell(
            f"1. The store is {path}, {state}.\n"
            f"   It answers ligo-gracedb's client as server {client.server_version} does."
        )
        try:
            return _play(client, there, first, second, tell)
        except CommandError as difference:
            raise CommandError(f"{difference} (the store is kept in {path})") from None


def _play(
    client: FakeGraceDb,
    there: list[str],
    first: Source,
    second: Source,
    tell: Callable[[str], object],
) -> dict[str, Any]:
    """Take the steps after the first, beside superevents that are there."""
    comparisons = Comparisons()
    event = EventSteps(client, comparisons, tell)
    before = event.upload(first)
    event.write_log(first)
    event.label()
    after = event.replace(second, before)
    candidate = CandidateSteps(client, comparisons, tell)
    candidate.create(after, event.must, there)
    candidate.annotate(second)
    candidate.sign_off()
    candidate.announce(after)
    candidate.expose()
    read, facts = event.read_back(second)
    of_event = f"{event.must.name}: {read}"
    read, seen = views.of_member(client, candidate.must, facts["event"], comparisons)
    tell(
        "11. All of it is read back and compared with what must be there.\n"
        f"   {of_event};\n"
        f"   {candidate.must.name}: {read}."
    )
    read, public = views.of_public(client, candidate.must, facts["event"], comparisons)
    tell(
        f"12. And once more without credentials: {candidate.must.name} with {read};\n"
        f"   what is not tagged public is not there, and {event.must.name} is closed.\n"
        f"   {comparisons.count} comparisons, no difference."
    )
    return {
        "path": str(client.store.path),
        "server_version": client.server_version,
        "graceid": event.must.name,
        "superevent_id": candidate.must.name,
        "uploads": [
            {"path": str(source.path), "bytes": len(source.content)} for source in (first, second)
        ],
        "gpstime": {"before": before, "after": after["gpstime"]},
        **facts,
        "candidate": seen,
        "public": public,
        "comparisons": comparisons.count,
    }
