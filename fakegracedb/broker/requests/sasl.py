"""Saying who one is."""

from __future__ import annotations

from typing import Any

from ..codec import BYTES, INT16, INT64, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import Client, Node
from ..sasl import MECHANISMS, NotAuthenticated, begun

__all__ = ["SASL_AUTHENTICATE", "SASL_HANDSHAKE", "sasl_authenticate", "sasl_handshake"]

# Version 0 is followed by messages without a frame of the protocol, which no client of today sends.
SASL_HANDSHAKE = Message(
    "SaslHandshake",
    17,
    (1, 1),
    Struct(Field("mechanism", STRING)),
    Struct(Field("error_code", INT16, default=0), Field("mechanisms", Array(STRING))),
)

SASL_AUTHENTICATE = Message(
    "SaslAuthenticate",
    36,
    (0, 2),
    Struct(Field("auth_bytes", BYTES)),
    Struct(
        Field("error_code", INT16, default=0),
        Field("error_message", STRING),
        Field("auth_bytes", BYTES, default=b""),
        Field("session_lifetime_ms", INT64, 1, default=0),
    ),
    flexible=2,
)


async def sasl_handshake(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Agree on a mechanism."""
    mechanism = request["mechanism"] or ""
    known = mechanism in MECHANISMS
    client.exchange = begun(mechanism, node.users) if known else None
    return {
        "error_code": Code.NONE if known else Code.UNSUPPORTED_MECHANISM,
        "mechanisms": MECHANISMS,
    }


async def sasl_authenticate(
    node: Node, client: Client, request: dict[str, Any], version: int
) -> Any:
    """Take a message of the mechanism that was agreed on."""
    if client.exchange is None:
        return {
            "error_code": Code.ILLEGAL_SASL_STATE,
            "error_message": "no mechanism has been agreed on",
        }
    try:
        answer = client.exchange.step(request["auth_bytes"] or b"")
    except NotAuthenticated as error:
        client.exchange = None
        return {"error_code": Code.SASL_FAILED, "error_message": str(error)}
    if client.exchange.user is not None:
        client.user = client.exchange.user
        client.exchange = None
    return {"auth_bytes": answer}
