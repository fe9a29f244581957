"""Care of a store: what it holds, what is wrong with it, and how it is put right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..documents import Event, FileVersion, Log
from ..errors import StoreError
from ..identifiers import parse_graceid
from . import contents, disk, layout
from .core import Core
from .journal import Commit, State
from .series import Files, Logs
from .view import View

__all__ = ["Problem", "check", "compact", "info", "reindex"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a store.

    Attributes
    ----------
    path : str
        Place in the store.
    message : str
        What is wrong there.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def info(core: Core, view: View) -> dict[str, Any]:
    """Tell what a store holds, in numbers."""
    settings = view.settings
    size = files = 0
    for name in disk.names_below(core.path):
        status = disk.identity(core.place(name))
        if status is not None:
            files += 1
            size += status[1]
    journal = disk.identity(core.journal.path)
    return {
        "path": core.path,
        "format": settings.format,
        "created": settings.created,
        "server_version": settings.server_version,
        "user": settings.user,
        "clock": dict(settings.clock),
        "events": sum(1 for _ in view.graceids()),
        "commits": view.version[1],
        "files": files,
        "bytes": size,
        "journal_bytes": journal[1] if journal else 0,
    }


def _folders(core: Core) -> Iterator[str]:
    for name in disk.entries(core.place(layout.EVENTS)):
        yield layout.event_folder(name)


def check(core: Core) -> list[Problem]:
    """Find every inconsistency of a store; change nothing."""
    problems: list[Problem] = []
    try:
        state = core.refresh()
        commits = list(core.journal.commits())
    except StoreError as error:
        problems.append(Problem(layout.JOURNAL, str(error)))
        state, commits = State(), []
    if state.identity is not None and state.identity[1] > state.offset:
        problems.append(Problem(layout.JOURNAL, "the last line is cut short: it did not happen"))
    if state.pending:
        problems.append(
            Problem(
                layout.JOURNAL,
                f"{len(state.pending)} change(s) are not in the documents yet: "
                "the next change of the store brings them there",
            )
        )
        return problems  # everything else would be reported twice
    for before, after in zip(commits, commits[1:], strict=False):
        if after.n != before.n + 1:
            problems.append(Problem(layout.JOURNAL, f"commit {after.n} follows {before.n}"))
    documents, series = _announced(commits)
    for name in layout.DOCUMENTS:
        problems += _check_document(core, name, documents)
    if not disk.exists(core.place(layout.SETTINGS)):
        problems.append(Problem(layout.SETTINGS, "is missing"))
    highest = 0
    count = 0
    for folder in _folders(core):
        found = _check_object(core, folder, documents, series)
        problems += found
        parsed = parse_graceid(folder.rpartition("/")[2])
        if parsed is not None and disk.exists(core.place(f"{folder}/event.json")):
            highest = max(highest, parsed[1])
            count += 1
    for path, data in documents.items():
        if data is not None and not disk.exists(core.place(path)):
            problems.append(Problem(path, "is missing, and the journal has it"))
    if state.counters.get("events", 0) != count or state.counters.get("number", 0) < highest:
        problems.append(
            Problem(
                layout.JOURNAL,
                f"counts {state.counters.get('events', 0)} events up to number "
                f"{state.counters.get('number', 0)}; there are {count} up to {highest}: "
                "`store reindex` counts anew",
            )
        )
    return sorted(problems, key=lambda problem: problem.path)


def _announced(
    commits: list[Commit],
) -> tuple[dict[str, dict[str, Any] | None], dict[str, dict[Any, dict[str, Any]]]]:
    """Give what the journal last said of every document, and of every entry of a series."""
    documents: dict[str, dict[str, Any] | None] = {}
    series: dict[str, dict[Any, dict[str, Any]]] = {}
    for commit in commits:
        documents.update(commit.documents)
        for path, lines in commit.lines.items():
            known = series.setdefault(path, {})
            for entry, data in zip(contents.decode_lines(path, lines), lines, strict=True):
                known[entry.key] = data
    return documents, series


def _read_document(core: Core, path: str) -> dict[str, Any] | None:
    found = disk.read(core.place(path))
    if found is None:
        return None
    data = contents.parse(path, found[0])
    contents.validate(path, data)
    contents.decode(path, data)
    return data


def _check_document(
    core: Core, path: str, announced: Mapping[str, dict[str, Any] | None]
) -> list[Problem]:
    try:
        data = _read_document(core, path)
    except StoreError as error:
        return [Problem(path, str(error))]
    if data is not None and path in announced and announced[path] != data:
        return [Problem(path, "was edited by hand: `store reindex` takes it as it is")]
    return []


def _read_series(core: Core, path: str) -> tuple[Logs | Files, list[dict[str, Any]]]:
    found = disk.read(core.place(path))
    lines = [line for line in (found[0] if found else b"").split(b"\n") if line]
    data = [contents.parse(path, line, n) for n, line in enumerate(lines, start=1)]
    entries: Any = contents.decode_lines(path, data, foreign=True)
    return contents.series(path).extended(entries), data


def _check_object(
    core: Core,
    folder: str,
    documents: Mapping[str, dict[str, Any] | None],
    series: Mapping[str, Mapping[Any, dict[str, Any]]],
) -> list[Problem]:
    name = folder.rpartition("/")[2]
    if parse_graceid(name) is None:
        return [Problem(folder, "is no graceid")]
    names = disk.entries(core.place(folder))
    if "event.json" not in names:
        if any(path.startswith(f"{folder}/") for path in documents):
            return [Problem(f"{folder}/event.json", "is missing")]
        return [Problem(folder, "was left by a writer that died: `store compact` removes it")]
    path = layout.event_document(name)
    problems = _check_document(core, path, documents)
    if not problems:
        event = Event.from_json(_read_document(core, path) or {})
        if event.graceid != name:
            problems.append(Problem(path, f"says graceid {event.graceid}"))
    blobs: set[str] = set()
    for path in (layout.logs_of(folder), layout.files_of(folder)):
        try:
            values, _ = _read_series(core, path)
        except StoreError as error:
            problems.append(Problem(path, str(error)))
            continue
        if any(
            (entry := values.find(key)) is None or entry.to_json() != data  # type: ignore[arg-type]
            for key, data in series.get(path, {}).items()
        ):
            problems.append(Problem(path, "was edited by hand: `store reindex` takes it as it is"))
        if isinstance(values, Logs):
            problems += _check_logs(path, values)
        else:
            problems += _check_files(core, folder, values)
            blobs = {file.blob for file in values}
    ours = {"event.json", "logs.jsonl", "files.jsonl"}
    problems += [
        Problem(f"{folder}/{left}", "belongs to nothing: `store compact` removes it")
        for left in names
        if left not in ours and left not in blobs
    ]
    return problems


def _check_logs(path: str, logs: Logs) -> list[Problem]:
    numbers = sorted(log.N for log in logs)
    if numbers != list(range(1, len(numbers) + 1)):
        return [Problem(path, f"the log numbers have gaps: {numbers[:20]}")]
    return []


def _check_files(core: Core, folder: str, files: Files) -> list[Problem]:
    problems = []
    for name in files.disk_names():
        versions = [file.version for file in files.versions(name)]
        if versions != list(range(len(versions))):
            problems.append(
                Problem(layout.files_of(folder), f"{name!r} has the versions {versions}")
            )
    for file in files:
        place = core.place(f"{folder}/{file.blob}")
        status = disk.identity(place)
        if status is None:
            problems.append(Problem(f"{folder}/{file.blob}", "is missing"))
        elif status[1] != file.size:
            problems.append(
                Problem(f"{folder}/{file.blob}", f"has {status[1]} bytes instead of {file.size}")
            )
        else:
            digest = hashlib.sha256()
            for piece in disk.pieces(place):
                digest.update(piece)
            if digest.hexdigest() != file.sha256:
                problems.append(Problem(f"{folder}/{file.blob}", "has other bytes than uploaded"))
    return problems


def _counted(core: Core, view: View) -> dict[str, Any]:
    """Count the events anew, from their documents."""
    counters = {k: v for k, v in view.counters.items() if k in ("number", "tick")}
    events = [e for e in map(view.peek, view.graceids()) if e is not None]
    events.sort(key=lambda event: event.number)
    times = [event.created for event in events]
    highest = max((event.number for event in events), default=0)
    counters["number"] = max(int(counters.get("number", 0)), highest)
    counters["events"] = len(events)
    counters["newest"] = max(times, default="")
    counters["last"] = highest
    numbers = {event.number for event in events}
    if times != sorted(times) or len(numbers) < len(events):
        counters["ordered"] = False
    return counters


def reindex(core: Core) -> int:
    """Take the documents as they are on disk, and count anew.

    Returns
    -------
    int
        The number of files that had been edited by hand.

    Raises
    ------
    StoreError
        If one of them breaks a rule.
    """
    documents, series = _announced(list(core.journal.commits()))
    edited: dict[str, dict[str, Any] | None] = {}
    lines: dict[str, list[dict[str, Any]]] = {}
    for path in (
        *layout.DOCUMENTS,
        *(layout.event_document(f.rpartition("/")[2]) for f in _folders(core)),
        *(path for path, data in documents.items() if data is not None),
    ):
        data = _read_document(core, path)
        if path in documents and documents[path] != data:
            edited[path] = data
    for folder in _folders(core):
        for path in (layout.logs_of(folder), layout.files_of(folder)):
            values, _ = _read_series(core, path)
            known = series.get(path, {})
            entries: list[Log | FileVersion] = list(values)
            new = [e.to_json() for e in entries if known.get(e.key, e.to_json()) != e.to_json()]
            if new:
                lines[path] = new
    core.remembered.clear()
    core.attached.pop("index", None)
    state = core.refresh()
    counters = _counted(core, View(core, state))
    if edited or lines or counters != state.counters:
        # the documents have it already: commit and mark in one
        commit = Commit(
            n=state.n + 1, call="reindex", documents=edited, lines=lines, counters=counters
        )
        core.publish(core.journal.mark(core.journal.append(state, commit)))
    return len(edited) + len(lines)


def compact(core: Core) -> None:
    """Replace the journal's past by one line; drop superseded log lines and what belongs to nothing."""
    state = core.refresh()
    for folder in list(_folders(core)):
        names = disk.entries(core.place(folder))
        if "event.json" not in names:
            disk.remove_tree(core.place(folder))
            continue
        kept = {"event.json", "logs.jsonl", "files.jsonl"}
        for path in (layout.logs_of(folder), layout.files_of(folder)):
            values, lines = _read_series(core, path)
            entries: list[Any] = list(values)
            if isinstance(values, Files):
                kept |= {file.blob for file in values}
            if len(entries) < len(lines):
                text = b"".join(layout.line_text(entry.to_json()) for entry in entries)
                disk.replace(core.place(path), text)
                core.remembered.pop(path, None)
        for name in names:
            if name not in kept:
                disk.remove(core.place(f"{folder}/{name}"))
    base = Commit(n=state.n, call="compact", counters=state.counters, base=True)
    core.publish(core.journal.start_anew(base))
    core.remembered.clear()
