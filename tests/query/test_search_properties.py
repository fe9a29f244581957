"""Searches over the index find what looking at every object finds, whatever is asked of what."""

from __future__ import annotations

import json
import os
from typing import Any

import generated_stores as stores
import pytest
from generated_trees import any_tree, structured_queries
from hypothesis import given, settings
from hypothesis import strategies as st
from ligo.gracedb.exceptions import HTTPError
from plain_evaluation import Population
from searches import indexed, looked_at
from stored_population import population

from fakegracedb import FakeGraceDb, QueryError, Store
from fakegracedb.query import parse_event_text, parse_superevent_text
from fakegracedb.query.trees import Node
from fakegracedb.vocabulary import DEFAULT

KINDS = st.sampled_from(["event", "superevent"])
EXAMPLES = int(os.environ.get("FAKEGRACEDB_EXAMPLES", "50"))
CALM = settings(deadline=None, max_examples=EXAMPLES)


@given(load=stores.documents(), queries=st.lists(any_tree, min_size=1, max_size=8))
@CALM
def test_the_index_finds_what_looking_at_every_object_finds(
    load: stores.Documents, queries: list[tuple[str, Node]]
) -> None:
    with stores.new_store(load) as store:
        there = population(store)
        for kind, node in queries:
            assert indexed(store, kind, node) == looked_at(there, kind, node)


@given(
    load=stores.documents(),
    steps=st.lists(
        st.tuples(stores.changes, st.lists(any_tree, max_size=3)), min_size=1, max_size=6
    ),
)
@CALM
def test_the_index_keeps_up_with_every_change(
    load: stores.Documents, steps: list[tuple[stores.Change, list[tuple[str, Node]]]]
) -> None:
    with stores.new_store(load) as store:
        for change, queries in steps:
            change(store)
            there = population(store)
            for kind, node in queries:
                assert indexed(store, kind, node) == looked_at(there, kind, node)
            for content_id in stores.CONTENTS:
                assert with_content(store, content_id) == newest_with(store, content_id)


def with_content(store: Store, content_id: str) -> str | None:
    event = store.read(lambda view: view.find_event(content_id))
    return None if event is None else event.graceid


def newest_with(store: Store, content_id: str) -> str | None:
    found = [one for one in store.events.values() if one.content_id == content_id]
    newest = max(found, key=lambda one: (one.created, one.number), default=None)
    return None if newest is None else newest.graceid


@given(
    load=stores.documents(numbers=stores.NUMBERS[::2], ids=stores.IDS[::2]),
    more=stores.documents(numbers=stores.NUMBERS[1::2], ids=stores.IDS[1::2]),
    queries=st.lists(any_tree, min_size=1, max_size=4),
)
@CALM
def test_an_unrelated_object_changes_no_result(
    load: stores.Documents, more: stores.Documents, queries: list[tuple[str, Node]]
) -> None:
    with stores.new_store(load) as store, stores.new_store(more) as other:
        before = [indexed(store, *query) for query in queries]
        alone = [indexed(other, *query) for query in queries]
        store.bulk_load(more)
        for query, one, two in zip(queries, before, alone, strict=True):
            assert indexed(store, *query) == sorted(one + two)


# Through the client


def visible(client: FakeGraceDb, kind: str) -> set[str]:
    """Give all that there is for the user of a client."""
    if kind == "event":
        return {one["graceid"] for one in client.events()}
    return {_name(one) for one in client.superevents()}


def _name(one: dict[str, Any]) -> str:
    """Give the id that something goes by."""
    if "graceid" in one:
        return str(one["graceid"])
    # the name of one that is planned is no id yet
    gw_id = one["gw_id"]
    planned = gw_id is None or gw_id.startswith("planned")
    return str(one["superevent_id"] if planned else gw_id)


def sent(client: FakeGraceDb, kind: str, text: str) -> list[str] | str:
    """Give what the client gets for a text, as ids in order, or the refusal."""
    ask = client.events if kind == "event" else client.superevents
    try:
        found = sorted(map(_name, ask(text)))
    except HTTPError as error:
        return f"refused with {error.status_code}"
    if kind == "event":
        assert client.num_events(text) == len(found)
    return found


def allowed(there: Population, kind: str) -> set[str]:
    """Give the ids of what insiders may see."""
    if kind == "superevent":
        return {one["superevent_id"] for one in there.superevents}
    insiders = {"internal_users", "executives"}
    return {one["graceid"] for one in there.events if one["viewers"] & insiders}


@given(
    load=stores.documents(),
    queries=st.lists(
        KINDS.flatmap(lambda kind: st.tuples(st.just(kind), structured_queries(kind))),
        min_size=1,
        max_size=4,
    ),
)
@settings(CALM, max_examples=max(1, EXAMPLES // 2))
def test_a_structured_query_finds_what_its_tree_does(
    load: stores.Documents, queries: list[tuple[str, tuple[Any, Node]]]
) -> None:
    with stores.new_store(load) as store, FakeGraceDb(store=store, waits="skip") as client:
        there = population(store)
        for kind, (query, node) in queries:
            seen = allowed(there, kind)
            assert visible(client, kind) == seen
            expected = [one for one in looked_at(there, kind, node) if one in seen]
            assert sent(client, kind, json.dumps(query)) == expected


TERMS = {
    "event": (
        *('G1', "T1 .. T12", "T10 .. T9999", "E12", "h2", "hid: H3", "M123", "gid: G1 .. G12345"),
        *("CBC", "Test", "Burst", "External", "gstlal", "pipeline: Fermi pycbc", "AllSky", "MDC"),
        *("HardwareInjection", "group: CBC Test", "search: GRB SubGRB", "H1", "H1,L1", "V1 L1,H1"),
        *("nevents: 2", "nevents: 3", "hasfar", "1126259462.391", "1187733618 .. 1400000001"),
        *("O2", "ER8 O4", "created: 2026-03-01 .. 2026-03-02", "created: 2026-03-02"),
        *("noon .. now", "created: 1 day ago .. now", '"robot"', '"LOVE"', 'submitter: ""'),
        '"mdctest"',
        *("in_superevent: true", "in_superevent: False", "is_preferred_event: true"),
        *("superevent: S170817a", "superevent: GW170817", "superevent: TS170817 CBC"),
        *("replay_id: run-7", "replay_id: test", "far < 1e-7", "~far < 1e-7 & far >= 0"),
        *("si.snr > 1 & si.ifo = \"H1\"", "si.snr > 8 | far < 1e-7", "(ci.mass > 1 | ml.snr < 9)"),
        *("offline = 1", "offline >= 0", 'group.name > "CBC"', 'submitter.last_name = "Robot"'),
        *("si.snr in 1, 9 & ~si.ifo = \"L1\"", "likelihood: 8", 'created < "2026-03-02"',),
        *("id > 11", "(far > 0 | si.snr > 1) & (nevents = 2 | si.ifo = \"H1\" | ~si.snr > 8)"),
        *("EM_READY", "INJ | DQV & ~ADVOK", "~INJ", "label: DQV", "- INJ", "far < 1e-7 - INJ"),
        *("Group: CBC", "far < x", "EM_READY &", "grbevent.t90 > 1", "li.bci <= 1.5", "  "),
        *("ml.x = 1", "noon"),
    ),
    "superevent": (
        *("S170817", "S170817b", "GW170817", "TS170817a", "ms260301", "S17*"),
        *("GW1*", "T*", "M S2*"),
        *("O2", "ER8", "1126259462.391", "1e9 .. 2e9", "t_0: 1187733618", "t_start: 5 .. 1.3e9"),
        *("t_end: 1400000000.25", '"robot"', 'submitter: "LOVE"', "preferred_event: G1"),
        *("preferred_event: T2 .. H9999", "event: G1", "events: E1 .. G12", "event: T10 .. T9999"),
        *("is_gw: true", "is_gw: FALSE", "is_public: true", "is_exposed: false", "public"),
        *("status: internal", "created: 2026-03-01 .. 2026-03-02", "created: 2026-03-02"),
        *("2 days ago .. now", "Test", "category: MDC", "Production", "far < 1e-7", "FAR >= 0"),
        *("far in 0, 1e-6", "far: 1e-8 - 1", "EM_READY", "INJ | DQV & ~ADVOK", "~INJ"),
        *("label: DQV", "G1", "far", "created: 5", "S170899", "EM_READY &", "INJ DQV", " "),
        "event: Z1",
    ),
}  # fmt: skip
PARSERS = {"event": parse_event_text, "superevent": parse_superevent_text}
texts = KINDS.flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.lists(st.sampled_from(TERMS[kind]), min_size=1, max_size=3).map(" ".join)
    )
)


@given(load=stores.documents(), queries=st.lists(texts, min_size=1, max_size=6))
@settings(CALM, max_examples=max(1, EXAMPLES // 2))
def test_a_text_finds_what_its_tree_does(
    load: stores.Documents, queries: list[tuple[str, str]]
) -> None:
    with stores.new_store(load) as store, FakeGraceDb(store=store, waits="skip") as client:
        there = population(store)
        for kind, text in queries:
            try:
                node = PARSERS[kind](text, store.vocabulary).node
            except QueryError:
                expected: list[str] | str = "refused with 400"
            else:
                seen = allowed(there, kind)
                expected = [one for one in looked_at(there, kind, node) if one in seen]
            assert sent(client, kind, text) == expected


@pytest.mark.parametrize(("kind", "count"), [("event", 4), ("superevent", 8)])
def test_few_of_these_terms_are_refused(kind: str, count: int) -> None:
    refused = []
    for text in TERMS[kind]:
        try:
            PARSERS[kind](text, DEFAULT)
        except QueryError:
            refused.append(text)
    assert len(refused) == count, refused
