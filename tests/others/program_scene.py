"""What programs find: two candidates, a burst of gamma rays, and a superevent."""

from __future__ import annotations

from pathlib import Path

from fakegracedb import FakeGraceDb, samples

URL = "https://gracedb-playground.ligo.org/api/"
T_0 = 1456419850.125


class Scene:
    """A server with a few objects.

    Attributes
    ----------
    client : FakeGraceDb
        At a v2 base.
    gstlal, pycbc, burst : str
        Graceids of the events.
    sid : str
        The superevent, of the first two.
    """

    def __init__(self, folder: Path) -> None:
        self.client = FakeGraceDb(URL, store=folder, api_version="v2", waits="skip")
        self.client.clock = "2026-03-01 17:04:30"
        self.gstlal = self._candidate("gstlal", T_0, far=1e-9)
        self.pycbc = self._candidate("pycbc", T_0 + 0.1, far=1e-8)
        self.burst: str = self.client.create_event(
            "External",
            "Fermi",
            "initial.data",
            filecontents=samples.voevent(T_0 - 2, pipeline="Fermi", trigger_id=12345),
            search="GRB",
        ).json()["graceid"]
        made = self.client.create_superevent(
            T_0 - 1, T_0, T_0 + 1, self.gstlal, category="production", events=[self.pycbc]
        )
        self.sid: str = made.json()["superevent_id"]
        self.client.write_log(
            self.sid, "p", "p_astro.json", samples.p_astro(), tag_name=["p_astro", "public"]
        )

    def _candidate(self, pipeline: str, when: float, far: float) -> str:
        contents = samples.coinc_xml(when, far=far)
        made = self.client.create_event(
            "CBC", pipeline, "coinc.xml", filecontents=contents, search="AllSky"
        )
        return str(made.json()["graceid"])

    def entry_of(self, suffix: str) -> int:
        """Give the number of the superevent's entry whose file's name ends so."""
        log = self.client.logs(self.sid).json()["log"]
        (number,) = (entry["N"] for entry in log if entry["filename"].endswith(suffix))
        return int(number)
