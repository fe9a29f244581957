"""Steps of a self-test that make an event, with all that hangs on it."""

from __future__ import annotations

from ... import samples
from .story import Absent, Scene, Step

__all__ = ["EVENT_STEPS"]

_FAR, _LATER_FAR = 1e-9, 1e-10  # Hz
_NOTE = b"made by a self-test\n"


def _root(scene: Scene) -> str:
    root = scene.client.ping().json()
    scene.compare("version of the server", scene.client.server_version, root["server-version"])
    return f"server {root['server-version']}, {len(root['pipelines'])} pipelines"


def _user(scene: Scene) -> str:
    user = scene.client.get_user_info().json()
    return str(user["username"])


def _coinc(scene: Scene, far: float) -> bytes:
    return samples.coinc_xml(f"{scene.gps:.3f}", far=far)


def _create(scene: Scene) -> str:
    answer = scene.client.create_event(
        "Test", "gstlal", "coinc.xml", filecontents=_coinc(scene, _FAR), search="AllSky"
    )
    event = answer.json()
    scene.compare("status", 201, answer.status_code)
    scene.compare("warnings", [], event.get("warnings", []))
    for name, value in {"group": "Test", "pipeline": "gstlal", "search": "AllSky"}.items():
        scene.compare(name, value, event[name])
    scene.made["event"] = str(event["graceid"])
    scene.compare("gpstime", scene.gps, round(event["gpstime"], 3))
    scene.compare("far", _FAR, event["far"])
    return f"{event['graceid']}, far {event['far']:g} Hz"


def _read(scene: Scene) -> str:
    event = scene.client.event(scene.event).json()
    scene.compare("graceid", scene.event, event["graceid"])
    inspiral = event["extra_attributes"]["CoincInspiral"]
    scene.compare("ifos", event["instruments"], inspiral["ifos"])
    return f"{event['instruments']}, mchirp {inspiral['mchirp']:.4g}"


def _log(scene: Scene) -> str:
    client, name = scene.client, scene.event
    answer = client.write_log(
        name, "A note of a self-test", "note.txt", _NOTE, tag_name=["analyst_comments"]
    )
    entry = answer.json()
    scene.compare("status", 201, answer.status_code)
    scene.compare("file version", 0, entry["file_version"])
    found = client.logs(name, entry["N"]).json()
    scene.compare("comment", "A note of a self-test", found["comment"])
    scene.compare("tags", ["analyst_comments"], found["tag_names"])
    listed = [one["N"] for one in client.logs(name).json()["log"]]
    scene.compare("log numbers", list(range(1, len(listed) + 1)), sorted(listed))
    scene.made["log"] = str(entry["N"])
    return f"entry {entry['N']} with note.txt,0"


def _files(scene: Scene) -> str:
    client, name = scene.client, scene.event
    client.write_log(name, "The same name again", "note.txt", _NOTE * 2)
    for file, content in (
        ("note.txt,0", _NOTE),
        ("note.txt,1", _NOTE * 2),
        ("note.txt", _NOTE * 2),
    ):
        scene.compare(file, content, client.files(name, file).read())
    listed = client.files(name).json()
    missing = [file for file in ("note.txt,0", "note.txt,1", "coinc.xml,0") if file not in listed]
    scene.compare("files that are not listed", [], missing)
    return "note.txt,1 beside note.txt,0"


def _tags(scene: Scene) -> str:
    client, name, number = scene.client, scene.event, int(scene.of("log"))
    client.add_tag(name, number, "sky_loc")
    tags = [tag["name"] for tag in client.tags(name, number).json()["tags"]]
    scene.compare("tags", ["analyst_comments", "sky_loc"], sorted(tags))
    client.remove_tag(name, number, "sky_loc")
    tags = [tag["name"] for tag in client.tags(name, number).json()["tags"]]
    scene.compare("tags", ["analyst_comments"], tags)
    return "sky_loc put on and taken off"


def _labels(scene: Scene) -> str:
    client, name = scene.client, scene.event
    client.write_label(name, "DQV")
    client.write_label(name, "INJ")
    scene.compare("labels", ["DQV", "INJ"], sorted(_names(scene, name)))
    client.remove_label(name, "DQV")
    scene.compare("labels", ["INJ"], _names(scene, name))
    return "INJ; DQV put on and taken off"


def _names(scene: Scene, name: str) -> list[str]:
    return [label["name"] for label in scene.client.labels(name).json()["labels"]]


def _replace(scene: Scene) -> str:
    client, name = scene.client, scene.event
    client.replace_event(name, "coinc.xml", filecontents=_coinc(scene, _LATER_FAR))
    far = client.event(name).json()["far"]
    scene.compare("far", _LATER_FAR, far)
    return f"far {far:g} Hz"


def _search(scene: Scene) -> str:
    client, name = scene.client, scene.event
    found = [event["graceid"] for event in client.events(name)]
    scene.compare(f"events found by {name!r}", [name], found)
    text = f"Test {name} far < {_FAR:g}"
    scene.compare(f"number found by {text!r}", 1, client.num_events(text))
    return f"{name} found by its id and its far"


def _other(scene: Scene) -> str:
    event = scene.client.create_event(
        "Test",
        "MLy",
        "mly.json",
        filecontents=samples.mly_json(f"{scene.gps + 0.01:.3f}"),
        search="AllSky",
    ).json()
    scene.made["other event"] = str(event["graceid"])
    return f"{event['graceid']} of MLy"


def _reserve(scene: Scene) -> str:
    client = scene.client
    url = scene.template("event-reserve-template")
    name = client.post(url, data={"group": "Test", "pipeline": "gstlal"}).json()["graceid"]
    client.upload_reserved_event(name, "coinc.xml", filecontents=_coinc(scene, _FAR))
    scene.compare("far", _FAR, client.event(name).json()["far"])
    return f"{name}, and its file later"


def _voevent(scene: Scene) -> str:
    client, name = scene.client, scene.event
    number = client.create_voevent(name, "preliminary", internal=True).json()["N"]
    file = client.voevents(name, number).json()["filename"]
    scene.compare("begin of the VOEvent", b"<?xml", client.files(name, file).read()[:5])
    return str(file)


def _emobservation(scene: Scene) -> str:
    client, name = scene.client, scene.event
    if client.em_groups is None:  # without which the client cannot ask
        raise Absent("the API root names no groups of observers")
    start = "2026-03-01T17:00:00"
    client.write_emobservation(name, "Test", [10.0], [1.0], [-20.0], [1.0], [start], [60.0])
    found = client.emobservations(name).json()["observations"]
    scene.compare("groups", ["Test"], [one["group"] for one in found])
    return "one footprint of the group Test"


EVENT_STEPS = (
    Step("the API root", _root),
    Step("who asks", _user),
    Step("an event is made", _create),
    Step("... and read", _read),
    Step("a log entry with a file and a tag", _log),
    Step("a second version of the file", _files),
    Step("tags", _tags),
    Step("labels", _labels),
    Step("the event's data replaced", _replace),
    Step("searches of events", _search),
    Step("another event", _other),
    Step("an event reserved, then uploaded", _reserve),
    Step("a VOEvent of the event", _voevent),
    Step("an EM observation of the event", _emobservation),
)
