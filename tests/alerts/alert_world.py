"""What the tests of alerts share: a store with clients at two bases, and all that is heard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fakegracedb import FakeGraceDb, Store, samples

HOST = "https://gracedb-test.example.org"
NOW = "2026-03-01 17:04:09.250000"


class World:
    """A store, its clients, and what was heard since the last look."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.client = FakeGraceDb(f"{HOST}/api/", store=self.store, waits="skip", clock=NOW)
        self.v1 = FakeGraceDb(f"{HOST}/api/v1/", store=self.store, waits="skip")
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.client.alerts.subscribe(self._hear)

    def _hear(self, topic: str, payload: str) -> None:
        self.heard.append((topic, json.loads(payload)))

    def told(self) -> list[tuple[str, str, str]]:
        """Give topic, type and id of what was heard, and forget it."""
        found = [(topic, one["alert_type"], one["uid"]) for topic, one in self.heard]
        self.heard.clear()
        return found

    def messages(self) -> list[dict[str, Any]]:
        """Give what was heard, each once, and forget it."""
        found: list[dict[str, Any]] = []
        for _, message in self.heard:
            if not found or found[-1] != message:
                found.append(message)
        self.heard.clear()
        return found

    def event(self, group: str = "CBC", search: str | None = "AllSky", **options: Any) -> str:
        content = samples.coinc_xml("1456419850.125", far=1e-9)
        made = self.client.create_event(
            group, "gstlal", "coinc.xml", filecontents=content, search=search, **options
        )
        self.heard.clear()
        return str(made.json()["graceid"])

    def grb(self) -> str:
        made = self.client.create_event(
            "External", "Fermi", "grb.xml", filecontents=samples.voevent(pipeline="Fermi"),
            search="GRB",
        )  # fmt: skip
        self.heard.clear()
        return str(made.json()["graceid"])

    def superevent(self, preferred: str | None = None, **options: Any) -> str:
        preferred = preferred or self.event()
        t_0 = 1456419850.125
        made = self.client.create_superevent(
            t_0 - 1, t_0, t_0 + 1, preferred, category="production", **options
        )
        self.heard.clear()
        return str(made.json()["superevent_id"])

    def close(self) -> None:
        for client in (self.client, self.v1):
            client.close()
