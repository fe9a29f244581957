"""README shows the server at work, and this is what it prints.

``REMAKE_README=1`` writes what is printed now into README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from served import environment, serving

from fakegracedb import FakeGraceDb

README = Path(__file__).parents[2] / "README.md"
SHOWN = re.compile(
    r"(?<=<!-- server commands -->\n\n```console\n)(.*?)(?=```\n\n<!-- end -->)", re.DOTALL
)
PORT = ":8000"


@pytest.mark.skipif(shutil.which("curl") is None, reason="README uses curl")
def test_readme_shows_what_the_server_answers(tmp_path: Path) -> None:
    found = SHOWN.search(README.read_text())
    assert found is not None
    first, *commands = re.findall(r"^\$ (.*)$", found[1], re.MULTILINE)
    store = tmp_path / "mystore"
    with FakeGraceDb(store=store) as client:
        client.create_event("CBC", "gstlal", "coinc.xml", filecontents=b"<LIGO_LW/>")
    with serving(store) as served:
        port = re.search(r":\d+", served.url)
        assert port is not None
        told = f"$ {first}\n{served.url.replace(port[0], PORT)}\n"
        assert first == "fakegracedb serve --store mystore --port 8000 &"
        for command in commands:
            done = subprocess.run(
                command.replace(PORT, port[0]),
                shell=True, cwd=tmp_path, env=environment(), capture_output=True, text=True,
                timeout=60, check=True,
            )  # fmt: skip
            answer = re.sub(r'("seconds": )[\d.e-]+', r"\g<1>0.001", done.stdout)
            answer = answer.replace(port[0], PORT)
            told += f"$ {command}\n{answer}"
            told += "" if told.endswith("\n") else "\n"
    if os.environ.get("REMAKE_README"):
        README.write_text(SHOWN.sub(lambda _: told, README.read_text()))
    assert told == found[1]
