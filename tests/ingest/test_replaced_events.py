"""What replacing the files of other pipelines changes, and what it leaves as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from uploads import (
    BAD,
    GOOD,
    GPSTIME,
    MLY,
    NOTICE,
    OLIB,
    cwb,
    injection,
    param,
    text,
    voevent,
)

if TYPE_CHECKING:
    from conftest import Api, Server

REPLACED = "Event data replaced by new upload"
UPDATED = {"T90": 12.5, "redshift": 3.4, "designation": "GRB 240517A"}


def logs(api: Api) -> list[tuple[Any, ...]]:
    """Give the log of the event: number, comment, file, version and tags."""
    keys = ("N", "comment", "filename", "file_version", "tag_names")
    return [tuple(entry[key] for key in keys) for entry in api.json("events/T0001/log/")["log"]]


def put(api: Api, content: bytes, filename: str = "initial.data", status: int = 202) -> Any:
    answer = api.upload(content, filename, path="events/T0001", method="PUT")
    assert answer.status_code == status, answer.text
    if status == 202:
        assert answer.content == b""
        return api.json("events/T0001")
    return answer.json()


def update(server: Server, **changes: Any) -> None:
    """Change keys of the event's one member, as update_grbevent does."""
    with server.store.transaction("test") as transaction:
        event = transaction.event("T0001")
        ((name, member),) = event.extra_attributes.items()
        transaction.put_event(replace(event, extra_attributes={name: {**member, **changes}}))


def member(event: Any) -> Any:
    (found,) = event["extra_attributes"].values()
    return found


def test_notice_leaves_what_it_does_not_know(api: Api, server: Server) -> None:
    api.create(voevent(), pipeline="Fermi")
    update(server, ra=1.0, dec=2.0, error_radius=3.0, **UPDATED)
    params = param("Data_Integ", "0.000") + param("TrigID", 7)
    event = put(api, voevent((">83.5<", ">84.5<"), params=params))
    assert event["far"] == 2e-6  # the new one has none
    assert member(event)["trigger_duration"] == 1.5  # the new one has zero
    assert member(event)["trigger_id"] == "7"
    assert {key: member(event)[key] for key in UPDATED} == UPDATED
    position = [member(event)[key] for key in ("ra", "dec", "error_radius")]
    assert position == [84.5, -22.25, 5.75]


def test_notice_overwrites_what_it_knows(api: Api) -> None:
    api.create(voevent(), pipeline="Fermi")
    params = param("Integ_Time", 2.5) + param("FAR", 1e-9)
    event = put(api, voevent(params=params))
    assert event["far"] == 1e-9
    assert member(event)["trigger_duration"] == 2.5
    assert member(event)["trigger_id"] is None


def test_json_notice_without_rate_clears_it(api: Api, server: Server) -> None:
    api.create(voevent(), pipeline="Fermi")
    update(server, **UPDATED)
    event = put(api, text(NOTICE, trigger_time="2024-05-17T16:53:12Z", rate_duration=0))
    assert event["far"] is None
    assert event["gpstime"] == 1400000010.0
    kept = {"trigger_duration": 1.5, **UPDATED}
    written = {
        "ivorn": "ivo://nasa.gsfc.gcn/Fermi",
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": "Fermi",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "how_description": "Fermi Satellite",
    }
    assert {key: value for key, value in member(event).items() if value is not None} == (
        kept | written
    )


def test_reporting_latency_is_counted_anew_from_the_creation(api: Api) -> None:
    before = api.create(text(NOTICE), pipeline="Swift")
    after = put(api, text(NOTICE, trigger_time="2024-05-17T16:53:12.5Z"))
    assert after["reporting_latency"] == before["reporting_latency"] - 10
    assert after["created"] == before["created"]


def test_burst_is_overwritten_whole(api: Api) -> None:
    api.create(cwb(hoft="x", code="y"), pipeline="CWB")
    event = put(api, b"far: 1e-9\nevent_time: 1400000001.5\n")
    assert (event["gpstime"], event["far"], event["instruments"]) == (1400000001.5, 1e-9, "")
    assert event["likelihood"] is None
    assert {key: value for key, value in member(event).items() if value} == {
        "false_alarm_rate": 1e-9
    }


def test_logs_of_a_replaced_burst_say_version_0_again(api: Api) -> None:
    new = cwb(ced_link="http://here/ced")
    api.create(new, pipeline="CWB", filename="trigger.txt")
    put(api, new, "trigger.txt")
    put(api, new, "other.txt")
    link = '<a href="http://here/ced">Coherent Event Display (CED)</a>'
    assert logs(api)[3:] == [
        (4, REPLACED, "trigger.txt", 1, []),
        (5, "Log File Created", "event.log", 0, []),
        (6, link, "", None, []),
        (7, "Original Data", "other.txt", 0, []),
        (8, "Log File Created", "event.log", 0, []),
        (9, link, "", None, []),
    ]
    assert "event.log,2" in api.json("events/T0001/files/")


@pytest.mark.parametrize(("pipeline", "base"), [("oLIB", OLIB), ("MLy", MLY)])
def test_json_burst_is_overwritten_whole(
    server: Server, pipeline: str, base: dict[str, Any]
) -> None:
    api = server.at("v2")
    api.create(text(base, BCI=5, SNR=6, channels=["a"]), pipeline=pipeline)
    event = put(api, text(base, FAR=..., far=..., BSN=7, bbh=8))
    assert event["far"] is None
    found = {key: value for key, value in member(event).items() if value is not None}
    found.pop("ifos", None)
    found.pop("scores", None)
    assert found == ({"bsn": 7.0} if pipeline == "oLIB" else {"bbh": 8.0})


def test_document_of_an_injection_leaves_absent_columns_and_the_form(api: Api) -> None:
    form = {"instruments": "H1", "source_channel": "A", "destination_channel": "B"}
    api.create(injection(), pipeline="HardwareInjection", **form)
    event = put(api, injection(without=["mass2"], geocent_end_time="1400000001", waveform=""))
    assert (event["gpstime"], event["instruments"]) == (1400000001.5, "H1")
    found = {key: value for key, value in member(event).items() if value}
    assert found == {
        "mass1": 1.5,
        "mass2": 1.25,
        "geocent_end_time": 1400000001,
        "geocent_end_time_ns": 500000000,
        "source_channel": "A",
        "destination_channel": "B",
    }


def test_json_of_an_injection_overwrites_all(api: Api) -> None:
    form = {"instruments": "H1", "source_channel": "A", "destination_channel": "B"}
    api.create(injection(), pipeline="HardwareInjection", **form)
    event = put(api, text({"instruments": "L1"}, mass1=9, source_channel="C"))
    assert (event["gpstime"], event["far"], event["instruments"]) == (None, None, "L1")
    found = {key: value for key, value in member(event).items() if value}
    assert found == {"mass1": 9.0, "source_channel": "C"}


@pytest.mark.parametrize(("pipeline", "content", "reason"), BAD)
def test_replacement_that_cannot_be_read_is_500_and_changes_no_value(
    server: Server, pipeline: str, content: bytes, reason: str | None
) -> None:
    api = server.at("v2")
    good = GOOD.get(pipeline, voevent())
    api.create(good, pipeline=pipeline, labels=["INJ"])
    before = api.json("events/T0001")
    count = len(logs(api))
    error = put(api, content, status=500)
    assert list(error) == ["error"]
    assert reason is None or error["error"] == reason
    assert api.json("events/T0001") == before
    assert before["gpstime"] == GPSTIME
    assert [entry[1:4] for entry in logs(api)[count:]] == [(REPLACED, "initial.data", 1)]
    assert api.get("events/T0001/files/initial.data").content == content


def test_any_file_replaces_what_is_not_read(api: Api) -> None:
    before = api.create(b"nothing", pipeline="X")
    del before["warnings"]
    assert put(api, cwb()) == before
    assert [entry[1] for entry in logs(api)] == ["Original Data", REPLACED]
