"""What gracedb-sdk sends and reads, request by request, at every base and through every door.

It joins paths by itself instead of asking the root for templates, takes no version but that of the
URL that it is given, and sends JSON where the other client sends forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server")

LABELS = [
    ((), []),
    (("EM_READY",), ["EM_READY"]),
    (("EM_READY", "DQV"), ["DQV", "EM_READY"]),
]
TAGS = [
    ([], set()),
    (["emfollow"], {"emfollow"}),
    (["emfollow", "p_astro"], {"emfollow", "p_astro"}),
]


@pytest.mark.parametrize(("labels", "given"), LABELS)
def test_labels_of_a_new_event_are_repeated_fields(
    api: Api, labels: tuple[str, ...], given: list[str]
) -> None:
    fields = [("labels", label) for label in labels] + [("group", "Test"), ("pipeline", "gstlal")]
    answer = api.post(
        "events/", data=tuple(fields), files={"eventFile": ("coinc.xml", api.sample())}
    )
    assert answer.status_code == 201
    assert sorted(answer.json()["labels"]) == given


def test_an_event_is_replaced_by_a_put_of_the_file_alone(api: Api) -> None:
    graceid = api.create()["graceid"]
    files = {"eventFile": ("coinc.xml", api.sample() + b"<!--again-->")}
    assert api.put(f"events/{graceid}", data=(), files=files).status_code == 202
    assert "coinc.xml" in api.json(f"events/{graceid}/files/")


@pytest.mark.parametrize("kind", ["event", "superevent"])
@pytest.mark.parametrize(("tags", "given"), TAGS)
@pytest.mark.parametrize("label", [None, "HIGH_PROFILE"])
def test_an_entry_without_a_file_is_json_with_a_null_label(
    api: Api, kind: str, tags: list[str], given: set[str], label: str | None
) -> None:
    base, logs = _object(api, kind)
    body = {"tagname": tags, "comment": "plugh", "label": label}
    answer = api.post(f"{base}/{logs}/", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == ""
    assert set(answer.json()["tag_names"]) == given
    found = [row["name"] for row in api.json(f"{base}/labels/")["labels"]]
    assert found == ([label] if label else [])


@pytest.mark.parametrize("kind", ["event", "superevent"])
@pytest.mark.parametrize(("tags", "given"), TAGS)
def test_an_entry_with_a_file_is_a_form_with_repeated_tags(
    api: Api, kind: str, tags: list[str], given: set[str]
) -> None:
    base, logs = _object(api, kind)
    fields = (*(("tagname", tag) for tag in tags), ("comment", "plugh"))
    answer = api.post(f"{base}/{logs}/", data=fields, files={"upload": ("foo.txt", "bar")})
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["filename"], entry["file_version"]) == ("foo.txt", 0)
    assert set(entry["tag_names"]) == given
    # the file is read as a stream whose encoding is undone
    raw = api.get(f"{base}/files/foo.txt", stream=True).raw
    raw.decode_content = True
    assert raw.read() == b"bar"


def test_tags_and_labels_of_events_are_put_without_a_body(api: Api) -> None:
    base, logs = _object(api, "event")
    assert api.put(f"{base}/{logs}/1/tag/em_bright").status_code == 201
    assert api.json(f"{base}/{logs}/1/tag/")["tags"][0]["name"] == "em_bright"
    assert api.delete(f"{base}/{logs}/1/tag/em_bright").status_code == 204
    assert api.json(f"{base}/{logs}/1/tag/")["tags"] == []
    assert api.put(f"{base}/labels/SKYMAP_READY").status_code == 201
    assert api.delete(f"{base}/labels/SKYMAP_READY").status_code == 204


def test_tags_and_labels_of_superevents_are_posted_and_deleted_without_final_slash(
    api: Api,
) -> None:
    base, logs = _object(api, "superevent")
    assert api.post(f"{base}/{logs}/1/tags/", data={"name": "em_bright"}).status_code == 201
    assert api.delete(f"{base}/{logs}/1/tags/em_bright").status_code == 204
    assert api.json(f"{base}/{logs}/1/tags/")["tags"] == []
    assert api.post(f"{base}/labels/", data={"name": "SKYMAP_READY"}).status_code == 201
    assert api.delete(f"{base}/labels/SKYMAP_READY").status_code == 204


def test_a_superevent_made_by_json_rounds_its_times_and_reads_as_in_its_list(api: Api) -> None:
    graceid = api.create()["graceid"]
    body = {
        "preferred_event": graceid,
        "t_start": 1000000000.12345678,
        "t_0": 1000000001.12345678,
        "t_end": 1000000002.12345678,
        "category": "T",
    }
    made = api.post("superevents/", json=body)
    assert made.status_code == 201, made.text
    superevent = made.json()
    assert superevent["t_0"] == 1000000001.123457
    name = superevent["superevent_id"]
    found = api.json("superevents/", params={"query": f"{name} category: Test"})
    assert found["superevents"] == [superevent]
    assert not found["links"].get("next")
    assert api.json(f"superevents/{name}/") == superevent


def test_an_update_may_repeat_the_preferred_event_and_the_category(api: Api) -> None:
    superevent = api.candidate()
    body = {"t_0": 456, "preferred_event": superevent["preferred_event"], "category": "T"}
    name = superevent["superevent_id"]
    answer = api.request("PATCH", f"superevents/{name}/", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["t_0"] == 456
    assert answer.json()["category"] == "Test"


def test_pipeline_preferred_events_are_refused_before_they_are_looked_for(api: Api) -> None:
    superevent = api.candidate()
    name, first = superevent["superevent_id"], superevent["preferred_event"]
    second = api.create()["graceid"]
    assert api.post(f"superevents/{name}/events/", data={"event": second}).status_code == 201
    path = f"superevents/{name}/pipeline_preferred_events/"
    assert api.json(path)["pipeline_preferred_events"] == []
    assert api.post(path, json={"event": first}).status_code == 201
    text = f"Event {first} is already the gstlal pipeline-preferred event for {name}"
    assert api.refused("POST", path, json={"event": first}) == text
    assert api.post(path, json={"event": second}).status_code == 201
    rows = api.json(path)["pipeline_preferred_events"]
    assert [row["graceid"] for row in rows] == [second]
    assert api.delete(path + second).status_code == 204
    # the preferred event is not in the list, and that comes first
    assert api.delete(path + first).status_code == 404


@pytest.mark.parametrize("base", ["default", "v1", "2.33"])
def test_a_signoff_has_an_instrument_or_an_empty_one(server: Server, base: str) -> None:
    api = server.at(base)
    name = api.candidate()["superevent_id"]
    for label in ("ADVREQ", "H1OPS"):
        assert api.post(f"superevents/{name}/labels/", data={"name": label}).status_code == 201
    for kind, instrument in (("ADV", ""), ("OP", "H1")):
        body = {"status": "OK", "comment": "", "signoff_type": kind, "instrument": instrument}
        assert api.post(f"superevents/{name}/signoffs/", data=body).status_code == 201
    assert set(api.json(f"superevents/{name}/")["labels"]) == {"ADVOK", "H1OK"}


def test_whether_a_superevent_is_exposed_stands_in_a_row(api: Api) -> None:
    name = api.candidate()["superevent_id"]
    row = {"group": "public_users", "permission": "view_superevent"}
    for action in ("expose", "hide"):
        path = f"superevents/{name}/permissions/modify/"
        assert api.post(path, data={"action": action}).status_code == 200
        rows: Any = api.json(f"superevents/{name}/permissions/")["permissions"]
        assert (row in rows) is (action == "expose")


def test_a_search_goes_on_where_next_leads(api: Api) -> None:
    graceids = [api.create()["graceid"] for _ in range(5)]
    found: list[str] = []
    url, parameters = "events/", {"query": "Test", "sort": "id", "count": "2"}
    while url:
        page = api.json(url, params=parameters)
        found += [event["graceid"] for event in page["events"]]
        url, parameters = page.get("links", {}).get("next"), {}
    assert found == graceids


def _object(api: Api, kind: str) -> tuple[str, str]:
    """Give the path of a new event or superevent, and the name of its log there."""
    if kind == "event":
        return f"events/{api.create()['graceid']}", "log"
    return f"superevents/{api.candidate()['superevent_id']}", "logs"
