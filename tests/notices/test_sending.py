"""Notices sent: to brokers, files and commands, once and again and again."""

from __future__ import annotations

import json
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from fakegracedb import FakeGraceDb, FakeGraceDbError, samples
from fakegracedb.cli import main
from fakegracedb.notices import SCHEMAS, build
from fakegracedb.notices.mock import MOCK, mock_superevent
from fakegracedb.notices.sending import Outlets, check, moved_to, stream


@pytest.fixture
def client(tmp_path: Path) -> Any:
    with FakeGraceDb(store=tmp_path / "g", waits="skip", clock="2026-03-01 17:04:09") as client:
        content = samples.coinc_xml("1456419850.1256", far=1e-9)
        client.create_event("CBC", "gstlal", "c.xml", filecontents=content, search="AllSky")
        t_0 = 1456419850.125
        client.create_superevent(t_0 - 1, t_0, t_0 + 1, "G0001", category="production")
        yield client


@pytest.fixture
def mock() -> Any:
    with mock_superevent() as client:
        yield client


def verb(client: FakeGraceDb, *words: str) -> int:
    return main(["notice", *words, "--store", str(client.store.path)])


def test_a_notice_is_a_line_of_json(
    client: FakeGraceDb, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert verb(client, "send", "S260301a", "--type", "initial") == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["alert_type"], line["superevent_id"]) == ("INITIAL", "S260301a")
    path = tmp_path / "lines"
    for kind in ("preliminary", "retraction"):
        assert verb(client, "send", "S260301a", "--type", kind, "--to", f"file:{path}") == 0
    assert [json.loads(one)["alert_type"] for one in path.read_text().splitlines()] == [
        "PRELIMINARY",
        "RETRACTION",
    ]
    assert f"S260301a-retraction sent to file:{path}" in capsys.readouterr().out


def test_a_command_gets_either_form(client: FakeGraceDb, tmp_path: Path) -> None:
    fastavro = pytest.importorskip("fastavro")
    script = tmp_path / "save.py"
    script.write_text(
        "import os, sys\n"
        "name = os.environ['FAKEGRACEDB_TOPIC'] + os.environ['FAKEGRACEDB_UID']\n"
        "open(sys.argv[1] + name, 'wb').write(sys.stdin.buffer.read())\n"
    )
    place = f"exec:{sys.executable} {script} {tmp_path}/"
    assert verb(client, "send", "S260301a", "--to", place, "--topic", "t.") == 0
    assert json.loads((tmp_path / "t.S260301a").read_text())["superevent_id"] == "S260301a"
    assert verb(client, "send", "S260301a", "--to", place, "--format", "avro") == 0
    [record] = fastavro.reader(BytesIO((tmp_path / "igwn.gwalertS260301a").read_bytes()))
    assert record["superevent_id"] == "S260301a"
    with (
        Outlets([f'exec:{sys.executable} -c "exit(3)"']) as outlets,
        pytest.raises(FakeGraceDbError, match="ended with 3 on S260301a-preliminary"),
    ):
        outlets.send(build(client, "S260301a"))


@pytest.mark.parametrize(
    "place", ["exec:/nonexistent/program -x", "file:/nonexistent/file", "kafka://127.0.0.1:1"]
)
def test_a_target_that_is_not_there_leaves_the_store_as_it_is(
    client: FakeGraceDb, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if place.startswith("kafka"):
        pytest.importorskip("confluent_kafka")
    before = client.logs("S260301a").json(), client.superevent("S260301a").json()
    call = ["send", "S260301a", "--to", place, "--store-back", "--no-avro"]
    began = time.monotonic()
    assert verb(client, *call) == 1
    assert time.monotonic() - began < 15  # a broker that refuses is not waited for for long
    assert capfd.readouterr().err.count("\n") == 1  # nothing of librdkafka's own
    assert (client.logs("S260301a").json(), client.superevent("S260301a").json()) == before


def test_a_broker_gets_avro_as_on_scimma_or_json_as_on_gcn(
    client: FakeGraceDb, capsys: pytest.CaptureFixture[str]
) -> None:
    fastavro = pytest.importorskip("fastavro")
    kafka = pytest.importorskip("confluent_kafka")
    from fakegracedb.broker import Broker

    with Broker() as broker:
        place = f"kafka://{broker.address}"
        assert verb(client, "send", "S260301a", "--to", place, "--store-back") == 0
        assert verb(client, "send", "S260301a", "--to", place, "--format", "json") == 0
        reader = kafka.Consumer(
            {
                "bootstrap.servers": broker.address,
                "group.id": "x",
                "auto.offset.reset": "earliest",
            }
        )
        reader.assign([kafka.TopicPartition("igwn.gwalert", 0, 0)])
        first, second = (reader.poll(PATIENCE) for _ in range(2))
        reader.close()
    assert dict(first.headers())["_format"] == b"avro"
    assert len(dict(first.headers())["_id"]) == 16
    [record] = fastavro.reader(BytesIO(first.value()))
    assert record == build(client, "S260301a").record
    assert second.headers() is None
    assert json.loads(second.value())["superevent_id"] == "S260301a"
    kept = {
        one["filename"]: one["comment"]
        for one in client.logs("S260301a").json()["log"]
        if one["filename"]
    }
    assert kept == {
        f"S260301a-preliminary.{form}": f"Kafka alert notice sent to {place}/igwn.gwalert"
        for form in ("avro", "json")
    }
    assert client.superevent("S260301a").json()["labels"] == ["GCN_PRELIM_SENT"]
    assert f"sent to {place}/igwn.gwalert" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("kafka://kafka.scimma.org", "serves real alerts: nothing is sent there\n"),
        ("kafka://ada:x@kafka.test.gcn.nasa.gov:9092?tls=true", "serves real alerts"),
        ("kafka://kafka.example.org", "for real alerts: use another prefix\n"),
        ("nowhere", "no place"),
    ],
)
def test_live_targets_are_refused_before_anything_is_sent(
    client: FakeGraceDb, place: str, why: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("confluent_kafka")
    path = tmp_path / "lines"
    assert verb(client, "send", "S260301a", "--to", f"file:{path}", "--to", place) == 1
    assert why in capsys.readouterr().err
    assert path.read_text() == ""


def test_what_breaks_the_schema_is_not_sent(client: FakeGraceDb, tmp_path: Path) -> None:
    client.write_log(
        "S260301a", "p", "gstlal.p_astro.json", b'{"BNS": "much"}', tag_name=["p_astro", "public"]
    )
    path = tmp_path / "lines"
    with (
        Outlets([f"file:{path}"]) as outlets,
        pytest.raises(FakeGraceDbError, match=r"S260301a-preliminary breaks .*classification\.BNS"),
    ):
        outlets.send(build(client, "S260301a"))
    assert path.read_text() == ""


def test_each_generation_satisfies_its_own_schema_only(mock: FakeGraceDb) -> None:
    for schema in SCHEMAS:
        check(build(mock, MOCK, schema=schema))
    from dataclasses import replace

    with pytest.raises(FakeGraceDbError, match="'significant' is a required property"):
        check(replace(build(mock, MOCK, schema="early"), schema="1.0"))


def test_avro_is_not_written_into_lines(client: FakeGraceDb) -> None:
    with pytest.raises(ValueError, match="stdout takes lines"):
        Outlets(["stdout"], form="avro")
    with pytest.raises(ValueError, match="no form 'xml'"):
        Outlets([], form="xml")


def test_the_hourly_stream_is_that_of_the_samples(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["notice", "stream", "--every", "3600", "--speed", "36000000", "--count", "3"]
    assert main(call) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert len(set(lines)) == 1
    assert json.loads(lines[0])["time_created"] == "2018-11-01T22:34:49Z"
    assert "significant" not in json.loads(lines[0])["event"]


def test_superevents_take_turns_with_all_their_kinds(
    client: FakeGraceDb, capsys: pytest.CaptureFixture[str]
) -> None:
    client.create_event(
        "CBC", "gstlal", "c", filecontents=samples.coinc_xml("1456419950", far=1e-9), search="MDC"
    )
    made = client.create_superevent(1456419949, 1456419950, 1456419951, "G0002", category="mdc")
    other = made.json()["superevent_id"]
    call = ["stream", "S260301a", other, "--types", "preliminary,initial", "--speed", "0"]
    assert verb(client, *call, "--count", "5") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["superevent_id"], one["alert_type"]) for one in told] == [
        ("S260301a", "PRELIMINARY"),
        ("S260301a", "INITIAL"),
        (other, "PRELIMINARY"),
        (other, "INITIAL"),
        ("S260301a", "PRELIMINARY"),
    ]
    assert verb(client, *call, "--count", "0") == 2
    assert "--count" in capsys.readouterr().err


def test_due_times_do_not_add_up(mock: FakeGraceDb) -> None:
    notice = build(mock, MOCK)
    slept: list[float] = []
    told = stream([[notice] * 2] * 2, every=100.0, gap=10.0, speed=10.0, sleep=slept.append)
    assert len(list(told)) == 4
    # nobody really slept, so that the first of a round is waited for twice
    assert slept == pytest.approx([1.0, 10.0, 10.0, 11.0, 20.0], abs=0.5)
    for wrong in ({"every": 0.0}, {"gap": -1.0}, {"speed": -1.0}):
        with pytest.raises(ValueError, match="positive"):
            stream([], **wrong)


def test_a_notice_moves_to_now_with_its_event_and_sky_map(mock: FakeGraceDb) -> None:
    from datetime import UTC, datetime

    notice = build(mock, MOCK)
    moved = moved_to(notice, datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC))
    assert moved.record["time_created"] == "2026-03-01T12:00:00Z"
    assert moved.record["event"]["time"] == "2026-03-01T11:47:57.654Z"
    before, after = (one.record["event"]["skymap"] for one in (notice, moved))
    assert b"2018-11-01" in before
    assert b"2018-11-01" not in after
    check(moved)
    retraction = moved_to(build(mock, MOCK, "retraction"), datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert retraction.record["event"] is None


def test_the_mock_superevent_leaves_the_store_of_the_environment_alone(
    client: FakeGraceDb, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (client.store.path / "journal.jsonl").read_bytes()
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(client.store.path))
    assert main(["notice", "stream", "--count", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["superevent_id"] == MOCK
    assert (client.store.path / "journal.jsonl").read_bytes() == before
