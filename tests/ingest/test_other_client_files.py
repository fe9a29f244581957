"""The client's own event files of bursts, a GRB and an injection, and those of the wrong kind."""

import pytest
import uploads
from coincs import CLIENT_DATA

from fakegracedb.documents.attributes import shown

CED = (
    "https://ldas-jobs.ligo.caltech.edu/~waveburst/online/TEST_LH_ISRA_nooffset_applied_4/JOBS/"
    "110051/1100511808-1100511868/OUTPUT_CED/ced_1100511808_60_1100511808-1100511868_slag0_lag0_1_"
    "job1/L1H1_1100511831.500_1100511831.500/"
)

BURSTS = {
    "burst-cwb.txt": (
        {
            "gpstime": 1042312876.509,
            "far": 0.00019265,
            "instruments": "H1,L1",
            "likelihood": 53.2706,
        },
        {
            "ifos": "H1,L1",
            "start_time": 1042312876,
            "start_time_ns": 500000000,
            "duration": 0.023438,
            "strain": 3.335598e-23,
            "peak_time": 1042312876,
            "peak_time_ns": 509000000,
            "central_freq": 1392.169556,
            "bandwidth": 256.0,
            "amplitude": 5.017162,
            "mchirp": 0.0,
            "snr": 7.298671111921677,
            "false_alarm_rate": 0.00019265,
            "ligo_axis_ra": 201.224625,
            "ligo_axis_dec": 69.422546,
            "single_ifo_times": "1042312876.5073,1042312876.5090",
        },
    ),
    "burst-cwb-old-format.txt": (
        {
            "gpstime": 1042312876.4313,
            "far": 0.0,
            "instruments": "H1,L1,V1",
            "likelihood": 7934.027,
        },
        {
            "ifos": "H1,L1,V1",
            "start_time": 1042312876,
            "start_time_ns": 412100000,
            "duration": 0.0625,
            "strain": 4.659677e-22,
            "peak_time": 1042312876,
            "peak_time_ns": 431300000,
            "central_freq": 840.598267,
            "bandwidth": 512.0,
            "amplitude": 22.328308,
            "mchirp": 0.0,
            "snr": 89.07315532751717,
            "false_alarm_rate": 0.0,
            "ligo_axis_ra": 95.472168,
            "ligo_axis_dec": -30.4,
            "single_ifo_times": "1042312876.4339,1042312876.4313,1042312876.4108",
        },
    ),
    "burst-cwb-old-old-format.txt": (
        {
            "gpstime": 1012125588.9392,
            "far": 0.0,
            "instruments": "1,2,6",
            "likelihood": 2853813.0,
        },
        {
            "ifos": "1,2,6",
            "start_time": 1012125586,
            "start_time_ns": 941400000,
            "duration": 4.0,
            "strain": 7.991493e-21,
            "peak_time": 1012125588,
            "peak_time_ns": 939200000,
            "central_freq": 782.836853,
            "bandwidth": 1664.0,
            "amplitude": 675.26001,
            "mchirp": 0.0,
            "snr": 1689.3232372758032,
            "false_alarm_rate": 0.0,
            "ligo_axis_ra": 197.526505,
            "ligo_axis_dec": -51.599998,
            "single_ifo_times": "1012125588.9242,1012125588.9317,1012125588.9392",
        },
    ),
}


def answered(reading, name):
    return shown(reading.merged({name: {}}))[name]


@pytest.mark.parametrize("pipeline", ["CWB", "CWB2G"])
@pytest.mark.parametrize("name", BURSTS)
def test_burst_files_of_all_ages(client_file, name, pipeline):
    reading = client_file(name, pipeline)
    values, burst = BURSTS[name]
    never = dict.fromkeys(["confidence", "ligo_angle", "ligo_angle_sig"])
    assert (reading.failure, reading.warnings) == (None, [])
    assert reading.values == values
    assert answered(reading, "MultiBurst") == burst | never | {"hoft": "", "code": ""}


def test_links_of_a_burst_file_have_the_end_of_their_line(client_file):
    logs = client_file("burst-cwb.txt", "CWB").logs
    assert [(entry.comment, entry.filename, entry.file_version) for entry in logs] == [
        ("Log File Created", "event.log", 0),
        (f'<a href="{CED}\n">Coherent Event Display (CED)</a>', "", None),
        (f'<a href="{CED}skyprobcc.fits\n">FITS skymap</a>', "", None),
    ]


@pytest.mark.parametrize("name", ["burst-cwb-old-format.txt", "burst-cwb-old-old-format.txt"])
def test_old_burst_files_have_no_links(client_file, name):
    (entry,) = client_file(name, "CWB").logs
    assert entry.comment == "Log File Created"


def test_event_log_of_a_burst(client_file):
    ((name, content),) = client_file("burst-cwb.txt", "CWB").files
    assert name == "event.log"
    assert content == (
        b"Event Type: cWB\n"
        b"Time: 1042312876.509\n"
        b"Duration: 0.023438\n"
        b"Frequency: 1392.169556\n"
        b"Bandwidth: 256.000000\n"
        b"RA: 201.224625\n"
        b"Dec: 69.422546\n"
        b"Effective SNR: 5.017162\n"
        b"IFOs: H1,L1\n"
        b"FAR: 0.00019265"
    )


def test_notice_of_fermi(client_file):
    reading = client_file("fermi-test.xml", "Fermi")
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    assert reading.values == {"gpstime": 1238065339.32}
    assert answered(reading, "GRB") == {
        "ra": 345.99,
        "dec": -67.8274,
        "error_radius": 8.8374,
        "trigger_id": "123456789",
        "trigger_duration": None,
        "ivorn": "fake_ivorn",
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": "Fermi (via VO-GCN)",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "how_description": "Fermi Satellite, GBM Instrument",
        "how_reference_url": "http://gcn.gsfc.nasa.gov/fermi.html",
        "T90": None,
        "designation": None,
        "redshift": None,
    }


def test_injection():
    content = (CLIENT_DATA / "sim-inj.xml").read_bytes()
    form = {"instruments": "H1", "source_channel": "", "destination_channel": ""}
    reading = uploads.read(content, "HardwareInjection", fields=form)
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    assert reading.values == {"gpstime": 1118462078.105883, "instruments": "H1"}
    found = answered(reading, "SimInspiral")
    nothing = {key: "" if isinstance(one, str) else 0 for key, one in found.items()}
    times = {"g": 99578633, "h": 84942734, "l": 88872025, "t": 95987006, "v": 102494240}
    times |= {"geocent": 105882943}
    distances = {"h": 47.52833, "l": 58.03104, "g": 85.77239, "t": 99.79561, "v": 276.9763}
    assert found == nothing | {
        "mass1": 1.392009,
        "mass2": 1.402043,
        "mchirp": 1.216172,
        "eta": 0.2499968,
        "distance": 40.48566,
        "end_time_gmst": 35568.46101114812,
        "latitude": 0.8790065,
        "longitude": 3.319481,
        "inclination": 2.612891,
        "polarization": 0.04489211,
        "coa_phase": 2.063821,
        "f_lower": 25.0,
        "amp_order": -1,
        "waveform": "TaylorT4threePointFivePN",
        "taper": "TAPER_NONE",
        **{f"{site}_end_time": 1118462078 for site in times},
        **{f"{site}_end_time_ns": nanoseconds for site, nanoseconds in times.items()},
        **{f"eff_dist_{site}": distance for site, distance in distances.items()},
        **dict.fromkeys(["amplitude", "tau", "phi", "freq"]),
    }


@pytest.mark.parametrize(
    ("name", "pipeline", "reason"),
    [
        ("cbc-lm.xml", "Fermi", "'version'"),
        ("sim-inj.xml", "Swift", "'version'"),
        ("burst-cwb.txt", "Fermi", "syntax error: line 1, column 0"),
        ("upload.data", "IceCube", "syntax error: line 1, column 0"),
        ("fermi-test.xml", "HardwareInjection", "exactly one sim_inspiral table"),
        ("burst-cwb.txt", "HardwareInjection", "<unknown>:1:0: syntax error"),
        ("fermi-test.xml", "oLIB", "Expecting value: line 1 column 1 (char 0)"),
        ("burst-cwb.txt", "MLy", "Expecting value: line 1 column 1 (char 0)"),
        ("upload.data", "aframe", "Expecting value: line 1 column 1 (char 0)"),
        ("test_file.txt", "GWAK", "Expecting value: line 1 column 1 (char 0)"),
        ("big.data", "CWB", "'utf-8' codec can't decode byte"),
        ("upload.data.gz", "CWB", "'utf-8' codec can't decode byte 0x8b in position 1"),
        ("upload.data.gz", "Fermi", "'utf-8' codec can't decode byte 0x8b in position 1"),
        ("cbc-mbta.gwf", "CHIME", "'utf-8' codec can't decode byte"),
        ("big.data", "HardwareInjection", "'utf-8' codec can't decode byte"),
    ],
)
def test_files_of_the_wrong_kind(client_file, name, pipeline, reason):
    reading = client_file(name, pipeline)
    assert reason in reading.failure
    assert reading.fatal
    assert "gpstime" not in reading.values


@pytest.mark.parametrize("name", ["upload.data", "test_file.txt", "fermi-test.xml", "cbc-lm.xml"])
def test_any_text_is_a_burst_without_values(client_file, name):
    reading = client_file(name, "CWB")
    assert reading.failure is None
    assert reading.values == {
        "gpstime": 0.0,
        "far": 0.0,
        "instruments": "",
        "likelihood": None,
    }
    assert reading.attributes["MultiBurst"] == {
        "ifos": "",
        "mchirp": 0.0,
        "snr": 0.0,
        "false_alarm_rate": 0.0,
        "single_ifo_times": "",
        "hoft": "",
        "code": "",
    }


@pytest.mark.parametrize("pipeline", ["X", "Q", "Omega", "Ringdown"])
@pytest.mark.parametrize("name", ["cbc-lm.xml", "burst-cwb.txt", "big.data"])
def test_files_of_other_pipelines_are_not_read(client_file, name, pipeline):
    reading = client_file(name, pipeline)
    assert reading.failure is None
    assert reading.merged({}) == {}
    assert (reading.values, reading.files, reading.logs) == ({}, [], [])
