"""What the pipelines of compact binaries write each in their own way, and what searches seek."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_SOURCE", "PIPELINES", "SOURCES", "Pipeline", "Source"]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline's habits.

    Attributes
    ----------
    program : str
        Of the process; localisation tools take the convention of phases from it.
    search : str
        Column `search` of its single triggers.
    channel : str
        Column `channel` of its single triggers.
    likelihood : float or None
        Of the coincidence, where none is given.
    false_alarm_rate : float or None
        Of the coincidence, where none is given: a probability for gstlal, a rate for others.
    minimum_duration : bool
        Whether it has that column.
    inverted : bool
        Whether its phases have the other sign than LAL's.
    """

    program: str
    search: str = ""
    channel: str = ""
    likelihood: float | None = None
    false_alarm_rate: float | None = 0.0
    minimum_duration: bool = True
    inverted: bool = True


PIPELINES = {
    "gstlal": Pipeline("gstlal_inspiral", channel="GDS-CALIB_STRAIN", likelihood=12.5),
    "SGNL": Pipeline("sgnl-inspiral", channel="GDS-CALIB_STRAIN", likelihood=12.5),
    "spiir": Pipeline(
        "gstlal_inspiral_postcohspiir_online", "035", "GDS-CALIB_STRAIN", likelihood=0.0
    ),
    "pycbc": Pipeline("pycbc", "pycbc", inverted=False),
    "PyGRB": Pipeline("pycbc", "PyGRB", inverted=False),
    "MBTA": Pipeline("MBTAOnline", "MBTA", false_alarm_rate=None, minimum_duration=False),
    "MBTAOnline": Pipeline("MBTAOnline", "MBTA", false_alarm_rate=None, minimum_duration=False),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What a search finds unless other numbers are given.

    Attributes
    ----------
    mass1, mass2 : float
        Component masses [solar masses].
    f_final : float
        Where its templates end [Hz]; 0 for their natural end.
    """

    mass1: float
    mass2: float
    f_final: float = 0.0


DEFAULT_SOURCE = Source(1.4, 1.4)

SOURCES = {
    "EarlyWarning": Source(1.4, 1.4, f_final=56.0),
    "SSM": Source(0.6, 0.5),
    "BBH": Source(36.0, 29.0),
    "HighMass": Source(36.0, 29.0),
    "IMBH": Source(120.0, 90.0),
    "LensingSubthreshold": Source(36.0, 29.0),
}
