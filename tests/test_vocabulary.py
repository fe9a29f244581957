"""The default vocabulary, and what a store changes of it."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import datetime
from typing import Any

import pytest

from fakegracedb.clock import server_text
from fakegracedb.vocabulary import (
    DATETIME_FORMAT,
    DEFAULT,
    Label,
    Pipeline,
    ServerSettings,
    Tag,
    Vocabulary,
)

PROTECTED = ["H1NO", "H1OK", "L1NO", "L1OK", "ADVOK", "ADVNO", "V1OK", "V1NO"]


def test_tables_have_the_servers_entries_in_its_order() -> None:
    assert DEFAULT.groups[:3] == ("CBC", "Stochastic", "Burst")
    assert [len(table) for table in (DEFAULT.groups, DEFAULT.searches)] == [7, 19]
    assert [DEFAULT.pipelines[place].name for place in (0, -1)] == ["MBTAOnline", "SGNL"]
    assert [DEFAULT.labels[place].name for place in (0, -1)] == ["INJ", "MOCK"]
    assert [len(table) for table in (DEFAULT.pipelines, DEFAULT.labels, DEFAULT.tags)] == [
        26,
        55,
        16,
    ]
    assert [len(table) for table in (DEFAULT.em_groups, DEFAULT.wavebands)] == [95, 50]
    assert list(DEFAULT.voevent_types) == ["PR", "IN", "UP", "RE", "EW"]


def test_pipelines_are_found_by_name() -> None:
    assert DEFAULT.pipeline("pycbc") == Pipeline("pycbc", "SP", True, "CoincInspiral")
    assert DEFAULT.pipeline("X") == Pipeline("X", "SO")
    assert DEFAULT.pipeline("PyCBC") is None


def test_classes_of_pipelines_are_the_servers() -> None:
    assert {"gstlal", "spiir", "MBTAOnline", "pycbc", "MBTA", "PyGRB", "SGNL"} == (
        DEFAULT.coinc_pipelines
    )
    assert {"Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS"} == (
        DEFAULT.grb_pipelines
    )
    assert DEFAULT.pipeline("IceCube") == Pipeline("IceCube", "E", True, "GRB", grb_updates=False)


def test_labels_are_found_by_name_and_rank() -> None:
    assert DEFAULT.label("EM_READY") == Label("EM_READY", "green", "processed; sky maps exist")
    assert DEFAULT.label("em_ready") is None
    assert sorted(["MOCK", "INJ", "not there", "DQV"], key=DEFAULT.label_rank) == [
        "INJ",
        "DQV",
        "MOCK",
        "not there",
    ]


def test_only_signoff_labels_are_protected() -> None:
    assert [label.name for label in DEFAULT.labels if DEFAULT.protected(label.name)] == PROTECTED
    assert not DEFAULT.protected("not there")


def test_blessed_tags_leave_out_those_that_give_access() -> None:
    assert DEFAULT.blessed[:2] == ("analyst_comments", "em_follow")
    assert {tag.name for tag in DEFAULT.tags} - set(DEFAULT.blessed) == {"lvem", "public"}
    assert DEFAULT.tag("sky_loc") == Tag("sky_loc", "Sky Localization", blessed=True)
    assert DEFAULT.tag("skyloc") is None


def test_the_date_format_is_the_clocks() -> None:
    when = datetime(2026, 3, 1, 7, 4, 9)
    assert when.strftime(DATETIME_FORMAT) == server_text(when)


def test_a_vocabulary_cannot_be_changed() -> None:
    instruments: Any = DEFAULT.instruments
    with pytest.raises(FrozenInstanceError):
        DEFAULT.groups = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        instruments["K1"] = "KAGRA"
    with pytest.raises(AttributeError):
        instruments.clear()


def test_a_vocabulary_is_a_value() -> None:
    assert Vocabulary() == DEFAULT
    assert hash(Vocabulary()) == hash(DEFAULT)
    DEFAULT.label("INJ")  # what was looked up is no part of the value
    for twin in (copy.copy(DEFAULT), copy.deepcopy(DEFAULT), pickle.loads(pickle.dumps(DEFAULT))):
        assert twin == DEFAULT
        assert twin.protected("H1OK")
    assert DEFAULT.with_group("Moon") != DEFAULT


def test_the_whole_json_overrides_to_the_same_vocabulary() -> None:
    whole = json.loads(json.dumps(DEFAULT.to_json()))
    assert whole == DEFAULT.to_json()
    assert DEFAULT.overridden(whole) == DEFAULT
    changed = DEFAULT.with_pipeline("Sonar", "CoincInspiral").with_label("Loud", protected=True)
    changed = replace(
        changed, settings=replace(changed.settings, event_neighborhood_default=(-1, 2))
    )
    assert DEFAULT.overridden(json.loads(json.dumps(changed.to_json()))) == changed
    assert DEFAULT.overridden({}) == DEFAULT


def test_lists_replace_and_what_entries_leave_out_has_its_default() -> None:
    changed = DEFAULT.overridden(
        {
            "groups": ["CBC", "Test"],
            "pipelines": [{"name": "Sonar", "extra_attributes_key": "GRB"}, "Radar"],
            "labels": [{"name": "Loud", "protected": True}],
            "tags": [{"name": "noise", "display_name": "Noise", "blessed": True}],
            "instruments": {"K1": "KAGRA"},
        }
    )
    assert changed.groups == ("CBC", "Test")
    assert changed.pipelines == (
        Pipeline("Sonar", "SP", True, "GRB"),
        Pipeline("Radar", "SP", True, None),
    )
    assert changed.grb_pipelines == {"Sonar"}
    assert changed.labels == (Label("Loud", "black", "", True),)
    assert changed.protected("Loud")
    assert changed.blessed == ("noise",)
    assert changed.tags == (Tag("noise", "Noise", True),)
    assert changed.instruments == {"K1": "KAGRA"}
    assert changed.searches == DEFAULT.searches


def test_settings_change_one_by_one() -> None:
    changed = DEFAULT.overridden(
        {"settings": {"event_pagination_max_limit": 7, "event_neighborhood_default": [-2, 3]}}
    )
    assert changed.settings == replace(
        ServerSettings(), event_pagination_max_limit=7, event_neighborhood_default=(-2, 3)
    )


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"em-groups": []}, "unknown key 'em-groups'.*em_groups"),
        ({"groups": "CBC"}, "groups: a list"),
        ({"groups": ["CBC", 1]}, r"groups\[1\]: text"),
        ({"groups": ["CBC", "CBC"]}, "'CBC' is there twice"),
        ({"groups": [""]}, "groups: a name is empty"),
        ({"pipelines": {"name": "a"}}, "pipelines: a list"),
        ({"pipelines": [3]}, r"pipelines\[0\]: an object"),
        ({"pipelines": [{"type": "SP"}]}, r"pipelines\[0\]: no name"),
        ({"pipelines": ["a", "a"]}, "'a' is there twice"),
        ({"pipelines": [{"name": "a", "colour": "red"}]}, "unknown key 'colour'.*enabled"),
        ({"pipelines": [{"name": "a", "enabled": 1}]}, r"pipelines\[0\]\.enabled: true or false"),
        ({"pipelines": [{"name": "a", "type": "XX"}]}, "'XX'.*SP"),
        (
            {"pipeline_types": {"SP": "production search"}},
            "pipeline 'MBTAOnline' has the type 'SO'",
        ),
        ({"labels": [{"name": "a" * 33}]}, "more than 32 characters"),
        ({"settings": {"label_name_max_length": 3}}, "'LUMIN_GO' has more than 3 characters"),
        ({"labels": [{"name": None}]}, r"labels\[0\]\.name: text"),
        ({"tags": ["a b"]}, "tag 'a b' does not match"),
        ({"tags": ["a" * 101]}, "longer than 100"),
        ({"instruments": ["H1"]}, "instruments: an object"),
        ({"instruments": {"H1": 1}}, r"instruments\['H1'\]: text"),
        ({"settings": []}, "settings: an object"),
        ({"settings": {"datetime_format": "%Y"}}, "unknown key 'datetime_format'"),
        ({"settings": {"event_pagination_max_limit": 0}}, "at least 1"),
        ({"settings": {"event_pagination_max_limit": True}}, "a whole number"),
        ({"settings": {"voevent_far_floor_hz": -1}}, "no limit"),
        ({"settings": {"voevent_far_floor_hz": float("nan")}}, "no limit"),
        ({"settings": {"replay_id_regex": "("}}, "replay_id_regex"),
        ({"settings": {"event_neighborhood_default": [1]}}, "two whole numbers"),
        ([], "vocabulary: an object"),
    ],
)
def test_overrides_that_make_no_sense_are_refused_by_name(overrides: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DEFAULT.overridden(overrides)


def test_a_new_pipeline_comes_last_and_is_found() -> None:
    changed = DEFAULT.with_pipeline("Sonar", "CoincInspiral")
    assert changed.pipelines[:-1] == DEFAULT.pipelines
    assert changed.pipeline("Sonar") == Pipeline("Sonar", "SP", True, "CoincInspiral")
    assert "Sonar" in changed.coinc_pipelines
    assert DEFAULT.pipeline("Sonar") is None


def test_an_old_pipeline_changes_in_its_place() -> None:
    changed = DEFAULT.with_pipeline("gstlal", enabled=False)
    assert changed.pipeline("gstlal") == Pipeline("gstlal", "SP", False, "CoincInspiral")
    assert [one.name for one in changed.pipelines] == [one.name for one in DEFAULT.pipelines]
    with pytest.raises(ValueError, match="XX"):
        DEFAULT.with_pipeline("gstlal", type="XX")


def test_labels_searches_and_groups_can_be_added() -> None:
    changed = DEFAULT.with_label("Loud", protected=True, default_color="red", description="loud")
    assert changed.label("Loud") == Label("Loud", "red", "loud", True)
    assert changed.label_rank("Loud") == len(DEFAULT.labels)
    assert not DEFAULT.with_label("H1OK", protected=False).protected("H1OK")
    assert DEFAULT.with_search("Deep").searches == (*DEFAULT.searches, "Deep")
    assert DEFAULT.with_group("Moon").groups == (*DEFAULT.groups, "Moon")
    assert DEFAULT.with_search("MDC") is DEFAULT.with_group("CBC") is DEFAULT
    with pytest.raises(ValueError, match="32 characters"):
        DEFAULT.with_label("a" * 33)
