"""The XML of a VOEvent: what telescopes are told of an event or superevent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import utc_from_gps
from ..documents import Event
from ..vocabulary import Vocabulary
from .dialect import Dialect

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from ..service.announcements import Announcement, Counterpart

__all__ = ["voevent_xml"]

_SCHEMA = "http://www.ivoa.net/xml/VOEvent/v2.0"
_PACKETS = {"PR": 150, "IN": 151, "UP": 152, "RE": 164, "EW": 163}
_CONTACT = "LIGO Scientific Collaboration, Virgo Collaboration, and KAGRA Collaboration"
_SYSTEM = "UTC-FK5-GEO"
_DETECTORS = {
    "H1": "the 4 km interferometer at Hanford",
    "L1": "the 4 km interferometer at Livingston",
    "V1": "the 3 km interferometer at Cascina",
    "K1": "the 3 km interferometer at Kamioka",
}
_CLASSES = {
    "BNS": ("prob_bns", "that the source is a binary neutron star"),
    "NSBH": ("prob_nsbh", "that the source is a neutron star and a black hole"),
    "BBH": ("prob_bbh", "that the source is a binary black hole"),
    "Terrestrial": ("prob_terrestrial", "that the source is noise of the instruments"),
}
_PROPERTIES = {
    "HasNS": ("prob_has_ns", "that an object has the mass of a neutron star"),
    "HasRemnant": ("prob_has_remnant", "that matter is left outside the final object"),
    "HasMassGap": ("prob_has_mass_gap", "that an object has 3 to 5 solar masses"),
    "HasSSM": ("prob_has_ssm", "that an object has less than a solar mass"),
}
_RATE = "arith.rate;stat.falsealarm"
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Param:
    """A named value."""

    name: str
    value: Any
    text: str
    ucd: str = ""
    unit: str = ""


def voevent_xml(told: Announcement, *, names: Vocabulary, dialect: Dialect) -> bytes:
    """Give the file of a VOEvent.

    Parameters
    ----------
    told : Announcement
        What it is made from.
    names : Vocabulary
        Its lowest false alarm rate that is told.
    dialect : Dialect
        The base whose URLs it holds.

    Returns
    -------
    bytes
        VOEvent 2.0, UTF-8.
    """
    import xml.etree.ElementTree as ET

    event, voevent = told.event, told.voevent
    retraction = voevent.voevent_type == "RE"
    test = event.group == "Test" or event.search == "MDC"
    root = ET.Element(
        "voe:VOEvent",
        {
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xmlns:voe": _SCHEMA,
            "xsi:schemaLocation": f"{_SCHEMA} {_SCHEMA.rpartition('/')[0]}/VOEvent-v2.0.xsd",
            "version": "2.0",
            "role": "test" if test else "observation",
            "ivorn": voevent.ivorn,
        },
    )
    who = _child(root, "Who")
    _child(who, "Date", f"{voevent.created[:19]}Z")
    _child(_child(who, "Author"), "contactName", _CONTACT)
    what = _child(root, "What")
    for param in _params(told, names, dialect):
        _write(what, param)
    if not retraction:
        _groups(what, told, dialect)
    _where_when(root, event)
    if not retraction:
        early = "An early warning of" if voevent.voevent_type == "EW" else "Report of"
        _child(root, "Description", f"{early} a candidate gravitational wave event")
        how = _child(root, "How")
        _child(how, "Description", "Candidate gravitational wave event found by a search of data")
        for detector in event.instruments.split(","):
            if detector in _DETECTORS:
                _child(how, "Description", f"{detector}: {_DETECTORS[detector]}")
        if voevent.coinc_comment:
            _child(how, "Description", "A gamma-ray burst may be the counterpart")
    if told.earlier:
        citations = _child(root, "Citations")
        cite = "retraction" if retraction else "supersedes"
        for one in sorted(told.earlier, key=lambda one: one.N, reverse=True):
            _child(citations, "EventIVORN", one.ivorn).set("cite", cite)
        said = "withdraws" if retraction else "takes the place of"
        _child(citations, "Description", f"This notice {said} what was sent before")
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    # as the server writes empty elements; within texts and values the sign > is escaped
    return text.replace(b" />", b"/>") + b"\n"


def _child(parent: Element, name: str, text: str | None = None) -> Element:
    from xml.etree.ElementTree import SubElement

    child = SubElement(parent, name)
    child.text = text
    return child


def _write(parent: Element, param: _Param) -> None:
    element = _child(parent, "Param")
    value = param.value
    kind = {int: "int", float: "float"}.get(type(value), "string")
    attributes = {
        "name": param.name,
        "value": _UNWRITABLE.sub("\ufffd", str(value)),
        "unit": param.unit,
        "ucd": param.ucd,
        "dataType": kind,
    }
    for key, text in attributes.items():
        if text or key == "value":
            element.set(key, text)
    _child(element, "Description", param.text)


def _params(told: Announcement, names: Vocabulary, dialect: Dialect) -> Iterator[_Param]:
    event, voevent = told.event, told.voevent
    what = told.kind.removesuffix("s")
    site = dialect.root[: dialect.root.rindex("/api/") + 1]
    name = voevent.ivorn.rpartition("-")[2]
    yield _Param("Packet_Type", _PACKETS[voevent.voevent_type], "Number of the kind of notice")
    yield _Param("internal", int(voevent.internal), "Whether only for the collaboration")
    yield _Param("Pkt_Ser_Num", voevent.N, f"Number of the notice on this {what}, from 1")
    yield _Param("GraceID", told.about, f"Id of the {what} in GraceDB", "meta.id")
    yield _Param("AlertType", name, "Kind of the alert", "meta.version")
    yield _Param("HardwareInj", int(voevent.hardware_inj), "Whether made on purpose", "meta.number")
    yield _Param("OpenAlert", int(voevent.open_alert), "Whether the alert is public", "meta.number")
    page = f"{site}{told.kind}/{told.about}/view/"
    yield _Param("EventPage", page, f"Page of the {what}", "meta.ref.url")
    if voevent.voevent_type == "RE":
        return
    yield _Param("Instruments", event.instruments, "Instruments that saw it", "meta.code")
    if event.far and math.isfinite(event.far):
        far = float(max(event.far, names.settings.voevent_far_floor_hz))
        yield _Param("FAR", far, "False alarm rate of such events or louder", _RATE, "Hz")
    yield _Param("Significant", int(voevent.significant), "Whether significant", "meta.number")
    merger = event.group == "Burst" and _is_burst_bbh(event)
    yield _Param("Group", "CBC" if merger else event.group, "Group of the search", "meta.code")
    yield _Param("Pipeline", event.pipeline, "Pipeline of the search", "meta.code")
    if event.search:
        yield _Param("Search", event.search, "The search", "meta.code")


def _groups(what: Element, told: Announcement, dialect: Dialect) -> None:
    event, voevent = told.event, told.voevent
    if told.counterpart is not None:
        found = _counterpart_params(told, told.counterpart, dialect)
        _group(what, "External Coincidence", found, "What else was seen at that time")
    if voevent.skymap_filename:
        url = _file_url(told, voevent.skymap_filename, dialect)
        _group(what, "GW_SKYMAP", [_Param("skymap_fits", url, "The sky map", "meta.ref.url")])
    for param in _burst_params(event.extra_attributes):
        _write(what, param)
    merger = "CoincInspiral" in event.extra_attributes or _is_burst_bbh(event)
    for name, members, text in (
        ("Classification", _CLASSES, "Kind of the source, if it is a merger"),
        ("Properties", _PROPERTIES, "Properties of the source, if it is a merger"),
    ):
        params = [
            _Param(member, float(value), f"Probability {said}", "stat.probability")
            for member, (key, said) in members.items()
            if merger and (value := getattr(voevent, key)) is not None
        ]
        _group(what, name, params, text)


def _group(what: Element, name: str, params: Iterable[_Param], text: str | None = None) -> None:
    group = _child(what, "Group")
    group.set("name", name)
    group.set("type", name)
    for param in params:
        _write(group, param)
    if text is not None:
        _child(group, "Description", text)


def _is_burst_bbh(event: Event) -> bool:
    return (event.group, event.pipeline, event.search) == ("Burst", "CWB", "BBH")


def _file_url(told: Announcement, name: str, dialect: Dialect) -> str:
    return dialect.url(f"{told.kind}/{told.about}/files/{name}")


def _counterpart_params(
    told: Announcement, found: Counterpart, dialect: Dialect
) -> Iterator[_Param]:
    """Give what is known of a coincidence."""
    for name, text, said, ucd in (
        ("External_GCN_Notice_Id", found.notice_id, "Id of the external notice", "meta.id"),
        ("External_Ivorn", found.ivorn, "Name of the external notice", "meta.id"),
        ("External_Observatory", found.observatory, "Who saw it", "meta.code"),
        ("External_Search", found.search, "The external search", "meta.code"),
    ):
        if text:
            yield _Param(name, text, said, ucd)
    if found.time_difference is not None:
        later = round(found.time_difference, 2)
        yield _Param("Time_Difference", later, "From this to the external", "meta.code")
    for name, rate, said in (
        ("Time_Coincidence_FAR", found.time_far, "in time"),
        ("Time_Sky_Position_Coincidence_FAR", found.space_far, "in time and place"),
    ):
        if rate is not None:
            yield _Param(name, rate, f"Rate of chance coincidences {said}", _RATE, "Hz")
    if found.skymap_filename:
        url = _file_url(told, found.skymap_filename, dialect)
        yield _Param("joint_skymap_fits", url, "The sky map of both", "meta.ref.url")


def _burst_params(extra: Mapping[str, Any]) -> Iterator[_Param]:
    """Give frequency and duration of a burst, as far as its search tells them."""
    frequency: Any = None
    duration: Any = None
    if "LalInferenceBurst" in extra:
        burst = extra["LalInferenceBurst"]
        frequency, quality = burst.get("frequency_mean"), burst.get("quality_mean")
        if frequency and quality is not None:
            duration = quality / (2 * math.pi * frequency)
    else:
        burst = extra.get("MultiBurst") or extra.get("MLyBurst") or {}
        frequency, duration = burst.get("central_freq"), burst.get("duration")
    for name, value, said, ucd, unit in (
        ("CentralFreq", frequency, "Central frequency of the burst", "gw.frequency", "Hz"),
        ("Duration", duration, "Duration of the burst", "time.duration", "s"),
    ):
        if value is not None:
            yield _Param(name, float(value), said, ucd, unit)


def _where_when(root: Element, event: Event) -> None:
    data = _child(_child(root, "WhereWhen"), "ObsDataLocation")
    _child(data, "ObservatoryLocation").set("id", "LIGO Virgo")
    location = _child(data, "ObservationLocation")
    _child(location, "AstroCoordSystem").set("id", _SYSTEM)
    coordinates = _child(location, "AstroCoords")
    coordinates.set("coord_system_id", _SYSTEM)
    time = _child(coordinates, "Time")
    time.set("unit", "s")
    assert event.gpstime is not None
    when = utc_from_gps(event.gpstime).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    _child(_child(time, "TimeInstant"), "ISOTime", when)
