"""LIGO_LW documents: the rows of a few tables, all else skipped; a reader on top of expat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

from ..stretches import Content
from .compression import pieces
from .tables import Builder, Schema, Table
from .tokens import ReadError

__all__ = ["ReadError", "Schema", "Table", "read_tables"]

_MOST_EVENTS = 1_000_000  # elements, and pieces of text in wanted tables
_MOST_MARKUP = 8 * 2**20  # bytes of one tag or comment; expat reads it anew with every piece
_PIECE = 2**20  # bytes; expat gets no more at once in any case
_DEEPEST = 1000  # elements inside each other
_MOST_DEFAULTS = 8192  # characters; the attribute defaults of a DTD are copied to every element

_ELEMENTS = frozenset(
    {"LIGO_LW", "Comment", "Param", "Table", "Column", "Array", "Dim", "Stream", "Time"}
    | {"IGWDFrame", "AdcData", "AdcInterval", "Detector"}
)
_NAMESPACE = "http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt"

_table_name = re.compile(r"(?:[a-z0-9_]+:)?([a-z0-9_]+):table").fullmatch


def read_tables(content: Content, schemas: Iterable[Schema]) -> dict[str, list[Table]]:
    """Read some tables of a document.

    Parameters
    ----------
    content : bytes, memoryview or Stretch
        The document, plain or compressed by gzip, bzip2 or xz.
    schemas : iterable of Schema
        The tables wanted. All others are skipped, whatever they hold.

    Returns
    -------
    dict of str to list of Table
        The tables found, in file order, by name; an empty list where there is none, and the
        first two where there are more.

    Raises
    ------
    ReadError
        If the document is not XML, or a wanted table is not as its schema says. The text names
        the line. Declaring an internal entity is an error too: none is ever expanded.
    ValueError, EOFError, OSError, lzma.LZMAError, zlib.error
        If a compressed file is damaged, cut short or too big.
    """
    reader = _Reader(schemas)
    parser = reader.parser
    try:
        _parse(parser, pieces(content))
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise ReadError(f"<unknown>:{error.lineno}:{error.offset}: {what}") from None
    except _UnplacedError:
        raise
    except ReadError as error:
        raise ReadError(f"line {parser.CurrentLineNumber}: {error}") from None
    finally:
        reader.release()
    return reader.found


class _UnplacedError(ReadError):
    """One of the few errors of which the field's tools do not name the line."""


def _parse(parser: expat.XMLParserType, content: Iterable[bytes | memoryview]) -> None:
    # Said to be the last, a piece is read in half the time: expat need not count its lines.
    last: bytes | memoryview = b""
    read = 0
    for piece in content:
        for start in range(0, len(piece), _PIECE):
            if last:
                parser.Parse(last, False)
                read += len(last)
                # Negative: unknown, since this expat waits for more before it reads anew.
                if 0 <= parser.CurrentByteIndex < read - _MOST_MARKUP:
                    raise ReadError(f"markup longer than {_MOST_MARKUP} bytes")
            last = piece[start : start + _PIECE] if len(piece) > _PIECE else piece
    parser.Parse(last, True)


class _Reader:
    """Follows expat through a document, with handlers only for what is wanted at the moment.

    Text is taken as expat gives it, a line at a time at most: a buffer would make an error be
    found some lines late. The bounds are far above what any search writes.
    """

    def __init__(self, schemas: Iterable[Schema]) -> None:
        self._schemas = {schema.name: schema for schema in schemas}
        self.found: dict[str, list[Table]] = {name: [] for name in self._schemas}
        # With a separator, expat resolves namespaces, which LIGO_LW elements have none of.
        self.parser = parser = expat.ParserCreate(None, " ")
        parser.StartElementHandler = self._start_anything
        parser.EndElementHandler = self._end_anything
        parser.EntityDeclHandler = self._declare_entity
        parser.AttlistDeclHandler = self._declare_attribute
        self._defaults = self._depth = self._events = 0
        self._builder: Builder  # of the wanted table that we are in
        self._inside: list[str] = []  # that table, and the elements in it that we are in

    def release(self) -> None:
        """Take the handlers away: parser and reader go at once, not when cycles are collected."""
        for handler in ("StartElement", "EndElement", "CharacterData", "EntityDecl", "AttlistDecl"):
            setattr(self.parser, f"{handler}Handler", None)

    def _declare_entity(
        self, name: str, is_parameter: bool, value: str | None, *rest: object
    ) -> None:
        if value is not None:
            raise ReadError(f"the document declares an entity '{name}', and none is expanded")

    def _declare_attribute(
        self, element: str, name: str, kind: str, default: str | None, required: bool
    ) -> None:
        self._defaults += len(default or "")
        if self._defaults > _MOST_DEFAULTS:
            raise ReadError("the document type has too long attribute defaults")

    def _start_anything(self, name: str, attributes: dict[str, str]) -> None:
        """Enter an element outside of the wanted tables."""
        self._descend()
        namespace, _, local = name.rpartition(" ")
        if local != "Table":
            return
        full = attributes.get("Name")
        if full is None:
            raise _UnplacedError("'Name'")
        parts = _table_name(full)
        schema = self._schemas.get(parts[1] if parts else full)
        if schema is None:
            return
        if namespace:
            raise _unknown(local, namespace)
        self._builder = Builder(schema, attributes)
        if len(self.found[schema.name]) < 2:
            self.found[schema.name].append(self._builder.table)
        self._inside = [name]
        self.parser.StartElementHandler = self._start_inside
        self.parser.EndElementHandler = self._end_inside
        self.parser.CharacterDataHandler = self._text

    def _end_anything(self, name: str) -> None:
        self._depth -= 1

    def _descend(self) -> None:
        self._count()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ReadError(f"more than {_DEEPEST} elements inside each other")

    def _count(self) -> None:
        self._events += 1
        if self._events > _MOST_EVENTS:
            raise ReadError(f"more than {_MOST_EVENTS} elements and lines")

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        self._descend()
        namespace, _, local = name.rpartition(" ")
        if namespace or local not in _ELEMENTS:
            raise _unknown(local, namespace)
        if len(self._inside) == 1:
            self._builder.start(name, attributes)
        self._inside.append(name)

    def _text(self, text: str) -> None:
        self._count()
        if len(self._inside) <= 2:  # deeper down is no part of the table
            self._builder.text(self._inside[-1], text)

    def _end_inside(self, name: str) -> None:
        self._depth -= 1
        self._inside.pop()
        if len(self._inside) == 1:
            self._builder.end(name)
        elif not self._inside:
            self._builder.close()
            self.parser.StartElementHandler = self._start_anything
            self.parser.EndElementHandler = self._end_anything
            self.parser.CharacterDataHandler = None


def _unknown(name: str, namespace: str) -> ReadError:
    return _UnplacedError(f"unknown element {name} for namespace {namespace or _NAMESPACE}")
