"""Every request that is served, with what answers it: a module a concern."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..message import Message
from ..node import Client, Node
from . import fetch, groups, metadata, offsets, produce, sasl

__all__ = ["API_VERSIONS", "BEFORE_LOGIN", "SERVED", "Handler"]

Handler = Callable[[Node, Client, dict[str, Any], int], Awaitable[Any]]

API_VERSIONS = metadata.API_VERSIONS


async def api_versions(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Tell which requests are served, and in which versions."""
    return {
        "api_keys": [
            {
                "api_key": message.key,
                "min_version": message.versions[0],
                "max_version": message.versions[1],
            }
            for message, _ in SERVED.values()
        ]
    }


SERVED: dict[int, tuple[Message, Handler]] = {
    message.key: (message, handler)
    for message, handler in (
        (produce.PRODUCE, produce.produce),
        (fetch.FETCH, fetch.fetch),
        (fetch.LIST_OFFSETS, fetch.list_offsets),
        (metadata.METADATA, metadata.metadata),
        (offsets.OFFSET_COMMIT, offsets.offset_commit),
        (offsets.OFFSET_FETCH, offsets.offset_fetch),
        (metadata.FIND_COORDINATOR, metadata.find_coordinator),
        (groups.JOIN_GROUP, groups.join_group),
        (groups.HEARTBEAT, groups.heartbeat),
        (groups.LEAVE_GROUP, groups.leave_group),
        (groups.SYNC_GROUP, groups.sync_group),
        (sasl.SASL_HANDSHAKE, sasl.sasl_handshake),
        (metadata.API_VERSIONS, api_versions),
        (metadata.CREATE_TOPICS, metadata.create_topics),
        (produce.INIT_PRODUCER_ID, produce.init_producer_id),
        (metadata.DESCRIBE_CONFIGS, metadata.describe_configs),
        (sasl.SASL_AUTHENTICATE, sasl.sasl_authenticate),
    )
}
#: What may be asked before it is known who asks.
BEFORE_LOGIN = frozenset(
    message.key for message in (API_VERSIONS, sasl.SASL_HANDSHAKE, sasl.SASL_AUTHENTICATE)
)
