"""The report of a shift: by how much, how far the sky is turned, and what became of every file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from .identities import IdMap
from .instants import decimal_seconds, gmst
from .shifting import Shifted

__all__ = ["ShiftReport", "sky_rotation"]


def sky_rotation(old: int, new: int) -> float:
    """Give by how much the sky has turned over the Earth from one GPS time [ns] to another.

    Returns
    -------
    float
        [deg], from -180 to 180: what is left of the difference in sidereal time after whole turns.
    """
    turned = math.degrees(gmst(new) - gmst(old))
    return turned - 360 * round(turned / 360)


@dataclass
class ShiftReport:
    """What a shift did.

    Attributes
    ----------
    delta : int
        The shift [ns].
    old_reference, new_reference : int
        The GPS time [ns] that was moved to another one.
    ids : IdMap
        Old ids to new ones.
    files : list of (str, Shifted)
        Whose file, by its old id, and what became of it.
    notes : list of str
        What else there is to know: entries that could not be inferred, labels left out, …
    """

    delta: int
    old_reference: int
    new_reference: int
    ids: IdMap = field(default_factory=IdMap)
    files: list[tuple[str, Shifted]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sky_rotation(self) -> float:
        """By how much the sky is turned [deg]."""
        return sky_rotation(self.old_reference, self.new_reference)

    def to_json(self) -> dict[str, Any]:
        """Give the report for programs."""
        return {
            "delta": decimal_seconds(self.delta),
            "old_reference": decimal_seconds(self.old_reference),
            "new_reference": decimal_seconds(self.new_reference),
            "sky_rotation_degrees": round(self.sky_rotation, 6),
            "id_map": self.ids.to_json(),
            "files": [{"object": whose, **file.to_json()} for whose, file in self.files],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        lines = [
            f"shift: {decimal_seconds(self.delta)} s, from GPS "
            f"{decimal_seconds(self.old_reference)} to {decimal_seconds(self.new_reference)}",
            f"the sky is turned by {self.sky_rotation:.4f} degrees",
        ]
        for whose, file in self.files:
            renamed = f" -> {file.name}" if file.name != file.old_name else ""
            lines.append(f"{whose} {file.old_name}{renamed}  [{file.kind}]")
            lines += [f"    {one.field}: {one.old} -> {one.new}" for one in file.changes]
            if file.reason:
                lines.append(f"    not shifted: {file.reason}")
        return "\n".join([*lines, *self.notes])
