"""Every link in every answer leads somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests
from ligo.gracedb.exceptions import HTTPError

from fakegracedb import NotFaked

if TYPE_CHECKING:
    from conftest import Api, Server

served_too = pytest.mark.doors("server")


def urls(data: Any) -> Iterator[str]:
    """Give the URLs in an answer, wherever they stand."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "templates":
                yield from urls(value)
    elif isinstance(data, list):
        for value in data:
            yield from urls(value)
    elif isinstance(data, str) and data.startswith(("https://", "http://")):
        yield data


def other(url: str) -> str:
    """Give a URL with its final slash if it had none, and without it if it had one."""
    path, mark, query = url.partition("?")
    return (path[:-1] if path.endswith("/") else path + "/") + mark + query


OBSERVATION = {
    "group": "ZTF",
    **{name: [1] for name in ("ra_list", "ra_width_list", "dec_list", "dec_width_list")},
    "start_time_list": ["2026-03-01T17:30:00"],
    "duration_list": [60],
}


EMBB = {"group": "ZTF", "waveband": "em.gamma", "eel_status": "FO", "obs_status": "OB"}


def populate(api: Api) -> None:
    """Make a store with something behind every link."""
    for number in range(3):
        api.create(api.sample(1400000000 + number), labels=["INJ", "DQV"])
    api.log("T0001", tagname=["psd", "new_tag"], file=("sky map 100%.txt", b"x"))
    api.log("T0001", file=("files", b"x"))
    if not api.v2:
        made = api.post("events/T0001/voevent/", data={"voevent_type": "PR"})
        assert made.status_code == 201
        assert api.post("events/T0001/emobservation/", json=OBSERVATION).status_code == 201
        assert api.post("events/T0001/embb/", json=EMBB).status_code == 201

    superevent = api.candidate(preferred_event="T0001", events="T0002", labels=["ADVREQ", "INJ"])
    path = f"superevents/{superevent['superevent_id']}/"
    log = {"comment": "c", "tagname": "psd"}
    for below, data, files in (
        ("pipeline_preferred_events/", {"event": "T0001"}, None),
        ("logs/", log, {"upload": ("a map.txt", b"x")}),
        ("logs/1/tags/", {"name": "psd"}, None),
        ("signoffs/", {"signoff_type": "ADV", "status": "OK"}, None),
    ):
        assert api.post(path + below, data=data, files=files).status_code == 201
    if api.v2:
        notice = {"upload": ("notice.json", alert(api, superevent["superevent_id"]))}
        assert api.post(f"{path}notices/", files=notice).status_code == 201
    else:
        made = api.post(f"{path}voevents/", data={"voevent_type": "PR"})
        assert made.status_code == 201
        assert api.post(f"{path}emobservations/", json=OBSERVATION).status_code == 201
    catalog = {superevent["superevent_id"]: {"pipelines": {}, "far": None, "pastro": None}}
    assert api.post("gwtc/", json={"number": "1", "smap": catalog}).status_code == 201


def alert(api: Api, superevent_id: str) -> bytes:
    """Give a public alert that takes an earlier one back."""
    return json.dumps(
        {
            "alert_type": "RETRACTION",
            "time_created": "2026-03-01T17:30:00Z",
            "superevent_id": superevent_id,
            "urls": {"gracedb": f"{api.url}superevents/{superevent_id}/"},
            "event": None,
            "external_coinc": None,
        }
    ).encode()


START = [
    *(f"superevents/TS260301a/{below}/" for below in ("signoffs", "permissions", "voevents")),
    "superevents/TS260301a/pipeline_preferred_events/",
    "superevents/TS260301a/logs/1/tags/",
    "events/T0001/signoff/",
    "events/T0001/perms/",
    "",
    "events/?count=1&start=1",
    "events/T0001/neighbors/?neighborhood=-5,5",
    "user-info/",
]

# Only v2 has these.
START_V2 = ["superevents/TS260301a/notices/"]
# Retired on v2, which has no links to them either.
START_V1 = ["events/T0001/voevent/", "events/T0001/embb/"]


def crawl(api: Api, fetch: Any) -> tuple[dict[str, int], set[str]]:
    """Follow all links; give the statuses, and the links to what is not faked."""
    waiting = [api.url + path for path in START + (START_V2 if api.v2 else START_V1)]
    seen: dict[str, int] = {}
    lacking: set[str] = set()
    while waiting:
        url = waiting.pop()
        if url in seen or url in lacking:
            continue
        try:
            answer = fetch(url)
            same = fetch(other(url))
        except NotFaked:
            lacking.add(url)
            continue
        assert url.startswith(api.url), url
        seen[url] = answer.status_code
        assert same.status_code == answer.status_code, url
        if answer.headers["Content-Type"] == "application/json":
            waiting += urls(json.loads(answer.content))
        else:
            assert same.content == answer.content
    return seen, lacking


@served_too
def test_every_link_is_served_with_and_without_its_final_slash(api: Api) -> None:
    populate(api)
    seen, lacking = crawl(api, api.get)
    assert {url: status for url, status in seen.items() if status != 200} == {}
    below = {url.removeprefix(api.url).partition("?")[0] for url in seen}
    for path in (
        "events/",
        "events/T0001",
        "events/T0001/neighbors/",
        "events/T0001/log/6/tag/new_tag",
        "events/T0001/tag/psd",
        "events/T0003/labels/DQV",
        "events/T0001/files/sky%20map%20100%25.txt,0",
        "events/T0001/files/files,0",
        "performance/",
        "superevents/TS260301a/",
        "superevents/TS260301a/events/",
        "superevents/TS260301a/labels/INJ/",
        "superevents/TS260301a/logs/1/tags/psd/",
        "superevents/TS260301a/files/a%20map.txt,0",
        "superevents/TS260301a/signoffs/ADV/",
        "superevents/TS260301a/notices/1/" if api.v2 else "superevents/TS260301a/voevents/1/",
        "gwtc/1/1/",
    ):
        assert path in below
    assert lacking == set()


@pytest.mark.doors("wsgi", "server", "fake disk")
def test_links_of_the_default_base_name_no_version(server: Server) -> None:
    api = server.at("default")
    populate(api)
    seen, _ = crawl(api, api.get)
    assert len(seen) > 60
    assert [url for url in seen if "/api/v" in url] == []


@served_too
def test_client_gets_every_link(api: Api, server: Server) -> None:
    populate(api)
    client = server.client(api.base)
    seen, _ = crawl(api, client.get)
    assert set(seen.values()) == {200}
    assert len(seen) > 60


WITHOUT_GET = {
    *("update-grbevent-template", "event-reserve-template", "event-upload-template"),
    *("superevent-confirm-as-gw-template", "superevent-permission-modify-template"),
}


def test_every_template_is_served(api: Api, server: Server) -> None:
    populate(api)
    api.put("events/T0001/log/1/tag/psd")
    values = {
        "graceid": "T0001",
        "N": 1,
        "label": "INJ",
        "filename": "initial.data",
        "tag_name": "psd",
        "superevent_id": "TS260301a",
        "label_name": "INJ",
        "file_name": "a map.txt",
        "typeinst": "ADV",
        "number": 1,
        "version": 1,
    }
    for name, template in api.json("")["templates"].items():
        url = template.format(**values)
        for asked in (url, other(url)):
            status = api.get(asked).status_code
            if name == "superevent-voevent-detail-template" and api.v2:
                assert status == 404  # v2 makes none
                continue
            without_get = name in WITHOUT_GET
            assert status == (405 if without_get else 200) or (status == 410 and api.v2), name


def test_crawl_would_notice_a_broken_link(api: Api, server: Server) -> None:
    populate(api)
    broken = f"{api.url}events/T0001/labels/INJ"

    def fetch(url: str) -> requests.Response:
        return api.get(url + "X" if url.rstrip("/") == broken else url)

    seen, _ = crawl(api, fetch)
    assert [url for url, status in seen.items() if status != 200] == [broken]
    with pytest.raises(HTTPError) as error:
        crawl(api, lambda url: server.client(api.base).get(url.replace("labels/INJ", "labels/X")))
    assert error.value.status_code == 404
