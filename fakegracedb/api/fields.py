"""The fields of a body, read one after the other; what is wrong with them is told together."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from ..documents import Event
from ..errors import ApiError
from ..identifiers import parse_graceid
from .forms import Form, Upload, refuse_constant

__all__ = ["Fields"]

_ABSENT: Any = object()
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_REQUIRED = "This field is required."
_NULL = "This field may not be null."
_BLANK = "This field may not be blank."
_NO_NUMBER = "A valid number is required."
_LONGEST_NUMBER = 1000  # characters
_GPS_DIGITS, _GPS_DECIMALS = 16, 6


class Fields:
    """The fields of one body.

    Every method reads one field and remembers what is wrong with it; `check` tells it. What a
    method gives for a field that is wrong counts for nothing.

    Parameters
    ----------
    form : Form
        The body.
    partial : bool
        Whether every field may be missing, as in a PATCH.

    Notes
    -----
    As Django REST framework reads them, and as the server answers: it throws the names of the
    fields away, so that one message is a text of its own and several are a list.
    """

    def __init__(self, form: Form, *, partial: bool = False) -> None:
        self._form = form
        self._partial = partial
        self._problems: list[str | int] = []

    def check(self) -> None:
        """Refuse the body if anything is wrong with what was read.

        Raises
        ------
        ApiError
            400 with the message, or with the list of them in the order of reading.
        """
        if self._problems:
            one = len(self._problems) == 1
            raise ApiError(400, self._problems[0] if one else self._problems)

    def wrong(self, problem: str | int) -> None:
        """Remember something else that is wrong."""
        self._problems.append(problem)

    def _value(self, name: str, *, required: bool, null: bool, empty: Any = _ABSENT) -> Any:
        """Give what was sent, `_ABSENT` where there is nothing to be read.

        `empty` is what an empty field of a form counts as; forms have no null.
        """
        value = self._form.get(name, _ABSENT)
        if not self._form.is_json and value == "":
            if null:
                return None
            value = empty if empty is not _ABSENT or not required else ""
        if value is _ABSENT:
            if required and not self._partial:
                self.wrong(_REQUIRED)
        elif value is None and not null:
            self.wrong(_NULL)
            return _ABSENT
        return value

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        blank: bool = False,
        null: bool = False,
        longest: int | None = None,
    ) -> str | None:
        """Read a text, without the blanks around it."""
        value = self._value(name, required=required, null=null, empty="" if blank else _ABSENT)
        if value is _ABSENT or value is None:
            return None
        return self._text(value, blank=blank, longest=longest)

    def _text(self, value: Any, *, blank: bool = False, longest: int | None = None) -> str | None:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong("Not a valid string.")
            return None
        text = str(value).strip()
        if not text and not blank:
            self.wrong(_BLANK)
        elif "\0" in text:
            self.wrong("Null characters are not allowed.")
        elif longest is not None and len(text) > longest:
            self.wrong(f"Ensure this field has no more than {longest} characters.")
        return text

    def choice(
        self,
        name: str,
        choices: Collection[str],
        *,
        required: bool = False,
        blank: bool = False,
    ) -> str | None:
        """Read one of some words."""
        value = self._value(name, required=required, null=False, empty="" if blank else _ABSENT)
        if value is _ABSENT:
            return None
        if (blank and value == "") or (isinstance(value, str) and value in choices):
            return str(value)
        self.wrong(f'"{value}" is not a valid choice.')
        return None

    def named(self, name: str, names: Collection[str], *, required: bool = True) -> str | None:
        """Read the name of something that the server knows."""
        value = self._value(name, required=required, null=False)
        if value is _ABSENT:
            return None
        return self._named(value, names)

    def _named(self, value: Any, names: Collection[str]) -> str | None:
        if isinstance(value, str) and value in names:
            return value
        self.wrong(f"Object with name={value} does not exist.")
        return None

    def all_named(self, name: str, names: Collection[str]) -> tuple[str, ...]:
        """Read any number of names of things that the server knows."""
        if self._form.is_json:
            values = self._form.get(name, [])
            if not isinstance(values, list):
                self.wrong(f'Expected a list of items but got type "{type(values).__name__}".')
                return ()
        else:
            values = self._form.getlist(name)
        found: list[str] = []
        for value in values:
            known = self._named(value, names)
            if known is None:
                break  # the first that fails is told
            found.append(known)
        return tuple(found)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a truth value."""
        value = self._value(name, required=False, null=False)
        if value is _ABSENT:
            return default
        word = str(value).strip().lower() if isinstance(value, str | bool | int) else ""
        if word not in _TRUE and word not in _FALSE:
            self.wrong("Must be a valid boolean.")
        return word in _TRUE

    def number(
        self,
        name: str,
        *,
        null: bool = False,
        low: float | None = None,
        high: float | None = None,
    ) -> float | None:
        """Read a number that need not be there."""
        value = self._value(name, required=False, null=null)
        if value is _ABSENT or value is None:
            return None
        number = self._number(value)
        if number is not None and high is not None and number > high:
            self.wrong(f"Ensure this value is less than or equal to {high:g}.")
        if number is not None and low is not None and number < low:
            self.wrong(f"Ensure this value is greater than or equal to {low:g}.")
        return number

    def _number(self, value: Any) -> float | None:
        if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
            self.wrong("String value too large.")
            return None
        try:
            number = float(value)
        except (OverflowError, TypeError, ValueError):
            number = math.nan
        # the server takes these, and fails later on
        if not math.isfinite(number) or isinstance(value, bool):
            self.wrong(_NO_NUMBER)
            return None
        return number

    def gps(self, name: str) -> Decimal | None:
        """Read a GPS time [s]: up to 16 digits, of which 6 may follow the point.

        A number in JSON is rounded to them, a text is taken at its word.
        """
        value = self._value(name, required=True, null=False)
        if value is _ABSENT:
            return None
        text = str(value).strip()
        if len(text) > _LONGEST_NUMBER:
            self.wrong("String value too large.")
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise InvalidOperation
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            self.wrong(_NO_NUMBER)
            return None
        if isinstance(value, float) and abs(number) < 10**_GPS_DIGITS:
            number = round(number, _GPS_DECIMALS)
        if problem := _precision_problem(number):
            self.wrong(problem)
            return None
        return number

    def event(self, name: str, find: Callable[[int], Event | None]) -> str | None:
        """Read the graceid of an event; only its number is looked up.

        Parameters
        ----------
        find : callable
            Gives the event with a number.

        Returns
        -------
        str or None
            Canonical graceid.
        """
        value = self._value(name, required=True, null=False)
        return None if value is _ABSENT else self._event(value, find)

    def file(self, name: str, *, required: bool = False) -> Upload | None:
        """Read an uploaded file, which must not be empty."""
        file = self._form.file(name)
        if file is not None:
            if not len(file.data):
                self.wrong("The submitted file is empty.")
            return file
        if self._value(name, required=required, null=False) is not _ABSENT:
            self.wrong("The submitted data was not a file. Check the encoding type on the form.")
        return None

    def dictionary(self, name: str) -> dict[str, Any] | None:
        """Read an object that must be there; in a form it is a text of JSON."""
        value = self._value(name, required=True, null=False)
        if value is _ABSENT:
            return None
        if not self._form.is_json:
            try:
                value = json.loads(value, parse_constant=refuse_constant)
            except (ValueError, RecursionError):
                self.wrong("Value must be valid JSON.")
                return None
        if isinstance(value, dict):
            return value
        self.wrong(f'Expected a dictionary of items but got type "{type(value).__name__}".')
        return None

    def events(self, name: str, find: Callable[[int], Event | None]) -> tuple[str, ...]:
        """Read any number of graceids."""
        found: list[str] = []
        for place, value in enumerate(self._items(name)):
            before = len(self._problems)
            graceid = self._event(value, find)
            if graceid is None:
                self._problems[before:] = [place]
            else:
                found.append(graceid)
        return tuple(found)

    def _event(self, value: Any, find: Callable[[int], Event | None]) -> str | None:
        if not isinstance(value, str):
            self.wrong("Event graceid must be a string.")
            return None
        parsed = parse_graceid(value.strip().upper())
        if parsed is None:
            self.wrong("Not a valid graceid.")
            return None
        event = find(parsed[1])
        if event is None:
            self.wrong(f"Event with id={parsed[1]} does not exist")
            return None
        return event.graceid

    def texts(self, name: str) -> tuple[str, ...]:
        """Read any number of texts; one text may hold several, with commas between them."""
        found: list[str] = []
        for place, value in enumerate(self._items(name)):
            before = len(self._problems)
            text = self._text(value)
            if len(self._problems) > before:
                self._problems[before:] = [place]
            elif text is not None:
                found.append(text)
        return tuple(found)

    def elements(self, name: str, read: Callable[[Any], Any]) -> list[Any]:
        """Read a list that must be there.

        Parameters
        ----------
        read : callable
            Gives what an element means; raises ValueError or TypeError if that is nothing.
        """
        if name not in self._form:
            self.wrong(_REQUIRED)
            return []
        found: list[Any] = []
        for place, value in enumerate(self._items(name)):
            try:
                found.append(read(value))
            except (OverflowError, TypeError, ValueError):
                self.wrong(place)
        return found

    def _items(self, name: str) -> list[Any]:
        """Give the elements of a list as they were sent."""
        if self._form.is_json:
            values = self._form.get(name, [])
            if values is None:
                self.wrong(_NULL)
                return []
            if not isinstance(values, list):
                self.wrong(f'Expected a list of items but got type "{type(values).__name__}".')
                return []
        else:
            values = self._form.getlist(name)
        if len(values) == 1 and isinstance(values[0], str):
            return values[0].split(",") if values[0] else []
        return list(values)


def _precision_problem(number: Decimal) -> str | None:
    """Say why a number has no place in the database, None if it has."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    decimals = max(0, -exponent)
    total = max(len(digits) + max(0, exponent), decimals)
    if total > _GPS_DIGITS:
        return f"Ensure that there are no more than {_GPS_DIGITS} digits in total."
    if decimals > _GPS_DECIMALS:
        return f"Ensure that there are no more than {_GPS_DECIMALS} decimal places."
    whole = _GPS_DIGITS - _GPS_DECIMALS
    if total - decimals > whole:
        return f"Ensure that there are no more than {whole} digits before the decimal point."
    return None
