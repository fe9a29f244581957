"""The reader of compact binary coincidences: LIGO_LW documents of gstlal, MBTA and their like."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from fakegracedb.documents.attributes import TABLES

from ..stretches import gathered
from . import Entry, Reading, Upload
from .columns import EVENT, check, gpstime
from .compression import is_gzip, pieces
from .ligolw import Schema, Table, read_tables

__all__ = ["COINC_EVENT", "COINC_INSPIRAL", "SNGL_INSPIRAL", "read_coinc", "read_mbta"]

COINC_INSPIRAL = Schema(
    "coinc_inspiral",
    {
        "ifos": "lstring",
        "end_time": "int_4s",
        "end_time_ns": "int_4s",
        **dict.fromkeys(
            ("mass", "mchirp", "minimum_duration", "snr", "false_alarm_rate", "combined_far"),
            "real_8",
        ),
    },
    ids=frozenset({"coinc_event_id"}),
    first_row=True,
)

COINC_EVENT = Schema(
    "coinc_event",
    {"instruments": "lstring", "nevents": "int_4u", "likelihood": "real_8"},
    ids=frozenset({"process_id", "coinc_def_id", "coinc_event_id", "time_slide_id"}),
    first_row=True,
)

_SINGLE = TABLES["SingleInspiral"]
_COINC = TABLES["CoincInspiral"]
_DOUBLES = ("end_time_gmst", "template_duration", "event_duration", "sigmasq")
_LIGOLW_TYPES = {"str": "lstring", "int": "int_4s", "natural": "int_4s", "float": "real_4"}

SNGL_INSPIRAL = Schema(
    "sngl_inspiral",
    {
        field.name: "real_8" if field.name in _DOUBLES else _LIGOLW_TYPES[field.kind]
        for field in _SINGLE.fields
    },
    ids=frozenset({"process_id", "event_id"}),
)

_LONGEST_MESSAGE = 2000  # characters; a reader's message repeats what it could not read
_UNREADABLE = "cannot unpack non-iterable NoneType object"


class _Row(dict[str, Any]):
    """The first row of a table, by column."""

    def __init__(self, kind: str, columns: list[str], values: tuple[Any, ...]) -> None:
        super().__init__(zip(columns, values, strict=True))
        self._kind = kind

    def __missing__(self, column: str) -> Any:
        raise AttributeError(f"'{self._kind}' object has no attribute '{column}'")


def read_coinc(upload: Upload) -> Reading:
    """Read a coincidence.

    Parameters
    ----------
    upload : Upload
        A LIGO_LW document with the tables `coinc_inspiral`, `coinc_event` and `sngl_inspiral`.

    Returns
    -------
    Reading
        Event values from the first rows of the first two tables, the members `CoincInspiral` and
        `SingleInspiral`, and the files `coinc.xml` and `event.log`. It goes as far as the server
        goes with a document that lacks something.
    """
    reading = Reading()
    try:
        tables = read_tables(upload.data, (COINC_INSPIRAL, COINC_EVENT, SNGL_INSPIRAL))
    except MemoryError:
        raise
    except Exception as error:
        # Only a creation fails: its caller expects more of the server's reader than it returns.
        message = str(error)[:_LONGEST_MESSAGE]
        reading.logs.append(Entry(f"Could not read data ({message})"))
        reading.failure = _UNREADABLE
        return reading
    coinc = _first_row("CoincInspiral", tables["coinc_inspiral"])
    if coinc is None:
        reading.warnings.append("Could not extract coinc inspiral table.")
        return reading
    _write_files(reading, upload, coinc)
    try:
        _save(reading, coinc, tables)
    except Exception as error:
        reading.failure = str(error)
        reading.fatal = True
    return reading


def read_mbta(upload: Upload) -> Reading:
    """Read an upload of MBTA as `read_coinc` does, if its name contains ``.xml``, else not."""
    return read_coinc(upload) if ".xml" in upload.filename else Reading()


def _first_row(kind: str, tables: list[Table]) -> _Row | None:
    """None unless there is exactly one table, with rows."""
    if len(tables) != 1 or not tables[0].rows:
        return None
    return _Row(kind, tables[0].columns, tables[0].rows[0])


def _write_files(reading: Reading, upload: Upload, coinc: _Row) -> None:
    content = upload.data
    if upload.filename.endswith(".gz") and is_gzip(content):
        content = gathered(pieces(content))
    comment = "Log File Created"
    try:
        text = _event_log(upload, coinc)
    except (AttributeError, TypeError) as error:
        comment = "Problem Creating Log File"
        text = f"Cannot create log file\nerror was:\n{error}"
    reading.files += [("coinc.xml", content), ("event.log", text.encode())]
    # The log names the version that a file of this name would get at the event's creation.
    version = 1 if upload.filename == "coinc.xml" else 0
    reading.logs += [
        Entry(comment, "event.log", 0),
        Entry("Coinc Table Created", "coinc.xml", version),
    ]


def _event_log(upload: Upload, coinc: _Row) -> str:
    def number(template: str, value: float | None) -> str:
        return "---" if value is None else template % value

    lines = [f"Pipeline: {upload.pipeline}"]
    if upload.search:
        lines.append(f"Search: {upload.search}")
    return "\n".join(
        [
            *lines,
            f"MChirp: {number('%0.3f', coinc['mchirp'])}",
            f"MTot: {coinc['mass']}",
            "End Time: %d.%09d" % (coinc["end_time"], coinc["end_time_ns"]),  # noqa: UP031
            f"SNR: {number('%0.3f', coinc['snr'])}",
            f"IFOs: {coinc['ifos']}",
            f"FAR: {number('%0.3e', coinc['combined_far'])}",
        ]
    )


def _save(reading: Reading, coinc: _Row, tables: dict[str, list[Table]]) -> None:
    """Do what the server does with the tables, in its order, as far as it gets."""
    time = coinc["end_time"] + coinc["end_time_ns"] / 1e9
    values = {"gpstime": gpstime(time), "far": coinc["combined_far"]}
    reading.unsaved |= values
    event = _first_row("Coinc", tables["coinc_event"])
    if event is None:
        reading.warnings.append("Could not extract coinc event table.")
        return
    values |= {
        "instruments": coinc["ifos"],
        "nevents": event["nevents"],
        "likelihood": event["likelihood"],
    }
    reading.unsaved |= values
    member = {field.name: coinc.get(field.name) for field in _COINC.fields}
    member["mass"], member["mchirp"], member["snr"] = coinc["mass"], coinc["mchirp"], coinc["snr"]
    if isinstance(member["snr"], float) and isnan(member["snr"]):
        member["snr"] = None
    # Event and member are one row to the server: both are saved or none.
    check(EVENT, values)
    check(_COINC, member)
    reading.values, reading.unsaved = values, {}
    reading.attributes["CoincInspiral"] = _without_nulls(member)
    if len(tables["sngl_inspiral"]) != 1:
        raise ValueError("document must contain exactly one sngl_inspiral Table")
    singles: list[dict[str, Any]] = []
    reading.attributes["SingleInspiral"] = singles
    for single in _singles(tables["sngl_inspiral"][0]):
        check(_SINGLE, single)  # each is saved for itself: those before a bad one stay
        singles.append(single)


def _singles(table: Table) -> Iterator[dict[str, Any]]:
    """Give the rows as they are stored, in file order."""
    kept = [
        (field.name, table.columns.index(field.name))
        for field in _SINGLE.fields
        if field.name in table.columns
    ]
    for row in table.rows:
        single = {name: row[place] for name, place in kept if row[place] is not None}
        distance = single.get("eff_distance")
        if distance is not None and isnan(distance):
            del single["eff_distance"]
        yield single


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}
