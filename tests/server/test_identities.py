"""Who asks over HTTP: the default user, another one that a request names, nobody."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from test_wsgi import Answer

from fakegracedb import Store
from fakegracedb.wsgi import application

EINSTEIN = "albert.einstein@ligo.org"


def token(**claims: Any) -> str:
    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def user(app: Any, authorization: str | None = None, **more: Any) -> Answer:
    return Answer(app, "/api/user-info/", HTTP_AUTHORIZATION=authorization, **more)


def test_who_does_not_say_is_the_default_user(store: Store) -> None:
    assert user(application(store)).json()["username"] == EINSTEIN
    assert user(application(store, user="ada")).json()["username"] == "ada"


def test_who_does_not_say_may_have_certain_groups_only(store: Store) -> None:
    for groups in ("lvem_users", ["lvem_users"]):
        shown = user(application(store, user="ada", groups=groups)).json()
        assert (shown["username"], shown["is_internal_user"]) == ("ada", False)
    with pytest.raises(ValueError, match="groups are those of a user"):
        application(store, groups=["lvem_users"])


@pytest.mark.parametrize(
    ("authorization", "name"),
    [
        (basic("ada:"), "ada"),
        (basic("ada:a secret: with a colon"), "ada"),
        (basic("jürgen:"), "jürgen"),
        (basic("ada:").replace("Basic", "BASIC"), "ada"),
        ("Bearer ada", "ada"),
        ("bearer  ada.lovelace@ligo.org", "ada.lovelace@ligo.org"),
        (f"Bearer {token(sub='ada', exp=1)}", "ada"),
        ("Bearer not.a.token", "not.a.token"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"anonymous": True}, {"user": "grace"}], ids=str)
def test_request_names_who_asks(
    store: Store, authorization: str, name: str, options: dict[str, Any]
) -> None:
    answer = user(application(store, **options), authorization)
    assert answer.json()["username"] == name


@pytest.mark.parametrize(
    "authorization",
    ["Basic", "Basic !", basic("ada"), basic(":"), basic(":secret"), basic("a\0b:"), "Bearer",
     "Bearer ", "Digest x", "ada", f"Basic {base64.b64encode(bytes([255])).decode()}"],
)  # fmt: skip
def test_what_names_nobody_is_refused(store: Store, authorization: str) -> None:
    answer = user(application(store), authorization)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "Invalid Authorization header" in answer.json()["detail"]


def test_anonymous_server_shows_what_the_public_sees(store: Store) -> None:
    app = application(store, anonymous=True)
    assert Answer(app, "/api/events/T0001").status == 403
    assert Answer(app, "/api/events/T0001", HTTP_AUTHORIZATION=basic("ada:")).status == 200
    assert Answer(app, "/api/superevents/").json()["superevents"] == []


def test_groups_take_rights_away(store: Store) -> None:
    app = application(store)
    name = {"HTTP_AUTHORIZATION": basic("ada:")}
    event = "/api/events/T0001"
    groups = "HTTP_FAKEGRACEDB_GROUPS"
    assert Answer(app, event, **name, **{groups: "internal_users, em_advocates"}).status == 200
    assert Answer(app, event, **name, **{groups: "lvem_observers"}).status == 403
    assert Answer(app, event, **name, **{groups: ""}).status == 403
    wrong = Answer(app, event, **name, **{groups: "nobles"})
    assert (wrong.status, "nobles" in wrong.json()["error"]) == (400, True)
    assert Answer(app, event, **{groups: "internal_users"}).status == 400
