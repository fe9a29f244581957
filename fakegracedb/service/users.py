"""What a user can learn of themselves, and of the server's performance."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError
from ..store import View
from .access import Caller

__all__ = ["require_insider", "user_info"]


def user_info(view: View, caller: Caller) -> dict[str, Any]:
    """Give what ``user-info/`` tells."""
    user = caller.user
    if user is None:
        return {"username": caller.name}
    return {
        "username": user.name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_internal_user": user.internal,
        "upload_to_pipeline": [
            pipeline.name
            for pipeline in view.vocabulary.pipelines
            if user.may_upload(pipeline.name)
        ],
    }


def require_insider(caller: Caller) -> None:
    """Refuse all but internal users and executives."""
    if not caller.internal and "executives" not in caller.groups:
        raise ApiError(403, "Forbidden", plain=True)
