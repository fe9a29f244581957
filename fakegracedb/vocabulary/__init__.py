"""The words a server knows: groups, pipelines, searches, labels, tags, codes and limits.

`DEFAULT` is the production server's as far as it is known. A store may have its own: the file
``vocabulary.json`` holds what differs, see `Vocabulary.overridden`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from . import data
from .data import API_DEFAULT, API_VERSIONS, DATETIME_FORMAT, GONE, SERVER_VERSIONS
from .entries import Label, Pipeline, ServerSettings, Tag

__all__ = [
    "API_DEFAULT",
    "API_VERSIONS",
    "DATETIME_FORMAT",
    "DEFAULT",
    "GONE",
    "SERVER_VERSIONS",
    "Label",
    "Pipeline",
    "ServerSettings",
    "Tag",
    "Vocabulary",
]


def _codes(table: Mapping[str, str]) -> Any:
    return field(default_factory=lambda: table)


@dataclass(frozen=True, kw_only=True, repr=False)
class Vocabulary:
    """The vocabulary of one server; a value that never changes, and can be the key of a cache.

    Every table is in the order in which the server lists it. Tables of codes map each code to what
    is shown.

    Attributes
    ----------
    groups, searches, em_groups, user_groups : tuple of str
        Names.
    pipelines : tuple of Pipeline
        Pipelines, those switched off included.
    deprecated_pipelines, unapproved_pipelines : tuple of str
        Pipelines whose uploads are refused.
    labels : tuple of Label
        Labels.
    tags : tuple of Tag
        Tags that exist from the beginning.
    pipeline_types, superevent_categories, signoff_types, signoff_statuses : mapping of str to str
        Codes.
    instruments, voevent_types, eel_statuses, obs_statuses, wavebands : mapping of str to str
        Codes.
    settings : ServerSettings
        Limits and defaults.
    """

    groups: tuple[str, ...] = data.GROUPS
    pipelines: tuple[Pipeline, ...] = data.PIPELINES
    pipeline_types: Mapping[str, str] = _codes(data.PIPELINE_TYPES)
    deprecated_pipelines: tuple[str, ...] = ()
    unapproved_pipelines: tuple[str, ...] = ()
    searches: tuple[str, ...] = data.SEARCHES
    labels: tuple[Label, ...] = data.LABELS
    tags: tuple[Tag, ...] = data.TAGS
    em_groups: tuple[str, ...] = data.EM_GROUPS
    user_groups: tuple[str, ...] = data.USER_GROUPS
    superevent_categories: Mapping[str, str] = _codes(data.SUPEREVENT_CATEGORIES)
    signoff_types: Mapping[str, str] = _codes(data.SIGNOFF_TYPES)
    signoff_statuses: Mapping[str, str] = _codes(data.SIGNOFF_STATUSES)
    instruments: Mapping[str, str] = _codes(data.INSTRUMENTS)
    voevent_types: Mapping[str, str] = _codes(data.VOEVENT_TYPES)
    eel_statuses: Mapping[str, str] = _codes(data.EEL_STATUSES)
    obs_statuses: Mapping[str, str] = _codes(data.OBS_STATUSES)
    wavebands: Mapping[str, str] = _codes(data.WAVEBANDS)
    settings: ServerSettings = field(default_factory=ServerSettings)

    def __post_init__(self) -> None:
        for table, value in list(vars(self).items()):
            if isinstance(value, Mapping):
                object.__setattr__(self, table, MappingProxyType(dict(value)))
            elif isinstance(value, tuple):
                _check_names(table, [one if isinstance(one, str) else one.name for one in value])
        for pipeline in self.pipelines:
            if pipeline.type not in self.pipeline_types:
                raise ValueError(
                    f"pipeline {pipeline.name!r} has the type {pipeline.type!r}; "
                    f"there are {', '.join(self.pipeline_types)}"
                )
        longest = self.settings.label_name_max_length
        for label in self.labels:
            if len(label.name) > longest:
                raise ValueError(f"label {label.name!r} has more than {longest} characters")

    # Looking up.

    @cached_property
    def _pipelines(self) -> dict[str, Pipeline]:
        return {pipeline.name: pipeline for pipeline in self.pipelines}

    @cached_property
    def _labels(self) -> dict[str, Label]:
        return {label.name: label for label in self.labels}

    @cached_property
    def _tags(self) -> dict[str, Tag]:
        return {tag.name: tag for tag in self.tags}

    @cached_property
    def _label_ranks(self) -> dict[str, int]:
        return {label.name: rank for rank, label in enumerate(self.labels)}

    def pipeline(self, name: str) -> Pipeline | None:
        """Give the pipeline of this name; None if there is none."""
        return self._pipelines.get(name)

    def label(self, name: str) -> Label | None:
        """Give the label of this name; None if there is none."""
        return self._labels.get(name)

    def tag(self, name: str) -> Tag | None:
        """Give the tag of this name, if it is one of those known from the beginning."""
        return self._tags.get(name)

    def label_rank(self, name: str) -> int:
        """Give the place of a label in the server's own order; an unknown one comes after all."""
        return self._label_ranks.get(name, len(self.labels))

    def protected(self, name: str) -> bool:
        """Whether this is a label that only signoffs put on and take off."""
        label = self._labels.get(name)
        return label is not None and label.protected

    @cached_property
    def coinc_pipelines(self) -> frozenset[str]:
        """Pipelines whose events are compact-binary coincidences."""
        return self._named(lambda one: one.extra_attributes_key == "CoincInspiral")

    @cached_property
    def grb_pipelines(self) -> frozenset[str]:
        """Pipelines whose GRB attributes can be updated; the server leaves IceCube out."""
        return self._named(lambda one: one.extra_attributes_key == "GRB" and one.grb_updates)

    def _named(self, wanted: Callable[[Pipeline], bool]) -> frozenset[str]:
        return frozenset(pipeline.name for pipeline in self.pipelines if wanted(pipeline))

    @cached_property
    def blessed(self) -> tuple[str, ...]:
        """Names of the tags that are listed before all others, in their order."""
        return tuple(tag.name for tag in self.tags if tag.blessed)

    # Making another one.

    def overridden(self, overrides: Mapping[str, Any]) -> Vocabulary:
        """Give a vocabulary that differs as a store's ``vocabulary.json`` says.

        Parameters
        ----------
        overrides : mapping
            Any of the attributes by name, as JSON. Lists and tables of codes replace the whole of
            what is there. A pipeline, label or tag is an object with at least ``name``, or just its
            name; what it leaves out has the default of `Pipeline`, `Label` or `Tag`. Of
            ``settings`` only the given ones change.

        Returns
        -------
        Vocabulary
            The new one.

        Raises
        ------
        ValueError
            A key or a value that makes no sense; the message names it and says what could stand
            there.
        """
        from .overrides import overridden

        return overridden(self, overrides)

    def to_json(self) -> dict[str, Any]:
        """Give the whole as JSON of the form that `overridden` reads."""
        from .overrides import as_json

        return as_json(self)

    def with_group(self, name: str) -> Vocabulary:
        """Give a vocabulary that has this group."""
        return self if name in self.groups else replace(self, groups=(*self.groups, name))

    def with_search(self, name: str) -> Vocabulary:
        """Give a vocabulary that has this search."""
        return self if name in self.searches else replace(self, searches=(*self.searches, name))

    def with_pipeline(
        self,
        name: str,
        extra_attributes_key: str | None = None,
        type: str | None = None,  # noqa: A002 - the attribute's name
        enabled: bool | None = None,
    ) -> Vocabulary:
        """Give a vocabulary that has this pipeline.

        Parameters
        ----------
        name : str
            A new pipeline comes last; one that is there keeps its place and changes.
        extra_attributes_key, type, enabled : optional
            As in `Pipeline`. None leaves it as it is, or at the default of a new pipeline.

        Returns
        -------
        Vocabulary
            The new one.
        """
        changes = {"extra_attributes_key": extra_attributes_key, "type": type, "enabled": enabled}
        return replace(self, pipelines=_with_entry(self.pipelines, Pipeline, name, changes))

    def with_label(
        self,
        name: str,
        protected: bool | None = None,
        default_color: str | None = None,
        description: str | None = None,
    ) -> Vocabulary:
        """Give a vocabulary that has this label; the arguments are as in `with_pipeline`."""
        changes = {
            "protected": protected,
            "default_color": default_color,
            "description": description,
        }
        return replace(self, labels=_with_entry(self.labels, Label, name, changes))

    def with_tag(self, name: str, display_name: str | None) -> Vocabulary:
        """Give a vocabulary in which a tag that is there is shown as that."""
        tags = [
            replace(tag, display_name=display_name) if tag.name == name else tag
            for tag in self.tags
        ]
        return self if tuple(tags) == self.tags else replace(self, tags=tuple(tags))

    # Being a value.

    @cached_property
    def _hash(self) -> int:
        return hash((self.groups, self.pipelines, self.searches, self.labels, self.tags))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_json, (self.to_json(),)

    def __repr__(self) -> str:
        return (
            f"<Vocabulary: {len(self.groups)} groups, {len(self.pipelines)} pipelines, "
            f"{len(self.searches)} searches, {len(self.labels)} labels>"
        )


def _check_names(table: str, names: Iterable[str]) -> None:
    seen = set()
    for name in names:
        if not name:
            raise ValueError(f"{table}: a name is empty")
        if name in seen:
            raise ValueError(f"{table}: {name!r} is there twice")
        seen.add(name)


def _with_entry(entries: tuple[Any, ...], kind: Any, name: str, changes: dict[str, Any]) -> Any:
    given = {key: value for key, value in changes.items() if value is not None}
    if all(entry.name != name for entry in entries):
        return (*entries, kind(name, **given))
    return tuple(replace(entry, **given) if entry.name == name else entry for entry in entries)


def _from_json(whole: Mapping[str, Any]) -> Vocabulary:
    return DEFAULT.overridden(whole)


DEFAULT = Vocabulary()
