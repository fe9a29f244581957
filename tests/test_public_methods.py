"""Every public name of the installed client: faked, or not yet, and by which issue it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, NotFaked

URL = "https://gracedb.example.org/api/"
EVENT, BURST, SUPEREVENT = "T0001", "T0002", "S260301a"

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


# What works, with a use of it on a store that holds an event with a log, a label and a tag, and a
# GRB event.
FAKED: dict[str, Use] = {
    "addTag": call("addTag", EVENT, 1, "psd"),
    "add_tag": call("add_tag", EVENT, 1, "psd"),
    "allowed_labels": read("allowed_labels"),
    "api_versions": read("api_versions"),
    "createEvent": call("createEvent", *_CREATE),
    "create_event": call("create_event", *_CREATE),
    "createVOEvent": call("createVOEvent", EVENT, *_VOEVENT),
    "create_voevent": call("create_voevent", EVENT, *_VOEVENT),
    "em_groups": read("em_groups"),
    "emobservations": call("emobservations", EVENT),
    "event": call("event", EVENT),
    "events": call("events", "group: Test"),
    "files": call("files", EVENT, "coinc.xml"),
    "get_file": lambda client: client.get_file(client.links["self"]),
    "get_user_info": call("get_user_info"),
    "groups": read("groups"),
    "instruments": read("instruments"),
    "labels": call("labels", EVENT),
    "links": read("links"),
    "load_json_from_response": lambda client: client.load_json_from_response(client.ping()),
    "logs": call("logs", EVENT),
    "numEvents": call("numEvents"),
    "num_events": call("num_events"),
    "ping": call("ping"),
    "pipelines": read("pipelines"),
    "removeLabel": call("removeLabel", EVENT, "INJ"),
    "removeTag": call("removeTag", EVENT, 1, "pe"),
    "remove_label": call("remove_label", EVENT, "INJ"),
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
    "superevent_categories": read("superevent_categories"),
    "tags": call("tags", EVENT, 1),
    "templates": read("templates"),
    "token": read("token"),
    "update_grbevent": call("update_grbevent", BURST, ra=1.0),
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

# What is not there yet: the issue that brings it, and a use.
LATER: dict[str, tuple[int, Use]] = {
    "addEventToSuperevent": (3, call("addEventToSuperevent", SUPEREVENT, EVENT)),
    "add_event_to_superevent": (3, call("add_event_to_superevent", SUPEREVENT, EVENT)),
    "add_pipeline_preferred_event": (3, call("add_pipeline_preferred_event", SUPEREVENT, EVENT)),
    "confirm_superevent_as_gw": (3, call("confirm_superevent_as_gw", SUPEREVENT)),
    "createSuperevent": (3, call("createSuperevent", 1, 2, 3, EVENT)),
    "create_notice": (3, call("create_notice", SUPEREVENT, **_UPLOAD)),
    "create_signoff": (3, call("create_signoff", SUPEREVENT, "ADV", "OK", "fine")),
    "create_superevent": (3, call("create_superevent", 1, 2, 3, EVENT)),
    "delete_signoff": (3, call("delete_signoff", SUPEREVENT, "ADV")),
    "gwtc_create": (3, call("gwtc_create", {"S260301a": {"pipelines": {}}}, "4")),
    "gwtc_get": (3, call("gwtc_get", "4", 1)),
    "gwtc_list": (3, call("gwtc_list")),
    "gwtc_numbers": (3, call("gwtc_numbers")),
    "gwtc_versions": (3, call("gwtc_versions")),
    "modify_permissions": (3, call("modify_permissions", SUPEREVENT, "expose")),
    "notices": (3, call("notices", SUPEREVENT)),
    "permissions": (3, call("permissions", SUPEREVENT)),
    "removeEventFromSuperevent": (3, call("removeEventFromSuperevent", SUPEREVENT, EVENT)),
    "remove_event_from_superevent": (3, call("remove_event_from_superevent", SUPEREVENT, EVENT)),
    "remove_pipeline_preferred_event": (
        3,
        call("remove_pipeline_preferred_event", SUPEREVENT, EVENT),
    ),
    "signoffs": (3, call("signoffs", SUPEREVENT)),
    "superevent": (3, call("superevent", SUPEREVENT)),
    "superevents": (3, call("superevents")),
    "updateSuperevent": (3, call("updateSuperevent", SUPEREVENT, t_0=2)),
    "update_signoff": (3, call("update_signoff", SUPEREVENT, "ADV", status="NO")),
    "update_superevent": (3, call("update_superevent", SUPEREVENT, t_0=2)),
}

# Of these, what only the newer line has.
NEWER_ONLY = {"create_notice", "notices"}

# Methods that serve events and superevents: of superevents they come with issue 3.
OF_SUPEREVENTS: dict[str, Use] = {
    "files": call("files", SUPEREVENT),
    "labels": call("labels", SUPEREVENT),
    "write_label": call("write_label", SUPEREVENT, "DQV"),
    "remove_label": call("remove_label", SUPEREVENT, "DQV"),
    "logs": call("logs", SUPEREVENT),
    "write_log": call("write_log", SUPEREVENT, "hello"),
    "tags": call("tags", SUPEREVENT, 1),
    "add_tag": call("add_tag", SUPEREVENT, 1, "pe"),
    "remove_tag": call("remove_tag", SUPEREVENT, 1, "pe"),
    "voevents": call("voevents", SUPEREVENT),
    "emobservations": call("emobservations", SUPEREVENT),
    "signoffs": call("signoffs", SUPEREVENT),
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
        yield client


def speaking_v1(client: FakeGraceDb) -> FakeGraceDb:
    """Give a client of the same store at the base that has what the newer line has retired."""
    return FakeGraceDb("https://gracedb.example.org/api/", store=client.store, api_version="v1")


def test_every_public_name_of_the_installed_client_is_accounted_for() -> None:
    installed = {name for name in dir(GraceDb) if not name.startswith("_")}
    own = installed - set(dir(requests.Session))
    known = FAKED.keys() | LATER.keys() | NOT_OF_THE_SERVER
    assert sorted(own - known) == [], "new in the installed client: fake them, or say when"
    assert sorted(known - own) == [], "no longer in the installed client"
    assert FAKED.keys() & LATER.keys() == set()


def test_faked_and_installed_client_have_the_same_public_names() -> None:
    added = {name for name in dir(FakeGraceDb) if not name.startswith("_")} - set(dir(GraceDb))
    assert added == {"store", "clock", "calls", "faults", "as_user"}


@pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
@pytest.mark.parametrize("name", FAKED)
def test_faked_call_works(client: FakeGraceDb, name: str) -> None:
    if name in RETIRED:
        client = speaking_v1(client)
    before = len(client.calls)
    FAKED[name](client)
    assert all(made.status in (200, 201, 202, 204) for made in client.calls[before:])


@pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
@pytest.mark.parametrize("name", LATER)
def test_call_that_is_not_faked_says_so(client: FakeGraceDb, name: str) -> None:
    issue, use = LATER[name]
    if name not in NEWER_ONLY:  # the newer line has retired some of these from its own base
        client = speaking_v1(client)
    with pytest.raises(NotFaked, match=rf"(GET|POST|PUT|PATCH|DELETE) \S+.* issue {issue}$"):
        use(client)


@pytest.mark.parametrize("name", OF_SUPEREVENTS)
def test_call_on_a_superevent_is_not_faked_yet(client: FakeGraceDb, name: str) -> None:
    older = speaking_v1(client)
    with pytest.raises(NotFaked, match=r"superevents/.* issue 3$"):
        OF_SUPEREVENTS[name](older)
