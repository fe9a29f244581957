"""A broker by its address as a place for alerts: what ``alerts relay --to kafka://…`` opens."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .alerts import hop_headers
from .forwarding import Forwarder
from .source import Entry
from .targets import ForwardingError

__all__ = ["KafkaSink"]

_SWITCH = {"true": True, "1": True, "false": False, "0": False}


class KafkaSink:
    """Sends messages to a broker, and returns from each when the broker has it.

    Parameters
    ----------
    url : str
        ``kafka://[USER:PASSWORD@]HOST:PORT[?OPTION=VALUE&…]``. Options are ``tls``, ``ca`` (a
        file), ``mechanism`` and ``create`` of `Forwarder`; those with a dot in their name are
        librdkafka's.

    live : bool
        Whether real servers, and topics with their prefixes elsewhere, are meant: else they are
        refused.
    topics : iterable of str
        Topics that are meant, as far as they are known.

    Raises
    ------
    ForwardingError
        If that is no address, or one that is refused.
    """

    def __init__(self, url: str, *, live: bool = False, topics: Iterable[str] = ()) -> None:
        parts = urlsplit(url)
        options, settings = _options(parts.query)
        if parts.username is not None:
            options["user"] = unquote(parts.username)
            options["password"] = unquote(parts.password or "")
        to = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._forwarder = Forwarder(to, options=settings, live=live, topics=topics, **options)

    def prepare(self, topics: Iterable[str]) -> None:
        """Have topics on the broker, for who listens before the first message comes.

        Raises
        ------
        ForwardingError
            If it cannot be reached or does not make them, or somebody could take them for real.
        """
        self._forwarder.prepare(topics)

    def send(self, topic: str, key: str, value: bytes, form: str | None = "json") -> None:
        """Send a message, as hop does with `form` or without it; a missing topic is made.

        Raises
        ------
        ForwardingError
            If the broker has not taken it.
        """
        headers = [] if form is None else hop_headers(uuid.uuid4(), form)
        self._forwarder.send([Entry(1, topic, value, key.encode(), time.time(), headers)])

    def __str__(self) -> str:
        return str(self._forwarder)

    def close(self) -> None:
        """Nothing is left to do: every message has arrived."""


def _options(query: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the options for a forwarder, and those for librdkafka."""
    options: dict[str, Any] = {}
    settings: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if "." in name:
            settings[name] = value
        elif name in ("ca", "mechanism"):
            options[name] = value
        elif name in ("tls", "create") and value.lower() in _SWITCH:
            options[name] = _SWITCH[value.lower()]
        else:
            raise ForwardingError(
                f"{name}={value} is no option of a broker: tls and create (true or false), ca, "
                "mechanism, or a setting of librdkafka with a dot in its name"
            )
    return options, settings
