"""The registry of readers, and the bounds of what a reader's caller can see."""

import subprocess
import sys

import coincs
import pytest

from fakegracedb import ingest
from fakegracedb.ingest import Reading, coinc, read, reader_for, register_reader


@pytest.fixture
def readers(monkeypatch):
    """The registry, put back after the test."""
    monkeypatch.setattr(ingest, "_readers", dict(ingest._readers))


@pytest.mark.parametrize("pipeline", ["gstlal", "spiir", "pycbc", "PyGRB", "SGNL"])
def test_coincidence_pipelines_have_one_reader(pipeline):
    assert reader_for(pipeline) is coinc.read_coinc


@pytest.mark.parametrize("pipeline", ["MBTA", "MBTAOnline"])
def test_mbta_has_its_own(pipeline):
    assert reader_for(pipeline) is coinc.read_mbta


@pytest.mark.parametrize("pipeline", ["X", "Q", "Omega", "Ringdown", "offline", "unheard-of"])
def test_files_of_other_pipelines_are_stored_unread(pipeline):
    assert reader_for(pipeline) is None
    assert read(coincs.upload(coincs.coinc(), pipeline=pipeline)) == Reading()


def test_a_reader_can_be_registered(readers):
    register_reader("mine", lambda upload: Reading(values={"far": float(len(upload.content))}))
    assert read(coincs.upload(b"1234", pipeline="mine")).values == {"far": 4.0}
    assert read(coincs.upload(b"1234", pipeline="yours")) == Reading()


def test_a_registered_reader_takes_the_place_of_the_old_one(readers):
    register_reader("gstlal", lambda upload: Reading(warnings=[upload.filename]))
    assert read(coincs.upload(coincs.coinc(), "a.xml")).warnings == ["a.xml"]


@pytest.mark.parametrize("error", [ValueError("why"), RecursionError("why"), KeyError("why")])
def test_what_a_reader_raises_is_a_failure(readers, error):
    def broken(upload):
        raise error

    register_reader("broken", broken)
    reading = read(coincs.upload(b"x", pipeline="broken"))
    assert reading == Reading(failure=str(error), fatal=True)


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_what_is_not_the_files_fault_passes(readers, monkeypatch, error):
    def broken(*args):
        raise error

    register_reader("broken", broken)
    with pytest.raises(error):
        read(coincs.upload(b"x", pipeline="broken"))
    monkeypatch.setattr(coinc, "read_tables", broken)
    with pytest.raises(error):
        read(coincs.upload(b"x"))


def test_import_is_light():
    program = (
        "import sys; before = set(sys.modules); import fakegracedb.ingest; "
        "new = set(sys.modules) - before; heavy = {'lzma', 'bz2', 'zlib', 'pyexpat'}; "
        "print(*[name for name in new if name in heavy or name.startswith('fakegracedb.ingest')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["fakegracedb.ingest"]
