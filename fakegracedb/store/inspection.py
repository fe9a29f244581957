"""What is wrong with a store: every file held against its schema, the journal and the others."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..documents import FileVersion
from ..errors import StoreError
from . import contents, disk, layout
from .care import limits_of, validated
from .commits import Commit
from .core import Core
from .relations import disagreements
from .series import Files, Logs, Numbered
from .state import State
from .survey import Announced, counted, paths

if TYPE_CHECKING:
    from ..vocabulary import ServerSettings

__all__ = ["Problem", "check"]

_TRIES = 3  # to look at a store before somebody changes it


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a store.

    Attributes
    ----------
    path : str
        Place in the store.
    message : str
        What is wrong there.
    kind : {"damage", "edited", "leftover"}
        Whether the store does not hold together; or somebody changed it by hand; or a writer that
        died has left what counts for nothing.
    """

    path: str
    message: str
    kind: str = "damage"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def check(core: Core) -> list[Problem]:
    """Find every inconsistency of a store; change nothing."""
    problems: list[Problem] = []
    for _ in range(_TRIES):
        before = disk.identity(core.journal.path)
        try:
            problems = _sorted_problems(core)
        except FileNotFoundError:
            continue  # it went in between
        except StoreError as error:
            problems = [_told(error)]  # perhaps it was half written
            continue
        if disk.identity(core.journal.path) == before:
            if not problems:
                return problems
            break
    if not disk.exists(core.place(layout.LOCK)):
        return problems  # nobody is at work
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(core.writing())
        except StoreError:  # where one cannot write nobody is at work
            return problems
        return _sorted_problems(core)  # what was found may be a change on its way


def _told(error: StoreError) -> Problem:
    """Give what an error tells, which begins with the place."""
    return Problem(str(error).partition(":")[0].partition(" ")[0], str(error))


def _sorted_problems(core: Core) -> list[Problem]:
    return sorted(_problems(core), key=lambda problem: problem.path)


def _problems(core: Core) -> Iterator[Problem]:
    damaged: list[Problem] = []
    try:
        limits = limits_of(core, _state(core))
        damaged = list(_journal_problems(core, limits))
        yield from damaged
        state = core.refresh()
        announced = Announced(core.journal.commits())
    except StoreError as error:
        if not damaged:
            yield _told(error)
        return
    if state.identity is None:
        yield Problem(layout.JOURNAL, "is missing: `store reindex` takes the documents as they are")
        return
    if state.identity[1] > state.offset:
        message = "the last line is cut short: it did not happen"
        yield Problem(layout.JOURNAL, message, "leftover")
    if state.pending:
        message = (
            f"{len(state.pending)} change(s) are not in the documents yet: "
            "the next change of the store brings them there"
        )
        yield Problem(layout.JOURNAL, message, "leftover")
        return  # everything else would be told twice
    objects: dict[str, dict[str, Any]] = {}
    for path in sorted({*paths(core), *announced.paths()}):
        try:
            found = disk.read(core.place(path))
            if found is None:
                message = "is missing, and the journal has it: `store reindex` lets go of it"
                yield Problem(path, message)
                continue
            folder, _, name = path.rpartition("/")
            agrees = announced.agrees(path, found[0])
            known = agrees and announced.has_all_of(path)  # the journal is in order
            content = validated(path, found[0], limits, known=known)
            objects.setdefault(folder, {})[name] = content
            if not agrees:
                message = "was edited by hand: `store reindex` takes it as it is"
                yield Problem(path, message, "edited")
        except StoreError as error:
            objects.setdefault(path.rpartition("/")[0], {})["damaged"] = True
            yield Problem(path, str(error).removeprefix(f"{path}: "))
    root = objects.pop("", {})
    yield from _root_problems(core, state, root)
    yield from _number_problems(layout.CATALOGS, root.get(layout.CATALOGS, ()))
    for kind in layout.FOLDERS:
        for name in disk.entries(core.place(kind)):
            folder = f"{kind}/{name}"
            yield from _object_problems(core, folder, objects.get(folder, {}))
    for path, message in disagreements(objects, root.get(layout.CATALOGS, ())):
        yield Problem(path, message)
    if not any("damaged" in one for one in objects.values()):
        yield from _counter_problems(core, state)


def _state(core: Core) -> State:
    """Give the state of the journal; one that is damaged tells nothing."""
    try:
        return core.refresh()
    except StoreError:
        return State()


def _journal_problems(core: Core, limits: ServerSettings | None) -> Iterator[Problem]:
    last: int | None = None
    for number, line in enumerate(core.journal.lines(), start=1):
        try:
            commit = _commit(number, line, limits)
        except StoreError as error:
            yield Problem(layout.JOURNAL, str(error).removeprefix(f"{layout.JOURNAL}, "))
            continue
        if commit is not None:
            if last is not None and commit.n != last + 1 and not commit.base:
                yield Problem(layout.JOURNAL, f"line {number}: commit {commit.n} follows {last}")
            last = commit.n


def _commit(number: int, line: bytes, limits: ServerSettings | None) -> Commit | None:
    """Give the commit in a line of the journal, None if it is a mark."""
    data = contents.parse(layout.JOURNAL, line, number)
    documents, lines = data.get("documents", {}), data.get("lines", {})
    envelope = dict(data)
    if isinstance(documents, dict):
        envelope["documents"] = dict.fromkeys(documents)
    if isinstance(lines, dict):
        envelope["lines"] = {path: [] for path in lines}
    contents.validate(layout.JOURNAL, envelope, number)
    where = f"{layout.JOURNAL}, line {number}, "
    for path, document in documents.items():
        if document is not None:
            contents.validate(path, document, limits=limits, within=where)
    for path, entries in lines.items():
        for place, entry in enumerate(entries, start=1):
            contents.validate(path, entry, place, limits, within=where)
    return Commit.from_json(data) if "n" in data else None


def _root_problems(core: Core, state: State, documents: dict[str, Any]) -> Iterator[Problem]:
    # they come with the first commit
    if state.n and layout.SETTINGS not in documents and "damaged" not in documents:
        yield Problem(layout.SETTINGS, "is missing")
    for name in disk.entries(core.path):
        if layout.is_temporary(name) or name == layout.RESTORING:
            yield _leftover(name)


def _leftover(path: str) -> Problem:
    message = "was left by a writer that died: `store compact` removes it"
    return Problem(path, message, "leftover")


def _object_problems(core: Core, folder: str, parts: dict[str, Any]) -> Iterator[Problem]:
    kind, _, _ = folder.partition("/")
    if not layout.is_object(folder):
        what = "graceid" if kind == layout.EVENTS else "id of a superevent"
        yield Problem(folder, f"is no {what}")
        return
    main = layout.MAIN[kind]
    logs: Logs = parts.get("logs.jsonl", Logs())
    files: Files = parts.get("files.jsonl", Files())
    names = disk.entries(core.place(folder))
    partial = bool(parts.get(main, {}).get("partial"))
    if main not in names and any(
        len(parts.get(name, ())) for name in (layout.FILES, *layout.NUMBERED)
    ):
        yield Problem(f"{folder}/{main}", "is missing")
    elif main not in names and not names:
        yield _leftover(folder)
    if not partial:
        for name in layout.NUMBERED:
            yield from _number_problems(f"{folder}/{name}", parts.get(name, ()))
        yield from _version_problems(folder, files)
    yield from _log_problems(folder, logs, files)
    there = [file for file in files if not file.absent]
    yield from _file_problems(core, folder, there)
    blobs = {file.blob for file in there}
    for name in names:
        if disk.is_link(f"{core.path}/{folder}/{name}"):
            yield Problem(f"{folder}/{name}", "is a link: a store has files of its own")
        elif name in layout.OF_OBJECT[kind] or name in blobs or "damaged" in parts:
            continue
        elif layout.is_leftover(name):
            yield _leftover(f"{folder}/{name}")
        else:
            yield Problem(f"{folder}/{name}", f"is no file of the {kind.removesuffix('s')}")


def _number_problems(path: str, entries: Numbered[Any] | tuple[()]) -> Iterator[Problem]:
    numbers = sorted(entry.N for entry in entries)
    if numbers != list(range(1, len(numbers) + 1)):
        what = "log " if path.endswith("/logs.jsonl") else ""
        yield Problem(path, f"the {what}numbers have gaps: {numbers[:20]}")


def _log_problems(folder: str, logs: Logs, files: Files) -> Iterator[Problem]:
    path = layout.logs_of(folder)
    for log in logs:
        if log.file_version is not None and not files.versions(log.filename):
            yield Problem(path, f"entry {log.N} names the file {log.filename!r}, which is missing")


def _version_problems(folder: str, files: Files) -> Iterator[Problem]:
    for name in files.disk_names():
        versions = [file.version for file in files.versions(name)]
        if versions != list(range(len(versions))):
            yield Problem(layout.files_of(folder), f"{name!r} has the versions {versions}")


def _file_problems(core: Core, folder: str, files: list[FileVersion]) -> Iterator[Problem]:
    path = layout.files_of(folder)
    blobs: set[str] = set()
    for file in files:
        blob = f"{folder}/{file.blob}"
        if not layout.is_place(blob) or file.blob in blobs:
            yield Problem(path, f"{file.name!r} cannot lie in {file.blob!r}")
            continue
        blobs.add(file.blob)
        status = disk.identity(core.place(blob))
        if status is None:
            yield Problem(blob, "is missing")
        elif status[1] != file.size:
            yield Problem(blob, f"has {status[1]} bytes instead of {file.size}")
        else:
            digest = hashlib.sha256()
            for piece in disk.pieces(core.place(blob)):
                digest.update(piece)
            if digest.hexdigest() != file.sha256:
                yield Problem(blob, "has other bytes than uploaded")


def _counter_problems(core: Core, state: State) -> Iterator[Problem]:
    counters = counted(core, state)
    numbers = [name[1:] for name in disk.entries(core.place(layout.EVENTS))]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        yield Problem(layout.EVENTS, f"the number {number} was given twice")
    if state.counters.get("ordered") is False:
        counters["ordered"] = False  # what comes in another order can be in order in the end
    if counters != state.counters:
        message = (
            f"counts {dict(state.counters)}; there are {counters}: `store reindex` counts anew"
        )
        yield Problem(layout.JOURNAL, message, "edited")
