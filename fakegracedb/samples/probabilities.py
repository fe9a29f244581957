"""What a source may be: the JSON files ``p_astro``, ``em_bright`` and ``mchirp_source``."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from math import erf, fsum, log, sqrt
from typing import Any

from . import checks

__all__ = ["MCHIRP_BIN_EDGES", "em_bright", "mchirp_source", "p_astro"]

_SLACK = 1e-6  # by which probabilities that were given may miss 1 together

# fmt: off
MCHIRP_BIN_EDGES = (
    0.1, 0.87, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.7, 1.9, 2.1, 2.3, 3.0, 5.5, 11.0, 22.0, 44.0, 88.0,
    1000.0,
)
"""Edges of the bins of chirp mass in public alerts [solar masses]."""
# fmt: on


def p_astro(
    *,
    bns: float = 0.0,
    nsbh: float = 0.0,
    bbh: float = 0.0,
    terrestrial: float | None = None,
) -> bytes:
    """Make a file of the probabilities of the four classes, as ``gstlal.p_astro.json``.

    Parameters
    ----------
    bns, nsbh, bbh : float
        Probability of each kind of binary.
    terrestrial : float, optional
        Probability that it is no signal; what the others leave unless given.

    Returns
    -------
    bytes
        JSON object with the keys BNS, NSBH, BBH and Terrestrial, which sum to 1.

    Raises
    ------
    ValueError
        A number that is no probability, or a sum that is not 1.
    """
    given = {"BNS": bns, "NSBH": nsbh, "BBH": bbh}
    classes = {name: checks.probability(name, value) for name, value in given.items()}
    if terrestrial is None:
        rest = 1 - fsum(classes.values())
        if rest < -_SLACK:
            raise ValueError(f"bns, nsbh and bbh: they sum to {1 - rest}, more than 1")
        classes["Terrestrial"] = max(rest, 0.0)
    else:
        classes["Terrestrial"] = checks.probability("terrestrial", terrestrial)
    return _json(_summing_to_1("the four classes", classes))


def em_bright(
    *,
    has_ns: float = 0.0,
    has_remnant: float = 0.0,
    has_mass_gap: float = 0.0,
    has_ssm: float | None = 0.0,
) -> bytes:
    """Make a file of the properties of a source, ``em_bright.json``.

    Parameters
    ----------
    has_ns, has_remnant, has_mass_gap, has_ssm : float
        Probability that it has a neutron star, leaves matter outside, has a component in the gap
        of masses, and one below a solar mass. Older files are without the last: None.

    Returns
    -------
    bytes
        JSON object with the keys HasNS, HasRemnant, HasMassGap and HasSSM.

    Raises
    ------
    ValueError
        A number that is no probability.
    """
    given = {"HasNS": has_ns, "HasRemnant": has_remnant, "HasMassGap": has_mass_gap}
    properties = {name: checks.probability(name, value) for name, value in given.items()}
    if has_ssm is not None:
        properties["HasSSM"] = checks.probability("HasSSM", has_ssm)
    return _json(properties)


def mchirp_source(
    mchirp: float | None = None,
    *,
    spread: float = 0.05,
    probabilities: Sequence[float] | None = None,
    bin_edges: Sequence[float] = MCHIRP_BIN_EDGES,
) -> bytes:
    """Make a file of the chirp mass in the source's frame, ``mchirp_source.json``.

    Parameters
    ----------
    mchirp : float, optional
        Most probable chirp mass [solar masses].
    spread : float
        Its uncertainty, as a part of it.
    probabilities : sequence of float, shape (n,), optional
        Probability of each bin, in place of `mchirp`.
    bin_edges : sequence of float, shape (n + 1,)
        Edges of the bins [solar masses].

    Returns
    -------
    bytes
        JSON object with the keys bin_edges and probabilities.

    Raises
    ------
    ValueError
        Not exactly one of `mchirp` and `probabilities`, a mass outside of all bins, edges that do
        not rise, or probabilities that do not sum to 1.
    """
    edges = [checks.positive("bin_edges", edge) for edge in bin_edges]
    if len(edges) < 2 or any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError("bin_edges: they do not rise")
    if (mchirp is None) == (probabilities is None):
        raise ValueError("mchirp and probabilities: give one of them")
    if probabilities is not None:
        values = [checks.probability("probabilities", value) for value in probabilities]
        if len(values) != len(edges) - 1:
            raise ValueError(f"probabilities: {len(values)} for {len(edges) - 1} bins")
    else:
        mass = checks.positive("mchirp", mchirp)
        if not edges[0] <= mass <= edges[-1]:
            raise ValueError(f"mchirp: {mass} is not between {edges[0]} and {edges[-1]}")
        width = checks.positive("spread", spread) * sqrt(2)
        below = [erf(log(edge / mass) / width) for edge in edges]
        values = [(high - low) / 2 for low, high in itertools.pairwise(below)]
        total = fsum(values)
        values = [value / total for value in values]
    summed = _summing_to_1("probabilities", dict(enumerate(values)))
    return _json({"bin_edges": edges, "probabilities": list(summed.values())})


def _summing_to_1(what: str, values: dict[Any, float]) -> dict[Any, float]:
    total = fsum(values.values())
    if abs(total - 1) > _SLACK:
        raise ValueError(f"{what}: they sum to {total}, not to 1")
    return values


def _json(data: Any) -> bytes:
    return (json.dumps(data, allow_nan=False) + "\n").encode()
