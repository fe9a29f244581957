"""Hardware injections: the numbers given come out, and the arrival times are the real ones."""

import re
from decimal import Decimal
from math import degrees, radians

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_ingestion import answered

from fakegracedb import samples
from fakegracedb.documents import attributes

FIELDS = {field.name: field for field in attributes.TABLES["SimInspiral"].fields}
ONLY_JSON = {"amplitude", "tau", "phi", "freq", "source_channel", "destination_channel"}

SAID = ("distance", "inclination", "polarization", "coa_phase", "f_lower")

source = st.fixed_dictionaries(
    {
        "mass1": drawn.masses,
        "mass2": drawn.masses,
        "spin1": drawn.spins(),
        "spin2": st.floats(-1, 1),
    }
)


def of_source(said):
    """The keys that follow from masses and spins."""
    m1, m2 = said["mass1"], said["mass2"]
    return {
        "mass1": m1,
        "mass2": m2,
        "mchirp": (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2,
        "eta": m1 * m2 / (m1 + m2) ** 2,
        **{f"spin1{axis}": part for axis, part in zip("xyz", said["spin1"], strict=True)},
        "spin2x": 0.0,
        "spin2y": 0.0,
        "spin2z": said["spin2"],
    }


def as_stored(count):
    return round(float(Decimal(count).scaleb(-9)), 6)


def column(name):
    kind = FIELDS[name].kind
    if kind == "str":
        return st.text("abcXYZ 0123_&<>\"\\'", max_size=20)
    return st.integers(0, 2**31 - 1) if kind in ("int", "natural") else drawn.numbers


@given(
    drawn.nanoseconds,
    drawn.forms,
    source,
    st.fixed_dictionaries(
        {
            "distance": drawn.positives,
            "ra": drawn.longitudes,
            "dec": drawn.latitudes,
            "inclination": st.floats(0, 3.14159),
            "polarization": st.floats(0, 6.28),
            "coa_phase": st.floats(-7, 7),
            "f_lower": drawn.rates,
            "waveform": st.sampled_from(["TaylorT4threePointFivePN", "SEOBNRv4"]),
            "ids": st.sampled_from(["int", "ilwd"]),
        }
    ),
    st.data(),
)
@settings(deadline=None, max_examples=30)
def test_numbers_of_an_injection_come_out(count, how, masses, said, data):
    form = {"instruments": "H1", "source_channel": "H1:A", "destination_channel": "H1:B"}
    names = data.draw(st.lists(st.sampled_from(sorted(set(FIELDS) - ONLY_JSON)), max_size=6))
    columns = {name: data.draw(st.none() | column(name)) for name in names}
    if {"geocent_end_time", "geocent_end_time_ns"} & set(columns):
        columns |= {"geocent_end_time": 1234567890, "geocent_end_time_ns": 987654321}
    content = samples.injection_xml(drawn.gps(count, how), columns=columns, **masses, **said)
    event, member = answered(content, "HardwareInjection", **form)
    time = Decimal(count).scaleb(-9)
    if "geocent_end_time" in columns:
        time = Decimal("1234567890.987654321")
    assert event == {"gpstime": round(float(time), 6), "instruments": "H1"}
    seconds, rest = divmod(count, drawn.BILLION)
    for letter in "hlgtv":
        # What the direction makes of it, unless it was given.
        if not {f"{letter}_end_time", f"{letter}_end_time_ns"} & set(columns):
            late = (member[f"{letter}_end_time"] - seconds) * drawn.BILLION
            assert abs(late + member[f"{letter}_end_time_ns"] - rest) < 22_000_000
        if f"eff_dist_{letter}" not in columns:
            distance = member[f"eff_dist_{letter}"]
            assert distance is None or distance >= said["distance"] * 0.999
    followed = [f"{letter}_end_time{ns}" for letter in "hlgtv" for ns in ("", "_ns")]
    followed += [*(f"eff_dist_{letter}" for letter in "hlgtv"), "end_time_gmst"]
    texts = {"waveform": said["waveform"], "taper": "TAPER_NONE", "source": "", "numrel_data": ""}
    expected = {
        **dict.fromkeys(FIELDS, 0),
        **{name: member[name] for name in followed},
        **of_source(masses),
        **{name: said[name] for name in SAID},
        "longitude": radians(said["ra"]),
        "latitude": radians(said["dec"]),
        "geocent_end_time": seconds,
        "geocent_end_time_ns": rest,
        **texts,
        **columns,
        **{name: "" for name in texts if columns.get(name, "given") is None},
        **{name: form[name] for name in ("source_channel", "destination_channel")},
        **dict.fromkeys(("amplitude", "tau", "phi", "freq")),
    }
    assert member == expected


def test_columns_are_all_of_the_server_s_with_its_types():
    types = sample_readers.types(samples.injection_xml(), "sim_inspiral")
    assert types.pop("process:process_id") == types.pop("simulation_id") == "int_8s"
    assert set(types) == set(FIELDS) - ONLY_JSON
    for name, kind in types.items():
        wanted = {"str": "lstring", "float": "real_4"}.get(FIELDS[name].kind, "int_4s")
        assert kind == ("real_8" if name == "end_time_gmst" else wanted)


def test_real_injection_arrives_when_it_did():
    """The numbers of the injection file among the client's own test data."""
    content = samples.injection_xml(
        "1118462078.105882943",
        ra=degrees(3.319481),
        dec=degrees(0.8790065),
        distance=40.48566,
        inclination=2.612891,
        polarization=0.04489211,
    )
    (read,) = sample_readers.table(content, "sim_inspiral")
    assert float(read["end_time_gmst"]) == pytest.approx(35568.46101114812, abs=1e-8)
    arrivals = {"h": 84942734, "l": 88872025, "g": 99578633, "t": 95987006, "v": 102494240}
    for letter, nanoseconds in arrivals.items():
        assert read[f"{letter}_end_time"] == "1118462078"
        assert abs(int(read[f"{letter}_end_time_ns"]) - nanoseconds) <= 3
    distances = {"h": 47.52833, "l": 58.03104, "g": 85.77239, "t": 99.79561, "v": 276.9763}
    for letter, distance in distances.items():
        assert float(read[f"eff_dist_{letter}"]) == pytest.approx(distance, rel=2e-6)


@given(drawn.nanoseconds, drawn.forms, drawn.detectors, source, st.none() | drawn.rates, st.data())
@settings(deadline=None, max_examples=30)
def test_numbers_of_a_json_injection_come_out(count, form, names, masses, far, data):
    chosen = data.draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True, max_size=8))
    members = {name: data.draw(st.none() | column(name)) for name in chosen}
    content = samples.injection_json(
        drawn.gps(count, form), instruments=names, far=far, members=members, **masses
    )
    # The form of the upload says something else, which the file replaces.
    event, member = answered(content, "HardwareInjection", instruments="K1", source_channel="K1:A")
    assert event == {"gpstime": as_stored(count), "instruments": ",".join(names), "far": far}
    seconds, rest = divmod(count, drawn.BILLION)
    texts = ("waveform", "taper", "source", "numrel_data")
    assert member == {
        **dict.fromkeys(FIELDS),
        **of_source(masses),
        "geocent_end_time": seconds,
        "geocent_end_time_ns": rest,
        **members,
        **{name: members.get(name) or "" for name in texts},
    }


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        ("injection_xml", {"mass1": -1}, "mass1: -1 is not above 0"),
        ("injection_xml", {"distance": 0}, "distance: 0 is not above 0"),
        ("injection_xml", {"dec": -90.001}, "dec: -90.001 is beyond a pole"),
        ("injection_xml", {"ra": 360.1}, "ra: 360.1 is not between"),
        ("injection_xml", {"f_lower": -1}, "f_lower: -1 is negative"),
        ("injection_xml", {"spin2": (1, 1, 1)}, "is longer than 1"),
        ("injection_xml", {"ids": "text"}, "there is no style of ids 'text'"),
        ("injection_xml", {"waveform": "a\tb"}, "is not a line of text"),
        ("injection_xml", {"columns": {"zappa": 1}}, "there is no column of sim_inspiral 'zappa'"),
        ("injection_xml", {"columns": {"freq": 1.0}}, "there is no column of sim_inspiral 'freq'"),
        ("injection_xml", {"columns": {"amp_order": 0.5}}, "amp_order: 0.5 is not an integer"),
        ("injection_xml", {"columns": {"source": 5}}, "source: 5 is not a line of text"),
        ("injection_xml", {"gpstime": 0}, "would see it before the GPS epoch"),
        ("injection_json", {"members": {"zappa": 1}}, "there is no member of SimInspiral 'zappa'"),
        ("injection_json", {"members": {"psi0": float("inf")}}, "psi0: inf is not finite"),
        ("injection_json", {"members": {"v_end_time": -1}}, "v_end_time: -1 is not between"),
        ("injection_json", {"far": -1}, "far: -1 is negative"),
        ("injection_json", {"instruments": ""}, "is not the name of a detector"),
        ("injection_json", {"mass2": None}, "mass2: None is not a number"),
    ],
)
def test_what_cannot_be_is_no_injection(build, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(samples, build)(**arguments)
