"""A reader beside a writer never sees one side of a superevent and its events."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import scenes
from interleaving import Orders, interleaved
from ligo.gracedb.exceptions import HTTPError
from requests import Response
from scenes import ADA

from fakegracedb import FakeGraceDb
from fakegracedb.alerts import Follower
from fakegracedb.service.superevents import candidates, members
from fakegracedb.store import Store, View

A, B, GW = "TS260301a", "TS260301b", "TGW260301A"
EVENTS = ("T0001", "T0002", "T0003", "T0004")


def prepared(work: Path) -> Path:
    """A store with TS260301a of T0001 and T0002; T0003 and T0004 are free."""
    path = work / "begin"
    store = Store(path)
    store.clock.set("2026-03-01 17:00:00")
    for _ in EVENTS:
        scenes.create(store, files=0)
    scenes.superevent(store, "T0001", "T0002")
    return path


# What the writer does: a change each, so that what is seen between them is allowed too


def create(store: Store) -> None:
    scenes.superevent(store, "T0003", "T0004")


def prefer(store: Store) -> None:
    candidates.update(store, ADA, A, {"preferred_event": "T0003"})


def remove(store: Store) -> None:
    members.remove(store, ADA, A, "T0002")


def confirm(store: Store) -> None:
    candidates.confirm(store, ADA, A, None)


def create_with_removed(store: Store) -> None:
    scenes.superevent(store, "T0003", "T0002")


WRITINGS = [(create,), (prefer,), (remove,), (confirm,), (remove, create_with_removed, confirm)]

# What the reader sees: those whose parts must fit together


def superevents_and_their_events(store: Store) -> Any:
    def sides(view: View) -> Any:
        found = [view.find_superevent(name) for name in (A, B, GW)]
        return [
            one and (one.id, one.preferred_event, [(x, named(view, x)) for x in one.events])
            for one in found
        ]

    return store.read(sides)


def named(view: View, graceid: str) -> str | None:
    event = view.event(graceid)
    assert event is not None
    return event.superevent


def events_and_their_superevents(store: Store) -> Any:
    def sides(view: View) -> Any:
        names = [named(view, graceid) for graceid in EVENTS]
        return [
            (name, view.find_superevent(name).events if name else None)  # type: ignore[union-attr]
            for name in names
        ]

    return store.read(sides)


def all_of_them(store: Store) -> Any:
    def sides(view: View) -> Any:
        assert scenes.one_sided(view) == []
        return [named(view, graceid) for graceid in EVENTS]

    return store.read(sides)


def answers_of_the_client(store: Store) -> Any:
    with FakeGraceDb(store=store) as client:
        superevent = client.superevent(A).json()
    event = superevent["preferred_event_data"]
    assert superevent["links"]["self"].endswith(f"/{event['superevent']}/")
    assert event["graceid"] == superevent["preferred_event"]
    assert event["graceid"] in superevent["gw_events"]
    return superevent


def list_of_the_client(store: Store) -> Any:
    with FakeGraceDb(store=store) as client:
        return list(client.superevents())


READINGS = [
    superevents_and_their_events,
    events_and_their_superevents,
    all_of_them,
    answers_of_the_client,
    list_of_the_client,
]


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("writing", WRITINGS, ids=lambda steps: "-".join(x.__name__ for x in steps))
def test_a_reader_sees_both_sides_of_a_change_or_none(
    reading: Callable[[Store], Any],
    writing: tuple[Callable[[Store], None], ...],
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    begin, path = prepared(work), work / "store"
    shutil.copytree(begin, path)
    allowed = [reading(scenes.fresh(path))]
    for change in writing:
        change(scenes.fresh(path))
        allowed.append(reading(scenes.fresh(path)))

    def write() -> None:
        writer = scenes.fresh(path)
        for change in writing:
            change(writer)

    orders = Orders(5, 3)
    for reader_first, writer_next in orders:
        shutil.rmtree(path)
        shutil.copytree(begin, path)
        store = scenes.fresh(path)
        if orders.tried % 3:
            reading(store)
        found, calls = interleaved(
            monkeypatch, partial(reading, store), write, reader_first, writer_next
        )
        assert found in allowed, f"after {reader_first} and {writer_next} calls"
        assert reading(store) == allowed[-1]
        orders.saw(calls)
    assert orders.tried > 10
    steps = ", ".join(change.__name__ for change in writing)
    record_property("told", f"{reading.__name__} beside {steps}: {orders.tried} orders")


# What somebody asks for who changes something at the same time


def write(store: Store, name: str) -> int:
    with FakeGraceDb(store=store) as client:
        try:
            return int(client.write_log(name, "at the same time").status_code)
        except HTTPError as error:
            return int(error.response.status_code)


def log_of_a_superevent(store: Store) -> int:
    return write(store, A)


def log_of_an_event(store: Store) -> int:
    return write(store, "T0002")


def log_under_a_gw_id(store: Store) -> int:
    return write(store, GW)


def the_superevent_as_it_is(store: Store) -> Any:
    return store.view().find_superevent(A)


def the_event_as_it_is(store: Store) -> Any:
    return store.view().find_event("T0002")


@pytest.mark.parametrize(
    "asking",
    [
        log_of_a_superevent,
        log_of_an_event,
        log_under_a_gw_id,
        the_superevent_as_it_is,
        the_event_as_it_is,
    ],
)
@pytest.mark.parametrize("writing", WRITINGS, ids=lambda steps: "-".join(x.__name__ for x in steps))
@pytest.mark.usefixtures("validated_once")
def test_a_change_beside_another_finds_what_is_there_or_what_comes(
    asking: Callable[[Store], Any],
    writing: tuple[Callable[[Store], None], ...],
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin, path, other = prepared(work), work / "store", work / "other"
    shutil.copytree(begin, path)
    shutil.copytree(path, other)
    allowed = [asking(scenes.fresh(other))]
    for change in writing:
        change(scenes.fresh(path))
        shutil.rmtree(other)
        shutil.copytree(path, other)
        allowed.append(asking(scenes.fresh(other)))

    def write_all() -> None:
        writer = scenes.fresh(path)
        for change in writing:
            change(writer)

    orders = Orders()
    for reader_first, writer_next in orders:
        shutil.rmtree(path)
        shutil.copytree(begin, path)
        store = Store(path) if orders.tried % 2 else scenes.fresh(path)
        found, calls = interleaved(
            monkeypatch, partial(asking, store), write_all, reader_first, writer_next
        )
        assert found in allowed, f"after {reader_first} and {writer_next} calls"
        orders.saw(calls)
        assert not store.check(), f"after {reader_first} and {writer_next} calls"
    assert orders.tried > 3


# What somebody names while the store becomes one without it


def superevent_of(client: FakeGraceDb) -> Response:
    return client.create_superevent(1, 2, 3, "T0003", category="test", events="T0004")


def preferred_event(client: FakeGraceDb) -> Response:
    return client.update_superevent(A, preferred_event="T0003")


def member(client: FakeGraceDb) -> Response:
    return client.add_event_to_superevent(A, "T0003")


def favourite(client: FakeGraceDb) -> Response:
    return client.add_pipeline_preferred_event(A, "T0003")


def replaced(client: FakeGraceDb) -> Response:
    return client.replace_event("T0003", "x.txt", filecontents=b"x")


@pytest.mark.parametrize("asking", [superevent_of, preferred_event, member, favourite, replaced])
def test_a_change_of_what_is_no_more_is_refused_as_one_of_what_never_was(
    asking: Callable[[FakeGraceDb], Response], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, path = work / "begin", work / "store"
    for _ in range(2):
        scenes.create(Store(begin), files=0)
    scenes.superevent(Store(begin), "T0001", "T0002")
    Store(begin).snapshot(work / "snapshot")
    for _ in range(2):
        scenes.create(Store(begin), files=0)
    if asking is favourite:
        members.add(Store(begin), ADA, A, "T0003")

    def status(store: Store) -> int:
        with FakeGraceDb(store=store) as client:
            try:
                return int(asking(client).status_code)
            except HTTPError as error:
                return int(error.response.status_code)

    shutil.copytree(begin, path)
    allowed = {status(scenes.fresh(path)), 400, 404}
    orders = Orders(100, 1)
    for reader_first, _ in orders:
        shutil.rmtree(path)
        shutil.copytree(begin, path)
        found, calls = interleaved(
            monkeypatch,
            partial(status, scenes.fresh(path)),
            lambda: scenes.fresh(path).restore(work / "snapshot"),
            reader_first,
            1000,  # all of them
        )
        assert found in allowed, f"after {reader_first} calls"
        orders.saw({**calls, "writer": 0})
    assert orders.tried > 10


# What somebody is told who follows the alerts meanwhile


def alerts_of_all(store: Store) -> list[tuple[int, str, list[str]]]:
    follower = Follower(store, 0)
    told = [(one.seq, one.alert_type, one.message["object"]["labels"]) for one in follower.read()]
    assert not follower.missed
    return told


def test_a_follower_misses_no_alert_while_its_event_changes_again(
    work: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin, path = prepared(work), work / "store"

    def label(where: Path, name: str) -> None:
        FakeGraceDb(store=scenes.fresh(where)).write_label("T0001", name)

    label(begin, "INJ")
    first = alerts_of_all(scenes.fresh(begin))
    assert first[-1][1:] == ("label_added", ["INJ"])
    shutil.copytree(begin, path)
    label(path, "DQV")
    both = alerts_of_all(scenes.fresh(path))
    assert both[: len(first)] == first
    orders = Orders(25, 12)
    for reader_first, writer_next in orders:
        shutil.rmtree(path)
        shutil.copytree(begin, path)
        store = scenes.fresh(path)
        found, calls = interleaved(
            monkeypatch,
            partial(alerts_of_all, store),
            partial(label, path, "DQV"),
            reader_first,
            writer_next,
        )
        assert found in (first, both), f"after {reader_first} and {writer_next} calls"
        orders.saw(calls)
    assert orders.tried > 100
    assert not caplog.records
