"""The columns of injections against the field's own library, where that is installed."""

import re
import warnings
from importlib.resources import files

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("lal")
    pytest.importorskip("igwn_ligolw.ligolw")
    from igwn_ligolw import lsctables
    from igwn_ligolw.utils import load_filename

from fakegracedb import ingest
from fakegracedb.ingest.injection import SIM_INSPIRAL

FILE = files("ligo.gracedb.test.integration") / "data" / "sim-inj.xml"


def test_columns_and_types_are_those_of_the_field():
    known = {
        name.rpartition(":")[2]: kind
        for name, kind in lsctables.SimInspiralTable.validcolumns.items()
    }
    ids = {name for name, kind in known.items() if name.endswith("_id")}
    assert ids == SIM_INSPIRAL.ids
    assert {name: kind for name, kind in known.items() if name not in ids} == SIM_INSPIRAL.columns


@pytest.mark.filterwarnings("ignore")
def test_client_file_reads_the_same(tmp_path):
    content = FILE.read_bytes()
    reading = ingest.read(ingest.Upload("a.xml", content, "HardwareInjection", "Test", None))
    changes = reading.updates["SimInspiral"]
    # The library knows the ids of today only, under the names of their tables.
    content = content.replace(b"ilwd:char", b"int_8s")
    content = re.sub(rb'Name="\w+:process_id"', b'Name="process:process_id"', content)
    path = tmp_path / "sim-inj.xml"
    path.write_bytes(re.sub(rb'"\w+:\w+_id:\d+"', b"0", content))
    (row,) = lsctables.SimInspiralTable.get_table(load_filename(str(path)))
    assert {name: getattr(row, name) for name in changes} == changes
    assert set(changes) == set(SIM_INSPIRAL.columns)
