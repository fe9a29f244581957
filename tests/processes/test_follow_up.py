"""Code as users write it: a follow-up in one process and in two, a client in a thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import follow_up_loop
import pytest
from patience import PATIENCE, ending

import fakegracedb
from fakegracedb import FakeGraceDb, Store, samples

ROOT = Path(fakegracedb.__file__).parents[1]

client = FakeGraceDb("https://gracedb.example.org/api/")  # made at import, as much code has it


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "gracedb")
    store.clock.set("2024-05-17 16:53:30")
    return store


def hold_to_account(store: Store) -> None:
    """Look at what a follow-up has left."""
    assert store.check() == []
    with FakeGraceDb(store=store) as reader:
        (superevent,) = reader.superevents()
        name = superevent["superevent_id"]
        assert name == "S240517a"
        assert superevent["preferred_event"] == "G0002"
        assert superevent["far"] == min(follow_up_loop.FARS)
        assert superevent["gw_events"] == ["G0003", "G0002", "G0001"]
        assert set(superevent["pipeline_preferred_events"]) == set(follow_up_loop.PIPELINES)
        assert set(superevent["labels"]) == {"ADVOK", "EM_READY", "PASTRO_READY", "SKYMAP_READY"}
        entries = reader.logs(name).json()["log"]
        assert [entry["N"] for entry in entries] == list(range(1, len(entries) + 1))
        told = [entry["comment"] for entry in entries]
        for text in (
            "Added event: G0003",
            "Added label: ADVREQ",
            "Advocate signoff certified status as OK: 'the detectors were fine'; "
            "label ADVREQ removed and label ADVOK applied",
            "New notice",
            "Exposed to LV-EM observers and the general public.",
        ):
            assert told.count(text) == 1
        maps = [entry for entry in entries if entry["filename"] == "bayestar.multiorder.fits"]
        assert [entry["file_version"] for entry in maps] == [0, 1]
        assert maps[0]["tag_names"] == ["sky_loc", "lvem", "public"]
        newest = reader.files(name, "bayestar.multiorder.fits").read()
        assert newest == samples.skymap(ra=11.0, dec=-30.0)
        (notice,) = reader.notices(name).json()["notices"]
        assert (notice["notice_type"], notice["prob_bns"]) == ("PR", 0.9)
        for graceid in superevent["gw_events"]:
            assert reader.event(graceid).json()["superevent"] == name
        with reader.as_user(None) as public:
            assert public.superevent(name).json()["labels"] == superevent["labels"]
            shown = public.files(name).json()
            assert {"bayestar.multiorder.fits,1", "p_astro.json"} <= set(shown)
            assert notice["filename"] not in shown


def test_follow_up_in_one_process(store: Store) -> None:
    with FakeGraceDb(store=store) as manager, FakeGraceDb(store=store) as annotator:
        failed: list[BaseException] = []

        def work() -> None:
            try:
                follow_up_loop.annotate(annotator)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        name = follow_up_loop.manage(manager)
        thread.join(PATIENCE)
        assert not failed
        assert name == "S240517a"
    hold_to_account(store)


def test_follow_up_in_two_processes(store: Store) -> None:
    environment = {k: v for k, v in os.environ.items() if "GRACEDB" not in k}
    environment["PYTHONPATH"] = str(ROOT)
    processes = [
        subprocess.Popen(
            [sys.executable, follow_up_loop.__file__, role, str(store.path)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for role in ("annotator", "manager")
    ]
    with ending(processes[0]), ending(processes[1]):
        for process in processes:
            told, trouble = process.communicate(timeout=2 * PATIENCE)
            assert (told, trouble) == ("S240517a\n", "")
    hold_to_account(store)


def test_client_made_at_import_is_used_in_a_thread() -> None:
    answers: list[Any] = []

    def work() -> None:
        made = client.create_event(
            "Test", "gstlal", "coinc.xml", filecontents=samples.coinc_xml(str(follow_up_loop.T_0))
        )
        graceid = made.json()["graceid"]
        t_0 = follow_up_loop.T_0
        answers.append(client.create_superevent(t_0, t_0, t_0, graceid, category="test"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(PATIENCE)
    assert answers[0].status_code == 201
    name = answers[0].json()["superevent_id"]
    assert client.superevent(name).json() == answers[0].json()
