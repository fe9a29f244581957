"""Every case of ``query-cases.json`` through the client; and that the runner sees what differs."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import query_cases

FILE = Path(__file__).parents[1] / "data" / "query-cases.json"
DATA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
LANGUAGES = ("event_queries", "superevent_queries", "v2_queries")


def test_all_cases_agree(capsys: pytest.CaptureFixture[str]) -> None:
    total = sum(len(DATA[name]) for name in LANGUAGES)
    assert query_cases.main([str(FILE)]) == 0
    assert capsys.readouterr().out == f"query-cases: {total} of {total} agree\n"


def wrong(case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(case), **changes}


def case(name: str) -> dict[str, Any]:
    return next(one for lang in LANGUAGES for one in DATA[lang] if one["id"] == name)


def test_what_differs_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = next(one for one in DATA["event_queries"] if one.get("ordered"))
    events = [
        case("E003"),
        wrong(case("E003"), id="more", expect=case("E003")["expect"][1:]),
        wrong(case("E003"), id="lacks", expect=[*case("E003")["expect"], "G1"]),
        wrong(case("E003"), id="refused", query="far <"),
        wrong(case("E003"), id="not refused", error=True),
        wrong(order, id="order", expect=order["expect"][::-1]),
    ]
    structured = [
        case("V037"),
        wrong(case("V037"), id="message", message="Something else"),
        wrong(case("V037"), id="path", path=["and"]),
        wrong(case("V037"), id="prefix", message_prefix="Known"),
        wrong(case("V001"), id="V more", expect=case("V001")["expect"][1:]),
    ]
    del structured[3]["message"]
    superevents = [wrong(case("S002"), id="S lacks", expect=["GW170817A"])]
    lists = {
        "event_queries": events, "superevent_queries": superevents, "v2_queries": structured,
    }  # fmt: skip
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({**DATA, **lists}))
    assert query_cases.main([str(file)]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == "query-cases: 2 of 12 agree"
    names = ["more", "lacks", "refused", "not refused", "order", "S lacks"]
    names += ["message", "path", "prefix", "V more"]
    for name, line in zip(names, lines, strict=True):
        assert line.startswith(f"{name} ")
    assert lines[0] == f"more finds {case('E003')['expect'][0]}"
    assert lines[1] == "lacks lacks G1"
    assert lines[2].startswith('refused is refused: {"error"')
    assert lines[3].endswith("and should be refused")
    assert lines[5] == "S lacks lacks GW170817A, finds S190426c"
    assert lines[6].count("is refused with {'message'") == 2  # GET and POST
    assert lines[7].count("is refused with {'path': []}") == 2


def test_another_population_is_built_from_its_own_file(tmp_path: Path) -> None:
    data = copy.deepcopy(DATA)
    data["vocabulary"]["pipelines"].append("mine")
    data["vocabulary"]["labels"].append("NEW_LABEL")
    data["events"][0] |= {"pipeline": "mine", "labels": ["NEW_LABEL"], "replay_id": "run-7"}
    graceid = data["events"][0]["graceid"]
    data["now"] = "2030-01-01T00:00:00Z"
    expected = [{"expect": [graceid]}]
    queries = ["mine", "NEW_LABEL", "replay_id: run-7", "created: 3000 weeks ago .. now mine"]
    data["event_queries"] = [{"id": query, "query": query, **expected[0]} for query in queries]
    data["superevent_queries"] = []
    leaves = [("pipeline", "=", "MINE"), ("label", "has", "NEW_LABEL"), ("replay_id", "=", "run-7")]
    data["v2_queries"] = [
        {
            "id": field,
            "object_type": "event",
            "query": {"field": field, "op": op, "value": value},
            **expected[0],
        }
        for field, op, value in leaves
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(data))
    told: list[str] = []
    assert query_cases.run(file, told.append) == (7, 7), told


def test_no_file_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert query_cases.main([]) == 2
    assert "query_cases.py FILE" in capsys.readouterr().err
