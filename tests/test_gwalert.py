"""The rules of public alerts: what every alert needs, what may be null, what is free."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from public_alerts import ALERT, places

from fakegracedb.schemas import gwalert

# Keys that an alert can do without, and those that may be null.
OPTIONAL = {
    ("event", "mchirp_source"),
    ("event", "duration"),
    ("event", "central_frequency"),
    *((group, key) for group in ("urls",) for key in ALERT[group]),
    *(("event", group, key) for group in ("classification", "properties")
      for key in ALERT["event"][group]),
}  # fmt: skip
NULLABLE = {
    ("event",),
    ("event", "mchirp_source"),
    ("event", "duration"),
    ("event", "central_frequency"),
    ("event", "skymap"),
    ("external_coinc",),
    ("external_coinc", "time_coincidence_far"),
    ("external_coinc", "time_sky_position_coincidence_far"),
    ("external_coinc", "combined_skymap"),
}


# Of members of objects.
PLACES = [one for one in places(ALERT) if one and all(isinstance(key, str) for key in one)]
VALUES = [True, 1, 1.0, 1.5, "x", [], ["x"], [1], {}, {"x": 1}, {"x": "y"}]


def changed(place: tuple[str, ...], value: Any = ...) -> dict[str, Any]:
    """Give the alert with another value at a place, or without any."""
    alert = copy.deepcopy(ALERT)
    inner = alert
    for key in place[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return alert


def test_good_alert_has_no_problem() -> None:
    assert gwalert.problem(ALERT) is None


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_keys_are_needed_but_some(place: tuple[str, ...]) -> None:
    problem = gwalert.problem(changed(place))
    assert (problem is None) == (place in OPTIONAL)
    assert problem is None or f"'{place[-1]}' is a required property" in problem


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_some_values_may_be_null(place: tuple[str, ...]) -> None:
    problem = gwalert.problem(changed(place, None))
    assert (problem is None) == (place in NULLABLE)
    assert problem is None or problem.startswith(f"{'.'.join(place)}: ")


@pytest.mark.parametrize("alert_type", gwalert.ALERT_TYPES)
def test_alert_of_any_type_may_be_without_an_event(alert_type: str) -> None:
    assert gwalert.problem({**ALERT, "alert_type": alert_type, "event": None}) is None


@pytest.mark.parametrize(
    ("place", "good"),
    [
        (("superevent_id",), ["x"]),
        (("alert_type",), []),
        (("time_created",), ["x"]),  # the form is only said
        (("urls",), [{}, {"x": "y"}]),
        (("urls", "gracedb"), ["x"]),
        (("event", "far"), [1, 1.0, 1.5]),
        (("event", "significant"), [True]),
        (("event", "instruments"), [[], ["x"]]),
        (("event", "search"), ["x"]),
        (("event", "classification"), [{}, {"x": 1}]),
        (("event", "properties", "HasNS"), [1, 1.0, 1.5]),
        (("event", "mchirp_source", "bin_edges"), [[], [1]]),
        (("event", "duration"), [1, 1.0, 1.5]),
        (("event", "skymap"), ["x"]),
        (("external_coinc", "gcn_notice_id"), [1, 1.0, "x"]),
        (("external_coinc", "time_difference"), [1, 1.0, 1.5]),
        (("external_coinc", "time_coincidence_far"), [1, 1.0, 1.5]),
    ],
    ids=str,
)
def test_values_are_of_these_kinds(place: tuple[str, ...], good: list[Any]) -> None:
    passed = [value for value in VALUES if gwalert.problem(changed(place, value)) is None]
    # compared by type too: to Python True is 1
    assert list(map(repr, passed)) == list(map(repr, good))


def test_further_keys_are_free_but_among_the_chirp_masses() -> None:
    for place in (("x",), ("event", "x"), ("external_coinc", "x")):
        assert gwalert.problem(changed(place, ["anything"])) is None
    problem = gwalert.problem(changed(("event", "mchirp_source", "x"), 1))
    assert problem is not None
    assert problem.startswith("event.mchirp_source: Additional properties are not allowed")


def test_outermost_fault_is_told_first() -> None:
    alert = changed(("event", "instruments"), [1] * 10)
    assert (gwalert.problem(alert) or "").startswith("event.instruments[0]: 1 is not of type")
    assert (gwalert.problem({**alert, "urls": 5}) or "").startswith("urls: 5 is not of type")
    assert gwalert.problem({}) == "'superevent_id' is a required property"


def test_schema_is_good_and_a_copy() -> None:
    schema = gwalert.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(ALERT, schema)
    schema["properties"].clear()
    assert gwalert.schema()["properties"]


def test_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no version '9\.9' of alerts; there are 1\.3"):
        gwalert.schema("9.9")
    with pytest.raises(ValueError, match=r"no version '9\.9'"):
        gwalert.problem(ALERT, "9.9")
