"""What must be on the server after each step: of the event, and of the superevent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .source import Source

__all__ = ["Entry", "Expected", "ExpectedEvent", "ExpectedSuperevent", "FileVersion"]

_PUBLIC = "public"
_FOLLOW_UP = "em_follow"  # the server's own tag of signoffs and notices


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log; the version is the one that the server writes into it."""

    comment: str
    filename: str = ""
    file_version: int | None = None
    tag_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A version of a file, and what it is, in words."""

    content: bytes
    what: str


@dataclass
class Expected:
    """The log, files and labels that an object must have by now.

    Attributes
    ----------
    name : str
        The graceid or the id of the superevent, once it is known.
    log : list of Entry
        The entry N is at index N - 1.
    files : dict of str to list of FileVersion
        By name; the version is the index.
    labels : list of str
        In the order of the server's list.
    """

    label_text: ClassVar[str]
    tag_text: ClassVar[str]

    name: str = ""
    log: list[Entry] = field(default_factory=list)
    files: dict[str, list[FileVersion]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def store(self, name: str, content: bytes, what: str) -> int:
        """Take note of a file; give its version."""
        versions = self.files.setdefault(name, [])
        versions.append(FileVersion(content, what))
        return len(versions) - 1

    def say(self, comment: str, filename: str = "", version: int | None = None, *tags: str) -> int:
        """Take note of an entry of the log and of those that tell of its tags; give its number."""
        self.log.append(Entry(comment, filename, version, tags))
        number = len(self.log)
        self.log += [Entry(self.tag_text.format(number, tag)) for tag in tags]
        return number

    def entry(self, comment: str, filename: str, content: bytes, what: str, *tags: str) -> int:
        """Take note of an entry with a file; give its number."""
        return self.say(comment, filename, self.store(filename, content, what), *tags)

    def label(self, name: str) -> None:
        """Take note of a new label."""
        self.labels.append(name)
        self.say(self.label_text.format(name))

    def entries(self, *, public: bool = False) -> list[tuple[int, Entry]]:
        """Give the entries with their numbers: all, or those that the public may read."""
        numbered = list(enumerate(self.log, start=1))
        return [one for one in numbered if not public or _PUBLIC in one[1].tag_names]

    def versions(self, *, public: bool = False) -> dict[tuple[str, int], FileVersion]:
        """Give the files by name and version, likewise."""
        open_ones = {(entry.filename, entry.file_version) for _, entry in self.entries(public=True)}
        return {
            (name, version): file
            for name, versions in self.files.items()
            for version, file in enumerate(versions)
            if not public or (name, version) in open_ones
        }


class ExpectedEvent(Expected):
    """What an event must have by now.

    Attributes
    ----------
    superevent : str or None
        The one that it belongs to.
    """

    label_text = "Label: {}"
    tag_text = "Tagged message {}: {} "
    superevent: str | None = None

    def event_file(self, source: Source, what: str) -> None:
        """Take note of an upload or a replacement, and of what the server makes of it."""
        name = source.name
        version = self.store(name, source.content, what)
        is_unzipped = name.endswith(".gz") and source.content.startswith(b"\x1f\x8b")
        coinc = source.plain if is_unzipped else source.content
        self.store("coinc.xml", coinc, f"the server's copy of {name}")
        self.store("event.log", source.event_log, f"the server's summary of {name}")
        self.say("Event data replaced by new upload" if version else "Original Data", name, version)
        # in these two the server writes the version of a first upload, whatever it is
        self.say("Log File Created", "event.log", 0)
        self.say("Coinc Table Created", "coinc.xml", 1 if name == "coinc.xml" else 0)

    def preferred(self, superevent_id: str) -> None:
        """Take note that a superevent was made of it."""
        self.superevent = superevent_id
        self.say(f"Set as preferred event for superevent: {superevent_id}")


@dataclass
class ExpectedSuperevent(Expected):
    """What a superevent must have by now.

    Attributes
    ----------
    members : dict
        Of its own resource, those that everybody sees and that stay as they are.
    insiders : dict
        Likewise, those that readers without credentials do not see.
    signoffs, notices, permissions : list of dict
        What the server must list.
    """

    label_text = "Added label: {}"
    tag_text = "Tagged message {}: {}."

    members: dict[str, Any] = field(default_factory=dict)
    insiders: dict[str, Any] = field(default_factory=dict)
    signoffs: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    permissions: list[dict[str, Any]] = field(default_factory=list)

    def created(self, name: str, event: Mapping[str, Any], times: Mapping[str, float]) -> None:
        """Take note of its creation as a test, of one event."""
        self.name, preferred = name, event["graceid"]
        self.members = {
            "superevent_id": name,
            "gw_id": None,
            "category": "Test",
            "submitter": event["submitter"],
            "em_type": None,
            **times,
            "far": event["far"],
            "time_coinc_far": None,
            "space_coinc_far": None,
            "pipeline_preferred_events": {},
        }
        self.insiders = {"preferred_event": preferred, "gw_events": [preferred], "em_events": []}
        said = [f"{name}={time:.6f}" for name, time in times.items()]
        said.append(f"preferred_event={preferred}")
        self.say(f"Superevent created with {', '.join(said)}")

    def say(self, comment: str, filename: str = "", version: int | None = None, *tags: str) -> int:
        """Take note of an entry; what is open to the public is open to partners too."""
        at = tags.index(_PUBLIC) if _PUBLIC in tags else len(tags)
        partners = ("lvem",) if _PUBLIC in tags else ()
        return super().say(comment, filename, version, *tags[:at], *partners, *tags[at:])

    def label(self, name: str) -> None:
        """Take note of a new label; they are listed by name."""
        super().label(name)
        self.labels.sort()

    def signoff(self, status: str, comment: str) -> None:
        """Take note of the advocate's signoff, whose label takes the place of the request."""
        self.labels = sorted({*self.labels, f"ADV{status}"} - {"ADVREQ"})
        self.say(
            f"Advocate signoff certified status as {status}: '{comment}'; "
            f"label ADVREQ removed and label ADV{status} applied",
            "", None, _FOLLOW_UP,
        )  # fmt: skip

    def notice(self, content: bytes, alert_type: str) -> str:
        """Take note of a first notice; give the name of its file."""
        filename = f"{self.name}-1-{alert_type.lower()}.json"
        self.entry("New notice", filename, content, "the notice, an alert as JSON", _FOLLOW_UP)
        return filename

    def exposed(self) -> None:
        """Take note that everybody may see it now."""
        self.say("Exposed to LV-EM observers and the general public.")
