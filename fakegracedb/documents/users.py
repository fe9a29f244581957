"""A user: name, groups, and the rights that a user can hold beside those of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["User", "person"]


@dataclass(frozen=True, slots=True)
class User:
    """A user.

    Attributes
    ----------
    name : str
        User name.
    groups : tuple of str
        User groups, of the vocabulary's `user_groups`.
    first_name, last_name, email : str
        As ``user-info/`` shows them.
    pipelines : tuple of str or None
        Pipelines that the user may upload to outside the Test group; None is all of them.
    permissions : tuple of str
        Single rights, e.g. ``t90_grbevent``.
    """

    name: str
    groups: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    pipelines: tuple[str, ...] | None = None
    permissions: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def internal(self) -> bool:
        """Whether the user belongs to the collaboration."""
        return "internal_users" in self.groups

    def may_upload(self, pipeline: str) -> bool:
        """Whether the user holds the populate right on a pipeline."""
        return self.pipelines is None or pipeline in self.pipelines

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> User:
        """Build from the JSON of a store."""
        pipelines = data.get("pipelines")
        return load(
            cls,
            data,
            groups=tuple(data.get("groups", ())),
            pipelines=None if pipelines is None else tuple(pipelines),
            permissions=tuple(data.get("permissions", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(
            self,
            groups=list(self.groups),
            pipelines=list(self.pipelines or ()),
            permissions=list(self.permissions),
        )


def person(name: str, **known: Any) -> User:
    """Give a user of whom there is no document: the rest of their name is read off the user name.

    Parameters
    ----------
    name : str
        As ``ada.lovelace@ligo.org``.
    **known
        Further fields.
    """
    first, _, last = name.partition("@")[0].partition(".")
    return User(
        name=name,
        first_name=first.capitalize(),
        last_name=last.capitalize(),
        email=name,
        **known,
    )
