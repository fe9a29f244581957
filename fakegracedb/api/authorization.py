"""Who asks: the Authorization header read as a name, in place of any proof.

This is a device for tests: no password and no signature is looked at.
"""

from __future__ import annotations

import base64
import binascii
import json

from ..errors import ApiError
from .message import Identity

__all__ = ["GROUPS", "identity_of"]

GROUPS = "Fakegracedb-Groups"  # header: the groups to act with, commas between them


def identity_of(authorization: str, groups: str | None, other: Identity | None) -> Identity | None:
    """Work out who asks.

    Parameters
    ----------
    authorization : str
        The header, empty if there is none. ``Basic`` names a user, whatever the password;
        ``Bearer`` has the name itself, or a token (JWT) whose subject it is.
    groups : str or None
        The header `GROUPS`, None if there is none.
    other : Identity or None
        Who asks without a name; None is the store's default user.

    Raises
    ------
    ApiError
        401 for what names nobody, 400 for groups without a name.
    """
    if not authorization:
        if groups is not None:
            raise ApiError(400, {"detail": f"{GROUPS} needs an Authorization that names a user."})
        return other
    scheme, _, credentials = authorization.strip().partition(" ")
    read = _SCHEMES.get(scheme.lower())
    if read is None:
        raise _refused(f"{scheme!r} is not understood: `Basic` and `Bearer` are")
    name = read(credentials.strip())
    if not name or not name.isprintable():
        raise _refused("no user is named")
    if groups is None:
        return Identity(name)
    return Identity(name, tuple(one for part in groups.split(",") if (one := part.strip())))


def _refused(reason: str) -> ApiError:
    text = f"Invalid Authorization header: {reason}."
    return ApiError(401, {"detail": text}, headers={"WWW-Authenticate": 'Basic realm="GraceDB"'})


def _basic(credentials: str) -> str:
    try:
        named = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        raise _refused("what follows `Basic` is not `name:password` in base64") from None
    name, colon, _ = named.partition(":")
    if not colon:
        raise _refused("no colon follows the user's name")
    return name


def _bearer(token: str) -> str:
    parts = token.split(".")
    if len(parts) != 3:
        return token
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(text)
    except (ValueError, binascii.Error, RecursionError):
        return token  # a name with two dots in it
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else token


_SCHEMES = {"basic": _basic, "bearer": _bearer}
