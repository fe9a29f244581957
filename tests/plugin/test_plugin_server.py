"""`gracedb_server`: the test's store over HTTP."""

from __future__ import annotations

import pytest


def test_store_is_served_as_the_test_wants_it(suite) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("fakegracedb.server")
    suite("""
import requests

@pytest.mark.gracedb(user="ada", groups=["internal_users"], server_version="2.33", seed=seed)
def test_it(gracedb_server, gracedb_store, fake_gracedb):
    with requests.Session() as session:
        session.trust_env = False
        root = session.get(gracedb_server).json()
        assert root["server-version"] == "2.33.1"
        assert root["links"]["events"] == f"{gracedb_server}events/"
        fields = {"group": "Test", "pipeline": "gstlal"}
        made = session.post(
            root["links"]["events"], data=fields, files={"eventFile": ("a.xml", b"<LIGO_LW/>")}
        )
        assert made.json()["submitter"] == "ada"
        refused = session.post(
            root["links"]["events"],
            data={**fields, "group": "CBC"},
            files={"eventFile": ("a.xml", b"<LIGO_LW/>")},
        )
        assert refused.status_code == 403
    assert list(gracedb_store.events) == ["T0001", "T0002"]
    assert fake_gracedb.event("T0002").json()["submitter"] == "ada"
""").assert_outcomes(passed=1)
