"""LIGO_LW documents: tables, series and their text, with ids of the new style or of the old."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from .times import gps_text

__all__ = ["IDS", "Ids", "document", "frequency_series", "nested", "table", "time_series"]

Ids: TypeAlias = Literal["int", "ilwd"]
IDS = {"int": "int_8s", "ilwd": "ilwd:char"}
"""Column type of each style of ids: integers as files have them now, or the texts of old."""

_HEAD = """\
<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE LIGO_LW SYSTEM "http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt">
"""
_TEXTS = ("lstring", "char_v")


def document(*parts: str, name: str | None = None) -> bytes:
    """Put elements together.

    Parameters
    ----------
    *parts : str
        As the other functions of this module give them.
    name : str or None
        Name of the outermost element.
    """
    return f"{_HEAD}{nested(name, *parts)}".encode()


def nested(name: str | None, *parts: str) -> str:
    """Put elements into one LIGO_LW element, with or without a name."""
    attribute = "" if name is None else f" Name={quoteattr(name)}"
    body = "".join(f"\t{line}" for line in "".join(parts).splitlines(keepends=True))
    return f"<LIGO_LW{attribute}>\n{body}</LIGO_LW>\n"


def table(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]], ids: Ids) -> str:
    """Write a table.

    Parameters
    ----------
    name : str
        ``sngl_inspiral``.
    columns : mapping of str to str
        Type of each column. That of an id is ``id``, or ``id:TABLE`` for an id that belongs to
        another table than its name says (``process:process_id``: to `process`).
    rows : iterable of sequence
        Values in the order of the columns; None is empty.
    ids : {"int", "ilwd"}
        Style of ids. With those of old, the names of columns are prefixed with the table's.

    Returns
    -------
    str
        The element. Numbers are written so that they read back as the same ones.
    """
    old = ids == "ilwd"
    lines = [f'<Table Name="{name}:table">\n']
    for column, kind in columns.items():
        bare = column.rpartition(":")[2]
        written = f"{name}:{bare}" if old else column
        shown = IDS[ids] if kind.startswith("id") else kind
        lines.append(f'\t<Column Name="{written}" Type="{shown}"/>\n')
    lines.append(f'\t<Stream Name="{name}:table" Delimiter="," Type="Local">\n')
    owners = [_owner(name, column, kind) for column, kind in columns.items()]
    kinds = list(columns.values())
    last = ""
    for row in rows:
        if last:
            lines.append(f"\t\t{last},\n")
        cells = [
            _cell(kind, value, owner if old else None)
            for kind, value, owner in zip(kinds, row, owners, strict=True)
        ]
        last = escape(",".join(cells))
    if last:
        # Only a delimiter tells an empty cell at the end from no cell.
        lines.append(f"\t\t{last},\n" if last.endswith(",") else f"\t\t{last}\n")
    lines += ["\t</Stream>\n", "</Table>\n"]
    return "".join(lines)


def _owner(table: str, column: str, kind: str) -> str:
    """Give what an old-style id of a column begins with."""
    prefix, _, bare = column.rpartition(":")
    return f"{kind.partition(':')[2] or prefix or table}:{bare}:"


def _cell(kind: str, value: Any, owner: str | None) -> str:
    if value is None:
        return ""
    if kind.startswith("id"):
        return str(value) if owner is None else f'"{owner}{value}"'
    if kind in _TEXTS:
        text = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'
    if kind.startswith("int"):
        return str(value)
    return repr(float(value)).removesuffix(".0")


def time_series(
    epoch: int, delta: float, samples: Sequence[complex], event_id: int, ids: Ids
) -> str:
    """Write the SNR of one detector as a COMPLEX8TimeSeries.

    Parameters
    ----------
    epoch : int
        Time of the first sample, GPS [ns].
    delta : float
        Sampling interval [s].
    samples : sequence of complex, shape (n,)
        SNR; kept in single precision.
    event_id : int
        Row of `sngl_inspiral` that it belongs to.
    ids : {"int", "ilwd"}
        Style of the id.
    """
    rows = (
        f"{_short(index * delta)} {_single(sample.real)} {_single(sample.imag)}"
        for index, sample in enumerate(samples)
    )
    shown = f"sngl_inspiral:event_id:{event_id}" if ids == "ilwd" else str(event_id)
    return _series(
        "COMPLEX8TimeSeries",
        epoch,
        0.0,
        ("snr", "", "Time", "s", "Time,Real,Imaginary", 3),
        delta,
        len(samples),
        rows,
        f'<Param Name="event_id:param" Type="{IDS[ids]}">{shown}</Param>\n',
    )


def frequency_series(
    epoch: int, f_min: float, delta: float, values: Sequence[float], instrument: str
) -> str:
    """Write the noise of one detector as a REAL8FrequencySeries.

    Parameters
    ----------
    epoch : int
        GPS [ns].
    f_min, delta : float
        First frequency and interval [Hz].
    values : sequence of float, shape (n,)
        Power spectral density of the strain [1/Hz].
    instrument : str
        The detector.
    """
    rows = (f"{_short(f_min + index * delta)} {value!r}" for index, value in enumerate(values))
    return _series(
        "REAL8FrequencySeries",
        epoch,
        f_min,
        ("psd", "s strain^2", "Frequency", "s^-1", "Frequency,Real", 2),
        delta,
        len(values),
        rows,
        f'<Param Name="instrument:param" Type="lstring">{instrument}</Param>\n',
    )


def _series(
    kind: str,
    epoch: int,
    start: float,
    array: tuple[str, str, str, str, str, int],
    delta: float,
    length: int,
    rows: Iterator[str],
    belongs: str,
) -> str:
    name, unit, axis, axis_unit, columns, width = array
    # A delimiter has to be between all numbers, also at the end of a line.
    text = " \n".join(f"\t\t\t{row}" for row in rows)
    return (
        f'<LIGO_LW Name="{kind}">\n'
        f'\t<Time Type="GPS" Name="epoch">{gps_text(epoch)}</Time>\n'
        f'\t<Param Name="f0:param" Type="real_8" Unit="s^-1">{_short(start)}</Param>\n'
        f'\t<Array Type="real_8" Name="{name}:array" Unit="{unit}">\n'
        f'\t\t<Dim Name="{axis}" Unit="{axis_unit}" Start="{_short(start)}"'
        f' Scale="{_short(delta)}">{length}</Dim>\n'
        f'\t\t<Dim Name="{columns}">{width}</Dim>\n'
        f'\t\t<Stream Type="Local" Delimiter=" ">\n'
        f"{text}\n"
        f"\t\t</Stream>\n"
        f"\t</Array>\n"
        f"\t{belongs}"
        f"</LIGO_LW>\n"
    )


def _short(value: float) -> str:
    """Write a number with 16 digits, as the library of the field does."""
    return f"{value:.16g}"


def _single(value: float) -> str:
    """Write the single-precision number next to a float."""
    (rounded,) = struct.unpack("f", struct.pack("f", value))
    return f"{rounded:.9g}"
