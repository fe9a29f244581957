"""Pipeline mode: events are uploaded as their pipelines did, and left to whatever reacts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ligo.gracedb.exceptions import HTTPError
from requests.exceptions import RequestException

from .. import __version__
from ..archive import ArchivedEvent, Upload
from ..errors import ArchiveError, RegenerationError
from ..identifiers import split_version
from .instants import nanoseconds_of
from .making import Run, created_at
from .outcome import NewEvent
from .timing import Pace, StoppedError, WallTime

__all__ = ["chosen", "last_upload", "run_pipelines"]

_ESSENTIAL_TAGS = frozenset({"em_bright", "p_astro", "sky_loc"})
_ESSENTIAL_NAMES = ("*p_astro.json*", "amplfi.posterior_samples.hdf5")
_REPLACED = "Event data replaced by new upload"


def chosen(event: ArchivedEvent, uploads: str, *, with_superevent: bool) -> list[Upload]:
    """Give which of a pipeline's uploads are made again; the first always is."""
    if uploads == "default":
        uploads = "essential" if with_superevent else "all"
    if uploads == "all":
        return list(event.uploads)
    return [*event.uploads[:1], *filter(_is_essential, event.uploads[1:])]


def _is_essential(upload: Upload) -> bool:
    if upload.message == _REPLACED:
        return True
    name = split_version(upload.filename)[0]
    if name.lower().endswith(".png"):
        return False
    named = any(fnmatchcase(name, pattern) for pattern in _ESSENTIAL_NAMES)
    return named or not _ESSENTIAL_TAGS.isdisjoint(upload.tags)


def last_upload(event: ArchivedEvent, uploads: list[Upload]) -> int:
    """Give when the last of some uploads was made [ns, GPS]."""
    delay = max((one.delay for one in uploads), default=0.0)
    return created_at(event.object) + nanoseconds_of(delay)


@dataclass
class _Task:
    """One event, and how far it has come."""

    event: ArchivedEvent
    uploads: list[Upload]
    made: NewEvent

    def when(self, place: int) -> int:
        """Give when an upload was made at the source [ns, GPS]."""
        return created_at(self.event.object) + nanoseconds_of(self.uploads[place].delay)


def run_pipelines(
    run: Run, events: list[ArchivedEvent], *, with_superevent: bool, at_once: bool
) -> None:
    """Create events and upload their files, each when it is due.

    Parameters
    ----------
    run : Run
        The setting.
    events : list of ArchivedEvent
        Those that are asked for.
    with_superevent : bool
        Whether as members of a superevent: then one that cannot be made is skipped.
    at_once : bool
        Whether all is due at once, and so the order counts.
    """
    pipelines = frozenset(run.client.pipelines)
    tasks = []
    for event in events:
        made = run.new_event(event)
        made.problem = _obstacle(event, pipelines, with_superevent)
        if made.problem:
            made.skipped = with_superevent
            run.tell(made.line)
            continue
        uploads = chosen(event, run.wishes.uploads, with_superevent=with_superevent)
        made.wanted = len(uploads)
        tasks.append(_Task(event, uploads, made))
    run.total = sum(len(task.uploads) for task in tasks)
    if events and not tasks:
        raise RegenerationError("; ".join(f"{e.old_id}: {e.problem}" for e in run.result.events))
    if isinstance(run.pace.clock, WallTime) and len(tasks) > 1 and not at_once:
        with ThreadPoolExecutor(len(tasks), "regenerate") as pool:
            for _ in pool.map(lambda task: _alone(run, task), tasks):
                pass
    else:
        _in_order(run, tasks)


def _obstacle(event: ArchivedEvent, pipelines: frozenset[str], with_superevent: bool) -> str:
    """Say why an event cannot be uploaded again; empty if it can."""
    if not event.uploads or event.file(*split_version(event.uploads[0].filename)) is None:
        return (
            "its file is not in the archive"
            + (" (a reader without credentials does not see it)" if event.partial else "")
            + "; --mode history makes a stand-in from its numbers"
        )
    if event.object["pipeline"] not in pipelines:
        return f"the target does not know the pipeline {event.object['pipeline']}"
    if with_superevent and event.object.get("offline"):
        return "it was found by an offline search"
    return ""


def _in_order(run: Run, tasks: list[_Task]) -> None:
    """Do everything of all events in the order in which it happened."""
    order = sorted(
        (task.when(place), number, place)
        for number, task in enumerate(tasks)
        for place in range(len(task.uploads))
    )
    for _, number, place in order:
        _try_step(run, tasks[number], place, run.pace)


def _alone(run: Run, task: _Task) -> None:
    """Do everything of one event, while others do theirs."""
    pace = run.pace.alone()
    for place in range(len(task.uploads)):
        _try_step(run, task, place, pace)


def _try_step(run: Run, task: _Task, place: int, pace: Pace) -> None:
    if task.made.problem or run.result.stopped:
        return
    try:
        pace.wait(task.when(place))
        _step(run, task, place)
    except StoppedError:
        run.result.stopped = True
    except HTTPError as error:
        task.made.problem = f"{error.response.status_code}: {error.response.text}"
        run.tell(f"Failed {task.made.old_id}: {task.made.problem}")
    except (ArchiveError, RegenerationError, RequestException, ValueError) as error:
        task.made.problem = str(error)
        run.tell(f"Failed {task.made.old_id}: {error}")


def _step(run: Run, task: _Task, place: int) -> None:
    """Make one upload: the first creates the event."""
    upload, made = task.uploads[place], task.made
    name, version = split_version(upload.filename)
    moved = run.file(task.event, name, task.event.read(name, version))
    if place and upload.message == _REPLACED:
        run.client.replace_event(made.new_id, moved.name, filecontents=moved.content)
    elif place:
        label = _label(upload, name, run)
        run.client.write_log(
            made.new_id,
            run.shift.ids(upload.message),
            filename=moved.name,
            filecontents=moved.content,
            tag_name=list(upload.tags),
            label=label,
        )
        made.labels += [label] if label is not None and label not in made.labels else []
    else:
        answer = run.upload_event(task.event, moved.name, moved.content, _labels(run, task.event))
        made.new_id, made.gpstime = answer["graceid"], answer.get("gpstime")
        made.labels = list(answer.get("labels") or ())
        run.tell(made.line)
        if run.wishes.meg_log:
            _tell_origin(run, task.event, made.new_id)
    made.uploads.append(moved.name)
    run.advanced()


def _labels(run: Run, event: ArchivedEvent) -> list[str]:
    wanted = ["MOCK"]
    if "EarlyWarning" in (event.object.get("search"), run.search_of(event)):
        wanted.append("EARLY_WARNING")
    had = event.object.get("labels") or ()
    wanted += [label for label in had if label in run.wishes.carried]
    return run.known_labels([*wanted, *run.wishes.labels])


def _label(upload: Upload, name: str, run: Run) -> str | None:
    """Give the label that goes with an upload."""
    wanted = None
    if fnmatchcase(name, "*p_astro.json*"):
        wanted = "PASTRO_READY"
    elif "sky_loc" in upload.tags and name.endswith((".fits", ".fits.gz")):
        wanted = "SKYMAP_READY"
    return next(iter(run.known_labels([wanted] if wanted else [])), None)


def _tell_origin(run: Run, event: ArchivedEvent, new_id: str) -> None:
    source: Any = event.source or event.url or "unknown"
    comment = f"Event created by fakegracedb ({__version__}) from source=({source}) id: {event.id}"
    run.client.write_log(new_id, comment, tag_name="meg")
