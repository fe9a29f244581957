"""Small XML documents: read whole within bounds, their elements found by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ..stretches import Content, whole

__all__ = ["Element", "read_document"]

_LONGEST = 2**20  # bytes; the VOEvents of all observatories have less than a tenth of it
_MOST_ELEMENTS = 20_000
_DEEPEST = 256  # elements inside each other, as libxml2 has it
_SEPARATOR = "\x01"  # a character that no document can have


@dataclass(slots=True)
class Element:
    """One element.

    Attributes
    ----------
    name, namespace : str
        The namespace is empty for none; it is taken for none at a root with a prefix, since
        the elements of a VOEvent belong to no namespace.
    attributes : dict of str
        Those of a namespace have it before their name.
    text : str
        What stands before the first child, comment or instruction.
    children : list of Element
        In document order.
    plain : bool
        There is no child, comment or instruction in it.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)
    plain: bool = True

    def all(self, name: str) -> Iterator[Element]:
        """Give the children of that name, and of the namespace of this element."""
        return (
            child
            for child in self.children
            if child.name == name and child.namespace == self.namespace
        )

    def child(self, name: str) -> Element:
        """Give the first child of that name.

        Raises
        ------
        AttributeError
            If there is none.
        """
        for child in self.all(name):
            return child
        raise AttributeError(f"no such child: {_qualified(self.namespace, name)}")

    @property
    def number(self) -> float:
        """What it says, as a number.

        Raises
        ------
        ValueError, OverflowError
            If it is no number, or too long a one.
        TypeError
            If there is nothing in it, or more than text.
        """
        if not self.plain or not self.text:
            what = "element" if self.text else "nothing"
            raise TypeError(f"float() argument must be a string or a real number, not {what}")
        if self.text.strip().lstrip("+-").isdecimal():
            return float(int(self.text))
        return float(self.text)


def read_document(content: Content) -> Element:
    """Read a document.

    Parameters
    ----------
    content : bytes, memoryview or Stretch
        XML. External entities and document types are not fetched.

    Returns
    -------
    Element
        Its root.

    Raises
    ------
    xml.parsers.expat.ExpatError
        If it is not XML.
    ValueError
        If it is too long, too rich or too deep, refers to an entity, or brings a document type of
        its own.
    """
    if len(content) > _LONGEST:
        raise ValueError(f"XML document longer than {_LONGEST} bytes")
    builder = _Builder()
    try:
        builder.parser.Parse(whole(content), True)
    finally:
        builder.release()
    return builder.root


class _Builder:
    """Follows expat through a document."""

    def __init__(self) -> None:
        self.parser = parser = expat.ParserCreate(None, _SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        for name, handler in self._handlers().items():
            setattr(parser, name, handler)
        self.root: Element
        self._open: list[Element] = []
        self._count = 0

    def _handlers(self) -> dict[str, object]:
        return {
            "StartElementHandler": self._start,
            "EndElementHandler": self._end,
            "CharacterDataHandler": self._text,
            "CommentHandler": self._interrupt,
            "ProcessingInstructionHandler": self._interrupt,
            "StartDoctypeDeclHandler": self._document_type,
            "SkippedEntityHandler": self._skipped_entity,
        }

    def release(self) -> None:
        """Take the handlers away: parser and builder go at once, not when cycles are collected."""
        for name in self._handlers():
            setattr(self.parser, name, None)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, local, prefix = _parts(name)
        named = {_qualified(*_parts(full)[:2]): value for full, value in attributes.items()}
        if not self._open:
            element = self.root = Element(local, "" if prefix else namespace, named)
        else:
            element = Element(local, namespace, named)
            self._open[-1].children.append(element)
            self._open[-1].plain = False
        self._open.append(element)
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise ValueError(f"more than {_MOST_ELEMENTS} elements")
        if len(self._open) > _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} elements inside each other")

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open[-1].plain:
            self._open[-1].text += text

    def _interrupt(self, *rest: str) -> None:
        if self._open:
            self._open[-1].plain = False

    def _document_type(self, name: str, system: str | None, public: str | None, own: bool) -> None:
        if own:  # it could declare entities, and attributes that every element then has
            raise ValueError("the document brings a document type of its own, which is not read")

    def _skipped_entity(self, name: str, is_parameter: bool) -> None:
        raise ValueError(f"Entity '{name}' not defined")


def _parts(name: str) -> tuple[str, str, str]:
    """Take a name apart: namespace, local name, prefix."""
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return "", name, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _qualified(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name
