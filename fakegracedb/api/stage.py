"""What lies below ``/fake/``: a test in another process sets the stage, and looks behind it.

Everything is JSON. None of it is there on a real server, and none of it counts among the calls.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import __version__
from ..clock import iso_text
from ..errors import ApiError, FakeGraceDbError
from .app import Application
from .faults import FIELDS, Fault
from .forms import refuse_constant
from .message import Request, Response

__all__ = ["Stage"]

Handler = Callable[["Stage", dict[str, Any]], Any]


@dataclass(frozen=True)
class _Act:
    """What a method does at a path: the handler, its status, the fields that it takes."""

    method: str
    path: str
    handler: Handler
    does: str
    fields: tuple[str, ...] = ()
    status: int = 200


class Stage:
    """Care of the store behind a server, over HTTP.

    Parameters
    ----------
    app : Application
        Whose store, clock, faults and calls.
    """

    def __init__(self, app: Application) -> None:
        self.app = app
        self._kept: list[str] = []  # snapshots in temporary folders, which go with us
        weakref.finalize(self, _remove, self._kept, os.getpid())

    def respond(self, request: Request, path: str) -> Response:
        """Answer a request; the path is what follows ``/fake``."""
        try:
            act = _found(request, path.strip("/"))
            _refuse_other_sites(request)
            body = act.handler(self, _fields(request, act))
            return _json(act.status, body)
        except ApiError as error:
            return _json(error.status, error.body, **error.headers)
        except (FakeGraceDbError, ValueError, TypeError) as error:
            return _json(400, {"error": str(error)})
        except Exception as error:
            return _json(500, {"error": f"the fake failed: {type(error).__name__}: {error}"})

    def _contents(self, fields: dict[str, Any]) -> Any:
        store = self.app.store
        return {
            "fakegracedb": __version__,
            "store": str(store.path),
            "server-version": self.app.server_version or store.settings["server_version"],
            "process": os.getpid(),
            "calls": [
                {
                    "method": act.method,
                    "path": f"/fake/{act.path}",
                    "does": act.does,
                    "fields": list(act.fields),
                }
                for act in _ACTS
            ],
        }

    def _reset(self, fields: dict[str, Any]) -> Any:
        self.app.store.reset()
        self.app.faults.clear()
        self.app.calls.clear()
        return {}

    def _snapshot(self, fields: dict[str, Any]) -> Any:
        path = fields.get("path")
        if path is None:
            folder = tempfile.mkdtemp(prefix="fakegracedb-snapshot-")
            self._kept.append(folder)
            path = str(Path(folder) / "store")
        return {"path": str(self.app.store.snapshot(_text(path, "path")))}

    def _restore(self, fields: dict[str, Any]) -> Any:
        if "path" not in fields:
            raise ApiError(400, {"error": "path is missing: where a snapshot lies"})
        self.app.store.restore(_text(fields["path"], "path"))
        return {}

    def _clock(self, fields: dict[str, Any]) -> Any:
        clock = self.app.store.clock
        return {
            "now": iso_text(clock.now()),
            "gps": clock.gps(),
            "setting": clock.setting.to_json(),
        }

    def _set_clock(self, fields: dict[str, Any]) -> Any:
        if len(fields) != 1:
            raise ApiError(400, {"error": "one of set and advance is needed"})
        clock = self.app.store.clock
        if "set" in fields:
            value = fields["set"]
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise ApiError(400, {"error": f"set: {value!r} is not a time"})
            clock.set(value)
        else:
            value = fields["advance"]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ApiError(400, {"error": f"advance: {value!r} is not a number of seconds"})
            clock.advance(value)
        return self._clock({})

    def _faults(self, fields: dict[str, Any]) -> Any:
        return {"faults": [_fault_json(fault) for fault in self.app.faults]}

    def _add_fault(self, fields: dict[str, Any]) -> Any:
        return _fault_json(self.app.faults.add(**fields))

    def _clear_faults(self, fields: dict[str, Any]) -> Any:
        self.app.faults.clear()
        return {}

    def _calls(self, fields: dict[str, Any]) -> Any:
        return {"calls": [asdict(call) for call in self.app.calls]}

    def _clear_calls(self, fields: dict[str, Any]) -> Any:
        self.app.calls.clear()
        return {}


# fmt: off
_ACTS = (
    _Act("GET", "", Stage._contents, "what there is"),
    _Act("POST", "reset", Stage._reset,
         "empty the store, forget calls and faults; settings, vocabulary and users stay"),
    _Act("POST", "snapshot", Stage._snapshot,
         "keep the store as it is: in a new folder, or one that goes with the server", ("path",)),
    _Act("POST", "restore", Stage._restore, "make the store what a snapshot holds", ("path",)),
    _Act("GET", "clock", Stage._clock, "read the store's clock"),
    _Act("PUT", "clock", Stage._set_clock,
         "set the clock: a time, \"system\", or seconds to advance by", ("set", "advance")),
    _Act("GET", "faults", Stage._faults, "the trouble planned in this process"),
    _Act("POST", "faults", Stage._add_fault, "plan trouble", FIELDS, 201),
    _Act("DELETE", "faults", Stage._clear_faults, "take all planned trouble back"),
    _Act("GET", "calls", Stage._calls, "what this process was asked, in order"),
    _Act("DELETE", "calls", Stage._clear_calls, "forget the calls"),
)
# fmt: on


def _found(request: Request, path: str) -> _Act:
    method = "GET" if request.method == "HEAD" else request.method
    acts = {act.method: act for act in _ACTS if act.path == path}
    if not acts:
        paths = dict.fromkeys(f"/fake/{act.path}" for act in _ACTS)
        raise ApiError(404, {"error": f"no /fake/{path}: there are {', '.join(paths)}"})
    if method not in acts:
        allowed = ", ".join(acts)
        text = f"/fake/{path} takes {allowed}, not {method}"
        raise ApiError(405, {"error": text}, headers={"Allow": allowed})
    return acts[method]


def _refuse_other_sites(request: Request) -> None:
    """Refuse what a page of some other site asks for through a browser on this machine."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != urlsplit(request.url).netloc:
        raise ApiError(403, {"error": f"{origin} has no business here"})


def _fields(request: Request, act: _Act) -> dict[str, Any]:
    """Read the body, which is a JSON object or empty."""
    if act.method in ("GET", "DELETE") or not request.body:
        return {}
    try:
        data = json.loads(request.content, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, {"error": f"the body is not JSON: {error}"}) from None
    if not isinstance(data, dict):
        raise ApiError(400, {"error": "the body is not a JSON object"})
    if unknown := [name for name in data if name not in act.fields]:
        there = ", ".join(act.fields) or "none"
        raise ApiError(400, {"error": f"no field {unknown[0]!r}; there are: {there}"})
    return data


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise ApiError(400, {"error": f"{name}: {value!r} is not a text"})
    return value


def _fault_json(fault: Fault) -> dict[str, Any]:
    data = asdict(fault)
    if isinstance(data["body"], bytes):  # planned within the process
        data["body"] = data["body"].decode("utf-8", "backslashreplace")
    return data


def _json(status: int, data: Any, **headers: str) -> Response:
    body = json.dumps(data, indent=1).encode() + b"\n"
    return Response(status, body, {"Content-Type": "application/json", **headers})


def _remove(folders: list[str], process: int) -> None:
    if os.getpid() == process:  # a forked worker does not take its parent's snapshots along
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
