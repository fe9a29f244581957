"""The pytest plugin: fixtures, marker and options.

This module is all that a run without them loads. What the fixtures need comes with the first test
that takes one: `settings` what is asked for, `stage` a test's store and clients, `seeds` what
stores begin with, `report` what a failed test has to tell, `remote` a test server in the fake's
place.
"""

from __future__ import annotations

import sys

import pytest

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType
    from typing import Any

    from ..alerts import Alerts
    from ..broker import Broker
    from ..client import FakeGraceDb
    from ..regeneration.outcome import Regeneration
    from ..store import Store
    from .stage import Stage

__all__ = ["OURS"]

# What can be set, by marker, as option and in the ini file.
_SETTINGS = {
    "seed": "what stores begin with: a folder with a store or an archive, an id in the archive "
    "folder, or module:function",
    "user": "who asks; by default the store's default user",
    "groups": "the user's groups, separated by commas",
    "clock": "where the store's clock stands, e.g. '2026-03-01 17:00:00'",
    "server_version": "which server is imitated: 2.36 or 2.33",
    "faults": 'planned trouble, as JSON, e.g. \'[{"status": 503, "retry_after": 1}]\'',
    "waits": "skip (the default) or real: whether back-off and injected delays are slept through",
}
_ALLOW_NETWORK = "let GraceDB clients use adapters of their own, which may open connections"
# The fixtures that make a stage.
OURS = frozenset(
    {
        *("gracedb", "fake_gracedb", "gracedb_store", "gracedb_factory", "gracedb_server"),
        *("gracedb_env", "gracedb_alerts", "gracedb_replayed", "gracedb_broker"),
    }
)


_KNOWN_AS = frozenset({"fakegracedb", __name__})  # its entry point, and its module


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options and the ini names."""
    # a suite may name the plugin though it is loaded by itself: once is enough, under any name
    for other in _KNOWN_AS - {pluginmanager.get_name(sys.modules[__name__])}:
        pluginmanager.set_blocked(other)
    group = parser.getgroup("fakegracedb", "a GraceDB that lives in a folder")
    group.addoption(
        "--gracedb",
        default="fake",
        metavar="fake|URL",
        help="fake (the default), or a test server to run the tests against, by URL or alias",
    )
    for name, text in _SETTINGS.items():
        metavar = name.rpartition("_")[2].upper()
        flag = f"--gracedb-{name.replace('_', '-')}"
        group.addoption(flag, default=None, metavar=metavar, help=text)
        parser.addini(f"gracedb_{name}", text)
    group.addoption(
        "--gracedb-allow-network", action="store_true", default=None, help=_ALLOW_NETWORK
    )
    parser.addini("gracedb_allow_network", _ALLOW_NETWORK, type="bool", default=False)
    group.addoption(
        "--gracedb-keep",
        default=None,
        metavar="DIR",
        help="keep the stores of failed tests in this folder",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the marker; refuse at once what makes no sense, and a production server."""
    config.addinivalue_line(
        "markers",
        f"gracedb({', '.join(f'{name}=…' for name in _SETTINGS)}, allow_network=…): "
        "how the fake GraceDB of a test is; without one of its fixtures the test gets `gracedb`",
    )
    if config.getoption("gracedb") != "fake":
        from .remote import checked_url

        checked_url(config.getoption("gracedb"))
    names = [f"gracedb_{name}" for name in _SETTINGS]
    said = any(config.getini(name) or config.getoption(name) is not None for name in names)
    if said or config.getoption("gracedb_keep") is not None:
        from .settings import refuse_nonsense

        refuse_nonsense(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give marked tests that take none of the fixtures `gracedb`; let it come before all others.

    What other fixtures, `setup_method` and `teardown_method` ask goes to the fake too.
    """
    for item in items:
        ours = _ours_of(item)
        if not ours and item.get_closest_marker("gracedb"):
            _fixtures_of(item).insert(0, "gracedb")
        elif "gracedb" in ours:
            names = _fixtures_of(item)
            names.remove("gracedb")
            names.insert(0, "gracedb")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Load the client before any test patches what it is loaded with: a file system, requests.

    Markers that make no sense end the run here, before its first test; with xdist they fail theirs.
    """
    if session.config.getoption("collectonly"):
        return
    ours = [item for item in session.items if _ours_of(item)]
    if not ours:
        return
    from . import report, stage

    report.listener_of(session.config)

    if any("gracedb_replayed" in _ours_of(item) for item in ours):
        from . import replays  # noqa: F401
    if not hasattr(session.config, "workerinput"):  # xdist would take it for an error of its own
        stage.check(ours)


def _fixtures_of(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _ours_of(item: pytest.Item) -> list[str]:
    """Give the fixtures of a test that are ours, also below one of the suite that takes it.

    A suite may have a `gracedb` of its own, with which we have nothing to do.
    """
    names = _fixtures_of(item)
    if OURS.isdisjoint(names):  # as of nearly all tests of a run that does not use us
        return []
    return [name for name in OURS.intersection(names) if _is_ours(item, name)]


def _is_ours(item: pytest.Item, name: str) -> bool:
    known: Any = getattr(item, "_fixtureinfo", None)
    if known is None or name not in known.name2fixturedefs:
        return True  # given to the item by hand, as by us
    for definition in reversed(known.name2fixturedefs[name]):
        if definition.func.__module__ == __name__:
            return True
        if name not in definition.argnames:
            break
    return False


@pytest.fixture
def _gracedb_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    from .report import listener_of
    from .stage import STAGE, set_up

    try:
        stage = request.node.stash[STAGE] = set_up(request)
    except pytest.UsageError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    listener = listener_of(request.config)
    listener.stage = stage
    yield stage
    listener.stage = None
    stage.take_down()  # it stays in the stash for who reports how the test went down


@pytest.fixture
def gracedb(_gracedb_stage: Stage) -> Iterator[FakeGraceDb]:
    """Swap the fake in for the whole test, below every GraceDB client, however it came about.

    The value is a `FakeGraceDb` on the same store.
    """
    with _gracedb_stage.swapped_in() as client:
        yield client


@pytest.fixture
def fake_gracedb(_gracedb_stage: Stage) -> FakeGraceDb:
    """Give a `FakeGraceDb` on a fresh store; nothing is swapped."""
    client: FakeGraceDb = _gracedb_stage.client()
    return client


@pytest.fixture
def gracedb_store(_gracedb_stage: Stage) -> Store:
    """Give the `Store` of the test, behind all of its clients."""
    return _gracedb_stage.store


@pytest.fixture
def gracedb_factory(_gracedb_stage: Stage) -> Callable[..., FakeGraceDb]:
    """Give a function that makes more clients on the test's store.

    It takes `user`, `groups`, `server_version` and what else `FakeGraceDb` takes; with `seed` the
    client has a store of its own.
    """
    return _gracedb_stage.make


@pytest.fixture
def gracedb_server(_gracedb_stage: Stage) -> Iterator[str]:
    """Serve the test's store over HTTP on loopback; the value is the API root's URL."""
    with _gracedb_stage.served() as url:
        yield url


@pytest.fixture
def gracedb_broker(_gracedb_stage: Stage) -> Iterator[Broker]:
    """Serve the alerts of the test's store by Kafka's protocol; `address` of the value says where.

    The value is a `fakegracedb.broker.Broker`.
    """
    from ..broker import AlertSource, Broker

    with Broker(AlertSource(_gracedb_stage.store, classic=True)) as broker:
        yield broker


@pytest.fixture
def gracedb_env(_gracedb_stage: Stage) -> dict[str, str]:
    """Give an environment for subprocesses, in which the fake is swapped in too."""
    return _gracedb_stage.environment()


@pytest.fixture
def gracedb_alerts(_gracedb_stage: Stage) -> Alerts:
    """Give the alerts of the test so far, oldest first: a sequence that grows."""
    return _gracedb_stage.alerts


@pytest.fixture
def gracedb_replayed(_gracedb_stage: Stage) -> Callable[..., Regeneration]:
    """Give a function that creates an archived event or superevent again in the test's store.

    It takes an id in the archive folder or the folder of an object; `at`, the new time of ``t_0``
    or of the event, now by default; and what else `fakegracedb.regenerate` takes. Everything is
    done again, entry by entry, unless ``mode="pipeline"``; the search stays what it was, unless
    `search` says otherwise. What it gives tells the new ids: `superevent_id`, and of each of its
    `events` `old_id` and `new_id`.
    """

    def replayed(what: Any, *, at: Any = None, **options: Any) -> Regeneration:
        found: Regeneration = _gracedb_stage.replay(what, {"at": at, **options})
        return found

    return replayed


@pytest.fixture
def gracedb_allow_network() -> None:
    """Let GraceDB clients of the test use adapters of their own, which may open connections."""


@pytest.fixture(scope="session")
def gracedb_samples() -> ModuleType:
    """Give `fakegracedb.samples`, which makes event files from numbers."""
    from .. import samples

    return samples
