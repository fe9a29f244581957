"""Stores of any content, for hypothesis: few values that meet often, nulls, rows, relations."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from fakegracedb.documents import Event, Label, Superevent, User
from fakegracedb.documents.events import INSIDERS
from fakegracedb.errors import ApiError
from fakegracedb.identifiers import graceid, graceid_letter, gw_id, superevent_id
from fakegracedb.service.access import Caller
from fakegracedb.service.superevents import candidates
from fakegracedb.store import Store, Transaction

ADA = Caller(
    User("ada", ("internal_users", "superevent_managers", "access_managers")),
    v2=True,
    external_tag="lvem",
)
NAN, INFINITE = float("nan"), float("inf")

# Values, some of them equal in no or in one respect only.
NUMBERS = (1, 2, 3, 10, 12, 123, 9999, 10000, 12345)  # of graceids
CREATED = (
    *("2017-08-17T12:41:04.000000Z", "2026-03-01T17:04:09.000000Z"),
    *("2026-03-01T17:04:09.250000Z", "2026-03-02T00:00:00.000000Z"),
)
TIMES = (1126259462.391, 1164556817, 1187733618, 1187733618.5, 1400000000.25)
FARS = (0, 1e-300, 1e-8, 1e-6, 0.5, 2)
REALS = (*(0, -1.5, 1.5, 8, 9, 1e300), -(2.0**63), INFINITE)
NEVENTS = (0, 1, 2, 3)
INSTRUMENTS = ("", "H1", "H1,L1", "L1,H1", "V1")
USERS = ("ada.lovelace@ligo.org", "waveburst", "emfollow", "Lovelace.Byron", "robot")
LAST_NAMES = {"waveburst": "Robot", "emfollow": ""}  # of those that the store knows
GROUPS = ("CBC", "Burst", "Test", "External")
PIPELINES = ("gstlal", "pycbc", "Fermi", "HardwareInjection")
SEARCHES = ("AllSky", "MDC", "GRB", "SubGRB")
LABELS = ("INJ", "DQV", "EM_READY", "ADVOK")
REPLAYS = ("run-7", "Run-7", "test")
CONTENTS = tuple(f"{n}2345678-0000-4000-8000-000000000000" for n in "19f")
TEXTS = ("", "H1", "h1", "L1", "H1,L1")
_ROWS = {  # columns that have values, by table; a dot leads into an object
    "SingleInspiral": ("ifo search channel", "snr mass1 chisq mchirp end_time"),
    "CoincInspiral": ("ifos", "mass mchirp snr combined_far"),
    "MultiBurst": ("ifos single_ifo_times code", "snr duration peak_time"),
    "MLyBurst": ("ifos", "SNR bbh scores.combined scores.coincidence"),
    "LalInferenceBurst": ("", "bci bsn"),
    "GRB": ("trigger_id ivorn", "ra T90"),
    "SimInspiral": ("", "mass1 distance"),
}
_INTEGERS = {"end_time", "peak_time"}
DAYS = ("170817", "260301")
IDS = (*(("P", "170817", n) for n in (1, 2, 28)), ("P", "260301", 1), ("T", "170817", 1))
IDS = (*IDS, ("M", "260301", 1))

_some = st.sampled_from


def _maybe(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return _some((None, *values))


@st.composite
def rows(draw: st.DrawFn, member: str) -> dict[str, Any]:
    """Give a row of a sub-table."""
    texts, numbers = (names.split() for names in _ROWS[member])
    row: dict[str, Any] = {name: draw(_maybe(TEXTS)) for name in texts}
    for name in numbers:
        value = draw(_maybe(NEVENTS if name in _INTEGERS else REALS))
        outer, dot, inner = name.partition(".")
        if dot:
            row.setdefault(outer, {})[inner] = value
        else:
            row[name] = value
    return {name: value for name, value in row.items() if value is not None}


singles = st.lists(rows("SingleInspiral"), max_size=3)
_others = _some((None, *(member for member in _ROWS if member != "SingleInspiral")))


def _labels(names: list[str]) -> tuple[Label, ...]:
    return tuple(Label(name, "ada", CREATED[1]) for name in names)


_label_lists = st.lists(_some(LABELS), unique=True, max_size=2)


@st.composite
def events(draw: st.DrawFn, number: int) -> Event:
    """Give an event that belongs to no superevent."""
    group, pipeline = draw(_some(GROUPS)), draw(_some(PIPELINES))
    search = draw(_maybe(SEARCHES))
    extra: dict[str, Any] = {}
    found = draw(singles)
    if found:
        extra["SingleInspiral"] = found
    other = draw(_others)
    if other is not None:
        extra[other] = draw(rows(other))
    return Event(
        graceid=graceid(graceid_letter(group, pipeline, search), number),
        submitter=draw(_some(USERS)),
        created=draw(_some(CREATED)),
        group=group,
        pipeline=pipeline,
        search=search,
        offline=draw(st.booleans()),
        gpstime=draw(_maybe(TIMES)),
        instruments=draw(_some(INSTRUMENTS)),
        nevents=draw(_maybe(NEVENTS)),
        far=draw(_maybe(FARS)),
        likelihood=draw(_maybe(REALS)),
        labels=_labels(draw(_label_lists)),
        extra_attributes=extra,
        replay_id=draw(_maybe(REPLAYS)),
        content_id=draw(_maybe(CONTENTS)),
        permissions=draw(_some(_EVENT_RIGHTS)),
    )


_INSIDE = {group: ["view", "change"] for group in INSIDERS}
_EVENT_RIGHTS = (
    *({}, _INSIDE, _INSIDE, _INSIDE, {**_INSIDE, "lvem_users": ["view"]}),
    *({"executives": ["view"]}, {"lvem_users": ["view", "change"]}),
)
_EXPOSED = {"lvem_observers": ["view", "annotate"], "public_users": ["view"]}
_SUPEREVENT_RIGHTS = ({}, _EXPOSED, {"lvem_observers": ["view"]}, {"lvem_users": ["annotate"]})


@st.composite
def superevents(draw: st.DrawFn, key: tuple[str, str, int], members: list[Event]) -> Superevent:
    """Give a superevent of some events."""
    category, _, number = key
    name = superevent_id(*key)
    gw: dict[str, Any] = draw(
        _some(
            (
                {},
                {"gw_id": gw_id(*key), "gw_number": number, "is_gw": True},
                {"gw_id": f"renamed-{name}", "is_gw": True},
                {"gw_id": f"planned-{name}"},
            )
        )
    )
    outside = tuple(one.graceid for one in members if one.group == "External")
    return Superevent(
        superevent_id=name,
        category=category,
        submitter=draw(_some(USERS)),
        created=draw(_some(CREATED)),
        serial=0,
        preferred_event=draw(_some(members)).graceid,
        t_start=draw(_some(TIMES)),
        t_0=draw(_some(TIMES)),
        t_end=draw(_some(TIMES)),
        gw_events=tuple(one.graceid for one in members if one.graceid not in outside),
        em_events=outside,
        em_type=draw(_maybe(("E0001",))),
        time_coinc_far=draw(_maybe(FARS)),
        space_coinc_far=draw(_maybe(FARS)),
        labels=_labels(draw(_label_lists)),
        permissions=draw(_some(_SUPEREVENT_RIGHTS)),
        **gw,
    )


Documents = list[User | Event | Superevent]
_users: Documents = [
    User(name=name, last_name=last_name, groups=INSIDERS) for name, last_name in LAST_NAMES.items()
]


@st.composite
def documents(
    draw: st.DrawFn, numbers: tuple[int, ...] = NUMBERS, ids: tuple[Any, ...] = IDS
) -> Documents:
    """Give events and superevents that agree, in any order."""
    made = [draw(events(n)) for n in draw(st.lists(_some(numbers), unique=True, max_size=6))]
    keys = draw(st.lists(_some(ids), unique=True, max_size=3)) if made and ids else []
    owners = [draw(_some((None, *keys))) for _ in made]
    found: Documents = []
    names: dict[Any, str] = {}
    for key in keys:
        members = [one for one, owner in zip(made, owners, strict=True) if owner == key]
        if members:
            superevent = draw(superevents(key, members))
            found.append(superevent)
            names[key] = superevent.id
    found += [
        replace(one, superevent=names.get(owner), reserved=owner is None and draw(_rarely))
        for one, owner in zip(made, owners, strict=True)
    ]
    return draw(st.permutations(found))


_rarely = _some((False,) * 5 + (True,))


@contextlib.contextmanager
def new_store(*loads: Documents) -> Iterator[Store]:
    """Give a store with some documents, each list loaded by itself; it goes with its folder."""
    quick = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="search-tests-", dir=quick if quick.is_dir() else None)
    try:
        store = Store(Path(folder) / "store")
        store.bulk_load(_users)
        store.clock.set("2026-03-01 17:04:10")
        for load in loads:
            store.bulk_load(load)
        yield store
    finally:
        shutil.rmtree(folder)


# Changes


Change = Callable[[Store], None]
_PICKS = st.integers(0, 5)


def _picked(found: dict[str, Any], pick: int) -> Any:
    return list(found.values())[pick % len(found)] if found else None


def _event_change(pick: int, changed: Callable[[Event], Event]) -> Change:
    def change(store: Store) -> None:
        event = _picked(dict(store.events), pick)
        if event is not None:
            with store.transaction("change", "ada") as tx:
                tx.put_event(changed(event))

    return change


def _superevent_change(pick: int, changed: Callable[[Superevent], Superevent]) -> Change:
    def change(store: Store) -> None:
        superevent = _picked(dict(store.superevents), pick)
        if superevent is not None:
            with store.transaction("change", "ada") as tx:
                tx.put_superevent(changed(superevent))

    return change


def _with_singles(event: Event, found: list[dict[str, Any]]) -> Event:
    extra = {key: rows for key, rows in event.extra_attributes.items() if key != "SingleInspiral"}
    return replace(event, extra_attributes={**extra, "SingleInspiral": found} if found else extra)


def _moved(pick: int, other: int) -> Change:
    """Take an event out of its superevent, and give it to another one."""

    def change(store: Store) -> None:
        event = _picked({k: v for k, v in store.events.items() if not v.reserved}, pick)
        to: Superevent | None = _picked(dict(store.superevents), other)
        if event is None:
            return
        with store.transaction("move", "ada") as tx:
            of = None if event.superevent is None else tx.find_superevent(event.superevent)
            if of is not None:
                if event.graceid == of.preferred_event:
                    return
                _give_up(tx, of, event)
            if to is not None and (of is None or of.superevent_id != to.superevent_id):
                key = "em_events" if event.group == "External" else "gw_events"
                tx.put_superevent(replace(to, **{key: (*getattr(to, key), event.graceid)}))
                tx.put_event(replace(event, superevent=to.id))

    return change


def _give_up(tx: Transaction, superevent: Superevent, event: Event) -> None:
    gw, em = (
        tuple(one for one in some if one != event.graceid)
        for some in (superevent.gw_events, superevent.em_events)
    )
    tx.put_superevent(replace(superevent, gw_events=gw, em_events=em))
    tx.put_event(replace(event, superevent=None))


def _preferred(pick: int, other: int) -> Change:
    return _superevent_change(
        pick, lambda one: replace(one, preferred_event=one.events[other % len(one.events)])
    )


def _confirmed(pick: int) -> Change:
    def change(store: Store) -> None:
        superevent = _picked(dict(store.superevents), pick)
        if superevent is not None:
            with contextlib.suppress(ApiError):  # it is already, or another has its number
                candidates.confirm(store, ADA, superevent.superevent_id, None)

    return change


@st.composite
def _created(draw: st.DrawFn) -> Change:
    made = draw(events(1))

    def change(store: Store) -> None:
        with store.transaction("create", "ada") as tx:
            number = tx.new_number()
            name = graceid(made.graceid[0], number)
            tx.put_event(replace(made, graceid=name, created=tx.timestamp()))

    return change


#: What changes one or two objects of a store in a transaction, whatever is in it.
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(
        lambda pick, names: _event_change(pick, lambda one: replace(one, labels=_labels(names))),
        _PICKS,
        _label_lists,
    ),
    st.builds(
        lambda pick, far: _event_change(pick, lambda one: replace(one, far=far)),
        _PICKS,
        _maybe(FARS),
    ),
    st.builds(
        lambda pick, found: _event_change(pick, lambda one: _with_singles(one, found)),
        _PICKS,
        singles,
    ),
    st.builds(
        lambda pick, rights: _event_change(pick, lambda one: replace(one, permissions=rights)),
        _PICKS,
        _some(_EVENT_RIGHTS),
    ),
    st.builds(
        lambda pick, names: _superevent_change(
            pick, lambda one: replace(one, labels=_labels(names))
        ),
        _PICKS,
        _label_lists,
    ),
    st.builds(
        lambda pick, rights: _superevent_change(pick, lambda one: replace(one, permissions=rights)),
        _PICKS,
        _some(_SUPEREVENT_RIGHTS),
    ),
    st.builds(
        lambda pick, time: _superevent_change(pick, lambda one: replace(one, t_0=time)),
        _PICKS,
        _some(TIMES),
    ),
    st.builds(_moved, _PICKS, _PICKS),
    st.builds(_preferred, _PICKS, _PICKS),
    st.builds(_confirmed, _PICKS),
    _created(),
)
