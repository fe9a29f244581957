"""What alerts cost: the writer to whom somebody listens, and how soon they hear."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack

from measuring import fresh, medians, report

from fakegracedb import FakeGraceDb, samples
from fakegracedb.alerts import Follower
from fakegracedb.store import Transaction

__all__ = ["alerting"]

_WRITES = 600
_SOON = 0.3  # ms
_COINC = samples.coinc_xml("1456419850.125")


def _event(client: FakeGraceDb) -> str:
    made = client.create_event("CBC", "gstlal", "c.xml", filecontents=_COINC, search="AllSky")
    graceid: str = made.json()["graceid"]
    return graceid


def alerting() -> None:
    """write_log with a subscriber beside one without; from the commit to the callback; a fold."""
    with ExitStack() as stack:
        quiet, heard = fresh(stack), fresh(stack)
        of_quiet, of_heard = _event(quiet), _event(heard)
        told: list[float] = []
        heard.alerts.subscribe(
            lambda topic, payload: told.append(time.perf_counter()), "cbc_gstlal"
        )
        without, with_one = medians(
            _WRITES,
            lambda: quiet.write_log(of_quiet, "hello"),
            lambda: heard.write_log(of_heard, "hello"),
        )
        report("write_log with a subscriber, to one without", with_one / without, 1.3)
        report("from the commit to the callback", _latency(heard, of_heard, told), _SOON, "ms")
        _fold(heard)


def _latency(client: FakeGraceDb, graceid: str, told: list[float]) -> float:
    """Give the median time from the end of a commit to the callback [ms]."""
    committed: list[float] = []
    commit = Transaction.commit

    def noted(self: Transaction) -> None:
        commit(self)
        committed.append(time.perf_counter())

    Transaction.commit = noted  # type: ignore[method-assign]
    try:
        told.clear()
        for _ in range(_WRITES):
            client.write_log(graceid, "hello")
    finally:
        Transaction.commit = commit  # type: ignore[method-assign]
    assert len(told) == len(committed) == _WRITES
    return statistics.median(b - a for a, b in zip(committed, told, strict=True)) * 1e3


def _fold(client: FakeGraceDb) -> None:
    """Fold a whole journal from its beginning."""
    began = time.perf_counter()
    alerts = Follower(client.store, 0).read(1 << 40)
    each = (time.perf_counter() - began) / len(alerts)
    assert [one.seq for one in alerts] == list(range(1, len(alerts) + 1))
    report(
        f"an alert of a journal with {len(alerts)} read from its beginning", each * 1e3, 0.5, "ms"
    )
