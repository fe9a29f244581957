"""Catalogs of gravitational waves, and pages of their list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents import Catalog
from .dialect import Dialect
from .events import finite, server_time
from .lists import adjacent

__all__ = ["catalog_json", "catalogs_json"]


def catalog_json(catalog: Catalog, ids: Mapping[str, str], dialect: Dialect) -> dict[str, Any]:
    """Give a catalog.

    Parameters
    ----------
    catalog : Catalog
        A version of one.
    ids : mapping of str to str
        Ids by which its superevents go now, by their default ids.
    dialect : Dialect
        The base that answers.

    Notes
    -----
    As the server does: what was created last comes first, also among the pipelines.
    """
    return {
        "number": catalog.number,
        "version": catalog.version,
        "created": server_time(catalog.created),
        "submitter": catalog.submitter,
        "url": dialect.url(f"gwtc/{catalog.number}/{catalog.version}/"),
        "gwtc_superevents": {
            ids[entry.superevent]: {
                "pipelines": dict(reversed(list(entry.pipelines.items()))),
                "far": finite(entry.far),
                "pastro": entry.pastro,
            }
            for entry in reversed(catalog.entries)
        },
        "comment": catalog.comment,
    }


def catalogs_json(
    rows: list[dict[str, Any]],
    total: int,
    *,
    base: str,
    parameters: list[tuple[str, str]],
    start: int,
    count: int,
) -> dict[str, Any]:
    """Give a page of the list of catalogs; parameters as those of `lists.page_json`."""
    following, previous = adjacent(base, parameters, total, start=start, count=count)
    return {"count": total, "next": following, "previous": previous, "results": rows}
