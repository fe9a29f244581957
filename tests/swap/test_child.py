"""Child processes: the swap is carried in by the environment, and only where it is needed."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import fakegracedb
from fakegracedb import Store
from fakegracedb.child import environment

ROOT = str(Path(fakegracedb.__file__).parents[1])
UPLOAD = """
from ligo.gracedb.rest import GraceDb
event = GraceDb().create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()
print(event["graceid"], event["submitter"])
"""


@pytest.fixture
def base() -> dict[str, str]:
    """The environment to start from."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FAKEGRACEDB_")}
    return {**kept, "PYTHONPATH": ROOT}


def python(code: str, variables: dict[str, str], *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *flags, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env=variables,
    )


def upload(_: int) -> str:
    """What a worker does, which imports this module anew."""
    from ligo.gracedb.rest import GraceDb

    client = GraceDb(use_auth="x509")
    made = client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()
    return f"{made['graceid']} {os.getpid() == os.getppid()}"


def test_subprocess_and_its_own_subprocess_are_served(base: Any, tmp_path: Path) -> None:
    variables = environment(tmp_path / "store", user="ada", base=base)
    assert python(UPLOAD, variables).stdout == "T0001 ada\n"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {UPLOAD!r}])"
    assert python(nested, variables).stdout == "T0002 ada\n"
    assert list(Store(tmp_path / "store").events) == ["T0001", "T0002"]


@pytest.mark.parametrize(
    "imported",
    [
        "from ligo.gracedb.client import GraceDBClient",
        "from ligo.gracedb.rest import GraceDb",
        "import ligo.gracedb.cli.client",
        "import fakegracedb; fakegracedb.FakeGraceDb",
        "from fakegracedb import activate",
    ],
)
def test_order_of_imports_does_not_matter(base: Any, tmp_path: Path, imported: str) -> None:
    done = python(f"{imported}\n{UPLOAD}", environment(tmp_path / "store", base=base))
    assert (done.stdout, done.stderr) == ("T0001 albert.einstein@ligo.org\n", "")


def test_process_without_the_client_loads_nothing_of_ours(base: Any, tmp_path: Path) -> None:
    code = "import json, sys; print([m for m in sys.modules if m.startswith(('fake', 'ligo'))])"
    done = python(code, environment(tmp_path / "store", base=base))
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_inner_activation_of_a_child_wins(base: Any, tmp_path: Path) -> None:
    code = f"from fakegracedb import activate\nwith activate({str(tmp_path / 'inner')!r}):\n"
    code += "".join(f"    {line}\n" for line in UPLOAD.splitlines())
    done = python(code + UPLOAD, environment(tmp_path / "outer", user="ada", base=base))
    assert done.stdout.splitlines() == ["T0001 albert.einstein@ligo.org", "T0001 ada"]


def test_every_option_is_carried(base: Any, tmp_path: Path) -> None:
    variables = environment(
        tmp_path / "store",
        groups=("internal_users",),
        server_version="2.33",
        waits="skip",
        allow_network=True,
        base=base,
    )
    done = python(
        """
import ligo.gracedb.client
from fakegracedb.transport.swaps import current
swap = current()
print(swap.identity, swap.named, swap.application.server_version, swap.waits, swap.allow_network)
""",
        variables,
    )
    identity = "Identity(name='albert.einstein@ligo.org', groups=('internal_users',))"
    assert done.stdout == f"{identity} True 2.33 skip True\n"


def test_sitecustomize_that_was_there_runs_too(base: Any, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import sys, __main__\nSEEN = 'theirs'\nprint(__name__, __file__)\n"
    )
    base["PYTHONPATH"] = f"{tmp_path / 'site'}{os.pathsep}{ROOT}"
    variables = environment(tmp_path / "store", base=environment(tmp_path / "store", base=base))
    done = python(f"import sitecustomize; print(sitecustomize.SEEN)\n{UPLOAD}", variables)
    assert done.stdout.splitlines() == [
        f"sitecustomize {tmp_path / 'site' / 'sitecustomize.py'}",
        "theirs",
        "T0001 albert.einstein@ligo.org",
    ]


def test_sitecustomize_that_fails_is_told_and_does_not_stop_the_swap(
    base: Any, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise ValueError('theirs')\n")
    base["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    done = python(UPLOAD, environment(tmp_path / "store", base=base))
    assert done.stdout == "T0001 albert.einstein@ligo.org\n"
    assert "ValueError: theirs" in done.stderr


def test_python_without_the_fake_says_so_instead_of_asking_a_real_server(
    base: Any, tmp_path: Path
) -> None:
    hidden = "import sys; sys.modules['fakegracedb'] = None\nimport ligo.gracedb.rest"
    done = python(hidden, environment(tmp_path / "store", base=base))
    assert done.returncode == 1
    assert "has no fakegracedb: install it there too" in done.stderr


def test_folder_on_the_path_alone_does_nothing(base: Any, tmp_path: Path) -> None:
    variables = environment(tmp_path / "store", base=base)
    del variables["FAKEGRACEDB_SWAP"]
    code = "from ligo.gracedb.client import GraceDBClient; print('send' in vars(GraceDBClient))"
    assert python(code, variables).stdout == "False\n"


def test_fixture_gives_the_environment_of_the_test(
    gracedb_env: dict[str, str], gracedb_store: Store
) -> None:
    assert python(UPLOAD, gracedb_env).stdout.startswith("T0001 ")
    assert list(gracedb_store.events) == ["T0001"]
    assert json.loads(gracedb_env["FAKEGRACEDB_SWAP"])["waits"] == "skip"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_workers_of_a_pool_are_served(
    method: str,
    gracedb_env: dict[str, str],
    gracedb_store: Store,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    for name, value in gracedb_env.items():
        monkeypatch.setenv(name, value)
    if method == "fork":
        request.getfixturevalue("gracedb")
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        made = sorted(pool.map(upload, range(4)))
    assert made == [f"T000{n} False" for n in range(1, 5)]
    assert len(gracedb_store.events) == 4
