"""Every event file of `fixtures`, and files of all kinds, moved: what changes and what does not."""

import bz2
import gzip
import json
import lzma
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakegracedb import ingest, samples
from fakegracedb.errors import ShiftError
from fakegracedb.regeneration import instants, shifting
from fakegracedb.regeneration.identities import IdMap
from fakegracedb.regeneration.instants import nanoseconds_of
from fakegracedb.regeneration.packing import unpacked
from fakegracedb.regeneration.shifting import Shift, register_shifter, shift_file

FIXTURES = Path(__file__).parents[2] / "fixtures"
EVENTS = sorted((FIXTURES / "events").iterdir())
FILES = sorted(path for path in (FIXTURES / "files").iterdir())
V1 = nanoseconds_of("61151696.2127")
DELTAS = st.integers(-(10**17), 10**17)
QUICK = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def inside(content: bytes) -> bytes:
    return unpacked(content)[0]


PIPELINES = {
    "mbta": "MBTA",
    "mbtaonline": "MBTAOnline",
    "cwb": "CWB",
    "fermi": "Fermi",
    "swift": "Swift",
    "integral": "INTEGRAL",
    "agile": "AGILE",
    "chime": "CHIME",
    "svom": "SVOM",
    "snews": "SNEWS",
    "icecube": "IceCube",
    "injection": "HardwareInjection",
    "olib": "oLIB",
    "mly": "MLy",
    "gwak": "GWAK",
    "sgnl": "SGNL",
    "pygrb": "PyGRB",
    "cwb2g": "CWB2G",
}


def read(path: Path, content: bytes) -> ingest.Reading:
    first = path.name.partition("-")[0].partition(".")[0]
    pipeline = PIPELINES.get(first, first)
    name = path.name.removesuffix(".gz")
    if pipeline == "HardwareInjection":
        content = inside(content)
    reading = ingest.read(ingest.Upload(name, content, pipeline, "CBC", None))
    assert reading.failure is None, (path.name, reading.failure)
    return reading


_OWN_TRIGGERS = re.compile(  # ids that are no time near that of the event
    r"integral-weak|targeted|chime-detection|svom|(swift|fermi)-notice"
)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
@given(delta=DELTAS)
@QUICK
def test_an_event_file_comes_back(path: Path, delta: int) -> None:
    content = path.read_bytes()
    moved = shift_file(path.name, content, Shift(delta))
    assert moved.changes or abs(delta) < 10**9  # many files tell seconds or tenths
    back = shift_file(path.name, moved.content, Shift(-delta))
    keep = shift_file(path.name, content, Shift(delta, keep_trigger_id=True))
    kept = shift_file(path.name, keep.content, Shift(-delta, keep_trigger_id=True))
    assert inside(kept.content) == inside(content)
    if not _OWN_TRIGGERS.search(path.name):
        assert inside(back.content) == inside(content)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@given(delta=DELTAS)
@QUICK
def test_a_file_beside_an_event_comes_back(path: Path, delta: int) -> None:
    content = path.read_bytes()
    moved = shift_file(path.name, content, Shift(delta))
    back = shift_file(path.name, moved.content, Shift(-delta))
    assert inside(back.content) == inside(content)


# Attributes that are times, and by how much they may be off: half of a file's last digit.
_SECONDS = re.compile(r"gpstime|(start|peak|end|geocent_end|[hlgtv]_end|impulse)_time")


def moved_values(old: Any, delta: int) -> Any:
    """Give what was read, with its times moved."""
    if isinstance(old, list):
        return [moved_values(one, delta) for one in old]
    if not isinstance(old, dict):
        return old
    new = {key: moved_values(value, delta) for key, value in old.items()}
    for key, value in old.items():
        if not _SECONDS.fullmatch(key) or not value:
            continue
        rest = old.get(f"{key}_ns")
        count = nanoseconds_of(repr(value)) + (rest or 0) + delta
        if rest is None:
            new[key] = round(count / 1e9, 6)
        else:
            new[key], new[f"{key}_ns"] = divmod(count, 10**9)
    if old.get("single_ifo_times"):
        new["single_ifo_times"] = ",".join(
            instants.shift_number(one, delta) for one in old["single_ifo_times"].split(",")
        )
    return new


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_a_shifted_file_is_read_as_the_shifted_attributes(path: Path) -> None:
    delta = nanoseconds_of("61151696.25" if "cwb" not in path.name else "61151696.2127")
    if re.search(r"\.xml$", path.name) and b"VOEvent" in path.read_bytes():
        delta = nanoseconds_of("61151696")  # some of these times are whole seconds
    if path.name.endswith("notice.json"):
        delta = nanoseconds_of("61151696")
    content = path.read_bytes()
    moved = shift_file(path.name, content, Shift(delta, keep_trigger_id=True))
    old, new = read(path, content), read(path, moved.content)
    expected = moved_values(old.values, delta)
    if old.values["gpstime"] is not None:
        assert new.values.pop("gpstime") == pytest.approx(
            expected.pop("gpstime"), abs=1.1e-6, rel=0
        )
    assert new.values == expected
    attributes = moved_values(old.attributes, delta)
    for rows in (new.attributes, attributes):
        for row in rows.values():
            if isinstance(row, dict):
                row.pop("ivorn", None)  # holds the time too
                row.pop("end_time_gmst", None)  # has a test of its own
    assert new.attributes == attributes


def coinc(*, gmst: str = "51639.27977287667", prefix: str = "") -> bytes:
    return f"""<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE LIGO_LW SYSTEM "x">
<LIGO_LW>
 <!-- <Table Name="sngl_inspiral:table"> is not here -->
 <Table Name="process:table"><Column Type="int_4s" Name="start_time"/>
  <Stream Name="process:table" Delimiter="," Type="Local">1338848300</Stream></Table>
 <Table Name="sngl_inspiral:table">
  <Column Name="{prefix}end_time_ns" Type="int_4s"/><Column Name="{prefix}ifo" Type="lstring"/>
  <Column Name="{prefix}end_time" Type="int_4s"/><Column Name="{prefix}snr" Type="real_4"/>
  <Column Name="{prefix}end_time_gmst" Type="real_8"/>
  <Column Name="{prefix}impulse_time" Type="int_4s"/>
  <Column Name="{prefix}impulse_time_ns" Type="int_4s"/>
  <Column Name="{prefix}event_duration" Type="real_8"/>
  <Stream Name="sngl_inspiral:table" Delimiter="," Type="Local">
   808759474,"a,\\"b",1338848303,nan,{gmst},0,0,1338848303,
   815623876,,1338848303 , ,51639.27977337722,,,1,
  </Stream></Table>
 <LIGO_LW Name="COMPLEX8TimeSeries">
  <Time Type="GPS" Name="epoch">1338848303.73046875</Time></LIGO_LW>
 <LIGO_LW Name="REAL8FrequencySeries"><Time Name="epoch" Type="GPS">1338848311</Time></LIGO_LW>
 <LIGO_LW Name="REAL8FrequencySeries"><Time Name="epoch" Type="GPS">0</Time></LIGO_LW>
</LIGO_LW>
""".encode()


@pytest.mark.parametrize("prefix", ["", "sngl_inspiral:"])
def test_a_coincidence_changes_in_its_times_only(prefix: str) -> None:
    old = coinc(prefix=prefix)
    moved = shift_file("coinc.xml", old, Shift(V1))
    expected = (
        old.replace(b"808759474,", b"21459474,")
        .replace(b"815623876,", b"28323876,")
        .replace(b'b",1338848303', b'b",1400000000')
        .replace(b",,1338848303 ,", b",,1400000000 ,")
        .replace(b"1338848303.73046875", b"1399999999.94316875")
        .replace(b">1338848311<", b">1400000007.2127<")
    )
    gmst = re.compile(rb"\d{5}\.\d{11}")
    assert gmst.sub(b"GMST", moved.content) == gmst.sub(b"GMST", expected)
    found = [float(one) for one in gmst.findall(moved.content)]
    assert found == pytest.approx([56098.53230825, 56098.53230875], abs=1e-8, rel=0)
    back = shift_file("coinc.xml", moved.content, Shift(-V1))
    assert back.content == old


def test_the_times_of_jobs_move_only_if_asked_for() -> None:
    moved = shift_file("coinc.xml", coinc(), Shift(V1, shift_process=True))
    assert b">1399999996<" in moved.content


def test_sidereal_times_that_are_not_filled_in_stay() -> None:
    moved = shift_file("coinc.xml", coinc(gmst="0"), Shift(V1))
    assert b",1400000000,nan,0,0,0," in moved.content


@pytest.mark.parametrize(
    ("pack", "magic"),
    [(gzip.compress, b"\x1f\x8b"), (bz2.compress, b"BZh"), (lzma.compress, b"\xfd7zXZ")],
)
def test_a_packed_file_is_packed_again(pack: Any, magic: bytes) -> None:
    moved = shift_file("coinc.xml.gz", pack(coinc()), Shift(V1))
    assert moved.content.startswith(magic)
    assert inside(moved.content) == shift_file("coinc.xml", coinc(), Shift(V1)).content
    untouched = pack(b"nothing of ours")
    assert shift_file("x.gz", untouched, Shift(V1)).content is untouched


@pytest.mark.parametrize("name", ["ranking_data.xml.gz", "gstlal.p_astro.json", "em_bright.json"])
def test_files_without_times_of_the_event_stay_whatever_they_hold(name: str) -> None:
    content = b'{"gpstime": 1338848303.5}'
    moved = shift_file(name, content, Shift(V1))
    assert moved.content is content
    assert moved.reason


CWB = b"""nevent:     1
segment:    1338848196.0000 1338848393.0000
start:      1338848303.7000 1338848303.7000
time:       1338848303.7875 1338848303.7939 1338848303.7985
stop:       1338848303.8000 1338848303.8000
inj_time:   0.0000 0.0000
left:       107.75 107.75
duration:   0.0234
#significance based on the last day
1 3e-07 1338762000 1338848400 86400
"""


def test_the_lines_of_cwb_move() -> None:
    moved = shift_file("trigger_1338848303.7875.txt", CWB, Shift(V1))
    lines = moved.content.splitlines()
    assert lines[1] == b"segment:    1399999892.2127 1400000089.2127"
    assert lines[3] == b"time:       1400000000.0002 1400000000.0066 1400000000.0112"
    assert lines[5:] == CWB.splitlines()[5:]
    assert moved.name == "trigger_1338848303.7875.txt"
    deep = shift_file("trigger.txt", CWB, Shift(V1, deep=True))
    assert deep.content.splitlines()[-1] == b"1 3e-07 1399913696 1400000096 86400"


def test_a_name_with_the_time_is_moved_only_if_asked_for() -> None:
    near = Shift(V1, reference=nanoseconds_of(1338848303), rename_files=True)
    assert shift_file("trigger_1338848303.7875.txt", CWB, near).name == (
        "trigger_1400000000.0002.txt"
    )
    assert shift_file("run_1238848303.txt", CWB, near).name == "run_1238848303.txt"


def test_a_trigger_of_cwb_must_have_its_three_lines() -> None:
    with pytest.raises(ShiftError, match=r"t\.txt \(cWB text\): 2 lines begin with"):
        shift_file("t.txt", CWB.replace(b"stop:", b"halt:"), Shift(V1))


def fits(*cards: str) -> bytes:
    text = "".join(
        card.ljust(80)
        for card in (
            "SIMPLE  =                    T",
            "BITPIX  =                    8",
            "NAXIS   =                    0",
            *cards,
            "END",
        )
    )
    return text.encode().ljust(2880)


def test_cards_of_a_sky_map_move_within_their_eighty_bytes() -> None:
    old = fits(
        "DATE-OBS= '2022-06-09T22:18:05.78' / observed",
        "MJD-OBS = '59739.929224537'",
        "MJD-OBS =      59739.929224537 / a number",
        "DATE-BLD= '2022-06-09T22:18:05.78'",
        "OBJECT  = 'S220609hl'          / name",
        "HISTORY DATE-OBS= '2022-06-09T22:18:05.78'",
    )
    moved = shift_file("x.fits", old, Shift(V1, IdMap({"S220609hl": "MS240517abc"})))
    assert moved.content == fits(
        "DATE-OBS= '2024-05-17T16:53:01.99' / observed",
        "MJD-OBS = '60447.703486258'",
        "MJD-OBS =      60447.703486258 / a number",
        "DATE-BLD= '2022-06-09T22:18:05.78'",
        "OBJECT  = 'MS240517abc'        / name",
        "HISTORY DATE-OBS= '2022-06-09T22:18:05.78'",
    )
    assert len(moved.content) == 2880


@pytest.mark.parametrize("second", range(0, 60, 7))
def test_a_changed_header_sums_up_to_nothing(second: int) -> None:
    old = fits("DATE-OBS= '2022-06-09T22:18:05.78'", "CHECKSUM= '0000000000000000' / of the unit")
    moved = shift_file("x.fits", old, Shift(second * 10**9 + V1)).content
    total = sum(int.from_bytes(moved[place : place + 4]) for place in range(0, len(moved), 4))
    assert total % 0xFFFFFFFF == 0
    assert b"/ of the unit" in moved
    assert re.search(rb"CHECKSUM= '[0-9A-Za-z]{16}'", moved)


def test_checksums_of_changed_headers_are_right_again() -> None:
    astropy = pytest.importorskip("astropy.io.fits")
    import io

    hdu = astropy.PrimaryHDU()
    hdu.header["DATE-OBS"] = "2022-06-09T22:18:05.78"
    hdu.add_checksum(when="")
    buffer = io.BytesIO()
    hdu.writeto(buffer)
    moved = shift_file("x.fits", buffer.getvalue(), Shift(V1))
    with astropy.open(io.BytesIO(moved.content), checksum=True) as found:
        assert found[0].header["DATE-OBS"] == "2024-05-17T16:53:01.99"
        assert found[0].verify_checksum() == 1
    assert shift_file("x.fits", moved.content, Shift(-V1)).content == buffer.getvalue()


@pytest.mark.parametrize("size", [100, 4000, 9000])
def test_a_sky_map_cut_short_is_an_error(size: int) -> None:
    content = inside((FIXTURES / "files" / "bayestar.fits.gz").read_bytes())[:size]
    with pytest.raises(ShiftError, match="ends within"):
        shift_file("bayestar.fits", content, Shift(V1))


def test_a_notice_of_fermi_gets_a_new_trigger_everywhere() -> None:
    content = (FIXTURES / "events" / "fermi-alert.xml").read_bytes()
    moved = shift_file("e.xml", content, Shift(nanoseconds_of("43200.4"), test_role=True))
    assert moved.content == (
        content.replace(b"2026-03-01T17:24:42.50", b"2026-03-02T05:24:42.90")
        .replace(b"794078687", b"794121887")
        .replace(b"2026-03-01T17:25:12", b"2026-03-02T05:25:12")
        .replace(b'"21100"', b'"21101"')
        .replace(b"62682.50", b"19482.90")
        .replace(b'role="observation"', b'role="test"')
    )
    kept = shift_file("e.xml", content, Shift(V1, keep_trigger_id=True))
    assert kept.content.count(b"794078687") == 2


def test_a_trigger_that_is_no_time_becomes_the_second_of_the_event() -> None:
    content = (FIXTURES / "events" / "fermi-targeted.xml").read_bytes()
    moved = shift_file("e.xml", content, Shift(nanoseconds_of(1000)))
    (new,) = re.findall(rb'name="TrigID" value="(\d+)"', moved.content)
    time = ingest.read(ingest.Upload("e.xml", moved.content, "Fermi", "External", None)).values[
        "gpstime"
    ]
    assert int(new) == int(time)


def test_alerts_follow_the_notice_that_they_refer_to() -> None:
    content = (FIXTURES / "events" / "fermi-targeted.xml").read_bytes()
    (trigger,) = re.findall(rb'name="TrigID" value="([^"]+)"', content)
    (ivorn,) = re.findall(rb'ivorn="([^"]+)"', content)
    shift = Shift(nanoseconds_of(1000))
    moved = shift_file("e.xml", content, shift)
    later = re.sub(
        rb"(<ISOTime>.*:\d)(\d)", rb"\g<1>0", content
    )  # another second, the same trigger
    again = shift_file("e.xml", later, shift)
    pattern = rb'name="TrigID" value="([^"]+)"'
    assert later != content
    assert re.findall(pattern, again.content) == re.findall(pattern, moved.content)
    coinc = {"ivorn": ivorn.decode(), "gcn_notice_id": trigger.decode()}
    alert = {"alert_type": "INITIAL", "superevent_id": "S1", "external_coinc": coinc}
    new = json.loads(shift_file("a.json", json.dumps(alert).encode(), shift).content)
    assert new["external_coinc"]["gcn_notice_id"] == shift.ids[trigger.decode()]
    assert f'ivorn="{new["external_coinc"]["ivorn"]}"'.encode() in moved.content
    assert new["external_coinc"]["ivorn"] != ivorn.decode()


def test_the_map_of_ids_is_a_mapping_with_those_that_stayed() -> None:
    ids = IdMap({"S190521r": "MS240517a", "G0001": "G0001", "1338848303": "1400000000"})
    assert ids["S190521r"] == "MS240517a"
    assert dict(ids) == ids.to_json()
    assert "G0001" in ids
    assert "G0002" not in ids
    with pytest.raises(KeyError):
        ids["G0002"]
    assert ids("trigger 1338848303, G0001 at 1338848303.25 or 0.1338848303") == (
        "trigger 1400000000, G0001 at 1338848303.25 or 0.1338848303"
    )


@pytest.mark.parametrize("element", ["Date", "ISOTime"])
def test_a_notice_without_its_times_is_an_error_that_names_the_path(element: str) -> None:
    content = (FIXTURES / "events" / "fermi-alert.xml").read_bytes()
    broken = re.sub(rf"<{element}>.*</{element}>".encode(), b"", content)
    with pytest.raises(ShiftError, match=f"there is no .*/{element}"):
        shift_file("e.xml", broken, Shift(V1))


def test_a_json_notice_moves_with_its_ids() -> None:
    text = (
        '{"id": ["745121685", "bn240812094"],\t"trigger_time": "2024-08-12T02:14:40.43Z",\n'
        ' "alert_datetime": "2024-08-12T02:15:00Z", "rate": 1400000000.5, "x": "\\u00e9"}'
    )
    moved = shift_file("n.json", text.encode(), Shift(nanoseconds_of(86400)))
    assert moved.content.decode() == (
        text.replace("745121685", "745208085")
        .replace("bn240812094", "bn240813094")
        .replace("2024-08-12T", "2024-08-13T")
    )


def test_an_event_in_json_keeps_all_but_its_time() -> None:
    text = b'{"far": 1e-7, "gpstime" :1338848303.7875, "FAR":[1.50],"central_time": 0.5}'
    moved = shift_file("e.json", text, Shift(V1))
    assert moved.content == text.replace(b"1338848303.7875", b"1400000000.0002")


def test_an_alert_moves_with_the_sky_map_in_it() -> None:
    import base64

    skymap = fits("DATE-OBS= '2022-06-09T22:18:05.78'")
    alert = {
        "alert_type": "INITIAL",
        "time_created": "2022-06-09T22:30:00Z",
        "superevent_id": "S220609hl",
        "urls": {"gracedb": "https://gracedb.ligo.org/superevents/S220609hl/view/"},
        "event": {
            "time": "2022-06-09T22:18:05.780Z",
            "far": 1e-9,
            "skymap": base64.b64encode(skymap).decode(),
        },
        "external_coinc": None,
    }
    shift = Shift(V1, IdMap({"S220609hl": "MS240517a"}))
    moved = shift_file("S220609hl-initial.json", json.dumps(alert).encode(), shift)
    new = json.loads(moved.content)
    assert moved.name == "MS240517a-initial.json"
    assert new["superevent_id"] == "MS240517a"
    assert new["urls"]["gracedb"].endswith("/MS240517a/view/")
    assert new["event"]["time"] == "2024-05-17T16:53:01.993Z"
    assert b"2024-05-17T16:53:01.99" in base64.b64decode(new["event"]["skymap"])
    assert new["event"]["far"] == 1e-9


def test_texts_get_new_ids_only_if_asked_for() -> None:
    ids = IdMap({"S220609hl": "MS240517a", "G587": "M0012"})
    text = b"G5871 and G587_psd.png of S220609hl"
    assert shift_file("circular.txt", text, Shift(V1, ids)).content is text
    moved = shift_file("circular.txt", text, Shift(V1, ids, rewrite_text=True))
    assert moved.content == b"G5871 and M0012_psd.png of MS240517a"
    assert {change.new for change in moved.changes} == {"MS240517a", "M0012"}


def test_a_file_of_an_unknown_kind_is_an_error_if_we_are_strict() -> None:
    content = b"\xff\xfe 1338848303 \0"
    reference = nanoseconds_of("1338848000")
    assert shift_file("x.bin", content, Shift(V1, reference=reference)).content is content
    with pytest.raises(ShiftError, match="1338848303 in it is near the event"):
        shift_file("x.bin", content, Shift(V1, reference=reference, strict=True))
    far = Shift(V1, reference=nanoseconds_of("1438848000"), strict=True)
    assert shift_file("x.bin", content, far).content is content


def test_users_add_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifting, "_rules", list(shifting._rules))

    def rule(content: bytes, shift: Shift, notes: shifting.Notes) -> bytes:
        new = str(Decimal(content.decode()) + Decimal(shift.seconds))
        return notes.changed("all", content.decode(), new).encode()

    register_shifter("mine", "*.mine", rule)
    moved = shift_file("a.mine", b"1338848303.7875", Shift(V1))
    assert (moved.kind, moved.content) == ("mine", b"1400000000.0002")
    assert moved.to_json()["changes"] == [["all", "1338848303.7875", "1400000000.0002"]]


def test_a_coincidence_that_would_leave_its_columns_is_an_error() -> None:
    with pytest.raises(ShiftError, match="would leave 1980 to 2048"):
        shift_file("coinc.xml", samples.coinc_xml(), Shift(10**18))


def test_a_damaged_packing_is_an_error() -> None:
    with pytest.raises(ShiftError, match="cannot be unpacked"):
        shift_file("x.xml.gz", gzip.compress(coinc())[:100], Shift(V1))


def test_samples_in_hdf5_move_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    h5py = pytest.importorskip("h5py")
    numpy = pytest.importorskip("numpy")
    import io

    rows = numpy.array([(1.0, 1338848303.5)], dtype=[("mass_1", "f8"), ("geocent_time", "f8")])
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["posterior/samples"] = rows
        file["gps"] = numpy.array([1338848303.25, 1338848304.25])
        file["far"] = numpy.array([1e-9])
    content = buffer.getvalue()
    delta = nanoseconds_of("1000.5")
    assert shift_file("x.hdf5", content, Shift(delta)).content is content
    moved = shift_file("x.hdf5", content, Shift(delta, deep=True))
    with h5py.File(io.BytesIO(moved.content), "r") as file:
        assert file["posterior/samples"][0].tolist() == (1.0, 1338849304.0)
        assert file["gps"][...].tolist() == [1338849303.75, 1338849304.75]
        assert file["far"][...].tolist() == [1e-9]
    assert {change.field for change in moved.changes} == {"posterior/samples.geocent_time", "gps"}
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(ShiftError, match=r"fakegracedb\[hdf5\]"):
        shift_file("x.hdf5", content, Shift(delta, deep=True))


def test_an_alert_in_avro_moves_as_one_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    fastavro = pytest.importorskip("fastavro")
    import io

    schema = {
        "type": "record",
        "name": "alert",
        "fields": [
            {"name": "superevent_id", "type": "string"},
            {"name": "time_created", "type": "string"},
            {"name": "far", "type": "double"},
            {
                "name": "event",
                "type": {
                    "type": "record",
                    "name": "event",
                    "fields": [
                        {"name": "time", "type": "string"},
                        {"name": "skymap", "type": ["null", "bytes"]},
                    ],
                },
            },
        ],
    }
    alert = {
        "superevent_id": "S220609hl",
        "time_created": "2022-06-09T22:30:00Z",
        "far": 1e-9,
        "event": {
            "time": "2022-06-09T22:18:05.780Z",
            "skymap": fits("DATE-OBS= '2022-06-09T22:18:05.78'"),
        },
    }
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, [alert], codec="deflate")
    content = buffer.getvalue()
    ids = IdMap({"S220609hl": "MS240517a"})
    moved = shift_file("S220609hl-preliminary.avro", content, Shift(V1, ids))
    (new,) = fastavro.reader(io.BytesIO(moved.content))
    assert (new["superevent_id"], new["far"]) == ("MS240517a", 1e-9)
    assert new["event"]["time"] == "2024-05-17T16:53:01.993Z"
    assert new["event"]["skymap"] == fits("DATE-OBS= '2024-05-17T16:53:01.99'")
    back = Shift(-V1, IdMap({"MS240517a": "S220609hl"}))
    assert shift_file(moved.name, moved.content, back).content == content
    with pytest.raises(ShiftError, match="cannot be read"):
        shift_file("x.avro", content[:60], Shift(V1))
    monkeypatch.setitem(__import__("sys").modules, "fastavro", None)
    left = shift_file("x.avro", content, Shift(V1))
    assert (left.content, left.reason) == (
        content,
        "Avro needs fastavro: pip install 'fakegracedb[avro]'",
    )


def test_a_value_that_stays_keeps_its_spelling() -> None:
    text = (
        b'{"alert_type": "UPDATE", "superevent_id": "S1\\u0061",'
        b' "urls": {"gracedb": "https:\\/\\/x"},'
        b' "time_created": "2022-06-09T22:30:00Z"}'
    )
    moved = shift_file("a.json", text, Shift(nanoseconds_of(60)))
    assert moved.content == text.replace(b"22:30:00", b"22:31:00")
