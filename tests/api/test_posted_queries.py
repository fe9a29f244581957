"""Structured queries, in the URL of a list and in the body of a search; texts in a search too."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from fakegracedb.documents import Event

if TYPE_CHECKING:
    from conftest import Api, Server

STRUCTURED = ("default", "v2", "2.33/v2")  # bases
OTHERS = ("v1", "2.33", "2.33/v1")
EVENTS, SUPEREVENTS = "events/search/", "superevents/search/"
with contextlib.suppress(ImportError):
    import yaml  # noqa: F401 - pyfakefs forgets what is first loaded in it; this cannot be again

YAML = ("application/yaml", "application/x-yaml", "text/yaml")


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


TESTS = leaf("group", "=", "test")
FIRST = leaf("id", "in", ["T0001", "G0003"])


@pytest.fixture(params=STRUCTURED)
def base(request: pytest.FixtureRequest, server: Server) -> Api:
    """Give each base that takes structured queries, with T0001, T0002, G0003 and M0004."""
    api = server.at(request.param)
    for fields in ({}, {}, {"group": "CBC"}, {"group": "CBC", "search": "MDC"}):
        api.create(b"nothing", pipeline="X", **fields)
        server.store.clock.advance(60)
    return api


@pytest.fixture(params=STRUCTURED)
def pair(request: pytest.FixtureRequest, server: Server) -> Api:
    """Give each base that takes structured queries, with TS260301a and S260301a."""
    api = server.at(request.param)
    api.candidate("T")
    server.store.clock.advance(60)
    api.candidate("P")
    return api


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    page = answer.json()
    names = [one.get("graceid") or one["superevent_id"] for one in page[list(page)[1]]]
    assert page["numRows"] >= len(names)
    return names


def told(answer: Any) -> str:
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert list(body) == ["error", "message", "path", "version"]
    assert (body["error"], body["version"]) == ("invalid_query", "2")
    return str(body["message"])


# In the URL


def test_list_of_events_takes_a_structured_query(base: Api) -> None:
    for text in (json.dumps(TESTS), f"\n  {json.dumps({'object_type': 'event', 'query': TESTS})}"):
        answer = base.get(f"events/?{urlencode({'query': text})}")
        assert ids(answer) == ["T0002", "T0001"]
        assert answer.json()["numRows"] == 2
    answer = base.get(f"events/?{urlencode({'query': json.dumps(leaf('far', '<', 1))})}")
    assert ids(answer) == []
    # names that reveal nothing: neither tests nor mock data
    answer = base.get(f"events/?{urlencode({'query': json.dumps(leaf('pipeline', '=', 'X'))})}")
    assert ids(answer) == ["G0003"]


def test_list_of_superevents_takes_a_structured_query(pair: Api) -> None:
    query = json.dumps(leaf("category", "in", ["test", "mdc"]))
    assert ids(pair.get(f"superevents/?{urlencode({'query': query})}")) == ["TS260301a"]


def test_pages_of_a_structured_query_keep_it(base: Api) -> None:
    query = urlencode({"query": json.dumps(TESTS), "count": 1})
    page = base.json(f"events/?{query}")
    assert [one["graceid"] for one in page["events"]] == ["T0002"]
    following = base.get(page["links"]["next"])
    assert ids(following) == ["T0001"]
    assert following.json()["links"]["next"] is None
    assert ids(base.get(following.json()["links"]["previous"])) == ["T0002"]


def test_wrong_structured_query_in_the_url(base: Api) -> None:
    answer = base.get("events/?query=%7Bfar+%3C+1e-7")
    assert told(answer) == (
        "Could not parse query body: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)"
    )
    assert told(base.get("events/?query=[1]")) == "Query body must be a JSON/YAML object."
    assert told(base.get("superevents/?query=%7B%7D")).endswith("key. Got: []")


@pytest.mark.parametrize("name", OTHERS)
def test_other_bases_take_it_for_a_text(server: Server, name: str) -> None:
    api = server.at(name)
    query = urlencode({"query": json.dumps(TESTS)})
    answer = api.get(f"events/?{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query"})
    answer = api.get(f"superevents/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]


def test_texts_are_taken_where_structured_queries_are(base: Api) -> None:
    assert ids(base.get("events/?query=group:+Test")) == ["T0002", "T0001"]
    assert ids(base.get("events/?query=T2")) == ["T0002"]


def test_client_sends_a_structured_query_as_text(base: Api, server: Server) -> None:
    client = server.client(base.base)
    assert [one["graceid"] for one in client.events(json.dumps(FIRST))] == ["G0003", "T0001"]
    assert [one["graceid"] for one in client.events(json.dumps(FIRST), orderby="id")] == [
        *("T0001", "G0003")
    ]
    assert client.num_events(json.dumps(TESTS)) == 2


# In the body


def test_search_takes_json(base: Api) -> None:
    assert ids(base.post(EVENTS, json=TESTS)) == ["T0002", "T0001"]
    whole = {"object_type": "event", "query": FIRST}
    assert ids(base.post(EVENTS, json=whole)) == ["G0003", "T0001"]
    assert ids(base.post(EVENTS.removesuffix("/"), json=FIRST)) == ["G0003", "T0001"]
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert ids(base.post(EVENTS, data=json.dumps(FIRST), headers=headers)) == ["G0003", "T0001"]


def test_search_of_superevents_takes_json(pair: Api) -> None:
    query = leaf("category", "!=", "MDC")
    assert ids(pair.post(SUPEREVENTS, json=query)) == ["S260301a", "TS260301a"]
    whole = {"object_type": "superevent", "query": leaf("preferred_event.group", "=", "cbc")}
    assert ids(pair.post(SUPEREVENTS, json=whole)) == ["S260301a"]


@pytest.mark.parametrize("kind", YAML)
def test_search_takes_yaml(base: Api, kind: str) -> None:
    pytest.importorskip("yaml")
    text = """
    query:
      and:
      - {field: group, op: "=", value: Test}
      - not: {field: id, op: "=", value: t0001}
    """
    headers = {"Content-Type": f"{kind}; charset=utf-8"}
    assert ids(base.post(EVENTS, data=text, headers=headers)) == ["T0002"]
    assert told(base.post(EVENTS, data="1: 2", headers=headers)).endswith("Got: [1]")
    assert told(base.post(EVENTS, data="{", headers=headers)).startswith(
        "Could not parse query body: while parsing"
    )


@pytest.mark.parametrize("kind", YAML)
def test_without_pyyaml_the_answer_names_the_extra(
    base: Api, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    for path in (EVENTS, SUPEREVENTS):
        answer = base.post(path, data="a: 1", headers={"Content-Type": kind})
        assert answer.status_code == 415
        assert answer.json() == {
            "detail": f'Unsupported media type "{kind}" in request: YAML needs PyYAML. '
            "Install fakegracedb[yaml], or send JSON."
        }


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""],
)
def test_body_of_another_type_is_refused(base: Api, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    for path in (EVENTS, SUPEREVENTS):
        answer = base.post(path, data=json.dumps(TESTS).encode(), headers=headers)
        assert answer.status_code == 415
        assert answer.json() == {"detail": f'Unsupported media type "{kind}" in request.'}


def test_without_a_query_everything_is_found(base: Api) -> None:
    everything = ["M0004", "G0003", "T0002", "T0001"]
    assert ids(base.post(EVENTS)) == everything
    assert ids(base.post(f"{EVENTS}?query=")) == everything
    headers = {"Content-Type": "application/json"}
    assert ids(base.post(EVENTS, data=" \n", headers=headers)) == everything
    assert ids(base.post(EVENTS, data=b"", headers={"Content-Type": "text/plain"})) == everything


def test_without_a_query_every_superevent_is_found(pair: Api) -> None:
    assert ids(pair.post(SUPEREVENTS)) == ["S260301a", "TS260301a"]


def test_query_in_the_url_counts_without_a_body(base: Api) -> None:
    assert ids(base.post(f"{EVENTS}?query=group:+Test")) == ["T0002", "T0001"]
    query = urlencode({"query": json.dumps(FIRST)})
    assert ids(base.post(f"{EVENTS}?{query}")) == ["G0003", "T0001"]
    answer = base.post(f"{EVENTS}?query=far+%3C")
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query"})


def test_body_wins_over_the_url(base: Api) -> None:
    assert ids(base.post(f"{EVENTS}?query=G0003", json=TESTS)) == ["T0002", "T0001"]
    assert ids(base.post(f"{EVENTS}?query=far+%3C", json=TESTS)) == ["T0002", "T0001"]


def test_order_and_page_are_in_the_url(base: Api) -> None:
    everything = leaf("id", "startswith", "")
    assert ids(base.post(f"{EVENTS}?sort=created", json=everything))[0] == "T0001"
    assert ids(base.post(f"{EVENTS}?sort=id&start=1&count=2", json=everything)) == [
        *("T0002", "G0003")
    ]
    answer = base.post(f"{EVENTS}?sort=nothing", json=everything)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_order_of_superevents_is_in_the_url(pair: Api) -> None:
    query = leaf("id", "startswith", "")
    assert ids(pair.post(f"{SUPEREVENTS}?sort=created", json=query)) == ["TS260301a", "S260301a"]
    assert ids(pair.post(f"{SUPEREVENTS}?sort=created&start=1", json=query)) == ["S260301a"]


def test_page_is_that_of_the_list(base: Api) -> None:
    posted = base.post(f"{EVENTS}?count=1&start=1&sort=id&query=G0003", json=TESTS)
    text = json.dumps(TESTS, separators=(",", ":"))
    query = urlencode([("count", "1"), ("start", "1"), ("sort", "id"), ("query", text)])
    assert posted.json() == base.json(f"events/?{query}")
    assert posted.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", [EVENTS, SUPEREVENTS])
def test_all_links_of_a_search_can_be_followed(pair: Api, path: str) -> None:
    query = leaf("id", "startswith", "")
    answer = pair.post(f"{path}?count=1&sort=-created", json=query)
    found = ids(answer)
    while url := answer.json()["links"]["next"]:
        for link in filter(None, answer.json()["links"].values()):
            assert pair.get(link).status_code == 200
        answer = pair.get(url)
        found += ids(answer)
    assert len(found) == 2
    assert found == ids(pair.post(path, json=query))
    # also without a query
    answer = pair.post(f"{path}?count=1")
    assert ids(pair.get(answer.json()["links"]["self"])) == ids(answer)
    assert ids(pair.get(answer.json()["links"]["next"])) == found[1:]


def test_search_gives_columns_as_the_list_does(base: Api) -> None:
    answer = base.post(f"{EVENTS}?format=tsv", json=TESTS)
    assert answer.headers["Content-Type"] == "text/tab-separated-values; charset=utf-8"
    assert [line.split("\t")[0] for line in answer.text.splitlines()] == [
        *("#graceid", "T0002", "T0001")
    ]


# Refusals


def test_wrong_query_is_refused_in_the_servers_words(base: Api) -> None:
    answer = base.post(EVENTS, json={"and": [TESTS, {"or": [leaf("far", "<", "x")]}]})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_query",
        "message": "Expected a number, got str (at and[1].or[0])",
        "path": ["and", 1, "or", 0],
        "version": "2",
    }
    spaced = ", " if base.v2 else ","
    assert f'"invalid_query"{spaced}"message"' in answer.text


def test_body_that_is_no_query_is_refused(base: Api) -> None:
    headers = {"Content-Type": "application/json"}
    for body, message in (
        ("{}", "Node must have 'field' (leaf), 'and', 'or', or 'not' key. Got: []"),
        ("[]", "Query body must be a JSON/YAML object."),
        ("null", "Query body must be a JSON/YAML object."),
        ('"group: Test"', "Query body must be a JSON/YAML object."),
        ("group: Test", "Could not parse query body: Expecting value: line 1 column 1 (char 0)"),
    ):
        assert told(base.post(EVENTS, data=body, headers=headers)) == message
    assert told(base.post(EVENTS, data=b"\xff", headers=headers)).startswith("Could not parse")
    deep = '{"not":' * 50_000
    assert told(base.post(EVENTS, data=deep, headers=headers)).startswith("Could not parse")


def test_query_that_fails_in_the_search_is_refused(pair: Api) -> None:
    for path in (EVENTS, SUPEREVENTS):
        answer = pair.post(path, json=leaf("runid", "=", "o3"))
        assert answer.json()["path"] is None
        assert told(answer) == "Query execution failed: no run is spelled 'o3': write 'O3'"


def test_query_for_the_other_kind_is_refused(base: Api) -> None:
    for path, kind, other in (
        (EVENTS, "event", "superevent"),
        (SUPEREVENTS, "superevent", "event"),
    ):
        answer = base.post(path, json={"object_type": other, "query": TESTS})
        assert answer.json()["path"] == "object_type"
        assert told(answer) == (
            f"object_type '{other}' does not match this endpoint (expected '{kind}')."
        )


@pytest.mark.parametrize("name", OTHERS)
def test_other_bases_have_no_search(server: Server, name: str) -> None:
    api = server.at(name)
    for path in (EVENTS, SUPEREVENTS):
        for method in ("POST", "GET"):
            answer = api.request(method, path, json=TESTS)
            assert answer.status_code == 404
            assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", STRUCTURED)
def test_search_is_only_posted(server: Server, name: str) -> None:
    api = server.at(name)
    for path in (EVENTS, SUPEREVENTS):
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = api.request(method, path)
            assert answer.status_code == 405
            assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
            assert answer.headers["Allow"] == "POST, OPTIONS"
        assert api.request("OPTIONS", path).status_code == 200


@pytest.mark.parametrize("name", STRUCTURED)
def test_search_needs_a_login(server: Server, name: str) -> None:
    nobody = server.at(name, None)
    for path in (EVENTS, SUPEREVENTS):
        for options in ({"json": TESTS}, {"data": b"{", "headers": {"Content-Type": "text/plain"}}):
            answer = nobody.post(path, **options)
            assert answer.status_code == 403
            assert answer.json() == {"detail": "Authentication credentials were not provided."}


def test_list_of_superevents_needs_no_login(pair: Api, server: Server) -> None:
    nobody = server.at(pair.base, None)
    query = urlencode({"query": json.dumps(leaf("id", "startswith", ""))})
    assert ids(nobody.get(f"superevents/?{query}")) == []
    path = "superevents/S260301a/permissions/modify/"
    manager = server.at(
        pair.base, "m", ("internal_users", "superevent_managers", "access_managers")
    )
    assert manager.post(path, data={"action": "expose"}).status_code == 200
    assert ids(nobody.get(f"superevents/?{query}")) == ["S260301a"]


def test_users_find_what_they_may_see(base: Api, server: Server) -> None:
    partner = server.at(base.base, "partner@ligo.org", ("lvem_users",))
    everything = leaf("id", "startswith", "")
    assert ids(partner.post(EVENTS, json=everything)) == ["M0004"]
    assert ids(partner.post(EVENTS, json=TESTS)) == []


def test_far_below_the_floor_is_refused_to_outsiders(base: Api, server: Server) -> None:
    names = server.store.vocabulary
    server.store.vocabulary = names.overridden({"settings": {"voevent_far_floor_hz": 1e-9}})
    outsider = server.at(base.base, "partner@ligo.org", ("lvem_users",))
    for op, value, refused in (("<", 1e-10, True), ("between", [0, 1e-10], True), (">", 0, False)):
        query = leaf("far", op, value)
        in_url = f"events/?{urlencode({'query': json.dumps({'not': query})})}"
        for answer in (outsider.post(EVENTS, json=query), outsider.get(in_url)):
            assert answer.status_code == (400 if refused else 200), answer.text
            assert ("upper limit must be below 1e-09" in answer.text) == refused
        assert base.post(EVENTS, json=query).status_code == 200


def test_conditions_joined_hold_for_one_row_also_where_a_value_is_missing(server: Server) -> None:
    api = server.at("default")
    for number, rows in (
        (1, [("H1", None), ("L1", 9.0)]),
        (2, [("L1", None), ("H1", 9.0)]),
        (3, [("H1", 8.0), ("L1", 9.0)]),
        (4, []),
    ):
        table = [{"ifo": ifo, "snr": snr} for ifo, snr in rows]
        server.store.bulk_load(
            [
                Event(
                    f"G000{number}",
                    *("ada", f"2026-03-01T17:00:0{number}.000000Z", "CBC", "gstlal"),
                    extra_attributes={"SingleInspiral": table},
                    permissions={"internal_users": ["view"]},
                )
            ]
        )

    def found(tree: Any) -> list[str]:
        return sorted(ids(api.post(EVENTS, json={"query": tree})))

    null, there = (leaf("si.snr", "is_null", value) for value in (True, False))
    of_l1 = leaf("si.ifo", "=", "L1")
    assert found(null)[:2] == ["G0001", "G0002"]
    assert "G0003" not in found(null)
    assert found({"and": [null, of_l1]}) == ["G0002"]
    assert found({"and": [there, of_l1]}) == ["G0001", "G0003"]
    # what is negated holds for no row at all
    assert found({"and": [of_l1, {"not": there}]}) == []
    assert found({"or": [{"and": [null, of_l1]}, leaf("si.snr", "=", 8)]}) == ["G0002", "G0003"]
