"""Kafka's primitive types, and structures of them, as bytes.

A structure is a table of fields, each with the versions that have it. From some version on a
message is *flexible*: lengths are varints one too high (so that 0 is null), and every structure
ends with tagged fields, which a reader may skip.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from ..errors import FakeGraceDbError

__all__ = [
    "BOOLEAN",
    "BYTES",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "RECORDS",
    "STRING",
    "Array",
    "Field",
    "Kind",
    "Malformed",
    "Reader",
    "Struct",
    "unsigned",
]

#: What a structure holds, by the names of its fields.
Values = dict[str, Any]


class Malformed(FakeGraceDbError):  # noqa: N818 - it is the bytes that are
    """Bytes that are no message."""


class Reader:
    """Bytes that are read from the beginning on.

    Parameters
    ----------
    data : bytes
        What is read.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.position

    def take(self, length: int) -> bytes:
        """Read so many bytes."""
        return bytes(self.view(length))

    def view(self, length: int) -> memoryview:
        """Read so many bytes without copying them."""
        if not 0 <= length <= self.left:
            raise Malformed(f"{length} bytes are announced where {self.left} are left")
        start = self.position
        self.position += length
        return memoryview(self.data)[start : self.position]

    def number(self, form: struct.Struct) -> Any:
        """Read one number of a fixed size."""
        try:
            (value,) = form.unpack_from(self.data, self.position)
        except struct.error:
            raise Malformed(f"a number of {form.size} bytes is cut short") from None
        self.position += form.size
        return value

    def unsigned(self) -> int:
        """Read an unsigned varint of at most 32 bits."""
        value = 0
        for shift in range(0, 35, 7):
            if not self.left:
                raise Malformed("a number of variable size is cut short")
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> 32:
                    break
                return value
        raise Malformed("a number of variable size has more than 32 bits")

    def skip_tagged(self) -> None:
        """Pass by tagged fields: those that we know of are in no message that we serve."""
        for _ in range(self.unsigned()):
            self.unsigned()
            self.take(self.unsigned())


def unsigned(value: int) -> bytes:
    """Give an unsigned varint."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


class Kind(Protocol):
    """How a value is read and written."""

    def read(self, reader: Reader, version: int, flexible: bool) -> Any:
        """Read a value."""

    def write(self, out: bytearray, value: Any, version: int, flexible: bool) -> None:
        """Add a value to some bytes."""


class _Number:
    def __init__(self, form: str) -> None:
        self._form = struct.Struct(f">{form}")

    def read(self, reader: Reader, version: int, flexible: bool) -> Any:
        return reader.number(self._form)

    def write(self, out: bytearray, value: Any, version: int, flexible: bool) -> None:
        out += self._form.pack(value)


INT8 = _Number("b")
INT16 = _Number("h")
INT32 = _Number("i")
INT64 = _Number("q")
BOOLEAN = _Number("?")
_LENGTHS = {"short": struct.Struct(">h"), "long": struct.Struct(">i")}


def _read_length(reader: Reader, form: struct.Struct, flexible: bool) -> int | None:
    length: int = reader.unsigned() - 1 if flexible else reader.number(form)
    return None if length < 0 else length


def _write_length(out: bytearray, length: int | None, form: struct.Struct, flexible: bool) -> None:
    number = -1 if length is None else length
    out += unsigned(number + 1) if flexible else form.pack(number)


class _Bytes:
    """Bytes, or null."""

    def read(self, reader: Reader, version: int, flexible: bool) -> Any:
        length = _read_length(reader, _LENGTHS["long"], flexible)
        return None if length is None else reader.take(length)

    def write(self, out: bytearray, value: bytes | None, version: int, flexible: bool) -> None:
        _write_length(out, None if value is None else len(value), _LENGTHS["long"], flexible)
        out += value or b""


class _Records(_Bytes):
    """Bytes that may be many, or null: they are read without being copied."""

    def read(self, reader: Reader, version: int, flexible: bool) -> Any:
        length = _read_length(reader, _LENGTHS["long"], flexible)
        return None if length is None else reader.view(length)


class _Text:
    """Text, or null."""

    def read(self, reader: Reader, version: int, flexible: bool) -> str | None:
        length = _read_length(reader, _LENGTHS["short"], flexible)
        if length is None:
            return None
        try:
            return reader.take(length).decode()
        except UnicodeDecodeError:
            raise Malformed("a text is not in UTF-8") from None

    def write(self, out: bytearray, value: str | None, version: int, flexible: bool) -> None:
        data = None if value is None else value.encode()
        _write_length(out, None if data is None else len(data), _LENGTHS["short"], flexible)
        out += data or b""


BYTES = _Bytes()
RECORDS = _Records()
STRING = _Text()


class Array:
    """Any number of values of a kind, or null.

    Parameters
    ----------
    kind : Kind
        Of each of them.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def read(self, reader: Reader, version: int, flexible: bool) -> list[Any] | None:
        """Read the values."""
        length = _read_length(reader, _LENGTHS["long"], flexible)
        if length is None:
            return None
        if length > reader.left:  # the smallest value takes a byte
            raise Malformed(f"{length} values are announced where {reader.left} bytes are left")
        return [self.kind.read(reader, version, flexible) for _ in range(length)]

    def write(self, out: bytearray, value: Any, version: int, flexible: bool) -> None:
        """Add the values to some bytes."""
        _write_length(out, None if value is None else len(value), _LENGTHS["long"], flexible)
        for one in value or ():
            self.kind.write(out, one, version, flexible)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structure.

    Attributes
    ----------
    name : str
        Its name.
    kind : Kind
        Of its value.
    since, until : int
        The versions that have it.
    default : Any
        Its value in other versions, and where a writer says nothing.
    """

    name: str
    kind: Kind
    since: int = 0
    until: int = 99
    default: Any = None


class Struct:
    """Fields one after another.

    Parameters
    ----------
    *fields : Field
        In the order in which they are written.
    """

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self._at = cache(self._having)

    def _having(self, version: int) -> tuple[list[Field], Values]:
        """Give the fields of a version, and the values of the others."""
        present = [one for one in self.fields if one.since <= version <= one.until]
        absent = {one.name: one.default for one in self.fields if one not in present}
        return present, absent

    def read(self, reader: Reader, version: int, flexible: bool) -> Values:
        """Read the values of all fields, by name."""
        present, absent = self._at(version)
        values = dict(absent)
        for field in present:
            values[field.name] = field.kind.read(reader, version, flexible)
        if flexible:
            reader.skip_tagged()
        return values

    def write(self, out: bytearray, values: Values, version: int, flexible: bool) -> None:
        """Add the values of the fields that a version has to some bytes."""
        for field in self._at(version)[0]:
            value = values.get(field.name, field.default)
            field.kind.write(out, value, version, flexible)
        if flexible:
            out.append(0)  # no tagged fields
