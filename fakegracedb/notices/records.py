"""The record of a notice, built from a superevent, its preferred event and the files of both."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..clock import utc_from_gps
from ..errors import FakeGraceDbError

__all__ = ["KINDS", "SCHEMAS", "Notice", "build"]

#: What can be asked for, and the `alert_type` of the record.
KINDS = {
    "earlywarning": "EARLYWARNING",
    "less-significant": "PRELIMINARY",
    "preliminary": "PRELIMINARY",
    "initial": "INITIAL",
    "update": "UPDATE",
    "retraction": "RETRACTION",
}
#: What each generation of the schema lacks of the newest one's event.
SCHEMAS: dict[str, frozenset[str]] = {
    "1.3": frozenset(),
    "1.0": frozenset({"mchirp_source"}),
    "early": frozenset({"mchirp_source", "significant", "duration", "central_frequency"}),
}
_FIRST = ("earlywarning", "less-significant", "preliminary")  # may take files of the event
_SKY_MAPS = (("event", "skymap"), ("external_coinc", "combined_skymap"))
_LARGEST = 2**31 - 1  # of a number in Avro's int
_API = re.compile(r"/api/(?:v\d+/)?")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice.

    Attributes
    ----------
    record : dict
        As readers of Avro get it: sky maps are bytes.
    kind : str
        What was asked for: one of `KINDS`.
    schema : {"1.3", "1.0", "early"}
        Which generation it belongs to.
    files : dict of str to str
        The files that it was made from, by what they are for, with their versions.
    """

    record: dict[str, Any]
    kind: str
    schema: str
    files: Mapping[str, str]

    @property
    def name(self) -> str:
        """What its file is called, without an extension."""
        return f"{self.record['superevent_id']}-{self.record['alert_type'].lower()}"

    def to_json(self) -> dict[str, Any]:
        """Give the form of the Kafka topics in JSON: sky maps are text in base64."""
        data = {**self.record}
        for part, key in _SKY_MAPS:
            inner = data[part]
            if inner is not None and inner[key] is not None:
                data[part] = {**inner, key: base64.b64encode(inner[key]).decode()}
        return data

    def with_json(self, data: Mapping[str, Any]) -> Notice:
        """Give the notice that has this form, otherwise like this one."""
        record = {**data}
        for part, key in _SKY_MAPS:
            inner = record[part]
            if inner is not None and inner[key] is not None:
                record[part] = {**inner, key: base64.b64decode(inner[key])}
        return replace(self, record=record)

    def json_bytes(self) -> bytes:
        """Give its JSON text."""
        return json.dumps(self.to_json()).encode()

    def avro_bytes(self) -> bytes:
        """Give its Avro file.

        Raises
        ------
        FakeGraceDbError
            If fastavro is missing.
        """
        from .avro import avro_bytes

        return avro_bytes(self.record, self.schema)


def build(
    client: Any,
    superevent_id: str,
    kind: str = "preliminary",
    *,
    schema: str = "1.3",
    time_created: datetime | None = None,
) -> Notice:
    """Build a notice of a superevent as it is now.

    Parameters
    ----------
    client : GraceDb
        Of a server, real or fake.
    superevent_id : str
        The superevent.
    kind : str
        One of `KINDS`: a type, or ``less-significant``.
    schema : {"1.3", "1.0", "early"}
        Which generation's keys it has.
    time_created : datetime, optional
        UTC; by the clock of a fake client unless given, else by the machine's.

    Raises
    ------
    ValueError
        For a kind or schema that there is not.
    FakeGraceDbError
        If nothing may be published (label INJ), or the schema could not hold it.

    Notes
    -----
    Of files with the right tags the last one in the superevent's log counts. A first notice takes
    from the preferred event what the superevent does not have yet.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind!r} of notices, only {', '.join(KINDS)}")
    if schema not in SCHEMAS:
        raise ValueError(f"there is no schema {schema!r} of notices, only {', '.join(SCHEMAS)}")
    superevent = client.superevent(superevent_id).json()
    if "INJ" in superevent["labels"]:
        raise FakeGraceDbError(f"{superevent_id} has the label INJ: nothing is published of it")
    files = _Files(client, superevent, first=kind in _FIRST)
    retracted = kind == "retraction"
    record = {
        "alert_type": KINDS[kind],
        "time_created": _now(client, time_created),
        "superevent_id": superevent["superevent_id"],
        "urls": {"gracedb": _API.sub("/", superevent["links"]["self"], count=1) + "view/"},
        "event": None if retracted else _event(superevent, files, schema, kind),
        "external_coinc": None if retracted else _coincidence(client, superevent, files, schema),
    }
    return Notice(record, kind, schema, files.used)


def _now(client: Any, said: datetime | None) -> str:
    clock = getattr(client, "clock", None)
    now = said or (clock.now() if clock is not None else datetime.now(UTC))
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Files:
    """The files of a superevent and its preferred event that belong into a notice."""

    def __init__(self, client: Any, superevent: Mapping[str, Any], *, first: bool) -> None:
        self._client = client
        self._id = superevent["superevent_id"]
        preferred = superevent["preferred_event_data"]
        self._graceid = preferred["graceid"] if first else None
        self.pipeline = preferred["pipeline"].lower()
        self._logs = client.logs(superevent["gw_id"] or self._id).json()["log"]
        self.used: dict[str, str] = {}

    def last(self, what: str, fits: Any, of_event: str = "") -> bytes | None:
        """Give the last file of the log that fits, else one of the preferred event."""
        for log in sorted(self._logs, key=lambda one: -one["N"]):
            if log["filename"] and fits(log["filename"], set(log["tag_names"])):
                return self._read(what, self._id, f"{log['filename']},{log['file_version']}")
        if self._graceid is not None and of_event in self._client.files(self._graceid).json():
            return self._read(what, self._graceid, of_event)
        return None

    def _read(self, what: str, of: str, name: str) -> bytes:
        content: bytes = self._client.files(of, name).read()
        self.used[what] = f"{of}/{name}"
        return content

    def json(self, what: str, fits: Any, of_event: str = "") -> Any:
        """Give the JSON of a file, None where there is none."""
        content = self.last(what, fits, of_event)
        if content is None:
            return None
        try:
            return json.loads(content)
        except ValueError as error:
            raise FakeGraceDbError(f"{self.used[what]} is not JSON: {error}") from error


def _event(superevent: Mapping[str, Any], files: _Files, schema: str, kind: str) -> dict[str, Any]:
    preferred = superevent["preferred_event_data"]
    group, search = preferred["group"], preferred["search"]
    for name, value in (("far", superevent["far"]), ("search", search)):
        if value is None:
            raise FakeGraceDbError(
                f"{superevent['superevent_id']} has no {name}, which every notice but a "
                "retraction tells"
            )
    burst = group == "Burst"
    p_astro = "" if search == "SSM" else f"{files.pipeline}.p_astro.json"
    skymap = f"{files.pipeline}.multiorder.fits" if burst else "bayestar.multiorder.fits"
    if files.pipeline == "aframe":
        skymap = "amplfi.multiorder.fits"
    event = {
        "time": _milliseconds(superevent["t_0"]),
        "far": superevent["far"],
        "significant": kind != "less-significant",
        "instruments": sorted(filter(None, preferred["instruments"].split(","))),
        "group": "CBC" if burst and search == "BBH" else group,
        "pipeline": preferred["pipeline"],
        "search": search,
        "properties": files.json("em_bright", _is_em_bright, "em_bright.json") or {},
        "classification": files.json("p_astro", _is_p_astro, p_astro) or {},
        "mchirp_source": files.json(
            "mchirp_source", lambda name, _: name == "mchirp_source.json", "mchirp_source.json"
        ),
        **_burst(preferred if burst else None),
        "skymap": files.last("skymap", _is_skymap, skymap),
    }
    return {key: value for key, value in event.items() if key not in SCHEMAS[schema]}


def _milliseconds(gps: float) -> str:
    when = utc_from_gps(gps) + timedelta(microseconds=500)  # rounded, not cut
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def _is_skymap(name: str, tags: set[str]) -> bool:
    return (
        {"sky_loc", "public"} <= tags
        and name.endswith(".multiorder.fits")
        and "combined" not in name
    )


def _is_em_bright(name: str, tags: set[str]) -> bool:
    return "em_bright" in tags and name.endswith(".json")


def _is_p_astro(name: str, tags: set[str]) -> bool:
    return {"p_astro", "public"} <= tags and name.endswith(".json")


def _is_combined(name: str, tags: set[str]) -> bool:
    return {"sky_loc", "ext_coinc"} <= tags and name.startswith("combined-ext.")


def _burst(event: Mapping[str, Any] | None) -> dict[str, float | None]:
    """Give what only bursts have: how long they were, and at which frequency."""
    if event is None:
        return {"duration": None, "central_frequency": None}
    extra = event["extra_attributes"]
    for name in ("MultiBurst", "MLyBurst"):
        if name in extra:
            row = extra[name]
            return {"duration": row["duration"], "central_frequency": row["central_freq"]}
    if "LalInferenceBurst" in extra:
        row = extra["LalInferenceBurst"]
        frequency, quality = row["frequency_mean"], row["quality_mean"]
        duration = quality / (2 * math.pi * frequency) if frequency and quality else None
        return {"duration": duration, "central_frequency": frequency}
    raise FakeGraceDbError(f"notices tell nothing of bursts of the pipeline {event['pipeline']}")


def _coincidence(
    client: Any, superevent: Mapping[str, Any], files: _Files, schema: str
) -> dict[str, Any] | None:
    if "RAVEN_ALERT" not in superevent["labels"] or superevent["em_type"] is None:
        return None
    external = client.event(superevent["em_type"]).json()
    burst = external["extra_attributes"].get("GRB", {})
    notice_id: str | int = burst.get("trigger_id") or ""
    if str(notice_id).isdecimal() and int(notice_id) <= _LARGEST:
        notice_id = int(notice_id)
    elif schema != "1.3":
        raise FakeGraceDbError(
            f"the schema {schema} holds only numbers of external notices, not {notice_id!r}"
        )
    return {
        "gcn_notice_id": notice_id,
        "ivorn": burst.get("ivorn") or "",
        "observatory": external["pipeline"],
        "search": external["search"] or "",
        "time_difference": round(external["gpstime"] - superevent["t_0"], 2),
        "time_coincidence_far": superevent["time_coinc_far"],
        "time_sky_position_coincidence_far": superevent["space_coinc_far"],
        "combined_skymap": files.last("combined_skymap", _is_combined),
    }
