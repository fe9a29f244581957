"""From an uploaded event file to what the event holds: readers by pipeline, and their answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..stretches import Content, Stretch, whole

__all__ = [
    "Entry",
    "Reader",
    "Reading",
    "Upload",
    "failed",
    "read",
    "reader_for",
    "register_reader",
]


@dataclass(frozen=True, slots=True)
class Upload:
    """One event file, and what its reader may know about the event.

    Attributes
    ----------
    filename : str
        Base name of the upload.
    data : bytes, memoryview or Stretch
        As sent; a large one may lie in a file.
    pipeline, group : str
        Names.
    search : str or None
        Name.
    fields : mapping of str
        Further form fields that a reader may want (`instruments` of a hardware injection).
    replaces : bool
        The file takes the place of the one that made the event. There is no form then.
    """

    filename: str
    data: Content
    pipeline: str
    group: str
    search: str | None
    fields: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = False

    @property
    def content(self) -> bytes | memoryview:
        """The data in memory."""
        return whole(self.data) if isinstance(self.data, Stretch) else self.data


@dataclass(frozen=True, slots=True)
class Entry:
    """One log that a reader writes.

    Attributes
    ----------
    comment : str
        The text.
    filename : str
        The file that it shows; empty for none.
    file_version : int or None
        As the server's log says it, which is not always the file's true version: `event.log` is
        always said to be version 0; `coinc.xml` too, unless the upload itself is called so.
    """

    comment: str
    filename: str = ""
    file_version: int | None = None


@dataclass(slots=True)
class Reading:
    """What reading an event file did.

    Attributes
    ----------
    values : dict
        Columns of the event that the reader saved, of `gpstime` (GPS [s], to 6 decimals), `far`
        [Hz], `instruments`, `nevents` and `likelihood`; those not named keep what they have.
        The likelihood may be infinite: the service stores the largest one known in its place.
    unsaved : dict
        Columns that were set in memory but not saved before the reader returned or raised. A
        replacement whose reader did not raise saves them after all; a creation does not.
    attributes : dict
        Members of `extra_attributes`, each to replace the stored one whole. An empty list means
        that there are no rows any more.
    updates : dict of str to dict
        Members of which only the keys named change; null takes a key away.
    files : list of tuple of (str, bytes, memoryview or Stretch)
        Name and content of the files written, in this order.
    logs : list of Entry
        The logs written, in this order.
    warnings : list of str
        What a creation answers as its warnings. A replacement discards them.
    failure : str or None
        The text of the exception with which the server's reader ends; None if it returned.
        A creation then warns ``Problem scanning data. No alert issued (<text>)``, and sends no
        alert and applies no labels. All the rest of the reading happened all the same.
    fatal : bool
        The exception reaches the client of a replacement too, as a server error.
    refusal : str or None
        Why there can be no event, whatever its file holds. A creation then is an error, and
        answers ``Problem creating event (<text>)``.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unsaved: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[tuple[str, Content]] = field(default_factory=list)
    logs: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failure: str | None = None
    fatal: bool = False
    refusal: str | None = None

    def merged(self, extra: Mapping[str, Any]) -> dict[str, Any]:
        """Give the `extra_attributes` that an event has after this reading.

        Parameters
        ----------
        extra : mapping
            Those that it had, as stored.

        Returns
        -------
        dict
            Members that are not concerned are the same objects as before.
        """
        merged = {**extra, **self.attributes}
        for member, changes in self.updates.items():
            row = {**merged.get(member, {}), **changes}
            merged[member] = {key: value for key, value in row.items() if value is not None}
        return merged


Reader = Callable[[Upload], Reading]

# A reader, or where it is found at its first use, as "module:function" below this package.
# Pipelines that are not here have their files stored unread.
_readers: dict[str, Reader | str] = {
    "gstlal": "coinc:read_coinc",
    "spiir": "coinc:read_coinc",
    "pycbc": "coinc:read_coinc",
    "PyGRB": "coinc:read_coinc",
    "SGNL": "coinc:read_coinc",
    "MBTA": "coinc:read_mbta",
    "MBTAOnline": "coinc:read_mbta",
    "CWB": "cwb:read_cwb",
    "CWB2G": "cwb:read_cwb",
    "Fermi": "grb:read_grb",
    "Swift": "grb:read_grb",
    "INTEGRAL": "grb:read_grb",
    "AGILE": "grb:read_grb",
    "CHIME": "grb:read_grb",
    "SVOM": "grb:read_grb",
    "SNEWS": "grb:read_grb",
    "IceCube": "grb:read_grb",
    "HardwareInjection": "injection:read_injection",
    "oLIB": "olib:read_olib",
    "MLy": "mly:read_mly",
    "aframe": "mly:read_mly",
    "GWAK": "mly:read_mly",
}

_LONGEST_FAILURE = 2000  # characters; an exception may repeat what it could not read


def register_reader(pipeline: str, reader: Reader) -> None:
    """Let a reader read the uploads of a pipeline, in place of the one it had, if any.

    Parameters
    ----------
    pipeline : str
        Name of the pipeline.
    reader : callable
        Takes an `Upload` and returns a `Reading`. An exception it raises becomes the failure of
        an otherwise empty reading.
    """
    _readers[pipeline] = reader


def reader_for(pipeline: str) -> Reader | None:
    """Find the reader of a pipeline's uploads.

    Parameters
    ----------
    pipeline : str
        Name of the pipeline.

    Returns
    -------
    callable or None
        None if the files of this pipeline are stored unread.
    """
    reader = _readers.get(pipeline)
    if isinstance(reader, str):
        module, _, function = reader.partition(":")
        found: Reader = getattr(import_module(f".{module}", __name__), function)
        _readers[pipeline] = found
        return found
    return reader


def read(upload: Upload) -> Reading:
    """Read an event file as the server does.

    Parameters
    ----------
    upload : Upload
        The file.

    Returns
    -------
    Reading
        Whatever the file holds: a bad one is a reading with a failure. Nothing was read, and
        nothing failed, if the pipeline has no reader.

    Raises
    ------
    MemoryError
        The only thing that can be wrong with a file and is not a failure of the reading.
    """
    reader = reader_for(upload.pipeline)
    if reader is None:
        return Reading()
    try:
        return reader(upload)
    except MemoryError:
        raise
    except Exception as error:
        return failed(error)


def failed(error: Exception) -> Reading:
    """Give the reading that ended with an exception before anything was saved."""
    return Reading(failure=str(error)[:_LONGEST_FAILURE], fatal=True)
