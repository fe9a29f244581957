"""Tags on the log entries of a superevent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...documents import Log, Superevent, Tag
from ...errors import ApiError
from ...store import Store, Transaction, View
from ...store.layout import superevent_folder
from .. import logs, tags
from ..access import Caller
from . import access
from .access import Right, find_superevent, may_read

__all__ = ["add", "apply", "entry", "of_log", "remove", "require"]

_KEEPERS = frozenset({"executives", "access_managers"})


def require(view: View, caller: Caller, superevent: Superevent, names: Iterable[str]) -> None:
    """Refuse a caller who may not put these tags on an entry, or take them off.

    Raises
    ------
    ApiError
        403.
    """
    settings = view.vocabulary.settings
    opening = {
        settings.external_access_tag: "LV-EM partners",
        settings.public_access_tag: "the public",
    }
    for name in names:
        right = access.TAG
        if name in opening:
            right = Right(
                f"You are not allowed to expose superevent log messages to {opening[name]} by "
                f"applying the '{name}' tag.",
                _KEEPERS,
            )
        access.require(caller, right, superevent, superevent.category)


def apply(
    tx: Transaction, caller: Caller, folder: str, number: int, name: str, display_name: str | None
) -> Log:
    """Put a tag on an entry and say so in the log; what opens it to all opens it to partners too.

    One that is there already changes nothing.
    """
    settings = tx.vocabulary.settings
    log = tx.logs(folder).get(number)
    assert log is not None
    wanted = [(name, display_name)]
    if name == settings.public_access_tag:
        wanted.insert(0, (settings.external_access_tag, None))
    for one, shown in wanted:
        if one not in log.tags:
            log = tags.attach(tx, folder, log, one, shown)
            logs.write(tx, folder, caller.name, f"Tagged message {number}: {one}.")
    return log


def entry(view: View, caller: Caller, superevent: Superevent, number: int) -> Log:
    """Give an entry of the log of a superevent.

    Raises
    ------
    ApiError
        404 if there is none of that number that the caller may read.
    """
    log = view.logs(superevent_folder(superevent.superevent_id)).get(number)
    if log is None or not may_read(view, caller, log):
        raise ApiError(404, {"detail": "Not found."})
    return log


def add(
    store: Store, caller: Caller, asked: str, number: int, name: str, display_name: str | None
) -> Tag:
    """Put a tag on an entry of the log of a superevent; give the tag.

    Raises
    ------
    ApiError
        400 for one that is there or cannot be, beside what `require` and `entry` raise.
    """
    with store.transaction(f"POST superevents/{asked}/logs/{number}/tags/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked)
        log = entry(tx, caller, superevent, number)
        require(tx, caller, superevent, [name])
        if name in log.tags:
            raise ApiError(400, "Tag is already applied to this log message")
        problem = tags.name_problem(tx.vocabulary, name)
        if problem := problem or tags.display_name_problem(tx, name, display_name):
            raise ApiError(400, problem)
        folder = superevent_folder(superevent.superevent_id)
        apply(tx, caller, folder, number, name, display_name)
        return tags.find(tx, name) or Tag(name)


def remove(store: Store, caller: Caller, asked: str, number: int, name: str) -> None:
    """Take a tag off an entry of the log of a superevent.

    Raises
    ------
    ApiError
        404 for one that is not there, beside what `require` and `entry` raise.
    """
    call = f"DELETE superevents/{asked}/logs/{number}/tags/{name}/"
    with store.transaction(call, caller.name) as tx:
        superevent = find_superevent(tx, caller, asked)
        log = entry(tx, caller, superevent, number)
        require(tx, caller, superevent, [name])
        if name not in log.tags:
            raise ApiError(404, {"detail": "Not found."})
        folder = superevent_folder(superevent.superevent_id)
        tx.add_log(folder, replace(log, tags=tuple(tag for tag in log.tags if tag != name)))
        logs.write(tx, folder, caller.name, f"Removed tag {name} from message {number}.")


def of_log(view: View, caller: Caller, asked: str, number: int) -> list[Tag]:
    """Give the tags of an entry, by name."""
    log = entry(view, caller, find_superevent(view, caller, asked), number)
    return [tags.find(view, name) or Tag(name) for name in sorted(log.tags)]
