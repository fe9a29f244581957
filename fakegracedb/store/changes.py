"""What changed in a store between two moments: objects, labels, logs, files, fields, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, overload

from ..documents import Settings
from ..errors import StoreError
from ..vocabulary import DEFAULT
from . import contents, layout
from .past import UNKNOWN, Mark, Past
from .view import View

__all__ = ["Change", "Changes", "since_mark", "since_store"]

_LONGEST = 100  # characters of a value in words
_UNSAID = ("labels", "signoffs")  # these are changes of their own
_NOUNS = {
    "logs.jsonl": "log",
    "files.jsonl": "file",
    "voevents.jsonl": "VOEvent",
    "emobservations.jsonl": "EM observation",
    "embb.jsonl": "EMBB entry",
    "notices.jsonl": "notice",
}
_UNTOLD = "changed (the journal does not tell what it was before)"
_How = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was.

    Attributes
    ----------
    object : str
        Id of the event or superevent; empty for what belongs to the store as a whole.
    what : str
        ``event``, ``superevent``, ``label``, ``log``, ``file``, ``signoff``, ``field``, ….
    name : str
        Which of these: the label, the number of the log entry, ``coinc.xml,0``, ``far``. Empty
        where the journal does not tell what there was: then all of them may have changed.
    change : {"added", "removed", "changed"}
        What happened to it.
    before, after : Any
        JSON as the store has it; None where there was or is none.
    """

    object: str
    what: str
    name: str
    change: _How
    before: Any = None
    after: Any = None

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        of = f"{self.object}: " if self.object else ""
        if self.what in ("event", "superevent"):
            if self.before is None and self.change == "changed":
                return f"{of}{self.what} {_UNTOLD}"
            return f"{of}{self.what} {self.change} ({_summary(self.after or self.before)})"
        if self.what in ("field", "setting"):
            noun = "setting " if self.what == "setting" else ""
            return f"{of}{noun}{self.name} {_words(self.before)} -> {_words(self.after)}"
        if not self.name:
            return f"{of}{self.what} {_UNTOLD}"
        text = f"{of}{self.what} {self.name} {self.change}"
        if self.what in ("log", "file") and self.change == "changed":
            return f"{text}: {_differences(self.before, self.after)}"
        told = _TOLD.get(self.what)
        return f"{text}: {told(self.after or self.before)}" if told else text


class Changes(Sequence[Change]):
    """All that changed, object by object; false if nothing did."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._changes = tuple(changes)

    def to_json(self) -> list[dict[str, Any]]:
        """Give them as JSON."""
        return [change.to_json() for change in self._changes]

    @overload
    def __getitem__(self, place: int) -> Change: ...
    @overload
    def __getitem__(self, place: slice) -> Changes: ...
    def __getitem__(self, place: int | slice) -> Change | Changes:
        found = self._changes[place]
        return found if isinstance(found, Change) else Changes(found)

    def __len__(self) -> int:
        return len(self._changes)

    def __str__(self) -> str:
        return "\n".join(map(str, self._changes)) or "nothing changed"

    def __repr__(self) -> str:
        return f"<{len(self)} changes>" if len(self) != 1 else "<1 change>"


# Finding them


class _Moment(Protocol):
    def document(self, path: str) -> Any: ...
    def series(self, path: str) -> Any: ...


def since_mark(view: View, mark: Mark | int) -> Changes:
    """Give what changed since a mark, or since a commit.

    Raises
    ------
    StoreError
        If the journal does not know that moment.
    """
    n = mark if isinstance(mark, int) else mark.n
    if isinstance(mark, Mark) and mark.path != view._core.path:
        raise StoreError(f"that mark is one of {mark.path}, not of {view._core.path}")
    if isinstance(mark, Mark) and not mark.is_past_of(view):
        raise StoreError(
            f"the journal of {mark.path} was begun anew since commit {n} (by reset, restore or "
            "compact): compare with a snapshot, as `store.snapshot(path)` makes one"
        )
    if not 0 <= n <= view.version[1]:
        raise StoreError(f"there is no commit {n} in {view._core.path}: {view.version[1]} so far")
    paths = _touched(view, n)
    return _compared(Past(view, n, paths), view, paths)


def since_store(view: View, before: View) -> Changes:
    """Give what is otherwise than in another store, as a snapshot of this one is.

    Where the journal goes on from the other's, only what it names since is compared.
    """
    mark = Mark.of(before)
    if mark.n and mark.is_past_of(view):
        return _compared(before, view, _touched(view, mark.n))
    return _compared(before, view, {*_everything(before), *_everything(view)})


def _touched(view: View, n: int) -> set[str]:
    """Give the paths that were changed since a commit."""
    return {
        path
        for commit in view.commits(n)
        for part in (commit.documents, commit.lines, commit.sums)
        for path in part
    }


def _everything(view: View) -> Iterator[str]:
    yield from layout.OF_ALL
    ids = ((layout.EVENTS, view.graceids()), (layout.SUPEREVENTS, view.superevent_ids()))
    for kind, names in ids:
        for name in names:
            for part in layout.OF_OBJECT[kind]:
                yield f"{kind}/{name}/{part}"


def _compared(before: _Moment, after: _Moment, paths: set[str]) -> Changes:
    changes: list[Change] = []
    for path in sorted(paths & set(layout.OF_ALL)):
        changes += _of_store(path, before, after)
    folders: dict[str, set[str]] = {}
    for path in paths:
        folders.setdefault(path.rpartition("/")[0], set()).add(path)
    for folder in sorted(filter(layout.is_object, folders), key=_place):
        changes += _of_object(folder, folders[folder], before, after)
    return Changes(changes)


def _place(folder: str) -> tuple[bool, int, str]:
    kind, _, name = folder.partition("/")
    number = int(name[1:]) if kind == layout.EVENTS else 0
    return kind != layout.EVENTS, number, name


def _of_object(folder: str, parts: set[str], before: _Moment, after: _Moment) -> Iterator[Change]:
    kind, _, name = folder.partition("/")
    noun = kind.removesuffix("s")
    main = layout.main_document(folder)
    if main in parts:
        yield from _of_main(name, noun, before.document(main), after.document(main))
    for part, series_noun in _NOUNS.items():
        path = f"{folder}/{part}"
        if path in parts:
            yield from _of_series(name, series_noun, before.series(path), after.series(path))


def _of_main(name: str, noun: str, was: Any, now: Any) -> Iterator[Change]:
    if was is UNKNOWN:
        yield Change(name, noun, name, "changed", after=now and now.to_json())
        return
    old, new = ({} if one is None else one.to_json() for one in (was, now))
    if was is None and now is not None:
        yield Change(name, noun, name, "added", after=new)
    elif now is None and was is not None:
        yield Change(name, noun, name, "removed", before=old)
    elif old != new:
        for key in (*old, *(key for key in new if key not in old)):
            if key not in _UNSAID:
                yield from _of_field(name, key, old.get(key), new.get(key))
    for what, by in (("label", "name"), ("signoff", "instrument")):
        listed = (
            {one[by] or "ADV": one for one in data.get(f"{what}s", ())} for data in (old, new)
        )
        yield from _of_mapping(name, what, *listed)


def _of_field(name: str, key: str, was: Any, now: Any) -> Iterator[Change]:
    """Compare a field; of an object within it, each member."""
    if _same(was, now):
        return
    if isinstance(was, Mapping | None) and isinstance(now, Mapping | None) and (was or now):
        old, new = was or {}, now or {}
        for inner in (*old, *(inner for inner in new if inner not in old)):
            yield from _of_field(name, f"{key}.{inner}", old.get(inner), new.get(inner))
    else:
        yield Change(name, "field", key, "changed", was, now)


def _same(was: Any, now: Any) -> bool:
    return was == now or layout.line_text(was) == layout.line_text(now)  # NaN is equal to itself


def _of_series(name: str, noun: str, was: Any, now: Any) -> Iterator[Change]:
    if was is now:
        return
    if was is UNKNOWN:
        yield Change(name, noun, "", "changed")
        return
    old, new = ({_key(entry): entry.to_json() for entry in series} for series in (was, now))
    yield from _of_mapping(name, noun, old, new)


def _key(entry: Any) -> str:
    key = entry.key
    return f"{key[0]},{key[1]}" if isinstance(key, tuple) else str(key)


def _of_mapping(
    name: str, what: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for key in (*old, *(key for key in new if key not in old)):
        was, now = old.get(key), new.get(key)
        if not _same(was, now):
            change: _How = "changed"
            if key not in old or key not in new:
                change = "added" if key in new else "removed"
            yield Change(name, what, key, change, was, now)


def _of_store(path: str, before: _Moment, after: _Moment) -> Iterator[Change]:
    """Compare what belongs to no object: settings, users, tags, names, catalogs."""
    if path == layout.CATALOGS:
        yield from _of_series("", "catalog", before.series(path), after.series(path))
        return
    documents = before.document(path), after.document(path)
    if UNKNOWN in documents:
        yield Change("", "document", path, "changed")
        return
    if path in (layout.SETTINGS, layout.VOCABULARY):  # these are never nothing
        usual = Settings() if path == layout.SETTINGS else DEFAULT
        documents = documents[0] or usual, documents[1] or usual
    old, new = ({} if one is None else contents.document_json(one) for one in documents)
    if path in (layout.USERS, layout.TAGS):
        key = path.removesuffix(".json")
        listed = ({one["name"]: one for one in data.get(key, ())} for data in (old, new))
        yield from _of_mapping("", key.removesuffix("s"), *listed)
        return
    what = "setting" if path == layout.SETTINGS else "vocabulary"
    for change in _of_mapping("", what, old, new):
        if change.name != "created" and change.name != "format":
            yield change


# In words


def _words(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _summary(data: Mapping[str, Any]) -> str:
    if "graceid" in data:
        words = [data["group"], data["pipeline"], data.get("search")]
        if data.get("far") is not None:
            words.append(f"far {data['far']:g}")
        return " ".join(filter(None, words))
    return f"category {data['category']}, preferred {data['preferred_event']}"


def _log_words(data: Mapping[str, Any]) -> str:
    words = _short(data["comment"]) or "(no comment)"
    if data.get("filename"):
        words += f" [{data['filename']},{data.get('file_version')}]"
    return words + (f" ({', '.join(data['tags'])})" if data.get("tags") else "")


def _differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{change.name} {_words(change.before)} -> {_words(change.after)}"
        for key in {**was, **now}
        for change in _of_field("", key, was.get(key), now.get(key))
    )


_TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "log": _log_words,
    "file": lambda data: f"{data['size']} bytes",
    "signoff": lambda data: _short(f"{data['status']} by {data['submitter']}"),
}
