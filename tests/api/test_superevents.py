"""Superevents: created, read, changed, confirmed; what is refused, and what the logs tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

RANGE = (
    "t_0 out of range: we require that 1980-01-01 00:00:00+00:00 <= t_0 < 2080-01-01 00:00:00+00:00"
)
SUPEREVENT = "superevents/TS260301a/"
KEYS = [
    *("superevent_id", "gw_id", "category", "created", "submitter", "preferred_event", "em_type"),
    *("t_start", "t_0", "t_end", "gw_events", "em_events", "far", "time_coinc_far"),
    *("space_coinc_far", "labels", "links", "preferred_event_data", "pipeline_preferred_events"),
]


def assigned(api: Api, graceid: str) -> str:
    return f"Event {graceid} is already assigned to a {'s' if api.v2 else 'S'}uperevent"


def form(**fields: Any) -> dict[str, Any]:
    """Give a body that would create a test superevent of T0001."""
    times = {"t_start": "1456419849", "t_0": "1456419850.25", "t_end": "1456419851"}
    return {"category": "T", "preferred_event": "T0001", **times, **fields}


def changed(api: Api, path: str = SUPEREVENT, **fields: Any) -> Any:
    answer = api.request("PATCH", path, data=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


# Creation and what is read


def test_created_superevent_has_the_keys_of_the_server_in_its_order(api: Api) -> None:
    event = api.create()
    answer = api.post("superevents/", data=form())
    assert answer.status_code == 201
    assert "Location" not in answer.headers
    data = answer.json()
    assert list(data) == KEYS
    base = f"{api.url}{SUPEREVENT}"
    links = {
        name: base if name == "self" else f"{base}{name}/"
        for name in ("events", "labels", "logs", "files", "self", "voevents", "emobservations")
        if name != "emobservations" or not api.v2
    }
    preferred = {**event, "superevent": "TS260301a"}
    del preferred["warnings"]
    assert data == {
        "superevent_id": "TS260301a",
        "gw_id": None,
        "category": "Test",
        "created": "2026-03-01 17:04:09 UTC",
        "submitter": "albert.einstein@ligo.org",
        "preferred_event": "T0001",
        "em_type": None,
        "t_start": 1456419849.0,
        "t_0": 1456419850.25,
        "t_end": 1456419851.0,
        "gw_events": ["T0001"],
        "em_events": [],
        "far": 1e-8,
        "time_coinc_far": None,
        "space_coinc_far": None,
        "labels": [],
        "links": links,
        "preferred_event_data": preferred,
        "pipeline_preferred_events": {},
    }
    assert list(data["links"]) == list(links)
    assert api.json(SUPEREVENT) == data
    assert data["preferred_event_data"] == api.json("events/T0001")


def test_times_are_numbers_with_a_fraction(api: Api) -> None:
    api.create()
    text = api.post("superevents/", data=form(t_start="1", t_end="9999999999")).text
    space = " " if api.v2 else ""
    assert f'"t_start":{space}1.0,' in text
    assert f'"t_end":{space}9999999999.0,' in text


@pytest.mark.parametrize("category", ["P", "T", "M"])
def test_category_is_told_in_words(api: Api, category: str) -> None:
    words = {"P": "Production", "T": "Test", "M": "MDC"}
    assert api.candidate(category)["category"] == words[category]


def test_creation_with_events_and_labels_writes_its_logs_in_order(api: Api) -> None:
    for _ in range(3):
        api.create()
    data = {**form(events=["T0003", "T0002"], labels=["EM_READY", "DQV"])}
    data = api.post("superevents/", data=data).json()
    assert data["gw_events"] == ["T0003", "T0002", "T0001"]
    assert data["labels"] == ["DQV", "EM_READY"]  # in the order of the server's own table
    assert api.told("TS260301a") == [
        "Superevent created with t_start=1456419849.000000, t_0=1456419850.250000, "
        "t_end=1456419851.000000, preferred_event=T0001, events=T0003, T0002",
        "Added label: EM_READY",
        "Added label: DQV",
    ]
    first = len(api.comments("T0001")) - 1
    assert api.comments("T0001")[first:] == ["Set as preferred event for superevent: TS260301a"]
    for graceid in ("T0002", "T0003"):
        assert api.comments(graceid)[first:] == ["Added to superevent: TS260301a"]
        assert api.json(f"events/{graceid}")["superevent"] == "TS260301a"


def test_json_and_form_say_the_same(api: Api) -> None:
    for _ in range(4):
        api.create()
    body = form(t_start=1456419849, t_0=1456419850.25, t_end=1456419851.0)
    api.post("superevents/", data=form(events="T0002,T0003"))
    body.update(preferred_event="T0004", labels=["DQV"], events=[])
    answer = api.post("superevents/", json=body)
    assert answer.status_code == 201
    one, other = api.json(SUPEREVENT), answer.json()
    assert one["gw_events"] == ["T0003", "T0002", "T0001"]
    for name in ("t_start", "t_0", "t_end"):
        assert one[name] == other[name]
    assert other["labels"] == ["DQV"]


@pytest.mark.parametrize("sent", ["t0001", " T0001 ", "T1", "G0001", "m1"])
def test_only_the_number_of_a_graceid_counts(api: Api, sent: str) -> None:
    api.create()
    assert api.post("superevents/", data=form(preferred_event=sent)).status_code == 201
    assert api.json(SUPEREVENT)["preferred_event"] == "T0001"


def test_last_of_repeated_fields_counts(api: Api) -> None:
    api.create()
    api.create()
    data = [(k, v) for k, v in form().items() if k != "preferred_event"]
    data += [("preferred_event", "nonsense"), ("preferred_event", "T0002")]
    assert api.post("superevents/", data=data).status_code == 201


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"category": None}, "This field is required."),
        ({"category": "X"}, '"X" is not a valid choice.'),
        ({"category": ""}, '"" is not a valid choice.'),
        ({"preferred_event": None}, "This field is required."),
        ({"preferred_event": "T12x"}, "Not a valid graceid."),
        ({"preferred_event": ""}, "Not a valid graceid."),
        ({"preferred_event": "S260301a"}, "Not a valid graceid."),
        ({"preferred_event": "T1234"}, "Event with id=1234 does not exist"),
        ({"t_0": None}, "This field is required."),
        ({"t_0": "soon"}, "A valid number is required."),
        ({"t_0": ""}, "A valid number is required."),
        ({"t_0": "nan"}, "A valid number is required."),
        ({"t_0": "inf"}, "A valid number is required."),
        ({"t_0": "1" * 1001}, "String value too large."),
        ({"t_0": "1.1234567"}, "Ensure that there are no more than 6 decimal places."),
        ({"t_0": "12345678901.123456"}, "Ensure that there are no more than 16 digits in total."),
        (
            {"t_0": "12345678901"},
            "Ensure that there are no more than 10 digits before the decimal point.",
        ),
        ({"t_0": "1e400"}, "Ensure that there are no more than 16 digits in total."),
        ({"labels": "NONE"}, "Object with name=NONE does not exist."),
        ({"labels": "DQV,INJ"}, "Object with name=DQV,INJ does not exist."),
        ({"events": ["T0001", "T0099"]}, 1),
        ({"events": "T0099"}, 0),
        ({"t_0": "x", "t_end": None}, ["A valid number is required.", "This field is required."]),
        ({"t_0": "-432001"}, str({"t_0": [RANGE]})),
        ({"t_0": "3155328018"}, str({"t_0": [RANGE]})),
    ],
)
def test_what_cannot_be_created_says_why(api: Api, fields: dict[str, Any], said: Any) -> None:
    api.create()
    data = {name: value for name, value in form(**fields).items() if value is not None}
    assert api.refused("POST", "superevents/", data=data) == said
    assert api.json("superevents/")["numRows"] == 0
    assert api.json("events/T0001")["superevent"] is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"preferred_event": 1}, "Event graceid must be a string."),
        ({"preferred_event": None}, "This field may not be null."),
        ({"events": "T0001"}, 'Expected a list of items but got type "str".'),
        ({"t_0": None}, "This field may not be null."),
        ({"t_0": True}, "A valid number is required."),
        ({"t_0": [1]}, "A valid number is required."),
        ({"t_0": "1.1234567"}, "Ensure that there are no more than 6 decimal places."),
        ({"category": None}, "This field may not be null."),
        ({"labels": "DQV"}, 'Expected a list of items but got type "str".'),
    ],
)
def test_what_cannot_be_created_from_json_says_why(
    api: Api, fields: dict[str, Any], said: str
) -> None:
    api.create()
    assert api.refused("POST", "superevents/", json=form(**fields)) == said


def test_number_in_json_is_rounded_to_microseconds(api: Api) -> None:
    api.create()
    answer = api.post("superevents/", json=form(t_0=1456419850.12345678, t_end=0.1234567))
    assert answer.json()["t_end"] == 0.123457


def test_events_of_other_superevents_or_categories_are_refused(api: Api) -> None:
    api.candidate()
    api.create(group="CBC")
    api.create(group="CBC", search="MDC")
    assert api.refused("POST", "superevents/", data=form()) == assigned(api, "T0001")
    kind = "Event {} is of type '{}', and cannot be assigned to a superevent of type '{}'"
    for sent, category, said in [
        ("G0002", "T", kind.format("G0002", "Production", "Test")),
        ("G0002", "M", kind.format("G0002", "Production", "MDC")),
        ("M0003", "P", kind.format("M0003", "MDC", "Production")),
    ]:
        data = form(preferred_event=sent, category=category)
        assert api.refused("POST", "superevents/", data=data) == said
    api.create()
    data = form(preferred_event="T0004", events=["G0002", "T0001"])
    assert api.refused("POST", "superevents/", data=data) == kind.format(
        "G0002", "Production", "Test"
    )
    data = form(preferred_event="T0004", events=["T0001", "G0002"])
    assert api.refused("POST", "superevents/", data=data) == assigned(api, "T0001")
    assert api.json("superevents/")["numRows"] == 1
    assert api.json("events/T0004")["superevent"] is None


def test_protected_labels_are_refused_together(api: Api) -> None:
    api.create()
    data = form(labels=["DQV", "ADVOK", "H1OK"])
    assert api.refused("POST", "superevents/", data=data) == (
        "The following label(s) are managed by anautomated process and cannot be manually added: "
        "ADVOK, H1OK"
    )


def test_external_event_cannot_be_preferred(api: Api) -> None:
    event = api.create(
        b"{}", filename="notice.json", group="External", pipeline="Fermi", search="GRB"
    )
    said = "{'preferred_event': ['External event cannot be set as preferred']}"
    data = form(category="P", preferred_event=event["graceid"])
    assert api.refused("POST", "superevents/", data=data) == said
    api.candidate("P")
    assert api.refused("PATCH", "superevents/S260301a/", data={"preferred_event": "E0001"}) == said


def test_replays_are_not_mixed(server: Server) -> None:
    api = server.at("v2")
    api.create(replay_id="a")
    api.create(replay_id="b")
    api.create()
    said = "Event {} has replay_id {}, and cannot be assigned to a superevent with replay_id {}"
    assert api.refused("POST", "superevents/", data=form(events="T0002")) == said.format(
        "T0002", "'b'", "'a'"
    )
    api.post("superevents/", data=form())
    assert api.refused("POST", f"{SUPEREVENT}events/", data={"event": "T0003"}) == said.format(
        "T0003", "None", "'a'"
    )
    assert api.refused("PATCH", SUPEREVENT, data={"preferred_event": "T0002"}) == said.format(
        "T0002", "'b'", "'a'"
    )


def test_what_may_not_be_sent_at_creation_is_ignored(api: Api) -> None:
    data = api.candidate(em_type="E0001", time_coinc_far="1", gw_id="GW1", unheard_of="x")
    assert (data["em_type"], data["time_coinc_far"], data["gw_id"]) == (None, None, None)


def test_unknown_superevent_is_404(api: Api) -> None:
    for name in ("S260301a", "nonsense", "S1", "T0001", "S260301" + "z" * 500, "a b"):
        answer = api.get(f"superevents/{name}/")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_other_methods_are_405(api: Api, method: str) -> None:
    api.candidate()
    answer = api.request(method, SUPEREVENT)
    assert answer.status_code == 405
    assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
    assert answer.headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_answers_may_not_be_cached_but_for_files(api: Api) -> None:
    api.candidate()
    for path in ("superevents/", SUPEREVENT, f"{SUPEREVENT}logs/"):
        assert "no-store" in api.get(path).headers["Cache-Control"]
    assert "Cache-Control" not in api.get(f"{SUPEREVENT}files/").headers


# Change


def test_change_is_told_in_the_order_of_the_server(api: Api) -> None:
    api.candidate()
    api.create()
    data = changed(
        api,
        space_coinc_far="1e-9",
        time_coinc_far="2.5e-08",
        t_end="1456419852",
        t_0="1456419850.5",
        t_start="972",
        em_type="E0009",
        preferred_event="T0002",
        gw_id="GW260301_A",
    )
    assert api.told("TS260301a")[1:] == [
        "Updated superevent parameters: gw_id: None -> GW260301_A, "
        "preferred_event: T0001 -> T0002, em_type: None -> E0009, "
        "t_start: 1456419850.250000 -> 972.000000, t_0: 1456419850.250000 -> 1456419850.500000, "
        "t_end: 1456419850.250000 -> 1456419852.000000, time_coinc_far: None -> 2.5e-08, "
        "space_coinc_far: None -> 1e-09"
    ]
    assert (data["em_type"], data["time_coinc_far"]) == ("E0009", 2.5e-08)
    assert api.comments("T0001")[-1] == "Removed as preferred event for superevent: TS260301a"
    assert api.comments("T0002")[-1] == "Set as preferred event for superevent: TS260301a"


def test_new_preferred_event_joins_and_the_old_one_stays(api: Api) -> None:
    api.candidate()
    api.create(api.sample(far="5e-12"))
    data = changed(api, preferred_event="T0002")
    assert data["gw_events"] == ["T0002", "T0001"]
    assert (data["preferred_event"], data["far"]) == ("T0002", 5e-12)
    assert data["preferred_event_data"] == api.json("events/T0002")
    assert api.json("events/T0001")["superevent"] == "TS260301a"
    assert api.told("TS260301a")[1:] == [
        "Updated superevent parameters: preferred_event: T0001 -> T0002"
    ]
    back = changed(api, preferred_event="T0001")
    assert (back["preferred_event"], back["far"]) == ("T0001", 1e-8)


def test_far_and_data_of_the_preferred_event_are_read_live(api: Api, server: Server) -> None:
    api.candidate()
    replaced = api.upload(api.sample(far="3e-13"), path="events/T0001", method="PUT")
    assert replaced.status_code == 202
    data = api.json(SUPEREVENT)
    assert data["far"] == data["preferred_event_data"]["far"] == 3e-13
    api.put("events/T0001/labels/INJ")
    assert api.json(SUPEREVENT)["preferred_event_data"]["labels"] == ["INJ"]


@pytest.mark.parametrize("fields", [{}, {"t_0": "1456419850.25"}, {"category": "P", "x": "y"}])
def test_change_of_nothing_is_400(api: Api, fields: dict[str, str]) -> None:
    api.candidate()
    text = "Request would not modify the superevent"
    assert api.refused("PATCH", SUPEREVENT, data=fields) == text
    assert len(api.told("TS260301a")) == 1


def test_change_by_json_can_unset(api: Api) -> None:
    api.candidate()
    changed(api, em_type="E0009", time_coinc_far="1e-9", gw_id="GW1")
    answer = api.request("PATCH", SUPEREVENT, json={"em_type": None, "time_coinc_far": None})
    assert answer.json()["em_type"] is None
    assert answer.json()["gw_id"] == "GW1"
    assert api.told("TS260301a")[-1] == (
        "Updated superevent parameters: em_type: E0009 -> None, time_coinc_far: 1e-09 -> None"
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"t_0": "x"}, "A valid number is required."),
        ({"em_type": "E" * 101}, "Ensure this field has no more than 100 characters."),
        ({"preferred_event": "T0099"}, "Event with id=99 does not exist"),
        ({"time_coinc_far": "x"}, "A valid number is required."),
        ({"t_0": "-432001"}, str({"t_0": [RANGE]})),
        (
            {"gw_id": "G" * 26},
            "{'gw_id': ['Ensure this value has at most 25 characters (it has 26).']}",
        ),
    ],
)
def test_change_to_what_cannot_be_is_400(api: Api, fields: dict[str, str], said: str) -> None:
    api.candidate()
    assert api.refused("PATCH", SUPEREVENT, data=fields) == said
    assert len(api.told("TS260301a")) == 1


def test_preferred_event_of_another_superevent_is_refused(api: Api) -> None:
    api.candidate()
    api.candidate()
    said = api.refused("PATCH", SUPEREVENT, data={"preferred_event": "T0002"})
    assert said == assigned(api, "T0002")


def test_preferred_event_of_another_category_is_taken_at_a_change(api: Api) -> None:
    api.candidate()
    api.create(group="CBC")
    assert changed(api, preferred_event="G0002")["preferred_event"] == "G0002"


def test_id_set_by_a_change_does_not_confirm(api: Api) -> None:
    api.candidate()
    data = changed(api, gw_id="TGW1")
    assert data["gw_id"] == "TGW1"
    assert data["links"]["self"] == f"{api.url}{SUPEREVENT}"
    assert api.get("superevents/TGW1/").status_code == 404
    assert api.json("events/T0001")["superevent"] == "TS260301a"
    answer = api.post(f"{SUPEREVENT}confirm-as-gw/", data={"gw_id": "TGW1"})
    assert answer.status_code == 200
    assert api.json("superevents/TGW1/")["gw_id"] == "TGW1"
    changed(api, gw_id="TGW2")
    assert api.json("superevents/TGW2/")["links"]["self"] == f"{api.url}superevents/TGW2/"
    assert api.get("superevents/TGW1/").status_code == 404
    assert api.json("events/T0001")["superevent"] == "TGW2"


# Confirmation


def test_confirmation_is_200_and_told(api: Api) -> None:
    api.candidate(events=api.create()["graceid"])
    answer = api.post(f"{SUPEREVENT}confirm-as-gw/")
    assert answer.status_code == 200
    assert answer.json() == api.json(SUPEREVENT)
    assert api.told("TS260301a")[1:] == [
        "Confirmed as a gravitational wave: ID changed from TS260301a -> TGW260301A"
    ]
    for graceid in ("T0001", "T0002"):
        assert api.json(f"events/{graceid}")["superevent"] == "TGW260301A"


def test_confirmation_happens_once(api: Api) -> None:
    api.candidate()
    api.post(f"{SUPEREVENT}confirm-as-gw/")
    for name in ("TS260301a", "TGW260301A"):
        said = api.refused("POST", f"superevents/{name}/confirm-as-gw/", data={"gw_id": "x"})
        assert said == "Superevent is already confirmed as a GW"


def test_id_that_cannot_be_confirmed_is_400(api: Api) -> None:
    api.candidate()
    api.candidate()
    api.post(f"{SUPEREVENT}confirm-as-gw/", data={"gw_id": "mine"})
    other = "superevents/TS260301b/confirm-as-gw/"
    assert api.refused("POST", other, data={"gw_id": "mine"}) == (
        "{'gw_id': ['Superevent with this Gw id already exists.']}"
    )
    assert api.refused("POST", other, data={"gw_id": "x" * 31}) == (
        "{'gw_id': ['Ensure this value has at most 25 characters (it has 31).']}"
    )
    assert api.json("superevents/TS260301b/")["gw_id"] is None


# Rights


def test_only_managers_make_and_change_what_is_no_test(api: Api, server: Server) -> None:
    insider = server.at(api.base, "insider", ("internal_users",))
    manager = server.at(api.base, "manager", ("superevent_managers", "internal_users"))
    for category, kind in (("P", "superevents"), ("M", "MDC superevents")):
        found = api.candidate(category)
        path = f"superevents/{found['superevent_id']}/"
        free = api.candidate(category)["preferred_event"]
        data = form(category=category, preferred_event=free)
        for method, below, body, said in (
            ("POST", "superevents/", data, f"You are not allowed to create {kind}."),
            ("PATCH", path, {"t_0": "1"}, f"You are not allowed to change {kind}."),
            ("POST", f"{path}events/", {}, f"You are not allowed to add events to {kind}."),
            (
                "DELETE",
                f"{path}events/{found['preferred_event']}/",
                {},
                f"You are not allowed to remove events from {kind}.",
            ),
            (
                "POST",
                f"{path}confirm-as-gw/",
                {},
                f"You are not allowed to confirm {kind} as GWs.",
            ),
        ):
            answer = insider.request(method, below, data=body)
            assert (answer.status_code, answer.json()) == (403, {"detail": said})
            assert manager.request(method, below, data=body).status_code != 403


def test_insiders_make_tests(api: Api, server: Server) -> None:
    api.create()
    insider = server.at(api.base, "insider", ("internal_users",))
    outsider = server.at(api.base, "outsider", ("lvem_observers",))
    said = {"detail": "You are not allowed to create test superevents."}
    answer = outsider.post("superevents/", data=form())
    assert (answer.status_code, answer.json()) == (403, said)
    assert insider.post("superevents/", data=form()).status_code == 201
    assert insider.request("PATCH", SUPEREVENT, data={"t_0": "1"}).status_code == 200


def test_nobody_without_a_name_makes_any(api: Api, server: Server) -> None:
    api.create()
    answer = server.at(api.base, None).post("superevents/", data=form())
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Authentication credentials were not provided."}
