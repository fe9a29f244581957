"""The log of an event: what users write, and what the server writes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

LOG_KEYS = [
    *("N", "comment", "created", "issuer", "filename", "file_version", "tag_names", "self", "tags"),
    "file",
]


@pytest.fixture(autouse=True)
def _event(api: Api) -> None:
    """Make T0001, whose upload writes one entry."""
    api.create(b"nothing", pipeline="X")


# The list


def test_list_has_its_keys_in_order_and_its_url_three_times(api: Api) -> None:
    for asked in ("events/T0001/log/", "events/T1/log", "events/T0001/log/?a=b"):
        url = api.url + asked
        answer = api.json(url)
        lists = ["logs", "log"] if api.v2 else ["log"]
        assert list(answer) == ["start", "numRows", "links", *lists]
        assert (answer["start"], answer["numRows"]) == (0, 1)
        assert list(answer["links"].items()) == [("self", url), ("first", url), ("last", url)]
        if api.v2:
            assert answer["logs"] == answer["log"]


def test_entry_is_the_same_in_list_detail_and_creation(api: Api) -> None:
    created = api.log("T0001", file=("sky map.fits", b"x"), tagname=["sky_loc", "public"])
    base = f"{api.url}events/T0001/"
    assert list(created.items()) == [
        ("N", 2),
        ("comment", "a comment"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("issuer", "albert.einstein@ligo.org"),
        ("filename", "sky map.fits"),
        ("file_version", 0),
        ("tag_names", ["sky_loc", "public"]),
        ("self", f"{base}log/2"),
        ("tags", f"{base}log/2/tag/"),
        ("file", f"{base}files/sky%20map.fits,0"),
    ]
    listed = api.json("events/T0001/log/")["log"][1]
    assert list(listed.items()) == list(api.json(created["self"]).items()) == list(created.items())


def test_entry_without_a_file_says_so(api: Api) -> None:
    entry = api.log("T0001")
    assert list(entry) == LOG_KEYS
    assert (entry["filename"], entry["file_version"], entry["file"]) == ("", None, None)
    assert entry["tag_names"] == []


def test_entries_are_in_the_order_of_time_and_then_of_number(api: Api, server: Server) -> None:
    for created in ("2026-03-01 17:05:00", "2026-03-01 17:03:00", "2026-03-01 17:05:00"):
        server.store.clock.set(created)
        api.log("T0001", created)
    numbers = [entry["N"] for entry in api.json("events/T0001/log/")["log"]]
    assert numbers == [3, 1, 2, 4]


def test_all_entries_are_on_one_page(api: Api) -> None:
    for _ in range(105):
        api.log("T0001")
    answer = api.json("events/T0001/log/?count=3&start=7")
    assert answer["numRows"] == len(answer["log"]) == 106


def test_entries_cannot_be_changed_or_deleted(api: Api) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert api.request(method, "events/T0001/log/1").status_code == 405


def test_number_that_is_none_is_no_entry(api: Api) -> None:
    for number in ("0", "2", "00", "9" * 20, "9" * 5000):
        answer = api.get(f"events/T0001/log/{number}")
        assert (answer.status_code, answer.json()) == (404, api.said("Log does not exist."))
    assert api.get("events/T0001/log/001").json()["N"] == 1


# Numbers, and what the server writes


def test_every_change_is_logged_word_for_word(api: Api) -> None:
    def change(method: str, path: str) -> None:
        assert api.request(method, f"events/T0001/{path}").status_code in (201, 204)

    change("PUT", "labels/INJ")
    change("DELETE", "labels/INJ")
    change("PUT", "log/1/tag/psd")
    change("DELETE", "log/1/tag/psd")
    entry = api.log("T0001", "mine", tagname=["pe", "new"], label="DQV", file=("a.txt", b"a"))
    assert entry["N"] == 6
    assert api.log("T0001")["N"] == 10
    keys = ("N", "comment", "filename", "file_version", "tag_names", "file", "issuer")
    file = f"{api.url}events/T0001/files/a.txt,0"
    einstein = "albert.einstein@ligo.org"
    written = [tuple(entry[key] for key in keys) for entry in api.json("events/T0001/log/")["log"]]
    assert written[1:] == [
        (2, "Label: INJ", "", None, [], None, einstein),
        (3, "Deleted label: INJ", "", None, [], None, einstein),
        (4, "Tagged message 1: psd ", "", None, [], None, einstein),
        (5, "Removed tag psd for message 1. ", "", None, [], None, einstein),
        (6, "mine", "a.txt", 0, ["pe", "new"], file, einstein),
        (7, "Tagged message 6: pe ", "", None, [], None, einstein),
        (8, "Tagged message 6: new ", "", None, [], None, einstein),
        (9, "Label: DQV", "", None, [], None, einstein),
        (10, "a comment", "", None, [], None, einstein),
    ]


def test_numbers_belong_to_their_event(api: Api) -> None:
    api.create(b"nothing", pipeline="X")
    for number in (2, 3):
        for graceid in ("T0001", "T0002"):
            assert api.log(graceid)["N"] == number


def test_issuer_is_who_asks(api: Api, server: Server) -> None:
    ada = server.at(api.base, "ada.lovelace@ligo.org")
    assert ada.log("T0001", label="INJ")["issuer"] == "ada.lovelace@ligo.org"
    assert api.json("events/T0001/log/3")["issuer"] == "ada.lovelace@ligo.org"
    assert api.json("events/T0001/labels/INJ")["creator"] == "ada.lovelace@ligo.org"


# Writing


def test_file_is_stored_under_its_base_name_in_its_next_version(api: Api) -> None:
    for version in range(3):
        entry = api.log("T0001", file=("/some/where/a.txt", f"{version}".encode()))
        assert (entry["filename"], entry["file_version"]) == ("a.txt", version)
        assert api.get(entry["file"]).text == f"{version}"


def test_file_whose_name_has_a_comma_is_lost_and_the_entry_stays(api: Api) -> None:
    entry = api.log("T0001", file=("a,b.txt", b"content"))
    assert (entry["filename"], entry["file_version"], entry["file"]) == ("a,b.txt", None, None)
    assert api.get("events/T0001/files/a,b.txt").status_code == 404
    assert not any("a,b" in name for name in api.json("events/T0001/files/"))


def test_label_that_is_there_already_is_no_error(api: Api) -> None:
    api.put("events/T0001/labels/INJ")
    before = len(api.comments("T0001"))
    api.log("T0001", label="INJ")
    assert len(api.comments("T0001")) == before + 1


def test_refused_label_leaves_entry_tags_and_file(api: Api) -> None:
    for label in ("NEW", "H1OK"):
        answer = api.post(
            "events/T0001/log/",
            data={"comment": label, "tagname": "psd", "label": label},
            files={"upload": ("a.txt", b"a")},
        )
        assert answer.status_code == 400
    assert api.json("events/T0001/log/2")["tag_names"] == ["psd"]
    assert api.json("events/T0001/log/4")["file_version"] == 1
    assert api.comments("T0001")[1:] == [
        *("NEW", "Tagged message 2: psd ", "H1OK", "Tagged message 4: psd "),
    ]


def test_first_refused_tag_ends_the_request_and_the_rest_stays(api: Api) -> None:
    answer = api.post(
        "events/T0001/log/",
        data={"comment": "c", "tagname": ["psd", "not good", "pe"], "label": "INJ"},
    )
    assert answer.status_code == 400
    assert api.comments("T0001")[1:] == ["c", "Tagged message 2: psd "]
    assert api.json("events/T0001/log/2")["tag_names"] == ["psd"]
    assert api.json("events/T0001")["labels"] == []


def test_tag_named_twice_ends_the_request_as_a_tag_that_is_there(api: Api) -> None:
    answer = api.post("events/T0001/log/", data={"comment": "c", "tagname": ["psd", "psd"]})
    assert answer.status_code == (400 if api.v2 else 409)
    assert api.comments("T0001")[1:] == ["c", "Tagged message 2: psd "]


def test_refused_entry_leaves_its_file(api: Api) -> None:
    for data in ({"comment": ""}, {}):
        answer = api.post("events/T0001/log/", data=data, files={"upload": ("a.txt", b"a")})
        assert answer.status_code == 503
        assert "Retry-After" not in answer.headers  # or the client would ask again
    assert len(api.comments("T0001")) == 1
    assert api.get("events/T0001/files/a.txt,1").content == b"a"


def test_empty_label_is_none(api: Api) -> None:
    assert api.log("T0001", label="")["N"] == 2
    assert api.json("events/T0001")["labels"] == []


def test_comment_is_kept_as_it_is(api: Api) -> None:
    for comment in ("  blanks  ", "two\nlines", "Ω ≤ 1 <b>&amp;</b>", "0", "x" * 5000):
        assert api.log("T0001", comment)["comment"] == comment
        assert api.comments("T0001")[-1] == comment
