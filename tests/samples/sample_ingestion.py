"""What ingestion makes of a file that a builder gave."""

from fakegracedb import ingest
from fakegracedb.documents import attributes
from fakegracedb.vocabulary import DEFAULT


def ingested(content, pipeline, name="initial.xml", **fields):
    """Read a file, to which the reader must have no objection."""
    reading = ingest.read(ingest.Upload(name, content, pipeline, "Test", None, fields))
    assert (reading.warnings, reading.failure, reading.refusal) == ([], None, None)
    assert reading.unsaved == {}
    return reading


def answered(content, pipeline, **fields):
    """The values of a new event with this file, and its one member as it is answered."""
    reading = ingested(content, pipeline, **fields)
    new = attributes.empty(DEFAULT.pipeline(pipeline).extra_attributes_key)
    (member,) = attributes.shown(reading.merged(new)).values()
    return reading.values, member
