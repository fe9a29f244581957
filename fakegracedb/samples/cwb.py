"""Unmodelled transients of coherent WaveBurst: its text of keys and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakegracedb.vocabulary import DEFAULT

from . import checks
from .checks import Ifos
from .times import BILLION, When, gps_text, nanoseconds

__all__ = ["cwb_text"]

_DECIMALS = 4  # of the times in cWB's files, at least
_SEGMENT = 60  # s; what cWB analyses at a time
_DAY = 86400  # s
_FREQUENCY = 150.0  # Hz; where none is given
_FREQUENCIES = {"BBH": 90.0, "IMBH": 60.0}  # Hz; the same for searches that seek lower


def cwb_text(
    gpstime: When = "1400000000.25",
    *,
    search: str | None = "AllSky",
    ifos: Ifos = "L1,H1",
    times: Mapping[str, When] | None = None,
    start: When | None = None,
    duration: float = 0.1,
    frequency: float | None = None,
    bandwidth: float = 64.0,
    rho: float = 7.5,
    snr: float | None = None,
    likelihood: float | None = None,
    strain: float = 1e-22,
    ra: float = 20.0,
    dec: float = 40.0,
    mchirp: float = 0.0,
    far: float = 1e-8,
    hoft: str | None = None,
    code: str | None = None,
    ced_link: str | None = None,
    skymap_link: str | None = None,
    style: str = "new",
) -> bytes:
    """Make the event file of coherent WaveBurst, for the pipelines CWB and CWB2G.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        Time of the event, GPS [s].
    search : str or None
        The search; it decides the frequency that is not given.
    ifos : str or iterable of str
        Detectors, in the order of the file. The server sorts them.
    times : mapping of str to time, optional
        When each detector saw it; `gpstime` unless given.
    start : float, str, Decimal or datetime, optional
        Beginning, GPS [s]; half of the duration before `gpstime` unless given.
    duration : float
        [s]
    frequency, bandwidth : float
        [Hz]
    rho : float
        Effective correlated SNR; the server calls it the amplitude.
    snr, likelihood : float, optional
        One of the two: the likelihood is the square of the SNR. The SNR is 10 unless given.
    strain : float
        Root sum square of the strain [Hz^-1/2].
    ra, dec : float
        Where it comes from [deg].
    mchirp : float
        Chirp mass [solar masses].
    far : float
        Rate of false alarms [Hz].
    hoft, code : str, optional
        Kind of data and version of the code, a word each.
    ced_link, skymap_link : str, optional
        Addresses of the event display and of the sky map.
    style : {"new", "old"}
        Old files have neither `event_time` nor `far` as keys: they have the rate on a line below
        the significance of the last day, and the addresses as bare lines.

    Returns
    -------
    bytes
        Text.

    Raises
    ------
    ValueError
        An argument that cannot be; an old file whose first detector did not see the event at
        `gpstime`, since such a file has no other time.

    Notes
    -----
    The server knows the chirp mass of an old file as the second number of the key `chirp`.
    """
    if search is not None:
        checks.choice("search", search, DEFAULT.searches)
    checks.choice("style", style, ("new", "old"))
    names = checks.detectors(ifos)
    count = nanoseconds("gpstime", gpstime)
    said = checks.per_detector("times", times, names)
    arrivals = [nanoseconds(f"time of {ifo}", said[ifo]) if ifo in said else count for ifo in names]
    if style == "old" and arrivals[0] != count:
        raise ValueError(f"times: {names[0]} comes first, and its time is that of an old file")
    length = checks.non_negative("duration", duration)
    span = round(length * BILLION)
    begin = count - span // 2 if start is None else nanoseconds("start", start)
    if begin < 0:
        raise ValueError("start: it is before the GPS epoch")
    loud = _likelihood(snr, likelihood)
    center = checks.positive(
        "frequency", _FREQUENCIES.get(search or "", _FREQUENCY) if frequency is None else frequency
    )
    width = checks.non_negative("bandwidth", bandwidth)
    right, up = checks.right_ascension(ra), checks.declination(dec)
    amplitude, rate = checks.non_negative("rho", rho), checks.non_negative("far", far)
    chirp = checks.non_negative("mchirp", mchirp)
    lines: list[tuple[str, list[Any]]] = [
        ("nevent", [1]),
        ("ndim", [len(names)]),
        ("run", [1]),
        ("rho", [amplitude]),
        ("likelihood", [loud]),
        ("ifo", list(names)),
        ("eventID", [1, 0]),
        ("rho", [amplitude, amplitude]),
        ("type", [1, 0]),
        ("lag", [0.0] * len(names)),
        ("slag", [0.0] * len(names)),
        ("phi", [right, 0.0, right, right]),
        ("theta", [90 - up, 0.0, up, 90 - up]),
        ("psi", [0.0, 0.0]),
        ("chirp", [0.0, chirp, 0.0, 0.0, 0.0, 0.0]),
        ("strain", [checks.non_negative("strain", strain), 0.0]),
        ("segment", _segment(begin, count + span) * len(names)),
        ("start", [_gps(begin)] * len(names)),
        ("time", [_gps(arrival) for arrival in arrivals]),
        ("stop", [_gps(begin + span)] * len(names)),
        ("inj_time", [0.0] * len(names)),
        ("duration", [length] * len(names)),
        ("frequency", [center] * len(names)),
        ("low", [max(center - width / 2, 0.0)] * len(names)),
        ("high", [center + width / 2] * len(names)),
        ("bandwidth", [width] * len(names)),
    ]
    lines += [(key, [_word(key, text)]) for key, text in (("hoft", hoft), ("code", code)) if text]
    links = {"ced_link": ced_link, "fits_skymap_link": skymap_link}
    tail = []
    if style == "new":
        lines += [("event_time", [_gps(count)]), ("mchirp", [chirp]), ("far", [rate])]
        lines += [(key, [_word(key, link)]) for key, link in links.items() if link]
    else:
        tail += ["#significance based on the last day jobs, 4000-1 time shifts"]
        tail += [f"1 {rate!r} {begin // BILLION - _DAY} {begin // BILLION} {_DAY}"]
        tail += [_address(key, link) for key, link in links.items() if link]
    text = [f"{key + ':':<12}{' '.join(map(_shown, values))}" for key, values in lines]
    return "".join(f"{line}\n" for line in text + tail).encode()


def _likelihood(snr: float | None, likelihood: float | None) -> float:
    if likelihood is None:
        return checks.non_negative("snr", 10.0 if snr is None else snr) ** 2
    if snr is not None:
        raise ValueError("snr and likelihood: one is the square of the other, give one")
    return checks.non_negative("likelihood", likelihood)


def _segment(begin: int, end: int) -> list[str]:
    first = max(begin // BILLION - _SEGMENT // 2, 0)
    return [f"{first}.0000", f"{end // BILLION + _SEGMENT // 2}.0000"]


def _gps(count: int) -> str:
    return gps_text(count, _DECIMALS)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _word(name: str, text: str) -> str:
    if not text.isprintable() or len(text.split()) != 1:
        raise ValueError(f"{name}: {text!r} is not one word")
    return text


def _address(name: str, link: str) -> str:
    if not link.startswith("http") or (name == "fits_skymap_link") != (".fits" in link):
        raise ValueError(
            f"{name}: an old file tells addresses by http, and a map's by .fits: {link!r}"
        )
    return _word(name, link)
