"""Waiting for somebody else's work on a GraceDB: an object, a label, a file, a log entry."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ligo.gracedb.exceptions import HTTPError

from .identifiers import is_content_id, parse_graceid, split_version
from .transport import StoreAdapter

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from .store import Store

__all__ = ["wait_for"]

_ON_DISK = (0.002, 0.05)  # s from one look at a store's journal to the next, at first and later
_OVER_WIRE = (0.25, 2.0)  # s from one question to a server to the next
_GROWTH = 1.3
_SHOWN = 5  # names or log entries in a message

Text = str | re.Pattern[str]
Texts = Text | Iterable[Text]


def wait_for(
    client: GraceDb,
    id: str,  # noqa: A002 - a settled, public name
    *,
    label: str | Iterable[str] = (),
    file: str | Iterable[str] = (),
    log: Texts = (),
    timeout: float = 60.0,
) -> dict[str, Any]:
    """Wait until something is there that somebody else does.

    Parameters
    ----------
    client : ligo.gracedb.rest.GraceDb
        Whom to ask: any client, of a real server or of the fake.
    id : str
        Graceid, superevent id or GW id. Nothing else given, the object itself is waited for.
    label : str or iterable of str
        Labels that it must carry, all of them.
    file : str or iterable of str
        Files that it must have; with a version, as ``coinc.xml,1``, that one.
    log : str, re.Pattern or iterable of these
        What some comment in its log must contain, for each of these.
    timeout : float
        How long [s].

    Returns
    -------
    dict
        The event or superevent, as the server answers it then.

    Raises
    ------
    TypeError
        For what is no client, or no id.
    TimeoutError
        If it is not there by then; the message says what is missing, and what is there instead.
    ValueError
        For a label that the server does not know, and a negative timeout.
    ligo.gracedb.exceptions.HTTPError
        If the server refuses, for another reason than that the object is not there.

    Notes
    -----
    A server is asked now and then, a store in this process whenever it has changed. Where
    waits are skipped (``waits="skip"``) or its clock stands still, and nobody can change it, since
    this process has neither another thread nor a child, the time passes at once: a clock that
    stands still is set forward by `timeout`. Other programs on the same store are not reckoned with
    then, unless this process has started them.

    Examples
    --------
    >>> from fakegracedb import FakeGraceDb, wait_for
    >>> with FakeGraceDb(waits="skip") as client:
    ...     event = client.create_event("Test", "gstlal", "a.xml", filecontents="?").json()
    ...     found = wait_for(client, event["graceid"], log="Original Data", file="a.xml")
    ...     found["graceid"]
    'T0001'
    """
    if isinstance(timeout, str) or not timeout >= 0:
        raise ValueError(f"timeout is {timeout!r}: no time to wait for [s]")
    if not hasattr(client, "_service_url"):
        raise TypeError(f"wait_for asks a GraceDb client, not {client!r}")
    if not isinstance(id, str):
        raise TypeError(f"{id!r} is not the id of an event or superevent")
    wanted = _Wanted(client, id, _listed(label), _listed(file), _listed(log))
    server = _Server.of(client)
    began = time.monotonic()
    pause = server.pauses[0]
    changed = server.changed()
    while True:
        missing = wanted.missing()
        if not missing:
            return wanted.found
        # until there is a reason to ask again
        while True:
            if server.is_alone():
                server.skip(timeout)
                left = 0.0
            else:
                left = timeout - (time.monotonic() - began)
            if left <= 0:
                # somebody may have come in between the last look and now
                if not (missing := wanted.missing()):
                    return wanted.found
                raise TimeoutError(f"{id} after {timeout:g} s: {'; '.join(missing)}")
            time.sleep(min(pause, left))
            pause = min(pause * _GROWTH, server.pauses[1])
            if changed():
                break


def _listed(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str | re.Pattern) else tuple(value)


class _Wanted:
    """What is waited for, and what of it is there.

    Attributes
    ----------
    found : dict
        The object, once it is there.
    """

    def __init__(
        self,
        client: GraceDb,
        name: str,
        labels: tuple[str, ...],
        files: tuple[str, ...],
        logs: tuple[Text, ...],
    ) -> None:
        self._client, self._name = client, name
        self._labels, self._files, self._logs = labels, files, logs
        self.found: dict[str, Any] = {}
        known = client.allowed_labels if labels else []
        for label in labels:
            if label not in known:
                raise ValueError(f"no label {label!r}; there are {', '.join(known)}")

    def missing(self) -> list[str]:
        """Say what is not there yet, and what is there instead; nothing if all is there."""
        event = parse_graceid(self._name) is not None or is_content_id(self._name)
        ask = self._client.event if event else self._client.superevent
        try:
            self.found = ask(self._name).json()
            return [*self._missing_labels(), *self._missing_files(), *self._missing_logs()]
        except HTTPError as error:
            if error.response.status_code != 404:
                raise
            return [f"there is no such {'event' if event else 'superevent'}"]

    def _missing_labels(self) -> list[str]:
        there = self.found["labels"]
        return [
            f"label {label} is not there ({_named(there, 'labels')})"
            for label in self._labels
            if label not in there
        ]

    def _missing_files(self) -> list[str]:
        if not self._files:
            return []
        listed = self._client.files(self._name).json()
        # v2 of the newest servers has a list beside the names, in which no key is a stranger
        rows = listed.get("files")
        names = [row["filename"] for row in rows] if isinstance(rows, list) else list(listed)
        bare = [name for name in names if split_version(name)[1] is None]
        return [
            f"file {file} is not there ({_named(_like(file, names) or bare, 'files')})"
            for file in self._files
            if file not in names
        ]

    def _missing_logs(self) -> list[str]:
        if not self._logs:
            return []
        comments = [entry["comment"] for entry in self._client.logs(self._name).json()["log"]]
        last = [" ".join(comment.split())[:60] for comment in comments[-_SHOWN:]]
        return [
            f"no log entry says {_pattern(text)!r} ({len(comments)} so far, the last: "
            f"{'; '.join(last)})"
            for text in self._logs
            if not any(_says(text, comment) for comment in comments)
        ]


def _says(text: Text, comment: str) -> bool:
    return text in comment if isinstance(text, str) else text.search(comment) is not None


def _pattern(text: Text) -> str:
    return text if isinstance(text, str) else text.pattern


def _like(file: str, names: list[str]) -> list[str]:
    """Give the versions of a file of which another version is wanted."""
    bare = split_version(file)[0]
    return [name for name in names if name != bare and split_version(name)[0] == bare]


def _named(names: list[str], noun: str) -> str:
    if not names:
        return f"no {noun}"
    shown = ", ".join(names[: 2 * _SHOWN])
    return f"{noun}: {shown}{', ...' if len(names) > 2 * _SHOWN else ''}"


class _Server:
    """Whom a client asks: a server somewhere, of which nothing else is known.

    Attributes
    ----------
    pauses : tuple of float
        How long to wait before looking again, at first and at most [s].
    """

    pauses = _OVER_WIRE

    @staticmethod
    def of(client: GraceDb) -> _Server:
        """Look behind a client: at its adapter, which may have been put there by others."""
        adapter = client.get_adapter(client._service_url)
        return _Here(adapter) if isinstance(adapter, StoreAdapter) else _Server()

    def changed(self) -> Callable[[], bool]:
        """Give what tells whether it is worth asking again."""
        return lambda: True

    def is_alone(self) -> bool:
        """Whether nobody can do what is waited for, and nobody wants the time slept through."""
        return False

    def skip(self, seconds: float) -> None:
        """Let a wait be over."""


class _Here(_Server):
    """A store in this process."""

    pauses = _ON_DISK

    def __init__(self, adapter: StoreAdapter) -> None:
        self._adapter = adapter
        self._store: Store = adapter.application.store

    def changed(self) -> Callable[[], bool]:
        known = self._version()

        def changed() -> bool:
            nonlocal known
            before, known = known, self._version()
            return before != known

        return changed

    def _version(self) -> tuple[int, int]:
        return self._store.read(lambda view: view.version)

    def is_alone(self) -> bool:
        skipped = self._adapter.waits == "skip" or self._store.clock.setting.time is not None
        return skipped and threading.active_count() == 1 and not _has_children()

    def skip(self, seconds: float) -> None:
        self._store.clock.skip(seconds)


def _has_children() -> bool:
    """Whether this process has started others that may be alive."""
    if not hasattr(os, "waitid"):
        return True  # nobody can tell
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
