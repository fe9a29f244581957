"""Times in LIGO_LW documents: columns of tables and epochs of series, found without a parser.

A document is searched for the few elements that matter and everything between them is taken over,
so that only the digits of times change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..errors import ShiftError
from .instants import BILLION, exact_number, gmst, same_width, shift_iso, shift_number
from .shifting import Notes, Shift

__all__ = ["TABLES", "shift_ligolw"]

_MOST = 2**31 - 1  # that a column of seconds can hold


@dataclass(frozen=True, slots=True)
class Time:
    """Columns that tell one time: seconds, nanoseconds beyond them, sidereal time [rad]."""

    seconds: str
    nanoseconds: str
    sidereal: str = ""


def _times(*names: str) -> tuple[Time, ...]:
    return tuple(Time(name, f"{name}_ns") for name in names)


_SITES = ("h_end_time", "l_end_time", "g_end_time", "t_end_time", "v_end_time")

TABLES: dict[str, tuple[Time, ...]] = {
    "coinc_inspiral": _times("end_time"),
    "sngl_inspiral": (
        Time("end_time", "end_time_ns", "end_time_gmst"),
        *_times("impulse_time"),
    ),
    "sim_inspiral": (
        Time("geocent_end_time", "geocent_end_time_ns", "end_time_gmst"),
        *_times(*_SITES),
    ),
    "sim_burst": (Time("time_geocent_gps", "time_geocent_gps_ns", "time_geocent_gmst"),),
    "segment": _times("start_time", "end_time"),
    "segment_summary": _times("start_time", "end_time"),
    "search_summary": _times("in_start_time", "in_end_time", "out_start_time", "out_end_time"),
    "sngl_burst": _times("start_time", "peak_time", "stop_time"),
    "multi_burst": _times("start_time", "peak_time"),
    "coinc_burst": _times("start_time", "peak_time"),
    "postcoh": (
        *_times("end_time"),
        *(Time(f"end_time_sngl_{ifo}", f"end_time_ns_sngl_{ifo}") for ifo in ("H1", "L1", "V1")),
    ),
}
"""The times of each table that has any; zeros stand for times that are not known, and stay."""

_PROCESS = {"process": _times("start_time", "end_time", "cvs_entry_time")}

_wanted = re.compile(
    rb"<(?:!--|!\[CDATA\[|(?P<name>Table|Time|LIGO_LW)(?P<attributes>(?:\s[^<>]*)?)>)"
)
_attribute = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_column = re.compile(rb"<Column(\s[^<>]*?)/?>")
_stream = re.compile(rb"<Stream((?:\s[^<>]*)?)>")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode(): (double or single).decode("utf-8", "replace")
        for name, double, single in _attribute.findall(text)
    }


def shift_ligolw(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times of a document."""
    tables = {**TABLES, **_PROCESS} if shift.shift_process else TABLES
    pieces: list[bytes] = []
    done = 0
    for start, end, new in _replacements(content, tables, shift, notes):
        pieces += (content[done:start], new)
        done = end
    if not pieces:
        return content
    pieces.append(content[done:])
    return b"".join(pieces)


def _replacements(
    content: bytes, tables: dict[str, tuple[Time, ...]], shift: Shift, notes: Notes
) -> Iterator[tuple[int, int, bytes]]:
    """Give what is to be replaced, in order: where it begins and ends, and by what."""
    position = 0
    series = ""
    while (found := _wanted.search(content, position)) is not None:
        position = found.end()
        element = found["name"]
        if element is None:  # a comment, or text that is no markup
            position = _after(content, _ENDS[found[0]], position)
            continue
        attributes = _attributes(found["attributes"])
        if element == b"LIGO_LW":
            series = attributes.get("Name", "").partition(":")[0]
        elif element == b"Time":
            end = content.find(b"<", position)
            if attributes.get("Name") == "epoch" and end >= 0:
                old = content[position:end].decode("ascii", "replace")
                new = _epoch(old, attributes.get("Type", "GPS"), series, shift, notes)
                yield position, end, new.encode()
        else:
            end = _after(content, b"</Table>", position)
            name = attributes.get("Name", "").removesuffix(":table").rpartition(":")[2]
            if name in tables:
                yield from _table(content, position, end, name, tables[name], shift, notes)
            position = end


def _after(content: bytes, text: bytes, position: int) -> int:
    end = content.find(text, position)
    if end < 0:
        raise ShiftError(f"the document ends before {text.decode()}")
    return end + len(text)


def _epoch(old: str, kind: str, series: str, shift: Shift, notes: Notes) -> str:
    text = old.strip()
    if kind == "GPS":
        if Decimal(text) == 0:
            return old
        new = exact_number(text, shift.delta)
    else:
        new = shift_iso(text, shift.delta)
    notes.changed(f"{series or 'series'} epoch", text, new)
    return old.replace(text, new)


def _table(
    content: bytes,
    begin: int,
    end: int,
    name: str,
    times: tuple[Time, ...],
    shift: Shift,
    notes: Notes,
) -> Iterator[tuple[int, int, bytes]]:
    stream = _stream.search(content, begin, end)
    if stream is None or stream[1].rstrip().endswith(b"/"):
        return
    columns = [
        _attributes(found[1]).get("Name", "").rpartition(":")[2]
        for found in _column.finditer(content, begin, stream.start())
    ]
    present = [time for time in times if time.seconds in columns]
    if not present:
        return
    delimiter = _attributes(stream[1]).get("Delimiter", ",")
    last = content.find(b"</Stream", stream.end(), end)
    if last < 0:
        raise ShiftError(f"table {name} has no end of its Stream")
    tokens = list(_tokens(content, stream.end(), last, delimiter, name))
    places = {column: place for place, column in enumerate(columns)}
    new: list[tuple[int, int, bytes]] = []
    for row in range(len(tokens) // len(columns)):
        cells = tokens[row * len(columns) : (row + 1) * len(columns)]
        for time in present:
            row_name = f"{name}[{row}]."
            for column, text in _moved(content, cells, places, time, shift, row_name):
                first, after = cells[places[column]]
                old = content[first:after].decode()
                notes.changed(row_name + column, old, text)
                new.append((first, after, text.encode()))
    yield from sorted(new)


def _tokens(
    content: bytes, position: int, end: int, delimiter: str, table: str
) -> Iterator[tuple[int, int]]:
    """Give where the tokens of a Stream are, without blanks around them and without quotes."""
    pattern = _token(delimiter)
    while True:
        found = pattern.match(content, position, end)
        if found is None:
            near = content[position : position + 30].decode("utf-8", "replace").strip()
            raise ShiftError(f"table {table} cannot be read from {near!r} on")
        assert found.lastgroup is not None
        yield found.span(found.lastgroup)
        position = found.end()
        if position >= end or content[position - 1 : position] != delimiter.encode():
            return


def _token(delimiter: str) -> re.Pattern[bytes]:
    cut = re.escape(delimiter.encode())
    return re.compile(
        rb"\s*+(?:\"(?P<quoted>(?:[^\"\\]|\\.)*+)\"|&quot;(?P<entity>(?:(?!&quot;).)*+)&quot;"
        rb"|(?P<bare>(?:(?!" + cut + rb")\S)*+))\s*+(?:" + cut + rb"|\Z)",
        re.S,
    )


def _moved(
    content: bytes,
    cells: list[tuple[int, int]],
    places: dict[str, int],
    time: Time,
    shift: Shift,
    row: str,
) -> Iterator[tuple[str, str]]:
    """Give the new texts of the columns of one time in one row."""

    def text(column: str) -> str:
        place = places.get(column)
        if place is None:
            return ""
        first, after = cells[place]
        return content[first:after].decode("utf-8", "replace").strip()

    seconds, nanoseconds, sidereal = map(text, (time.seconds, time.nanoseconds, time.sidereal))
    try:
        if not seconds or (Decimal(seconds) == 0 and Decimal(nanoseconds or 0) == 0):
            return
        if not nanoseconds or "." in seconds:
            moved = shift_number(seconds, shift.delta)
            yield time.seconds, same_width(moved, seconds)
            return
        old = int(seconds) * BILLION + int(nanoseconds)
    except (ArithmeticError, ValueError):
        raise ShiftError(f"{row}{time.seconds}: {seconds} {nanoseconds} is no time") from None
    new = old + shift.delta
    if not 0 <= new // BILLION <= _MOST:
        raise ShiftError(f"{row}{time.seconds}: {seconds} would leave 1980 to 2048")
    yield time.seconds, same_width(str(new // BILLION), seconds)
    yield time.nanoseconds, same_width(str(new % BILLION), nanoseconds)
    if sidereal and (moved := _sidereal(sidereal, old, new)) != sidereal:
        yield time.sidereal, moved


_ROUNDING = 1e-6  # rad; far above what programs differ by in computing sidereal time


def _sidereal(text: str, old: int, new: int) -> str:
    """Give the sidereal time of a new time, in the form of the text; 0 stands for not known."""
    number = Decimal(text)
    if not number.is_finite() or number == 0:
        return text
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    before, after = Decimal(gmst(old)), Decimal(gmst(new))
    if abs(number - before) < _ROUNDING:
        # by the difference of two computed ones, so that the way back ends where it began
        after = number + (after - before).quantize(Decimal(1).scaleb(min(0, exponent)))
    return f"{after:.{max(0, -exponent)}f}"
