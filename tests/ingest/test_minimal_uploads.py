"""The least that a file of each pipeline can be, as the documentation of the formats has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Server

CWB = b"""\
ifo:        L1 H1
time:       1400000000.2500 1400000000.2510
event_time: 1400000000.2500
start:      1400000000.2000 1400000000.2000
duration:   0.1
frequency:  150.0
bandwidth:  64.0
likelihood: 100.0
rho:        7.5
strain:     1e-22
phi:        10 0 20 10
theta:      30 0 40 30
mchirp:     0
far:        1e-8
"""
NOTICE = b"""\
{"trigger_time": "2024-08-24T02:14:40.43Z", "id": ["1"], "instrument": "GBM", "ra": 1, "dec": 2,
 "ra_dec_error": 3, "rate_duration": 1.0, "far": 1e-6}
"""
INJECTION = b"""\
<?xml version="1.0" encoding="utf-8"?>
<LIGO_LW>
  <Table Name="sim_inspiral:table">
    <Column Name="geocent_end_time" Type="int_4s"/>
    <Column Name="geocent_end_time_ns" Type="int_4s"/>
    <Column Name="mass1" Type="real_4"/><Column Name="mass2" Type="real_4"/>
    <Stream Name="sim_inspiral:table" Delimiter="," Type="Local">1400000000,500000000,30,20</Stream>
  </Table>
</LIGO_LW>
"""
INJECTION_JSON = b'{"instruments": "H1,L1", "gpstime": 1400000000.5, "mass1": 30, "mass2": 30}'
OLIB = b"""\
{"gpstime": 1400000000.5, "FAR": 1e-7, "instruments": "H1,L1", "nevents": 1, "BCI": 5, "BSN": 50}
"""
MLY = b"""\
{"gpstime": 1400000000.5, "far": 1e-7, "ifos": "H1,L1", "SNR": 9,
 "scores": {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}, "channels": ["H1:A","L1:B"],
 "detection_statistic": 3}
"""
SCORES = {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}
MLY_MEMBER = {
    "ifos": "H1,L1",
    "SNR": 9.0,
    "scores": SCORES,
    "channels": ["H1:A", "L1:B"],
    "detection_statistic": 3.0,
}

# Pipeline, file, what the event has, and what its member has beside nulls and empty texts.
FILES: list[tuple[str, bytes, dict[str, Any], dict[str, Any]]] = [
    (
        "CWB",
        CWB,
        {"gpstime": 1400000000.25, "far": 1e-8, "instruments": "H1,L1", "likelihood": 100.0},
        {
            "ifos": "H1,L1",
            "start_time": 1400000000,
            "start_time_ns": 200000000,
            "duration": 0.1,
            "strain": 1e-22,
            "peak_time": 1400000000,
            "peak_time_ns": 250000000,
            "central_freq": 150.0,
            "bandwidth": 64.0,
            "amplitude": 7.5,
            "mchirp": 0.0,
            "snr": 10.0,
            "false_alarm_rate": 1e-8,
            "ligo_axis_ra": 20.0,
            "ligo_axis_dec": 40.0,
            "single_ifo_times": "1400000000.2510,1400000000.2500",
        },
    ),
    (
        "Fermi",
        NOTICE,
        {"gpstime": 1408500898.43, "far": 1e-6},
        {
            "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
            "dec": 2.0,
            "how_description": "Fermi Satellite, GBM Instrument",
            "coord_system": "UTC-FK5-GEO",
            "trigger_id": "1",
            "error_radius": 3.0,
            "ra": 1.0,
            "ivorn": "ivo://nasa.gsfc.gcn/Fermi/GBM",
            "trigger_duration": 1.0,
            "author_shortname": "Fermi",
            "observatory_location_id": "GEOLUN",
        },
    ),
    (
        "HardwareInjection",
        INJECTION,
        {"gpstime": 1400000000.5, "instruments": "none_provided"},
        {
            "geocent_end_time": 1400000000,
            "geocent_end_time_ns": 500000000,
            "mass1": 30.0,
            "mass2": 20.0,
        },
    ),
    (
        "HardwareInjection",
        INJECTION_JSON,
        {"gpstime": 1400000000.5, "instruments": "H1,L1"},
        {"mass1": 30.0, "mass2": 30.0},
    ),
    (
        "oLIB",
        OLIB,
        {"gpstime": 1400000000.5, "far": 1e-7, "instruments": "H1,L1", "nevents": 1},
        {"bci": 5.0, "bsn": 50.0},
    ),
    *(
        (
            pipeline,
            MLY,
            {"gpstime": 1400000000.5, "far": 1e-7, "instruments": "H1,L1"},
            MLY_MEMBER,
        )
        for pipeline in ("MLy", "aframe", "GWAK")
    ),
    *((pipeline, b"x", {}, {}) for pipeline in ("X", "Q", "Omega", "Ringdown")),
]


@pytest.mark.parametrize(("pipeline", "content", "values", "member"), FILES)
def test_minimal_file_gives_what_it_says_and_nulls(
    server: Server, pipeline: str, content: bytes, values: dict[str, Any], member: dict[str, Any]
) -> None:
    event = server.at("v2").create(content, pipeline=pipeline, group="Burst")
    assert event["warnings"] == []
    nothing = dict.fromkeys(("gpstime", "far", "nevents", "likelihood")) | {"instruments": ""}
    assert {key: event[key] for key in nothing} == nothing | values
    found: dict[str, Any] = next(iter(event["extra_attributes"].values()), {})
    assert {key: one for key, one in found.items() if one not in (None, "")} == member
