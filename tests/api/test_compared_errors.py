"""The error bodies that released clients compare byte for byte, under v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

PATH = "superevents/TS260301a/"


@pytest.fixture(params=["default", "v2"])
def api(request: pytest.FixtureRequest, server: Server) -> Api:
    """Make TS260301a with a label, a tag and an advocate's signoff, at each v2 base."""
    api = server.at(request.param)
    api.candidate(labels=["DQV", "ADVREQ"])
    api.post(f"{PATH}logs/1/tags/", data={"name": "sky_loc"})
    signoff = {"signoff_type": "ADV", "status": "OK", "comment": ""}
    assert api.post(f"{PATH}signoffs/", data=signoff).status_code == 201
    return api


@pytest.mark.parametrize(
    ("method", "path", "data", "body"),
    [
        (
            "POST",
            f"{PATH}labels/",
            {"name": "DQV"},
            b'{"error": "Label DQV already applied to superevent TS260301a"}',
        ),
        (
            "POST",
            f"{PATH}labels/",
            {"name": "ADVREQ"},
            b'{"error": "The \'ADVREQ\' label cannot be applied to request a signoff because a '
            b'related signoff already exists."}',
        ),
        (
            "POST",
            f"{PATH}signoffs/",
            {"signoff_type": "ADV", "status": "NO", "comment": "again"},
            b'{"error": "ADV signoff for advocate already exists on superevent TS260301a"}',
        ),
        (
            "POST",
            f"{PATH}logs/1/tags/",
            {"name": "sky_loc"},
            b'{"error": "Tag is already applied to this log message"}',
        ),
        (
            "PATCH",
            PATH,
            {"t_0": "1456419850.25"},
            b'{"error": "Request would not modify the superevent"}',
        ),
        (
            "POST",
            f"{PATH}events/",
            {"event": "T0001"},
            b'{"error": "Event T0001 is already assigned to a superevent"}',
        ),
        (
            "POST",
            "superevents/",
            {
                "category": "T",
                "preferred_event": "T1",
                **dict.fromkeys(("t_start", "t_0", "t_end"), "1456419850.25"),
            },
            b'{"error": "Event T0001 is already assigned to a superevent"}',
        ),
    ],
)
def test_error_is_the_same_to_the_byte(
    api: Api, method: str, path: str, data: dict[str, str], body: bytes
) -> None:
    answer = api.request(method, path, data=data)
    assert (answer.status_code, answer.content) == (400, body)
    assert answer.headers["Content-Type"] == "application/json"


def test_repeated_tag_of_an_event_is_the_same_to_the_byte(api: Api) -> None:
    api.put("events/T0001/log/1/tag/psd")
    answer = api.put("events/T0001/log/1/tag/psd")
    body = b'{"error": "Tag is already applied to this log message"}'
    assert (answer.status_code, answer.content) == (400, body)
