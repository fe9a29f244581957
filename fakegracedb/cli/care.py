"""The verbs ``store …``: each takes the parsed command line and gives the exit status."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..clock import Clock, iso_text
from ..store import Store, layout
from ..vocabulary import SERVER_VERSIONS
from .arguments import DEFAULT_STORE, named_store, opened_store
from .output import CommandError, confirm, counted, say, say_json, size_text

__all__ = [
    "check",
    "compact",
    "copy",
    "info",
    "init",
    "reindex",
    "reset",
    "restore",
    "snapshot",
]


def _whole(path: str | Path) -> str:
    return str(Path(path).resolve())


def _tell(arguments: argparse.Namespace, facts: dict[str, Any], text: str) -> None:
    if arguments.json:
        say_json(facts)
    else:
        say(text)


def _held(store: Store) -> tuple[dict[str, int], str]:
    """Give how many objects a store has, and that in words."""
    count = store.read(
        lambda view: {
            "events": sum(1 for _ in view.graceids()),
            "superevents": sum(1 for _ in view.superevent_ids()),
        }
    )
    words = counted(count["events"], "event")
    if count["superevents"]:
        words += f" and {counted(count['superevents'], 'superevent')}"
    return count, words


def init(arguments: argparse.Namespace) -> int:
    """Make a store."""
    store = Store(named_store(arguments) or DEFAULT_STORE)
    path = _whole(store.path)
    if store.exists():
        raise CommandError(f"{path} is a store already; `fakegracedb store reset` empties one")
    wanted: dict[str, Any] = {"fsync": arguments.fsync}
    if arguments.server_version is not None:
        wanted["server_version"] = arguments.server_version
    if arguments.user is not None:
        wanted["user"] = arguments.user
    if arguments.clock is not None:
        wanted["clock"] = arguments.clock.to_json()
    with store.transaction("store init") as transaction:
        transaction.put_settings(replace(transaction.settings, **wanted))
    facts = {"path": path, "settings": dict(store.settings)}
    _tell(arguments, facts, f"made an empty store in {path}")
    return 0


def info(arguments: argparse.Namespace) -> int:
    """Tell what a store holds."""
    store = opened_store(arguments)
    facts = store.info()
    facts.setdefault("fsync", store.settings["fsync"])
    if arguments.json:
        say_json(facts)
        return 0
    version = facts["server_version"]
    rows = {
        "store": facts["path"],
        "format": f"{facts['format']}, made {facts['created'] or 'at an unknown time'}",
        "imitates": f"server {SERVER_VERSIONS.get(version, version)}",
        "user": facts["user"],
        "clock": _clock_text(Clock.from_json(facts["clock"])),
        "fsync": "on" if facts["fsync"] else "off",
        "events": facts["events"],
        "superevents": facts["superevents"],
        "changes": facts["commits"],
        "size": f"{size_text(facts['bytes'])} in {counted(facts['files'], 'file')}, "
        f"{size_text(facts['journal_bytes'])} of it the journal",
    }
    for name, value in rows.items():
        say(f"{name:<11} {value}")
    return 0


def _clock_text(clock: Clock) -> str:
    if clock.time is None:
        ahead = clock.offset.total_seconds()
        return f"the system's{f' {ahead:+g} s' if ahead else ''}"
    step = clock.step.total_seconds()
    if step:
        return f"from {iso_text(clock.time)} on, {step:g} s later at every reading"
    return f"stands at {iso_text(clock.time)}"


def check(arguments: argparse.Namespace) -> int:
    """Find what is wrong with a store: 1 if anything is."""
    folder = Path(named_store(arguments) or DEFAULT_STORE)
    # a store that has lost its settings is one to be checked, too
    is_store = any((folder / name).exists() for name in (layout.JOURNAL, layout.EVENTS))
    store = Store(folder) if is_store else opened_store(arguments)
    problems = store.check()
    if arguments.json:
        found = [{"path": problem.path, "message": problem.message} for problem in problems]
        say_json({"path": _whole(store.path), "problems": found})
    elif problems:
        for problem in problems:
            say(" ".join(str(problem).split()))
    else:
        say("no problems found")
    return 1 if problems else 0


def snapshot(arguments: argparse.Namespace) -> int:
    """Keep a store as it is."""
    store = opened_store(arguments)
    kept = store.snapshot(arguments.target, journal=not arguments.no_journal)
    path, target = _whole(store.path), _whole(kept)
    count, words = _held(Store(kept))
    facts = {"path": path, "snapshot": target, **count}
    _tell(arguments, facts, f"kept {path} ({words}) in {target}")
    return 0


def copy(arguments: argparse.Namespace) -> int:
    """Make another store of the same content."""
    store = opened_store(arguments)
    other = store.copy(arguments.target, journal=not arguments.no_journal)
    path, target = _whole(store.path), _whole(other.path)
    count, words = _held(other)
    facts = {"path": path, "copy": target, **count}
    _tell(arguments, facts, f"copied {path} ({words}) to {target}")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Make a store what a snapshot holds."""
    store = opened_store(arguments)
    store.restore(arguments.source)
    path, source = _whole(store.path), _whole(arguments.source)
    count, words = _held(store)
    facts = {"path": path, "snapshot": source, **count}
    _tell(arguments, facts, f"restored {path} from {source}: {words}")
    return 0


def reset(arguments: argparse.Namespace) -> int:
    """Empty a store."""
    store = opened_store(arguments)
    path, (count, words) = _whole(store.path), _held(store)
    if not arguments.yes:
        confirm("empty", f"{path} of {words}")
    store.reset()
    text = f"emptied {path} of {words}; settings, vocabulary and users stay"
    removed = {f"removed_{name}": number for name, number in count.items()}
    _tell(arguments, {"path": path, **removed}, text)
    return 0


def reindex(arguments: argparse.Namespace) -> int:
    """Take documents that were edited by hand as they are."""
    store = opened_store(arguments)
    count = store.reindex()
    path = _whole(store.path)
    text = f"reindexed {path}: {counted(count, 'file')} had been edited by hand"
    _tell(arguments, {"path": path, "edited": count}, text)
    return 0


def compact(arguments: argparse.Namespace) -> int:
    """Replace the record of past changes."""
    store = opened_store(arguments)
    before = store.info()
    store.compact()
    after = store.info()
    facts: dict[str, Any] = {"path": _whole(store.path)}
    for key in ("bytes", "journal_bytes"):
        facts[key] = {"before": before[key], "after": after[key]}
    was, now = size_text(before["journal_bytes"]), size_text(after["journal_bytes"])
    _tell(arguments, facts, f"compacted {facts['path']}: its journal had {was} and has {now}")
    return 0
