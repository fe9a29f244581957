"""`gracedb_broker`: the alerts of the test's store by Kafka's protocol."""

from __future__ import annotations

import pytest


def test_the_alerts_of_the_store_are_on_their_topics(suite) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("confluent_kafka")
    suite("""
import json
from confluent_kafka import Consumer

def test_it(gracedb_broker, fake_gracedb, gracedb_samples):
    consumer = Consumer({
        "bootstrap.servers": gracedb_broker.address,
        "group.id": "x",
        "auto.offset.reset": "earliest",
    })
    consumer.subscribe(["gracedb.cbc_gstlal"])
    content = gracedb_samples.coinc_xml("1456419850.125")
    fake_gracedb.create_event("CBC", "gstlal", "c.xml", filecontents=content)
    message = consumer.poll(10)
    consumer.close()
    told = json.loads(json.loads(message.value()))
    assert (told["uid"], told["alert_type"]) == ("G0001", "new")
""").assert_outcomes(passed=1)
