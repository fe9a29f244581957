"""Folders of lvalertTest's `FakeDb`: its pickles, read without trusting them."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..clock import iso_text
from ..errors import ArchiveError
from ..identifiers import graceid, parse_graceid
from ..vocabulary import DEFAULT
from .archived import ArchivedEvent, ArchivedFile

__all__ = ["read_fakedb"]

_PICKLES = ("toplevel.pkl", "files.pkl", "labels.pkl", "logs.pkl")
_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_ALIASES = {"lib": "oLIB"}  # what a pipeline is called today
# The statistics of oLIB that it kept as one number, under the names that they have today.
_LIB = {"BCI": "bci", "BSN": "bsn", "Omicron SNR": "omicron_snr_network"}


class _Unpickler(pickle.Unpickler):
    """Makes plain containers, strings and numbers, and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("builtins", "__builtin__") and name in ("set", "frozenset", "complex"):
            return {"set": set, "frozenset": frozenset, "complex": complex}[name]
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no plain value")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to something outside of it")


def _unpickled(path: Path) -> Any:
    """Read a pickle.

    Raises
    ------
    ArchiveError
        If it is damaged, or holds anything but plain values.
    """
    try:
        # Python 2 wrote its strings as bytes
        value = _Unpickler(io.BytesIO(path.read_bytes()), encoding="utf-8").load()
        _check(value)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from error
    except Exception as error:  # what a damaged pickle raises can be anything
        raise ArchiveError(f"{path} is not read: {error}") from error
    return value


def _check(value: Any, depth: int = 50) -> None:
    if not depth:
        raise ValueError("it is nested too deeply")
    if isinstance(value, Mapping):
        for key, one in value.items():
            _check(key, depth - 1)
            _check(one, depth - 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            _check(one, depth - 1)
    elif not isinstance(value, _PLAIN):
        raise TypeError(f"it holds a {type(value).__name__}")


def read_fakedb(folder: Path) -> tuple[list[ArchivedEvent], list[str]]:
    """Read the events of a `FakeDb`.

    Parameters
    ----------
    folder : Path
        Its directory.

    Returns
    -------
    list of ArchivedEvent
        In the order of their numbers.
    list of str
        What is not as it was, in words.

    Raises
    ------
    ArchiveError
        If it is no such directory, or a pickle in it is damaged or holds more than plain values.
    """
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is no folder")
    events, notes = [], []
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or parse_graceid(path.name) is None:
            continue
        if not (path / _PICKLES[0]).exists():
            notes.append(f"{path.name}: {_PICKLES[0]} is missing; it was left out")
            continue
        events.append(_event(path, notes))
    if not events:
        raise ArchiveError(f"{folder} holds no event of a FakeDb")
    return sorted(events, key=lambda one: int(one.id[1:])), notes


def _event(path: Path, notes: list[str]) -> ArchivedEvent:
    top, files, labels, logs = (
        _unpickled(path / name) if (path / name).exists() else [] for name in _PICKLES
    )
    try:
        letter, number = parse_graceid(top["graceid"]) or ("", 0)
        id_ = graceid(letter, number)
        if id_ != path.name:
            notes.append(f"{path.name} is {id_}")
        paths = [Path(name).name for name in files]
        found, lost = _files(path, paths)
        notes.extend(f"{id_}: {name} is lost: a later file had its name" for name in lost)
        return ArchivedEvent(
            id=id_,
            source="FakeDb",
            folder=path,
            answers={
                "object": {**_object(top), "graceid": id_},
                "labels": {"labels": _labels(labels)},
                "logs": {"log": _logs(logs)},
            },
            files=found,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{path} is no event of a FakeDb: {error!r}") from error


def _object(top: Mapping[str, Any]) -> dict[str, Any]:
    group, pipeline = top["group"], _proper(top["pipeline"], _pipelines())
    search = _proper(top["search"], DEFAULT.searches) if top.get("search") else None
    if group == "mdc":  # which is a search today
        group, search = ("Burst" if pipeline in ("CWB", "oLIB") else "CBC"), "MDC"
    data = {
        "submitter": _user(top["submitter"]),
        "created": _time(top["created"]),
        "group": _proper(group, DEFAULT.groups),
        "pipeline": pipeline,
        "search": search,
        "far": top.get("far", top.get("FAR")),
        "superevent": None,
    }
    kept = ("gpstime", "instruments", "nevents", "likelihood")
    data |= {name: top[name] for name in kept if top.get(name) is not None}
    if top.get("extra_attributes"):
        data["extra_attributes"] = {"LalInferenceBurst": _statistics(top["extra_attributes"])}
    return data


def _statistics(extra: Mapping[str, Any]) -> dict[str, Any]:
    named = {_LIB[name]: value for name, value in extra.items() if name in _LIB}
    return {name: value for name, value in named.items() if isinstance(value, int | float)}


def _pipelines() -> list[str]:
    return [pipeline.name for pipeline in DEFAULT.pipelines]


def _proper(name: str, known: Any) -> str:
    """Give a name as it is written: a `FakeDb` knows lower case only."""
    wanted = _ALIASES.get(name.lower(), name)
    return next((one for one in known if one.lower() == wanted.lower()), wanted)


def _user(name: str) -> str:
    return name.replace("@LIGO.ORG", "@ligo.org")


def _time(seconds: float) -> str:
    return iso_text(datetime.fromtimestamp(seconds, UTC))


def _labels(labels: Any) -> list[dict[str, Any]]:
    """Give the labels, each once: the older ones had a list, and answered a map."""
    rows: dict[str, dict[str, Any]] = {}
    for label in labels:
        row = {"name": label["name"], "creator": label["creator"]}
        rows.setdefault(label["name"], {**row, "created": _time(label["created"])})
    return list(rows.values())


def _logs(logs: Any) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    rows = []
    for number, log in enumerate(logs, start=1):
        name, version = log.get("filename") or "", None
        if name:
            version = seen[name] = seen.get(name, -1) + 1
        issuer = log["issuer"]["username"] if isinstance(log["issuer"], Mapping) else log["issuer"]
        comment = log["comment"]
        rows.append(
            {
                "N": number,
                "comment": "Original Data" if comment == "initial data" else comment,
                "created": _time(log["created"]),
                "issuer": _user(issuer),
                "filename": name,
                "file_version": version,
                "tag_names": _tags(log.get("tag_names")),
            }
        )
    return rows


def _tags(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


def _files(folder: Path, names: list[str]) -> tuple[tuple[ArchivedFile, ...], list[str]]:
    """Give the files that are there, each under its last version, and those that are not."""
    found, lost = [], []
    for name in dict.fromkeys(names):
        last = names.count(name) - 1
        lost += [f"{name},{version}" for version in range(last)]
        try:
            content = (folder / name).read_bytes()
        except OSError:
            lost.append(f"{name},{last}")
            continue
        digest = hashlib.sha256(content).hexdigest()
        found.append(ArchivedFile(name, last, len(content), digest, name))
    return tuple(found), lost
