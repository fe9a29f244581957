"""Archived objects of a few bytes, for tests of where and how they lie on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from fakegracedb.archive import ArchivedEvent, ArchivedFile, ArchivedSuperevent, Upload

__all__ = ["a_superevent", "an_event", "event_answer", "superevent_answer"]


def event_answer(graceid: str = "G0001", **more: Any) -> dict[str, Any]:
    return {
        "graceid": graceid,
        "submitter": "gstlal",
        "created": "2026-03-01 17:04:09 UTC",
        "group": "CBC",
        "pipeline": "gstlal",
        "search": "AllSky",
        "offline": False,
        "gpstime": 1456419837.25,
        "reporting_latency": 30.125,
        "far": 1e-9,
        "superevent": "S260301a",
        "labels": [],
        "extra_attributes": {},
        **more,
    }


def superevent_answer(superevent_id: str = "S260301a", **more: Any) -> dict[str, Any]:
    return {
        "superevent_id": superevent_id,
        "gw_id": None,
        "category": "Production",
        "created": "2026-03-01 17:04:30 UTC",
        "submitter": "emfollow",
        "preferred_event": "G0001",
        "em_type": None,
        "t_start": 1456419836.25,
        "t_0": 1456419837.25,
        "t_end": 1456419838.25,
        "gw_events": ["G0001"],
        "em_events": [],
        "labels": [],
        **more,
    }


def _file(folder: Path, name: str, version: int, content: bytes) -> ArchivedFile:
    folder.mkdir(parents=True, exist_ok=True)
    blob = f"{name},{version}"
    (folder / blob).write_bytes(content)
    return ArchivedFile(name, version, len(content), hashlib.sha256(content).hexdigest(), blob)


def an_event(folder: Path, graceid: str = "G0001", **more: Any) -> ArchivedEvent:
    """Give an event whose files lie in a folder that no archive has."""
    files = (_file(folder, "coinc.xml", 0, b"<a/>"), _file(folder, "coinc.xml", 1, b"<b/>"))
    return ArchivedEvent(
        id=graceid,
        source="playground",
        url="https://gracedb-playground.ligo.org/api/",
        folder=folder,
        answers={"object": event_answer(graceid), "logs": {"log": []}},
        unreadable={"permissions": 403},
        files=files,
        uploads=(Upload("Original Data", ("a",), "coinc.xml,0", 0.0),),
        **more,
    )


def a_superevent(folder: Path, superevent_id: str = "S260301a", note: bytes = b"hello") -> Any:
    """Give a superevent of one event."""
    return ArchivedSuperevent(
        id=superevent_id,
        source="playground",
        folder=folder,
        answers={"object": superevent_answer(superevent_id), "logs": {"log": []}},
        files=(_file(folder, "note.txt", 0, note),),
        events=(an_event(folder / "G0001"),),
    )
