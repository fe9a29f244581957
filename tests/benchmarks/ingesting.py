"""How quick event files of every pipeline are read, alone and as uploads."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from xml.parsers import expat

from measuring import fresh, medians, report

from fakegracedb import ingest, samples
from fakegracedb.samples.spectra import noise

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from event_files import EVENT_FILES

__all__ = ["ingesting"]

_UPLOADS = 1000
_SIZE = 850_000  # bytes


def large_coinc() -> bytes:
    """Make a coincidence with SNR and noise curves, about as large as pipelines write them."""
    curves = {ifo: [noise(ifo, float(f)) for f in range(12_225)] for ifo in ("H1", "L1")}
    content = samples.coinc_xml(ra=10.0, dec=20.0, ifos="H1,L1", snr_series=True, psd=curves)
    assert abs(len(content) - _SIZE) < _SIZE / 50, len(content)
    return content


def ingesting() -> None:
    """A large coincidence beside expat's own pass over it, and uploads of all pipelines."""
    content = large_coinc()
    upload = ingest.Upload("coinc.xml", content, "gstlal", "CBC", "AllSky")
    read = ingest.read(upload)
    assert (read.failure, read.values["instruments"]) == (None, "H1,L1")

    def expat_alone() -> None:
        expat.ParserCreate().Parse(content, True)

    ours, least = medians(300, lambda: ingest.read(upload), expat_alone)
    print(f"        a coinc file of {len(content) / 1e3:.0f} kB: {ours * 1e3:.2f} ms, "
          f"expat {least * 1e3:.2f}")  # fmt: skip
    report("a large coinc file / expat alone", ours / least, 3.0)

    uploads = [file.upload() for file in EVENT_FILES]
    with ExitStack() as stack:
        client = fresh(stack)
        began = time.perf_counter()
        for number in range(_UPLOADS):
            assert client.create_event(**uploads[number % len(uploads)]).json()["warnings"] == []
        taken = time.perf_counter() - began
        print(f"        {_UPLOADS / taken * 60:.0f} uploads a minute")
        report(f"{_UPLOADS:,} uploads of all pipelines", taken, 60.0, "s")
        assert client.store.check() == []
