"""Catalogs of gravitational waves (GWTC)."""

from __future__ import annotations

import re
from typing import Any

from ...documents import Catalog
from ...errors import ApiError
from ...render.catalogs import catalog_json, catalogs_json
from ...service import catalogs
from ...service.superevents import access
from ...store import View
from ..call import Call
from ..message import Response

__all__ = ["create", "detail", "listing", "of_number"]

_PAGE = 10  # catalogs
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,25}")


def _json(call: Call, view: View, catalog: Catalog) -> dict[str, Any]:
    return catalog_json(catalog, catalogs.current_ids(view, catalog), call.dialect)


def _page(call: Call, path: str, number: str | None = None) -> Response:
    start, count = call.page(_PAGE)

    def page(view: View) -> dict[str, Any]:
        found = catalogs.listing(view, number)
        return catalogs_json(
            [_json(call, view, one) for one in found[start : start + count]],
            len(found),
            base=call.dialect.url(path),
            parameters=call.query_parameters,
            start=start,
            count=count,
        )

    return call.answer(200, call.read(page))


def listing(call: Call) -> Response:
    """GET a page of all catalogs."""
    return _page(call, "gwtc/")


def of_number(call: Call) -> Response:
    """GET a page of the versions of a catalog."""
    number = call.parameters["number"]
    return _page(call, f"gwtc/{number}/", number)


def detail(call: Call) -> Response:
    """GET a version of a catalog."""
    number, version = call.parameters["number"], call.parameters["version"]
    data = call.read(lambda view: _json(call, view, catalogs.one(view, number, version)))
    return call.answer(200, data)


def create(call: Call) -> Response:
    """POST what a new version of a catalog is to list."""
    access.require(call.caller, access.CATALOG)
    fields = call.fields()
    number = fields.text("number", required=True)
    if number and not _NUMBER.fullmatch(number):
        fields.wrong("Only letters, numbers, dots, underscores, and hyphens are allowed.")
    smap = fields.dictionary("smap")
    if smap is not None:
        try:
            catalogs.entries(call.view, smap)
        except ApiError as error:
            fields.wrong(error.body)
    comment = fields.text("comment", null=True, blank=True)
    fields.check()
    assert number is not None
    assert smap is not None
    catalog = catalogs.create(call.store, call.caller, number, smap, comment or "")
    data = call.read(lambda view: _json(call, view, catalog))
    return call.answer(201, data, Location=data["url"])
