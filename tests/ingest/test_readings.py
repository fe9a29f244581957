"""What a reading does to an event's attributes, and which reader each pipeline has."""

import pytest
from uploads import read

from fakegracedb import ingest
from fakegracedb.ingest import Reading, failed, reader_for, register_reader
from fakegracedb.ingest.cwb import read_cwb
from fakegracedb.ingest.grb import read_grb
from fakegracedb.ingest.injection import read_injection
from fakegracedb.ingest.mly import read_mly
from fakegracedb.ingest.olib import read_olib
from fakegracedb.vocabulary import DEFAULT

READERS = {
    **dict.fromkeys(["CWB", "CWB2G"], read_cwb),
    **dict.fromkeys(
        ["Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS", "IceCube"], read_grb
    ),
    **dict.fromkeys(["MLy", "aframe", "GWAK"], read_mly),
    "HardwareInjection": read_injection,
    "oLIB": read_olib,
}


@pytest.mark.parametrize("pipeline", READERS)
def test_reader_of_each_pipeline(pipeline):
    assert reader_for(pipeline) is READERS[pipeline]


def test_pipelines_with_attributes_have_a_reader_and_others_have_none():
    for pipeline in DEFAULT.pipelines:
        has_reader = reader_for(pipeline.name) is not None
        assert has_reader == (pipeline.extra_attributes_key is not None), pipeline.name


def test_a_registered_reader_takes_the_place_of_a_known_one(monkeypatch):
    monkeypatch.setattr(ingest, "_readers", dict(ingest._readers))
    register_reader("Fermi", lambda upload: Reading(values={"far": 1.0}))
    assert read("x", "Fermi").values == {"far": 1.0}
    assert read("x", "Swift").failure is not None


def test_members_that_are_not_concerned_stay():
    extra = {"GRB": {"ra": 1.0}, "Other": [1]}
    assert Reading().merged(extra) == extra
    assert Reading(attributes={"New": {}}).merged(extra) == {**extra, "New": {}}


def test_attributes_replace_a_member_whole():
    reading = Reading(attributes={"GRB": {"dec": 2.0}})
    assert reading.merged({"GRB": {"ra": 1.0}}) == {"GRB": {"dec": 2.0}}


def test_updates_change_the_keys_that_they_name():
    reading = Reading(updates={"GRB": {"dec": 2.0, "T90": None, "ra": 3.0, "far": None}})
    stored = {"GRB": {"ra": 1.0, "T90": 5.0, "redshift": 0.5}}
    assert reading.merged(stored) == {"GRB": {"ra": 3.0, "redshift": 0.5, "dec": 2.0}}
    assert stored == {"GRB": {"ra": 1.0, "T90": 5.0, "redshift": 0.5}}
    assert reading.merged({}) == {"GRB": {"dec": 2.0, "ra": 3.0}}


def test_updates_come_after_attributes():
    reading = Reading(attributes={"GRB": {"ra": 1.0}}, updates={"GRB": {"dec": 2.0}})
    assert reading.merged({"GRB": {"T90": 1.0}}) == {"GRB": {"ra": 1.0, "dec": 2.0}}


def test_texts_of_failures_are_cut():
    assert failed(ValueError("x" * 10_000)) == Reading(failure="x" * 2000, fatal=True)
    assert failed(KeyError("instruments")).failure == "'instruments'"
