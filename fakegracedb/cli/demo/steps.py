"""The steps of the demo: what is done through the client, read back, and told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ... import FakeGraceDb, Store
from ..output import CommandError, counted, size_text
from .expected import Expected
from .picture import chirp_png
from .source import PIPELINE, Source

__all__ = ["play"]

_GROUP = "Test"
_FIRST_LABELS = ["INJ", "DQV"]
_LABEL = "EM_Selected"
_TAG = "tfplots"
_PICTURE = "chirp.png"
_COMMENT = "The chirp in time and frequency"
_CANONICAL = 1.2188  # solar masses; for the picture of an event that has no chirp mass
_NO_FILES = {"files", "links"}
_NEAR = 5  # s to both sides; the server's neighbourhood
_LOOKED_AT = 200  # newest events, among which neighbours are looked for in a store that has many


def play(
    path: Path, first: Source, second: Source, tell: Callable[[str], object]
) -> dict[str, Any]:
    """Do all of it.

    Parameters
    ----------
    path : Path
        The folder.
    first, second : Source
        The event file, and its replacement.
    tell : callable
        Takes the story, a step at a time.

    Returns
    -------
    dict
        The facts, as JSON has them.

    Raises
    ------
    CommandError
        If something read back is not what must be there.
    """
    store = Store(path)
    with store.transaction("demo") as transaction:  # the store is made, or refused, before a word
        before = sum(1 for _ in transaction.graceids())
    with FakeGraceDb(store=store) as client:
        state = f"which holds {counted(before, 'event')}" if before else "new"
        tell(
            f"1. The store is {path}, {state}.\n"
            f"   It answers ligo-gracedb's client as server {client.server_version} does."
        )
        try:
            return _Demo(client, tell).play(first, second)
        except CommandError as difference:
            raise CommandError(f"{difference} (the store is kept in {path})") from None


class _Demo:
    """One event, from its upload to the comparison at the end."""

    def __init__(self, client: FakeGraceDb, tell: Callable[[str], object]) -> None:
        self._client = client
        self._tell = tell
        self._must = Expected()
        self._graceid = ""

    def play(self, first: Source, second: Source) -> dict[str, Any]:
        """Take the steps after the first."""
        before = self._upload(first)
        number = self._write_log(first)
        self._label()
        self._replace(second, before)
        facts = self._read_back(second, number)
        return {
            "path": str(self._client.store.path),
            "server_version": self._client.server_version,
            "graceid": self._graceid,
            "uploads": [
                {"path": str(source.path), "bytes": len(source.content)}
                for source in (first, second)
            ],
            "gpstime": {"before": before, "after": facts["event"]["gpstime"]},
            **facts,
            "comparisons": self._must.comparisons,
        }

    # Changes

    def _upload(self, source: Source) -> float:
        response = self._client.create_event(
            _GROUP, PIPELINE, source.name, labels=_FIRST_LABELS, filecontents=source.content
        )
        data = response.json()
        self._graceid = graceid = data["graceid"]
        must = self._must
        must.event_file(source, "as it was uploaded")
        for label in _FIRST_LABELS:
            must.label(label)
        must.compare("status of the upload", 201, response.status_code)
        must.compare(f"warnings at the upload of {source.name}", [], data.pop("warnings"))
        event = self._event(source)
        must.compare(f"answer to the upload of {graceid}", event, data)
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

    def _write_log(self, source: Source) -> int:
        content = chirp_png(source.coinc["mchirp"] or _CANONICAL)
        number = self._must.entry(_COMMENT, _PICTURE, content, _TAG, "a picture made here")
        response = self._client.write_log(
            self._graceid, _COMMENT, filename=_PICTURE, filecontents=content, tag_name=_TAG
        )
        self._must.compare("status of the log entry", 201, response.status_code)
        self._must.compare("number of the log entry", number, response.json()["N"])
        self._tell(
            f'3. Log entry {number} is written: "{_COMMENT}",\n'
            f"   with the file {_PICTURE} ({size_text(len(content))}) and the tag {_TAG}."
        )
        return number

    def _label(self) -> None:
        self._must.label(_LABEL)
        response = self._client.write_label(self._graceid, _LABEL)
        self._must.compare("status of the label", 201, response.status_code)
        self._tell(
            f"4. The label {_LABEL} is applied; log entry {len(self._must.log)} says so by itself."
        )

    def _replace(self, source: Source, before: float) -> None:
        self._must.event_file(source, "as it was uploaded, in place of the one before")
        response = self._client.replace_event(
            self._graceid, source.name, filecontents=source.content
        )
        self._must.compare("status of the replacement", 202, response.status_code)
        after = self._event(source)["gpstime"]
        self._tell(
            f"5. {source.name} takes the place of the event's data: GPS {before} "
            f"{'stays' if after == before else f'becomes {after}'}."
        )

    # Comparisons

    def _event(self, source: Source) -> dict[str, Any]:
        """Read the event, compare it with the file, and give it."""
        graceid, must = self._graceid, self._must
        event: dict[str, Any] = self._client.event(graceid).json()
        for name, value in {
            "graceid": graceid,
            "group": _GROUP,
            "pipeline": PIPELINE,
            "search": None,
            "offline": False,
            "superevent": None,
            **source.values,
        }.items():
            must.compare(f"{name} of {graceid}", value, event[name])
        must.compare(f"labels in {graceid}", sorted(must.labels), sorted(event["labels"]))
        attributes = event["extra_attributes"]
        for name, value in source.member.items():
            found = attributes["CoincInspiral"][name]
            must.compare(f"CoincInspiral.{name} of {graceid}", value, found)
        singles = [single["ifo"] for single in attributes.get("SingleInspiral", [])]
        must.compare(f"single triggers of {graceid}", source.detectors, singles)
        return event

    def _read_back(self, source: Source, number: int) -> dict[str, Any]:
        graceid, client, must = self._graceid, self._client, self._must
        event = self._event(source)
        log = client.logs(graceid).json()["log"]
        must.compare_log(graceid, log)
        labels = [label["name"] for label in client.labels(graceid).json()["labels"]]
        must.compare(f"labels of {graceid}", must.labels, labels)
        tags = [tag["name"] for tag in client.tags(graceid, number).json()["tags"]]
        must.compare(f"tags of log entry {number} of {graceid}", [_TAG], tags)
        tags = [tag["name"] for tag in client.get(event["links"]["tags"]).json()["tags"]]
        must.compare(f"tags of {graceid}", [_TAG], tags)
        files = self._files()
        query = f"group: {_GROUP} {graceid}"
        must.compare(f"events found by {query!r}", [event], list(client.events(query)))
        must.compare(f"number of events found by {query!r}", 1, client.num_events(query))
        neighbors = self._neighbors(event)
        self._tell(
            f"6. All of it is read back and compared with what must be there: the event,\n"
            f"   {counted(len(log), 'log entry', 'log entries')}, "
            f"{counted(len(files), 'file version')} byte by byte, "
            f"{counted(len(labels), 'label')}, {counted(len(tags), 'tag')}, a search, and "
            f"{counted(len(neighbors), 'neighbour') if neighbors else 'no neighbours'} within "
            f"{_NEAR} s.\n"
            f"   {must.comparisons} comparisons, no difference."
        )
        return {
            "event": event,
            "log": log,
            "labels": labels,
            "tags": tags,
            "files": files,
            "neighbors": neighbors,
        }

    def _files(self) -> list[dict[str, Any]]:
        """Compare the files, each version and each bare name; describe the versions."""
        graceid, must = self._graceid, self._must
        wanted: dict[str, bytes] = {}
        described = []
        for name, versions in must.files.items():
            wanted[name] = versions[-1].content
            for version, file in enumerate(versions):
                wanted[f"{name},{version}"] = file.content
                described.append(
                    {
                        "name": name,
                        "version": version,
                        "bytes": len(file.content),
                        "sha256": hashlib.sha256(file.content).hexdigest(),
                        "what": file.what,
                    }
                )
        # beside the files, API v2 has these two keys in the object: they say nothing of a file
        listed = set(self._client.files(graceid).json()) - _NO_FILES
        must.compare(f"file names of {graceid}", sorted(wanted.keys() - _NO_FILES), sorted(listed))
        for name, content in wanted.items():
            with self._client.files(graceid, quote(name, safe=",")) as response:
                must.compare(f"file {name} of {graceid}", content, response.read())
        return described

    def _neighbors(self, event: dict[str, Any]) -> list[str]:
        """Compare the neighbours with the other events of the store; give them."""
        graceid, must = self._graceid, self._must

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
        must.compare(f"neighbours of {graceid}", [other["graceid"] for other in near], found)
        must.compare(f"number of neighbours of {graceid}", len(near), data["numRows"])
        return found
