"""Archived candidates in the store of a test, created again at another time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..archive import Archive
from ..errors import RegenerationError
from ..regeneration.running import regenerate
from .file_systems import on_the_real_disk, show
from .seeds import places

if TYPE_CHECKING:
    from ..client import FakeGraceDb
    from ..regeneration.outcome import Regeneration

__all__ = ["replay"]


def replay(
    what: Any, client: FakeGraceDb, request: pytest.FixtureRequest, options: dict[str, Any]
) -> Regeneration:
    """Create an archived object again; entry by entry and as what it was, if nothing else is said.

    Parameters
    ----------
    what : str, path-like, ArchivedEvent or ArchivedSuperevent
        An id in the archive folder, or the folder of an object, looked for as seeds are.
    client : FakeGraceDb
        Who creates it.
    request : pytest.FixtureRequest
        For which test.
    options : dict
        Of `fakegracedb.regenerate`.

    Raises
    ------
    RegenerationError
        If it is not all there, too: a test that goes on from less would only mislead.
    """
    if isinstance(what, str | os.PathLike):
        with on_the_real_disk():
            folder = _folder(os.fspath(what), request)
        if folder is not None:  # else `regenerate` says what there is
            show(folder)
            what = folder
    result = regenerate(what, client, **{"mode": "history", "search": None, **options})
    if result.failed:
        problems = [result.problem, *(one.line for one in result.events if one.problem)]
        raise RegenerationError(f"{what}: {'; '.join(filter(None, problems))}")
    return result


def _folder(text: str, request: pytest.FixtureRequest) -> Path | None:
    """Find the folder of an archived object."""
    there = next((path for path in places(text, request) if path.is_dir()), None)
    return Archive().folder(text) if there is None else there
