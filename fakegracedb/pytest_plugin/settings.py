"""What a test asks of its fake: options count more than its marker, and that more than the ini."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import pytest

from ..api.app import check_server_version
from ..api.faults import FIELDS, FaultPlan
from ..api.message import group_names, user_name
from ..clock import Clock
from ..transport import Waits
from ..transport.choices import chosen_waits

__all__ = ["Settings", "refuse_nonsense", "settings_of"]


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


def settings_of(item: pytest.Item) -> Settings:
    """Give what a test asks for.

    Raises
    ------
    pytest.UsageError
        For a setting that makes no sense; the message names it, and says what can be said.
    """
    said = _written(item.config, _ini)
    for marker in reversed(list(item.iter_markers("gracedb"))):
        said.update(_marked(marker, item.nodeid))
    said.update(_written(item.config, _option))
    if "gracedb_allow_network" in item.fixturenames:  # type: ignore[attr-defined]
        said["allow_network"] = True
    return Settings(**{name: value for name, value in said.items() if value is not None})


def refuse_nonsense(config: pytest.Config) -> None:
    """Refuse options and ini values that make no sense.

    Raises
    ------
    pytest.UsageError
        If there are any.
    """
    _written(config, _ini)
    _written(config, _option)
    keep = config.getoption("gracedb_keep")
    if keep is not None:
        place = config.invocation_params.dir / keep
        if any(one.exists() and not one.is_dir() for one in (place, *place.parents)):
            raise pytest.UsageError(f"--gracedb-keep={keep}: that cannot be a folder, {place}")


def _ini(config: pytest.Config, name: str) -> tuple[Any, str]:
    value = config.getini(f"gracedb_{name}")
    return value or None, f"gracedb_{name} = {value} in the ini file"


def _option(config: pytest.Config, name: str) -> tuple[Any, str]:
    value = config.getoption(f"gracedb_{name}")
    return value, f"--gracedb-{name.replace('_', '-')}={value}"


def _written(
    config: pytest.Config, look: Callable[[pytest.Config, str], tuple[Any, str]]
) -> dict[str, Any]:
    """Give what is said as text, by option or in the ini file."""
    said: dict[str, Any] = {}
    for name in _NAMES:
        value, where = look(config, name)
        if value is not None:
            said[name] = _checked(name, value, where, _TEXTS.get(name, _unread))
    return said


def _marked(marker: pytest.Mark, test: str) -> dict[str, Any]:
    known = f"it takes {', '.join(f'{name}=…' for name in _NAMES)}"
    if marker.args:
        raise pytest.UsageError(f"{test}: the marker gracedb has an argument without name; {known}")
    said: dict[str, Any] = {}
    for name, value in marker.kwargs.items():
        if name not in _NAMES:
            raise pytest.UsageError(f"{test}: the marker gracedb has no {name}; {known}")
        where = f"{test}: {name}={value!r} of the marker gracedb"
        said[name] = None if value is None else _checked(name, value, where, _unread)
    return said


def _checked(name: str, value: Any, where: str, read: Callable[[Any], Any]) -> Any:
    try:
        value = read(value)
        return _CHECKS[name](value)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{where}: {error}") from None


# Reading what is written as text


def _unread(value: Any) -> Any:
    return value


def _group_list(text: str) -> tuple[str, ...]:
    return tuple(group.strip() for group in text.split(",") if group.strip())


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"that is not JSON: {error}") from None


_TEXTS: dict[str, Callable[[str], Any]] = {"groups": _group_list, "faults": _json}


# What can be said


def _seed(value: Any) -> Any:
    from ..archive import Archive, ArchivedEvent, ArchivedSuperevent
    from ..store import Store

    kinds = (str, os.PathLike, Store, Archive, ArchivedEvent, ArchivedSuperevent)
    if isinstance(value, kinds) or callable(value):
        return value
    raise ValueError("it is not a folder, a store, an archive or a function")


def _faults(value: Any) -> tuple[dict[str, Any], ...]:
    faults = [value] if isinstance(value, dict) else value
    if not isinstance(faults, list | tuple) or not all(isinstance(one, dict) for one in faults):
        raise ValueError("it is not a dict or a list of such")
    for fault in faults:
        if unknown := [name for name in fault if name not in FIELDS]:
            raise ValueError(f"a fault has no {unknown[0]}; it takes {', '.join(FIELDS)}")
        FaultPlan().add(**fault)
    return tuple(faults)


def _clock(value: Any) -> Any:
    Clock.of(value)
    return value


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("it is True or False")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "seed": _seed,
    "user": user_name,
    "groups": group_names,
    "clock": _clock,
    "server_version": check_server_version,
    "faults": _faults,
    "waits": chosen_waits,
    "allow_network": _flag,
}
