"""Coincidences: the numbers given come out of ingestion, and the tables hold together."""

import cmath
import gzip
import re
import struct
from decimal import Decimal
from math import isclose, isnan

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_ingestion import ingested

from fakegracedb import samples
from fakegracedb.documents import attributes
from fakegracedb.samples.network import SITES
from fakegracedb.vocabulary import DEFAULT

PIPELINES = sorted(DEFAULT.coinc_pipelines)


def read(content, pipeline="gstlal", name="initial.xml"):
    reading = ingested(content, pipeline, name)
    members = attributes.shown(reading.attributes)
    return reading.values, members["CoincInspiral"], members["SingleInspiral"]


def as_stored(seconds, nanoseconds):
    return round(seconds + nanoseconds / 1e9, 6)


@st.composite
def coincidences(draw):
    """Arguments; the detectors with triggers, and those of the coincidence, are in any order."""
    names = draw(drawn.detectors)
    arguments = {
        "pipeline": draw(st.sampled_from(PIPELINES)),
        "search": draw(st.sampled_from((None, *DEFAULT.searches))),
        "mass1": draw(drawn.masses),
        "mass2": draw(drawn.masses),
        "spin1": draw(drawn.spins()),
        "spin2": draw(st.floats(-1, 1)),
        "snrs": {ifo: draw(drawn.snrs) for ifo in names},
        "far": draw(st.none() | drawn.rates),
        "likelihood": draw(st.none() | drawn.numbers),
        "false_alarm_rate": draw(st.none() | drawn.rates),
        "minimum_duration": draw(st.none() | drawn.rates),
        "nevents": draw(st.integers(0, 9)),
        "times": {ifo: drawn.gps(draw(drawn.nanoseconds)) for ifo in names[1:]},
        "phases": {ifo: draw(st.floats(-7, 7)) for ifo in names},
        "ids": draw(st.sampled_from(("int", "ilwd"))),
        "gzip": draw(st.booleans()),
    }
    if draw(st.booleans()):
        arguments["ifos"] = ",".join(sorted(names[: draw(st.integers(1, len(names)))]))
    if draw(st.booleans()):
        arguments["snr"] = draw(drawn.snrs)
    return draw(drawn.nanoseconds), draw(drawn.forms), arguments


@given(coincidences())
@settings(deadline=None, max_examples=35)
def test_numbers_that_go_in_come_out(coincidence):
    count, form, said = coincidence
    content = samples.coinc_xml(drawn.gps(count, form), **said)
    event, coinc, singles = read(content, said["pipeline"])
    seconds, rest = divmod(count, drawn.BILLION)
    ifos = said.get("ifos", ",".join(said["snrs"]))
    assert event == {
        "gpstime": as_stored(seconds, rest),
        "far": said["far"],
        "instruments": ifos,
        "nevents": said["nevents"],
        "likelihood": said["likelihood"],
    }
    m1, m2 = said["mass1"], said["mass2"]
    network = sum(snr * snr for snr in said["snrs"].values()) ** 0.5
    assert isclose(coinc.pop("snr"), said.get("snr", network), rel_tol=1e-15)
    assert coinc == {
        "ifos": ifos,
        "end_time": seconds,
        "end_time_ns": rest,
        "mass": m1 + m2,
        "mchirp": (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2,
        "minimum_duration": said["minimum_duration"],
        "false_alarm_rate": said["false_alarm_rate"],
        "combined_far": said["far"],
    }
    assert [single["ifo"] for single in singles] == list(said["snrs"])
    for single in singles:
        ifo = single["ifo"]
        time = Decimal(said["times"].get(ifo, drawn.gps(count)))
        assert Decimal(single["end_time_ns"]).scaleb(-9) + single["end_time"] == time
        assert single["snr"] == said["snrs"][ifo]
        assert single["coa_phase"] == said["phases"][ifo]
        assert (single["mass1"], single["mass2"], single["mtotal"]) == (m1, m2, m1 + m2)
        assert single["eta"] == m1 * m2 / (m1 + m2) ** 2
        assert tuple(single[f"spin1{axis}"] for axis in "xyz") == said["spin1"]
        assert tuple(single[f"spin2{axis}"] for axis in "xyz") == (0, 0, said["spin2"])
        assert single["sigmasq"] == single["Gamma0"] == single["chisq_dof"] == 0
        assert None not in single.values()


def column_values(kind):
    if kind == "str":
        return st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12).filter(
            str.isprintable
        )
    return st.integers(0, 2**31 - 1) if kind in ("int", "natural") else drawn.numbers


@given(st.data())
@settings(deadline=None, max_examples=35)
def test_any_column_of_a_single_trigger_can_be_said(data):
    fields = {field.name: field for field in attributes.TABLES["SingleInspiral"].fields}
    names = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=8))
    values = {name: data.draw(st.none() | column_values(fields[name].kind)) for name in names}
    if values.get("ifo") is not None:
        values["ifo"] = values["ifo"][:20]
    per_ifo = data.draw(st.booleans())
    columns = {name: {"L1": value} for name, value in values.items()} if per_ifo else values
    _, _, (h1, l1) = read(
        samples.coinc_xml(columns=columns, ids=data.draw(st.sampled_from(("int", "ilwd"))))
    )
    assert {name: l1[name] for name in names} == {
        name: "" if value is None and name == "channel" else value for name, value in values.items()
    }
    _, _, (usual, _) = read(samples.coinc_xml())
    assert h1 == (usual if per_ifo else usual | {name: l1[name] for name in names})


def test_minimal_file_of_the_documentation():
    event, coinc, singles = read(
        samples.coinc_xml("1400000000.25", mass1=1.4, mass2=1.4, snrs={"H1": 8, "L1": 6}, far=1e-8)
    )
    assert event == {
        "gpstime": 1400000000.25,
        "far": 1e-08,
        "instruments": "H1,L1",
        "nevents": 2,
        "likelihood": 12.5,
    }
    assert (coinc["snr"], coinc["mchirp"]) == (10.0, 1.2187707886145736)
    assert [single["snr"] for single in singles] == [8.0, 6.0]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_each_pipeline_has_its_habits(pipeline):
    event, coinc, singles = read(samples.coinc_xml(pipeline=pipeline), pipeline)
    mbta = pipeline.startswith("MBTA")
    assert event["likelihood"] == {"gstlal": 12.5, "SGNL": 12.5, "spiir": 0.0}.get(pipeline)
    assert (coinc["false_alarm_rate"] is None) is mbta
    assert (coinc["minimum_duration"] is None) is mbta
    content = samples.coinc_xml(pipeline=pipeline)
    assert ("minimum_duration" in sample_readers.types(content, "coinc_inspiral")) is not mbta
    assert (b"postcoh" in content) is (pipeline == "spiir")
    assert all(single["mass1"] == 1.4 for single in singles)


@pytest.mark.parametrize("search", DEFAULT.searches)
def test_each_search_seeks_its_masses_and_is_named(search):
    content = samples.coinc_xml(search=search)
    _, _, singles = read(content)
    params = {row["param"]: row["value"] for row in sample_readers.table(content, "process_params")}
    assert params == {"--gracedb-pipeline": "gstlal", "--gracedb-search": search}
    heavy = search in ("BBH", "HighMass", "IMBH", "LensingSubthreshold")
    assert all((single["mass2"] > 3) is heavy for single in singles)
    assert all((single["mass1"] < 1) is (search == "SSM") for single in singles)
    assert all((single["f_final"] == 56) is (search == "EarlyWarning") for single in singles)


@pytest.mark.parametrize("ids", ["int", "ilwd"])
def test_ids_lead_from_table_to_table(ids):
    content = samples.coinc_xml(snrs={"H1": 9, "V1": 5, "L1": 4}, ids=ids)
    (process,) = sample_readers.table(content, "process")
    (definer,) = sample_readers.table(content, "coinc_definer")
    (event,) = sample_readers.table(content, "coinc_event")
    (inspiral,) = sample_readers.table(content, "coinc_inspiral")
    singles = sample_readers.table(content, "sngl_inspiral")
    mapped = sample_readers.table(content, "coinc_event_map")
    slides = sample_readers.table(content, "time_slide")
    assert event["process_id"] == process["process_id"]
    assert event["coinc_def_id"] == definer["coinc_def_id"]
    assert event["coinc_event_id"] == inspiral["coinc_event_id"]
    assert [row["event_id"] for row in mapped] == [row["event_id"] for row in singles]
    assert len({row["event_id"] for row in singles}) == 3
    assert {row["coinc_event_id"] for row in mapped} == {event["coinc_event_id"]}
    assert {row["table_name"] for row in mapped} == {"sngl_inspiral"}
    assert [row["instrument"] for row in slides] == ["H1", "V1", "L1"]
    assert {row["time_slide_id"] for row in slides} == {event["time_slide_id"]}
    rows = [*singles, *slides, *sample_readers.table(content, "process_params")]
    assert {row["process_id"] for row in rows} == {process["process_id"]}
    assert (definer["search"], definer["search_coinc_type"]) == ("inspiral", "0")
    written = {row["event_id"] for row in singles}
    if ids == "ilwd":
        assert written == {f"sngl_inspiral:event_id:{number}" for number in range(3)}
        kinds = sample_readers.types(content, "coinc_event")
        assert kinds["coinc_event:time_slide_id"] == "ilwd:char"
        assert all(name.startswith("coinc_event:") for name in kinds)
    else:
        assert written == {"0", "1", "2"}
        assert sample_readers.types(content, "coinc_event")["time_slide:time_slide_id"] == "int_8s"


def test_gzip_holds_the_same_document_and_no_time():
    plain, packed = samples.coinc_xml(), samples.coinc_xml(gzip=True)
    assert gzip.decompress(packed) == plain
    assert packed[:4] == b"\x1f\x8b\x08\0"
    assert packed[4:8] == b"\0\0\0\0"
    assert read(packed, name="coinc.xml.gz") == read(plain)


def test_series_and_noise_change_nothing_of_what_the_server_reads():
    plain = read(samples.coinc_xml())
    for ids in ("int", "ilwd"):
        assert read(samples.coinc_xml(snr_series=True, psd=True, ids=ids)) == plain


def test_series_made_here_peak_at_the_trigger_with_its_snr_and_phase():
    content = samples.coinc_xml(
        "1400000000.123456789",
        snrs={"H1": 12.5, "L1": 7.0},
        phases={"H1": 0.5, "L1": -2.0},
        times={"L1": "1400000000.120"},
        snr_series=True,
        sample_rate=4096,
    )
    h1, l1 = sample_readers.series(content, "COMPLEX8TimeSeries")
    for one, snr, phase, time, event_id in (
        (h1, 12.5, 0.5, "1400000000.123456789", "0"),
        (l1, 7.0, -2.0, "1400000000.12", "1"),
    ):
        assert (one["name"], one["unit"]) == ("snr:array", "")
        assert one["belongs"] == ("event_id:param", event_id)
        assert one["step"] == 1 / 4096
        offsets, real, imaginary = one["columns"]
        values = [complex(*pair) for pair in zip(real, imaginary, strict=True)]
        middle = len(values) // 2
        assert len(values) % 2 == 1
        assert max(values, key=abs) == values[middle]
        assert abs(abs(values[middle]) / snr - 1) < 1e-6
        expected = cmath.rect(snr, phase)
        assert abs(values[middle] - expected) < 1e-5
        assert offsets[middle] == middle / 4096
        early = Decimal(time) - Decimal(one["epoch"])
        assert abs(early - Decimal(middle) / 4096) <= Decimal("1e-9")


def single_precision(value):
    return struct.unpack("f", struct.pack("f", value))[0]


@given(
    st.lists(
        st.complex_numbers(max_magnitude=1e6, allow_subnormal=False, width=64),
        min_size=1,
        max_size=9,
    ).filter(lambda values: len(values) % 2),
    st.sampled_from(["int", "ilwd"]),
)
@settings(deadline=None, max_examples=30)
def test_given_series_come_out_in_single_precision(values, ids):
    content = samples.coinc_xml(ifos="V1", snr_series={"V1": values}, sample_rate=16, ids=ids)
    (one,) = sample_readers.series(content, "COMPLEX8TimeSeries")
    _, real, imaginary = (map(single_precision, column) for column in one["columns"])
    assert [complex(*pair) for pair in zip(real, imaginary, strict=True)] == values
    assert one["belongs"][1] == ("0" if ids == "int" else "sngl_inspiral:event_id:0")


def test_noise_of_each_detector_is_in_the_document():
    content = samples.coinc_xml(psd={"L1": [1e-46, 2.5e-46], "H1": [3e-46, 1e-40]})
    h1, l1 = sample_readers.series(content, "REAL8FrequencySeries")
    assert (h1["belongs"][1], l1["belongs"][1]) == ("H1", "L1")
    assert h1["columns"] == [(0, 1), (3e-46, 1e-40)]
    assert l1["columns"] == [(0, 1), (1e-46, 2.5e-46)]
    assert h1["unit"] == "s strain^2"


def test_direction_delays_the_triggers_as_light_takes():
    _, _, singles = read(samples.coinc_xml("1400000000.5", ifos="H1,L1,V1", ra=200.0, dec=-35.0))
    times = {one["ifo"]: one["end_time"] * drawn.BILLION + one["end_time_ns"] for one in singles}
    assert times["H1"] == 1400000000500000000
    for a, b in (("H1", "L1"), ("H1", "V1"), ("L1", "V1")):
        apart = sum((p - q) ** 2 for p, q in zip(SITES[a].location, SITES[b].location, strict=True))
        assert 0 < abs(times[a] - times[b]) < apart**0.5 / 0.299792458 + 2


@given(drawn.nanoseconds, drawn.longitudes, drawn.latitudes)
@settings(deadline=None, max_examples=30)
def test_opposite_directions_have_opposite_delays(count, ra, dec):
    def late(ra, dec):
        _, _, (h1, l1) = read(samples.coinc_xml(drawn.gps(count), ra=ra, dec=dec))
        return (l1["end_time"] - h1["end_time"]) * drawn.BILLION + (
            l1["end_time_ns"] - h1["end_time_ns"]
        )

    assert abs(late(ra, dec) + late((ra + 180) % 360, -dec)) <= 2


def test_phases_have_the_sign_of_the_pipeline_and_the_network_is_as_loud_as_said():
    direction = {"ra": 0.0, "dec": 46.455}
    found = {}
    for pipeline in ("gstlal", "pycbc"):
        content = samples.coinc_xml(
            pipeline=pipeline,
            ifos="H1,L1,V1",
            snr=24,
            inclination=0.5,
            polarization=1.1,
            **direction,
        )
        _, coinc, found[pipeline] = read(content, pipeline)
        assert coinc["snr"] == 24
    for one, other in zip(*found.values(), strict=True):
        assert isclose(one["snr"], other["snr"])
        assert isclose(one["coa_phase"], -other["coa_phase"])
    assert isclose(sum(one["snr"] ** 2 for one in found["gstlal"]), 24**2)


@given(st.floats(0, 6.283), st.floats(-1.57, 1.57))
@settings(deadline=None, max_examples=20)
def test_face_on_source_changes_only_its_phase_when_it_turns(turn, other):
    def seen(polarization):
        content = samples.coinc_xml(ra=200, dec=-35, polarization=polarization)
        return read(content)[2]

    (h1, l1), (h2, l2) = seen(turn), seen(turn + other)
    assert isclose(h1["snr"], h2["snr"], rel_tol=1e-9)
    for one, two in ((h1, h2), (l1, l2)):
        turned = cmath.rect(1, one["coa_phase"] - two["coa_phase"])
        assert abs(turned - cmath.rect(1, 2 * other)) < 1e-9


def test_what_was_said_wins_over_what_follows_from_the_direction():
    _, _, (h1, l1) = read(
        samples.coinc_xml(
            ra=200,
            dec=-35,
            snrs={"H1": 9.5, "L1": 4.5},
            times={"L1": "1400000000.3"},
            phases={"H1": 0.25},
        )
    )
    assert (h1["snr"], l1["snr"]) == (9.5, 4.5)
    assert (h1["coa_phase"], l1["end_time_ns"]) == (0.25, 300000000)
    assert (h1["end_time_ns"], l1["coa_phase"] != 0) == (250000000, True)


def test_file_can_contradict_itself():
    _, coinc, singles = read(
        samples.coinc_xml(
            mchirp=0.0, mass=3.5, columns={"end_time": {"L1": 1300000000}, "snr": None}
        )
    )
    assert (coinc["mchirp"], coinc["mass"]) == (0.0, 3.5)
    assert [one["end_time"] for one in singles] == [1400000000, 1300000000]
    assert [one["snr"] for one in singles] == [None, None]


@pytest.mark.parametrize("likelihood", [float("inf"), float("-inf"), float("nan")])
def test_likelihood_may_be_no_number_as_in_real_files(likelihood):
    event, _, _ = read(samples.coinc_xml(likelihood=likelihood))
    assert event["likelihood"] == likelihood or isnan(event["likelihood"]) is isnan(likelihood)


def test_detectors_may_come_one_by_one():
    event, _, singles = read(samples.coinc_xml(ifos=(name for name in ("V1", "H1"))))
    assert event["instruments"] == "V1,H1"
    assert [one["ifo"] for one in singles] == ["V1", "H1"]


def test_equally_loud_detectors_make_up_the_network_snr():
    _, coinc, singles = read(samples.coinc_xml(ifos=["H1", "L1", "V1", "K1"], snr=16))
    assert coinc["ifos"] == "H1,L1,V1,K1"
    assert (coinc["snr"], [one["snr"] for one in singles]) == (16.0, [8.0] * 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pipeline": "CWB"}, "there is no pipeline with coincidences 'CWB'; there are gstlal,"),
        ({"pipeline": None}, "there is no pipeline"),
        ({"search": "Nothing"}, "there is no search 'Nothing'"),
        ({"ids": "int_4s"}, "there is no style of ids 'int_4s'; there are int, ilwd"),
        ({"mass1": -1.4}, "mass1: -1.4 is not above 0"),
        ({"mass2": 0}, "mass2: 0 is not above 0"),
        ({"mass1": float("nan")}, "mass1: nan is not finite"),
        ({"mass1": "heavy"}, "mass1: 'heavy' is not a number"),
        ({"mass1": True}, "mass1: True is not a number"),
        ({"spin1": 1.5}, "spin1: 1.5 is longer than 1"),
        ({"spin2": (0.1, 0.2)}, "has 2 components"),
        ({"snrs": {"H1": -8}}, "SNR of H1: -8 is not above 0"),
        ({"snrs": {}}, "there is no detector"),
        ({"snrs": {"H1": 8}, "ifos": "H1,L1"}, "'L1' is not one of the detectors H1"),
        ({"ifos": "H1,H1"}, "a detector occurs twice"),
        ({"ifos": "Hanford"}, "'Hanford' is not the name of a detector"),
        ({"ifos": ""}, "is not the name of a detector"),
        ({"ifos": []}, "there is no detector"),
        ({"snr": -1}, "snr: -1 is not above 0"),
        ({"far": -1e-9}, "far: -1e-09 is negative"),
        ({"nevents": -1}, "nevents: -1 is not between"),
        ({"nevents": 2.5}, "nevents: 2.5 is not an integer"),
        ({"mass": -1}, "mass: -1 is negative"),
        ({"mchirp": -1}, "mchirp: -1 is negative"),
        ({"gpstime": -1}, "gpstime: -1 is not between"),
        ({"gpstime": "soon"}, "gpstime: 'soon' is not a time"),
        ({"gpstime": 2**31}, "gpstime: 2147483648 is not between"),
        ({"gpstime": float("nan")}, "gpstime: nan is not a time"),
        ({"gpstime": True}, "gpstime: True is not a time"),
        ({"gpstime": None}, "gpstime: None is not a time"),
        ({"times": {"V1": 1}}, "times: 'V1' is not one of the detectors H1,L1"),
        ({"phases": {"V1": 1}}, "phases: 'V1' is not one of the detectors H1,L1"),
        ({"ra": 1.0}, "ra and dec: one without the other"),
        ({"ra": 1.0, "dec": 91.0}, "dec: 91.0 is beyond a pole"),
        ({"ra": 361.0, "dec": 0.0}, "ra: 361.0 is not between 0 and 360"),
        ({"inclination": 1.0}, "inclination and polarization: they need ra and dec"),
        ({"ra": 1, "dec": 1, "polarization": "x"}, "polarization: 'x' is not a number"),
        ({"ra": 1, "dec": 1, "ifos": "I1"}, "there is no site of a detector 'I1'"),
        ({"columns": {"event_id": 3}}, "has no column 'event_id'"),
        ({"columns": {"zappa": 3}}, "has no column 'zappa'"),
        ({"columns": {"chisq_dof": 1.5}}, "chisq_dof: 1.5 is not an integer"),
        ({"columns": {"search": 5}}, "search: 5 is not a line of text"),
        ({"columns": {"search": "a\nb"}}, "is not a line of text"),
        ({"columns": {"snr": {"V1": 5}}}, "'V1' is not one of the detectors"),
        ({"snr_series": {"H1": [1j]}}, "snr_series: there is none of L1"),
        (
            {"snr_series": {"H1": [1j], "L1": [1j], "V1": [1j]}},
            "snr_series: 'V1' is not one of the detectors H1,L1",
        ),
        ({"psd": {"H1": [1], "L1": [1], "V1": [1]}}, "psd: 'V1' is not one of the detectors"),
        ({"gpstime": 0, "ra": 0, "dec": 0, "ifos": "G1,L1,V1,K1"}, "before the GPS epoch"),
        ({"snr_series": {"H1": [1j, 2], "L1": [1j]}}, "an even number"),
        ({"sample_rate": 0}, "sample_rate: 0 is not above 0"),
        ({"psd": {"H1": [1e-46]}}, "psd: there is none of L1"),
        ({"psd": {"H1": [0.0], "L1": [1e-46]}}, "density of H1: 0.0 is not above 0"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.coinc_xml(**arguments)
