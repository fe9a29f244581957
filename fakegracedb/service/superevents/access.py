"""Who may do what with superevents: rights by user group, and what each refusal says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ...documents import Log, Superevent
from ...errors import ApiError
from ...store import View
from ..access import Caller, refuse, require_user

__all__ = [
    "EVERYBODY",
    "Right",
    "find_superevent",
    "may_read",
    "require",
    "sign_off",
    "sign_off_for",
    "visible",
]

_INSIDERS = frozenset({"internal_users"})
_MANAGERS = frozenset({"superevent_managers"})
_ADVOCATES = frozenset({"em_advocates", "rrt_members"})
_EXPOSERS = frozenset({"executives", "access_managers", "em_advocates"})
EVERYBODY = "public_users"
_KINDS = {"P": "superevents", "T": "test superevents", "M": "MDC superevents"}


@dataclass(frozen=True, slots=True)
class Right:
    """Something that only some may do.

    Attributes
    ----------
    refusal : str
        What others are told; ``{kind}`` stands for the kind of superevent. Empty: the usual words.
    groups : frozenset of str
        User groups that may.
    of_tests : frozenset of str
        User groups that may do it with test superevents.
    granted : str
        What a superevent's own permissions call it, if they can give it to further groups.
    """

    refusal: str
    groups: frozenset[str]
    of_tests: frozenset[str] = frozenset()
    granted: str = ""


def _managed(refusal: str) -> Right:
    return Right(refusal, _MANAGERS, of_tests=_INSIDERS)


CREATE = _managed("You are not allowed to create {kind}.")
CHANGE = _managed("You are not allowed to change {kind}.")
ADD_EVENTS = _managed("You are not allowed to add events to {kind}.")
REMOVE_EVENTS = _managed("You are not allowed to remove events from {kind}.")
CONFIRM = _managed("You are not allowed to confirm {kind} as GWs.")
ADD_LABELS = Right("You do not have permission to add labels to superevents.", _INSIDERS)
REMOVE_LABELS = Right("You do not have permissions to remove labels from superevents.", _INSIDERS)
ANNOTATE = Right("", _INSIDERS, granted="annotate")
TAG = Right("You are not allowed to tag log messages.", _INSIDERS)
ANNOUNCE = Right("You do not have permission to create VOEvents.", _INSIDERS)  # notices too
CATALOG = Right("", frozenset({"catalog_managers"}))
VIEW_SIGNOFFS = Right("You do not have permission to view superevent signoffs.", _INSIDERS)
VIEW_PERMISSIONS = Right("You are not allowed to view superevent permissions.", _INSIDERS)
EXPOSE = Right("You are not allowed to expose superevents.", _EXPOSERS)
HIDE = Right("You are not allowed to hide superevents.", _EXPOSERS)


def sign_off(verb: str, instruments: Iterable[str]) -> Right:
    """Give the right to do something with signoffs, whosever they are.

    Parameters
    ----------
    verb : {"create", "change", "delete"}
        What.
    instruments : iterable of str
        Those that have operators.
    """
    operators = frozenset().union(*(_operators(instrument) for instrument in instruments))
    refusal = f"You do not have permission to {verb} superevent signoffs."
    return Right(refusal, _ADVOCATES | operators)


def sign_off_for(instrument: str) -> Right:
    """Give the right to sign off as an instrument's operator; without one, as an advocate."""
    groups = _operators(instrument) if instrument else _ADVOCATES
    return Right(f"You do not have permission to do {instrument or 'advocate'} signoffs.", groups)


def _operators(instrument: str) -> frozenset[str]:
    return frozenset({f"{instrument.lower()}_control_room"})


def require(
    caller: Caller, right: Right, superevent: Superevent | None = None, category: str = ""
) -> None:
    """Refuse a caller who does not have a right.

    Parameters
    ----------
    caller : Caller
        Who asks.
    right : Right
        What for.
    superevent : Superevent or None
        On which; None where there is none yet, or none is meant.
    category : str
        Its code, or that of the superevent to be; empty where none is meant.

    Raises
    ------
    ApiError
        403.
    """
    require_user(caller)
    groups = right.groups | right.of_tests if category == "T" else right.groups
    if right.granted and superevent is not None:
        groups |= {g for g, held in superevent.permissions.items() if right.granted in held}
    if groups.isdisjoint(caller.groups):
        if not right.refusal:
            raise refuse()
        raise ApiError(403, {"detail": right.refusal.format(kind=_KINDS[category])})


def visible(caller: Caller, viewers: Collection[str]) -> bool:
    """Whether a caller sees what insiders and some groups may see."""
    return caller.internal or EVERYBODY in viewers or not set(viewers).isdisjoint(caller.groups)


def find_superevent(
    view: View, caller: Caller, asked: str, right: Right | None = None
) -> Superevent:
    """Look a superevent up, as every call below ``superevents/{superevent_id}`` begins.

    Raises
    ------
    ApiError
        404 for no such superevent, or one that the caller does not see; 403 without the right.
    """
    superevent = view.find_superevent(asked)
    if superevent is None or not visible(
        caller, [group for group, held in superevent.permissions.items() if "view" in held]
    ):
        raise ApiError(404, {"detail": "Not found."})
    if right is not None:
        require(caller, right, superevent, superevent.category)
    return superevent


def may_read(view: View, caller: Caller, log: Log) -> bool:
    """Whether a caller may read an entry of the log of a superevent that is visible."""
    settings = view.vocabulary.settings
    if caller.internal or settings.public_access_tag in log.tags:
        return True
    return "lvem_observers" in caller.groups and settings.external_access_tag in log.tags
