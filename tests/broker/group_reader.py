"""A member of a consumer group, for a test to kill: it prints what it reads."""

from __future__ import annotations

import sys

import confluent_kafka


def main() -> None:
    address, session, *topics = sys.argv[1:]
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "g",
            "auto.offset.reset": "earliest",
            "session.timeout.ms": int(session),
            "heartbeat.interval.ms": 100,
            "enable.auto.commit": False,
            # the usual way gives the only partition of every topic to one and the same member
            "partition.assignment.strategy": "roundrobin",
        }
    )
    consumer.subscribe(topics)
    while True:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            # told before it is committed: killed in between, it is read again
            print(message.topic(), message.value().decode(), flush=True)
            consumer.commit(message, asynchronous=False)


if __name__ == "__main__":
    main()
