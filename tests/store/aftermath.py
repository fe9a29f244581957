"""What the dead may leave, and what is asked of those who come after them.

For tests with `crash`: `tried` lets an action die at one stop after another, and holds each time
what is left against all that may be found.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scenes
from crash import Action, Death, deaths

from fakegracedb.store import Store

Tell = Callable[[str, object], None]
Successor = Callable[[Store], None]


def stages(folder: Path, work: Path, action: Action) -> list[dict[str, Any]]:
    """All that may be found: the store before, after each step that is acknowledged, at the end."""
    path = work / "whole"
    if folder.exists():
        shutil.copytree(folder, path)
    found = [scenes.everything(Store(path))]
    action(path, lambda text: found.append(scenes.everything(Store(path))))
    end = scenes.everything(Store(path))
    if end != found[-1]:
        found.append(end)
    shutil.rmtree(path)
    return found


def write_on(store: Store) -> None:
    """Go on after somebody has died."""
    graceid = scenes.create(store, files=1, text="survived")
    scenes.log(store, graceid, "and goes on", "file0.txt")


def hold_to_account(
    death: Death, warm: Store, allowed: list[dict[str, Any]], follow: Successor
) -> None:
    path = death.path
    before = scenes.tree(path) if path.exists() else {}
    found = scenes.everything(scenes.fresh(path))
    assert found in allowed[len(death.acknowledged) :], f"half of a change at stop {death.stop}"
    if death.finished:
        assert found == allowed[-1]
    assert scenes.everything(warm) == found, f"readers differ at stop {death.stop}"
    assert warm.read(scenes.one_sided) == [], f"at stop {death.stop}"
    kinds = {problem.kind for problem in warm.check()} if warm.exists() else set()
    assert kinds <= {"leftover"}, warm.check()
    assert (scenes.tree(path) if path.exists() else {}) == before, "a reader has written"
    # the next writer, who may know the store or not
    survivor = warm if death.stop % 2 else scenes.fresh(path)
    follow(survivor)
    now = scenes.everything(warm)
    for kind in ("objects", "superevents"):
        assert {one: now[kind][one] for one in found[kind]} == found[kind]
    new = [graceid for graceid in now["objects"] if graceid not in found["objects"]]
    assert new
    assert list(now["objects"]) == [*found["objects"], *new]
    assert now["newest"] == [*new[::-1], *found["newest"]]
    assert {problem.kind for problem in survivor.check()} <= {"leftover"}, survivor.check()
    survivor.compact()
    assert survivor.check() == []
    assert scenes.everything(scenes.fresh(path)) == now


def tried(
    folder: Path,
    work: Path,
    action: Action,
    allowed: list[dict[str, Any]],
    follow: Successor = write_on,
    most: int = 12,
) -> int:
    """Let an action die at some stops, evenly among all; give the number of those tried.

    In a full run, at every one.
    """
    stops = 0
    warm: list[Store] = []

    def get_to_know(path: Path) -> None:
        warm[:] = [Store(path)]
        scenes.everything(warm[0])

    last = None
    for death in deaths(folder, action, work, before=get_to_know, most=most):
        # what is left is often the same as at the stop before
        left = (scenes.tree(death.path), sorted(map(str, death.path.rglob("*"))))
        if left != last or death.finished:
            hold_to_account(death, warm[0], allowed, follow)
        last, stops = left, stops + 1
    assert stops > 5
    return stops - 1


def tell(record_property: Tell, name: str, stops: int) -> None:
    """Have the number of stops printed at the end, also under xdist."""
    record_property("told", f"crash test, {name}: {stops} stops tried")
