"""Every public name of the installed client, with a use of it that works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb

URL = "https://gracedb.example.org/api/"
EVENT, BURST, MEMBER, FREE, SUPEREVENT = "T0001", "T0002", "T0003", "T0004", "TS240517a"

Use = Callable[[FakeGraceDb], Any]


def read(name: str) -> Use:
    """Read a property."""
    return lambda client: getattr(client, name)


def call(name: str, *args: Any, **kwargs: Any) -> Use:
    """Call a method, and read the answer."""

    def use(client: FakeGraceDb) -> Any:
        answer = getattr(client, name)(*args, **kwargs)
        return list(answer) if isinstance(answer, Iterator) else answer

    return use


_UPLOAD: dict[str, Any] = {"filename": "coinc.xml", "filecontents": b"<LIGO_LW/>"}
_CREATE: Any = ("Test", "gstlal", "coinc.xml", None, None, False, b"<LIGO_LW/>")
_OBSERVATION: Any = ("ZTF", [1], [1], [1], [1], ["2026-03-01T17:00:00"], [60])
_VOEVENT: Any = ("PR",)


def reserved_and_uploaded(client: FakeGraceDb) -> Any:
    graceid = client._reserve_graceid("Test", "gstlal").json()["graceid"]
    return client.upload_reserved_event(graceid, **_UPLOAD)


def signed(use: Use) -> Use:
    """Use a client after an advocate has signed off."""

    def signed_and_used(client: FakeGraceDb) -> Any:
        client.create_signoff(SUPEREVENT, "ADV", "OK", "fine")
        return use(client)

    return signed_and_used


def _notice() -> bytes:
    """Give the document of a retraction."""
    notice = {
        "alert_type": "RETRACTION",
        "time_created": "2026-03-01T17:10:00Z",
        "superevent_id": SUPEREVENT,
        "event": None,
        "external_coinc": None,
        "urls": {"gracedb": f"https://gracedb.example.org/superevents/{SUPEREVENT}/view/"},
    }
    return json.dumps(notice).encode()


# What works, with a use of it on a store that holds an event with a log, a label and a tag, a GRB
# event, and a superevent with all that can hang on it.
FAKED: dict[str, Use] = {
    "addEventToSuperevent": call("addEventToSuperevent", SUPEREVENT, FREE),
    "addTag": call("addTag", EVENT, 1, "psd"),
    "add_event_to_superevent": call("add_event_to_superevent", SUPEREVENT, FREE),
    "add_pipeline_preferred_event": call("add_pipeline_preferred_event", SUPEREVENT, EVENT),
    "add_tag": call("add_tag", EVENT, 1, "psd"),
    "allowed_labels": read("allowed_labels"),
    "api_versions": read("api_versions"),
    "confirm_superevent_as_gw": call("confirm_superevent_as_gw", SUPEREVENT),
    "createEvent": call("createEvent", *_CREATE),
    "create_event": call("create_event", *_CREATE),
    "create_notice": call("create_notice", SUPEREVENT, "notice.json", _notice()),
    "create_signoff": call("create_signoff", SUPEREVENT, "ADV", "OK", "fine"),
    "create_superevent": call("create_superevent", 1, 2, 3, FREE, "T"),
    "createSuperevent": call("createSuperevent", 1, 2, 3, FREE, "T"),
    "createVOEvent": call("createVOEvent", EVENT, *_VOEVENT),
    "create_voevent": call("create_voevent", EVENT, *_VOEVENT),
    "delete_signoff": signed(call("delete_signoff", SUPEREVENT, "ADV")),
    "em_groups": read("em_groups"),
    "emobservations": call("emobservations", EVENT),
    "event": call("event", EVENT),
    "events": call("events", "group: Test"),
    "files": call("files", EVENT, "coinc.xml"),
    "get_file": lambda client: client.get_file(client.links["self"]),
    "get_user_info": call("get_user_info"),
    "groups": read("groups"),
    "gwtc_create": call("gwtc_create", {}, "4"),
    "gwtc_get": call("gwtc_get", "4", 1),
    "gwtc_list": call("gwtc_list"),
    "gwtc_numbers": call("gwtc_numbers"),
    "gwtc_versions": call("gwtc_versions"),
    "instruments": read("instruments"),
    "labels": call("labels", EVENT),
    "links": read("links"),
    "load_json_from_response": lambda client: client.load_json_from_response(client.ping()),
    "logs": call("logs", EVENT),
    "modify_permissions": call("modify_permissions", SUPEREVENT, "expose"),
    "notices": call("notices", SUPEREVENT),
    "numEvents": call("numEvents"),
    "num_events": call("num_events"),
    "permissions": call("permissions", SUPEREVENT),
    "ping": call("ping"),
    "pipelines": read("pipelines"),
    "removeEventFromSuperevent": call("removeEventFromSuperevent", SUPEREVENT, MEMBER),
    "removeLabel": call("removeLabel", EVENT, "INJ"),
    "removeTag": call("removeTag", EVENT, 1, "pe"),
    "remove_event_from_superevent": call("remove_event_from_superevent", SUPEREVENT, MEMBER),
    "remove_label": call("remove_label", EVENT, "INJ"),
    "remove_pipeline_preferred_event": call("remove_pipeline_preferred_event", SUPEREVENT, MEMBER),
    "remove_tag": call("remove_tag", EVENT, 1, "pe"),
    "replaceEvent": call("replaceEvent", EVENT, **_UPLOAD),
    "replace_event": call("replace_event", EVENT, **_UPLOAD),
    "searches": read("searches"),
    "server_version": read("server_version"),
    "service_info": read("service_info"),
    "service_url": read("service_url"),
    "show_credentials": call("show_credentials"),
    "signoff_statuses": read("signoff_statuses"),
    "signoff_types": read("signoff_types"),
    "signoffs": call("signoffs", SUPEREVENT),
    "superevent": call("superevent", SUPEREVENT),
    "superevent_categories": read("superevent_categories"),
    "superevents": call("superevents"),
    "tags": call("tags", EVENT, 1),
    "templates": read("templates"),
    "token": read("token"),
    "updateSuperevent": call("updateSuperevent", SUPEREVENT, t_0=2),
    "update_grbevent": call("update_grbevent", BURST, ra=1.0),
    "update_signoff": signed(call("update_signoff", SUPEREVENT, "ADV", status="NO")),
    "update_superevent": call("update_superevent", SUPEREVENT, t_0=2),
    "upload_reserved_event": reserved_and_uploaded,
    "voevent_types": read("voevent_types"),
    "voevents": call("voevents", EVENT),
    "writeEMObservation": call("writeEMObservation", EVENT, *_OBSERVATION),
    "writeLabel": call("writeLabel", EVENT, "DQV"),
    "writeLog": call("writeLog", EVENT, "hello"),
    "write_emobservation": call("write_emobservation", EVENT, *_OBSERVATION),
    "write_label": call("write_label", EVENT, "DQV"),
    "write_log": call("write_log", EVENT, "hello", "a.txt", b"text", "pe"),
}

# Of these, what the newer line has retired from its own base.
RETIRED = {
    *("createVOEvent", "create_voevent", "emobservations", "update_grbevent", "voevents"),
    *("writeEMObservation", "write_emobservation"),
}

# Methods that serve events and superevents, with a use of each on a superevent.
OF_SUPEREVENTS: dict[str, Use] = {
    "add_tag": call("add_tag", SUPEREVENT, 1, "psd"),
    "create_voevent": call("create_voevent", SUPEREVENT, *_VOEVENT),
    "emobservations": call("emobservations", SUPEREVENT),
    "files": call("files", SUPEREVENT),
    "labels": call("labels", SUPEREVENT),
    "logs": call("logs", SUPEREVENT),
    "remove_label": call("remove_label", SUPEREVENT, "INJ"),
    "remove_tag": call("remove_tag", SUPEREVENT, 1, "pe"),
    "signoffs": call("signoffs", SUPEREVENT),
    "tags": call("tags", SUPEREVENT, 1),
    "voevents": call("voevents", SUPEREVENT),
    "write_emobservation": call("write_emobservation", SUPEREVENT, *_OBSERVATION),
    "write_label": call("write_label", SUPEREVENT, "DQV"),
    "write_log": call("write_log", SUPEREVENT, "hello", "a.txt", b"text", "pe"),
}

# Speaks to a Kafka broker that its caller names, not to the server behind the client.
NOT_OF_THE_SERVER = {"create_kafka_producer"}


@pytest.fixture
def client() -> Iterator[FakeGraceDb]:
    with FakeGraceDb(URL) as client:
        client.create_event(*_CREATE)
        client.write_log(EVENT, "first", tag_name="pe")
        client.add_tag(EVENT, 1, "pe")
        client.write_label(EVENT, "INJ")
        with client.store.transaction() as tx:  # a VOEvent needs both
            event = tx.event(EVENT)
            assert event is not None
            tx.put_event(replace(event, gpstime=1400000000.25, far=1e-8))
        client.create_event("Test", "Fermi", "notice.json", filecontents=b"{}")
        client.create_event(*_CREATE)
        client.create_event(*_CREATE)
        client.create_superevent(
            1400000000,
            1400000000.25,
            1400000001,
            EVENT,
            "T",
            events=[MEMBER],
            labels=["ADVREQ", "INJ"],
        )
        client.add_pipeline_preferred_event(SUPEREVENT, MEMBER)
        client.add_tag(SUPEREVENT, 1, "pe")
        client.gwtc_create({}, "4")
        yield client


def speaking_v1(client: FakeGraceDb) -> FakeGraceDb:
    """Give a client of the same store at the base that has what the newer line has retired."""
    return FakeGraceDb("https://gracedb.example.org/api/", store=client.store, api_version="v1")


def test_every_public_name_of_the_installed_client_is_accounted_for() -> None:
    installed = {name for name in dir(GraceDb) if not name.startswith("_")}
    own = installed - set(dir(requests.Session))
    known = FAKED.keys() | NOT_OF_THE_SERVER
    assert sorted(own - known) == [], "new in the installed client: fake them"
    assert sorted(known - own) == [], "no longer in the installed client"


def test_faked_and_installed_client_have_the_same_public_names() -> None:
    added = {name for name in dir(FakeGraceDb) if not name.startswith("_")} - set(dir(GraceDb))
    assert added == {"store", "clock", "calls", "faults", "alerts", "as_user"}


@pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
@pytest.mark.parametrize("name", FAKED)
def test_faked_call_works(client: FakeGraceDb, name: str) -> None:
    if name in RETIRED:
        client = speaking_v1(client)
    before = len(client.calls)
    FAKED[name](client)
    assert all(made.status in (200, 201, 202, 204) for made in client.calls[before:])


@pytest.mark.parametrize("name", OF_SUPEREVENTS)
def test_call_works_on_a_superevent_too(client: FakeGraceDb, name: str) -> None:
    older = speaking_v1(client)
    before = len(older.calls)
    OF_SUPEREVENTS[name](older)
    assert all(made.status in (200, 201, 204) for made in older.calls[before:])
