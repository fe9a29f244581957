"""Times and ids in VOEvents: the places are found by expat, the bytes around them stay."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from ..errors import ShiftError
from .instants import iso_to_gps, shift_iso, shift_truncated_day
from .shifting import Notes, Shift
from .triggers import SHORTEST, new_trigger

__all__ = ["shift_voevent"]

_DATE = "Who/Date"
_TIME = "WhereWhen/ObsDataLocation/ObservationLocation/AstroCoords/Time/TimeInstant/ISOTime"
_PAIRS = ("Event", "Burst", "Trans", "Trig", "Trigger", "Slice", "Obs")
_TRIGGERS = ("TrigID", "Trans_Num")
_iso = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?")
_day = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d|[T ]\d)")


@dataclass(slots=True)
class _Place:
    """A text in the document: where it begins and ends, and what it is."""

    begin: int
    end: int
    text: str


@dataclass(slots=True)
class _Found:
    """What there is in a document."""

    root: dict[str, _Place] = field(default_factory=dict)
    params: dict[str, _Place] = field(default_factory=dict)
    texts: dict[str, list[_Place]] = field(default_factory=dict)
    cited: list[_Place] = field(default_factory=list)

    def first(self, path: str) -> _Place | None:
        return next(iter(self.texts.get(path, ())), None)


_attribute = re.compile(rb"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def _attribute_places(content: bytes, begin: int) -> dict[str, _Place]:
    end = _tag_end(content, begin)
    places = {}
    for found in _attribute.finditer(content, begin, end):
        group = 2 if found[2] is not None else 3
        places[found[1].decode("utf-8", "replace")] = _Place(
            *found.span(group), found[group].decode("utf-8", "replace")
        )
    return places


def _tag_end(content: bytes, begin: int) -> int:
    """Find the end of a tag: a > outside of quotes."""
    found = re.compile(rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*>").match(content, begin)
    return found.end() if found is not None else len(content)


def _read(content: bytes) -> _Found:
    found = _Found()
    path: list[str] = []
    begins: list[int] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        position = parser.CurrentByteIndex
        if not path:
            found.root = _attribute_places(content, position)
        path.append(local)
        begins.append(_tag_end(content, position))
        if local == "Param" and "name" in attributes:
            value = _attribute_places(content, position).get("value")
            if value is not None:
                found.params.setdefault(attributes["name"], value)

    def end(name: str) -> None:
        where = "/".join(path[1:])
        begin, last = begins.pop(), parser.CurrentByteIndex
        path.pop()
        if where in (_DATE, _TIME, "Citations/EventIVORN") and begin <= last:
            text = content[begin:last].decode("utf-8", "replace")
            found.texts.setdefault(where, []).append(_Place(begin, last, text))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ShiftError(str(error)) from None
    return found


def shift_voevent(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times of a VOEvent, and give it and its trigger new ids."""
    found = _read(content)
    new: list[tuple[int, int, bytes]] = []

    def replace(field: str, place: _Place, text: str) -> None:
        if notes.changed(field, place.text, text) != place.text:
            new.append((place.begin, place.end, text.encode("utf-8")))

    ours = "GraceID" in found.params
    for path in (_DATE, _TIME):
        place = found.first(path)
        if place is None:
            if ours:
                continue
            raise ShiftError(f"there is no {path}")
        replace(path, place, _iso_within(place.text, shift.delta, path))
    for name in _PAIRS:
        day, second = (found.params.get(f"{name}_{part}") for part in ("TJD", "SOD"))
        if day is not None and second is not None:
            days, seconds = _shift_pair(name, day.text, second.text, shift.delta)
            replace(f"{name}_TJD", day, days)
            replace(f"{name}_SOD", second, seconds)
    trigger = None if ours or shift.keep_trigger_id else _new_trigger(found, shift)
    for name in _TRIGGERS:
        place = found.params.get(name)
        if place is not None and trigger is not None and place.text == trigger[0]:
            replace(name, place, trigger[1])
    if (ivorn := found.root.get("ivorn")) is not None:
        new_ivorn = _new_ivorn(ivorn.text, found, shift, trigger, ours)
        shift.ids.add(ivorn.text, new_ivorn)  # by which notices of superevents name it
        replace("ivorn", ivorn, new_ivorn)
    if shift.test_role and (role := found.root.get("role")) is not None:
        replace("role", role, "test" if role.text == "observation" else role.text)
    if ours:
        for name, place in found.params.items():
            replace(name, place, shift.ids(place.text))
        for place in found.texts.get("Citations/EventIVORN", ()):
            replace("EventIVORN", place, shift.ids(place.text))
    return _replaced(content, new)


def _replaced(content: bytes, new: list[tuple[int, int, bytes]]) -> bytes:
    pieces, done = [], 0
    for begin, end, text in sorted(new):
        pieces += [content[done:begin], text]
        done = end
    return b"".join([*pieces, content[done:]])


def _iso_within(text: str, delta: int, path: str) -> str:
    bare = text.strip()
    try:
        return text.replace(bare, shift_iso(bare, delta))
    except ValueError as error:
        raise ShiftError(f"{path}: {error}") from None


def _shift_pair(name: str, day: str, second: str, delta: int) -> tuple[str, str]:
    try:
        return shift_truncated_day(day, second, delta)
    except ValueError as error:
        raise ShiftError(f"{name}_TJD, {name}_SOD: {error}") from None


def _new_trigger(found: _Found, shift: Shift) -> tuple[str, str] | None:
    """Give the id of the trigger, and the one that it gets."""
    time = found.first(_TIME)
    for name in _TRIGGERS:
        place = found.params.get(name)
        if place is not None and time is not None:
            return place.text, new_trigger(place.text, iso_to_gps(time.text), shift)
    return None


def _new_ivorn(
    text: str, found: _Found, shift: Shift, trigger: tuple[str, str] | None, ours: bool
) -> str:
    """Move times and days in a name, and put the new id of the trigger into it."""
    if ours:
        return shift.ids(text)
    time = found.first(_TIME)

    def day(one: re.Match[str]) -> str:
        if time is not None and time.text.strip().startswith(one[0]):
            return shift_iso(time.text.strip(), shift.delta)[:10]
        return shift_iso(one[0], shift.delta)

    # apart, so that what a time has become is not taken for an id
    pieces = re.split(rf"({_iso.pattern})", text)
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = shift_iso(piece, shift.delta)
            continue
        piece = _day.sub(day, piece)
        if trigger is not None and len(trigger[0]) >= SHORTEST:
            piece = re.sub(
                rf"(?<![0-9A-Za-z]){re.escape(trigger[0])}(?![0-9A-Za-z])", trigger[1], piece
            )
        pieces[place] = piece
    return shift.ids("".join(pieces))
