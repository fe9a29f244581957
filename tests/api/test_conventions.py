"""What holds for every call: URLs, slashes, methods, headers, JSON, and the order of the checks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests

from fakegracedb.errors import ApiError
from fakegracedb.render.dialect import dialect_of

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server")

HOSTS = ["http://localhost:8080", "https://gracedb-test.ligo.org", "http://127.0.0.1:1/prefix/x"]

# Every resource of an event and below the root, with the methods that it has.
RESOURCES = {
    "": "GET",
    "user-info/": "GET",
    "tag/": "GET",
    "performance/": "GET",
    "events/": "GET POST",
    "events/T0001": "GET PUT",
    "events/T0001/log/": "GET POST",
    "events/T0001/log/1": "GET",
    "events/T0001/log/1/tag/": "GET",
    "events/T0001/log/1/tag/psd": "GET PUT DELETE",
    "events/T0001/tag/": "GET",
    "events/T0001/tag/psd": "GET",
    "events/T0001/labels/": "GET",
    "events/T0001/labels/INJ": "GET PUT DELETE",
    "events/T0001/files/": "GET",
    "events/T0001/files/initial.data": "GET PUT",
    "events/T0001/files/initial.data,0": "GET PUT",
    "events/T0001/neighbors/": "GET",
}
EVENTS = {path: methods for path, methods in RESOURCES.items() if path.startswith("events")}
NO_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.fixture
def event(api: Api) -> str:
    """Make T0001, with a tag and a label on it."""
    api.create(labels=["INJ"])
    assert api.put("events/T0001/log/1/tag/psd").status_code == 201
    return "T0001"


def other(path: str) -> str:
    """Give a path with its final slash if it had none, and without it if it had one."""
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"


def body_of(answer: requests.Response) -> str:
    """Give the body without the URL of the request, which `self` links may repeat."""
    url = (answer.request.url or "").rstrip("/")
    return answer.text.replace(f'"{url}/"', '"URL"').replace(f'"{url}"', '"URL"')


# URLs


@pytest.mark.usefixtures("event")
def test_every_resource_is_served_with_and_without_its_final_slash(api: Api) -> None:
    for path in RESOURCES:
        url = api.url + path
        as_written, otherwise = api.get(url), api.get(other(url))
        assert as_written.status_code == otherwise.status_code == 200, path
        if path != "performance/":
            assert body_of(as_written) == body_of(otherwise)


def test_changes_are_made_with_and_without_the_final_slash(api: Api) -> None:
    for slash in ("", "/"):
        api.create()
        assert api.upload(path=f"events/T0001{slash}", method="PUT").status_code == 202
        assert api.upload(path="events" + slash).status_code == 201
        log = f"events/T0001/log{slash}"
        assert api.post(log, data={"comment": "c"}).status_code == 201
        for path in ("log/1/tag/psd", "labels/INJ"):
            assert api.put(f"events/T0001/{path}{slash}").status_code == 201
            assert api.delete(f"events/T0001/{path}{slash}").status_code == 204
        file = f"events/T0001/files/a.txt{slash}"
        assert api.put(file, files={"upload": ("x", b"y")}).status_code == 201
        assert api.get(file).content == b"y"


@pytest.mark.parametrize("host", HOSTS)
def test_links_lead_back_to_host_port_and_base_of_the_request(api: Api, host: str) -> None:
    root = api.url.replace("https://gracedb.example.org", host)
    created = api.upload(path=root + "events/")
    assert created.headers["Location"] == f"{root}events/T0001"
    links = [created.json()["links"], api.json(f"{root}events/")["links"], api.json(root)["links"]]
    for urls in links:
        assert all(url.startswith(root) for url in urls.values() if url is not None)


NAMES = {
    "a b.txt": "a%20b.txt",
    "100%.txt": "100%25.txt",
    "what?.txt": "what%3F.txt",
    "a#b.txt": "a%23b.txt",
    "grün.txt": "gr%C3%BCn.txt",
    "[x]^.txt": "%5Bx%5D%5E.txt",
    "~:@!$&'()*+;=.txt": "~:@!$&'()*+;=.txt",
    "-._.txt": "-._.txt",
}


@pytest.mark.parametrize("name", NAMES)
def test_urls_are_percent_encoded_but_for_some_characters(api: Api, name: str) -> None:
    api.create()
    file = f"{api.url}events/T0001/files/{NAMES[name]}"
    log = api.log("T0001", file=(name, b"content"))
    assert log["filename"] == name
    assert log["file"] == f"{file},0"
    listed = api.json("events/T0001/files/")
    assert listed[name] == file
    assert listed[f"{name},0"] == f"{file},0"
    for url in (log["file"], listed[name]):
        assert api.get(url).content == b"content"


# Times and JSON


@pytest.mark.usefixtures("event")
def test_times_are_utc_without_a_fraction(api: Api) -> None:
    written = "2026-03-01 17:04:09 UTC"
    assert api.json("events/T0001")["created"] == written
    assert {log["created"] for log in api.json("events/T0001/log/")["log"]} == {written}
    assert api.json("events/T0001/labels/INJ")["created"] == written


@pytest.mark.usefixtures("event")
def test_json_of_v2_has_blanks_behind_its_separators(api: Api) -> None:
    for path in RESOURCES:
        if "initial.data" not in path:
            answer = api.get(path)
            assert answer.headers["Content-Type"] == "application/json"
            text = json.dumps(answer.json(), ensure_ascii=False)
            compact = json.dumps(answer.json(), ensure_ascii=False, separators=(",", ":"))
            assert answer.text in ([text] if api.v2 else [text, compact])


def test_errors_of_v2_have_blanks_behind_their_separators_too(server: Server) -> None:
    api = server.at("v2")
    assert api.get("events/T1").content == b'{"error": "Event not found."}'
    assert api.upload(b"").content == (b'{"errors": ["eventFile: * The submitted file is empty."]}')


def test_lists_of_messages_are_wrapped_whole(api: Api) -> None:
    dialect = dialect_of("2.36" if api.new else "2.33", "v1" if api.base == "v1" else "", api.url)
    body, content_type = dialect.error(ApiError(400, ["one", "two"]))
    assert json.loads(body) == api.said(["one", "two"])
    assert content_type == "application/json"


# Methods


@pytest.mark.usefixtures("event")
def test_methods_that_a_resource_lacks_are_405_with_those_it_has(api: Api) -> None:
    for path in RESOURCES:
        has = RESOURCES[path].split()
        allowed = ", ".join([*has, "HEAD", "OPTIONS"])
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
            if method not in has:
                answer = api.request(method, path)
                assert answer.status_code == 405
                assert answer.headers["Allow"] == allowed
                assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert api.get(path).headers["Allow"] == allowed


@pytest.mark.usefixtures("event")
def test_head_is_get_without_the_body(api: Api) -> None:
    for path in RESOURCES:
        got, head = api.get(path), api.request("HEAD", path)
        assert head.status_code == got.status_code == 200
        assert head.content == b""
        if path != "performance/":
            times = {"Date": ""}  # of the answers themselves, over HTTP
            assert {**head.headers, **times} == {**got.headers, **times}


def test_head_of_what_is_not_there_is_404(api: Api) -> None:
    answer = api.request("HEAD", "events/T0099")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.usefixtures("event")
def test_options_tells_the_methods(api: Api) -> None:
    for path in RESOURCES:
        answer = api.request("OPTIONS", path)
        assert (answer.status_code, answer.content) == (200, b"{}")
        assert answer.headers["Allow"] == ", ".join([*RESOURCES[path].split(), "HEAD", "OPTIONS"])


# Headers


@pytest.mark.usefixtures("event")
def test_answers_about_events_are_not_to_be_kept(api: Api) -> None:
    for path in EVENTS:
        headers = api.get(path).headers
        if path == "events/T0001":
            expected = ["no-cache", *(part for part in NO_CACHE.split(", ") if part != "no-cache")]
            assert headers["Cache-Control"].split(", ") == expected
        else:
            assert headers["Cache-Control"] == NO_CACHE
        assert headers["Expires"] == "Sun, 01 Mar 2026 17:04:09 GMT"
        assert headers["Vary"] == "Accept"


def test_errors_and_changes_are_not_to_be_kept_either(api: Api) -> None:
    for answer in (api.upload(), api.get("events/T0099"), api.put("events/T0001/labels/INJ")):
        assert answer.headers["Cache-Control"] == NO_CACHE
        assert answer.headers["Expires"] == "Sun, 01 Mar 2026 17:04:09 GMT"


def test_what_is_made_is_named_in_location(api: Api) -> None:
    assert api.upload().headers["Location"] == f"{api.url}events/T0001"
    log = api.post("events/G1/log/", data={"comment": "c"})
    assert log.headers["Location"] == log.json()["self"] == f"{api.url}events/T0001/log/4"
    assert "Location" not in api.put("events/T0001/labels/INJ").headers
    assert "Location" not in api.get("events/T0001").headers


AGENTS = {
    "gracedb-client/2.0.0": 200,
    "gracedb-client/2.16.1": 200,
    "gracedb-client/2.8": 200,
    "gracedb-client/10.0.0": 200,
    "gracedb-client/2.17.0.dev3": 200,
    "gracedb-sdk/1.0": 200,
    "curl/8.0": 200,
    "my-gracedb-client/1.0": 200,
    "gracedb-client/1.31.0": 400,
    "gracedb-client/0.9": 400,
    "gracedb-client/1": 400,
    "gracedb-client/unknown": 400,
}


def test_clients_before_2_are_refused(api: Api) -> None:
    for agent, status in AGENTS.items():
        for path in ("", "events/", "nothing/"):
            answer = api.get(path, headers={"User-Agent": agent})
            assert answer.status_code == (404 if path == "nothing/" and status == 200 else status)
            if status == 400:
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


# What there is not


UNKNOWN = [
    *("nothing/", "event/", "events/T0001/none", "events/T0001/log/x", "events/T0001/log/1/x"),
    *("events/X0001", "events/T", "events/T1x", "events/t0001", "events/0001", "events//log/"),
    *("events/T0001/log/-1", "events/TT1/labels/", "events/é1/log/", "events/T0001//log/"),
]


def test_unknown_paths_are_404_in_html_for_everybody(api: Api, server: Server) -> None:
    api.create()
    for asking in (api, server.at(api.base, None)):
        for path in UNKNOWN:
            answer = asking.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.text.startswith("<!doctype html>")


def test_pages_outside_the_api_are_named_as_not_faked(api: Api) -> None:
    for path in ("/events/T0001/view/", "/", "/apiweb/events/", "/apibasic/", "/apis/"):
        message = api.not_faked("GET", re.sub("/api/.*", path, api.url))
        assert f"GET {path}" in message


# The order of the checks


def test_path_comes_before_who_asks(api: Api, server: Server) -> None:
    assert server.at(api.base, None).get("events/X1").status_code == 404


def test_who_asks_comes_before_method_and_event(api: Api, server: Server) -> None:
    nobody = server.at(api.base, None)
    searches = ["events/search/"] if api.v2 else []
    for path in ("events/", "events/T0099", "events/T0099/log/7/tag/", *searches):
        for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
            answer = nobody.request(method, path)
            assert answer.status_code == 403
            detail = "Authentication credentials were not provided."
            assert answer.json() == {"detail": detail}


def test_event_comes_before_the_right_on_it(api: Api, server: Server) -> None:
    api.create()
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    for method in ("GET", "PUT", "HEAD", "OPTIONS"):
        assert outsider.request(method, "events/T0099").status_code == 404
        assert outsider.request(method, "events/T0001").status_code == 403


def test_right_comes_before_log_and_log_before_the_view(api: Api, server: Server) -> None:
    api.create()
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    for method in ("PUT", "DELETE"):
        answer = outsider.request(method, "events/T0001/log/99/tag/psd")
        assert answer.status_code == 403
        answer = api.request(
            method,
            "events/T0001/log/99/tag/psd",
            data="{",
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()) == (404, api.said("Log does not exist."))
    assert api.get("events/T0001/log/99/tag/none").json() == api.said("Log does not exist.")


def test_rights_come_before_the_body(api: Api, server: Server) -> None:
    api.create()
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    broken = {"data": b"{", "headers": {"Content-Type": "application/json"}}
    for method, path in (
        ("POST", "events/T0001/log/"),
        ("PUT", "events/T0001"),
        ("PUT", "events/T0001/files/a"),
        ("PUT", "events/T0001/labels/none"),
        ("PUT", "events/T0001/log/1/tag/psd"),
    ):
        assert outsider.request(method, path, **broken).status_code == 403
    assert api.post("events/T0001/log/", **broken).status_code == 400
    assert api.put("events/T0001", **broken).status_code == 415


def test_view_is_enough_to_read_and_change_is_needed_to_write(api: Api, server: Server) -> None:
    api.create(labels=["INJ"])
    api.put("events/T0001/log/1/tag/psd")
    api.put("events/T0001/log/1/tag/lvem")  # or else it is the entry that cannot be read
    with server.store.transaction("permissions") as transaction:
        event = transaction.event("T0001")
        assert event is not None
        transaction.put_event(replace(event, permissions={"lvem_observers": ["view"]}))
    reader = server.at(api.base, "r@em.org", ("lvem_observers",))
    for path, methods in EVENTS.items():
        if path != "events/":
            for method in ("GET", "HEAD", "OPTIONS"):
                assert reader.request(method, path).status_code == 200, path
            for method in methods.split():
                if method != "GET":
                    # nor has the submitter the right any more
                    for asking in (reader, api):
                        answer = asking.request(method, path)
                        assert answer.status_code == 403, (method, path)
                        detail = "You do not have permission to perform this action."
                        assert answer.json() == {"detail": detail}
