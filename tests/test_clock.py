"""Clock settings, GPS and UTC, and the texts of times."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakegracedb.clock import (
    LEAP_SECONDS,
    Clock,
    gps_from_utc,
    gps_microseconds,
    iso_text,
    parse_time,
    server_text,
    utc_from_gps,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

times = st.datetimes(datetime(1980, 1, 6), datetime(2100, 1, 1), timezones=st.just(UTC))
spans = st.integers(-(10**15), 10**15).map(lambda count: timedelta(microseconds=count))
clocks = st.one_of(
    st.just(Clock()),
    times.map(Clock.fixed),
    spans.map(Clock.of),
    st.builds(lambda start, step: Clock(time=start, step=step), times, spans),
)


@pytest.mark.parametrize(
    ("utc", "gps"),
    [
        ("1980-01-06 00:00:00", 0),
        ("1999-12-31 23:59:59", 630720012),
        ("2000-01-01 12:00:00", 630763213),
        ("2015-06-30 00:00:00", 1119657616),
        ("2015-09-14 09:50:45.391", 1126259462.391),
        ("2016-12-31 12:00:00", 1167220817),
        ("2016-12-31 23:59:59", 1167264016),
        ("2017-01-01 00:00:00", 1167264018),
        ("2017-08-17 12:41:04.43", 1187008882.43),
        ("2024-08-24 02:14:40.43", 1408500898.43),
        ("2024-02-29 23:59:59.999999", 1393286417.999999),
    ],
)
def test_known_times_convert_both_ways(utc: str, gps: float) -> None:
    when = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert gps_from_utc(when) == gps
    assert utc_from_gps(gps) == when


def test_every_leap_second_adds_one_and_the_last_makes_18() -> None:
    for count, day in enumerate(LEAP_SECONDS):
        midnight = datetime.fromisoformat(day)
        assert gps_from_utc(midnight) - gps_from_utc(midnight - SECOND) == 2
        elapsed = (midnight - datetime(1980, 1, 6)).total_seconds()
        assert gps_from_utc(midnight) - elapsed == count + 1
    assert count + 1 == 18


def test_within_a_leap_second_the_day_has_not_ended() -> None:
    assert utc_from_gps(1167264016.5) == datetime(2016, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)
    assert utc_from_gps(1167264017.5) == datetime(2016, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)
    assert utc_from_gps("1167264017.999999").day == 31
    assert utc_from_gps(1167264018) == datetime(2017, 1, 1, tzinfo=UTC)


@given(times)
@example(datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
def test_microseconds_survive_the_way_to_gps_and_back(when: datetime) -> None:
    count = gps_microseconds(when)
    assert utc_from_gps(Decimal(count) / 10**6) == when
    assert utc_from_gps(f"{count // 10**6}.{count % 10**6:06d}") == when
    assert gps_from_utc(when) == count / 10**6
    assert abs(utc_from_gps(gps_from_utc(when)) - when) <= timedelta(microseconds=1)


@given(st.floats(0, 4e9))
@example(1000.0078125)
@example(5e-324)
def test_floats_are_rounded_as_python_rounds(gps: float) -> None:
    rounded = Decimal(str(round(gps, 6)))
    assert utc_from_gps(gps) == utc_from_gps(rounded)


def test_the_decimal_context_of_the_caller_does_not_matter() -> None:
    with localcontext(prec=3):
        assert utc_from_gps("1456419850.125001").microsecond == 125001


def test_naive_times_and_other_zones_are_understood() -> None:
    assert gps_from_utc(NOON.replace(tzinfo=None)) == gps_from_utc(NOON)
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert gps_from_utc(elsewhere) == gps_from_utc(NOON)
    assert server_text(elsewhere) == "2026-03-01 12:00:00 UTC"
    assert iso_text(elsewhere) == "2026-03-01T12:00:00.000000Z"


def test_times_before_the_gps_epoch_are_refused() -> None:
    with pytest.raises(ValueError, match="1980-01-06"):
        gps_from_utc(datetime(1980, 1, 5, 23, 59, 59))
    with pytest.raises(ValueError, match="1980-01-06"):
        gps_microseconds(datetime(1980, 1, 5, 23, 59, 59))
    with pytest.raises(ValueError, match="1980-01-06"):
        utc_from_gps(-1e-6)


@pytest.mark.parametrize(
    "gps",
    ["x", "", "NaN", "sNaN", "-1", "1e999999999", 1e300, float("inf"), True, None, [1], 10**400],
)
def test_what_is_no_gps_time_is_refused_at_once(gps: Any) -> None:
    with pytest.raises(ValueError, match="GPS"):
        utc_from_gps(gps)


def test_server_text_cuts_the_fraction_off() -> None:
    assert server_text(datetime(2026, 3, 1, 17, 4, 9, 999999)) == "2026-03-01 17:04:09 UTC"


def test_iso_text_always_has_six_decimals() -> None:
    assert iso_text(datetime(2026, 3, 1, 17, 4, 9)) == "2026-03-01T17:04:09.000000Z"
    assert iso_text(datetime(2026, 3, 1, 17, 4, 9, 120)) == "2026-03-01T17:04:09.000120Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_iso_text_is_read_back_exactly(when: datetime) -> None:
    assert parse_time(iso_text(when)) == when
    assert parse_time(iso_text(when)).tzinfo is UTC
    assert parse_time(server_text(when)) == when.replace(microsecond=0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-03-01 17:00:00", "2026-03-01T17:00:00.000000Z"),
        ("2026-03-01 17:00:00 UTC", "2026-03-01T17:00:00.000000Z"),
        ("2026-03-01 17:00:00.25 UTC", "2026-03-01T17:00:00.250000Z"),
        ("2026-03-01T17:00:00Z", "2026-03-01T17:00:00.000000Z"),
        ("2026-03-01T17:00:00.5Z", "2026-03-01T17:00:00.500000Z"),
        ("2026-03-01T17:00:00.123456789Z", "2026-03-01T17:00:00.123456Z"),
        ("2026-03-01T17:00:00.123456Z", "2026-03-01T17:00:00.123456Z"),
        ("2026-03-01T17:00:00+01:30", "2026-03-01T15:30:00.000000Z"),
        ("2026-03-01T17:00:00.5-0800", "2026-03-02T01:00:00.500000Z"),
        ("2026-03-01T17:00", "2026-03-01T17:00:00.000000Z"),
        ("  2026-03-01\n", "2026-03-01T00:00:00.000000Z"),
        (datetime(2026, 3, 1, 17), "2026-03-01T17:00:00.000000Z"),
        (1456419618, "2026-03-01T17:00:00.000000Z"),
        (1456419618.5, "2026-03-01T17:00:00.500000Z"),
        (Decimal("1456419618.000001"), "2026-03-01T17:00:00.000001Z"),
        ("1456419618.000001", "2026-03-01T17:00:00.000001Z"),
        (0, "1980-01-06T00:00:00.000000Z"),
    ],
)
def test_a_time_can_be_given_in_many_forms(value: Any, text: str) -> None:
    assert iso_text(parse_time(value)) == text
    assert parse_time(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "20260301",
        "12",
        "2026-W09-7T17:00:00.123456Z",
        "2026-03-01x17:00:00",
        "2026-03-01+01:00",
        "2026-03-01 17",
        "2026-03-01 17:00:00 CET",
        "٢٠٢٦-03-01",
        None,
        b"2026-03-01",
        [1456419618],
    ],
)
def test_what_is_no_time_is_refused_with_the_forms_that_are(value: Any) -> None:
    with pytest.raises(ValueError, match=r"2026-03-01 17:00:00.*GPS seconds"):
        parse_time(value)


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2026-03-01T25:00:00.000000Z", "2026-03-01 17:60", "9999-12-31T23:00:00-02:00"],
)
def test_a_day_or_hour_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="no such time"):
        parse_time(value)


def test_a_truth_value_is_no_time() -> None:
    with pytest.raises(ValueError, match="True"):
        parse_time(True)


def test_the_system_clock_runs() -> None:
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)
    assert Clock().kind == "system"


def test_an_offset_clock_is_ahead_of_the_system() -> None:
    clock = Clock.of(timedelta(days=-1))
    assert clock.kind == "offset"
    before = datetime.now(UTC)
    assert before <= clock.now(7) + timedelta(days=1) <= datetime.now(UTC)


def test_a_fixed_clock_stands_still_whatever_was_read() -> None:
    clock = Clock.of("2026-03-01 12:00:00")
    assert clock.kind == "fixed"
    assert clock.now() == clock.now(5) == NOON


def test_a_stepping_clock_is_later_at_every_reading() -> None:
    clock = Clock.stepping(NOON, 0.5)
    assert clock.kind == "stepping"
    assert [clock.now(tick) - NOON for tick in range(3)] == [0 * SECOND, 0.5 * SECOND, SECOND]


def test_clocks_are_made_of_what_users_write() -> None:
    clock = Clock.stepping(NOON, 1)
    assert Clock.of(clock) is clock
    assert Clock.of("system") == Clock()
    assert Clock.of(NOON) == Clock.of(gps_from_utc(NOON)) == Clock.fixed("2026-03-01 12:00:00 UTC")
    assert Clock.of(SECOND) == Clock(offset=SECOND)
    with pytest.raises(ValueError, match="GPS seconds"):
        Clock.of("fixed")


def test_equal_settings_are_equal_clocks() -> None:
    assert Clock.of(0 * SECOND) == Clock()
    assert Clock.stepping(NOON, 0) == Clock.fixed(NOON)
    assert hash(Clock.fixed(NOON)) == hash(Clock.fixed(NOON.replace(tzinfo=None)))
    assert Clock.fixed(NOON) != Clock.stepping(NOON, 1)


def test_a_clock_cannot_both_stand_and_follow_the_system() -> None:
    with pytest.raises(ValueError, match="offset"):
        Clock(time=NOON, offset=SECOND)
    with pytest.raises(ValueError, match="start"):
        Clock(step=SECOND)


def test_advancing_sets_every_kind_forward_and_back() -> None:
    assert Clock.fixed(NOON).advanced(30).now() == NOON + 30 * SECOND
    assert Clock.fixed(NOON).advanced(-30).now() == NOON - 30 * SECOND
    assert Clock.stepping(NOON, 1).advanced(30).now(2) == NOON + 32 * SECOND
    assert Clock().advanced(30) == Clock.of(30 * SECOND)
    assert Clock().advanced(30).advanced(-30) == Clock()


@pytest.mark.parametrize("clock", [Clock(), Clock.fixed(NOON), Clock.stepping(NOON, 1)])
@pytest.mark.parametrize("seconds", [1e12, -1e12, float("inf"), float("nan"), 10**400])
def test_a_clock_does_not_go_on_to_where_there_is_no_time(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="a clock cannot go on by"):
        clock.advanced(seconds)


def test_an_offset_leads_to_a_time() -> None:
    with pytest.raises(ValueError, match="from now is no time"):
        Clock.of(10**12 * SECOND)


def test_a_skipped_wait_moves_only_clocks_that_do_not_run() -> None:
    assert Clock.fixed(NOON).skipped(5) == Clock.fixed(NOON + 5 * SECOND)
    assert Clock.stepping(NOON, 1).skipped(5) == Clock.stepping(NOON + 5 * SECOND, 1)
    assert Clock().skipped(5) == Clock()
    assert Clock.of(SECOND).skipped(5) == Clock.of(SECOND)


@pytest.mark.parametrize(
    ("clock", "data"),
    [
        (Clock(), {"kind": "system"}),
        (Clock.fixed(NOON), {"kind": "fixed", "time": "2026-03-01T12:00:00.000000Z"}),
        (Clock.of(-1.5 * SECOND), {"kind": "offset", "seconds": -1.5}),
        (
            Clock.stepping(NOON, 1),
            {"kind": "stepping", "start": "2026-03-01T12:00:00.000000Z", "step": 1.0},
        ),
    ],
)
def test_the_json_of_each_kind_is_plain(clock: Clock, data: dict[str, Any]) -> None:
    assert clock.to_json() == data
    assert Clock.from_json(data) == clock


@given(clocks)
def test_a_setting_survives_json_and_pickle(clock: Clock) -> None:
    assert Clock.from_json(json.loads(json.dumps(clock.to_json()))) == clock
    assert pickle.loads(pickle.dumps(clock)) == clock


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "sundial"}, "sundial.*system, fixed, offset, stepping"),
        ({"kind": ["fixed"]}, "no clock"),
        ({}, "None"),
        ({"kind": "fixed"}, "keys kind, time"),
        ({"kind": "system", "time": "2026-03-01"}, "keys kind"),
        ({"kind": "fixed", "time": None}, "not a time"),
        ({"kind": "offset", "seconds": "5"}, "offset clock"),
        ({"kind": "offset", "seconds": float("nan")}, "NaN"),
        ({"kind": "stepping", "start": "2026-03-01", "step": 1e300}, "stepping clock"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Clock.from_json(data)
