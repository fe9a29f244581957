"""Masses and spins of compact binaries, and what follows from them."""

from __future__ import annotations

from typing import Any

__all__ = ["chirp_mass", "single_columns", "symmetric_mass_ratio"]

Spin = tuple[float, float, float]


def chirp_mass(mass1: float, mass2: float) -> float:
    """Give (m1 m2)^0.6 / (m1 + m2)^0.2, in the unit of the masses."""
    return float((mass1 * mass2) ** 0.6 / (mass1 + mass2) ** 0.2)


def symmetric_mass_ratio(mass1: float, mass2: float) -> float:
    """Give m1 m2 / (m1 + m2)^2."""
    return float(mass1 * mass2 / (mass1 + mass2) ** 2)


def single_columns(mass1: float, mass2: float, spin1: Spin, spin2: Spin) -> dict[str, Any]:
    """Give the columns of a single trigger that describe its template."""
    total = mass1 + mass2
    columns = {
        "mass1": mass1,
        "mass2": mass2,
        "mtotal": total,
        "mchirp": chirp_mass(mass1, mass2),
        "eta": symmetric_mass_ratio(mass1, mass2),
        "chi": (mass1 * spin1[2] + mass2 * spin2[2]) / total,
    }
    for number, vector in ((1, spin1), (2, spin2)):
        columns |= {f"spin{number}{axis}": part for axis, part in zip("xyz", vector, strict=True)}
    return columns
