"""The API root and what lies directly below it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...clock import server_text
from ...service import tags as tag_service
from ...service import users
from ...store import View
from ...vocabulary import API_DEFAULT, API_VERSIONS, Vocabulary
from ..call import Call
from ..message import Response

__all__ = ["performance", "root", "tags", "user_info"]

_LINKS = ("superevents", "events", "gwtc", "self", "performance", "user-info")


def root(call: Call) -> Response:
    """GET the root: links, templates, and the words the server knows."""
    names = call.read(lambda view: view.vocabulary)
    return call.answer(200, _root_json(call, names))


def _root_json(call: Call, names: Vocabulary) -> dict[str, Any]:
    from ..routes import templates

    dialect = call.dialect
    data: dict[str, Any] = {
        "links": {name: dialect.root + ("" if name == "self" else f"{name}/") for name in _LINKS},
        "templates": dict(templates(dialect)),
        "groups": list(names.groups),
        "pipelines": [pipeline.name for pipeline in names.pipelines],
        "searches": list(names.searches),
        "labels": [label.name for label in names.labels],
    }
    if not dialect.v2:
        data["em-groups"] = list(names.em_groups)
        data["wavebands"] = dict(names.wavebands)
        data["eel-statuses"] = dict(names.eel_statuses)
        data["obs-statuses"] = dict(names.obs_statuses)
    data["superevent-categories"] = dict(names.superevent_categories)
    data["signoff-types"] = dict(names.signoff_types)
    data["signoff-statuses"] = dict(names.signoff_statuses)
    if not dialect.v2:
        data["instruments"] = dict(names.instruments)
    data["voevent-types"] = dict(names.voevent_types)
    data["api-versions"] = list(API_VERSIONS)
    data["server-version"] = dialect.server_version
    data["API_VERSIONS"] = list(API_VERSIONS)
    if dialect.v2:
        data["api-default"] = API_DEFAULT
    return data


def user_info(call: Call) -> Response:
    """GET who is asking."""
    return call.answer(200, call.read(lambda view: users.user_info(view, call.caller)))


def tags(call: Call) -> Response:
    """GET every tag that the server knows."""

    def all_tags(view: View) -> dict[str, Any]:
        blessed = set(view.vocabulary.blessed)
        return {
            tag.name: {"displayName": tag.display_name, "blessed": tag.name in blessed}
            for tag in tag_service.existing(view)
        }

    return call.answer(200, {"tags": call.read(all_tags)})


def performance(call: Call) -> Response:
    """GET how the server has been doing: what this process has asked of the store so far."""
    users.require_insider(call.caller)
    totals: Counter[str] = Counter()
    by_status: dict[str, Counter[str]] = {}
    slow: Counter[str] = Counter()
    slower: Counter[str] = Counter()
    for one in call.app.calls:
        totals[one.method] += 1
        by_status.setdefault(one.method, Counter())[str(one.status)] += 1
        if one.seconds > 0.5:
            slower[one.method] += 1
        elif one.seconds > 0.3:
            slow[one.method] += 1

    return call.answer(
        200,
        {
            "summaries": {
                method: {"gt_500": slower[method] / n, "btw_300_500": slow[method] / n}
                for method, n in totals.items()
            },
            "current_time": server_text(call.view.now()),
            "totals_by_status": {method: dict(found) for method, found in by_status.items()},
            "totals_by_method": dict(totals),
        },
    )
