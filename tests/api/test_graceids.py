"""Graceids: the letter, the number, and under which of them an event is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server


@pytest.mark.parametrize(
    ("fields", "letter"),
    [
        ({"group": "Test"}, "T"),
        ({"group": "Test", "search": "MDC"}, "T"),
        ({"group": "Test", "pipeline": "HardwareInjection"}, "T"),
        ({"group": "CBC", "search": "MDC"}, "M"),
        ({"group": "Detchar", "search": "MDC"}, "M"),
        ({"group": "External", "pipeline": "HardwareInjection", "search": "MDC"}, "M"),
        ({"group": "CBC", "pipeline": "HardwareInjection"}, "H"),
        ({"group": "Detchar", "pipeline": "HardwareInjection"}, "H"),
        ({"group": "Detchar"}, "D"),
        ({"group": "External", "pipeline": "Fermi"}, "E"),
        ({"group": "CBC"}, "G"),
        ({"group": "Burst", "pipeline": "CWB", "search": "AllSky"}, "G"),
    ],
)
def test_letter_is_the_first_that_applies(server: Server, fields: Any, letter: str) -> None:
    assert server.at("v2").create(b"nothing", **fields)["graceid"] == f"{letter}0001"


def test_one_counter_numbers_all_events(api: Api) -> None:
    groups = ("CBC", "Test", "External", "Detchar", "CBC")
    found = [api.create(group=group)["graceid"] for group in groups]
    assert found == ["G0001", "T0002", "E0003", "D0004", "G0005"]


def test_number_has_four_digits_at_least(api: Api, server: Server) -> None:
    api.create()
    with server.store.transaction("as after many events") as transaction:
        event = transaction.event("T0001")
        assert event is not None
        transaction.put_event(replace(event, graceid="T12345"))
    assert api.json("events/T12345")["graceid"] == "T12345"
    assert api.json("events/T0012345")["links"]["self"] == f"{api.url}events/T12345"


def test_event_is_found_by_number_and_letters_that_fit(api: Api) -> None:
    events: dict[str, dict[str, Any]] = {
        "T0001": {"group": "Test", "search": "MDC"},
        "M0002": {"group": "CBC", "search": "MDC"},
        "H0003": {"group": "CBC", "pipeline": "HardwareInjection"},
        "D0004": {"group": "Detchar"},
        "E0005": {"group": "External"},
        "G0006": {"group": "CBC"},
    }
    fits = {
        "T0001": "TMG",
        "M0002": "MG",
        "H0003": "HG",
        "D0004": "DG",
        "E0005": "EG",
        "G0006": "G",
    }
    for graceid, fields in events.items():
        assert api.create(**fields)["graceid"] == graceid
        number = int(graceid[1:])
        for letter in "GEHMTD":
            for asked in (f"{letter}{number}", f"{letter}{number:04}", f"{letter}{number:09}"):
                answer = api.get(f"events/{asked}")
                if letter in fits[graceid]:
                    assert answer.json()["graceid"] == graceid
                    assert answer.json()["links"]["self"] == f"{api.url}events/{graceid}"
                else:
                    assert answer.status_code == 404, asked


def test_answers_show_the_canonical_graceid(api: Api) -> None:
    api.create(labels=["INJ"])
    log = api.log("G1", "a comment", tagname="psd", file=("a.txt", b"a"))
    base = f"{api.url}events/T0001/"
    assert log["self"] == f"{base}log/5"
    assert log["file"] == f"{base}files/a.txt,0"
    assert api.json("events/G1/labels/INJ")["self"] == f"{base}labels/INJ"
    assert api.json("events/G01/files/")["a.txt"] == f"{base}files/a.txt"
    assert api.json("events/T1/log/5/tag/psd")["links"]["self"] == f"{base}log/5/tag/psd"
    assert api.json("events/T1/tag/psd")["links"]["logs"] == [f"{base}log/5"]
    assert api.json("events/G1/neighbors/")["links"]["event"] == f"{api.url}events/T0001"
    repeated = api.put("events/G1/labels/INJ")
    assert "Event T0001 already labeled with 'INJ'" in repeated.text
    assert api.get("events/G1/files/a.txt").content == b"a"
