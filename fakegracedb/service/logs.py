"""The log of an event: entries written by users, and those the server writes by itself."""

from __future__ import annotations

from dataclasses import dataclass

from ..documents import Event, Log
from ..errors import ApiError
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from ..stretches import Content
from . import files, labels, tags
from .access import Caller, find_event
from .alerts import tell
from .outcome import Outcome

__all__ = ["NewLog", "create", "listing", "one", "text_problem", "write"]

NAME_LENGTH = 100  # of a log's file name


@dataclass(frozen=True, slots=True)
class NewLog:
    """What a user sends.

    Attributes
    ----------
    comment : str or None
        None if there was no such field.
    filename : str
        Name of the upload, empty for none.
    content : bytes, memoryview or Stretch
        Of the upload.
    tags : list of str
        Tag names.
    display_names : list of str
        Used only if there are as many as tags.
    label : str or None
        A label to apply.
    """

    comment: str | None
    filename: str = ""
    content: Content = b""
    tags: tuple[str, ...] = ()
    display_names: tuple[str, ...] = ()
    label: str | None = None


def write(
    tx: Transaction,
    folder: str,
    issuer: str,
    comment: str,
    filename: str = "",
    file_version: int | None = None,
) -> Log:
    """Write an entry to the log of the object in a folder; it has the next number."""
    log = Log(
        N=tx.logs(folder).highest + 1,
        comment=comment,
        created=tx.timestamp(),
        issuer=issuer,
        filename=filename,
        file_version=file_version,
    )
    tx.add_log(folder, log)
    return log


def create(store: Store, caller: Caller, asked: str, new: NewLog) -> Outcome[tuple[Event, Log]]:
    """Write a user's entry, with its file, tags and label.

    Notes
    -----
    The order of work, and what is kept when a step is refused, is the server's: the file stays when
    the entry is refused, the entry stays when a tag is, tags stay when the label is.
    """
    with store.transaction(f"POST events/{asked}/log/", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        folder = event_folder(event.graceid)
        version = files.stored_version(tx, folder, new.filename, new.content)
        if (error := _invalid(new)) is not None:
            return Outcome((event, Log(0, "", "", "")), error)
        assert new.comment is not None
        log = write(tx, folder, caller.name, new.comment, new.filename, version)
        tell(tx, caller, "log", event, log.N)
        if not caller.internal:
            # nobody outside could read it otherwise; this one writes no entry of its own
            log = tags.attach(tx, folder, log, caller.external_tag, "")
        error = _tag(tx, caller, folder, log, new)
        if error is None and new.label is not None:
            try:
                event = labels.apply(tx, caller, event, new.label)
            except ApiError as refused:
                error = refused
        found = tx.logs(folder).get(log.N)
        return Outcome((event, found or log), error)


def _invalid(new: NewLog) -> ApiError | None:
    """Give the answer to an entry that the database would refuse."""
    problems: dict[str, list[str]] = {}
    if new.comment is None:
        problems["comment"] = ["This field cannot be null."]
    elif not new.comment:
        problems["comment"] = ["This field cannot be blank."]
    elif message := text_problem(new.comment):
        problems["comment"] = [message]
    if message := name_problem(new.filename):
        problems["filename"] = [message]
    return ApiError(503, f"Failed to save log entry: {problems}") if problems else None


def name_problem(filename: str) -> str | None:
    """Say why a log entry cannot have a file of that name, None if it can."""
    return text_problem(filename, NAME_LENGTH)


def text_problem(text: str, longest: int | None = None) -> str | None:
    """Say why the database cannot hold a text, None if it can."""
    if longest is not None and len(text) > longest:
        return f"Ensure this value has at most {longest} characters (it has {len(text)})."
    if "\0" in text:
        return "Null characters are not allowed."
    return None


def _tag(tx: Transaction, caller: Caller, folder: str, log: Log, new: NewLog) -> ApiError | None:
    named = len(new.display_names) == len(new.tags)
    for place, name in enumerate(new.tags):
        display_name = new.display_names[place] if named else ""
        try:
            tags.apply(tx, caller, folder, log.N, name, display_name)
        except ApiError as error:
            message = f"Log message created, but error creating tag: {error.body}"
            return ApiError(error.status, message)
    return None


def listing(view: View, caller: Caller, asked: str) -> tuple[Event, list[Log]]:
    """Give the entries that the caller may read, as the server orders them: by time and number."""
    event = find_event(view, caller, asked)
    logs = [log for log in view.logs(event_folder(event.graceid)) if caller.may_read(log)]
    return event, sorted(logs, key=lambda log: (log.created, log.N))


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Event, Log]:
    """Give an entry.

    Raises
    ------
    ApiError
        404 if there is none of that number, 403 if an external caller may not read it.
    """
    event = find_event(view, caller, asked)
    log = entry(view, event, number)
    if not caller.may_read(log):
        raise ApiError(403, "You do not have permission to view this log message.", plain=True)
    return event, log


def entry(view: View, event: Event, number: int) -> Log:
    """Give the entry of an event with a number, for calls below it."""
    log = view.logs(event_folder(event.graceid)).get(number)
    if log is None:
        raise ApiError(404, "Log does not exist.")
    return log
