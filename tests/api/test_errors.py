"""Every error text of the specification, by section: status, body and type, byte for byte.

A row is one call at every base; how a base wraps a message follows from the kind of the message.
Sections are those of the three documents on the server's answers: R (root and events), F (event
files), C (what clients expect). The run prints those that have error texts and no row, and why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
import requests

from fakegracedb.api.app import Application
from fakegracedb.vocabulary import DEFAULT

if TYPE_CHECKING:
    from conftest import Api, Server

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TSV = "text/tab-separated-values; charset=utf-8"
DETAIL = "You do not have permission to perform this action."
NOBODY = "Authentication credentials were not provided."
GONE = "This functionality has been deprecated and will not be re-implemented on GraceDB"
NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
REQUIRED = "This field is required."
BAD_REPLAY_ID = "replay_id: * Enter up to 30 characters of A-Z a-z 0-9 _ -"
PERMS = "events/T0001/perms/"
NEITHER = "Both or neither of skymap_type and skymap_filename must be specified."
SKYMAP = {"skymap_type": "x", "skymap_filename": "a.fits"}
NO_VOEVENT = "VOEvent does not exist."
NO_EMBB = "Log Message Not Found"
UUID = "0123abcd-0000-4000-8000-00000000abcd"
BASES = ("v2", "v1", "2.33")
OLDER = ("v1", "2.33")  # where nothing is retired


class World:
    """A store with two test events, and who asks.

    T0001 is for internal users; T0002 is of the search MDC, and so open to the LV-EM groups. Each
    has the entries 1 to 3 that its upload writes.
    """

    def __init__(self, server: Server, base: str) -> None:
        self.server = server
        self.base = base
        self.api = server.at(base)
        self.nobody = server.at(base, None)
        self.outsider = server.at(base, "lv@em.org", ("lvem_users",))
        self.colleague = server.at(base, "ada.lovelace@ligo.org", ("internal_users",))
        self.content: bytes = self.api.sample()
        self.api.create(search="LowMass")
        self.api.create(search="MDC")

    def words(self, **changes: Any) -> Api:
        """Have the server know other words."""
        self.server.store.vocabulary = replace(DEFAULT, **changes)
        return self.api

    def knowing(self, **changes: Any) -> World:
        """Have the server know other words."""
        self.words(**changes)
        return self

    def below_a_floor(self) -> Any:
        """Have outsiders see no far below 1e-9 Hz."""
        settings = {"voevent_far_floor_hz": 1e-9}
        self.server.store.vocabulary = DEFAULT.overridden({"settings": settings})
        return self.outsider

    def tagged(self, name: str = "psd") -> Api:
        """Have entry 1 of T0001 tagged."""
        assert self.api.put(f"events/T0001/log/1/tag/{name}").status_code == 201
        return self.api

    def path(self, graceid: str) -> Any:
        return self.server.store.path / "events" / graceid


@dataclass(frozen=True)
class Row:
    """One call, and its answer.

    Attributes
    ----------
    kind : str
        ``message``: a view's own, a JSON string on v1; ``plain``: bare text on v1; ``object``: the
        same object at every base; ``bare``: the same bare text at every base; ``page``: an HTML
        page; ``table``: the same text where values separated by tabs are asked for.
    starts : bool
        Whether only the beginning of the text is known.
    bases : tuple of str
        Where it holds.
    """

    section: str
    call: Callable[[World], requests.Response]
    status: int
    body: Any
    kind: Literal["message", "plain", "object", "bare", "page", "table"] = "message"
    starts: bool = False
    bases: tuple[str, ...] = BASES


def message(section: str, call: Any, status: int, body: Any, **options: Any) -> Row:
    return Row(section, call, status, body, "message", **options)


def plain(section: str, call: Any, status: int, body: str, **options: Any) -> Row:
    return Row(section, call, status, body, "plain", **options)


def same(section: str, call: Any, status: int, body: Any, **options: Any) -> Row:
    return Row(section, call, status, body, "object", **options)


def refused_form(section: str, errors: list[str], **fields: Any) -> Row:
    return same(section, lambda w: w.api.upload(**fields), 400, {"errors": errors})


def disabled() -> Any:
    return tuple(
        replace(pipeline, enabled=pipeline.name != "gstlal") for pipeline in DEFAULT.pipelines
    )


def unreadable(w: World) -> requests.Response:
    """Ask for a file in whose place there is a directory."""
    w.api.log("T0001", file=("a.txt", b"a"))
    (w.path("T0001") / "a.txt,0").unlink()
    (w.path("T0001") / "a.txt,0").mkdir()
    return w.api.get("events/T0001/files/a.txt")


def without_singles(w: World) -> bytes:
    """Give a coinc file without its table of single detectors."""
    before, _, rest = w.content.partition(b'<Table Name="sngl_inspiral:table">')
    return before + rest.partition(b"</Table>")[2]


def throttled(w: World) -> requests.Response:
    Application(w.server.store).faults.add(status=429, method="GET", path="events/", retry_after=3)
    return w.api.get("events/")


def other_tag(w: World) -> requests.Response:
    """Let somebody outside open an entry that is not theirs."""
    return w.outsider.put("events/T0002/log/1/tag/lvem")


def other_untag(w: World) -> requests.Response:
    assert w.api.put("events/T0002/log/1/tag/lvem").status_code == 201
    return w.outsider.delete("events/T0002/log/1/tag/lvem")


def log(**data: Any) -> Callable[[World], requests.Response]:
    return lambda w: w.api.post("events/T0001/log/", data=data)


def agent(name: str) -> Callable[[World], requests.Response]:
    return lambda w: w.api.get("", headers={"User-Agent": name})


def gone(method: str, path: str) -> Row:
    return same("C1", lambda w: w.api.request(method, path), 410, {"error": GONE}, bases=("v2",))


def burst(w: World, pipeline: str = "Fermi", at: str = "update-grbevent/") -> str:
    """Have an external event, E0003; give where it is updated."""
    assert w.api.create(b"{", group="External", pipeline=pipeline)["graceid"] == "E0003"
    return f"events/E0003/{at}"


def embb(**changes: Any) -> Callable[[World], requests.Response]:
    data = {"group": "ZTF", "waveband": "em.gamma", "eel_status": "FO", "obs_status": "OB"}
    return lambda w: w.api.post("events/T0001/embb/", data={**data, **changes})


def observation(**changes: Any) -> Callable[[World], requests.Response]:
    """Record an observation with one footprint, but for some changes."""
    data = {
        "group": "ZTF",
        **{name: [1] for name in ("ra_list", "ra_width_list", "dec_list", "dec_width_list")},
        "start_time_list": ["2026-03-01T17:30:00"],
        "duration_list": [60],
        **changes,
    }
    return lambda w: w.api.post("events/T0001/emobservation/", json=data)


def voevent(code: str, **fields: str) -> Callable[[World], requests.Response]:
    return lambda w: w.api.post("events/T0001/voevent/", data={"voevent_type": code, **fields})


def reserving(**fields: str) -> Callable[[World], requests.Response]:
    data = {"group": "Test", "pipeline": "gstlal", **fields}
    return lambda w: w.api.post("events/reserve/", data=data)


def reserved(w: World) -> str:
    """Have an event reserved; give where its file goes."""
    assert reserving()(w).json()["graceid"] == "T0003"
    return "events/T0003/upload/"


LONG_NAME = "x" * 97 + ".txt"  # 101 characters
NO_NULLS = "Null characters are not allowed."
TOO_LONG = "Ensure this value has at most 100 characters (it has 101)."
LABEL_TEXT = "The 'H1OK' label is managed as part of an automated process and cannot be {} manually"

ROWS = [
    # 1 Conventions
    same("R1.4", lambda w: w.nobody.get("events/T0001"), 403, {"detail": NOBODY}),
    same("R1.4", lambda w: w.outsider.get("events/T0001"), 403, {"detail": DETAIL}),
    same(
        "R1.4", lambda w: w.api.delete("events/"), 405, {"detail": 'Method "DELETE" not allowed.'}
    ),
    same(
        "R1.4",
        lambda w: w.api.post("events/", json={"group": "Test"}),
        415,
        {"detail": 'Unsupported media type "application/json" in request.'},
    ),
    same(
        "R1.4",
        throttled,
        429,
        {"detail": "Request was throttled. Expected available in 3 second(s)."},
    ),
    Row("R1.4", lambda w: w.api.get("nothing/"), 404, "<!doctype html>", "page"),
    Row("R1.5", lambda w: w.api.get("events/X0001"), 404, "<!doctype html>", "page"),
    same("R1.5", lambda w: w.nobody.get("events/T0099"), 403, {"detail": NOBODY}),
    plain("R1.5", lambda w: w.api.get("events/T0099"), 404, "Event not found."),
    plain("R1.5", lambda w: w.api.get("events/X0001/labels/"), 404, "Event not found."),
    plain("R1.5", lambda w: w.api.put("events/T0099/labels/INJ"), 404, "Event not found."),
    same("R1.5", lambda w: w.outsider.put("events/T0001/labels/INJ"), 403, {"detail": DETAIL}),
    message("R1.5", lambda w: w.api.get("events/T0001/log/9"), 404, "Log does not exist."),
    message("R1.5", lambda w: w.api.get("events/T0001/log/9/tag/"), 404, "Log does not exist."),
    message("R1.5", lambda w: w.api.put("events/T0001/log/9/tag/a"), 404, "Log does not exist."),
    message("R1.5", lambda w: w.api.delete("events/T0001/log/9/tag/a"), 404, "Log does not exist."),
    plain("R1.6", lambda w: w.api.get("events/E0001"), 404, "Event not found."),
    same(
        "R1.7",
        lambda w: w.outsider.upload(),
        403,
        {"detail": DETAIL},
    ),
    Row("R1.8", agent(""), 400, "a User-Agent header is required", "bare"),
    Row("R1.8", agent("gracedb-client/1.9.9"), 400, "gracedb-client/1.9.9", "bare", starts=True),
    Row("R1.8", agent("gracedb-client/1.20"), 400, "gracedb-client/1.20", "bare", starts=True),
    # 2 Root
    plain("R2.4", lambda w: w.outsider.get("performance/"), 403, "Forbidden"),
    plain("R2.4", lambda w: w.nobody.get("performance/"), 403, "Forbidden"),
    # 4 List
    same("R4.2", lambda w: w.nobody.get("events/"), 403, {"detail": NOBODY}),
    same("R4.2", lambda w: w.api.get("events/?query=a+<"), 400, {"error": "Invalid query"}),
    same(
        "R4.2",
        lambda w: w.api.get("events/?sort=x"),
        400,
        {
            "error": "Cannot resolve keyword 'x' into field. Choices are: created, far, gpstime, "
            "graceid, group, id, instruments, likelihood, nevents, pipeline, search, submitter"
        },
    ),
    same(
        "R4.2",
        lambda w: w.below_a_floor().get("events/?query=far+<+1e-10"),
        400,
        {"error": "FAR query out of range, upper limit must be below 1e-09"},
    ),
    Row("R4.4", lambda w: w.api.get("events/?query=a+<&format=tsv"), 400, "Invalid query", "table"),
    plain(
        "R4.5",
        lambda w: w.api.get("events/", headers={"Accept": "application/xml"}),
        400,
        "ligolw-xml rendering has been disabled",
        starts=True,
    ),
    plain(
        "R4.5",
        lambda w: w.api.get("events/?format=xml"),
        400,
        "ligolw-xml rendering has been disabled",
        starts=True,
    ),
    plain(
        "R6.1",
        lambda w: w.api.get("events/T0001?format=xml"),
        400,
        "ligolw-xml rendering has been disabled",
        starts=True,
    ),
    # 5 Creation
    same(
        "R5.1",
        lambda w: w.api.post("events/", data={"group": "Test", "pipeline": "gstlal"}),
        415,
        {
            "detail": 'Unsupported media type "application/x-www-form-urlencoded" in request.',
        },
    ),
    refused_form("R5.1", [f"pipeline: * {REQUIRED}"], pipeline=None),
    plain(
        "R5.2",
        lambda w: w.words(deprecated_pipelines=("gstlal",)).upload(),
        400,
        "The gstlal pipeline is no longer supported in GraceDB",
        starts=True,
    ),
    plain(
        "R5.2",
        lambda w: w.words(unapproved_pipelines=("gstlal",)).upload(),
        400,
        "The gstlal pipeline is not approved to upload to GraceDB",
        starts=True,
    ),
    same(
        "R5.2",
        lambda w: w.api.upload(group="CBC", pipeline="Bayes"),
        400,
        {"error": "Please provide a valid pipeline."},
    ),
    plain(
        "R5.2",
        lambda w: w.colleague.upload(group="CBC"),
        403,
        "You don't have permission on this pipeline.",
    ),
    plain(
        "R5.2",
        lambda w: w.words(pipelines=disabled()).upload(group="CBC"),
        400,
        "The gstlal pipeline has been temporarily disabled by an EM advocate",
        starts=True,
    ),
    refused_form("R5.2", [f"pipeline: * {NO_CHOICE}"], pipeline="Bayes"),
    refused_form("R5.2", [f"group: * {NO_CHOICE}"], group="Nobody"),
    refused_form("R5.2", [f"group: * {REQUIRED}"], group=None),
    refused_form("R5.2", [f"search: * {NO_CHOICE}"], search="Everywhere"),
    refused_form(
        "R5.2",
        ["labels: * Select a valid choice. NEW is not one of the available choices."],
        labels=["INJ", "NEW"],
    ),
    refused_form("R5.2", ["eventFile: * The submitted file is empty."], content=b""),
    same(
        "R5.2",
        lambda w: w.api.post("events/", files={"group": (None, "Test"), "x": ("y", b"z")}),
        400,
        {"errors": [f"pipeline: * {REQUIRED}", f"eventFile: * {REQUIRED}"]},
    ),
    # 6 Replacement
    plain(
        "R6.2",
        lambda w: w.colleague.upload(path="events/T0001", method="PUT"),
        403,
        "You did not create this event. You (ada.lovelace@ligo.org) "
        "Them (albert.einstein@ligo.org)",
    ),
    plain(
        "R6.2",
        lambda w: w.colleague.put("events/T0001", data="not even a form"),
        403,
        "You did not create this event. You (ada.lovelace@ligo.org) "
        "Them (albert.einstein@ligo.org)",
    ),
    plain(
        "R6.2",
        lambda w: w.api.upload(path="events/T0099", method="PUT"),
        404,
        "Event not found.",
    ),
    same(
        "R6.2",
        lambda w: w.outsider.upload(path="events/T0001", method="PUT"),
        403,
        {"detail": DETAIL},
    ),
    same(
        "R6.2",
        lambda w: w.api.put("events/T0001", files={"other": ("a", b"b")}),
        400,
        {"errors": [f"eventFile: * {REQUIRED}"]},
    ),
    same(
        "R6.2",
        lambda w: w.api.upload(without_singles(w), path="events/T0001", method="PUT"),
        500,
        {"error": "document must contain exactly one sngl_inspiral Table"},
    ),
    *(
        same(
            "R6.2",
            lambda w, method=method: w.api.request(method, "events/T0001"),
            405,
            {"detail": f'Method "{method}" not allowed.'},
        )
        for method in ("DELETE", "POST", "PATCH")
    ),
    # 7 Files
    message(
        "R7.3",
        lambda w: w.api.get("events/T0001/files/none.txt"),
        404,
        "File none.txt not found",
    ),
    message(
        "R7.3",
        lambda w: w.api.get("events/T0001/files/initial.data,7"),
        404,
        "File initial.data,7 not found",
    ),
    message(
        "R7.3",
        lambda w: w.api.get("events/T0001/files/sub/none.txt"),
        404,
        "File none.txt not found",
    ),
    message("R7.3", unreadable, 500, "File a.txt is not readable"),
    plain(
        "R7.3",
        lambda w: w.outsider.get("events/T0002/files/initial.data"),
        403,
        "You do not have permission to view this file.",
    ),
    message(
        "R7.4",
        lambda w: w.api.put("events/T0001/files/a,b.txt", files={"upload": ("x", b"y")}),
        400,
        "versioned file name cannot contain a ','",
    ),
    message(
        "R7.4",
        lambda w: w.api.put("events/T0001/files/a.txt", files={"other": ("x", b"y")}),
        400,
        "No file uploaded: the field is called 'upload'",
    ),
    # 8 Logs
    message(
        "R8.2",
        log(comment=""),
        503,
        "Failed to save log entry: {'comment': ['This field cannot be blank.']}",
    ),
    message(
        "R8.2",
        log(tagname="psd"),
        503,
        "Failed to save log entry: {'comment': ['This field cannot be null.']}",
    ),
    message(
        "R8.2",
        lambda w: w.api.post(
            "events/T0001/log/", data={"comment": "c"}, files={"upload": (LONG_NAME, b"x")}
        ),
        503,
        f"Failed to save log entry: {{'filename': ['{TOO_LONG}']}}",
    ),
    message(
        "R8.2",
        log(comment="c", tagname=["psd", "no blanks"]),
        400,
        "Log message created, but error creating tag: "
        "{'name': ['Tag names can only include [0-9a-zA-z_-]']}",
    ),
    message(
        "R8.2",
        log(comment="c", tagname=["psd", "psd"]),
        409,
        "Log message created, but error creating tag: Log already has tag psd",
        bases=("v1", "2.33"),
    ),
    message(
        "R8.2",
        log(comment="c", tagname=["psd", "psd"]),
        400,
        "Log message created, but error creating tag: Tag is already applied to this log message",
        bases=("v2",),
    ),
    message("R8.2", log(comment="c", label="NEW"), 400, "No such Label 'NEW'"),
    message("R8.2", log(comment="c", label="H1OK"), 400, LABEL_TEXT.format("applied")),
    plain(
        "R8.3",
        lambda w: w.outsider.get("events/T0002/log/1"),
        403,
        "You do not have permission to view this log message.",
    ),
    # 9 Tags
    message(
        "R9.2",
        lambda w: w.tagged("psd").put("events/T0001/log/1/tag/psd"),
        409,
        "Log already has tag psd",
        bases=("v1", "2.33"),
    ),
    message(
        "C1",
        lambda w: w.tagged("psd").put("events/T0001/log/1/tag/psd"),
        400,
        "Tag is already applied to this log message",
        bases=("v2",),
    ),
    plain("R9.2", other_tag, 403, "You do not have permission to add or remove this tag."),
    plain("R9.2", other_untag, 403, "You do not have permission to add or remove this tag."),
    message(
        "R9.2",
        lambda w: w.api.put("events/T0001/log/1/tag/a%20b"),
        400,
        "{'name': ['Tag names can only include [0-9a-zA-z_-]']}",
    ),
    message(
        "R9",
        lambda w: w.api.put(f"events/T0001/log/1/tag/{'x' * 101}"),
        400,
        f"{{'name': ['{TOO_LONG}']}}",
    ),
    message("R9.3", lambda w: w.api.get("events/T0001/log/1/tag/psd"), 404, "Tag not found."),
    message("R9.4", lambda w: w.api.delete("events/T0001/log/1/tag/psd"), 404, "Tag not found."),
    message("R9.5", lambda w: w.api.get("events/T0001/tag/new"), 404, "No such tag for event."),
    # 10 Labels
    message("R10.1", lambda w: w.api.get("events/T0001/labels/INJ"), 404, "Label INJ Not Found"),
    message("R10.2", lambda w: w.api.put("events/T0001/labels/X"), 400, "No such Label 'X'"),
    message(
        "R10.2",
        lambda w: w.api.put("events/T0001/labels/H1OK"),
        400,
        LABEL_TEXT.format("applied"),
    ),
    message(
        "R10.3",
        lambda w: w.api.delete("events/G1/labels/INJ"),
        404,
        "No label 'INJ' associated with event T0001",
    ),
    message("R10.3", lambda w: w.api.delete("events/T0001/labels/X"), 400, "No such Label 'X'"),
    message(
        "R10.3",
        lambda w: w.api.delete("events/T0001/labels/H1OK"),
        400,
        LABEL_TEXT.format("removed"),
    ),
    # 11 Neighbours
    same(
        "R11",
        lambda w: w.api.get("events/T0001/neighbors/?neighborhood=a,b"),
        400,
        {"error": "neighborhood must be one or two integers, not 'a,b'"},
    ),
    plain(
        "R11", lambda w: w.api.get("events/T9/neighbors/?neighborhood=a"), 404, "Event not found."
    ),
    # 12 Permissions
    message("R12", lambda w: w.api.get(f"{PERMS}nobody/"), 404, "Group does not exist."),
    message("R12", lambda w: w.api.get(f"{PERMS}nobody/view"), 404, "Group does not exist."),
    message("R12", lambda w: w.api.put(f"{PERMS}nobody/view"), 404, "Group does not exist."),
    message("R12", lambda w: w.api.delete(f"{PERMS}nobody/view"), 404, "Group does not exist."),
    *(
        message(
            "R12",
            lambda w, method=method: w.api.request(method, f"{PERMS}lvem_users/own"),
            404,
            "Permission not found.",
        )
        for method in ("GET", "PUT", "DELETE")
    ),
    *(
        message(
            "R12",
            lambda w, method=method: w.api.request(method, f"{PERMS}lvem_users/view"),
            404,
            "GroupObjectPermission not found.",
        )
        for method in ("GET", "DELETE")
    ),
    *(
        plain(
            "R12",
            lambda w, method=method: w.colleague.request(method, f"{PERMS}executives/view"),
            403,
            "You do not have permission to change the permissions of events.",
        )
        for method in ("PUT", "DELETE")
    ),
    same("R12", lambda w: w.outsider.get(PERMS), 403, {"detail": DETAIL}),
    same("R12", lambda w: w.nobody.get("events/T0001/signoff/"), 403, {"detail": NOBODY}),
    same(
        "R12",
        lambda w: w.api.post("events/T0001/signoff/"),
        405,
        {"detail": 'Method "POST" not allowed.'},
    ),
    # 13 VOEvents
    *(
        same("R13", voevent(code, **fields), 400, {"error": text}, bases=OLDER)
        for code, fields, text in (
            ("XX", {"skymap_type": "x"}, "You must provide a valid voevent_type."),
            ("", {}, "You must provide a valid voevent_type."),
            ("IN", {"skymap_type": "x"}, NEITHER),
            ("PR", {"skymap_filename": "a.fits"}, NEITHER),
            ("PR", SKYMAP, "Skymap file a.fits does not exist"),
            ("UP", SKYMAP, "Skymap file a.fits does not exist"),
            ("IN", SKYMAP, "Skymap file a.fits does not exist"),
            ("IN", {}, "Skymap filename not provided."),
            ("UP", {}, "Skymap filename not provided."),
            ("PR", {"time_coinc_far": "1"}, "External GCN ID not provided"),
            ("EW", {"space_coinc_far": "1"}, "External GCN ID not provided"),
            ("RE", {"time_coinc_far": "1", "ext_gcn": "1"}, "External Pipeline not provided"),
            (
                "PR",
                {"time_coinc_far": "1", "ext_gcn": "1", "ext_pipeline": "Fermi"},
                "External Search not provided",
            ),
            ("PR", {"MassGap": "0.5", "BNS": "7"}, "MassGap has been replaced by HasMassGap"),
        )
    ),
    same(
        "R13",
        lambda w: w.api.post(burst(w, at="voevent/"), data={"voevent_type": "PR"}),
        400,
        {"error": "Cannot build a VOEvent because event has no gpstime."},
        bases=OLDER,
    ),
    *(
        same(
            "R13",
            lambda w, far=far: w.api.post(
                w.api.create(w.api.sample(far=far))["links"]["self"] + "/voevent/",
                data={"voevent_type": "PR"},
            ),
            400,
            {"error": "Cannot build a VOEvent because event has no FAR."},
            bases=OLDER,
        )
        for far in ("0", "", "nan", "inf")
    ),
    same(
        "R13",
        lambda w: w.api.post(
            w.api.create(
                b'{"gpstime": -5, "FAR": 1, "instruments": "H1"}', group="Burst", pipeline="oLIB"
            )["links"]["self"]
            + "/voevent/",
            data={"voevent_type": "PR"},
        ),
        400,
        {
            "error": "Cannot build a VOEvent because GPS -5.0 s is not between 1980-01-06 and the "
            "year 9999."
        },
        bases=OLDER,
    ),
    *(
        message("R13", voevent("PR", **fields), 400, text, bases=OLDER)
        for fields, text in (
            ({"BNS": "1.5"}, "{'prob_bns': ['Ensure this value is less than or equal to 1.0.']}"),
            (
                {"ProbHasNS": "-1", "HasMassGap": "2"},
                "{'prob_has_ns': ['Ensure this value is greater than or equal to 0.0.'], "
                "'prob_has_mass_gap': ['Ensure this value is less than or equal to 1.0.']}",
            ),
            ({"BBH": "much"}, "{'prob_bbh': ['“much” value must be a float.']}"),
            ({"BBH": "nan"}, "{'prob_bbh': ['“nan” value must be a float.']}"),
            ({"delta_t": "late"}, "{'delta_t': ['“late” value must be a float.']}"),
        )
    ),
    *(
        message("R13", voevent("EW", **SKYMAP | fields), 400, text, bases=OLDER)
        for fields, text in (
            ({"skymap_type": "x" * 101}, f"{{'skymap_type': ['{TOO_LONG}']}}"),
            ({"skymap_filename": LONG_NAME}, f"{{'skymap_filename': ['{TOO_LONG}']}}"),
            ({"skymap_type": "a\0"}, f"{{'skymap_type': ['{NO_NULLS}']}}"),
        )
    ),
    message("R13", lambda w: w.api.get("events/T1/voevent/1"), 404, NO_VOEVENT, bases=OLDER),
    same(
        "R13",
        lambda w: w.api.post("events/T1/voevent/1"),
        405,
        {"detail": 'Method "POST" not allowed.'},
        bases=OLDER,
    ),
    same(
        "R13",
        lambda w: w.outsider.post("events/T1/voevent/"),
        403,
        {"detail": DETAIL},
        bases=OLDER,
    ),
    # 14 EM observations
    *(
        message("R14", observation(**changes), status, text, bases=OLDER)
        for changes, status, text in (
            ({"group": None}, 400, "Please specify an EM followup MOU group"),
            ({"group": "Nobody", "ra_list": []}, 400, "Please specify an EM followup MOU group"),
            ({"ra_list": []}, 400, "All fields are required, please try again."),
            ({"duration_list": ""}, 400, "All fields are required, please try again."),
            ({"start_time_list": None}, 400, "All fields are required, please try again."),
            (
                {"ra_list": [1, 2]},
                400,
                "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and "
                "duration_list must be the same length.",
            ),
            ({"ra_list": ["east"]}, 400, "Cannot read RA list element 0 of ['east']"),
            ({"dec_list": "nan"}, 400, "Cannot read Dec list element 0 of ['nan']"),
            ({"ra_width_list": [{}]}, 400, "Cannot read RA width list element 0 of [{}]"),
            ({"dec_width_list": [[1]]}, 400, "Cannot read Dec width list element 0 of [[1]]"),
            ({"start_time_list": ["now"]}, 400, "Cannot read start time list element 0 of ['now']"),
            ({"start_time_list": [12]}, 400, "Cannot read start time list element 0 of [12]"),
            ({"duration_list": ["long"]}, 400, "Cannot read duration list element 0 of ['long']"),
            (
                {
                    **{name: [1, 2] for name in ("ra_list", "ra_width_list", "dec_width_list")},
                    "dec_list": [1, "north"],
                    "duration_list": [1, 2],
                    "start_time_list": ["2026-03-01T17:30:00"] * 2,
                },
                400,
                "Cannot read Dec list element 1 of [1, 'north']",
            ),
            (
                {"comment": "a\0"},
                500,
                f"Problem creating EMBB Observation: comment: {NO_NULLS}",
            ),
            (
                {"duration_list": [-1]},
                500,
                "Problem creating EMBB Observation: an exposure takes 0 to 2147483647 seconds, "
                "not -1",
            ),
        )
    ),
    message(
        "R14",
        lambda w: w.api.get("events/T1/emobservation/1"),
        404,
        "Observation record not nound",
        bases=OLDER,
    ),
    same(
        "R14",
        lambda w: w.outsider.post("events/T1/emobservation/"),
        403,
        {"detail": DETAIL},
        bases=OLDER,
    ),
    # 15 EMBB
    message("R15", lambda w: w.api.get("events/T1/embb/1"), 404, NO_EMBB, bases=OLDER),
    *(
        message("R15", embb(**changes), 400, text, bases=OLDER)
        for changes, text in (
            ({"group": None}, "Please specify group"),
            ({"group": "Nobody"}, "There is no group Nobody"),
            ({"waveband": ""}, "Please specify waveband"),
            ({"waveband": "em.ether"}, "There is no waveband em.ether"),
            ({"eel_status": None}, "Please specify eel_status"),
            ({"eel_status": "XX"}, "There is no eel_status XX"),
            ({"obs_status": None}, "Please specify obs_status"),
            ({"obs_status": "XX"}, "There is no obs_status XX"),
            ({"raList": "east"}, "Cannot read raList element 0 of ['east']"),
            (
                {"raList": "1,2"},
                "raList, decList, raWidthList, decWidthList must be the same length.",
            ),
            ({"gpstimeList": "1"}, "gpstimeList, durationList must be the same length."),
            ({"comment": "a\0"}, f"comment: {NO_NULLS}"),
        )
    ),
    # 16 Updates of GRB events
    same(
        "R16",
        lambda w: w.colleague.request("PATCH", burst(w), data={"ra": 1}),
        403,
        {"detail": DETAIL},
        bases=OLDER,
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", "events/T1/update-grbevent/", data={"ra": 1}),
        400,
        "Cannot update GRB event parameters for non-GRB event T0001",
        bases=OLDER,
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", burst(w, "IceCube"), data={"ra": 1}),
        400,
        "Cannot update GRB event parameters for non-GRB event E0003",
        bases=OLDER,
    ),
    *(
        message(
            "R16",
            lambda w, sent=sent: w.api.request("PATCH", burst(w), data={"ra": sent}),
            400,
            ["Parameter 'ra' must be a float"],
            bases=OLDER,
        )
        for sent in ("north", "", "nan", "1e999")
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", burst(w), json={"redshift": None}),
        400,
        ["Parameter 'redshift' must be a float"],
        bases=OLDER,
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", burst(w), json={"designation": 5}),
        400,
        ["Parameter 'designation' must be a string"],
        bases=OLDER,
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", burst(w), data={"designation": "x" * 21}),
        400,
        ["Parameter 'designation' must have at most 20 characters"],
        bases=OLDER,
    ),
    message(
        "R16",
        lambda w: w.api.request("PATCH", burst(w), data={"far": 1}),
        400,
        ["Request would not modify the GRB event"],
        bases=OLDER,
    ),
    same(
        "R16",
        lambda w: w.api.get("events/T0001/update-grbevent/"),
        405,
        {"detail": 'Method "GET" not allowed.'},
    ),
    # 17 Reserving and uploading
    *(
        same("R17", reserving(**fields), 400, {"errors": errors}, bases=("v2",))
        for fields, errors in (
            ({"replay_id": "has space"}, [BAD_REPLAY_ID]),
            ({"replay_id": "x" * 31}, [BAD_REPLAY_ID]),
            ({"group": "Nobody"}, [f"group: * {NO_CHOICE}"]),
            ({"group": "CBC", "pipeline": "Bayes"}, [f"pipeline: * {NO_CHOICE}"]),
            ({"search": "Everywhere"}, [f"search: * {NO_CHOICE}"]),
            ({"group": "", "pipeline": ""}, [f"group: * {REQUIRED}", f"pipeline: * {REQUIRED}"]),
        )
    ),
    plain(
        "R17",
        lambda w: w.colleague.post("events/reserve/", data={"group": "CBC", "pipeline": "gstlal"}),
        403,
        "You don't have permission on this pipeline.",
        bases=("v2",),
    ),
    plain(
        "R17",
        lambda w: reserving()(w.knowing(deprecated_pipelines=("gstlal",))),
        400,
        "The gstlal pipeline is no longer supported in GraceDB",
        starts=True,
        bases=("v2",),
    ),
    plain(
        "R17",
        lambda w: reserving()(w.knowing(unapproved_pipelines=("gstlal",))),
        400,
        "The gstlal pipeline is not approved to upload to GraceDB",
        starts=True,
        bases=("v2",),
    ),
    plain(
        "R17",
        lambda w: reserving(group="CBC")(w.knowing(pipelines=disabled())),
        400,
        "The gstlal pipeline has been temporarily disabled by an EM advocate",
        starts=True,
        bases=("v2",),
    ),
    same("R17", lambda w: w.nobody.post("events/reserve/"), 403, {"detail": NOBODY}, bases=("v2",)),
    same(
        "R17",
        lambda w: w.api.get("events/reserve/"),
        405,
        {"detail": 'Method "GET" not allowed.'},
        bases=("v2",),
    ),
    Row(
        "R17", lambda w: w.api.post("events/reserve/"), 404, "<!doctype html>", "page", bases=OLDER
    ),
    message(
        "R17",
        lambda w: w.api.upload(path="events/T0001/upload/"),
        400,
        "Event T0001 has already been uploaded",
        bases=("v2",),
    ),
    plain(
        "R17",
        lambda w: w.api.upload(path="events/T0099/upload/"),
        404,
        "Event not found.",
        bases=("v2",),
    ),
    plain("R17", lambda w: w.api.get(f"events/{UUID}"), 404, "Event not found.", bases=("v2",)),
    plain(
        "R17",
        lambda w: w.api.upload(path=f"events/{UUID}/upload/"),
        404,
        "Event not found.",
        bases=("v2",),
    ),
    same(
        "R17",
        lambda w: w.outsider.upload(path=reserved(w)),
        403,
        {"detail": DETAIL},
        bases=("v2",),
    ),
    same(
        "R17",
        lambda w: w.api.upload(b"", path=reserved(w), labels=["NEW"]),
        400,
        {
            "errors": [
                "labels: * Select a valid choice. NEW is not one of the available choices.",
                "eventFile: * The submitted file is empty.",
            ]
        },
        bases=("v2",),
    ),
    same(
        "R17",
        lambda w: w.api.upload(filename="a,b.xml", path=reserved(w)),
        400,
        {"warnings": ["Problem creating event (versioned file name cannot contain a ',')"]},
        bases=("v2",),
    ),
    same(
        "R17",
        lambda w: w.api.post(reserved(w), data={"graceid": "T0003"}),
        415,
        {"detail": 'Unsupported media type "application/x-www-form-urlencoded" in request.'},
        bases=("v2",),
    ),
    # 18 of the older server's calls that the newer has retired
    gone("GET", "events/T0001/voevent/"),
    gone("POST", "events/T0001/voevent/"),
    gone("GET", "events/T0001/voevent/1"),
    gone("POST", "events/T0001/voevent/1"),
    gone("GET", "events/T0001/emobservation/"),
    gone("POST", "events/T0001/emobservation/"),
    gone("GET", "events/T0001/emobservation/1"),
    gone("POST", "events/T0001/emobservation/1"),
    gone("PATCH", "events/T0001/update-grbevent/"),
    gone("GET", "events/T0001/embb/"),
    gone("POST", "events/T0001/embb/"),
    gone("GET", "events/T0001/embb/1"),
    plain("C1", lambda w: w.api.get("events/T9/voevent/"), 404, "Event not found.", bases=("v2",)),
    same("C1", lambda w: w.nobody.get("events/T1/embb/"), 403, {"detail": NOBODY}, bases=("v2",)),
    same(
        "C1",
        lambda w: w.server.at(w.base, "r@em.org", ("lvem_users",)).post("events/T1/voevent/"),
        403,
        {"detail": DETAIL},
        bases=("v2",),
    ),
    Row("C1", lambda w: w.api.get("events/T0001/none/"), 404, "<!doctype html>", "page"),
    # Event files
    refused_form("F2", ["eventFile: * The submitted file is empty."], content=b""),
    refused_form("F2", [f"pipeline: * {REQUIRED}"], pipeline=None, group="CBC"),
    plain(
        "F2",
        lambda w: w.words(pipelines=disabled()).upload(group="CBC"),
        400,
        "The gstlal pipeline has been temporarily disabled by an EM advocate due to suspected "
        "misbehavior.",
    ),
    same(
        "F14",
        lambda w: w.api.upload(filename="a,b.xml"),
        400,
        {"warnings": ["Problem creating event (versioned file name cannot contain a ',')"]},
    ),
]

# Sections with error texts that have no row here.
WITHOUT = {
    "R7.3: <name> is a directory": "cannot happen: an event has no directories of files",
    "C1: superevents": "see test_compared_errors and those of each call",
}
# Where the documents have error texts.
SECTIONS = [
    *(
        "R1.4",
        "R1.5",
        "R1.8",
        "R2.4",
        "R4.2",
        "R4.4",
        "R4.5",
        "R5.1",
        "R5.2",
        "R6.1",
        "R6.2",
        "R7.3",
    ),
    *("R7.4", "R8.2", "R8.3", "R9.2", "R9.3", "R9.4", "R9.5", "R10.1", "R10.2", "R10.3", "R11"),
    *("R12", "R13", "R14", "R15", "R16", "R17", "F2", "F14", "C1"),
]


def expected(row: Row, api: Api) -> tuple[Any, str]:
    """Give the body that a base answers, and its type."""
    if row.kind == "table":
        return row.body, TSV
    if row.kind in ("bare", "page") or (row.kind == "plain" and not api.v2):
        return row.body, HTML
    return (row.body if row.kind == "object" else api.said(row.body)), JSON


CASES = [
    pytest.param(row, base, id=f"{row.section}-{place}-{base}")
    for place, row in enumerate(ROWS)
    for base in row.bases
]


@pytest.mark.parametrize(("row", "base"), CASES)
def test_error_is_answered_as_specified(row: Row, base: str, server: Server) -> None:
    world = World(server, base)
    answer = row.call(world)
    body, content_type = expected(row, world.api)
    assert answer.status_code == row.status, answer.text
    assert answer.headers["Content-Type"] == content_type
    if content_type in (HTML, TSV):
        if row.starts or row.kind == "page":
            assert answer.text.startswith(body)
        else:
            assert answer.text == body
    elif row.starts:
        assert answer.text.startswith(json.dumps(body)[:-2])
    elif world.api.v2 or isinstance(body, str):
        assert answer.content == json.dumps(body, ensure_ascii=False).encode()
    else:
        assert answer.json() == body


def test_every_section_with_error_texts_has_a_row_or_a_reason(
    record_property: Callable[[str, object], None],
) -> None:
    covered = {row.section for row in ROWS}
    excused = {name.partition(":")[0] for name in WITHOUT}
    lines = [f"error texts: {len(ROWS)} calls, {len(CASES)} cases; sections without one:"]
    lines += [f"  {name} ({reason})" for name, reason in WITHOUT.items()]
    record_property("told", "\n".join(lines))
    assert [name for name in SECTIONS if name not in covered | excused] == []
    assert sorted(covered - {*SECTIONS, "R1.6", "R1.7", "R9"}) == []
