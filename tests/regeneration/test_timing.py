import threading
from fractions import Fraction

import pytest

from fakegracedb.errors import RegenerationError
from fakegracedb.regeneration.instants import BILLION, decimal_seconds, nanoseconds_of
from fakegracedb.regeneration.timing import (
    Pace,
    StoppedError,
    WallTime,
    choose_delta,
    pace_factor,
)

OLD = nanoseconds_of("1338848303.7873")
NOW = nanoseconds_of("1500000000.25")


class Hand:
    """A clock that tells by how much it was set forward."""

    def __init__(self) -> None:
        self.time = 0
        self.waits: list[int] = []

    def now(self) -> int:
        return self.time

    def wait_until(self, due: int) -> None:
        self.waits.append(max(0, due - self.time))
        self.time = max(self.time, due)

    def finish(self) -> None:
        pass


@pytest.mark.parametrize(
    ("wanted", "delta"),
    [
        ({"at": 1400000000}, "61151696.2127"),
        ({"at": "1400000000.5"}, "61151696.7127"),
        ({"at": "2024-05-18T16:53:02Z"}, "61238096.2127"),
        ({}, "161151696.4627"),
        ({"at": "now"}, "161151696.4627"),
        ({"at": "+10.5"}, "161151706.9627"),
        ({"shift": "-86400.000000001"}, "-86400.000000001"),
        ({"shift": 0}, "0"),
        ({"at": 1400000000, "sidereal": True}, "61090340.1645"),
        ({"shift": -1, "sidereal": True}, "-86164.0905"),
    ],
)
def test_the_shift_is_chosen_by_the_new_time_or_given(wanted: dict[str, str], delta: str) -> None:
    assert decimal_seconds(choose_delta(OLD, NOW, **wanted)) == delta  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"at": 1400000000, "shift": 1}, "cannot both be given"),
        ({"at": "noon"}, "not a time"),
        ({"shift": "much"}, "not a number of seconds"),
        ({"shift": "0.0000000001"}, "more digits than nanoseconds"),
        ({"shift": "-1e10"}, "before 1980"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused(wanted: dict[str, str], problem: str) -> None:
    with pytest.raises(RegenerationError, match=problem):
        choose_delta(OLD, NOW, **wanted)  # type: ignore[arg-type]


def test_long_delays_are_shrunk_and_never_stretched() -> None:
    delays = [0, 2, 1746, 3031]
    factor = pace_factor(delays[-1] * BILLION, max_delay=10)
    shrunk = [float(delay * factor) for delay in delays]
    assert shrunk == pytest.approx([0, 0.0066, 5.7605, 10], abs=1e-4)
    assert pace_factor(5 * BILLION, max_delay=10) == 1
    assert pace_factor(5 * BILLION, max_delay=0) == 0
    assert pace_factor(0, max_delay=0) == 1
    assert pace_factor(5 * BILLION, speed="2.5") == Fraction(2, 5)
    assert pace_factor(100 * BILLION, speed=2, max_delay=10) == Fraction(1, 10)
    for bad in ({"speed": 0}, {"max_delay": -1}):
        with pytest.raises(RegenerationError):
            pace_factor(1, **bad)  # type: ignore[arg-type]


def test_time_that_was_spent_already_is_not_waited_for() -> None:
    clock = Hand()
    pace = Pace(clock, reference=100, start=0)
    pace.wait(110)
    clock.time += 15  # a slow upload
    pace.wait(120)
    pace.wait(140)
    assert clock.waits == [10, 0, 15]


def test_word_that_is_no_time_is_answered_with_all_that_is_one() -> None:
    with pytest.raises(RegenerationError, match=r"what can be given: .*; now; or \+SECONDS"):
        choose_delta(0, 0, at="yesterday")


def test_a_wait_can_be_capped() -> None:
    clock = Hand()
    pace = Pace(clock, reference=0, start=0, longest=300)
    for source in (0, 100, 2000, 2050):
        pace.wait(source)
    assert clock.waits == [0, 100, 300, 50]


def test_waiting_ends_at_once_when_asked_to() -> None:
    stop = threading.Event()
    clock = WallTime(stop)
    stop.set()
    with pytest.raises(StoppedError):
        clock.wait_until(clock.now() + 10**15)
