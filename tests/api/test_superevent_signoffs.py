"""Signoffs on superevents: what they answer, the labels that they change, what the log says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from superevent_making import entries, labels, make

from fakegracedb.service.superevents.labels import without_label

if TYPE_CHECKING:
    from conftest import Api, Server

EINSTEIN = "albert.einstein@ligo.org"
NOETHER = "emmy.noether@ligo.org"
REQUESTS = ["ADVREQ", "H1OPS", "L1OPS", "V1OPS"]
ADVOCATE: dict[str, Any] = {"signoff_type": "ADV", "status": "OK", "comment": "looks good"}
OPERATOR: dict[str, Any] = {
    "signoff_type": "OP",
    "instrument": "H1",
    "status": "NO",
    "comment": "glitch",
}
NOT_FOUND = {"detail": "Not found."}


@pytest.fixture
def sid(api: Api) -> str:
    """Make a superevent that is to be signed off by everybody; its log has five entries."""
    superevent_id = make(api, labels=REQUESTS)["superevent_id"]
    assert len(entries(api, superevent_id)) == 5
    return str(superevent_id)


@pytest.fixture
def path(sid: str) -> str:
    return f"superevents/{sid}/signoffs/"


def sign(api: Api, path: str, **fields: Any) -> Any:
    answer = api.post(path, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def commits(server: Server) -> int:
    return server.store.read(lambda view: view.version[1])


# Reading


def test_superevent_without_signoffs_has_an_empty_list(api: Api, path: str) -> None:
    url = api.url + path
    assert api.json(path) == {
        "start": 0,
        "numRows": 0,
        "signoffs": [],
        "links": {"self": url, "first": url, "last": url},
    }
    for place in ("ADV", "OPH1", "OPL1", "OPV1"):
        answer = api.get(path + place + "/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_signoffs_are_listed_the_advocates_first(api: Api, path: str) -> None:
    for instrument in ("V1", "H1", "L1"):
        sign(api, path, **{**OPERATOR, "instrument": instrument})
    sign(api, path, **ADVOCATE)
    data = api.json(path)
    places = ["ADV", "OPH1", "OPL1", "OPV1"]
    assert data["numRows"] == 4
    assert [one["self"] for one in data["signoffs"]] == [f"{api.url}{path}{one}/" for one in places]
    for one in data["signoffs"]:
        assert api.json(one["self"]) == one
        assert api.json(one["self"].rstrip("/")) == one


def test_text_that_names_no_type_is_read_as_advocate(api: Api, path: str) -> None:
    assert api.get(f"{path}anything/").status_code == 404
    made = sign(api, path, **ADVOCATE)
    sign(api, path, **OPERATOR)
    for text in ("ADV", "anything", "adv", "H1", "oph1", "%20"):
        assert api.json(f"{path}{text}/") == made, text
    for text in ("OP", "OPL1", "OPK1", "OPh1", "OPADV", "ADVH1"):
        answer = api.get(f"{path}{text}/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND), text


def test_text_that_is_read_as_advocate_changes_and_deletes_too(
    api: Api, server: Server, path: str
) -> None:
    sign(api, path, **ADVOCATE)
    text = "%ED%A0%80%00" + "x" * 10_000
    assert api.request("PATCH", f"{path}{text}/", data={"status": "NO"}).status_code == 200
    assert api.json(f"{path}ADV/")["status"] == "NO"
    assert api.delete(f"{path}{text}/").status_code == 204
    assert api.json(path)["numRows"] == 0
    calls = server.store.read(lambda view: [commit.call for commit in view.commits(0)])
    assert calls[-2:] == [f"{method} {path}ADV/" for method in ("PATCH", "DELETE")]
    assert server.store.check() == []


# Creating


def test_advocate_signoff_answers_its_request(api: Api, server: Server, sid: str) -> None:
    path = f"superevents/{sid}/signoffs/"
    before = commits(server)
    answer = api.post(path, data={**ADVOCATE, "instrument": ""})
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json().items()) == [
        ("self", f"{api.url}{path}ADV/"),
        ("signoff_type", "ADV"),
        ("instrument", ""),
        ("status", "OK"),
        ("submitter", EINSTEIN),
        ("comment", "looks good"),
    ]
    assert api.json(f"{path}ADV/") == answer.json()
    assert labels(api, sid) == dict.fromkeys(("ADVOK", "H1OPS", "L1OPS", "V1OPS"), EINSTEIN)
    assert api.json(f"superevents/{sid}")["labels"] == ["H1OPS", "L1OPS", "ADVOK", "V1OPS"]
    assert entries(api, sid, 5) == [
        (
            "Advocate signoff certified status as OK: 'looks good'; label ADVREQ removed and label "
            "ADVOK applied",
            ["em_follow"],
        ),
        ("Tagged message 6: em_follow.", []),
    ]
    assert commits(server) == before + 1


def test_operator_signoff_answers_its_request(api: Api, sid: str) -> None:
    path = f"superevents/{sid}/signoffs/"
    assert sign(api, path, **OPERATOR) == {
        "self": f"{api.url}{path}OPH1/",
        "signoff_type": "OP",
        "instrument": "H1",
        "status": "NO",
        "submitter": EINSTEIN,
        "comment": "glitch",
    }
    assert list(labels(api, sid)) == ["ADVREQ", "H1NO", "L1OPS", "V1OPS"]
    assert entries(api, sid, 5) == [
        (
            "Operator signoff certified status as NO for H1: 'glitch'; label H1OPS removed and "
            "label H1NO applied",
            ["em_follow"],
        ),
        ("Tagged message 6: em_follow.", []),
    ]


@pytest.mark.parametrize("instrument", ["", "H1", "L1", "V1"])
@pytest.mark.parametrize("status", ["OK", "NO"])
def test_each_signoff_has_labels_of_its_own(server: Server, instrument: str, status: str) -> None:
    api = server.at("v2")
    sid = make(api, labels=REQUESTS)["superevent_id"]
    kind = "OP" if instrument else "ADV"
    made = sign(
        api,
        f"superevents/{sid}/signoffs/",
        signoff_type=kind,
        instrument=instrument,
        status=status,
    )
    request = f"{instrument}OPS" if instrument else "ADVREQ"
    changed = {*REQUESTS, f"{instrument or 'ADV'}{status}"} - {request}
    assert made["self"] == f"{api.url}superevents/{sid}/signoffs/{kind}{instrument}/"
    assert set(labels(api, sid)) == changed
    for name, refused in ((request, "because a related signoff already exists"), ("DQV", "")):
        answer = api.post(f"superevents/{sid}/labels/", data={"name": name})
        assert (answer.status_code == 400) == bool(refused)
        assert refused in answer.text


def test_signoff_belongs_to_who_makes_it(api: Api, server: Server, sid: str) -> None:
    noether = server.at(api.base, NOETHER)
    made = sign(noether, f"superevents/{sid}/signoffs/", **ADVOCATE)
    assert made["submitter"] == NOETHER
    assert labels(api, sid)["ADVOK"] == NOETHER
    log = api.json(f"superevents/{sid}/logs/")["log"]
    assert [entry["issuer"] for entry in log[4:]] == [EINSTEIN, NOETHER, NOETHER]
    assert all(entry["file"] is None for entry in log)


def test_signoff_comes_in_any_form(api: Api, path: str) -> None:
    fields = {"signoff_type": "OP", "status": "OK", "comment": "ü 'fine'"}
    sent: dict[str, dict[str, Any]] = {
        "H1": {"data": {**fields, "instrument": "H1"}},
        "L1": {"json": {**fields, "instrument": "L1"}},
        "V1": {"data": {**fields, "instrument": "V1"}, "files": {"unused": b"x"}},
    }
    for instrument, options in sent.items():
        answer = api.post(path, **options)
        assert answer.status_code == 201, answer.text
        assert answer.json()["comment"] == "ü 'fine'"
        assert answer.json()["instrument"] == instrument
    assert api.json(path)["numRows"] == 3


@pytest.mark.parametrize("form", ["data", "json"])
def test_comment_and_instrument_need_not_be_there(api: Api, sid: str, form: str) -> None:
    options: Any = {form: {"signoff_type": "ADV", "status": "NO", "unknown": "ignored"}}
    answer = api.post(f"superevents/{sid}/signoffs/", **options)
    assert answer.status_code == 201
    assert (answer.json()["comment"], answer.json()["instrument"]) == ("", "")
    said = "Advocate signoff certified status as NO: ''; label ADVREQ removed and label ADVNO "
    assert entries(api, sid, 5)[0][0] == said + "applied"


def test_comment_is_trimmed_and_may_be_blank(api: Api, path: str) -> None:
    assert sign(api, path, **{**ADVOCATE, "comment": "  two\nlines "})["comment"] == "two\nlines"
    assert sign(api, path, **{**OPERATOR, "comment": "   "})["comment"] == ""


CHOICE = '"{}" is not a valid choice.'
REQUIRED = "This field is required."
NULL = "This field may not be null."


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"signoff_type": "X", "status": "OK"}, CHOICE.format("X")),
        ({"signoff_type": "adv", "status": "OK"}, CHOICE.format("adv")),
        ({"signoff_type": "operator", "status": "OK"}, CHOICE.format("operator")),
        ({"signoff_type": "ADV", "status": "ok"}, CHOICE.format("ok")),
        ({"signoff_type": "ADV", "status": "OKAY"}, CHOICE.format("OKAY")),
        ({"signoff_type": "OP", "status": "OK", "instrument": "K1"}, CHOICE.format("K1")),
        ({"signoff_type": "OP", "status": "OK", "instrument": "h1"}, CHOICE.format("h1")),
        ({"status": "OK"}, REQUIRED),
        ({"signoff_type": "ADV"}, REQUIRED),
        ({}, [REQUIRED, REQUIRED]),
        (
            {"signoff_type": "X", "status": "Y", "instrument": "Z"},
            [CHOICE.format("X"), CHOICE.format("Z"), CHOICE.format("Y")],
        ),
        # no field is wrong with these
        ({"signoff_type": "OP", "status": "OK"}, "Operator signoffs require an instrument"),
        (
            {"signoff_type": "OP", "status": "OK", "instrument": ""},
            "Operator signoffs require an instrument",
        ),
        (
            {"signoff_type": "ADV", "status": "OK", "instrument": "H1"},
            "Advocate signoffs are not relevant to aparticular instrument; do not provide one.",
        ),
    ],
)
def test_what_cannot_be_is_refused(api: Api, sid: str, sent: dict[str, str], said: Any) -> None:
    for options in ({"data": sent}, {"json": sent}):
        answer = api.post(f"superevents/{sid}/signoffs/", **options)
        assert (answer.status_code, answer.json()) == (400, api.said(said)), options
    assert len(entries(api, sid)) == 5
    assert sorted(labels(api, sid)) == REQUESTS


def test_null_and_what_is_no_text_are_refused(api: Api, path: str) -> None:
    sent: dict[str, Any] = {
        "signoff_type": None,
        "instrument": None,
        "status": None,
        "comment": None,
    }
    answer = api.post(path, json=sent)
    assert (answer.status_code, answer.json()) == (400, api.said([NULL] * 4))
    for name, value, said in (
        ("signoff_type", ["ADV"], CHOICE.format("['ADV']")),
        ("status", True, CHOICE.format("True")),
        ("instrument", ["H1"], CHOICE.format("['H1']")),
        ("comment", ["x"], "Not a valid string."),
    ):
        answer = api.post(path, json={**ADVOCATE, name: value})
        assert (answer.status_code, answer.json()) == (400, api.said(said)), name


# Clients compare these byte for byte.
EXISTING = {
    "ADV": b'{"error": "ADV signoff for advocate already exists on superevent %b"}',
    "OPH1": b'{"error": "OP signoff for H1 already exists on superevent %b"}',
}
NOT_UNIQUE = b'"The fields superevent, instrument must make a unique set."'


def test_second_signoff_of_the_same_is_refused(api: Api, path: str, sid: str) -> None:
    for place, fields in (("ADV", ADVOCATE), ("OPH1", OPERATOR)):
        sign(api, path, **fields)
        said = len(entries(api, sid))
        for status in ("OK", "NO"):
            answer = api.post(path, data={**fields, "status": status})
            assert answer.status_code == 400
            assert answer.content == (EXISTING[place] % sid.encode() if api.v2 else NOT_UNIQUE)
        assert len(entries(api, sid)) == said


def test_what_is_there_already_is_told_before_what_does_not_fit(api: Api, path: str) -> None:
    sign(api, path, **ADVOCATE)
    answer = api.post(path, data={"signoff_type": "OP", "status": "OK"})
    assert answer.status_code == 400
    assert "already exists" in answer.text or answer.content == NOT_UNIQUE


def test_signoff_that_nobody_asked_for_is_refused(api: Api) -> None:
    sid = make(api)["superevent_id"]
    for fields, label in ((ADVOCATE, "ADVREQ"), (OPERATOR, "H1OPS")):
        answer = api.post(f"superevents/{sid}/signoffs/", data=fields)
        kind = fields["signoff_type"]
        said = f"{kind} signoff not requested for superevent {sid}: label '{label}' not present."
        assert (answer.status_code, answer.json()) == (400, api.said(said))
    assert len(entries(api, sid)) == 1


# Changing


def test_status_and_comment_are_changed(api: Api, server: Server, sid: str) -> None:
    path = f"superevents/{sid}/signoffs/"
    made = sign(api, path, **ADVOCATE)
    noether = server.at(api.base, NOETHER)
    before = commits(server)
    answer = noether.request("PATCH", f"{path}ADV/", data={"status": "NO", "comment": "new"})
    assert answer.status_code == 200
    assert answer.json() == {**made, "status": "NO", "comment": "new"}
    assert list(answer.json()) == list(made)
    assert api.json(f"{path}ADV/") == answer.json()
    assert list(labels(api, sid)) == ["ADVNO", "H1OPS", "L1OPS", "V1OPS"]
    assert labels(api, sid)["ADVNO"] == NOETHER
    assert entries(api, sid, 7) == [
        (
            "Advocate signoff updated: status OK -> NO, label ADVOK removed, label ADVNO applied; "
            "comment 'looks good' -> 'new'",
            ["em_follow"],
        ),
        ("Tagged message 8: em_follow.", []),
    ]
    assert commits(server) == before + 1


@pytest.mark.parametrize("form", ["data", "json"])
def test_what_is_not_sent_stays_as_it_is(api: Api, server: Server, sid: str, form: str) -> None:
    path = f"superevents/{sid}/signoffs/OPH1/"
    made = sign(api, f"superevents/{sid}/signoffs/", **OPERATOR)

    def patch(**fields: Any) -> Any:
        options: Any = {form: fields}
        answer = api.request("PATCH", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    server.store.clock.advance(60)
    assert patch(comment="no glitch") == {**made, "comment": "no glitch"}
    label = api.json(f"superevents/{sid}/labels/H1NO/")
    assert label["created"] == "2026-03-01 17:04:09 UTC"
    assert patch(status="OK") == {**made, "comment": "no glitch", "status": "OK"}
    assert patch(status="OK", comment=" ") == {**made, "comment": "", "status": "OK"}
    assert patch(status="NO", comment="", instrument="L1", signoff_type="ADV")["status"] == "NO"
    assert list(labels(api, sid)) == ["ADVREQ", "H1NO", "L1OPS", "V1OPS"]
    assert api.json(f"superevents/{sid}/labels/H1NO/")["created"] == "2026-03-01 17:05:09 UTC"
    assert [text for text, tags in entries(api, sid, 7) if tags == ["em_follow"]] == [
        "Operator signoff for H1 updated: comment 'glitch' -> 'no glitch'",
        "Operator signoff for H1 updated: status NO -> OK, label H1NO removed, label H1OK applied",
        "Operator signoff for H1 updated: comment 'no glitch' -> ''",
        "Operator signoff for H1 updated: status OK -> NO, label H1OK removed, label H1NO applied",
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"status": "OK", "comment": "looks good"},
        {"status": "OK", "comment": " looks good "},
        {"status": "OK"},
        {"comment": "looks good"},
        {"signoff_type": "OP"},
        {},
    ],
)
def test_what_would_change_nothing_is_refused(api: Api, sid: str, sent: dict[str, str]) -> None:
    sign(api, f"superevents/{sid}/signoffs/", **ADVOCATE)
    for options in ({"data": sent}, {"json": sent}):
        answer = api.request("PATCH", f"superevents/{sid}/signoffs/ADV/", **options)
        assert answer.status_code == 400
        assert answer.json() == api.said("Request would not modify the signoff.")
    assert len(entries(api, sid)) == 7


def test_change_to_what_is_no_choice_is_refused(api: Api, path: str) -> None:
    sign(api, path, **ADVOCATE)
    for sent, said in (
        ({"status": "X"}, CHOICE.format("X")),
        ({"status": None}, NULL),
        ({"comment": None}, NULL),
        ({"status": "X", "comment": []}, [CHOICE.format("X"), "Not a valid string."]),
    ):
        answer = api.request("PATCH", f"{path}ADV/", json=sent)
        assert (answer.status_code, answer.json()) == (400, api.said(said)), sent


def test_signoff_that_is_not_there_is_not_changed(api: Api, path: str) -> None:
    for method in ("PATCH", "DELETE"):
        for place in ("ADV", "OPH1", "OPK1", "OP"):
            answer = api.request(method, f"{path}{place}/", json={"status": "X"})
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND), (method, place)


def test_other_methods_are_not_allowed(api: Api, path: str) -> None:
    sign(api, path, **ADVOCATE)
    for method, place, allowed in (
        ("PUT", f"{path}ADV/", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("POST", f"{path}ADV/", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("PUT", path, "GET, POST, HEAD, OPTIONS"),
        ("DELETE", path, "GET, POST, HEAD, OPTIONS"),
    ):
        answer = api.request(method, place, json=ADVOCATE)
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert answer.headers["Allow"] == allowed


# Deleting


def test_deleted_signoff_is_asked_for_again(api: Api, server: Server, sid: str) -> None:
    path = f"superevents/{sid}/signoffs/"
    sign(api, path, **{**ADVOCATE, "status": "NO"})
    sign(api, path, **{**OPERATOR, "status": "OK"})
    noether = server.at(api.base, NOETHER)
    before = commits(server)
    for place in ("ADV", "OPH1"):
        answer = noether.delete(f"{path}{place}/")
        assert (answer.status_code, answer.content) == (204, b"")
        assert noether.delete(f"{path}{place}/").status_code == 404
    assert commits(server) == before + 2
    assert api.json(path)["signoffs"] == []
    assert labels(api, sid) == {
        "ADVREQ": NOETHER,
        "H1OPS": NOETHER,
        "L1OPS": EINSTEIN,
        "V1OPS": EINSTEIN,
    }
    assert entries(api, sid, 9) == [
        ("Advocate signoff deleted: ADVNO removed and ADVREQ reapplied", ["em_follow"]),
        ("Tagged message 10: em_follow.", []),
        ("Operator signoff for H1 deleted: H1OK removed and H1OPS reapplied", ["em_follow"]),
        ("Tagged message 12: em_follow.", []),
    ]
    sign(api, path, **ADVOCATE)
    assert api.json(path)["numRows"] == 1


def test_labels_that_somebody_else_has_changed_are_let_be(api: Api, server: Server) -> None:
    sid = make(api, labels=REQUESTS)["superevent_id"]
    path = f"superevents/{sid}/signoffs/"
    sign(api, path, **ADVOCATE)

    def change(off: str, on: str) -> None:
        with server.store.transaction() as tx:
            superevent = tx.superevent(sid)
            assert superevent is not None
            other = replace(superevent.labels[0], name=on)
            superevent = replace(superevent, labels=(*superevent.labels, other))
            tx.put_superevent(without_label(superevent, off))

    change("ADVOK", "ADVNO")
    assert api.request("PATCH", f"{path}ADV/", data={"status": "NO"}).status_code == 200
    assert list(labels(api, sid)) == ["ADVNO", "H1OPS", "L1OPS", "V1OPS"]
    change("ADVNO", "ADVREQ")
    assert api.delete(f"{path}ADV/").status_code == 204
    assert list(labels(api, sid)) == ["ADVREQ", "H1OPS", "L1OPS", "V1OPS"]
    assert [text for text, tags in entries(api, sid, 7) if tags] == [
        "Advocate signoff updated: status OK -> NO",
        "Advocate signoff deleted: ADVREQ reapplied",
    ]


# Confirmed superevents, other vocabularies, the client


def test_confirmed_superevent_goes_by_its_new_id(api: Api, sid: str) -> None:
    sign(api, f"superevents/{sid}/signoffs/", **OPERATOR)
    confirmed = api.post(f"superevents/{sid}/confirm-as-gw/").json()["gw_id"]
    assert confirmed != sid
    for name in (sid, confirmed):
        path = f"superevents/{name}/signoffs/"
        (one,) = api.json(path)["signoffs"]
        assert one["self"] == f"{api.url}superevents/{confirmed}/signoffs/OPH1/"
        assert api.json(f"{path}OPH1/") == one
        refused = api.post(path, data=OPERATOR)
        assert refused.content == (EXISTING["OPH1"] % name.encode() if api.v2 else NOT_UNIQUE)
    for name in (sid, confirmed):
        patched = api.request("PATCH", f"superevents/{name}/signoffs/OPH1/", data={"comment": name})
        assert patched.json()["self"] == one["self"]
    api.delete(f"superevents/{sid}/labels/ADVREQ/")
    refused = api.post(f"superevents/{sid}/signoffs/", data=ADVOCATE)
    assert f"not requested for superevent {confirmed}: label 'ADVREQ'" in refused.text


def test_operators_are_those_of_the_vocabulary(server: Server) -> None:
    names = server.store.vocabulary
    for name, protected in (("K1OPS", False), ("K1OK", True), ("K1NO", True)):
        names = names.with_label(name, protected=protected)
    server.store.vocabulary = names.overridden(
        {
            "instruments": {**names.instruments, "K1": "KAGRA"},
            "user_groups": [*names.user_groups, "k1_control_room"],
        }
    )
    api = server.at("v2")
    sid = make(api, labels=["K1OPS", "H1OPS"])["superevent_id"]
    path = f"superevents/{sid}/signoffs/"
    fields = {**OPERATOR, "instrument": "K1"}
    hanford = server.at("v2", "h1@ligo.org", ("internal_users", "h1_control_room"))
    refused = hanford.post(path, data=fields)
    assert refused.status_code == 403
    assert refused.json() == {"detail": "You do not have permission to do K1 signoffs."}
    kagra = server.at("v2", "k1@ligo.org", ("internal_users", "k1_control_room"))
    assert sign(kagra, path, **fields)["self"] == f"{api.url}{path}OPK1/"
    assert list(labels(api, sid)) == ["H1OPS", "K1NO"]
    blocked = api.post(f"superevents/{sid}/labels/", data={"name": "K1OPS"})
    assert blocked.status_code == 400
    assert kagra.delete(f"{path}OPK1/").status_code == 204
    assert list(labels(api, sid)) == ["H1OPS", "K1OPS"]


def test_client_signs_off(api: Api, server: Server, sid: str) -> None:
    client = server.client(api.base)
    places: list[tuple[str, str, str]] = [("advocate", "", "ADV"), ("ADV", "", "ADV")]
    if not api.v2:  # there the client is told no instruments, and refuses to sign for one
        places += [("operator", "H1", "OPH1"), ("OP", "Virgo", "OPV1")]
    for kind, instrument, place in places:
        made = client.create_signoff(sid, kind, "OKAY", "fine", instrument=instrument)
        assert made.status_code == 201
        assert made.json()["self"] == f"{api.url}superevents/{sid}/signoffs/{place}/"
        found = client.signoffs(sid, kind, instrument=instrument)
        assert found.json() == made.json()
        assert client.signoffs(sid).json()["signoffs"] == [made.json()]
        updated = client.update_signoff(sid, kind, status="NO", instrument=instrument)
        assert updated.json() == {**made.json(), "status": "NO"}
        updated = client.update_signoff(sid, kind, comment="bad", instrument=instrument)
        assert updated.json() == {**made.json(), "status": "NO", "comment": "bad"}
        assert client.delete_signoff(sid, kind, instrument=instrument).status_code == 204
    assert client.signoffs(sid).json()["numRows"] == 0


def test_signoffs_survive_in_the_store(api: Api, server: Server, path: str) -> None:
    sign(api, path, **OPERATOR)
    sign(api, path, **ADVOCATE)
    before = api.json(path)
    assert server.store.check() == []
    server.store.compact()
    server.store.reindex()
    assert api.json(path) == before
