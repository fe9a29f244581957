"""Rows of answers → the numbered records that hang on an object: log entries, VOEvents, …."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ..clock import iso_text, parse_time
from ..documents import EMBBLog, EMObservation, Footprint, Log, Notice, VOEvent
from ..documents.embb import LISTS
from ..vocabulary import Vocabulary

__all__ = [
    "UNKNOWN",
    "embb_log",
    "emobservation",
    "given",
    "log_document",
    "notice",
    "time_text",
    "voevent",
]

UNKNOWN = "unknown"  # a user of whom nobody tells

D = TypeVar("D")


def time_text(value: str) -> str:
    """Give a time as documents hold it; servers write ``… UTC`` or ISO with an offset."""
    return iso_text(parse_time(value))


def given(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Give the members of an answer that are there and not null."""
    return {name: data[name] for name in names if data.get(name) is not None}


def _issuer(row: Mapping[str, Any]) -> str:
    """Give who wrote an entry; servers of 2017 answered an object with the name in it."""
    issuer = row.get("issuer")
    name = issuer.get("username") if isinstance(issuer, Mapping) else issuer
    return name or UNKNOWN


def log_document(row: Mapping[str, Any]) -> Log:
    """Give a log entry."""
    return Log(
        N=row["N"],
        comment=row["comment"],
        created=time_text(row["created"]),
        issuer=_issuer(row),
        filename=row.get("filename") or "",
        file_version=row.get("file_version"),
        tags=tuple(row.get("tag_names") or ()),
    )


def _record(kind: type[D]) -> Callable[[Mapping[str, Any]], D]:
    """Give what reads a record whose keys are those of its document."""
    names = [one.name for one in fields(kind) if one.name != "unknown"]  # type: ignore[arg-type]

    def document(row: Mapping[str, Any]) -> D:
        found = given(row, names)
        found["created"] = time_text(row["created"])
        found["issuer"] = row.get("issuer") or UNKNOWN
        if "voevent_type" in names:
            # not to be read by everybody: one that is not told is not taken for internal
            found.setdefault("internal", False)
        return kind(**found)

    return document


voevent: Callable[[Mapping[str, Any]], VOEvent] = _record(VOEvent)
notice: Callable[[Mapping[str, Any]], Notice] = _record(Notice)


def emobservation(row: Mapping[str, Any]) -> EMObservation:
    """Give an observation; the newest of its footprints is answered first."""
    footprints = sorted(row.get("footprints") or (), key=lambda one: int(one["N"]))
    return EMObservation(
        N=row["N"],
        created=time_text(row["created"]),
        submitter=row.get("submitter") or UNKNOWN,
        group=row["group"],
        comment=row.get("comment") or "",
        footprints=tuple(
            Footprint(
                ra=one["ra"],
                dec=one["dec"],
                ra_width=one["raWidth"],
                dec_width=one["decWidth"],
                start_time=time_text(one["start_time"]),
                exposure_time=one["exposure_time"],
            )
            for one in footprints
        ),
    )


_EMBB_TEXTS = {"instrument": "instrument", "footprintID": "footprint_id", "comment": "comment"}


def embb_log(row: Mapping[str, Any], names: Vocabulary) -> EMBBLog:
    """Give an entry of the EMBB log; its codes are answered in words."""
    said: dict[str, Any] = {kept: row.get(key) or "" for key, kept in _EMBB_TEXTS.items()}
    said["extra_info"] = row.get("extra_info_dict") or ""
    for key, kept in LISTS.items():
        said[kept] = tuple(row.get(key) or ())
    for key, codes in (("eel_status", names.eel_statuses), ("obs_status", names.obs_statuses)):
        shown = {words: code for code, words in codes.items()}
        said[key] = shown.get(row[key], row[key])
    return EMBBLog(
        N=row["N"],
        created=time_text(row["created"]),
        submitter=row.get("submitter") or UNKNOWN,
        group=row["group"],
        waveband=row["waveband"],
        **said,
    )
