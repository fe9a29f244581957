"""The texts of structured queries: JSON, and YAML where PyYAML is installed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .structured import StructuredError

__all__ = ["read_json", "read_yaml"]

_LARGEST = 50_000  # bytes of YAML, which its slower reader takes a second for
_DEEPEST = 200  # levels of YAML: that reader calls itself
_MOST_ALIASED = 100_000  # nodes and characters that aliases stand for
_LONGEST = 1000  # characters of what can be a number; of some forms it takes the square of it
# What PyYAML answers to a scalar that is not what its tag says.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_json(text: str | bytes) -> Any:
    """Read JSON as Python's own reader does: NaN and infinities are numbers to it.

    Raises
    ------
    StructuredError
        If it is none.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise _unreadable(str(error)) from None
    except RecursionError:
        raise _unreadable("nested too deeply") from None


def read_yaml(text: bytes) -> Any:
    """Read YAML as PyYAML's safe loader does.

    Raises
    ------
    StructuredError
        If it is none; if it is too large, or stands for something that is.
    ImportError
        Without PyYAML.
    """
    import yaml

    if len(text) > _LARGEST:
        raise _unreadable(f"YAML of more than {_LARGEST} bytes; JSON may be longer")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        raise _unreadable(str(error)) from None
    except _UNREADABLE as error:
        raise _unreadable(f"a value is not of the type that it should be: {error}") from None


def _unreadable(reason: str) -> StructuredError:
    return StructuredError(f"Could not parse query body: {reason}")


def _check(events: Iterable[Any]) -> None:
    """Refuse what would cost much more than its length.

    Raises
    ------
    StructuredError
        With the reason.
    """
    sizes: dict[str | None, int] = {}  # nodes and characters below each anchor
    open_: list[tuple[str | None, int]] = []  # anchors of what is not closed yet, sizes before it
    total = aliased = 0
    for event in events:
        kind = type(event).__name__
        anchor = getattr(event, "anchor", None)
        if kind in ("SequenceStartEvent", "MappingStartEvent"):
            open_.append((anchor, total))
            total += 1
            if len(open_) > _DEEPEST:
                raise _unreadable(f"nested more than {_DEEPEST} levels deep")
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            anchor, before = open_.pop()
            sizes[anchor] = total - before
        elif kind == "ScalarEvent":
            _check_scalar(event)
            sizes[anchor] = 1 + len(event.value)
            total += sizes[anchor]
        elif kind == "AliasEvent":
            if any(anchor == one for one, _ in open_):
                raise _unreadable(f"the alias {anchor!r} stands within what it stands for")
            total += sizes.get(anchor, 0)
            aliased += sizes.get(anchor, 0)
            if aliased > _MOST_ALIASED:
                raise _unreadable("aliases stand for too much")


def _check_scalar(event: Any) -> None:
    text = event.value
    may_be_number = event.tag is not None or (event.implicit[0] and text[:1] in "+-.0123456789")
    if may_be_number and len(text) > _LONGEST:
        raise _unreadable(f"a number of {len(text)} characters")
