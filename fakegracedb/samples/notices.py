"""Notices of external observatories as JSON, as the General Coordinates Network sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import checks
from .times import When, iso_text, nanoseconds

__all__ = ["grb_json"]

_SCHEMA = "https://gcn.nasa.gov/schema/v4.1.0/gcn/notices"


@dataclass(frozen=True, slots=True)
class _Habits:
    """What the notices of an observatory look like.

    Attributes
    ----------
    schema : str
        Path of its schema.
    instrument : str or None
        Where none is given.
    error : str
        Key of the error radius; `both` for a list under either coordinate.
    duration : str
        Key of the duration.
    """

    schema: str
    instrument: str | None = None
    error: str = "ra_dec_error"
    duration: str = "rate_duration"


_BOTH = "both"
_PIPELINES = {
    "Fermi": _Habits("fermi/gbm/alert", "GBM"),
    "Swift": _Habits("swift/bat/guano", "BAT"),
    "INTEGRAL": _Habits("integral/alert", "SPI-ACS"),
    "AGILE": _Habits("agile/alert", "MCAL"),
    "CHIME": _Habits("chime/frb", None, _BOTH, "sampling_time"),
    "SVOM": _Habits("svom/alert", "ECLAIRs", duration="image_duration"),
    "SNEWS": _Habits("snews/alert"),
    "IceCube": _Habits("icecube/lvk_nu_track_search", "IC86"),
}


def grb_json(
    gpstime: When = "1400000000.5",
    *,
    pipeline: str = "Fermi",
    instrument: str | None = None,
    trigger_id: str | int | Sequence[str | int] | None = None,
    ra: float | None = None,
    dec: float | None = None,
    error_radius: float | None = None,
    duration: float | None = None,
    far: float | None = None,
    ivorn: str | None = None,
    data_archive_page: str | None = None,
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """Make a JSON notice of an external observatory.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        Time of the trigger, GPS [s]. The file has six decimals; more are cut off.
    pipeline : str
        Fermi, Swift, INTEGRAL, AGILE, CHIME, SVOM, SNEWS or IceCube.
    instrument : str, optional
        Its instrument; the usual one unless given, an empty text for none.
    trigger_id : str, int or sequence of them, optional
        Identifier or identifiers; the whole GPS seconds unless given.
    ra, dec : float, optional
        Where it was [deg]; a first alert has none.
    error_radius : float, optional
        Of the position [deg].
    duration : float, optional
        Of the measurement [s]. The server takes 0 for none, and does not know where CHIME has it.
    far : float, optional
        Rate of false alarms [Hz].
    ivorn : str, optional
        Identifier of the notice, which real ones do not have.
    data_archive_page : str, optional
        Address.
    members : mapping, optional
        Further members of the object, or others in place of those that are there.

    Returns
    -------
    bytes
        JSON object.

    Raises
    ------
    ValueError
        An argument that cannot be.
    """
    habits = _PIPELINES[checks.choice("pipeline with such notices", pipeline, _PIPELINES)]
    if (ra is None) != (dec is None):
        raise ValueError("ra and dec: one without the other is no direction")
    count = nanoseconds("gpstime", gpstime)
    words = {"instrument": habits.instrument if instrument is None else instrument}
    words |= {"ivorn": ivorn, "data_archive_page": data_archive_page}
    words = {name: text and checks.line(name, text) for name, text in words.items()}
    data: dict[str, Any] = {
        "$schema": f"{_SCHEMA}/{habits.schema}.schema.json",
        "mission": pipeline,
        "instrument": words.pop("instrument"),
        "id": _identifiers(count, trigger_id),
        "trigger_time": iso_text("gpstime", count, 2, most=6) + "Z",
        "alert_tense": "current",
        "alert_type": "initial",
    }
    if ra is not None:
        data |= {"ra": checks.right_ascension(ra), "dec": checks.declination(dec)}
    if error_radius is not None:
        radius = checks.non_negative("error_radius", error_radius)
        if habits.error == _BOTH:
            data |= {"ra_uncertainty": [radius], "dec_uncertainty": [radius]}
        else:
            data |= {habits.error: radius, "containment_probability": 0.9}
    if duration is not None:
        data[habits.duration] = checks.non_negative("duration", duration)
    if far is not None:
        data["far"] = checks.non_negative("far", far)
    data |= words
    kept = {key: value for key, value in data.items() if value is not None and value != ""}
    try:
        content = json.dumps({**kept, **(members or {})}, indent=2, allow_nan=False)
    except TypeError as problem:
        raise ValueError(f"members: {problem}") from None
    return f"{content}\n".encode()


def _identifiers(gps: int, given: str | int | Sequence[str | int] | None) -> list[str]:
    if given is None:
        return [str(gps // 1_000_000_000)]
    names = [given] if isinstance(given, str | int) else given
    return [checks.line("trigger_id", str(name)) for name in names]
