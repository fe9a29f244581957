"""What each detector sees of a binary: when, how loud and at what phase, and the SNR around it."""

from __future__ import annotations

from cmath import exp as complex_exp
from cmath import phase as argument
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, pi, sqrt

from . import checks
from .checks import Ifos
from .ligolw import Ids, time_series
from .network import SITES, delay, response
from .spectra import NOISIER
from .times import BILLION, When, nanoseconds

__all__ = ["Direction", "Signal", "ifos_text", "signals", "snr_elements"]

_USUAL = 8.0  # SNR of a detector
_FAINTEST = 1e-3  # SNR of one that sees nothing
_SERIES = 0.1  # s; an SNR series goes so far to both sides, if it is made here
_MEAN_FREQUENCY = 100.0  # Hz; of what makes up the SNR
_BANDWIDTH = 100.0  # Hz; its standard deviation


@dataclass(frozen=True, slots=True)
class Signal:
    """What one detector sees.

    Attributes
    ----------
    ifo : str
        Detector.
    time : int
        GPS [ns].
    snr, phase : float
        Loudness, and phase [rad].
    """

    ifo: str
    time: int
    snr: float
    phase: float


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a source is [deg], and how it lies [rad]."""

    ra: float
    dec: float
    inclination: float
    polarization: float

    @classmethod
    def of(
        cls, ra: float | None, dec: float | None, inclination: float, polarization: float
    ) -> Direction | None:
        """Give the one that was said, or None.

        Raises
        ------
        ValueError
            Half of one, or one that cannot be.
        """
        tilt = checks.number("inclination", inclination)
        turn = checks.number("polarization", polarization)
        if ra is None and dec is None:
            if tilt or turn:
                raise ValueError("inclination and polarization: they need ra and dec")
            return None
        if ra is None or dec is None:
            raise ValueError("ra and dec: one without the other is no direction")
        return cls(checks.right_ascension(ra), checks.declination(dec), tilt, turn)


def signals(
    gpstime: int,
    ifos: Ifos | None,
    snrs: Mapping[str, float] | None,
    snr: float | None,
    times: Mapping[str, When] | None,
    phases: Mapping[str, float] | None,
    direction: Direction | None,
    *,
    inverted: bool,
) -> list[Signal]:
    """Find what each detector sees, from what was said; the arguments are those of `coinc_xml`.

    Parameters
    ----------
    gpstime : int
        GPS [ns].
    direction : Direction or None
        Where it comes from.
    inverted : bool
        Whether phases have the other sign than LAL's.

    Raises
    ------
    ValueError
        An argument that cannot be, or that contradicts another one.
    """
    names = checks.detectors(snrs, "snrs") if snrs is not None else _names(ifos)
    if snrs is not None and ifos is not None:
        checks.per_detector("ifos", dict.fromkeys(checks.detectors(ifos)), names)
    late, seen = dict.fromkeys(names, 0), dict.fromkeys(names, complex(1))
    if direction is not None:
        late, seen = _from(direction, gpstime, names, inverted=inverted)
    if snrs is None:
        strength = {ifo: abs(one) for ifo, one in seen.items()}
        together = _USUAL * sqrt(len(names)) if snr is None else checks.positive("snr", snr)
        loud = together / hypot(*strength.values())
        snrs = {ifo: max(one * loud, _FAINTEST) for ifo, one in strength.items()}
    at = checks.per_detector("times", times, names)
    angles = checks.per_detector("phases", phases, names)
    if gpstime + min(late.values()) < 0:
        raise ValueError("gpstime: a detector would see it before the GPS epoch")
    return [
        Signal(
            ifo=ifo,
            time=nanoseconds(f"time of {ifo}", at[ifo]) if ifo in at else gpstime + late[ifo],
            snr=checks.positive(f"SNR of {ifo}", snrs[ifo]),
            phase=checks.number(f"phase of {ifo}", angles.get(ifo, argument(seen[ifo]))),
        )
        for ifo in names
    ]


def _names(ifos: Ifos | None) -> tuple[str, ...]:
    return checks.detectors("H1,L1" if ifos is None else ifos)


def _from(
    direction: Direction, gpstime: int, names: tuple[str, ...], *, inverted: bool
) -> tuple[dict[str, int], dict[str, complex]]:
    """Give how much later than the first each detector sees it [ns], and how."""
    ra, dec = direction.ra, direction.dec
    for ifo in names:
        checks.choice("site of a detector", ifo, SITES)
    delays = {ifo: delay(ifo, gpstime, ra, dec) for ifo in names}
    seen = {}
    for ifo in names:
        one = response(ifo, gpstime, ra, dec, direction.polarization, direction.inclination)
        one /= sqrt(NOISIER.get(ifo, 1.0))
        seen[ifo] = one.conjugate() if inverted else one
    return {ifo: late - delays[names[0]] for ifo, late in delays.items()}, seen


def ifos_text(ifos: Ifos | None, names: tuple[str, ...]) -> str:
    """Write the detectors of a coincidence; text stays as it is."""
    if isinstance(ifos, str):
        return ifos
    return ",".join(names if ifos is None else checks.detectors(ifos))


def snr_elements(
    found: Sequence[Signal],
    given: bool | Mapping[str, Sequence[complex]],
    rate: float,
    ids: Ids,
    *,
    inverted: bool,
) -> list[str]:
    """Write the SNR around each signal.

    Parameters
    ----------
    found : sequence of Signal
        In the order of their rows.
    given : bool or mapping of str to sequence of complex
        Whether there is any, or the samples of each detector.
    rate : float
        Of the samples [Hz].
    ids : {"int", "ilwd"}
        Style of ids.
    inverted : bool
        Whether phases have the other sign than LAL's.

    Raises
    ------
    ValueError
        A detector without samples, or with an even number of them; samples of another one.
    """
    if given is False:
        return []
    said: dict[str, Sequence[complex]] = {}
    if given is not True:
        names = tuple(signal.ifo for signal in found)
        said = checks.of_each_detector("snr_series", given, names)
    elements = []
    for event_id, signal in enumerate(found):
        if given is True:
            samples = _noiseless(signal, rate, -1 if inverted else 1)
        else:
            samples = [complex(sample) for sample in said[signal.ifo]]
        if len(samples) % 2 == 0:
            raise ValueError(
                f"snr_series: that of {signal.ifo} has {len(samples)} samples, an even number: "
                "none is in the middle"
            )
        epoch = signal.time - round(len(samples) // 2 / rate * BILLION)
        elements.append(time_series(epoch, 1 / rate, samples, event_id, ids))
    return elements


def _noiseless(signal: Signal, rate: float, sense: int) -> list[complex]:
    half = int(_SERIES * rate)
    samples = []
    for index in range(-half, half + 1):
        t = 2 * pi * index / rate
        loud = signal.snr * exp(-((t * _BANDWIDTH) ** 2) / 2)
        samples.append(loud * complex_exp(1j * (signal.phase + sense * t * _MEAN_FREQUENCY)))
    return samples
