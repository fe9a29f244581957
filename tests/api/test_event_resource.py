"""The event as the API shows it: keys, numbers, ids, sub-tables, and who sees what of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server


def names(text: str) -> list[str]:
    return text.split()


KEYS = [
    *("submitter", "created", "group", "pipeline", "graceid", "gpstime", "reporting_latency"),
    *("instruments", "nevents", "offline", "search", "far", "far_is_upper_limit", "likelihood"),
    *("labels", "extra_attributes", "superevent", "links"),
]
COINC_INSPIRAL = [
    *("ifos", "end_time", "end_time_ns", "mass", "mchirp", "minimum_duration", "snr"),
    *("false_alarm_rate", "combined_far"),
]
SINGLE_INSPIRAL = names(
    "ifo search channel end_time end_time_ns end_time_gmst impulse_time impulse_time_ns "
    "template_duration event_duration amplitude eff_distance coa_phase mass1 mass2 mchirp "
    "mtotal eta kappa chi tau0 tau2 tau3 tau4 tau5 ttotal psi0 psi3 alpha alpha1 alpha2 "
    "alpha3 alpha4 alpha5 alpha6 beta f_final snr chisq chisq_dof bank_chisq bank_chisq_dof "
    "cont_chisq cont_chisq_dof sigmasq rsqveto_duration Gamma0 Gamma1 Gamma2 Gamma3 Gamma4 "
    "Gamma5 Gamma6 Gamma7 Gamma8 Gamma9 spin1x spin1y spin1z spin2x spin2y spin2z"
)
MULTI_BURST = names(
    "ifos start_time start_time_ns duration strain peak_time peak_time_ns central_freq "
    "bandwidth amplitude mchirp snr confidence false_alarm_rate ligo_axis_ra ligo_axis_dec "
    "ligo_angle ligo_angle_sig single_ifo_times hoft code"
)
MLY_BURST = names(
    "ifos central_freq bandwidth duration central_time detection_statistic SNR bbh sglf sghf "
    "background glitch freq_correlation channels scores"
)
LALINFERENCE_BURST = names(
    "bci quality_mean quality_median bsn omicron_snr_network omicron_snr_H1 omicron_snr_L1 "
    "omicron_snr_V1 hrss_mean hrss_median frequency_mean frequency_median"
)
GRB = names(
    "author_ivorn dec designation redshift how_description coord_system trigger_id "
    "error_radius how_reference_url ra ivorn trigger_duration author_shortname T90 "
    "observatory_location_id"
)
SIM_INSPIRAL = names(
    "mass1 mass2 eta coa_phase mchirp spin1x spin1y spin1z spin2x spin2y spin2z end_time_gmst "
    "f_lower f_final distance latitude longitude polarization inclination theta0 phi0 alpha "
    "beta psi0 psi3 alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 eff_dist_g eff_dist_h "
    "eff_dist_l eff_dist_t eff_dist_v amplitude tau phi freq amp_order geocent_end_time "
    "geocent_end_time_ns numrel_mode_min numrel_mode_max bandpass g_end_time g_end_time_ns "
    "h_end_time h_end_time_ns l_end_time l_end_time_ns t_end_time t_end_time_ns v_end_time "
    "v_end_time_ns waveform numrel_data source taper source_channel destination_channel"
)
# What an event has whose file told nothing: the member of its pipeline's table, empty.
MEMBERS: dict[str, tuple[str, list[str], set[str]]] = {
    **dict.fromkeys(
        ("gstlal", "spiir", "MBTAOnline", "MBTA", "pycbc", "PyGRB", "SGNL"),
        ("CoincInspiral", COINC_INSPIRAL, {"ifos"}),
    ),
    **dict.fromkeys(
        ("Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS", "IceCube"),
        ("GRB", GRB, set()),
    ),
    **dict.fromkeys(
        ("CWB", "CWB2G"), ("MultiBurst", MULTI_BURST, {"ifos", "single_ifo_times", "hoft", "code"})
    ),
    **dict.fromkeys(("MLy", "aframe", "GWAK"), ("MLyBurst", MLY_BURST, {"ifos"})),
    "HardwareInjection": (
        "SimInspiral",
        SIM_INSPIRAL,
        {"waveform", "numrel_data", "source", "taper"},
    ),
    "oLIB": ("LalInferenceBurst", LALINFERENCE_BURST, set()),
}


def store_as(server: Server, graceid: str, **changes: Any) -> None:
    """Change what the store holds of an event, as a reader of its file would."""
    with server.store.transaction("a reader") as transaction:
        event = transaction.event(graceid)
        assert event is not None
        transaction.put_event(replace(event, **changes))


# Keys


def test_event_has_its_keys_in_order_wherever_it_is_shown(api: Api) -> None:
    created = api.create(coinc_at(api, 0))
    api.create(coinc_at(api, 1))
    keys = [*KEYS, "replay_id"] if api.new else KEYS
    assert list(created) == [*keys, "warnings"]
    assert created.pop("warnings") == []
    shown = {
        "detail": api.json("events/T0001"),
        "list": api.json("events/")["events"][1],
        "neighbours": api.json("events/T0002/neighbors/")["neighbors"][0],
    }
    for where, event in shown.items():
        assert list(event.items()) == list(created.items()), where


def coinc_at(api: Api, seconds: int) -> bytes:
    return api.sample(1400000000 + seconds)


def test_event_shows_what_was_uploaded(api: Api) -> None:
    event = api.create(search="LowMass")
    links = event.pop("links")
    single = event["extra_attributes"].pop("SingleInspiral")
    assert [(row["ifo"], row["snr"], row["end_time_ns"]) for row in single] == [
        ("H1", 8.0, 250000000),
        ("L1", 6.0, 250000000),
    ]
    expected: dict[str, Any] = {
        "submitter": "albert.einstein@ligo.org",
        "created": "2026-03-01 17:04:09 UTC",
        "group": "Test",
        "pipeline": "gstlal",
        "graceid": "T0001",
        "gpstime": 1400000000.25,
        "reporting_latency": 56419867.0,  # 2026-03-01 17:04:09.25 UTC is GPS 1456419867.25
        "instruments": "H1,L1",
        "nevents": 2,
        "offline": False,
        "search": "LowMass",
        "far": 1e-08,
        "far_is_upper_limit": False,
        "likelihood": 12.5,
        "labels": [],
        "extra_attributes": {
            "CoincInspiral": {
                "ifos": "H1,L1",
                "end_time": 1400000000,
                "end_time_ns": 250000000,
                "mass": 2.8,
                "mchirp": 1.25,
                "minimum_duration": None,
                "snr": 10.0,
                "false_alarm_rate": None,
                "combined_far": 1e-08,
            }
        },
        "superevent": None,
        "warnings": [],
    }
    if api.new:
        expected["replay_id"] = None
    assert event == expected
    base = f"{api.url}events/T0001"
    expected_links = [
        ("neighbors", f"{base}/neighbors/"),
        ("log", f"{base}/log/"),
        ("emobservations", f"{base}/emobservation/"),
        ("files", f"{base}/files/"),
        ("labels", f"{base}/labels/"),
        ("self", base),
        ("tags", f"{base}/tag/"),
    ]
    if api.v2:
        del expected_links[2]
    assert list(links.items()) == expected_links


def test_replay_id_is_on_every_base_of_the_newest_server_and_on_none_of_the_older(
    server: Server,
) -> None:
    server.at("v1").create(replay_id="replay_1")
    for base in ("default", "v1", "v2"):
        assert server.at(base).json("events/T0001")["replay_id"] == "replay_1"
        found = server.at(base).json("events/", params={"query": "group: Test replay_id: replay_1"})
        assert found["numRows"] == 1
    for base in ("2.33", "2.33/v1", "2.33/v2"):
        assert "replay_id" not in server.at(base).json("events/T0001")


# Sub-tables


def test_every_row_of_single_detectors_has_every_key(api: Api) -> None:
    extra = api.create()["extra_attributes"]
    assert list(extra) == ["CoincInspiral", "SingleInspiral"]
    assert list(extra["CoincInspiral"]) == COINC_INSPIRAL
    for row in extra["SingleInspiral"]:
        assert list(row) == SINGLE_INSPIRAL
        assert len(row) == 62
        assert row["search"] is row["mass1"] is row["chisq_dof"] is None
        assert row["channel"] == ""


def test_there_is_no_list_of_single_detectors_without_rows(api: Api) -> None:
    content = api.sample()
    before, _, rest = content.partition(b'"H1",1400000000')
    extra = api.create(before + rest[rest.index(b"</Stream>") :])["extra_attributes"]
    assert list(extra) == ["CoincInspiral"]
    assert extra["CoincInspiral"]["snr"] == 10.0


def test_every_pipeline_has_its_own_table_even_if_its_file_told_nothing(
    api: Api, constants: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fakegracedb.ingest.reader_for", lambda pipeline: None)
    for pipeline in constants["pipelines"]:
        extra = api.create(b"nothing", pipeline=pipeline)["extra_attributes"]
        if pipeline not in MEMBERS:
            assert extra == {}, pipeline
            continue
        member, keys, texts = MEMBERS[pipeline]
        expected: dict[str, Any] = {key: "" if key in texts else None for key in keys}
        if member == "MLyBurst":
            expected["scores"] = dict.fromkeys(("coherency", "coincidence", "combined"))
        assert extra == {member: expected}, pipeline
        assert list(extra[member]) == keys, pipeline


# Numbers


GPS_EPOCH = datetime(1980, 1, 6)
LEAP_SECONDS = 18  # since 2017


@pytest.mark.parametrize(
    ("created", "seconds", "nanoseconds", "latency"),
    [
        ("2026-03-01 17:04:09.250000", 1456419850, 125000000, 17.125),
        ("2026-03-01 17:04:09.250001", 1456419850, 125000000, 17.125001),
        ("2026-03-01 17:04:09.999999", 1456419850, 1000, 17.999998),
        ("2026-03-01 17:04:09.000000", 1456419850, 499, 17.0),
        ("2026-03-01 17:04:09.000000", 1456419880, 5000, -13.000005),  # an early warning
        ("2026-03-01 17:04:09.123456", 971609248, 151740542, 484810618.971715),
    ],
)
def test_latency_is_counted_to_the_microsecond(
    api: Api, server: Server, created: str, seconds: int, nanoseconds: int, latency: float
) -> None:
    server.store.clock.set(created)
    event = api.create(api.sample(seconds, nanoseconds))
    elapsed = datetime.fromisoformat(created) - GPS_EPOCH
    gps = elapsed // timedelta(microseconds=1) + LEAP_SECONDS * 1_000_000
    assert round(latency * 1e6) == gps - seconds * 1_000_000 - round(nanoseconds / 1000)
    assert event["reporting_latency"] == latency
    server.store.clock.advance(1000)  # it is counted from the creation, whenever it is shown
    assert api.json("events/T0001")["reporting_latency"] == latency


def test_latency_is_null_without_a_gpstime_or_with_a_gpstime_of_0(api: Api, server: Server) -> None:
    event = api.create(b"nothing", pipeline="X")
    assert event["gpstime"] is event["reporting_latency"] is None
    store_as(server, "T0001", gpstime=0.0)
    shown = api.json("events/T0001")
    assert (shown["gpstime"], shown["reporting_latency"]) == (0.0, None)


@pytest.mark.parametrize(
    ("seconds", "nanoseconds", "gpstime"),
    [
        (971609248, 151740542, 971609248.151741),
        (1078903329, 421036958, 1078903329.421037),
        (1400000000, 0, 1400000000.0),
        (1400000000, 1, 1400000000.0),
        (1400000000, 999999999, 1400000001.0),
    ],
)
def test_gpstime_is_a_number_rounded_to_microseconds(
    api: Api, seconds: int, nanoseconds: int, gpstime: float
) -> None:
    api.create(api.sample(seconds, nanoseconds))
    answer = api.get("events/T0001")
    assert answer.json()["gpstime"] == gpstime
    separator = ": " if api.v2 else ":"
    assert f'"gpstime"{separator}{gpstime!r},' in answer.text


def test_other_floats_are_not_rounded(api: Api) -> None:
    event = api.create(api.sample(far="3.680075621499241e-04", likelihood="9.91315304082986"))
    assert event["far"] == 3.680075621499241e-04
    assert event["likelihood"] == 9.91315304082986


def test_what_json_cannot_hold_is_null(api: Api, server: Server) -> None:
    content = api.sample(far="inf", mchirp="nan", likelihood="-inf").replace(b",8,", b",nan,")
    event = api.create(content)
    assert event["far"] is event["likelihood"] is None
    extra = event["extra_attributes"]
    assert extra["CoincInspiral"]["mchirp"] is extra["CoincInspiral"]["combined_far"] is None
    assert [row["snr"] for row in extra["SingleInspiral"]] == [None, 6.0]
    store_as(server, "T0001", gpstime=float("inf"), likelihood=float("nan"))
    for shown in (api.json("events/T0001"), api.json("events/")["events"][0]):
        assert shown["gpstime"] is shown["reporting_latency"] is shown["likelihood"] is None


def test_infinite_likelihood_is_the_largest_there_is(api: Api) -> None:
    assert api.create(api.sample(likelihood="inf"))["likelihood"] is None
    api.create(api.sample(likelihood="14.5"))
    api.create(api.sample(likelihood="3.5"))
    for infinite in ("inf", "-inf"):
        assert api.create(api.sample(likelihood=infinite))["likelihood"] == 14.5
    assert api.create(api.sample(likelihood="nan"))["likelihood"] is None


# Labels


def test_labels_are_in_the_order_of_the_server_not_of_application(api: Api, constants: Any) -> None:
    api.create()
    names = ["MOCK", "INJ", "EM_READY", "DQV", "ADVREQ"]
    for name in names:
        assert api.put(f"events/T0001/labels/{name}").status_code == 201
    expected = [name for name in constants["labels"] if name in names]
    assert api.json("events/T0001")["labels"] == expected
    assert api.json("events/")["events"][0]["labels"] == expected


# External users


def test_external_users_see_less_of_the_sub_tables(api: Api, server: Server) -> None:
    api.create(api.sample(), search="MDC")
    api.create(b"nothing", search="MDC", pipeline="CWB")
    api.create(b"nothing", search="MDC", pipeline="Fermi")
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    single = [
        {"ifo": ifo, "end_time": 1400000000, "end_time_ns": 250000000} for ifo in ("H1", "L1")
    ]
    expected: list[Any] = [
        {},
        {"MultiBurst": {"ifos": "", "single_ifo_times": ""}},
        {"SingleInspiral": single},
    ]
    listed = outsider.json("events/")["events"]
    assert [event["extra_attributes"] for event in listed] == expected
    for number, event in enumerate(reversed(listed), start=1):
        assert outsider.json(f"events/T{number}") == event
        assert event["far_is_upper_limit"] is False


def test_infinite_likelihood_of_a_burst_is_null(api: Api) -> None:
    assert api.create(api.sample(likelihood="7.5"))["likelihood"] == 7.5
    burst = (
        b"ifo: L1 H1\ntime: 1000000000.5 1000000000.5\nevent_time: 1000000000.5\n"
        b"start: 1000000000.25 1000000000.25\nfar: 1e-6\nlikelihood: inf\n"
    )
    event = api.create(burst, pipeline="CWB")
    assert (event["warnings"], event["far"], event["likelihood"]) == ([], 1e-6, None)
