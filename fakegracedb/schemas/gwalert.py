"""The rules of public alerts (igwn-gwalert), as JSON Schemas, and alerts held against them."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .library import broken, validator

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["ALERT_TYPES", "SCHEMAS", "problem", "schema"]

Rules = dict[str, Any]

ALERT_TYPES = ("EARLYWARNING", "PRELIMINARY", "INITIAL", "UPDATE", "RETRACTION")
_MOST = 100  # broken rules, among which the one that matters most is looked for

_TEXT: Rules = {"type": "string"}
_NUMBER: Rules = {"type": "number"}
_NUMBER_OR_NULL: Rules = {"type": ["number", "null"]}
_RATE_OR_NULL: Rules = {**_NUMBER_OR_NULL, "description": "false alarm rate in Hz"}
_TIME: Rules = {"type": "string", "format": "date-time", "description": "UTC in ISO 8601"}
_PROBABILITIES: Rules = {"type": "object", "additionalProperties": _NUMBER}
_SKY_MAP: Rules = {
    "type": ["string", "null"],
    "contentEncoding": "base64",
    "contentMediaType": "application/fits",
    "description": "a multi-order sky map in base64",
}


def _list(entry: Rules) -> Rules:
    return {"type": "array", "items": entry}


def _record(
    required: dict[str, Rules], optional: dict[str, Rules] | None = None, *, null: bool = False
) -> Rules:
    """Give the rules of an object whose further keys are free."""
    return {
        "type": ["object", "null"] if null else "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _chirp_masses() -> Rules:
    rules = _record({"bin_edges": _list(_NUMBER), "probabilities": _list(_NUMBER)}, null=True)
    return {
        **rules,
        "additionalProperties": False,
        "description": "edges of bins in solar masses, and their probabilities",
    }


def _event(version: str) -> Rules:
    significant: dict[str, Rules] = {"significant": {"type": "boolean"}}
    early = version == "early"
    return _record(
        {
            "time": _TIME,
            "far": {**_NUMBER, "description": "false alarm rate in Hz"},
            **({} if early else significant),
            "instruments": _list(_TEXT),
            **dict.fromkeys(("group", "pipeline", "search"), _TEXT),
            "classification": _PROBABILITIES,
            "properties": _PROBABILITIES,
            "skymap": _SKY_MAP,
        },
        {
            "mchirp_source": _chirp_masses(),
            "duration": {**_NUMBER_OR_NULL, "description": "of a burst, in seconds"},
            "central_frequency": {**_NUMBER_OR_NULL, "description": "of a burst, in Hz"},
            **(significant if early else {}),
        },
        null=True,
    )


def _external_coinc(version: str) -> Rules:
    return _record(
        {
            "gcn_notice_id": {"type": ["integer", "string"]} if version == "1.3" else _NUMBER,
            **dict.fromkeys(("ivorn", "observatory", "search"), _TEXT),
            "time_difference": {**_NUMBER, "description": "in seconds"},
            "time_coincidence_far": _RATE_OR_NULL,
            "time_sky_position_coincidence_far": _RATE_OR_NULL,
            "combined_skymap": _SKY_MAP,
        },
        null=True,
    )


def _alert(version: str) -> Rules:
    return _record(
        {
            "superevent_id": _TEXT,
            "alert_type": {"enum": list(ALERT_TYPES)},
            "time_created": _TIME,
            "event": _event(version),
            "external_coinc": _external_coinc(version),
            "urls": {
                "type": "object",
                "additionalProperties": {"type": "string", "format": "uri"},
            },
        }
    )


SCHEMAS: dict[str, Rules] = {version: _alert(version) for version in ("1.3", "1.0", "early")}


def schema(version: str = "1.3") -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of an alert in its JSON form.

    Parameters
    ----------
    version : str
        One of `SCHEMAS`.

    Returns
    -------
    dict
        A copy: it may be changed.

    Raises
    ------
    ValueError
        No such version.

    Notes
    -----
    It says what the package igwn-gwalert-schema of that version says; ``early`` is what came before
    1.0. So an alert of any type may be without an event, and further keys are allowed.
    """
    try:
        rules = SCHEMAS[version]
    except KeyError:
        known = ", ".join(SCHEMAS)
        raise ValueError(f"no version {version!r} of alerts; there are {known}") from None
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **deepcopy(rules)}


@lru_cache(maxsize=len(SCHEMAS))
def _validator(version: str) -> Validator:
    return validator(schema(version), strict=False)


def problem(data: Any, version: str = "1.3") -> str | None:
    """Say which rule an alert breaks.

    Parameters
    ----------
    data : Any
        The alert as Python's `json` reads it.
    version : str
        As in `schema`.

    Returns
    -------
    str or None
        Place and rule, as ``event.far: 'x' is not of type 'number'``; None for a good alert.

    Raises
    ------
    ValueError
        No such version.
    RecursionError
        If what breaks a rule is nested too deeply to be quoted.

    Notes
    -----
    By the standard: formats are not checked, and ``1.0`` is an integer.
    """
    found = broken(_validator(version), data, _MOST)
    return found[0] if found else None
