"""How long after its t_0 a superevent's labels, files and notices were there: table and plot."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import RegenerationError
from .entries import operation
from .instants import BILLION
from .making import logged_at

__all__ = ["Latency", "latencies", "notice_code", "plot"]

_CODES = {
    "early_warning": "EW",
    "earlywarning": "EW",
    "preliminary": "PR",
    "initial": "IN",
    "update": "UP",
    "retraction": "RE",
}
_notice = re.compile(r".*-(?:\d+-)?(\w+)\.(?:avro|json|xml)", re.ASCII)


@dataclass(frozen=True)
class Latency:
    """When something was there.

    Attributes
    ----------
    kind : {"label", "file", "notice"}
        What.
    name : str
        Which.
    seconds : float
        After t_0.
    log : int
        Number of the log entry that tells of it.
    """

    kind: str
    name: str
    seconds: float
    log: int


def latencies(t_0: int, logs: Sequence[Mapping[str, Any]]) -> list[Latency]:
    """Give what the log of a superevent tells of.

    Parameters
    ----------
    t_0 : int
        Of the superevent [ns, GPS].
    logs : sequence of mapping
        Its entries as answered, by number.
    """
    found = []
    for row in logs:
        told = operation(row)
        if told is not None and told.kind == "add_label":
            kind, name = "label", told.values["label"]
        elif told is not None and told.kind == "create_signoff":
            kind, name = "label", f"{told.values.get('instrument', 'ADV')}{told.values['status']}"
        elif told is not None and told.kind in ("create_voevent", "create_notice"):
            kind, name = "notice", row.get("filename") or ""
        elif any(notice_code(row, suffix) for suffix in (".avro", ".json", ".xml")):
            kind, name = "notice", row["filename"]
        elif row.get("filename"):
            kind, name = "file", row["filename"]
        else:
            continue
        found.append(Latency(kind, name, (logged_at(row) - t_0) / BILLION, int(row["N"])))
    return found


def notice_code(log: Mapping[str, Any], suffix: str) -> str | None:
    """Give the kind of the notice that an entry shows as a file of some form, None for others."""
    name = log.get("filename") or ""
    found = _notice.fullmatch(name)
    if found is None or not name.endswith(suffix):
        return None
    return _CODES.get(found[1].lower())


def plot(title: str, found: Sequence[Latency], path: str | os.PathLike[str]) -> None:
    """Draw the latencies.

    Raises
    ------
    RegenerationError
        Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise RegenerationError(
            "a plot needs matplotlib: pip install 'fakegracedb[plot]'"
        ) from None
    colors = {"label": "tab:blue", "file": "tab:green", "notice": "tab:red"}
    rows = sorted(found, key=lambda one: (one.seconds, one.log))
    figure = Figure(figsize=(9, 1.5 + 0.22 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for kind, color in colors.items():
        places = [place for place, one in enumerate(rows) if one.kind == kind]
        axes.scatter([rows[place].seconds for place in places], places, color=color, label=kind)
    axes.set_yticks(range(len(rows)), [one.name for one in rows], fontsize=7)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlabel("seconds after t_0")
    axes.set_title(title)
    axes.grid(axis="x", alpha=0.3)
    if rows:
        axes.legend()
    figure.savefig(path)
