"""The table of calls and alerts: row by row each call by itself, and what its packets hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alert_world import HOST, World

from fakegracedb import samples

# The rows: events, then superevents; the retired and the silent ones too.
ROWS = frozenset(
    (
        *("create_event", "replace_event", "update_grbevent", "write_log", "write_log with label"),
        *("write_label", "remove_label", "write_label again", "create_voevent"),
        *("write_emobservation", "EMBB entry", "event signoff"),
        *("event exposed", "event hidden", "preferred", "not preferred"),
        *("added to superevent", "removed from superevent", "reservation", "reserved upload"),
        *("create_superevent", "update_superevent preferred", "update_superevent others"),
        *("add_event_to_superevent", "remove_event_from_superevent", "superevent label added"),
        *("superevent label removed", "superevent write_log", "superevent create_voevent"),
        *("superevent write_emobservation", "confirm", "expose", "hide", "create signoff"),
        *("update signoff status", "update signoff comment", "delete signoff"),
        *("add pipeline-preferred", "remove pipeline-preferred", "tags", "reading"),
    )
)
Told = list[tuple[str, str]]  # where, and of which type
Row = Callable[[World], tuple[Callable[[], Any], Told]]
TABLE: dict[str, Row] = {}
E, S, E2 = "event", "superevent", "another event"
FOOTPRINT = ([1.0], [2.0], [3.0], [4.0], ["2026-03-01T17:00:00.000000+00:00"], [30])


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


# `replay_id` is of the newer server
EVENT = _keys(
    "replay_id submitter created group graceid pipeline processing_status gpstime "
    "reporting_latency instruments nevents likelihood far offline far_is_upper_limit search labels "
    "extra_attributes superevent superevent_neighbours links"
)
SUPEREVENT = _keys(
    "superevent_id gw_id category created submitter preferred_event em_type t_start t_0 t_end "
    "gw_events em_events far time_coinc_far space_coinc_far labels links preferred_event_data "
    "pipeline_preferred_events"
)
LOG = "N comment created issuer filename file_version tag_names self file"
VOEVENT = (
    "N voevent_type ivorn created issuer filename file_version links skymap_type skymap_filename "
    "internal open_alert hardware_inj coinc_comment prob_has_ns prob_has_remnant prob_bns "
    "prob_nsbh prob_bbh prob_terrestrial prob_has_mass_gap significant"
)
OBSERVATION = "N created submitter group comment ra dec raWidth decWidth footprint_count footprints"
SIGNOFF = "submitter instrument status comment signoff_type"
DATA = {  # of packets about events, and what superevents have beside that
    "log": (f"{LOG} tags", LOG),
    "label_added": ("name creator created self",) * 2,
    "label_removed": ("name creator created self",) * 2,
    "voevent": (
        VOEVENT,
        f"{VOEVENT} prob_has_ssm raven_coinc ext_gcn ext_pipeline ext_search "
        "combined_skymap_filename",
    ),
    "emobservation": (f"{OBSERVATION} self", OBSERVATION),
    "signoff_created": (SIGNOFF, f"{SIGNOFF} self"),
    "signoff_updated": (SIGNOFF, f"{SIGNOFF} self"),
    "signoff_deleted": (SIGNOFF, f"{SIGNOFF} self"),
}


def row(name: str) -> Callable[[Row], Row]:
    def add(function: Row) -> Row:
        TABLE[name] = function
        return function

    return add


def on_event(name: str, act: Callable[[World, str], Any], *kinds: str, **options: Any) -> None:
    """Add a row of something that is done to an event."""

    def prepared(world: World) -> tuple[Callable[[], Any], Told]:
        graceid = world.event(**options)
        return lambda: act(world, graceid), [(E, kind) for kind in kinds]

    TABLE[name] = prepared


def on_superevent(name: str, act: Callable[[World, str], Any], *told: str) -> None:
    """Add a row of something that is done to a superevent."""

    def prepared(world: World) -> tuple[Callable[[], Any], Told]:
        uid = world.superevent()
        return lambda: act(world, uid), [(S, kind) for kind in told]

    TABLE[name] = prepared


def signed(name: str, act: Callable[[World, str], Any], *told: str) -> None:
    """Add a row of something that is done to a superevent's signoff."""

    def prepared(world: World) -> tuple[Callable[[], Any], Told]:
        uid = world.superevent()
        world.client.write_label(uid, "ADVREQ")
        world.client.create_signoff(uid, "ADV", "OK", "good")
        world.heard.clear()
        return lambda: act(world, uid), [(S, kind) for kind in told]

    TABLE[name] = prepared


# Events


@row("create_event")
def _created(world: World) -> tuple[Callable[[], Any], Told]:
    content = samples.coinc_xml("1456419850.125")
    options = {"filecontents": content, "search": "AllSky", "labels": ["INJ"]}
    return (
        lambda: world.client.create_event("CBC", "gstlal", "c.xml", **options),
        [(E, "new"), (E, "label_added")],
    )


@row("update_grbevent")
def _grb(world: World) -> tuple[Callable[[], Any], Told]:
    graceid = world.grb()
    return lambda: world.v1.update_grbevent(graceid, redshift=0.5), [("burst", "update")]


def _replace(world: World, graceid: str) -> None:
    content = samples.coinc_xml("1456419851.125")
    world.client.replace_event(graceid, "c.xml", filecontents=content)


def _embb(world: World, graceid: str) -> None:
    fields = {"group": "Swift", "waveband": "em.opt", "eel_status": "FO", "obs_status": "TE"}
    world.v1.post(f"{HOST}/api/v1/events/{graceid}/embb/", data=fields)


on_event("replace_event", _replace, "update")
on_event("write_log", lambda world, e: world.client.write_log(e, "x"), "log")
on_event(
    "write_log with label",
    lambda world, e: world.client.write_log(e, "x", label="INJ"),
    *("log", "label_added"),
)
on_event("write_label", lambda world, e: world.client.write_label(e, "INJ"), "label_added")
on_event(
    "remove_label",
    lambda world, e: world.client.remove_label(e, "INJ"),
    "label_removed",
    labels="INJ",
)
on_event("write_label again", lambda world, e: world.client.write_label(e, "INJ"), labels="INJ")
on_event("create_voevent", lambda world, e: world.v1.create_voevent(e, "RE"), "voevent")
on_event(
    "write_emobservation",
    lambda world, e: world.v1.write_emobservation(e, "Swift", *FOOTPRINT),
    "emobservation",
)
on_event("EMBB entry", _embb, "embb_event_log")
# the server takes these on its web pages only: no call makes one
on_event(
    "event signoff", lambda world, e: world.v1.request("GET", f"{HOST}/api/v1/events/{e}/signoff/")
)


def _permission(method: str) -> Callable[[World, str], Any]:
    def act(world: World, graceid: str) -> None:
        url = f"{HOST}/api/events/{graceid}/perms/lvem_users/view"
        world.client.request(method, url)

    return act


on_event("event exposed", _permission("PUT"), "exposed")


@row("event hidden")
def _hidden(world: World) -> tuple[Callable[[], Any], Told]:
    graceid = world.event()
    _permission("PUT")(world, graceid)
    world.heard.clear()
    return lambda: _permission("DELETE")(world, graceid), [(E, "hidden")]


@row("reservation")
def _reserved(world: World) -> tuple[Callable[[], Any], Told]:
    url = world.client.service_info["templates"]["event-reserve-template"]
    form = {"group": "CBC", "pipeline": "gstlal", "search": "AllSky"}
    return lambda: world.client.post(url, data=form), [(E, "new")]


@row("reserved upload")
def _uploaded(world: World) -> tuple[Callable[[], Any], Told]:
    reserve, _ = _reserved(world)
    graceid = reserve().json()["graceid"]
    world.heard.clear()
    content = samples.coinc_xml("1456419850.125")
    return (
        lambda: world.client.upload_reserved_event(graceid, "c.xml", filecontents=content),
        [(E, "new")],
    )


# Superevents


def _superevent(world: World, graceid: str, **options: Any) -> None:
    t_0 = 1456419850.125
    world.client.create_superevent(t_0 - 1, t_0, t_0 + 1, graceid, category="production", **options)


@row("create_superevent")
def _made(world: World) -> tuple[Callable[[], Any], Told]:
    graceid, other = world.event(), world.event("Burst", None)
    return (
        lambda: _superevent(world, graceid, events=[other], labels="INJ"),
        [
            *((S, "new"), (E, "selected_as_preferred"), (E2, "added_to_superevent")),
            (S, "label_added"),
        ],
    )


@row("preferred")
def _preferred(world: World) -> tuple[Callable[[], Any], Told]:
    graceid = world.event()
    return lambda: _superevent(world, graceid), [(S, "new"), (E, "selected_as_preferred")]


@row("update_superevent preferred")
def _other_preferred(world: World) -> tuple[Callable[[], Any], Told]:
    uid, other = world.superevent(), world.event("Burst", None)
    return (
        lambda: world.client.update_superevent(uid, preferred_event=other),
        [(E, "removed_as_preferred"), (E2, "selected_as_preferred"), (S, "update")],
    )


TABLE["not preferred"] = _other_preferred
on_superevent(
    "update_superevent others",
    lambda world, s: world.client.update_superevent(s, em_type="E0009", time_coinc_far=1e-9),
    "update",
)


@row("add_event_to_superevent")
def _joined(world: World) -> tuple[Callable[[], Any], Told]:
    uid, other = world.superevent(), world.event("Burst", None)
    return (
        lambda: world.client.add_event_to_superevent(uid, other),
        [(S, "event_added"), (E2, "added_to_superevent")],
    )


@row("remove_event_from_superevent")
def _left(world: World) -> tuple[Callable[[], Any], Told]:
    uid, other = world.superevent(), world.event("Burst", None)
    world.client.add_event_to_superevent(uid, other)
    world.heard.clear()
    return (
        lambda: world.client.remove_event_from_superevent(uid, other),
        [(S, "event_removed"), (E2, "removed_from_superevent")],
    )


TABLE["added to superevent"] = _joined
TABLE["removed from superevent"] = _left
on_superevent(
    "superevent label added", lambda world, s: world.client.write_label(s, "INJ"), "label_added"
)


@row("superevent label removed")
def _unlabelled(world: World) -> tuple[Callable[[], Any], Told]:
    uid = world.superevent(labels="INJ")
    return lambda: world.client.remove_label(uid, "INJ"), [(S, "label_removed")]


@row("hide")
def _hide(world: World) -> tuple[Callable[[], Any], Told]:
    uid = world.superevent()
    world.client.modify_permissions(uid, "expose")
    world.heard.clear()
    return lambda: world.client.modify_permissions(uid, "hide"), [(S, "hidden")]


on_superevent("superevent write_log", lambda world, s: world.client.write_log(s, "x"), "log")
on_superevent(
    "superevent create_voevent", lambda world, s: world.v1.create_voevent(s, "RE"), "voevent"
)
on_superevent(
    "superevent write_emobservation",
    lambda world, s: world.v1.write_emobservation(s, "Swift", *FOOTPRINT),
    "emobservation",
)
on_superevent(
    "confirm", lambda world, s: world.client.confirm_superevent_as_gw(s), "confirmed_as_gw"
)
on_superevent("expose", lambda world, s: world.client.modify_permissions(s, "expose"), "exposed")


@row("create signoff")
def _signed(world: World) -> tuple[Callable[[], Any], Told]:
    uid = world.superevent()
    world.client.write_label(uid, "ADVREQ")
    world.heard.clear()
    return (
        lambda: world.client.create_signoff(uid, "ADV", "OK", "good"),
        [(S, "label_added"), (S, "signoff_created")],
    )


signed(
    "update signoff status",
    lambda world, s: world.client.update_signoff(s, "ADV", status="NO", comment="bad"),
    *("label_removed", "label_added", "signoff_updated"),
)
signed(
    "update signoff comment",
    lambda world, s: world.client.update_signoff(s, "ADV", comment="a word"),
    "signoff_updated",
)
signed(
    "delete signoff",
    lambda world, s: world.client.delete_signoff(s, "ADV"),
    *("label_removed", "label_added", "signoff_deleted"),
)


def _pipeline_preferred(world: World, uid: str) -> None:
    [graceid] = world.client.superevent(uid).json()["gw_events"]
    world.client.add_pipeline_preferred_event(uid, graceid)


@row("remove pipeline-preferred")
def _not_pipeline_preferred(world: World) -> tuple[Callable[[], Any], Told]:
    uid, other = world.superevent(), world.event("Burst", None)
    world.client.add_event_to_superevent(uid, other)
    world.client.add_pipeline_preferred_event(uid, other)
    return lambda: world.client.remove_pipeline_preferred_event(uid, other), []


def _tags(world: World, uid: str) -> None:
    world.client.add_tag(uid, 1, "pe")
    world.client.remove_tag(uid, 1, "pe")


def _reading(world: World, uid: str) -> None:
    for one in (uid, "G0001"):
        for call in (world.client.logs, world.client.labels, world.client.files):
            call(one)


on_superevent("add pipeline-preferred", _pipeline_preferred)
on_superevent("tags", _tags)
on_superevent("reading", _reading)


def test_every_row_is_there() -> None:
    assert set(TABLE) == ROWS


def where(topic: str, message: dict[str, Any]) -> str:
    return {"cbc_gstlal": E, "burst_gstlal": E2, "superevent": S, "external_fermi": "burst"}[topic]


def check(message: dict[str, Any]) -> None:
    """Hold a packet against the lists of keys."""
    kind, data, about = message["alert_type"], message["data"], message["object"]
    assert set(message) == {"uid", "alert_type", "data", "object", "dispatched"}
    of_superevent = "superevent_id" in about
    assert set(about) == (SUPEREVENT if of_superevent else EVENT)
    event = about["preferred_event_data"] if of_superevent else about
    assert set(event) == EVENT
    for link in event["links"].values():
        assert link.startswith(f"{HOST}/api/")
    if kind in ("exposed", "hidden"):
        assert isinstance(data, list)
        assert all(set(one) == {"group", "permission"} for one in data)
    elif kind in DATA:
        assert set(data) == _keys(DATA[kind][of_superevent])
    elif kind != "embb_event_log":
        assert data == about
    for name in ("gpstime", "far", "likelihood", "reporting_latency"):
        assert event[name] is None or isinstance(event[name], int | float)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_row_is_as_it_says(world: World, name: str) -> None:
    act, told = TABLE[name](world)
    world.heard.clear()
    act()
    # an event with a search is told on a second topic, identically
    first = [(topic, one) for topic, one in world.heard if topic.count("_") < 2]
    copies = [one for topic, one in world.heard if topic.count("_") == 2]
    assert [(where(topic, one), one["alert_type"]) for topic, one in first] == told
    assert [one for topic, one in first if where(topic, one) in (E, "burst")] == copies
    for _, message in first:
        check(message)
        assert message["uid"] in json.dumps(message["object"])
