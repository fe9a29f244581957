"""GCN's classic topics: the VOEvents of a store, as GCN passes them on over Kafka."""

from __future__ import annotations

from ..store import Store, View
from ..store.layout import event_folder, superevent_folder
from .packets import Alert

__all__ = ["classic_notice", "classic_topics"]

_TOPIC = "gcn.classic.voevent.LVC_"
_OF_TYPE = {
    "EW": "EARLY_WARNING",
    "PR": "PRELIMINARY",
    "IN": "INITIAL",
    "UP": "UPDATE",
    "RE": "RETRACTION",
}


def classic_topics() -> list[str]:
    """Give the topics, whole: they have no prefix of a server."""
    return [_TOPIC + name for name in _OF_TYPE.values()]


def classic_notice(store: Store, alert: Alert) -> tuple[str, bytes] | None:
    """Give the topic and the XML of the VOEvent that an alert tells of.

    None for any other alert, for a VOEvent that is internal, and for one whose file is gone.

    Notes
    -----
    Only the VOEvents among GCN's classic forms are made, not its texts and binary packets. The
    file goes out as GraceDB keeps it.
    """
    if alert.alert_type != "voevent":
        return None
    message = alert.message
    data, about = message["data"], message["object"]
    if data["internal"] or data["voevent_type"] not in _OF_TYPE:
        return None
    if "superevent_id" in about:
        folder = superevent_folder(about["superevent_id"])
    else:
        folder = event_folder(about["graceid"])

    def content(view: View) -> bytes | None:
        file = view.files(folder).get(data["filename"], data["file_version"])
        if file is None:
            return None
        try:
            stream, _ = view.open_file(folder, file)
        except FileNotFoundError:
            view.depend_on_all()  # it may just be moved with all others
            return None
        with stream:
            return stream.read()

    found = store.read(content)
    return None if found is None else (_TOPIC + _OF_TYPE[data["voevent_type"]], found)
