"""`gracedb_server`: the test's store over HTTP."""

from __future__ import annotations


def test_store_is_served_as_the_test_wants_it(suite) -> None:  # type: ignore[no-untyped-def]
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
    # who asks is a matter of the test, and not written into its store
    assert gracedb_store.settings["user"] != "ada"
    assert list(gracedb_store.users) == []

@pytest.mark.gracedb(groups="internal_users")
def test_groups_alone_are_those_of_the_default_user(gracedb_server, gracedb_samples):
    client = GraceDb(gracedb_server, force_noauth=True)
    assert client.event(create(client)).json()["submitter"] == "albert.einstein@ligo.org"
    with pytest.raises(HTTPError) as caught:
        coinc = gracedb_samples.coinc_xml("1456419850.125")
        client.create_event("CBC", "gstlal", "coinc.xml", filecontents=coinc)
    assert caught.value.status == 403
    client.close()
""").assert_outcomes(passed=2)
