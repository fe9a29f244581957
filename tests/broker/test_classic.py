"""VOEvents on GCN's classic topics."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from fakegracedb import FakeGraceDb, samples
from fakegracedb.alerts.classic import classic_notice, classic_topics
from fakegracedb.broker import AlertSource, Broker
from fakegracedb.cli import main

TOPIC = "gcn.classic.voevent.LVC_"


@pytest.fixture
def client(tmp_path: Path) -> Any:
    """A superevent with a VOEvent of every type, and one that is internal."""
    with FakeGraceDb("https://gracedb-test.ligo.org/api/v1/", store=tmp_path / "g") as client:
        content = samples.coinc_xml("1456419850.125", far=1e-9)
        client.create_event("CBC", "gstlal", "c.xml", filecontents=content, search="AllSky")
        t_0 = 1456419850.125
        made = client.create_superevent(t_0 - 1, t_0, t_0 + 1, "G0001", category="production")
        name = made.json()["superevent_id"]
        client.create_voevent(name, "PR", internal=True)
        client.write_log(name, "map", "map.fits", b"map")
        skymap = {"skymap_type": "x", "skymap_filename": "map.fits"}
        for code in ("EW", "PR", "IN", "UP", "RE"):
            client.create_voevent(name, code, internal=False, **({} if code == "RE" else skymap))
        yield client


def xml(client: FakeGraceDb, place: int) -> bytes:
    [*voevents] = client.voevents(client.alerts[-1].uid).json()["voevents"]
    content: bytes = client.files(client.alerts[-1].uid, voevents[place]["filename"]).read()
    return content


def test_each_type_has_its_topic_and_internal_ones_have_none(client: FakeGraceDb) -> None:
    found = [classic_notice(client.store, alert) for alert in client.alerts]
    told = [one for one in found if one is not None]
    kinds = ("EARLY_WARNING", "PRELIMINARY", "INITIAL", "UPDATE", "RETRACTION")
    assert [topic for topic, _ in told] == [TOPIC + kind for kind in kinds] == classic_topics()
    assert [content for _, content in told] == [xml(client, place) for place in range(1, 6)]


def test_voevents_of_events_go_out_too(tmp_path: Path) -> None:
    with FakeGraceDb("https://gracedb.ligo.org/api/v1/", store=tmp_path / "g") as client:
        content = samples.coinc_xml("1456419850.125", far=1e-9)
        client.create_event("CBC", "gstlal", "c.xml", filecontents=content)
        made = client.create_voevent("G0001", "PR", internal=False).json()
        found = classic_notice(client.store, client.alerts[-1])
        assert found == (f"{TOPIC}PRELIMINARY", client.files("G0001", made["filename"]).read())


def test_one_whose_file_is_gone_stops_nobody(client: FakeGraceDb) -> None:
    [*voevents] = client.voevents(client.alerts[-1].uid).json()["voevents"]
    [blob] = client.store.path.glob(f"superevents/*/{voevents[3]['filename']}*")
    blob.unlink()
    topics = {one.topic for one in AlertSource(client.store, classic=True).entries(0)}
    assert set(classic_topics()) - topics == {f"{TOPIC}INITIAL"}


def test_only_who_asks_gets_them(client: FakeGraceDb) -> None:
    plain, classic = (AlertSource(client.store, classic=asked) for asked in (False, True))
    assert not {one.topic for one in plain.entries(0)} & set(classic_topics())
    assert {one.topic for one in classic.entries(0)} >= set(classic_topics())
    assert set(classic.topics()) - set(plain.topics()) == set(classic_topics())


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_gcn_kafka_reads_a_voevent(client: FakeGraceDb) -> None:
    gcn = pytest.importorskip("gcn_kafka")
    with Broker(AlertSource(client.store, classic=True)) as broker:
        consumer = gcn.Consumer(
            {
                "bootstrap.servers": broker.address,
                "security.protocol": "plaintext",
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe([f"{TOPIC}INITIAL"])
        (message,) = consumer.consume(1, timeout=PATIENCE)
        consumer.close()
    assert message.value() == xml(client, 3)
    assert message.headers() is None


def test_the_command_relays_them(client: FakeGraceDb, tmp_path: Path, capsys: Any) -> None:
    script = tmp_path / "save.py"
    script.write_text(
        "import os, sys\n"
        "path = sys.argv[1] + os.environ['FAKEGRACEDB_TOPIC']\n"
        "open(path, 'wb').write(sys.stdin.buffer.read())\n"
    )
    number = [alert.seq for alert in client.alerts if alert.alert_type == "voevent"][2]
    call = ["alerts", "relay", "--gcn", "--from", str(number), "--count", "1"]
    call += ["--store", str(client.store.path)]
    assert main([*call, "--to", f"exec:{sys.executable} {script} {tmp_path}/"]) == 0
    assert (tmp_path / f"{TOPIC}PRELIMINARY").read_bytes() == xml(client, 2)
    assert (tmp_path / "superevent").exists()
    assert main([*call, "--to", "stdout"]) == 1
    assert "VOEvents are none" in capsys.readouterr().err
