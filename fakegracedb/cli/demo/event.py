"""The event of the demo: uploaded, annotated, replaced; and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import FakeGraceDb
from ..output import counted, size_text
from .comparisons import Comparisons
from .expected import ExpectedEvent
from .picture import CANONICAL, chirp_png
from .reading import Reading
from .source import PIPELINE, Source

__all__ = ["EventSteps"]

_GROUP = "Test"
_FIRST_LABELS = ["INJ", "DQV"]
_LABEL = "EM_Selected"
_TAG = "tfplots"
_PICTURE = "chirp.png"
_COMMENT = "The chirp in time and frequency"
_NEAR = 5  # s to both sides; the server's neighbourhood
_LOOKED_AT = 200  # newest events, among which neighbours are looked for in a store that has many


class EventSteps:
    """One event, from its upload to the comparison at the end.

    Attributes
    ----------
    must : ExpectedEvent
        What it must be by now.
    """

    def __init__(
        self, client: FakeGraceDb, comparisons: Comparisons, tell: Callable[[str], object]
    ) -> None:
        self._client = client
        self._comparisons = comparisons
        self._compare = comparisons.compare
        self._tell = tell
        self.must = ExpectedEvent()
        self._pictured = 0  # the log entry with the picture

    # Changes

    def upload(self, source: Source) -> float:
        """Upload the event file; give the time of the event, GPS [s]."""
        response = self._client.create_event(
            _GROUP, PIPELINE, source.name, labels=_FIRST_LABELS, filecontents=source.content
        )
        data = response.json()
        must, compare = self.must, self._compare
        must.name = graceid = data["graceid"]
        must.event_file(source, "as it was uploaded")
        for label in _FIRST_LABELS:
            must.label(label)
        compare("status of the upload", 201, response.status_code)
        compare(f"warnings at the upload of {source.name}", [], data.pop("warnings"))
        event = self.read(source)
        compare(f"answer to the upload of {graceid}", event, data)
        far, snr = source.coinc["combined_far"], source.coinc["snr"]
        self._tell(
            f"2. {source.name} ({size_text(len(source.content))}) is uploaded to the group "
            f"{_GROUP} as an event of {PIPELINE}: {graceid}.\n"
            f"   GPS {event['gpstime']}, "
            f"FAR {'unknown' if far is None else f'{far:.3g} Hz'}, "
            f"SNR {'unknown' if snr is None else f'{snr:.3f}'} in {event['instruments']}; "
            f"labels {' and '.join(_FIRST_LABELS)}.\n"
            f"   The file is {source.path}"
        )
        return float(event["gpstime"])

    def write_log(self, source: Source) -> None:
        """Write an entry with a picture and a tag."""
        content = chirp_png(source.coinc["mchirp"] or CANONICAL)
        number = self.must.entry(_COMMENT, _PICTURE, content, "a picture made here", _TAG)
        response = self._client.write_log(
            self.must.name, _COMMENT, filename=_PICTURE, filecontents=content, tag_name=_TAG
        )
        self._compare("status of the log entry", 201, response.status_code)
        self._compare("number of the log entry", number, response.json()["N"])
        self._pictured = number
        self._tell(
            f'3. Log entry {number} is written: "{_COMMENT}",\n'
            f"   with the file {_PICTURE} ({size_text(len(content))}) and the tag {_TAG}."
        )

    def label(self) -> None:
        """Apply a label."""
        self.must.label(_LABEL)
        response = self._client.write_label(self.must.name, _LABEL)
        self._compare("status of the label", 201, response.status_code)
        self._tell(
            f"4. The label {_LABEL} is applied; log entry {len(self.must.log)} says so by itself."
        )

    def replace(self, source: Source, before: float) -> dict[str, Any]:
        """Upload another event file in place of the first; give the event."""
        self.must.event_file(source, "as it was uploaded, in place of the one before")
        response = self._client.replace_event(
            self.must.name, source.name, filecontents=source.content
        )
        self._compare("status of the replacement", 202, response.status_code)
        event = self.read(source)
        after = event["gpstime"]
        self._tell(
            f"5. {source.name} takes the place of the event's data: GPS {before} "
            f"{'stays' if after == before else f'becomes {after}'}."
        )
        return event

    # Comparisons

    def read(self, source: Source) -> dict[str, Any]:
        """Read the event, compare it with the file, and give it."""
        graceid = self.must.name
        event: dict[str, Any] = self._client.event(graceid).json()
        self._comparisons.compare_members(
            graceid,
            {
                "graceid": graceid,
                "group": _GROUP,
                "pipeline": PIPELINE,
                "search": None,
                "offline": False,
                "superevent": self.must.superevent,
                **source.values,
            },
            event,
        )
        self._compare(f"labels in {graceid}", sorted(self.must.labels), sorted(event["labels"]))
        attributes = event["extra_attributes"]
        for name, value in source.member.items():
            found = attributes["CoincInspiral"][name]
            self._compare(f"CoincInspiral.{name} of {graceid}", value, found)
        singles = [single["ifo"] for single in attributes.get("SingleInspiral", [])]
        self._compare(f"single triggers of {graceid}", source.detectors, singles)
        return event

    def read_back(self, source: Source) -> tuple[str, dict[str, Any]]:
        """Compare all of it; tell what that was, and give it."""
        client, compare, graceid = self._client, self._compare, self.must.name
        reading = Reading(client, self.must, self._comparisons)
        event = self.read(source)
        log = reading.log()
        labels = reading.labels()
        tags = reading.tags(self._pictured)
        found = [tag["name"] for tag in client.get(event["links"]["tags"]).json()["tags"]]
        compare(f"tags of {graceid}", tags, found)
        files = reading.files()
        query = f"group: {_GROUP} {graceid}"
        compare(f"events found by {query!r}", [event], list(client.events(query)))
        compare(f"number of events found by {query!r}", 1, client.num_events(query))
        neighbors = self._neighbors(event)
        told = (
            f"{counted(len(log), 'log entry', 'log entries')}, "
            f"{counted(len(files), 'file version')} byte by byte, "
            f"{counted(len(labels), 'label')}, {counted(len(tags), 'tag')}, a search, "
            f"{counted(len(neighbors), 'neighbour') if neighbors else 'no neighbours'} within "
            f"{_NEAR} s"
        )
        return told, {
            "event": event,
            "log": log,
            "labels": labels,
            "tags": tags,
            "files": files,
            "neighbors": neighbors,
        }

    def _neighbors(self, event: dict[str, Any]) -> list[str]:
        """Compare the neighbours with the other events of the store; give them."""
        graceid = self.must.name

        def is_near(other: dict[str, Any]) -> bool:
            return (
                other["graceid"] != graceid
                and other["group"] == _GROUP
                and other["search"] != "MDC"
                and other["gpstime"] is not None
                and abs(other["gpstime"] - event["gpstime"]) <= _NEAR
            )

        data = self._client.get(event["links"]["neighbors"]).json()
        found = [other["graceid"] for other in data["neighbors"]]
        others = {other["graceid"]: other for other in data["neighbors"]}
        for other in self._client.events(f"group: {_GROUP}", max_results=_LOOKED_AT):
            others[other["graceid"]] = other
        near = sorted(
            filter(is_near, others.values()),
            key=lambda other: (other["gpstime"], int(other["graceid"][1:])),
        )
        self._compare(f"neighbours of {graceid}", [other["graceid"] for other in near], found)
        self._compare(f"number of neighbours of {graceid}", len(near), data["numRows"])
        return found
