"""How quick calls on superevents are, beside canned answers of other doubles."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import requests_mock
from ligo.gracedb.rest import GraceDb
from measuring import fresh, medians, report
from pytest_httpserver import HTTPServer

from fakegracedb import FakeGraceDb, samples

__all__ = ["superevents"]

SERVER = "https://gracedb.ligo.org/api/"
_EVENTS = 10
_READS = 1500
_WRITES = 250  # of each kind
_COINC = samples.coinc_xml()
_LABELS = ("EM_READY", "SKYMAP_READY", "PASTRO_READY", "EMBRIGHT_READY", "GCN_PRELIM_SENT")

logging.getLogger("werkzeug").setLevel(logging.ERROR)


def event(client: FakeGraceDb) -> str:
    """Upload an event, and give its graceid."""
    answer = client.create_event("Test", "gstlal", "coinc.xml", filecontents=_COINC)
    graceid: str = answer.json()["graceid"]
    return graceid


def create(client: GraceDb, graceid: str, **more: Any) -> Any:
    """Make a superevent of an event."""
    return client.create_superevent(
        1399999999.25, 1400000000.25, 1400000001.25, graceid, category="test", **more
    )


def superevents() -> None:
    """superevent() with ten events beside requests-mock; changes beside pytest-httpserver."""
    with ExitStack() as stack:
        fake = fresh(stack)
        reading(fake)
        changing(fake, stack)
        assert fake.store.check() == []


def reading(fake: FakeGraceDb) -> None:
    """Read a superevent of ten events."""
    members = [event(fake) for _ in range(_EVENTS)]
    name = create(fake, members[0], events=members[1:]).json()["superevent_id"]
    answer = fake.superevent(name)
    assert len(answer.json()["gw_events"]) == _EVENTS
    mocked = GraceDb(SERVER, force_noauth=True)
    mocked._service_info = fake.get(SERVER).json()
    mock = requests_mock.Mocker(session=mocked)
    mock.get(answer.url, content=answer.content, headers=dict(answer.headers))
    with mock:
        ours, theirs = medians(
            _READS, lambda: fake.superevent(name), lambda: mocked.superevent(name)
        )
    print(f"        superevent(): {ours * 1e6:.0f} us, requests-mock {theirs * 1e6:.0f}")
    report("superevent() of ten events / requests-mock", ours / theirs, 1.2)


def changing(fake: FakeGraceDb, stack: ExitStack) -> None:
    """Create superevents, label and confirm them."""
    graceids = [event(fake) for _ in range(_WRITES + 2)]
    made = create(fake, graceids.pop())
    names = [made.json()["superevent_id"]]
    labelled = fake.write_label(names[0], "DQV")
    confirmed = fake.confirm_superevent_as_gw(names[0])
    server = HTTPServer(port=0)
    server.start()
    stack.callback(server.stop)
    path = f"/api/superevents/{names[0]}/"
    for place, status, answer in (
        ("/api/superevents/", 201, made),
        (f"{path}labels/", 201, labelled),
        (f"{path}confirm-as-gw/", 200, confirmed),
    ):
        assert answer.status_code == status
        server.expect_request(place, method="POST").respond_with_data(
            answer.content, status=status, content_type="application/json"
        )
    base = server.url_for("/api/")
    real = GraceDb(base, force_noauth=True)
    real._service_info = FakeGraceDb(base, store=fake.store).service_info
    known = names[0]

    def creation() -> None:
        names.append(create(fake, graceids.pop()).json()["superevent_id"])

    def told(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
        ours_took, theirs_took = medians(_WRITES, ours, theirs)
        print(f"        {what}: {ours_took * 1e3:.2f} ms, httpserver {theirs_took * 1e3:.2f}")
        report(f"{what} / pytest-httpserver", ours_took / theirs_took, 1.0)

    told("create_superevent", creation, lambda: create(real, "T0001").json())
    label_on = iter([(name, label) for name in names[1:] for label in _LABELS])
    told(
        "write_label on a superevent",
        lambda: fake.write_label(*next(label_on)),
        lambda: real.write_label(known, "DQV"),
    )
    left = iter(names[1:])
    told(
        "confirm_superevent_as_gw",
        lambda: fake.confirm_superevent_as_gw(next(left)),
        lambda: real.confirm_superevent_as_gw(known),
    )
