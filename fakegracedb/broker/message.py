"""What clients ask and what they are answered: a request, its versions, and its frame."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from .codec import STRING, Reader, Struct

__all__ = ["Header", "Message", "read_header"]

_HEADER = struct.Struct(">hhi")
_LENGTH = struct.Struct(">i")


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of request, with its answer.

    Attributes
    ----------
    name : str
        As the protocol calls it.
    key : int
        Its number.
    versions : (int, int)
        The lowest and the highest version that are served.
    request, answer : Struct
        The fields.
    flexible : int
        The first flexible version.
    plain_header : bool
        Whether the answer's header is never flexible: it is read by who does not know yet which
        versions there are.
    """

    name: str
    key: int
    versions: tuple[int, int]
    request: Struct
    answer: Struct
    flexible: int = 99
    plain_header: bool = False

    def serves(self, version: int) -> bool:
        """Whether a version is served."""
        return self.versions[0] <= version <= self.versions[1]

    def read(self, reader: Reader, version: int) -> dict[str, Any]:
        """Read a request's fields.

        Raises
        ------
        Malformed
            If that is not what the bytes are.
        """
        # What follows is let be, as Kafka does: librdkafka leaves a byte too many in some requests.
        return self.request.read(reader, version, version >= self.flexible)

    def answered(self, correlation: int, values: dict[str, Any], version: int) -> bytearray:
        """Give an answer's bytes, with its header."""
        flexible = version >= self.flexible
        out = bytearray(_LENGTH.size)  # known in the end
        out += correlation.to_bytes(4, "big", signed=True)
        if flexible and not self.plain_header:
            out.append(0)
        self.answer.write(out, values, version, flexible)
        _LENGTH.pack_into(out, 0, len(out) - _LENGTH.size)
        return out


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a request's fields.

    Attributes
    ----------
    key, version : int
        Which request it is, and in which form.
    correlation : int
        What the answer has to repeat.
    client_id : str or None
        How the client calls itself.
    """

    key: int
    version: int
    correlation: int
    client_id: str | None


def read_header(reader: Reader) -> Header:
    """Read a header but for its tagged fields, which only flexible requests have."""
    key, version, correlation = _HEADER.unpack(reader.take(_HEADER.size))
    return Header(key, version, correlation, STRING.read(reader, 0, False))
