"""Where things lie in a store: the names of its own files, and how they look inside.

::

    mystore/
        store.json           settings: format number, server version, default user, clock
        vocabulary.json      where this store differs from the built-in names (only if it does)
        users.json           users beside the default one (only if there are any)
        tags.json            tags that came to exist here (only if there are any)
        catalogs.jsonl       catalogs of gravitational waves, a line a version (likewise)
        journal.jsonl        every change, a numbered line each
        index.checkpoint     what can be searched for; may be deleted at any time
        broker/              what `fakegracedb broker` keeps: no part of the store
        events/
            G0042/
                event.json   the event and its labels
                logs.jsonl   its log, a line an entry; the last line with a number N counts
                files.jsonl  its files, a line a version
                voevents.jsonl, emobservations.jsonl, embb.jsonl  likewise (only if there are any)
                coinc.xml,0  the files themselves, under their own names with versions
        superevents/
            S240229a/        by its default id, also once it is confirmed
                superevent.json   the superevent, its labels and signoffs
                notices.jsonl     the notices of it; the rest as for events
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..identifiers import is_superevent_id, split_version
from ..json_text import string, writer

__all__ = [
    "BROKER",
    "CATALOGS",
    "CHECKPOINT",
    "DOCUMENTS",
    "EVENTS",
    "FILES",
    "FOLDERS",
    "IGNORED",
    "JOURNAL",
    "LOCK",
    "MAIN",
    "NUMBERED",
    "OF_ALL",
    "OF_OBJECT",
    "OWN_NAMES",
    "RESTORING",
    "SETTINGS",
    "SUPEREVENTS",
    "TAGS",
    "USERS",
    "VOCABULARY",
    "embb_logs_of",
    "emobservations_of",
    "event_document",
    "event_folder",
    "files_of",
    "is_graceid",
    "is_leftover",
    "is_object",
    "is_place",
    "is_temporary",
    "line_text",
    "logs_of",
    "main_document",
    "notices_of",
    "pretty_text",
    "superevent_document",
    "superevent_folder",
    "voevents_of",
]

SETTINGS = "store.json"
VOCABULARY = "vocabulary.json"
USERS = "users.json"
TAGS = "tags.json"
JOURNAL = "journal.jsonl"
EVENTS = "events"
SUPEREVENTS = "superevents"
FOLDERS = (EVENTS, SUPEREVENTS)
CATALOGS = "catalogs.jsonl"
LOCK = ".lock"
RESTORING = ".restoring"  # the new content of a store while it takes the place of the old
IGNORED = ".gitignore"
BROKER = "broker"  # where a broker keeps its topics, unless it is told another place
CHECKPOINT = "index.checkpoint"  # what the search index held once: can be deleted
DOCUMENTS = (SETTINGS, VOCABULARY, USERS, TAGS)
FILES = "files.jsonl"
_EMBB, _NOTICES = "embb.jsonl", "notices.jsonl"
# a line an entry with N
NUMBERED = ("logs.jsonl", "voevents.jsonl", "emobservations.jsonl", _EMBB, _NOTICES)
OF_ALL = (*DOCUMENTS, CATALOGS)  # what belongs to no object
MAIN = {EVENTS: "event.json", SUPEREVENTS: "superevent.json"}  # of each object
_NOT_OF = {EVENTS: _NOTICES, SUPEREVENTS: _EMBB}
OF_OBJECT = {kind: frozenset({MAIN[kind], FILES, *NUMBERED} - {_NOT_OF[kind]}) for kind in FOLDERS}
OWN_NAMES = frozenset({*OF_ALL, JOURNAL, *FOLDERS, LOCK, RESTORING, IGNORED, CHECKPOINT, BROKER})
GITIGNORE_TEXT = f"{LOCK}\n{RESTORING}/\n*.tmp\n*.checkpoint\n{BROKER}/\n"

_GRACEID = re.compile(r"[GEHMTD](?:[0-9]{4}|[1-9][0-9]{4,17})")
_NO_PLACE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\0\\]")


def is_place(path: str) -> bool:
    """Whether a path leads to something within the store, and nowhere else."""
    return _NO_PLACE.search(path) is None


def is_graceid(name: str) -> bool:
    """Whether a name is a graceid as it is written here: with four digits at least."""
    return _GRACEID.fullmatch(name) is not None


def is_object(folder: str) -> bool:
    """Whether a folder can be that of an event or superevent, by its name."""
    kind, _, name = folder.partition("/")
    return (kind == EVENTS and is_graceid(name)) or (kind == SUPEREVENTS and is_superevent_id(name))


def main_document(folder: str) -> str:
    """Give the document of the event or superevent in a folder."""
    return f"{folder}/{MAIN[folder.partition('/')[0]]}"


def is_temporary(name: str) -> bool:
    """Whether a name is one of a file on its way to its own name."""
    return name.startswith(".") and name.endswith(".tmp")


def is_leftover(name: str) -> bool:
    """Whether a file that belongs to nothing can be what a writer that died has left."""
    return is_temporary(name) or split_version(name)[1] is not None


def event_folder(graceid: str) -> str:
    """Give the folder of an event."""
    return f"{EVENTS}/{graceid}"


def event_document(graceid: str) -> str:
    """Give the document of an event."""
    return f"{EVENTS}/{graceid}/event.json"


def superevent_folder(superevent_id: str) -> str:
    """Give the folder of a superevent, by its default id."""
    return f"{SUPEREVENTS}/{superevent_id}"


def superevent_document(superevent_id: str) -> str:
    """Give the document of a superevent, by its default id."""
    return f"{SUPEREVENTS}/{superevent_id}/superevent.json"


def logs_of(folder: str) -> str:
    """Give the log of the object in a folder."""
    return f"{folder}/logs.jsonl"


def files_of(folder: str) -> str:
    """Give the list of file versions of the object in a folder."""
    return f"{folder}/{FILES}"


def voevents_of(folder: str) -> str:
    """Give the list of VOEvents of the object in a folder."""
    return f"{folder}/voevents.jsonl"


def emobservations_of(folder: str) -> str:
    """Give the list of observations by follow-up groups of the object in a folder."""
    return f"{folder}/emobservations.jsonl"


def notices_of(folder: str) -> str:
    """Give the list of notices of the superevent in a folder."""
    return f"{folder}/{_NOTICES}"


def embb_logs_of(folder: str) -> str:
    """Give the EMBB log of the event in a folder."""
    return f"{folder}/{_EMBB}"


_compact = writer(",", ":")
_spaced = writer(", ", ": ")
# what most values are, for which no writer of structures is needed
_SIMPLE: dict[type, Callable[[Any], str]] = {
    str: string,
    int: repr,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
}


def line_text(value: Any) -> bytes:
    """Give a JSON value as one line of text."""
    # surrogatepass: half a surrogate pair can arrive inside a JSON string, and must not be lost
    return _compact(value).encode("utf-8", "surrogatepass") + b"\n"


def _members(data: Mapping[str, Any], indent: str) -> str:
    """Give the members of an object, a line each."""
    simple = _SIMPLE.get
    return ",\n".join(
        [f"{indent}{string(k)}: {simple(type(v), _spaced)(v)}" for k, v in data.items()]
    )


def pretty_text(document: dict[str, Any]) -> bytes:
    """Give a document as text that a person can read and diff.

    A member a line; objects and lists of objects are opened once, and what is inside them stays on
    one line each, so that a table with 60 columns is a line a row. Without its line ends it is the
    same document on one line.
    """
    simple = _SIMPLE.get
    lines = []
    for key, value in document.items():
        if isinstance(value, dict) and value:
            text = f"{{\n{_members(value, '  ')}\n }}"
        elif isinstance(value, list) and value and isinstance(value[0], dict | list):
            inner = ",\n".join([f"  {_spaced(v)}" for v in value])
            text = f"[\n{inner}\n ]"
        else:
            text = simple(type(value), _spaced)(value)
        lines.append(f" {string(key)}: {text}")
    whole = "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
    return whole.encode("utf-8", "surrogatepass")
