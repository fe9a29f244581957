"""`fetch`: objects of a server into an archive, through any client."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..clock import iso_text
from ..errors import ArchiveError
from ..services import connect_to_source, name_of
from .archived import ArchivedEvent, ArchivedSuperevent
from .asking import Asker, Refused, Trouble, not_readable
from .collecting import Collector
from .folder import Archive
from .names import check_ids, is_gw_id, is_superevent_id
from .places import BeingWritten

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from ..store import Store

__all__ = ["Fetched", "Mode", "Progress", "Source", "fetch", "fetch_range"]

Mode = Literal["full", "pipeline"]
Source: TypeAlias = "str | os.PathLike[str] | Store | GraceDb"
#: Is told how many files are done of how many known so far, and the id that is being fetched.
Progress: TypeAlias = Callable[[str, int, int], None]

_TURN = 0.5  # s, between two looks whether another fetch of the object is over


@dataclass(frozen=True)
class Fetched:
    """What became of one id.

    Attributes
    ----------
    archived : ArchivedEvent or ArchivedSuperevent
        As it lies in the archive now.
    new : bool
        Whether it was fetched; False if it was there already.
    warnings : tuple of str
        What was left out, and why.
    """

    archived: ArchivedEvent | ArchivedSuperevent
    new: bool
    warnings: tuple[str, ...] = ()


def fetch(
    ids: str | Iterable[str],
    source: Source = "production",
    archive: Archive | str | os.PathLike[str] | None = None,
    *,
    refresh: bool = False,
    mode: Mode = "full",
    related: bool = False,
    resume: bool | None = None,
    allow_missing: bool = False,
    auth: bool = False,
    workers: int = 4,
    timeout: float = 60.0,
    progress: Progress | None = None,
    pause: Callable[[float], None] = time.sleep,
    trouble: Trouble | None = None,
) -> list[Fetched]:
    """Fetch events and superevents into an archive.

    Parameters
    ----------
    ids : str or iterable of str
        Of events and superevents, which may also be named by their second id, GW240229A; they are
        kept by their first. What is there already is not asked for, and what another program or
        thread is fetching into the archive is waited for.
    source : str, path-like, Store or GraceDb
        A service, as `services.connect` takes it.
    archive : Archive or path-like, optional
        Where to; None is the default one.
    refresh : bool
        Fetch also what is there. The old copy stays until the new one is complete.
    mode : {"full", "pipeline"}
        Everything, or what the pipelines uploaded.
    related : bool
        Also the external events of superevents.
    resume : bool, optional
        Go on where an earlier fetch was interrupted, and keep what there is when this one is; None
        means in full mode.
    allow_missing : bool
        Go on without a file that the server lists and does not have, instead of failing.
    auth : bool
        Let the client look for credentials, for what is not public.
    workers : int
        Questions at a time.
    timeout : float
        How long the server may be silent [s].
    progress : callable, optional
        Is told, as `Progress` says.
    pause : callable
        Waits, between two tries, so many seconds.
    trouble : callable, optional
        Is told what went wrong before it is tried again, and in how many seconds.

    Returns
    -------
    list of Fetched
        One an id, in the order of `ids`.

    Raises
    ------
    ValueError
        If an id can be none; then nothing was asked.
    ArchiveError
        If an object cannot be read, or a file of it is missing.
    HTTPError
        Of the client, for trouble that does not pass.
    """
    asked = check_ids([ids] if isinstance(ids, str) else ids)
    place = archive if isinstance(archive, Archive) else Archive(archive)
    if mode not in ("full", "pipeline"):
        raise ValueError(f"mode must be 'full' or 'pipeline', not {mode!r}")
    keep = mode == "full" if resume is None else resume
    asker: Asker | None = None
    about: dict[str, str] = {}
    found: list[Fetched] = []

    def is_there(one: str) -> bool:
        if refresh or one not in place:
            return False
        found.append(Fetched(place[one], new=False))
        return True

    def fetched(one: str, asker: Asker) -> Fetched:
        with place.writing(one, keep=keep) as folder:
            collector = Collector(
                asker,
                folder,
                {**about, "fetched": iso_text(datetime.now(UTC)), "mode": mode},
                related=related,
                allow_missing=allow_missing,
                progress=None if progress is None else _named(progress, one),
            )
            if is_superevent_id(one):
                collector.superevent(one)
            else:
                collector.event(one)
        return Fetched(place[one], new=True, warnings=tuple(collector.warnings))

    for one in asked:
        if is_there(one):
            continue
        if asker is None:
            client = connect_to_source(source, auth=auth)
            asker = Asker(client, workers=workers, timeout=timeout, pause=pause, trouble=trouble)
            about = _about(asker, name_of(source))
        if is_gw_id(one):  # whatever its second id, it is kept under its first
            one = _first_id(asker, one)
            if is_there(one):
                continue
        told = False
        while True:
            try:
                found.append(fetched(one, asker))
                break
            except BeingWritten as error:
                if trouble is not None and not told:
                    trouble(error, _TURN)
                told = True
                pause(_TURN)
                if is_there(one):
                    break
    return found


def _first_id(asker: Asker, gw_id: str) -> str:
    try:
        return str(asker.object("superevent", gw_id)["superevent_id"])
    except Refused as error:
        raise not_readable(gw_id, error) from error


def _named(progress: Progress, id_: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(id_, done, total)


def _about(asker: Asker, source: str) -> dict[str, str]:
    """Give what an archive keeps of where its objects came from."""
    from ligo.gracedb.version import __version__

    server = str(asker.root().get("server-version") or "")
    return {"source": source, "client": __version__, "server": server}


def fetch_range(
    start: float | str,
    end: float | str,
    source: Source = "production",
    *,
    query: str = "",
    auth: bool = False,
    timeout: float = 60.0,
    pause: Callable[[float], None] = time.sleep,
    trouble: Trouble | None = None,
) -> list[dict[str, Any]]:
    """Find the superevents of a span of time, for `fetch`.

    Parameters
    ----------
    start, end : float or str
        GPS times [s]; those of `t_0` from the one to the other are meant.
    source, auth, timeout, pause, trouble
        As for `fetch`.
    query : str
        Further conditions.

    Returns
    -------
    list of dict
        Their JSON, in the order of `t_0`.

    Raises
    ------
    ArchiveError
        The span is none, or the server does not let superevents be searched.
    """
    for one in (start, end):
        if not re.fullmatch(r"-?\d+(\.\d*)?", str(one), re.ASCII):
            raise ArchiveError(f"{one!r} is no GPS time [s], as 1456419618.5")
    if float(end) < float(start):
        raise ArchiveError(f"the end, {end}, is before the start, {start}")
    asker = Asker(
        connect_to_source(source, auth=auth), timeout=timeout, pause=pause, trouble=trouble
    )
    asked = " ".join(part for part in (f"t_0: {start} .. {end}", query) if part)

    def all_of_them() -> list[dict[str, Any]]:
        return list(asker.client.superevents(asked, orderby="t_0"))

    try:
        found = asker.patiently(all_of_them, "superevents/")
    except Refused as error:
        raise ArchiveError(f"superevents cannot be searched there: {error}") from error
    return sorted(found, key=lambda one: float(one["t_0"]))
