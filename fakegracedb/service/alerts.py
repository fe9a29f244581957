"""What a call has to tell those who listen: it is committed with the change itself.

Only what cannot be read off the documents later is kept: which alerts, in which order, and what is
gone afterwards. The alerts are made of it by whoever wants them (`fakegracedb.alerts`).
"""

from __future__ import annotations

from typing import Any

from ..documents import Event, Superevent
from ..store import Store, Transaction
from ..store.layout import event_folder, superevent_folder
from .access import ROOT, Caller

__all__ = ["VERBATIM", "send", "tell"]

VERBATIM = "verbatim"  # in the place of a type: a message of somebody's own, and its topic


def tell(
    tx: Transaction, caller: Caller, kind: str, about: Event | Superevent, what: Any = None
) -> None:
    """Have an alert sent when the transaction is committed, after those told before.

    Parameters
    ----------
    kind : str
        Its `alert_type`.
    about : Event or Superevent
        Whose alert it is; what counts is how it is stored when the transaction ends.
    what : str, int or dict, optional
        The name of the label, the instrument of the signoff, the number of the log entry and so on;
        the JSON of what is gone. Nothing where the alert is about the whole object.
    """
    if isinstance(about, Event):
        folder = event_folder(about.graceid)
    else:
        folder = superevent_folder(about.superevent_id)
    tx.announce(caller.root, caller.line, [kind, folder] if what is None else [kind, folder, what])


def send(store: Store, topic: str, message: Any) -> None:
    """Send a message that tells of no change to all who listen on a topic.

    Parameters
    ----------
    topic : str
        One of those that there are, without a prefix.
    message : JSON
        The packet.
    """
    with store.transaction("alerts send") as tx:
        tx.announce(ROOT, tx.settings.server_version, [VERBATIM, topic, message])
