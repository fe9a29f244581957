"""Reading: records from an offset on, and which offsets there are."""

from __future__ import annotations

import asyncio
from typing import Any

from ..codec import BYTES, INT8, INT16, INT32, INT64, RECORDS, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import Client, Node
from ..topics import Refused

__all__ = ["FETCH", "LIST_OFFSETS", "fetch", "list_offsets"]

_LATEST, _EARLIEST, _OF_LARGEST_TIME = -1, -2, -3

FETCH = Message(
    "Fetch",
    1,
    (4, 12),
    Struct(
        Field("replica", INT32),
        Field("max_wait_ms", INT32),
        Field("min_bytes", INT32),
        Field("max_bytes", INT32),
        Field("isolation", INT8),
        Field("session", INT32, 7, default=0),
        Field("session_epoch", INT32, 7, default=-1),
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
                                Field("leader_epoch", INT32, 9, default=-1),
                                Field("offset", INT64),
                                Field("last_epoch", INT32, 12, default=-1),
                                Field("log_start_offset", INT64, 5, default=-1),
                                Field("max_bytes", INT32),
                            )
                        ),
                    ),
                )
            ),
        ),
        Field(
            "forgotten",
            Array(Struct(Field("name", STRING), Field("partitions", Array(INT32)))),
            7,
            default=(),
        ),
        Field("rack", STRING, 11, default=""),
    ),
    Struct(
        Field("throttle_time_ms", INT32, default=0),
        Field("error_code", INT16, 7, default=0),
        Field("session", INT32, 7, default=0),  # none: every request names all it wants
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
                                Field("error_code", INT16, default=0),
                                Field("high_watermark", INT64, default=-1),
                                Field("last_stable_offset", INT64, default=-1),
                                Field("log_start_offset", INT64, 5, default=0),
                                Field("aborted", Array(BYTES)),
                                Field("preferred_replica", INT32, 11, default=-1),
                                Field("records", RECORDS, default=b""),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
    flexible=12,
)

LIST_OFFSETS = Message(
    "ListOffsets",
    2,
    (1, 7),
    Struct(
        Field("replica", INT32),
        Field("isolation", INT8, 2, default=0),
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
                                Field("leader_epoch", INT32, 4, default=-1),
                                Field("timestamp", INT64),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
    Struct(
        Field("throttle_time_ms", INT32, 2, default=0),
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
                                Field("error_code", INT16, default=0),
                                Field("timestamp", INT64, default=-1),
                                Field("offset", INT64, default=-1),
                                Field("leader_epoch", INT32, 4, default=-1),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
    flexible=6,
)


async def fetch(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Give records as soon as there are any; wait for them as long as the client wants to."""
    loop = asyncio.get_running_loop()
    end = loop.time() + max(request["max_wait_ms"], 0) / 1000
    while True:
        grown = node.grown
        topics, size, failed = _found(node, request)
        left = end - loop.time()
        if failed or size >= max(request["min_bytes"], 1) or left <= 0:
            return {"topics": topics}
        try:
            async with asyncio.timeout(left):
                await grown.wait()
        except TimeoutError:
            pass


def _found(node: Node, request: dict[str, Any]) -> tuple[list[dict[str, Any]], int, bool]:
    """Give what there is now, its size, and whether something of it was refused."""
    size, failed = 0, False
    topics: list[dict[str, Any]] = []
    for topic in request["topics"] or ():
        partitions: list[dict[str, Any]] = []
        for wanted in topic["partitions"] or ():
            result: dict[str, Any] = {"partition": wanted["partition"]}
            try:
                if wanted["partition"] != 0:
                    raise Refused(Code.UNKNOWN_TOPIC)
                log = node.topics[topic["name"]].log
                result.update(high_watermark=log.next, last_stable_offset=log.next)
                if not 0 <= wanted["offset"] <= log.next:
                    raise Refused(Code.OFFSET_OUT_OF_RANGE)
                left = request["max_bytes"] - size
                if wanted["offset"] < log.next and (left > 0 or not size):
                    result["records"] = log.read(wanted["offset"], min(wanted["max_bytes"], left))
                    size += len(result["records"])
            except Refused as refused:
                result["error_code"] = refused.code
                failed = True
            partitions.append(result)
        topics.append({"name": topic["name"], "partitions": partitions})
    return topics, size, failed


async def list_offsets(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Tell the first offset, the next one, or the first one after a time."""
    topics: list[dict[str, Any]] = []
    for topic in request["topics"] or ():
        partitions: list[dict[str, Any]] = []
        for wanted in topic["partitions"] or ():
            result: dict[str, Any] = {"partition": wanted["partition"]}
            try:
                if wanted["partition"] != 0:
                    raise Refused(Code.UNKNOWN_TOPIC)
                result.update(_offset(node, topic["name"], wanted["timestamp"]))
                result["leader_epoch"] = 0
            except Refused as refused:
                result["error_code"] = refused.code
            partitions.append(result)
        topics.append({"name": topic["name"], "partitions": partitions})
    return {"topics": topics}


def _offset(node: Node, name: str, timestamp: int) -> dict[str, int]:
    log = node.topics[name].log
    if timestamp == _LATEST:
        return {"offset": log.next}
    if timestamp == _EARLIEST:
        return {"offset": 0}
    if timestamp == _OF_LARGEST_TIME:
        largest = max((batch.max_timestamp for batch in log.batches()), default=None)
        if largest is None:
            return {}
        timestamp = largest
    found = log.at_time(timestamp)
    return {} if found is None else {"offset": found[0], "timestamp": found[1]}
