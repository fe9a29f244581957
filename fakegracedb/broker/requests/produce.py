"""Sending: records from producers."""

from __future__ import annotations

import logging
from typing import Any

from ..codec import BYTES, INT16, INT32, INT64, RECORDS, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import Client, Node
from ..topics import Refused

__all__ = ["INIT_PRODUCER_ID", "PRODUCE", "init_producer_id", "produce"]

_logger = logging.getLogger(__name__)

PRODUCE = Message(
    "Produce",
    0,
    (3, 9),
    Struct(
        Field("transactional_id", STRING, 3),
        Field("acks", INT16),
        Field("timeout_ms", INT32),
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field(
                        "partitions",
                        Array(Struct(Field("partition", INT32), Field("records", RECORDS))),
                    ),
                )
            ),
        ),
    ),
    Struct(
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
                                Field("base_offset", INT64, default=-1),
                                Field("log_append_time", INT64, default=-1),
                                Field("log_start_offset", INT64, 5, default=0),
                                Field("record_errors", Array(BYTES), 8, default=()),
                                Field("error_message", STRING, 8),
                            )
                        ),
                    ),
                )
            ),
        ),
        Field("throttle_time_ms", INT32, default=0),
    ),
    flexible=9,
)

INIT_PRODUCER_ID = Message(
    "InitProducerId",
    22,
    (0, 4),
    Struct(
        Field("transactional_id", STRING),
        Field("transaction_timeout_ms", INT32),
        Field("producer_id", INT64, 3, default=-1),
        Field("producer_epoch", INT16, 3, default=-1),
    ),
    Struct(
        Field("throttle_time_ms", INT32, default=0),
        Field("error_code", INT16, default=0),
        Field("producer_id", INT64, default=-1),
        Field("producer_epoch", INT16, default=-1),
    ),
    flexible=2,
)


async def produce(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Take records; a producer that asks for no acknowledgement gets no answer."""
    told: list[dict[str, Any]] = []
    for topic in request["topics"] or ():
        partitions: list[dict[str, Any]] = []
        for wanted in topic["partitions"] or ():
            result: dict[str, Any] = {"partition": wanted["partition"]}
            try:
                if request["acks"] not in (-1, 0, 1):
                    raise Refused(Code.INVALID_ACKS)
                if request["transactional_id"] is not None:
                    raise Refused(Code.INVALID_REQUEST, "transactions are not faked")
                if wanted["partition"] != 0:
                    raise Refused(Code.UNKNOWN_TOPIC, "a topic has one partition here")
                result["base_offset"] = node.topics[topic["name"]].produce(wanted["records"] or b"")
            except Refused as refused:
                result.update(error_code=refused.code, error_message=str(refused))
            except OSError as error:
                result.update(error_code=Code.STORAGE_ERROR, error_message=str(error))
            partitions.append(result)
        told.append({"name": topic["name"], "partitions": partitions})
    node.tell()
    return None if request["acks"] == 0 else {"topics": told}


async def init_producer_id(
    node: Node, client: Client, request: dict[str, Any], version: int
) -> Any:
    """Give a number to a producer that numbers its records; a number it has gets a new epoch."""
    if request["transactional_id"] is not None:  # clients give up at once, as where it is forbidden
        _logger.warning("%s wants transactions, and they are not faked", client.name)
        return {"error_code": Code.TRANSACTION_REFUSED}
    if request["producer_id"] >= 0 and request["producer_epoch"] < 0x7FFF:
        return {
            "producer_id": request["producer_id"],
            "producer_epoch": request["producer_epoch"] + 1,
        }
    return {"producer_id": node.new_producer(), "producer_epoch": 0}
