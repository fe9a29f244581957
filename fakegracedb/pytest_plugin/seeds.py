"""Seeds: what stores begin with. A seed is loaded once a session, and copied for each test.

Loading takes a copy of its own of all files, so that no test can do harm to the original. With
pytest-xdist the worker that comes first loads it, and the others wait.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from ..client import FakeGraceDb
from ..store import Store

if TYPE_CHECKING:
    from ..archive.loading import Loadable

__all__ = ["Seed", "Seeds", "places", "seeds_of"]

_FUNCTION = re.compile(r"[\w.]+:[\w.]+")


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed that was found.

    Attributes
    ----------
    key : str
        The same for the same seed, in all processes of a session.
    load : callable
        Makes a store of it in a folder that is not there yet.
    function : callable or None
        The function taking a client, if it is one.
    """

    key: str
    load: Callable[[Path], None]
    function: Callable[[Any], object] | None = None


class Seeds:
    """The seeds of a session.

    Parameters
    ----------
    folder : Path
        Where they are loaded, shared by all processes of the session.
    worker : str
        The name of this process.
    """

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._loaded: dict[str, Path] = {}
        self._failed: dict[str, Exception] = {}
        self._kept: list[Any] = []  # whose identity is part of a key

    def loaded(self, seed: Seed) -> Path:
        """Give the folder in which a seed is loaded, loading it if nobody has.

        Raises
        ------
        Exception
            What went wrong, each time it is asked for; it is not tried again in this process.
        """
        if seed.key in self._failed:
            raise self._failed[seed.key]
        path = self._loaded.get(seed.key)
        if path is None:
            name = hashlib.sha256(seed.key.encode()).hexdigest()[:16]
            path = self._folder / name
            try:
                self._load(seed, path)
            except Exception as error:
                self._failed[seed.key] = error
                raise
            self._loaded[seed.key] = path
        return path

    def _load(self, seed: Seed, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if path.exists():
                return
            unfinished = path.with_suffix(f".{self._worker}")
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                seed.load(unfinished)
                unfinished.rename(path)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)

    def find(self, seed: Any, request: pytest.FixtureRequest) -> Seed:
        """Find what is meant by a seed.

        Parameters
        ----------
        seed : path-like, str, Store, callable, Archive or archived object
            A folder that is a store, an archive or an archived object; ``module:function``, or a
            function taking a client; an id in the archive folder; or what the archive gave. A path
            that is not absolute is looked for at the `places`.

        Raises
        ------
        pytest.UsageError
            If there is nothing of the kind.
        """
        if callable(seed):
            return self._of_function(seed)
        if isinstance(seed, Store):
            return _of_store(seed)
        if not isinstance(seed, str | os.PathLike):
            return self._of_archived(seed)
        text = os.fspath(seed)
        looked = places(text, request)
        for path in looked:
            if path.is_dir() and (store := Store(path)).exists():
                return _of_store(store)
        if _FUNCTION.fullmatch(text):
            return self._of_function(_imported(text, request))
        return _of_archive(text, looked)

    def _of_function(self, function: Any) -> Seed:
        def load(target: Path) -> None:
            with FakeGraceDb(store=target, waits="skip") as client:
                function(client)
                if not client.store.exists():
                    client.store.clock.set(client.store.clock.setting)  # an empty one

        code = getattr(function, "__code__", None)
        name = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"
        if code is None or function.__closure__ or function.__defaults__ or function.__kwdefaults__:
            # what it does depends on more than its text: other processes cannot know
            self._kept.append(function)
            return Seed(f"{name} {id(function)} {self._worker}", load, function)
        place = f"{code.co_filename}:{code.co_firstlineno}"
        return Seed(f"{name} {place} {code.co_code.hex()}", load, function)

    def _of_archived(self, seed: Any) -> Seed:
        from ..archive import Archive, ArchivedEvent, ArchivedSuperevent

        if isinstance(seed, Archive):
            return _loading(f"archive {seed.place}", seed)
        if isinstance(seed, ArchivedEvent | ArchivedSuperevent):
            self._kept.append(seed)
            return _loading(f"{seed.id} {id(seed)} {self._worker}", seed)
        raise pytest.UsageError(f"seed={seed!r} is not a folder, a store, an archive or a function")


_SEEDS: pytest.StashKey[Seeds] = pytest.StashKey()


def seeds_of(config: pytest.Config, base: Path) -> Seeds:
    """Give the seeds of a session, of which `base` is the temporary folder of this process."""
    seeds = config.stash.get(_SEEDS, None)
    if seeds is None:
        worker = getattr(config, "workerinput", {}).get("workerid", "")
        shared = base.parent if worker else base
        seeds = config.stash[_SEEDS] = Seeds(shared / "gracedb-seeds", worker or "main")
    return seeds


def places(text: str, request: pytest.FixtureRequest) -> list[Path]:
    """Say where a path may lie: beside the test, in the root of the tests, where pytest began."""
    config = request.config
    folders = (request.path.parent, config.rootpath, config.invocation_params.dir)
    return list(dict.fromkeys((folder / text).resolve() for folder in folders))


def _of_store(store: Store) -> Seed:
    def load(target: Path) -> None:
        store.copy(target, links=False)

    return Seed(f"store {store.path.resolve()}", load)


def _of_archive(text: str, looked: list[Path]) -> Seed:
    """Give a seed that is an archive, an object of one, or an id in the archive folder."""
    from ..archive import Archive
    from ..archive.names import is_id

    there = next((path for path in looked if path.exists()), None)
    if there is not None:
        return _loading(f"archive {there}", there)
    if "://" in text:
        return _loading(f"archive {text}", Archive(text))
    if is_id(text):  # loading says what there is if it is not
        return _loading(f"archive {Archive().place} {text}", text)
    raise pytest.UsageError(
        f"seed={text!r} is neither a folder with a store or an archive (looked for "
        f"{', '.join(map(str, looked))}), nor an id in the archive folder, nor module:function"
    )


def _loading(key: str, what: Loadable) -> Seed:
    def load(target: Path) -> None:
        from ..archive import seed_from

        seed_from(what, target)

    return Seed(key, load)


def _imported(text: str, request: pytest.FixtureRequest) -> Any:
    module, _, name = text.partition(":")
    try:
        found = _module(module, name.partition(".")[0], request)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"seed={text!r}: {error}") from error
    if not callable(found):
        raise pytest.UsageError(f"seed={text!r} is not a function")
    return found


def _module(name: str, wanted: str, request: pytest.FixtureRequest) -> Any:
    """Give a module by its name; the test's own one and conftests by that of their file.

    For these Python may know another name, or none: so with ``--import-mode=importlib``.
    """
    near = [one for one in _beside(request) if Path(one.__file__).stem == name]
    for module in near:
        if hasattr(module, wanted):
            return module
    return near[0] if near else importlib.import_module(name)


def _beside(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give the test's module, and the conftests that hold for it, the nearest first."""
    own = request.node.getparent(pytest.Module)
    if getattr(own, "obj", None) is not None:  # a page with doctests is none
        yield own.obj
    conftests = {
        Path(plugin.__file__).parent: plugin
        for plugin in request.config.pluginmanager.get_plugins()
        if Path(getattr(plugin, "__file__", None) or "").name == "conftest.py"
    }
    for folder in request.path.parents:
        if folder in conftests:
            yield conftests[folder]
