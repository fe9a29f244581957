"""EM observations of superevents: records of follow-up groups with their footprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from candidate_scenes import SUPEREVENT, candidate, open_to

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
PATH = f"{SUPEREVENT}emobservations/"
LISTS = ("ra_list", "dec_list", "ra_width_list", "dec_width_list")
ALL_LISTS = (*LISTS, "start_time_list", "duration_list")
NO_FOOTPRINTS: dict[str, list[Any]] = {name: [] for name in ALL_LISTS}
TWO: dict[str, Any] = {
    "group": "ATLAS",
    "comment": "tiles",
    "ra_list": [1, 4],
    "dec_list": [5, 8.0],
    "ra_width_list": [0.5, 0.5],
    "dec_width_list": [0.7, "0.7"],
    "start_time_list": ["2024-02-29T12:30:00", "2024-02-29T14:31:00.75+02:00"],
    "duration_list": [60, "60"],
}
LENGTHS = (
    "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and duration_list must be "
    "the same length."
)


def record(api: Api, path: str = PATH, **changes: Any) -> Any:
    answer = api.post(path, json={**TWO, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def lists(**elements: Any) -> dict[str, Any]:
    """Give the lists of footprints whose unnamed members are all the same."""
    count = len(next(iter(elements.values())))
    plain: dict[str, Any] = dict.fromkeys(ALL_LISTS, [1] * count)
    return {**plain, "start_time_list": ["2024-02-29"] * count, **elements}


@OLDER
def test_answer_has_these_keys_in_this_order(server: Server, base: str) -> None:
    api = candidate(server, base)
    answer = api.post(PATH, json=TWO)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert "Location" not in answer.headers
    width = {"raWidth": 0.5, "decWidth": 0.7}
    second = {"exposure_time": 60, "start_time": "2024-02-29 12:31:00 UTC", "N": 2, **width}
    first = {"exposure_time": 60, "start_time": "2024-02-29 12:30:00 UTC", "N": 1, **width}
    data = answer.json()
    assert list(data.items()) == [
        ("created", "2026-03-01 17:04:09 UTC"),
        ("N", 1),
        ("submitter", "albert.einstein@ligo.org"),
        ("group", "ATLAS"),
        ("ra", 2.5),
        ("raWidth", 3.5),
        ("dec", 6.5),
        ("decWidth", pytest.approx(3.7)),
        ("comment", "tiles"),
        ("footprint_count", 2),
        ("footprints", [{**second, "ra": 4.0, "dec": 8.0}, {**first, "ra": 1.0, "dec": 5.0}]),
    ]
    keys = ["exposure_time", "start_time", "N", "raWidth", "decWidth", "ra", "dec"]
    assert [list(one) for one in data["footprints"]] == [keys, keys]
    assert api.json(f"{PATH}1/") == data


@OLDER
def test_log_tells_of_the_record(server: Server, base: str) -> None:
    api = candidate(server, base)
    before = api.comments("T0001")
    record(api)
    (log,) = api.json(f"{SUPEREVENT}logs/")["log"][1:]
    assert log["comment"] == "New EMBB observation record for ATLAS"
    assert (log["issuer"], log["tag_names"]) == ("albert.einstein@ligo.org", [])
    assert (log["filename"], log["file"]) == ("", None)
    assert api.comments("T0001") == before


def test_record_is_one_transaction(server: Server) -> None:
    api = candidate(server)
    journal = server.store.path / "journal.jsonl"
    before = journal.read_text()
    record(api)
    change, applied = journal.read_text().removeprefix(before).splitlines()
    assert '"call":"POST superevents/TS260301a/emobservations/"' in change
    assert applied.startswith('{"applied":')


def test_box_covers_all_footprints_within_the_sphere(server: Server) -> None:
    made = record(
        candidate(server),
        **lists(ra_list=[10, 359.8], dec_list=[-5, 80], dec_width_list=[2, 30]),
    )
    assert (made["ra"], made["raWidth"]) == (184.75, 350.5)
    assert (made["dec"], made["decWidth"]) == (42.0, 96.0)


def test_without_footprints_there_is_no_box(server: Server) -> None:
    api = candidate(server)
    made = record(api, **NO_FOOTPRINTS)
    assert [made[key] for key in ("ra", "raWidth", "dec", "decWidth")] == [None] * 4
    assert (made["footprint_count"], made["footprints"]) == (0, [])
    answer = api.post(PATH, data={"group": "ATLAS", **dict.fromkeys(ALL_LISTS, "")})
    assert answer.json()["footprints"] == []


def test_comment_may_be_empty_or_missing(server: Server) -> None:
    api = candidate(server)
    assert record(api, comment="")["comment"] == ""
    sent = {key: value for key, value in TWO.items() if key != "comment"}
    for body in ({"json": sent}, {"data": sent}, {"data": {**sent, "comment": ""}}):
        answer = api.post(PATH, **body)
        assert (answer.status_code, answer.json()["comment"]) == (201, "")


def test_lists_come_as_json_lists_as_one_text_with_commas_or_as_fields(server: Server) -> None:
    api = candidate(server)
    texts = {
        name: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in TWO.items()
    }
    wrapped = {name: [texts[name]] if name in ALL_LISTS else texts[name] for name in texts}
    answers = [
        api.post(PATH, json=TWO),
        api.post(PATH, json=wrapped),
        api.post(PATH, data=TWO),
        api.post(PATH, data=texts),
        api.post(PATH, files=[(name, (None, value)) for name, value in texts.items()]),
    ]
    found = [answer.json() for answer in answers]
    assert [one["N"] for one in found] == [1, 2, 3, 4, 5]
    for one in found:
        assert {**one, "N": 0} == {**found[0], "N": 0}


@OLDER
def test_list_has_all_of_them_by_number(server: Server, base: str) -> None:
    api = candidate(server, base)
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    empty = {"start": 0, "numRows": 0, "observations": [], "links": links}
    assert api.json(PATH) == empty
    made = []
    for day in (3, 2):
        server.store.clock.set(f"2026-03-0{day} 12:00:00")
        made.append(record(api))
    assert api.json(PATH) == {**empty, "numRows": 2, "observations": made}
    assert api.json(f"{PATH}2/") == api.json(f"{PATH}2") == made[1]


def test_records_are_numbered_per_superevent_from_1(server: Server) -> None:
    api = candidate(server)
    other = f"superevents/{api.candidate()['superevent_id']}/emobservations/"
    assert [record(api)["N"], record(api, other)["N"], record(api)["N"]] == [1, 1, 2]


def test_confirmed_superevent_answers_under_both_ids(server: Server) -> None:
    api = candidate(server)
    made = record(api)
    api.post(f"{SUPEREVENT}confirm-as-gw/")
    path = "superevents/TGW260301A/emobservations/"
    assert api.json(f"{path}1/") == made
    assert record(api, path)["N"] == 2
    assert api.json(PATH)["numRows"] == 2


@OLDER
def test_unknown_number_or_superevent_is_not_found(server: Server, base: str) -> None:
    api = candidate(server, base)
    for answer in (
        api.get(f"{PATH}1/"),
        api.get("superevents/TS260301z/emobservations/"),
        api.post("superevents/TS260301z/emobservations/", json=TWO),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@OLDER
def test_records_are_never_changed(server: Server, base: str) -> None:
    api = candidate(server, base)
    record(api)
    for method in ("PUT", "PATCH", "DELETE"):
        for path in (PATH, f"{PATH}1/"):
            assert api.request(method, path).status_code == 405
    assert api.post(f"{PATH}1/").status_code == 405


@pytest.mark.parametrize("base", ["default", "v2"])
def test_all_of_it_is_gone_from_v2(server: Server, base: str) -> None:
    record(candidate(server))
    api = server.at(base)
    gone = "This functionality has been deprecated and will not be re-implemented on GraceDB"
    before = api.told("TS260301a")
    for path in (PATH, f"{PATH}1/", f"{PATH}7/"):
        for method in ("GET", "POST"):
            answer = api.request(method, path)
            assert (answer.status_code, answer.json()) == (410, {"error": gone})
    assert api.get("superevents/TS260301z/emobservations/").status_code == 404
    assert api.told("TS260301a") == before


def test_records_are_kept_in_the_store_and_pass_its_check(server: Server) -> None:
    api = candidate(server)
    made = [record(api), record(api, **NO_FOOTPRINTS)]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json(PATH)["observations"] == made


# Rights


def test_who_may_annotate_may_record(server: Server) -> None:
    candidate(server)
    open_to(server, lvem_observers=["view", "annotate"], public_users=["view"])
    made = record(server.at("v1", "outsider", ("lvem_observers",)))
    assert made["submitter"] == "outsider"
    for user, groups, detail in (
        ("somebody", ("public_users",), "You do not have permission to perform this action."),
        (None, None, "Authentication credentials were not provided."),
    ):
        api = server.at("v1", user, groups)
        answer = api.post(PATH, json={"group": "?"})
        assert (answer.status_code, answer.json()) == (403, {"detail": detail})
        assert api.json(PATH)["observations"] == [made]
        assert api.json(f"{PATH}1/") == made


def test_superevent_that_is_not_visible_is_not_found(server: Server) -> None:
    record(candidate(server))
    for user, groups in (("outsider", ("lvem_observers",)), (None, None)):
        api = server.at("v1", user, groups)
        for path in (PATH, f"{PATH}1/"):
            assert api.get(path).status_code == 404
        assert api.post(PATH, json=TWO).status_code == 404


# What is refused


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"group": "?"}, "Object with name=? does not exist."),
        ({"group": None}, "This field may not be null."),
        ({"comment": None}, "This field may not be null."),
        ({"comment": ["a"]}, "Not a valid string."),
        *(({name: "1,2"}, 'Expected a list of items but got type "str".') for name in ALL_LISTS),
        *(({name: None}, "This field may not be null.") for name in ALL_LISTS),
        *(({name: [1, 2]}, LENGTHS) for name in LISTS),
        ({"duration_list": [1]}, LENGTHS),
        ({"start_time_list": []}, LENGTHS),
        *(({name: [1, 2, "x"]}, 2) for name in LISTS),
        *(({name: ["nan", 2, 3]}, 0) for name in LISTS),
        ({"ra_list": [None, 2, [3]]}, [0, 2]),
        *(({"duration_list": [1, sent, 3]}, 1) for sent in (-1, 1.5, "1.5", "", None, 2**31, True)),
        *(({"start_time_list": ["2024-02-29", sent, "2024-02-29"]}, 1) for sent in ("soon", 7)),
        # all of it is told, in the order of the fields, and before the lengths
        (
            {"group": "?", "ra_list": ["x"], "duration_list": None},
            ["Object with name=? does not exist.", 0, "This field may not be null."],
        ),
    ],
)
def test_field_that_is_wrong_is_told(server: Server, changes: dict[str, Any], said: Any) -> None:
    api = candidate(server)
    sent = {"group": "ATLAS", **lists(ra_list=[1, 2, 3]), **changes}
    answer = api.post(PATH, json=sent)
    assert (answer.status_code, answer.json()) == (400, said)
    assert (api.json(PATH)["observations"], len(api.told("TS260301a"))) == ([], 1)


@OLDER
def test_all_but_the_comment_is_required(server: Server, base: str) -> None:
    api = candidate(server, base)
    for body in ({"json": {}}, {"data": {}}):
        answer = api.post(PATH, **body)
        assert (answer.status_code, answer.json()) == (400, ["This field is required."] * 7)
    for name in ("group", *ALL_LISTS):
        sent = {key: value for key, value in TWO.items() if key != name}
        assert api.post(PATH, json=sent).json() == "This field is required."


def test_whole_seconds_may_be_written_with_a_point(server: Server) -> None:
    made = record(candidate(server), **lists(duration_list=[60.0, "61.0", 0, 2**31 - 1]))
    assert [one["exposure_time"] for one in made["footprints"]] == [2**31 - 1, 0, 61, 60]


# The client


@pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
@pytest.mark.parametrize("base", ["v1", "2.33"])
def test_clients_own_methods_write_and_read_records(server: Server, base: str) -> None:
    candidate(server)
    client = server.client(base)
    start_times = ["2026-03-01T17:30:00.123456", "2026-03-01T17:31:00"]
    sent = ("TS260301a", "ATLAS", [1, 2], 0.5, [5, 6], [0.7, 0.8], start_times, 60)
    made = client.write_emobservation(*sent, comment="c").json()
    assert (made["footprint_count"], made["comment"], made["group"]) == (2, "c", "ATLAS")
    assert client.writeEMObservation(*sent).json()["comment"] == ""
    assert client.emobservations("TS260301a").json()["observations"][0] == made
    assert client.emobservations("TS260301a", 1).json() == made
