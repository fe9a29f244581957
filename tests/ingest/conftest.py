import coincs
import pytest

from fakegracedb import ingest


@pytest.fixture
def client_file():
    """Read one of the client's own test files, as an upload of a pipeline."""

    def read(name, pipeline, **kwargs):
        content = (coincs.CLIENT_DATA / name).read_bytes()
        return ingest.read(coincs.upload(content, name, pipeline, **kwargs))

    return read


@pytest.fixture
def read_coinc():
    """Read a document as an upload of gstlal."""

    def read(content, *args, **kwargs):
        return ingest.read(coincs.upload(content, *args, **kwargs))

    return read


@pytest.fixture
def refusal(read_coinc):
    """Read a document that cannot be read, and give the reader's message."""

    def message(content, *args, **kwargs):
        reading = read_coinc(content, *args, **kwargs)
        assert reading.failure == "cannot unpack non-iterable NoneType object"
        assert not reading.fatal
        assert (reading.values, reading.unsaved, reading.attributes) == ({}, {}, {})
        assert (reading.files, reading.warnings) == ([], [])
        (entry,) = reading.logs
        assert (entry.filename, entry.file_version) == ("", None)
        assert entry.comment.startswith("Could not read data (")
        assert entry.comment.endswith(")")
        return entry.comment[len("Could not read data (") : -1]

    return message
