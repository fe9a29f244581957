"""Run the query cases of a file against the fake, through the client.

    python tests/query_cases.py FILE

The file is of the format of ``tests/data/query-cases.json``: it brings its own vocabulary, users,
events and superevents, and the time at which the clock stands. A line is printed for each case that
differs, and how many agree; the exit status is 1 if any differs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ligo.gracedb.exceptions import HTTPError

from fakegracedb import FakeGraceDb, NotFaked
from fakegracedb.clock import iso_text, parse_time
from fakegracedb.documents import Event, Label, Superevent, User
from fakegracedb.documents.events import INSIDERS
from fakegracedb.identifiers import superevent_key
from fakegracedb.query.fields import SUB_TABLES
from fakegracedb.query.structured import is_structured
from fakegracedb.store import Store
from fakegracedb.vocabulary import DEFAULT, Vocabulary

__all__ = ["Case", "cases", "populate", "run"]

_CODES = {"Production": "P", "Test": "T", "MDC": "M"}
_EVENT_RIGHTS = {group: ["view", "change"] for group in INSIDERS}
_EXPOSED = {"lvem_observers": ["view", "annotate"], "public_users": ["view"]}
_KEYS = {
    (table.member, column.name): column.key
    for table in SUB_TABLES
    for column in table.columns.values()
    if column.key
}

#: Id of a case, and what runs it: gives what differs, an empty text if nothing does.
Case = tuple[str, Callable[[FakeGraceDb], str]]


# The population


def populate(store: Store, data: dict[str, Any]) -> None:
    """Load what the cases of a file look for into an empty store."""
    store.bulk_load(
        [
            vocabulary(data["vocabulary"]),
            *(
                User(name=name, last_name=one["last_name"], groups=INSIDERS)
                for name, one in data["users"].items()
            ),
            *map(event, data["events"]),
            *map(superevent, data["superevents"]),
        ]
    )
    store.clock.set(parse_time(data["now"]))


def vocabulary(names: dict[str, list[str]]) -> Vocabulary:
    """Give a vocabulary of just these names; those that there are anyway stay what they are."""
    known = DEFAULT.to_json()
    entries = {
        table: {one["name"]: one for one in known[table]} for table in ("pipelines", "labels")
    }
    return DEFAULT.overridden(
        {
            table: [entries.get(table, {}).get(name, name) for name in some]
            for table, some in names.items()
        }
    )


def event(data: dict[str, Any]) -> Event:
    """Give the document of an event."""
    created, submitter = iso_text(parse_time(data["created"])), data["submitter"]
    plain = ("group", "pipeline", "search", "offline", "gpstime", "instruments", "nevents", "far")
    return Event(
        graceid=data["graceid"],
        submitter=submitter,
        created=created,
        **{name: data[name] for name in plain},
        likelihood=data["likelihood"],
        labels=tuple(Label(name, submitter, created) for name in data["labels"]),
        extra_attributes={
            member: [row(member, one) for one in found]
            if isinstance(found, list)
            else row(member, found)
            for member, found in data["extra_attributes"].items()
        },
        superevent=data["superevent"],
        replay_id=data.get("replay_id"),
        permissions=_EVENT_RIGHTS,
    )


def row(member: str, columns: dict[str, Any]) -> dict[str, Any]:
    """Give a member of `extra_attributes`; cases call its keys as queries do."""
    found: dict[str, Any] = {}
    for name, value in columns.items():
        if value is not None:
            *folders, last = _KEYS.get((member, name), (name,))
            inside = found
            for folder in folders:
                inside = inside.setdefault(folder, {})
            inside[last] = value
    return found


def superevent(data: dict[str, Any]) -> Superevent:
    """Give the document of a superevent; its serial number is counted."""
    created, submitter = iso_text(parse_time(data["created"])), data["submitter"]
    gw_id = data["gw_id"]
    plain = ("t_start", "t_0", "t_end", "preferred_event", "gw_id", "is_gw")
    return Superevent(
        superevent_id=data["default_superevent_id"],
        category=_CODES[data["category"]],
        submitter=submitter,
        created=created,
        serial=0,
        **{name: data[name] for name in plain},
        gw_number=None if gw_id is None else _gw_number(gw_id),
        gw_events=tuple(data["gw_events"]),
        em_events=tuple(data["em_events"]),
        labels=tuple(Label(name, submitter, created) for name in data["labels"]),
        permissions=_EXPOSED if data["is_exposed"] else {},
    )


def _gw_number(gw_id: str) -> int:
    """Give which of its day a confirmed superevent is: the letters count as those of other ids."""
    prefix, _, rest = gw_id.partition("GW")
    return superevent_key(f"{prefix}S{rest.lower()}")[2]


# The cases


def cases(data: dict[str, Any]) -> Iterator[Case]:
    """Give the cases of a file."""
    for case in data["event_queries"]:
        yield case["id"], lambda client, case=case: _text(client, case, "event")
    for case in data["superevent_queries"]:
        yield case["id"], lambda client, case=case: _text(client, case, "superevent")
    for case in data["v2_queries"]:
        yield case["id"], lambda client, case=case: _structured(client, case)


def _text(client: FakeGraceDb, case: dict[str, Any], kind: str) -> str:
    try:
        found = _listed(client, kind, case["query"], case.get("orderby"))
    except HTTPError as error:
        return _refused(case, error)
    return _compared(case, found)


def _structured(client: FakeGraceDb, case: dict[str, Any]) -> str:
    """Run a case of the structured language, in the URL and in the body."""
    kind, query = case["object_type"], case["query"]
    text = query if isinstance(query, str) else json.dumps(query)
    ways = {
        "GET": lambda: _listed(client, kind, text, case.get("orderby")),
        "POST": lambda: _posted(client, kind, text, case.get("orderby")),
    }
    told = []
    for name, ask in ways.items():
        try:
            differs = _compared(case, ask())
        except HTTPError as error:
            differs = _refused(case, error)
        if differs:
            told.append(f"{name}: {differs}")
    return "; ".join(told)


def _listed(client: FakeGraceDb, kind: str, query: str, orderby: Any) -> list[str]:
    ask = client.events if kind == "event" else client.superevents
    return [_id(one) for one in ask(query, orderby=orderby)]


def _posted(client: FakeGraceDb, kind: str, text: str, orderby: Any) -> list[str]:
    """POST a query and follow the links; a text that is not structured has to be in the URL."""
    url = f"{client._service_url.rstrip('/')}/{kind}s/search/"
    parameters = {"sort": orderby if isinstance(orderby, str) else ",".join(orderby or ())}
    body = text.encode() if is_structured(text) else b""
    if not body:
        parameters["query"] = text
    headers = {"Content-Type": "application/json"}
    page = client.post(url, params=parameters, data=body, headers=headers).json()
    found = [_id(one) for one in page[f"{kind}s"]]
    while page["links"]["next"]:
        page = client.get(page["links"]["next"]).json()
        found += [_id(one) for one in page[f"{kind}s"]]
    return found


def _id(one: dict[str, Any]) -> str:
    """Give the id that an object goes by: that of a confirmed superevent is only in its links."""
    return str(one["graceid"] if "graceid" in one else one["links"]["self"].split("/")[-2])


def _compared(case: dict[str, Any], found: list[str]) -> str:
    """Say how an answer differs from what is expected; empty if it does not."""
    if case.get("error"):
        return f"finds {' '.join(found) or 'nothing'} and should be refused"
    expected = case["expect"]
    if case.get("ordered"):
        if found == expected:
            return ""
        return f"finds {' '.join(found)} and should find {' '.join(expected)}"
    twice = sorted({one for one in found if found.count(one) > 1})
    lacks, more = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    sides = {"lacks": lacks, "finds": more, "finds twice": twice}
    return ", ".join(f"{how} {' '.join(ids)}" for how, ids in sides.items() if ids)


def _refused(case: dict[str, Any], error: HTTPError) -> str:
    """Say how a refusal differs from what is expected."""
    if not case.get("error"):
        return f"is refused: {error.text}"
    if not 400 <= error.status_code < 500:
        return f"is refused with status {error.status_code}"
    if "object_type" not in case:
        return ""
    body = error.response.json()
    message = body.get("message", "")
    expected = {"error": "invalid_query", "path": case["path"], "version": "2"}
    if "message" in case:
        expected["message"] = case["message"]
    elif not message.startswith(case["message_prefix"]):
        expected["message"] = case["message_prefix"] + "…"
    wrong = {name: body.get(name) for name, value in expected.items() if body.get(name) != value}
    if error.status_code != 400:
        wrong["status"] = error.status_code
    return f"is refused with {wrong}" if wrong else ""


def run(path: Path, tell: Callable[[str], None] = print) -> tuple[int, int]:
    """Run all cases of a file; give how many agree, and how many there are."""
    data = json.loads(path.read_text(encoding="utf-8"))
    agree = total = 0
    with Store.temporary() as store:
        populate(store, data)
        with FakeGraceDb(store=store, waits="skip") as client:
            for name, differs in cases(data):
                total += 1
                try:
                    told = differs(client)
                except NotFaked as error:
                    told = f"is not faked: {error}"
                if told:
                    tell(f"{name} {told}")
                else:
                    agree += 1
    tell(f"query-cases: {agree} of {total} agree")
    return agree, total


def main(arguments: list[str]) -> int:
    """Run the files named; give the exit status."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    results = [run(Path(path)) for path in arguments]
    return int(any(agree < total for agree, total in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
