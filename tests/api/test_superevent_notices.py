"""Notices of superevents: documents that are kept as they came, and what is read from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ligo.gracedb.exceptions import HTTPError
from public_alerts import COINCIDENCE, EVENT, alert

from fakegracedb.schemas import problems

if TYPE_CHECKING:
    from conftest import Api, Server

NOT_FOUND = {"detail": "Not found."}


@pytest.fixture(params=["default", "v2"])
def api(request: pytest.FixtureRequest, server: Server) -> Api:
    """Give each base that has notices, with a superevent."""
    api = server.at(request.param)
    make_superevent(api)
    return api


SID = "TS240523a"  # the first superevent
PATH = f"superevents/{SID}/notices/"


def make_superevent(api: Api) -> str:
    """Create a superevent around a new event, and give its id."""
    preferred = api.create()["graceid"]
    times = {"t_start": 1400543999, "t_0": 1400544000, "t_end": 1400544001}
    data = {"category": "T", "preferred_event": preferred, **times}
    answer = api.post("superevents/", json=data)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["superevent_id"])


def send(api: Api, document: Any, path: str = PATH, name: str = "notice.json") -> Any:
    """Upload a document: bytes as they are, all else as JSON."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return api.post(path, files={"upload": (name, content, "application/json")})


def make(api: Api, document: Any, path: str = PATH) -> Any:
    answer = send(api, document, path)
    assert answer.status_code == 201, answer.text
    return answer.json()


def entries(api: Api, superevent_id: str = SID) -> list[tuple[str, str, list[str]]]:
    """Give the log after the entry of creation: comments, files, tags."""
    found = api.json(f"superevents/{superevent_id}/logs/")["logs"]
    return [(one["comment"], one["filename"], one["tag_names"]) for one in found[1:]]


def nothing_kept(api: Api) -> bool:
    """Whether there is no trace of a notice."""
    files = api.json(f"superevents/{SID}/files/")["files"]
    return api.json(PATH)["notices"] == files == entries(api) == []


# What is answered and kept


def test_answer_has_these_keys_in_this_order(api: Api) -> None:
    made = make(api, alert(SID))
    base = f"{api.url}superevents/{SID}"
    assert list(made.items()) == [
        ("notice_type", "PR"),
        ("file_version", 0),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("issuer", "albert.einstein@ligo.org"),
        ("filename", f"{SID}-1-preliminary.json"),
        ("N", 1),
        (
            "links",
            {
                "self": f"{base}/notices/1/",
                "file": f"{base}/files/{SID}-1-preliminary.json,0",
            },
        ),
        ("skymap_type", None),
        ("skymap_filename", None),
        ("internal", False),
        ("open_alert", True),
        ("hardware_inj", False),
        ("coinc_comment", False),
        ("prob_has_ns", 0.1),
        ("prob_has_remnant", 0.9),
        ("prob_bns", 0.2),
        ("prob_nsbh", 0.3),
        ("prob_bbh", 0.4),
        ("significant", True),
        ("prob_terrestrial", 0.1),
        ("prob_has_mass_gap", 0.0),
        ("prob_has_ssm", 1.0),
        ("raven_coinc", False),
        ("ext_gcn", ""),
        ("ext_pipeline", ""),
        ("ext_search", ""),
        ("combined_skymap_filename", None),
    ]
    assert api.json(made["links"]["self"]) == made


@pytest.mark.parametrize(
    ("alert_type", "code"),
    [
        ("EARLYWARNING", "EW"),
        ("PRELIMINARY", "PR"),
        ("INITIAL", "IN"),
        ("UPDATE", "UP"),
        ("RETRACTION", "RE"),
    ],
)
def test_type_is_a_code_and_names_the_file(server: Server, alert_type: str, code: str) -> None:
    api = server.at("v2")
    make_superevent(api)
    made = make(api, alert(SID, alert_type))
    assert made["notice_type"] == code
    assert made["filename"] == f"{SID}-1-{alert_type.lower()}.json"


def test_retraction_has_no_probabilities(api: Api) -> None:
    made = make(api, alert(SID, "RETRACTION", event=None))
    assert {made[key] for key in made if key.startswith("prob_")} == {None}
    assert made["significant"] is False


def test_probabilities_that_are_not_in_the_document_are_null(api: Api) -> None:
    event = {**EVENT, "classification": {"BNS": 1, "MassGap": 7}, "properties": {}}
    made = make(api, alert(SID, event={**event, "significant": False}))
    known = {key: made[key] for key in made if key.startswith("prob_") and made[key] is not None}
    assert known == {"prob_bns": 1.0}
    assert made["significant"] is False


@pytest.mark.parametrize("identifier", [730419268, "sb2404", 5.0])
def test_coincidence_is_told(server: Server, identifier: Any) -> None:
    api = server.at("v2")
    make_superevent(api)
    coincidence = {**COINCIDENCE, "gcn_notice_id": identifier}
    made = make(api, alert(SID, external_coinc=coincidence))
    assert (made["raven_coinc"], made["ext_pipeline"], made["ext_search"]) == (True, "Fermi", "GRB")
    assert made["ext_gcn"] == (identifier if isinstance(identifier, str) else f"{identifier:.0f}")


def test_document_is_kept_byte_by_byte(api: Api) -> None:
    content = (json.dumps(alert(SID, note="é"), indent=3, ensure_ascii=False) + "\r\n\n").encode()
    made = make(api, content)
    for name in (made["filename"], f"{made['filename']},0"):
        answer = api.get(f"superevents/{SID}/files/{name}")
        assert (answer.status_code, answer.content) == (200, content)
    assert api.get(made["links"]["file"]).headers["Content-Type"] == "application/json"


def test_name_of_the_upload_does_not_matter(api: Api) -> None:
    for name in ("a,b.json", "x" * 300, "ü.txt", "a/b\\c"):
        assert send(api, alert(SID), name=name).status_code == 201
    names = [one["filename"] for one in api.json(PATH)["notices"]]
    assert names == [f"{SID}-{n}-preliminary.json" for n in (1, 2, 3, 4)]


def test_notice_is_told_in_the_log(api: Api) -> None:
    make(api, alert(SID))
    name = f"{SID}-1-preliminary.json"
    assert entries(api) == [
        ("New notice", name, ["em_follow"]),
        ("Tagged message 2: em_follow.", "", []),
    ]
    log = api.json(f"superevents/{SID}/logs/2/")
    assert (log["file_version"], log["issuer"]) == (0, "albert.einstein@ligo.org")


def test_labels_and_events_stay_as_they_are(api: Api) -> None:
    before = api.json(f"superevents/{SID}/"), api.comments("T0001")
    make(api, alert(SID))
    assert (api.json(f"superevents/{SID}/"), api.comments("T0001")) == before


def test_file_that_is_there_already_gets_another_version(api: Api) -> None:
    name = f"{SID}-1-preliminary.json"
    data = {"comment": "mine"}
    answer = api.post(f"superevents/{SID}/logs/", data=data, files={"upload": (name, b"mine")})
    assert answer.status_code == 201
    made = make(api, alert(SID))
    assert made["file_version"] == 1
    assert made["links"]["file"].endswith(f"{name},1")
    assert api.get(f"superevents/{SID}/files/{name},0").content == b"mine"


# List and detail


def test_notices_are_listed_as_they_came(api: Api) -> None:
    empty = api.json(PATH)
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    assert empty == {"start": 0, "numRows": 0, "links": links, "notices": []}
    made = [make(api, alert(SID, kind)) for kind in ("UPDATE", "EARLYWARNING", "INITIAL")]
    assert [one["N"] for one in made] == [1, 2, 3]
    assert api.json(PATH) == {"start": 0, "numRows": 3, "links": links, "notices": made}
    assert api.json(f"{PATH}2/") == made[1]


def test_unknown_number_is_404(api: Api) -> None:
    make(api, alert(SID))
    for number in ("0", "2", "9" * 5000):
        answer = api.get(f"{PATH}{number}/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_numbers_are_counted_for_each_superevent(api: Api) -> None:
    other = make_superevent(api)
    make(api, alert(SID))
    made = make(api, alert(other), f"superevents/{other}/notices/")
    assert (made["N"], made["filename"]) == (1, f"{other}-1-preliminary.json")


def test_methods_that_change_nothing_here_are_405(api: Api) -> None:
    make(api, alert(SID))
    for method, path in (("PUT", PATH), ("DELETE", PATH), ("POST", f"{PATH}1/")):
        answer = api.request(method, path)
        detail = {"detail": f'Method "{method}" not allowed.'}
        assert (answer.status_code, answer.json()) == (405, detail)


def test_confirmed_superevent_has_its_new_id_in_links_only(api: Api) -> None:
    make(api, alert(SID))
    confirmed = api.post(f"superevents/{SID}/confirm-as-gw/").json()["gw_id"]
    for asked in (SID, confirmed):
        for said in (SID, confirmed):
            made = make(api, alert(said, "UPDATE"), f"superevents/{asked}/notices/")
            n, name = made["N"], f"{SID}-{made['N']}-update.json"
            base = f"{api.url}superevents/{confirmed}"
            assert made["filename"] == name
            assert made["links"] == {
                "self": f"{base}/notices/{n}/",
                "file": f"{base}/files/{name},0",
            }
    assert len(api.json(f"superevents/{confirmed}/notices/")["notices"]) == 5


def test_id_that_is_chosen_but_not_confirmed_is_not_the_superevents(api: Api) -> None:
    chosen = "GW240523_000001"
    answer = api.request("PATCH", f"superevents/{SID}/", json={"gw_id": chosen})
    assert answer.status_code == 200
    assert send(api, alert(chosen)).status_code == 400


# What is refused


def refused(api: Api, document: Any) -> str:
    """Give why a document is refused; nothing of it is kept."""
    answer = send(api, document)
    assert answer.status_code == 400, answer.text
    assert nothing_kept(api)
    assert set(answer.json()) == {"error"}
    return str(answer.json()["error"])


def test_notice_of_another_superevent_is_refused(api: Api) -> None:
    assert refused(api, alert("S000101zz")) == (
        f"Notice is for superevent S000101zz, not for {SID}"
    )
    assert refused(api, alert(SID.lower())).startswith("Notice is for superevent ts240523a,")
    assert len(refused(api, alert("S" * 10**6))) < 200


GOOD = alert(SID)
MANY = {"bin_edges": [], "probabilities": [], **dict.fromkeys(map(str, range(50_000)))}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"<voe:VOEvent/>", "Expecting value: line 1 column 1 (char 0)"),
        (json.dumps(GOOD).encode("utf-16"), "'utf-8' codec can't decode byte 0xff in position 0"),
        (json.dumps(GOOD).encode("utf-16-le"), "Expecting property name enclosed in double quotes"),
        (b"\xef\xbb\xbf{}", "Unexpected UTF-8 BOM"),
        (b'{"a": "\xe9"}', "'utf-8' codec can't decode byte 0xe9"),
        (b"[" * 10**5, "nested too deeply"),
        (b'{"a":' * 90_000, "nested too deeply"),
        (b"[" * 10**6, "more than 200000 values in a JSON text"),
        (b'{"a": NaN}', "NaN is not a number within range"),
        (b'{"a": -Infinity}', "-Infinity is not a number within range"),
        (b'{"a": [1e999]}', "1e999 is not a number within range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Exceeds the limit (4300 digits)"),
        (b'{"a": 1, "b": 2, "a": 1}', "more than one member is called 'a'"),
        (b'{"a": "\\ud800"}', "'utf-8' codec can't encode character '\\ud800'"),
        (b'{"\\udc00": 1}', "'utf-8' codec can't encode character '\\udc00'"),
        (b'{"a": "\n"}', "Invalid control character"),
        (b"{} {}", "Extra data"),
    ],
)  # fmt: skip
def test_document_that_is_no_json_is_refused(server: Server, document: bytes, reason: str) -> None:
    api = server.at("v2")
    make_superevent(api)
    assert refused(api, document).startswith(f"Notice is not valid JSON: {reason}")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "'superevent_id' is a required property"),
        ([GOOD], "[{'alert_type': 'PRELIMINARY', "),
        (None, "None is not of type 'object'"),
        ("x" * 10**6, "'xxxxxxxxxx"),
        ({**GOOD, "alert_type": "preliminary"}, "alert_type: 'preliminary' is not one of ['EARLY"),
        ({**GOOD, "superevent_id": 5}, "superevent_id: 5 is not of type 'string'"),
        ({**GOOD, "urls": ["x"]}, "urls: ['x'] is not of type 'object'"),
        ({**GOOD, "urls": {"gracedb": None}}, "urls.gracedb: None is not of type 'string'"),
        ({**GOOD, "event": 5}, "event: 5 is not of type 'object', 'null'"),
        ({**GOOD, "event": {**EVENT, "far": "1e-8"}}, "event.far: '1e-8' is not of type 'number'"),
        ({**GOOD, "event": {**EVENT, "far": None}}, "event.far: None is not of type 'number'"),
        (
            {**GOOD, "event": {**EVENT, "classification": {"BNS": None}}},
            "event.classification.BNS: None is not of type 'number'",
        ),
        ({**GOOD, "event": {**EVENT, "instruments": [0] * 10**5}}, "event.instruments[0]: 0 is"),
        (
            {**GOOD, "event": {**EVENT, "mchirp_source": MANY}},
            "event.mchirp_source: Additional properties are not allowed",
        ),
        ({**GOOD, "external_coinc": {}}, "external_coinc: 'gcn_notice_id' is a required property"),
        (
            {**GOOD, "external_coinc": {**COINCIDENCE, "gcn_notice_id": 1.5}},
            "external_coinc.gcn_notice_id: 1.5 is not of type 'integer', 'string'",
        ),
    ],
)  # fmt: skip
def test_document_that_is_no_alert_is_refused(server: Server, document: Any, reason: str) -> None:
    api = server.at("v2")
    make_superevent(api)
    said = refused(api, document)
    assert said.startswith(f"Notice does not satisfy the schema: {reason}")
    assert len(said) < 1100


@pytest.mark.parametrize("levels", [10, 100, 300, 500, 700, 800, 900, 950, 1000, 5000, 10**5])
def test_deep_document_is_an_answer_wherever_python_ends(server: Server, levels: int) -> None:
    api = server.at("v2")
    make_superevent(api)
    deep = b"[" * levels + b"]" * levels
    within = json.dumps({**GOOD, "event": {**EVENT, "far": "X"}}).encode()
    said = refused(api, within.replace(b'"X"', deep))
    assert said.startswith("Notice does not satisfy the schema: " if levels < 500 else "Notice ")
    answer = send(api, json.dumps({**GOOD, "more": "X"}).encode().replace(b'"X"', deep))
    assert answer.status_code in ((201,) if levels < 500 else (201, 400))


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"event": {**EVENT, "classification": {"BNS": 1.5, "BBH": -0.5}}},
            {
                "prob_bns": ["Ensure this value is less than or equal to 1.0."],
                "prob_bbh": ["Ensure this value is greater than or equal to 0.0."],
            },
        ),
        (
            {"event": {**EVENT, "properties": {"HasNS": 10**400}}},
            {"prob_has_ns": ["Ensure this value is less than or equal to 1.0."]},
        ),
        (
            {"external_coinc": {**COINCIDENCE, "observatory": "x" * 101, "search": "a\0b"}},
            {
                "ext_pipeline": ["Ensure this value has at most 100 characters (it has 101)."],
                "ext_search": ["Null characters are not allowed."],
            },
        ),
        (
            {"external_coinc": {**COINCIDENCE, "gcn_notice_id": 1e300}},
            {"ext_gcn": ["Ensure this value has at most 100 characters (it has 301)."]},
        ),
    ],
)
def test_what_no_column_holds_is_refused(
    server: Server, changes: dict[str, Any], problems: dict[str, list[str]]
) -> None:
    api = server.at("v2")
    make_superevent(api)
    assert refused(api, {**GOOD, **changes}) == str(problems)


def test_what_the_schema_does_not_name_is_allowed(api: Api) -> None:
    event = {
        **EVENT,
        "skymap": "U0lN" * 10**5,
        "skymap_filename": "b,0",
        "far": 10**400,
        "time": "now",
    }
    surrogates = "\U0001f4a5 \\ud800"  # a whole character, and a text of an escape
    made = make(api, alert(SID, event=event, note=surrogates, urls={}))
    assert api.json(made["links"]["file"])["note"] == surrogates


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({}, "This field is required."),
        ({"files": {"other": ("x", b"{}")}}, "This field is required."),
        ({"json": {}}, "This field is required."),
        ({"json": {"upload": None}}, "This field may not be null."),
        ({"json": {"upload": GOOD}}, "The submitted data was not a file. Check the encoding type "
         "on the form."),
        ({"data": {"upload": "{}"}}, "The submitted data was not a file. Check the encoding type "
         "on the form."),
        ({"files": {"upload": ("x", b"")}}, "The submitted file is empty."),
    ],
)  # fmt: skip
def test_upload_must_be_a_file(server: Server, sent: dict[str, Any], text: str) -> None:
    api = server.at("v2")
    make_superevent(api)
    answer = api.post(PATH, **sent)
    assert (answer.status_code, answer.json()) == (400, {"error": text})
    assert nothing_kept(api)


def test_last_file_counts(api: Api) -> None:
    files = [("upload", ("a", b"nothing")), ("upload", ("b", json.dumps(GOOD).encode()))]
    assert api.post(PATH, files=files).status_code == 201


# Who may


def test_superevent_is_looked_up_before_all_else(api: Api, server: Server) -> None:
    for path in ("superevents/S000101a/notices/", "superevents/x/notices/"):
        for answer in (api.get(path), api.get(f"{path}1/"), api.post(path, json=[])):
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    stranger = server.at(api.base, "x", ("lvem_observers",))
    for who in (stranger, server.at(api.base, None)):
        assert {who.get(PATH).status_code, send(who, GOOD).status_code} == {404}


def test_only_insiders_make_notices(api: Api, server: Server, constants: Any) -> None:
    expose(server)
    refusal = {"detail": "You do not have permission to create VOEvents."}
    for group in constants["user-groups"]:
        who = server.at(api.base, "x", (group,))
        answer = who.post(PATH, data=b"no body that is read", headers={"Content-Type": "x/y"})
        if group == "internal_users":
            assert answer.status_code == 415
            assert send(who, GOOD).status_code == 201
        else:
            assert (answer.status_code, answer.json()) == (403, refusal), group
    answer = send(server.at(api.base, None), GOOD)
    detail = {"detail": "Authentication credentials were not provided."}
    assert (answer.status_code, answer.json()) == (403, detail)
    assert api.json(PATH)["numRows"] == 1


def expose(server: Server) -> None:
    """Open the superevent to partners and to the public."""
    from dataclasses import replace

    with server.store.transaction("expose", "x") as tx:
        superevent = tx.superevent(SID)
        assert superevent is not None
        permissions = {"lvem_observers": ["view", "annotate"], "public_users": ["view"]}
        tx.put_superevent(replace(superevent, permissions=permissions))


def test_readers_outside_see_where_it_is_and_no_more(api: Api, server: Server) -> None:
    made = make(api, GOOD)
    expose(server)
    brief = ["notice_type", "file_version", "created", "issuer", "filename", "N", "links"]
    for who in (server.at(api.base, "x", ("lvem_observers",)), server.at(api.base, None)):
        seen = who.json(f"{PATH}1/")
        assert seen == {key: made[key] for key in brief}
        assert list(seen) == brief
        assert who.json(PATH)["notices"] == [seen]


def test_file_is_read_by_those_who_may_read_its_log(api: Api, server: Server) -> None:
    file = make(api, GOOD)["links"]["file"]
    expose(server)
    partner, nobody = server.at(api.base, "x", ("lvem_observers",)), server.at(api.base, None)
    assert [who.get(file).status_code for who in (api, partner, nobody)] == [200, 404, 404]
    tags = f"superevents/{SID}/logs/2/tags/"
    assert api.post(tags, json={"name": "lvem"}).status_code == 201
    assert [who.get(file).status_code for who in (partner, nobody)] == [200, 404]
    assert api.post(tags, json={"name": "public"}).status_code == 201
    assert nobody.get(file).json() == GOOD


# Servers and clients


@pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v1", "2.33/v2"])
def test_older_bases_have_no_notices(server: Server, base: str) -> None:
    api = server.at(base)
    make_superevent(api)
    for answer in (api.get(PATH), api.get(f"{PATH}1/"), send(api, GOOD)):
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
    assert not [name for name in api.json("")["templates"] if "notice" in name]
    with pytest.raises(RuntimeError, match="notice endpoints"):
        server.client(base).notices(SID)


def test_client_makes_and_reads_notices(api: Api, server: Server) -> None:
    client = server.client(api.base)
    answer = client.create_notice(SID, "here/notice.json", filecontents=json.dumps(GOOD))
    assert answer.status_code == 201
    assert answer.json()["filename"] == f"{SID}-1-preliminary.json"
    assert client.notices(SID).json()["notices"] == [client.notices(SID, 1).json()]
    assert json.loads(client.files(SID, f"{SID}-1-preliminary.json").read()) == GOOD
    with pytest.raises(HTTPError) as raised:
        client.create_notice(SID, "notice.json", filecontents=json.dumps(alert("S000101zz")))
    assert raised.value.status_code == 400


def test_store_keeps_notices_by_its_rules(api: Api, server: Server) -> None:
    make(api, alert(SID, external_coinc=COINCIDENCE))
    make(api, alert(SID, "RETRACTION", event=None))
    lines = (server.store.path / "superevents" / SID / "notices.jsonl").read_text().splitlines()
    assert [problems("notice", json.loads(line)) for line in lines] == [[], []]
    assert server.store.check() == []
    assert server.store.copy(server.store.path.with_name("copy")).check() == []
