"""What a fetch brings of one event or superevent: answers first, then files, then the documents."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from .archived import ROWS, ArchivedEvent, ArchivedSuperevent, permission_groups
from .asking import Asker, Refused, not_readable
from .description import pipeline_uploads
from .endpoints import EVENT, SUPEREVENT, Endpoint, at_version, below, beside, root_of_link
from .gathering import FileCollector, link_of

__all__ = ["Collector"]


class Collector(FileCollector):
    """Brings one object, with the events of a superevent, into a folder.

    Parameters
    ----------
    asker : Asker
        Who asks.
    folder : Path
        Where to. It may hold what an earlier, interrupted fetch has brought.
    about : mapping of str to str
        What the archive says of the fetch: source, client, server, fetched, mode.
    related : bool
        Whether external events are wanted too.
    **options
        Of `FileCollector`.
    """

    def __init__(
        self,
        asker: Asker,
        folder: Path,
        about: Mapping[str, str],
        *,
        related: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(asker, folder, full=about["mode"] == "full", **options)
        self._url = ""
        self._about: dict[str, Any] = dict(about)
        self._related = related

    # Whole objects

    def event(self, graceid: str) -> None:
        """Bring an event."""
        answer = self._object("event", graceid)
        archived = self._event(answer, self._folder)
        if not self._full and not archived.uploads:
            raise ArchiveError(f"{graceid}: its own submitter has uploaded nothing: use --full")
        self.bring_files(answer, [archived])

    def superevent(self, superevent_id: str) -> None:
        """Bring a superevent and its events."""
        answer = self._object("superevent", superevent_id)
        archived = ArchivedSuperevent(
            id=answer["superevent_id"],
            folder=self._folder,
            partial="gw_events" not in answer,
            **self._common(answer),
        )
        if archived.id != superevent_id:
            raise ArchiveError(f"{superevent_id} is {archived.id}: fetch it by that id")
        if self._full:
            archived = self._with_answers(archived, SUPEREVENT)
            archived = replace(archived, answers={**archived.answers, **self._tags_of(archived)})
        events = self._events(answer)
        for event in events:
            assert event.folder is not None
            event.folder.mkdir(exist_ok=True)
        stale = {path.name for path in self._folder.iterdir() if path.is_dir()}
        for name in stale - {event.id for event in events}:
            shutil.rmtree(self._folder / name)
        self.bring_files(answer, [*events, replace(archived, events=tuple(events))])

    def _object(self, kind: str, id_: str) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._asker.object(kind, id_)
        except Refused as error:
            raise not_readable(id_, error) from error
        self._url = root_of_link(link_of(answer))
        return answer

    def _common(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {**self._about, "url": self._url, "answers": {"object": answer}}

    # Events

    def _events(self, answer: dict[str, Any]) -> list[ArchivedEvent]:
        """Give the events of a superevent: those that can be read, and what it tells of others."""
        told = {answer["preferred_event_data"]["graceid"]: answer["preferred_event_data"]}
        for one in (answer.get("pipeline_preferred_events") or {}).values():
            told.setdefault(one["graceid"], one)
        members = list(answer.get("gw_events") or ())
        if self._related:
            members += answer.get("em_events") or ()
        ids = sorted({*members, *told}, key=_rank)
        if "gw_events" not in answer:  # to a reader without a name, who may read no events
            return [self._partial(told[graceid], 403) for graceid in ids]
        calls = [partial(self._member, graceid, told.get(graceid)) for graceid in ids]
        return [event for event in self._asker.all(calls) if event is not None]

    def _member(self, graceid: str, told: dict[str, Any] | None) -> ArchivedEvent | None:
        try:
            answer = self._asker.object("event", graceid)
        except Refused as error:
            if told is None:
                self.warn(f"{graceid} may not be read: the server answers {error.status}")
                return None
            return self._partial(told, error.status)
        if not self._full and answer.get("offline"):
            self.warn(f"{graceid} is an offline event and was left out")
            return None
        event = self._event(answer, self._folder / graceid)
        if not self._full and not event.uploads:
            self.warn(f"{graceid} was left out: its own submitter has uploaded nothing")
            return None
        return event

    def _partial(self, told: dict[str, Any], status: int) -> ArchivedEvent:
        """Give an event of which only its superevent tells."""
        common = self._common(told)
        return ArchivedEvent(
            id=told["graceid"],
            folder=self._folder / told["graceid"],
            partial=True,
            unreadable={"object": status},
            **common,
        )

    def _event(self, answer: dict[str, Any], folder: Path) -> ArchivedEvent:
        event = ArchivedEvent(id=answer["graceid"], folder=folder, **self._common(answer))
        wanted = EVENT if self._full else [one for one in EVENT if one.name == "logs"]
        event = self._with_answers(event, wanted)
        if "permissions" in event.answers:
            event = self._with_rights(event)
        return replace(event, uploads=pipeline_uploads(answer["submitter"], event.logs))

    # Answers

    def _with_answers(self, archived: Any, endpoints: Iterable[Endpoint]) -> Any:
        """Give an object with what the server answers about it, or why it does not."""
        link = link_of(archived.object)
        wanted = list(endpoints)
        found = self._asker.all([partial(self._answer, link, one) for one in wanted])
        answers, unreadable = dict(archived.answers), dict(archived.unreadable)
        for endpoint, one in zip(wanted, found, strict=True):
            if isinstance(one, int):
                unreadable[endpoint.name] = one
            else:
                answers[endpoint.name] = one
        return replace(archived, answers=answers, unreadable=unreadable)

    def _answer(self, link: str, endpoint: Endpoint) -> Any:
        """Give an answer, or the status with which it is refused."""
        status = 0
        links = [link]
        if endpoint.elsewhere and (other := at_version(link, endpoint.elsewhere)):
            links.append(other)
        for one in links:
            try:
                url = below(one, endpoint.path)
                if endpoint.name in ROWS:
                    return self._asker.whole_list(url, ROWS[endpoint.name])
                return self._asker.json(url)
            except Refused as error:
                status = status or error.status
                if error.status not in (404, 410):
                    break
        return status

    def _with_rights(self, event: ArchivedEvent) -> ArchivedEvent:
        """Give an event with what each group may do with it."""
        answers = dict(event.answers)
        for group in permission_groups(event.answers["permissions"]):
            url = below(link_of(event.object), f"perms/{group}/")
            try:
                answers[f"permissions/{group}"] = self._asker.json(url)
            except Refused:
                continue  # the group is named all the same
        return replace(event, answers=answers)

    def _tags_of(self, archived: ArchivedSuperevent) -> dict[str, Any]:
        """Ask how the tags of a superevent are shown, which no answer about it tells."""
        first: dict[str, int] = {}
        for log in archived.logs:
            for name in log.get("tag_names") or ():
                first.setdefault(name, log["N"])
        link = link_of(archived.object)
        found: dict[str, Any] = {}
        if first and (url := beside(link, "tag/")):
            with contextlib.suppress(Refused):
                every = self._asker.json(url).get("tags") or {}
                rows = [
                    {"name": name, "displayName": every[name].get("displayName")}
                    for name in sorted(first)
                    if name in every
                ]
                found["tags"] = {"tags": rows}
                first = {name: number for name, number in first.items() if name not in every}
        for number in sorted(set(first.values())):
            with contextlib.suppress(Refused):
                found[f"tags/{number}"] = self._asker.json(below(link, f"logs/{number}/tags/"))
        return found


def _rank(graceid: str) -> tuple[int, str]:
    return len(graceid), graceid
