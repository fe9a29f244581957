"""A round blob on the sky: how narrow it is for an area, and its pixels of many sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, expm1, fsum, log, pi, radians

from . import checks, healpix

__all__ = ["COARSEST", "Pixel", "blob", "concentration", "flat_order", "integral"]

_SQUARE_DEGREE = radians(1) ** 2  # sr
_LEVEL = 0.9  # of the credible region whose area is asked for
_SMALLEST = 1e-13  # part of the sky, about
_FINE = 1 / 600  # share of the probability in a pixel above which it is divided
_REACH = 1.1  # of a pixel around its centre, in units of 1 / nside [rad]
_FLAT_PIXELS = 150  # in the credible region of a flat map
_FLAT_FEWEST = 30  # the same, where more would make the file too large
_FLAT_ORDERS = 9  # that are chosen here; 100 MB
_FLAT_MAX_ORDER = 11

COARSEST = 2
"""Order of the largest pixels."""


@dataclass(frozen=True, slots=True)
class Pixel:
    """A pixel in the nested scheme.

    Attributes
    ----------
    order, index : int
        Which one it is.
    density : float
        At its centre, relative to that of the peak.
    """

    order: int
    index: int
    density: float


def concentration(area: float) -> float:
    """Find how narrow the distribution has to be.

    Parameters
    ----------
    area : float
        Of the 90 % credible region [deg^2].

    Returns
    -------
    float
        Concentration of the Fisher distribution: the inverse of its variance, if it is narrow.

    Raises
    ------
    ValueError
        Not less than nine tenths of the sky, or less than any pixel.
    """
    part = area * _SQUARE_DEGREE / (2 * pi)  # 1 - cosine of the radius
    if part >= 2 * _LEVEL:
        raise ValueError(f"area: {area} deg^2 is not less than nine tenths of the sky")
    if part < _SMALLEST:
        raise ValueError(f"area: {area} deg^2 is too small for any pixel")
    low, high = 0.0, -log(1 - _LEVEL) / part
    for _ in range(200):  # until there is no number between the two
        middle = (low + high) / 2
        if not low < middle < high:
            break
        inside = expm1(-middle * part) / expm1(-2 * middle)
        low, high = (middle, high) if inside < _LEVEL else (low, middle)
    return high


def flat_order(area: float, nside: int | None) -> int:
    """Find the order of the pixels of a flat map.

    Parameters
    ----------
    area : float
        Of the 90 % credible region [deg^2].
    nside : int or None
        What the user wants.

    Raises
    ------
    ValueError
        Not a power of 2, or too few pixels in the region.
    """
    region = area * _SQUARE_DEGREE
    if nside is not None:
        checks.whole("nside", nside, 1, 1 << _FLAT_MAX_ORDER)
        if nside & (nside - 1):
            raise ValueError(f"nside: {nside} is not a power of 2")
        order = nside.bit_length() - 1
    else:
        order = COARSEST
        while order < _FLAT_ORDERS and region / healpix.area(order) < _FLAT_PIXELS:
            order += 1
    if region / healpix.area(order) < _FLAT_FEWEST:
        raise ValueError(
            f"area: {area} deg^2 is less than {_FLAT_FEWEST} pixels of nside {1 << order}"
        )
    return order


def blob(
    ra: float, dec: float, kappa: float, coarsest: int, finest: int, *, deeper: int
) -> Iterator[Pixel]:
    """Divide the sky until no pixel holds much.

    Parameters
    ----------
    ra, dec : float
        Position of the peak [deg].
    kappa : float
        Concentration.
    coarsest, finest : int
        Orders of the largest and the smallest pixels there may be.
    deeper : int
        By how many orders the pixel of the peak is divided further.

    Yields
    ------
    Pixel
        In no order; together they are the sky.
    """
    limit = _FINE * 2 * pi / kappa * -expm1(-2 * kappa)  # area at the peak [sr]
    order = coarsest
    while healpix.area(order) > limit and order < finest:
        order += 1
    order = min(order + deeper, finest)
    # The peak is moved to the centre of the pixel that it is in: nowhere else is as much.
    target = healpix.pixel_of(order, ra, dec)
    px, py, pz = healpix.center(order, target)
    left = [(0, face) for face in range(12)]
    while left:
        level, index = left.pop()
        x, y, z = healpix.center(level, index)
        apart = ((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2) ** 0.5
        nearest = max(apart - _REACH / (1 << level), 0.0)
        holds_peak = level < order and target >> 2 * (order - level) == index
        too_much = healpix.area(level) * exp(-kappa * nearest * nearest / 2) > limit
        if level < finest and (level < coarsest or holds_peak or too_much):
            left += [(level + 1, 4 * index + part) for part in range(4)]
        else:
            yield Pixel(level, index, exp(-kappa * apart * apart / 2))


def integral(pixels: Sequence[Pixel]) -> float:
    """Sum density times area."""
    return fsum(healpix.area(pixel.order) * pixel.density for pixel in pixels)
