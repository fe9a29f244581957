"""The verb ``alerts send``: a message of one's own to those who listen to a store."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..arguments import add_verb, opened_store
from ..output import CommandError, say, say_json

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "send",
        _send,
        "send a message of one's own to those who listen",
        "Send a message of one's own to those who listen to a store: followers, listeners, relays. "
        "It has a number among the alerts and stands in the journal; nothing else changes.",
    )
    verb.add_argument("topic", metavar="TOPIC", help="without a prefix")
    verb.add_argument(
        "message",
        metavar="MESSAGE",
        nargs="+",
        help="JSON, @FILE with JSON, or KEY=VALUE …, where a value that is JSON is taken as that",
    )


def _send(arguments: argparse.Namespace) -> int:
    from ...alerts import Position
    from ...alerts.topics import check_topics
    from ...service.alerts import send

    message = _message(arguments.message)
    store = opened_store(arguments)
    check_topics(arguments.topic, store.vocabulary)
    send(store, arguments.topic, message)
    seq = store.read(Position.newest).seq
    if arguments.json:
        say_json({"seq": seq, "topic": arguments.topic})
    else:
        say(f"sent as alert {seq} to {arguments.topic}")
    return 0


def _message(words: list[str]) -> Any:
    import json

    if len(words) == 1 and "=" not in words[0].partition('"')[0].partition("{")[0]:
        text = words[0]
        if text.startswith("@"):
            with open(text[1:], encoding="utf-8") as stream:  # noqa: PTH123
                text = stream.read()
        try:
            return json.loads(text)
        except ValueError as error:
            raise CommandError(f"{words[0]} is neither JSON nor KEY=VALUE: {error}") from error
    message: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise CommandError(f"{word!r} is not KEY=VALUE")
        try:
            message[key] = json.loads(value)
        except ValueError:
            message[key] = value
    return message
