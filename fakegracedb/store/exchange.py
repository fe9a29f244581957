"""Whole stores: copies, snapshots, and putting a snapshot in a store's place.

A restore makes the new content ready in a folder beside the old. One line of a new journal commits
it: from then on readers look there first, while the folders change places one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from . import contents, disk, layout
from .core import Core
from .journal import Commit, Journal, State

if TYPE_CHECKING:
    from .store import Store

__all__ = ["copy", "finish", "reset", "restore"]

_OLD = ".old"
_EMPTY: dict[str, dict[str, Any]] = {
    layout.VOCABULARY: {},
    layout.USERS: {"users": []},
    layout.TAGS: {"tags": []},
}


def copy(store: Store, target: str, *, journal: bool) -> None:
    """Copy a store into a directory that is missing or empty."""
    if disk.entries(target):
        raise StoreError(f"{target} is not empty: a copy needs a folder of its own")
    if not store.exists():
        raise StoreError(f"there is no store in {store.path} to copy")
    core = store._core
    if disk.writable(core.path):
        with store._writing():  # nobody changes it meanwhile, and nothing is left half done
            _copy_tree(core.path, target)
            _copy_journal(core, target, whole=journal)
    else:
        if core.refresh().pending:
            raise StoreError(
                f"{core.path} is read-only and its last writer died before it was done: "
                "copy the folder itself, and open the copy"
            )
        _copy_tree(core.path, target)
        _copy_journal(core, target, whole=journal)


def _copy_journal(core: Core, target: str, *, whole: bool) -> None:
    """Copy the journal, last of all: a document newer than it counts as edited by hand."""
    state = core.refresh()
    if whole:
        found = disk.read(core.journal.path)
        text = found[0][: state.offset] if found else b""
    else:
        text = Commit(n=state.n, counters=state.counters, base=True).to_line()
    if text:
        disk.write_new(f"{target}/{layout.JOURNAL}", text)


def _copy_tree(source: str, target: str) -> None:
    """Copy all but the journal: our own documents as files of their own, uploads as links."""
    disk.make_folder(target, parents=True)
    made = {""}
    left_out = {layout.JOURNAL, layout.LOCK, layout.RESTORING}
    for name in disk.names_below(source, skip=left_out):
        if name.endswith((".tmp", ".checkpoint")):
            continue
        folder = name.rpartition("/")[0]
        if folder not in made:
            disk.make_folder(f"{target}/{folder}", parents=True)
            made.add(folder)
        if contents.kind(name) is None and "/" in name:
            disk.link_or_copy(f"{source}/{name}", f"{target}/{name}")
        else:
            found = disk.read(f"{source}/{name}")
            disk.write_new(f"{target}/{name}", found[0] if found else b"")


def restore(core: Core, source: str) -> None:
    """Put the content of a snapshot in the place of a store's."""
    from . import care

    if not disk.exists(f"{source}/{layout.SETTINGS}"):
        raise StoreError(f"there is no snapshot of a store in {source}")
    other = Core(source)
    problems = care.check(other)
    if problems:
        raise StoreError(
            f"{source} cannot be restored ({len(problems)} problem"
            f"{'' if len(problems) == 1 else 's'}): {problems[0]}"
        )
    state = other.refresh()
    ready = core.place(layout.RESTORING)
    disk.remove_tree(ready)
    _copy_tree(source, ready)
    _exchange(core, Journal(other.journal.path), state)


def reset(core: Core) -> None:
    """Empty a store; settings, vocabulary and users stay."""
    ready = core.place(layout.RESTORING)
    disk.remove_tree(ready)
    disk.make_folder(ready)
    for name in (layout.SETTINGS, layout.VOCABULARY, layout.USERS):
        found = disk.read(core.place(name))
        if found is not None:
            disk.write_new(f"{ready}/{name}", found[0])
    _exchange(core, None, State())


def _exchange(core: Core, journal: Journal | None, state: State) -> None:
    ready = core.place(layout.RESTORING)
    for name, empty in _EMPTY.items():
        # what the snapshot lacks must be lacking here, not be what was here before
        if not disk.exists(f"{ready}/{name}"):
            disk.write_new(f"{ready}/{name}", layout.pretty_text(empty))
    disk.make_folder(f"{ready}/{layout.EVENTS}")
    # numbers go on rising, so that nobody who follows the journal takes the new for the old
    n = max(core.refresh().n, state.n) + 1
    counters = dict(state.counters)
    line = Commit(n=n, call="restore", counters=counters, restoring=True)
    core.publish(core.journal.start_anew(line))
    core.remembered.clear()
    past = b""
    if journal is not None:
        found = disk.read(journal.path)
        past = found[0][: state.offset] if found else b""
    disk.write_new(f"{ready}/{layout.JOURNAL}", past)
    finish(core, core.state)


def finish(core: Core, state: State) -> None:
    """Let what is ready take its place; may be repeated."""
    ready = core.place(layout.RESTORING)
    for name in (*layout.DOCUMENTS, layout.EVENTS):
        if not disk.exists(f"{ready}/{name}"):
            continue  # done already
        if disk.is_folder(core.place(name)):
            disk.remove_tree(f"{ready}/{_OLD}{name}")
            disk.move(core.place(name), f"{ready}/{_OLD}{name}")
        disk.move(f"{ready}/{name}", core.place(name))
    core.remembered.clear()
    base = Commit(n=state.n + 1, call="restore", counters=state.counters, base=True)
    core.publish(core.journal.start_anew(base))
    disk.remove_tree(ready)
