"""The five notices of the mock superevent MS181101ab, as the user guide of public alerts has them.

A superevent is made in a store of its own, and the notices are built from it as from any other.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import samples
from ..client import FakeGraceDb
from ..documents import Superevent
from ..errors import FakeGraceDbError
from .records import Notice, build

__all__ = ["MOCK", "VOEVENTS", "mock_superevent", "write_samples"]

MOCK = "MS181101ab"
_GPS = "1225146184.654"  # 2018-11-01 22:22:46.654 UTC
_SENT = "2018-11-01 22:34:49"
_FAR = 9.11069936486e-14
_RA, _DEC = 194.30419921874997, -17.856895095545468  # the centre of a pixel of order 11 [deg]
_AREA = 300.0  # deg^2: the finest pixels are of that order
_DISTANCE, _DISTANCE_STD = 39.76999609489013, 8.308435058808886  # Mpc
_URL = "https://example.org/api/v1/"
_PIPELINE = {
    "em_bright.json": (b'{"HasNS": 0.95, "HasRemnant": 0.91, "HasMassGap": 0.01}', "em_bright"),
    "gstlal.p_astro.json": (
        b'{"BNS": 0.95, "NSBH": 0.01, "BBH": 0.03, "Terrestrial": 0.01}',
        "p_astro",
    ),
}
#: Kinds of notices and the types of their VOEvents.
VOEVENTS = {
    "earlywarning": "EW",
    "preliminary": "PR",
    "initial": "IN",
    "update": "UP",
    "retraction": "RE",
}


def mock_superevent() -> FakeGraceDb:
    """Give a client whose store, a temporary one, holds the superevent with its files."""
    client = FakeGraceDb(_URL, store=None, clock=_SENT, waits="skip")
    content = samples.coinc_xml(_GPS, snrs={"H1": 20.0, "L1": 25.0, "V1": 5.0}, far=_FAR)
    made = client.create_event("CBC", "gstlal", "coinc.xml", filecontents=content, search="MDC")
    graceid = made.json()["graceid"]
    t_0 = float(_GPS)
    with client.store.transaction("mock superevent") as tx:
        event = tx.event(graceid)
        assert event is not None
        tx.put_event(replace(event, superevent=MOCK))
        tx.put_superevent(
            Superevent(
                superevent_id=MOCK,
                category="M",
                submitter=event.submitter,
                created=tx.timestamp(),
                serial=tx.new_serial(),
                preferred_event=graceid,
                t_start=t_0 - 1,
                t_0=t_0,
                t_end=t_0 + 1,
                gw_events=(graceid,),
            )
        )
    skymap = samples.skymap(
        _RA,
        _DEC,
        area=_AREA,
        distance=_DISTANCE,
        distance_std=_DISTANCE_STD,
        gpstime=_GPS,
        instruments="H1,L1,V1",
        objid=MOCK,
        created=_SENT,
    )
    files = {"bayestar.multiorder.fits": (skymap, "sky_loc"), **_PIPELINE}
    for name, (data, tag) in files.items():
        client.write_log(MOCK, "Made for notices", name, data, tag_name=[tag, "public"])
    return client


def write_samples(
    folder: str | os.PathLike[str], *, schema: str = "early", avro: bool = True
) -> list[Path]:
    """Write the five notices as JSON, VOEvents and (unless told otherwise) Avro.

    Parameters
    ----------
    folder : path-like
        Where; it is made when it is missing.
    schema : {"early", "1.0", "1.3"}
        Which generation. The user guide's page shows what its function prints of ``early`` ones.
    avro : bool
        Whether to write Avro, which needs fastavro.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    FakeGraceDbError
        If fastavro is needed and missing; then nothing is written.
    """
    contents: dict[str, bytes] = {}
    with mock_superevent() as client:
        for kind, code in VOEVENTS.items():
            notice = build(client, MOCK, kind, schema=schema)
            contents[f"{notice.name}.json"] = notice.json_bytes()
            if avro:
                contents[f"{notice.name}.avro"] = notice.avro_bytes()
            contents[f"{notice.name}.xml"] = _voevent(client, notice, code)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (target / name).write_bytes(content)
    return [target / name for name in sorted(contents)]


def _voevent(client: FakeGraceDb, notice: Notice, code: str) -> bytes:
    probabilities: dict[str, Any] = {}
    if notice.record["event"] is not None:
        probabilities = {
            **notice.record["event"]["properties"],
            **notice.record["event"]["classification"],
        }
    skymap = None if code == "RE" else "bayestar.multiorder.fits"
    made = client.create_voevent(
        MOCK,
        code,
        skymap_type=None if skymap is None else "BAYESTAR",
        skymap_filename=skymap,
        internal=False,
        open_alert=True,
        **probabilities,
    )
    content: bytes = client.files(MOCK, made.json()["filename"]).read()
    if not content:
        raise FakeGraceDbError(f"no VOEvent of type {code} was made")
    return content
