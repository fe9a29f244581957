"""A server that is asked nonsense: always an answer, nothing outside the store, and nothing broken.

``HOSTILE_REQUESTS=100000`` asks more, ``HOSTILE_SEED=…`` asks otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fakegracedb

ROOT = str(Path(fakegracedb.__file__).parents[1])
COUNT = int(os.environ.get("HOSTILE_REQUESTS", "2000"))
SEED = os.environ.get("HOSTILE_SEED", "20260301")
MOST = 200  # MB


def test_hostile_requests_get_answers_and_leave_a_good_store(tmp_path: Path) -> None:
    environment = {name: os.environ[name] for name in os.environ if "FAKEGRACEDB" not in name}
    program = Path(__file__).with_name("hostile_run.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", program, tmp_path, str(COUNT), SEED],
        env={**environment, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        timeout=120 + COUNT / 20,
        check=False,
    )
    # the number of the request is on stderr, and so is what was left open without being closed
    assert not done.stderr, f"seed {SEED}\n{done.stderr[-20_000:]}"
    assert done.returncode == 0
    report = json.loads(done.stdout)
    print(report)
    assert report["requests"] == COUNT
    assert report["megabytes"] < MOST
    # it is no use to be refused at the door all the time
    assert report["statuses"]["200"] > COUNT / 5
    assert report["statuses"]["201"] > COUNT / 20
