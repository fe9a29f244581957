"""The history of an object, or of a whole store, as its journal tells it: exact to the byte."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..alerts import Alert, Follower
from ..documents import Event, Superevent
from ..store import Store, View
from ..store.layout import event_folder, logs_of, superevent_folder

__all__ = ["complete", "entries", "names_of", "sent"]

_ALL = 1 << 62  # alerts


def sent(store: Store) -> list[Alert]:
    """Give all alerts that the journal knows of."""
    return Follower(store, 0).read(_ALL)


def complete(alerts: Sequence[Alert]) -> bool:
    """Whether the alerts of an object go back to its creation."""
    return bool(alerts) and alerts[0].alert_type == "new"


def names_of(about: Event | Superevent) -> Collection[str]:
    """Give the ids under which alerts tell of an object."""
    if isinstance(about, Event):
        return {about.graceid}
    return {name for name in (about.superevent_id, about.id, about.gw_id) if name}


def entries(store: Store, about: Event | Superevent) -> dict[int, int]:
    """Give the numbers of the commits that wrote the log entries of an object, by their numbers."""
    if isinstance(about, Event):
        folder = event_folder(about.graceid)
    else:
        folder = superevent_folder(about.superevent_id)

    def look(view: View) -> dict[int, int]:
        path = logs_of(folder)
        written: dict[int, int] = {}
        for commit in view.commits(0):
            if path in commit.documents:
                written.clear()  # the log begins anew
            for line in commit.lines.get(path, ()):
                written.setdefault(line["N"], commit.n)
        return written

    return store.read(look)
