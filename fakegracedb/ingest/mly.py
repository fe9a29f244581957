"""The reader of MLy, aframe and GWAK: a JSON object."""

from __future__ import annotations

import json
from typing import Any

from fakegracedb.documents.attributes import TABLES, Table

from . import Reading, Upload
from .columns import StorageError
from .objects import event, load, number, row, text

__all__ = ["read_mly"]

_FIELDS = {field.name: field for field in TABLES["MLyBurst"].fields}
_FLOATS = [field.name for field in _FIELDS.values() if field.kind == "float"]
_PLAIN = Table("MLyBurst", tuple(_FIELDS[name] for name in ("ifos", *_FLOATS)))
_SCORES = ("coherency", "coincidence", "combined")


def read_mly(upload: Upload) -> Reading:
    """Read a burst.

    Parameters
    ----------
    upload : Upload
        JSON object. Null is as if the key were not there. Masses, spins and times of templates,
        which newer uploads of these pipelines may have, are in no answer and not kept.

    Returns
    -------
    Reading
        Time, rate of false alarms [Hz] and instruments, and the member `MLyBurst`.

    Raises
    ------
    Exception
        Of several kinds: if it is not a JSON object, or has no `ifos`, or not a number where
        there has to be one, or what cannot be stored.
    """
    data = load(upload.data)
    ifos = data.get("ifos")
    values = event(
        gpstime=number(data.get("gpstime")), far=number(data.get("far")), instruments=ifos
    )
    plain = {"ifos": ifos, **{name: number(data.get(name)) for name in _FLOATS}}
    burst = {
        **row(_PLAIN, plain),
        "channels": _channels(data.get("channels")),
        "scores": _scores(data.get("scores")),
    }
    kept = {key: value for key, value in burst.items() if value is not None}
    return Reading(values=values, attributes={"MLyBurst": kept})


def _scores(value: Any) -> dict[str, float] | None:
    if not isinstance(value, dict):
        return None
    scores = {name: number(value.get(name)) for name in _SCORES}
    return {name: score for name, score in scores.items() if score is not None}


def _channels(value: Any) -> list[str] | None:
    """Give the names of a list, or of a text that is one in the spelling of JSON or Python."""
    if not isinstance(value, str | list):
        return None
    spelled = value if isinstance(value, str) else json.dumps(value)
    longest = _FIELDS["channels"].max_length
    if longest is not None and len(spelled) > longest:
        raise StorageError(f"value too long for type character varying({longest})")
    if isinstance(value, str):
        try:
            value = json.loads(spelled.replace("'", '"'))
        except ValueError:
            return None
    return [str(text(one)) for one in value] if isinstance(value, list) else None
