"""A follow-up, as its authors write it: a manager of superevents and those who annotate them.

Run as a program, ``python follow_up_loop.py manager|annotator STORE``, it is one of two processes
that share a store and speak through labels only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from ligo.gracedb.exceptions import HTTPError

from fakegracedb import FakeGraceDb, samples

T_0 = 1400000000.25
FARS = (1e-7, 1e-9, 1e-8)  # of the events that arrive; the second is the best
PIPELINES = ("gstlal", "spiir", "pycbc")
PATIENCE = 60.0  # s


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Ask until there is an answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError(what)


def labels(client: Any, superevent_id: str) -> set[str]:
    return {label["name"] for label in client.labels(superevent_id).json()["labels"]}


# The manager: it gathers events of one time in a superevent


def upload(client: Any, pipeline: str, far: float) -> dict[str, Any]:
    content = samples.coinc_xml(str(T_0), far=far)
    answer = client.create_event(
        "CBC", pipeline, "coinc.xml", filecontents=content, search="AllSky"
    )
    event: dict[str, Any] = answer.json()
    return event


def superevent_at(client: Any, gpstime: float) -> dict[str, Any] | None:
    for found in client.superevents(orderby="-t_0"):
        if found["t_start"] <= gpstime <= found["t_end"]:
            superevent: dict[str, Any] = found
            return superevent
    return None


def handle_event(client: Any, event: dict[str, Any]) -> str:
    """Let an event belong to a superevent; the better one is preferred."""
    graceid, t_0 = event["graceid"], event["gpstime"]
    superevent = superevent_at(client, t_0)
    if superevent is None:
        made = client.create_superevent(t_0 - 1, t_0, t_0 + 1, graceid, category="production")
        client.add_pipeline_preferred_event(made.json()["superevent_id"], graceid)
        return str(made.json()["superevent_id"])
    name = str(superevent["superevent_id"])
    try:
        client.add_event_to_superevent(name, graceid)
    except HTTPError as error:  # as gwcelery does: somebody else was quicker
        if "already assigned" not in error.response.json()["error"]:
            raise
    client.add_pipeline_preferred_event(name, graceid)
    if event["far"] < superevent["far"]:
        client.update_superevent(name, preferred_event=graceid, t_0=t_0 + 0.125)
    return name


def manage(client: Any) -> str:
    """Upload the events, gather them, ask for a person, and confirm what that person allows."""
    name = ""
    for pipeline, far in zip(PIPELINES, FARS, strict=True):
        name = handle_event(client, upload(client, pipeline, far))
    client.write_label(name, "EM_READY")
    client.write_label(name, "ADVREQ")
    wait_for(lambda: "ADVOK" in labels(client, name), "an advocate")
    return name


# The annotators: sky maps, classification, the advocate, the notice, exposure


def notice(client: Any, superevent: dict[str, Any]) -> bytes:
    preferred = superevent["preferred_event_data"]
    return json.dumps(
        {
            "alert_type": "PRELIMINARY",
            "time_created": "2024-05-17T16:58:00Z",
            "superevent_id": superevent["superevent_id"],
            "urls": {"gracedb": superevent["links"]["self"].replace("api/", "") + "view/"},
            "event": {
                "time": "2024-05-17T16:53:02.250Z",
                "far": superevent["far"],
                "significant": True,
                "instruments": sorted(preferred["instruments"].split(",")),
                "group": preferred["group"],
                "pipeline": preferred["pipeline"],
                "search": preferred["search"],
                "properties": {"HasNS": 1.0, "HasRemnant": 0.5, "HasMassGap": 0.0},
                "classification": {"BNS": 0.9, "NSBH": 0.05, "BBH": 0.0, "Terrestrial": 0.05},
                "duration": None,
                "central_frequency": None,
                "skymap": None,
            },
            "external_coinc": None,
        }
    ).encode()


def annotate(client: Any) -> str:
    """Wait for a superevent that is ready, and do for it what is done for an alert."""
    superevent = wait_for(lambda: superevent_at(client, T_0), "a superevent")
    name = str(superevent["superevent_id"])
    wait_for(lambda: {"EM_READY", "ADVREQ"} <= labels(client, name), "labels")
    for content in (samples.skymap(ra=10.0, dec=-30.0), samples.skymap(ra=11.0, dec=-30.0)):
        client.write_log(
            name,
            "sky map",
            filename="bayestar.multiorder.fits",
            filecontents=content,
            tag_name=["sky_loc", "public"],
        )
    client.write_log(
        name,
        "classification",
        filename="p_astro.json",
        filecontents=samples.p_astro(bns=0.9, nsbh=0.05, terrestrial=0.05),
        tag_name=["p_astro", "public"],
        label="PASTRO_READY",
    )
    client.write_label(name, "SKYMAP_READY")
    client.create_signoff(name, "ADV", "OK", "the detectors were fine")
    superevent = client.superevent(name).json()
    client.create_notice(name, "notice.json", notice(client, superevent))
    client.modify_permissions(name, "expose")
    return name


def main(role: str, store: str) -> None:
    with FakeGraceDb(store=store) as client:
        print({"manager": manage, "annotator": annotate}[role](client))


if __name__ == "__main__":
    main(*sys.argv[1:])
