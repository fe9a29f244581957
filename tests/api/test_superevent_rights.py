"""Who may do what with superevents: each right by user group, and what outsiders see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from superevent_making import EVENTS, entries, labels, make

if TYPE_CHECKING:
    from conftest import Api, Server

NOBODY = {"detail": "Authentication credentials were not provided."}
USUAL = "You do not have permission to perform this action."
NOT_FOUND = {"detail": "Not found."}

INSIDERS = ("internal_users",)
MANAGERS = ("superevent_managers",)
EXPOSERS = ("executives", "access_managers", "em_advocates")
KEEPERS = ("executives", "access_managers")
ADVOCATES = ("em_advocates", "rrt_members")
CONTROL = ("h1_control_room", "l1_control_room", "v1_control_room")
OUTSIDERS: tuple[tuple[str, ...], ...] = (("lvem_observers",), ("lvem_users",), ("public_users",))


class Scene(NamedTuple):
    """An exposed superevent with one of everything."""

    sid: str
    preferred: str  # its preferred event
    other: str  # one that belongs to no superevent
    extra: str  # one that belongs to it, and is preferred by its pipeline

    @property
    def path(self) -> str:
        return f"superevents/{self.sid}/"


def scene(api: Api, category: str = "T") -> Scene:
    extra = api.create(pipeline="pycbc", **EVENTS[category])["graceid"]
    wanted = ["DQV", "ADVREQ", "H1OPS", "L1OPS"]
    data = make(api, category, events=[extra], labels=wanted)
    other = api.create(**EVENTS[category])["graceid"]
    made = Scene(data["superevent_id"], data["preferred_event"], other, extra)
    for path, data in (
        ("pipeline_preferred_events/", {"event": extra}),
        ("signoffs/", {"signoff_type": "OP", "instrument": "L1", "status": "OK"}),
        ("permissions/modify/", {"action": "expose"}),
        ("logs/", {"comment": "for partners", "tagname": "lvem,pe"}),
        ("logs/", {"comment": "for all", "tagname": "public"}),
    ):
        assert api.post(made.path + path, data=data).status_code in (200, 201), path
    return made


def number(api: Api, one: Scene, comment: str) -> int:
    log = api.json(f"{one.path}logs/")["log"]
    return int(next(entry["N"] for entry in log if entry["comment"] == comment))


def acting(server: Server, base: str, groups: tuple[str, ...] | None) -> Api:
    name = None if groups is None else f"{'.'.join(groups)}@ligo.org"
    return server.at(base, name, groups)


class Action(NamedTuple):
    """Something that only some may do with a superevent.

    `allowed` are the groups that may; others are told `refusal`.
    """

    name: str
    method: str
    path: str
    data: dict[str, Any]
    status: int
    refusal: str
    allowed: tuple[str, ...]
    external: bool = False  # whether LV-EM observers may too
    category: str = "T"


def managed(category: str, kind: str) -> list[Action]:
    """Give what is done with the superevents of a category by few."""
    allowed = (*INSIDERS, *MANAGERS) if category == "T" else MANAGERS
    return [
        Action(f"{name} {category}", *told, allowed, category=category)
        for name, told in {
            "change": ("PATCH", "", {"t_0": "5"}, 200, f"You are not allowed to change {kind}."),
            "add": (
                *("POST", "events/", {"event": "{other}"}, 201),
                f"You are not allowed to add events to {kind}.",
            ),
            "remove": (
                *("DELETE", "events/{extra}/", {}, 204),
                f"You are not allowed to remove events from {kind}.",
            ),
            "prefer": (
                *("POST", "pipeline_preferred_events/", {"event": "{preferred}"}, 201),
                f"You are not allowed to add events to {kind}.",
            ),
            "unprefer": (
                *("DELETE", "pipeline_preferred_events/{extra}/", {}, 204),
                f"You are not allowed to remove events from {kind}.",
            ),
            "confirm": (
                *("POST", "confirm-as-gw/", {}, 200),
                f"You are not allowed to confirm {kind} as GWs.",
            ),
        }.items()
    ]


def signoff(kind: str, instrument: str) -> dict[str, str]:
    return {"signoff_type": kind, "instrument": instrument, "status": "NO"}


NO_SIGNOFFS = "You do not have permission to {} superevent signoffs."
NO_TAG = "You are not allowed to expose superevent log messages to {} by applying the '{}' tag."
PARTNERS, PUBLIC = NO_TAG.format("LV-EM partners", "lvem"), NO_TAG.format("the public", "public")

ACTIONS = [
    *managed("T", "test superevents"),
    *managed("P", "superevents"),
    *managed("M", "MDC superevents"),
    Action("label", "POST", "labels/", {"name": "INJ"}, 201,
           "You do not have permission to add labels to superevents.", INSIDERS),
    Action("unlabel", "DELETE", "labels/DQV/", {}, 204,
           "You do not have permissions to remove labels from superevents.", INSIDERS),
    Action("log", "POST", "logs/", {"comment": "mine"}, 201, USUAL, INSIDERS, external=True),
    Action("log with label", "POST", "logs/", {"comment": "mine", "label": "INJ"}, 201,
           "You do not have permission to add labels to superevents.", INSIDERS),
    Action("log with tag", "POST", "logs/", {"comment": "mine", "tagname": "psd"}, 201,
           "You are not allowed to tag log messages.", INSIDERS),
    Action("tag", "POST", "logs/{all}/tags/", {"name": "psd"}, 201,
           "You are not allowed to tag log messages.", INSIDERS),
    Action("untag", "DELETE", "logs/{partners}/tags/pe/", {}, 204,
           "You are not allowed to tag log messages.", INSIDERS),
    Action("log for partners", "POST", "logs/", {"comment": "mine", "tagname": "lvem"}, 201,
           PARTNERS, KEEPERS),
    Action("log for all", "POST", "logs/", {"comment": "mine", "tagname": ["public", "psd"]}, 201,
           PUBLIC, KEEPERS),
    Action("open to partners", "POST", "logs/1/tags/", {"name": "lvem"}, 201, PARTNERS, KEEPERS),
    Action("open to all", "POST", "logs/1/tags/", {"name": "public"}, 201, PUBLIC, KEEPERS),
    Action("close to partners", "DELETE", "logs/{partners}/tags/lvem/", {}, 204, PARTNERS, KEEPERS),
    Action("close to all", "DELETE", "logs/{all}/tags/public/", {}, 204, PUBLIC, KEEPERS),
    Action("view signoffs", "GET", "signoffs/", {}, 200, NO_SIGNOFFS.format("view"), INSIDERS),
    Action("view signoff", "GET", "signoffs/OPL1/", {}, 200, NO_SIGNOFFS.format("view"), INSIDERS),
    Action("sign", "POST", "signoffs/", signoff("ADV", ""), 201, NO_SIGNOFFS.format("create"),
           ADVOCATES),
    Action("sign for H1", "POST", "signoffs/", signoff("OP", "H1"), 201,
           NO_SIGNOFFS.format("create"), ("h1_control_room",)),
    Action("change signoff", "PATCH", "signoffs/OPL1/", {"status": "NO"}, 200,
           NO_SIGNOFFS.format("change"), ("l1_control_room",)),
    Action("delete signoff", "DELETE", "signoffs/OPL1/", {}, 204,
           NO_SIGNOFFS.format("delete"), ("l1_control_room",)),
    Action("view permissions", "GET", "permissions/", {}, 200,
           "You are not allowed to view superevent permissions.", INSIDERS),
    Action("expose", "POST", "permissions/modify/", {"action": "expose"}, 200,
           "You are not allowed to expose superevents.", EXPOSERS),
    Action("hide", "POST", "permissions/modify/", {"action": "hide"}, 200,
           "You are not allowed to hide superevents.", EXPOSERS),
]  # fmt: skip

# Of what only some people on duty do, the others of them are told so.
ON_DUTY = {
    "sign": "You do not have permission to do advocate signoffs.",
    "sign for H1": "You do not have permission to do H1 signoffs.",
    "change signoff": "You do not have permission to do L1 signoffs.",
    "delete signoff": "You do not have permission to do L1 signoffs.",
}


def do(api: Api, action: Action, one: Scene, numbers: dict[str, int]) -> Any:
    words = {**one._asdict(), **numbers}
    data = {
        name: value.format(**words) if isinstance(value, str) else value
        for name, value in action.data.items()
    }
    path = one.path + action.path.format(**words)
    return api.request(action.method, path, data=data)


def callers(action: Action, names: list[str]) -> list[tuple[str, ...] | None]:
    """Give those who try: of a right that all insiders have, each group by itself."""
    if "internal_users" in action.allowed:
        return [*((name,) for name in names), None]
    insiders = [(*INSIDERS, name) for name in names if (name,) not in OUTSIDERS]
    return [*insiders, *OUTSIDERS, None]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_right_belongs_to_its_groups(server: Server, constants: Any, action: Action) -> None:
    api = server.at("v2")
    numbers: dict[str, int] = {}
    for groups in callers(action, constants["user-groups"]):
        if not numbers:  # what is allowed has been done: the next caller gets a new one
            one = scene(api, action.category)
            numbers = {
                "partners": number(api, one, "for partners"),
                "all": number(api, one, "for all"),
            }
        before = entries(api, one.sid)
        answer = do(acting(server, "v2", groups), action, one, numbers)
        allowed = bool(set(groups or ()) & set(action.allowed))
        if allowed or (action.external and groups == ("lvem_observers",)):
            assert answer.status_code == action.status, (groups, answer.text)
            numbers = {}
        else:
            assert (answer.status_code, answer.json()) == told(action, groups), groups
            assert entries(api, one.sid) == before


def told(action: Action, groups: tuple[str, ...] | None) -> tuple[int, Any]:
    """Give what somebody is told who may not do it."""
    observer, outside = groups == ("lvem_observers",), "internal_users" not in (groups or ())
    if outside and action.path.startswith("logs/1/"):
        return 404, NOT_FOUND
    if outside and not observer and action.path.startswith("logs/{partners}/"):
        return 404, NOT_FOUND
    if groups is None:
        return 403, NOBODY
    if outside and not observer and action.path == "logs/":
        return 403, {"detail": USUAL}
    if action.name in ON_DUTY and {*ADVOCATES, *CONTROL} & set(groups):
        return 403, {"detail": ON_DUTY[action.name]}
    return 403, {"detail": action.refusal}


@pytest.mark.parametrize(
    ("category", "kind"),
    [("T", "test superevents"), ("P", "superevents"), ("M", "MDC superevents")],
)
def test_superevents_are_created_by_insiders_or_managers(
    server: Server, constants: Any, category: str, kind: str
) -> None:
    api = server.at("v2")
    event = api.create(**EVENTS[category])["graceid"]
    data = {"category": category, "preferred_event": event, "t_start": 1, "t_0": 2, "t_end": 3}
    for group in (*constants["user-groups"], None):
        groups = None if group is None else (group,)
        answer = acting(server, "v2", groups).post("superevents/", data=data)
        if group in (*MANAGERS, *(INSIDERS if category == "T" else ())):
            assert answer.status_code == 201, group
            data["preferred_event"] = api.create(**EVENTS[category])["graceid"]
        else:
            refused = {"detail": f"You are not allowed to create {kind}."}
            assert answer.status_code == 403
            assert answer.json() == (NOBODY if group is None else refused), group


def test_refusals_are_the_same_at_every_base(api: Api, server: Server) -> None:
    one = scene(api)
    insider = acting(server, api.base, INSIDERS)
    for action in (one for one in ACTIONS if one.name in ("sign", "expose", "open to all")):
        answer = do(insider, action, one, {})
        assert (answer.status_code, answer.json()) == (403, {"detail": action.refusal})


def test_right_comes_before_what_is_asked(api: Api, server: Server) -> None:
    one = scene(api)
    hanford = acting(server, api.base, (*INSIDERS, "h1_control_room"))
    advocate = acting(server, api.base, (*INSIDERS, "em_advocates"))
    insider = acting(server, api.base, INSIDERS)
    path = f"{one.path}signoffs/"
    for user, method, place, data, said in (
        # not there
        (hanford, "PATCH", "OPV1/", {}, "do V1"),
        (hanford, "DELETE", "ADV/", {}, "do advocate"),
        (hanford, "DELETE", "anything/", {}, "do advocate"),
        (advocate, "DELETE", "OPH1/", {}, "do H1"),
        (insider, "DELETE", "OPK1/", {}, "delete superevent"),
        # not right
        (hanford, "PATCH", "OPL1/", {"status": "X"}, "do L1"),
        (hanford, "POST", "", {"signoff_type": "ADV", "instrument": "H1"}, "do advocate"),
        (advocate, "POST", "", {"signoff_type": "OP", "instrument": "L1"}, "do L1"),
        (insider, "POST", "", {"signoff_type": "X"}, "create superevent"),
        (insider, "POST", "", [], "create superevent"),
    ):
        answer = user.request(method, path + place, json=data)
        detail = f"You do not have permission to {said} signoffs."
        assert (answer.status_code, answer.json()) == (403, {"detail": detail}), said
    # with these nothing could be done anyway
    for data in ({"signoff_type": "X", "status": "OK"}, {"signoff_type": "OP", "status": "OK"}):
        assert hanford.post(path, json=data).status_code == 400
    assert hanford.delete(f"{path}OPK1/").status_code == 404
    assert insider.post(f"{one.path}permissions/modify/", json={"action": "x"}).status_code == 400


# Outsiders: what they see of superevents that are hidden, and of exposed ones

READS = (
    *("", "events/", "pipeline_preferred_events/", "events/{extra}/", "labels/", "labels/DQV/"),
    *("pipeline_preferred_events/{extra}/", "logs/", "logs/1/", "logs/1/tags/", "files/"),
    *("files/a.txt", "files/a.txt,0", "signoffs/", "signoffs/OPL1/", "permissions/"),
    *("logs/{partners}/tags/lvem/", "logs/{all}/"),
)


@pytest.mark.parametrize("groups", [*OUTSIDERS, None], ids=str)
def test_what_is_hidden_is_not_there(
    api: Api, server: Server, groups: tuple[str, ...] | None
) -> None:
    one = scene(api)
    api.post(f"{one.path}logs/", data={"comment": "f"}, files={"upload": ("a.txt", b"a")})
    numbers = {name: number(api, one, f"for {name}") for name in ("partners", "all")}
    api.post(f"{one.path}permissions/modify/", data={"action": "hide"})
    outsider = acting(server, api.base, groups)
    before = entries(api, one.sid)
    for path in READS:
        path = one.path + path.format(**one._asdict(), **numbers)
        assert api.get(path).status_code == 200, path
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = outsider.request(method, path)
            assert answer.status_code == 404, path
            assert method == "HEAD" or answer.json() == NOT_FOUND
        assert outsider.get(path).json() == outsider.get(path.replace(one.sid, "TS1a")).json()
    for action in ACTIONS:
        if action.category == "T":
            answer = do(outsider, action, one, numbers)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND), action.name
    assert outsider.json("superevents/")["superevents"] == []
    assert entries(api, one.sid) == before


@pytest.mark.parametrize("groups", [*OUTSIDERS, None], ids=str)
def test_outsiders_find_the_exposed_ones(
    api: Api, server: Server, groups: tuple[str, ...] | None
) -> None:
    outsider = acting(server, api.base, groups)
    made = [make(api)["superevent_id"] for _ in range(4)]
    for sid in made[::2]:
        api.post(f"superevents/{sid}/permissions/modify/", data={"action": "expose"})
    data = outsider.json("superevents/?count=1")
    assert data["numRows"] == 2
    assert [one["superevent_id"] for one in data["superevents"]] == [made[2]]
    data = outsider.json(data["links"]["next"])
    assert [one["superevent_id"] for one in data["superevents"]] == [made[0]]
    assert data["links"]["next"] is None
    for place, sid in enumerate(made):
        status = 404 if place % 2 else 200
        assert outsider.get(f"superevents/{sid}/").status_code == status
        found = outsider.json(f"superevents/?query={sid}")["superevents"]
        assert len(found) == (1 if status == 200 else 0)
    confirmed = api.post(f"superevents/{made[0]}/confirm-as-gw/").json()["gw_id"]
    assert outsider.json(f"superevents/{confirmed}/")["superevent_id"] == made[0]
    assert [one["gw_id"] for one in outsider.json("superevents/")["superevents"]] == [
        None,
        confirmed,
    ]


def test_what_is_hidden_again_is_gone(api: Api, server: Server) -> None:
    one = scene(api)
    outsider, observer = acting(server, api.base, None), acting(server, api.base, OUTSIDERS[0])
    assert outsider.get(one.path).status_code == observer.get(one.path).status_code == 200
    api.post(f"{one.path}permissions/modify/", data={"action": "hide"})
    assert outsider.get(one.path).status_code == observer.get(one.path).status_code == 404
    assert observer.post(f"{one.path}logs/", data={"comment": "x"}).status_code == 404
    assert outsider.json("superevents/")["numRows"] == 0


def test_what_the_store_opens_to_a_group_is_for_that_group(api: Api, server: Server) -> None:
    sid = make(api)["superevent_id"]
    for right, status in (("annotate", 404), ("view", 200)):
        with server.store.transaction() as tx:
            superevent = tx.superevent(sid)
            assert superevent is not None
            tx.put_superevent(replace(superevent, permissions={"lvem_users": [right]}))
        user = acting(server, api.base, ("lvem_users",))
        assert user.get(f"superevents/{sid}/").status_code == status
        for groups in (("lvem_observers",), ("public_users",), None):
            outsider = acting(server, api.base, groups)
            assert outsider.get(f"superevents/{sid}/").status_code == 404
            assert outsider.json("superevents/")["numRows"] == 0
    assert user.json("superevents/")["numRows"] == 1
    refused = user.post(f"superevents/{sid}/logs/", data={"comment": "x"})
    assert (refused.status_code, refused.json()) == (403, {"detail": USUAL})


CUT = ("preferred_event", "gw_events", "em_events")
BRIEF = ["graceid", "group", "pipeline", "search", "gpstime", "far"]
TIMES = [{"ifo": "H1", "end_time": 1400000000, "end_time_ns": 250000000}]


def test_unauthenticated_readers_see_less_of_a_superevent(api: Api, server: Server) -> None:
    one = scene(api)
    whole = api.json(one.path)
    assert {"snr"} < set(whole["preferred_event_data"]["extra_attributes"]["SingleInspiral"][0])
    links = {name: url for name, url in whole["links"].items() if name != "events"}
    event = whole["preferred_event_data"]
    rows = event["extra_attributes"]["SingleInspiral"]
    rows = [{key: row[key] for key in ("ifo", "end_time", "end_time_ns")} for row in rows]
    assert rows[:1] == TIMES
    expected = {
        **{key: value for key, value in whole.items() if key not in CUT},
        "links": links,
        "preferred_event_data": {**event, "extra_attributes": {"SingleInspiral": rows}},
        "pipeline_preferred_events": {
            "pycbc": {
                **{key: whole["pipeline_preferred_events"]["pycbc"][key] for key in BRIEF},
                "search": "",
            }
        },
    }
    public = acting(server, api.base, None)
    cut = public.json(one.path)
    assert cut == expected
    assert list(cut) == [key for key in whole if key not in CUT]
    assert list(cut["pipeline_preferred_events"]["pycbc"]) == BRIEF
    assert public.json("superevents/")["superevents"] == [expected]


def test_pipeline_preferred_event_without_search_and_time_has_empty_texts(
    api: Api, server: Server
) -> None:
    sid = make(api)["superevent_id"]
    empty = api.create(b"?", pipeline="Omega")["graceid"]
    full = api.create(pipeline="pycbc", search="LowMass")["graceid"]
    for event in (empty, full):
        for path in ("events/", "pipeline_preferred_events/"):
            answer = api.post(f"superevents/{sid}/{path}", data={"event": event})
            assert answer.status_code == 201
    api.post(f"superevents/{sid}/permissions/modify/", data={"action": "expose"})
    found = acting(server, api.base, None).json(f"superevents/{sid}/")["pipeline_preferred_events"]
    assert found == {
        "Omega": dict(zip(BRIEF, (empty, "Test", "Omega", "", "", None), strict=True)),
        "pycbc": dict(
            zip(BRIEF, (full, "Test", "pycbc", "LowMass", 1400000000.25, 1e-8), strict=True)
        ),
    }


def test_external_users_see_less_of_sub_tables_only(api: Api, server: Server) -> None:
    one = scene(api)
    whole = api.json(one.path)
    observer = acting(server, api.base, OUTSIDERS[0])
    cut = observer.json(one.path)
    assert list(cut) == list(whole)
    assert cut["links"] == whole["links"]
    for event in (cut["preferred_event_data"], cut["pipeline_preferred_events"]["pycbc"]):
        assert list(event["extra_attributes"]) == ["SingleInspiral"]
        assert event["extra_attributes"]["SingleInspiral"][:1] == TIMES
    for data in (cut, whole):
        for event in (data["preferred_event_data"], data["pipeline_preferred_events"]["pycbc"]):
            del event["extra_attributes"]
    assert cut == whole


@pytest.fixture
def opened(api: Api) -> Scene:
    """Make an exposed superevent with a file in three versions, each for other eyes."""
    one = scene(api)
    for version, tags in enumerate(("public", "lvem", "")):
        answer = api.post(
            f"{one.path}logs/",
            data={"comment": f"map {version}", "tagname": tags},
            files={"upload": ("map.fits", b"%d" % version)},
        )
        assert answer.status_code == 201
    return one


SEES: dict[Any, tuple[list[str], list[str]]] = {
    ("lvem_observers",): (["for partners", "for all", "map 0", "map 1"], ["0", "1"]),
    ("lvem_users",): (["for all", "map 0"], ["0"]),
    ("public_users",): (["for all", "map 0"], ["0"]),
    None: (["for all", "map 0"], ["0"]),
}


@pytest.mark.parametrize("groups", SEES, ids=str)
def test_outsiders_read_the_entries_that_are_open_to_them(
    api: Api, server: Server, opened: Scene, groups: tuple[str, ...] | None
) -> None:
    outsider = acting(server, api.base, groups)
    whole = {entry["N"]: entry for entry in api.json(f"{opened.path}logs/")["log"]}
    data = outsider.json(f"{opened.path}logs/")
    assert [entry["comment"] for entry in data["log"]] == SEES[groups][0]
    assert data["numRows"] == len(data["log"])
    shown = [entry["N"] for entry in data["log"]]
    assert data["log"] == [whole[n] for n in shown]
    for n, entry in whole.items():
        path = f"{opened.path}logs/{n}/"
        if n in shown:
            assert outsider.json(path) == entry
            assert outsider.json(f"{path}tags/") == api.json(f"{path}tags/")
            for tag in entry["tag_names"]:
                assert outsider.json(f"{path}tags/{tag}/")["name"] == tag
        else:
            for below in ("", "tags/", "tags/lvem/", "tags/pe/"):
                answer = outsider.get(path + below)
                assert (answer.status_code, answer.json()) == (404, NOT_FOUND), path + below
            refused = outsider.post(f"{path}tags/", data={"name": "pe"})
            assert refused.status_code == 404


@pytest.mark.parametrize("groups", SEES, ids=str)
def test_outsiders_read_the_files_that_are_open_to_them(
    api: Api, server: Server, opened: Scene, groups: tuple[str, ...] | None
) -> None:
    outsider = acting(server, api.base, groups)
    versions = SEES[groups][1]
    data = outsider.json(f"{opened.path}files/")
    names = [name for name in data if name not in ("files", "links")]
    assert names == [f"map.fits,{version}" for version in versions]
    for version in ("0", "1", "2"):
        answer = outsider.get(f"{opened.path}files/map.fits,{version}")
        if version in versions:
            assert answer.content == version.encode()
        else:
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    # the newest is not for them, and the bare name means the newest
    assert outsider.get(f"{opened.path}files/map.fits").status_code == 404
    newest = number(api, opened, "map 2")
    tagged = api.post(f"{opened.path}logs/{newest}/tags/", data={"name": "public"})
    assert tagged.status_code == 201
    assert outsider.get(f"{opened.path}files/map.fits").content == b"2"
    assert "map.fits" in outsider.json(f"{opened.path}files/")


@pytest.mark.parametrize("groups", [*OUTSIDERS, None], ids=str)
def test_outsiders_read_labels_and_members_as_far_as_they_may(
    api: Api, server: Server, groups: tuple[str, ...] | None
) -> None:
    one = scene(api)
    outsider = acting(server, api.base, groups)
    assert labels(outsider, one.sid) == labels(api, one.sid)
    assert outsider.json(f"{one.path}labels/DQV/") == api.json(f"{one.path}labels/DQV/")
    assert outsider.get(f"{one.path}labels/INJ/").status_code == 404
    for path in (
        *("events/", f"events/{one.extra}/", "pipeline_preferred_events/"),
        *(f"pipeline_preferred_events/{one.extra}/", "events/T9999/"),
    ):
        answer = outsider.get(one.path + path)
        if groups is None:
            assert (answer.status_code, answer.json()) == (403, NOBODY), path
        else:
            same = api.get(one.path + path)
            assert (answer.status_code, answer.content) == (same.status_code, same.content), path


# What observers write


def test_entries_of_observers_are_open_to_partners(api: Api, server: Server) -> None:
    one = scene(api)
    observer = acting(server, api.base, OUTSIDERS[0])
    before = len(entries(api, one.sid))
    answer = observer.post(
        f"{one.path}logs/", data={"comment": "we see it"}, files={"upload": ("a.png", b"a")}
    )
    assert answer.status_code == 201
    entry = answer.json()
    assert entry["N"] == before + 1
    assert (entry["issuer"], entry["tag_names"]) == ("lvem_observers@ligo.org", ["lvem"])
    assert entries(api, one.sid, before) == [
        ("we see it", ["lvem"]),
        (f"Tagged message {before + 1}: lvem.", []),
    ]
    issuers = [log["issuer"] for log in api.json(f"{one.path}logs/")["log"][before:]]
    assert issuers == ["lvem_observers@ligo.org"] * 2
    assert observer.json(f"{one.path}logs/{entry['N']}/") == entry
    assert observer.get(entry["file"]).content == b"a"
    assert observer.get(f"{one.path}logs/{entry['N'] + 1}/").status_code == 404
    for groups in (("lvem_users",), None):
        assert acting(server, api.base, groups).get(entry["self"]).status_code == 404


def test_entries_of_insiders_get_no_tag_by_themselves(api: Api, server: Server) -> None:
    one = scene(api)
    insider = acting(server, api.base, INSIDERS)
    answer = insider.post(f"{one.path}logs/", data={"comment": "mine"})
    assert answer.json()["tag_names"] == []
    assert entries(api, one.sid)[-1] == ("mine", [])


def test_observer_of_the_collaboration_too_sees_everything(api: Api, server: Server) -> None:
    one = scene(api)
    api.post(f"{one.path}permissions/modify/", data={"action": "hide"})
    both = acting(server, api.base, ("internal_users", "lvem_observers"))
    assert both.json(one.path) == api.json(one.path)
    assert entries(both, one.sid) == entries(api, one.sid)


def test_tags_that_open_entries_are_those_of_the_vocabulary(api: Api, server: Server) -> None:
    settings = {"external_access_tag": "partners", "public_access_tag": "world"}
    server.store.vocabulary = server.store.vocabulary.overridden({"settings": settings})
    one = scene(api)
    insider = acting(server, api.base, INSIDERS)
    refused = insider.post(f"{one.path}logs/1/tags/", data={"name": "world"})
    assert refused.json() == {"detail": NO_TAG.format("the public", "world")}
    for comment, tag in (("a", "partners"), ("b", "world"), ("c", "lvem"), ("d", "public")):
        api.post(f"{one.path}logs/", data={"comment": comment, "tagname": tag})
    for groups, seen in ((None, ["b"]), (("lvem_observers",), ["a", "b"])):
        log = acting(server, api.base, groups).json(f"{one.path}logs/")["log"]
        assert [entry["comment"] for entry in log] == seen
