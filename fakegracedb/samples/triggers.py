"""The tables of a coincidence: its single triggers, and what holds them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fakegracedb.documents.attributes import TABLES

from . import checks
from .binaries import symmetric_mass_ratio
from .ligolw import Ids, table
from .signals import Signal
from .times import gps_split

__all__ = ["SINGLE_COLUMNS", "Coincidence", "Trigger", "coinc_tables", "process_table"]

_REAL_8 = ("end_time_gmst", "template_duration", "event_duration", "sigmasq")
_TYPES = {"str": "lstring", "int": "int_4s", "natural": "int_4s", "float": "real_4"}

SINGLE_COLUMNS = {
    field.name: "real_8" if field.name in _REAL_8 else _TYPES[field.kind]
    for field in TABLES["SingleInspiral"].fields
}
"""Type of each column of a single trigger, ids apart."""

_PROCESS = 0  # the one id of each kind
_DEFINER = 0
_SLIDE = 0
_COINC = 0
_INT_4S = 2**31


@dataclass(frozen=True, slots=True)
class Trigger:
    """A single trigger.

    Attributes
    ----------
    event_id : int
        Number of its row.
    signal : Signal
        What was seen, and where.
    columns : mapping of str
        Its other columns; those that are missing are 0, or the empty text.
    """

    event_id: int
    signal: Signal
    columns: Mapping[str, Any]

    def overruled(self, said: Mapping[str, Any], known: tuple[str, ...]) -> Trigger:
        """Give it with what was said of its columns, which is for all detectors or for each."""
        columns = dict(self.columns)
        for name, value in said.items():
            if name not in SINGLE_COLUMNS:
                raise ValueError(f"columns: sngl_inspiral has no column {name!r} to be set")
            if isinstance(value, Mapping):
                each = checks.per_detector(f"columns: {name}", value, known)
                if self.signal.ifo not in each:
                    continue
                value = each[self.signal.ifo]
            columns[name] = _of_type(name, SINGLE_COLUMNS[name], value)
        return replace(self, columns=columns)

    def cells(self) -> dict[str, Any]:
        """Give all its columns, ids apart."""
        seconds, rest = gps_split(self.signal.time)
        cells: dict[str, Any] = {
            name: "" if kind == "lstring" else 0 for name, kind in SINGLE_COLUMNS.items()
        }
        cells |= {"ifo": self.signal.ifo, "end_time": seconds, "end_time_ns": rest}
        cells |= {"snr": self.signal.snr, "coa_phase": self.signal.phase}
        return {**cells, **self.columns}


def _of_type(name: str, kind: str, value: Any) -> Any:
    what = f"columns: {name}"
    if value is None:
        return None
    if kind == "lstring":
        return checks.line(what, value)
    if kind == "int_4s":
        return checks.whole(what, value, -_INT_4S, _INT_4S - 1)
    return checks.optional(what, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coincidence:
    """A coincidence; the fields are the columns of `coinc_event` and `coinc_inspiral`.

    Attributes
    ----------
    time : int
        GPS [ns].
    has_duration : bool
        Whether there is the column `minimum_duration`.
    triggers : list of Trigger
        In the order of their rows.
    """

    pipeline: str
    search: str | None
    program: str
    ifos: str
    time: int
    snr: float
    far: float | None
    likelihood: float | None
    false_alarm_rate: float | None
    minimum_duration: float | None
    has_duration: bool
    nevents: int
    mass: float
    mchirp: float
    triggers: list[Trigger]


def coinc_tables(coinc: Coincidence, ids: Ids) -> list[str]:
    """Write all tables of a coincidence, with ids of the new or the old style."""
    seconds, rest = gps_split(coinc.time)
    instruments = ",".join(trigger.signal.ifo for trigger in coinc.triggers)
    inspiral: dict[str, tuple[str, Any]] = {
        "coinc_event:coinc_event_id": ("id", _COINC),
        "ifos": ("lstring", coinc.ifos),
        "end_time": ("int_4s", seconds),
        "end_time_ns": ("int_4s", rest),
        "mass": ("real_8", coinc.mass),
        "mchirp": ("real_8", coinc.mchirp),
        "minimum_duration": ("real_8", coinc.minimum_duration),
        "false_alarm_rate": ("real_8", coinc.false_alarm_rate),
        "combined_far": ("real_8", coinc.far),
        "snr": ("real_8", coinc.snr),
    }
    if not coinc.has_duration:
        del inspiral["minimum_duration"]
    event: dict[str, tuple[str, Any]] = {
        "process:process_id": ("id", _PROCESS),
        "coinc_definer:coinc_def_id": ("id", _DEFINER),
        "coinc_event_id": ("id", _COINC),
        "time_slide:time_slide_id": ("id", _SLIDE),
        "likelihood": ("real_8", coinc.likelihood),
        "instruments": ("lstring", coinc.ifos),
        "nevents": ("int_4u", coinc.nevents),
    }
    definer: dict[str, tuple[str, Any]] = {
        "coinc_def_id": ("id", _DEFINER),
        "search": ("lstring", "inspiral"),
        "search_coinc_type": ("int_4u", 0),
        "description": ("lstring", "sngl_inspiral<-->sngl_inspiral coincidences"),
    }
    names = {"process:process_id": "id", "event_id": "id", **SINGLE_COLUMNS}
    singles = [
        [_PROCESS, trigger.event_id, *(trigger.cells()[name] for name in SINGLE_COLUMNS)]
        for trigger in coinc.triggers
    ]
    parts = [
        process_table(coinc.program, instruments, seconds, ids),
        _process_params(coinc, ids),
        table("sngl_inspiral", names, singles, ids),
        _one_row("coinc_definer", definer, ids),
        _one_row("coinc_event", event, ids),
        _one_row("coinc_inspiral", inspiral, ids),
        table(
            "coinc_event_map",
            {
                "coinc_event:coinc_event_id": "id",
                "table_name": "char_v",
                "event_id": "id:sngl_inspiral",
            },
            [(_COINC, "sngl_inspiral", trigger.event_id) for trigger in coinc.triggers],
            ids,
        ),
        table(
            "time_slide",
            {
                "process:process_id": "id",
                "time_slide_id": "id",
                "instrument": "lstring",
                "offset": "real_8",
            },
            [(_PROCESS, _SLIDE, trigger.signal.ifo, 0) for trigger in coinc.triggers],
            ids,
        ),
    ]
    if coinc.pipeline == "spiir":
        parts.append(_postcoh(coinc, ids))
    return parts


def process_table(program: str, instruments: str, start: int, ids: Ids) -> str:
    """Write the table of the one program; it started at `start`, GPS [s]."""
    columns: dict[str, tuple[str, Any]] = {
        "program": ("lstring", program),
        "version": ("lstring", ""),
        "cvs_repository": ("lstring", ""),
        "cvs_entry_time": ("int_4s", 0),
        "comment": ("lstring", ""),
        "is_online": ("int_4s", 1),
        "node": ("lstring", ""),
        "username": ("lstring", ""),
        "unix_procid": ("int_4s", 1),
        "start_time": ("int_4s", start),
        "end_time": ("int_4s", None),
        "jobid": ("int_4s", 0),
        "domain": ("lstring", None),
        "ifos": ("lstring", instruments),
        "process_id": ("id", _PROCESS),
    }
    return _one_row("process", columns, ids)


def _process_params(coinc: Coincidence, ids: Ids) -> str:
    columns = dict.fromkeys(("program", "param", "type", "value"), "lstring")
    said = {"--gracedb-pipeline": coinc.pipeline}
    if coinc.search is not None:
        said["--gracedb-search"] = coinc.search
    rows = [(_PROCESS, coinc.program, param, "lstring", value) for param, value in said.items()]
    return table("process_params", {"process:process_id": "id", **columns}, rows, ids)


def _postcoh(coinc: Coincidence, ids: Ids) -> str:
    """Write the table that spiir has besides."""
    loudest = max(coinc.triggers, key=lambda trigger: trigger.signal.snr)
    seconds, rest = gps_split(coinc.time)
    m1, m2 = (loudest.cells()[name] for name in ("mass1", "mass2"))
    columns: dict[str, tuple[str, Any]] = {
        "process_id": ("id:process", _PROCESS),
        "event_id": ("id", 0),
        "end_time": ("int_4s", seconds),
        "end_time_ns": ("int_4s", rest),
        "is_background": ("int_4s", 0),
        "ifos": ("lstring", coinc.ifos),
        "pivotal_ifo": ("lstring", loudest.signal.ifo),
        "cohsnr": ("real_4", coinc.snr),
        "far": ("real_4", coinc.far),
        "mass1": ("real_4", m1),
        "mass2": ("real_4", m2),
        "mtotal": ("real_4", coinc.mass),
        "mchirp": ("real_4", coinc.mchirp),
        "eta": ("real_4", symmetric_mass_ratio(m1, m2) if m1 and m2 else None),
    }
    return _one_row("postcoh", columns, ids)


def _one_row(name: str, columns: Mapping[str, tuple[str, Any]], ids: Ids) -> str:
    types = {column: kind for column, (kind, _) in columns.items()}
    return table(name, types, [[value for _, value in columns.values()]], ids)
