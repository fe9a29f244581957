"""What is written on superevents, as plain as can be: labels, log entries with files and tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from server_model import Answer, refused

PROTECTED = "H1OK"
NOT_FOUND = Answer(404, {"detail": "Not found."})
_BAD_TAG = "Tag names can only include [0-9a-zA-z_-]"


def forbidden(text: str) -> Answer:
    return Answer(403, {"detail": text})


@dataclass(frozen=True)
class User:
    """Who asks; not everybody may change everything."""

    name: str
    manager: bool = True


@dataclass
class Event:
    graceid: str
    category: str
    pipeline: str
    far: float | None
    external: bool = False
    superevent: Superevent | None = None
    begins: int = 0  # log entries of its creation, which is not told here
    told: list[str] = field(default_factory=list)  # after those

    @property
    def number(self) -> int:
        return int(self.graceid[1:])


@dataclass
class Log:
    N: int
    comment: str
    issuer: str
    filename: str = ""
    file_version: int | None = None
    tags: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Superevent:
    superevent_id: str
    category: str
    number: int
    date: str
    parameters: dict[str, Any]
    submitter: str
    members: list[Event] = field(default_factory=list)
    chosen: dict[str, Event] = field(default_factory=dict)  # by pipeline
    confirmed: bool = False
    counted: int = 0  # among those confirmed that day, if its id was counted
    labels: list[tuple[str, str]] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.parameters["gw_id"]) if self.confirmed else self.superevent_id

    @property
    def preferred(self) -> str:
        return str(self.parameters["preferred_event"])

    def tell(self, user: User, comment: str, filename: str = "", version: Any = None) -> Log:
        log = Log(len(self.logs) + 1, comment, user.name, filename, version)
        self.logs.append(log)
        return log


class Annotated:
    """The superevents of the server, and what can be written on them."""

    def __init__(self, labels: list[str], tags: list[str]) -> None:
        self.labels = labels  # in the order of the server's table
        self.tags = tags  # in the order in which they came to exist
        self.superevents: list[Superevent] = []

    def find(self, asked: str) -> Superevent | None:
        for one in self.superevents:
            if asked == one.superevent_id or (one.confirmed and asked == one.id):
                return one
        return None

    def _label(self, user: User, one: Superevent, label: str) -> None:
        if label not in dict(one.labels):
            one.labels.append((label, user.name))
            one.tell(user, f"Added label: {label}")

    @staticmethod
    def _protected(label: str, verb: str) -> Answer:
        return refused(
            400, f"The label '{label}' is managed by an automated process and cannot be {verb}"
        )

    def label(self, user: User, asked: str, label: str) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if label in dict(one.labels):
            return refused(400, f"Label {label} already applied to superevent {asked}")
        if label == PROTECTED:
            return self._protected(label, "manually added")
        self._label(user, one, label)
        return Answer(201, {"name": label, "creator": user.name})

    def unlabel(self, user: User, asked: str, label: str) -> Answer:
        one = self.find(asked)
        if one is None or label not in dict(one.labels):
            return NOT_FOUND
        one.labels = [entry for entry in one.labels if entry[0] != label]
        one.tell(user, f"Removed label: {label}")
        return Answer(204)

    def log(
        self, user: User, asked: str, comment: str, name: str | None, content: bytes,
        tags: list[str], label: str | None,
    ) -> Answer:  # fmt: skip
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        wrong = [] if comment.strip() else ["This field may not be blank."]
        if name is not None and not content:
            wrong.append("The submitted file is empty.")
        if wrong:
            return Answer(400, {"error": wrong[0] if len(wrong) == 1 else wrong})
        if refusal := self._closed(user, tags):
            return refusal
        if label == PROTECTED:
            return self._protected(label, "manually added")
        if name is not None and "," in name:
            return refused(400, str({"filename": ["versioned file name cannot contain a ','"]}))
        if any(re.search("[^0-9a-zA-Z_-]", tag) for tag in tags):
            return refused(400, str({"name": [_BAD_TAG]}))
        version = None
        if name is not None:
            versions = one.files.setdefault(name, [])
            versions.append(content)
            version = len(versions) - 1
        log = one.tell(user, comment.strip(), name or "", version)
        for tag in tags:
            self._tag(user, one, log, tag)
        if label is not None:
            self._label(user, one, label)
        return Answer(201, self.entry(log))

    @staticmethod
    def _closed(user: User, tags: list[str]) -> Answer | None:
        """Refuse to open entries to others."""
        for tag in tags:
            if tag in ("public", "lvem") and not user.manager:
                who = "the public" if tag == "public" else "LV-EM partners"
                return forbidden(
                    f"You are not allowed to expose superevent log messages to {who} by applying "
                    f"the '{tag}' tag."
                )
        return None

    def _tag(self, user: User, one: Superevent, log: Log, tag: str) -> None:
        for name in ("lvem", tag) if tag == "public" else (tag,):
            if name not in log.tags:
                if name not in self.tags:
                    self.tags.append(name)
                log.tags.append(name)
                one.tell(user, f"Tagged message {log.N}: {name}.")

    def tag(self, user: User, asked: str, number: int, tag: str) -> Answer:
        one = self.find(asked)
        if one is None or not 0 < number <= len(one.logs):
            return NOT_FOUND
        if refusal := self._closed(user, [tag]):
            return refusal
        log = one.logs[number - 1]
        if tag in log.tags:
            return refused(400, "Tag is already applied to this log message")
        if re.search("[^0-9a-zA-Z_-]", tag):
            return refused(400, _BAD_TAG)
        self._tag(user, one, log, tag)
        return Answer(201, {"name": tag})

    def untag(self, user: User, asked: str, number: int, tag: str) -> Answer:
        one = self.find(asked)
        if one is None or not 0 < number <= len(one.logs):
            return NOT_FOUND
        if refusal := self._closed(user, [tag]):
            return refusal
        log = one.logs[number - 1]
        if tag not in log.tags:
            return NOT_FOUND
        log.tags.remove(tag)
        one.tell(user, f"Removed tag {tag} from message {number}.")
        return Answer(204)

    def entry(self, log: Log) -> dict[str, Any]:
        return {
            "N": log.N,
            "comment": log.comment,
            "issuer": log.issuer,
            "filename": log.filename,
            "file_version": log.file_version,
            "tag_names": sorted(log.tags, key=self.tags.index),
        }
