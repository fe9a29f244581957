"""Being in a consumer group: coming, sharing, signs of life, going."""

from __future__ import annotations

from typing import Any

from ..codec import BYTES, INT16, INT32, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import Client, Node
from ..topics import Refused

__all__ = [
    "HEARTBEAT",
    "JOIN_GROUP",
    "LEAVE_GROUP",
    "SYNC_GROUP",
    "heartbeat",
    "join_group",
    "leave_group",
    "sync_group",
]

JOIN_GROUP = Message(
    "JoinGroup",
    11,
    (0, 5),
    Struct(
        Field("group", STRING),
        Field("session_timeout_ms", INT32),
        Field("rebalance_timeout_ms", INT32, 1, default=-1),
        Field("member", STRING),
        Field("instance", STRING, 5),
        Field("protocol_type", STRING),
        Field("protocols", Array(Struct(Field("name", STRING), Field("metadata", BYTES)))),
    ),
    Struct(
        Field("throttle_time_ms", INT32, 2, default=0),
        Field("error_code", INT16, default=0),
        Field("generation", INT32, default=-1),
        Field("protocol", STRING, default=""),
        Field("leader", STRING, default=""),
        Field("member", STRING, default=""),
        Field(
            "members",
            Array(
                Struct(
                    Field("member", STRING), Field("instance", STRING, 5), Field("metadata", BYTES)
                )
            ),
            default=(),
        ),
    ),
)

SYNC_GROUP = Message(
    "SyncGroup",
    14,
    (0, 2),
    Struct(
        Field("group", STRING),
        Field("generation", INT32),
        Field("member", STRING),
        Field("assignments", Array(Struct(Field("member", STRING), Field("assignment", BYTES)))),
    ),
    Struct(
        Field("throttle_time_ms", INT32, 1, default=0),
        Field("error_code", INT16, default=0),
        Field("assignment", BYTES, default=b""),
    ),
)

HEARTBEAT = Message(
    "Heartbeat",
    12,
    (0, 2),
    Struct(Field("group", STRING), Field("generation", INT32), Field("member", STRING)),
    Struct(Field("throttle_time_ms", INT32, 1, default=0), Field("error_code", INT16, default=0)),
)

LEAVE_GROUP = Message(
    "LeaveGroup",
    13,
    (0, 2),
    Struct(Field("group", STRING), Field("member", STRING)),
    Struct(Field("throttle_time_ms", INT32, 1, default=0), Field("error_code", INT16, default=0)),
)


async def join_group(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Become a member; the answer comes when all members are there.

    Static members, who keep their place while they are away, are not faked.
    """
    session = request["session_timeout_ms"] / 1000
    patience = request["rebalance_timeout_ms"] / 1000
    member = request["member"] or ""
    try:
        if request["instance"] is not None:
            raise Refused(Code.UNSUPPORTED_VERSION, "static members of groups are not faked")
        group = node.groups[request["group"] or ""]
        node.groups.check_session(session)
        joined = await group.join(
            member,
            client.name or "client",
            request["protocol_type"] or "",
            {one["name"]: one["metadata"] or b"" for one in request["protocols"] or ()},
            session,
            patience if patience > 0 else session,
        )
    except Refused as refused:
        return {"error_code": refused.code, "member": member}
    return {
        "generation": joined.generation,
        "protocol": joined.protocol,
        "leader": joined.leader,
        "member": joined.member,
        "members": [{"member": name, "metadata": data} for name, data in joined.members],
    }


async def sync_group(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Learn what to read; the leader says it."""
    given = {one["member"]: one["assignment"] or b"" for one in request["assignments"] or ()}
    try:
        group = node.groups[request["group"] or ""]
        assignment = await group.sync(request["member"] or "", request["generation"], given)
    except Refused as refused:
        return {"error_code": refused.code}
    return {"assignment": assignment}


async def heartbeat(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Give a sign of life."""
    try:
        group = node.groups[request["group"] or ""]
        group.heartbeat(request["member"] or "", request["generation"])
    except Refused as refused:
        return {"error_code": refused.code}
    return {"error_code": Code.NONE}


async def leave_group(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Go."""
    try:
        node.groups[request["group"] or ""].leave(request["member"] or "")
    except Refused as refused:
        return {"error_code": refused.code}
    return {"error_code": Code.NONE}
