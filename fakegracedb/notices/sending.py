"""Notices on their way: to brokers as SCiMMA's and GCN's carry them, to files and to commands."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

from ..alerts.sinks import CommandSink, LineSink, open_sink
from ..broker.targets import ForwardingError, LiveError
from ..errors import FakeGraceDbError
from ..regeneration.instants import BILLION
from ..regeneration.jsons import shift_json
from ..regeneration.shifting import Notes, Shift
from ..schemas import gwalert
from .records import Notice

__all__ = ["FORMS", "TOPIC", "Outlets", "check", "moved_to", "stream"]

TOPIC = "igwn.gwalert"
FORMS = ("avro", "json")


def check(notice: Notice) -> None:
    """Refuse a notice that readers would.

    Raises
    ------
    FakeGraceDbError
        If it breaks the JSON schema of its generation; the message says where.
    """
    problem = gwalert.problem(notice.to_json(), notice.schema)
    if problem is not None:
        raise FakeGraceDbError(f"{notice.name} breaks the schema {notice.schema}: {problem}")


class Outlets:
    """Where notices go, for the time of a block.

    Parameters
    ----------
    places : sequence of str
        As `fakegracedb.alerts.sinks.open_sink` takes them: ``stdout``, ``file:PATH``,
        ``pipe:PATH``, ``exec:COMMAND``, ``kafka://HOST:PORT``.
    topic : str
        Of brokers, whole; commands have it in ``FAKEGRACEDB_TOPIC``.
    form : {"avro", "json"}, optional
        How brokers and commands get them: as on SCiMMA with hop's headers, or as on GCN without
        any. None is Avro for brokers and JSON for commands. Lines are always JSON.
    timeout : float, optional
        For each run of a command [s].

    Raises
    ------
    ValueError
        If a place names none, or Avro is to go into lines.
    ForwardingError
        For brokers that serve real alerts, and for a real topic on another machine.
    """

    def __init__(
        self,
        places: Sequence[str],
        *,
        topic: str = TOPIC,
        form: str | None = None,
        timeout: float | None = None,
    ) -> None:
        if form not in (*FORMS, None):
            raise ValueError(f"there is no form {form!r} of notices, only {', '.join(FORMS)}")
        self._topic = topic
        self._form = form
        self._sinks: dict[str, Any] = {}
        with ExitStack() as stack:
            for place in places:
                opened = _opened(place, timeout, topic)
                sink = stack.enter_context(closing(opened))
                name = place
                if isinstance(sink, LineSink):
                    if form == "avro":
                        raise ValueError(f"{place} takes lines, and Avro is none: JSON goes there")
                elif not isinstance(sink, CommandSink):
                    sink.prepare([topic])  # for who listens before the first notice comes
                    name = f"{sink}/{topic}"
                self._sinks[name] = sink
            self._stack = stack.pop_all()

    @property
    def names(self) -> list[str]:
        """Where notices go, in words that may be kept: without passwords."""
        return list(self._sinks)

    def send(self, notice: Notice) -> None:
        """Send a notice everywhere, if it satisfies its schema; brokers have it then.

        Raises
        ------
        FakeGraceDbError
            If it does not, if something that it takes is not installed, or somebody refuses it.
        """
        check(notice)
        for sink in self._sinks.values():
            self._send(sink, notice)

    def _send(self, sink: Any, notice: Notice) -> None:
        uid = notice.record["superevent_id"]
        if isinstance(sink, LineSink):
            sink.write(json.dumps(notice.to_json()) + "\n")
        elif isinstance(sink, CommandSink):
            told = {"FAKEGRACEDB_TOPIC": self._topic, "FAKEGRACEDB_UID": uid}
            sink.run(_content(notice, self._form or "json"), told, notice.name)
        elif (self._form or "avro") == "avro":
            sink.send(self._topic, uid, notice.avro_bytes(), form="avro")
        else:
            sink.send(self._topic, uid, notice.json_bytes(), form=None)

    def __enter__(self) -> Outlets:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()


def _opened(place: str, timeout: float | None, topic: str) -> Any:
    try:
        return open_sink(place, timeout=timeout, live=False, topics=[topic])
    except LiveError as error:  # what alerts have for those who mean it, notices do not
        raise ForwardingError(error.plain) from None


def _content(notice: Notice, form: str) -> bytes:
    return notice.avro_bytes() if form == "avro" else notice.json_bytes()


def moved_to(notice: Notice, now: datetime) -> Notice:
    """Give a notice as if it were made now: its event and sky maps move by as many seconds."""
    made = datetime.fromisoformat(notice.record["time_created"])
    shift = Shift(round((now - made).total_seconds()) * BILLION)
    return notice.with_json(json.loads(shift_json(notice.json_bytes(), shift, Notes())))


def stream(
    rounds: Iterable[Sequence[Notice]],
    *,
    every: float = 3600.0,
    gap: float = 60.0,
    speed: float = 1.0,
    live: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Notice]:
    """Give notices when they are due, round after round.

    Parameters
    ----------
    rounds : iterable of sequences of Notice
        What each round consists of; it is asked for when its time has come.
    every : float
        From one round to the next [s].
    gap : float
        Between the notices of a round [s].
    speed : float
        How many times as fast; 0 does not wait.
    live : bool
        Whether each is given as if it were made when it is due (`moved_to`).
    sleep : callable
        How it waits.

    Raises
    ------
    ValueError
        For an impossible time.
    """
    if every <= 0 or gap < 0 or speed < 0:
        raise ValueError("the time between rounds is positive; gap and speed are not negative")
    return _streamed(rounds, every, gap, speed, sleep, live=live)


def _streamed(
    rounds: Iterable[Sequence[Notice]],
    every: float,
    gap: float,
    speed: float,
    sleep: Callable[[float], None],
    *,
    live: bool,
) -> Iterator[Notice]:
    began = time.monotonic()

    def wait_until(due: float) -> None:
        left = began + due / speed - time.monotonic() if speed else 0.0
        if left > 0:
            sleep(left)

    source = iter(rounds)
    turn = 0
    while True:
        wait_until(turn * every)  # from the beginning, so that nothing adds up
        notices = next(source, None)
        if notices is None:
            return
        for place, notice in enumerate(notices):
            wait_until(turn * every + place * gap)
            yield moved_to(notice, datetime.now(UTC)) if live else notice
        turn += 1
