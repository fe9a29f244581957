"""The rules of documents: what the store writes keeps them, each has a document that breaks it."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from math import inf, nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb import schemas
from fakegracedb.clock import Clock, iso_text
from fakegracedb.documents import (
    Catalog,
    CatalogEntry,
    EMBBLog,
    EMObservation,
    Event,
    FileVersion,
    Footprint,
    Label,
    Log,
    Notice,
    Settings,
    Signoff,
    Superevent,
    Tag,
    User,
    VOEvent,
)
from fakegracedb.documents.attributes import TABLES, Field
from fakegracedb.errors import StoreError
from fakegracedb.schemas import library
from fakegracedb.store import Store, contents
from fakegracedb.store.commits import Commit
from fakegracedb.store.layout import line_text, pretty_text
from fakegracedb.vocabulary import DEFAULT, Pipeline, ServerSettings, Vocabulary

TIME = "2026-03-01T17:04:09.123456Z"
SINGLE = {"ifo": "H1", "end_time": 1456419850, "snr": 8.5, "chisq_dof": -1, "channel": ""}
EXAMPLES: dict[str, dict[str, Any]] = {
    "settings": {
        "format": 1,
        "created": TIME,
        "server_version": "2.36",
        "user": "ada.lovelace@ligo.org",
        "clock": {"kind": "stepping", "start": "2026-03-01 17:00:00", "step": 0.5},
        "fsync": False,
    },
    "vocabulary": {
        "groups": ["CBC", "Test"],
        "pipelines": ["X", {"name": "mine", "type": "SP", "extra_attributes_key": "GRB"}],
        "labels": [{"name": "INJ", "protected": True}],
        "tags": [{"name": "pe", "display_name": None}],
        "instruments": {"H1": "LHO"},
        "settings": {"voevent_far_floor_hz": 1e-9, "event_neighborhood_default": [-5, 5]},
    },
    "users": {
        "users": [
            {"name": "ada", "groups": ["internal_users"], "email": "", "pipelines": ["gstlal"]},
            {"name": "bob", "pipelines": None, "permissions": ["t90_grbevent"]},
        ]
    },
    "tags": {"tags": [{"name": "my_tag-1"}, {"name": "other", "display_name": "Other"}]},
    "event": {
        "graceid": "G0042",
        "submitter": "ada.lovelace@ligo.org",
        "created": TIME,
        "group": "CBC",
        "pipeline": "gstlal",
        "search": "LowMass",
        "offline": False,
        "gpstime": 1456419850.125,
        "instruments": "H1,L1",
        "nevents": 2,
        "far": 2.5e-07,
        "likelihood": None,
        "labels": [
            {"name": "DQV", "creator": "ada", "created": TIME},
            {"name": "INJ", "creator": "bob", "created": TIME},
        ],
        "extra_attributes": {
            "CoincInspiral": {"ifos": "H1,L1", "end_time": 1456419850, "mass": 2.9},
            "SingleInspiral": [{**SINGLE}, {**SINGLE}],
            "MLyBurst": {"channels": ["H1:A"], "scores": {"coherency": 0.9, "combined": None}},
        },
        "superevent": "S260301r",
        "replay_id": "night-3",
        "content_id": "01234567-89ab-cdef-0123-456789ABCDEF",
        "permissions": {"internal_users": ["view", "change"]},
        "signoffs": [
            {"signoff_type": "OP", "instrument": "H1", "status": "OK", "submitter": "ada"},
            {
                "signoff_type": "ADV",
                "instrument": "",
                "status": "NO",
                "submitter": "bob",
                "comment": "a glitch",
            },
        ],
        "reserved": True,
        "kafka_server": "broker:9092",
        "kafka_topic": None,
    },
    "log": {
        "N": 4,
        "comment": "Sky map made by BAYESTAR",
        "created": TIME,
        "issuer": "ada",
        "filename": "bayestar.multiorder.fits",
        "file_version": 0,
        "tags": ["sky_loc", "public"],
    },
    "file": {"name": "a:b", "version": 0, "size": 5, "sha256": "0a" * 32, "disk": "a%3Ab"},
    "voevent": {
        "N": 1,
        "voevent_type": "PR",
        "created": TIME,
        "issuer": "ada",
        "ivorn": "ivo://gwnet/LVC#G0042-1-Preliminary",
        "filename": "G0042-1-Preliminary.xml",
        "file_version": 0,
        "skymap_type": "bayestar",
        "skymap_filename": None,
        "internal": False,
        "significant": True,
        "prob_bns": 0.5,
        "prob_bbh": None,
    },
    "superevent": {
        "superevent_id": "TS260301ab",
        "category": "T",
        "submitter": "ada.lovelace@ligo.org",
        "created": TIME,
        "serial": 28,
        "preferred_event": "T0042",
        "t_start": 1456419849.125,
        "t_0": 1456419850.125,
        "t_end": 1456419851,
        "gw_events": ["T0042", "T0043"],
        "em_events": ["T0044"],
        "pipeline_preferred": {"gstlal": "T0043"},
        "em_type": "T0044",
        "time_coinc_far": 1e-09,
        "space_coinc_far": None,
        "gw_id": "TGW260301A",
        "is_gw": True,
        "gw_number": 1,
        "labels": [{"name": "ADVOK", "creator": "bob", "created": TIME}],
        "signoffs": [
            {"signoff_type": "ADV", "instrument": "", "status": "OK", "submitter": "bob"}
        ],
        "permissions": {"public_users": ["view"], "lvem_observers": ["view", "annotate"]},
    },
    "notice": {
        "N": 1,
        "notice_type": "PR",
        "created": TIME,
        "issuer": "ada",
        "filename": "TS260301ab-1-preliminary.json",
        "file_version": 0,
        "significant": True,
        "raven_coinc": True,
        "ext_gcn": "1234",
        "prob_bns": 0.5,
        "prob_has_ssm": None,
    },
    "catalog": {
        "N": 3,
        "number": "4a",
        "version": 2,
        "created": TIME,
        "submitter": "ada",
        "comment": "with more of them",
        "entries": [
            {"superevent": "S260301a", "pipelines": {"gstlal": "G0042"}, "far": 1e-9},
            {"superevent": "S260301b", "far": None, "pastro": {"BNS": 0.5, "BBH": 0.5}},
        ],
    },
    "emobservation": {
        "N": 2,
        "created": TIME,
        "submitter": "ada",
        "group": "ZTF",
        "comment": "tiles",
        "footprints": [
            {
                "ra": 10,
                "dec": -20.5,
                "ra_width": 1.0,
                "dec_width": 2.0,
                "start_time": TIME,
                "exposure_time": 30,
            }
        ],
    },
    "embb": {
        "N": 1,
        "created": TIME,
        "submitter": "ada",
        "group": "ZTF",
        "waveband": "em.gamma",
        "eel_status": "FO",
        "obs_status": "OB",
        "instrument": "P48",
        "footprint_id": "",
        "ra": [10, 11.5],
        "duration": [30.0],
    },
    "commit": {
        "n": 7,
        "time": TIME,
        "user": "ada",
        "call": "POST events/",
        "documents": {"events/G0001/event.json": None, "tags.json": {"tags": []}},
        "lines": {"events/G0042/logs.jsonl": [], "notes/n.jsonl": [{"free": 1}]},
        "sums": {"events/G0042/.hidden/a": [12, "0a1b"], "users.json": None},
        "counters": {"number": 42, "events": 3, "newest": TIME, "ordered": False},
        "base": True,
    },
}  # fmt: skip


def changed(kind: str, place: tuple[str | int, ...], value: Any) -> Any:
    """Give the example of a kind with something else at a place; `...` takes it away."""
    document: Any = copy.deepcopy(EXAMPLES[kind])
    if not place:
        return value
    inside = document
    for key in place[:-1]:
        inside = inside[key]
    if value is ...:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return document


# What the store writes.

names = st.text(min_size=1, max_size=20)
times = st.datetimes().map(iso_text)
counts = st.integers(0, 2**31 - 1)
numbers = st.floats() | st.integers(-(2**63), 2**63)
tag_names = st.from_regex(r"[0-9a-zA-Z_\-]{1,100}", fullmatch=True)
unknown = st.dictionaries(
    st.just("x").flatmap(lambda x: names.map(x.__add__)), st.none() | names | st.lists(counts)
)


def values(field: Field) -> st.SearchStrategy[Any]:
    texts = st.text(max_size=min(20, field.max_length or 20))
    found: st.SearchStrategy[Any] = {
        "float": numbers,
        "int": st.integers(-(2**31), 2**31 - 1),
        "natural": counts,
        "big": st.integers(-(2**63), 2**63 - 1),
        "str": texts,
        "list": st.lists(texts),
        "scores": st.fixed_dictionaries({"coherency": numbers, "combined": numbers}),
    }[field.kind]
    return found | st.none() if field.nullable else found


rows = {
    name: st.lists(st.sampled_from(table.fields), max_size=4, unique=True).flatmap(
        lambda some: st.fixed_dictionaries({field.name: values(field) for field in some})
    )
    for name, table in TABLES.items()
}
extra_attributes = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(row, max_size=3) if TABLES[name].many else row for name, row in rows.items()
    },
)
labels = st.builds(
    Label, name=st.text(min_size=1, max_size=32), creator=names, created=times, unknown=unknown
)
events = st.builds(
    Event,
    graceid=st.builds("{}{:04d}".format, st.sampled_from("GEHMTD"), st.integers(0, 10**18 - 1)),
    submitter=names,
    created=times,
    group=names,
    pipeline=names,
    search=st.none() | st.text(),
    offline=st.booleans(),
    gpstime=st.none() | numbers,
    instruments=st.text(max_size=20),
    nevents=st.none() | counts,
    far=st.none() | numbers,
    likelihood=st.none() | numbers,
    labels=st.lists(labels, max_size=3).map(tuple),
    extra_attributes=extra_attributes,
    superevent=st.none() | st.sampled_from(["S260301r", "TS260301abc", "GW170817"]),
    replay_id=st.none() | st.from_regex("[A-Za-z0-9_-]{1,30}", fullmatch=True),
    content_id=st.none() | st.uuids().map(str),
    permissions=st.dictionaries(names, st.lists(st.sampled_from(["view", "change"]))),
    unknown=unknown,
)
logs = st.builds(
    Log,
    N=st.integers(1, 10**6),
    comment=st.text(),
    created=times,
    issuer=names,
    filename=st.text(max_size=100),
    file_version=st.none() | counts,
    tags=st.lists(tag_names, max_size=3).map(tuple),
    unknown=unknown,
)
files = st.builds(
    FileVersion,
    name=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1),
    version=counts,
    size=counts,
    sha256=st.from_regex("[0-9a-f]{64}", fullmatch=True),
    disk=st.sampled_from(["", "a%3Ab", "nul~2"]),
    unknown=unknown,
)
users = st.builds(
    User,
    name=names,
    groups=st.lists(names).map(tuple),
    first_name=st.text(),
    last_name=st.text(),
    email=st.text(),
    pipelines=st.none() | st.lists(names).map(tuple),
    permissions=st.lists(names).map(tuple),
    unknown=unknown,
)
tags = st.builds(
    Tag, name=tag_names, display_name=st.none() | st.text(max_size=200), unknown=unknown
)
clocks = st.one_of(
    st.just(Clock()),
    st.timedeltas().filter(lambda span: abs(span.days) < 365 * 1900).map(Clock.of),
    st.datetimes().map(Clock.fixed),
    st.builds(Clock.stepping, st.datetimes(), st.floats(-1e6, 1e6)),
)
settings_documents = st.builds(
    Settings,
    created=st.just("") | times,
    server_version=st.sampled_from(["2.36", "2.33"]),
    user=names,
    clock=clocks.map(Clock.to_json),
    fsync=st.booleans(),
    unknown=unknown,
)
vocabularies = st.builds(
    Vocabulary,
    groups=st.lists(names, unique=True).map(tuple),
    pipelines=st.lists(
        st.builds(
            Pipeline,
            name=names,
            enabled=st.booleans(),
            extra_attributes_key=st.none() | st.sampled_from(list(TABLES)),
        ),
        unique_by=lambda pipeline: pipeline.name,
    ).map(tuple),
    instruments=st.dictionaries(st.text(), st.text()),
    settings=st.builds(
        ServerSettings,
        event_pagination_max_limit=st.integers(1),
        event_neighborhood_default=st.tuples(st.integers(), st.integers()),
        voevent_far_floor_hz=st.floats(0, allow_infinity=False) | counts,
    ),
)
probabilities = st.none() | st.floats(0, 1)
voevents = st.builds(
    VOEvent,
    N=st.integers(1),
    voevent_type=names,
    created=times,
    issuer=names,
    ivorn=names,
    filename=names,
    file_version=counts,
    skymap_filename=st.none() | names,
    internal=st.booleans(),
    prob_bns=probabilities,
    prob_has_mass_gap=probabilities,
    unknown=unknown,
)
observations = st.builds(
    EMObservation,
    N=st.integers(1),
    created=times,
    submitter=names,
    group=names,
    comment=st.text(),
    footprints=st.lists(
        st.builds(
            Footprint,
            ra=numbers,
            dec=numbers,
            ra_width=numbers,
            dec_width=numbers,
            start_time=times,
            exposure_time=counts,
            unknown=unknown,
        ),
        max_size=2,
    ).map(tuple),
    unknown=unknown,
)
embb_logs = st.builds(
    EMBBLog,
    N=st.integers(1),
    created=times,
    submitter=names,
    group=names,
    waveband=names,
    eel_status=names,
    obs_status=names,
    comment=st.text(),
    ra=st.lists(numbers, max_size=2).map(tuple),
    gpstime=st.lists(numbers, max_size=2).map(tuple),
    unknown=unknown,
)
graceids = st.builds("{}{:04d}".format, st.sampled_from("GEHMTD"), st.integers(0, 10**18 - 1))
superevents = st.builds(
    Superevent,
    superevent_id=st.from_regex("[TM]?S[0-9]{6}[a-z]{1,10}", fullmatch=True),
    category=st.sampled_from("PTM"),
    submitter=names,
    created=times,
    serial=st.integers(1),
    preferred_event=graceids,
    t_start=st.floats(-9e9, 9e9),
    t_0=st.floats(-9e9, 9e9),
    t_end=st.floats(-9e9, 9e9),
    gw_events=st.lists(graceids, max_size=3).map(tuple),
    em_events=st.lists(graceids, max_size=3).map(tuple),
    pipeline_preferred=st.dictionaries(names, graceids, max_size=2),
    em_type=st.none() | st.text(max_size=100),
    time_coinc_far=st.none() | numbers,
    space_coinc_far=st.none() | numbers,
    gw_id=st.none() | st.text(min_size=1, max_size=25),
    is_gw=st.booleans(),
    gw_number=st.none() | st.integers(1),
    labels=st.lists(labels, max_size=2).map(tuple),
    signoffs=st.lists(
        st.builds(
            Signoff,
            signoff_type=names,
            instrument=st.text(),
            status=names,
            submitter=names,
            comment=st.text(),
            unknown=unknown,
        ),
        max_size=2,
    ).map(tuple),
    permissions=st.dictionaries(names, st.lists(st.sampled_from(["view", "annotate"]))),
    unknown=unknown,
)
notices = st.builds(
    Notice,
    N=st.integers(1),
    notice_type=names,
    created=times,
    issuer=names,
    filename=names,
    file_version=counts,
    significant=st.booleans(),
    raven_coinc=st.booleans(),
    ext_gcn=st.text(),
    prob_bns=probabilities,
    prob_has_ssm=probabilities,
    unknown=unknown,
)
catalogs = st.builds(
    Catalog,
    N=st.integers(1),
    number=names,
    version=st.integers(1),
    created=times,
    submitter=names,
    comment=st.text(),
    entries=st.lists(
        st.builds(
            CatalogEntry,
            superevent=names,
            pipelines=st.dictionaries(names, graceids, max_size=2),
            far=st.none() | numbers,
            pastro=st.none() | st.dictionaries(names, numbers, max_size=2),
            unknown=unknown,
        ),
        max_size=2,
    ).map(tuple),
    unknown=unknown,
)
DOCUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "settings": settings_documents.map(Settings.to_json),
    "vocabulary": vocabularies.map(Vocabulary.to_json),
    "users": st.lists(users, max_size=3).map(lambda all_: {"users": [u.to_json() for u in all_]}),
    "tags": st.lists(tags, max_size=3).map(lambda all_: {"tags": [t.to_json() for t in all_]}),
    "event": events.map(Event.to_json),
    "log": logs.map(Log.to_json),
    "file": files.map(FileVersion.to_json),
    "voevent": voevents.map(VOEvent.to_json),
    "emobservation": observations.map(EMObservation.to_json),
    "embb": embb_logs.map(EMBBLog.to_json),
    "superevent": superevents.map(Superevent.to_json),
    "notice": notices.map(Notice.to_json),
    "catalog": catalogs.map(Catalog.to_json),
}
commits = st.builds(
    Commit,
    n=counts,
    time=st.just("") | times,
    user=st.text(),
    call=st.text(),
    documents=st.fixed_dictionaries(
        {},
        optional={
            "store.json": DOCUMENTS["settings"],
            "users.json": DOCUMENTS["users"],
            "tags.json": DOCUMENTS["tags"],
            "events/G0042/event.json": DOCUMENTS["event"] | st.none(),
            "superevents/S260301a/superevent.json": DOCUMENTS["superevent"] | st.none(),
        },
    ),
    lines=st.fixed_dictionaries(
        {},
        optional={
            "events/G0042/logs.jsonl": st.lists(DOCUMENTS["log"], max_size=2),
            "events/G0042/files.jsonl": st.lists(DOCUMENTS["file"], max_size=2),
            "events/G0042/voevents.jsonl": st.lists(DOCUMENTS["voevent"], max_size=2),
            "events/G0042/emobservations.jsonl": st.lists(DOCUMENTS["emobservation"], max_size=2),
            "events/G0042/embb.jsonl": st.lists(DOCUMENTS["embb"], max_size=2),
            "superevents/S260301a/notices.jsonl": st.lists(DOCUMENTS["notice"], max_size=2),
            "catalogs.jsonl": st.lists(DOCUMENTS["catalog"], max_size=2),
        },
    ),
    sums=st.dictionaries(
        st.sampled_from(["users.json", "events/G0042/event.json"]),
        st.none() | st.tuples(counts, st.sampled_from(["0a", "1b2c"])).map(list),
    ),
    counters=st.fixed_dictionaries(
        {}, optional={"number": counts, "tick": counts, "newest": times, "ordered": st.booleans()}
    ),
    base=st.booleans(),
    restoring=st.booleans(),
)
DOCUMENTS["commit"] = commits.map(lambda commit: json.loads(commit.to_line()))


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_what_the_documents_write_keeps_the_rules(kind: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(DOCUMENTS[kind])
    def holds(data: dict[str, Any]) -> None:
        for text in (pretty_text(data), line_text(data)):
            assert schemas.problems(kind, json.loads(text)) == []

    holds()


def test_what_a_store_writes_keeps_the_rules(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.settings["server_version"] = "2.33"
    store.vocabulary = DEFAULT.with_pipeline("mine", "GRB")
    store.users["ada"] = User("ada", groups=("internal_users",), pipelines=())
    for clock in ("system", "2026-03-01", Clock.stepping("2026-03-01", 1)):
        store.clock.set(clock)
    store.clock.advance(30)
    with store.transaction("POST events/", "ada") as tx:
        event = Event("G0001", "ada", tx.timestamp(), "CBC", "gstlal")
        tx.put_event(event)
        tx.put_event(replace(event, labels=(Label("INJ", "ada", tx.timestamp()),)))
        tx.put_tag(Tag("new"))
        for content in (b"a", b"b"):
            file = tx.write_file("events/G0001", "a:b", content)
            log = Log(1, "", tx.timestamp(), "ada", "a:b", file.version, ("new",))
            tx.add_log("events/G0001", log)
    store.reset()
    store.compact()
    with store.transaction() as tx:
        tx.put_event(event)
        tx.put_tag(Tag("newer", "Newer"))
    seen = set()
    for path in (tmp_path / "store").rglob("*.json*"):
        kind = contents.kind(path.name)
        assert kind is not None
        texts = path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
        for text in texts:
            assert schemas.problems(kind, json.loads(text)) == []
            seen.add(kind)
    assert seen == {"settings", "vocabulary", "users", "tags", "event", "commit"}


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_examples_keep_the_rules(kind: str) -> None:
    schemas.validate(kind, EXAMPLES[kind], where="here")


def test_mark_of_how_far_documents_are_is_a_line_of_the_journal() -> None:
    assert schemas.problems("commit", {"applied": 12}) == []


def test_whole_default_vocabulary_keeps_the_rules() -> None:
    assert schemas.problems("vocabulary", DEFAULT.to_json()) == []
    assert schemas.problems("vocabulary", {}) == []


@pytest.mark.parametrize("number", [nan, inf, -inf, 3, 1e300])
def test_any_number_can_stand_where_a_number_is(number: float) -> None:
    document = changed("event", ("far",), number)
    document["gpstime"] = document["likelihood"] = number
    document["extra_attributes"]["SingleInspiral"][0]["snr"] = number
    assert schemas.problems("event", json.loads(json.dumps(document))) == []


# Unknown keys.


def objects(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield place
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, dict | list):
            yield from objects(item, (*place, key))


# Not objects with keys of ours: codes, groups, paths.
FREE = {
    *(("instruments",), ("permissions",), ("documents",), ("lines",), ("sums",)),
    *(("pipeline_preferred",), ("entries", 0, "pipelines")),
}


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (kind, place)
        for kind in EXAMPLES
        for place in objects(EXAMPLES[kind])
        if kind != "vocabulary" and place != ("clock",) and place not in FREE
    ],
)
def test_unknown_keys_pass(kind: str, place: tuple[str | int, ...]) -> None:
    document = changed(kind, (*place, "of_a_newer_version"), {"any": ["thing", None]})
    assert schemas.problems(kind, document) == []


@pytest.mark.parametrize(
    ("kind", "place"),
    [("settings", ("clock",))]
    + [("vocabulary", place) for place in objects(EXAMPLES["vocabulary"]) if place not in FREE],
)
def test_unknown_keys_are_refused_where_they_can_only_be_mistakes(
    kind: str, place: tuple[str | int, ...]
) -> None:
    document = changed(kind, (*place, "colour"), "red")
    (problem,) = schemas.problems(kind, document)
    assert problem.endswith("Additional properties are not allowed ('colour' was unexpected)")


def test_unknown_members_of_extra_attributes_are_free() -> None:
    assert schemas.problems("event", changed("event", ("extra_attributes", "New"), [1])) == []


# A document that breaks each rule.

MISSING = "{!r} is a required property"
NO_TIME = "(UTC with microseconds, as 2026-03-01T17:04:09.123456Z)"
BROKEN: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    *[(kind, (), [], "[] is not of type 'object'") for kind in EXAMPLES],
    ("settings", ("format",), ..., MISSING.format("format")),
    ("settings", ("format",), 0, "format: 0 is less than the minimum of 1"),
    ("settings", ("format",), "1", "format: '1' is not of type 'integer'"),
    ("settings", ("created",), "today", "created: 'today' does not match '^(|[0-9]"),
    ("settings", ("server_version",), "1.0", "'1.0' is not one of ['2.36', '2.33'"),
    ("settings", ("user",), "", "user: '' should be non-empty"),
    ("settings", ("user",), None, "user: None is not of type 'string'"),
    ("settings", ("fsync",), 1, "fsync: 1 is not of type 'boolean'"),
    ("settings", ("clock",), "system", "clock: 'system' is not of type 'object'"),
    ("settings", ("clock", "kind"), ..., "clock: 'kind' is a required property"),
    ("settings", ("clock", "kind"), "sundial", "'sundial' is not one of ['system', 'offset', "),
    ("settings", ("clock", "start"), ..., "clock: 'start' is a required property"),
    ("settings", ("clock", "start"), "noon", "'noon' is not a time; what can be given: "),
    ("settings", ("clock", "start"), nan, "clock.start: nan is not a 'time-in-any-form': "),
    ("settings", ("clock", "start"), None, "clock.start: None is not of type 'string', 'number'"),
    ("settings", ("clock", "step"), nan, "clock.step: nan is not at least"),
    ("settings", ("clock", "step"), inf, "clock.step: inf is greater than the maximum of"),
    ("settings", ("clock",), {"kind": "offset"}, "clock: 'seconds' is a required property"),
    ("settings", ("clock",), {"kind": "fixed"}, "clock: 'time' is a required property"),
    ("settings", ("clock",), {"kind": "fixed", "time": "2026-02-30"}, "no such time, '2026-02-30'"),
    ("settings", ("clock",), {"kind": "system", "time": 1}, "clock: Additional properties are"),
    ("settings", ("clock",), {"kind": "fixed", "time": TIME, "step": 1}, "'step' was unexpected"),
    ("settings", ("clock",), {"kind": "offset", "seconds": 1, "step": 1}, "'step' was unexpected"),
    ("settings", ("clock",), {"kind": "offset", "seconds": "1"}, "'1' is not of type 'number'"),
    ("settings", ("clock",), {"kind": "offset", "seconds": -6e10}, "-60000000000.0 is less than"),
    ("settings", ("clock",), {"kind": "offset", "seconds": 3e11}, "300000000000.0 is greater than"),
    ("settings", ("clock", "step"), -6e10, "clock.step: -60000000000.0 is less than"),
    ("vocabulary", ("groups",), "CBC", "groups: 'CBC' is not of type 'array'"),
    ("vocabulary", ("groups", 0), "", "groups[0]: '' should be non-empty"),
    ("vocabulary", ("groups", 0), 3, "groups[0]: 3 is not of type 'string'"),
    ("vocabulary", ("pipelines", 0), "", "pipelines[0]: '' should be non-empty"),
    ("vocabulary", ("pipelines", 0), 1, "pipelines[0]: 1 is not of type 'object', 'string'"),
    ("vocabulary", ("pipelines", 1, "name"), ..., "pipelines[1]: 'name' is a required property"),
    ("vocabulary", ("pipelines", 1, "name"), "", "pipelines[1].name: '' should be non-empty"),
    ("vocabulary", ("pipelines", 1, "enabled"), "no", "'no' is not of type 'boolean'"),
    ("vocabulary", ("pipelines", 1, "extra_attributes_key"), "Grb", "not one of ['CoincInspiral'"),
    ("vocabulary", ("tags", 0, "display_name"), 0, "0 is not of type 'string', 'null'"),
    ("vocabulary", ("instruments", "H1"), None, "instruments.H1: None is not of type 'string'"),
    ("vocabulary", ("settings", "voevent_far_floor_hz"), -1, "-1 is less than the minimum of 0"),
    ("vocabulary", ("settings", "voevent_far_floor_hz"), inf, "inf is greater than"),
    ("vocabulary", ("settings", "voevent_far_floor_hz"), nan, "nan is not at least 0"),
    ("vocabulary", ("settings", "event_pagination_max_limit"), 0, "0 is less than"),
    ("vocabulary", ("settings", "tag_name_regex"), "(", "'(' is not a 'regex': missing )"),
    ("vocabulary", ("settings", "event_neighborhood_default"), [1], "[1] is too short"),
    ("vocabulary", ("settings", "event_neighborhood_default"), [1, 2, 3], "is too long"),
    ("vocabulary", ("settings", "event_neighborhood_default", 0), 1.5, "[0]: 1.5 is not of type"),
    ("users", ("users",), ..., MISSING.format("users")),
    ("users", ("users", 0, "name"), ..., "users[0]: 'name' is a required property"),
    ("users", ("users", 0), "ada", "users[0]: 'ada' is not of type 'object'"),
    ("users", ("users", 0, "name"), "", "users[0].name: '' should be non-empty"),
    ("users", ("users", 0, "groups", 0), "", "groups[0]: '' should be non-empty"),
    ("users", ("users", 0, "pipelines", 0), "", "pipelines[0]: '' should be non-empty"),
    ("users", ("users", 1, "permissions", 0), "", "permissions[0]: '' should be non-empty"),
    ("users", ("users", 0, "groups"), "all", "users[0].groups: 'all' is not of type 'array'"),
    ("users", ("users", 0, "pipelines"), "all", "'all' is not of type 'array', 'null'"),
    ("users", ("users", 0, "email"), None, "users[0].email: None is not of type 'string'"),
    ("users", ("users", 1, "permissions", 0), 1, "users[1].permissions[0]: 1 is not of type"),
    ("tags", ("tags",), ..., MISSING.format("tags")),
    ("tags", ("tags", 0, "name"), ..., "tags[0]: 'name' is a required property"),
    ("tags", ("tags", 0, "name"), "", "tags[0].name: '' should be non-empty"),
    ("tags", ("tags", 0, "name"), "a b", "does not match '^[0-9a-zA-Z_\\\\-]*$(?!\\n)'"),
    ("tags", ("tags", 0, "name"), "ab\n", r"'ab\n' does not match "),
    ("tags", ("tags", 0, "name"), "a" * 101, " is too long"),
    ("tags", ("tags", 1, "display_name"), "a" * 201, " is too long"),
    *[
        ("event", (key,), ..., MISSING.format(key))
        for key in ("graceid", "submitter", "created", "group", "pipeline")
    ],
    *[
        ("event", ("graceid",), graceid, f"graceid: {graceid!r} does not match '^[GEHMTD](")
        for graceid in ("X0001", "G1", "G00001", "g0001", "S260301a", "G0001\n", "G" + 19 * "1")
    ],
    ("event", ("graceid",), "G\N{DEVANAGARI DIGIT ONE}001", "does not match '^[GEHMTD]("),
    ("event", ("submitter",), "", "submitter: '' should be non-empty"),
    ("event", ("created",), "yesterday", NO_TIME),
    ("event", ("created",), "2026-03-01T17:04:09Z", NO_TIME),
    ("event", ("created",), "2026-03-01T24:04:09.123456Z", NO_TIME),
    ("event", ("created",), "2026-02-29T17:04:09.123456Z", "is not a 'date-time': no such time, "),
    ("event", ("created",), "0000-01-01T17:04:09.123456Z", "year 0 is out of range (UTC"),
    ("event", ("created",), 1456419850.0, "created: 1456419850.0 is not of type 'string'"),
    ("event", ("search",), 1, "search: 1 is not of type 'string', 'null'"),
    ("event", ("offline",), None, "offline: None is not of type 'boolean'"),
    ("event", ("gpstime",), "1456419850", "gpstime: '1456419850' is not of type 'number', 'null'"),
    ("event", ("far",), True, "far: True is not of type 'number', 'null'"),
    ("event", ("far",), 10**400, "is not of type 'number', 'null'"),
    ("event", ("instruments",), None, "instruments: None is not of type 'string'"),
    ("event", ("instruments",), "H1" * 11, "is too long"),
    ("event", ("nevents",), -1, "nevents: -1 is less than the minimum of 0"),
    ("event", ("nevents",), 2**31, "nevents: 2147483648 is greater than the maximum of 2147483647"),
    ("event", ("nevents",), 2.0, "nevents: 2.0 is not of type 'integer', 'null'"),
    ("event", ("nevents",), True, "nevents: True is not of type 'integer', 'null'"),
    ("event", ("labels",), {}, "labels: {} is not of type 'array'"),
    ("event", ("labels", 1, "name"), ..., "labels[1]: 'name' is a required property"),
    ("event", ("labels", 1, "name"), "", "labels[1].name: '' should be non-empty"),
    ("event", ("labels", 1, "name"), "a" * 33, " is too long"),
    ("event", ("labels", 1, "creator"), None, "labels[1].creator: None is not of type 'string'"),
    ("event", ("labels", 1, "created"), "yesterday", "labels[1].created: 'yesterday' does not"),
    ("event", ("extra_attributes",), [], "extra_attributes: [] is not of type 'object'"),
    ("event", ("superevent",), "", "superevent: '' should be non-empty"),
    ("event", ("superevent",), "S" * 26, " is too long"),
    ("event", ("replay_id",), "a b", "'a b' does not match '^[A-Za-z0-9_-]{1,30}$(?!\\n)'"),
    ("event", ("replay_id",), "a" * 31, " does not match '^[A-Za-z0-9_-]{1,30}$(?!\\n)'"),
    ("event", ("content_id",), "0123456789abcdef0123456789abcdef", "(a UUID with its hyphens)"),
    ("event", ("permissions", "internal_users"), "view", "'view' is not of type 'array'"),
    ("event", ("permissions", "internal_users", 0), "views", "'views' is not one of ['view', "),
    *[
        ("log", (key,), ..., MISSING.format(key)) for key in ("N", "comment", "created", "issuer")
    ],
    ("log", ("N",), 0, "N: 0 is less than the minimum of 1"),
    ("log", ("N",), 1.0, "N: 1.0 is not of type 'integer'"),
    ("log", ("comment",), None, "comment: None is not of type 'string'"),
    ("log", ("created",), "2026-03-01 17:04:09 UTC", NO_TIME),
    ("log", ("created",), "2026-02-29T17:04:09.123456Z", "is not a 'date-time': no such time, "),
    ("log", ("issuer",), "", "issuer: '' should be non-empty"),
    ("log", ("tags", 1), "", "tags[1]: '' should be non-empty"),
    ("log", ("tags", 1), "a" * 101, " is too long"),
    ("log", ("filename",), "a" * 101, " is too long"),
    ("log", ("filename",), None, "filename: None is not of type 'string'"),
    ("log", ("file_version",), -1, "file_version: -1 is less than the minimum of 0"),
    ("log", ("file_version",), "0", "file_version: '0' is not of type 'integer', 'null'"),
    ("log", ("tags",), "pe", "tags: 'pe' is not of type 'array'"),
    ("log", ("tags", 0), "sky loc", "tags[0]: 'sky loc' does not match"),
    *[("file", (key,), ..., MISSING.format(key)) for key in ("name", "version", "size", "sha256")],
    ("file", ("name",), "", "(a file name without a folder)"),
    ("file", ("name",), "../a", "name: '../a' does not match"),
    ("file", ("name",), "a\0", "(a file name without a folder)"),
    ("file", ("version",), -1, "version: -1 is less than the minimum of 0"),
    ("file", ("version",), 1.0, "version: 1.0 is not of type 'integer'"),
    ("file", ("size",), -1, "size: -1 is less than the minimum of 0"),
    ("file", ("sha256",), "0A" * 32, "(64 hexadecimal digits, small letters)"),
    ("file", ("sha256",), "0a" * 31, "(64 hexadecimal digits, small letters)"),
    ("file", ("disk",), "a\\b", "disk: 'a\\\\b' does not match"),
    ("file", ("disk",), "a/b", "disk: 'a/b' does not match"),
    ("file", ("disk",), "a" * 201, " is too long"),
    ("event", ("signoffs", 0, "status"), ..., MISSING.format("status")),
    ("event", ("signoffs", 1, "signoff_type"), "", "signoff_type: '' should be non-empty"),
    ("voevent", ("N",), 0, "N: 0 is less than the minimum of 1"),
    ("voevent", ("ivorn",), ..., MISSING.format("ivorn")),
    ("voevent", ("created",), "now", NO_TIME),
    ("voevent", ("prob_bns",), 1.5, "prob_bns: 1.5 is greater than the maximum of 1"),
    ("voevent", ("prob_has_ns",), -0.1, "prob_has_ns: -0.1 is less than the minimum of 0"),
    ("voevent", ("skymap_filename",), "a" * 101, " is too long"),
    ("emobservation", ("N",), 0, "N: 0 is less than the minimum of 1"),
    ("emobservation", ("group",), "", "group: '' should be non-empty"),
    ("emobservation", ("footprints", 0, "dec"), ..., MISSING.format("dec")),
    ("emobservation", ("footprints", 0, "start_time"), "noon", NO_TIME),
    ("emobservation", ("footprints", 0, "exposure_time"), -1, "-1 is less than the minimum of 0"),
    ("emobservation", ("footprints", 0, "exposure_time"), 2**31, "is greater than the maximum"),
    ("embb", ("N",), 0, "N: 0 is less than the minimum of 1"),
    ("embb", ("waveband",), "", "waveband: '' should be non-empty"),
    ("embb", ("ra", 1), "east", "ra[1]: 'east' is not of type 'number'"),
    ("superevent", ("superevent_id",), "S260301A", "(the default id, as S240229a)"),
    ("superevent", ("category",), "Q", "category: 'Q' is not one of ['P', 'T', 'M']"),
    ("superevent", ("serial",), 0, "serial: 0 is less than the minimum of 1"),
    ("superevent", ("preferred_event",), ..., MISSING.format("preferred_event")),
    ("superevent", ("t_0",), 1e10, "t_0: 10000000000.0 is greater than or equal to the maximum"),
    ("superevent", ("gw_events", 1), "T1", "gw_events[1]: 'T1' does not match"),
    ("superevent", ("pipeline_preferred", "gstlal"), None, "is not of type 'string'"),
    ("superevent", ("gw_id",), "S" * 26, " is too long"),
    ("superevent", ("permissions", "public_users", 0), "change", "is not one of ['view', 'ann"),
    ("notice", ("notice_type",), ..., MISSING.format("notice_type")),
    ("notice", ("prob_has_ssm",), 2, "prob_has_ssm: 2 is greater than the maximum of 1"),
    ("catalog", ("version",), 0, "version: 0 is less than the minimum of 1"),
    ("catalog", ("number",), "4" * 26, " is too long"),
    ("catalog", ("entries", 0, "pipelines", "gstlal"), "G1", "'G1' does not match"),
    ("commit", ("lines", "a/voevents.jsonl"), [{**EXAMPLES["voevent"], "N": 0}], "[0].N: 0"),
    ("commit", (), {"user": "ada"}, "'applied' is a required property (a line with n is a commit;"),
    ("commit", (), {"applied": -1}, "applied: -1 is less than the minimum of 0"),
    ("commit", ("n",), "7", "n: '7' is not of type 'integer'"),
    ("commit", ("time",), "now", "time: 'now' does not match"),
    ("commit", ("user",), None, "user: None is not of type 'string'"),
    ("commit", ("documents", "../a.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "/a.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "a/../b.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "a/./b.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "a\n/../b.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "a/.."), {}, "(a place within the store)"),
    ("commit", ("documents", "a//b.json"), {}, "(a place within the store)"),
    ("commit", ("documents", "a\\b.json"), {}, "(a place within the store)"),
    ("commit", ("documents", ""), {}, "documents: '' does not match"),
    ("commit", ("documents", "other.json"), [], "['other.json']: [] is not of type 'object', "),
    ("commit", ("documents", "tags.json"), {}, "['tags.json']: 'tags' is a required property"),
    ("commit", ("documents", "store.json"), {"format": 0}, "['store.json'].format: 0 is less than"),
    ("commit", ("documents", "users.json"), {"users": 1}, "['users.json'].users: 1 is not of"),
    ("commit", ("documents", "vocabulary.json"), {"a": 1}, "['vocabulary.json']: Additional"),
    ("commit", ("lines", "../logs.jsonl"), [], "(a place within the store)"),
    ("commit", ("lines", "events/G0042/logs.jsonl"), {}, "logs.jsonl']: {} is not of type 'array'"),
    ("commit", ("lines", "a/logs.jsonl"), [{**EXAMPLES["log"], "N": 0}], "[0].N: 0 is less than"),
    ("commit", ("lines", "a/files.jsonl"), [{**EXAMPLES["file"], "size": -1}], "[0].size: -1 is"),
    ("commit", ("lines", "notes/n.jsonl", 0), 1, "['notes/n.jsonl'][0]: 1 is not of type 'object'"),
    ("commit", ("sums", "../a"), None, "(a place within the store)"),
    ("commit", ("sums", "users.json"), [1], "['users.json']: [1] is too short"),
    ("commit", ("sums", "users.json"), [1, "a", 1], "['users.json']: [1, 'a', 1] is too long"),
    ("commit", ("sums", "users.json"), ["a", "a"], "[0]: 'a' is not of type 'integer'"),
    ("commit", ("sums", "users.json"), [1, "x"], "['users.json'][1]: 'x' does not match"),
    ("commit", ("counters",), [], "counters: [] is not of type 'object'"),
    ("commit", ("counters", "events"), -1, "counters.events: -1 is less than the minimum of 0"),
    ("commit", ("counters", "newest"), None, "counters.newest: None is not of type 'string'"),
    ("commit", ("counters", "ordered"), 0, "counters.ordered: 0 is not of type 'boolean'"),
    ("commit", ("base",), None, "base: None is not of type 'boolean'"),
    ("commit", ("restoring",), 1, "restoring: 1 is not of type 'boolean'"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "place", "value", "message"), BROKEN)
def test_broken_rule_is_told_with_its_place(
    kind: str, place: tuple[str | int, ...], value: Any, message: str
) -> None:
    (problem,) = schemas.problems(kind, changed(kind, place, value))
    assert message in problem


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*place, key))


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_every_place_refuses_a_wrong_type(kind: str) -> None:
    for place in places(EXAMPLES[kind]):
        if "free" in place or "pastro" in place[:-1]:  # anything goes
            continue
        inside: Any = EXAMPLES[kind]
        for key in place:
            inside = inside[key]
        wrong: Any = True if inside is None or isinstance(inside, dict | list) else []
        (problem,) = schemas.problems(kind, changed(kind, place, wrong))
        assert re.search(f"{wrong!r} is not (of type|one of) ".replace("[]", r"\[\]"), problem)


def test_name_that_ends_with_a_newline_is_that_of_another_file() -> None:
    data = {"documents": {"tags.json\n": {"tags": 1}}, "lines": {"a/logs.jsonl\n": [{"N": 0}]}}
    assert schemas.problems("commit", {"n": 1, **data}) == []


VOCABULARY = DEFAULT.to_json()
LIMITS = [field for field in fields(ServerSettings) if field.type in ("int", "float")]


@pytest.mark.parametrize("table", [key for key in VOCABULARY if key != "settings"])
def test_tables_of_a_vocabulary_hold_names_entries_or_codes(table: str) -> None:
    def told(value: Any) -> str:
        (problem,) = schemas.problems("vocabulary", {table: value})
        return problem

    if isinstance(VOCABULARY[table], dict):
        assert told([]) == f"{table}: [] is not of type 'object'"
        assert told({"a": None}) == f"{table}.a: None is not of type 'string'"
        return
    assert told({}) == f"{table}: {{}} is not of type 'array'"
    assert told([""]) == f"{table}[0]: '' should be non-empty"
    if table not in ("pipelines", "labels", "tags"):
        assert told([{}]) == f"{table}[0]: {{}} is not of type 'string'"
        return
    assert told([{}]) == f"{table}[0]: 'name' is a required property"
    for key in VOCABULARY[table][0]:
        assert re.search(
            rf"\[0\]\.{key}: \[\] is not (of type|one of)", told([{"name": "a", key: []}])
        )


@pytest.mark.parametrize("key", VOCABULARY["settings"])
def test_limits_of_a_vocabulary_hold_what_their_field_says(key: str) -> None:
    def told(value: Any) -> str:
        (problem,) = schemas.problems("vocabulary", {"settings": {key: value}})
        assert problem.startswith(f"settings.{key}: ")
        return problem

    assert " is not of type " in told(None)
    if key in [field.name for field in LIMITS]:
        assert told(-1).endswith(
            " is less than the minimum of 1"
            if key.endswith("_limit")
            else " is less than the minimum of 0"
        )
    if key.endswith("_regex"):
        assert "'(' is not a 'regex': missing )" in told("(")
        assert "is not a 'regex': the repetition number is too large" in told(f"a{{{10**20}}}")


def column_problems(field: Field, value: Any, table: str) -> list[str]:
    row = {field.name: value}
    extra = {table: [row] if TABLES[table].many else row}
    return schemas.problems("event", {**EXAMPLES["event"], "extra_attributes": extra})


WRONG: dict[str, list[Any]] = {
    "float": ["1", True, [], 10**400],
    "int": ["1", 1.0, 2**31, -(2**31) - 1],
    "natural": ["1", 1.0, 2**31, -1],
    "big": ["1", 1.0, 2**63, -(2**63) - 1],
    "str": [1, []],
    "list": ["H1", {}, [1]],
    "scores": [[], "x", {"coherency": "x"}, {"coincidence": True}, {"combined": []}],
}


@pytest.mark.parametrize(
    ("table", "field"),
    [(name, field) for name, table in TABLES.items() for field in table.fields],
    ids=lambda one: one if isinstance(one, str) else one.name,
)
def test_columns_of_sub_tables_hold_what_their_field_says(table: str, field: Field) -> None:
    place = f"extra_attributes.{table}{'[0]' if TABLES[table].many else ''}.{field.name}"
    wrong = [*WRONG[field.kind], *([] if field.nullable else [None])]
    if field.max_length is not None:
        longer = "x" * (field.max_length + 1)
        wrong.append([longer] if field.kind == "list" else longer)
    for value in wrong:
        (problem,) = column_problems(field, value, table)
        assert problem.startswith(place)
    if field.nullable:
        assert column_problems(field, None, table) == []


@pytest.mark.parametrize("name", TABLES)
def test_member_of_extra_attributes_is_an_object_or_a_list_of_them(name: str) -> None:
    wrong: Any = {} if TABLES[name].many else []
    (problem,) = schemas.problems("event", changed("event", ("extra_attributes", name), wrong))
    assert problem.startswith(f"extra_attributes.{name}: ")
    if TABLES[name].many:
        document = changed("event", ("extra_attributes", name), [1])
        assert schemas.problems("event", document) == [
            f"extra_attributes.{name}[0]: 1 is not of type 'object'"
        ]


# Messages.


def test_error_names_file_place_rule_and_how_many_more() -> None:
    document = changed("event", ("labels", 1, "created"), "yesterday")
    schemas.validate("event", EXAMPLES["event"], where="events/G0042/event.json")
    with pytest.raises(StoreError) as caught:
        schemas.validate("event", document, where="events/G0042/event.json")
    message = "events/G0042/event.json: labels[1].created: 'yesterday' does not match '^[0-9]{4}-"
    assert str(caught.value).startswith(message)
    assert str(caught.value).endswith(NO_TIME)
    document["labels"][0]["name"] = ""
    document["nevents"] = -1
    del document["group"]
    with pytest.raises(StoreError) as caught:
        schemas.validate("event", document, where="events/G0042/event.json")
    assert (
        str(caught.value) == "events/G0042/event.json: 'group' is a required property (and 3 more)"
    )


def test_outer_problems_come_first_and_then_those_of_earlier_places() -> None:
    document = changed("event", ("labels", 0, "name"), 1)
    document["extra_attributes"]["SingleInspiral"][1]["snr"] = "loud"
    document["labels"] = document["labels"][:1] + [{}] * 10
    document["far"] = document["nevents"] = "x"
    places = [problem.partition(":")[0] for problem in schemas.problems("event", document)]
    assert list(dict.fromkeys(places)) == [
        *("far", "nevents"),
        *[f"labels[{number}]" for number in range(1, 11)],
        *("labels[0].name", "extra_attributes.SingleInspiral[1].snr"),
    ]


def test_text_of_another_form_is_told_once() -> None:
    (problem,) = schemas.problems("log", changed("log", ("created",), "yesterday"))
    assert "does not match" in problem
    (problem,) = schemas.problems("settings", changed("settings", ("clock", "start"), 10**400))
    assert "is not of type" in problem


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("log", ("N",), "x" * 10000),
        ("log", ("N",), ["x"] * 10000),
        ("log", ("created",), "x" * 10000),
        ("settings", ("clock", "start"), "x" * 10000),
        ("commit", ("sums", "../" + "x" * 10000), None),
    ],
)
def test_long_values_are_cut_in_messages(
    kind: str, place: tuple[str | int, ...], value: Any
) -> None:
    (problem,) = schemas.problems(kind, changed(kind, place, value))
    assert len(problem) < 500
    assert " is not " in problem or " does not match " in problem


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no schema is named 'evnt'; there are settings, vocab"):
        schemas.problems("evnt", {})
    with pytest.raises(ValueError, match="no schema is named"):
        schemas.validate("evnt", {}, where="here")


# The schemas themselves.


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_schemas_are_valid_and_are_json(kind: str) -> None:
    schema = schemas.schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_kind_of_file_in_a_store_has_a_schema() -> None:
    paths = ["store.json", "vocabulary.json", "users.json", "tags.json"]
    paths += ["events/G0001/event.json", "events/G0001/logs.jsonl", "events/G0001/files.jsonl"]
    paths += ["events/G0001/voevents.jsonl", "events/G0001/emobservations.jsonl"]
    paths += ["events/G0001/embb.jsonl", "superevents/S260301a/superevent.json"]
    paths += ["superevents/S260301a/notices.jsonl", "catalogs.jsonl"]
    assert {contents.kind(path) for path in [*paths, "journal.jsonl"]} == {*schemas.KINDS}


@pytest.mark.parametrize(
    ("kind", "document", "also"),
    [
        ("settings", Settings, set()),
        ("vocabulary", Vocabulary, set()),
        ("event", Event, set()),
        ("log", Log, set()),
        ("file", FileVersion, set()),
        ("voevent", VOEvent, set()),
        ("superevent", Superevent, set()),
        ("notice", Notice, set()),
        ("catalog", Catalog, set()),
        ("commit", Commit, {"applied"}),
    ],
)
def test_schemas_describe_every_field_of_their_document(
    kind: str, document: Any, also: set[str]
) -> None:
    described = set(schemas.schema(kind)["properties"])
    assert described - also == {field.name for field in fields(document)} - {"unknown"}


def test_a_schema_given_away_can_be_changed_without_harm() -> None:
    schemas.schema("event")["properties"]["created"]["type"] = "number"
    schemas.schema("event")["properties"].clear()
    assert schemas.problems("event", EXAMPLES["event"]) == []
    assert schemas.schema("event")["properties"]["created"]["type"] == "string"


def test_rules_of_another_vocabulary_can_be_asked_for() -> None:
    rules = ServerSettings(
        tag_name_regex="^[a-z ]+$",
        tag_name_max_length=5,
        tag_display_name_max_length=3,
        label_name_max_length=40,
        replay_id_regex="^[0-9]$",
    )
    tags = {"tags": [{"name": "a b", "display_name": "abc"}]}
    assert schemas.problems("tags", tags, settings=rules) == []
    assert len(schemas.problems("tags", tags)) == 1
    log = changed("log", ("tags",), ["sky_loc", "abcdef"])
    told = schemas.problems("log", log, settings=rules)
    assert [problem.partition("'")[0] for problem in told] == ["tags[0]: "] * 2 + ["tags[1]: "]
    event = changed("event", ("labels", 0, "name"), "x" * 40)
    with pytest.raises(StoreError, match=r"replay_id: 'night-3' does not match '.*'$"):
        schemas.validate("event", event, where="here", settings=rules)
    commit = {"n": 1, "documents": {"tags.json": tags}}
    assert schemas.problems("commit", commit, settings=rules) == []
    assert len(schemas.problems("commit", commit)) == 1


# Speed, threads, fake file systems.


def test_event_with_three_singles_takes_less_than_5_ms() -> None:
    kinds = {"float": 1.5, "int": 3, "natural": 4, "str": "H1"}
    row = {field.name: kinds[field.kind] for field in TABLES["SingleInspiral"].fields}
    document = changed("event", ("extra_attributes", "SingleInspiral"), [row, row, row])
    schemas.validate("event", document, where="here")
    times = []
    for _ in range(20):
        start = time.perf_counter()
        schemas.validate("event", document, where="here")
        times.append(time.perf_counter() - start)
    assert min(times) < 5e-3


def test_threads_may_ask_at_once_for_the_first_time() -> None:
    rules = ServerSettings(label_name_max_length=2)  # nobody has asked with these
    start = threading.Barrier(8)
    answers = []

    def ask() -> None:
        start.wait()
        answers.append(schemas.problems("event", EXAMPLES["event"], settings=rules))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(len(answer) == 2 and answer == answers[0] for answer in answers)


def run(program: str, *arguments: str, folder: Path) -> None:
    (folder / "program.py").write_text(textwrap.dedent(program))
    done = subprocess.run(
        [sys.executable, *arguments, "program.py"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(schemas.__file__).parents[2]), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


ASK = """
import os, sys
from importlib.util import find_spec
assert "fakegracedb" not in sys.modules
FILES = find_spec("jsonschema_specifications").submodule_search_locations[0]
def files():
    return sorted(os.walk("/")) if faked else []
def ask():
    import fakegracedb.schemas as schemas
    from fakegracedb.errors import StoreError
    assert not os.path.exists(schemas.__file__) or not faked
    before = files()
    for kind in schemas.KINDS:
        assert schemas.problems(kind, []) == ["[] is not of type 'object'"]
    try:
        schemas.validate("log", {"N": 0, "comment": "", "created": "", "issuer": "a"}, where="w")
    except StoreError as error:
        assert str(error).startswith("w: N"), error
    else:
        raise AssertionError("no error")
    from fakegracedb.errors import StoreError as again
    assert again is StoreError
    assert files() == before
    if faked:
        assert not os.path.exists(FILES)
faked = True
"""


def test_what_another_thread_begins_to_import_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Modules(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            found = super().__contains__(name)
            if not found and name in ("jsonschema", "jsonschema_specifications"):
                self.update({str(name): None, f"{name}._part": None})  # right after the look
            return found

    modules = Modules({"jsonschema_specifications._failed": None})
    monkeypatch.setattr(library, "sys", SimpleNamespace(modules=modules))
    library._imported()
    begun = ["jsonschema", "jsonschema_specifications"]
    assert sorted(modules) == sorted([*begun, *(f"{name}._part" for name in begun)])


def test_library_is_imported_at_the_first_use_only(tmp_path: Path) -> None:
    program = """
    from fakegracedb import schemas
    schemas.schema("event")
    assert "jsonschema" not in sys.modules
    schemas.problems("event", {})
    assert "jsonschema" in sys.modules
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_be_inside_the_context_manager_of_pyfakefs(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher, Pause
    with Patcher() as patcher:
        ask()
        with Pause(patcher):
            faked = False
            ask()
        faked = True
        ask()
    faked = False
    ask()
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_be_while_pyfakefs_pauses(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher, Pause
    with Patcher() as patcher:
        with Pause(patcher):
            faked = False
            ask()
        faked = True
        ask()
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_be_before_pyfakefs(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    faked = False
    ask()
    faked = True
    with Patcher():
        ask()
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


@pytest.mark.parametrize("before", ["", "import fakegracedb.schemas as schemas"])
def test_fake_file_systems_may_follow_each_other(before: str, tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    for _ in range(3):
        with Patcher():
            ask()
            os.mkdir("/work")
    """
    run(ASK + before + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_be_in_a_test_with_the_fixture_or_a_test_case(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import TestCase
    def test_with_fixture(fs):
        ask()
    class TestAsCase(TestCase):
        def test_case(self):
            self.setUpPyfakefs()
            ask()
    """
    arguments = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    arguments += ("-p", "no:fakegracedb")  # which would load it before
    run(ASK + textwrap.dedent(program), *arguments, folder=tmp_path)


def test_first_use_may_be_in_a_doctest(tmp_path: Path) -> None:
    program = """
    import unittest
    from pyfakefs.fake_filesystem_unittest import load_doctests
    def asked():
        '''
        >>> ask()
        '''
    def load_tests(loader, tests, ignore):
        return load_doctests(loader, tests, ignore, sys.modules[__name__])
    unittest.main()
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_follow_an_import_that_failed_in_the_fake_file_system(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    with Patcher():
        try:
            import jsonschema
        except FileNotFoundError:
            assert "jsonschema.exceptions" in sys.modules
        else:
            raise AssertionError("it can be imported there: library.py may be simpler")
        ask()
        import jsonschema.exceptions
        assert jsonschema.exceptions.ValidationError is jsonschema.ValidationError
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_first_use_may_be_that_of_a_user_who_cannot_write_where_the_library_is(
    tmp_path: Path,
) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    with Patcher(allow_root_user=False):
        ask()
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_library_that_is_in_the_fake_file_system_stays_there(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    with Patcher() as patcher:
        patcher.fs.add_real_directory(FILES)
        from fakegracedb import schemas
        assert schemas.problems("log", []) == ["[] is not of type 'object'"]
        assert "schemas" in os.listdir(FILES)
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_what_is_written_beside_the_library_meanwhile_stays(tmp_path: Path) -> None:
    program = """
    from pyfakefs.fake_filesystem_unittest import Patcher
    from fakegracedb import schemas
    folder = os.path.dirname(FILES)

    class Meanwhile:
        def find_spec(self, name, path=None, target=None):
            if name == "jsonschema_specifications._core":
                assert os.path.exists(FILES)
                with open(os.path.join(folder, "written"), "w"):
                    pass

    sys.meta_path.insert(0, Meanwhile())
    with Patcher():
        assert schemas.problems("log", []) == ["[] is not of type 'object'"]
        assert os.listdir(folder) == ["written"]
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)


def test_threads_may_ask_at_once_for_the_first_time_in_a_fake_file_system(tmp_path: Path) -> None:
    program = """
    import threading
    from pyfakefs.fake_filesystem_unittest import Patcher
    from fakegracedb import schemas
    answers = []
    ready = threading.Barrier(8)

    def question():
        ready.wait()
        answers.append(schemas.problems("log", []))

    with Patcher():
        before = files()
        threads = [threading.Thread(target=question) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [["[] is not of type 'object'"]] * 8, answers
        assert files() == before
    """
    run(ASK + textwrap.dedent(program), folder=tmp_path)
