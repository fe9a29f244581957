"""Whole stores: copies, snapshots, and putting a snapshot in a store's place.

A restore makes the new content ready in a folder beside the old. One line of a new journal commits
it: from then on readers look there first, while the folders change places one by one. The journal
that comes with the new content goes last.
"""

from __future__ import annotations

from typing import Any

from ..documents import Settings
from ..errors import StoreError
from . import care, contents, delivery, disk, inspection, layout
from .commits import Commit
from .core import Core
from .state import State
from .survey import base_text, counted

__all__ = ["copy", "finish", "reset", "restore"]

_OLD = ".old"
_EMPTY: dict[str, dict[str, Any]] = {
    layout.SETTINGS: Settings().to_json(),
    layout.VOCABULARY: {},
    layout.USERS: {"users": []},
    layout.TAGS: {"tags": []},
}
_TRIES = 3  # to copy a store that cannot be locked before somebody changes it


def copy(core: Core, target: str, *, journal: bool, links: bool) -> None:
    """Copy a store into a directory that is missing or empty."""
    if not core.exists():
        raise StoreError(f"there is no store in {core.path} to copy")
    refuse_target(core, target)
    taken = _taken(core, target, links=links)
    delivery.finish(taken)
    if not journal:
        care.compact(taken)


def refuse_target(core: Core, target: str) -> None:
    """Refuse a directory that cannot take a copy of a store.

    Raises
    ------
    StoreError
        If it is in use, or part of the store itself.
    """
    if f"{target}/".startswith(f"{core.path}/"):
        raise StoreError(f"{target} lies in the store itself: a copy needs a folder elsewhere")
    if disk.entries(target):
        raise StoreError(f"{target} is not empty: a copy needs a folder of its own")


def _taken(core: Core, target: str, *, links: bool) -> Core:
    """Copy a store as it is, with what its last writer may have left undone."""
    if disk.is_writable(core.path):
        with core.writing():  # what a writer has not committed yet is not to come along
            state = core.refresh()
            state = delivery.finish(core) if state.restoring else state
            _copy_all(core, state, target, links=links)
        return Core(target)
    gone: FileNotFoundError | None = None
    for _ in range(_TRIES):
        state = core.refresh()
        if state.restoring:
            raise StoreError(f"{core.path} takes in a snapshot, and cannot be locked until it has")
        gone = None
        try:
            _copy_all(core, state, target, links=links)
        except FileNotFoundError as error:
            gone = error  # what a writer has taken back, or does not need any more
        else:
            if core.refresh().version == state.version:
                return Core(target)
        disk.remove_tree(target)
    if gone is not None:
        raise gone
    raise StoreError(f"{core.path} cannot be locked, and others change it all the time")


def _copy_all(core: Core, state: State, target: str, *, links: bool) -> None:
    """Copy our own documents to files of their own, and link the uploads where that is allowed.

    The settings come first, by which a copy that was cut short is known; the journal last, since a
    document that is newer counts as edited by hand.
    """
    fsync = delivery.synchronous(core, state)
    source = core.path
    disk.make_folder(target)
    made = {""}
    for name, link in sorted(disk.files_below(source), key=lambda one: one[0] != layout.SETTINGS):
        folder, _, last = name.rpartition("/")
        if folder:
            if folder.partition("/")[0] not in layout.FOLDERS or layout.is_temporary(last):
                continue  # not ours, or on its way
        elif name not in layout.OF_ALL:
            continue
        if folder not in made:
            disk.make_folder(f"{target}/{folder}")
            made.add(folder)
        if contents.kind(name) is not None:
            found = disk.read(f"{source}/{name}")
            if found is not None:
                disk.write_new(f"{target}/{name}", found[0], fsync=fsync)
        elif link or not links:  # a link is by somebody who keeps large files elsewhere
            disk.copy(f"{source}/{name}", f"{target}/{name}")
        else:
            disk.link_or_copy(f"{source}/{name}", f"{target}/{name}")
    disk.write_new(f"{target}/{layout.IGNORED}", layout.GITIGNORE_TEXT.encode())
    found = disk.read(core.journal.path)
    if found is not None:
        # only now it is a store
        disk.replace(f"{target}/{layout.JOURNAL}", found[0][: state.offset], fsync=fsync)


def restore(core: Core, source: str) -> None:
    """Put the content of a snapshot in the place of a store's."""
    other = Core(source)
    if not other.exists():
        raise StoreError(f"there is no snapshot of a store in {source}")
    if source == core.path:
        raise StoreError(f"{source} cannot be restored from itself")
    for name, link in disk.files_below(source):
        if link:
            raise StoreError(f"{source}/{name} is a link: a snapshot has files of its own")
    ready = core.place(layout.RESTORING)
    disk.remove_tree(ready)
    try:
        taken = _taken(other, ready, links=True)
        delivery.finish(taken)
        problems = [one for one in inspection.check(taken) if one.kind == "damage"]
        if problems:
            raise StoreError(
                f"{source} cannot be restored ({len(problems)} problem"
                f"{'' if len(problems) == 1 else 's'}): {problems[0]}"
            )
        _exchange(core, taken, taken.refresh())
    except BaseException:
        if not core.refresh().restoring:
            disk.remove_tree(ready)
        raise


def reset(core: Core) -> None:
    """Empty a store; settings, vocabulary and users stay."""
    ready = core.place(layout.RESTORING)
    disk.remove_tree(ready)
    disk.make_folder(ready)
    for name in (layout.SETTINGS, layout.VOCABULARY, layout.USERS):
        found = disk.read(core.place(name))
        if found is not None:
            disk.write_new(f"{ready}/{name}", found[0])
    _exchange(core, Core(ready), State())


def _exchange(core: Core, new: Core, state: State) -> None:
    """Let a store that is ready take the place of another; what it lacks must be lacking here."""
    for name, empty in _EMPTY.items():
        if not disk.exists(new.place(name)):
            disk.write_new(new.place(name), layout.pretty_text(empty))
    if not disk.exists(new.place(layout.CATALOGS)):
        disk.write_new(new.place(layout.CATALOGS), b"")
    for name in layout.FOLDERS:
        disk.make_folder(new.place(name))
    # numbers go on rising, so that nobody who follows the journal takes the new for the old
    old = core.refresh()
    n = max(old.n, state.n) + 1
    counters = counted(new, state)
    if alerts := max(int(one.counters.get("alerts", 0)) for one in (old, state)):
        counters["alerts"] = alerts
    past = disk.read(new.journal.path)
    text = (past[0] if past else b"") + base_text(new, n + 1, "restore", counters)
    fsync = delivery.synchronous(core, core.refresh())
    disk.replace(new.journal.path, text, fsync=fsync)
    line = Commit(n=n, call="restore", counters=counters, restoring=True).to_line()
    core.publish(core.journal.start_anew(line, fsync=fsync))
    finish(core)


def finish(core: Core) -> State:
    """Let what is ready take its place; may be repeated."""
    ready = core.place(layout.RESTORING)
    for name in (*layout.OF_ALL, *layout.FOLDERS, layout.JOURNAL):
        if not disk.exists(f"{ready}/{name}"):
            continue  # done already
        if disk.is_folder(core.place(name)):
            disk.remove_tree(f"{ready}/{_OLD}{name}")
            disk.move(core.place(name), f"{ready}/{_OLD}{name}")
        disk.move(f"{ready}/{name}", core.place(name))
    state = core.refresh()
    disk.remove_tree(ready)
    return state
