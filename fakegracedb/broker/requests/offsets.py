"""How far groups have read: told and asked for."""

from __future__ import annotations

from typing import Any

from ..codec import BOOLEAN, INT16, INT32, INT64, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import Client, Node
from ..topics import Refused

__all__ = ["OFFSET_COMMIT", "OFFSET_FETCH", "offset_commit", "offset_fetch"]

OFFSET_COMMIT = Message(
    "OffsetCommit",
    8,
    (2, 6),
    Struct(
        Field("group", STRING),
        Field("generation", INT32),
        Field("member", STRING),
        Field("retention_ms", INT64, 2, 4, default=-1),
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field(
                        "partitions",
                        Array(
                            Struct(
                                Field("partition", INT32),
                                Field("offset", INT64),
                                Field("leader_epoch", INT32, 6, default=-1),
                                Field("note", STRING),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
    Struct(
        Field("throttle_time_ms", INT32, 3, default=0),
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field(
                        "partitions",
                        Array(Struct(Field("partition", INT32), Field("error_code", INT16))),
                    ),
                )
            ),
        ),
    ),
)

OFFSET_FETCH = Message(
    "OffsetFetch",
    9,
    (1, 7),
    Struct(
        Field("group", STRING),
        Field("topics", Array(Struct(Field("name", STRING), Field("partitions", Array(INT32))))),
        Field("require_stable", BOOLEAN, 7, default=False),
    ),
    Struct(
        Field("throttle_time_ms", INT32, 3, default=0),
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field(
                        "partitions",
                        Array(
                            Struct(
                                Field("partition", INT32),
                                Field("offset", INT64),
                                Field("leader_epoch", INT32, 5, default=-1),
                                Field("note", STRING),
                                Field("error_code", INT16, default=0),
                            )
                        ),
                    ),
                )
            ),
        ),
        Field("error_code", INT16, 2, default=0),
    ),
    flexible=6,
)


async def offset_commit(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Remember how far a group has read."""
    group = request["group"] or ""
    try:
        node.groups[group].check_commit(request["member"] or "", request["generation"])
        code = Code.NONE
    except Refused as refused:
        code = refused.code
    topics: list[dict[str, Any]] = []
    for topic in request["topics"] or ():
        partitions: list[dict[str, Any]] = []
        for told in topic["partitions"] or ():
            result = code
            if not code and (topic["name"] not in node.topics or told["partition"] != 0):
                result = Code.UNKNOWN_TOPIC
            if not result:
                node.offsets.commit(group, topic["name"], told["offset"], told["note"])
            partitions.append({"partition": told["partition"], "error_code": result})
        topics.append({"name": topic["name"], "partitions": partitions})
    return {"topics": topics}


async def offset_fetch(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Tell how far a group has read."""
    group = request["group"] or ""
    asked = request["topics"]
    if asked is None:
        asked = [{"name": name, "partitions": [0]} for name in node.offsets.topics(group)]
    topics: list[dict[str, Any]] = []
    for topic in asked:
        partitions: list[dict[str, Any]] = []
        for partition in topic["partitions"] or ():
            offset, note = node.offsets.of(group, topic["name"]) if partition == 0 else (-1, "")
            partitions.append({"partition": partition, "offset": offset, "note": note})
        topics.append({"name": topic["name"], "partitions": partitions})
    return {"topics": topics}
