"""Hardware injections: the `sim_inspiral` document, and the JSON object that does as well."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import inf, isfinite, radians
from typing import Any

from fakegracedb.documents.attributes import TABLES

from . import checks
from .binaries import chirp_mass, symmetric_mass_ratio
from .checks import Ifos
from .ligolw import IDS, Ids, document, table
from .network import delay, response, sidereal_time
from .times import BILLION, When, gps_float, gps_split, nanoseconds
from .triggers import process_table

__all__ = ["injection_json", "injection_xml"]

_SITES = {"h": "H1", "l": "L1", "g": "G1", "t": "T1", "v": "V1"}
_FORM = ("source_channel", "destination_channel")  # come with the form, not in the document
_JSON_ONLY = ("amplitude", "tau", "phi", "freq")
_TYPES = {"str": "lstring", "int": "int_4s", "natural": "int_4s", "float": "real_4"}
_FIELDS = {field.name: field.kind for field in TABLES["SimInspiral"].fields}
_COLUMNS = {
    name: "real_8" if name == "end_time_gmst" else _TYPES[kind]
    for name, kind in _FIELDS.items()
    if name not in (*_FORM, *_JSON_ONLY)
}


def injection_xml(
    gpstime: When = "1400000000.5",
    *,
    mass1: float = 1.4,
    mass2: float = 1.4,
    spin1: float | Sequence[float] = 0.0,
    spin2: float | Sequence[float] = 0.0,
    distance: float = 100.0,
    ra: float = 0.0,
    dec: float = 0.0,
    inclination: float = 0.0,
    polarization: float = 0.0,
    coa_phase: float = 0.0,
    f_lower: float = 25.0,
    waveform: str = "SpinTaylorT4threePointFivePN",
    taper: str = "TAPER_NONE",
    columns: Mapping[str, Any] | None = None,
    ids: Ids = "int",
) -> bytes:
    """Make the event file of a hardware injection, a table `sim_inspiral`.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        When the end of the wave passes the centre of the Earth, GPS [s].
    mass1, mass2 : float
        Component masses [solar masses].
    spin1, spin2 : float or sequence of float, shape (3,)
        Dimensionless spins; a number is the component along z.
    distance : float
        [Mpc]
    ra, dec : float
        Where it comes from [deg]. The columns `longitude` and `latitude` are in radians.
    inclination, polarization, coa_phase : float
        Angles, as the columns have them [rad].
    f_lower : float
        Where the wave begins [Hz].
    waveform, taper : str
        Names of LAL.
    columns : mapping, optional
        Further columns, or others in place of those that are there; None leaves one empty.
    ids : {"int", "ilwd"}
        Ids as integers (int_8s), or as the texts of old (ilwd:char) with their long column names.

    Returns
    -------
    bytes
        LIGO_LW with the tables process and sim_inspiral. Arrival times at the five sites and
        effective distances are those of the direction.

    Raises
    ------
    ValueError
        An argument that cannot be.

    Notes
    -----
    Instruments and channels come with the upload, as `instruments`, `source_channel` and
    `destination_channel`. The server cannot read such a file if it is compressed.
    """
    checks.choice("style of ids", ids, IDS)
    count = nanoseconds("gpstime", gpstime)
    values = _source(mass1, mass2, spin1, spin2)
    right, up = checks.right_ascension(ra), checks.declination(dec)
    far_away = checks.positive("distance", distance)
    tilt = checks.number("inclination", inclination)
    turn = checks.number("polarization", polarization)
    values |= {
        "distance": far_away,
        "longitude": radians(right),
        "latitude": radians(up),
        "inclination": tilt,
        "polarization": turn,
        "coa_phase": checks.number("coa_phase", coa_phase),
        "f_lower": checks.non_negative("f_lower", f_lower),
        "waveform": checks.line("waveform", waveform),
        "taper": checks.line("taper", taper),
        "end_time_gmst": sidereal_time(count),
        **_end_times("geocent", count),
    }
    for letter, ifo in _SITES.items():
        late = delay(ifo, count, right, up)
        if count + late < 0:
            raise ValueError(f"gpstime: {ifo} would see it before the GPS epoch")
        values |= _end_times(letter, count + late)
        seen = abs(response(ifo, count, right, up, turn, tilt))
        values[f"eff_dist_{letter}"] = far_away / seen if seen else inf
    for name, value in (columns or {}).items():
        checks.choice("column of sim_inspiral", name, _COLUMNS)
        values[name] = _of_kind(name, value)
    filled = {name: "" if kind == "lstring" else 0 for name, kind in _COLUMNS.items()} | values
    types = {"process:process_id": "id", **_COLUMNS, "simulation_id": "id"}
    row = [0, *(filled[name] for name in _COLUMNS), 0]
    return document(
        process_table("gstinjector", "", count // BILLION, ids),
        table("sim_inspiral", types, [row], ids),
    )


def injection_json(
    gpstime: When = "1400000000.5",
    *,
    instruments: Ifos = "H1,L1",
    mass1: float = 1.4,
    mass2: float = 1.4,
    spin1: float | Sequence[float] = 0.0,
    spin2: float | Sequence[float] = 0.0,
    far: float | None = None,
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """Make the event file of a hardware injection as JSON.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        GPS [s]; the file has the nearest float, and the parts `geocent_end_time` exactly.
    instruments : str or iterable of str
        Detectors, in place of those of the upload; text is written as it is.
    mass1, mass2 : float
        Component masses [solar masses].
    spin1, spin2 : float or sequence of float, shape (3,)
        Dimensionless spins; a number is the component along z.
    far : float, optional
        Rate of false alarms [Hz].
    members : mapping, optional
        Further members of `SimInspiral`, among them `source_channel` and `destination_channel`,
        which replace those of the upload, and `amplitude`, `tau`, `phi`, `freq`.

    Returns
    -------
    bytes
        JSON object.

    Raises
    ------
    ValueError
        An argument that cannot be.
    """
    count = nanoseconds("gpstime", gpstime)
    names = checks.detectors(instruments, "instruments")
    data: dict[str, Any] = {
        "instruments": instruments if isinstance(instruments, str) else ",".join(names),
        "gpstime": gps_float(count),
    }
    if far is not None:
        data["far"] = checks.non_negative("far", far)
    data |= {**_source(mass1, mass2, spin1, spin2), **_end_times("geocent", count)}
    for name, value in (members or {}).items():
        checks.choice("member of SimInspiral", name, _FIELDS)
        data[name] = _of_kind(name, value)
    return (json.dumps(data, allow_nan=False) + "\n").encode()


def _source(
    mass1: float, mass2: float, spin1: float | Sequence[float], spin2: float | Sequence[float]
) -> dict[str, Any]:
    m1, m2 = checks.positive("mass1", mass1), checks.positive("mass2", mass2)
    values: dict[str, Any] = {
        "mass1": m1,
        "mass2": m2,
        "mchirp": chirp_mass(m1, m2),
        "eta": symmetric_mass_ratio(m1, m2),
    }
    for number, given in ((1, spin1), (2, spin2)):
        vector = checks.spin(f"spin{number}", given)
        values |= {f"spin{number}{axis}": part for axis, part in zip("xyz", vector, strict=True)}
    return values


def _end_times(prefix: str, count: int) -> dict[str, int]:
    seconds, rest = gps_split(count)
    return {f"{prefix}_end_time": seconds, f"{prefix}_end_time_ns": rest}


def _of_kind(name: str, value: Any) -> Any:
    if value is None:
        return None
    kind = _FIELDS[name]
    if kind == "str":
        return checks.line(name, value)
    if kind in ("int", "natural"):
        return checks.whole(name, value, 0 if kind == "natural" else -(2**31))
    converted = checks.optional(name, value)
    if converted is not None and not isfinite(converted):
        raise ValueError(f"{name}: {value!r} is not finite")
    return converted
