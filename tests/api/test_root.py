"""The API root at every base of every server, and what lies directly below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

# For each base: the root that it has (of the two), the version it names, the default it names.
ROOTS = {
    "default": ("v2", "2.36.0", "v2"),
    "v1": ("v1", "2.36.0", None),
    "v2": ("v2", "2.36.0", "v2"),
    "2.33": ("v1", "2.33.1", None),
    "2.33/v1": ("v1", "2.33.1", None),
    "2.33/v2": ("v1", "2.33.1", None),
}
ALL = pytest.mark.parametrize("base", ROOTS)
UUID = "01234567-89ab-cdef-0123-456789abcdef"


@ALL
def test_root_has_the_keys_of_its_version_in_their_order(
    server: Server, base: str, constants: Any
) -> None:
    expected = constants["root"][ROOTS[base][0]]
    root = server.at(base).json("")
    assert list(root) == expected["keys"]
    assert not set(root) & set(expected["keys_absent"])


@ALL
def test_root_publishes_absolute_links_and_templates_of_its_own_base(
    server: Server, base: str, constants: Any
) -> None:
    expected = constants["root"][ROOTS[base][0]]
    api = server.at(base)
    root = api.json("")
    for key in ("links", "templates"):
        urls = {name: api.url + path for name, path in expected[key].items()}
        assert list(root[key].items()) == list(urls.items())


@ALL
def test_root_names_the_servers_version_and_its_default(server: Server, base: str) -> None:
    root = server.at(base).json("")
    assert root["server-version"] == ROOTS[base][1]
    assert root.get("api-default") == ROOTS[base][2]
    assert root["api-versions"] == root["API_VERSIONS"] == ["default", "v1", "v2"]


@ALL
def test_root_lists_the_words_of_the_server_in_its_order(
    server: Server, base: str, constants: Any
) -> None:
    root = server.at(base).json("")
    words = [key for key in root if key not in ("links", "templates", "server-version")]
    for key in words:
        if key != "api-default":
            found, expected = root[key], constants[key.lower().replace("_", "-")]
            assert found == expected, key
            assert list(found) == list(expected), key
    assert "voevent-types" in words


@ALL
def test_root_is_for_everybody_with_and_without_its_slash(server: Server, base: str) -> None:
    nobody = server.at(base, None)
    assert nobody.get("").content == nobody.get(nobody.url.rstrip("/")).content
    assert nobody.get("").status_code == 200


@pytest.mark.parametrize("version", ["v3", "v0", "v10", "default", "V2"])
@pytest.mark.parametrize("path", ["", "/", "/events/"])
def test_any_other_version_is_404_in_html(server: Server, version: str, path: str) -> None:
    for base in ("default", "2.33"):
        answer = server.at(base).get(version + path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_client_of_another_version_is_told_which_there_are(server: Server) -> None:
    client = server.client("default", api_version="v3")
    with pytest.raises(ValueError, match=r"\['default', 'v1', 'v2'\]"):
        client.ping()
    assert server.client("default", api_version="v2").server_version == "2.36.0"
    assert server.client("default", api_version="default").server_version == "2.36.0"


@ALL
def test_client_finds_em_groups_and_instruments_on_v1_only(server: Server, base: str) -> None:
    client = server.client(base)
    if ROOTS[base][0] == "v1":
        assert client.em_groups[:2] == ["ARI LJMU", "CRTS"]
        assert list(client.instruments) == ["H1", "L1", "V1"]
    else:
        assert client.em_groups is None
        assert client.instruments is None


@ALL
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "events/reserve/"),
        ("POST", "events/T0001/upload/"),
        ("GET", "superevents/S260301a/notices/"),
        ("GET", "superevents/S260301a/notices/1/"),
        ("GET", f"events/{UUID}"),
        ("GET", f"events/{UUID}/log/1/tag/psd"),
        ("GET", f"events/{UUID}/labels/"),
        ("GET", f"events/{UUID}/files/a/b"),
    ],
)
def test_only_the_v2_bases_have_the_newest_calls(
    server: Server, base: str, method: str, path: str
) -> None:
    api = server.at(base)
    api.create()
    if ROOTS[base][0] != "v2":
        answer = api.request(method, path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    else:  # the path is known, and something else is wrong
        answer = api.request(method, path)
        assert answer.status_code in (400, 404)
        assert answer.headers["Content-Type"] == "application/json"


@ALL
def test_retired_calls_are_gone_on_the_v2_bases_only(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    for method, path in (("GET", "voevent/"), ("POST", "emobservation/"), ("GET", "embb/")):
        if ROOTS[base][0] == "v2":
            assert api.request(method, f"events/T0001/{path}").status_code == 410
            assert api.request("HEAD", "events/T0001/voevent/").status_code == 410
        else:
            assert api.request(method, f"events/T0001/{path}").status_code in (200, 400)


@ALL
def test_base_speaks_the_shapes_of_its_version_throughout(server: Server, base: str) -> None:
    v2 = ROOTS[base][0] == "v2"
    api = server.at(base)
    event = api.create()
    assert ("emobservations" in event["links"]) is not v2
    assert ("replay_id" in event) is (ROOTS[base][1] == "2.36.0")
    assert api.put("events/T0001/labels/INJ").json() == ({} if v2 else "{}")
    tagged = api.put("events/T0001/log/1/tag/psd").json()
    assert (tagged["name"] if v2 else tagged) == ("psd" if v2 else "Tag created.")
    assert api.put("events/T0001/log/1/tag/psd").status_code == (400 if v2 else 409)
    assert ("logs" in api.json("events/T0001/log/")) is v2
    assert ("files" in api.json("events/T0001/files/")) is v2
    text = "Log does not exist."
    assert api.get("events/T0001/log/99").json() == ({"error": text} if v2 else text)
    plain = api.get("events/T0099")
    assert plain.text == ('{"error": "Event not found."}' if v2 else "Event not found.")


@ALL
def test_links_of_the_root_lead_to_the_lists(server: Server, base: str) -> None:
    api = server.at(base)
    links = api.json("")["links"]
    assert api.json(links["gwtc"])["results"] == []
    assert api.json(links["superevents"])["superevents"] == []
    assert api.json(links["events"])["events"] == []


# User, tags, performance


def test_user_info_tells_who_asks(api: Api, constants: Any) -> None:
    assert list(api.json("user-info/").items()) == [
        ("username", "albert.einstein@ligo.org"),
        ("first_name", "Albert"),
        ("last_name", "Einstein"),
        ("email", "albert.einstein@ligo.org"),
        ("is_internal_user", True),
        ("upload_to_pipeline", constants["pipelines"]),
    ]


def test_user_info_of_somebody_outside_lists_no_pipelines(api: Api, server: Server) -> None:
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",)).json("user-info/")
    assert outsider["is_internal_user"] is False
    assert outsider["upload_to_pipeline"] == []


def test_user_info_lists_the_pipelines_that_a_user_may_upload_to(api: Api, server: Server) -> None:
    server.store.users["p@ligo.org"] = {  # type: ignore[assignment]
        "groups": ["internal_users"],
        "pipelines": ["pycbc", "gstlal"],
    }
    found = server.at(api.base, "p@ligo.org").json("user-info/")["upload_to_pipeline"]
    assert found == ["gstlal", "pycbc"]  # in the order of the server


def test_user_info_of_an_unauthenticated_reader_is_a_name(api: Api, server: Server) -> None:
    assert server.at(api.base, None).json("user-info/") == {"username": "AnonymousUser"}


def test_tags_of_the_server_are_listed_with_new_ones_at_the_end(api: Api, constants: Any) -> None:
    expected = constants["tags"]
    assert list(api.json("tag/")["tags"].items()) == list(expected.items())
    api.create()
    api.put("events/T0001/log/1/tag/zz", data={"displayName": "Last"})
    api.put("events/T0001/log/1/tag/aa")
    expected = {
        **expected,
        "zz": {"displayName": "Last", "blessed": False},
        "aa": {"displayName": None, "blessed": False},
    }
    assert list(api.json("tag/")["tags"].items()) == list(expected.items())


def test_performance_counts_what_was_asked(api: Api) -> None:
    api.create()
    api.get("events/T0001")
    api.get("events/T0099")
    found = api.json("performance/")
    assert list(found) == ["summaries", "current_time", "totals_by_status", "totals_by_method"]
    assert found["current_time"] == "2026-03-01 17:04:09 UTC"
    assert found["totals_by_method"] == {"POST": 1, "GET": 2}
    assert found["totals_by_status"] == {"POST": {"201": 1}, "GET": {"200": 1, "404": 1}}
    assert set(found["summaries"]) == {"POST", "GET"}
    assert set(found["summaries"]["GET"]) == {"gt_500", "btw_300_500"}
    assert all(0 <= value <= 1 for value in found["summaries"]["GET"].values())


def test_performance_is_for_internal_users_and_executives(api: Api, server: Server) -> None:
    for groups, status in ((("internal_users",), 200), (("executives",), 200), ((), 403)):
        assert server.at(api.base, "x", groups).get("performance/").status_code == status
