"""Who may do what: callers, their groups, and the permissions on an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from ..documents import Event, Log, User
from ..documents.events import INSIDERS
from ..documents.users import person
from ..errors import ApiError
from ..store import View
from ..vocabulary import Vocabulary

__all__ = ["ROOT", "Caller", "caller_named", "find_event", "require_user"]

EXTERNAL_GROUPS = frozenset({"lvem_users", "lvem_observers", "public_users"})

# The server where nobody says which.
ROOT = "https://gracedb.ligo.org/api/"
LINE = "2.36"

GRB_RIGHT = "t90_grbevent"
ADD_RIGHT = "add_groupobjectpermission"
DELETE_RIGHT = "delete_groupobjectpermission"
RIGHTS = (GRB_RIGHT, ADD_RIGHT, DELETE_RIGHT)  # single rights, beside those of groups


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in the words that the rules need.

    Attributes
    ----------
    user : User or None
        None is an unauthenticated reader.
    v2 : bool
        Whether the newer shapes and texts are asked for.
    external_tag : str
        What opens an entry of a log to external users, and what their own entries get.
    root : str
        URL of the server's unversioned base, with a slash at the end.
    line : {"2.36", "2.33"}
        Which server it is.
    """

    user: User | None
    v2: bool
    external_tag: str
    root: str = ROOT
    line: str = LINE

    @property
    def name(self) -> str:
        """The user name, as documents show it."""
        return self.user.name if self.user is not None else "AnonymousUser"

    @property
    def internal(self) -> bool:
        """Whether the caller belongs to the collaboration."""
        return self.user is not None and self.user.internal

    @property
    def groups(self) -> tuple[str, ...]:
        """The caller's user groups."""
        return self.user.groups if self.user is not None else ()

    def holds(self, right: str, event: Event) -> bool:
        """Whether the caller has ``view`` or ``change`` on an event."""
        return any(right in event.permissions.get(group, ()) for group in self.groups)

    def has(self, right: str) -> bool:
        """Whether the caller has a single right."""
        return self.user is not None and right in self.user.permissions

    def may_read(self, log: Log) -> bool:
        """Whether the caller may read a log entry of an event that is visible."""
        return self.internal or self.external_tag in log.tags


def caller_named(
    view: View,
    name: str | None,
    groups: tuple[str, ...] | None,
    *,
    v2: bool,
    root: str = ROOT,
    line: str = LINE,
) -> Caller:
    """Work out who asks.

    Parameters
    ----------
    view : View
        The store.
    name : str or None
        User name; None is an unauthenticated reader.
    groups : tuple of str or None
        Groups to act with. None: those of the store's document, else all internal ones.
    v2, root, line
        As in `Caller`.

    Raises
    ------
    ApiError
        400, for an empty name or a group that does not exist.

    Notes
    -----
    A name alone does not take rights away: who is not in the store may do everything. Named groups
    do: such a user uploads outside the Test group only if the store has a document that says so.
    """
    names = view.vocabulary
    external_tag = names.settings.external_access_tag
    if name is None:
        return Caller(None, v2, external_tag, root, line)
    if not name:
        raise ApiError(400, {"error": "the name of a user cannot be empty"})
    user = view.users.get(name)
    if groups is not None:
        if unknown := [group for group in groups if group not in names.user_groups]:
            raise ApiError(
                400, {"error": f"no user group {unknown[0]!r}: {', '.join(names.user_groups)}"}
            )
        known = user or person(name, pipelines=())
        user = replace(known, groups=tuple(groups))
    if user is None:
        user = _insider(name, names)
    return Caller(user, v2, external_tag, root, line)


@lru_cache(maxsize=256)
def _insider(name: str, names: Vocabulary) -> User:
    """Give the user that everybody is of whom the store knows nothing else."""
    internal = tuple(group for group in names.user_groups if group not in EXTERNAL_GROUPS)
    return person(name, groups=internal, pipelines=None, permissions=RIGHTS)


def new_permissions(search: str | None, names: Vocabulary) -> dict[str, list[str]]:
    """Give the permissions that a new event starts with."""
    groups = list(INSIDERS)
    if search == "MDC":
        groups.append("lvem_users")
    return {group: ["view", "change"] for group in groups if group in names.user_groups}


def require_user(caller: Caller) -> None:
    """Refuse an unauthenticated reader."""
    if caller.user is None:
        raise ApiError(403, {"detail": "Authentication credentials were not provided."})


def refuse() -> ApiError:
    """Give the answer to somebody who is known and not allowed."""
    return ApiError(403, {"detail": "You do not have permission to perform this action."})


def find_event(view: View, caller: Caller, asked: str, *, change: bool = False) -> Event:
    """Look an event up, as every call below ``events/{graceid}`` begins.

    Raises
    ------
    ApiError
        403 for an unauthenticated reader, 404 for no such event, 403 without the permission.
    """
    require_user(caller)
    event = view.find_event(asked)
    if event is None:
        raise ApiError(404, "Event not found.", plain=True)
    if not caller.holds("change" if change else "view", event):
        raise refuse()
    return event
