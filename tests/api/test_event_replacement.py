"""Replacing the file of an event: what is done again, what stays, and what is only logged."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Api, Server

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


def put(api: Api, content: bytes | None = None, filename: str = "initial.data") -> Any:
    return api.upload(content, filename, path="events/T0001", method="PUT")


def test_replacement_under_the_same_name_is_a_new_version(api: Api, server: Server) -> None:
    api.create(labels=["INJ"], search="LowMass", offline="True")
    server.store.clock.advance(100)
    answer = put(api, api.sample(1400000001, far="2e-8"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert logs(api)[4:] == [
        (5, "Event data replaced by new upload", "initial.data", 1, []),
        (6, "Log File Created", "event.log", 0, []),
        (7, "Coinc Table Created", "coinc.xml", 0, []),
    ]
    event = api.json("events/T0001")
    assert (event["gpstime"], event["far"]) == (1400000001.25, 2e-8)
    assert event["reporting_latency"] == 56419866.0  # from the creation, not from now
    assert event["extra_attributes"]["SingleInspiral"][0]["end_time"] == 1400000001
    assert len(event["extra_attributes"]["SingleInspiral"]) == 2
    assert (event["labels"], event["search"], event["offline"]) == (["INJ"], "LowMass", True)
    for name in ("initial.data", "coinc.xml", "event.log"):
        new, old = (api.get(f"events/T1/files/{name},{n}").content for n in (1, 0))
        assert api.get(f"events/T1/files/{name}").content == new != old


def test_replacement_under_another_name_is_logged_as_original_data(api: Api) -> None:
    api.create()
    assert put(api, filename="other.xml").status_code == 202
    assert logs(api)[3:] == [
        (4, "Original Data", "other.xml", 0, []),
        (5, "Log File Created", "event.log", 0, []),
        (6, "Coinc Table Created", "coinc.xml", 0, []),
    ]
    assert put(api, filename="coinc.xml").status_code == 202
    assert logs(api)[6:] == [
        (7, "Event data replaced by new upload", "coinc.xml", 2, []),
        (8, "Log File Created", "event.log", 0, []),
        (9, "Coinc Table Created", "coinc.xml", 1, []),
    ]


def test_replacement_takes_nothing_but_the_file(api: Api) -> None:
    api.create()
    fields: dict[str, Any] = {"group": "CBC", "labels": "INJ", "search": "BBH", "offline": "True"}
    assert api.upload(path="events/T0001", method="PUT", **fields).status_code == 202
    event = api.json("events/T0001")
    assert (event["group"], event["labels"]) == ("Test", [])
    assert (event["search"], event["offline"]) == (None, False)


def test_unreadable_replacement_changes_no_value_and_is_202(api: Api) -> None:
    before = api.create()
    assert put(api, b"no XML").status_code == 202
    del before["warnings"]
    assert api.json("events/T0001") == before
    entries = logs(api)[3:]
    assert entries[0] == (4, "Event data replaced by new upload", "initial.data", 1, [])
    assert entries[1][1].startswith("Could not read data (")
    assert len(entries) == 2
    assert api.get("events/T0001/files/initial.data").content == b"no XML"


def test_replacement_without_coinc_inspiral_changes_nothing(api: Api) -> None:
    before = api.create()
    assert put(api, without(api.sample(1400000009), "coinc_inspiral")).status_code == 202
    assert api.json("events/T0001")["gpstime"] == before["gpstime"]
    assert len(logs(api)) == 4


def test_replacement_without_coinc_event_changes_gpstime_and_far_only(api: Api) -> None:
    api.create()
    content = without(api.sample(1400000009, far="3e-8", mchirp="9"), "coinc_event")
    assert put(api, content).status_code == 202
    event = api.json("events/T0001")
    assert (event["gpstime"], event["far"]) == (1400000009.25, 3e-8)
    assert event["extra_attributes"]["CoincInspiral"]["mchirp"] == 1.25
    assert event["reporting_latency"] == 56419858.0


def test_replacement_whose_reader_fails_is_500_and_keeps_what_was_done(api: Api) -> None:
    api.create()
    answer = put(api, without(api.sample(1400000009, mchirp="9"), "sngl_inspiral"))
    assert (answer.status_code, answer.json()) == (500, {"error": NO_SINGLES})
    event = api.json("events/T0001")
    assert event["gpstime"] == 1400000009.25  # the base values are saved already
    assert api.get("events/T0001/files/initial.data,1").status_code == 200
    assert logs(api)[3] == (4, "Event data replaced by new upload", "initial.data", 1, [])


def test_replacement_without_a_needed_column_is_500_and_changes_no_value(api: Api) -> None:
    before = api.create()
    del before["warnings"]
    content = api.sample(1400000009).replace(b'<Column Name="mass" Type="real_8"/>', b"")
    answer = put(api, content.replace(b",2.8,", b","))
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("'CoincInspiral' object has no attribute 'mass'")
    assert api.json("events/T0001") == before
    assert logs(api)[3] == (4, "Event data replaced by new upload", "initial.data", 1, [])
    assert api.get("events/T0001/files/initial.data,1").status_code == 200


def test_replacement_makes_the_single_detectors_anew(api: Api) -> None:
    api.create()
    content = api.sample().decode()
    row = '"H1",1400000000,250000000,8,'
    assert put(api, content.replace(row, "").encode()).status_code == 202
    assert [one["ifo"] for one in singles(api)] == ["L1"]
    rest = '"L1",1400000000,250000000,6'
    assert put(api, content.replace(row, "").replace(rest, "").encode()).status_code == 202
    assert singles(api) == []
    assert put(api).status_code == 202
    assert [one["ifo"] for one in singles(api)] == ["H1", "L1"]


def singles(api: Api) -> Any:
    return api.json("events/T0001")["extra_attributes"].get("SingleInspiral", [])


def test_only_the_base_name_of_a_replacement_is_kept(api: Api, server: Server) -> None:
    api.create()
    client = server.client(api.base)
    answer = client.replace_event("T0001", "/home/me/run 3/other.xml", filecontents=api.sample())
    assert answer.status_code == 202
    assert logs(api)[3] == (4, "Original Data", "other.xml", 0, [])


def test_zipped_replacement_is_told_by_its_name_too(api: Api) -> None:
    api.create()
    packed = gzip.compress(api.sample(1400000002), mtime=0)
    assert put(api, packed, "coinc.xml.gz").status_code == 202
    assert api.get("events/T0001/files/coinc.xml").content == api.sample(1400000002)
    assert logs(api)[3] == (4, "Original Data", "coinc.xml.gz", 0, [])


def test_infinite_likelihood_of_a_replacement_counts_the_event_itself(api: Api) -> None:
    api.create(api.sample(likelihood="7.5"))
    assert put(api, api.sample(likelihood="inf")).status_code == 202
    assert api.json("events/T0001")["likelihood"] == 7.5


def test_replacement_under_a_name_that_cannot_be_is_500_and_changes_nothing(api: Api) -> None:
    before = api.create()
    del before["warnings"]
    answer = put(api, api.sample(1400000009), "a,b.xml")
    problem = "versioned file name cannot contain a ','"
    assert (answer.status_code, answer.json()) == (500, {"error": problem})
    assert api.json("events/T0001") == before
    assert len(logs(api)) == 3
