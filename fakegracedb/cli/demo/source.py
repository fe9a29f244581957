"""The event file of the demo, and what it says: read here by other means than the server's."""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ...identifiers import upload_name
from ..output import CommandError

__all__ = ["PIPELINE", "Source", "of_client", "read"]

PIPELINE = "gstlal"

_MEMBER: dict[str, Callable[[str], Any]] = {
    "ifos": str,
    "end_time": int,
    "end_time_ns": int,
    "mass": float,
    "mchirp": float,
    "minimum_duration": float,
    "snr": float,
    "false_alarm_rate": float,
    "combined_far": float,
}
_COMPRESSIONS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ", lzma.decompress),
)
_UNREADABLE = (
    ValueError,
    ElementTree.ParseError,
    csv.Error,
    EOFError,
    OSError,
    lzma.LZMAError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Source:
    """An event file.

    Attributes
    ----------
    path : Path
        Where it is.
    name : str
        What the server will call it.
    content : bytes
        As it is.
    plain : bytes
        Uncompressed.
    coinc : dict
        The first row of its coincidences, as far as the server keeps it.
    nevents : int or None
        Number of triggers.
    likelihood : float or None
        Infinite where the file says so.
    detectors : list of str
        Of the single triggers, in file order.
    """

    path: Path
    name: str
    content: bytes
    plain: bytes
    coinc: dict[str, Any]
    nevents: int | None
    likelihood: float | None
    detectors: list[str]

    @property
    def gpstime(self) -> float:
        """Time of the event, GPS [s], to the microsecond."""
        seconds: float = self.coinc["end_time"] + self.coinc["end_time_ns"] / 1e9
        return round(seconds, 6)

    @property
    def values(self) -> dict[str, Any]:
        """What must be in the event; not an infinite likelihood, which the server does not keep."""
        coinc = self.coinc
        values = {
            "gpstime": self.gpstime,
            "far": coinc["combined_far"],
            "instruments": coinc["ifos"],
            "nevents": self.nevents,
        }
        if self.likelihood is None or not math.isinf(self.likelihood):
            values["likelihood"] = self.likelihood
        return {name: _in_json(value) for name, value in values.items()}

    @property
    def member(self) -> dict[str, Any]:
        """What must be in the event's member `CoincInspiral`."""
        return {name: _in_json(value) for name, value in self.coinc.items()}

    @property
    def event_log(self) -> bytes:
        """The summary that the server writes of it."""
        coinc = self.coinc

        def number(name: str, digits: str) -> str:
            return "---" if coinc[name] is None else format(coinc[name], digits)

        lines = (
            f"Pipeline: {PIPELINE}",
            f"MChirp: {number('mchirp', '.3f')}",
            f"MTot: {coinc['mass']}",
            f"End Time: {coinc['end_time']}.{coinc['end_time_ns']:09d}",
            f"SNR: {number('snr', '.3f')}",
            f"IFOs: {coinc['ifos']}",
            f"FAR: {number('combined_far', '.3e')}",
        )
        return "\n".join(lines).encode()


def of_client() -> tuple[Source, Source]:
    """Find the two event files that the real client brings along for its own tests.

    Raises
    ------
    CommandError
        If they are not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("ligo.gracedb")  # finding it runs none of its tests' modules
    homes = spec.submodule_search_locations if spec is not None else None
    for home in homes or ():
        data = Path(home) / "test" / "integration" / "data"
        files = [data / "cbc-lm.xml", data / "cbc-lm2.xml"]
        if all(file.is_file() for file in files):
            return read(files[0]), read(files[1])
    raise CommandError(
        "this installation of ligo-gracedb lacks the event files of its tests "
        "(test/integration/data/cbc-lm.xml and cbc-lm2.xml): "
        "give an event file of your own with --file"
    )


def read(file: str | Path) -> Source:
    """Read an event file.

    Raises
    ------
    CommandError
        If it is no compact-binary coincidence as LIGO_LW.
    OSError
        If it cannot be read at all.
    """
    path = Path(file)
    content = path.read_bytes()
    try:
        plain = _uncompressed(content)
        tables = dict(_tables(plain))
        coinc = next(tables["coinc_inspiral"])
        event = next(tables["coinc_event"])
        for needed in ("ifos", "end_time", "end_time_ns"):
            if coinc[needed] is None:
                raise ValueError(f"its {needed} is empty")
        return Source(
            path=path,
            # a multipart form has no other way to say a quotation mark
            name=upload_name(path.name.replace('"', "%22")) or path.name,
            content=content,
            plain=plain,
            coinc={name: _value(kind, coinc.get(name)) for name, kind in _MEMBER.items()},
            nevents=_value(int, event["nevents"]),
            likelihood=_value(float, event["likelihood"]),
            detectors=[single.get("ifo") or "" for single in tables["sngl_inspiral"]],
        )
    except KeyError as error:
        reason = f"it has no {error.args[0]}"
    except StopIteration:
        reason = "a table in it is empty"
    except _UNREADABLE as error:
        reason = str(error)
    raise CommandError(f"{path} is no compact-binary coincidence as LIGO_LW: {reason}")


def _in_json(value: Any) -> Any:
    """Give a value as the server answers it: JSON has no NaN and no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _uncompressed(content: bytes) -> bytes:
    for magic, decompress in _COMPRESSIONS:
        if content.startswith(magic):
            return decompress(content)
    return content


def _tables(text: bytes) -> Iterator[tuple[str, Iterator[dict[str, str | None]]]]:
    for table in ElementTree.fromstring(text).iter("Table"):
        stream = table.find("Stream")
        if stream is not None:
            columns = [_bare(column.get("Name", "")) for column in table.iter("Column")]
            yield table.get("Name", "").partition(":")[0], _rows(columns, stream)


def _value(kind: Callable[[str], Any], text: str | None) -> Any:
    return None if text is None else kind(text)


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _rows(columns: list[str], stream: ElementTree.Element) -> Iterator[dict[str, str | None]]:
    text = (stream.text or "").replace("\n", " ")
    tokens = next(
        csv.reader(
            [text],
            delimiter=stream.get("Delimiter", ","),
            skipinitialspace=True,
            escapechar="\\",
        )
    )
    values = [token.strip() or None for token in tokens]
    for start in range(0, len(values) - len(columns) + 1, len(columns)):
        yield dict(zip(columns, values[start : start + len(columns)], strict=True))
