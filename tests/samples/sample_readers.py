"""Readers of what ingestion does not keep of files, written apart from the package."""

import csv
import gzip
import struct
from xml.etree import ElementTree

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


def voevent(content):
    """What ingestion does not keep: all parameters, what it is for, and when it was sent."""
    root = ElementTree.fromstring(content)
    return {
        "params": {
            param.get("name"): param.get("value") for param in root.find("What").iter("Param")
        },
        "role": root.get("role"),
        "sent": root.find("Who/Date").text,
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
