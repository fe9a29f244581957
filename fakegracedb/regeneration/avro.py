"""Alerts in Avro form: read, moved as those in JSON, and written by the same schema and codec."""

from __future__ import annotations

import io
from typing import Any

from ..errors import ShiftError
from .instants import shift_iso
from .jsons import ALERT_IDS, ALERT_SKYMAPS, ALERT_TIMES, shift_skymap
from .shifting import Notes, Shift

__all__ = ["shift_avro"]


def shift_avro(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times of alerts, and put the new ids into them."""
    try:
        import fastavro
    except ImportError:
        notes.left("Avro needs fastavro: pip install 'fakegracedb[avro]'")
        return content
    try:
        reader = fastavro.reader(io.BytesIO(content))
        records = list(reader)
    except Exception as error:  # whatever a damaged file makes it raise
        raise ShiftError(f"it cannot be read: {error!r}") from None
    for record in records:
        for alert in record if isinstance(record, list) else [record]:
            _shift(alert, shift, notes)
    if not notes.changes:
        return content
    buffer = io.BytesIO()
    fastavro.writer(
        buffer,
        reader.writer_schema,
        records,
        codec=reader.codec,
        sync_marker=reader._header["sync"],
    )
    return buffer.getvalue()


def _shift(alert: Any, shift: Shift, notes: Notes) -> None:
    for path in ALERT_TIMES:
        _replace(alert, path, notes, lambda text: shift_iso(text, shift.delta))
    for path in ALERT_IDS:
        _replace(alert, path, notes, shift.ids)
    for path in ALERT_SKYMAPS:
        _replace(alert, path, notes, lambda packed: shift_skymap(packed, shift))


def _replace(alert: Any, path: tuple[str, ...], notes: Notes, new: Any) -> None:
    *outer, last = path
    for key in outer:
        alert = alert.get(key) if isinstance(alert, dict) else None
    value = alert.get(last) if isinstance(alert, dict) else None
    if isinstance(value, str | bytes) and (moved := new(value)) != value:
        alert[last] = moved
        shown = (str(value), str(moved)) if isinstance(value, str) else ("sky map", "moved")
        notes.changed(".".join(path), *shown)
