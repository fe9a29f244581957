"""What the journal says of documents as they were before one of its lines."""

from __future__ import annotations

from typing import Any

from . import contents, disk
from .layout import line_text

__all__ = ["before"]

_BASE = b'"base":true'  # as it never stands in a text, where quotes are written otherwise


def before(journal: str, path: str, offset: int) -> tuple[bool, dict[str, Any] | None]:
    """Give the content that a document had before a line.

    Parameters
    ----------
    journal : str
        The file.
    path : str
        Of the document.
    offset : int
        Where the line begins [bytes].

    Returns
    -------
    bool
        Whether the journal tells it: not if it has begun anew since the document was last changed.
    dict or None
        The content, None where there was no document.
    """
    found = disk.read(journal)
    text = found[0][:offset] if found else b""
    named = line_text(path)[:-1] + b":"
    end, listed = len(text), False
    while (place := text.rfind(named, 0, end)) >= 0:
        end = text.rfind(b"\n", 0, place) + 1
        stop = text.index(b"\n", place) + 1
        line = contents.parse(journal, text[end:stop])
        if path in line.get("documents", {}):
            # a journal that began anew since, and did not list it, says that it is gone
            gone = not listed and text.find(_BASE, stop) >= 0
            return True, None if gone else line["documents"][path]
        if not (line.get("base") and line.get("call") == "restore"):
            return False, None
        listed = True  # a snapshot's, whose own journal goes before
    if listed:
        return False, None
    return _BASE in text or text.startswith(b'{"n":1,') or not text, None
