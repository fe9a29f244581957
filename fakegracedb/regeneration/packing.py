"""Compressed files: unpacked, and packed again in the same way."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable

from ..ingest.compression import gunzip

__all__ = ["unpacked"]

_NAME, _EXTRA = 0x08, 0x04  # flags of a gzip header


def unpacked(content: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Give what is in a file, and the function that packs something else as it was packed.

    Raises
    ------
    ValueError, EOFError, OSError
        It is cut short, damaged, or far too large.
    """
    if content[:2] == b"\x1f\x8b":
        return gunzip(content), _gzip_like(content)
    if content[:3] == b"BZh":
        return gunzip(content), bz2.compress
    if content[:6] == b"\xfd7zXZ\0":
        return gunzip(content), lzma.compress
    return content, bytes


def _gzip_like(content: bytes) -> Callable[[bytes], bytes]:
    """Make gzip files with the name and the time that another one has."""
    time = int.from_bytes(content[4:8], "little")
    name = ""
    if content[3] & _NAME and not content[3] & _EXTRA:
        name = content[10 : content.index(b"\0", 10)].decode("latin-1")

    def pack(new: bytes) -> bytes:
        buffer = io.BytesIO()
        with gzip.GzipFile(name, "wb", 9, buffer, time) as file:
            file.write(new)
        return buffer.getvalue()

    return pack
