"""Compact binary coincidences: the LIGO_LW documents of gstlal, MBTA, pycbc, spiir and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from types import EllipsisType
from typing import Any

from fakegracedb.vocabulary import DEFAULT

from . import checks
from .binaries import chirp_mass, single_columns
from .checks import Ifos
from .compression import gzipped
from .ligolw import IDS, Ids, document, nested
from .presets import DEFAULT_SOURCE, PIPELINES, SOURCES
from .signals import Direction, ifos_text, signals, snr_elements
from .spectra import psd_elements
from .times import When, nanoseconds
from .triggers import Coincidence, Trigger, coinc_tables

__all__ = ["coinc_xml"]


def coinc_xml(
    gpstime: When = "1400000000.25",
    *,
    pipeline: str = "gstlal",
    search: str | None = "AllSky",
    mass1: float | None = None,
    mass2: float | None = None,
    spin1: float | Sequence[float] = 0.0,
    spin2: float | Sequence[float] = 0.0,
    ifos: Ifos | None = None,
    snrs: Mapping[str, float] | None = None,
    snr: float | None = None,
    far: float | None = 1e-8,
    likelihood: float | EllipsisType | None = ...,
    false_alarm_rate: float | EllipsisType | None = ...,
    minimum_duration: float | EllipsisType | None = ...,
    nevents: int | None = None,
    mass: float | None = None,
    mchirp: float | None = None,
    times: Mapping[str, When] | None = None,
    phases: Mapping[str, float] | None = None,
    ra: float | None = None,
    dec: float | None = None,
    inclination: float = 0.0,
    polarization: float = 0.0,
    columns: Mapping[str, Any] | None = None,
    snr_series: bool | Mapping[str, Sequence[complex]] = False,
    sample_rate: float = 2048.0,
    psd: bool | Mapping[str, Sequence[float]] = False,
    ids: Ids = "int",
    gzip: bool = False,
) -> bytes:
    """Make the event file of a compact binary coincidence, ``coinc.xml``.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        Time of the coincidence, GPS [s].
    pipeline : str
        Whose habits the file has: gstlal, SGNL, spiir, pycbc, PyGRB, MBTA or MBTAOnline.
    search : str or None
        The search; it decides the masses that are not given, and where the templates end.
    mass1, mass2 : float, optional
        Component masses [solar masses].
    spin1, spin2 : float or sequence of float, shape (3,)
        Dimensionless spins; a number is the component along the orbital angular momentum.
    ifos : str or iterable of str, optional
        The detectors of the coincidence. Text is written as it is. Unless given, those of `snrs`,
        or H1 and L1.
    snrs : mapping of str to float, optional
        SNR of each detector; each has a row in `sngl_inspiral`, in this order, also one that is
        not in `ifos`. Unless given, those of a source at `ra` and `dec`, or else all of `ifos`
        are equally loud; together `snr`, or as loud as with 8 each.
    snr : float, optional
        SNR of the network; the root of the sum of the squares unless given.
    far : float or None
        Rate of false alarms [Hz]; None leaves it empty.
    likelihood, false_alarm_rate, minimum_duration : float or None, optional
        Of the coincidence; None leaves them empty. Unless given, as the pipeline's habit is.
    nevents : int, optional
        Number of triggers; as many as there are rows unless given.
    mass, mchirp : float, optional
        Total and chirp mass of the coincidence; those of the components unless given.
    times : mapping of str to time, optional
        When each detector saw it; `gpstime` unless given, or what follows from `ra` and `dec`.
    phases : mapping of str to float, optional
        Phase in each detector [rad]; 0 unless given, or what follows from `ra` and `dec`.
    ra, dec : float, optional
        Where the source is [deg]. The first detector then sees it at `gpstime`, and the others so
        much earlier or later as the wave takes: a localisation finds it there again.
    inclination, polarization : float
        How the source lies there [rad].
    columns : mapping, optional
        Further columns of the single triggers: a value for all, or a mapping of detectors to
        values; None leaves it empty. Those that are nowhere given are 0. What follows from the
        other arguments can be overruled, so that a file can contradict itself.
    snr_series : bool or mapping of str to sequence of complex
        With the SNR around each trigger: one without noise, or the one given, an odd number of
        samples with the trigger in the middle.
    sample_rate : float
        Of these series [Hz].
    psd : bool or mapping of str to sequence of float
        With the noise of each detector, as the function `psd` makes it, from 0 Hz in steps of 1.
    ids : {"int", "ilwd"}
        Ids as integers (int_8s), or as the texts of old (ilwd:char) with their long column names.
    gzip : bool
        Whether the file is compressed.

    Returns
    -------
    bytes
        LIGO_LW with the tables process, process_params, sngl_inspiral, coinc_definer, coinc_event,
        coinc_inspiral, coinc_event_map and time_slide, and for spiir postcoh.

    Raises
    ------
    ValueError
        An argument that cannot be, or that contradicts another one.

    Notes
    -----
    All numbers are written with all their digits; the series in single precision, as they are
    kept. The series made here has a Gaussian spectrum around 100 Hz, about that of light binaries
    in the advanced detectors.
    """
    habits = PIPELINES[checks.choice("pipeline with coincidences", pipeline, PIPELINES)]
    if search is not None:
        checks.choice("search", search, DEFAULT.searches)
    checks.choice("style of ids", ids, IDS)
    source = SOURCES.get(search or "", DEFAULT_SOURCE)
    m1 = source.mass1 if mass1 is None else checks.positive("mass1", mass1)
    m2 = source.mass2 if mass2 is None else checks.positive("mass2", mass2)
    count = nanoseconds("gpstime", gpstime)
    ifos = ifos if ifos is None or isinstance(ifos, str) else tuple(ifos)
    found = signals(
        count,
        ifos,
        snrs,
        snr,
        times,
        phases,
        Direction.of(ra, dec, inclination, polarization),
        inverted=habits.inverted,
    )
    names = tuple(signal.ifo for signal in found)
    shared: dict[str, Any] = single_columns(
        m1, m2, checks.spin("spin1", spin1), checks.spin("spin2", spin2)
    )
    shared |= {"f_final": source.f_final, "search": habits.search, "channel": habits.channel}
    triggers = [
        Trigger(event_id, signal, shared).overruled(columns or {}, names)
        for event_id, signal in enumerate(found)
    ]
    together = (
        hypot(*(signal.snr for signal in found)) if snr is None else checks.positive("snr", snr)
    )
    coinc = Coincidence(
        pipeline=pipeline,
        search=search,
        program=habits.program,
        ifos=ifos_text(ifos, names),
        time=count,
        snr=together,
        far=None if far is None else checks.non_negative("far", far),
        likelihood=_habit("likelihood", likelihood, habits.likelihood),
        false_alarm_rate=_habit("false_alarm_rate", false_alarm_rate, habits.false_alarm_rate),
        minimum_duration=_habit("minimum_duration", minimum_duration, 0.0),
        has_duration=habits.minimum_duration or minimum_duration is not ...,
        nevents=len(names) if nevents is None else checks.whole("nevents", nevents),
        mass=m1 + m2 if mass is None else checks.non_negative("mass", mass),
        mchirp=chirp_mass(m1, m2) if mchirp is None else checks.non_negative("mchirp", mchirp),
        triggers=triggers,
    )
    parts = coinc_tables(coinc, ids)
    rate = checks.positive("sample_rate", sample_rate)
    parts += snr_elements(found, snr_series, rate, ids, inverted=habits.inverted)
    if psd is not False:
        values = None if psd is True else checks.of_each_detector("psd", psd, names)
        parts.append(nested("psd", *psd_elements(names, values, count)))
    content = document(*parts)
    return gzipped(content) if gzip else content


def _habit(name: str, given: float | EllipsisType | None, usual: float | None) -> float | None:
    return usual if given is ... else checks.optional(name, given)
