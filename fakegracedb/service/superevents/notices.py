"""Notices of a superevent: alert documents that users upload, and what is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...documents import Notice, Superevent
from ...errors import ApiError
from ...ingest import objects
from ...schemas import gwalert
from ...store import Store, View
from ...store.layout import superevent_folder
from ...stretches import Content
from .. import logs
from ..access import Caller
from . import access, tags
from .access import find_superevent

__all__ = ["create", "listing", "one"]

_CODES = {
    "EARLYWARNING": "EW",
    "PRELIMINARY": "PR",
    "INITIAL": "IN",
    "UPDATE": "UP",
    "RETRACTION": "RE",
}
# Where the probabilities stand in the event of a document, and as they are kept.
_PROBABILITIES = {
    "prob_has_ns": ("properties", "HasNS"),
    "prob_has_remnant": ("properties", "HasRemnant"),
    "prob_bns": ("classification", "BNS"),
    "prob_nsbh": ("classification", "NSBH"),
    "prob_bbh": ("classification", "BBH"),
    "prob_terrestrial": ("classification", "Terrestrial"),
    "prob_has_mass_gap": ("properties", "HasMassGap"),
    "prob_has_ssm": ("properties", "HasSSM"),
}
_TAG = "em_follow"
_LONGEST = 100  # characters of what is kept of an external event
_LONGEST_REASON = 1000  # characters
_DEEP = "nested too deeply"


def create(store: Store, caller: Caller, asked: str, content: Content) -> tuple[Superevent, Notice]:
    """Keep a document as it came, and what it says; its file is told in a log entry with a tag.

    Parameters
    ----------
    store : Store
        Where the superevent is.
    caller : Caller
        Who asks.
    asked : str
        Id of the superevent as asked for.
    content : bytes, memoryview or Stretch
        The document: an alert of igwn-gwalert in its JSON form.

    Raises
    ------
    ApiError
        400 for a document that is none, or is another superevent's; beside what `find_superevent`
        raises.
    """
    alert = _read(content)
    recorded = _recorded(alert)
    with store.transaction(f"POST superevents/{asked}/notices/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ANNOUNCE)
        _check_superevent(alert["superevent_id"], superevent, asked)
        folder = superevent_folder(superevent.superevent_id)
        number = tx.notices(folder).highest + 1
        kind = alert["alert_type"]
        filename = f"{superevent.superevent_id}-{number}-{kind.lower()}.json"
        version = tx.write_file(folder, filename, content).version
        notice = Notice(
            N=number,
            notice_type=_CODES[kind],
            created=tx.timestamp(),
            issuer=caller.name,
            filename=filename,
            file_version=version,
            **recorded,
        )
        tx.add_notice(folder, notice)
        log = logs.write(tx, folder, caller.name, "New notice", filename, version)
        tags.apply(tx, caller, folder, log.N, _TAG, None)
        return superevent, notice


def _read(content: Content) -> dict[str, Any]:
    """Read a document, which must be an alert."""
    try:
        alert = objects.load(content, strict=True)
    except ValueError as error:
        raise _refused("is not valid JSON", str(error)) from None
    except RecursionError:
        raise _refused("is not valid JSON", _DEEP) from None
    try:
        problem = gwalert.problem(alert)
    except RecursionError:
        problem = _DEEP
    if problem is not None:
        raise _refused("does not satisfy the schema", problem)
    found: dict[str, Any] = alert
    return found


def _refused(what: str, reason: str) -> ApiError:
    return ApiError(400, f"Notice {what}: {_cut(reason, _LONGEST_REASON)}")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _check_superevent(said: str, superevent: Superevent, asked: str) -> None:
    if said not in (superevent.superevent_id, superevent.id):
        raise ApiError(400, f"Notice is for superevent {_cut(said, _LONGEST)}, not for {asked}")


def _recorded(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is kept of a document, beside what the server adds.

    Notes
    -----
    What the columns of a VOEvent could not hold is refused in the words of the server's database.
    """
    event, external = alert["event"], alert["external_coinc"]
    recorded: dict[str, Any] = {
        "significant": event is not None and event["significant"],
        "raven_coinc": external is not None,
    }
    problems: dict[str, list[str]] = {}
    if event is not None:
        for key, (group, name) in _PROBABILITIES.items():
            value = event[group].get(name)
            if value is None:
                continue
            if value > 1:
                problems[key] = ["Ensure this value is less than or equal to 1.0."]
            elif value < 0:
                problems[key] = ["Ensure this value is greater than or equal to 0.0."]
            else:
                recorded[key] = float(value)
    if external is not None:
        texts = {
            "ext_gcn": _identifier(external["gcn_notice_id"]),
            "ext_pipeline": external["observatory"],
            "ext_search": external["search"],
        }
        recorded |= texts
        for key, text in texts.items():
            if problem := _text_problem(text):
                problems[key] = [problem]
    if problems:
        raise ApiError(400, str(problems))
    return recorded


def _identifier(value: str | float) -> str:
    """Write the number of an external notice, which may be a text too."""
    return value if isinstance(value, str) else str(int(value))


def _text_problem(text: str) -> str | None:
    if len(text) > _LONGEST:
        return f"Ensure this value has at most {_LONGEST} characters (it has {len(text)})."
    return "Null characters are not allowed." if "\0" in text else None


def listing(view: View, caller: Caller, asked: str) -> tuple[Superevent, list[Notice]]:
    """Give the notices of a superevent, in the order of their arrival."""
    superevent = find_superevent(view, caller, asked)
    found = view.notices(superevent_folder(superevent.superevent_id))
    return superevent, sorted(found, key=lambda notice: notice.N)


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Superevent, Notice]:
    """Give a notice.

    Raises
    ------
    ApiError
        404 if there is none of that number.
    """
    superevent = find_superevent(view, caller, asked)
    notice = view.notices(superevent_folder(superevent.superevent_id)).get(number)
    if notice is None:
        raise ApiError(404, {"detail": "Not found."})
    return superevent, notice
