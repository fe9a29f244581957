"""The text language of events: terms, how they combine, defaults, attributes, traps."""

from __future__ import annotations

import pytest
from query_population import NAMES, asked, events, left_out, refusal

from fakegracedb.query import far_limits, parse_event_text
from fakegracedb.vocabulary import DEFAULT

# Common rules


def test_blanks_alone_leave_out_tests_and_mdc() -> None:
    for text in (" ", " \t\n ", "\u3000"):
        assert left_out(parse_event_text(text, NAMES)) == ["Test", "MDC"]
        assert asked(text) == ""


def test_blanks_around_and_between_terms_do_not_matter() -> None:
    assert asked("\n CBC\t gstlal \r") == "group = CBC & pipeline = gstlal"


@pytest.mark.parametrize(
    "text",
    [
        "CBC & Burst",
        "CBC | Burst",
        "(CBC)",
        "CBC, far < 1",
        "~CBC",
        "- CBC",
        "CBC and Burst",
        "not CBC",
        "far < 1 or far > 2",
        "'einstein'",
        "submitter: 'einstein'",
        '"einstein',
        'einstein"',
        "{}",
        "[1]",
    ],
)
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    "keyword",
    [
        "Group: CBC",
        "GROUP: CBC",
        "group:CBC",
        "group :CBC",
        "group : CBC",
        "search:GRB",
        "pipeline:gstlal",
        "runid:O3",
        "ifos:H1",
        "gid:G1",
        "created:2026-01-14",
        "created:now",
        "superevent:S170817a",
        "in_superevent:True",
        "is_preferred_event:True",
        "group:_x",
        "group:$",
        "xgroup: CBC",
    ],
)
def test_keyword_is_in_small_letters_and_apart_from_what_follows(keyword: str) -> None:
    refusal(keyword)


@pytest.mark.parametrize("text", ["group: CBC", "group:\nCBC", "group:    cbc"])
def test_keyword_may_be_followed_by_any_blanks(text: str) -> None:
    assert asked(text) == "group = CBC"


def test_keyword_may_be_followed_by_a_quote_at_once() -> None:
    assert asked('submitter:"x"') == "submitter contains x"


def test_names_need_not_end_at_a_word_boundary() -> None:
    assert asked("CBCBurst") == "group in CBC, Burst"
    assert asked("gstlalCBCO3") == (
        "pipeline = gstlal & group = CBC & gpstime between 1238166018, 1269363618"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LowMassSim", "search = LowMassSim"),
        ("LowMass", "search = LowMass"),
        ("mbtaonline", "pipeline = MBTAOnline"),
        ("MBTA", "pipeline = MBTA"),
        ("CWB2G", "pipeline = CWB2G"),
        ("cwb", "pipeline = CWB"),
        ("subgrbtargeted", "search = SubGRBTargeted"),
        ("o4a", "gpstime between 1368975618, 1389456018"),
        ("er1TEST", "gpstime between 1010944815, 1011601640"),
        ("s6a", "gpstime between 931035296, 935798487"),
        ("HASFAR", "far is_null False"),
        ("hasFar", "far is_null False"),
    ],
)
def test_name_matches_in_any_case_and_the_longest_wins(text: str, expected: str) -> None:
    assert asked(text) == expected


def test_word_true_or_false_is_in_any_case() -> None:
    assert asked("in_superevent: TRUE") == "in_superevent = True"
    assert asked("is_preferred_event: fALSE") == "is_preferred_event = False"


def test_range_upside_down_finds_nothing_and_is_no_error() -> None:
    for text in ("G600006 .. G600001", "1430000002 .. 1430000000", "far in 1, 0"):
        assert events(text) == set()


# Kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H1", "instruments includes H1"),
        ("ifos: H1,L1", "instruments includes H1,L1"),
        ("L1,H1,V1,H2", "instruments includes L1,H1,V1,H2"),
        ("V1 L1", "(instruments includes V1 | instruments includes L1)"),
        ("H1L1", "(instruments includes H1 | instruments includes L1)"),
        ("nevents: 3", "nevents = 3"),
        ("nevents: 003", "nevents = 3"),
        ("nevents: 3 nevents: 4", "nevents = 3 & nevents = 4"),
        ("G5", "number = 5"),
        ("g 5", "number = 5"),
        ("gid: G5", "number = 5"),
        ("G5 .. g9", "number between 5, 9"),
        ("G5..G9", "number between 5, 9"),
        ("H5", "(number = 5 & pipeline = HardwareInjection)"),
        ("T5", "(number = 5 & group = Test)"),
        ("eid: e5..E7", "(number between 5, 7 & group = External)"),
        ("M5", "(number = 5 & search = MDC)"),
        ("G1 G2", "(number = 1 | number = 2)"),
        ("G1 T2", "number = 1 & (number = 2 & group = Test)"),
        ("1400000000", "gpstime = 1400000000.0"),
        ("gpstime: .5", "gpstime = 0.5"),
        ("gpstime: 5.", "gpstime = 5.0"),
        ("5 .. 7", "gpstime between 5.0, 7.0"),
        ("5 ..7", "gpstime between 5.0, 7.0"),
        ("O1 1430000002", "(gpstime between 1126623617, 1136649617 | gpstime = 1430000002.0)"),
        ("search: GRB LowMass", "search in GRB, LowMass"),
        ("search: GRB search: LowMass", "(search = GRB | search = LowMass)"),
        ("CBC gstlal AllSky", "group = CBC & pipeline = gstlal & search = AllSky"),
        ("Burst CWB CBC", "(group = Burst | group = CBC) & pipeline = CWB"),
        ('"a" submitter: "b"', "(submitter contains a | submitter contains b)"),
        ('""', "submitter contains "),
        ("superevent: ms190426C", "superevent = M 190426 3"),
        ("superevent: T GW 190426", "superevent = T 190426 1 GW"),
        (
            "superevent: S190426a superevent: GW190426AB",
            "(superevent = P 190426 1 | superevent = P 190426 28 GW)",
        ),
        ("replay_id: run-7", "replay_id = run-7"),
        ("replay_id: a replay_id: b", "(replay_id = a | replay_id = b)"),
    ],
)
def test_terms_of_a_kind_are_alternatives_and_kinds_must_all_hold(text: str, expected: str) -> None:
    assert asked(text) == expected


def test_union_of_three_parts_is_a_run() -> None:
    assert asked("O4") == (
        "(gpstime between 1368975618, 1389456018 | gpstime between 1396796418, 1422118818"
        " | gpstime between 1422118818, 1447516818)"
    )


@pytest.mark.parametrize(
    "text", ["K1", "G1,H1", "h1,l1", "l1", "ifos: h1", "H1 ,L1", "H1,", "H1, L1"]
)
def test_list_of_interferometers_has_four_names_no_blanks_and_its_case(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "nevents: -3",
        "gid: 5",
        "gid: H5",
        "G5 .. 9",
        "G5 .. H9",
        "D5",
        "-5",
        "gpstime: -5",
        "created: 5",
        "submitter: einstein",
        "in_superevent: 1",
        "is_preferred_event: yes",
        "superevent: S17*",
        "superevent: S170817a*",
        "superevent: S999999a",
        "superevent: G600001",
        "superevent: S19042",
        "runid: O5",
        "runid: O3a",
        "group: gstlal",
        "pipeline: CBC",
        "ER9",
        "S5",
        "id: S170817a",
        "is_gw: true",
        "public",
        "internal",
        "category: Test",
        "t_0: 5",
        "S170817a",
    ],
)
def test_value_of_another_form_is_refused(text: str) -> None:
    refusal(text)


def test_number_of_any_length_is_a_number() -> None:
    for digits in ("0" * 5000 + "7", "9" * 5000):
        assert events(f"G{digits}") == set()
        assert events(f"{digits}") == set()
        assert events(f"nevents = {digits}") == set()
    assert events("id <= " + "9" * 5000) == events("id > 0")


# Defaults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CBC", ["Test", "MDC"]),
        ("Test", ["MDC"]),
        ("MDC", ["Test"]),
        ("Test MDC", []),
        ('"test.user"', ["MDC"]),
        ('"xMdCx"', ["Test"]),
        ("ER1test", ["MDC"]),
        ("O2VirgoTest", ["MDC"]),
        ("T5", ["MDC"]),
        ("M5", ["Test"]),
        ("G5 T5 M5", []),
        ("E5 H5 G5", ["Test", "MDC"]),
        ("replay_id: a-test-1", ["MDC"]),
        ("replay_id: mdc_TEST", []),
        ("EM_READY", ["Test", "MDC"]),
    ],
)
def test_what_lifts_the_exclusions(text: str, expected: list[str]) -> None:
    assert left_out(parse_event_text(text, NAMES)) == expected


def test_label_does_not_lift_an_exclusion() -> None:
    names = NAMES.with_label("2022_LENSING_MDC").with_label("Test")
    assert left_out(parse_event_text("2022_LENSING_MDC | Test", names)) == ["Test", "MDC"]


def test_id_of_g_finds_any_letter_but_lifts_nothing() -> None:
    assert events("G600003") == {"E600003"}
    assert events("G600010") == set()
    assert events("E600021") == set()
    assert events("E600021 MDC") == {"M600021"}


def test_null_search_is_not_mdc() -> None:
    assert "H600008" in events("HardwareInjection")


# Attributes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("far < 1", "far < 1"),
        ("far <= 1e-7", "far <= 1e-07"),
        ("far == 1.5E+2", "far = 150.0"),
        ("FAR : 1", "far = 1"),
        ("gpstime:1400000000", "gpstime = 1400000000"),
        ("nevents:3", "nevents = 3"),
        ('nevents: "3"', "nevents = 3"),
        ('far > "-1"', "far > -1.0"),
        ('far < " 1e-7 "', "far < 1e-07"),
        ("far in 1, 2", "far between 1, 2"),
        ("far in1,2", "far between 1, 2"),
        ("likelihood >= 2", "likelihood >= 2"),
        ("id = 600001", "number = 600001"),
        ('id in "1", 2', "number between 1, 2"),
        ('instruments = "H1,L1"', "instruments = H1,L1"),
        ("instruments = 5", "instruments = 5"),
        ('created >= "2026-01-14"', "created >= 2026-01-14 00:00:00"),
        ('created:"2026-01-14 12:30"', "created = 2026-01-14 12:30:00"),
        ('created < "2026-01-14T12:30:45Z"', "created < 2026-01-14 12:30:45"),
        ('created < "2026-01-14T12:30:45+01:00"', "created < 2026-01-14 11:30:45"),
        ("offline = 1", "offline = True"),
        ('offline = "False"', "offline = False"),
        ("offline < 1", "offline = False"),
        ("offline >= 0", "offline is_null False"),
        ("offline > 1", "()"),
        ('group.name = "CBC"', "group = CBC"),
        ('group.name = "cbc"', "()"),
        ('search.name: "GRB"', "search = GRB"),
        ('pipeline.name in "M", "N"', "pipeline in MLy, MBTAOnline, MBTA"),
        ('submitter.username = "spiir"', "submitter.username = spiir"),
        ('submitter.last_name = "Robot"', "submitter.last_name = Robot"),
        ("si.snr > 5", "SingleInspiral.snr > 5"),
        ("SingleInspiral.SNR > 5", "SingleInspiral.snr > 5"),
        ('si.ifo = "H1"', "SingleInspiral.ifo = H1"),
        ("ci.mass > 5", "CoincInspiral.mass > 5"),
        ("coincinspiral.mass > 5", "CoincInspiral.mass > 5"),
        ("CoincInspiralEvent.mass > 5", "CoincInspiral.mass > 5"),
        ("mb.snr > 5", "MultiBurst.snr > 5"),
        ("multiburst.snr > 5", "MultiBurst.snr > 5"),
        ("multiburstevent.snr > 5", "MultiBurst.snr > 5"),
        ("ml.bbh > 5", "MLyBurst.bbh > 5"),
        ("li.bci > 5", "LalInferenceBurst.bci > 5"),
        ("lalinferenceburstevent.bci > 5", "LalInferenceBurst.bci > 5"),
        ("grbevent.t90 > 5", "GRB.t90 > 5"),
        ("GRBEvent.T90 > 5", "GRB.t90 > 5"),
        ("siminspiralevent.distance < 5", "SimInspiral.distance < 5"),
    ],
)
def test_attribute_is_compared(text: str, expected: str) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "far",
        "far <",
        "far < .5",
        "far < -1",
        "far < +1",
        "far != 1",
        "far <> 1",
        "far =< 1",
        "far in [1, 2]",
        "far in 1",
        "far in 1 2",
        "far in 1 .. 2",
        "far IN 1, 2",
        "far < nevents",
        "far < 5.",
        "1 < far",
        'far < "x"',
        'far < "nan"',
        'far < ""',
        'nevents = "three"',
        'created = "yesterday"',
        'created = "2026-13-01"',
        'created = "2026-01-14 10:00:00 UTC"',
        "created > 5",
        "created: 5",
        'offline = "maybe"',
        "offline = 2",
        "offline = true",
        "nosuch = 1",
        'group = "CBC"',
        'group:"CBC"',
        'submitter = "x"',
        "si = 1",
        "si.nosuch = 1",
        "far.x = 1",
        "graceid = 1",
        "grb.ra > 5",
        "mlyburstevent.snr > 5",
        "inj.distance < 5",
        "xerror = 5",
        "quality = 5",
        "si.Gamma0 > 0",
        "li.omicron_snr_H1 > 1",
        "si . snr > 5",
        "si..snr > 5",
        ".snr > 5",
    ],
)
def test_attribute_that_is_not_there_or_value_of_another_type_is_refused(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("far<1&far>2", "(far < 1 & far > 2)"),
        ("far<1,far>2", "(far < 1 & far > 2)"),
        ("far<1 | far>2", "(far < 1 | far > 2)"),
        ("far<1 far>2", "(far < 1 | far > 2)"),
        ("far<1 & far>2 | far=3", "(far < 1 & (far > 2 | far = 3))"),
        ("far<1 | far>2 & far=3", "((far < 1 | far > 2) & far = 3)"),
        ("(far<1 & far>2) | far=3", "((far < 1 & far > 2) | far = 3)"),
        ("~far<1 | far>2", "(~far < 1 | far > 2)"),
        ("-(far<1 | far>2) & far=3", "(~(far < 1 | far > 2) & far = 3)"),
        ("~ ( ( far < 1 ) )", "~far < 1"),
        ("far in 1,2,far in 3,4", "(far between 1, 2 & far between 3, 4)"),
        ("nevents: 3 far < 1", "nevents = 3 & far < 1"),
        ("nevents:3 far < 1", "(nevents = 3 | far < 1)"),
        ("far < 1 CBC far > 2", "(far < 1 | far > 2) & group = CBC"),
    ],
)
def test_comparisons_are_joined(text: str, expected: str) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "far<1 &",
        "& far<1",
        "far<1 && far>2",
        "far<1 & & far>2",
        "~~far<1",
        "--far<1",
        "(far<1",
        "far<1)",
        "()",
        "~",
        "(far<1 CBC)",
        "far<1 & CBC",
        "(EM_READY | far<1)",
        "(far<1) (",
    ],
)
def test_joint_with_nothing_on_a_side_is_refused(text: str) -> None:
    refusal(text)


def test_null_fails_every_comparison_and_passes_its_negation() -> None:
    null = {"E600003"}
    for op in ("< 1", "> 0", "= 0", ">= 0", "in 0, 1"):
        assert not null & events(f"far {op}")
        assert null <= events(f"~far {op}")
    assert events("~(far >= 0)") | events("far >= 0") == events(" ")


def test_conditions_on_single_inspirals_hold_for_one_row() -> None:
    both = events("si.mchirp >= 14 & si.eff_distance in 0.0,55")
    assert both == {"G600027"}
    assert events('si.ifo = "H1" & si.ifo = "L1"') == set()
    assert events('si.ifo = "H1" si.ifo = "L1"') == events('si.ifo = "H1" | si.ifo = "L1"')


def test_negation_on_single_inspirals_holds_where_no_row_fits() -> None:
    some = events('si.ifo = "H1"')
    assert events('~si.ifo = "H1"') == events(" ") - some


# Traps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H1234", "instruments includes H1 & gpstime = 234.0"),
        ("H2011", "instruments includes H2 & gpstime = 11.0"),
        ("hid: H1234", "(number = 1234 & pipeline = HardwareInjection)"),
        ("H600008", "(number = 600008 & pipeline = HardwareInjection)"),
        ("h1", "(number = 1 & pipeline = HardwareInjection)"),
        ("X1", "pipeline = X & gpstime = 1.0"),
        ("superevent: S190426 CBC", "superevent = P 190426 2083"),
        ("superevent: S190426a CBC", "superevent = P 190426 1 & group = CBC"),
        ("1 .2", "(gpstime = 1.0 | gpstime = 0.2)"),
    ],
)
def test_first_match_is_taken(text: str, expected: str) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("2026-01-14", 4),
        ("1 week ago .. now", 2),
        ("1126259462..1126259470", 0),
        ("H1, L1", 2),
        ("far < 5.", 7),
        ("G5 .. ", 3),
        ("CBC nonsense", 4),
        ("far < ", 5),
        ("  far < x", 8),
        ("far < 1 & nosuch > 2", 10),
        ('far < 1 nevents = "x"', 18),
    ],
)
def test_refusal_points_at_the_place(text: str, position: int) -> None:
    error = refusal(text)
    assert error.position == position
    message, shown, caret = str(error).split("\n")
    assert (message, shown, caret) == (error.message, f"  {text}", " " * (2 + position) + "^")


def test_refusal_points_into_the_text_that_labels_were_cut_out_of() -> None:
    assert refusal("EM_READY CBC INJ nonsense").position == 17
    assert refusal("replay_id: a EM_READY CBC far < x").position == 32


# Words


def test_vocabulary_decides_what_parses() -> None:
    refusal("GWAK")
    assert asked("GWAK", NAMES.with_pipeline("GWAK")) == "pipeline = GWAK"
    refusal("Quark", NAMES.with_group("Quark"))  # begins with the pipeline Q
    assert asked("beyond", NAMES.with_search("Beyond")) == "search = Beyond"
    assert asked("RAVEN_ALERT", DEFAULT) == "label has RAVEN_ALERT"
    refusal("RAVEN_ALERT")


def test_far_limits_are_the_upper_ones() -> None:
    def limits(text: str) -> tuple[float, ...]:
        return far_limits(parse_event_text(text, NAMES).node)

    assert limits("far < 1e-7 & far > 1e-9") == (1e-7,)
    assert limits("far <= 2 | ~(far in 1, 3) far = 5 ci.combined_far < 6 hasfar") == (2, 3)
    assert limits("CBC") == ()
