"""What the tests of the store do to a store, and how they look at all of it."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from index_contents import fresh as fresh

from fakegracedb.documents import Event, Label, Log, User
from fakegracedb.documents.events import INSIDERS
from fakegracedb.service.access import Caller
from fakegracedb.service.superevents import candidates
from fakegracedb.service.superevents.candidates import NewSuperevent
from fakegracedb.store import Store, Transaction, View
from fakegracedb.store.index.bits import listed
from fakegracedb.store.layout import (
    EVENTS,
    NUMBERED,
    OF_OBJECT,
    SUPEREVENTS,
    event_folder,
)

ADA = Caller(
    User("ada", ("internal_users", "superevent_managers", "access_managers")),
    v2=True,
    external_tag="lvem",
)
# What the service gives a new event: it is closed to nobody inside.
RIGHTS = {group: ["view", "change"] for group in INSIDERS}
T_0 = "1456419850.25"  # on 2026-03-01


def quick_folder() -> str | None:
    """A folder in memory, where there is one: thousands of small files take long on a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="store-tests-", dir=quick_folder()))


def create_in(tx: Transaction, files: int = 3, text: str = "made", **fields: Any) -> Event:
    number = tx.new_number()
    event = Event(
        graceid=f"T{number:04d}",
        submitter="ada",
        created=tx.timestamp(),
        group="Test",
        pipeline="gstlal",
        **{"permissions": RIGHTS, **fields},
    )
    tx.put_event(event)
    for count in range(files):
        log_in(tx, event.graceid, f"{text} {count}", f"file{count}.txt")
    return event


def log_in(
    tx: Transaction, graceid: str, comment: str, name: str = "", content: bytes | None = None
) -> Log:
    folder = event_folder(graceid)
    version = None
    if name:
        content = f"{comment} of {graceid}".encode() if content is None else content
        version = tx.write_file(folder, name, content).version
    log = Log(
        N=tx.logs(folder).highest + 1,
        comment=comment,
        created=tx.timestamp(),
        issuer="ada",
        filename=name,
        file_version=version,
    )
    tx.add_log(folder, log)
    return log


def label_in(tx: Transaction, graceid: str, name: str) -> None:
    event = tx.event(graceid)
    assert event is not None
    label = Label(name=name, creator="ada", created=tx.timestamp())
    tx.put_event(replace(event, labels=(*event.labels, label)))
    log_in(tx, graceid, f"labelled {name}")


def create(store: Store, files: int = 3, **fields: Any) -> str:
    with store.transaction("create", "ada") as tx:
        return create_in(tx, files, **fields).graceid


def log(store: Store, graceid: str, comment: str, name: str = "", **rest: Any) -> Log:
    with store.transaction("log", "ada") as tx:
        return log_in(tx, graceid, comment, name, **rest)


def label(store: Store, graceid: str, name: str) -> None:
    with store.transaction("label", "ada") as tx:
        label_in(tx, graceid, name)


def superevent(
    store: Store, preferred: str, *events: str, t_0: str = T_0, labels: tuple[str, ...] = ()
) -> str:
    """Create a test superevent, as a user does."""
    time = Decimal(t_0)
    new = NewSuperevent("T", time, time, time, preferred, events, labels)
    return candidates.create(store, ADA, new).superevent.superevent_id


def _object_in(view: View, folder: str, document: Any) -> tuple[Any, ...]:
    contents = {}
    for file in view.files(folder):
        stream, length = view.open_file(folder, file)
        with stream:
            data = stream.read()
        assert len(data) == length == file.size
        contents[file.key] = data
    log, *others = NUMBERED
    return (
        document.to_json(),
        [entry.to_json() for entry in view.series(f"{folder}/{log}")],
        contents,
        {
            name: [entry.to_json() for entry in view.series(f"{folder}/{name}")]
            for name in others
            if name in OF_OBJECT[folder.partition("/")[0]]
        },
    )


def everything_in(view: View) -> dict[str, Any]:
    """All that a reader can see, in a form that can be compared."""
    objects, superevents = (
        {
            name: _object_in(view, f"{kind}/{name}", document)
            for name in sorted(names)
            if (document := get(name)) is not None
        }
        for kind, names, get in (
            (EVENTS, view.graceids(), view.event),
            (SUPEREVENTS, view.superevent_ids(), view.superevent),
        )
    )
    newest = view.newest()
    settings = view.settings.to_json()
    del settings["created"]  # by the clock on the wall
    return {
        "objects": objects,
        "superevents": superevents,
        "catalogs": [catalog.to_json() for catalog in view.catalogs()],
        "settings": settings,
        "vocabulary": view.vocabulary,
        "users": {name: user.to_json() for name, user in view.users.items()},
        "tags": [tag.to_json() for tag in view.new_tags],
        "counters": dict(view.counters),
        "newest": None if newest is None else [event.graceid for event in newest],
    }


def everything(store: Store) -> dict[str, Any]:
    found = store.read(everything_in)

    def indexed(view: View) -> dict[str, Any]:
        with store.index.tables(view) as tables:
            events, superevents = tables.events, tables.superevents
            return {
                "rows": sorted(map(events.graceid, events.slots.values())),
                "superevent rows": sorted(
                    (name, superevents.current_id(slot)) for name, slot in superevents.slots.items()
                ),
            }

    return {**found, **store.read(indexed)}


def one_sided(view: View) -> list[str]:
    """What must never be: events and superevents that tell differently of each other."""
    events = filter(None, map(view.event, view.graceids()))
    superevents = list(filter(None, map(view.superevent, view.superevent_ids())))
    wrong: list[str] = []
    named = {(event.superevent, event.graceid) for event in events if event.superevent is not None}
    members = Counter((one.id, graceid) for one in superevents for graceid in one.events)
    wrong += [f"{one} is said by one side only" for one in named ^ members.keys()]
    wrong += [f"{one} is said {n} times" for one, n in members.items() if n > 1]
    owners = Counter(graceid for _, graceid in members)
    wrong += [f"{graceid} is in {n} superevents" for graceid, n in owners.items() if n > 1]
    for one in superevents:
        chosen = {one.preferred_event, *one.pipeline_preferred.values()}
        wrong += [
            f"{graceid} is no member of {one.id}" for graceid in chosen.difference(one.events)
        ]
    ids = Counter(one.gw_id for one in superevents if one.gw_id is not None)
    wrong += [f"{gw_id} was given {n} times" for gw_id, n in ids.items() if n > 1]
    return wrong


def tree(path: Path) -> dict[str, bytes]:
    """The files of a folder, as bytes; the lock is nobody's content."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def indexed(store: Store) -> list[str]:
    """The graceids in the index."""

    def found(view: View) -> list[str]:
        with store.index.tables(view) as tables:
            return [tables.events.graceid(slot) for slot in listed(tables.events.all.bits)]

    return store.read(found)


def indexed_superevents(store: Store) -> list[str]:
    """The default ids in the index."""

    def found(view: View) -> list[str]:
        with store.index.tables(view) as tables:
            return [tables.superevents.ids[slot] for slot in listed(tables.superevents.all.bits)]

    return store.read(found)
