"""Files in which no times are moved: by rule, or unless it is asked for."""

from __future__ import annotations

from .shifting import Notes, Shift

__all__ = ["left_alone", "shift_text"]


def left_alone(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Leave a file as it is."""
    notes.left("files of this kind stay as they are")
    return content


def shift_text(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Apply the id map to a text, if that is asked for."""
    if not shift.rewrite_text:
        notes.left("texts stay as they are, unless rewriting is asked for")
        return content
    try:
        old = content.decode("utf-8")
    except UnicodeDecodeError:
        notes.left("the text is not in UTF-8")
        return content
    new = shift.ids(old)
    for before, after in shift.ids.items():
        if before in old:
            notes.changed("id", before, after)
    return new.encode("utf-8")
