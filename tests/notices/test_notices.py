"""Public notices, built from a superevent through the client's calls."""

from __future__ import annotations

import base64
import builtins
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, FakeGraceDbError, samples
from fakegracedb.cli import main
from fakegracedb.notices import KINDS, SCHEMAS, build, keep, release, write_samples
from fakegracedb.notices.mock import mock_superevent
from fakegracedb.schemas import gwalert

NAME = "MS181101ab"


@pytest.fixture(scope="module")
def mock() -> Iterator[FakeGraceDb]:
    with mock_superevent() as client:
        yield client


def superevent(client: FakeGraceDb, pipeline: str, group: str, content: bytes, **kind: Any) -> str:
    made = client.create_event(group, pipeline, "f", filecontents=content, **kind).json()
    assert made["warnings"] == []
    t_0 = made["gpstime"]
    found = client.create_superevent(t_0 - 1, t_0, t_0 + 1, made["graceid"], category="production")
    name: str = found.json()["superevent_id"]
    return name


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FakeGraceDb]:
    with FakeGraceDb(store=tmp_path / "g", waits="skip", clock="2026-03-01 17:04:09") as client:
        yield client


def cbc(client: FakeGraceDb, **kind: Any) -> str:
    content = samples.coinc_xml("1456419850.1256", far=1e-9)
    return superevent(client, "gstlal", "CBC", content, **{"search": "AllSky", **kind})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_satisfies_the_schema(mock: FakeGraceDb, kind: str) -> None:
    notice = build(mock, NAME, kind)
    data = json.loads(notice.json_bytes())
    assert gwalert.problem(data) is None
    assert data["alert_type"] == KINDS[kind]
    assert (data["event"] is None) == (kind == "retraction")
    if data["event"] is not None:
        assert data["event"]["significant"] == (kind != "less-significant")
        assert base64.b64decode(data["event"]["skymap"]) == notice.record["event"]["skymap"]


def test_the_record_is_that_of_the_superevent(mock: FakeGraceDb) -> None:
    record = build(mock, NAME).record
    skymap = record["event"].pop("skymap")
    assert skymap == mock.files(NAME, "bayestar.multiorder.fits").read()
    assert record == {
        "alert_type": "PRELIMINARY",
        "time_created": "2018-11-01T22:34:49Z",
        "superevent_id": NAME,
        "urls": {"gracedb": f"https://example.org/superevents/{NAME}/view/"},
        "event": {
            "time": "2018-11-01T22:22:46.654Z",
            "far": 9.11069936486e-14,
            "significant": True,
            "instruments": ["H1", "L1", "V1"],
            "group": "CBC",
            "pipeline": "gstlal",
            "search": "MDC",
            "properties": {"HasNS": 0.95, "HasRemnant": 0.91, "HasMassGap": 0.01},
            "classification": {"BNS": 0.95, "NSBH": 0.01, "BBH": 0.03, "Terrestrial": 0.01},
            "mchirp_source": None,
            "duration": None,
            "central_frequency": None,
        },
        "external_coinc": None,
    }


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_schema_has_its_keys_in_avro_too(mock: FakeGraceDb, schema: str) -> None:
    fastavro = pytest.importorskip("fastavro")
    notice = build(mock, NAME, "initial", schema=schema)
    lacking = SCHEMAS[schema]
    assert not lacking & set(notice.record["event"])
    [read] = fastavro.reader(BytesIO(notice.avro_bytes()))
    assert read == notice.record
    assert notice.avro_bytes() == notice.avro_bytes()


def test_the_last_fitting_file_of_the_log_counts(client: FakeGraceDb) -> None:
    name = cbc(client)
    for text, tags in (
        ("first", ["sky_loc", "public"]),
        ("second", ["sky_loc", "public"]),
        ("secret", ["sky_loc"]),
    ):
        client.write_log(name, text, "a.multiorder.fits", text.encode(), tag_name=tags)
    client.write_log(
        name, "both", "combined.multiorder.fits", b"no", tag_name=["sky_loc", "public"]
    )
    notice = build(client, name, "update")
    assert notice.record["event"]["skymap"] == b"second"
    assert notice.files == {"skymap": f"{name}/a.multiorder.fits,1"}
    # rounded to milliseconds, as astropy does for the pipeline
    assert notice.record["event"]["time"] == "2026-03-01T17:03:52.126Z"


def test_only_first_notices_take_files_of_the_event(client: FakeGraceDb) -> None:
    name = cbc(client)
    client.write_log("G0001", "map", "bayestar.multiorder.fits", b"map")
    client.write_log("G0001", "p", "gstlal.p_astro.json", b'{"BNS": 1.0}')
    client.write_log("G0001", "e", "em_bright.json", b'{"HasNS": 1.0}')
    event = build(client, name, "earlywarning").record["event"]
    assert (event["skymap"], event["classification"]) == (b"map", {"BNS": 1.0})
    assert event["properties"] == {"HasNS": 1.0}
    event = build(client, name, "initial").record["event"]
    assert (event["skymap"], event["classification"]) == (None, {})
    client.write_log(name, "p", "gstlal.p_astro.json", b"{", tag_name=["p_astro", "public"])
    with pytest.raises(FakeGraceDbError, match=r"p_astro\.json,0 is not JSON"):
        build(client, name)


@pytest.mark.parametrize(
    ("pipeline", "sample", "search", "group"),
    [
        ("CWB", "cwb_text", "AllSky", "Burst"),
        ("CWB", "cwb_text", "BBH", "CBC"),
        ("MLy", "mly_json", "AllSky", "Burst"),
        ("oLIB", "olib_json", "AllSky", "Burst"),
    ],
)
def test_bursts_tell_duration_and_frequency(
    client: FakeGraceDb, pipeline: str, sample: str, search: str, group: str
) -> None:
    numbers = {"central_freq": 150.0, "duration": 0.25} if pipeline == "MLy" else {}
    content = getattr(samples, sample)(**numbers)
    name = superevent(client, pipeline, "Burst", content, search=search)
    event = build(client, name).record["event"]
    [row] = client.superevent(name).json()["preferred_event_data"]["extra_attributes"].values()
    assert event["group"] == group
    assert event["central_frequency"] == row.get("central_freq", row.get("frequency_mean")) > 0
    if pipeline == "oLIB":
        cycles = event["duration"] * event["central_frequency"]
        assert cycles == pytest.approx(row["quality_mean"] / (2 * math.pi))
    else:
        assert event["duration"] == row["duration"]
    assert gwalert.problem(build(client, name).to_json()) is None


def test_a_published_coincidence_is_told_and_never_in_a_retraction(client: FakeGraceDb) -> None:
    name = cbc(client)
    burst = client.create_event(
        "External", "Fermi", "n.xml", filecontents=samples.voevent(pipeline="Fermi"), search="GRB"
    ).json()
    client.update_superevent(
        name, em_type=burst["graceid"], time_coinc_far=1e-5, space_coinc_far=1e-6
    )
    assert build(client, name).record["external_coinc"] is None
    client.write_label(name, "RAVEN_ALERT")
    notice = build(client, name)
    found = notice.record["external_coinc"]
    t_0 = client.superevent(name).json()["t_0"]
    assert found == {
        "gcn_notice_id": int(burst["extra_attributes"]["GRB"]["trigger_id"]),
        "ivorn": burst["extra_attributes"]["GRB"]["ivorn"],
        "observatory": "Fermi",
        "search": "GRB",
        "time_difference": round(burst["gpstime"] - t_0, 2),
        "time_coincidence_far": 1e-5,
        "time_sky_position_coincidence_far": 1e-6,
        "combined_skymap": None,
    }
    tags = ["sky_loc", "ext_coinc"]
    client.write_log(name, "both", "combined-ext.multiorder.fits", b"both", tag_name=tags)
    notice = build(client, name, "update")
    assert notice.record["external_coinc"]["combined_skymap"] == b"both"
    assert gwalert.problem(notice.to_json()) is None
    if pytest.importorskip("fastavro"):
        assert b"both" in notice.avro_bytes()
    assert build(client, name, "retraction").record["external_coinc"] is None


def test_what_cannot_be_published_is_refused(client: FakeGraceDb) -> None:
    name = cbc(client)
    with pytest.raises(ValueError, match="no kind 'final'"):
        build(client, name, "final")
    with pytest.raises(ValueError, match=r"no schema '1\.1'"):
        build(client, name, schema="1.1")
    client.write_label(name, "INJ")
    with pytest.raises(FakeGraceDbError, match="label INJ"):
        build(client, name)
    other = cbc(client, search=None)
    with pytest.raises(FakeGraceDbError, match="has no search"):
        build(client, other)
    assert build(client, other, "retraction").record["event"] is None


def test_a_time_can_be_given(mock: FakeGraceDb) -> None:
    when = datetime(2026, 3, 1, 17, 4, 9, 999999, tzinfo=UTC)
    assert build(mock, NAME, time_created=when).record["time_created"] == "2026-03-01T17:04:09Z"


def test_a_built_notice_is_taken_by_create_notice(client: FakeGraceDb, tmp_path: Path) -> None:
    name = cbc(client)
    path = tmp_path / "n.json"
    path.write_bytes(build(client, name).json_bytes())
    assert client.create_notice(name, str(path)).json()["notice_type"] == "PR"


def test_without_fastavro_the_error_names_the_extra(
    mock: FakeGraceDb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = builtins.__import__

    def lacking(name: str, *rest: Any) -> Any:
        if name == "fastavro":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(FakeGraceDbError, match=r"pip install 'fakegracedb\[avro\]'"):
        build(mock, NAME).avro_bytes()
    with pytest.raises(FakeGraceDbError, match="avro"):
        write_samples(tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_the_command_builds_and_keeps(
    client: FakeGraceDb, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    pytest.importorskip("fastavro")
    name = cbc(client)
    store = ["--store", str(client.store.path)]
    assert main(["notice", "build", name, "--type", "initial", *store]) == 0
    assert json.loads(capfdbinary.readouterr().out)["alert_type"] == "INITIAL"
    assert client.permissions(name).json()["permissions"] == []  # nothing is done unasked
    call = ["notice", "build", name, *store, "--avro", "-o", str(tmp_path / "n.avro")]
    for _ in range(2):
        assert main([*call, "--store-back"]) == 0
    kept = client.files(name).json()
    assert {f"{name}-preliminary.{form},1" for form in ("avro", "json")} <= set(kept)
    logs = client.logs(name).json()["log"]
    [log] = [one for one in logs if one["filename"].endswith(".avro") and not one["file_version"]]
    assert log["comment"] == f"Kafka alert notice sent to {tmp_path / 'n.avro'}"
    assert set(log["tag_names"]) >= {"public", "em_follow"}
    content = client.files(name, f"{name}-preliminary.avro").read()
    assert content == (tmp_path / "n.avro").read_bytes()
    assert main(["notice", "build", "S999999z", *store]) == 1


def test_a_file_that_cannot_be_written_leaves_the_store_as_it_is(
    client: FakeGraceDb, capsys: pytest.CaptureFixture[str]
) -> None:
    name = cbc(client)
    before = client.logs(name).json(), client.superevent(name).json()
    store = ["--store", str(client.store.path)]
    call = ["notice", "build", name, *store, "--store-back", "--no-avro"]
    assert main([*call, "-o", "/nonexistent/x.json"]) == 1
    assert (
        capsys.readouterr().err == "fakegracedb: /nonexistent/x.json: No such file or directory\n"
    )
    assert (client.logs(name).json(), client.superevent(name).json()) == before


@pytest.mark.parametrize("verb", ["build", "send", "stream"])
def test_what_is_no_superevent_is_told_with_what_there_is(
    client: FakeGraceDb, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    name = cbc(client)
    store = ["--store", str(client.store.path)]
    assert main(["notice", verb, "G0001", *store]) == 1
    assert capsys.readouterr().err == (
        "fakegracedb: G0001 is an event; notices are of superevents\n"
    )
    assert main(["notice", verb, "S999999z", *store]) == 1
    assert f"no superevent S999999z in {client.store.path} (1 superevent: {name})" in (
        capsys.readouterr().err
    )


def test_what_is_sent_is_released_first_and_kept_as_the_pipeline_does(client: FakeGraceDb) -> None:
    pytest.importorskip("fastavro")
    name = cbc(client)
    client.write_log("G0001", "map", "bayestar.multiorder.fits", b"map")
    client.write_log("G0001", "p", "gstlal.p_astro.json", b'{"BNS": 1.0}')
    client.write_log(name, "e", "em_bright.json", b'{"HasNS": 1.0}', tag_name="em_bright")
    client.write_label(name, "SKYMAP_READY")
    notice = build(client, name, "preliminary")
    release(client, notice)
    logs = {log["comment"]: log for log in client.logs(name).json()["log"] if log["filename"]}
    assert {comment: set(log["tag_names"]) - {"lvem"} for comment, log in logs.items()} == {
        "e": {"em_bright", "public"},
        "Localization copied from G0001": {"sky_loc", "public"},
        "Source classification copied from G0001": {"p_astro", "public"},
    }
    assert client.files(name, "bayestar.multiorder.fits").read() == b"map"
    labels = client.superevent(name).json()["labels"]
    assert sorted(labels) == ["PASTRO_READY", "SKYMAP_READY"]
    public = {"group": "public_users", "permission": "view_superevent"}
    assert public in client.permissions(name).json()["permissions"]
    keep(client, notice, "kafka://127.0.0.1/igwn.gwalert")
    assert "GCN_PRELIM_SENT" in client.superevent(name).json()["labels"]
    seen = client.as_user(None).files(name).json()  # everything that the notice tells of
    assert {f"{name}-preliminary.avro", f"{name}-preliminary.json", "em_bright.json"} <= set(seen)
    again = build(client, name, "update")
    assert again.files == {
        "skymap": f"{name}/bayestar.multiorder.fits,0",
        "em_bright": f"{name}/em_bright.json,0",
        "p_astro": f"{name}/gstlal.p_astro.json,0",
    }
    written = len(client.logs(name).json()["log"])
    release(client, again)
    assert len(client.logs(name).json()["log"]) == written  # all of it is so already


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("less-significant", "LOW_SIGNIF_PRELIM_SENT"),
        ("preliminary", "GCN_PRELIM_SENT"),
        ("earlywarning", None),
        ("initial", None),
        ("retraction", None),
    ],
)
def test_what_was_sent_is_labelled_by_its_kind(
    client: FakeGraceDb, kind: str, label: str | None
) -> None:
    name = cbc(client)
    for _ in range(2):
        keep(client, build(client, name, kind, schema="early"), "x", avro=False)
    assert client.superevent(name).json()["labels"] == ([label] if label else [])
    form = "preliminary" if kind == "less-significant" else kind
    assert f"{name}-{form}.json,1" in client.files(name).json()


def test_no_p_astro_of_an_ssm_event_is_told(client: FakeGraceDb) -> None:
    name = cbc(client, search="SSM")
    client.write_log("G0001", "p", "gstlal.p_astro.json", b'{"BNS": 1.0}')
    assert build(client, name, "preliminary").record["event"]["classification"] == {}


def test_the_samples_are_what_the_user_guide_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fastavro = pytest.importorskip("fastavro")
    assert main(["notice", "samples", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.split()) == 15
    types = ("earlywarning", "preliminary", "initial", "update", "retraction")
    for kind in types:
        [record] = fastavro.reader(BytesIO((tmp_path / f"{NAME}-{kind}.avro").read_bytes()))
        data = json.loads((tmp_path / f"{NAME}-{kind}.json").read_text())
        assert record["alert_type"] == data["alert_type"] == kind.upper()
        assert NAME.encode() in (tmp_path / f"{NAME}-{kind}.xml").read_bytes()
    pytest.importorskip("astropy_healpix")
    pytest.importorskip("astropy")
    from user_guide import EXPECTED, parse_notice

    [record] = fastavro.reader(BytesIO((tmp_path / f"{NAME}-preliminary.avro").read_bytes()))
    parse_notice(record)
    assert capsys.readouterr().out == EXPECTED
    [record] = fastavro.reader(BytesIO((tmp_path / f"{NAME}-retraction.avro").read_bytes()))
    parse_notice(record)
    assert capsys.readouterr().out == f"{NAME} was retracted\n"
