"""Brokers by their addresses, and which of them messages must not be passed on to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from ..errors import FakeGraceDbError
from ..services import is_loopback

__all__ = ["ForwardingError", "LiveError", "addresses", "check_harmless"]

_LIVE_HOSTS = ("scimma.org", "gcn.nasa.gov")
# what stands before the dot in the names of topics that people act on
_LIVE_GROUPS = frozenset({"gracedb", "gracedb-playground", "gracedb-test", "igwn", "gcn"})
_EXPLICITLY = "say so (live=True, --yes-live of `alerts relay` and `replay`)"
_PORT = 9092


class ForwardingError(FakeGraceDbError):
    """A broker cannot be reached, refuses something, or must not be written to."""


class LiveError(ForwardingError):
    """What is sent there could be taken for real alerts.

    Attributes
    ----------
    plain : str
        The message for whoever has no means to say that it is meant.
    """

    def __init__(self, reason: str, instead: str = "") -> None:
        otherwise = f"{instead}, or " if instead else ""
        super().__init__(f"{reason}: {otherwise}{_EXPLICITLY} if that is meant")
        self.plain = f"{reason}: {instead or 'nothing is sent there'}"


def check_harmless(address: str, topics: Iterable[str]) -> None:
    """Refuse what could be taken for real alerts.

    Parameters
    ----------
    address : str
        ``host:port`` of the broker.
    topics : iterable of str
        The topics that are to be written to.

    Raises
    ------
    LiveError
        For a broker that serves real alerts, and on any broker that is not on this machine for
        topics with the prefix of a real server.
    """
    host = (urlsplit(f"//{address}").hostname or "").rstrip(".").lower()
    if any(host == live or host.endswith(f".{live}") for live in _LIVE_HOSTS):
        raise LiveError(f"{host} serves real alerts")
    if is_loopback(host):
        return
    live = sorted({topic.partition(".")[0] for topic in topics} & _LIVE_GROUPS)
    if live:
        raise LiveError(
            f"topics of {', '.join(live)} on {host} could be taken for real alerts",
            "use another prefix",
        )


def addresses(to: str) -> list[str]:
    """Give the addresses of brokers, each ``host:port``.

    Raises
    ------
    ForwardingError
        If it is no such text.
    """
    scheme, separator, rest = to.partition("://")
    if separator and scheme.lower() != "kafka":
        raise ForwardingError(f"{to!r} is no address of a broker: kafka://HOST:PORT")
    found = []
    for one in (rest if separator else to).rstrip("/").split(","):
        try:
            parts = urlsplit(f"//{one.strip()}")
            port = parts.port or _PORT
        except ValueError:
            parts = None
        if parts is None or not parts.hostname or parts.path or parts.username or parts.query:
            raise ForwardingError(
                f"{to!r} is no address of a broker: kafka://HOST:PORT, without topic and user"
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        found.append(f"{host}:{port}")
    return found
