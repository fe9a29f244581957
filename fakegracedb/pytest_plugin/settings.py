"""What a test asks of its fake: options count more than its marker, and that more than the ini."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

import pytest

from ..transport import Waits
from ..transport.choices import group_names

__all__ = ["Settings", "settings_of"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the fake of a test is.

    Attributes
    ----------
    seed : object
        What its store begins with, as `seeds` understands it; None is nothing.
    user : str or None
        Who asks; None is the store's default user.
    groups : tuple of str or None
        The user's groups; None takes those that the store has.
    clock : object
        The setting of the store's clock; None leaves it as the seed has it.
    server_version : str or None
        Which server is imitated.
    faults : tuple of dict
        Planned trouble.
    waits : {"skip", "real"}
        Whether waiting is slept through.
    allow_network : bool
        Whether clients may use adapters of their own.
    """

    seed: Any = None
    user: str | None = None
    groups: tuple[str, ...] | None = None
    clock: Any = None
    server_version: str | None = None
    faults: tuple[dict[str, Any], ...] = ()
    waits: Waits = "skip"
    allow_network: bool = False


_NAMES = tuple(field.name for field in fields(Settings))


def settings_of(request: pytest.FixtureRequest) -> Settings:
    """Give what a test asks for.

    Raises
    ------
    pytest.UsageError
        For a setting that makes no sense.
    """
    config = request.config
    said: dict[str, Any] = {}
    for name in _NAMES:
        if value := config.getini(f"gracedb_{name}"):
            said[name] = _read(name, value, f"gracedb_{name} of the ini file")
    for marker in reversed(list(request.node.iter_markers("gracedb"))):
        said.update(_marked(marker, request.node.nodeid))
    for name in _NAMES:
        value = config.getoption(f"gracedb_{name}")
        if value is not None:
            said[name] = _read(name, value, f"--gracedb-{name.replace('_', '-')}")
    if "gracedb_allow_network" in request.fixturenames:
        said["allow_network"] = True
    return Settings(**said)


def _marked(marker: pytest.Mark, where: str) -> dict[str, Any]:
    known = f"it takes {', '.join(f'{name}=…' for name in _NAMES)}"
    if marker.args:
        raise pytest.UsageError(
            f"{where}: the marker gracedb has an argument without name; {known}"
        )
    said = dict(marker.kwargs)
    if unknown := sorted(said.keys() - set(_NAMES)):
        raise pytest.UsageError(f"{where}: the marker gracedb has no {unknown[0]}; {known}")
    if said.get("groups") is not None:
        said["groups"] = group_names(said["groups"])
    if "faults" in said:
        said["faults"] = _faults(said["faults"], f"{where}: faults of the marker gracedb")
    return said


def _read(name: str, value: Any, where: str) -> Any:
    """Read a setting that was written as text."""
    if name == "groups":
        return tuple(group.strip() for group in value.split(",") if group.strip())
    if name == "faults":
        try:
            value = json.loads(value)
        except ValueError as error:
            raise pytest.UsageError(f"{where} is not JSON: {error}") from None
        return _faults(value, where)
    return value


def _faults(value: Any, where: str) -> tuple[dict[str, Any], ...]:
    faults = [value] if isinstance(value, dict) else value
    if not isinstance(faults, list | tuple) or not all(isinstance(one, dict) for one in faults):
        raise pytest.UsageError(f"{where}: {value!r} is not a dict or a list of such")
    return tuple(faults)
