"""A small picture to attach to a log entry: the track of a chirp in time and frequency, as PNG."""

from __future__ import annotations

import math
import struct
import zlib

__all__ = ["CANONICAL", "chirp_png"]

CANONICAL = 1.2188  # solar masses; for an event that has no chirp mass

_WIDTH, _HEIGHT = 160, 100  # pixels
_LOWEST, _OCTAVES = 30.0, 5.0  # Hz at the bottom; octaves up to the top
_LENGTH = 4.0  # s from the left edge to the merger
_NEWTON = 4.925490947e-6  # s; G M_sun / c^3


def chirp_png(mchirp: float) -> bytes:
    """Draw the track.

    Parameters
    ----------
    mchirp : float
        Chirp mass [solar masses], positive.

    Returns
    -------
    bytes
        A grey PNG file of 160 by 100 pixels.

    Notes
    -----
    The frequency is that of the leading order of the post-Newtonian expansion.
    """
    rows = [bytearray(_WIDTH) for _ in range(_HEIGHT)]
    for column in range(_WIDTH):
        left = _LENGTH * (1 - column / _WIDTH)  # s to the merger
        frequency = (5 / (256 * left)) ** 0.375 * (mchirp * _NEWTON) ** -0.625 / math.pi
        place = _HEIGHT * math.log2(frequency / _LOWEST) / _OCTAVES
        for row in range(_HEIGHT):
            distance = (_HEIGHT - 1 - row - place) / 2.5
            rows[row][column] = int(24 + 231 * math.exp(-distance * distance))
    pixels = b"".join(b"\0" + row for row in rows)  # 0: no filter in this row
    header = struct.pack(">2I5B", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
