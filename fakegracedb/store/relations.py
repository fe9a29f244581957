"""How the objects of a store belong to each other: events, superevents and catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..documents import Catalog, Superevent
from . import layout

__all__ = ["disagreements"]


def disagreements(
    objects: Mapping[str, Mapping[str, Any]], catalogs: Iterable[Catalog]
) -> Iterator[tuple[str, str]]:
    """Find what does not fit together.

    Parameters
    ----------
    objects : mapping
        By folder, what is in the files of the events and superevents by their names; ``damaged`` if
        one of them cannot be read: nothing is told then.
    catalogs : iterable of Catalog
        Every version of each.

    Returns
    -------
    iterator of tuple of str
        Place in the store, and what is wrong there.
    """
    events: dict[str, dict[str, Any]] = {}
    superevents: dict[str, Superevent] = {}
    for folder, parts in objects.items():
        if "damaged" in parts:
            return
        if "event.json" in parts:
            events[folder.rpartition("/")[2]] = parts["event.json"]
        elif "superevent.json" in parts:
            superevents[folder] = Superevent.from_json(parts["superevent.json"])
    yield from _memberships(events, superevents)
    yield from _listings(catalogs, events, {one.superevent_id: one for one in superevents.values()})


def _memberships(
    events: Mapping[str, Mapping[str, Any]], superevents: Mapping[str, Superevent]
) -> Iterator[tuple[str, str]]:
    """Hold events and superevents against each other."""
    owners: dict[str, str] = {}
    gw_ids: dict[str, str] = {}
    for folder, superevent in superevents.items():
        path = layout.main_document(folder)
        members = superevent.events
        if superevent.preferred_event not in members:
            yield (path, f"its preferred event {superevent.preferred_event} is no member")
        for pipeline, graceid in superevent.pipeline_preferred.items():
            if graceid not in members:
                yield (path, f"the preferred event {graceid} of {pipeline} is no member")
        for graceid in members:
            if graceid not in events:
                if superevent.partial:
                    continue
                yield (path, f"its event {graceid} is missing")
            elif graceid in owners:
                yield (path, f"its event {graceid} is a member of {owners[graceid]} too")
            elif (said := events[graceid].get("superevent")) != superevent.id:
                yield (path, f"its event {graceid} names {said or 'no superevent'}")
            owners[graceid] = superevent.id
        if superevent.gw_id is not None:
            if superevent.gw_id in gw_ids:
                yield (path, f"{gw_ids[superevent.gw_id]} has its gw_id too")
            gw_ids[superevent.gw_id] = superevent.superevent_id
    for graceid, event in events.items():
        named = event.get("superevent")
        if named is not None and graceid not in owners and not event.get("partial"):
            path = layout.event_document(graceid)
            yield (path, f"names the superevent {named}, which does not have it")


def _listings(
    catalogs: Iterable[Catalog],
    events: Mapping[str, Mapping[str, Any]],
    superevents: Mapping[str, Superevent],
) -> Iterator[tuple[str, str]]:
    """Hold catalogs against superevents and events, which may have parted since."""
    versions: set[tuple[str, int]] = set()
    for catalog in catalogs:
        named = f"catalog {catalog.number}, version {catalog.version}"
        if (catalog.number, catalog.version) in versions:
            yield (layout.CATALOGS, f"{named}, is there twice")
        versions.add((catalog.number, catalog.version))
        for entry in catalog.entries:
            superevent = superevents.get(entry.superevent)
            if superevent is None:
                yield (layout.CATALOGS, f"{named}: its superevent {entry.superevent} is missing")
            elif not superevent.partial:
                for graceid in entry.pipelines.values():
                    if graceid not in events:
                        yield (layout.CATALOGS, f"{named}: its event {graceid} is missing")
