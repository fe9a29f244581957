"""Writes or reads a file of 100 MB through the client, and tells what that took in memory and time.

Run as a program: what to do (write, read or stream), whether by the store or by an adapter that
does nothing, folder, file.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from fakegracedb import FakeGraceDb

MB = 2**20
STATUS = Path("/proc/self/status")
EVENT = "T0001"


def memory(what: str) -> float:
    """Give VmRSS, what the process has in memory, or VmHWM, the most it had [MB]."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise LookupError(what)


def forget_peak() -> None:
    """Let VmHWM begin anew, where the system allows it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


class Measured(HTTPAdapter):
    """An adapter about another one: it measures, or answers for large things in its place."""

    def __init__(self, inner: HTTPAdapter, file: Path | None) -> None:
        super().__init__(max_retries=inner.max_retries)
        self.inner = inner
        self.file = file  # which is answered without the store; None leaves all to the store
        self.peak = 0.0
        self.grown = 0.0

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        self.peak = max(self.peak, memory("VmHWM"))
        before = memory("VmRSS")
        forget_peak()
        if self.file is None:
            try:
                return self.inner.send(request, *args, **options)
            finally:
                self.grown = max(self.grown, memory("VmHWM") - before)
        raw: Any = BytesIO(b"{}") if request.method == "POST" else self.file.open("rb", buffering=0)
        response = urllib3.HTTPResponse(
            raw, status=201, preload_content=False, request_method=request.method
        )
        return self.build_response(request, response)


def main(what: str, by: str, folder: str, file: str) -> None:
    """Do it, and print the figures as JSON."""
    client = FakeGraceDb(store=folder)
    content = Path(file).read_bytes() if what == "write" else b""
    # whatever is imported or made at the first call is none of the large file's doing
    client.write_log(EVENT, "small", filename="small.bin", filecontents=b"small")
    assert client.files(EVENT, "small.bin").read() == b"small"
    adapter = Measured(client.get_adapter("https://"), Path(file) if by == "nothing" else None)
    client.mount("https://", adapter)
    before = memory("VmRSS")
    forget_peak()
    began = time.perf_counter()
    size = 0
    data = b""
    if what == "write":
        client.write_log(EVENT, "large", filename="large.bin", filecontents=content)
        size = len(content)
    elif what == "read":
        response = client.files(EVENT, "large.bin")
        data = response.read()
        size = len(data)
        response.close()
    else:
        response = client.files(EVENT, "large.bin")
        while data := response.read(MB):
            size += len(data)
    figures = {
        "seconds": time.perf_counter() - began,
        "bytes": size,
        "peak": max(adapter.peak, memory("VmHWM")) - before,
        "within": adapter.grown,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
