"""Lists: a page of events or superevents with its links, and lists that have no pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

__all__ = ["adjacent", "events_tsv", "page_json", "whole_list"]

_COLUMNS = (
    *("graceid", "labels", "group", "pipeline", "search"),
    *("far", "gpstime", "created", "dataurl"),
)


def page_json(
    key: str,
    rows: list[dict[str, Any]],
    total: int,
    *,
    url: str,
    base: str,
    parameters: list[tuple[str, str]],
    start: int,
    count: int,
) -> dict[str, Any]:
    """Give a page of a list.

    Parameters
    ----------
    key : str
        What stands in it.
    rows : list of dict
        Those of the page.
    total : int
        Matches on all pages.
    url : str
        Of the request.
    base : str
        URL of the list, without a query.
    parameters : list of tuple (str, str)
        The request's own, as they came.
    start, count : int
        Offset and size of the page.

    Notes
    -----
    As on the server, ``next`` and ``previous`` keep all parameters, sorted by name; ``first`` has
    lost the query, and so has ``last``, whose start is a decimal fraction.
    """
    following, previous = adjacent(base, parameters, total, start=start, count=count)
    return {
        "numRows": total,
        key: rows,
        "links": {
            "self": url,
            "next": following,
            "previous": previous,
            "first": base,
            "last": f"{base}?start={total / count * count}&count={count}",
        },
    }


def adjacent(
    base: str, parameters: list[tuple[str, str]], total: int, *, start: int, count: int
) -> tuple[str | None, str | None]:
    """Give the URLs of the next and the previous page, as in `page_json`; None for none."""

    def to(offset: int) -> str:
        kept = {k: v for k, v in parameters if k not in ("start", "count")}
        kept["count"] = str(count)
        if offset > 0:
            kept["start"] = str(offset)
        return f"{base}?{urlencode(sorted(kept.items()))}"

    following = start + count
    return (
        to(following) if following < total else None,
        to(max(start - count, 0)) if start > 0 else None,
    )


def events_tsv(rows: list[dict[str, Any]]) -> bytes:
    """Give a page of events as lines of columns, as `event_json` has them; null is ``None``."""
    lines = ["#" + "\t".join(_COLUMNS)]
    for row in rows:
        shown = {**row, "labels": ",".join(row["labels"]), "dataurl": row["links"]["files"]}
        lines.append("\t".join(str(shown[column]) for column in _COLUMNS))
    return "\n".join(lines).encode()


def whole_list(key: str, rows: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """Give a list without pages under a key; all of its links are the URL of the request."""
    return {
        "start": 0,
        "numRows": len(rows),
        "links": {"self": url, "first": url, "last": url},
        key: rows,
    }
