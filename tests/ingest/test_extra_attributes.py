"""The members of `extra_attributes`: keys in the answers' order, nulls shown, defaults."""

import math

import pytest

from fakegracedb.documents.attributes import TABLES, empty, shown

KEYS = {
    "CoincInspiral": "ifos end_time end_time_ns mass mchirp minimum_duration snr false_alarm_rate "
    "combined_far",
    "SingleInspiral": "ifo search channel end_time end_time_ns end_time_gmst impulse_time "
    "impulse_time_ns template_duration event_duration amplitude eff_distance coa_phase mass1 mass2 "
    "mchirp mtotal eta kappa chi tau0 tau2 tau3 tau4 tau5 ttotal psi0 psi3 alpha alpha1 alpha2 "
    "alpha3 alpha4 alpha5 alpha6 beta f_final snr chisq chisq_dof bank_chisq bank_chisq_dof "
    "cont_chisq cont_chisq_dof sigmasq rsqveto_duration Gamma0 Gamma1 Gamma2 Gamma3 Gamma4 Gamma5 "
    "Gamma6 Gamma7 Gamma8 Gamma9 spin1x spin1y spin1z spin2x spin2y spin2z",
    "MultiBurst": "ifos start_time start_time_ns duration strain peak_time peak_time_ns "
    "central_freq bandwidth amplitude mchirp snr confidence false_alarm_rate ligo_axis_ra "
    "ligo_axis_dec ligo_angle ligo_angle_sig single_ifo_times hoft code",
    "MLyBurst": "ifos central_freq bandwidth duration central_time detection_statistic SNR bbh "
    "sglf sghf background glitch freq_correlation channels scores",
    "LalInferenceBurst": "bci quality_mean quality_median bsn omicron_snr_network omicron_snr_H1 "
    "omicron_snr_L1 omicron_snr_V1 hrss_mean hrss_median frequency_mean frequency_median",
    "GRB": "author_ivorn dec designation redshift how_description coord_system trigger_id "
    "error_radius how_reference_url ra ivorn trigger_duration author_shortname T90 "
    "observatory_location_id",
    "NeutrinoEvent": "ivorn coord_system ra dec error_radius far_ne far_unit signalness energy "
    "src_error_90 src_error_50 amon_id run_id event_id stream",
    "SimInspiral": "mass1 mass2 eta coa_phase mchirp spin1x spin1y spin1z spin2x spin2y spin2z "
    "end_time_gmst f_lower f_final distance latitude longitude polarization inclination theta0 "
    "phi0 alpha beta psi0 psi3 alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 eff_dist_g eff_dist_h "
    "eff_dist_l eff_dist_t eff_dist_v amplitude tau phi freq amp_order geocent_end_time "
    "geocent_end_time_ns numrel_mode_min numrel_mode_max bandpass g_end_time g_end_time_ns "
    "h_end_time h_end_time_ns l_end_time l_end_time_ns t_end_time t_end_time_ns v_end_time "
    "v_end_time_ns waveform numrel_data source taper source_channel destination_channel",
}
EMPTY_TEXTS = {
    "CoincInspiral": {"ifos"},
    "SingleInspiral": {"channel"},
    "MultiBurst": {"ifos", "single_ifo_times", "hoft", "code"},
    "MLyBurst": {"ifos"},
    "SimInspiral": {"waveform", "numrel_data", "source", "taper"},
}
NO_SCORES = {"coherency": None, "coincidence": None, "combined": None}


def test_all_members_are_described():
    assert set(TABLES) == set(KEYS)
    assert {name for name, table in TABLES.items() if table.many} == {"SingleInspiral"}
    assert {name: table.name for name, table in TABLES.items()} == {name: name for name in TABLES}


@pytest.mark.parametrize("member", KEYS)
def test_every_key_is_shown_in_order_with_its_default(member):
    answer = shown({member: [{}] if TABLES[member].many else {}})[member]
    row = answer[0] if TABLES[member].many else answer
    assert list(row) == KEYS[member].split()
    assert {key for key, value in row.items() if value == ""} == EMPTY_TEXTS.get(member, set())
    others = {value for key, value in row.items() if value != "" and key != "scores"}
    assert others == {None}


def test_kinds_of_the_keys():
    kinds = dict.fromkeys(("float", "int", "natural", "big", "str", "list", "scores"), 0)
    for table in TABLES.values():
        for field in table.fields:
            kinds[field.kind] += 1
    assert kinds["list"] == kinds["scores"] == kinds["big"] == 1
    texts = {f.name for f in TABLES["SingleInspiral"].fields if f.kind == "str"}
    assert texts == {"ifo", "search", "channel"}
    whole = {f.name for f in TABLES["SingleInspiral"].fields if f.kind in ("int", "natural")}
    assert whole == {"end_time", "end_time_ns", "impulse_time", "impulse_time_ns"} | {
        "chisq_dof",
        "bank_chisq_dof",
        "cont_chisq_dof",
    }


@pytest.mark.parametrize(
    "member",
    ["CoincInspiral", "MultiBurst", "MLyBurst", "LalInferenceBurst", "GRB", "SimInspiral"],
)
def test_a_new_event_has_its_member(member):
    stored = empty(member)
    assert stored == {member: {}}
    assert list(shown(stored)) == [member]


def test_a_new_event_of_a_pipeline_without_member_has_none():
    assert empty(None) == shown(empty(None)) == {}


def test_new_events_share_nothing():
    empty("GRB")["GRB"]["ra"] = 1.0
    assert empty("GRB") == {"GRB": {}}


def test_unknown_member_is_an_error():
    with pytest.raises(KeyError):
        empty("Nonsense")


def test_stored_values_are_shown():
    answer = shown({"CoincInspiral": {"snr": 9.5, "ifos": "H1", "end_time": 0}})
    assert list(answer["CoincInspiral"]) == KEYS["CoincInspiral"].split()
    assert answer["CoincInspiral"]["snr"] == 9.5
    assert answer["CoincInspiral"]["ifos"] == "H1"
    assert answer["CoincInspiral"]["end_time"] == 0


def test_singles_are_a_list_and_absent_when_there_are_none():
    singles = [{"ifo": "H1", "snr": 1.5}, {"ifo": "L1"}]
    answer = shown({"CoincInspiral": {}, "SingleInspiral": singles})
    assert list(answer) == ["CoincInspiral", "SingleInspiral"]
    assert [(row["ifo"], row["snr"]) for row in answer["SingleInspiral"]] == [
        ("H1", 1.5),
        ("L1", None),
    ]
    assert "SingleInspiral" not in shown({"CoincInspiral": {}, "SingleInspiral": []})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_know_are_null(value):
    stored = {
        "CoincInspiral": {"snr": value, "mass": 1.0},
        "SingleInspiral": [{"snr": value, "ifo": "H1"}],
        "MLyBurst": {"SNR": value, "scores": {"coherency": value, "combined": 0.5}},
    }
    answer = shown(stored)
    assert answer["CoincInspiral"]["snr"] is None
    assert answer["CoincInspiral"]["mass"] == 1.0
    assert answer["SingleInspiral"][0]["snr"] is None
    assert answer["SingleInspiral"][0]["ifo"] == "H1"
    assert answer["MLyBurst"]["SNR"] is None
    assert answer["MLyBurst"]["scores"] == NO_SCORES | {"combined": 0.5}
    assert stored["CoincInspiral"]["snr"] is value


@pytest.mark.parametrize("scores", [None, {}, "text", [1]])
def test_scores_are_always_an_object(scores):
    stored = {} if scores is None else {"scores": scores}
    assert shown({"MLyBurst": stored})["MLyBurst"]["scores"] == NO_SCORES
    full = {"combined": 3.0, "coincidence": 2.0, "coherency": 1.0}
    answer = shown({"MLyBurst": {"scores": full}})["MLyBurst"]["scores"]
    assert list(answer.items()) == [("coherency", 1.0), ("coincidence", 2.0), ("combined", 3.0)]


def test_channels_are_null_or_a_list():
    assert shown({"MLyBurst": {}})["MLyBurst"]["channels"] is None
    assert shown({"MLyBurst": {"channels": ["a", "b"]}})["MLyBurst"]["channels"] == ["a", "b"]


def test_answers_share_nothing_with_what_is_stored():
    stored = {
        "MLyBurst": {"channels": ["a"]},
        "SingleInspiral": [{"ifo": "H1"}],
        "Other": {"x": [1]},
    }
    answer = shown(stored)
    answer["MLyBurst"]["channels"].append("b")
    answer["MLyBurst"]["scores"]["combined"] = 1.0
    answer["SingleInspiral"][0]["ifo"] = "V1"
    answer["Other"]["x"].append(2)
    assert shown(stored)["MLyBurst"] == shown({"MLyBurst": {"channels": ["a"]}})["MLyBurst"]
    assert stored["SingleInspiral"] == [{"ifo": "H1"}]
    assert stored["Other"] == {"x": [1]}


def test_what_is_not_described_is_shown_as_it_is():
    answer = shown({"GRB": {"ra": 1.0, "later": "x"}, "Later": {"a": math.nan, "b": (1, 2)}})
    assert list(answer["GRB"]) == [*KEYS["GRB"].split(), "later"]
    assert answer["GRB"]["later"] == "x"
    assert answer["Later"] == {"a": None, "b": [1, 2]}
