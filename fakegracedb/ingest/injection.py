"""The reader of hardware injections: a JSON object, or else a LIGO_LW document."""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any

from fakegracedb.documents.attributes import TABLES

from . import Reading, Upload, failed
from .columns import gpstime
from .ligolw import Schema, read_tables
from .objects import event, load, row

__all__ = ["NO_INSTRUMENTS", "SIM_INSPIRAL", "read_injection"]

NO_INSTRUMENTS = "none_provided"
"""The instruments of an injection whose upload does not name any."""

_INJECTION = TABLES["SimInspiral"]
_CHANNELS = ("source_channel", "destination_channel")
_ONLY_JSON = ("amplitude", "tau", "phi", "freq")
_TYPES = {"str": "lstring", "int": "int_4s", "natural": "int_4s", "float": "real_4"}

SIM_INSPIRAL = Schema(
    "sim_inspiral",
    {
        field.name: "real_8" if field.name == "end_time_gmst" else _TYPES[field.kind]
        for field in _INJECTION.fields
        if field.name not in (*_CHANNELS, *_ONLY_JSON)
    },
    ids=frozenset({"process_id", "simulation_id"}),
    first_row=True,
)


def read_injection(upload: Upload) -> Reading:
    """Read an injection.

    Parameters
    ----------
    upload : Upload
        JSON object, or LIGO_LW with a table `sim_inspiral`, not compressed. The form of a new
        event may have the fields `instruments`, `source_channel` and `destination_channel`.

    Returns
    -------
    Reading
        The form's values, and those of the file in their place. A JSON object replaces all,
        `instruments` included; a document gives the time and its columns, and leaves the rest.
        The form's values stay when the file cannot be read.
    """
    form = Reading()
    if not upload.replaces:
        try:
            form = _of_form(upload)
        except ValueError as error:
            return Reading(refusal=str(error))
    try:
        values, changes = _of_file(upload)
    except MemoryError:
        raise
    except Exception as error:
        failure = failed(error)
        failure.values, failure.updates = form.values, form.updates
        return failure
    channels = form.updates.get("SimInspiral", {})
    return Reading(values=form.values | values, updates={"SimInspiral": channels | changes})


def _of_form(upload: Upload) -> Reading:
    channels = {name: upload.fields[name] for name in _CHANNELS if name in upload.fields}
    return Reading(
        values=event(instruments=upload.fields.get("instruments", NO_INSTRUMENTS)),
        updates={"SimInspiral": row(_INJECTION, channels)},
    )


def _of_file(upload: Upload) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the values of the event, and the keys of the member."""
    try:
        data = load(upload.data)
    except JSONDecodeError:
        return _of_document(upload)
    if not isinstance(data, dict):
        return _of_document(upload)
    values = {name: data.get(name) for name in ("far", "gpstime", "instruments")}
    changes = {field.name: data.get(field.name) for field in _INJECTION.fields}
    return event(**values), row(_INJECTION, changes)


def _of_document(upload: Upload) -> tuple[dict[str, Any], dict[str, Any]]:
    tables = read_tables(upload.data, [SIM_INSPIRAL])["sim_inspiral"]
    if len(tables) != 1:
        raise ValueError("document must contain exactly one sim_inspiral table")
    (table,) = tables
    found = dict(zip(table.columns, table.rows[0], strict=True))
    try:
        time = found["geocent_end_time"] + found["geocent_end_time_ns"] / 1e9
    except KeyError as error:
        raise AttributeError(f"'SimInspiral' object has no attribute {error}") from None
    changes = {name: value for name, value in found.items() if name in SIM_INSPIRAL.columns}
    return {"gpstime": gpstime(time)}, row(_INJECTION, changes)
