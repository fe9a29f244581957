"""A superevent with everything that can hang on it, and what an archive holds of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fakegracedb import FakeGraceDb, samples
from fakegracedb.archive import Archive, ArchivedEvent, ArchivedSuperevent, fetch

__all__ = ["T_0", "archived_event", "archived_superevent", "superevent"]

T_0 = "1456420000.5"


def archived_event(client: FakeGraceDb, graceid: str, folder: Path) -> ArchivedEvent:
    archive = Archive(folder)
    fetch([graceid], client, archive)
    return archive.event(graceid)


def archived_superevent(client: FakeGraceDb, id_: str, folder: Path) -> ArchivedSuperevent:
    archive = Archive(folder)
    fetch([id_], client, archive, related=True)
    found = archive.superevent(id_)
    return replace(found, events=tuple(sorted(found.events, key=lambda one: int(one.id[1:]))))


def superevent(client: FakeGraceDb) -> str:
    """Make a superevent by all kinds of operations; give its id."""
    old = FakeGraceDb(store=client.store, api_version="v1")
    client.clock = "2026-03-01 17:06:30.250000"
    made = client.create_event(
        "CBC", "gstlal", "coinc.xml", search="AllSky", labels=["EARLY_WARNING"],
        filecontents=samples.coinc_xml(T_0, far=1e-9, snr_series=True, ra=10.0, dec=20.0),
    )  # fmt: skip
    first = made.json()["graceid"]
    client.clock.advance(1)
    client.write_log(
        first, "GstLAL internally computed p-astro", "gstlal.p_astro.json", samples.p_astro(),
        tag_name="p_astro",
    )  # fmt: skip
    client.clock.advance(2)
    made = client.create_event(
        "Burst", "CWB", "trigger_1456420000.5.txt", search="BBH",
        filecontents=samples.cwb_text("1456420000.4875", far=1e-8),
    )  # fmt: skip
    burst = made.json()["graceid"]
    client.clock.advance(1)
    t = [str(float(T_0) + d) for d in (-1, 0, 1)]
    made = client.create_superevent(*t, burst, category="production", events=None)
    s = made.json()["superevent_id"]
    client.clock.advance(1)
    client.write_log(first, f"{first}_psd.png", f"{first}_psd.png", b"\x89PNG\r\n", tag_name="psd")
    client.add_event_to_superevent(s, first)
    client.clock.advance(1)
    client.update_superevent(s, preferred_event=first, t_0="1456420000.375", t_end="1456420002")
    client.add_pipeline_preferred_event(s, first)
    client.write_label(s, "EMBRIGHT_READY")
    for content in (samples.skymap(), b"not a map"):
        client.clock.advance(1)
        client.write_log(
            s, f"Localization copied from {first}", "bayestar.multiorder.fits", content,
            tag_name=["sky_loc", "public"], label="SKYMAP_READY",
        )  # fmt: skip
    client.write_log(s, f"see https://gracedb.ligo.org/api/superevents/{s}/files/x")
    client.add_tag(s, 2, "analyst_comments")
    client.remove_tag(s, 2, "analyst_comments")
    client.write_label(s, "ADVREQ")
    client.write_label(s, "H1OPS")
    client.clock.advance(2000)
    old.create_voevent(
        s, "preliminary", skymap_type="bayestar", skymap_filename="bayestar.multiorder.fits",
        internal=False, open_alert=True, BNS=0.9, HasMassGap=0.1,
    )  # fmt: skip
    (voevent,) = (r["N"] for r in client.logs(s).json()["log"] if r["comment"] == "New VOEvent")
    for tag in ("public", "gcn_received"):  # right after the server's own em_follow
        client.add_tag(s, voevent, tag)
    entries = [client.write_log(s, text).json()["N"] for text in ("one", "other")]
    for number in reversed(entries):  # tagged by two programs at the same time
        client.add_tag(s, number, "em_follow")
    client.create_signoff(s, "ADV", "OK", "It's fine; really", "")
    old.create_signoff(s, "OP", "NO", "noisy", "H1")
    old.update_signoff(s, "OP", "OK", "", "H1")
    client.clock.advance(5)
    old.write_emobservation(
        s, "ZTF", [10.0, 20.0], [1.0, 1.0], [5.0, 6.0], [1.0, 1.0],
        ["2026-03-01T18:00:00", "2026-03-01T18:10:00"], [60, 70], comment="seen",
    )  # fmt: skip
    client.remove_label(s, "EMBRIGHT_READY")
    external = client.create_event(
        "External", "Fermi", "alert.xml", search="GRB",
        filecontents=samples.voevent("1456420001", pipeline="Fermi"),
    ).json()["graceid"]  # fmt: skip
    client.add_event_to_superevent(s, external)
    client.replace_event(
        external, "alert.xml", filecontents=samples.voevent("1456420002", pipeline="Fermi")
    )
    client.clock.advance(2)
    old.update_grbevent(external, redshift=1.5, t90=12.25, designation="GRB260301A")
    client.modify_permissions(s, "expose")
    client.clock.advance(1)
    old.post(
        f"{old.links['self']}events/{first}/embb/",
        data={
            "group": "ZTF", "instrument": "a camera", "footprintID": "7", "waveband": "em.opt",
            "raList": "10,11.5", "raWidthList": "2,2", "decList": "20,21", "decWidthList": "2,2",
            "gpstimeList": "1456423600,1456423700.5", "durationList": "60,70",
            "comment": "seen nothing", "extra_info_dict": "{}", "eel_status": "FO",
            "obs_status": "TE",
        },
    )  # fmt: skip
    perms = f"{client.links['self']}events/{first}/perms/"
    client.put(f"{perms}lvem_observers/view")
    client.delete(f"{perms}internal_users/change")
    client.write_label(first, "INJ")
    client.remove_label(first, "INJ")
    extra = client.create_event(
        "CBC", "gstlal", "x.xml", search="AllSky", filecontents=samples.coinc_xml(T_0)
    ).json()["graceid"]
    client.add_event_to_superevent(s, extra)
    client.remove_event_from_superevent(s, extra)
    client.add_event_to_superevent(s, extra)
    client.clock.advance(1)
    old.delete_signoff(s, "OP", "H1")
    return str(s)
