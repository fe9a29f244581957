"""What a search finds for whom: outsiders get what they see of what insiders find."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fakegracedb.documents import Event, Label, Superevent

if TYPE_CHECKING:
    from conftest import Api, Server

CREATED = "2026-03-01T17:00:0{}.000000Z"
INSIDERS = {"internal_users": ["view"]}
# Whom each event and superevent is open to, beside insiders; None is nobody at all.
OPEN_TO: tuple[tuple[str, ...] | None, ...] = (
    (),
    ("lvem_users",),
    ("lvem_observers",),
    ("public_users",),
    ("lvem_users", "lvem_observers", "public_users"),
    None,
)
OUTSIDERS = ("lvem_users", "lvem_observers", "public_users")

EVENT_TEXTS = (
    "",
    "pipeline: gstlal",
    "label: INJ",
    "~INJ",
    "far < 1e-7",
    "far > 1e-9",
    "G0001 .. G0004",
    "id: 2",
    'submitter: "ada"',
    "si.snr > 1",
    "superevent: S260301b",
    "in_superevent: True",
    "created: 2026-03-01 .. 2026-03-02",
    "gpstime: 1456419850 .. 1456419860",
)
SUPEREVENT_TEXTS = (
    "",
    "is_gw: False",
    "label: DQV",
    "-DQV",
    "far < 1e-7",
    "event: G0002",
    "preferred_event: G0001 .. G0004",
    "S260301b",
    "id: S260301c",
    'submitter: "ada"',
    "is_exposed: True",
    "is_public: True",
    "t_0: 1456419850 .. 1456419860",
)
TREES: tuple[dict[str, Any], ...] = (
    {"field": "submitter", "op": "contains", "value": "a"},
    {"not": {"field": "submitter", "op": "contains", "value": "bob"}},
    {
        "or": [
            {"field": "label", "op": "has", "value": "INJ"},
            {"field": "submitter", "op": "contains", "value": "ada"},
        ]
    },
)


def permissions(place: int) -> dict[str, list[str]]:
    groups = OPEN_TO[place]
    return {} if groups is None else {**INSIDERS, **{group: ["view"] for group in groups}}


@pytest.fixture
def shared(server: Server) -> Server:
    """Give a server with an event and a superevent of it for every audience."""
    documents: list[Event | Superevent] = []
    for place in range(len(OPEN_TO)):
        created = CREATED.format(place)
        label = Label("INJ" if place % 2 else "DQV", "ada", created)
        rest: dict[str, Any] = {"submitter": "ada", "created": created, "labels": (label,)}
        rest["permissions"] = permissions(place)
        sid = f"S260301{'abcdef'[place]}"
        graceid = f"G{place + 1:04d}"
        documents.append(
            Event(
                graceid,
                **rest,
                group="CBC",
                pipeline="gstlal",
                gpstime=1456419850.25 + place,
                far=1e-8,
                extra_attributes={"SingleInspiral": [{"ifo": "H1", "snr": 8.0}]},
                superevent=sid,
            )
        )
        times = dict.fromkeys(("t_start", "t_0", "t_end"), 1456419850.25 + place)
        documents.append(
            Superevent(
                sid,
                **rest,
                category="P",
                serial=place + 1,
                preferred_event=graceid,
                gw_events=(graceid,),
                **times,
            )
        )
    server.store.bulk_load(documents)
    return server


def found(api: Api, kind: str, **asked: Any) -> list[str]:
    """Give the ids that a list or a search finds, one a page, so that the pages count too."""
    ids: list[str] = []
    total = 1
    while len(ids) < total:
        page = {"start": len(ids), "count": 1}
        if "tree" in asked:
            answer = api.post(f"{kind}/search/", json={"query": asked["tree"]}, params=page)
        else:
            answer = api.get(f"{kind}/", params={**asked, **page})
        assert answer.status_code == 200, (asked, answer.text)
        data = answer.json()
        total = data["numRows"]
        ids += [one.get("graceid") or one["superevent_id"] for one in data[kind]]
    return ids


def seen(groups: tuple[str, ...], kind: str) -> set[str]:
    """Give what somebody sees by the permissions, as ids."""
    names = [f"G{n + 1:04d}" if kind == "events" else f"S260301{'abcdef'[n]}" for n in range(6)]
    audience = {*groups, *(("public_users",) if kind == "superevents" else ())}
    return {name for name, to in zip(names, OPEN_TO, strict=True) if audience & set(to or ())}


@pytest.mark.parametrize("group", OUTSIDERS)
def test_events_that_outsiders_find_are_those_they_see(shared: Server, group: str) -> None:
    insider, outsider = shared.at("default"), shared.at("default", "bob", (group,))
    visible = seen((group,), "events")
    assert len(visible) == 2
    for text in EVENT_TEXTS:
        everything = found(insider, "events", query=text)
        assert 0 < len(everything) <= 5, text  # the one that is open to nobody is not among them
        expected = [one for one in everything if one in visible]
        assert found(outsider, "events", query=text) == expected, text
    for tree in TREES:
        everything = found(insider, "events", tree=tree)
        expected = [one for one in everything if one in visible]
        assert found(outsider, "events", tree=tree) == expected, tree
        assert found(outsider, "events", query=json.dumps(tree)) == expected, tree


@pytest.mark.parametrize("group", [*OUTSIDERS, None])
def test_superevents_that_outsiders_find_are_those_they_see(
    shared: Server, group: str | None
) -> None:
    insider = shared.at("default")
    groups = () if group is None else (group,)
    outsider = shared.at("default", None if group is None else "bob", groups or None)
    visible = seen(groups, "superevents")
    assert len(visible) == (2 if group in ("public_users", None) else 3)
    for text in SUPEREVENT_TEXTS:
        everything = found(insider, "superevents", query=text)
        assert everything, text
        expected = [one for one in everything if one in visible]
        assert found(outsider, "superevents", query=text) == expected, text
    for tree in TREES:
        everything = found(insider, "superevents", tree=tree)
        expected = [one for one in everything if one in visible]
        assert found(outsider, "superevents", query=json.dumps(tree)) == expected, tree
        if group is not None:
            assert found(outsider, "superevents", tree=tree) == expected, tree


def test_unauthenticated_readers_list_no_events_and_post_no_query(shared: Server) -> None:
    nobody = shared.at("default", None)
    answers = [nobody.get("events/", params={"query": text}) for text in EVENT_TEXTS]
    for kind in ("events", "superevents"):
        answers += [nobody.post(f"{kind}/search/", json={"query": tree}) for tree in TREES]
    for answer in answers:
        assert answer.status_code == 403
        assert answer.json() == {"detail": "Authentication credentials were not provided."}


def test_a_hidden_superevent_is_found_no_more(shared: Server) -> None:
    insider, nobody = shared.at("default"), shared.at("default", None)
    tree = {"field": "id", "op": "=", "value": "S260301a"}
    for action, expected in (("expose", ["S260301a"]), ("hide", []), ("expose", ["S260301a"])):
        answer = insider.post("superevents/S260301a/permissions/modify/", data={"action": action})
        assert answer.status_code in (200, 201), answer.text
        assert found(nobody, "superevents", query="S260301a") == expected
        assert found(nobody, "superevents", query=json.dumps(tree)) == expected
