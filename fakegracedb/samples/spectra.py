"""Detector noise: the file ``psd.xml.gz``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import checks
from .checks import Ifos
from .compression import gzipped
from .ligolw import document, frequency_series
from .times import When, nanoseconds

__all__ = ["NOISIER", "noise", "psd", "psd_elements"]

NOISIER = {"V1": 6.0, "K1": 100.0, "G1": 1000.0}
"""How much more noise power than in H1 and L1 there is in the others, about."""

_WALL = 10.0  # Hz; below, the noise rises steeply
_F_MAX = 2048.0  # Hz


def psd(
    values: Mapping[str, Sequence[float]] | None = None,
    *,
    ifos: Ifos | None = None,
    gpstime: When = "1400000000",
    delta_f: float = 1.0,
    f_min: float = 0.0,
    gzip: bool = True,
) -> bytes:
    """Make a file of power spectral densities, as localisation tools read it.

    Parameters
    ----------
    values : mapping of str to sequence of float, shape (n,), optional
        One-sided power spectral density of the strain of each detector [1/Hz]; in its absence a
        smooth curve like that of an advanced detector at design sensitivity, up to 2048 Hz.
    ifos : str or iterable of str, optional
        Detectors, when there are no `values`; H1 and L1 unless given.
    gpstime : float, str, Decimal or datetime
        Beginning of the measurement, GPS [s].
    delta_f : float
        Spacing of the frequencies [Hz].
    f_min : float
        First frequency [Hz].
    gzip : bool
        Whether the file is compressed.

    Returns
    -------
    bytes
        LIGO_LW with one REAL8FrequencySeries for each detector.

    Raises
    ------
    ValueError
        Both `values` and `ifos`, no detector, a density that is not above 0, or frequencies that
        cannot be.
    """
    if values is not None and ifos is not None:
        raise ValueError("ifos: the detectors are those of values")
    names = checks.detectors(values if values is not None else ifos or "H1,L1")
    elements = psd_elements(
        names, values, nanoseconds("gpstime", gpstime), delta_f=delta_f, f_min=f_min
    )
    content = document(*elements, name="psd")
    return gzipped(content) if gzip else content


def psd_elements(
    ifos: Sequence[str],
    values: Mapping[str, Sequence[float]] | None,
    epoch: int,
    *,
    delta_f: float = 1.0,
    f_min: float = 0.0,
) -> list[str]:
    """Write one series for each detector; `epoch` is in GPS [ns], the rest as in `psd`."""
    delta_f = checks.positive("delta_f", delta_f)
    f_min = checks.non_negative("f_min", f_min)
    if f_min >= _F_MAX and values is None:
        raise ValueError(f"f_min: {f_min} Hz is beyond the last frequency, {_F_MAX} Hz")
    elements = []
    for ifo in ifos:
        if values is None:
            count = int((_F_MAX - f_min) / delta_f) + 1
            curve = [noise(ifo, f_min + index * delta_f) for index in range(count)]
        else:
            curve = [checks.positive(f"density of {ifo}", value) for value in values[ifo]]
        elements.append(frequency_series(epoch, f_min, delta_f, curve, ifo))
    return elements


def noise(ifo: str, frequency: float) -> float:
    """Give a density like that of an advanced detector at design sensitivity.

    Parameters
    ----------
    ifo : str
        Detector; Virgo, KAGRA and GEO are noisier than the two of LIGO.
    frequency : float
        [Hz]

    Returns
    -------
    float
        One-sided power spectral density of the strain [1/Hz], never 0.

    Notes
    -----
    The analytic fit to advanced LIGO of Ajith (2011), arXiv:1107.1267; below 10 Hz a steep wall.
    """
    f = max(frequency, 1.0)
    x = max(f, _WALL) / 215.0
    square = x * x
    fit = x**-4.14 - 5 / square + 111 * (1 - square + square * square / 2) / (1 + square / 2)
    wall = (_WALL / f) ** 14 if f < _WALL else 1.0
    return float(1e-49 * NOISIER.get(ifo, 1.0) * fit * wall)
