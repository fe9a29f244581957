"""The one table of what the server has: to dispatch, and to publish templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TypeAlias

from ..identifiers import is_content_id
from ..render.dialect import Dialect
from .call import Call
from .handlers import (
    catalogs,
    embb,
    emobservations,
    events,
    files,
    labels,
    logs,
    permissions,
    reservations,
    root,
    search,
    tags,
    voevents,
)
from .handlers.superevents import candidates, exposure, members, notices, signoffs
from .handlers.superevents import emobservations as superevent_emobservations
from .handlers.superevents import files as superevent_files
from .handlers.superevents import labels as superevent_labels
from .handlers.superevents import logs as superevent_logs
from .handlers.superevents import voevents as superevent_voevents
from .message import Response

__all__ = ["ROUTES", "Handler", "Route", "is_at", "match", "templates"]

Handler: TypeAlias = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One resource of the server.

    Attributes
    ----------
    path : str
        Below the API base, with ``{parameters}``; served with and without its final slash.
    name : str
        Its name, under which the root publishes it.
    handlers : mapping of str to callable
        By HTTP method.
    retired : tuple of str
        Methods that v2 answers with 410.
    v2_only : bool
        Whether v1 has no such path.
    structured : bool
        Whether it is only there where queries may be structured.
    published : bool
        Whether the root publishes it.
    any_id : bool
        Whether the graceid may begin with any letter.
    """

    path: str
    name: str
    handlers: Mapping[str, Handler]
    retired: tuple[str, ...] = ()
    v2_only: bool = False
    structured: bool = False
    published: bool = True
    any_id: bool = False

    @cached_property
    def methods(self) -> list[str]:
        """The methods that are answered, as the Allow header names them."""
        return _with_implied(self.handlers)

    @cached_property
    def methods_of_v2(self) -> list[str]:
        """Those of v2, which answers what it has retired too."""
        return _with_implied(
            [*self.handlers, *(one for one in self.retired if one not in self.handlers)]
        )


def _with_implied(methods: Collection[str]) -> list[str]:
    return [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]


_LIST = ("GET", "POST")
_LONG = 200  # characters of a path


# In the order in which the root lists the templates.
_SUPEREVENT = "superevents/{superevent_id}"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("", "root", {"GET": root.root}, published=False),
    Route("user-info/", "user-info", {"GET": root.user_info}, published=False),
    Route("tag/", "tag-list", {"GET": root.tags}, published=False),
    Route("performance/", "performance-info", {"GET": root.performance}, published=False),
    Route("events/", "event-list", {"GET": events.listing, "POST": events.create}, published=False),
    Route("events/search/", "event-search",
          {"POST": search.events}, structured=True, published=False),
    Route("events/{graceid}", "event-detail-template",
          {"GET": events.detail, "PUT": events.replace_data}),
    Route("events/{graceid}/voevent/", "voevent-list-template",
          {"GET": voevents.listing, "POST": voevents.create}, retired=_LIST),
    Route("events/{graceid}/voevent/{N}", "voevent-detail-template",
          {"GET": voevents.detail}, retired=_LIST),
    Route("events/{graceid}/log/", "event-log-template",
          {"GET": logs.listing, "POST": logs.create}),
    Route("events/{graceid}/log/{N}", "event-log-detail-template", {"GET": logs.detail}),
    Route("events/{graceid}/emobservation/", "emobservation-list-template",
          {"GET": emobservations.listing, "POST": emobservations.create}, retired=_LIST),
    Route("events/{graceid}/emobservation/{N}", "emobservation-detail-template",
          {"GET": emobservations.detail}, retired=_LIST),
    Route("events/{graceid}/embb/", "embb-event-log-template",
          {"GET": embb.listing, "POST": embb.create}, retired=_LIST),
    Route("events/{graceid}/embb/{N}", "embb-event-log-detail",
          {"GET": embb.detail}, retired=_LIST, published=False),
    Route("events/{graceid}/labels/", "event-label-list",
          {"GET": labels.listing}, published=False, any_id=True),
    Route("events/{graceid}/labels/{label}", "event-label-template",
          {"GET": labels.detail, "PUT": labels.add, "DELETE": labels.remove}, any_id=True),
    Route("events/{graceid}/files/", "file-list",
          {"GET": files.listing}, published=False, any_id=True),
    Route("events/{graceid}/files/{filename}", "files-template",
          {"GET": files.detail, "PUT": files.put}, any_id=True),
    Route("events/{graceid}/log/{N}/tag/{tag_name}", "tag-template",
          {"GET": tags.detail, "PUT": tags.add, "DELETE": tags.remove}),
    Route("events/{graceid}/log/{N}/tag/", "taglist-template", {"GET": tags.listing}),
    Route("events/{graceid}/signoff/", "signoff-list-template", {"GET": permissions.signoffs}),
    Route("events/{graceid}/update-grbevent/", "update-grbevent-template",
          {"PATCH": events.update_grb}, retired=("PATCH",)),
    Route("events/{graceid}/tag/", "eventtag-list", {"GET": tags.of_event}, published=False),
    Route("events/{graceid}/tag/{tag_name}", "eventtag-detail",
          {"GET": tags.one_of_event}, published=False),
    Route("events/{graceid}/neighbors/", "neighbors",
          {"GET": events.neighbors}, published=False, any_id=True),
    Route("events/{graceid}/perms/", "event-permissions",
          {"GET": permissions.groups}, published=False),
    Route("events/{graceid}/perms/{group}/", "event-group-permissions",
          {"GET": permissions.of_group}, published=False),
    Route("events/{graceid}/perms/{group}/{permission}", "event-permission",
          {"GET": permissions.one, "PUT": permissions.add, "DELETE": permissions.remove},
          published=False),
    Route("gwtc/", "gwtc-list",
          {"GET": catalogs.listing, "POST": catalogs.create}, published=False),
    Route("gwtc/{number}/", "gwtc-number-list", {"GET": catalogs.of_number}),
    Route("gwtc/{number}/{version}/", "gwtc-version-detail", {"GET": catalogs.detail}),
    Route("superevents/", "superevent-list",
          {"GET": candidates.listing, "POST": candidates.create}, published=False),
    Route("superevents/search/", "superevent-search",
          {"POST": search.superevents}, structured=True, published=False),
    Route(f"{_SUPEREVENT}/", "superevent-detail-template",
          {"GET": candidates.detail, "PATCH": candidates.update}),
    Route(f"{_SUPEREVENT}/events/", "superevent-event-list-template",
          {"GET": members.listing, "POST": members.add}),
    Route(f"{_SUPEREVENT}/events/{{graceid}}/", "superevent-event-detail-template",
          {"GET": members.detail, "DELETE": members.remove}),
    Route(f"{_SUPEREVENT}/pipeline_preferred_events/",
          "superevent-pipeline-preferred-event-list-template",
          {"GET": members.listing_preferred, "POST": members.prefer}),
    Route(f"{_SUPEREVENT}/pipeline_preferred_events/{{graceid}}/",
          "superevent-pipeline-preferred-event-detail-template",
          {"GET": members.detail_preferred, "DELETE": members.unprefer}),
    Route(f"{_SUPEREVENT}/labels/", "superevent-label-list-template",
          {"GET": superevent_labels.listing, "POST": superevent_labels.add}),
    Route(f"{_SUPEREVENT}/labels/{{label_name}}/", "superevent-label-detail-template",
          {"GET": superevent_labels.detail, "DELETE": superevent_labels.remove}),
    Route(f"{_SUPEREVENT}/logs/", "superevent-log-list-template",
          {"GET": superevent_logs.listing, "POST": superevent_logs.create}),
    Route(f"{_SUPEREVENT}/logs/{{N}}/", "superevent-log-detail-template",
          {"GET": superevent_logs.detail}),
    Route(f"{_SUPEREVENT}/logs/{{N}}/tags/", "superevent-log-tag-list-template",
          {"GET": superevent_logs.listing_tags, "POST": superevent_logs.add_tag}),
    Route(f"{_SUPEREVENT}/logs/{{N}}/tags/{{tag_name}}/", "superevent-log-tag-detail-template",
          {"GET": superevent_logs.detail_tag, "DELETE": superevent_logs.remove_tag}),
    Route(f"{_SUPEREVENT}/files/", "superevent-file-list-template",
          {"GET": superevent_files.listing}),
    Route(f"{_SUPEREVENT}/files/{{file_name}}", "superevent-file-detail-template",
          {"GET": superevent_files.detail}),
    Route(f"{_SUPEREVENT}/voevents/", "superevent-voevent-list-template",
          {"GET": superevent_voevents.listing, "POST": superevent_voevents.create},
          retired=("POST",)),
    Route(f"{_SUPEREVENT}/voevents/{{N}}/", "superevent-voevent-detail-template",
          {"GET": superevent_voevents.detail}),
    Route(f"{_SUPEREVENT}/emobservations/", "superevent-emobservation-list-template",
          {"GET": superevent_emobservations.listing, "POST": superevent_emobservations.create},
          retired=_LIST),
    Route(f"{_SUPEREVENT}/emobservations/{{N}}/", "superevent-emobservation-detail-template",
          {"GET": superevent_emobservations.detail}, retired=_LIST),
    Route(f"{_SUPEREVENT}/confirm-as-gw/", "superevent-confirm-as-gw-template",
          {"POST": candidates.confirm}),
    Route(f"{_SUPEREVENT}/signoffs/", "superevent-signoff-list-template",
          {"GET": signoffs.listing, "POST": signoffs.create}),
    Route(f"{_SUPEREVENT}/signoffs/{{typeinst}}/", "superevent-signoff-detail-template",
          {"GET": signoffs.detail, "PATCH": signoffs.update, "DELETE": signoffs.delete}),
    Route(f"{_SUPEREVENT}/permissions/", "superevent-permission-list-template",
          {"GET": exposure.listing}),
    Route(f"{_SUPEREVENT}/permissions/modify/", "superevent-permission-modify-template",
          {"POST": exposure.modify}),
    Route("events/reserve/", "event-reserve-template",
          {"POST": reservations.reserve}, v2_only=True),
    Route("events/{graceid}/upload/", "event-upload-template",
          {"POST": reservations.upload}, v2_only=True),
    Route(f"{_SUPEREVENT}/notices/", "superevent-notice-list-template",
          {"GET": notices.listing, "POST": notices.create}, v2_only=True),
    Route(f"{_SUPEREVENT}/notices/{{N}}/", "superevent-notice-detail-template",
          {"GET": notices.detail}, v2_only=True),
)
# fmt: on

_CONTENT_ID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_PATTERNS = {
    "graceid": rf"[GEHMTD][0-9]+|{_CONTENT_ID}",
    "member": r"[GEHMT][0-9]+",
    "any_graceid": rf"[A-Za-z0-9_][0-9]+|{_CONTENT_ID}",
    "N": r"[0-9]+",
    "filename": r".+",
    "file_name": r".+",
    "number": r"[^/]+",
    "group": r"[^/]+",
}


def _pattern(route: Route) -> re.Pattern[str]:
    def parameter(found: re.Match[str]) -> str:
        name = found[1]
        kind = name
        if name == "graceid" and route.path.startswith("superevents"):
            kind = "member"
        elif name == "graceid" and route.any_id:
            kind = "any_graceid"
        return f"(?P<{name}>{_PATTERNS.get(kind, '[^/]+')})"

    path = re.sub(r"\{(\w+)\}", parameter, route.path.rstrip("/"))
    return re.compile(path, re.DOTALL)


@cache
def _table() -> dict[tuple[str, str, int], list[tuple[re.Pattern[str], Route]]]:
    """Give the routes by what can be told of a path at a glance: first and third part, length."""
    table: dict[tuple[str, str, int], list[tuple[re.Pattern[str], Route]]] = {}
    for route in ROUTES:
        parts = route.path.rstrip("/").split("/")
        table.setdefault(_glance(parts), []).append((_pattern(route), route))
    for entries in table.values():  # literal paths before those with parameters
        entries.sort(key=lambda entry: entry[1].path.count("{"))
    return table


def _glance(parts: list[str]) -> tuple[str, str, int]:
    third = parts[2] if len(parts) > 2 and "{" not in parts[2] else ""
    # a file name may hold slashes
    return parts[0], third, 4 if third == "files" and len(parts) > 4 else len(parts)


def match(path: str) -> tuple[Route, dict[str, str]] | None:
    """Find the route of a decoded path below the API base, and its parameters."""
    # the same few paths are asked for over and over; long ones are not worth the memory
    found = (_matched if len(path) < _LONG else _matched.__wrapped__)(path)
    return None if found is None else (found[0], dict(found[1]))


@lru_cache(maxsize=1024)
def _matched(path: str) -> tuple[Route, dict[str, str]] | None:
    stripped = path[:-1] if path.endswith("/") else path
    parts = stripped.split("/")
    for key in (_glance(parts), (parts[0], "", len(parts))):
        for pattern, route in _table().get(key, ()):
            if found := pattern.fullmatch(stripped):
                return route, found.groupdict()
    return None


def is_at(dialect: Dialect, route: Route, parameters: Mapping[str, str]) -> bool:
    """Whether a base has a path; v1 has no content id in a graceid's place either."""
    if route.structured and not dialect.structured:
        return False
    return dialect.v2 or not (route.v2_only or is_content_id(parameters.get("graceid", "")))


@cache
def templates(dialect: Dialect) -> dict[str, str]:
    """Give the templates that the root of a base publishes."""
    return {
        route.name: dialect.root + route.path
        for route in ROUTES
        if route.published and (dialect.v2 or not route.v2_only)
    }
