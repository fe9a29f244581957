"""Distances in sky maps: from mean and standard deviation to the parameters of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, pi, sqrt

__all__ = ["Distance", "distance_of"]

_NARROWEST = 1e-4  # relative width below which numbers have no digits left
_LOW, _FAR, _HIGH = -4.0, 8.0, 1e5  # of the ratio of the two parameters


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of a source, in each direction alike.

    Attributes
    ----------
    mean, std : float
        Moments [Mpc].
    mu, sigma : float
        Location and scale of the Gaussian that is multiplied with the distance squared [Mpc].
    norm : float
        What the product has to be multiplied with [Mpc^-2].
    """

    mean: float
    std: float
    mu: float
    sigma: float
    norm: float


def distance_of(mean: float, std: float) -> Distance:
    """Find the parameters.

    Parameters
    ----------
    mean, std : float
        Mean and standard deviation of the distance [Mpc].

    Returns
    -------
    Distance
        Both, and the parameters.

    Raises
    ------
    ValueError
        A standard deviation that is too small for the numbers or too large for the form, which
        can have up to about half of the mean.
    """
    ratio = std / mean
    low, high = _LOW, _HIGH
    if not _NARROWEST <= ratio <= _relative(low):
        raise ValueError(
            f"distance_std: {std} Mpc is not between {_NARROWEST * mean:.3g} and "
            f"{_relative(low) * mean:.3g} Mpc, which go with a mean of {mean} Mpc"
        )
    for _ in range(200):  # until there is no number between the two
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if _relative(middle) > ratio else (low, middle)
    second, third, _ = _moments(low)
    sigma = mean * second / third
    return Distance(mean, std, low * sigma, sigma, 1 / (second * sigma * sigma))


def _moments(x: float) -> tuple[float, float, float]:
    """Give the second to fourth moment of a Gaussian around x above 0, of width 1."""
    density = exp(-x * x / 2) / sqrt(2 * pi)
    zeroth = erfc(-x / sqrt(2)) / 2
    first = x * zeroth + density
    second = x * first + zeroth
    third = x * second + 2 * first
    return second, third, x * third + 3 * second


def _relative(x: float) -> float:
    """Give standard deviation over mean for a ratio of the two parameters."""
    if x > _FAR:  # all of the Gaussian is above 0, and the difference below loses its digits
        return sqrt(x**4 + 3) / (x * (x * x + 3))
    second, third, fourth = _moments(x)
    return sqrt(fourth * second / (third * third) - 1)
