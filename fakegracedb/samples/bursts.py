"""Unmodelled transients as JSON: oLIB, MLy, aframe and GWAK."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from math import hypot
from typing import Any

from . import checks
from .checks import Ifos
from .times import When, gps_float, nanoseconds

__all__ = ["mly_json", "olib_json"]

_MLY_PIPELINES = ("MLy", "aframe", "GWAK")
_MLY_SCORES = ("coherency", "coincidence", "combined")
_MLY_NUMBERS = (
    *("central_freq", "bandwidth", "central_time", "duration", "bbh", "sglf", "sghf"),
    *("background", "glitch", "freq_correlation", "mass1", "mass2", "mtotal", "mchirp"),
    *("spin1z", "spin2z", "template_duration"),
)


def olib_json(
    gpstime: When = "1400000000.5",
    *,
    ifos: Ifos = "H1,L1",
    far: float | None = 1e-7,
    nevents: int | None = 1,
    likelihood: float | None = None,
    bci: float | None = 5.0,
    bsn: float | None = 50.0,
    quality_mean: float | None = 9.0,
    quality_median: float | None = 9.0,
    hrss_mean: float | None = 1e-22,
    hrss_median: float | None = 1e-22,
    frequency_mean: float | None = 150.0,
    frequency_median: float | None = 150.0,
    omicron_snrs: Mapping[str, float] | None = None,
    omicron_snr_network: float | None = None,
) -> bytes:
    """Make the event file of oLIB.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        GPS [s]; the file has the nearest float.
    ifos : str or iterable of str
        Detectors; text is written as it is.
    far : float or None
        Rate of false alarms [Hz]. Here and below, None leaves a key out.
    nevents : int or None
        Number of triggers.
    likelihood : float or None
        Likelihood.
    bci, bsn : float or None
        Logarithms of the Bayes factors: coherent against incoherent, signal against noise.
    quality_mean, quality_median, hrss_mean, hrss_median, frequency_mean, frequency_median : float
        Of the posterior; strain [Hz^-1/2] and frequency [Hz].
    omicron_snrs : mapping of str to float, optional
        SNR in each detector that Omicron found.
    omicron_snr_network : float, optional
        Of all of them; the root of the sum of the squares unless given.

    Returns
    -------
    bytes
        JSON.

    Raises
    ------
    ValueError
        An argument that cannot be.
    """
    names = checks.detectors(ifos)
    count = nanoseconds("gpstime", gpstime)
    loud = {
        ifo: checks.non_negative(f"omicron SNR of {ifo}", value)
        for ifo, value in checks.per_detector("omicron_snrs", omicron_snrs, names).items()
    }
    if omicron_snr_network is None and loud:
        omicron_snr_network = hypot(*loud.values())
    data: dict[str, Any] = {
        "gpstime": gps_float(count),
        "FAR": None if far is None else checks.non_negative("far", far),
        "instruments": ifos if isinstance(ifos, str) else ",".join(names),
        "nevents": None if nevents is None else checks.whole("nevents", nevents),
        "likelihood": likelihood,
        "BCI": bci,
        "BSN": bsn,
        "quality_posterior_mean": quality_mean,
        "quality_posterior_median": quality_median,
        "hrss_posterior_mean": hrss_mean,
        "hrss_posterior_median": hrss_median,
        "frequency_posterior_mean": frequency_mean,
        "frequency_posterior_median": frequency_median,
        "Omicron_SNR_Network": omicron_snr_network,
        **{f"Omicron_SNR_{ifo}": value for ifo, value in loud.items()},
    }
    return _json(data, besides=("instruments", "nevents"))


def mly_json(
    gpstime: When = "1400000000.5",
    *,
    pipeline: str = "MLy",
    ifos: Ifos = "H1,L1",
    far: float | None = 1e-7,
    snr: float | None = None,
    detection_statistic: float | None = None,
    scores: Mapping[str, float] | None = None,
    channels: str | Sequence[str] | None = None,
    **numbers: float | None,
) -> bytes:
    """Make the event file of MLy, aframe or GWAK.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        GPS [s]; the file has the nearest float.
    pipeline : str
        MLy, which has scores unless told otherwise, or aframe or GWAK, which have a detection
        statistic.
    ifos : str or iterable of str
        Detectors; text is written as it is.
    far : float or None
        Rate of false alarms [Hz]. Here and below, None leaves a key out.
    snr, detection_statistic : float or None
        How loud it is.
    scores : mapping of str to float, optional
        `coherency`, `coincidence` and `combined`, or some of them.
    channels : str or sequence of str, optional
        Names of the channels, with commas between them if it is one text; the calibrated strain of
        each detector unless given.
    **numbers : float or None
        Any of `central_freq`, `bandwidth` [Hz], `central_time`, `duration` [s], `bbh`, `sglf`,
        `sghf`, `background`, `glitch`, `freq_correlation`, and of `mass1`, `mass2`, `mtotal`,
        `mchirp` [solar masses], `spin1z`, `spin2z`, `template_duration` [s].

    Returns
    -------
    bytes
        JSON.

    Raises
    ------
    ValueError
        An argument that cannot be.
    """
    checks.choice("pipeline with such files", pipeline, _MLY_PIPELINES)
    names = checks.detectors(ifos)
    for name in numbers:
        checks.choice("number", name, _MLY_NUMBERS)
    if scores is None and pipeline == "MLy":
        scores = {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}
    if detection_statistic is None and pipeline != "MLy":
        detection_statistic = 10.0
    for name in scores or ():
        checks.choice("score", name, _MLY_SCORES)
    if channels is None:
        channels = [f"{ifo}:GDS-CALIB_STRAIN_CLEAN" for ifo in names]
    elif isinstance(channels, str):
        channels = channels.split(",")
    data: dict[str, Any] = {
        "gpstime": gps_float(nanoseconds("gpstime", gpstime)),
        "far": None if far is None else checks.non_negative("far", far),
        "ifos": ifos if isinstance(ifos, str) else ",".join(names),
        "SNR": snr,
        "detection_statistic": detection_statistic,
        "scores": scores and {name: checks.number(name, value) for name, value in scores.items()},
        "channels": [checks.line("channels", channel) for channel in channels],
        **numbers,
    }
    return _json(data, besides=("ifos", "scores", "channels"))


def _json(data: Mapping[str, Any], *, besides: Collection[str]) -> bytes:
    """Write an object without what is None; all but what is named are numbers."""
    kept = {
        key: value if key in besides else checks.number(key, value)
        for key, value in data.items()
        if value is not None
    }
    return (json.dumps(kept, allow_nan=False) + "\n").encode()
