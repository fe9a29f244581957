"""Tags on log entries, and the tags that exist on the server."""

from __future__ import annotations

import re
from dataclasses import replace

from ..documents import Event, Log, Tag
from ..errors import ApiError
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from ..vocabulary import Vocabulary
from . import logs
from .access import Caller, find_event

__all__ = [
    "add",
    "apply",
    "attach",
    "display_name_problem",
    "existing",
    "find",
    "name_problem",
    "of_event",
    "of_log",
    "ordered",
    "remove",
]


def existing(view: View) -> list[Tag]:
    """Give all tags of the server, in the order in which they came to exist."""
    first = [Tag(tag.name, tag.display_name) for tag in view.vocabulary.tags]
    names = {tag.name for tag in first}
    return first + [tag for tag in view.new_tags if tag.name not in names]


def find(view: View, name: str) -> Tag | None:
    """Give the tag of a name, if it exists on the server."""
    tag = view.vocabulary.tag(name)
    if tag is not None:
        return Tag(tag.name, tag.display_name)
    return next((tag for tag in view.new_tags if tag.name == name), None)


def ordered(view: View, names: tuple[str, ...]) -> list[str]:
    """Put the tags of an entry in the order in which they came to exist on the server."""
    if len(names) < 2:
        return list(names)
    rank = {tag.name: place for place, tag in enumerate(existing(view))}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def name_problem(names: Vocabulary, name: str) -> str | None:
    """Say why a tag cannot have a name, None if it can."""
    rules = names.settings
    if not name:
        return "This field cannot be blank."
    if not re.fullmatch(rules.tag_name_regex, name):
        return "Tag names can only include [0-9a-zA-z_-]"
    if len(name) > rules.tag_name_max_length:
        return (
            f"Ensure this value has at most {rules.tag_name_max_length} characters "
            f"(it has {len(name)})."
        )
    return None


def display_name_problem(view: View, name: str, display_name: str | None) -> str | None:
    """Say why a tag cannot be made with a display name, None if it can or is there already."""
    longest = view.vocabulary.settings.tag_display_name_max_length
    if find(view, name) is None and display_name and len(display_name) > longest:
        return f"Ensure this value has at most {longest} characters (it has {len(display_name)})."
    return None


def attach(tx: Transaction, folder: str, log: Log, name: str, display_name: str | None) -> Log:
    """Put a tag on an entry, without any of the rules; make the tag if it is new."""
    if find(tx, name) is None:
        tx.put_tag(Tag(name, display_name))
    tagged = replace(log, tags=(*log.tags, name))
    tx.add_log(folder, tagged)
    return tagged


def apply(
    tx: Transaction,
    caller: Caller,
    folder: str,
    number: int,
    name: str,
    display_name: str | None,
) -> Tag:
    """Put a tag on an entry and say so in the log.

    Raises
    ------
    ApiError
        409 (400 on v2) if the entry has the tag, 400 for a name that cannot be, 403 for an external
        caller who would open somebody else's entry.
    """
    log = tx.logs(folder).get(number)
    if log is None:
        raise ApiError(404, "Log does not exist.")
    if name in log.tags:
        if caller.v2:
            raise ApiError(400, "Tag is already applied to this log message")
        raise ApiError(409, f"Log already has tag {name}")
    _guard(caller, log, name)
    if problem := name_problem(tx.vocabulary, name):
        raise ApiError(400, str({"name": [problem]}))
    if problem := display_name_problem(tx, name, display_name):
        raise ApiError(400, str({"displayName": [problem]}))
    attach(tx, folder, log, name, display_name)
    logs.write(tx, folder, caller.name, f"Tagged message {number}: {name} ")
    return find(tx, name) or Tag(name)


def _guard(caller: Caller, log: Log, name: str) -> None:
    if not caller.internal and name == caller.external_tag and log.issuer != caller.name:
        raise ApiError(403, "You do not have permission to add or remove this tag.", plain=True)


def add(
    store: Store,
    caller: Caller,
    asked: str,
    number: int,
    name: str,
    display_name: str | None,
) -> tuple[Event, Tag]:
    """Put a tag on an entry of an event."""
    with store.transaction(f"PUT events/{asked}/log/{number}/tag/{name}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        logs.entry(tx, event, number)
        return event, apply(tx, caller, event_folder(event.graceid), number, name, display_name)


def remove(store: Store, caller: Caller, asked: str, number: int, name: str) -> None:
    """Take a tag off an entry of an event.

    Notes
    -----
    The real server also forgets a tag that is left without any event log; the fake does not.
    """
    with store.transaction(f"DELETE events/{asked}/log/{number}/tag/{name}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        log = logs.entry(tx, event, number)
        if name not in log.tags:
            raise ApiError(404, "Tag not found.")
        _guard(caller, log, name)
        folder = event_folder(event.graceid)
        tx.add_log(folder, replace(log, tags=tuple(tag for tag in log.tags if tag != name)))
        logs.write(tx, folder, caller.name, f"Removed tag {name} for message {number}. ")


def of_log(view: View, caller: Caller, asked: str, number: int) -> tuple[Event, list[Tag]]:
    """Give the tags of an entry that may be read, in the order in which they came to exist."""
    event, log = logs.one(view, caller, asked, number)
    names = ordered(view, log.tags)
    return event, [find(view, name) or Tag(name) for name in names]


def of_event(view: View, caller: Caller, asked: str) -> tuple[Event, list[Tag]]:
    """Give the distinct tags of an event's log: the blessed ones first, in their own order."""
    event, entries = logs.listing(view, caller, asked)
    found = {name for log in entries for name in log.tags}
    blessed = [name for name in view.vocabulary.blessed if name in found]
    others = [tag.name for tag in existing(view) if tag.name in found and tag.name not in blessed]
    return event, [find(view, name) or Tag(name) for name in (*blessed, *others)]
