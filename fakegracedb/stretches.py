"""Bytes that stay in a file until they are needed: uploads too large to be held in memory."""

from __future__ import annotations

import io
import itertools
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Content", "Stretch", "gathered", "opened", "pieces", "whole"]

_PIECE = 1 << 18  # bytes read at a time
_IN_MEMORY = 1 << 19  # bytes; larger contents lie in a temporary file


class Stretch:
    """So many bytes of a binary file that is open, from a place on.

    It is searched and cut as `bytes` are, and belongs to one thread, since it moves the file.

    Parameters
    ----------
    file : binary file
        Open for reading, and seekable.
    start, length : int
        Which of its bytes.
    """

    __slots__ = ("__weakref__", "_file", "_length", "_piece", "_place", "_start", "_whole")

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file = file
        self._whole: Stretch | None = None  # of which this is a part, and which may own the file
        self._start = start
        self._length = length
        self._piece = b""  # what was searched last; a form is read by many small steps
        self._place = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: slice) -> bytes:
        start, stop, _ = place.indices(self._length)
        if self._place <= start and stop <= self._place + len(self._piece):
            return self._piece[start - self._place : stop - self._place]
        return self._read(start, max(0, stop - start))

    def __iter__(self) -> Iterator[bytes]:
        """Give all of it, piece by piece."""
        for start in range(0, self._length, _PIECE):
            yield self._read(start, min(_PIECE, self._length - start))

    def part(self, start: int, stop: int) -> Stretch:
        """Give a part of it, as a stretch again."""
        part = Stretch(self._file, self._start + start, stop - start)
        part._whole = self
        return part

    @classmethod
    def of(cls, content: Iterable[bytes | memoryview]) -> Stretch:
        """Put pieces into a temporary file, which is closed when nobody has the stretch any more.

        What goes wrong in getting the pieces leaves nothing behind.
        """
        import tempfile  # only now: most never need it

        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        try:
            for piece in content:
                file.write(piece)
            stretch = cls(file, 0, file.tell())
        except BaseException:
            file.close()
            raise
        weakref.finalize(stretch, file.close)
        return stretch

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def find(self, wanted: bytes, start: int = 0) -> int:
        """Give the place of the first occurrence from a place on, -1 if there is none."""
        while start + len(wanted) <= self._length:
            if not self._place <= start <= self._place + len(self._piece) - len(wanted):
                self._place = start
                self._piece = self._read(start, min(_PIECE, self._length - start))
            found = self._piece.find(wanted, start - self._place)
            if found >= 0:
                return self._place + found
            start = self._place + len(self._piece) - len(wanted) + 1
        return -1

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(self._start + start)
        data = self._file.read(length)
        while len(data) < length:
            more = self._file.read(length - len(data))
            if not more:
                raise EOFError("a file ended before what was to be read of it")
            data += more
        return data


Content: TypeAlias = bytes | memoryview | Stretch


def gathered(content: Iterable[bytes | memoryview]) -> bytes | Stretch:
    """Join pieces, in memory if it is little and in a temporary file if it is much."""
    rest = iter(content)
    taken: list[bytes | memoryview] = []
    size = 0
    for piece in rest:
        taken.append(piece)
        size += len(piece)
        if size > _IN_MEMORY:
            return Stretch.of(itertools.chain(taken, rest))
    return b"".join(taken)


def opened(content: Content) -> IO[bytes]:
    """Give a content as a file to be read, without a copy of what is in a file already."""
    if isinstance(content, Stretch):
        return io.BufferedReader(_Reader(content), _PIECE)
    return io.BytesIO(content)


class _Reader(io.RawIOBase):
    """Reads a stretch from its beginning on."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data = self._stretch[self._place : self._place + len(target)]
        target[: len(data)] = data
        self._place += len(data)
        return len(data)


def pieces(content: Content) -> Iterator[bytes | memoryview]:
    """Give a content piece by piece; what is in memory already is one."""
    return iter(content) if isinstance(content, Stretch) else iter((content,))


def whole(content: Content) -> memoryview:
    """Give a content in memory."""
    return memoryview(content[:] if isinstance(content, Stretch) else content)
