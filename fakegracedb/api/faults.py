"""Planned trouble: which calls fail, how, and whether before or after the change is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["FIELDS", "Fault", "FaultPlan"]

# What each field may be.
_NUMBER = (int, float)
_NONE = type(None)
_KINDS: dict[str, tuple[type, ...]] = {
    "status": (int, _NONE),
    "method": (str, _NONE),
    "path": (str,),
    "after": (int,),
    "times": (int, _NONE),
    "retry_after": (*_NUMBER, _NONE),
    "delay": _NUMBER,
    "drop": (bool,),
    "truncate": (int, _NONE),
    "body": (str, bytes, dict, list, _NONE),
    "when": (str,),
}
FIELDS = tuple(_KINDS)
_LONGEST = 10**9  # s; nobody waits longer, and neither clocks nor JSON know endless waits


@dataclass(eq=False, slots=True)
class Fault:
    """One planned piece of trouble; `FaultPlan.add` has the meaning of each field."""

    status: int | None = None
    method: str | None = None
    path: str = ""
    after: int = 0
    times: int | None = 1
    retry_after: float | None = None
    delay: float = 0.0
    drop: bool = False
    truncate: int | None = None
    body: str | bytes | dict[str, object] | list[object] | None = None
    when: Literal["before", "after"] = "before"

    def matches(self, method: str, path: str) -> bool:
        """Whether a call (path below the API base) is one that this fault is for."""
        place = 0
        for part in self.path.split("*"):
            found = path.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        return self.method is None or self.method == method

    @property
    def answers(self) -> bool:
        """Whether the fault brings an answer of its own in place of the server's."""
        return self.status is not None or self.body is not None


class FaultPlan:
    """The trouble planned for a store in this process, in the order it was added.

    The first fault that matches a call and has not yet run out strikes; a call is struck once.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        *,
        status: int | None = None,
        method: str | None = None,
        path: str = "",
        after: int = 0,
        times: int | None = 1,
        retry_after: float | None = None,
        delay: float = 0.0,
        drop: bool = False,
        truncate: int | None = None,
        body: str | bytes | dict[str, object] | list[object] | None = None,
        when: Literal["before", "after"] = "before",
    ) -> Fault:
        """Plan a piece of trouble.

        Parameters
        ----------
        status : int, optional
            Answer this HTTP status instead.
        method : str, optional
            Only calls with this HTTP method; None is any.
        path : str
            Only calls whose path below the API base contains this, e.g. ``"events/"``; ``*`` stands
            for any part, as in ``"events/*/log/"``.
        after : int
            Let so many matching calls pass first.
        times : int or None
            Strike so many times; None is for ever.
        retry_after : float, optional
            The Retry-After header of the answer [s]. The client repeats a 503 only with it.
        delay : float
            Answer so much later [s], at most 30 years; beyond the call's timeout the client sees a
            read timeout.
        drop : bool
            Close the connection without an answer.
        truncate : int, optional
            Cut the answer's body after so many bytes, whatever Content-Length announces.
        body : str, bytes, dict or list, optional
            The body of the answer; dicts and lists become JSON.
        when : {"before", "after"}
            Whether the trouble comes instead of the change asked for, or after it was made.

        Returns
        -------
        Fault
            The planned fault; `remove` takes it.

        Raises
        ------
        ValueError
            If nothing is asked for, or a value makes no sense.
        """
        fault = Fault(
            status=status,
            method=method,
            path=path,
            after=after,
            times=times,
            retry_after=retry_after,
            delay=delay,
            drop=drop,
            truncate=truncate,
            body=body,
            when=when,
        )
        _refuse_nonsense(fault)
        fault.path = path.lstrip("/")
        fault.method = None if method is None else method.upper()
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a planned fault back; one that has run out already is no error."""
        with self._lock:
            if fault in self._faults:
                self._faults.remove(fault)

    def clear(self) -> None:
        """Take all planned trouble back."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """Count a call, and give the fault that strikes it."""
        if not self._faults:  # the usual case costs no lock
            return None
        with self._lock:
            struck = None
            for fault in list(self._faults):
                if not fault.matches(method, path):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                elif struck is None:
                    struck = fault
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            self._faults.remove(fault)
            return struck

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def __repr__(self) -> str:
        return f"<FaultPlan: {self._faults!r}>"


def _refuse_nonsense(fault: Fault) -> None:
    for name, kinds in _KINDS.items():
        value = getattr(fault, name)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ValueError(f"{name} cannot be {value!r}")
    if fault.when not in ("before", "after"):
        raise ValueError(f"when must be 'before' or 'after', not {fault.when!r}")
    for name in ("after", "delay", "retry_after", "truncate"):
        if not (getattr(fault, name) or 0) >= 0:
            raise ValueError(f"{name} cannot be {getattr(fault, name)!r}: it is 0 or more")
    for name in ("delay", "retry_after"):
        if (getattr(fault, name) or 0) > _LONGEST:
            raise ValueError(f"{name} cannot be {getattr(fault, name)!r}: at most {_LONGEST} s")
    if fault.times is not None and fault.times < 1:
        raise ValueError(f"times cannot be {fault.times!r}: it starts at 1, and None is for ever")
    if fault.status is not None and not 200 <= fault.status <= 599:  # below, it goes on
        raise ValueError(f"{fault.status} is not an HTTP status that an answer has")
    if not (fault.answers or fault.drop or fault.delay or fault.truncate is not None):
        raise ValueError("a fault needs one of status, body, delay, drop and truncate")
