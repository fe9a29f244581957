"""A model of the server, as plain as can be: what it holds, and what it answers, in a few lists."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ligo.gracedb.test.integration

DATA = Path(ligo.gracedb.test.integration.__file__).parent / "data"
PROTECTED = "H1OK"

_EVENT_LOG = (
    "Pipeline: gstlal\nMChirp: 0.000\nMTot: 3.686829090118408\nEnd Time: %d.151740542\n"
    "SNR: 9.318\nIFOs: H1,L1,V1\nFAR: 3.680e-04"
)


@dataclass(frozen=True)
class EventFile:
    """An event file, and what the server reads from it."""

    content: bytes
    gpstime: float | None
    event_log: bytes


EVENT_FILES = {
    name: EventFile((DATA / name).read_bytes(), seconds + 0.151741, (_EVENT_LOG % seconds).encode())
    for name, seconds in (("cbc-lm.xml", 971609248), ("cbc-lm2.xml", 971609249))
}
EVENT_FILES["unread"] = EventFile(b"not read by any reader", None, b"")


@dataclass
class Log:
    N: int
    comment: str
    issuer: str
    filename: str = ""
    file_version: int | None = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Event:
    graceid: str
    submitter: str
    pipeline: str
    gpstime: float | None = None
    logs: list[Log] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    labels: list[tuple[str, str]] = field(default_factory=list)  # and who applied it

    def write(self, user: str, comment: str, filename: str = "", version: int | None = None) -> Log:
        log = Log(len(self.logs) + 1, comment, user, filename, version)
        self.logs.append(log)
        return log

    def store(self, name: str, content: bytes) -> int:
        self.files.setdefault(name, []).append(content)
        return len(self.files[name]) - 1


@dataclass(frozen=True)
class Answer:
    """A predicted answer: its status, and what its body says (None: not looked at)."""

    status: int
    body: Any = None


def refused(status: int, text: str) -> Answer:
    return Answer(status, {"error": text})


NO_EVENT = refused(404, "Event not found.")


class Server:
    """What the server holds, as the v2 base of the newest line answers it."""

    def __init__(self, labels: list[str], tags: list[str]) -> None:
        self.labels = labels  # in the order of the server's table
        self.tags = tags  # in the order in which they came to exist
        self.events: dict[str, Event] = {}

    def copy(self) -> Server:
        return copy.deepcopy(self)

    # Changes

    def create(
        self, user: str, pipeline: str, name: str, file: EventFile, labels: list[str]
    ) -> Answer:
        event = Event(f"T{len(self.events) + 1:04d}", user, pipeline)
        self.events[event.graceid] = event
        self._take(event, user, name, file)
        warnings = []
        for label in sorted(set(labels), key=self.labels.index):
            answer = self._label(event, user, label)
            if answer.status == 400:
                reason = answer.body["error"]
                warnings.append(f"Problem scanning data. No alert issued ({reason})")
                break
        return Answer(201, {**self.detail(event), "warnings": warnings})

    def replace(self, user: str, graceid: str, name: str, file: EventFile) -> Answer:
        event = self.events[graceid]
        if event.submitter != user:
            return refused(
                403, f"You did not create this event. You ({user}) Them ({event.submitter})"
            )
        self._take(event, user, name, file)
        return Answer(202)

    def _take(self, event: Event, user: str, name: str, file: EventFile) -> None:
        version = event.store(name, file.content)
        comment = "Event data replaced by new upload" if version else "Original Data"
        event.write(user, comment, name, version)
        if event.pipeline == "gstlal":
            event.gpstime = file.gpstime
            event.store("coinc.xml", file.content)
            event.store("event.log", file.event_log)
            event.write(user, "Log File Created", "event.log", 0)
            event.write(user, "Coinc Table Created", "coinc.xml", int(name == "coinc.xml"))

    def log(
        self, user: str, graceid: str, comment: str, name: str, content: bytes,
        tags: list[str], label: str | None,
    ) -> Answer:  # fmt: skip
        event = self.events.get(graceid)
        if event is None:
            return NO_EVENT
        version = event.store(name, content) if name and "," not in name else None
        if not comment:
            blank = {"comment": ["This field cannot be blank."]}
            return refused(503, f"Failed to save log entry: {blank}")
        log = event.write(user, comment, name, version)
        for tag in tags:
            answer = self._tag(event, user, log, tag)
            if answer.status != 201:
                reason = f"Log message created, but error creating tag: {answer.body['error']}"
                return refused(answer.status, reason)
        if label is not None:
            answer = self._label(event, user, label)
            if answer.status == 400:
                return answer
        return Answer(201, self.entry(log))

    def _tag(self, event: Event, user: str, log: Log, tag: str) -> Answer:
        if tag in log.tags:
            return refused(400, "Tag is already applied to this log message")
        if not re.fullmatch("[0-9a-zA-Z_-]+", tag):
            return refused(400, "{'name': ['Tag names can only include [0-9a-zA-z_-]']}")
        if tag not in self.tags:
            self.tags.append(tag)
        log.tags.append(tag)
        event.write(user, f"Tagged message {log.N}: {tag} ")
        return Answer(201)

    def tag(self, user: str, graceid: str, number: int, tag: str) -> Answer:
        event = self.events[graceid]
        if not 0 < number <= len(event.logs):
            return refused(404, "Log does not exist.")
        return self._tag(event, user, event.logs[number - 1], tag)

    def untag(self, user: str, graceid: str, number: int, tag: str) -> Answer:
        event = self.events[graceid]
        if not 0 < number <= len(event.logs):
            return refused(404, "Log does not exist.")
        log = event.logs[number - 1]
        if tag not in log.tags:
            return refused(404, "Tag not found.")
        log.tags.remove(tag)
        event.write(user, f"Removed tag {tag} for message {number}. ")
        return Answer(204)

    def _label(self, event: Event, user: str, label: str) -> Answer:
        if label == PROTECTED:
            return self._protected(label, "applied")
        if label in dict(event.labels):
            text = f"Event {event.graceid} already labeled with '{label}'"
            return Answer(200, {"warning": text})
        event.labels.append((label, user))
        event.write(user, f"Label: {label}")
        return Answer(201, {})

    @staticmethod
    def _protected(label: str, verb: str) -> Answer:
        return refused(
            400,
            f"The '{label}' label is managed as part of an automated process and "
            f"cannot be {verb} manually",
        )

    def label(self, user: str, graceid: str, label: str) -> Answer:
        return self._label(self.events[graceid], user, label)

    def unlabel(self, user: str, graceid: str, label: str) -> Answer:
        event = self.events[graceid]
        if label == PROTECTED:
            return self._protected(label, "removed")
        if label not in dict(event.labels):
            return refused(404, f"No label '{label}' associated with event {graceid}")
        event.labels = [entry for entry in event.labels if entry[0] != label]
        event.write(user, f"Deleted label: {label}")
        return Answer(204)

    # What it shows

    def entry(self, log: Log) -> dict[str, Any]:
        return {
            "N": log.N,
            "comment": log.comment,
            "issuer": log.issuer,
            "filename": log.filename,
            "file_version": log.file_version,
            "tag_names": sorted(log.tags, key=self.tags.index),
        }

    def detail(self, event: Event) -> dict[str, Any]:
        return {
            "graceid": event.graceid,
            "submitter": event.submitter,
            "group": "Test",
            "pipeline": event.pipeline,
            "gpstime": event.gpstime,
            "labels": sorted(dict(event.labels), key=self.labels.index),
        }
