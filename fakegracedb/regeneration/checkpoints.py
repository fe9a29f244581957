"""How far a loop has come, kept in a file."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import RegenerationError

__all__ = ["Checkpoint"]


@dataclass
class Checkpoint:
    """How far a loop has come, in a file, so that it goes on after a restart.

    Attributes
    ----------
    path : Path or None
        None keeps it in memory.
    config : str
        What the loop is; another one is refused.
    offset : int or None
        By how much the objects of this cycle are moved [ns]; None before the first.
    position : int
        The time [ns] of the last object begun.
    begun : list of str
        The ids of those of that time that were begun.
    active : list of dict
        What was begun and is not finished: the ``id`` of an object, by how much it is moved
        (``shift``, since the next cycle can begin before it is finished), and which of its events
        are ``there``.
    cycles : int
        Cycles that are over.
    """

    path: Path | None
    config: str
    offset: int | None = None
    position: int = 0
    begun: list[str] = field(default_factory=list)
    active: list[dict[str, Any]] = field(default_factory=list)
    cycles: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None, config: Any) -> Checkpoint:
        """Read a checkpoint, or begin one.

        Raises
        ------
        RegenerationError
            It is of another loop, or no checkpoint.
        """
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
        made = cls(None if path is None else Path(path), digest)
        if made.path is None or not made.path.exists():
            return made
        try:
            data = json.loads(made.path.read_text())
            if data["config"] != digest:
                raise RegenerationError(
                    f"{path} is the checkpoint of another loop: remove it to begin anew"
                )
            for name in ("offset", "position", "begun", "active", "cycles"):
                setattr(made, name, data[name])
        except (ValueError, KeyError, TypeError) as error:
            raise RegenerationError(f"{path} is no checkpoint: {error!r}") from None
        return made

    def save(self) -> None:
        """Write it, whole or not at all."""
        with self._lock:
            if self.path is None:
                return
            names = ("config", "offset", "position", "begun", "active", "cycles")
            new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            new.write_text(json.dumps({name: getattr(self, name) for name in names}, indent=1))
            new.replace(self.path)

    def begin(self, time: int, id_: str, shift: int) -> None:
        """Let an object be begun."""
        with self._lock:
            self.begun = [*self.begun, id_] if time == self.position else [id_]
            self.position = time
            self.active.append({"id": id_, "shift": shift, "there": []})
            self.save()

    def turn(self, start: int, length: int) -> None:
        """Let a cycle be over and the next begin, for all who save it meanwhile at once."""
        with self._lock:
            assert self.offset is not None
            self.cycles += 1
            self.offset += length
            self.position = start
            self.begun = []
            self.save()

    def there(self, id_: str, shift: int, event: str) -> None:
        """Let an event of an object be there."""
        with self._lock:
            for one in self._of(id_, shift):
                one["there"].append(event)
            self.save()

    def finish(self, id_: str, shift: int) -> None:
        """Let an object be complete."""
        with self._lock:
            for one in self._of(id_, shift):
                self.active.remove(one)
            self.save()

    def _of(self, id_: str, shift: int) -> list[dict[str, Any]]:
        return [one for one in self.active if (one["id"], one["shift"]) == (id_, shift)]

    def is_past(self, time: int, id_: str) -> bool:
        """Whether an object of this cycle was begun before."""
        return time < self.position or (time == self.position and id_ in self.begun)
