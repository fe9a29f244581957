"""Topics: where the alerts of an object go, and all that there are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from ..documents import Event, Superevent
from ..vocabulary import Vocabulary

__all__ = [
    "all_topics",
    "check_topics",
    "event_topics",
    "superevent_topic",
    "superevent_topics",
    "topic_prefix",
    "topics_of",
]

_OF_CATEGORY = {"P": "superevent", "M": "mdc_superevent", "T": "test_superevent"}
_SHOWN = 8  # topics in a message


def topics_of(about: Event | Superevent, names: Vocabulary) -> tuple[str, ...]:
    """Give the topics of an event or superevent.

    Notes
    -----
    The second one of an event with a search carries an identical copy; a real server sends that
    where it is switched on.
    """
    if isinstance(about, Superevent):
        return (_OF_CATEGORY.get(about.category, "superevent"),)
    return event_topics(about.group, about.pipeline, about.search, names)


def event_topics(
    group: str, pipeline: str, search: str | None, names: Vocabulary
) -> tuple[str, ...]:
    """Give the topics of an event, by what it is."""
    first = f"{group}_{pipeline}".lower()
    if search and names.settings.alert_search_topics:
        return first, f"{first}_{search}".lower()
    return (first,)


def superevent_topic(category: str) -> str:
    """Give the topic of a superevent, by the word for its category that the API answers."""
    return _OF_CATEGORY.get(category[:1], "superevent")


def superevent_topics() -> tuple[str, ...]:
    """Give the topics of superevents."""
    return tuple(_OF_CATEGORY.values())


@lru_cache(maxsize=16)
def all_topics(names: Vocabulary) -> tuple[str, ...]:
    """Give every topic that alerts can go to: brokers have them before the first listener comes."""
    topics = dict.fromkeys(superevent_topics())
    for group in names.groups:
        for pipeline in names.pipelines:
            first = f"{group}_{pipeline.name}".lower()
            topics[first] = None
            topics.update((f"{first}_{search}".lower(), None) for search in names.searches)
    return tuple(topics)


def check_topics(topics: str | Iterable[str] | None, names: Vocabulary) -> frozenset[str] | None:
    """Give the topics that somebody wants to listen to, None for all.

    Raises
    ------
    ValueError
        If there is no such topic; as with a real broker, waiting for it would be in vain.
    """
    if topics is None:
        return None
    wanted = (topics,) if isinstance(topics, str) else tuple(topics)
    if not wanted:
        raise ValueError("no topics are given; None listens to all of them")
    known = all_topics(names)
    for topic in wanted:
        if topic not in known:
            raise ValueError(f"there is no topic {topic!r}: {_alike(str(topic), known)}")
    return frozenset(wanted)


def _alike(topic: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    lower = topic.lower()
    if "." in lower and lower.partition(".")[2] in known:
        return f"topics are named without the server's prefix: {lower.partition('.')[2]}"
    near = get_close_matches(lower, known, _SHOWN) or list(known[:_SHOWN])
    return f"some of the {len(known)} topics are {', '.join(near)}"


def topic_prefix(root: str) -> str:
    """Give what stands before each topic on a broker: the first label of the server's name."""
    return (urlsplit(root).hostname or "gracedb").partition(".")[0]
