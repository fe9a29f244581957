"""Notices as Avro: the record types of each generation, and the file of one record."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ..errors import FakeGraceDbError
from .records import SCHEMAS

__all__ = ["avro_bytes", "avro_schema", "require"]

_TYPES = ["EARLYWARNING", "PRELIMINARY", "INITIAL", "UPDATE", "RETRACTION"]
_PROBABILITIES = {"type": "map", "values": "double"}
_CHIRP_MASSES = {
    "type": "record",
    "name": "MchirpInfo",
    "fields": [
        {"name": name, "type": {"type": "array", "items": "double"}}
        for name in ("bin_edges", "probabilities")
    ],
}


def _field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def avro_schema(schema: str) -> dict[str, Any]:
    """Give the Avro schema of a generation of notices.

    Notes
    -----
    Its fields, their order and their defaults are those of igwn-gwalert-schema 1.3 and 1.0.
    """
    newest = schema == "1.3"

    def listed(name: str, kind: dict[str, Any], default: Any) -> dict[str, Any]:
        # 1.0 has the default where Avro does not look for it
        return _field(name, kind, default=default) if newest else _field(name, kind)

    event = [
        _field("time", "string"),
        _field("far", "double"),
        _field("significant", "boolean"),
        listed("instruments", {"type": "array", "items": "string"}, []),
        _field("group", "string"),
        _field("pipeline", "string"),
        _field("search", "string"),
        listed("classification", _PROBABILITIES, {}),
        listed("properties", _PROBABILITIES, {}),
        _field("mchirp_source", ["null", _CHIRP_MASSES], default=None),
        _field("duration", ["null", "double"]),
        _field("central_frequency", ["null", "double"]),
        _field("skymap", ["null", "bytes"]),
    ]
    coincidence = [
        _field("gcn_notice_id", ["int", "string"] if newest else "int"),
        _field("ivorn", "string"),
        _field("observatory", "string"),
        _field("search", "string"),
        _field("time_difference", "double"),
        _field("time_coincidence_far", ["null", "double"]),
        _field("time_sky_position_coincidence_far", ["null", "double"]),
        _field("combined_skymap", ["null", "bytes"]),
    ]
    lacking = SCHEMAS[schema]
    event = [field for field in event if field["name"] not in lacking]
    inner = {"type": "record", "name": "EventInfo", "fields": event}
    external = {"type": "record", "name": "ExternalCoincInfo", "fields": coincidence}
    return {
        "type": "record",
        "name": "Alert",
        "namespace": "igwn.alerts" if newest else "igwn.alerts.v1_0",
        "fields": [
            _field("alert_type", {"type": "enum", "name": "AlertType", "symbols": _TYPES}),
            _field("time_created", "string"),
            _field("superevent_id", "string"),
            _field("event", ["null", inner]),
            _field("external_coinc", ["null", external]),
            listed("urls", {"type": "map", "values": "string"}, {}),
        ],
    }


def require() -> Any:
    """Give fastavro.

    Raises
    ------
    FakeGraceDbError
        If it is not installed.
    """
    try:
        import fastavro
    except ImportError as error:
        raise FakeGraceDbError(
            "notices in Avro need fastavro: pip install 'fakegracedb[avro]'"
        ) from error
    return fastavro


def avro_bytes(record: dict[str, Any], schema: str) -> bytes:
    """Give the Avro container file of one record.

    Raises
    ------
    FakeGraceDbError
        If fastavro is missing.
    """
    fastavro = require()
    file = BytesIO()
    # always the same bytes for the same record
    fastavro.writer(
        file, fastavro.parse_schema(avro_schema(schema)), [record], sync_marker=b"fakegracedb-sync"
    )
    return file.getvalue()
