"""The superevent of the demo: made of the event, annotated, signed off, announced, exposed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from ... import FakeGraceDb, samples
from ...clock import server_day
from ...identifiers import superevent_id, superevent_key
from ..output import size_text
from . import views
from .alert import alert
from .comparisons import Comparisons
from .expected import ExpectedEvent, ExpectedSuperevent
from .picture import CANONICAL
from .source import Source

__all__ = ["CandidateSteps", "next_id"]

_AROUND = 1  # s from t_0 to both ends
_SKY_MAP = "bayestar.multiorder.fits"
_AREA = 300.0  # deg^2
_CLASSES = "p_astro.json"
_SURE = 0.98  # that it is what its chirp mass says
_HEAVIEST = ((2.2, "bns"), (6.0, "nsbh"))  # chirp masses [solar masses]; beyond: black holes
_ADVOCATE = "ada.lovelace@ligo.org"
_GROUPS = ("internal_users", "em_advocates")
_REQUEST = "ADVREQ"
_STATUS = "OK"
_REASON = "The detectors were quiet"
_ALERT, _CODE = "INITIAL", "IN"
_OPEN = [
    {"group": "lvem_observers", "permission": "view_superevent"},
    {"group": "lvem_observers", "permission": "annotate_superevent"},
    {"group": "public_users", "permission": "view_superevent"},
]


class CandidateSteps:
    """One superevent, from its creation to its exposure.

    Attributes
    ----------
    must : ExpectedSuperevent
        What it must be by now.
    """

    def __init__(
        self, client: FakeGraceDb, comparisons: Comparisons, tell: Callable[[str], object]
    ) -> None:
        self._client = client
        self._comparisons = comparisons
        self._compare = comparisons.compare
        self._tell = tell
        self.must = ExpectedSuperevent()
        self._skymap = self._classes = b""

    def create(self, event: dict[str, Any], of: ExpectedEvent, there: Iterable[str]) -> None:
        """Make a superevent of the event, in a store where others may be."""
        t_0 = event["gpstime"]
        times = {
            "t_start": round(t_0 - _AROUND, 6),
            "t_0": t_0,
            "t_end": round(t_0 + _AROUND, 6),
        }
        response = self._client.create_superevent(**times, preferred_event=of.name, category="test")
        self._compare("status of the superevent", 201, response.status_code)
        must = self.must
        must.created(next_id(t_0, there), event, times)
        of.preferred(must.name)
        superevent = views.resource(
            self._client, must, event | {"superevent": must.name}, self._comparisons
        )
        self._compare(f"answer to the creation of {must.name}", superevent, response.json())
        self._tell(
            f"6. {must.name} is made, a test superevent from GPS {times['t_start']} to "
            f"{times['t_end']}.\n"
            f"   {of.name} is its preferred event, and says in its own log and data where it "
            "belongs."
        )

    def annotate(self, source: Source) -> None:
        """Write what is known of the place in the sky and of the kind of source."""
        must, mchirp = self.must, source.coinc["mchirp"] or CANONICAL
        kind = next((kind for heaviest, kind in _HEAVIEST if mchirp < heaviest), "bbh")
        self._skymap = samples.skymap(
            area=_AREA, gpstime=must.members["t_0"], instruments=None, objid=must.name
        )
        self._classes = samples.p_astro(**{kind: _SURE})
        for comment, filename, content, tag, label in (
            ("Sky localization", _SKY_MAP, self._skymap, "sky_loc", "SKYMAP_READY"),
            ("Source classification", _CLASSES, self._classes, "p_astro", "PASTRO_READY"),
        ):
            tags = [tag, "public"]
            what = f"the {comment.lower()}, made here"
            number = must.entry(comment, filename, content, what, *tags)
            must.label(label)
            response = self._client.write_log(
                must.name, comment, filename, content, tag_name=tags, label=label
            )
            self._compare(f"status of the log entry with {filename}", 201, response.status_code)
            self._compare(f"number of the log entry of {must.name}", number, response.json()["N"])
        self._tell(
            f"7. Two entries of its log, tagged public, bring {_SKY_MAP} "
            f"({size_text(len(self._skymap))})\n"
            f"   and {_CLASSES} ({kind.upper()} {_SURE:.0%}), and the labels SKYMAP_READY and "
            "PASTRO_READY."
        )

    def sign_off(self) -> None:
        """Ask for an advocate, who signs off."""
        must, compare = self.must, self._compare
        must.label(_REQUEST)
        response = self._client.write_label(must.name, _REQUEST)
        compare(f"status of the label {_REQUEST}", 201, response.status_code)
        must.signoff(_STATUS, _REASON)
        with self._client.as_user(_ADVOCATE, groups=_GROUPS) as advocate:
            response = advocate.create_signoff(must.name, "ADV", _STATUS, _REASON)
        compare("status of the signoff", 201, response.status_code)
        answer = response.json()
        self._comparisons.compare_members(
            f"the signoff of {must.name}",
            {
                "signoff_type": "ADV",
                "instrument": "",
                "status": _STATUS,
                "submitter": _ADVOCATE,
                "comment": _REASON,
            },
            answer,
        )
        must.signoffs.append(answer)
        self._tell(
            f"8. The label {_REQUEST} asks for an advocate. {_ADVOCATE} signs off,\n"
            f'   "{_REASON}": ADV{_STATUS} takes the label\'s place.'
        )

    def announce(self, event: dict[str, Any]) -> None:
        """Make the alert and upload it as a notice, if there can be one."""
        client, must = self._client, self.must
        if not views.has_notices(client):
            self._tell(f"9. Server {client.server_version} knows no notices: none is uploaded.")
            return
        if event["far"] is None:
            self._tell("9. No notice is uploaded: an alert needs a false-alarm rate.")
            return
        superevent = client.superevent(must.name).json()
        content = alert(
            superevent,
            _ALERT,
            client.clock.now(),
            skymap=self._skymap,
            classification=self._classes,
        )
        filename = must.notice(content, _ALERT)
        response = client.create_notice(must.name, "alert.json", content)
        self._compare("status of the notice", 201, response.status_code)
        answer = response.json()
        probabilities = json.loads(self._classes)
        self._comparisons.compare_members(
            f"the notice of {must.name}",
            {
                "N": 1,
                "notice_type": _CODE,
                "filename": filename,
                "file_version": 0,
                "significant": True,
                **{f"prob_{name.lower()}": value for name, value in probabilities.items()},
                "prob_has_ns": None,
            },
            answer,
        )
        must.notices.append(answer)
        self._tell(
            f"9. An alert is made from it and uploaded as its notice 1, {filename} "
            f"({size_text(len(content))})."
        )

    def expose(self) -> None:
        """Let everybody see it, whom it was hidden from."""
        must = self.must
        with self._client.as_user(None) as anybody:
            self._comparisons.refused(
                f"{must.name} for the public, before it is exposed",
                404,
                lambda: anybody.superevent(must.name),
            )
        must.exposed()
        must.permissions = _OPEN
        response = self._client.modify_permissions(must.name, "expose")
        self._compare("status of the exposure", 200, response.status_code)
        self._compare(f"answer to the exposure of {must.name}", _OPEN, response.json())
        self._tell(
            "10. It is exposed to partners and the public; until now they were told that there is "
            "no such thing."
        )


def next_id(t_0: float, there: Iterable[str]) -> str:
    """Give the id that the next test superevent must get.

    Parameters
    ----------
    t_0 : float
        Its time, GPS [s], within the years that ids know.
    there : iterable of str
        The ids of those that are there.
    """
    day = server_day(Decimal(repr(t_0))) or ""
    taken = [number for *kind, number in map(superevent_key, there) if kind == ["T", day]]
    return superevent_id("T", day, max(taken, default=0) + 1)
