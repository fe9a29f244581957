"""Times in JSON files: events of pipelines, external notices, alerts; only their digits change."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from decimal import Decimal

from ..errors import ShiftError
from .fits import shift_fits
from .instants import BILLION, exact_number, gmst, iso_to_gps, shift_days, shift_iso
from .packing import unpacked
from .shifting import Notes, Shift
from .triggers import new_trigger

__all__ = ["ALERT_IDS", "ALERT_SKYMAPS", "ALERT_TIMES", "shift_json", "shift_skymap"]

_ISO_KEYS = ("trigger_time", "alert_datetime", "observation_start", "observation_stop")
_NOTICE_KEYS = (*_ISO_KEYS, "jd")
_PAIRS = (
    "end_time",
    "geocent_end_time",
    *(f"{site}_end_time" for site in "hlgtv"),
)
ALERT_TIMES = (("time_created",), ("event", "time"))
ALERT_IDS = (
    ("superevent_id",),
    ("urls", "gracedb"),
    ("external_coinc", "ivorn"),
    ("external_coinc", "gcn_notice_id"),
)
ALERT_SKYMAPS = (("event", "skymap"), ("external_coinc", "combined_skymap"))
"""Where an alert on a superevent has times, ids and sky maps."""

_JD_OF_MJD = Decimal("2400000.5")

Path = tuple[str | int, ...]

_space = re.compile(r"[ \t\r\n]*")
_string = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"', re.S)
_scalar = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity")


class _Document:
    """The values of a document with the places of their texts."""

    def __init__(self, text: str, delta: int, notes: Notes) -> None:
        self.text = text
        self.delta = delta
        self.notes = notes
        self.places = dict(_values(text))
        self._new: list[tuple[int, int, str]] = []

    def raw(self, *path: str | int) -> str | None:
        """Give the text of a value, None if there is none or it is null."""
        place = self.places.get(path)
        if place is None:
            return None
        raw = self.text[slice(*place)]
        return None if raw == "null" else raw

    def string(self, *path: str | int) -> str | None:
        raw = self.raw(*path)
        return json.loads(raw) if raw is not None and raw[0] == '"' else None

    def word(self, *path: str | int) -> str | None:
        """Give a string, or the text of a number."""
        raw = self.raw(*path)
        return json.loads(raw) if raw is not None and raw[0] == '"' else raw

    def replace(self, path: Path, new: str) -> None:
        """Put another text in the place of a value: of a string, within its quotes."""
        begin, end = self.places[path]
        raw = self.text[begin:end]
        if self.word(*path) == new:
            return  # however it is written
        if raw[0] == '"':
            begin, end = begin + 1, end - 1
            new = json.dumps(new, ensure_ascii=raw.isascii())[1:-1]
        name = ".".join(map(str, path))
        self.notes.changed(name, _cut(self.text[begin:end]), _cut(new))
        self._new.append((begin, end, new))

    def result(self) -> str:
        pieces, done = [], 0
        for begin, end, text in sorted(self._new):
            pieces += [self.text[done:begin], text]
            done = end
        return "".join([*pieces, self.text[done:]])


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:40]}… ({len(text)} characters)"


def _values(text: str) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Give the place of every value that is no object and no list, by its path."""
    path: list[str | int] = []
    position = _skip(text, 0)
    closers: list[str] = []
    while True:
        letter = text[position : position + 1]
        if letter in ("{", "["):
            closers.append("}" if letter == "{" else "]")
            path.append("" if letter == "{" else 0)
            position = _skip(text, position + 1)
            if not text.startswith(closers[-1], position):
                position = _key(text, position, path) if letter == "{" else position
                continue
        else:
            found = (_string if letter == '"' else _scalar).match(text, position)
            if found is None:
                raise ShiftError(f"no JSON at character {position}")
            yield tuple(path), found.span()
            position = _skip(text, found.end())
        while closers and text.startswith(closers[-1], position):
            closers.pop()
            path.pop()
            position = _skip(text, position + 1)
        if not closers:
            if position < len(text):
                raise ShiftError(f"no JSON at character {position}")
            return
        if not text.startswith(",", position):
            raise ShiftError(f"no JSON at character {position}")
        position = _skip(text, position + 1)
        if closers[-1] == "}":
            position = _key(text, position, path)
        else:
            last = path[-1]
            assert isinstance(last, int)
            path[-1] = last + 1


def _skip(text: str, position: int) -> int:
    found = _space.match(text, position)
    assert found is not None
    return found.end()


def _key(text: str, position: int, path: list[str | int]) -> int:
    found = _string.match(text, position)
    after = _skip(text, found.end()) if found is not None else position
    if found is None or not text.startswith(":", after):
        raise ShiftError(f"no JSON at character {position}")
    path[-1] = json.loads(found[0])
    return _skip(text, after + 1)


def shift_json(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times of a document whose kind we know; leave any other as it is."""
    document = _Document(content.decode("utf-8"), shift.delta, notes)
    if document.string("alert_type") is not None and document.string("superevent_id") is not None:
        _alert(document, shift)
    elif any(document.raw(key) is not None for key in _NOTICE_KEYS):
        _notice(document, shift)
    elif document.raw("gpstime") is not None:
        _pipeline(document)
    else:
        notes.left("no time of an event in it")
        return content
    return document.result().encode("utf-8")


def _pipeline(document: _Document) -> None:
    """Move the times of an event of a pipeline."""
    delta = document.delta
    for key in ("gpstime", "central_time"):
        text = document.word(key)
        if text is not None and _seconds(key, text) > 10**8:  # GPS, not since a start
            document.replace((key,), exact_number(text, delta, point=True))
    for key in _PAIRS:
        seconds, rest = document.raw(key), document.raw(f"{key}_ns")
        if seconds is None or _seconds(key, seconds) == 0:
            continue
        if rest is None:
            document.replace((key,), exact_number(seconds, delta, point=True))
            continue
        old = int(_seconds(key, seconds) * BILLION + _seconds(key, rest))
        new = old + delta
        document.replace((key,), str(new // BILLION))
        document.replace((f"{key}_ns",), str(new % BILLION))
        sidereal = document.raw(f"{key.removeprefix('geocent_')}_gmst")
        if sidereal is not None and float(sidereal) and key in ("geocent_end_time", "end_time"):
            moved = Decimal(sidereal) + Decimal(repr(gmst(new))) - Decimal(repr(gmst(old)))
            document.replace((f"{key.removeprefix('geocent_')}_gmst",), f"{moved:f}")


def _seconds(key: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ShiftError(f"{key}: {text} is no time") from None


def _notice(document: _Document, shift: Shift) -> None:
    """Move the times and the ids of an external notice."""
    old: int | None = None
    for key in _ISO_KEYS:
        text = document.string(key)
        if text is not None:
            old = iso_to_gps(text) if old is None else old
            document.replace((key,), shift_iso(text, shift.delta))
    if (jd := document.raw("jd")) is not None:
        mjd = f"{Decimal(jd) - _JD_OF_MJD:f}"
        moved = Decimal(shift_days(mjd, shift.delta)) + _JD_OF_MJD
        document.replace(("jd",), f"{moved:f}")
    if old is not None and not shift.keep_trigger_id:
        for path in [path for path in document.places if path[0] == "id"]:
            trigger = document.word(*path)
            if trigger is not None:
                document.replace(path, new_trigger(trigger, old, shift))
    _skymap(document, ("healpix_file",), shift)


def _alert(document: _Document, shift: Shift) -> None:
    """Move the times of an alert on a superevent, and put the new ids into it."""
    for path in ALERT_TIMES:
        text = document.string(*path)
        if text is not None:
            document.replace(path, shift_iso(text, shift.delta))
    for path in ALERT_IDS:
        text = document.word(*path)
        if text is not None:
            document.replace(path, shift.ids(text))
    for path in ALERT_SKYMAPS:
        _skymap(document, path, shift)


def _skymap(document: _Document, path: Path, shift: Shift) -> None:
    """Move the times in the header of a sky map that is in a document in base 64."""
    text = document.string(*path)
    if text is None:
        return
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return  # a link
    moved = shift_skymap(packed, shift)
    if moved != packed:
        document.replace(path, base64.b64encode(moved).decode("ascii"))


def shift_skymap(packed: bytes, shift: Shift) -> bytes:
    """Move the times in the header of a sky map, packed or not; give back what is none."""
    try:
        content, pack = unpacked(packed)
    except (ValueError, OSError, EOFError):
        return packed
    if content[:9] != b"SIMPLE  =":
        return packed
    moved = shift_fits(content, shift, Notes())
    return packed if moved == content else pack(moved)
