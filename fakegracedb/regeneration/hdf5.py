"""Times in HDF5 files, as posterior samples are: columns of GPS times in double precision."""

from __future__ import annotations

import io
from typing import Any

from ..errors import ShiftError
from .instants import BILLION, decimal_seconds
from .shifting import Notes, Shift

__all__ = ["shift_hdf5"]

_NAMES = frozenset({"geocent_time", "gps", "gpstime", "gps_time"})


def shift_hdf5(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the columns of times, if that is asked for; their doubles are good to 0.2 µs."""
    if not shift.deep:
        notes.left("times in HDF5 files stay, unless deep shifting is asked for")
        return content
    try:
        import h5py
    except ImportError:
        raise ShiftError("this needs h5py: pip install 'fakegracedb[hdf5]'") from None
    seconds = shift.delta / BILLION
    changed = False

    def moved(name: str, values: Any) -> Any:
        nonlocal changed
        changed = True
        notes.changed(name, f"{values.size} times", f"{decimal_seconds(shift.delta)} s later")
        return values + seconds

    def visit(name: str, found: Any) -> None:
        if not isinstance(found, h5py.Dataset):
            return
        if found.dtype.names:
            rows = found[...]
            for column in _NAMES.intersection(found.dtype.names):
                rows[column] = moved(f"{name}.{column}", rows[column])
            found[...] = rows
        elif name.rpartition("/")[2] in _NAMES and found.dtype.kind == "f":
            found[...] = moved(name, found[...])

    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        file.visititems(visit)
    return buffer.getvalue() if changed else content
