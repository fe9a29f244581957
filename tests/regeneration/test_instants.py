import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakegracedb.regeneration.instants import (
    SIDEREAL_DAY,
    decimal_seconds,
    exact_number,
    gmst,
    nanoseconds_of,
    shift_days,
    shift_iso,
    shift_number,
    shift_truncated_day,
)
from fakegracedb.regeneration.report import sky_rotation

# the vectors of the specification
V1 = nanoseconds_of("61151696.2127")

DELTAS = st.integers(-(10**17), 10**17)  # ns: three years


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1338848303.808759474", "1400000000.021459474"),
        ("1338848303.815623876", "1400000000.028323876"),
        ("1338848303.73046875", "1399999999.94316875"),
        ("1338848311", "1400000007.2127"),
        ("1338848302.808759", "1399999999.021459"),
        ("1338848304.869315", "1400000001.082015"),
    ],
)
def test_exact_numbers_get_the_digits_that_it_takes(old: str, new: str) -> None:
    assert exact_number(old, V1) == new
    assert exact_number(new, -V1) == old


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        ("1338848303.808759474", 51639.27977287667),
        ("1338848303.815623876", 51639.27977337722),
        ("1400000000.021459474", 56098.53230825),
    ],
)
def test_sidereal_time_is_that_of_the_columns_of_event_files(gps: str, expected: float) -> None:
    assert gmst(nanoseconds_of(gps)) == pytest.approx(expected, abs=1e-8, rel=0)


def test_a_number_keeps_its_decimals() -> None:
    assert shift_number("1338848303.7875", V1) == "1400000000.0002"
    assert shift_number("1338848196.0000", V1) == "1399999892.2127"
    assert shift_number("1338848196", V1) == "1399999892"


@pytest.mark.parametrize(
    ("old", "seconds", "new"),
    [
        ("2022-06-09T22:18:05.78", "61151696.2127", "2024-05-17T16:53:01.99"),
        ("2022-03-17T14:37:25.840", "15.0", "2022-03-17T14:37:40.840"),
        ("2018-09-18T16:00:01.00Z", "43200", "2018-09-19T04:00:01.00Z"),
        ("2016-12-31 23:59:59 UTC", "1", "2016-12-31 23:59:60 UTC"),
        ("2016-12-31T23:59:59", "2", "2017-01-01T00:00:00"),
        ("2016-12-31T23:59:60.5Z", "0.5", "2017-01-01T00:00:00.0Z"),
        ("2016-12-30", "432000", "2017-01-04"),
        ("2016-12-30T12:00Z", "432000", "2017-01-04T12:00Z"),
    ],
)
def test_times_in_utc_move_by_way_of_gps(old: str, seconds: str, new: str) -> None:
    assert shift_iso(old, nanoseconds_of(seconds)) == new
    assert shift_iso(new, -nanoseconds_of(seconds)) == old


def test_days_keep_their_decimals() -> None:
    assert shift_days("59739.929224537", V1) == "60447.703486258"
    assert shift_truncated_day("18379", "57601.00", nanoseconds_of(43200)) == ("18380", "14401.00")


def test_whole_sidereal_days_turn_the_sky_by_whole_turns() -> None:
    delta = V1 // SIDEREAL_DAY * SIDEREAL_DAY
    assert decimal_seconds(delta) == "61090340.1645"
    old = nanoseconds_of("1338848303.7873")
    assert abs(sky_rotation(old, old + delta)) < 360e-6
    assert abs(sky_rotation(old, old + V1)) > 1


@given(gps=st.decimals("8e8", "1.9e9", places=5), delta=DELTAS)
def test_numbers_come_back(gps: object, delta: int) -> None:
    text = str(gps)
    assert shift_number(shift_number(text, delta), -delta) == text


@given(when=st.datetimes(), places=st.integers(0, 6), delta=DELTAS)
def test_times_in_utc_come_back(when: object, places: int, delta: int) -> None:
    text = f"{when:%Y-%m-%dT%H:%M:%S.%f}".zfill(26)[: 20 + places].rstrip(".") + "Z"
    try:
        moved = shift_iso(text, delta)
    except ValueError as error:
        assert "leave the calendar" in str(error)  # noqa: PT017 - only at both ends of time
        return
    assert shift_iso(moved, -delta) == text


@given(day=st.integers(12000, 30000), second=st.decimals(0, "86399.99", places=2), delta=DELTAS)
def test_truncated_days_come_back(day: int, second: object, delta: int) -> None:
    days, seconds = shift_truncated_day(str(day), str(second), delta)
    assert shift_truncated_day(days, seconds, -delta) == (str(day), str(second))


@pytest.mark.parametrize("text", ["", "noon", "2022-13-01", "2022-01-01T25:00:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        shift_iso(text, 1)


def test_a_shift_finer_than_nanoseconds_is_refused() -> None:
    with pytest.raises(ValueError, match="more digits than nanoseconds"):
        nanoseconds_of("0.0000000001")
