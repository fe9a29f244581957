"""The evaluation by looking at every object: what the text languages alone do not ask of it."""

from __future__ import annotations

import pytest
from plain_evaluation import Population, event_ids, superevent_ids
from query_population import NOW, POPULATION, events, superevents

from fakegracedb.query.trees import EVERYTHING, NOTHING, And, Leaf, Node, Not, Or, SupereventId


def found(node: Node, population: Population = POPULATION) -> set[str]:
    return set(event_ids(node, population, NOW))


def found_superevents(node: Node) -> set[str]:
    return set(superevent_ids(node, POPULATION, NOW))


ALL = {event["graceid"] for event in POPULATION.events}
FIRST = SupereventId("P", "170817", 1)


def test_everything_and_nothing() -> None:
    assert found(EVERYTHING) == ALL
    assert found(NOTHING) == found_superevents(NOTHING) == set()


@pytest.mark.parametrize("field", ["far", "search", "gpstime", "nevents"])
def test_unequal_is_true_for_null(field: str) -> None:
    null = found(Leaf(field, "is_null", True))
    assert null
    value = next(event[field] for event in POPULATION.events if event[field] is not None)
    assert found(Leaf(field, "!=", value)) == ALL - found(Leaf(field, "=", value))
    assert null <= found(Leaf(field, "!=", value))
    assert found(Leaf(field, "is_null", False)) == ALL - null


def test_ids_compare_whole_and_in_any_case() -> None:
    assert found(Leaf("id", "=", "t600010")) == {"T600010"}
    assert found(Leaf("id", "=", "G600010")) == set()
    assert found(Leaf("id", "in", ("T600010", "g600001"))) == {"T600010", "G600001"}
    assert found(Leaf("id", "startswith", "e6")) == {one for one in ALL if one[0] == "E"}


def test_names_compare_in_any_case_and_texts_do_not() -> None:
    assert found(Leaf("group", "=", "cbc")) == found(Leaf("group", "in", ("CBC",)))
    assert found(Leaf("search", "startswith", "low")) > found(Leaf("search", "=", "LowMass"))
    assert found(Leaf("instruments", "=", "h1,l1")) == set()
    assert found(Leaf("instruments", "contains", "h1,l1")) == found(
        Leaf("instruments", "includes", "H1,L1")
    )


def test_one_row_must_satisfy_all_conditions_but_negations_look_at_all_rows() -> None:
    singles = [{"ifo": "H1", "snr": 5.0}, {"ifo": "L1", "snr": 9.0}]
    event = POPULATION.events[0] | {"extra_attributes": {"SingleInspiral": singles}}
    population = Population([event], [], POPULATION.users)
    one, other = Leaf("SingleInspiral.ifo", "=", "H1"), Leaf("SingleInspiral.snr", ">", 8.0)
    assert found(And((one, other)), population) == set()
    assert found(And((Or((one, other)), other)), population)
    assert found(Not(And((one, other))), population)
    assert found(Not(one), population) == found(And((Not(one), other)), population) == set()


def test_runs_are_windows() -> None:
    assert found(And((Leaf("runid", "=", "O2"), Not(Leaf("group", "=", "Test"))))) >= events("O2")
    assert found_superevents(Leaf("runid", "=", "O3")) >= superevents("O3")


def test_ids_of_superevents_can_be_several_or_begin_in_any_case() -> None:
    other = SupereventId("P", "170817", 2)
    assert found_superevents(Leaf("id", "in", (FIRST, other))) == {"GW170817A", "S170817b"}
    assert "GW170817A" not in found_superevents(Leaf("id", "!=", FIRST))
    assert found_superevents(Leaf("id", "startswith", "s17")) == {"S170817b"}
    assert found_superevents(Leaf("current_id", "startswith", "s17")) == set()


def test_members_are_any_of_them_and_unequal_is_none_of_them() -> None:
    assert found_superevents(Leaf("events", "=", "e600003")) == {"GW170817A"}
    assert "GW170817A" not in found_superevents(Leaf("events", "!=", "E600003"))
    assert found_superevents(Leaf("events", "startswith", "E60000")) == {"GW170817A"}


def test_fields_of_the_preferred_event_are_its_own() -> None:
    assert found_superevents(Leaf("preferred_event.far", "<", 1e-8)) > superevents("far < 1e-8")
    assert found_superevents(Leaf("preferred_event.id", "=", "G600001")) == {"GW170817A"}
    assert found_superevents(Leaf("preferred_event", "=", "g600001")) == {"GW170817A"}
    assert "GW170817A" in found_superevents(Leaf("preferred_event.CoincInspiral.mchirp", "<", 1.2))


def test_labels_are_there_or_not() -> None:
    assert found(Leaf("label", "not_has", "INJ")) == ALL - found(Leaf("label", "has", "INJ"))
