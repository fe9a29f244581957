"""What creations from the files of other pipelines leave: status, event, warnings, logs, labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from coincs import CLIENT_DATA
from uploads import BAD, GOOD, GPSTIME, MLY, NOTICE, OLIB, cwb, injection, text, voevent

if TYPE_CHECKING:
    from conftest import Api, Server

SIM_INJ = (CLIENT_DATA / "sim-inj.xml").read_bytes()
BROKEN = "Problem scanning data. No alert issued ({})"
MEMBERS = {
    "CWB": "MultiBurst",
    "Fermi": "GRB",
    "HardwareInjection": "SimInspiral",
    "oLIB": "LalInferenceBurst",
    "MLy": "MLyBurst",
}


def logs(api: Api, graceid: str = "T0001") -> list[tuple[Any, ...]]:
    """Give the log of an event: number, comment, file, version and tags."""
    keys = ("N", "comment", "filename", "file_version", "tag_names")
    return [
        tuple(entry[key] for key in keys) for entry in api.json(f"events/{graceid}/log/")["log"]
    ]


def files(api: Api) -> set[str]:
    """Give the names of an event's files; v2 tells two things more than these."""
    return set(api.json("events/T0001/files/")) - {"files", "links"}


# Good files


@pytest.mark.parametrize("pipeline", GOOD)
def test_good_file_gives_values_labels_and_no_warning(server: Server, pipeline: str) -> None:
    api = server.at("v2")
    event = api.create(GOOD[pipeline], pipeline=pipeline, labels=["INJ"])
    assert event.pop("warnings") == []
    assert event["gpstime"] == GPSTIME
    assert event["labels"] == ["INJ"]
    assert event == api.json("events/T0001")
    assert server.store.check() == []


def test_logs_of_a_burst_with_links(api: Api) -> None:
    links = {"ced_link": "http://here/ced", "fits_skymap_link": "http://here/a.fits"}
    api.create(cwb(**links), pipeline="CWB", filename="trigger.txt", labels=["INJ"])
    assert logs(api) == [
        (1, "Original Data", "trigger.txt", 0, []),
        (2, "Log File Created", "event.log", 0, []),
        (3, '<a href="http://here/ced">Coherent Event Display (CED)</a>', "", None, []),
        (4, '<a href="http://here/a.fits">FITS skymap</a>', "", None, []),
        (5, "Label: INJ", "", None, []),
    ]
    assert files(api) == {"trigger.txt", "trigger.txt,0", "event.log", "event.log,0"}


@pytest.mark.parametrize("pipeline", ["Fermi", "HardwareInjection", "oLIB", "MLy"])
def test_other_readers_write_no_logs_and_files(api: Api, pipeline: str) -> None:
    api.create(GOOD[pipeline], pipeline=pipeline, labels=["INJ"])
    assert logs(api) == [
        (1, "Original Data", "initial.data", 0, []),
        (2, "Label: INJ", "", None, []),
    ]
    assert files(api) == {"initial.data", "initial.data,0"}


def test_nevents_is_only_known_to_olib(server: Server) -> None:
    api = server.at("v2")
    found = {name: api.create(GOOD[name], pipeline=name)["nevents"] for name in GOOD}
    assert {name: count for name, count in found.items() if count is not None} == {"oLIB": 1}


def test_notice_has_no_instruments_and_no_likelihood(api: Api) -> None:
    event = api.create(voevent(), pipeline="Fermi")
    assert (event["instruments"], event["nevents"], event["likelihood"]) == ("", None, None)
    assert event["far"] == 2e-6


def test_pipelines_without_reader(api: Api) -> None:
    for pipeline in ("X", "Q", "Omega", "Ringdown"):
        event = api.create(cwb(), pipeline=pipeline, labels=["INJ"])
        assert event["warnings"] == []
        assert (event["gpstime"], event["far"], event["instruments"]) == (None, None, "")
        assert event["extra_attributes"] == {}
        assert event["labels"] == ["INJ"]
        assert [entry[1] for entry in logs(api, event["graceid"])] == [
            "Original Data",
            "Label: INJ",
        ]


def test_text_without_keys_is_a_burst_at_no_time(api: Api) -> None:
    event = api.create(b"nothing", pipeline="CWB")
    assert event["warnings"] == []
    assert (event["gpstime"], event["far"], event["reporting_latency"]) == (0.0, 0.0, None)
    burst = event["extra_attributes"]["MultiBurst"]
    assert (burst["snr"], burst["ifos"], burst["ligo_axis_ra"]) == (0.0, "", None)


def test_numbers_that_are_none_are_stored_and_answered_as_null(api: Api, server: Server) -> None:
    for pipeline, content in (
        ("CWB", cwb(strain="nan", rho="inf", far="nan")),
        ("Fermi", text(NOTICE, far=math.nan, ra=math.inf)),
        ("oLIB", text(OLIB, FAR=math.inf, BCI=math.nan, likelihood=math.nan)),
        ("MLy", text(MLY, far=math.nan, SNR=math.inf, scores={"combined": math.nan})),
        ("HardwareInjection", injection(mass1="nan")),
    ):
        event = api.create(content, pipeline=pipeline)
        assert event.pop("warnings") == []
        assert event["far"] is None
        assert event == api.json(f"events/{event['graceid']}")
    assert server.store.check() == []


# Bad files


@pytest.mark.parametrize(("pipeline", "content", "reason"), BAD)
def test_bad_file_leaves_an_event_without_values_and_labels(
    server: Server, pipeline: str, content: bytes, reason: str | None
) -> None:
    api = server.at("v2")
    answer = api.upload(content, pipeline=pipeline, labels=["INJ", "DQV"])
    assert answer.status_code == 201
    event = answer.json()
    (warning,) = event.pop("warnings")
    assert warning.startswith("Problem scanning data. No alert issued (")
    if reason is not None:
        assert warning == BROKEN.format(reason)
    assert event["labels"] == []
    for key in ("gpstime", "far", "nevents", "likelihood", "reporting_latency"):
        assert event[key] is None
    injected = pipeline == "HardwareInjection"
    assert event["instruments"] == ("none_provided" if injected else "")
    (member,) = event["extra_attributes"].values()
    assert not [value for value in member.values() if value and not isinstance(value, dict)]
    assert [entry[1:4] for entry in logs(api)] == [("Original Data", "initial.data", 0)]
    assert event == api.json("events/T0001")
    assert server.store.check() == []


def test_bad_file_keeps_what_the_form_said_of_an_injection(api: Api) -> None:
    form = {"instruments": "H1", "source_channel": "H1:A", "destination_channel": "H1:B"}
    event = api.create(b"nothing", pipeline="HardwareInjection", **form)
    assert event["warnings"] == [BROKEN.format("<unknown>:1:0: syntax error")]
    assert event["instruments"] == "H1"
    found = event["extra_attributes"]["SimInspiral"]
    assert {key: value for key, value in found.items() if value} == {
        "source_channel": "H1:A",
        "destination_channel": "H1:B",
    }


@pytest.mark.parametrize("pipeline", MEMBERS)
def test_empty_file_or_comma_in_its_name_is_no_event(api: Api, pipeline: str) -> None:
    answer = api.upload(b"", pipeline=pipeline)
    assert answer.status_code == 400
    assert answer.json() == {"errors": ["eventFile: * The submitted file is empty."]}
    answer = api.upload(GOOD[pipeline], "a,b", pipeline=pipeline)
    assert answer.status_code == 400
    assert answer.json() == {
        "warnings": ["Problem creating event (versioned file name cannot contain a ',')"]
    }
    assert api.get("events/T0001").status_code == 404


# The form of an injection


@pytest.mark.parametrize(
    ("base", "sent", "instruments"),
    [
        ("v2", {"instruments": "H1,L1"}, "H1,L1"),
        ("v2", {"instrument": "H1"}, "none_provided"),
        ("v2", {"instrument": "H1", "instruments": "L1"}, "L1"),
        ("v2", {}, "none_provided"),
        *(
            (base, *case)
            for base in ("v1", "2.33")
            for case in (
                ({"instruments": "H1,L1"}, "H1,L1"),
                ({"instrument": "H1"}, "H1"),
                ({"instrument": "H1", "instruments": "L1"}, "H1"),
                ({}, "none_provided"),
            )
        ),
    ],
)
def test_instruments_of_the_form(
    server: Server, base: str, sent: dict[str, str], instruments: str
) -> None:
    event = server.at(base).create(injection(), pipeline="HardwareInjection", **sent)
    assert event["instruments"] == instruments
    assert event["gpstime"] == GPSTIME


def test_client_uploads_an_injection(server: Server) -> None:
    client = server.client("v2")
    event = client.create_event(
        "Test",
        "HardwareInjection",
        "sim-inj.xml",
        filecontents=SIM_INJ,
        instruments="H1",
        source_channel="",
        destination_channel="",
    ).json()
    assert (event["instruments"], event["gpstime"]) == ("H1", 1118462078.105883)
    assert event["extra_attributes"]["SimInspiral"]["source_channel"] == ""


def test_too_long_instruments_of_the_form_are_no_event(api: Api) -> None:
    form = {"instruments": "H" * 21}
    answer = api.upload(injection(), pipeline="HardwareInjection", **form)
    assert answer.status_code == 400
    assert answer.json() == {
        "warnings": ["Problem creating event (value too long for type character varying(20))"]
    }
    assert api.get("events/H0001").status_code == 404
    assert api.create(cwb(), pipeline="CWB", **form)["instruments"] == "H1,L1"
