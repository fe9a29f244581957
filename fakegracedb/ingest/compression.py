"""Compressed uploads: recognised by their first bytes, and unpacked within bounds."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from .. import stretches
from ..stretches import Content, Stretch

__all__ = ["LIMIT", "gunzip", "is_gzip", "pieces"]

LIMIT = 128 * 2**20
"""Most that an upload may unpack to [bytes]; what unpacks to more is refused."""

_PIECE = 2**20
_SLICE = 2**14
_XZ_MEMORY = 2**27  # `xz -9` asks for half of it, and a hostile header could ask for gigabytes
_CUT = "Compressed file ended before the end-of-stream marker was reached"


class _Decoder(Protocol):
    """What the decoders of zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int, /) -> bytes: ...


def _xz() -> _Decoder:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)


_GZIP = b"\x1f\x8b"
# First bytes, decoder, and what it raises at bytes after the last stream that are to be ignored.
_FORMATS: tuple[tuple[bytes, Callable[[], _Decoder], tuple[type[Exception], ...]], ...] = (
    (_GZIP, lambda: zlib.decompressobj(31), ()),  # 31: with the header and checksum of gzip
    (b"BZh", bz2.BZ2Decompressor, (OSError,)),
    (b"\xfd7zXZ\x00", _xz, (lzma.LZMAError,)),
)


def is_gzip(content: Content) -> bool:
    """Whether the content begins as a gzip file does."""
    return content[:2] == _GZIP


def pieces(content: Content) -> Iterator[bytes | memoryview]:
    """Give an upload's text, unpacked if it is compressed.

    Parameters
    ----------
    content : bytes, memoryview or Stretch
        Plain, or compressed by gzip, bzip2 or xz.

    Yields
    ------
    bytes or memoryview
        Plain content that is in memory in one piece; else one piece after the other.

    Raises
    ------
    ValueError
        If it unpacks to more than `LIMIT`, or is compressed by zstd.
    EOFError, OSError, lzma.LZMAError, zlib.error
        If it is cut short or damaged.
    """
    for magic, decoder, ignored in _FORMATS:
        if content[: len(magic)] == magic:
            packed = content if isinstance(content, Stretch) else memoryview(content)
            yield from _gathered(_unpacked(packed, decoder, ignored))
            return
    if content[:4] == b"\x28\xb5\x2f\xfd":
        raise ValueError('unrecognized compress "zst"')
    yield from stretches.pieces(content)


def gunzip(content: Content) -> bytes:
    """Unpack a whole gzip file; raises as `pieces` does."""
    return b"".join(pieces(content))


def _gathered(small: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces, of which there may be very many, and watch over the size of all."""
    total = size = 0
    waiting = []
    for piece in small:
        waiting.append(piece)
        size += len(piece)
        if total + size > LIMIT:
            raise ValueError(f"compressed file unpacks to more than {LIMIT} bytes")
        if size >= _PIECE:
            yield b"".join(waiting)
            total += size
            waiting, size = [], 0
    yield b"".join(waiting)


def _unpacked(
    content: memoryview | Stretch,
    make: Callable[[], _Decoder],
    ignored: tuple[type[Exception], ...],
) -> Iterator[bytes]:
    """Unpack all streams of a file, one after the other, and skip zero bytes after each."""
    position = ended = 0
    while position < len(content):
        decoder, begun = make(), False
        while not decoder.eof:
            if position == len(content):
                raise EOFError(_CUT)
            data: bytes | memoryview = content[position : position + _SLICE]
            position += len(data)
            while not decoder.eof:
                try:
                    piece = decoder.decompress(data, _PIECE)
                except ignored:
                    if ended and not begun:
                        return
                    raise
                begun = True
                if piece:
                    yield piece
                # What zlib did not get to is ours to hand in again; the others keep it.
                data = getattr(decoder, "unconsumed_tail", b"")
                if not data and len(piece) < _PIECE:
                    break
        position = ended = _after_zeros(content, position - len(decoder.unused_data))


def _after_zeros(content: memoryview | Stretch, position: int) -> int:
    """Find the first byte from `position` on that is not zero; the end if there is none."""
    while position < len(content):
        data = bytes(content[position : position + _SLICE])
        rest = len(data.lstrip(b"\0"))
        position += len(data) - rest
        if rest:
            break
    return position
