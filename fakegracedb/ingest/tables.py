"""One table of a LIGO_LW document while it is read: its rules, its columns and its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .tokens import ReadError, Rows

__all__ = ["MAX_ROWS", "Builder", "Schema", "Table"]

MAX_ROWS = 20_000
"""A table with more rows is refused, so that a small compressed file cannot fill the memory."""

_ATTRIBUTES = {
    "Table": frozenset({"Name", "Type"}),
    "Comment": frozenset[str](),
    "Column": frozenset({"Name", "Type", "Unit"}),
    "Stream": frozenset({"Content", "Delimiter", "Encoding", "Name", "Type"}),
}
_ID_TYPES = ("int_8s", "ilwd:char")

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


class Builder:
    """Takes the elements and the text below a Table element, and makes the table of them.

    Parameters
    ----------
    schema : Schema
        What the table may say.
    attributes : dict of str
        Of the Table element.

    Attributes
    ----------
    table : Table
        What is read so far.

    Raises
    ------
    ReadError
        By each method, if the table breaks a rule.
    """

    def __init__(self, schema: Schema, attributes: Mapping[str, str]) -> None:
        self.table = Table()
        self._schema = schema
        self._name = attributes["Name"]
        self._check_attributes("Table", attributes)
        if self._name != f"{schema.name}:table":
            raise ReadError(f"invalid Name '{self._name}' for Table '{schema.name}'")
        self._types: list[str] = []
        self._empty = True
        self._streamed = False
        self._rows: Rows | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Enter an element right below the table."""
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

    def text(self, element: str, text: str) -> None:
        """Take text of the table itself or of an element right below it."""
        if element == "Stream" and self._rows is not None:
            if "&" in text:  # seen only in CDATA sections, in which the field's tools resolve it
                text = text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
            self._rows.feed(text)
        elif element != "Comment" and not text.isspace():
            raise ReadError(f"{element} in '{self._schema.name}' does not hold text")

    def end(self, name: str) -> None:
        """Leave an element right below the table."""
        if name == "Stream" and self._rows is not None:
            self._rows.close()
            self._rows = None

    def close(self) -> None:
        """Leave the table."""
        if self._empty:
            raise ReadError(f"Table '{self._schema.name}' has no elements")

    def _add_column(self, attributes: Mapping[str, str]) -> None:
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
        if name in self.table.columns:
            raise ReadError(f"duplicate Column '{name}' in Table '{table}'")
        self.table.columns.append(name)
        self._types.append(kind)

    def _start_stream(self, attributes: Mapping[str, str]) -> None:
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
        self.table.rows = self._rows.rows
        self._streamed = True

    @staticmethod
    def _check_attributes(name: str, attributes: Mapping[str, str]) -> None:
        invalid = attributes.keys() - _ATTRIBUTES[name]
        if invalid:
            names = ", ".join(f"'{one}'" for one in sorted(invalid))
            raise ReadError(f"{name} element: invalid attribute(s) {names}")
