"""A broker that speaks Kafka's protocol, and what passes messages on to other ones.

`Broker` is a test double for the clients of real brokers: a single node on this machine, with one
partition a topic. It makes no claim to be anything else.
"""

from .alerts import AlertSource
from .broker import Broker, BrokerError
from .forwarding import Forwarder
from .source import Entry, Source
from .supervisor import Supervisor
from .targets import ForwardingError

__all__ = [
    "AlertSource",
    "Broker",
    "BrokerError",
    "Entry",
    "Forwarder",
    "ForwardingError",
    "Source",
    "Supervisor",
]
