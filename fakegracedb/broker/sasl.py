"""Who a client is: the mechanisms PLAIN, SCRAM-SHA-256 and -512, and OAUTHBEARER.

An exchange takes the client's messages one by one and gives the answers; it is over when `user` is
set. Passwords are known in full here, as a test double's may be.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Protocol

__all__ = ["MECHANISMS", "Exchange", "NotAuthenticated", "begun"]

_ROUNDS = 4096


class NotAuthenticated(Exception):  # noqa: N818 - an answer, not a failure
    """A client is not who it says."""


class Exchange(Protocol):
    """An exchange of messages with one client."""

    user: str | None

    def step(self, message: bytes) -> bytes:
        """Take a message, and give the answer.

        Raises
        ------
        NotAuthenticated
            If it proves nothing.
        """


class _Plain:
    """Name and password in the clear; without a table of users every one is welcome."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = users
        self.user: str | None = None

    def step(self, message: bytes) -> bytes:
        parts = message.split(b"\0")
        if len(parts) != 3 or not parts[1]:
            raise NotAuthenticated("PLAIN takes a name and a password")
        name = parts[1].decode(errors="replace")
        if self._users and not _same(parts[2], self._users.get(name)):
            raise NotAuthenticated(f"name or password of {name!r} is wrong")
        self.user = name
        return b""


class _Scram:
    """RFC 5802, without channel binding."""

    def __init__(self, users: Mapping[str, str], digest: str) -> None:
        self._users = users
        self._digest = digest
        self._name = ""
        self._salted = b""
        self._binding = b""
        self._said = b""  # what both have said so far, as it is signed at the end
        self._nonce = b""
        self.user: str | None = None

    def step(self, message: bytes) -> bytes:
        return self._last(message) if self._said else self._first(message)

    def _first(self, message: bytes) -> bytes:
        binding, _, rest = message.partition(b",")
        identity, _, bare = rest.partition(b",")
        fields = _fields(bare)
        if binding not in (b"n", b"y") or b"n" not in fields or not fields.get(b"r"):
            raise NotAuthenticated("that is no beginning of SCRAM")
        name = fields[b"n"].replace(b"=2C", b",").replace(b"=3D", b"=").decode(errors="replace")
        if name not in self._users:
            known = "nobody" if not self._users else "others"
            raise NotAuthenticated(f"there is no user {name!r}: the broker was told of {known}")
        self._name = name
        self._binding = base64.b64encode(binding + b"," + identity + b",")
        salt = secrets.token_bytes(16)
        self._salted = hashlib.pbkdf2_hmac(self._digest, self._users[name].encode(), salt, _ROUNDS)
        self._nonce = fields[b"r"] + base64.b64encode(secrets.token_bytes(18))
        answer = b"r=%b,s=%b,i=%d" % (self._nonce, base64.b64encode(salt), _ROUNDS)
        self._said = bare + b"," + answer
        return answer

    def _last(self, message: bytes) -> bytes:
        without, _, proof = message.rpartition(b",p=")
        fields = _fields(without)
        if (fields.get(b"c"), fields.get(b"r")) != (self._binding, self._nonce):
            raise NotAuthenticated("that is no end of SCRAM")
        try:
            given = base64.b64decode(proof, validate=True)
        except binascii.Error:
            raise NotAuthenticated("the proof is not in base64") from None
        said = self._said + b"," + without
        key = hmac.digest(self._salted, b"Client Key", self._digest)
        stored = hashlib.new(self._digest, key).digest()
        signature = hmac.digest(stored, said, self._digest)
        if not hmac.compare_digest(
            bytes(a ^ b for a, b in zip(key, signature, strict=True)), given
        ):
            raise NotAuthenticated(f"name or password of {self._name!r} is wrong")
        self.user = self._name
        server = hmac.digest(self._salted, b"Server Key", self._digest)
        return b"v=" + base64.b64encode(hmac.digest(server, said, self._digest))


class _Bearer:
    """A token in three parts that has not expired; nobody checks who signed it."""

    def __init__(self) -> None:
        self.user: str | None = None

    def step(self, message: bytes) -> bytes:
        fields = message.split(b"\x01")
        token = next((one[12:] for one in fields if one.lower().startswith(b"auth=bearer ")), b"")
        parts = token.split(b".")
        try:
            padded = parts[1] + b"=" * (-len(parts[1]) % 4)
            claims = json.loads(base64.urlsafe_b64decode(padded))
            expired = "exp" in claims and float(claims["exp"]) < time.time()
            name = str(claims.get("sub") or "somebody")
        except (LookupError, ValueError, TypeError, AttributeError):
            raise NotAuthenticated("the token is no JSON web token") from None
        if expired:
            raise NotAuthenticated(f"the token of {name!r} has expired")
        self.user = name
        return b""


MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")


def begun(mechanism: str, users: Mapping[str, str]) -> Exchange:
    """Begin an exchange.

    Parameters
    ----------
    mechanism : str
        One of `MECHANISMS`.
    users : mapping of str to str
        Passwords by user.
    """
    if mechanism == "PLAIN":
        return _Plain(users)
    if mechanism == "OAUTHBEARER":
        return _Bearer()
    return _Scram(users, "sha512" if mechanism.endswith("512") else "sha256")


def _same(given: bytes, password: str | None) -> bool:
    return password is not None and hmac.compare_digest(given, password.encode())


def _fields(text: bytes) -> dict[bytes, bytes]:
    return {name: value for name, _, value in (one.partition(b"=") for one in text.split(b","))}
