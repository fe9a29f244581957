"""What is in a store, read document by document, as the evaluation by looking takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plain_evaluation import Json, Population

from fakegracedb.documents import Event, Superevent
from fakegracedb.documents.attributes import TABLES
from fakegracedb.documents.users import person
from fakegracedb.store import Store, View

CATEGORIES = {"P": "Production", "T": "Test", "M": "MDC"}
_PLAIN = (
    *("graceid", "group", "pipeline", "search", "gpstime", "far", "instruments", "nevents"),
    *("likelihood", "created", "submitter", "superevent", "offline", "replay_id"),
)
_PLAIN_OF_SUPEREVENTS = (
    *("t_start", "t_0", "t_end", "preferred_event", "created", "submitter", "is_gw", "gw_id"),
    *("gw_number", "serial", "em_type", "time_coinc_far", "space_coinc_far"),
)


def population(store: Store) -> Population:
    """Give all that is there, but for events that are only reserved."""
    return store.read(population_in)


def population_in(view: View) -> Population:
    """Give all that a view has, but for events that are only reserved."""
    events = [one for one in map(view.event, view.graceids()) if one is not None]
    superevents = [one for one in map(view.superevent, view.superevent_ids()) if one is not None]
    names = {one.submitter for one in (*events, *superevents)}
    users = {name: view.users.get(name) or person(name) for name in names}
    return Population(
        [_event(one) for one in events if not one.reserved],
        [_superevent(one) for one in superevents],
        {name: {"last_name": user.last_name} for name, user in users.items()},
    )


def _viewers(permissions: Mapping[str, list[str]]) -> set[str]:
    return {group for group, rights in permissions.items() if "view" in rights}


def _event(event: Event) -> Json:
    return {
        **{name: getattr(event, name) for name in _PLAIN},
        "labels": [label.name for label in event.labels],
        "extra_attributes": {
            member: [_row(member, row) for row in found]
            if TABLES[member].many
            else _row(member, found)
            for member, found in event.extra_attributes.items()
        },
        "viewers": _viewers(event.permissions),
    }


def _row(member: str, stored: Mapping[str, Any]) -> Json:
    """Give a row with the texts that stand for nothing; a number that is none is null."""
    texts = {one.name: one.default for one in TABLES[member].fields if one.default is not None}
    known = {key: value for key, value in stored.items() if value == value or key in texts}
    return {**texts, **known}


def _superevent(one: Superevent) -> Json:
    viewers = _viewers(one.permissions)
    return {
        **{name: getattr(one, name) for name in _PLAIN_OF_SUPEREVENTS},
        "superevent_id": one.id,
        "default_superevent_id": one.superevent_id,
        "category": CATEGORIES[one.category],
        "gw_events": list(one.gw_events),
        "em_events": list(one.em_events),
        "labels": [label.name for label in one.labels],
        "is_exposed": "public_users" in viewers,
        "viewers": viewers,
    }
