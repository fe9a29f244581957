"""Reserved graceids, the uploads that make them events, and content ids in a graceid's place."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from fakegracedb.vocabulary import DEFAULT

if TYPE_CHECKING:
    from conftest import Api, Server

V2 = pytest.mark.parametrize("base", ["default", "v2"])
UUID = "0123abcd-0000-4000-8000-00000000abcd"


def reserve(api: Api, **fields: Any) -> Any:
    answer = api.post("events/reserve/", data={"group": "Test", "pipeline": "gstlal", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def upload(api: Api, event: str = "T0001", **fields: Any) -> requests.Response:
    fields = {"group": None, "pipeline": None, "graceid": event, **fields}
    return api.upload(path=f"events/{event}/upload/", **fields)


def listed(api: Api, query: str = "") -> list[str]:
    return [event["graceid"] for event in api.json(f"events/{query}")["events"]]


def content_id(content: bytes) -> str:
    return str(uuid.UUID(bytes=hashlib.sha256(content).digest()[:16]))


# Reserving


@V2
def test_reserving_answers_the_event_without_data(server: Server, base: str) -> None:
    api = server.at(base)
    answer = api.post(
        "events/reserve/",
        data={"group": "Test", "pipeline": "gstlal", "search": "LowMass", "replay_id": "run-1_a"},
    )
    event = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{api.url}events/T0001" == event["links"]["self"]
    assert event == api.json("events/T0001")
    assert (event["graceid"], event["submitter"]) == ("T0001", "albert.einstein@ligo.org")
    assert (event["search"], event["replay_id"]) == ("LowMass", "run-1_a")
    assert event["created"] == "2026-03-01 17:04:09 UTC"
    for key in ("gpstime", "far", "likelihood", "nevents", "reporting_latency", "superevent"):
        assert event[key] is None
    assert event["extra_attributes"]["CoincInspiral"]["snr"] is None


@V2
def test_replay_id_of_a_reserved_event_is_null_if_none_was_sent(server: Server, base: str) -> None:
    api = server.at(base)
    assert reserve(api)["replay_id"] is None
    assert reserve(api, replay_id="", search="")["replay_id"] is None


def test_reservation_may_come_as_form_multipart_or_json(server: Server) -> None:
    api = server.at("v2")
    fields = {"group": "Test", "pipeline": "gstlal"}
    parts = {name: (None, value) for name, value in fields.items()}
    answers = [
        api.post("events/reserve/", data=fields),
        api.post("events/reserve/", files=parts),
        api.post("events/reserve", json=fields),
    ]
    assert [answer.json()["graceid"] for answer in answers] == ["T0001", "T0002", "T0003"]


def test_reserved_and_created_events_share_one_counter(server: Server) -> None:
    api = server.at("v2")
    assert [
        api.create()["graceid"],
        reserve(api)["graceid"],
        reserve(api, group="CBC")["graceid"],
        reserve(api, group="External", pipeline="Fermi")["graceid"],
        reserve(api, group="CBC", search="MDC")["graceid"],
        api.create()["graceid"],
    ] == ["T0001", "T0002", "G0003", "E0004", "M0005", "T0006"]


def test_refused_reservation_takes_no_number(server: Server) -> None:
    api = server.at("v2")
    for fields in ({"replay_id": "has space"}, {"group": "Nobody"}, {"search": "Everywhere"}):
        data = {"group": "Test", "pipeline": "gstlal", **fields}
        assert api.post("events/reserve/", data=data).status_code == 400
    assert reserve(api)["graceid"] == "T0001"


def test_permission_is_that_of_creation(server: Server) -> None:
    data = {"group": "CBC", "pipeline": "gstlal"}
    colleague = server.at("v2", "ada.lovelace@ligo.org", ("internal_users",))
    assert colleague.post("events/reserve/", data=data).status_code == 403
    assert colleague.post("events/reserve/", data={**data, "group": "Test"}).status_code == 201
    outsider = server.at("v2", "lv@em.org", ("lvem_users",))
    assert outsider.post("events/reserve/", data={**data, "group": "Test"}).status_code == 403


def test_mdc_event_of_a_disabled_pipeline_can_be_reserved(server: Server) -> None:
    pipelines = tuple(replace(one, enabled=one.name != "gstlal") for one in DEFAULT.pipelines)
    server.store.vocabulary = replace(DEFAULT, pipelines=pipelines)
    api = server.at("v2")
    assert reserve(api, group="CBC", search="MDC")["graceid"] == "M0001"


# Until the upload


@V2
def test_lists_counts_and_searches_leave_out_what_is_only_reserved(
    server: Server, base: str
) -> None:
    api = server.at(base)
    api.create()
    reserve(api, replay_id="a")
    api.create()
    for query in ("", "?query=group:+Test", "?sort=created", "?query=T0002", "?query=replay_id:+a"):
        found = api.json(f"events/{query}")
        assert "T0002" not in [event["graceid"] for event in found["events"]], query
    assert api.json("events/")["numRows"] == api.json("events/?query=group:+Test")["numRows"] == 2
    assert listed(api) == ["T0003", "T0001"]
    assert listed(api, "?count=1&start=1") == ["T0001"]
    near = [event["graceid"] for event in api.json("events/T0001/neighbors/")["neighbors"]]
    assert near == ["T0003"]


def test_reserved_event_has_no_log_no_files_and_no_labels(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    assert api.json("events/T0001/log/")["logs"] == []
    assert api.json("events/T0001/files/")["files"] == []
    assert api.json("events/T0001/labels/")["labels"] == []
    assert api.json("events/T0001/neighbors/")["neighbors"] == []


def test_reserved_event_takes_logs_labels_tags_and_files(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    api.log("T0001", "early", file=("a.txt", b"a"), tagname="psd")
    assert api.put("events/T0001/labels/INJ").status_code == 201
    assert api.put("events/T0001/files/b.txt", files={"upload": ("b", b"b")}).status_code == 201
    assert upload(api, labels="DQV").status_code == 201
    assert api.comments("T0001") == [
        "early",
        "Tagged message 1: psd ",
        "Label: INJ",
        "Original Data",
        "Log File Created",
        "Coinc Table Created",
        "Label: DQV",
    ]
    assert api.json("events/T0001")["labels"] == ["INJ", "DQV"]
    assert api.get("events/T0001/files/a.txt").content == b"a"


def test_data_of_a_reserved_event_are_uploaded_not_replaced(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    answer = api.upload(path="events/T0001", method="PUT")
    assert answer.status_code == 400
    assert answer.json() == {"error": "Event T0001 has not been uploaded yet"}


# The upload


@V2
def test_upload_answers_the_event_with_its_data_and_warnings(server: Server, base: str) -> None:
    api = server.at(base)
    reserve(api, search="LowMass", replay_id="a")
    answer = upload(api, labels=["INJ", "DQV"])
    event = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{api.url}events/T0001"
    assert event.pop("warnings") == []
    assert event == api.json("events/T0001")
    assert (event["gpstime"], event["far"]) == (1400000000.25, 1e-8)
    assert (event["search"], event["replay_id"]) == ("LowMass", "a")
    assert event["labels"] == ["INJ", "DQV"]
    assert listed(api) == listed(api, "?query=group:+Test") == ["T0001"]
    assert api.json("events/")["numRows"] == 1


def test_uploaded_event_is_as_a_created_one(server: Server) -> None:
    api = server.at("v2")
    created = api.create(labels=["INJ"])
    reserve(api)
    uploaded = upload(api, "T0002", labels=["INJ"]).json()
    differ = {"graceid", "links"}
    assert {k: v for k, v in uploaded.items() if k not in differ} == {
        k: v for k, v in created.items() if k not in differ
    }
    logs = [api.json(f"events/{graceid}/log/")["logs"] for graceid in ("T0001", "T0002")]
    for one, other in zip(*logs, strict=True):
        for key in ("N", "comment", "filename", "file_version", "issuer", "created"):
            assert one[key] == other[key]
    server.store.reindex()
    assert server.store.check() == []


def test_logs_and_labels_are_those_of_the_uploader(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    colleague = server.at("v2", "ada.lovelace@ligo.org", ("internal_users",))
    assert upload(colleague, labels="INJ").json()["submitter"] == "albert.einstein@ligo.org"
    issuers = {log["issuer"] for log in api.json("events/T0001/log/")["logs"]}
    assert issuers == {"ada.lovelace@ligo.org"}
    assert api.json("events/T0001/labels/INJ")["creator"] == "ada.lovelace@ligo.org"


def test_file_that_cannot_be_read_still_makes_the_event(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    answer = upload(api, content=b"no coinc", labels="INJ")
    assert answer.status_code == 201
    assert answer.json()["warnings"][-1].startswith("Problem scanning data. No alert issued (")
    assert answer.json()["labels"] == []
    assert listed(api) == ["T0001"]


def test_the_way_of_the_file_is_kept(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    upload(api, kafka_server="broker:9092", kafka_topic="cbc")
    event = server.store.events["T0001"]
    assert (event.kafka_server, event.kafka_topic) == ("broker:9092", "cbc")
    assert not {"kafka_server", "kafka_topic", "reserved"} & set(api.json("events/T0001"))


def test_latency_counts_from_the_reservation(server: Server) -> None:
    api = server.at("v2")
    created = api.create()
    reserve(api)
    server.store.clock.advance(60)
    uploaded = upload(api, "T0002").json()
    for key in ("created", "reporting_latency"):
        assert uploaded[key] == created[key]


def test_second_upload_changes_nothing(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    upload(api)
    before, comments = api.json("events/T0001"), api.comments("T0001")
    assert upload(api, content=api.sample(1500000000)).status_code == 400
    assert (api.json("events/T0001"), api.comments("T0001")) == (before, comments)


def test_refused_upload_leaves_the_event_reserved(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    assert upload(api, content=b"").status_code == 400
    assert upload(api, labels="NEW").status_code == 400
    assert upload(api, filename="a,b.xml").status_code == 400
    assert listed(api) == []
    assert api.comments("T0001") == []
    assert upload(api).status_code == 201


def test_count_survives_compacting_and_counting_anew(server: Server) -> None:
    api = server.at("v2")
    api.create()
    reserve(api)
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json("events/")["numRows"] == 1
    upload(api, "T0002")
    assert api.json("events/")["numRows"] == 2
    assert listed(api) == ["T0002", "T0001"]


def test_clients_own_methods_reserve_and_upload(server: Server) -> None:
    client = server.client("default")
    graceid = client._reserve_graceid("Test", "gstlal", replay_id="a").json()["graceid"]
    client.write_log(graceid, "early")
    answer = client.upload_reserved_event(
        graceid,
        "coinc.xml",
        filecontents=server.at("v2").sample(),
        labels=["DQV", "INJ"],
        kafka_server="broker:9092",
        kafka_topic="cbc",
    )
    assert answer.status_code == 201
    assert answer.json()["labels"] == ["INJ", "DQV"]


# Content ids in a graceid's place


@V2
def test_content_id_finds_the_event_in_every_path(server: Server, base: str) -> None:
    api = server.at(base)
    event = api.create(labels=["INJ"])
    del event["warnings"]
    found = content_id(api.sample())
    for spelt in (found, found.upper()):
        assert api.json(f"events/{spelt}") == event
    api.log(found, "by content", file=("a.txt", b"a"))
    assert api.comments("T0001")[-1] == "by content"
    assert api.json(f"events/{found}/log/4")["self"] == f"{api.url}events/T0001/log/4"
    assert api.json(f"events/{found}/labels/INJ")["name"] == "INJ"
    assert api.put(f"events/{found}/labels/DQV").status_code == 201
    assert api.put(f"events/{found}/log/1/tag/psd").status_code == 201
    assert api.json(f"events/{found}/log/1/tag/psd")["name"] == "psd"
    assert api.get(f"events/{found}/files/a.txt").content == b"a"
    assert api.json(f"events/{found}/neighbors/")["links"]["event"] == f"{api.url}events/T0001"
    assert api.upload(path=f"events/{found}", method="PUT").status_code == 202


def test_newest_of_several_events_with_one_content_is_found(server: Server) -> None:
    api = server.at("v2")
    found = content_id(api.sample())
    for graceid in ("T0001", "T0002", "T0003"):
        api.create()
        assert api.json(f"events/{found}")["graceid"] == graceid
    api.create(api.sample(1500000000))
    assert api.json(f"events/{found}")["graceid"] == "T0003"


def test_content_id_that_was_sent_counts(server: Server) -> None:
    api = server.at("v2")
    api.create(content_id=UUID.upper())
    assert api.json(f"events/{UUID}")["graceid"] == "T0001"
    assert api.get(f"events/{content_id(api.sample())}").status_code == 404


def test_reserved_event_is_found_by_its_content_id(server: Server) -> None:
    api = server.at("v2")
    first, second = (reserve(api, content_id=UUID)["graceid"] for _ in range(2))
    assert first != second
    assert api.json(f"events/{UUID}")["graceid"] == second
    assert upload(api, UUID).json()["graceid"] == second
    assert api.json(f"events/{UUID}")["graceid"] == second


def test_content_id_of_a_reserved_event_comes_with_its_file(server: Server) -> None:
    api = server.at("v2")
    reserve(api)
    found = content_id(api.sample())
    assert api.get(f"events/{found}").status_code == 404
    upload(api)
    assert api.json(f"events/{found}")["graceid"] == "T0001"


def test_event_that_may_not_be_seen_is_not_opened_by_its_content_id(server: Server) -> None:
    server.at("v2").create()
    found = content_id(server.at("v2").sample())
    outsider = server.at("v2", "lv@em.org", ("lvem_users",))
    assert outsider.get(f"events/{found}").status_code == 403
