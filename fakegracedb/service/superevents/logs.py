"""The log of a superevent: entries written by users; the server's own are written by `..logs`."""

from __future__ import annotations

from ...documents import Log, Superevent
from ...errors import ApiError
from ...store import Store, View
from ...store.layout import superevent_folder
from .. import files, logs
from .. import tags as event_tags
from ..access import Caller
from ..alerts import tell
from ..logs import NewLog
from . import access, labels, tags
from .access import find_superevent, may_read

__all__ = ["create", "listing", "one"]


def create(store: Store, caller: Caller, asked: str, new: NewLog) -> Log:
    """Write a user's entry, with its file, tags and label: all of it or nothing.

    Raises
    ------
    ApiError
        400 for what cannot be, 403 without the rights.

    Notes
    -----
    As on the server, every tag is told by a further entry, and so is the label.
    """
    with store.transaction(f"POST superevents/{asked}/logs/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ANNOTATE)
        tags.require(tx, caller, superevent, new.tags)
        _check(tx, caller, superevent, new)
        assert new.comment is not None
        folder = superevent_folder(superevent.superevent_id)
        version = files.stored_version(tx, folder, new.filename, new.content)
        log = logs.write(tx, folder, caller.name, new.comment, new.filename, version)
        named = new.display_names or (None,) * len(new.tags)
        for name, display_name in zip(new.tags, named, strict=True):
            tags.apply(tx, caller, folder, log.N, name, display_name)
        if not caller.internal:  # nobody outside could read it otherwise
            tags.apply(tx, caller, folder, log.N, caller.external_tag, None)
        tell(tx, caller, "log", superevent, log.N)
        if new.label is not None:
            labels.apply(tx, caller, superevent, new.label)
        found = tx.logs(folder).get(log.N)
        assert found is not None
        return found


def _check(view: View, caller: Caller, superevent: Superevent, new: NewLog) -> None:
    """Refuse what does not fit together, the first fault only."""
    if new.display_names and len(new.display_names) != len(new.tags):
        raise ApiError(
            400,
            "There should either be as many display names as tags, or there should be no "
            "display names",
        )
    if new.label is not None:
        if view.vocabulary.label(new.label) is None:
            raise ApiError(400, f"The label '{new.label}' is not found in the database.")
        access.require(caller, access.ADD_LABELS, superevent, superevent.category)
        labels.check(view, superevent, new.label)
    problem = files.COMMA if "," in new.filename else logs.name_problem(new.filename)
    if problem is not None:
        raise ApiError(400, str({"filename": [problem]}))
    named = new.display_names or (None,) * len(new.tags)
    for name, display_name in zip(new.tags, named, strict=True):
        if problem := event_tags.name_problem(view.vocabulary, name):
            raise ApiError(400, str({"name": [problem]}))
        if problem := event_tags.display_name_problem(view, name, display_name):
            raise ApiError(400, str({"displayName": [problem]}))


def listing(view: View, caller: Caller, asked: str) -> tuple[Superevent, list[Log]]:
    """Give the entries that the caller may read, by number."""
    superevent = find_superevent(view, caller, asked)
    entries = view.logs(superevent_folder(superevent.superevent_id))
    found = [log for log in entries if may_read(view, caller, log)]
    return superevent, sorted(found, key=lambda log: log.N)


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Superevent, Log]:
    """Give an entry; 404 if there is none of that number that the caller may read."""
    superevent = find_superevent(view, caller, asked)
    return superevent, tags.entry(view, caller, superevent, number)
