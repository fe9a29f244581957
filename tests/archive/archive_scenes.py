"""Servers that are fetched from: the small store of the sample data, and what is asked of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb
from fakegracedb.documents import Signoff

SMALL_STORE = Path(__file__).parents[2] / "fixtures" / "store"

__all__ = ["SMALL_STORE", "copied_store", "furnish", "furnished", "same_archive", "source"]


def copied_store(place: Path) -> Path:
    """Copy the small store, which is under git, to where it can be worked with."""
    return Path(shutil.copytree(SMALL_STORE, place))


def same_archive(one: Any, other: Any) -> bool:
    """Whether two archived objects are the same, but for where they lie and when they came."""
    return _plain(one) == _plain(other)


def _plain(archived: Any) -> Any:
    plain = {k: v for k, v in vars(archived).items() if k not in ("folder", "fetched", "events")}
    return {**plain, "events": [_plain(event) for event in getattr(archived, "events", ())]}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FakeGraceDb]:
    """A client of a server with a superevent, and events of several kinds."""
    with FakeGraceDb(store=copied_store(tmp_path / "source"), waits="skip") as client:
        yield client


S, G, E, T = "S260301a", "G0001", "E0005", "T0002"


def furnish(client: FakeGraceDb) -> None:
    """Add to the small store what it lacks, so that there is one of everything."""
    store = client.store
    old = FakeGraceDb(api_version="v1", store=store, waits="skip")
    with old:
        for kind in ("preliminary", "retraction"):
            old.create_voevent(S, kind, internal=False, ProbHasNS=0.5, raven_coinc=True)
        old.write_emobservation(
            S, "Test", [10.0, 11.0], 1.0, [1.0, 2.0], 0.5, ["2026-03-01T18:00:00"] * 2, [60, 61],
            comment="seen nothing",
        )  # fmt: skip
        old.post(
            f"{old.links['self']}events/{T}/embb/",
            data={
                "group": "Test", "instrument": "i", "footprintID": "f", "waveband": "em.gamma",
                "raList": "10", "raWidthList": "1", "decList": "20", "decWidthList": "2",
                "gpstimeList": "1456419600", "durationList": "60", "comment": "c",
                "extra_info_dict": "{}", "eel_status": "FO", "obs_status": "TE",
            },
        )  # fmt: skip
    client.clock.advance(5)
    for name, content in (
        ("notes on the sky.txt", b"a"), ("NOTES on the sky.txt", b"b"), ("nul.txt", b"c"),
        ("100%.txt", b"%"), ("größe.txt", b"d"), ("notes on the sky.txt", b"e" * 70000),
        ("packed.json.gz", b"\x1f\x8bnot really"),
    ):  # fmt: skip
        for object_id in (S, G):
            client.write_log(object_id, f"<b>{name}</b>\n\tsecond line", name, content)
        client.clock.advance(1.25)
    client.write_log(S, "tagged", tag_name="odd_one", displayName="An odd one")
    client.write_log(G, "tagged", tag_name=["odd_one", "public", "sky_loc"])
    client.write_log(S, "tagged again", tag_name=["odd_two", "odd_one"])
    client.write_label(S, "H1OPS")
    groups = ["internal_users", "h1_control_room"]
    with old.as_user("ada.lovelace@ligo.org", groups) as operator:
        operator.create_signoff(S, "OP", "NO", "A lorry", instrument="H1")
    client.write_label(S, "GCN_PRELIM_SENT")
    client.put(f"{client.links['self']}events/{G}/perms/lvem_users/view")
    with store.transaction("by hand") as tx:
        event = tx.event(G)
        assert event is not None
        signoff = Signoff("OP", "L1", "OK", "ada.lovelace@ligo.org", "Quiet")
        tx.put_event(replace(event, signoffs=(signoff,), replay_id="o4-1"))


@pytest.fixture
def furnished(source: FakeGraceDb) -> FakeGraceDb:
    """A client of a server with one of everything."""
    furnish(source)
    return source
