"""The verb ``show``: one event or superevent, with what hangs on it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from ..arguments import opened_store
from ..output import counted, say, say_json
from ..tables import facts_text, table_text, width
from .numbers import instant, rate, times
from .reading import Found, Reader

__all__ = ["show"]


def show(arguments: argparse.Namespace) -> int:
    """Show one object."""
    reader = Reader(opened_store(arguments))
    found = reader.find(arguments.id)
    data = reader.json(found.path)
    if arguments.json:
        say_json(data)
        return 0
    entries = reader.json(found.log_path)["log"]
    number, versions = reader.store.read(
        lambda view: (
            len({file.name for file in view.files(found.folder)}),
            len(view.files(found.folder)),
        )
    )
    facts = _event_facts(data) if found.kind == "events" else _superevent_facts(reader, data, found)
    held = counted(len(entries), "entry", "entries")
    facts += [
        ("labels", " ".join(data["labels"])),
        ("log", held),
        ("files", f"{number} in {counted(versions, 'version')}"),
        ("folder", str(reader.store.path / found.folder)),
    ]
    parts = [facts_text(facts, width())]
    if found.kind == "events":
        parts += [_member_text(name, data) for name, data in data["extra_attributes"].items()]
    say("\n\n".join(parts))
    return 0


def _event_facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind = " ".join(filter(None, (data["group"], data["pipeline"], data["search"])))
    latency = data["reporting_latency"]
    created = instant(data["created"])
    return [
        ("event", data["graceid"]),
        ("kind", f"{kind}, offline" if data["offline"] else kind),
        *_time_facts("time", data["gpstime"]),
        ("created", created if latency is None else f"{created}, {latency:g} s later"),
        ("submitter", data["submitter"]),
        ("far", rate(data["far"])),
        ("instruments", data["instruments"]),
        ("triggers", _plain(data["nevents"])),
        ("likelihood", _plain(data["likelihood"])),
        ("superevent", data["superevent"] or ""),
        *([("replay", data["replay_id"])] if data.get("replay_id") else []),
    ]


def _superevent_facts(
    reader: Reader, data: Mapping[str, Any], found: Found
) -> list[tuple[str, str]]:
    preferred = data["preferred_event_data"]
    kind = " ".join(filter(None, (preferred["group"], preferred["pipeline"], preferred["search"])))
    best = [f"{name}: {one['graceid']}" for name, one in data["pipeline_preferred_events"].items()]
    signoffs = reader.json(f"{found.path}signoffs/")["signoffs"]
    rights = reader.json(f"{found.path}permissions/")["permissions"]
    public = any(one["group"] == "public_users" for one in rights)
    coincidence = [
        ("external event", data["em_type"] or ""),
        ("coincidence far", rate(data["time_coinc_far"])),
        ("... in space too", rate(data["space_coinc_far"])),
    ]
    return [
        ("superevent", data["superevent_id"]),
        ("GW id", data["gw_id"] or ""),
        ("category", data["category"]),
        *_time_facts("time", data["t_0"]),
        ("from, to", " ".join(times(data[name])[0] for name in ("t_start", "t_end"))),
        ("created", instant(data["created"])),
        ("submitter", data["submitter"]),
        ("far", rate(data["far"])),
        ("preferred event", f"{data['preferred_event']} ({kind})"),
        ("... by pipeline", ", ".join(best)),
        ("events", " ".join(data["gw_events"])),
        ("external events", " ".join(data["em_events"])),
        *(fact for fact in coincidence if fact[1]),
        ("signoffs", ", ".join(map(_signoff, signoffs))),
        ("exposed", "yes" if public else "no"),
    ]


def _signoff(one: Mapping[str, Any]) -> str:
    return f"{one['instrument'] or 'advocate'} {one['status']} ({one['submitter']})"


def _time_facts(name: str, gps: float | None) -> list[tuple[str, str]]:
    digits, utc = times(gps)
    return [(name, f"GPS {digits} = {utc} UTC" if utc else digits)]


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _member_text(name: str, data: Any) -> str:
    """Give a sub-table: its names and values, of several rows side by side."""
    if not isinstance(data, list):
        facts = [(key, _value(value)) for key, value in data.items() if value is not None]
        return f"{name}\n{facts_text(facts, width())}"
    told = [key for key in data[0] if any(row.get(key) for row in data)]
    cells = [(key, *(_value(row.get(key)) for row in data)) for key in told]
    text = table_text((name, *map(str, range(1, len(data) + 1))), cells, width())
    rest = len(data[0]) - len(told)
    return f"{text}\n({counted(rest, 'column')} without a value or 0)" if rest else text


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_value, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_value(inner)}" for key, inner in value.items())
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
