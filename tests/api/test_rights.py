"""Who may do what with events: internal and external users, single rights, and nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

ALLOWED, REFUSED = "allowed", "refused"
NOBODY = {"detail": "Authentication credentials were not provided."}
DETAIL = {"detail": "You do not have permission to perform this action."}
PIPELINE = "You don't have permission on this pipeline."


def acting(server: Server, base: str, *groups: str) -> Api:
    return server.at(base, f"{groups[0] if groups else 'nobody'}@ligo.org", groups)


# Groups on a new event: those that may see and change it.
@pytest.mark.parametrize(
    ("fields", "insiders"),
    [
        ({"group": "Test"}, {"internal_users", "executives"}),
        ({"group": "CBC", "search": "LowMass"}, {"internal_users", "executives"}),
        ({"group": "External"}, {"internal_users", "executives"}),
        ({"group": "CBC", "search": "MDC"}, {"internal_users", "executives", "lvem_users"}),
        ({"group": "Test", "search": "MDC"}, {"internal_users", "executives", "lvem_users"}),
    ],
)
def test_new_events_are_open_to_some_groups(
    server: Server, constants: Any, fields: dict[str, Any], insiders: set[str]
) -> None:
    api = server.at("v2")
    graceid = api.create(**fields)["graceid"]
    for group in constants["user-groups"]:
        user = acting(server, "v2", group)
        allowed = group in insiders
        for method, path, status in (
            ("GET", f"events/{graceid}", 200),
            ("GET", f"events/{graceid}/log/", 200),
            ("GET", f"events/{graceid}/files/", 200),
            ("GET", f"events/{graceid}/labels/", 200),
            ("GET", f"events/{graceid}/tag/", 200),
            ("GET", f"events/{graceid}/neighbors/", 200),
            ("PUT", f"events/{graceid}/labels/INJ", 201),
            ("DELETE", f"events/{graceid}/labels/INJ", 204),
        ):
            answer = user.request(method, path)
            assert answer.status_code == (status if allowed else 403), (group, method, path)
            if not allowed:
                assert answer.json() == DETAIL
        listed = [event["graceid"] for event in user.json("events/")["events"]]
        assert listed == ([graceid] if allowed else []), group


def test_unauthenticated_readers_have_no_events(api: Api, server: Server) -> None:
    api.create(labels=["INJ"])
    nobody = server.at(api.base, None)
    for method, path in (
        ("GET", "events/"),
        ("POST", "events/"),
        ("GET", "events/T0001"),
        ("GET", "events/T0001/log/"),
        ("GET", "events/T0001/files/initial.data"),
        ("GET", "events/T0001/labels/INJ"),
        ("PUT", "events/T0001/labels/DQV"),
        ("GET", "events/T0001/neighbors/"),
    ):
        answer = nobody.request(method, path)
        assert (answer.status_code, answer.json()) == (403, NOBODY)
    for path in ("", "user-info/", "tag/"):
        assert nobody.get(path).status_code == 200


# Uploading


def test_test_events_are_for_internal_users(api: Api, server: Server, constants: Any) -> None:
    for group in constants["user-groups"]:
        answer = acting(server, api.base, group).upload(b"nothing")
        if group == "internal_users":
            assert answer.status_code == 201
        else:
            assert (answer.status_code, answer.json()) == (403, DETAIL)


def test_other_events_need_the_right_on_their_pipeline(api: Api, server: Server) -> None:
    server.store.users["pipeline@ligo.org"] = {  # type: ignore[assignment]
        "groups": ["internal_users"],
        "pipelines": ["gstlal"],
    }
    robot = server.at(api.base, "pipeline@ligo.org")
    assert robot.upload(group="CBC").status_code == 201
    assert robot.upload(group="Test", pipeline="pycbc").status_code == 201
    for group in ("CBC", "Burst", "External"):
        answer = robot.upload(group=group, pipeline="pycbc")
        assert answer.status_code == 403
        assert (answer.json()["error"] if api.v2 else answer.text) == PIPELINE


def test_right_on_the_pipeline_comes_before_the_form(api: Api, server: Server) -> None:
    internal = acting(server, api.base, "internal_users")
    assert internal.upload(b"", group="Nobody", search="None").status_code == 403
    assert internal.upload(b"", group=None, search="None").status_code == 403
    assert internal.upload(b"", group="Nobody", pipeline="None").json() == {
        "error": "Please provide a valid pipeline."
    }


def test_only_the_submitter_replaces_an_event(api: Api, server: Server) -> None:
    api.create()
    ada = server.at(api.base, "ada.lovelace@ligo.org")
    refused = ada.upload(path="events/T0001", method="PUT")
    assert refused.status_code == 403
    assert "You did not create this event" in refused.text
    assert len(api.comments("T0001")) == 3
    assert ada.create()["submitter"] == "ada.lovelace@ligo.org"
    assert ada.upload(path="events/T0002", method="PUT").status_code == 202
    assert api.upload(path="events/T0002", method="PUT").status_code == 403


# External users


@pytest.fixture
def outsider(api: Api, server: Server) -> Api:
    """Make T0001 of the search MDC, and give somebody of LV-EM."""
    api.create(search="MDC")
    return acting(server, api.base, "lvem_users")


def test_external_users_see_entries_and_files_with_the_tag_only(api: Api, outsider: Api) -> None:
    api.log("T0001", "secret", file=("secret.txt", b"s"))
    api.log("T0001", "open", file=("open.txt", b"o"), tagname=["lvem", "psd"])
    log = outsider.json("events/T0001/log/")
    assert [(entry["N"], entry["comment"]) for entry in log["log"]] == [(5, "open")]
    assert log["numRows"] == 1
    assert outsider.json("events/T0001/log/5")["comment"] == "open"
    files = outsider.json("events/T0001/files/")
    assert [name for name in files if "." in name] == ["open.txt", "open.txt,0"]
    assert outsider.get("events/T0001/files/open.txt").content == b"o"
    tags = [tag["name"] for tag in outsider.json("events/T0001/tag/")["tags"]]
    assert tags == ["psd", "lvem"]
    for path in ("log/1", "log/4", "log/4/tag/", "log/4/tag/psd", "files/secret.txt,0"):
        answer = outsider.get(f"events/T0001/{path}")
        assert answer.status_code == 403, path
        assert "You do not have permission to view" in answer.text
    assert outsider.get("events/T0001/files/none").status_code == 404
    assert outsider.get("events/T0001/log/99").status_code == 404


def test_external_users_read_the_versions_that_are_open(api: Api, outsider: Api) -> None:
    api.log("T0001", file=("a.txt", b"open"), tagname="lvem")
    api.log("T0001", file=("a.txt", b"secret"))
    assert outsider.get("events/T0001/files/a.txt,0").content == b"open"
    assert outsider.get("events/T0001/files/a.txt,1").status_code == 403
    assert outsider.get("events/T0001/files/a.txt").status_code == 403  # it is the second


def test_entries_of_external_users_get_the_tag_by_themselves(api: Api, outsider: Api) -> None:
    entry = outsider.log("T0001", "from outside", tagname="psd", file=("a.txt", b"a"))
    assert entry["tag_names"] == ["psd", "lvem"]
    assert entry["issuer"] == "lvem_users@ligo.org"
    assert outsider.json(f"events/T0001/log/{entry['N']}") == entry
    assert outsider.get(entry["file"]).content == b"a"
    assert api.comments("T0001")[3:] == ["from outside", "Tagged message 4: psd "]


def test_external_users_open_their_own_entries_only(api: Api, outsider: Api) -> None:
    number = outsider.log("T0001")["N"]
    assert outsider.delete(f"events/T0001/log/{number}/tag/lvem").status_code == 204
    assert outsider.get(f"events/T0001/log/{number}").status_code == 403
    assert outsider.put(f"events/T0001/log/{number}/tag/lvem").status_code == 201
    assert outsider.put("events/T0001/log/1/tag/lvem").status_code == 403
    assert outsider.put(f"events/T0001/log/{number}/tag/pe").status_code == 201
    assert api.put("events/T0001/log/1/tag/lvem").status_code == 201
    assert outsider.get("events/T0001/log/1").status_code == 200
    assert outsider.delete("events/T0001/log/1/tag/lvem").status_code == 403


# The default user


def test_default_user_is_in_all_internal_groups(server: Server, constants: Any) -> None:
    from fakegracedb.service.access import caller_named

    external = {"lvem_users", "lvem_observers", "public_users"}
    user = server.store.read(
        lambda view: caller_named(view, view.settings.user, None, v2=True)
    ).user
    assert user is not None
    assert set(user.groups) == set(constants["user-groups"]) - external
    assert (user.name, user.first_name, user.last_name) == (user.email, "Albert", "Einstein")
    assert "t90_grbevent" in user.permissions


def test_unknown_group_is_told(server: Server) -> None:
    answer = acting(server, "v2", "nobel_laureates").get("events/")
    assert answer.status_code == 400
    assert "nobel_laureates" in answer.text


def test_groups_of_the_stores_own_user_count(api: Api, server: Server) -> None:
    server.store.users["lv@em.org"] = {"groups": ["lvem_users"]}  # type: ignore[assignment]
    api.create()
    outsider = server.at(api.base, "lv@em.org")
    assert outsider.get("events/T0001").status_code == 403
    assert server.at(api.base, "lv@em.org", ("internal_users",)).get("events/T1").status_code == 200


def test_tag_that_opens_entries_is_the_one_of_the_vocabulary(
    api: Api, outsider: Api, server: Server
) -> None:
    server.store.vocabulary = server.store.vocabulary.overridden(
        {"settings": {"external_access_tag": "partners"}}
    )
    api.log("T0001", "closed", tagname="lvem")
    api.log("T0001", "open", tagname="partners")
    outsider.log("T0001", "theirs")
    log = outsider.json("events/T0001/log/")["log"]
    assert [entry["comment"] for entry in log] == ["open", "theirs"]
    assert log[1]["tag_names"] == ["partners"]
