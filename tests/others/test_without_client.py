"""GraceDB without the newest client: plain requests, followed links, older clients.

Habits of igwn-monitor, gwemopt, pesummary, gracedb-mcp and tom-nonlocalizedevents, as in
`test_habits`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
from program_scene import T_0, URL, Scene

from fakegracedb import FakeGraceDb, Server, Store, activate, mount, samples


def test_the_last_event_is_the_first_of_a_list_of_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "gracedb")
    client = FakeGraceDb(store=store)
    for _ in range(2):
        client.create_event("Test", "gstlal", "coinc.xml", filecontents=samples.coinc_xml(T_0))
    with Server(store) as server:
        (event,) = requests.get(f"{server.url}events/?count=1", timeout=20).json()["events"]
    assert event["graceid"] == "T0002"
    assert event["created"].endswith(" UTC")


def test_the_public_follows_a_voevent_to_its_sky_map(scene: Scene) -> None:
    client, sid = scene.client, scene.sid
    name = "bayestar.multiorder.fits"
    client.write_log(sid, "map", name, samples.skymap(), tag_name=["sky_loc", "public"])
    with Server(client.store, server_version="2.33") as server:
        made = requests.post(
            f"{server.url}superevents/{sid}/voevents/",
            data={"voevent_type": "IN", "skymap_type": "bayestar", "skymap_filename": name},
            timeout=20,
        )
    assert made.status_code == 201, made.text
    client.modify_permissions(sid, "expose")
    client.add_tag(sid, scene.entry_of(".xml"), "public")
    with Server(client.store, anonymous=True) as server:
        got = requests.get(f"{server.url}superevents/{sid}/voevents/", timeout=20).json()
        (voevent,) = got["voevents"]
        assert voevent["filename"] == f"{sid}-1-Initial.xml"
        file = requests.get(voevent["links"]["file"], timeout=20)
        params = {
            one.attrib["name"]: one.attrib["value"]
            for one in ElementTree.fromstring(file.content).iterfind(".//Param")
        }
        url = urlsplit(params["skymap_fits"])
        assert url.path == f"/api/superevents/{sid}/files/{name}"
        answer = requests.get(f"{server.url.removesuffix('/api/')}{url.path}", timeout=20)
    assert answer.content == samples.skymap()


def test_every_key_of_a_file_list_that_looks_like_a_sky_map_is_one(scene: Scene) -> None:
    client, sid = scene.client, scene.sid
    name = "bayestar.multiorder.fits"
    for _ in range(2):
        client.write_log(sid, "map", name, samples.skymap(), tag_name=["sky_loc", "public"])
    client.modify_permissions(sid, "expose")
    with Server(client.store, anonymous=True) as server:
        base = f"{server.url}superevents/{sid}/files/"
        keys = sorted(requests.get(base, timeout=20).json())
        maps = [key for key in keys if key.endswith(".fits") or ".fits," in key]
        assert maps == [name, f"{name},0", f"{name},1"]
        for key in maps:
            assert requests.get(base + key, timeout=20).content == samples.skymap()


def test_two_slashes_in_a_row_lead_nowhere(tmp_path: Path) -> None:
    with Server(Store(tmp_path / "gracedb")) as server:
        answer = requests.get(f"{server.url}/events/", timeout=20)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_public_reads_what_a_listing_program_shows(scene: Scene) -> None:
    scene.client.modify_permissions(scene.sid, "expose")
    public = scene.client.as_user(None)
    columns = ["superevent_id", "created", "t_0", "far", "labels"]
    query = "far < 1e-5"
    (row,) = public.superevents(query=query, orderby="-created", columns=columns)
    assert list(row) == columns
    assert public.labels(scene.sid).json()["labels"] == []
    names = public.files(scene.sid).json()
    assert [name for name in names if name.endswith("p_astro.json")] == ["p_astro.json"]
    with pytest.raises(KeyError):  # which only the collaboration sees
        next(public.superevents(query=query, columns=["preferred_event"]))


# Clients of other makes


def test_a_client_that_is_older_or_a_bare_session_gets_the_same_store(tmp_path: Path) -> None:
    with activate(tmp_path / "gracedb") as client, requests.Session() as session:
        client.create_event("Test", "gstlal", "coinc.xml", filecontents=samples.coinc_xml(T_0))
        with mount(session, store=client.store, base=URL):
            agent = {"User-Agent": "gracedb-client/2.7.1"}
            answer = session.get(f"{URL}events/T0001", headers=agent)
            assert answer.json()["graceid"] == "T0001"
            refused = session.get(URL, headers={"User-Agent": "gracedb-client/1.28"})
            assert refused.status_code == 400


def test_functions_of_requests_get_the_same_store(scene: Scene) -> None:
    client, sid = scene.client, scene.sid
    name = "bayestar.multiorder.fits"
    client.write_log(sid, "map", name, samples.skymap(), tag_name=["sky_loc", "public"])
    client.modify_permissions(sid, "expose")
    base = "https://gracedb.ligo.org/api"
    with mount(requests.Session, store=client.store):
        maps = [key for key in _fetched(f"{base}/superevents/{sid}/files/").json() if "fits" in key]
        assert maps == [name, f"{name},0"]
        for key in maps:
            got = _fetched(f"{base}/superevents/{sid}/files/{key}")
            assert got.content == samples.skymap()
        answer = requests.get(f"{base}/superevents/S260301zz/files/", timeout=20)
    with pytest.raises(requests.HTTPError, match="404 Client Error: Not Found for url: https"):
        answer.raise_for_status()


def _fetched(url: str) -> requests.Response:
    answer = requests.get(url, timeout=20)
    answer.raise_for_status()
    return answer
