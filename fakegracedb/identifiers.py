"""Names: ids of events and superevents, versions of files, and safe names of files on disk."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = [
    "disk_name",
    "graceid",
    "graceid_letter",
    "gw_id",
    "is_content_id",
    "is_superevent_id",
    "letter_matches",
    "parse_graceid",
    "split_version",
    "superevent_id",
    "superevent_key",
    "upload_name",
    "versioned",
]

_LETTERS = "GEHMTD"
_ID_DIGITS = 18  # more are no id: no counter gets there, and every such number is an int64


def graceid_letter(group: str, pipeline: str, search: str | None) -> str:
    """Letter of an event's graceid.

    Parameters
    ----------
    group, pipeline : str
        Names.
    search : str or None
        Name; None or empty if the event has none.

    Returns
    -------
    str
        The first that applies: T for the group Test, M for the search MDC, H for the pipeline
        HardwareInjection, D for the group Detchar, E for the group External; else G.
    """
    for letter in "TMHDE":
        if letter_matches(letter, group, pipeline, search):
            return letter
    return "G"


def letter_matches(letter: str, group: str, pipeline: str, search: str | None) -> bool:
    """Whether an event may be asked for under a letter.

    Parameters
    ----------
    letter : str
        One of ``G E H M T D``.
    group, pipeline : str
        Names.
    search : str or None
        Name; None or empty if the event has none.

    Returns
    -------
    bool
        Always true for G.

    Notes
    -----
    As the server does: it finds events by number, and then looks at the letter. So a test event of
    the search MDC has the graceid T0007 and is also found as M0007 and G0007.
    """
    match letter:
        case "G":
            return True
        case "T":
            return group == "Test"
        case "M":
            return search == "MDC"
        case "H":
            return pipeline == "HardwareInjection"
        case "D":
            return group == "Detchar"
        case "E":
            return group == "External"
    return False


def graceid(letter: str, number: int) -> str:
    """Write a graceid, e.g. ``T0007``: the number has at least four digits.

    Raises
    ------
    ValueError
        No such letter, or a negative number.
    """
    if len(letter) != 1 or letter not in _LETTERS or number < 0:
        raise ValueError(f"{letter!r} and {number} make no graceid; letters are {_LETTERS}")
    return f"{letter}{number:04d}"


def parse_graceid(text: str) -> tuple[str, int] | None:
    """Read a graceid.

    Parameters
    ----------
    text : str
        Zeros in front of the number do not matter: ``T7`` is ``T0007``.

    Returns
    -------
    tuple of str and int, or None
        Letter and number; None if this is no graceid.
    """
    digits = text[1:]
    if text[:1] in _LETTERS and _is_number(digits):
        return text[0], int(digits)
    return None


_PREFIXES = {"P": "", "T": "T", "M": "M"}  # of superevents, by category
_SUPEREVENT = re.compile(r"([TM]?)S([0-9]{6})([a-z]{1,10})")


def _suffix(number: int) -> str:
    """Write a number in letters: 1 is a, 26 z, 27 aa, 702 zz."""
    letters = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def superevent_id(category: str, date: str, number: int) -> str:
    """Write the default id of a superevent, e.g. ``TS240229b``.

    Parameters
    ----------
    category : {"P", "T", "M"}
        Production, Test or MDC.
    date : str
        ``YYMMDD``.
    number : int
        Which of its day and category it is, from 1.

    Raises
    ------
    ValueError
        No such category, or a number below 1.
    """
    if category not in _PREFIXES or number < 1:
        raise ValueError(f"{category!r} and {number} make no superevent id")
    return f"{_PREFIXES[category]}S{date}{_suffix(number)}"


def gw_id(category: str, date: str, number: int) -> str:
    """Write the id of a superevent that is confirmed, e.g. ``GW240229A``; as `superevent_id`."""
    if category not in _PREFIXES or number < 1:
        raise ValueError(f"{category!r} and {number} make no id of a gravitational wave")
    return f"{_PREFIXES[category]}GW{date}{_suffix(number).upper()}"


def is_superevent_id(text: str) -> bool:
    """Whether this is a default id of a superevent, as it is written here."""
    return _SUPEREVENT.fullmatch(text) is not None


@lru_cache(maxsize=1024)  # whoever makes a superevent asks for its own several times
def superevent_key(superevent_id: str) -> tuple[str, str, int]:
    """Read a default id: category, date and number.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = _SUPEREVENT.fullmatch(superevent_id)
    if found is None:
        raise ValueError(f"{superevent_id!r} is no id of a superevent")
    prefix, date, letters = found.groups()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("a") + 1
    return prefix or "P", date, number


_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


def is_content_id(text: str) -> bool:
    """Whether this is a UUID with its hyphens, in any case, which names an event by its content."""
    return re.fullmatch(_UUID, text, re.ASCII | re.IGNORECASE) is not None


def split_version(name: str) -> tuple[str, int | None]:
    """Split the name of a file into the bare name and the version that is asked for.

    Parameters
    ----------
    name : str
        ``coinc.xml,0`` or ``coinc.xml``.

    Returns
    -------
    tuple of str and (int or None)
        Name and version. Without a version, the whole and None.

    Notes
    -----
    Only what `versioned` writes is a version: ASCII digits without zeros in front. The server keeps
    each version in a file of that very name, so to it ``coinc.xml,00`` is just a file it has not.
    """
    bare, comma, version = name.rpartition(",")
    if comma and bare and _is_number(version) and (version == "0" or version[0] != "0"):
        return bare, int(version)
    return name, None


def versioned(name: str, version: int) -> str:
    """Write the name of one version of a file, e.g. ``coinc.xml,0``.

    Raises
    ------
    ValueError
        A negative version.
    """
    if version < 0:
        raise ValueError(f"versions of {name!r} begin at 0: {version}")
    return f"{name},{version}"


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= _ID_DIGITS


_UPLOAD_NAME_LENGTH = 255  # characters


def upload_name(raw: str) -> str | None:
    """Name that the server keeps of the file name in an upload.

    Parameters
    ----------
    raw : str
        The ``filename`` of a multipart form's part.

    Returns
    -------
    str or None
        The base name: without folders, whichever slash they are written with, and without
        characters that cannot be printed. None if nothing is left that can be a name.

    Notes
    -----
    As Django's form parser does, which the server builds upon: HTML entities are resolved first,
    and of a name longer than 255 characters the part before the extension is cut short.
    """
    name = raw
    if "&" in name:
        from html import unescape

        name = unescape(name)
    name = name.rpartition("/")[2].rpartition("\\")[2]
    name = "".join(filter(str.isprintable, name))
    if len(name) > _UPLOAD_NAME_LENGTH:
        stem, extension = posixpath.splitext(name)
        extension = extension[:_UPLOAD_NAME_LENGTH]
        name = stem[: _UPLOAD_NAME_LENGTH - len(extension)] + extension
    return None if name in ("", ".", "..") else name


_SPECIAL = frozenset('/\\:*?"<>|%')
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [port + number for port in ("COM", "LPT") for number in "123456789¹²³"]
)
_DISK_NAME_BYTES = 180  # leaves room for a mark of distinction, a version and a temporary name
_HASH_DIGITS = 16


def disk_name(name: str, taken: Iterable[str] = ()) -> str:
    """Name under which an uploaded file lies on disk.

    A store travels between Linux, macOS and Windows, and no upload gets out of its folder or in the
    way of the store's own files there. Ordinary names stay as they are.

    Parameters
    ----------
    name : str
        Base name of the upload, without version.
    taken : iterable of str
        Disk names that *other* uploads have in the same folder, without version.

    Returns
    -------
    str
        At most 200 bytes of UTF-8. It differs from all of `taken` also where upper and lower case
        are the same, and however accents are composed. The version is for the caller to add.

    Notes
    -----
    It is in the composed form (NFC), which git on a Mac would make of it anyway. Percent-encoded
    are: characters that Windows refuses, the percent sign, what cannot be printed, a dot in front
    (hidden and temporary files are the store's), a dot or blank at the end, and the first letter of
    a device of Windows (``NUL.txt``). A longer name is cut and ends in its hash. One that is taken
    gets ``~2``, ``~3`` … . So the name given cannot always be told from the one on disk: keep both.
    """
    pieces = list(_pieces(unicodedata.normalize("NFC", name)))
    if sum(len(piece.encode()) for piece in pieces) > _DISK_NAME_BYTES:
        pieces = _shortened(pieces, name)
    # A lone percent sign is no encoding of anything, and so free to stand for the empty name.
    wanted = unicodedata.normalize("NFC", "".join(pieces)) or "%"
    others = {folded(other) for other in taken}
    found, count = wanted, 1
    while folded(found) in others:
        count += 1
        found = f"{wanted}~{count}"
    return found


def _pieces(name: str) -> Iterator[str]:
    device = name.partition(".")[0].rstrip(" ").upper() in _DEVICES
    for place, character in enumerate(name):
        first, last = place == 0, place == len(name) - 1
        if (
            character in _SPECIAL
            or not character.isprintable()
            or (first and (device or character == "."))
            or (last and character in ". ")
        ):
            encoded = character.encode("utf-8", "surrogatepass")
            yield "".join(f"%{byte:02X}" for byte in encoded)
        else:
            yield character


def _shortened(pieces: list[str], name: str) -> list[str]:
    from hashlib import sha256

    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    mark = f"~{digest}"
    room = _DISK_NAME_BYTES - len(mark)
    kept = []
    for piece in pieces:
        room -= len(piece.encode())
        if room < 0:
            break
        kept.append(piece)
    return [*kept, mark]


def folded(name: str) -> str:
    """Give what names share that some file system takes for one: case and form do not count."""
    # Upper case first: file systems that ignore case compare in it, where a dotless i is an I.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper().casefold())
