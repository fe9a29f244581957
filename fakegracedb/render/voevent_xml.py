"""The XML of a VOEvent: what telescopes are told of an event."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import utc_from_gps
from ..documents import Event, VOEvent
from ..vocabulary import Vocabulary
from .dialect import Dialect

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from ..service.voevents import Coincidence, NewVOEvent

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


def voevent_xml(
    event: Event,
    voevent: VOEvent,
    new: NewVOEvent,
    earlier: list[VOEvent],
    *,
    names: Vocabulary,
    dialect: Dialect,
) -> bytes:
    """Give the file of a VOEvent.

    Parameters
    ----------
    event : Event
        What it tells of; it has a gpstime and a false alarm rate.
    voevent : VOEvent
        The VOEvent.
    new : NewVOEvent
        What its maker sent; of this, some goes into the file only.
    earlier : list of VOEvent
        Those of the same event that came before: it cites them all.
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
    for param in _params(event, voevent, new, names, dialect):
        _write(what, param)
    _groups(what, event, voevent, new, dialect)
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
    if earlier:
        citations = _child(root, "Citations")
        cite = "retraction" if retraction else "supersedes"
        for one in sorted(earlier, key=lambda one: one.N, reverse=True):
            _child(citations, "EventIVORN", one.ivorn).set("cite", cite)
        said = "withdraws" if retraction else "takes the place of"
        _child(citations, "Description", f"This notice {said} what was sent before")
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


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


def _params(
    event: Event, voevent: VOEvent, new: NewVOEvent, names: Vocabulary, dialect: Dialect
) -> Iterator[_Param]:
    site = dialect.root[: dialect.root.rindex("/api/") + 1]
    name = voevent.ivorn.rpartition("-")[2]
    yield _Param("Packet_Type", _PACKETS[voevent.voevent_type], "Number of the kind of notice")
    yield _Param("internal", int(voevent.internal), "Whether only for the collaboration")
    yield _Param("Pkt_Ser_Num", voevent.N, "Number of the notice on this event, from 1")
    yield _Param("GraceID", event.graceid, "Id of the event in GraceDB", "meta.id")
    yield _Param("AlertType", name, "Kind of the alert", "meta.version")
    yield _Param("HardwareInj", int(voevent.hardware_inj), "Whether made on purpose", "meta.number")
    yield _Param("OpenAlert", int(new.open_alert), "Whether the alert is public", "meta.number")
    page = f"{site}events/{event.graceid}/view/"
    yield _Param("EventPage", page, "Page of the event", "meta.ref.url")
    if voevent.voevent_type == "RE":
        return
    yield _Param("Instruments", event.instruments, "Instruments that saw it", "meta.code")
    assert event.far is not None
    far = float(max(event.far, names.settings.voevent_far_floor_hz))
    yield _Param("FAR", far, "False alarm rate of such events or louder", _RATE, "Hz")
    yield _Param("Significant", int(voevent.significant), "Whether significant", "meta.number")
    merger = event.group == "Burst" and _is_burst_bbh(event)
    yield _Param("Group", "CBC" if merger else event.group, "Group of the search", "meta.code")
    yield _Param("Pipeline", event.pipeline, "Pipeline of the search", "meta.code")
    if event.search:
        yield _Param("Search", event.search, "The search", "meta.code")


def _groups(
    what: Element, event: Event, voevent: VOEvent, new: NewVOEvent, dialect: Dialect
) -> None:
    retraction = voevent.voevent_type == "RE"
    if new.coincidence.found and not retraction:
        params = _coincidence(event, new.coincidence, dialect)
        _group(what, "External Coincidence", params, "What else was seen at that time")
    if voevent.skymap_filename and not retraction:
        url = _file_url(event, voevent.skymap_filename, dialect)
        _group(what, "GW_SKYMAP", [_Param("skymap_fits", url, "The sky map", "meta.ref.url")])
    if retraction:
        return
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


def _group(what: Element, name: str, params: list[_Param], text: str | None = None) -> None:
    group = _child(what, "Group")
    group.set("name", name)
    group.set("type", name)
    for param in params:
        _write(group, param)
    if text is not None:
        _child(group, "Description", text)


def _is_burst_bbh(event: Event) -> bool:
    return (event.group, event.pipeline, event.search) == ("Burst", "CWB", "BBH")


def _file_url(event: Event, name: str, dialect: Dialect) -> str:
    return dialect.url(f"events/{event.graceid}/files/{name}")


def _coincidence(event: Event, found: Coincidence, dialect: Dialect) -> list[_Param]:
    """Give what was sent of a coincidence, as far as it was."""
    params = []
    for name, text, said, ucd in (
        ("External_GCN_Notice_Id", found.ext_gcn, "Id of the external notice", "meta.id"),
        ("External_Observatory", found.ext_pipeline, "Who saw it", "meta.code"),
        ("External_Search", found.ext_search, "The external search", "meta.code"),
    ):
        if text:
            params.append(_Param(name, text, said, ucd))
    if found.delta_t:
        later = round(float(found.delta_t), 2)
        params.append(_Param("Time_Difference", later, "From this to the external", "meta.code"))
    for name, text, said in (
        ("Time_Coincidence_FAR", found.time_coinc_far, "in time"),
        ("Time_Sky_Position_Coincidence_FAR", found.space_coinc_far, "in time and place"),
    ):
        if text:
            rate = float(text)
            params.append(_Param(name, rate, f"Rate of chance coincidences {said}", _RATE, "Hz"))
    if found.combined_skymap_filename:
        url = _file_url(event, found.combined_skymap_filename, dialect)
        params.append(_Param("joint_skymap_fits", url, "The sky map of both", "meta.ref.url"))
    return params


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
