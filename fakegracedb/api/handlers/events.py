"""Events: the list, creation, detail, replacement, neighbours."""

from __future__ import annotations

from typing import Any

from ...documents import Event
from ...errors import ApiError, NotFaked
from ...render.events import event_json, neighbors_json
from ...render.lists import events_tsv, page_json
from ...service import events, grb, search
from ...service.uploads import Upload
from ...store import View
from ...store.layout import event_document
from ..call import Call
from ..forms import Form
from ..message import Response
from ..queries import Source, in_url

__all__ = [
    "create",
    "detail",
    "event_upload",
    "listing",
    "neighbors",
    "page",
    "rendered",
    "replace_data",
    "update_grb",
    "wanted_labels",
]

_CHANNELS = ("source_channel", "destination_channel")
_TYPES = {
    "application/json": "json",
    "application/xml": "xml",
    "text/html": "api",
    "text/tab-separated-values": "tsv",
    "text/xml": "xml",
}


def rendered(call: Call, view: View, event: Event) -> dict[str, Any]:
    """Give an event as a call answers it."""
    return event_json(event, view.vocabulary, call.dialect, internal=call.caller.internal)


def _encoded(call: Call, view: View, event: Event) -> bytes:
    """Give the text of an event as a call answers it."""
    # what was rendered holds as long as the document and the names do
    memo = view.memo(event_document(event.graceid))
    key = (call.dialect, call.caller.internal, view.vocabulary)
    text: bytes | None = memo.get(key)
    if text is None:
        text = memo[key] = call.dialect.encode(rendered(call, view, event))
    return text


def _format(call: Call, *offered: str) -> str:
    """Give the format that is asked for: the parameter comes before the Accept header.

    Raises
    ------
    ApiError
        400 for LIGO_LW, which the server renders no more; 404 for a format that there is not.
    NotFaked
        For the pages that people browse.
    """
    asked = call.query.get("format") if call.query_text else None
    if asked is None:
        accept = call.request.headers.get("Accept", "")
        kinds = (kind.partition(";")[0].strip() for kind in accept.split(","))
        known = (_TYPES[kind] for kind in kinds if kind in _TYPES)
        asked = next((one for one in known if one in (*offered, "xml", "api")), offered[0])
    if asked == "xml":
        raise ApiError(
            400,
            "ligolw-xml rendering has been disabled: "
            "download the file coinc.xml of each event instead.",
            plain=True,
        )
    if asked == "api":
        raise NotFaked("events as pages to browse (format=api) are not faked")
    if asked not in offered:
        raise ApiError(404, {"detail": "Not found."})
    return str(asked)


def listing(call: Call) -> Response:
    """GET a page of the list."""
    return page(call, in_url)


def page(call: Call, source: Source) -> Response:
    """Answer a page of the events that a query finds.

    Parameters
    ----------
    source : callable
        Takes the query out of the call.
    """
    if _format(call, "json", "tsv") == "json":
        return call.encoded(200, _page(call, source, table=False))
    status = 200
    try:
        text = _page(call, source, table=True)
    except ApiError as error:
        if not isinstance(error.body, dict) or "error" not in error.body:
            raise
        status, text = error.status, str(error.body["error"]).encode()
    return call.encoded(status, text, Content_Type="text/tab-separated-values; charset=utf-8")


def _page(call: Call, source: Source, *, table: bool) -> bytes:
    """Give the text of a page, as JSON or with values separated by tabs."""
    settings = call.read(lambda view: view.vocabulary).settings
    start, count = call.page(
        settings.event_pagination_default_limit, settings.event_pagination_max_limit
    )
    asked = source(call, "event")
    sort = call.query.get("sort") or ""

    def found(view: View) -> bytes:
        about = (view, call.store.index, call.caller)
        if asked.tree is None:
            events = search.events(*about, asked.text, sort, start, count)
        else:
            events = search.events_of_node(*about, asked.tree, sort, start, count)
        if table:
            return events_tsv([rendered(call, view, event) for event in events.rows])
        data = page_json(
            "events",
            [],
            events.total,
            url=asked.url,
            base=call.dialect.url("events/"),
            parameters=asked.parameters,
            start=start,
            count=count,
        )
        rows = [_encoded(call, view, event) for event in events.rows]
        return call.dialect.encode_with("events", rows, data)

    return call.read(found)


def create(call: Call) -> Response:
    """POST an event file."""
    form = call.multipart()
    new = events.NewEvent(
        group=form.get("group"),
        pipeline=form.get("pipeline"),
        search=form.get("search"),
        labels=wanted_labels(form),
        offline=(form.get("offline") or "false").lower() != "false",
        upload=event_upload(form),
        # the older line knows no replay ids, and ignores them
        replay_id=(form.get("replay_id") or None) if call.dialect.new else None,
        content_id=form.get("content_id") if call.dialect.v2 else None,
        fields=_injection_fields(call, form),
    )
    event, warnings = events.create(call.store, call.caller, new).kept()
    data = call.read(lambda view: rendered(call, view, event))
    return call.answer(201, {**data, "warnings": warnings}, Location=data["links"]["self"])


def _injection_fields(call: Call, form: Form) -> dict[str, str]:
    """Give what is sent beside the file of a hardware injection; v1 knows an older name too."""
    fields = {name: form.get(name) for name in _CHANNELS if name in form}
    for name in ("instruments",) if call.dialect.v2 else ("instrument", "instruments"):
        if name in form:
            fields["instruments"] = form.get(name)
            break
    return fields


def event_upload(form: Form) -> Upload | None:
    """Give the event file in a form, None if there is none."""
    file = form.file("eventFile")
    return None if file is None else Upload(file.filename, file.data)


def wanted_labels(form: Form) -> tuple[str, ...]:
    """Give the labels that are to be applied to a new event; an empty one counts as none."""
    return tuple(label for label in form.getlist("labels") if label)


def detail(call: Call) -> Response:
    """GET an event."""
    _format(call, "json")
    return call.encoded(
        200,
        _encoded(call, call.view, call.event),
        Cache_Control="no-cache, max-age=0, no-store, must-revalidate, private",
    )


def replace_data(call: Call) -> Response:
    """PUT another file in place of an event's data."""
    call.read(lambda view: events.replaceable(view, call.caller, call.graceid))
    upload = event_upload(call.multipart())
    events.replace_data(call.store, call.caller, call.graceid, upload).kept()
    return call.nothing(202)


def update_grb(call: Call) -> Response:
    """PATCH what follow-up has found out about a gamma-ray burst."""
    wanted = {name: call.form.get(name) for name in grb.PARAMETERS if name in call.form}
    event = grb.update(call.store, call.caller, call.graceid, wanted)
    return call.answer(200, call.read(lambda view: rendered(call, view, event)))


def neighbors(call: Call) -> Response:
    """GET the events near an event."""

    def found(view: View) -> bytes:
        window = _window(call.query.get("neighborhood"), view)
        event, rows = search.neighbors(view, call.store.index, call.caller, call.graceid, *window)
        shown = [rendered(call, view, row) for row in rows]
        return call.dialect.encode(neighbors_json(event, shown, window, call.url, call.dialect))

    return call.encoded(200, call.read(found))


def _window(text: str | None, view: View) -> tuple[int, int]:
    """Give the ends of a neighbourhood: ``A,B``, or ``N``, which the server takes for ``N,N``."""
    if text is None:
        return view.vocabulary.settings.event_neighborhood_default
    try:
        ends = [int(end) for end in text.split(",")]
        if len(ends) > 2:
            raise ValueError(text)
    except ValueError:
        raise ApiError(
            400, {"error": f"neighborhood must be one or two integers, not {text!r}"}
        ) from None
    return ends[0], ends[-1]
