"""One JSON Schema for each kind of document of a store, and documents held against them.

`validate` and `problems` ask whether the JSON of a document keeps the rules; `schema` gives the
rules, for editors and for other programs. Keys that a schema does not name are allowed, except
where an unknown one could only be a mistake: in a vocabulary, and in the setting of a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..vocabulary import DEFAULT, ServerSettings
from .kinds import KINDS
from .library import broken, validator
from .quick import acceptor

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["KINDS", "problems", "schema", "validate"]


def schema(kind: str, *, settings: ServerSettings | None = None) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a kind of document.

    Parameters
    ----------
    kind : str
        One of `KINDS`. An ``event``, ``settings``, ``vocabulary``, ``users`` or ``tags`` is a file;
        ``log``, ``file`` and ``commit`` are a line of one.
    settings : ServerSettings or None
        The limits of the vocabulary in use: what tags, labels and replay ids may look like. None
        for those of the default vocabulary.

    Returns
    -------
    dict
        A copy: it may be changed.

    Raises
    ------
    ValueError
        No such kind.
    """
    try:
        make = KINDS[kind]
    except KeyError:
        raise ValueError(f"no schema is named {kind!r}; there are {', '.join(KINDS)}") from None
    rules = make(DEFAULT.settings if settings is None else settings)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **deepcopy(rules)}


@lru_cache(maxsize=64)
def _acceptor(kind: str, settings: ServerSettings | None) -> Callable[[Any], bool]:
    return acceptor(schema(kind, settings=settings))


@lru_cache(maxsize=64)
def _validator(kind: str, settings: ServerSettings | None) -> Validator:
    return validator(schema(kind, settings=settings))


def problems(kind: str, data: Any, *, settings: ServerSettings | None = None) -> list[str]:
    """Find every rule that a document breaks.

    Parameters
    ----------
    kind, settings
        As in `schema`.
    data : Any
        The document as Python's `json` reads it; NaN and infinities are numbers.

    Returns
    -------
    list of str
        Place within the document and broken rule, e.g. ``labels[1].created: 'yesterday' does not
        match …``; what is wrong with the document as a whole first, and with its innermost parts
        last. Empty for a good one.

    Raises
    ------
    ValueError
        No such kind.

    Notes
    -----
    The rules are put into words by `jsonschema`. It is made stricter than the standard in what
    Python would trip over: ``1.0`` is no integer, a whole number beyond the range of doubles is no
    number, and NaN is within no limit.
    """
    return broken(_validator(kind, settings), data)


def validate(kind: str, data: Any, *, where: str, settings: ServerSettings | None = None) -> None:
    """Refuse a document that breaks a rule.

    Parameters
    ----------
    kind, data, settings
        As in `problems`.
    where : str
        The file, or the file and the line, for the message.

    Raises
    ------
    StoreError
        With `where`, the place within the document, the rule that matters most, and how many others
        are broken.
    ValueError
        No such kind.
    """
    if _acceptor(kind, settings)(data):
        return
    found = problems(kind, data, settings=settings)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise StoreError(f"{where}: {found[0]}{more}")
