"""Absurd numbers and bytes in every pipeline's file: an event all the same, no broken server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from coincs import coinc, table
from uploads import MLY, NOTICE, OLIB, cwb, injection, text, voevent

if TYPE_CHECKING:
    from conftest import Api, Server

NUMBERS = ["NaN", "-1e999", "9" * 10_000, "-5", "1e308", ""]


def cell(name: str, column: str, word: str) -> bytes:
    """A coincidence with a word in a cell of one of its tables."""
    return bytes(coinc(**{name: table(name, **{column: word})}))


def said(key: str, word: str) -> bytes:
    return bytes(cwb(**{key: word}))


def element(old: str, word: str) -> bytes:
    return bytes(voevent((f">{old}<", f">{word}<")))


def value(old: str, word: str) -> bytes:
    return bytes(voevent((f'"{old}"', f'"{word}"')))


def column(name: str, word: str) -> bytes:
    return bytes(injection(**{name: word}))


def number(base: dict[str, Any], key: str, word: str) -> bytes:
    """JSON with a number as it is spelled, which need not be JSON's way."""
    return bytes(text(base, **{key: 987654321})).replace(b"987654321", word.encode())


def score(word: str) -> bytes:
    return bytes(text(MLY, scores={"combined": 5})).replace(b": 5}", f": {word}}}".encode())


# A pipeline of each reader: the numbers of its files, each as what puts a word in its place.
PLACES: dict[str, list[Callable[[str], bytes]]] = {
    "gstlal": [
        *(partial(cell, "coinc_inspiral", c) for c in ("end_time", "mass", "snr", "combined_far")),
        *(partial(cell, "coinc_event", column) for column in ("nevents", "likelihood")),
        *(partial(cell, "sngl_inspiral", column) for column in ("end_time", "snr")),
    ],
    "CWB": [
        partial(said, key) for key in ("event_time", "time", "far", "likelihood", "duration", "phi")
    ],
    "Fermi": [
        *(partial(element, old) for old in ("83.5", "5.75", "2024-05-17T16:53:02.5")),
        *(partial(value, old) for old in ("1.5", "2e-6")),
    ],
    "Swift": [
        *(
            partial(number, NOTICE, key)
            for key in ("ra", "ra_dec_error", "rate_duration", "far", "trigger_time")
        ),
        partial(number, {}, "jd"),
    ],
    "HardwareInjection": [
        *(partial(column, name) for name in ("geocent_end_time", "geocent_end_time_ns", "mass1")),
        *(
            partial(number, {"instruments": "H1"}, key)
            for key in ("gpstime", "far", "mass1", "amp_order")
        ),
    ],
    "oLIB": [
        partial(number, OLIB, key)
        for key in ("gpstime", "FAR", "nevents", "likelihood", "BCI", "frequency_posterior_mean")
    ],
    "MLy": [
        *(
            partial(number, MLY, key)
            for key in ("gpstime", "far", "SNR", "central_freq", "duration")
        ),
        score,
    ],
}


def no_constants(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def strictly(answer: Any) -> Any:
    assert answer.status_code == 200
    return json.loads(answer.content, parse_constant=no_constants)


def seen_everywhere(api: Api, event: dict[str, Any]) -> None:
    """See that an event is answered, alike, wherever it is shown, and as strict JSON."""
    path = f"events/{event['graceid']}"
    warnings = event.pop("warnings")
    assert len(warnings) < 2
    assert strictly(api.get(path)) == event
    assert strictly(api.get("events/?count=1"))["events"] == [event]
    assert api.get("events/?count=1&format=tsv").status_code == 200
    assert event not in strictly(api.get(f"{path}/neighbors/"))["neighbors"]
    assert api.post(f"{path}/voevent/", data={"voevent_type": "PR"}).status_code in (201, 400)


@pytest.mark.parametrize("pipeline", PLACES)
def test_absurd_numbers_leave_an_event(server: Server, pipeline: str) -> None:
    api = server.at("v1")
    for place in PLACES[pipeline]:
        for word in NUMBERS:
            seen_everywhere(api, api.create(place(word), pipeline=pipeline))
    assert server.store.check() == []


@pytest.mark.parametrize("pipeline", PLACES)
def test_absurd_numbers_replace_or_are_told_as_an_error(server: Server, pipeline: str) -> None:
    api = server.at("v1")
    for place in PLACES[pipeline]:
        api.create(place("1"), pipeline=pipeline)
    for number, place in enumerate(PLACES[pipeline], start=1):
        for word in NUMBERS:
            answer = api.upload(place(word), path=f"events/T{number}", method="PUT")
            assert answer.status_code in (202, 500)
            assert answer.status_code == 202 or list(answer.json()) == ["error"]
            strictly(api.get(f"events/T{number}"))
    assert server.store.check() == []


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "null bytes": lambda content: content[:30] + b"\0\0" + content[30:],
    "nothing but null bytes": lambda content: b"\0" * len(content),
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda content: content.decode().encode("utf-16-le"),
    "UTF-32": lambda content: content.decode().encode("utf-32"),
    "a mark before it": lambda content: b"\xef\xbb\xbf" + content,
    "no text": lambda content: bytes(range(256)),
    "half of it": lambda content: content[: len(content) // 2],
    "twice it": lambda content: content * 2,
    "gzip": lambda content: gzip.compress(content, mtime=0),
}


@pytest.mark.parametrize("pipeline", [*PLACES, "MBTA", "X"])
def test_absurd_bytes_leave_an_event(server: Server, pipeline: str) -> None:
    api = server.at("v1")
    content = PLACES.get(pipeline, PLACES["gstlal"])[0]("7")
    for change in BYTES.values():
        changed = change(content)
        event = api.create(changed, filename="a.xml", pipeline=pipeline, labels="INJ")
        # The labels come with whatever was no failure of the reader.
        failed = "".join(event["warnings"]).startswith("Problem scanning data. No alert issued (")
        assert event["labels"] == ([] if failed else ["INJ"])
        assert api.comments(event["graceid"])[0] == "Original Data"
        path = f"events/{event['graceid']}/files/a.xml"
        assert api.get(path).content == changed
        seen_everywhere(api, event)
    assert server.store.check() == []
