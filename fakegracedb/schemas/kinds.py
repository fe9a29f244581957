"""The rules of each kind of document, as JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..documents.attributes import Field
from ..vocabulary import SERVER_VERSIONS, ServerSettings
from .derived import column, extra_attributes, vocabulary

__all__ = ["KINDS"]

Rules = dict[str, Any]

_BOOLEAN: Rules = {"type": "boolean"}
_TEXT: Rules = {"type": "string"}
_NAME: Rules = {"type": "string", "minLength": 1}
_COUNT: Rules = {"type": "integer", "minimum": 0}


def _exact(pattern: str) -> str:
    """Let the `$` of a pattern be the very end: to Python a newline may follow it."""
    return f"{pattern}(?!\n)" if pattern.endswith("$") else pattern


_CLOCK_FACE = "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{6}Z"
_TIME: Rules = {
    "type": "string",
    "pattern": _exact(f"^{_CLOCK_FACE}$"),
    "format": "date-time",
    "description": "UTC with microseconds, as 2026-03-01T17:04:09.123456Z",
}
_TIME_OR_EMPTY: Rules = {
    "type": "string",
    "pattern": _exact(f"^(|{_CLOCK_FACE})$"),
    "description": f"{_TIME['description']}, or empty",
}
_GRACEID = "[GEHMTD]([0-9]{4}|[1-9][0-9]{4,17})"
_HEX = "[0-9A-Fa-f]"


def _object(required: dict[str, Rules], optional: dict[str, Rules] | None = None) -> Rules:
    """Give the rules of an object whose further keys are free."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties}


def _list(entry: Rules) -> Rules:
    return {"type": "array", "items": entry}


def _or_null(rules: Rules) -> Rules:
    return {**rules, "type": [rules["type"], "null"]}


# Of a store as a whole.

_YEAR = 365.25 * 86400  # s


def _clock() -> Rules:
    span = {"type": "number", "minimum": -1900 * _YEAR, "maximum": 7900 * _YEAR}
    time = {"type": ["string", "number"], "format": "time-in-any-form"}
    keys: dict[str, dict[str, Rules]] = {
        "system": {},
        "offset": {"seconds": span},
        "fixed": {"time": time},
        "stepping": {"start": time, "step": span},
    }
    kind = {"enum": list(keys)}
    return {
        **_object({"kind": kind}),
        "allOf": [
            {
                "if": _object({"kind": {"const": name}}),
                "then": {
                    "required": list(members),
                    "properties": {"kind": {}, **members},
                    "additionalProperties": False,
                },
            }
            for name, members in keys.items()
        ],
    }


def _settings(_: ServerSettings) -> Rules:
    return _object(
        {"format": {"type": "integer", "minimum": 1}},
        {
            "created": _TIME_OR_EMPTY,
            "server_version": {"enum": list(SERVER_VERSIONS)},
            "user": _NAME,
            "clock": _clock(),
            "fsync": _BOOLEAN,
        },
    )


def _users(_: ServerSettings) -> Rules:
    user = _object(
        {"name": _NAME},
        {
            "groups": _list(_NAME),
            "first_name": _TEXT,
            "last_name": _TEXT,
            "email": _TEXT,
            "pipelines": _or_null(_list(_NAME)),
            "permissions": _list(_NAME),
        },
    )
    return _object({"users": _list(user)})


def _tag_name(settings: ServerSettings) -> Rules:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": settings.tag_name_max_length,
        "pattern": _exact(settings.tag_name_regex),
    }


def _tags(settings: ServerSettings) -> Rules:
    display_name = {
        "type": ["string", "null"],
        "maxLength": settings.tag_display_name_max_length,
    }
    tag = _object({"name": _tag_name(settings)}, {"display_name": display_name})
    return _object({"tags": _list(tag)})


# Of an event or superevent.

# of a confirmed superevent: whatever its managers chose
_GW_ID: Rules = {"type": "string", "minLength": 1, "maxLength": 25}


def _graceid() -> Rules:
    return {
        "type": "string",
        "pattern": _exact(f"^{_GRACEID}$"),
        "description": "a letter of GEHMTD and at least four digits, as G0042",
    }


def _label(settings: ServerSettings) -> Rules:
    name = {**_NAME, "maxLength": settings.label_name_max_length}
    return _object({"name": name, "creator": _NAME, "created": _TIME})


def _signoff() -> Rules:
    return _object(
        {"signoff_type": _NAME, "instrument": _TEXT, "status": _NAME, "submitter": _NAME},
        {"comment": _TEXT},
    )


def _event(settings: ServerSettings) -> Rules:
    right = {"enum": ["view", "change"]}
    return _object(
        {
            "graceid": _graceid(),
            "submitter": _NAME,
            "created": _TIME,
            "group": _NAME,
            "pipeline": _NAME,
        },
        {
            "search": _or_null(_TEXT),
            "offline": _BOOLEAN,
            "gpstime": column(Field("gpstime")),
            "instruments": column(Field("instruments", "str", 20, "", nullable=False)),
            "nevents": column(Field("nevents", "natural")),
            "far": column(Field("far")),
            "likelihood": column(Field("likelihood")),
            "labels": _list(_label(settings)),
            "extra_attributes": extra_attributes(),
            "superevent": _or_null(_GW_ID),
            "replay_id": {"type": ["string", "null"], "pattern": _exact(settings.replay_id_regex)},
            "content_id": {
                "type": ["string", "null"],
                "pattern": _exact(f"^{_HEX}{{8}}-({_HEX}{{4}}-){{3}}{_HEX}{{12}}$"),
                "description": "a UUID with its hyphens",
            },
            "permissions": {"type": "object", "additionalProperties": _list(right)},
            "signoffs": _list(_signoff()),
            "reserved": _BOOLEAN,
            "kafka_server": _or_null(_TEXT),
            "kafka_topic": _or_null(_TEXT),
            "partial": _BOOLEAN,
        },
    )


def _superevent(settings: ServerSettings) -> Rules:
    graceid = _graceid()
    rate = {"type": ["number", "null"]}
    time = {"type": "number", "exclusiveMinimum": -1e10, "exclusiveMaximum": 1e10}
    right = {"enum": ["view", "annotate"]}
    return _object(
        {
            "superevent_id": {
                "type": "string",
                "pattern": _exact("^[TM]?S[0-9]{6}[a-z]{1,10}$"),
                "description": "the default id, as S240229a",
            },
            "category": {"enum": ["P", "T", "M"]},
            "submitter": _NAME,
            "created": _TIME,
            "serial": {"type": "integer", "minimum": 1},
            "preferred_event": graceid,
            **dict.fromkeys(("t_start", "t_0", "t_end"), time),
        },
        {
            "gw_events": _list(graceid),
            "em_events": _list(graceid),
            "pipeline_preferred": {"type": "object", "additionalProperties": graceid},
            "em_type": {"type": ["string", "null"], "maxLength": 100},
            "time_coinc_far": rate,
            "space_coinc_far": rate,
            "gw_id": _or_null(_GW_ID),
            "is_gw": _BOOLEAN,
            "gw_number": {"type": ["integer", "null"], "minimum": 1},
            "labels": _list(_label(settings)),
            "signoffs": _list(_signoff()),
            "permissions": {"type": "object", "additionalProperties": _list(right)},
            "partial": _BOOLEAN,
        },
    )


def _log(settings: ServerSettings) -> Rules:
    return _object(
        {
            "N": {"type": "integer", "minimum": 1},
            "comment": _TEXT,
            "created": _TIME,
            "issuer": _NAME,
        },
        {
            "filename": {"type": "string", "maxLength": 100},
            "file_version": _or_null(_COUNT),
            "tags": _list(_tag_name(settings)),
        },
    )


_EXTERNAL = dict.fromkeys(("ext_gcn", "ext_pipeline", "ext_search"), _TEXT)
_PROBABILITIES = {
    f"prob_{name}": {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    for name in (
        *("has_ns", "has_remnant", "bns", "nsbh", "bbh"),
        *("terrestrial", "has_mass_gap", "has_ssm"),
    )
}


def _announcement(code: str) -> dict[str, Rules]:
    """Give what VOEvents and notices have in common; `code` names the key of their type."""
    return {
        "N": {"type": "integer", "minimum": 1},
        code: _NAME,
        "created": _TIME,
        "issuer": _NAME,
        "filename": {"type": "string", "minLength": 1, "maxLength": 100},
        "file_version": _COUNT,
    }


def _voevent(_: ServerSettings) -> Rules:
    name = _or_null({"type": "string", "maxLength": 100})
    flags = ("internal", "open_alert", "hardware_inj", "coinc_comment", "significant")
    return _object(
        {**_announcement("voevent_type"), "ivorn": _NAME},
        {
            **dict.fromkeys(("skymap_type", "skymap_filename", "combined_skymap_filename"), name),
            **dict.fromkeys((*flags, "raven_coinc"), _BOOLEAN),
            **_PROBABILITIES,
            **_EXTERNAL,
        },
    )


def _notice(_: ServerSettings) -> Rules:
    flags = dict.fromkeys(("significant", "raven_coinc"), _BOOLEAN)
    return _object(_announcement("notice_type"), {**flags, **_PROBABILITIES, **_EXTERNAL})


def _catalog(_: ServerSettings) -> Rules:
    entry = _object(
        {"superevent": _NAME},
        {
            "pipelines": {"type": "object", "additionalProperties": _graceid()},
            "far": {"type": ["number", "null"]},
            "pastro": {"type": ["object", "null"]},
        },
    )
    return _object(
        {
            "N": {"type": "integer", "minimum": 1},
            "number": {**_NAME, "maxLength": 25},
            "version": {"type": "integer", "minimum": 1},
            "created": _TIME,
            "submitter": _NAME,
        },
        {"comment": _TEXT, "entries": _list(entry)},
    )


def _emobservation(_: ServerSettings) -> Rules:
    number = {"type": "number"}
    footprint = _object(
        {
            **dict.fromkeys(("ra", "dec", "ra_width", "dec_width"), number),
            "start_time": _TIME,
            "exposure_time": column(Field("exposure_time", "natural", nullable=False)),
        }
    )
    return _object(
        {
            "N": {"type": "integer", "minimum": 1},
            "created": _TIME,
            "submitter": _NAME,
            "group": _NAME,
        },
        {"comment": _TEXT, "footprints": _list(footprint)},
    )


def _embb(_: ServerSettings) -> Rules:
    lists = ("ra", "dec", "ra_width", "dec_width", "gpstime", "duration")
    return _object(
        {
            "N": {"type": "integer", "minimum": 1},
            "created": _TIME,
            **dict.fromkeys(("submitter", "group", "waveband", "eel_status", "obs_status"), _NAME),
        },
        {
            **dict.fromkeys(("instrument", "footprint_id", "comment", "extra_info"), _TEXT),
            **dict.fromkeys(lists, _list({"type": "number"})),
        },
    )


def _file(_: ServerSettings) -> Rules:
    # a slash, and the blob would lie in another folder
    return _object(
        {
            "name": {
                "type": "string",
                "pattern": _exact("^[^/\\u0000]+$"),
                "description": "a file name without a folder",
            },
            "version": _COUNT,
            "size": _COUNT,
            "sha256": {
                "type": "string",
                "pattern": _exact("^[0-9a-f]{64}$"),
                "description": "64 hexadecimal digits, small letters",
            },
        },
        {
            "disk": {
                "type": "string",
                "pattern": _exact("^[^/\\\\\\u0000]*$"),
                "maxLength": 200,
                "description": "a file name without a folder",
            },
            "absent": _BOOLEAN,
        },
    )


# Of the journal.

_SEGMENT = "(?![.]{1,2}(/|$))[^/\\\\\\u0000]+"


_COUNTERS = ("number", "events", "last", "closed", "tick", "superevents", "alerts")


def _commit(settings: ServerSettings) -> Rules:
    documents = {
        "store": _settings(settings),
        "vocabulary": vocabulary(settings),
        "users": _users(settings),
        "tags": _tags(settings),
        "event": _event(settings),
        "superevent": _superevent(settings),
    }
    lines = {
        "logs": _log(settings),
        "files": _file(settings),
        "voevents": _voevent(settings),
        "emobservations": _emobservation(settings),
        "embb": _embb(settings),
        "notices": _notice(settings),
        "catalogs": _catalog(settings),
    }
    place = {
        "pattern": _exact(f"^{_SEGMENT}(/{_SEGMENT})*$"),
        "description": "a place within the store",
    }
    length_and_digest = {
        "type": ["array", "null"],
        "minItems": 2,
        "maxItems": 2,
        "prefixItems": [_COUNT, {"type": "string", "pattern": _exact("^[0-9a-f]+$")}],
    }
    return {
        **_object(
            {},
            {
                "n": _COUNT,
                "applied": _COUNT,
                "time": _TIME_OR_EMPTY,
                "user": _TEXT,
                "call": _TEXT,
                "documents": {
                    "type": "object",
                    "propertyNames": place,
                    "patternProperties": {
                        _exact(f"(^|/){name}[.]json$"): _or_null(rules)
                        for name, rules in documents.items()
                    },
                    "additionalProperties": {"type": ["object", "null"]},
                },
                "lines": {
                    "type": "object",
                    "propertyNames": place,
                    "patternProperties": {
                        _exact(f"(^|/){name}[.]jsonl$"): _list(rules)
                        for name, rules in lines.items()
                    },
                    "additionalProperties": _list({"type": "object"}),
                },
                "alerts": _object(
                    {
                        "root": _TEXT,
                        "line": {"enum": list(SERVER_VERSIONS)},
                        "sent": _list({"type": "array", "minItems": 2}),
                    }
                ),
                "sums": {
                    "type": "object",
                    "propertyNames": place,
                    "additionalProperties": length_and_digest,
                },
                "counters": _object(
                    {},
                    {
                        **dict.fromkeys(_COUNTERS, _COUNT),
                        "newest": _TEXT,
                        "ordered": _BOOLEAN,
                    },
                ),
                "base": _BOOLEAN,
                "restoring": _BOOLEAN,
            },
        ),
        "if": {"required": ["n"]},
        "else": {
            "required": ["applied"],
            "description": "a line with n is a commit; one without says how far they are applied",
        },
    }


KINDS: dict[str, Callable[[ServerSettings], Rules]] = {
    "settings": _settings,
    "vocabulary": vocabulary,
    "users": _users,
    "tags": _tags,
    "event": _event,
    "log": _log,
    "file": _file,
    "voevent": _voevent,
    "emobservation": _emobservation,
    "embb": _embb,
    "superevent": _superevent,
    "notice": _notice,
    "catalog": _catalog,
    "commit": _commit,
}
