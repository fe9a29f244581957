"""Notices as Avro: the record types of each generation, and the file of one record."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ..errors import FakeGraceDbError
from .records import SCHEMAS

__all__ = ["avro_bytes", "avro_schema"]

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


def _field(name: str, kind: Any) -> dict[str, Any]:
    """Give a field; one that can be null is that where nothing is given."""
    field = {"name": name, "type": kind}
    if isinstance(kind, list) and kind[0] == "null":
        field["default"] = None
    return field


def avro_schema(schema: str) -> dict[str, Any]:
    """Give the Avro schema of a generation of notices.

    Notes
    -----
    The fields are those of igwn-gwalert-schema.
    """
    namespace = "igwn.alerts" if schema == "1.3" else "igwn.alerts.v1_0"
    event = [
        _field("time", "string"),
        _field("far", "double"),
        _field("significant", "boolean"),
        _field("instruments", {"type": "array", "items": "string"}),
        _field("group", "string"),
        _field("pipeline", "string"),
        _field("search", "string"),
        _field("properties", _PROBABILITIES),
        _field("classification", _PROBABILITIES),
        _field("mchirp_source", ["null", _CHIRP_MASSES]),
        _field("duration", ["null", "double"]),
        _field("central_frequency", ["null", "double"]),
        _field("skymap", ["null", "bytes"]),
    ]
    coincidence = [
        _field("gcn_notice_id", ["int", "string"] if schema == "1.3" else "int"),
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
        "namespace": namespace,
        "fields": [
            _field("alert_type", {"type": "enum", "name": "AlertType", "symbols": _TYPES}),
            _field("time_created", "string"),
            _field("superevent_id", "string"),
            _field("event", ["null", inner]),
            _field("external_coinc", ["null", external]),
            _field("urls", {"type": "map", "values": "string"}),
        ],
    }


def avro_bytes(record: dict[str, Any], schema: str) -> bytes:
    """Give the Avro container file of one record.

    Raises
    ------
    FakeGraceDbError
        If fastavro is missing.
    """
    try:
        import fastavro
    except ImportError as error:
        raise FakeGraceDbError(
            "notices in Avro need fastavro: pip install 'fakegracedb[avro]'"
        ) from error
    file = BytesIO()
    # always the same bytes for the same record
    fastavro.writer(
        file, fastavro.parse_schema(avro_schema(schema)), [record], sync_marker=b"fakegracedb-sync"
    )
    return file.getvalue()
