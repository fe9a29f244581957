"""Catalogs of gravitational waves: versions, what they list, pages, and who may create them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ligo.gracedb.exceptions import HTTPError

from fakegracedb.schemas import problems

if TYPE_CHECKING:
    from conftest import Api, Server

NOT_FOUND = {"detail": "Not found."}
DETAIL = {"detail": "You do not have permission to perform this action."}
NOBODY = {"detail": "Authentication credentials were not provided."}
SID, OTHER = "TS240523a", "TS240523b"
PASTRO = {"Terrestrial": 0.02, "BBH": 0.98, "BNS": 0}


@pytest.fixture(autouse=True)
def _superevents(server: Server) -> None:
    """Make two superevents: one of T0001 (gstlal) and T0002 (pycbc), one of T0003 (MBTA)."""
    api = server.at("v1")
    for pipelines in (("gstlal", "pycbc"), ("MBTA",)):
        events = [api.create(pipeline=pipeline)["graceid"] for pipeline in pipelines]
        times = {"t_start": 1400543999, "t_0": 1400544000, "t_end": 1400544001}
        data = {"category": "T", "preferred_event": events[0], "events": events[1:], **times}
        assert api.post("superevents/", json=data).status_code == 201


def entry(*, far: Any = 1.8e-10, pastro: Any = PASTRO, **pipelines: Any) -> dict[str, Any]:
    """Give what a catalog says of a superevent."""
    return {"pipelines": pipelines or {"gstlal": "T0001"}, "far": far, "pastro": pastro}


def send(api: Api, smap: Any, number: Any = "4a", **more: Any) -> Any:
    return api.post("gwtc/", json={"number": number, "smap": smap, **more})


def make(api: Api, smap: Any = None, number: str = "4a", **more: Any) -> Any:
    answer = send(api, {SID: entry()} if smap is None else smap, number, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


# Creation


def test_answer_has_these_keys_in_this_order(api: Api) -> None:
    smap = {SID: entry(gstlal="T0001", pycbc="T0002"), OTHER: entry(far=None, pastro=None,
            MBTA="T0003")}  # fmt: skip
    make(api)
    answer = send(api, smap, comment=None)
    assert answer.status_code == 201
    made = answer.json()
    assert list(made.items()) == [
        ("number", "4a"),
        ("version", 2),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("submitter", "albert.einstein@ligo.org"),
        ("url", f"{api.url}gwtc/4a/2/"),
        (
            "gwtc_superevents",
            {
                SID: {
                    "pipelines": {"gstlal": "T0001", "pycbc": "T0002"},
                    "far": 1.8e-10,
                    "pastro": PASTRO,
                },
                OTHER: {"pipelines": {"MBTA": "T0003"}, "far": None, "pastro": None},
            },
        ),
        ("comment", ""),
    ]
    assert answer.headers["Location"] == made["url"]
    assert api.json(made["url"]) == made


def test_what_came_last_is_listed_first(api: Api, server: Server) -> None:
    smap = {SID: entry(gstlal="T0001", pycbc="T0002"), OTHER: entry(MBTA="T0003")}
    url = make(api, smap)["url"]
    server.store.compact()  # also after it was read from disk again
    listed = api.json(url)["gwtc_superevents"]
    assert list(listed) == [OTHER, SID]
    assert list(listed[SID]) == ["pipelines", "far", "pastro"]
    assert list(listed[SID]["pipelines"]) == ["pycbc", "gstlal"]
    assert list(listed[SID]["pastro"]) == list(PASTRO)


def test_versions_are_counted_for_each_number(api: Api) -> None:
    made = [make(api, number=number) for number in ("4", "4a", "4", "4A", "4")]
    assert [one["version"] for one in made] == [1, 1, 2, 1, 3]


def test_superevents_may_be_named_by_either_id_and_are_listed_by_the_current_one(api: Api) -> None:
    url = make(api)["url"]
    assert list(api.json(url)["gwtc_superevents"]) == [SID]
    confirmed = api.post(f"superevents/{SID}/confirm-as-gw/").json()["gw_id"]
    assert list(api.json(url)["gwtc_superevents"]) == [confirmed]
    for asked in (SID, confirmed):
        assert list(make(api, {asked: entry()})["gwtc_superevents"]) == [confirmed]


def test_events_are_listed_by_their_graceids(api: Api) -> None:
    made = make(api, {SID: entry(gstlal="G1", pycbc="T02")})
    assert made["gwtc_superevents"][SID]["pipelines"] == {"pycbc": "T0002", "gstlal": "T0001"}


def test_nothing_else_changes(api: Api) -> None:
    before = api.json(f"superevents/{SID}/"), api.json(f"superevents/{SID}/logs/")
    events = api.comments("T0001"), api.json("events/T0001")
    make(api)
    assert (api.json(f"superevents/{SID}/"), api.json(f"superevents/{SID}/logs/")) == before
    assert (api.comments("T0001"), api.json("events/T0001")) == events


def test_catalog_may_be_empty_and_say_more(api: Api) -> None:
    made = make(api, {}, comment="  checked ", more=1)
    assert (made["gwtc_superevents"], made["comment"]) == ({}, "checked")
    made = make(api, {SID: {**entry(), "pipelines": {}, "more": [1]}})
    assert made["gwtc_superevents"][SID] == {"pipelines": {}, "far": 1.8e-10, "pastro": PASTRO}


def test_falsy_values_pass(api: Api) -> None:
    for far, kept in ((0, 0.0), (5, 5.0), ("", None), ([], None), ({}, None)):
        made = make(api, {SID: entry(far=far)})
        assert made["gwtc_superevents"][SID]["far"] == kept
    for pastro, held in (({}, {}), (0, None), ("", None), (False, None)):
        made = make(api, {SID: entry(pastro=pastro)})
        assert made["gwtc_superevents"][SID]["pastro"] == held


def test_forms_bring_json_as_text(api: Api) -> None:
    data = {"number": "4a", "smap": json.dumps({SID: entry()}), "comment": "x"}
    for answer in (
        api.post("gwtc/", data=data),
        api.post("gwtc/", files={name: (None, text) for name, text in data.items()}),
    ):
        assert answer.status_code == 201
        assert answer.json()["gwtc_superevents"] == make(api)["gwtc_superevents"]
        assert answer.json()["comment"] == "x"
    for smap in ("{", "NaN", "", "[" * 10**5):
        answer = api.post("gwtc/", data={"number": "4a", "smap": smap})
        assert (answer.status_code, answer.json()) == (400, api.said("Value must be valid JSON."))


# What is refused

LETTERS = "Only letters, numbers, dots, underscores, and hyphens are allowed."
REQUIRED = "This field is required."


@pytest.mark.parametrize("number", ["4", "4a", "4.1-b_C", "a.", "-" * 25, 4, 4.1])
def test_number_is_text_of_these_characters(server: Server, number: Any) -> None:
    made = make(server.at("v2"), number=number)
    assert made["number"] == str(number)
    assert server.at("v2").json(made["url"])["number"] == str(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("4 a", LETTERS),
        ("4/a", LETTERS),
        ("é", LETTERS),
        ("٤", LETTERS),
        ("4\na", LETTERS),
        ("4" * 26, LETTERS),
        ("", "This field may not be blank."),
        (None, "This field may not be null."),
        (["4"], "Not a valid string."),
        (True, "Not a valid string."),
    ],
)
def test_other_numbers_are_refused(api: Api, number: Any, text: str) -> None:
    answer = send(api, {}, number)
    assert (answer.status_code, answer.json()) == (400, api.said(text))
    assert api.json("gwtc/")["count"] == 0


@pytest.mark.parametrize(
    ("smap", "text"),
    [
        (None, "This field may not be null."),
        ([SID], 'Expected a dictionary of items but got type "list".'),
        ("{}", 'Expected a dictionary of items but got type "str".'),
        ({"S240229z": entry()}, "Superevent S240229z was not found in the database."),
        ({"nonsense": 5}, "Superevent nonsense was not found in the database."),
        ({"": 5}, "Superevent  was not found in the database."),
        ({SID.lower(): entry()}, f"Superevent {SID.lower()} was not found in the database."),
        ({SID: {}}, f"superevent key pipelines not found for gwtc_superevent {SID}."),
        ({SID: 5}, f"superevent key pipelines not found for gwtc_superevent {SID}."),
        (
            {SID: {"pipelines": ["T0001"]}},
            f'value corresponding to {SID}["pipelines"] is not a dictionary',
        ),
        (
            {SID: {"pipelines": None}},
            f'value corresponding to {SID}["pipelines"] is not a dictionary',
        ),
        (
            {SID: entry(gstlal="G9999")},
            "Catalog Error: Event G9999 was not found in the database.",
        ),
        (
            {SID: entry(gstlal="E0001")},
            "Catalog Error: Event E0001 was not found in the database.",
        ),
        ({SID: entry(gstlal="xyz")}, "Unable to parse event xyz"),
        ({SID: entry(gstlal="t0001")}, "Unable to parse event t0001"),
        ({SID: entry(gstlal="")}, "Unable to parse event "),
        ({SID: entry(gstlal=1)}, "Unable to parse event 1"),
        ({SID: entry(gstlal=None)}, "Unable to parse event None"),
        (
            {SID: entry(MBTA="T0003")},
            f"Catalog Error: Event T0003 is not part of superevent {SID}.",
        ),
        (
            {SID: entry(pycbc="G0001")},
            "Catalog Error: Pipeline of G0001 (gstlal) does not match the supplied pipeline "
            "(pycbc)",
        ),
        (
            {SID: entry(GSTLAL="T0001")},
            "Catalog Error: Pipeline of T0001 (gstlal) does not match the supplied pipeline "
            "(GSTLAL)",
        ),
        ({SID: {"pipelines": {}}}, f"far not found for superevent {SID}"),
        (
            {SID: entry(far="1e-8", pastro=5)},
            f"far value for {SID} must be null or a valid number, not 1e-8",
        ),
        ({SID: entry(far=[1])}, f"far value for {SID} must be null or a valid number, not [1]"),
        ({SID: {"pipelines": {}, "far": 1}}, f"pastro not found for superevent {SID}"),
        (
            {SID: entry(pastro="x")},
            f"pastro value for {SID} must be null or a valid dictionary, not x",
        ),
        (
            {SID: entry(pastro=[1])},
            f"pastro value for {SID} must be null or a valid dictionary, not [1]",
        ),
        ({SID: entry(), OTHER: 5, "x": 5}, f"superevent key pipelines not found for "
         f"gwtc_superevent {OTHER}."),
    ],
)  # fmt: skip
def test_first_fault_is_told(api: Api, smap: Any, text: str) -> None:
    answer = send(api, smap)
    assert (answer.status_code, answer.json()) == (400, api.said(text))
    assert api.json("gwtc/")["count"] == 0


def test_superevents_of_the_text_go_by_the_id_that_was_sent(api: Api) -> None:
    confirmed = api.post(f"superevents/{SID}/confirm-as-gw/").json()["gw_id"]
    answer = send(api, {confirmed: entry(MBTA="T0003")})
    text = f"Catalog Error: Event T0003 is not part of superevent {confirmed}."
    assert answer.json() == api.said(text)


def test_number_and_smap_are_told_together(api: Api) -> None:
    answer = api.post("gwtc/", json={})
    assert (answer.status_code, answer.json()) == (400, api.said([REQUIRED, REQUIRED]))
    answer = send(api, {"S240229z": 1}, "4 a", comment=[1])
    texts = [LETTERS, "Superevent S240229z was not found in the database.", "Not a valid string."]
    assert (answer.status_code, answer.json()) == (400, api.said(texts))


def nested(levels: int) -> Any:
    value: Any = {"a": 1}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    ["1e999", "-1e999", "1" + "0" * 400, json.dumps(nested(500)), json.dumps([[]] * 10**4),
     '"' + "x" * 10**5 + '"', '"\\ud800"'],
)  # fmt: skip
def test_values_that_no_store_keeps_are_refused(api: Api, value: str) -> None:
    for key in ("far", "pastro"):
        smap = json.dumps({SID: {**entry(), key: "X"}}).replace('"X"', value)
        body = f'{{"number": "4a", "smap": {smap}}}'
        answer = api.post("gwtc/", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert f"{key} value for {SID} must be null or a valid" in answer.text
    assert api.json("gwtc/")["count"] == 0


def test_probabilities_out_of_range_are_refused_and_odd_texts_kept(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    for pastro, status in (
        ('{"a": [1e999]}', 400),
        ('{"a": {"b": -1e999}}', 400),
        (f'{{"a": 1{"0" * 400}}}', 201),
        ('{"\\ud800": "\\u0000"}', 201),
    ):
        smap = f'{{"{SID}": {{"pipelines": {{}}, "far": null, "pastro": {pastro}}}}}'
        body = f'{{"number": "4a", "smap": {smap}}}'
        answer = api.post("gwtc/", data=body, headers=headers)
        assert answer.status_code == status, pastro
        if status == 201:
            kept = api.json("gwtc/4a/latest/")["gwtc_superevents"][SID]["pastro"]
            assert kept == json.loads(pastro)


def test_bodies_that_are_no_json_are_refused(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b'{"number": NaN}', b'{"smap":' * 10**5):
        assert api.post("gwtc/", data=body, headers=headers).status_code == 400
    assert api.post("gwtc/", data=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


# Reading


def test_version_is_a_number_or_the_latest(api: Api) -> None:
    made = [make(api) for _ in range(2)]
    make(api, number="5")
    assert api.json("gwtc/4a/1/") == api.json("gwtc/4a/01") == made[0]
    for latest in ("latest", "LATEST", "Latest", "2"):
        assert api.json(f"gwtc/4a/{latest}/") == made[1]
    for path in ("4a/3", "4a/0", "4a/-1", "4a/+1", "4a/x", "4a/1.0", "4a/٢", "6/1", "6/latest",
                 "4A/1", f"4a/{'9' * 5000}"):  # fmt: skip
        answer = api.get(f"gwtc/{path}/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND), path


def test_newest_catalogs_are_listed_first(api: Api) -> None:
    made = [make(api, number=number) for number in ("4", "4a", "4")]
    whole = {"count": 3, "next": None, "previous": None, "results": made[::-1]}
    assert api.json("gwtc/") == whole
    assert list(api.json("gwtc/")) == ["count", "next", "previous", "results"]
    assert api.json("gwtc/4/") == {**whole, "count": 2, "results": [made[2], made[0]]}


def test_unknown_number_has_no_versions(api: Api) -> None:
    for path in ("gwtc/", "gwtc/4/", "gwtc/a%20b/"):
        none = {"count": 0, "next": None, "previous": None, "results": []}
        assert api.json(path) == none


def test_pages_are_ten_long_and_lead_to_each_other(api: Api) -> None:
    for number in range(23):
        make(api, {}, str(number % 2))
    first = api.json("gwtc/?x=b&a=c")
    assert (first["count"], len(first["results"]), first["previous"]) == (23, 10, None)
    assert first["next"] == f"{api.url}gwtc/?a=c&count=10&start=10&x=b"
    second = api.json(first["next"])
    assert second["previous"] == f"{api.url}gwtc/?a=c&count=10&x=b"
    assert second["next"] == f"{api.url}gwtc/?a=c&count=10&start=20&x=b"
    third = api.json(second["next"])
    assert (len(third["results"]), third["next"]) == (3, None)
    assert third["previous"] == f"{api.url}gwtc/?a=c&count=10&start=10&x=b"
    assert api.json(second["previous"])["results"] == first["results"]
    rows = [*first["results"], *second["results"], *third["results"]]
    assert rows == api.json("gwtc/?count=1000")["results"]
    of_number = api.json("gwtc/1/")
    assert (of_number["count"], of_number["next"]) == (11, f"{api.url}gwtc/1/?count=10&start=10")


def test_offset_need_not_be_a_multiple_of_the_page(api: Api) -> None:
    for _ in range(5):
        make(api, {})
    page = api.json("gwtc/?start=1&count=2")
    assert [one["version"] for one in page["results"]] == [4, 3]
    assert page["previous"] == f"{api.url}gwtc/?count=2"
    assert parse_qs(urlsplit(page["next"]).query) == {"count": ["2"], "start": ["3"]}
    beyond = api.json("gwtc/?start=7&count=2")
    assert (beyond["results"], beyond["count"], beyond["next"]) == ([], 5, None)
    assert beyond["previous"] == f"{api.url}gwtc/?count=2&start=5"


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5", "9" * 5000])
def test_bad_page_counts_as_none(server: Server, text: str) -> None:
    api = server.at("v2")
    for _ in range(12):
        make(api, {})
    for name in ("count", "start"):
        page = api.json(f"gwtc/?{name}={text}")
        assert [one["version"] for one in page["results"]] == list(range(12, 2, -1))


def test_methods_that_change_are_405(api: Api) -> None:
    make(api)
    for path in ("gwtc/", "gwtc/4a/", "gwtc/4a/1/"):
        for method in ("PUT", "PATCH", "DELETE", *(["POST"] if path != "gwtc/" else [])):
            answer = api.request(method, path)
            detail = {"detail": f'Method "{method}" not allowed.'}
            assert (answer.status_code, answer.json()) == (405, detail)


def test_slash_at_the_end_may_be_left_out(api: Api) -> None:
    made = make(api)
    assert api.json("gwtc")["results"] == api.json("gwtc/4a")["results"] == [made]
    assert api.json("gwtc/4a/1") == made


# Who may


def test_only_managers_of_catalogs_create_them(api: Api, server: Server, constants: Any) -> None:
    for group in constants["user-groups"]:
        who = server.at(api.base, "x", (group,))
        if group == "catalog_managers":
            assert make(who)["submitter"] == "x"
            continue
        bad = who.post("gwtc/", data=b"{", headers={"Content-Type": "application/json"})
        for answer in (send(who, {SID: entry()}), bad):
            assert (answer.status_code, answer.json()) == (403, DETAIL), group
    assert api.json("gwtc/")["count"] == 1


def test_everybody_with_a_name_reads_and_nobody_else(api: Api, server: Server) -> None:
    made = make(api)
    for groups in ((), ("lvem_observers",), ("internal_users",)):
        who = server.at(api.base, "x", groups)
        assert who.json("gwtc/4a/latest/") == who.json("gwtc/")["results"][0] == made
    nobody = server.at(api.base, None)
    for answer in (
        *map(nobody.get, ("gwtc/", "gwtc/4a/", "gwtc/4a/1/", "gwtc/5/9/")),
        send(nobody, {}),
        nobody.delete("gwtc/"),
    ):
        assert (answer.status_code, answer.json()) == (403, NOBODY)


# The client


def test_client_creates_and_reads_catalogs(api: Api, server: Server, tmp_path: Any) -> None:
    client = server.client(api.base)
    smap = {SID: entry(gstlal="T0001", pycbc="T0002")}
    made = client.gwtc_create(smap, "4a").json()
    path = tmp_path / "smap.json"
    path.write_text(json.dumps(smap))
    again = client.gwtc_create(str(path), "4a", comment="from a file").json()
    assert (again["version"], again["comment"]) == (2, "from a file")
    assert again["gwtc_superevents"] == made["gwtc_superevents"]
    assert client.gwtc_get("4a", 1).json() == made
    assert client.gwtc_get("4a", "latest").json() == again
    for number in range(12):
        client.gwtc_create({}, f"{number}")
    assert len(list(client.gwtc_list())) == 14  # on two pages
    assert [one["version"] for one in client.gwtc_list("4a")] == [2, 1]
    assert client.gwtc_versions("4a") == [2, 1]
    assert set(client.gwtc_numbers()) == {f"{number}" for number in range(2, 12)}
    with pytest.raises(HTTPError) as raised:
        client.gwtc_get("7b", "latest")
    assert raised.value.status_code == 404


def test_store_keeps_catalogs_by_its_rules(api: Api, server: Server) -> None:
    smap = {SID: entry(gstlal="T0001", pycbc="T0002"), OTHER: entry(far=0, pastro="", MBTA="T0003")}
    make(api, smap)
    make(api, {})
    lines = (server.store.path / "catalogs.jsonl").read_text().splitlines()
    assert [problems("catalog", json.loads(line)) for line in lines] == [[], []]
    assert server.store.check() == []
    assert server.store.copy(server.store.path.with_name("copy")).check() == []
