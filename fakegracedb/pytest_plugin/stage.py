"""The stage of a test: its store, and the clients on it."""

from __future__ import annotations

import contextlib
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..activation import activate
from ..alerts import Alerts
from ..api.app import Application
from ..client import FakeGraceDb
from ..services import refuse_production
from ..store import Store
from ..transport.choices import chosen_identity, chosen_version
from .file_systems import fake_file_system, on_the_real_disk, show, stand_up
from .remote import RemoteGraceDb, checked_url, needs_the_fake
from .seeds import Seed, Seeds, seeds_of
from .settings import Settings, settings_of

if TYPE_CHECKING:
    from ..regeneration.outcome import Regeneration
    from ..store.past import Mark

__all__ = ["STAGE", "FakeStage", "RemoteStage", "Stage", "set_up"]

_numbers = count()


def set_up(request: pytest.FixtureRequest) -> Stage:
    """Set the stage for a test."""
    settings = settings_of(request.node)
    url = request.config.getoption("gracedb")
    if url != "fake":
        return RemoteStage(settings, checked_url(url), request)
    stand_up(request)
    with on_the_real_disk():
        base = request.getfixturevalue("tmp_path_factory").getbasetemp()
    return FakeStage(settings, base, request)


def check(items: list[pytest.Item]) -> None:
    """Check what tests ask for by their markers.

    Raises
    ------
    pytest.UsageError
        If some of it makes no sense.
    """
    problems: dict[str, None] = {}
    for item in items:
        try:
            settings_of(item)
        except pytest.UsageError as error:
            problems[str(error)] = None
    if problems:
        raise pytest.UsageError("\n".join(problems))


class Stage(ABC):
    """What the fixtures of a test are made of."""

    def __init__(self, settings: Settings, request: pytest.FixtureRequest) -> None:
        self.settings = settings
        self.request = request
        self.node = request.node
        self._ending = ExitStack()

    @property
    @abstractmethod
    def store(self) -> Store:
        """The test's store."""

    @property
    @abstractmethod
    def alerts(self) -> Alerts:
        """The alerts of the test so far."""

    @abstractmethod
    def replay(self, what: Any, options: dict[str, Any]) -> Any:
        """Create an archived object again."""

    @abstractmethod
    def client(self) -> Any:
        """Give the test's own client."""

    @abstractmethod
    def swapped_in(self) -> AbstractContextManager[Any]:
        """Swap the fake in for the length of a block, and give a client."""

    @abstractmethod
    def make(self, **options: Any) -> Any:
        """Give one more client."""

    @abstractmethod
    def served(self) -> AbstractContextManager[str]:
        """Serve the store over HTTP for the length of a block, and give the URL."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Give an environment for subprocesses."""

    def take_down(self) -> None:
        """Close what is open."""
        self._ending.close()


STAGE: pytest.StashKey[Stage] = pytest.StashKey()


class FakeStage(Stage):
    """The stage of a test with the fake: a store in a folder of its own.

    Attributes
    ----------
    failed : bool
        Whether the test failed so far.
    told : tuple or None
        Where calls and store stood when that was told.
    kept : Path or None
        Where the store was kept then.
    vanished : bool
        Whether the test was taken down, and its store went with the fake file system.
    since : Mark
        Where the store stood when the test began.
    """

    def __init__(self, settings: Settings, base: Path, request: pytest.FixtureRequest) -> None:
        super().__init__(settings, request)
        self._base = base
        self._policy = request.config.getini("tmp_path_retention_policy")  # as for tmp_path
        self.failed = False
        self.told: tuple[int, Mark] | None = None
        self.kept: Path | None = None
        self.vanished = False
        self._folders: list[Path] = []
        self._store = self._fresh(settings.seed)
        if settings.clock is not None:
            self._store.clock.set(settings.clock)
        self.since = self._store.mark()
        faults = Application(self._store).faults
        for fault in settings.faults:
            faults.add(**fault)

    @property
    def store(self) -> Store:
        """The test's store."""
        return self._store

    @property
    def alerts(self) -> Alerts:
        """The alerts of the test so far."""
        return Alerts(self.store)

    def replay(self, what: Any, options: dict[str, Any]) -> Regeneration:
        """Create an archived object again in the test's store."""
        from .replays import replay

        return replay(what, self.client(), self.request, options)

    def _fresh(self, seed: Any) -> Store:
        """Give a store that nobody has used, with what a seed holds."""
        name = re.sub(r"\W+", "_", self.node.name)[:30].strip("_")
        path = self._base / "gracedb" / f"{next(_numbers)}-{name}"
        self._folders.append(path)
        if seed is None:
            return Store(path)
        with on_the_real_disk():
            seeds = seeds_of(self.request.config, self._base)
            loaded = seeds.loaded(seeds.find(seed, self.request))
        show(loaded)
        store = Store(loaded).copy(path)
        Alerts(store).clear()  # the seed's are not of this test
        return store

    def take_down(self) -> None:
        """Close what is open."""
        super().take_down()
        if fake_file_system() is not None:  # which may be gone when all is told
            self.vanished = True
            self.clear()

    def clear(self) -> None:
        """Remove the stores of a test that did not fail."""
        if not self.failed and self._policy != "all":
            for path in self._folders:
                shutil.rmtree(path, ignore_errors=True)
        self._folders.clear()

    def client(self) -> FakeGraceDb:
        """Give the test's own client."""
        return self.make()

    @contextlib.contextmanager
    def swapped_in(self) -> Iterator[FakeGraceDb]:
        """Swap the fake in for the length of a block, and give a client."""
        settings = self.settings
        with activate(
            self.store,
            user=settings.user,
            groups=settings.groups,
            server_version=settings.server_version,
            waits=settings.waits,
            allow_network=settings.allow_network,
        ) as client:
            yield client

    def make(
        self,
        *,
        user: str | None = None,
        groups: Any = None,
        server_version: str | None = None,
        seed: Any = None,
        **options: Any,
    ) -> FakeGraceDb:
        """Give one more client; with `seed` on a store of its own.

        Who asks and which server it is are as for the test, where nothing else is said.
        """
        settings = self.settings
        if user is None and not options.get("force_noauth"):
            user = settings.user
            groups = settings.groups if groups is None else groups
        options.setdefault("waits", settings.waits)
        client = FakeGraceDb(
            store=self.store if seed is None else self._fresh(seed),
            server_version=server_version or settings.server_version,
            user=user,
            **options,
        )
        self._ending.callback(client.close)
        if groups is not None:
            client = client.as_user(user or client.store.settings["user"], groups)
            self._ending.callback(client.close)
        return client

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """Serve the store over HTTP for the length of a block, and give the API root's URL."""
        from ..server import Server

        settings = self.settings
        asking = chosen_identity(self.store, settings.user, settings.groups)
        with Server(
            self.store,
            server_version=chosen_version(settings.server_version),
            user=None if asking is None else asking.name,
            groups=None if asking is None else asking.groups,
        ) as server:
            yield server.url

    def environment(self) -> dict[str, str]:
        """Give an environment for subprocesses, in which the fake is swapped in."""
        from ..child import environment

        if fake_file_system() is not None:
            text = "gracedb_env: the test's store lies in the fake file system, where no other "
            pytest.fail(f"{text}process finds it", pytrace=False)
        settings = self.settings
        return environment(
            self.store.path,
            user=settings.user,
            groups=settings.groups,
            server_version=settings.server_version,
            waits=settings.waits,
            allow_network=settings.allow_network,
        )


class RemoteStage(Stage):
    """The stage of a test with a test server; what only the fake has skips the test."""

    def __init__(self, settings: Settings, url: str, request: pytest.FixtureRequest) -> None:
        super().__init__(settings, request)
        self._url = url
        for name in ("user", "groups", "clock", "server_version", "faults"):
            if getattr(settings, name) not in (None, ()):
                needs_the_fake(name)
        if settings.seed is not None:
            seed = Seeds(Path(), "").find(settings.seed, request)
            self._fill(seed)

    def _fill(self, seed: Seed) -> None:
        if seed.function is None:
            needs_the_fake("a seed that is no function")
        seed.function(self.make())

    @property
    def store(self) -> Store:
        """Nothing: the test is skipped."""
        needs_the_fake("gracedb_store")

    @property
    def alerts(self) -> Alerts:
        """Nothing: the test is skipped."""
        needs_the_fake("gracedb_alerts")

    def replay(self, what: Any, options: dict[str, Any]) -> Any:
        """Nothing: the test is skipped."""
        needs_the_fake("gracedb_replayed")

    def client(self) -> Any:
        """Nothing: the test is skipped."""
        needs_the_fake("fake_gracedb")

    @contextlib.contextmanager
    def swapped_in(self) -> Iterator[RemoteGraceDb]:
        """Give a client of the server; nothing is swapped."""
        yield self.make()

    def make(self, *, seed: Any = None, **options: Any) -> RemoteGraceDb:
        """Give one more client of the server."""
        for name in ("user", "groups", "server_version"):
            if options.pop(name, None) is not None:
                needs_the_fake(name)
        if seed is not None:
            needs_the_fake("a store of its own")
        client = RemoteGraceDb(self._url, **options)
        self._ending.callback(client.close)
        refuse_production(client)
        return client

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """Give the URL of the server."""
        yield self._url

    def environment(self) -> dict[str, str]:
        """Nothing: the test is skipped."""
        needs_the_fake("gracedb_env")
