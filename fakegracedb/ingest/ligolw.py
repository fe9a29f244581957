"""LIGO_LW documents: the rows of a few tables, all else skipped; a reader on top of expat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from .compression import pieces
from .tokens import ReadError, Rows

__all__ = ["MAX_ROWS", "ReadError", "Schema", "Table", "read_tables"]

MAX_ROWS = 100_000
"""A table with more rows is refused, so that a small compressed file cannot fill the memory."""

_MOST_EVENTS = 1_000_000  # elements, and pieces of text in wanted tables
_MOST_MARKUP = 8 * 2**20  # bytes of one tag or comment; expat reads it anew with every piece
_PIECE = 2**20  # bytes; expat gets no more at once in any case
_DEEPEST = 1000  # elements inside each other
_MOST_DEFAULTS = 8192  # characters; the attribute defaults of a DTD are copied to every element

_ELEMENTS = frozenset(
    {"LIGO_LW", "Comment", "Param", "Table", "Column", "Array", "Dim", "Stream", "Time"}
    | {"IGWDFrame", "AdcData", "AdcInterval", "Detector"}
)
_ATTRIBUTES = {
    "Table": frozenset({"Name", "Type"}),
    "Comment": frozenset[str](),
    "Column": frozenset({"Name", "Type", "Unit"}),
    "Stream": frozenset({"Content", "Delimiter", "Encoding", "Name", "Type"}),
}
_ID_TYPES = ("int_8s", "ilwd:char")
_NAMESPACE = "http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt"

_table_name = re.compile(r"(?:[a-z0-9_]+:)?([a-z0-9_]+):table").fullmatch
_column_name = re.compile(r"(?:\w+:){0,2}(\w+)").fullmatch


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of table: what a document may say in it.

    Attributes
    ----------
    name : str
        Without the ``:table``.
    columns : mapping of str to str
        Name of a column, without prefix, to the one LIGO_LW type that it may have.
    ids : frozenset of str
        Columns of ids; each may be ``int_8s`` or ``ilwd:char``.
    first_row : bool
        Only the first row is wanted. The others are checked and dropped.
    """

    name: str
    columns: Mapping[str, str]
    ids: frozenset[str] = frozenset()
    first_row: bool = False


@dataclass(slots=True)
class Table:
    """One table of a document.

    Attributes
    ----------
    columns : list of str
        Names without prefix, in file order.
    rows : list of tuple
        A value a column; None where the file has an empty token.
    """

    columns: list[str] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)


def read_tables(content: bytes | memoryview, schemas: Iterable[Schema]) -> dict[str, list[Table]]:
    """Read some tables of a document.

    Parameters
    ----------
    content : bytes or memoryview
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
    except _Unplaced:
        raise
    except ReadError as error:
        raise ReadError(f"line {parser.CurrentLineNumber}: {error}") from None
    finally:
        reader.release()
    return reader.found


class _Unplaced(ReadError):
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
                if read - parser.CurrentByteIndex > _MOST_MARKUP:
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
        # The wanted table that we are in.
        self._schema: Schema
        self._table: Table
        self._name = ""
        self._types: list[str] = []
        self._streamed = self._empty = False
        self._rows: Rows | None = None
        self._inside: list[str] = []

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
            raise _Unplaced("'Name'")
        parts = _table_name(full)
        schema = self._schemas.get(parts[1] if parts else full)
        if schema is None:
            return
        if namespace:
            raise _unknown(local, namespace)
        self._check_attributes(name, attributes)
        if full != f"{schema.name}:table":
            raise ReadError(f"invalid Name '{full}' for Table '{schema.name}'")
        self._schema, self._name, self._table = schema, full, Table()
        if len(self.found[schema.name]) < 2:
            self.found[schema.name].append(self._table)
        self._types, self._streamed, self._empty, self._rows = [], False, True, None
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
            self._start_child(name, attributes)
        self._inside.append(name)

    def _start_child(self, name: str, attributes: dict[str, str]) -> None:
        """Enter an element right below a wanted table."""
        if self._streamed and name not in ("Comment", "Column"):
            raise ReadError("only one Stream allowed in Table")
        if name not in ("Comment", "Column", "Stream"):
            raise ReadError(f"invalid child {name} for Table '{self._schema.name}'")
        self._check_attributes(name, attributes)
        if name == "Comment":
            if not self._empty:
                raise ReadError("Comment must come before Column(s) and Stream in Table")
        elif name == "Column":
            if self._streamed:
                raise ReadError("Column(s) must come before Stream in Table")
            self._add_column(attributes)
        else:
            self._start_stream(attributes)
        self._empty = False

    def _add_column(self, attributes: dict[str, str]) -> None:
        table = self._schema.name
        for needed in ("Name", "Type"):
            if needed not in attributes:
                raise ReadError(f"attribute '{needed}' is not set")
        kind = attributes["Type"]
        parts = _column_name(attributes["Name"])
        name = parts[1] if parts else attributes["Name"]
        if name in self._schema.ids:
            if kind not in _ID_TYPES:
                raise ReadError(f"Data Type {kind} is not allowed for this column")
        elif name not in self._schema.columns:
            raise ReadError(f"invalid Column '{name}' for Table '{table}'")
        elif kind != (expected := self._schema.columns[name]):
            raise ReadError(
                f"invalid type '{kind}' for Column '{name}' in Table '{table}', "
                f"expected type '{expected}'"
            )
        if name in self._table.columns:
            raise ReadError(f"duplicate Column '{name}' in Table '{table}'")
        self._table.columns.append(name)
        self._types.append(kind)

    def _start_stream(self, attributes: dict[str, str]) -> None:
        where = attributes.get("Type", "Local")
        if where not in ("Local", "Remote"):
            raise ReadError(f"invalid Type for Stream: '{where}'")
        name = attributes.get("Name")
        if name != self._name:
            raise ReadError(f"Stream Name '{name}' does not match Table Name '{self._name}'")
        self._rows = Rows(
            attributes.get("Delimiter", ","),
            self._types,
            keep=1 if self._schema.first_row else MAX_ROWS,
            limit=MAX_ROWS,
        )
        self._table.rows = self._rows.rows
        self._streamed = True

    def _text(self, text: str) -> None:
        self._count()
        where = self._inside
        if len(where) == 1 or (len(where) == 2 and where[1] == "Column"):
            if not text.isspace():
                raise ReadError(f"{where[-1]} in '{self._schema.name}' does not hold text")
        elif self._rows is not None and len(where) == 2 and where[1] == "Stream":
            if "&" in text:  # seen only in CDATA sections, in which the field's tools resolve it
                text = text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
            self._rows.feed(text)

    def _end_inside(self, name: str) -> None:
        self._depth -= 1
        self._inside.pop()
        if len(self._inside) == 1 and name == "Stream" and self._rows is not None:
            self._rows.close()
            self._rows = None
        elif not self._inside:
            if self._empty:
                raise ReadError(f"Table '{self._schema.name}' has no elements")
            self.parser.StartElementHandler = self._start_anything
            self.parser.EndElementHandler = self._end_anything
            self.parser.CharacterDataHandler = None

    @staticmethod
    def _check_attributes(name: str, attributes: dict[str, str]) -> None:
        invalid = attributes.keys() - _ATTRIBUTES[name]
        if invalid:
            names = ", ".join(f"'{one}'" for one in sorted(invalid))
            raise ReadError(f"{name} element: invalid attribute(s) {names}")


def _unknown(name: str, namespace: str) -> ReadError:
    return _Unplaced(f"unknown element {name} for namespace {namespace or _NAMESPACE}")
