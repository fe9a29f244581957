"""What is asked of a server about an object: a name, a path below the object's own, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = [
    "EVENT",
    "SUPEREVENT",
    "Endpoint",
    "at_version",
    "below",
    "beside",
    "listed_files",
    "root_of_link",
]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that is asked.

    Attributes
    ----------
    name : str
        Under which an archive keeps the answer.
    path : str
        Below the object's own.
    elsewhere : str
        Version of the API that is asked when the client's own base has retired it, or lacks it.
    """

    name: str
    path: str
    elsewhere: str = ""


EVENT = (
    Endpoint("logs", "log/"),
    Endpoint("labels", "labels/"),
    Endpoint("files", "files/"),
    Endpoint("tags", "tag/"),
    Endpoint("voevents", "voevent/", "v1"),
    Endpoint("emobservations", "emobservation/", "v1"),
    Endpoint("embb", "embb/", "v1"),
    Endpoint("signoffs", "signoff/"),
    Endpoint("permissions", "perms/"),
)
SUPEREVENT = (
    Endpoint("events", "events/"),
    Endpoint("pipeline_preferred_events", "pipeline_preferred_events/"),
    Endpoint("logs", "logs/"),
    Endpoint("labels", "labels/"),
    Endpoint("files", "files/"),
    Endpoint("voevents", "voevents/"),
    Endpoint("emobservations", "emobservations/", "v1"),
    Endpoint("signoffs", "signoffs/"),
    Endpoint("permissions", "permissions/"),
    Endpoint("notices", "notices/", "v2"),
)

_ROOT = re.compile(r"(.*?/api/)(?:v[0-9]+/)?(?=events/|superevents/)")


def below(link: str, path: str) -> str:
    """Give the URL of a path below that of an object."""
    return f"{link.rstrip('/')}/{path}"


def root_of_link(link: str) -> str:
    """Give the root of the API, without a version, of a link to an object; empty if it has none."""
    found = _ROOT.match(link)
    return found[1] if found else ""


def beside(link: str, path: str) -> str:
    """Give the URL of something that is no object's, at the version of the API of a link."""
    found = _ROOT.match(link)
    return f"{found[0]}{path}" if found else ""


def at_version(link: str, version: str) -> str | None:
    """Give a link to an object at another version of the API; None if that is not possible."""
    changed = _ROOT.sub(rf"\g<1>{version}/", link, count=1)
    return None if changed == link else changed


def listed_files(answer: Any) -> dict[str, str]:
    """Give the URL of every name in a list of files, whichever version of the API has answered."""
    if not isinstance(answer, dict):
        return {}
    rows = answer.get("files")
    urls = {one["filename"]: one["url"] for one in rows} if isinstance(rows, list) else {}
    return urls | {name: url for name, url in answer.items() if isinstance(url, str)}
