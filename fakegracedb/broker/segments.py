"""The log of one topic on disk, in Kafka's own layout: record batches one after another.

::

    gracedb.superevent-0/
        00000000000000000000.log     named after the offset of its first record
        00000000000000041234.log     begun when the one before was full

A batch that was cut short by the end of a process was never acknowledged; it is removed when the
log is opened. A folder is made with the first record.
"""

from __future__ import annotations

import logging
import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from .checksum import crc32c
from .records import HEADER_SIZE, Batch, InvalidBatch, first_at, numbered

__all__ = ["Log"]

_FULL = 1 << 30  # bytes of a segment
_PIECE = 1 << 20
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a batch lies."""

    batch: Batch
    segment: int
    position: int


class Log:
    """The records of a topic, in order.

    Parameters
    ----------
    folder : Path
        Where its segments lie.
    full : int
        The size from which on a segment is followed by another one [bytes].

    Attributes
    ----------
    next : int
        The offset of the record that comes next.
    """

    def __init__(self, folder: Path, full: int = _FULL) -> None:
        self.folder = folder
        self.next = 0
        self._full = full
        self._segments: list[Path] = []
        self._files: dict[int, FileIO] = {}
        self._size = 0  # of the last segment
        self._places: list[_Place] = []
        self._lasts: list[int] = []  # the last offset of each of them
        self._recover()

    def _recover(self) -> None:
        if not self.folder.is_dir():
            return
        self._segments = sorted(self.folder.glob("[0-9]*.log"))
        for number, path in enumerate(self._segments):
            if path.stem != f"{self.next:020d}":
                raise InvalidBatch(
                    InvalidBatch.CORRUPT,
                    f"{path} does not follow what is before it: offset {self.next} was to come",
                )
            size = path.stat().st_size
            with path.open("rb") as file:
                self._size = self._scanned(file, size, number)
            if self._size < size:
                if number < len(self._segments) - 1:
                    raise InvalidBatch(
                        InvalidBatch.CORRUPT, f"{path} is damaged after {self._size} bytes"
                    )
                _logger.warning(
                    "%s: %d bytes of a record that was never finished are removed",
                    path,
                    size - self._size,
                )
                os.truncate(path, self._size)

    def _scanned(self, file: BinaryIO, size: int, segment: int) -> int:
        """Take in the batches of a segment; give where the last whole one ends."""
        position = 0
        found: list[_Place] = []
        while position < size:
            file.seek(position)
            head = file.read(HEADER_SIZE)
            try:
                batch = Batch.of(head, available=size - position)
            except InvalidBatch:
                break
            if batch.base != (found[-1].batch.last + 1 if found else self.next):
                break
            found.append(_Place(batch, segment, position))
            position += batch.size
        while found:  # what was on its way to the disk may have holes
            file.seek(found[-1].position)
            data = file.read(found[-1].batch.size)
            if crc32c(data[21:]) == int.from_bytes(data[17:21], "big"):
                break
            position = found.pop().position
        for place in found:
            self._take(place)
        return position

    def _take(self, place: _Place) -> None:
        self._places.append(place)
        self._lasts.append(place.batch.last)
        self.next = place.batch.last + 1

    def batches(self) -> Iterator[Batch]:
        """Give what the headers say, in order."""
        return (place.batch for place in self._places)

    def append(self, data: bytes | memoryview) -> Batch:
        """Add one batch, of which the header has been checked; give it as it is numbered.

        Raises
        ------
        OSError
            If the disk cannot take it; the log is then as it was.
        """
        batch = Batch.of(whole := numbered(data, self.next))
        if not self._segments or self._size >= self._full:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._segments.append(self.folder / f"{self.next:020d}.log")
            self._size = 0
        segment = len(self._segments) - 1
        file = self._file(segment)
        try:
            file.seek(self._size)
            view = memoryview(whole)
            while view:
                view = view[file.write(view) :]
        except OSError:
            file.truncate(self._size)
            raise
        self._take(_Place(batch, segment, self._size))
        self._size += len(whole)
        return batch

    def _file(self, segment: int) -> FileIO:
        file = self._files.get(segment)
        if file is None:
            path = self._segments[segment]
            path.touch()
            file = self._files[segment] = path.open("r+b", buffering=0)
        return file

    def read(self, offset: int, limit: int) -> bytes:
        """Give the batches from the one with an offset on, as many as a limit allows [bytes].

        One is given in any case, if there is one, lest a reader with a low limit never get on.
        """
        first = bisect_left(self._lasts, offset)
        if first == len(self._places):
            return b""
        start = self._places[first]
        size = 0
        for number in range(first, len(self._places)):
            place = self._places[number]
            if place.segment != start.segment or (size and size + place.batch.size > limit):
                break
            size += place.batch.size
        return self._bytes(start, size)

    def _bytes(self, place: _Place, size: int) -> bytes:
        file = self._file(place.segment)
        file.seek(place.position)
        data = file.read(size)
        while len(data) < size and (more := file.read(size - len(data))):
            data += more
        return data

    def at_time(self, timestamp: int) -> tuple[int, int] | None:
        """Give offset and time of the first record that is not older than a time [ms]."""
        for place in self._places:
            if place.batch.max_timestamp >= timestamp:
                return first_at(place.batch, self._bytes(place, place.batch.size), timestamp)
        return None

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
