"""A store with superevents, what its index says, and edits of it by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scenes
from index_contents import columns
from scenes import ADA

from fakegracedb.documents import Catalog, Notice
from fakegracedb.documents.catalogs import CatalogEntry
from fakegracedb.service.superevents import candidates, members
from fakegracedb.store import Store
from fakegracedb.store.layout import pretty_text, superevent_folder

A, B = "TS260301a", "TS260301b"
ONE, OTHER = (f"superevents/{name}/superevent.json" for name in (A, B))


def filled(path: Path) -> Store:
    """TS260301a of T0001 and T0002, TS260301b (TGW260301A) of T0003; T0004 and T0005 are free."""
    store = Store(path)
    store.clock.set("2026-03-01 17:00:00")
    for _ in range(5):
        scenes.create(store, files=0)
    scenes.superevent(store, "T0001", "T0002", labels=("INJ",))
    members.prefer(store, ADA, A, "T0002")
    scenes.superevent(store, "T0003")
    candidates.confirm(store, ADA, B, None)
    with store.transaction("the rest", "ada") as tx:
        folder = superevent_folder(A)
        notice = tx.write_file(folder, "notice.json", b"{}")
        tx.add_notice(folder, Notice(1, "PR", tx.timestamp(), "ada", notice.name, 0))
        entry = CatalogEntry(A, {"gstlal": "T0001"}, far=1e-9, pastro={"BNS": 1.0})
        tx.add_catalog(Catalog(1, "4a", 1, tx.timestamp(), "ada", "first", (entry,)))
    return store


def answers(store: Store) -> dict[str, Any]:
    """What the index says."""

    def found(view: Any) -> dict[str, Any]:
        index = store.index
        names = ("TGW260301A", "TGW260301B", "GW260301A", "mine", A, "")
        with index.tables(view) as tables:
            events = columns(tables.events, tables.events.graceid)
            superevents = columns(tables.superevents, tables.superevents.ids.__getitem__)
        return {
            "events": events,
            "superevents": superevents,
            "named": {name: index.with_gw_id(view, name) for name in names},
            "last": {
                (category, which): index.last_number(view, category, "260301", which)
                for category in "TPM"
                for which in ("number", "gw_number")
            },
        }

    return store.read(found)


def go_on(store: Store, *expected: str) -> None:
    """Create and confirm a superevent; hold its ids against those expected."""
    new = scenes.superevent(store, scenes.create(store, files=0))
    confirmed = candidates.confirm(store, ADA, new, None).superevent
    assert (confirmed.superevent_id, confirmed.gw_id) == expected
    assert store.read(lambda view: view.find_superevent(expected[1])) == confirmed
    assert store.read(scenes.one_sided) == []
    assert store.check() == []


def edit(path: str, **changes: Any) -> Callable[[Path], None]:
    """Give what changes members of a document by hand; `...` takes one away."""

    def edited(folder: Path) -> None:
        data = json.loads((folder / path).read_bytes())
        for key, value in changes.items():
            if value is ...:
                del data[key]
            else:
                data[key] = value
        (folder / path).write_bytes(pretty_text(data))

    return edited


def event(number: int) -> str:
    return f"events/T000{number}/event.json"
