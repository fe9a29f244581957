"""Expressions over attributes of events: ``si.snr > 8 & ~(far < 1e-7 | nevents = 3)``."""

from __future__ import annotations

import contextlib
import re

from ..errors import QueryError
from ..vocabulary import Vocabulary
from . import paths
from .scanner import Read, Source, joined
from .trees import And, Node, Not, Or

__all__ = ["DEEPEST", "INITIALS", "Attributes"]

DEEPEST = 64  # parentheses within each other
INITIALS = "abcdefghijklmnopqrstuvwxyz0123456789_(~-"

_PATH = re.compile("[A-Za-z0-9_]++(?:[.][A-Za-z0-9_]++)*+")
_OPERATOR = re.compile("<=|==|>=|[<=:>]")
_NUMBER = re.compile("[0-9]++(?:[.][0-9]++)?+(?:[eE][+-]?[0-9]++)?+")


class Attributes:
    """Reads expressions.

    Parameters
    ----------
    names : Vocabulary
        Where names come from.
    """

    def __init__(self, names: Vocabulary) -> None:
        self._names = names

    def read(self, source: Source, place: int) -> Read:
        """Read an expression: what binds tighter than ``&`` and ``,`` is ``|``, then negation.

        Raises
        ------
        QueryError
            An attribute that there is not, a value that is not of its type, or parentheses that go
            too deep.
        """
        return self._all(source, place, 0)

    def _all(self, source: Source, place: int, depth: int) -> Read:
        return self._chain(source, place, depth, "&,")

    def _any(self, source: Source, place: int, depth: int) -> Read:
        return self._chain(source, place, depth, "|")

    def _chain(self, source: Source, place: int, depth: int, signs: str) -> Read:
        part = self._any if signs == "&," else self._negated
        found = part(source, place, depth)
        if found is None:
            return None
        end, node = found
        nodes = [node]
        while True:
            sign = source.skip(end)
            if not source.at(sign) or source.at(sign) not in signs:
                break
            found = part(source, source.skip(sign + 1), depth)
            if found is None:
                break
            end, node = found
            nodes.append(node)
        return end, joined(And if signs == "&," else Or, nodes)

    def _negated(self, source: Source, place: int, depth: int) -> Read:
        negated = source.at(place) in ("~", "-")
        found = self._factor(source, source.skip(place + 1) if negated else place, depth)
        if found is None or not negated:
            return found
        return found[0], Not(found[1])

    def _factor(self, source: Source, place: int, depth: int) -> Read:
        if source.at(place) != "(":
            return self._comparison(source, place)
        if depth == DEEPEST:
            reason = f"more than {DEEPEST} parentheses within each other"
            raise QueryError(reason, source.whole, source.origins[place])
        found = self._all(source, source.skip(place + 1), depth + 1)
        if found is None:
            return None
        end = source.skip(found[0])
        if source.at(end) != ")":
            source.missing(end, "a closing parenthesis is missing here")
            return None
        return end + 1, found[1]

    def _comparison(self, source: Source, place: int) -> Read:
        path = _PATH.match(source.text, place)
        if path is None:
            source.missing(place, "an attribute is missing here, as `far` in `far < 1e-7`")
            return None
        after = source.skip(path.end())
        sign = _OPERATOR.match(source.text, after)
        if sign is not None:
            value = self._value(source, source.skip(sign.end()))
            if value is None:
                return None
            op = "=" if sign[0] in ("==", ":") else sign[0]
            return value[0], self._node(source, place, path.end(), op, value)
        if not source.text.startswith("in", after):
            self._tell_operator(source, path[0], after)
            return None
        first = self._value(source, source.skip(after + 2))
        if first is None:
            return None
        comma = source.skip(first[0])
        if source.at(comma) != ",":
            source.missing(comma, "the comma of a range `in 1, 2` is missing here")
            return None
        last = self._value(source, source.skip(comma + 1))
        if last is None:
            return None
        return last[0], self._node(source, place, path.end(), "between", first, last)

    def _tell_operator(self, source: Source, path: str, place: int) -> None:
        if source.at(place) == "!":
            source.missing(place, "there is no `!=`; `~` in front of a comparison negates it")
            return
        with contextlib.suppress(paths.UnknownPath):
            paths.find(path)
            source.missing(place, f"an operator is missing after the attribute {path}")

    def _value(self, source: Source, place: int) -> tuple[int, int, paths.Value] | None:
        """Read a value: where it ends and begins, and what it is."""
        string = source.string(place)
        if string is not None:
            return string[0], place, paths.Value(string[1], True)
        number = _NUMBER.match(source.text, place)
        if number is None:
            source.missing(
                place, "a number without a sign, or a string in double quotes, is missing here"
            )
            return None
        return number.end(), place, paths.Value(number[0], False)

    def _node(
        self, source: Source, start: int, end: int, op: str, *found: tuple[int, int, paths.Value]
    ) -> Node:
        try:
            attribute = paths.find(source.text[start:end])
        except paths.UnknownPath as problem:
            raise QueryError(str(problem), source.whole, source.origins[start]) from None
        last = found[-1][0]
        try:
            return paths.condition(
                attribute,
                op,
                tuple(value for _, _, value in found),
                self._names,
                lambda field, op, value: source.leaf(field, op, value, start, last),
            )
        except ValueError as problem:
            raise QueryError(str(problem), source.whole, source.origins[found[0][1]]) from None
