"""What a failed test has to tell of the fake: its last calls, what they changed, where it lies."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import nullcontext
from difflib import get_close_matches
from pathlib import Path

import pytest

from ..api.app import Application
from ..api.calls import Call
from ..api.routes import ROUTES, match
from ..errors import FakeGraceDbError, StoreError
from ..store import Store
from ..store.past import Mark
from . import OURS
from .file_systems import asks_for_folders, fake_file_system, on_the_real_disk
from .stage import STAGE, FakeStage, Stage

__all__ = ["Listener", "call_lines", "change_lines", "listener_of", "unheard"]

_MOST_CALLS = 20
_MOST_CHANGES = 20
_MOST_NAMED = 8
_TITLE = "fake GraceDB"
# As pytest calls the fixtures that it makes of setUpClass, setup_module and their like.
_MADE = re.compile(r"_(?:unittest|xunit)_(.+?)_fixture_")
_MISMATCH = re.compile(r"^ScopeMismatch: .*? scoped fixture (\w+) with an? (\w+) scoped request")
_ID = re.compile(r"(events|superevents)/([^/]+)")


def listener_of(config: pytest.Config) -> Listener:
    """Give who hears from now on how tests end."""
    listener: Listener | None = config.pluginmanager.get_plugin(__name__)
    if listener is None:
        listener = Listener()
        config.pluginmanager.register(listener, __name__)
    return listener


class Listener:
    """Hears what fixtures do and how tests end.

    Attributes
    ----------
    stage : Stage or None
        That of the test that runs.
    """

    stage: Stage | None = None

    def __init__(self) -> None:
        self._elsewhere: dict[str, str] = {}  # in which test's store fixtures of many tests wrote

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Note what a fixture of several tests writes into the store of one.

        If it wants folders of pytest, it gets them where other tests find them too: on the real
        disk.
        """
        if fixturedef.scope == "function":
            return (yield)
        self._elsewhere.pop(fixturedef.argname, None)  # that was another module's, or its last one
        stage = self.stage
        if not isinstance(stage, FakeStage):
            return (yield)
        before = stage.store.mark()
        with on_the_real_disk() if asks_for_folders(fixturedef) else nullcontext():
            result = yield
        if stage.store.mark() != before:
            self._elsewhere[fixturedef.argname] = stage.node.nodeid
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let a failed test tell of its fake; after the last report its store may go."""
        report = yield
        hints = list(_scope_hints(call))
        if (stage := item.stash.get(STAGE, None)) is not None:
            if report.failed:
                _tell(stage, report, [*hints, *self._written_elsewhere(item)])
            else:
                _keep_up(stage)
            if report.when == "teardown":
                if isinstance(stage, FakeStage):
                    stage.clear()
                del item.stash[STAGE]
        elif hints:
            report.sections.append((_TITLE, "\n".join(hints)))
        return report

    def _written_elsewhere(self, item: pytest.Item) -> Iterator[str]:
        """Say which fixtures of a test wrote into the store of another one."""
        for name in getattr(item, "fixturenames", ()):
            test = self._elsewhere.get(name)
            if test is not None and test != item.nodeid:
                found = _MADE.match(name)
                shown = found[1] if found else name
                yield f"beware: what {shown} did is in the store of {test} alone; share by a seed"


def _scope_hints(call: pytest.CallInfo[None]) -> Iterator[str]:
    """Say what a fixture of several tests does in place of taking one of ours."""
    found = None if call.excinfo is None else _MISMATCH.match(str(call.excinfo.value))
    if found and found[1] in OURS:
        yield f"{found[1]} is of one test, and a fixture of {found[2]} scope of several:"
        yield "- what each of them begins with is a seed: @pytest.mark.gracedb(seed=function)"
        yield f"- a store that they share: with activate(folder), in a fixture of {found[2]} scope"


def _tell(stage: Stage, report: pytest.TestReport, more: Iterable[str]) -> None:
    """Add a section to the report of a failed test, and keep its store if that is wanted.

    A test may fail several times, in its subtests and when it is taken down: each failure tells
    what is there by then, if it is something new.
    """
    if not isinstance(stage, FakeStage):
        return
    now = _standing(stage)
    if stage.failed and (now == stage.told or stage.vanished):
        return
    stage.failed, stage.told = True, now
    lines: list[str] = []
    try:
        lines.extend(_told(stage))
        lines.extend(more)
    except (FakeGraceDbError, OSError) as error:  # a test may have damaged its store
        lines.append(f"{type(error).__name__}: {error}")
    report.sections.append((_TITLE, "\n".join(lines)))


def _keep_up(stage: Stage) -> None:
    """Bring a store that was kept up to date: after a failed subtest its test goes on."""
    if isinstance(stage, FakeStage) and stage.kept is not None and not stage.vanished:
        now = _standing(stage)
        if now != stage.told:
            stage.told = now
            _place(stage)


def _standing(stage: FakeStage) -> tuple[int, Mark] | None:
    """Say where calls and store stand; None where the store no longer tells."""
    try:
        return len(Application(stage.store).calls), stage.store.mark()
    except (FakeGraceDbError, OSError):
        return None


def _told(stage: FakeStage) -> Iterator[str]:
    store = stage.store
    yield "store: gone with the fake file system" if stage.vanished else _place(stage)
    calls = Application(store).calls
    yield from call_lines(list(calls), store)
    if not stage.vanished:
        yield from change_lines(store, stage.since)


def _place(stage: FakeStage) -> str:
    """Say where the store is, having copied it if that is wanted."""
    store, wanted = stage.store, stage.request.config.getoption("gracedb_keep")
    faked = " (in the fake file system)" if fake_file_system() is not None else ""
    if not store.exists():
        return f"store: {store.path} (nothing was written to it)"
    if wanted is None:
        return f"store: {store.path}{faked}; --gracedb-keep DIR keeps it"
    folder = stage.request.config.invocation_params.dir / wanted
    name = re.sub(r"[^\w.-]+", "_", stage.node.nodeid).strip("_")[-100:]
    try:
        stage.kept = _kept(store, folder, name, stage.kept)
    except (FakeGraceDbError, OSError) as error:
        return f"store: {store.path}{faked}, and not kept: {error}"
    return f"store: kept in {stage.kept}"


def _kept(store: Store, folder: Path, name: str, before: Path | None) -> Path:
    """Copy a store to a name in a folder of the real disk that nobody has yet.

    What the same test has kept before is replaced.
    """
    files = None
    if fake_file_system() is not None:
        with tempfile.TemporaryDirectory() as between:  # in the fake file system, too
            copy = Path(between) / "store"
            _copy(store, copy)
            files = {
                path.relative_to(copy): path.read_bytes()
                for path in copy.rglob("*")
                if path.is_file()
            }
    with on_the_real_disk():
        target, number = folder / name, 1
        if before is not None:
            target = before
            shutil.rmtree(target, ignore_errors=True)
        while target.exists():
            number += 1
            target = folder / f"{name}-{number}"
        if files is None:
            _copy(store, target)
            return target
        for path, content in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content)
        return target


def _copy(store: Store, target: Path) -> None:
    """Copy a store; one that the test has damaged as it is."""
    try:
        store.copy(target)
    except StoreError:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(store.path, target)


def call_lines(calls: list[Call], store: Store) -> Iterator[str]:
    """Tell of the last calls, and of those that found nothing why."""
    if not calls:
        yield "no calls"
        return
    left_out = max(0, len(calls) - _MOST_CALLS)
    yield f"the last {_MOST_CALLS} of {len(calls)} calls:" if left_out else "calls:"
    for call in calls[left_out:]:
        status = "dropped" if call.status is None else str(call.status)
        why = unheard(call, store)
        yield f"  {call.method} {call.path or '(root)'}: {status}{f': {why}' if why else ''}"


def unheard(call: Call, store: Store) -> str:
    """Say of a call that nothing answered to what there is instead; else nothing.

    That is a path that the server does not have, a method that it does not take there, and an
    event or superevent that is not in the store.
    """
    if call.status not in (404, 405):
        return ""
    found = match(call.path)
    if found is None:
        paths = [route.path for route in ROUTES if route.path]
        near = get_close_matches(call.path, paths, n=3, cutoff=0.5)
        return f"there is no such path{f'; there is {_listed(near)}' if near else ''}"
    route = found[0]
    if call.status == 405:
        return f"{route.path} takes {_listed(route.methods)}"
    named = _ID.match(call.path)
    if named is None:
        return ""
    kind, name = named.groups()
    try:
        ids = list(store.read(lambda view: _ids(view, kind)))
    except StoreError:  # the test has damaged it
        return ""
    if name in ids:
        return ""
    return f"no {kind[:-1]} {name}; there is {_listed(ids) if ids else 'none'}"


def _ids(view: object, kind: str) -> list[str]:
    find = view.graceids if kind == "events" else view.superevent_ids  # type: ignore[attr-defined]
    return sorted(find())


def change_lines(store: Store, since: Mark) -> Iterator[str]:
    """Tell what is otherwise than it was when the test began."""
    try:
        changes = store.diff(since)
    except StoreError as error:  # begun anew by the test, or damaged
        yield f"what changed cannot be told: {error}"
        return
    if not changes:
        yield "nothing changed"
        return
    left_out = len(changes) - _MOST_CHANGES
    yield f"the first {_MOST_CHANGES} of {len(changes)} changes:" if left_out > 0 else "changes:"
    for change in changes[:_MOST_CHANGES]:
        yield f"  {change}"


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
