"""Suites that are laid out otherwise, and fixtures that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

SEED = """
def seed(client):
    client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>")

def other(client):
    seed(client)
    seed(client)
"""


@pytest.mark.parametrize("mode", ["importlib", "prepend"])
def test_seeds_of_conftest_and_module_are_found_by_the_names_of_their_files(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
    mode: str,
) -> None:
    package = pytester.mkdir("src")
    (package / f"follow_{mode}.py").write_text("from ligo.gracedb.rest import GraceDb\n")
    inner = pytester.mkdir("tests")
    (inner / "conftest.py").write_text(SEED)
    (inner / f"test_{mode}.py").write_text(f"""
import pytest
from follow_{mode} import GraceDb
{SEED}
@pytest.mark.gracedb(seed="conftest:other")
def test_conftest(gracedb):
    assert len(list(GraceDb().events())) == 2

@pytest.mark.gracedb(seed="test_{mode}:seed")
def test_own(gracedb):
    assert len(list(GraceDb().events())) == 1

@pytest.mark.gracedb(seed="nowhere:seed")
def test_nowhere(gracedb):
    pass

@pytest.mark.gracedb(seed="test_{mode}:absent")
def test_absent(gracedb):
    pass
""")
    result = suite("", "-o", "pythonpath=src", f"--import-mode={mode}", "tests")
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(
        ["seed='nowhere:seed': No module named 'nowhere'", "seed=*has no attribute 'absent'"]
    )


def test_error_inside_the_module_of_a_seed_is_told_as_it_is(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    (pytester.mkdir("src") / "seeds_broken.py").write_text("import missing_thing\n")
    source = """
@pytest.mark.gracedb(seed="seeds_broken:seed")
def test_it(gracedb):
    pass
"""
    result = suite(source, "-o", "pythonpath=src")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["seed='seeds_broken:seed': No module named 'missing_thing'"])


@pytest.mark.parametrize("name", ["gracedb", "gracedb_store"])
@pytest.mark.parametrize("scope", ["class", "session"])
def test_fixture_of_a_wider_scope_is_told_what_to_do_instead(
    suite,  # type: ignore[no-untyped-def]
    name: str,
    scope: str,
) -> None:
    result = suite(f"""
@pytest.fixture(scope="{scope}")
def wide({name}):
    pass

def test_it(wide):
    pass

def test_other(gracedb):
    assert create(EARLY) == "T0001"
""")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "ScopeMismatch: *",
            "*- fake GraceDB -*",
            f"{name} is of one test, and a fixture of {scope} scope of several:",
            "- *seed=function)",
            f"- *with activate(folder), in a fixture of {scope} scope",
        ]
    )


def test_what_tests_share_is_an_activation_of_their_own_below_that_of_a_test(
    suite,  # type: ignore[no-untyped-def]
) -> None:
    suite("""
from fakegracedb import activate

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with activate(tmp_path_factory.mktemp("gracedb")) as client:
        yield client

@pytest.fixture(scope="module")
def graceid(shared):
    return create(EARLY)

def test_first(graceid):
    EARLY.write_log(graceid, "said")

def test_one_of_its_own(graceid, gracedb):
    assert list(EARLY.events()) == []

def test_last(graceid, shared):
    assert len(EARLY.logs(graceid).json()["log"]) == 2
    assert shared.event("T0001").json()["graceid"] == graceid
""").assert_outcomes(passed=3)


def test_seeds_are_found_from_folders_above_also_for_doctests(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    below = pytester.mkdir("tests")
    (below / "conftest.py").write_text(SEED)
    deeper = Path(pytester.mkdir("tests/deep"))
    (deeper / "page.txt").write_text(
        ">>> [event['graceid'] for event in getfixture('gracedb').events()]\n['T0001']\n"
    )
    suite(
        "",
        "--import-mode=importlib",
        "--doctest-glob=*.txt",
        "--gracedb-seed=conftest:seed",
        "tests",
    ).assert_outcomes(passed=1)


# Fixtures of the same names


def test_a_suite_with_a_fixture_of_that_name_is_left_as_it_was(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest("""
import pytest

ORDER = []

@pytest.fixture(autouse=True)
def first():
    ORDER.append("first")

@pytest.fixture
def gracedb():
    ORDER.append("gracedb")
    return "a client of the suite's own"

@pytest.fixture(scope="session")
def gracedb_server():
    return "https://gracedb.example.org/api/"
""")
    pytester.makepyfile("""
import sys
from conftest import ORDER

def test_it(gracedb, gracedb_server):
    assert (gracedb, gracedb_server[:8]) == ("a client of the suite's own", "https://")
    assert ORDER == ["first", "gracedb"]
    assert "fakegracedb.pytest_plugin.stage" not in sys.modules

def test_that_fails(gracedb):
    raise AssertionError
""")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    assert "fake GraceDB" not in result.stdout.str()


def test_a_fixture_of_that_name_may_take_ours(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest("""
import pytest

@pytest.fixture(autouse=True)
def early():
    from ligo.gracedb.client import GraceDBClient
    assert "send" in vars(GraceDBClient)

@pytest.fixture
def gracedb(gracedb):
    gracedb.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
    return gracedb
""")
    suite("""
def test_it(gracedb):
    assert [event["graceid"] for event in EARLY.events()] == ["T0001"]

@pytest.mark.gracedb(user="ada")
def test_marked():
    assert EARLY.event("T0001").json()["submitter"] == "ada"
""").assert_outcomes(passed=2)


# The plugin named by the suite


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("how", ["conftest", "-pfakegracedb.pytest_plugin", "-pfakegracedb"])
def test_the_plugin_may_be_named_though_it_is_loaded_by_itself(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, how: str, alone: bool
) -> None:
    arguments = ["-p", "no:cacheprovider"]
    if how == "conftest":
        pytester.makeconftest('pytest_plugins = ["fakegracedb.pytest_plugin"]')
    else:
        arguments.append(how)
    if alone:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("""
def test_it(gracedb):
    assert gracedb.ping().status_code == 200
""")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


def test_the_plugin_may_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
def test_it(gracedb):
    pass
""")
    result = pytester.runpytest_subprocess("-p", "no:fakegracedb")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'gracedb' not found"])
