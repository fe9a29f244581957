"""Parts of a store that are used as things of their own: its settings, its users, its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..clock import Clock, gps_from_utc, iso_text
from ..documents import Settings, User
from . import contents, layout

if TYPE_CHECKING:
    from .store import Store

__all__ = ["SettingsMapping", "StoreClock", "UsersMapping"]


class SettingsMapping(MutableMapping[str, Any]):
    """The settings of a store as a mapping."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _all(self) -> dict[str, Any]:
        return self._store.read(lambda view: view.settings).to_json()

    def __getitem__(self, key: str) -> Any:
        return self._all()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        known = [field.name for field in fields(Settings) if field.name != "unknown"]
        if key not in known or key in ("format", "created"):
            raise KeyError(f"no setting {key!r}; there are {', '.join(known[2:])}")
        with self._store.transaction(f"setting {key}") as transaction:
            settings = replace(transaction.settings, **{key: value})
            contents.validate(layout.SETTINGS, settings.to_json())
            transaction.put_settings(settings)

    def __delitem__(self, key: str) -> None:
        self[key] = Settings().to_json()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


class UsersMapping(MutableMapping[str, User]):
    """The users of a store as a mapping."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _all(self) -> Mapping[str, User]:
        return self._store.read(lambda view: view.users)

    def __getitem__(self, name: str) -> User:
        return self._all()[name]

    def __setitem__(self, name: str, user: User | Mapping[str, Any]) -> None:
        if not isinstance(user, User):
            data = {**user, "name": name}
            contents.validate(layout.USERS, {"users": [data]})
            user = User.from_json(data)
        if user.name != name:
            raise ValueError(f"the user {user.name!r} cannot be kept under the name {name!r}")
        with self._store.transaction(f"user {name}") as transaction:
            transaction.put_users({**transaction.users, name: user})

    def __delitem__(self, name: str) -> None:
        with self._store.transaction(f"user {name}") as transaction:
            users = dict(transaction.users)
            del users[name]
            transaction.put_users(users)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


class StoreClock:
    """The clock of a store: every process that uses the store sees the same time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def setting(self) -> Clock:
        """How the clock is set."""
        return self._store.read(lambda view: view.clock)

    def now(self) -> datetime:
        """Read the clock: UTC with microseconds. A stepping clock is not moved by that."""
        return self._store.read(lambda view: view.now())

    def gps(self) -> float:
        """Read the clock as GPS time [s]."""
        return gps_from_utc(self.now())

    def set(self, value: Clock | datetime | timedelta | str | float) -> None:
        """Set the clock: ``"system"``, a time at which it stands, an offset, a `Clock`."""
        clock = Clock.of(value)
        self._change("clock", lambda _: clock, restart=True)

    def advance(self, seconds: float) -> None:
        """Set the clock forward by so many seconds; a system clock runs on with that offset."""
        self._change("clock", lambda clock: clock.advanced(seconds))

    def skip(self, seconds: float) -> None:
        """Let a wait of so many seconds be over: a clock that stands still moves, others do not."""
        if seconds > 0 and self.setting.skipped(seconds) != self.setting:
            self._change("wait", lambda clock: clock.skipped(seconds))

    def _change(
        self, call: str, change: Callable[[Clock], Clock], *, restart: bool = False
    ) -> None:
        with self._store.transaction(call) as transaction:
            settings = transaction.settings
            clock = change(transaction.clock)
            if transaction.version[1] == 0:  # a store that begins with its clock was made by it
                settings = replace(settings, created=iso_text(clock.now()))
            transaction.put_settings(replace(settings, clock=clock.to_json()))
            if restart:
                transaction.restart_ticks()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StoreClock):
            return self.setting == other.setting
        return isinstance(other, Clock) and self.setting == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<StoreClock {self.setting!r}: {iso_text(self.now())}>"
