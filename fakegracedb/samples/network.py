"""Where the detectors are and how they respond: arrival times and amplitudes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import cos, pi, radians, sin

from fakegracedb.clock import utc_from_gps

from .times import BILLION

__all__ = ["SITES", "Site", "delay", "response", "sidereal_time"]

_LIGHT = 299792458.0  # m/s
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_CENTURY = 36525 * 86400  # s

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Site:
    """A detector, in Earth-fixed coordinates.

    Attributes
    ----------
    location : tuple of float
        x, y, z [m].
    response : tuple of float
        Upper triangle xx, xy, xz, yy, yz, zz of the response tensor.
    """

    location: Vector
    response: tuple[float, float, float, float, float, float]


# The constants of LAL.
SITES = {
    "G1": Site(
        (3856309.94926, 666598.956317, 5019641.41725),
        (-0.09682498, -0.36578232, 0.12213729, 0.22296812, 0.24971744, -0.12614314),
    ),
    "H1": Site(
        (-2161414.92636, -3834695.17889, 4600350.22664),
        (-0.39261410, -0.07761341, -0.24738905, 0.31952408, 0.22799784, 0.07309003),
    ),
    "K1": Site(
        (-3777336.024, 3484898.411, 3765313.697),
        (-0.18598965, 0.15316680, -0.32495147, 0.34951830, -0.17087440, -0.16352864),
    ),
    "L1": Site(
        (-74276.0447238, -5496283.71971, 3224257.01744),
        (0.41128087, 0.14021027, 0.24729459, -0.10900569, -0.18161564, -0.30227515),
    ),
    "T1": Site(
        (-3946408.99111, 3366259.02802, 3699150.69233),
        (0.11213969, 0.33084211, -0.18021928, 0.21779402, 0.15372577, -0.32993370),
    ),
    "V1": Site(
        (4546374.099, 842989.697626, 4378576.96241),
        (0.24387404, -0.09908378, -0.23257622, -0.44782585, 0.18783310, 0.20395181),
    ),
}


def sidereal_time(gps: int) -> float:
    """Greenwich mean sidereal time since its beginning, as event files have it [rad].

    Parameters
    ----------
    gps : int
        GPS time [ns].
    """
    seconds, rest = divmod(gps, BILLION)
    centuries = (utc_from_gps(seconds) - _J2000).total_seconds() / _CENTURY
    beyond = rest / BILLION / _CENTURY
    t = centuries + beyond
    angle = 67310.54841 + t * t * (0.093104 - 6.2e-6 * t)
    for part in (beyond, centuries):  # the small first: the sum has few digits to spare
        angle += 8640184.812866 * part + 3155760000.0 * part
    return angle * pi / 43200


def _hour_angle(gps: int, ra: float) -> float:
    return sidereal_time(gps) - radians(ra)


def delay(ifo: str, gps: int, ra: float, dec: float) -> int:
    """How much later a wave passes a detector than the centre of the Earth [ns].

    Parameters
    ----------
    ifo : str
        One of `SITES`.
    gps : int
        Time at the centre of the Earth, GPS [ns].
    ra, dec : float
        Where it comes from [deg].
    """
    angle, height = _hour_angle(gps, ra), radians(dec)
    x, y, z = SITES[ifo].location
    towards = cos(height) * (cos(angle) * x - sin(angle) * y) + sin(height) * z
    return round(-towards / _LIGHT * BILLION)


def response(
    ifo: str, gps: int, ra: float, dec: float, polarization: float, inclination: float
) -> complex:
    """How a detector sees a binary.

    Parameters
    ----------
    ifo : str
        One of `SITES`.
    gps : int
        Time at the centre of the Earth, GPS [ns].
    ra, dec : float
        Where the source is [deg].
    polarization, inclination : float
        How it lies [rad].

    Returns
    -------
    complex
        Amplitude, 1 for a source overhead and face-on, and phase, as the matched filter of LAL
        finds them.
    """
    angle, height = _hour_angle(gps, ra), radians(dec)
    cos_psi, sin_psi = cos(polarization), sin(polarization)
    east = (-sin(angle), -cos(angle), 0.0)
    south = (-cos(angle) * sin(height), sin(angle) * sin(height), cos(height))
    x = [cos_psi * one + sin_psi * other for one, other in zip(east, south, strict=True)]
    y = [-sin_psi * one + cos_psi * other for one, other in zip(east, south, strict=True)]
    plus, cross = _contracted(ifo, x, x) - _contracted(ifo, y, y), 2 * _contracted(ifo, x, y)
    tilt = cos(inclination)
    return complex(plus * (1 + tilt * tilt) / 2, -cross * tilt)


def _contracted(ifo: str, a: list[float], b: list[float]) -> float:
    xx, xy, xz, yy, yz, zz = SITES[ifo].response
    return (
        a[0] * (xx * b[0] + xy * b[1] + xz * b[2])
        + a[1] * (xy * b[0] + yy * b[1] + yz * b[2])
        + a[2] * (xz * b[0] + yz * b[1] + zz * b[2])
    )
