"""VOEvents of external observatories, as brokers pass them on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor
from types import EllipsisType
from xml.sax.saxutils import escape, quoteattr

from fakegracedb.clock import gps_from_utc

from . import checks
from .observatories import OBSERVATORIES, Notice, Observatory
from .times import BILLION, When, gps_text, in_utc, iso_text, mjd, nanoseconds

__all__ = ["voevent"]

_ROLES = ("observation", "test", "prediction", "utility")
_DECIMALS = 2  # of the second, at least
_SENT_AFTER = 30 * BILLION
_MISSION_TIME = int(gps_from_utc(datetime(2001, 1, 1, tzinfo=UTC)))  # Fermi's and Swift's epoch
_TJD_OF_MJD = 40000

_XSD = "http://www.ivoa.net/xml/VOEvent"


def voevent(
    gpstime: When = "1400000000.5",
    *,
    pipeline: str = "Fermi",
    kind: str | None = None,
    trigger_id: str | int | None = None,
    ra: float | None = None,
    dec: float | None = None,
    error_radius: float | None = None,
    duration: float | None = None,
    far: float | EllipsisType | None = ...,
    ivorn: str | None = None,
    role: str = "observation",
    sent: When | None = None,
    params: Mapping[str, str | float] | None = None,
) -> bytes:
    """Make a VOEvent of an external observatory.

    Parameters
    ----------
    gpstime : float, str, Decimal or datetime
        Time of the trigger, GPS [s]. The file has nine decimals, of which the server keeps six.
    pipeline : str
        Fermi, Swift, INTEGRAL, AGILE, SNEWS, SVOM, IceCube or CHIME.
    kind : str, optional
        Kind of notice, the first unless given. Fermi: final, ground, flight, alert (no position),
        subthreshold, targeted. Swift: position, targeted. INTEGRAL: wakeup, refined, weak. AGILE:
        alert, ground. SNEWS: event. SVOM: eclairs, grm. IceCube: gold, bronze, cascade. CHIME:
        detection.
    trigger_id : str or int, optional
        Identifier. Unless given, what the observatory would make of the time: seconds of the
        mission for Fermi, a name with the date for SVOM, whole GPS seconds for others. The server
        does not look where IceCube has it. A targeted search joins two with an underscore.
    ra, dec : float, optional
        Where it was [deg].
    error_radius : float, optional
        Of the position [deg].
    duration : float, optional
        Of the trigger or the measurement [s]. The server takes 0 for none.
    far : float or None, optional
        Rate of false alarms [Hz]; for IceCube [1/yr], which the server takes for Hz as well. Only
        targeted searches and IceCube have one unless it is given; None is without.
    ivorn : str, optional
        Identifier of the notice.
    role : {"observation", "test", "prediction", "utility"}
        What it is for.
    sent : float, str, Decimal or datetime, optional
        When it was sent, GPS [s]; half a minute later unless given.
    params : mapping, optional
        Further parameters, or others in place of those that are there.

    Returns
    -------
    bytes
        VOEvent 2.0.

    Raises
    ------
    ValueError
        An argument that cannot be.
    """
    observatory = OBSERVATORIES[checks.choice("pipeline with VOEvents", pipeline, OBSERVATORIES)]
    kinds = observatory.notices
    notice = kinds[next(iter(kinds)) if kind is None else checks.choice("kind", kind, kinds)]
    checks.choice("role", role, _ROLES)
    count = nanoseconds("gpstime", gpstime)
    when = iso_text("gpstime", count, _DECIMALS)
    sending = _half_a_minute_later(count) if sent is None else nanoseconds("sent", sent)
    position = (
        checks.right_ascension(notice.position[0] if ra is None else ra),
        checks.declination(notice.position[1] if dec is None else dec),
        checks.non_negative(
            "error_radius", notice.position[2] if error_radius is None else error_radius
        ),
    )
    name = (
        _default_id(pipeline, count, when)
        if trigger_id is None
        else checks.line("trigger_id", str(trigger_id))
    )
    values = _parameters(notice, count, name, duration, notice.far if far is ... else far)
    for key, value in (params or {}).items():
        values[checks.line("params", key)] = checks.line(f"params: {key}", str(value))
    identifier = (
        checks.line("ivorn", ivorn or "") or f"{observatory.stream}#{notice.name}_{when}_{name}"
    )
    return _document(
        observatory,
        identifier,
        role,
        iso_text("sent", sending, most=0),
        _what(notice, values),
        when,
        position,
    )


def _half_a_minute_later(count: int) -> int:
    """Give the usual time of sending; a text in UTC can say it, which it cannot a leap second."""
    later = count + _SENT_AFTER
    return later if in_utc(later) else later + BILLION


def _default_id(pipeline: str, count: int, when: str) -> str:
    seconds = count // BILLION
    if pipeline == "SVOM":
        return f"sb{when[2:10].replace('-', '')}01"
    if pipeline == "Fermi":
        return str(max(seconds - _MISSION_TIME, 0))
    return str(seconds)


def _parameters(
    notice: Notice, count: int, name: str, duration: float | None, far: float | None
) -> dict[str, str]:
    values = {
        "Packet_Type": str(notice.packet_type),
        "Pkt_Ser_Num": "1",
        notice.identifier: name,
    }
    if notice.day is not None and notice.second is not None:
        day = floor(mjd("gpstime", count))
        values[notice.day] = str(day - _TJD_OF_MJD)
        values[notice.second] = gps_text(_of_day(count), _DECIMALS)
    if notice.duration is not None:
        seconds = notice.seconds if duration is None else duration
        values[notice.duration] = repr(checks.non_negative("duration", seconds))
    elif duration is not None:
        raise ValueError(f"duration: notices {notice.name} have none")
    if far is not None:
        values["FAR"] = repr(checks.non_negative("far", far))
    return values | notice.params


def _of_day(count: int) -> int:
    """Give the nanoseconds since midnight UTC."""
    text = iso_text("gpstime", count, 9)
    hours, minutes, seconds = int(text[11:13]), int(text[14:16]), int(text[17:19])
    return (hours * 3600 + minutes * 60 + seconds) * BILLION + int(text[20:])


def _what(notice: Notice, values: Mapping[str, str]) -> str:
    """Write the parameters: those of no group, then the groups."""
    groups: dict[str, list[str]] = {"": []}
    for key, value in values.items():
        unit = f" unit={quoteattr(notice.far_unit)}" if key == "FAR" else ""
        if key == notice.duration:
            unit = ' unit="sec"'
        group = notice.groups.get(key, "")
        groups.setdefault(group, []).append(
            f"<Param name={quoteattr(key)} value={quoteattr(value)}{unit}/>"
        )
    lines = [f"    {param}\n" for param in groups.pop("")]
    for group, inside in groups.items():
        lines.append(f"    <Group name={quoteattr(group)}>\n")
        lines += [f"      {param}\n" for param in inside]
        lines.append("    </Group>\n")
    return "".join(lines)


def _document(
    observatory: Observatory,
    ivorn: str,
    role: str,
    sent: str,
    what: str,
    when: str,
    position: tuple[float, float, float],
) -> bytes:
    author = observatory.author
    system = observatory.coordinates
    ra, dec, radius = map(repr, position)
    text = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent ivorn={quoteattr(ivorn)} role="{role}" version="2.0"
    xmlns:voe="{_XSD}/v2.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="{_XSD}/v2.0 {_XSD}/VOEvent-v2.0.xsd">
  <Who>
    <AuthorIVORN>{author.ivorn}</AuthorIVORN>
    <Author>
      <shortName>{escape(author.short_name)}</shortName>
      <contactName>{escape(author.contact)}</contactName>
    </Author>
    <Date>{sent}</Date>
  </Who>
  <What>
{what}\
  </What>
  <WhereWhen>
    <ObsDataLocation>
      <ObservatoryLocation id="{observatory.location}"/>
      <ObservationLocation>
        <AstroCoordSystem id="{system}"/>
        <AstroCoords coord_system_id="{system}">
          <Time unit="s">
            <TimeInstant>
              <ISOTime>{when}</ISOTime>
            </TimeInstant>
          </Time>
          <Position2D unit="deg">
            <Name1>RA</Name1>
            <Name2>Dec</Name2>
            <Value2>
              <C1>{ra}</C1>
              <C2>{dec}</C2>
            </Value2>
            <Error2Radius>{radius}</Error2Radius>
          </Position2D>
        </AstroCoords>
      </ObservationLocation>
    </ObsDataLocation>
  </WhereWhen>
  <How>
    <Description>{escape(observatory.description)}</Description>
    <Reference uri={quoteattr(observatory.reference)} type="url"/>
  </How>
  <Why importance="0.95">
    <Inference probability="1.0">
      <Concept>{escape(observatory.concept)}</Concept>
    </Inference>
  </Why>
</voe:VOEvent>
"""
    return text.encode()
