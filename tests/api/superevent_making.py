"""Superevents for tests: made through the API, and what their logs say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Api

# Of an event, by the category of the superevents that take it.
EVENTS: dict[str, dict[str, Any]] = {
    "P": {"group": "CBC"},
    "T": {"group": "Test"},
    "M": {"group": "CBC", "search": "MDC"},
}


def make(api: Api, category: str = "T", **fields: Any) -> Any:
    """Create a superevent around a new event, and give it."""
    event = api.create(**EVENTS[category])["graceid"]
    times = {"t_start": "1400000000", "t_0": "1400000000.25", "t_end": "1400000001"}
    data = {"category": category, "preferred_event": event, **times, **fields}
    answer = api.post("superevents/", data=data)
    assert answer.status_code == 201, answer.text
    return answer.json()


def entries(api: Api, superevent_id: str, after: int = 0) -> list[tuple[str, list[str]]]:
    """Give comments and tags of the log of a superevent, but for its first entries."""
    log = api.json(f"superevents/{superevent_id}/logs/")["log"]
    assert [entry["N"] for entry in log] == list(range(1, len(log) + 1))
    return [(entry["comment"], entry["tag_names"]) for entry in log[after:]]


def labels(api: Api, superevent_id: str) -> dict[str, str]:
    """Give the labels of a superevent, with who applied each."""
    found = api.json(f"superevents/{superevent_id}/labels/")["labels"]
    named = {label["name"]: label["creator"] for label in found}
    assert len(named) == len(found)
    return named
