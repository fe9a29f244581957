"""A writer may die at any moment: what was committed is there, and nothing is there by half.

An ordinary run tries a dozen stops of each change, evenly among all; ``FAKEGRACEDB_CRASH=full``
tries every one, also at calls that only look, and after each call.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import scenes
from aftermath import Tell, stages, tell, tried
from crash import FULL, Ack, Action, deaths

from fakegracedb.documents import Event, Log, Tag, User
from fakegracedb.errors import StoreError
from fakegracedb.store import Bundle, Store, bulk
from fakegracedb.vocabulary import DEFAULT

START = "2026-03-01 17:00:00"

pytestmark = pytest.mark.usefixtures("validated_once")


def prepared(path: Path) -> Store:
    """A store with two events, as all of these tests begin with."""
    store = Store(path)
    store.clock.set(START)
    scenes.create(store, files=1)
    scenes.create(store, files=0)
    scenes.label(store, "T0001", "DQV")
    with store.transaction("tag") as tx:  # a line that takes the place of another
        tx.add_log("events/T0001", replace(tx.logs("events/T0001").get(2), tags=("pe",)))
    # what somebody else has left who died
    (path / "events" / "T0001" / "lost.txt,0").write_bytes(b"los")
    (path / "events" / "T0001" / ".event.json.1.tmp").write_bytes(b"{")
    (path / ".journal.jsonl.1.tmp").write_bytes(b"{")
    (path / "events" / "T0009").mkdir()
    return store


# What the victims do


def create_first(path: Path, ack: Ack) -> None:
    with Store(path).transaction("create") as tx:
        settings = replace(tx.settings, clock={"kind": "fixed", "time": START})
        tx.put_settings(settings)
        scenes.create_in(tx, files=1)


def create(path: Path, ack: Ack) -> None:
    scenes.create(Store(path), files=3)


def create_synchronously(path: Path, ack: Ack) -> None:
    with Store(path).transaction("create") as tx:
        tx.put_settings(replace(tx.settings, fsync=True))
        scenes.create_in(tx, files=1)


def replace_event(path: Path, ack: Ack) -> None:
    with Store(path).transaction("replace") as tx:
        event = tx.event("T0001")
        assert event is not None
        tx.put_event(replace(event, far=1e-9, instruments="H1,L1", nevents=2))
        scenes.log_in(tx, "T0001", "replaced", "file0.txt")


def begin_anew(path: Path, ack: Ack) -> None:
    with Store(path).transaction("anew") as tx:
        event = tx.event("T0001")
        assert event is not None
        tx.clear("events/T0001")
        tx.put_event(replace(event, nevents=2))
        # the same bytes as before, and others
        scenes.log_in(tx, "T0001", "made 0", "file0.txt")
        scenes.log_in(tx, "T0001", "anew", "file0.txt")


def begin_anew_with_others(path: Path, ack: Ack) -> None:
    with Store(path).transaction("anew") as tx:
        tx.clear("events/T0001")
        scenes.log_in(tx, "T0001", "other", "file0.txt", b"other bytes")


def log_with_file(path: Path, ack: Ack) -> None:
    scenes.log(Store(path), "T0001", "see file", "plot.png", content=b"\x89PNG" * 500)


def label(path: Path, ack: Ack) -> None:
    scenes.label(Store(path), "T0002", "INJ")


def change_the_rest(path: Path, ack: Ack) -> None:
    with Store(path).transaction("several documents") as tx:
        tx.put_settings(replace(tx.settings, server_version="2.33"))
        tx.put_tag(Tag("my_tag", "mine"))
        tx.put_users({"ada": User("ada", groups=("internal_users",))})
        tx.put_vocabulary(DEFAULT.overridden({"groups": ["CBC", "Test"]}))


def one_after_the_other(path: Path, ack: Ack) -> None:
    store = Store(path)
    scenes.log(store, "T0001", "one")
    ack("1")
    scenes.label(store, "T0001", "INJ")
    ack("2")
    scenes.log(store, "T0002", "three", "three.txt")
    ack("3")


def bulk_load(path: Path, ack: Ack) -> None:
    def documents() -> Iterator[Bundle]:
        for number in (3, 4, 5):
            created = f"{START}.000000Z".replace(" ", "T")
            name = f"T{number:04d}"
            event = Event(name, "ada", created, "Test", "X", permissions=scenes.RIGHTS)
            log = Log(1, "loaded", event.created, "ada", filename="a.txt", file_version=0)
            yield Bundle(event, logs=[log], files=[("a.txt", b"loaded")])
            if number == 4:
                ack("1")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_BATCH", 2)
        Store(path).bulk_load(documents())


def give_up(path: Path, ack: Ack) -> None:
    with contextlib.suppress(KeyboardInterrupt), Store(path).transaction() as tx:
        scenes.create_in(tx, files=2)
        raise KeyboardInterrupt


def compact(path: Path, ack: Ack) -> None:
    Store(path).compact()


def reset(path: Path, ack: Ack) -> None:
    Store(path).reset()


def restore(path: Path, ack: Ack) -> None:
    Store(path).restore(path.parent / "snapshot")


def reindex(path: Path, ack: Ack) -> None:
    Store(path).reindex()


def copy_beside(path: Path, ack: Ack) -> None:
    Store(path).copy(path.parent / "copy")


# each with the number of states in which it may leave the store
ACTIONS = [
    (create, 2),
    (create_synchronously, 2),
    (replace_event, 2),
    (begin_anew, 2),
    (begin_anew_with_others, 2),
    (log_with_file, 2),
    (label, 2),
    (change_the_rest, 2),
    (one_after_the_other, 4),
    (bulk_load, 3),
    (give_up, 1),
    (compact, 1),
    (reset, 2),
    (restore, 2),
]


@pytest.mark.parametrize(
    ("action", "states"), ACTIONS, ids=[action.__name__ for action, _ in ACTIONS]
)
def test_who_dies_in_a_change_has_made_all_of_it_or_nothing(
    action: Action, states: int, work: Path, record_property: Tell
) -> None:
    folder = work / "begin"
    store = prepared(folder)
    if action is restore:
        store.snapshot(work / "snapshot")
        scenes.log(store, "T0001", "after the snapshot", "later.txt")
        scenes.create(store)
        store.users["ada"] = User("ada")
    allowed = stages(folder, work, action)
    assert len(allowed) == states
    tell(record_property, action.__name__, tried(folder, work, action, allowed))


def test_who_dies_in_the_first_change_of_all_leaves_a_folder_that_can_be_used(
    work: Path, record_property: Tell
) -> None:
    folder = work / "nothing"
    allowed = stages(folder, work, create_first)
    assert not allowed[0]["objects"]
    assert allowed[1]["objects"]
    tell(record_property, "create_first", tried(folder, work, create_first, allowed))


def test_who_dies_while_taking_in_hand_edits_can_be_followed_by_another(
    work: Path, record_property: Tell
) -> None:
    folder = work / "begin"
    prepared(folder)
    path = folder / "events" / "T0001" / "event.json"
    path.write_text(path.read_text().replace('"gstlal"', '"pycbc"'))
    logs = folder / "events" / "T0001" / "logs.jsonl"
    logs.write_text(logs.read_text().replace("labelled DQV", "made by hand"))
    (found,) = stages(folder, work, reindex)
    stops = 0
    for death in deaths(folder, reindex, work):
        survivor = Store(death.path)
        assert scenes.everything(survivor) == found  # an edit shows at once
        survivor.reindex()
        assert [p for p in survivor.check() if p.kind != "leftover"] == []
        assert scenes.everything(survivor) == found
        stops = death.stop
    tell(record_property, "reindex", stops - 1)


def test_who_dies_while_finishing_the_work_of_the_dead_can_be_followed_by_another(
    work: Path, record_property: Tell
) -> None:
    folder = work / "begin"
    prepared(folder)
    (work / "first").mkdir()
    unfinished: dict[str, Path] = {}
    for death in deaths(folder, replace_event, work / "first", full=False):
        # one of each: document done, lines begun, one series done, both
        journal = (death.path / "journal.jsonl").read_bytes()
        if b'"replaced"' in journal and not death.finished:
            done = scenes.tree(death.path)
            key = repr([text for name, text in done.items() if not name.endswith(".tmp")])
            if key not in unfinished:
                unfinished[key] = work / f"unfinished{len(unfinished)}"
                shutil.copytree(death.path, unfinished[key])
    assert len(unfinished) >= 4
    stops = 0
    for path in [*unfinished.values()][:: 1 if FULL else 4]:
        begin = scenes.everything(scenes.fresh(path))
        allowed = stages(path, work, log_with_file)
        assert allowed[0] == begin
        stops += tried(path, work, log_with_file, allowed, most=6)
    tell(record_property, "finishing", stops)


def test_a_copy_that_was_cut_short_is_not_taken_for_a_store(
    work: Path, record_property: Tell
) -> None:
    folder = work / "begin"
    store = prepared(folder)
    whole = scenes.everything(store)
    stops = 0
    for death in deaths(folder, copy_beside, work):
        target = work / "copy"
        assert scenes.everything(scenes.fresh(death.path)) == whole
        copy = scenes.fresh(target)
        if copy.exists():
            assert scenes.everything(copy) == whole
            assert {problem.kind for problem in copy.check()} <= {"leftover"}
        elif (target / "store.json").exists():
            with pytest.raises(StoreError, match="cut short"):
                scenes.create(copy)
        else:
            assert not death.finished
        shutil.rmtree(target, ignore_errors=True)
        stops = death.stop
    tell(record_property, "copy", stops - 1)
