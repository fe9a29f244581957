"""What an interrupted fetch has brought, so that the next one goes on from there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

__all__ = ["Kept"]


class Kept:
    """The files in a folder on its way, each of which was complete when it was written down.

    Parameters
    ----------
    folder : Path
        Of the object. What another object has left in it is removed.
    answer : mapping
        The object, by which it is known: on a server that was set back another one can have its id.
    """

    NAME: ClassVar[str] = ".progress.jsonl"

    def __init__(self, folder: Path, answer: Mapping[str, Any]) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._found: dict[str, tuple[int, str]] = {}
        identity = {
            "self": (answer.get("links") or {}).get("self"),
            "created": answer.get("created"),
            "submitter": answer.get("submitter"),
        }
        path = folder / self.NAME
        lines = _lines(path)
        if lines and lines[0] == identity:
            for line in lines[1:]:
                self._found[line["path"]] = line["size"], line["sha256"]
        else:
            path.write_text(json.dumps(identity) + "\n")
        self._file = path.open("a")
        if lines:
            self._file.write("\n")  # the last line may have been cut short

    def find(self, place: Path) -> tuple[int, str] | None:
        """Give length [bytes] and SHA-256 of a file that is there and as it was; else None."""
        found = self._found.get(self._key(place))
        if found is None:
            return None
        digest, size = hashlib.sha256(), 0
        try:
            with place.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
                    size += len(piece)
        except OSError:
            return None
        return found if (size, digest.hexdigest()) == found else None

    def add(self, place: Path, found: tuple[int, str]) -> None:
        """Write down that a file is complete."""
        line = {"path": self._key(place), "size": found[0], "sha256": found[1]}
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def _key(self, place: Path) -> str:
        return place.relative_to(self._folder).as_posix()

    def end(self) -> None:
        """Forget it: everything is there."""
        (self._folder / self.NAME).unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()


def _lines(path: Path) -> list[dict[str, Any]]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return [one for one in found if isinstance(one, dict)]
