"""The reader of coherent WaveBurst: text of one key a line, in newer and older styles."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from math import sqrt

from fakegracedb.documents.attributes import TABLES

from ..stretches import Content, opened
from . import Entry, Reading, Upload
from .columns import EVENT, StorageError, check, gpstime

__all__ = ["read_cwb"]

_BURST = TABLES["MultiBurst"]
_KEYS = frozenset(
    {"ifo", "time", "start", "duration", "frequency", "bandwidth", "likelihood", "rho", "strain"}
    | {"phi", "theta", "mchirp", "chirp", "hoft", "code", "far", "event_time"}
    | {"ced_link", "fits_skymap_link"}
)
_MOST_LINES = 200_000  # a map of the sky has thousands
_LONGEST_LINE = 100_000  # characters
_MOST_WORDS = 100  # of a line; names of so many detectors could not be stored
_SIGNIFICANCE = "#significance based on the last "
_PERIODS = ("week", "day")  # the first that does not say 0 counts
_UNREADABLE_RATE = 1.0  # Hz
_LINKS = {"ced_link": "Coherent Event Display (CED)", "fits_skymap_link": "FITS skymap"}


@dataclass(slots=True)
class _Text:
    """What is in a file.

    Attributes
    ----------
    words : dict of str to list of str
        What stands behind each key; of a repeated one behind the last.
    rates : dict of str to float
        Rate of false alarms [Hz] by period, from the line after the significance.
    links : dict of str to str
        Lines that are addresses, with their end.
    """

    words: dict[str, list[str]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def first(self, key: str, place: int = 0) -> str | None:
        """Give a word behind a key; None without that key.

        Raises
        ------
        IndexError
            If there is the key and not the word.
        """
        return self.words[key][place] if key in self.words else None

    def number(self, key: str, place: int = 0) -> float | None:
        """Give a word as `first` does, as a number; raises ValueError if it is none."""
        word = self.first(key, place)
        return None if word is None else float(word)


def read_cwb(upload: Upload) -> Reading:
    """Read a burst.

    Parameters
    ----------
    upload : Upload
        Text in UTF-8.

    Returns
    -------
    Reading
        All values of the event but `nevents`, the member `MultiBurst`, the file `event.log`, and
        a log for each address.

    Raises
    ------
    UnicodeDecodeError, IndexError, ValueError
        If it is no text, has too many or too long lines, or too few words behind a key, or not a
        number where there has to be one, or something cannot be stored.
    """
    text = _parse(upload.data)
    links = text.links
    if "event_time" in text.words and "far" in text.words:
        time, far = text.first("event_time"), float(text.words["far"][0])
        mchirp = text.number("mchirp")
        found = {key: text.first(key) for key in _LINKS}
        links = {key: link for key, link in found.items() if link is not None}
    else:
        time = text.first("time")
        far = next((text.rates[one] for one in _PERIODS if text.rates.get(one)), 0.0)
        mchirp = text.number("chirp", 1) if "chirp" in text.words else 0.0
    likelihood = text.number("likelihood")
    ifos, times = _detectors(text)
    values = {
        "gpstime": gpstime(0.0 if time is None else float(time)),
        "far": far,
        "instruments": ifos,
        "likelihood": likelihood,
    }
    start, start_ns = _seconds(text.first("start"))
    peak, peak_ns = _seconds(text.first("time"))
    burst = {
        "ifos": ifos,
        "start_time": start,
        "start_time_ns": start_ns,
        "duration": text.number("duration"),
        "strain": text.number("strain"),
        "peak_time": peak,
        "peak_time_ns": peak_ns,
        "central_freq": text.number("frequency"),
        "bandwidth": text.number("bandwidth"),
        "amplitude": text.number("rho"),
        "mchirp": mchirp,
        "snr": 0.0 if likelihood is None or likelihood < 0 else sqrt(likelihood),
        "false_alarm_rate": far,
        "ligo_axis_ra": text.number("phi", 2),
        "ligo_axis_dec": text.number("theta", 2),
        "single_ifo_times": times,
        "hoft": text.first("hoft") or "",
        "code": text.first("code") or "",
    }
    check(EVENT, values)
    check(_BURST, burst)
    return Reading(
        values=values,
        attributes={"MultiBurst": {key: one for key, one in burst.items() if one is not None}},
        files=[("event.log", _event_log(text, time, ifos, far).encode())],
        logs=[Entry("Log File Created", "event.log", 0), *_link_logs(links)],
    )


def _parse(content: Content) -> _Text:
    text = _Text()
    period = None  # of which the next line has the rate
    # Line by line, and nothing kept but what is wanted: a file may be long, and so may a line.
    lines = io.TextIOWrapper(opened(content), "utf-8")
    for count, line in enumerate(iter(lambda: lines.readline(_LONGEST_LINE + 1), "")):
        if count == _MOST_LINES:
            raise ValueError(f"more than {_MOST_LINES} lines")
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"a line of more than {_LONGEST_LINE} characters")
        if period is not None:
            text.rates[period] = _rate(line)
        period = next((one for one in _PERIODS if line.startswith(_SIGNIFICANCE + one)), None)
        if line.startswith("http"):
            text.links["fits_skymap_link" if ".fits" in line else "ced_link"] = line
        before, colon, after = line.partition(":")
        if colon:
            key = before.split(None, 1)[0]
            if key in _KEYS:
                text.words[key] = after.split(None, _MOST_WORDS)[:_MOST_WORDS]
    if period is not None:
        text.rates[period] = _UNREADABLE_RATE
    return text


def _rate(line: str) -> float:
    try:
        return float(line.split(None, 2)[1])
    except (IndexError, ValueError):
        return _UNREADABLE_RATE


def _detectors(text: _Text) -> tuple[str, str]:
    """Give names and times of the detectors, in the order of the names."""
    names, times = text.words.get("ifo", []), text.words.get("time")
    order = sorted(range(len(names)), key=names.__getitem__)
    return (
        ",".join(names[place] for place in order),
        "" if times is None else ",".join(times[place] for place in order),
    )


def _seconds(word: str | None) -> tuple[int | None, int | None]:
    """Cut a time at its point, which it must have."""
    if word is None:
        return None, None
    seconds, fraction = word.split(".")
    return int(seconds), int(fraction.ljust(9, "0"))


def _event_log(text: _Text, time: str | None, ifos: str, far: float) -> str:
    def said(key: str, place: int = 0) -> str:
        word = text.first(key, place)
        return "---" if word is None else word

    return "\n".join(
        [
            "Event Type: cWB",
            f"Time: {'---' if time is None else float(time)}",
            f"Duration: {said('duration')}",
            f"Frequency: {said('frequency')}",
            f"Bandwidth: {said('bandwidth')}",
            f"RA: {said('phi', 2)}",
            f"Dec: {said('theta', 2)}",
            f"Effective SNR: {said('rho')}",
            f"IFOs: {ifos}",
            f"FAR: {far}",
        ]
    )


def _link_logs(links: dict[str, str]) -> list[Entry]:
    """Write the links as they stand in the file, without a thought for HTML."""
    if any("\0" in link for link in links.values()):
        raise StorageError("A string literal cannot contain NUL (0x00) characters.")
    return [
        Entry(f'<a href="{links[key]}">{what}</a>') for key, what in _LINKS.items() if key in links
    ]
