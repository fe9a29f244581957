"""The rules of public alerts against those of the field's own package, where that is installed."""

import copy
import io
import json
import re
from importlib import metadata

import jsonschema
import pytest
from public_alerts import ALERT, places

from fakegracedb.notices.avro import avro_bytes, avro_schema
from fakegracedb.schemas import gwalert

try:
    PACKAGE = metadata.distribution("igwn-gwalert-schema")
except metadata.PackageNotFoundError:
    pytest.skip("no package igwn-gwalert-schema", allow_module_level=True)

VALUES = [
    *(None, True, 1, 1.0, 1.5, "x", "INITIAL", [], {}, [1], ["x"], {"a": 1}, {"a": "x"}),
    {"bin_edges": [], "probabilities": []},
]


def variants():
    """Give the alert without each of its parts, with something more, and with other values."""
    for *before, last in filter(None, places(ALERT)):
        for change in ("out", "more", *VALUES):
            alert = inner = copy.deepcopy(ALERT)
            for key in before:
                inner = inner[key]
            if change == "out":
                del inner[last]
            elif change != "more":
                inner[last] = change
            elif isinstance(inner, dict):
                inner["more"] = 1
            yield alert


newest = pytest.mark.skipif(PACKAGE.version.split(".")[:2] != ["1", "3"], reason="another version")


@newest
def test_same_alerts_are_good():
    (path,) = (path for path in PACKAGE.files or () if path.name.endswith(".schema.json"))
    theirs = jsonschema.Draft202012Validator(json.loads(path.read_text()))
    found = {True: 0, False: 0}
    for alert in variants():
        good = theirs.is_valid(alert)
        assert (gwalert.problem(alert) is None) == good, alert
        found[good] += 1
    assert min(found.values()) > 50


def bare(schema):
    """Give a schema in Avro without what only people read; all names lie in one namespace."""
    if isinstance(schema, dict):
        kept = {key: value for key, value in schema.items() if key not in ("doc", "namespace")}
        return {key: value if key == "default" else bare(value) for key, value in kept.items()}
    return [bare(one) for one in schema] if isinstance(schema, list) else schema


@newest
def test_our_avro_schema_is_theirs():
    (path,) = (path for path in PACKAGE.files or () if path.name.endswith(".avsc"))
    text = path.read_text()
    theirs, ours = json.loads(text), avro_schema("1.3")
    assert bare(ours) == bare(theirs)
    assert set(re.findall(r'"namespace": "(.*?)"', text)) == {ours["namespace"]}


@newest
def test_their_readers_read_our_notices():
    fastavro = pytest.importorskip("fastavro")
    (path,) = (path for path in PACKAGE.files or () if path.name.endswith(".avsc"))
    record = copy.deepcopy(ALERT)
    record["event"]["skymap"] = record["external_coinc"]["combined_skymap"] = b"SIMPLE"
    file = io.BytesIO(avro_bytes(record, "1.3"))
    [read] = fastavro.reader(file, fastavro.parse_schema(json.loads(path.read_text())))
    assert read == record
