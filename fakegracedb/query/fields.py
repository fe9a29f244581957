"""What can be asked for: every field of events and superevents, described once for all languages.

A field has a kind, which says what its values are. The structured language offers it with the
operators that are named here; the text languages have words of their own for some, and reach the
others as attributes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..documents.attributes import TABLES

__all__ = [
    "ALIASES",
    "EVENT_FIELDS",
    "SUB_TABLES",
    "SUPEREVENT_ALIASES",
    "SUPEREVENT_FIELDS",
    "Column",
    "Field",
    "Kind",
    "SubTable",
]

Kind = Literal[
    "number",
    "gps",
    "datetime",
    "group",
    "search",
    "text",
    "instruments",
    "graceid",
    "superevent_id",
    "superevent",
    "boolean",
    "submitter",
    "run",
    "label",
    "replay_id",
    "category",
]

_COMPARED = ("=", "!=", "<", "<=", ">", ">=", "between")
_OPERATORS: dict[Kind, tuple[str, ...]] = {
    "number": (*_COMPARED, "is_null"),
    "gps": _COMPARED,
    "datetime": _COMPARED,
    "group": ("=", "!=", "contains", "in"),
    "search": ("=", "!=", "contains", "startswith", "in", "is_null"),
    "text": ("=", "contains", "is_null"),
    "instruments": ("=", "contains"),
    "graceid": ("=", "!=", "startswith", "in"),
    "superevent_id": ("=", "!=", "startswith", "in"),
    "superevent": ("=",),
    "boolean": ("=",),
    "submitter": ("contains",),
    "run": ("=",),
    "label": ("has", "not_has"),
    "replay_id": ("=", "!=", "in", "is_null"),
    "category": ("=", "!=", "in"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field.

    Attributes
    ----------
    name : str
        Canonical name.
    kind : Kind
        What its values are.
    operators : tuple of str
        Those of the structured language, in the order in which its messages name them; empty for a
        field that this language does not offer.
    """

    name: str
    kind: Kind
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sub-table.

    Attributes
    ----------
    name : str
        As queries write it.
    kind : {"number", "text"}
        What it holds.
    key : tuple of str
        Where its value is in the member of `extra_attributes`; empty where no member has it.
    structured : tuple of str
        Operators of the structured language, empty if it does not offer the column.
    """

    name: str
    kind: Literal["number", "text"]
    key: tuple[str, ...]
    structured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubTable:
    """A sub-table of events.

    Attributes
    ----------
    member : str
        Of `extra_attributes`; canonical fields are ``member.column``.
    spellings : tuple of str
        In the event text language, small letters.
    aliases : tuple of str
        In the structured language, the first is the canonical one; empty if it has no such table.
    columns : dict of str to Column
        By name.
    many : bool
        Whether an event has several rows.
    """

    member: str
    spellings: tuple[str, ...]
    aliases: tuple[str, ...]
    columns: dict[str, Column] = field(hash=False)
    many: bool = False


_NUMBER = _OPERATORS["number"]
_IFOS = ("=", "contains", "is_null")
_CHOICE = ("=", "!=", "contains", "in", "is_null")
_KEYS = {  # what queries call otherwise than the member does
    ("GRB", "t90"): ("T90",),
    ("MLyBurst", "snr"): ("SNR",),
    ("MLyBurst", "score_coinc"): ("scores", "coincidence"),
    ("MLyBurst", "score_coher"): ("scores", "coherency"),
    ("MLyBurst", "score_comb"): ("scores", "combined"),
}


def _columns(member: str, text: str, structured: dict[str, tuple[str, ...]]) -> dict[str, Column]:
    kinds = {one.name: "text" if one.kind == "str" else "number" for one in TABLES[member].fields}
    found: dict[str, Column] = {}
    for name in text.split():
        key = _KEYS.get((member, name), (name,) if name in kinds else ())
        kind: Literal["number", "text"] = "text" if kinds.get(name) == "text" else "number"
        found[name] = Column(name, kind, key, structured.get(name, ()))
    return found


def _numbers(names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names.split(), _NUMBER)


_MLY = (
    "score_coinc score_coher score_comb central_freq bandwidth duration snr detection_statistic "
    "central_time bbh sglf sghf background glitch freq_correlation mass1 mass2 mchirp mtotal "
    "spin1z spin2z"
)

SUB_TABLES: tuple[SubTable, ...] = (
    SubTable(
        "SingleInspiral",
        ("si", "singleinspiral"),
        ("singleinspiral", "si"),
        _columns(
            "SingleInspiral",
            " ".join(one.name for one in TABLES["SingleInspiral"].fields if one.name.islower()),
            {
                "ifo": _CHOICE,
                "search": _CHOICE,
                "channel": ("=", "!=", "contains", "startswith", "is_null"),
                **_numbers("mass1 mass2 mchirp mtotal snr chisq"),
            },
        ),
        many=True,
    ),
    SubTable(
        "CoincInspiral",
        ("ci", "coincinspiral", "coincinspiralevent"),
        ("coincinspiralevent", "ci", "coincinspiral"),
        _columns(
            "CoincInspiral",
            " ".join(one.name for one in TABLES["CoincInspiral"].fields),
            {
                "ifos": _IFOS,
                **_numbers("mass mchirp minimum_duration snr false_alarm_rate combined_far"),
            },
        ),
    ),
    SubTable(
        "MultiBurst",
        ("mb", "multiburst", "multiburstevent"),
        ("multiburstevent", "mb", "multiburst"),
        _columns(
            "MultiBurst",
            "ifos start_time start_time_ns duration peak_time peak_time_ns central_freq bandwidth "
            "amplitude mchirp snr confidence false_alarm_rate ligo_axis_ra ligo_axis_dec "
            "ligo_angle ligo_angle_sig single_ifo_times code",
            {
                "ifos": _IFOS,
                "single_ifo_times": _IFOS,
                "code": _CHOICE,
                **_numbers("start_time duration peak_time central_freq mchirp snr"),
            },
        ),
    ),
    SubTable(
        "MLyBurst",
        ("ml",),
        ("mlyburstevent", "ml"),
        _columns("MLyBurst", f"ifos {_MLY}", {"ifos": _IFOS, **_numbers(_MLY)}),
    ),
    SubTable(
        "LalInferenceBurst",
        ("li", "lalinferenceburstevent"),
        (),
        _columns(
            "LalInferenceBurst",
            "bci bsn quality_mean quality_median omicron_snr_network hrss_mean hrss_median "
            "frequency_mean frequency_median",
            {},
        ),
    ),
    SubTable(
        "GRB",
        ("grbevent",),
        ("grbevent", "grb"),
        _columns(
            "GRB",
            "ivorn author_ivorn author_shortname observatory_location_id coord_system ra dec "
            "error_radius how_description how_reference_url trigger_duration t90 designation "
            "redshift trigger_id",
            {"trigger_id": ("=", "!=", "contains", "startswith", "in", "is_null")},
        ),
    ),
    SubTable(
        "SimInspiral",
        ("siminspiralevent",),
        (),
        _columns(
            "SimInspiral",
            " ".join(one.name for one in TABLES["SimInspiral"].fields if one.name.islower()),
            {},
        ),
    ),
)


def _fields(kinds: dict[str, Kind]) -> dict[str, Field]:
    return {name: Field(name, kind, _OPERATORS[kind]) for name, kind in kinds.items()}


# The structured language has these, and the text languages beside them those without operators.
EVENT_FIELDS: dict[str, Field] = {
    **_fields(
        {
            "id": "graceid",
            "gpstime": "number",
            "far": "number",
            "instruments": "instruments",
            "nevents": "number",
            "created": "datetime",
            "group": "group",
            "pipeline": "group",
            "search": "search",
            "submitter": "submitter",
            "runid": "run",
            "label": "label",
            "in_superevent": "boolean",
            "is_preferred_event": "boolean",
            "superevent": "superevent",
            "replay_id": "replay_id",
        }
    ),
    "number": Field("number", "number", ()),  # the number in the graceid
    "likelihood": Field("likelihood", "number", ()),
    "offline": Field("offline", "boolean", ()),
    "submitter.username": Field("submitter.username", "text", ()),
    "submitter.last_name": Field("submitter.last_name", "text", ()),
    **{
        f"{table.member}.{column.name}": Field(
            f"{table.member}.{column.name}", column.kind, column.structured
        )
        for table in SUB_TABLES
        for column in table.columns.values()
    },
}

ALIASES = {"graceid": "id", "ifos": "instruments"}

# Beside these there is `preferred_event.NAME` for fields of events.
SUPEREVENT_FIELDS: dict[str, Field] = {
    **_fields(
        {
            "id": "superevent_id",
            "t_0": "gps",
            "t_start": "gps",
            "t_end": "gps",
            "created": "datetime",
            "category": "category",
            "is_gw": "boolean",
            "is_exposed": "boolean",
            "submitter": "submitter",
            "runid": "run",
            "label": "label",
            "preferred_event": "graceid",
            "events": "graceid",
        }
    ),
    "preferred_event.number": Field("preferred_event.number", "number", ()),
    "events.number": Field("events.number", "number", ()),  # of one member
    # the beginning of the id it goes by, as it is written (`startswith` of the id takes any case)
    "current_id": Field("current_id", "superevent_id", ()),
}

SUPEREVENT_ALIASES = {
    "superevent_id": "id",
    "gpstime": "t_0",
    "is_public": "is_exposed",
    "event": "events",
}
