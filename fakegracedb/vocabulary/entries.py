"""The entries of a vocabulary that are more than a name: pipelines, labels, tags, settings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Label", "Pipeline", "ServerSettings", "Tag"]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline that uploads events.

    Attributes
    ----------
    name : str
        Its name.
    type : str
        Code of the vocabulary's `pipeline_types`.
    enabled : bool
        False while an EM advocate has switched it off: then only Test and MDC events are taken.
    extra_attributes_key : str or None
        The key under which its events have their own attributes; None where they have none.
    grb_updates : bool
        Whether GRB attributes may be changed after the upload; matters to the key ``GRB`` only.
    """

    name: str
    type: str = "SP"
    enabled: bool = True
    extra_attributes_key: str | None = None
    grb_updates: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """A label that events and superevents can carry.

    Attributes
    ----------
    name : str
        Its name.
    default_color : str
        Colour on web pages.
    description : str
        What it means.
    protected : bool
        Only signoffs put it on and take it off.
    """

    name: str
    default_color: str = "black"
    description: str = ""
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that log messages can carry, known from the beginning.

    Attributes
    ----------
    name : str
        Its name.
    display_name : str or None
        What web pages show.
    blessed : bool
        Stands before the others where tags are listed.
    """

    name: str
    display_name: str | None = None
    blessed: bool = False


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Limits and defaults of a server.

    Attributes
    ----------
    event_pagination_default_limit, event_pagination_max_limit : int
        Events on a page of a list when none are asked for, and at most.
    superevent_pagination_default_limit, superevent_pagination_max_limit : int
        The same for superevents.
    event_neighborhood_default : tuple of int, shape (2,)
        Where neighbours of an event are looked for, relative to its gpstime [s].
    event_superevent_window_before_s, event_superevent_window_after_s : float
        How far around an event its neighbouring superevents are looked for [s].
    voevent_far_floor_hz : float
        The lowest false-alarm rate that a VOEvent tells [Hz].
    voevent_stream : str
        Stream of the VOEvents' identifiers.
    replay_id_regex : str
        What the replay id of an event matches.
    label_name_max_length : int
        Characters.
    tag_name_regex : str
        What the name of a tag matches.
    tag_name_max_length, tag_display_name_max_length : int
        Characters.
    external_access_tag, public_access_tag : str
        The tags that open a log message to external users and to everybody.
    alert_search_topics : bool
        Whether the alerts of an event with a search go to that search's own topic too.
    alert_xml_escape : bool
        Whether the text of an alert has ``&``, ``<`` and ``>`` as XML writes them.
    """

    event_pagination_default_limit: int = 100
    event_pagination_max_limit: int = 1000
    superevent_pagination_default_limit: int = 100
    superevent_pagination_max_limit: int = 1000
    event_neighborhood_default: tuple[int, int] = (-5, 5)
    event_superevent_window_before_s: float = 100
    event_superevent_window_after_s: float = 100
    voevent_far_floor_hz: float = 0
    voevent_stream: str = "gwnet/LVC"
    replay_id_regex: str = "^[A-Za-z0-9_-]{1,30}$"
    label_name_max_length: int = 32
    tag_name_regex: str = r"^[0-9a-zA-Z_\-]*$"
    tag_name_max_length: int = 100
    tag_display_name_max_length: int = 200
    external_access_tag: str = "lvem"
    public_access_tag: str = "public"
    alert_search_topics: bool = True
    alert_xml_escape: bool = True
