"""A store as the verbs that look into it read it: with the words of the API, as one who sees all.

No request leaves the process and no client is loaded: the application is asked, which every other
door asks too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from ...api.app import Application
from ...api.message import Blob, Identity, Request, Response
from ...documents import Event, Superevent
from ...identifiers import is_content_id, parse_graceid
from ...store import Store, View, layout
from ..output import CommandError, counted, said_text

__all__ = ["Found", "Reader"]

_BASE = "https://gracedb.example.org/api/v2/"  # names the server in links; nothing is asked there
_PAGE = 1000
_MOST_NAMED = 5


class Found:
    """An event or superevent that somebody named.

    Attributes
    ----------
    kind : {"events", "superevents"}
        Which of the two.
    id : str
        The id it goes by.
    folder : str
        Where the store keeps it.
    """

    def __init__(self, kind: str, name: str, folder: str) -> None:
        self.kind, self.id, self.folder = kind, name, folder

    @property
    def path(self) -> str:
        """Its path below the API base."""
        return f"{self.kind}/{quote(self.id, safe='')}/"

    @property
    def log_path(self) -> str:
        """The path of its log."""
        return f"{self.path}{'log' if self.kind == 'events' else 'logs'}/"


class Reader:
    """Reads a store through the application, as a user who is in every group."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._application = Application(store, "2.36")  # which has all there is to see
        name, groups = store.read(lambda view: (view.settings.user, view.vocabulary.user_groups))
        self._identity = Identity(name, tuple(groups))

    def find(self, asked: str) -> Found:
        """Give the object with an id: graceid, content id, superevent id or GW id.

        Raises
        ------
        CommandError
            If there is none; the message says what there is.
        """

        def find(view: View) -> Found | None:
            event: Event | None = view.find_event(asked)
            if event is not None and not event.reserved:
                return Found("events", event.graceid, layout.event_folder(event.graceid))
            one: Superevent | None = view.find_superevent(asked)
            if one is None:
                return None
            return Found("superevents", one.id, layout.superevent_folder(one.superevent_id))

        found = self.store.read(find)
        if found is None:
            raise CommandError(self._missing(asked))
        return found

    def _missing(self, asked: str) -> str:
        event = parse_graceid(asked) is not None or is_content_id(asked)
        kind = "event" if event else "superevent"
        found = self.page(f"{kind}s", "", "", 0, _MOST_NAMED)
        names = [_id(one) for one in found[1]]
        there = counted(found[0], kind)
        if names:
            more = ", ..." if found[0] > len(names) else ""
            there += f": {', '.join(names)}{more}"
        return f"no {kind} {asked} in {self.store.path} ({there})"

    def json(self, path: str, **asked: Any) -> Any:
        """Give the JSON at a path below the API base.

        Raises
        ------
        CommandError
            If the answer is an error.
        """
        response = self._get(path, asked)
        assert isinstance(response.body, bytes)
        return json.loads(response.body)

    def page(
        self, kind: str, query: str, sort: str, start: int, count: int
    ) -> tuple[int, list[dict[str, Any]]]:
        """Give how many there are, and a page of them."""
        asked = {"query": query, "sort": sort, "start": start, "count": count}
        data = self.json(f"{kind}/", **{key: value for key, value in asked.items() if value != ""})
        return int(data["numRows"]), data[kind]

    def all(
        self, kind: str, query: str, sort: str, most: int | None, tell: Callable[[int, int], object]
    ) -> tuple[int, list[dict[str, Any]]]:
        """Give how many there are, and the first so many of them; `tell` hears how far it is."""
        rows: list[dict[str, Any]] = []
        while True:
            count = _PAGE if most is None else min(_PAGE, most - len(rows))
            # a page of one tells the total where none is wanted
            total, page = self.page(kind, query, sort, len(rows), max(count, 1))
            rows += page[:count]
            if not page or count < _PAGE or len(rows) >= total:
                return total, rows
            tell(len(rows), total)

    def content(self, found: Found, name: str) -> Iterator[bytes]:
        """Give the bytes of a file, piece by piece; its name may have a version."""
        response = self._get(f"{found.path}files/{quote(name, safe=',')}", {}, missing=True)
        if response.status == 404:
            raise CommandError(self._no_file(found, name))
        if isinstance(response.body, Blob):
            with response.body.stream as stream:
                while piece := stream.read(1 << 20):
                    yield piece
        else:
            yield response.body

    def _no_file(self, found: Found, name: str) -> str:
        files = self.store.read(lambda view: list(view.files(found.folder)))
        names = list(dict.fromkeys(file.name for file in files))
        there = ", ".join(names) if names else "it has none"
        bare, comma, _ = name.rpartition(",")
        if comma and bare in names:
            versions = ", ".join(str(file.version) for file in files if file.name == bare)
            if any(name == f"{bare},{file.version}" for file in files if file.name == bare):
                return self._lost(found, name)
            return f"{bare} of {found.id} has no such version as {name} ({versions})"
        if name in names:
            return self._lost(found, name)
        return f"no file {name} of {found.id} ({there})"

    def _lost(self, found: Found, name: str) -> str:
        return (
            f"the bytes of {name} of {found.id} are missing in {self.store.path / found.folder}: "
            "`fakegracedb store check` tells what else is"
        )

    def _get(self, path: str, asked: dict[str, Any], *, missing: bool = False) -> Response:
        query = f"?{urlencode(asked)}" if asked else ""
        headers = {"User-Agent": "fakegracedb"}
        request = Request("GET", f"{_BASE}{path}{query}", headers, identity=self._identity)
        response = self._application.handle(request)
        if response.status >= 400 and not (missing and response.status == 404):
            assert isinstance(response.body, bytes)  # only files are anything else
            raise CommandError(
                f"the store answers {response.status}: {said_text(response.body.decode())}"
            )
        return response


def _id(row: dict[str, Any]) -> str:
    return str(row.get("graceid") or row.get("superevent_id"))
