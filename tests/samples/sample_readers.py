"""Readers of event files by the server's rules, written apart from the package."""

import csv
import gzip
import json
import math
import struct
from datetime import UTC, datetime
from xml.etree import ElementTree

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)


def gps(text, leap_seconds=18):
    """GPS time of an ISO text, whose digits beyond the microsecond and whose zone are cut off."""
    text = text.rstrip("Z")
    whole, _, fraction = text.partition(".")
    when = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return (
        (when - GPS_EPOCH).total_seconds()
        + leap_seconds
        + int(fraction[:6] or 0) / 10 ** len(fraction[:6])
    )


# LIGO_LW


def ligolw(content):
    """The root element, decompressed if need be."""
    return ElementTree.fromstring(
        gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    )


def table(content, name):
    """The rows of a table: bare column names to texts."""
    (found,) = (one for one in ligolw(content).iter("Table") if one.get("Name") == f"{name}:table")
    columns = [one.get("Name").rpartition(":")[2] for one in found.iter("Column")]
    stream = found.find("Stream")
    assert stream.get("Name") == f"{name}:table"
    lines = [line.strip() for line in stream.text.strip().splitlines()]
    rows = [next(csv.reader([line.removesuffix(",")], escapechar="\\")) for line in lines]
    assert all(len(row) == len(columns) for row in rows)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def types(content, name):
    """Column types of a table by the names as written."""
    (found,) = (one for one in ligolw(content).iter("Table") if one.get("Name") == f"{name}:table")
    return {one.get("Name"): one.get("Type") for one in found.iter("Column")}


def series(content, kind):
    """All series of a kind: name and unit of the data, epoch, start, step, columns, id."""
    for element in ligolw(content).iter("LIGO_LW"):
        if element.get("Name") != kind:
            continue
        array, (belongs,) = (
            element.find("Array"),
            (one for one in element.iter("Param") if not one.get("Name").startswith("f0")),
        )
        steps, width = array.findall("Dim")
        rows = [
            [float(cell) for cell in line.split()]
            for line in array.find("Stream").text.strip().splitlines()
        ]
        assert len(rows) == int(steps.text)
        assert {len(row) for row in rows} == {int(width.text)}
        yield {
            "name": array.get("Name"),
            "unit": array.get("Unit"),
            "epoch": element.find("Time").text,
            "start": float(steps.get("Start")),
            "step": float(steps.get("Scale")),
            "columns": list(zip(*rows, strict=True)),
            "belongs": (belongs.get("Name"), belongs.text),
        }


# VOEvent


DURATIONS = (
    *("Trig_Dur", "Trans_Duration", "Data_Integ", "Integ_Time", "Trig_Timescale", "Timescale"),
    "sampling_time",
)
IDENTIFIERS = ("TrigID", "Trans_Num", "EventID", "Burst_Id", "event_no")
GROUPS = ("Svom_Identifiers", "Detection_Info", "observatory parameters", "event parameters")


def voevent(content):
    root = ElementTree.fromstring(content)
    assert root.get("version") == "2.0"
    params = {}
    for param in root.findall("What/Param"):
        params.setdefault(param.get("name"), param)
    for group in root.findall("What/Group"):
        if group.get("name") in GROUPS:
            params |= {param.get("name"): param for param in group.findall("Param")}
    place = root.find("WhereWhen/ObsDataLocation")
    coords = place.find("ObservationLocation/AstroCoords")
    assert coords.get("coord_system_id").startswith("UTC-")
    position = coords.find("Position2D")
    assert [position.find(name).text for name in ("Name1", "Name2")] == ["RA", "Dec"]
    assert position.get("unit") == "deg"

    def first(names):
        return next((params[name].get("value") for name in names if name in params), None)

    duration = first(DURATIONS)
    return {
        "gpstime": round(gps(coords.find("Time/TimeInstant/ISOTime").text), 6),
        "ivorn": root.get("ivorn"),
        "author_ivorn": root.find("Who/AuthorIVORN").text,
        "author_shortname": root.find("Who/Author/shortName").text,
        "observatory_location_id": place.find("ObservatoryLocation").get("id"),
        "coord_system": place.find("ObservationLocation/AstroCoordSystem").get("id"),
        "ra": float(position.find("Value2/C1").text),
        "dec": float(position.find("Value2/C2").text),
        "error_radius": float(position.find("Error2Radius").text),
        "how_description": root.find("How/Description").text,
        "how_reference_url": root.find("How/Reference").get("uri"),
        "trigger_duration": float(duration) or None if duration is not None else None,
        "trigger_id": first(IDENTIFIERS),
        "far": float(params["FAR"].get("value")) if "FAR" in params else None,
        "params": {name: param.get("value") for name, param in params.items()},
        "role": root.get("role"),
        "sent": root.find("Who/Date").text,
    }


# JSON


def grb_json(content, pipeline):
    data = json.loads(content)
    errors = [data[k] for k in ("dec_uncertainty", "ra_uncertainty", "ra_dec_error") if k in data]
    error = errors[0] if errors else None
    durations = [data[k] for k in ("rate_duration", "image_duration") if k in data]
    instrument = data.get("instrument")
    identifier = data.get("objectId", data.get("id"))
    return {
        "gpstime": round(gps(data["trigger_time"]), 6),
        "ra": data.get("ra"),
        "dec": data.get("dec"),
        "error_radius": error[0] if isinstance(error, list) else error,
        "how_description": f"{pipeline} Satellite"
        + (f", {instrument} Instrument" if instrument else ""),
        "ivorn": data.get(
            "ivorn",
            f"ivo://nasa.gsfc.gcn/{pipeline}" + (f"/{instrument}" if instrument else ""),
        ),
        "how_reference_url": data.get("data_archive_page"),
        "trigger_duration": (durations[0] if durations else None) or None,
        "trigger_id": "_".join(identifier) if isinstance(identifier, list) else identifier,
        "far": data.get("far"),
    }


# cWB


def cwb(content):
    keys, link, sky, far, lines = {}, None, None, 0.0, content.decode().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("#significance based on the last day"):
            far = float(lines[number + 1].split()[1])
        if line.startswith("http"):
            if ".fits" in line:
                sky = line
            else:
                link = line
            continue
        key, colon, values = line.partition(":")
        if colon:
            keys[key.split()[0]] = values.split()
    new = "event_time" in keys and "far" in keys
    if new:
        link, sky = (keys.get(key, [None])[0] for key in ("ced_link", "fits_skymap_link"))
        far = float(keys["far"][0])
    pairs = sorted(zip(keys["ifo"], keys["time"], strict=True))

    def split(text):
        seconds, fraction = text.split(".")
        return int(seconds), int(fraction.ljust(9, "0"))

    likelihood = float(keys["likelihood"][0])
    return {
        "gpstime": round(float(keys["event_time" if new else "time"][0]), 6),
        "far": far,
        "likelihood": likelihood,
        "snr": math.sqrt(likelihood),
        "ifos": ",".join(ifo for ifo, _ in pairs),
        "single_ifo_times": ",".join(time for _, time in pairs),
        "start": split(keys["start"][0]),
        "peak": split(keys["time"][0]),
        "duration": float(keys["duration"][0]),
        "strain": float(keys["strain"][0]),
        "bandwidth": float(keys["bandwidth"][0]),
        "central_freq": float(keys["frequency"][0]),
        "amplitude": float(keys["rho"][0]),
        "ra": float(keys["phi"][2]),
        "dec": float(keys["theta"][2]),
        "mchirp": float(keys["mchirp"][0] if new else keys["chirp"][1]),
        "hoft": keys.get("hoft", [""])[0],
        "code": keys.get("code", [""])[0],
        "ced": link,
        "skymap": sky,
    }


# FITS


def fits(content):
    """Cards of both headers as lists of (keyword, value, comment), and the rows as tuples."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    assert len(content) % 2880 == 0
    headers, at = [], 0
    for _ in range(2):
        cards = []
        while (card := content[at : at + 80].decode("ascii")).rstrip() != "END":
            cards.append(_card(card))
            at += 80
        at += 80
        at += -at % 2880
        headers.append(cards)
    values = {key: value for key, value, _ in headers[1]}
    kinds = [values[f"TFORM{number}"] for number in range(1, values["TFIELDS"] + 1)]
    layout = struct.Struct(">" + "".join({"K": "q", "D": "d"}[kind] for kind in kinds))
    assert layout.size == values["NAXIS1"]
    body = content[at : at + layout.size * values["NAXIS2"]]
    assert len(content) - at == len(body) + -len(body) % 2880
    return headers, list(layout.iter_unpack(body))


def _card(card):
    keyword, text = card[:8].rstrip(), card[10:]
    if keyword == "HISTORY":
        return keyword, card[8:].rstrip(), ""
    assert card[8:10] == "= "
    if text.startswith("'"):
        quoted, _, comment = text[1:].replace("''", "\0").partition("'")
        value = quoted.replace("\0", "'").rstrip()
    else:
        shown, _, comment = text.partition("/")
        shown = shown.strip()
        value = {"T": True, "F": False}.get(shown)
        if value is None:
            value = float(shown) if "." in shown or "E" in shown else int(shown)
    return keyword, value, comment.lstrip(" /").rstrip()
