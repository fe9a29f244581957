"""The log of a superevent: entries with files, tags and labels, and tags put on later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api

LOGS = "superevents/TS260301a/logs/"
FILES = "superevents/TS260301a/files/"


@pytest.fixture(autouse=True)
def _candidate(api: Api) -> None:
    """Make TS260301a, whose log has one entry."""
    api.candidate()


def write(api: Api, comment: str = "hello", file: Any = None, **fields: Any) -> Any:
    files = None if file is None else {"upload": file}
    answer = api.post(LOGS, data={"comment": comment, **fields}, files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(api: Api) -> list[str]:
    return api.told("TS260301a")[1:]


# Entries


def test_entry_without_a_file_has_the_keys_of_the_server(api: Api) -> None:
    answer = api.post(LOGS, data={"comment": "  hello "})
    assert answer.status_code == 201
    assert list(answer.json().items()) == [
        ("self", f"{api.url}{LOGS}2/"),
        ("N", 2),
        ("comment", "hello"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("issuer", "albert.einstein@ligo.org"),
        ("filename", ""),
        ("file_version", None),
        ("tag_names", []),
        ("file", None),
    ]
    assert api.json(f"{LOGS}2/") == answer.json()


def test_list_has_all_entries_by_number(api: Api) -> None:
    for comment in ("b", "a"):
        write(api, comment)
    url = f"{api.url}{LOGS}"
    found = api.json(LOGS)
    assert {k: v for k, v in found.items() if k not in ("log", "logs")} == {
        "start": 0,
        "numRows": 3,
        "links": {"self": url, "first": url, "last": url},
    }
    assert [one["N"] for one in found["log"]] == [1, 2, 3]
    assert ("logs" in found) is api.v2
    assert found["log"] == found.get("logs", found["log"])


def test_entry_with_file_tags_and_label_tells_each(api: Api) -> None:
    log = write(
        api, "map", ("m.fits", b"SIMPLE"), tagname=["sky_loc", "mine"], label="SKYMAP_READY"
    )
    assert (log["filename"], log["file_version"]) == ("m.fits", 0)
    assert log["file"] == f"{api.url}{FILES}m.fits,0"
    assert log["tag_names"] == ["sky_loc", "mine"]
    assert told(api) == [
        "map",
        "Tagged message 2: sky_loc.",
        "Tagged message 2: mine.",
        "Added label: SKYMAP_READY",
    ]
    assert [one["tag_names"] for one in api.json(LOGS)["log"][2:]] == [[], [], []]


@pytest.mark.parametrize("sent", [["sky_loc", "pe"], "sky_loc,pe", "sky_loc, pe"])
def test_tags_are_a_list_or_one_text_with_commas(api: Api, sent: Any) -> None:
    assert write(api, tagname=sent)["tag_names"] == ["sky_loc", "pe"]


def test_one_element_in_json_is_split_too(api: Api) -> None:
    answer = api.post(LOGS, json={"comment": "c", "tagname": ["sky_loc,pe"]})
    assert answer.json()["tag_names"] == ["sky_loc", "pe"]
    answer = api.post(LOGS, json={"comment": "c", "tagname": [""]})
    assert answer.json()["tag_names"] == []
    said = api.refused("POST", LOGS, json={"comment": "c", "tagname": "pe"})
    assert said == 'Expected a list of items but got type "str".'


def test_what_opens_an_entry_to_all_opens_it_to_partners_first(api: Api) -> None:
    log = write(api, tagname=["public", "pe"])
    assert log["tag_names"] == ["pe", "lvem", "public"]  # as the server's tags came to exist
    assert told(api)[1:] == [
        "Tagged message 2: lvem.",
        "Tagged message 2: public.",
        "Tagged message 2: pe.",
    ]
    write(api, tagname=["lvem", "public"])
    assert told(api)[5:] == ["Tagged message 6: lvem.", "Tagged message 6: public."]


def test_new_tag_comes_to_exist_with_its_display_name(api: Api) -> None:
    write(api, tagname=["mine", "pe"], displayName=["My own", "Ignored"])
    tags = api.json(f"{LOGS}2/tags/")
    assert tags == {
        "tags": [
            {
                "name": name,
                "displayName": shown,
                "self": f"{api.url}{LOGS}2/tags/{name}/",
            }
            for name, shown in (("mine", "My own"), ("pe", "Parameter Estimation"))
        ]
    }
    assert api.json("tag/")["tags"]["mine"] == {"displayName": "My own", "blessed": False}


def test_label_that_is_there_is_applied_silently(api: Api) -> None:
    write(api, label="DQV")
    write(api, label="DQV")
    assert told(api) == ["hello", "Added label: DQV", "hello"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"comment": ""}, "This field may not be blank."),
        ({"comment": " \n"}, "This field may not be blank."),
        ({}, "This field is required."),
        (
            {"comment": "c", "upload": "text"},
            "The submitted data was not a file. Check the encoding type on the form.",
        ),
        (
            {"comment": "c", "tagname": ["a", "b"], "displayName": "A"},
            "There should either be as many display names as tags, or there should be no "
            "display names",
        ),
        ({"comment": "c", "label": "FOO"}, "The label 'FOO' is not found in the database."),
        (
            {"comment": "c", "label": "ADVOK"},
            "The label 'ADVOK' is managed by an automated process and cannot be manually added",
        ),
        (
            {"comment": "c", "tagname": "a b"},
            "{'name': ['Tag names can only include [0-9a-zA-z_-]']}",
        ),
        (
            {"comment": "c", "tagname": "a" * 101},
            "{'name': ['Ensure this value has at most 100 characters (it has 101).']}",
        ),
    ],
)
def test_what_cannot_be_written_is_400_and_leaves_nothing(
    api: Api, fields: dict[str, Any], said: str
) -> None:
    assert api.refused("POST", LOGS, data=fields) == said
    assert told(api) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "The submitted file is empty."),
        (
            "a" * 101,
            b"x",
            "{'filename': ['Ensure this value has at most 100 characters (it has 101).']}",
        ),
        ("a,b.txt", b"x", "{'filename': [\"versioned file name cannot contain a ','\"]}"),
    ],
)
def test_file_that_cannot_be_is_400_and_leaves_nothing(
    api: Api, name: str, content: bytes, said: str
) -> None:
    files = {"upload": (name, content)}
    assert api.refused("POST", LOGS, data={"comment": "c"}, files=files) == said
    assert told(api) == []
    assert "a.txt" not in api.json(FILES)


def test_entries_are_never_changed(api: Api) -> None:
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert api.request(method, f"{LOGS}1/").status_code == 405
    for wrong in ("2", "0", "9" * 5000):
        answer = api.get(f"{LOGS}{wrong}/")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert api.get(f"{LOGS}x/").status_code == 404


# Tags


def test_tag_is_put_on_and_taken_off(api: Api) -> None:
    answer = api.post(f"{LOGS}1/tags/", data={"name": "sky_loc"})
    assert answer.status_code == 201
    assert list(answer.json().items()) == [
        ("name", "sky_loc"),
        ("displayName", "Sky Localization"),
        ("self", f"{api.url}{LOGS}1/tags/sky_loc/"),
    ]
    assert api.json(f"{LOGS}1/tags/sky_loc/") == answer.json()
    assert api.json(f"{LOGS}1/tags/") == {"tags": [answer.json()]}
    gone = api.delete(f"{LOGS}1/tags/sky_loc/")
    assert (gone.status_code, gone.content) == (204, b"")
    assert told(api) == ["Tagged message 1: sky_loc.", "Removed tag sky_loc from message 1."]
    for method in ("GET", "DELETE"):
        missing = api.request(method, f"{LOGS}1/tags/sky_loc/")
        assert (missing.status_code, missing.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "a b"}, "Tag names can only include [0-9a-zA-z_-]"),
        ({"name": "a" * 101}, "Ensure this field has no more than 100 characters."),
        ({"name": ""}, "This field may not be blank."),
        ({}, "This field is required."),
    ],
)
def test_tag_that_cannot_be_is_400(api: Api, body: dict[str, str], said: str) -> None:
    assert api.refused("POST", f"{LOGS}1/tags/", data=body) == said
    assert told(api) == []


def test_repeated_tag_is_400(api: Api) -> None:
    api.post(f"{LOGS}1/tags/", json={"name": "pe", "displayName": None})
    said = api.refused("POST", f"{LOGS}1/tags/", json={"name": "pe"})
    assert said == "Tag is already applied to this log message"


def test_tags_of_an_entry_that_there_is_not_are_404(api: Api) -> None:
    for method, below in (("GET", ""), ("POST", ""), ("GET", "pe/"), ("DELETE", "pe/")):
        assert api.request(method, f"{LOGS}9/tags/{below}").status_code == 404


def test_tags_are_listed_by_name_under_the_id_that_was_asked_for(api: Api) -> None:
    for name in ("pe", "mine", "background"):
        api.post(f"{LOGS}1/tags/", data={"name": name})
    api.post("superevents/TS260301a/confirm-as-gw/")
    for asked in ("TS260301a", "TGW260301A"):
        found = api.json(f"superevents/{asked}/logs/1/tags/")["tags"]
        assert [tag["name"] for tag in found] == ["background", "mine", "pe"]
        assert found[0]["self"] == f"{api.url}superevents/{asked}/logs/1/tags/background/"


# Files


def test_versions_count_from_0_and_the_bare_name_is_the_newest(api: Api) -> None:
    for content in (b"one", b"two"):
        write(api, "c", ("m.fits", content))
    write(api, "c", ("a b.txt", b"text"))
    base = f"{api.url}{FILES}"
    found = api.json(FILES)
    names = ["a b.txt", "a b.txt,0", "m.fits", "m.fits,0", "m.fits,1"]
    assert [name for name in found if name not in ("files", "links")] == names
    assert {name: found[name] for name in names} == {
        name: base + name.replace(" ", "%20") for name in names
    }
    if api.v2:
        assert [(one["filename"], one["file_version"]) for one in found["files"]] == [
            ("a b.txt", None),
            ("a b.txt,0", 0),
            ("m.fits", None),
            ("m.fits,0", 0),
            ("m.fits,1", 1),
        ]
        superevent = f"{api.url}superevents/TS260301a/"
        assert found["links"] == {"self": base, "superevent": superevent}
    else:
        assert len(found) == 5
    assert [api.get(f"{FILES}m.fits{v}").content for v in ("", ",0", ",1")] == [
        b"two",
        b"one",
        b"two",
    ]
    assert api.get(found["a b.txt"]).content == b"text"


def test_superevent_without_files_has_an_empty_list(api: Api) -> None:
    found = api.json(FILES)
    assert found == ({"files": [], "links": found["links"]} if api.v2 else {})


def test_file_that_there_is_not_says_why(api: Api) -> None:
    write(api, "c", ("a.txt", b"x"))
    for name, status, said in [
        ("b.txt", 404, {"detail": "Not found."}),
        ("a.txt,1", 404, {"detail": "Not found."}),
        ("a.txt,x", 404, "File not found, version string should be an int"),
        ("a.txt,0,0", 400, "Invalid filename: filename should not contain commas"),
    ]:
        answer = api.get(f"{FILES}{name}")
        wanted = {"error": said} if api.v2 and isinstance(said, str) else said
        assert (answer.status_code, answer.json()) == (status, wanted)
    for method in ("POST", "PUT"):
        assert api.request(method, f"{FILES}a.txt").status_code == 405


def test_type_of_a_file_is_guessed_from_its_name(api: Api) -> None:
    for name in ("a.json", "a.log", "a.out", "a.unheard"):
        write(api, "c", (name, b"x"))
    types = {
        name: api.get(f"{FILES}{name}").headers
        for name in ("a.json,0", "a.log", "a.out", "a.unheard,0")
    }
    assert [headers["Content-Type"] for headers in types.values()] == [
        *("application/json", "text/plain", "text/plain", "application/octet-stream")
    ]
    assert types["a.unheard,0"]["Content-Disposition"] == 'attachment; filename="a.unheard,0"'
    assert "Content-Disposition" not in types["a.log"]


def test_files_are_read_through_either_id(api: Api) -> None:
    write(api, "c", ("a.txt", b"x"))
    api.post("superevents/TS260301a/confirm-as-gw/")
    assert api.get("superevents/TGW260301A/files/a.txt").content == b"x"
    assert api.get(f"{FILES}a.txt,0").content == b"x"
    link = api.json(FILES)["a.txt"]
    assert link == f"{api.url}superevents/TGW260301A/files/a.txt"
