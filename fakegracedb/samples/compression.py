"""Gzip without a trace of when and where it was done."""

from __future__ import annotations

import zlib

__all__ = ["gzipped"]

# Magic number, deflate, no flags, no time, best compression, unknown system.
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


def gzipped(content: bytes) -> bytes:
    """Compress, giving the same bytes for the same content on every system with the same zlib.

    Notes
    -----
    The header is written here because what `gzip.compress` says of the system in it differs
    between versions of Python.
    """
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(content) + deflate.flush()
    size = len(content) & 0xFFFFFFFF
    return _HEADER + body + zlib.crc32(content).to_bytes(4, "little") + size.to_bytes(4, "little")
