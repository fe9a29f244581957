"""Steps of a self-test that make a superevent, with all that hangs on it."""

from __future__ import annotations

from datetime import UTC, datetime

from ... import samples
from ..demo.alert import alert
from .story import Scene, Step

__all__ = ["SUPEREVENT_STEPS"]


def _create(scene: Scene) -> str:
    client, gps = scene.client, scene.gps
    answer = client.create_superevent(gps - 1, gps, gps + 1, scene.event, category="test")
    made = answer.json()
    scene.compare("status", 201, answer.status_code)
    scene.made["superevent"] = name = str(made["superevent_id"])
    scene.compare("first letters of the id", "TS", name[:2])
    for key, value in {"preferred_event": scene.event, "gw_events": [scene.event]}.items():
        scene.compare(key, value, made[key])
    scene.compare("superevent of the event", name, client.event(scene.event).json()["superevent"])
    return f"{name} of {scene.event}"


def _members(scene: Scene) -> str:
    client, name, other = scene.client, scene.superevent, scene.other
    client.add_event_to_superevent(name, other)
    found = client.superevent(name).json()["gw_events"]
    scene.compare("events", sorted([scene.event, other]), sorted(found))
    client.update_superevent(name, preferred_event=other)
    scene.compare("preferred event", other, client.superevent(name).json()["preferred_event"])
    client.update_superevent(name, preferred_event=scene.event, t_start=scene.gps - 2)
    scene.compare("t_start", scene.gps - 2, client.superevent(name).json()["t_start"])
    client.remove_event_from_superevent(name, other)
    scene.compare("events", [scene.event], client.superevent(name).json()["gw_events"])
    return f"{other} joins, is preferred, and leaves"


def _pipeline_preferred(scene: Scene) -> str:
    client, name, other = scene.client, scene.superevent, scene.other
    client.add_event_to_superevent(name, other)
    for graceid in (scene.event, other):
        client.add_pipeline_preferred_event(name, graceid)
    found = client.superevent(name).json()["pipeline_preferred_events"]
    best = {pipeline: event["graceid"] for pipeline, event in found.items()}
    scene.compare("events by pipeline", {"gstlal": scene.event, "MLy": other}, best)
    client.remove_pipeline_preferred_event(name, other)
    found = client.superevent(name).json()["pipeline_preferred_events"]
    scene.compare("pipelines", ["gstlal"], list(found))
    client.remove_event_from_superevent(name, other)
    return f"{scene.event} of gstlal, {other} of MLy"


def _log(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    content = samples.p_astro(bns=0.9, terrestrial=0.1)
    entry = client.write_log(
        name, "Source probabilities", "p_astro.json", content, tag_name=["p_astro"]
    ).json()
    scene.compare("file", content, client.files(name, "p_astro.json,0").read())
    scene.compare("tags", ["p_astro"], client.logs(name, entry["N"]).json()["tag_names"])
    return f"entry {entry['N']} with p_astro.json,0"


def _labels(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    client.write_label(name, "DQV")
    client.write_label(name, "PASTRO_READY")
    client.remove_label(name, "DQV")
    found = [label["name"] for label in client.labels(name).json()["labels"]]
    scene.compare("labels", ["PASTRO_READY"], found)
    return "PASTRO_READY; DQV put on and taken off"


def _signoff(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    client.write_label(name, "ADVREQ")
    client.create_signoff(name, "ADV", "OK", "made by a self-test")
    found = client.signoffs(name).json()["signoffs"]
    scene.compare("signoffs", [("ADV", "OK")], [(x["signoff_type"], x["status"]) for x in found])
    labels = client.superevent(name).json()["labels"]
    scene.compare("labels", (True, False), ("ADVOK" in labels, "ADVREQ" in labels))
    client.update_signoff(name, "ADV", "NO", "no more")
    scene.compare("status", "NO", client.signoffs(name).json()["signoffs"][0]["status"])
    client.delete_signoff(name, "ADV")
    scene.compare("signoffs", [], client.signoffs(name).json()["signoffs"])
    return "OK, then NO, then taken back"


def _notice(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    scene.template("superevent-notice-list-template", superevent_id=name)
    superevent = client.superevent(name).json()
    now = client.clock.now() if scene.is_fake else datetime.now(UTC)
    content = alert(
        superevent,
        "INITIAL",
        now,
        skymap=samples.skymap(),
        classification=samples.p_astro(bns=0.9, terrestrial=0.1),
    )
    notice = client.create_notice(name, "alert.json", content).json()
    scene.compare("notices", 1, len(client.notices(name).json()["notices"]))
    scene.compare("file", content, client.files(name, notice["filename"]).read())
    return str(notice["filename"])


def _voevent(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    number = client.create_voevent(name, "preliminary", internal=True).json()["N"]
    return str(client.voevents(name, number).json()["filename"])


def _permissions(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    client.modify_permissions(name, "expose")
    groups = {row["group"] for row in client.permissions(name).json()["permissions"]}
    scene.compare("whether the public may read it", True, "public_users" in groups)
    client.modify_permissions(name, "hide")
    scene.compare("permissions", [], client.permissions(name).json()["permissions"])
    return "exposed and hidden"


def _confirm(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    client.confirm_superevent_as_gw(name)
    confirmed = client.superevent(name).json()["gw_id"]
    scene.compare("first letters of the id", "TGW", confirmed[:3])
    same = client.superevent(confirmed).json()["superevent_id"]
    scene.compare(f"superevent found as {confirmed}", name, same)
    return f"{name} is {confirmed}"


def _search(scene: Scene) -> str:
    client, name = scene.client, scene.superevent
    found = [one["superevent_id"] for one in client.superevents(f"id: {name}")]
    scene.compare(f"superevents found by {name!r}", [name], found)
    return f"{name} found by its id"


def _catalogs(scene: Scene) -> str:
    client = scene.client
    if scene.is_fake:  # elsewhere it would stay among the catalogs of everybody
        version = client.gwtc_create({}, "selftest", comment="made by a self-test").json()[
            "version"
        ]
        scene.compare("version", version, client.gwtc_get("selftest", "latest").json()["version"])
        return f"selftest, version {version}"
    return f"{sum(1 for _ in client.gwtc_list())} read, none made"


SUPEREVENT_STEPS = (
    Step("a superevent is made", _create),
    Step("its events", _members),
    Step("the best event of each pipeline", _pipeline_preferred),
    Step("searches of superevents", _search),
    Step("its log, with a file", _log),
    Step("its labels", _labels),
    Step("a signoff of an advocate", _signoff),
    Step("a notice", _notice),
    Step("a VOEvent of the superevent", _voevent),
    Step("who may see it", _permissions),
    Step("its confirmation", _confirm),
    Step("catalogs", _catalogs),
)
