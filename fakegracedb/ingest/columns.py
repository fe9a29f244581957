"""What the columns of the server's database can hold, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from fakegracedb.documents.attributes import Field, Table

__all__ = ["EVENT", "StorageError", "check", "gpstime"]

EVENT = Table(
    "Event",
    (
        Field("gpstime"),
        Field("far"),
        Field("instruments", "str", 20, "", nullable=False),
        Field("nevents", "natural"),
        Field("likelihood"),
    ),
)
"""The columns of an event itself that readers set."""

_MOST = 2**31 - 1
_MOST_BIG = 2**63 - 1
_GPSTIME_BOUND = 1e10  # sixteen digits, six of them decimals


class StorageError(ValueError):
    """A value that its column cannot hold; the text is close to the database's."""


def gpstime(seconds: float) -> float:
    """Round a GPS time as it is stored, to 6 decimals.

    Parameters
    ----------
    seconds : float
        GPS time [s].

    Returns
    -------
    float
        GPS time [s].

    Raises
    ------
    StorageError
        If it is not a number or needs more than 10 digits before the point.
    """
    if not (isfinite(seconds) and abs(rounded := round(seconds, 6)) < _GPSTIME_BOUND):
        raise StorageError("[<class 'decimal.InvalidOperation'>]")
    return rounded


def check(table: Table, values: Mapping[str, Any]) -> None:
    """Raise if a row cannot be stored.

    Parameters
    ----------
    table : Table
        A member of `extra_attributes`, or `EVENT`.
    values : mapping
        The row. A key that is absent takes its column's default; None is null.

    Raises
    ------
    StorageError
        At the first column that cannot hold its value.
    """
    for field in table.fields:
        if field.kind == "float" or field.name not in values:
            continue
        value = values[field.name]
        if value is None:
            if not field.nullable:
                raise StorageError(
                    f'null value in column "{field.name}" violates not-null constraint'
                )
        elif field.kind == "str":
            _check_text(field, value)
        elif field.kind in ("int", "natural", "big"):
            _check_integer(field, value)


def _check_text(field: Field, value: str) -> None:
    if field.max_length is not None and len(value) > field.max_length:
        raise StorageError(f"value too long for type character varying({field.max_length})")
    if "\0" in value:
        raise StorageError("A string literal cannot contain NUL (0x00) characters.")


def _check_integer(field: Field, value: int) -> None:
    name, most = ("bigint", _MOST_BIG) if field.kind == "big" else ("integer", _MOST)
    if not -most - 1 <= value <= most:
        raise StorageError(f"{name} out of range")
    if field.kind == "natural" and value < 0:
        raise StorageError(f'new row violates check constraint "{field.name}_check"')
