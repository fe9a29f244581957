"""A shift in time, what it does to one file, and the rules by kind of file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any, TypeAlias

from ..errors import ShiftError
from .identities import IdMap
from .instants import BILLION, decimal_seconds, shift_number

__all__ = [
    "Change",
    "Function",
    "Match",
    "Notes",
    "Shift",
    "Shifted",
    "register_shifter",
    "shift_file",
]


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much everything moves, and how far that goes.

    Attributes
    ----------
    delta : int
        New time minus old time [ns].
    ids : IdMap
        Old ids to new ones.
    reference : int or None
        The old GPS time [ns] that is moved to a new one: times near it are suspicious in files of
        which we know nothing.
    deep : bool
        Also what tells of times far from the event: significance lines and segments of cWB; and the
        columns of times in HDF5 files.
    keep_trigger_id : bool
        External notices keep the ids of their triggers.
    test_role : bool
        External notices get ``role="test"``.
    shift_process : bool
        Also the times of jobs in LIGO_LW documents.
    rewrite_text : bool
        Apply the id map to files of plain text too.
    rename_files : bool
        Move GPS times in names of files.
    strict : bool
        A file of an unknown kind that has a time near the event in it is an error.
    """

    delta: int
    ids: IdMap = field(default_factory=IdMap)
    reference: int | None = None
    deep: bool = False
    keep_trigger_id: bool = False
    test_role: bool = False
    shift_process: bool = False
    rewrite_text: bool = False
    rename_files: bool = False
    strict: bool = False

    @property
    def seconds(self) -> str:
        """The shift [s], in decimals."""
        return decimal_seconds(self.delta)

    def filename(self, name: str) -> str:
        """Give the name that a file has after the shift."""
        name = self.ids(name)
        return self.near_times(name) if self.rename_files else name

    def near_times(self, text: str) -> str:
        """Move the GPS times in a text that are near the reference."""

        def moved(found: re.Match[str]) -> str:
            return shift_number(found[0], self.delta) if self.is_near(found[0]) else found[0]

        return _GPS.sub(moved, text)

    def is_near(self, text: str) -> bool:
        """Whether a text of digits is a GPS time within a day of the reference."""
        if self.reference is None:
            return False
        return abs(int(text.partition(".")[0]) - self.reference // BILLION) <= 86400


_GPS = re.compile(r"(?<![\d.])\d{9,10}(?:\.\d+)?(?!\d)")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a file that changed."""

    field: str
    old: str
    new: str


class Notes:
    """Takes down what a rule changes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.reasons: list[str] = []

    def changed(self, field: str, old: str, new: str) -> str:
        """Note a change, if it is one; give the new text."""
        if old != new:
            self.changes.append(Change(field, old, new))
        return new

    def left(self, reason: str) -> None:
        """Note why something is left as it is."""
        self.reasons.append(reason)


@dataclass(frozen=True, slots=True)
class Shifted:
    """A file after a shift.

    Attributes
    ----------
    name, old_name : str
        Its name, after the id map and before.
    content : bytes
        Its bytes; the very same if nothing had to change.
    kind : str
        Of the rule that was used.
    changes : list of Change
        What changed.
    reason : str
        Why nothing, or not all, was shifted; empty otherwise.
    """

    name: str
    old_name: str
    content: bytes
    kind: str
    changes: list[Change]
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give what the report says of the file."""
        data: dict[str, Any] = {"file": self.old_name, "kind": self.kind}
        if self.name != self.old_name:
            data["new_name"] = self.name
        data["changes"] = [[one.field, one.old, one.new] for one in self.changes]
        if self.reason:
            data["not_shifted"] = self.reason
        return data


Match: TypeAlias = "str | Callable[[str, bytes], bool]"
Function: TypeAlias = Callable[[bytes, Shift, Notes], bytes]


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    match: Match
    function: Function | str

    def takes(self, name: str, content: bytes) -> bool:
        if isinstance(self.match, str):
            return any(fnmatchcase(name, pattern) for pattern in self.match.split())
        return self.match(name, content)

    def load(self) -> Function:
        if isinstance(self.function, str):
            module, _, function = self.function.partition(":")
            found: Function = getattr(import_module(f".{module}", __package__), function)
            return found
        return self.function


def _head(content: bytes) -> bytes:
    return content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")


def _is_ligolw(name: str, content: bytes) -> bool:
    return _head(content)[:1] == b"<" and b"<LIGO_LW" in content[:65536]


def _is_voevent(name: str, content: bytes) -> bool:
    head = _head(content)
    return head[:1] == b"<" and re.search(rb"<(?:\w+:)?VOEvent[\s>]", content[:65536]) is not None


def _is_json(name: str, content: bytes) -> bool:
    return _head(content)[:1] in (b"{", b"[")


def _is_cwb(name: str, content: bytes) -> bool:
    start, time = (re.search(key, content[:65536], re.M) for key in (rb"^start:", rb"^time:"))
    return start is not None and time is not None


def _is_text(name: str, content: bytes) -> bool:
    if name.endswith((".txt", ".log", ".html", ".md", ".eml")):
        return True
    try:
        return "\0" not in content[:4096].decode("ascii")
    except UnicodeDecodeError:
        return False


_rules: list[_Rule] = [
    # names that say more than the content
    _Rule("ranking data", "*ranking_data*.xml*", "plain:left_alone"),
    _Rule(
        "probabilities",
        "p_astro.json* pastro.json* *.p_astro.json* *_probs.json* em_bright.json* embright.json* "
        "*.em_bright.json* gwskynet*.json* coincidence_far*.json*",
        "plain:left_alone",
    ),
    # by content
    _Rule("LIGO_LW", _is_ligolw, "ligolw:shift_ligolw"),
    _Rule("VOEvent", _is_voevent, "voevents:shift_voevent"),
    _Rule("FITS", lambda name, content: content[:9] == b"SIMPLE  =", "fits:shift_fits"),
    _Rule("HDF5", lambda name, content: content[:8] == b"\x89HDF\r\n\x1a\n", "hdf5:shift_hdf5"),
    _Rule("Avro", lambda name, content: content[:4] == b"Obj\x01", "avro:shift_avro"),
    _Rule("JSON", _is_json, "jsons:shift_json"),
    _Rule("cWB text", _is_cwb, "cwb:shift_cwb"),
    _Rule("text", _is_text, "plain:shift_text"),
    _Rule("picture", "*.png *.pdf *.jpg *.gif *.svg", "plain:left_alone"),
    _Rule("samples", "*.dat *posterior_samples*", "plain:left_alone"),
]
_OTHER = _Rule("unknown", "*", "plain:left_alone")


def register_shifter(kind: str, match: Match, function: Function) -> None:
    """Add a rule for a kind of file, before all others.

    Parameters
    ----------
    kind : str
        What reports call it.
    match : str or callable
        Patterns of file names, separated by blanks, as of the shell; or a function that takes a
        name and the unpacked content and tells whether the rule is meant.
    function : callable
        Takes the unpacked content, the `Shift` and the `Notes` in which to say what is changed;
        gives the new content.
    """
    _rules.insert(0, _Rule(kind, match, function))


def shift_file(name: str, content: bytes, shift: Shift) -> Shifted:
    """Move all times in a file.

    Parameters
    ----------
    name : str
        Its name, which is looked at where the content does not tell the kind.
    content : bytes
        As uploaded; gzip, bzip2 and xz are looked into and made again.
    shift : Shift
        By how much, and how.

    Returns
    -------
    Shifted
        The file, with what changed in it.

    Raises
    ------
    ShiftError
        The file is not what its kind must be, or a time in it would leave what it can hold; with
        `Shift.strict` also a file of an unknown kind with a time near the event.
    """
    from .packing import unpacked

    try:
        inside, pack = unpacked(content)
    except (ValueError, OSError, EOFError) as error:
        raise ShiftError(f"{name} cannot be unpacked: {error}") from None
    rule = next((rule for rule in _rules if rule.takes(name, inside)), _OTHER)
    notes = Notes()
    try:
        new = rule.load()(inside, shift, notes)
    except ShiftError as error:
        raise ShiftError(f"{name} ({rule.kind}): {error}") from None
    except ValueError as error:
        raise ShiftError(f"{name} ({rule.kind}): {error}") from None
    if rule is _OTHER and shift.strict:
        _be_strict(name, inside, shift)
    reason = "; ".join(notes.reasons)
    if not reason and not notes.changes and new == inside:
        reason = "holds no time that moves"
    result = content if new == inside else pack(new)
    return Shifted(shift.filename(name), name, result, rule.kind, notes.changes, reason)


def _be_strict(name: str, content: bytes, shift: Shift) -> None:
    for found in re.finditer(rb"(?<!\d)\d{10}(?!\d)", content):
        if shift.is_near(found[0].decode()):
            raise ShiftError(
                f"{name} is of a kind that we do not know, and {found[0].decode()} in it is near "
                "the event: register_shifter takes a rule for it"
            )
