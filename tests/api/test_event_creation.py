"""Creating events: the form, what a good file does step by step, and what a bad one does."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

UNREADABLE = "cannot unpack non-iterable NoneType object"
BROKEN = "Problem scanning data. No alert issued ({})"
NO_SINGLES = "document must contain exactly one sngl_inspiral Table"


def without(content: bytes, table: str) -> bytes:
    """Give an event file without one of its tables."""
    before, _, rest = content.partition(f'<Table Name="{table}:table">'.encode())
    return before + rest.partition(b"</Table>")[2]


def logs(api: Api, graceid: str = "T0001") -> list[tuple[Any, ...]]:
    """Give the log of an event: number, comment, file, version and tags."""
    keys = ("N", "comment", "filename", "file_version", "tag_names")
    return [
        tuple(entry[key] for key in keys) for entry in api.json(f"events/{graceid}/log/")["log"]
    ]


# What a good file does


def test_coinc_upload_writes_three_entries_and_one_for_each_label(api: Api) -> None:
    event = api.create(labels=["DQV", "INJ"])
    assert event["labels"] == ["INJ", "DQV"]
    assert logs(api) == [
        (1, "Original Data", "initial.data", 0, []),
        (2, "Log File Created", "event.log", 0, []),
        (3, "Coinc Table Created", "coinc.xml", 0, []),
        (4, "Label: INJ", "", None, []),
        (5, "Label: DQV", "", None, []),
    ]
    assert api.log("T0001")["N"] == 6
    issuers = {entry["issuer"] for entry in api.json("events/T0001/log/")["log"]}
    assert issuers == {"albert.einstein@ligo.org"}


def test_upload_called_coinc_xml_has_two_versions(api: Api) -> None:
    api.create(filename="coinc.xml")
    assert logs(api) == [
        (1, "Original Data", "coinc.xml", 0, []),
        (2, "Log File Created", "event.log", 0, []),
        (3, "Coinc Table Created", "coinc.xml", 1, []),
    ]
    for name in ("coinc.xml", "coinc.xml,0", "coinc.xml,1"):
        assert api.get(f"events/T0001/files/{name}").content == api.sample()


def test_zipped_upload_is_unzipped_in_coinc_xml_if_its_name_says_so(api: Api) -> None:
    packed = gzip.compress(api.sample(), mtime=0)
    api.create(packed, filename="coinc.xml.gz")
    api.create(packed, filename="initial.data")
    assert api.get("events/T1/files/coinc.xml.gz").content == packed
    assert api.get("events/T1/files/coinc.xml").content == api.sample()
    assert api.get("events/T2/files/coinc.xml").content == packed
    for graceid in ("T1", "T2"):
        assert api.json(f"events/{graceid}")["gpstime"] == 1400000000.25


def test_event_log_tells_of_the_event(api: Api) -> None:
    api.create(search="LowMass")
    assert api.get("events/T0001/files/event.log").text == (
        "Pipeline: gstlal\nSearch: LowMass\nMChirp: 1.250\nMTot: 2.8\n"
        "End Time: 1400000000.250000000\nSNR: 10.000\nIFOs: H1,L1\nFAR: 1.000e-08"
    )


def test_only_the_base_name_of_the_upload_is_kept(api: Api) -> None:
    for name in ("/home/me/run 3/coinc.xml", "C:\\data\\coinc.xml"):
        graceid = api.create(b"nothing", filename=name, pipeline="X")["graceid"]
        assert logs(api, graceid) == [(1, "Original Data", "coinc.xml", 0, [])]


def test_answer_of_a_creation_is_what_is_read_later(api: Api) -> None:
    for content in (api.sample(), b"nothing", without(api.sample(), "sngl_inspiral")):
        event = api.create(content, labels=["INJ"])
        del event["warnings"]
        assert event == api.json(f"events/{event['graceid']}")


# The form


@pytest.mark.parametrize(
    ("sent", "offline"),
    [
        *((text, False) for text in ("False", "false", "FALSE", "fAlSe", "", None)),
        *((text, True) for text in ("True", "true", "0", "1", "no", "None", " false")),
    ],
)
def test_only_false_nothing_and_no_field_mean_online(
    server: Server, sent: str | None, offline: bool
) -> None:
    event = server.at("v2").create(b"nothing", pipeline="X", offline=sent)
    assert event["offline"] is offline


def test_labels_are_applied_once_in_the_order_of_the_server(api: Api) -> None:
    event = api.create(labels=["EM_READY", "INJ", "EM_READY", "", "DQV", "INJ"])
    assert event["labels"] == ["INJ", "DQV", "EM_READY"]
    assert [comment for comment in api.comments("T0001") if "Label" in comment] == [
        "Label: INJ",
        "Label: DQV",
        "Label: EM_READY",
    ]


def test_one_empty_label_counts_as_none(api: Api) -> None:
    assert api.create(labels="")["labels"] == []


def test_protected_label_ends_the_labelling_and_the_event_stays(api: Api) -> None:
    event = api.create(labels=["MOCK", "H1OK", "INJ"])
    assert event["warnings"] == [
        BROKEN.format(
            "The 'H1OK' label is managed as part of an automated process and cannot be applied "
            "manually"
        )
    ]
    assert event["labels"] == ["INJ"]  # the one before it in the server's order
    assert event["gpstime"] == 1400000000.25
    assert api.comments("T0001")[3:] == ["Label: INJ"]


def test_empty_search_is_none(api: Api) -> None:
    assert api.create(search="")["search"] is None


def test_unknown_fields_are_ignored(api: Api) -> None:
    event = api.create(colour="red", instruments="K1", source_channel="x", type="LM")
    assert event["instruments"] == "H1,L1"


def test_last_of_repeated_fields_counts(api: Api) -> None:
    event = api.create(group=["CBC", "Test"], pipeline=["X", "gstlal"], search=["BBH", "MDC"])
    assert (event["group"], event["pipeline"], event["search"]) == ("Test", "gstlal", "MDC")


def test_content_id_is_that_of_the_file_unless_one_is_sent_to_v2(api: Api, server: Server) -> None:
    computed = str(uuid.UUID(bytes=hashlib.sha256(api.sample()).digest()[:16]))
    sent = "01234567-89ab-cdef-0123-456789abcdef"
    for content_id, expected in (
        (None, computed),
        (sent, sent if api.v2 else computed),
        ("malformed", computed),
    ):
        graceid = api.create(content_id=content_id)["graceid"]
        assert server.store.events[graceid].content_id == expected
        assert "content_id" not in api.json(f"events/{graceid}")


@pytest.mark.parametrize("replay_id", ["a", "A-b_9", "x" * 30])
def test_replay_id_is_kept(api: Api, replay_id: str) -> None:
    event = api.create(replay_id=replay_id)
    assert event["warnings"] == []
    if api.new:
        assert event["replay_id"] == replay_id
    else:
        assert "replay_id" not in event


@pytest.mark.parametrize("replay_id", ["x" * 31, "has space", "é", "a\n", "a.b"])
def test_malformed_replay_id_is_dropped_with_a_warning(api: Api, replay_id: str) -> None:
    event = api.create(replay_id=replay_id)
    if api.new:
        (warning,) = event["warnings"]
        assert "malformed replay_id" in warning
        assert event["replay_id"] is None
    else:
        assert event["warnings"] == []


def test_empty_replay_id_is_none(server: Server) -> None:
    event = server.at("v2").create(replay_id="")
    assert (event["replay_id"], event["warnings"]) == (None, [])


def test_nothing_is_kept_of_a_refused_creation(api: Api) -> None:
    for refused in (
        api.upload(filename="a,b.xml"),
        api.upload(b""),
        api.upload(group="Nobody"),
        api.upload(filename="x" * 101),
        api.upload(labels=["NEW"]),
    ):
        assert refused.status_code == 400
    assert api.json("events/")["numRows"] == 0
    assert api.create()["graceid"] == "T0001"


def test_name_that_no_log_can_have_is_told_as_a_problem(api: Api) -> None:
    problem = "Ensure this value has at most 100 characters (it has 101)."
    assert api.upload(filename="x" * 101).json() == {
        "warnings": [f"Problem creating event ({problem})"]
    }


# What a bad file does


def three(api: Api, comment: str = "Log File Created") -> list[tuple[Any, ...]]:
    return [(2, comment, "event.log", 0, []), (3, "Coinc Table Created", "coinc.xml", 0, [])]


@pytest.mark.parametrize("content", [b"no XML at all", b"<LIGO_LW>", b"\x1f\x8b\x08 no gzip"])
def test_unreadable_file_is_kept_without_values_and_labels(api: Api, content: bytes) -> None:
    event = api.create(content, labels=["INJ"])
    assert event["warnings"] == [BROKEN.format(UNREADABLE)]
    for key in ("gpstime", "reporting_latency", "far", "nevents", "likelihood"):
        assert event[key] is None
    assert event["instruments"] == event["extra_attributes"]["CoincInspiral"]["ifos"] == ""
    assert event["labels"] == []
    (first, second) = logs(api)
    assert first == (1, "Original Data", "initial.data", 0, [])
    assert second[0] == 2
    assert second[2:] == ("", None, [])
    assert second[1].startswith("Could not read data (")
    assert second[1].endswith(")")


def test_file_without_coinc_inspiral_gets_a_warning_and_its_labels(api: Api) -> None:
    event = api.create(without(api.sample(), "coinc_inspiral"), labels=["INJ"])
    assert event["warnings"] == ["Could not extract coinc inspiral table."]
    assert event["gpstime"] is event["far"] is event["nevents"] is None
    assert event["labels"] == ["INJ"]
    assert api.comments("T0001") == ["Original Data", "Label: INJ"]


def test_file_without_coinc_event_gets_its_files_and_no_values(api: Api) -> None:
    event = api.create(without(api.sample(), "coinc_event"), labels=["INJ"])
    assert event["warnings"] == ["Could not extract coinc event table."]
    assert event["gpstime"] is event["far"] is event["nevents"] is event["likelihood"] is None
    assert event["labels"] == ["INJ"]
    assert logs(api)[1:] == [*three(api), (4, "Label: INJ", "", None, [])]


def test_file_without_sngl_inspiral_keeps_its_values_and_loses_its_labels(api: Api) -> None:
    event = api.create(without(api.sample(), "sngl_inspiral"), labels=["INJ"])
    assert event["warnings"] == [BROKEN.format(NO_SINGLES)]
    assert (event["gpstime"], event["far"], event["nevents"]) == (1400000000.25, 1e-8, 2)
    assert event["extra_attributes"]["CoincInspiral"]["snr"] == 10.0
    assert "SingleInspiral" not in event["extra_attributes"]
    assert event["labels"] == []
    assert logs(api)[1:] == three(api)


def test_file_without_a_needed_column_has_a_log_file_that_says_so(api: Api) -> None:
    content = api.sample().replace(b'<Column Name="mass" Type="real_8"/>', b"")
    event = api.create(content.replace(b",2.8,", b","), labels=["INJ"])
    (warning,) = event["warnings"]
    assert warning.startswith("Problem scanning data. No alert issued (")
    assert event["gpstime"] is event["far"] is None
    assert event["labels"] == []
    assert logs(api)[1:] == three(api, "Problem Creating Log File")
    lines = api.get("events/T0001/files/event.log").text.splitlines()
    assert lines[:2] == ["Cannot create log file", "error was:"]
    assert len(lines) == 3


def test_mbta_file_is_read_only_if_its_name_has_xml(api: Api) -> None:
    for pipeline in ("MBTA", "MBTAOnline"):
        unread = api.create(pipeline=pipeline, filename="event.gwf", labels=["INJ"])
        assert (unread["warnings"], unread["gpstime"]) == ([], None)
        assert unread["labels"] == ["INJ"]
        assert api.comments(unread["graceid"]) == ["Original Data", "Label: INJ"]
        read = api.create(pipeline=pipeline, filename="a.xml.gz")
        assert (read["warnings"], read["gpstime"]) == ([], 1400000000.25)


def test_files_of_other_pipelines_are_not_read(api: Api) -> None:
    for pipeline in ("X", "Q", "Omega", "Ringdown"):
        event = api.create(pipeline=pipeline)
        assert (event["warnings"], event["gpstime"], event["extra_attributes"]) == ([], None, {})
        assert logs(api, event["graceid"]) == [(1, "Original Data", "initial.data", 0, [])]
