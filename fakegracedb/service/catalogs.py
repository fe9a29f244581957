"""Catalogs of gravitational waves (GWTC): numbers, the versions of each, and what they list."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..documents import Catalog, CatalogEntry, Superevent
from ..errors import ApiError
from ..identifiers import parse_graceid
from ..ingest.objects import shown
from ..store import Store, View
from .access import Caller
from .superevents import access

__all__ = ["create", "current_ids", "entries", "listing", "one"]

_MOST_DIGITS = 20  # of a version; Python does not read thousands of them
_DEEPEST = 20  # levels of what is kept of probabilities


def create(
    store: Store, caller: Caller, number: str, smap: Mapping[str, Any], comment: str
) -> Catalog:
    """Create the next version of a catalog.

    Parameters
    ----------
    store : Store
        Where the superevents are.
    caller : Caller
        Who asks.
    number : str
        Which catalog.
    smap, comment
        As in `entries`, and a text.

    Raises
    ------
    ApiError
        403 without the right, beside what `entries` raises.
    """
    with store.transaction("POST gwtc/", caller.name) as tx:
        access.require(caller, access.CATALOG)
        found = entries(tx, smap)
        others = tx.catalogs()
        versions = [one.version for one in others if one.number == number]
        catalog = Catalog(
            N=others.highest + 1,
            number=number,
            version=max(versions, default=0) + 1,
            created=tx.timestamp(),
            submitter=caller.name,
            comment=comment,
            entries=found,
        )
        tx.add_catalog(catalog)
        return catalog


def entries(view: View, smap: Mapping[str, Any]) -> tuple[CatalogEntry, ...]:
    """Read what a catalog is to list.

    Parameters
    ----------
    view : View
        Where the superevents are.
    smap : mapping
        By the id of a superevent, either of its own: an object with graceids by pipeline in
        ``pipelines``, the rate of false alarms in ``far`` [Hz] and probabilities in ``pastro``.

    Raises
    ------
    ApiError
        400 for the first thing in it that cannot be.
    """
    return tuple(_entry(view, asked, data) for asked, data in smap.items())


def _entry(view: View, asked: str, data: Any) -> CatalogEntry:
    superevent = view.find_superevent(asked)
    if superevent is None:
        raise ApiError(400, f"Superevent {asked} was not found in the database.")
    values: Mapping[str, Any] = data if isinstance(data, dict) else {}
    if "pipelines" not in values:
        raise ApiError(400, f"superevent key pipelines not found for gwtc_superevent {asked}.")
    pipelines = values["pipelines"]
    if not isinstance(pipelines, dict):
        raise ApiError(400, f'value corresponding to {asked}["pipelines"] is not a dictionary')
    events = {
        pipeline: _event(view, superevent, asked, pipeline, sent)
        for pipeline, sent in pipelines.items()
    }
    return CatalogEntry(
        superevent=superevent.superevent_id,
        pipelines=events,
        far=_far(asked, values),
        pastro=_pastro(asked, values),
    )


def _event(view: View, superevent: Superevent, asked: str, pipeline: str, sent: Any) -> str:
    """Give the graceid of an event that a pipeline has found."""
    if not isinstance(sent, str) or parse_graceid(sent) is None:
        raise ApiError(400, f"Unable to parse event {_quoted(sent)}")
    event = view.find_event(sent)
    if event is None:
        raise ApiError(400, f"Catalog Error: Event {sent} was not found in the database.")
    if event.graceid not in superevent.events:
        raise ApiError(400, f"Catalog Error: Event {sent} is not part of superevent {asked}.")
    if event.pipeline != pipeline:
        raise ApiError(
            400,
            f"Catalog Error: Pipeline of {sent} ({event.pipeline}) does not match the supplied "
            f"pipeline ({pipeline})",
        )
    return event.graceid


def _quoted(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _far(asked: str, values: Mapping[str, Any]) -> float | None:
    """Read a rate of false alarms; as on the server, empty texts and the like pass for null."""
    if "far" not in values:
        raise ApiError(400, f"far not found for superevent {asked}")
    value = values["far"]
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    elif not value:
        return None
    raise ApiError(
        400, f"far value for {asked} must be null or a valid number, not {_quoted(value)}"
    )


def _pastro(asked: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Read probabilities, in the same way."""
    if "pastro" not in values:
        raise ApiError(400, f"pastro not found for superevent {asked}")
    value = values["pastro"]
    if isinstance(value, dict) and _storable(value):
        return value
    if not value:
        return None
    raise ApiError(
        400, f"pastro value for {asked} must be null or a valid dictionary, not {_quoted(value)}"
    )


def _storable(value: Any, depth: int = 0) -> bool:
    """Whether a JSON value can be kept: not too deep, and its numbers within range."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and all(_storable(one, depth + 1) for one in members)
    return not isinstance(value, float) or math.isfinite(value)


def listing(view: View, number: str | None = None) -> list[Catalog]:
    """Give the catalogs, or the versions of one; the newest first."""
    found = [one for one in view.catalogs() if number is None or one.number == number]
    return sorted(found, key=lambda one: one.N, reverse=True)


def one(view: View, number: str, version: str) -> Catalog:
    """Give a version of a catalog.

    Parameters
    ----------
    view : View
        The store.
    number : str
        Which catalog.
    version : str
        Digits, or ``latest`` in small or capital letters.

    Raises
    ------
    ApiError
        404 if there is none.
    """
    found = {catalog.version: catalog for catalog in view.catalogs() if catalog.number == number}
    wanted = 0
    if version.lower() == "latest":
        wanted = max(found, default=0)
    elif version.isascii() and version.isdigit() and len(version) < _MOST_DIGITS:
        wanted = int(version)
    if wanted not in found:
        raise ApiError(404, {"detail": "Not found."})
    return found[wanted]


def current_ids(view: View, catalog: Catalog) -> dict[str, str]:
    """Give the ids by which the superevents of a catalog go now, by their default ids."""
    named = {}
    for entry in catalog.entries:
        superevent = view.superevent(entry.superevent)
        named[entry.superevent] = entry.superevent if superevent is None else superevent.id
    return named
