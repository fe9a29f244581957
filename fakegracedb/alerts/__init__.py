"""Alerts: what GraceDB tells the world of each change, folded from the journal of a store.

Nothing is written for them. The commits of the journal say which alerts there are; everybody who
reads them, whenever and in whatever process, gets the same ones in the same order.
"""

from __future__ import annotations

from .client import AlertClient
from .folding import Fold, Position
from .following import Follower
from .packets import Alert
from .subscriptions import Alerts, Failure, Subscription
from .topics import all_topics, topic_prefix

__all__ = [
    "Alert",
    "AlertClient",
    "Alerts",
    "Failure",
    "Fold",
    "Follower",
    "Position",
    "Subscription",
    "all_topics",
    "topic_prefix",
]
