"""Loading many documents at once: what is then there, what is refused, and what that leaves."""

from __future__ import annotations

import doctest
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scenes

from fakegracedb.documents import (
    Catalog,
    CatalogEntry,
    EMBBLog,
    EMObservation,
    Event,
    FileVersion,
    Label,
    Log,
    Notice,
    Settings,
    Superevent,
    Tag,
    User,
    VOEvent,
)
from fakegracedb.errors import StoreError
from fakegracedb.store import Bundle, Store, bulk, disk
from fakegracedb.store.batch import Batch
from fakegracedb.store.changing import Change
from fakegracedb.store.layout import event_folder, superevent_folder
from fakegracedb.vocabulary import DEFAULT

TIME = "2026-03-01T17:04:09.000000Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 3)


def event(number: int, letter: str = "G", **fields: Any) -> Event:
    known = {"submitter": "ada", "created": TIME, "group": "CBC", "pipeline": "gstlal"}
    rights = {"permissions": scenes.RIGHTS}
    return Event(**{"graceid": f"{letter}{number:04d}", **known, **rights, **fields})


def superevent(name: str = "S260301a", *members: str, **fields: Any) -> Superevent:
    known: dict[str, Any] = {"category": "P", "submitter": "ada", "created": TIME, "serial": 0}
    times = dict.fromkeys(("t_start", "t_0", "t_end"), 1456419867.0)
    members = members or ("G0001",)
    preferred = {"preferred_event": members[0], "gw_events": members}
    return Superevent(superevent_id=name, **{**known, **times, **preferred, **fields})


def log(number: int, **fields: Any) -> Log:
    return Log(**{"N": number, "comment": "", "created": TIME, "issuer": "ada", **fields})


def refused(store: Store, *documents: Any, **options: Any) -> str:
    """Load what is refused, and give why; the store stays as it is."""
    before = scenes.tree(store.path)
    with pytest.raises(StoreError) as refusal:
        store.bulk_load(documents, **options)
    after = scenes.tree(store.path)
    after.pop(".gitignore", None)
    before.pop(".gitignore", None)
    assert after == before
    return str(refusal.value)


# What is there


def test_loaded_documents_are_what_a_transaction_leaves(store: Store, tmp_path: Path) -> None:
    events = [event(n, labels=(Label("INJ", "ada", TIME),), far=10.0**-n) for n in (1, 2, 7)]
    logs = [log(1, tags=("pe",)), log(2, filename="a.txt", file_version=1)]
    files = [("a.txt", b"old"), ("b.txt", b""), ("a.txt", memoryview(b"new"))]
    assert store.bulk_load(Bundle(one, logs=logs, files=files) for one in events) == 3

    other = Store(tmp_path / "other")
    with other.transaction() as tx:
        for one in events:
            tx.put_event(one)
            folder = event_folder(one.graceid)
            for name, content in files:
                tx.write_file(folder, name, content)
            for entry in logs:
                tx.add_log(folder, entry)
    assert scenes.everything(store) == scenes.everything(other)
    assert scenes.everything(scenes.fresh(store.path)) == scenes.everything(other)
    assert store.check() == []
    for path, content in scenes.tree(other.path).items():
        if path.startswith("events/"):
            assert (store.path / path).read_bytes() == content


def test_every_kind_of_document_can_be_loaded(store: Store) -> None:
    notice = Notice(1, "PR", TIME, "ada", "p.json", 0)
    voevent = VOEvent(
        N=1, voevent_type="PR", created=TIME, issuer="ada", ivorn="ivo://x", filename="v.xml",
        file_version=0,
    )  # fmt: skip
    observation = EMObservation(N=1, created=TIME, submitter="ada", group="ZTF")
    embb = EMBBLog(
        N=1, created=TIME, submitter="ada", group="ZTF", waveband="em.gamma", eel_status="FO",
        obs_status="OB",
    )  # fmt: skip
    catalog = Catalog(1, "4a", 1, TIME, "ada", entries=(CatalogEntry("S260301a"),))
    count = store.bulk_load(
        [
            Settings(created=TIME, server_version="2.33"),
            DEFAULT.with_label("MINE"),
            User("ada", groups=("internal_users",)),
            User("bob"),
            Tag("my_tag", "mine"),
            Tag("other"),
            catalog,
            replace(catalog, N=2, version=2),
            Bundle(
                superevent(),
                logs=[log(1)],
                files=[("p.json", b"{}")],
                notices=[notice],
                voevents=[voevent],
                emobservations=[observation],
            ),
            Bundle(
                event(1, superevent="S260301a"),
                voevents=[voevent],
                emobservations=[observation],
                embb_logs=[embb],
            ),
            event(2),
        ]
    )
    assert count == 11
    assert store.settings["server_version"] == "2.33"
    assert store.vocabulary.labels[-1].name == "MINE"
    assert list(store.users) == ["ada", "bob"]
    assert list(store.events) == ["G0001", "G0002"]
    assert store.superevents["S260301a"].serial == 1
    view = store.read(lambda view: view)
    assert [tag.name for tag in view.new_tags] == ["my_tag", "other"]
    assert [one.version for one in view.catalogs()] == [1, 2]
    for folder in (event_folder("G0001"), superevent_folder("S260301a")):
        assert list(view.voevents(folder)) == [voevent]
        assert list(view.emobservations(folder)) == [observation]
    assert list(view.embb_logs(event_folder("G0001"))) == [embb]
    assert list(view.notices(superevent_folder("S260301a"))) == [notice]
    assert store.check() == []


def test_nothing_loaded_is_no_change(store: Store) -> None:
    assert store.bulk_load([]) == 0
    assert not store.exists()


def test_unknown_keys_are_kept(store: Store) -> None:
    store.bulk_load([event(1, unknown={"later": [1]})])
    assert scenes.fresh(store.path).events["G0001"].unknown == {"later": [1]}


def test_a_synchronous_store_can_be_loaded(store: Store) -> None:
    store.settings["fsync"] = True
    store.bulk_load([Bundle(event(1), logs=[log(1)], files=[("a.txt", b"a")]), event(2)])
    assert store.check() == []
    assert list(scenes.fresh(store.path).events) == ["G0001", "G0002"]


def test_who_knows_the_store_sees_what_was_loaded(store: Store) -> None:
    scenes.create(store)
    other = scenes.fresh(store.path)
    assert len(scenes.everything(other)["rows"]) == 1
    store.bulk_load([event(2), Bundle(event(3), logs=[log(1)])])
    assert scenes.everything(other) == scenes.everything(store)
    assert scenes.everything(other)["rows"] == ["G0002", "G0003", "T0001"]


def test_text_of_any_kind_comes_back(store: Store) -> None:
    comment = 'line\nbreak\r\u2028\\n "quoted" \ud800 ü {"a":1}'
    store.bulk_load([Bundle(event(1, instruments="a\nb"), logs=[log(1, comment=comment)])])
    fresh = scenes.fresh(store.path)
    assert fresh.read(lambda view: view.logs(event_folder("G0001"))).entries[0].comment == comment
    assert fresh.events["G0001"].instruments == "a\nb"
    assert store.check() == []


# Counters


def test_numbers_go_on_after_what_was_loaded(store: Store) -> None:
    store.bulk_load([event(41), event(7, "E", group="External")])
    assert scenes.create(store) == "T0042"
    assert store.read(lambda view: view.counters)["events"] == 3


def test_newest_comes_from_the_numbers_only_if_they_are_in_order(store: Store) -> None:
    times = [TIME.replace("04:09", f"04:{second:02d}") for second in range(4)]
    store.bulk_load(event(n, created=times[n]) for n in (2, 1, 3))
    newest = store.read(lambda view: [one.graceid for one in view.newest() or ()])
    assert newest == ["G0003", "G0002", "G0001"]
    store.bulk_load([event(4, created=times[0])])
    assert store.read(lambda view: view.newest()) is None
    assert store.check() == []


def test_reserved_and_closed_events_are_counted_as_such(store: Store) -> None:
    closed = {"executives": ["view"], "internal_users": []}
    store.bulk_load([event(1, reserved=True), event(2, permissions=closed)])
    counters = store.read(lambda view: view.counters)
    assert (counters["events"], counters["closed"]) == (1, 1)
    assert store.check() == []


@pytest.mark.usefixtures("small_batches")
def test_events_may_come_in_any_order(store: Store) -> None:
    store.bulk_load(event(n) for n in (9, 8, 7, 3, 2, 1))
    assert store.check() == []
    assert scenes.create(store) == "T0010"
    store.reindex()
    assert store.check() == []


def test_serial_numbers_are_kept_or_counted(store: Store) -> None:
    members = [event(n, superevent=f"S26030{n}a") for n in (1, 2, 3)]
    store.bulk_load(
        [
            *members,
            superevent("S260301a", "G0001", serial=5),
            superevent("S260302a", "G0002"),
            superevent("S260303a", "G0003"),
        ]
    )
    assert [one.serial for one in store.superevents.values()] == [5, 6, 7]
    assert store.read(lambda view: view.counters)["superevents"] == 7
    assert store.check() == []


# Ids that are taken


def test_ids_in_the_store_are_refused(store: Store) -> None:
    first = superevent(is_gw=True, gw_id="GW260301A", gw_number=1, serial=1)
    store.bulk_load([event(1, superevent="GW260301A"), first, User("ada"), Tag("mine")])
    assert refused(store, event(1)) == "events/G0001/event.json: is there already"
    assert refused(store, event(1, "T")) == "events/T0001/event.json: G0001 has its number"
    path = "superevents/S260301b/superevent.json"
    again, member = superevent("S260301a", "G0002"), event(2, superevent="S260301a")
    assert "S260301a/superevent.json: is there already" in refused(store, member, again)
    one = superevent("S260301b", "G0002", gw_id="GW260301A")
    member = event(2, superevent="S260301b")
    assert refused(store, member, one) == f"{path}: S260301a has its gw_id GW260301A"
    one = superevent("S260301b", "G0002", serial=1)
    assert f"{path}: another superevent has the serial number 1" in refused(store, member, one)
    assert refused(store, User("bob"), User("ada")) == "users.json: 'ada' is there already"
    assert refused(store, Tag("mine")) == "tags.json: 'mine' is there already"
    assert refused(store, Tag("pe")) == "tags.json: 'pe' is there already"
    catalog = Catalog(2, "4a", 1, TIME, "ada")
    assert refused(store, catalog) == "catalogs.jsonl: 1 comes next, and not 2"


def test_ids_that_come_twice_are_refused(store: Store) -> None:
    assert refused(store, event(1), event(2), event(1)).startswith("events/G0001/event.json")
    assert "T0001/event.json: G0001 has its number" in refused(store, event(1), event(1, "T"))
    members = [event(n, superevent="S260301a") for n in (1, 2)]
    twice = [superevent("S260301a", f"G000{n}") for n in (1, 2)]
    assert "is there already" in refused(store, *members, *twice)
    assert "'bob' is there already" in refused(store, User("bob"), User("bob"))


def test_the_number_of_a_folder_without_an_event_is_free(store: Store) -> None:
    scenes.create(store)
    (store.path / "events" / "T0002").mkdir()
    (store.path / "events" / "T0002" / "lost.txt,0").write_bytes(b"lo")
    store.bulk_load([event(2, "T", group="Test"), event(3)])
    assert list(store.events) == ["T0001", "T0002", "G0003"]


# Documents that break a rule

BROKEN: dict[str, tuple[Callable[[], Any], str]] = {
    "event": (lambda: event(1, far="small"), "events/G0001/event.json: far: 'small'"),
    "id of an event": (lambda: event(1, graceid="X1"), "events/X1/event.json: 'X1' is no id"),
    "superevent": (
        lambda: superevent(category="X"),
        "superevents/S260301a/superevent.json: category: 'X'",
    ),
    "log": (
        lambda: Bundle(event(1), logs=[log(1), log(2, created="now")]),
        "events/G0001/logs.jsonl, line 2: created: 'now'",
    ),
    "numbers of logs": (
        lambda: Bundle(event(1), logs=[log(1), log(3)]),
        "events/G0001/logs.jsonl: entry 2 has the number 3",
    ),
    "file of a log": (
        lambda: Bundle(event(1), logs=[log(1, filename="a", file_version=0)]),
        "events/G0001/logs.jsonl: entry 1 names the file 'a', which is missing",
    ),
    "file without content": (
        lambda: Bundle(event(1), files=[FileVersion("a", 0, 1, "0" * 64)]),
        "events/G0001/files.jsonl: 'a' comes without its content",
    ),
    "name of a file": (lambda: Bundle(event(1), files=[("a/b", b"")]), "'a/b' is no name"),
    "user": (lambda: User(""), "users.json: users[0].name: ''"),
    "tag": (lambda: Tag("my tag"), "tags.json: tags[0].name: 'my tag'"),
    "settings": (lambda: Settings(server_version="3"), "store.json: server_version: '3'"),
    "catalog": (lambda: Catalog(0, "4a", 1, TIME, "ada"), "catalogs.jsonl: N: 0"),
    "something else": (lambda: log(1), "a Log cannot be loaded: a bulk load takes events"),
    "a bundle of something else": (lambda: Bundle(User("ada")), "a User is no event"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_document_is_named_and_nothing_is_loaded(store: Store, what: str) -> None:
    store.bulk_load([event(50)])
    make, message = BROKEN[what]
    assert message in refused(store, event(2), make(), event(3))


@pytest.mark.parametrize("graceid", ["../x", "X1", "G1", "", "G0001/.."])
def test_an_id_that_is_none_is_refused_also_unchecked(store: Store, graceid: str) -> None:
    store.bulk_load([event(50)])
    one = replace(event(1), graceid=graceid)
    assert f"{graceid!r} is no id" in refused(store, one, validate=False)


def test_what_is_not_validated_is_for_check_to_find(store: Store) -> None:
    loaded = Bundle(
        event(1, far="small", superevent="S260301a"),
        logs=[log(1), log(3)],
        files=[FileVersion("a", 0, 1, "0" * 64)],
    )
    assert store.bulk_load([loaded], validate=False) == 1
    told = "\n".join(map(str, store.check()))
    assert "'small'" in told
    assert "event.json" in told


def test_limits_are_those_of_the_vocabulary_that_is_loaded(store: Store) -> None:
    names = DEFAULT.overridden({"settings": {"tag_name_max_length": 30}, "tags": []})
    bundle = Bundle(event(1), logs=[log(1, tags=("x" * 31,))])
    assert "x" * 31 in refused(store, names, bundle)
    store.bulk_load([names])
    assert "x" * 31 in refused(store, bundle)
    store.bulk_load([DEFAULT, bundle])


# Members


def test_members_may_come_before_and_after_their_superevent(store: Store) -> None:
    member = {n: event(n, superevent="TS260301a") for n in (1, 2, 3)}
    whole = superevent(
        *("TS260301a", "G0001", "G0002"),
        category="T",
        em_events=("G0003",),
        pipeline_preferred={"gstlal": "G0002"},
    )
    store.bulk_load([member[3], member[1], whole, member[2]])
    assert store.check() == []


def test_members_can_be_in_the_store_already(store: Store) -> None:
    store.bulk_load([event(1, superevent="S260301a")], validate=False)
    store.bulk_load([superevent()])
    assert store.check() == []
    whole = superevent("S260302a", "G0002")
    store.bulk_load([whole], validate=False)
    store.bulk_load([event(2, superevent="S260302a")])
    assert store.check() == []


def test_a_member_names_the_id_by_which_the_superevent_goes(store: Store) -> None:
    confirmed = superevent(gw_id="GW260301A", is_gw=True)
    message = "superevents/S260301a/superevent.json: its event G0001 names S260301a"
    assert message in refused(store, event(1, superevent="S260301a"), confirmed)
    store.bulk_load([event(1, superevent="GW260301A"), confirmed])
    assert store.check() == []


DISAGREEING: dict[str, tuple[list[Any], str]] = {
    "no superevent": (
        [event(1, superevent="S260301a")],
        "events/G0001/event.json: names the superevent S260301a, which does not have it",
    ),
    "no event": ([superevent()], "S260301a/superevent.json: its event G0001 is missing"),
    "event names none": ([event(1), superevent()], "its event G0001 names no superevent"),
    "superevent comes first": ([superevent(), event(1)], "its event G0001 names no superevent"),
    "event names another": (
        [superevent(), event(1, superevent="S260301b")],
        "its event G0001 names S260301b",
    ),
    "two have it": (
        [event(1, superevent="S260301a"), superevent(), superevent("S260301b")],
        "S260301b/superevent.json: its event G0001 is a member of S260301a too",
    ),
    "preferred event": (
        [superevent(preferred_event="G0009")],
        "its preferred event G0009 is no member",
    ),
    "preferred event of a pipeline": (
        [superevent(pipeline_preferred={"gstlal": "G0009"})],
        "its preferred event G0009 is no member",
    ),
}


@pytest.mark.parametrize("what", DISAGREEING)
def test_members_that_do_not_agree_are_refused(store: Store, what: str) -> None:
    scenes.create(store, superevent=None)
    store.bulk_load([event(9)])
    documents, message = DISAGREEING[what]
    assert message in refused(store, *documents)


def test_a_member_in_the_store_that_names_no_superevent_is_refused(store: Store) -> None:
    store.bulk_load([event(1)])
    assert "its event G0001 names no superevent" in refused(store, superevent())


# Batches


@pytest.mark.usefixtures("small_batches")
def test_each_batch_is_a_commit(store: Store) -> None:
    assert store.bulk_load(event(n) for n in range(1, 9)) == 8
    journal = [json.loads(line) for line in (store.path / "journal.jsonl").read_text().splitlines()]
    loaded = [len(one.get("documents", ())) for one in journal if "n" in one]
    assert loaded == [4, 3, 2]  # the first with the settings
    assert scenes.everything(store)["rows"] == [f"G000{n}" for n in range(1, 9)]
    assert store.check() == []


@pytest.mark.usefixtures("small_batches")
def test_batches_before_a_broken_document_stay(store: Store) -> None:
    with pytest.raises(StoreError, match=r"G0008/event.json: far.*\(6 documents before are"):
        store.bulk_load(event(n, far="x" if n == 8 else None) for n in range(1, 20))
    assert list(store.events) == [f"G000{n}" for n in range(1, 7)]
    assert store.check() == []


@pytest.mark.usefixtures("small_batches")
def test_an_error_of_the_callers_own_comes_out(store: Store) -> None:
    def documents() -> Iterator[Event]:
        for number in range(1, 6):
            yield event(number)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        store.bulk_load(documents())
    assert list(store.events) == ["G0001", "G0002", "G0003"]


@pytest.mark.usefixtures("small_batches")
def test_members_may_come_in_other_batches(store: Store) -> None:
    members = [event(n, superevent="S260301a") for n in range(1, 9)]
    whole = superevent("S260301a", *(one.graceid for one in members))
    store.bulk_load([*members[:4], whole, *members[4:]])
    assert store.check() == []
    with pytest.raises(StoreError, match=r"G0009 is missing \(3 documents before"):
        store.bulk_load([event(10), event(11), event(12), superevent("S260302a", "G0009")])


@pytest.mark.usefixtures("small_batches")
def test_others_may_write_between_two_batches(store: Store) -> None:
    other = scenes.fresh(store.path)

    def documents() -> Iterator[Event]:
        for number in range(1, 4):
            yield event(number)
        assert scenes.create(other) == "T0004"
        yield event(4)

    with pytest.raises(StoreError, match="T0004 has its number"):
        store.bulk_load(documents())
    assert list(store.events) == ["G0001", "G0002", "G0003", "T0004"]
    assert store.check() == []


@pytest.mark.usefixtures("small_batches")
def test_others_may_write_right_after_a_batch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scenes.fresh(store.path)

    class Followed(Change[Batch]):
        def __exit__(self, *error: Any) -> None:
            super().__exit__(*error)
            if len(other.events) == 3:
                assert scenes.create(other) == "T0004"

    monkeypatch.setattr(bulk, "Change", Followed)
    with pytest.raises(StoreError, match="T0004 has its number"):
        store.bulk_load(event(number) for number in range(1, 5))
    assert list(store.events) == ["G0001", "G0002", "G0003", "T0004"]
    assert store.check() == []


def test_large_files_end_a_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BATCH_BYTES", 1000)
    files = [("a.bin", bytes(600))]
    store.bulk_load(Bundle(event(n), files=files) for n in range(1, 6))
    journal = [json.loads(line) for line in (store.path / "journal.jsonl").read_text().splitlines()]
    loaded = [len(one["documents"]) for one in journal if one.get("documents")]
    assert loaded == [3, 2, 1]
    assert store.check() == []


def test_opening_a_loaded_store_reads_little_of_its_journal(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.bulk_load(Bundle(event(n), logs=[log(1, comment="x" * 500)]) for n in range(1, 301))
    assert (store.path / "journal.jsonl").stat().st_size > 200_000
    lengths = []
    read_end = disk.read_end

    def measured(path: str, length: int) -> Any:
        found = read_end(path, length)
        lengths.append(len(found[0]) if found else 0)
        return found

    monkeypatch.setattr(disk, "read_end", measured)
    assert scenes.fresh(store.path).read(lambda view: view.counters)["events"] == 300
    assert sum(lengths) < 10_000
    assert store.check() == []


@pytest.mark.usefixtures("small_batches")
def test_what_was_staged_by_a_failing_batch_leaves_no_files(store: Store) -> None:
    files = [("a.txt", b"a")]
    with pytest.raises(StoreError, match="is there already"):
        store.bulk_load(Bundle(event(n), files=files) for n in (1, 2, 3, 4, 1))
    assert sorted(path.name for path in (store.path / "events").iterdir()) == [
        *("G0001", "G0002", "G0003"),
    ]
    assert store.check() == []


def test_example_of_the_documentation_runs() -> None:
    from fakegracedb.store import store

    results = doctest.testmod(store)
    assert results.attempted > 3
    assert results.failed == 0
