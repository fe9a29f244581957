"""Alerts in a fake file system."""

from __future__ import annotations

import json
from typing import Any

from fakegracedb import FakeGraceDb, samples
from fakegracedb.alerts import Follower


def test_alerts_are_told_and_folded_in_a_fake_file_system(fs: Any) -> None:
    heard: list[str] = []
    content = samples.coinc_xml("1456419850.125")
    with FakeGraceDb(store="/alerts") as client:
        client.alerts.subscribe(lambda topic, payload: heard.append(json.loads(payload)["uid"]))
        made = client.create_event("Test", "gstlal", "c.xml", filecontents=content)
        client.write_log("T0001", "hello")
        assert made.json()["graceid"] == "T0001"
        assert heard == ["T0001", "T0001"]
        assert [one.seq for one in Follower(client.store, 0).read()] == [1, 2]
        assert client.alerts.failures == []
