"""Requests on superevents whose answers are 2xx: one maker a route, as in `valid_requests`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from valid_requests import Asked

_LABELS = ("DQV", "INJ", "EM_READY", "PE_READY")


class ValidSuperevents:
    """The part of `Valid` that asks of superevents; it takes turns in the same random stream.

    A maker that lacks what it needs gives None. The first superevent is not asked of here: it is
    there for hostile requests, which may change it.
    """

    random: random.Random
    files: dict[str, list[str]]
    made: dict[str, list[str]]
    asked: Callable[..., Asked]
    log_form: Callable[[Asked], None]
    multipart: Callable[..., tuple[str, bytes]]

    def __init__(self) -> None:
        self.free: list[str] = []  # events that belong to no superevent
        self.superevents: list[str] = []
        self.unconfirmed: list[str] = []
        self.preferred: dict[str, str] = {}
        self.members: list[tuple[str, str]] = []
        self.favourites: list[tuple[str, str]] = []
        self.superevent_labels: list[tuple[str, str]] = []
        self.superevent_tags: list[tuple[str, str]] = []
        self.asking: list[str] = []  # for an advocate
        self.signed: list[str] = []
        self.catalogs: list[str] = []

    @property
    def victim(self) -> str | None:
        """The superevent for hostile requests."""
        return next(iter(self.preferred), None)

    def _one(self) -> str | None:
        return self.random.choice(self.superevents) if self.superevents else None

    def _below(self, method: str, below: str) -> Asked | None:
        one = self._one()
        return None if one is None else self.asked(method, f"superevents/{one}/{below}")

    def _body(self, asked: Asked | None, data: dict[str, object]) -> Asked | None:
        """Put fields into a request as a form or as JSON."""
        if asked is None or asked.method in ("GET", "DELETE"):
            return asked
        if self.random.random() < 0.5:
            asked.content_type = "application/json"
            asked.body = json.dumps(data).encode()
        else:
            asked.content_type = "application/x-www-form-urlencoded"
            asked.body = urlencode(data, doseq=True).encode()
        return asked

    def _time(self) -> float:
        return 1456400000 + self.random.randrange(10**6) / 4

    def _ask_superevent_list(self, name: str, method: str) -> Asked | None:
        if method == "POST":
            if not self.free:
                return None
            data = {
                "category": "T",
                "preferred_event": self.free.pop(),
                **{key: self._time() for key in ("t_start", "t_0", "t_end")},
                "labels": self.random.sample(("ADVREQ", "EM_Selected"), self.random.randrange(3)),
            }
            return self._body(self.asked(method, "superevents/"), data)
        query = {
            "query": self.random.choice(("", "TS260301a", "GW260301A S260301b")),
            "count": str(self.random.randrange(1, 20)),
            "start": str(self.random.randrange(5)),
            "sort": self.random.choice(("", "t_0", "-id,created", "far", "is_gw,-t_end")),
        }
        return self.asked(method, "superevents/", query=urlencode(query))

    def _ask_superevent_detail_template(self, name: str, method: str) -> Asked | None:
        data = {"t_0": self._time() + self.random.random() / 1000, "em_type": "E0001"}
        data["t_0"] = round(float(data["t_0"]), 6)
        return self._body(self._below(method, ""), data)

    def _ask_superevent_event_list_template(self, name: str, method: str) -> Asked | None:
        if method == "POST" and (not self.free or not self.superevents):
            return None
        event = self.free.pop() if method == "POST" else ""
        return self._body(self._below(method, "events/"), {"event": event})

    def _ask_superevent_event_detail_template(self, name: str, method: str) -> Asked | None:
        if method == "DELETE":
            if not self.members:
                return None
            one, event = self.members.pop(self.random.randrange(len(self.members)))
        elif (found := self._one()) is None:
            return None
        else:
            one, event = found, self.preferred[found]
        return self.asked(method, f"superevents/{one}/events/{event}/")

    def _ask_superevent_pipeline_preferred_event_list_template(
        self, name: str, method: str
    ) -> Asked | None:
        if method == "GET":
            return self._below(method, "pipeline_preferred_events/")
        if not self.members:
            return None
        one, event = self.members.pop(self.random.randrange(len(self.members)))
        asked = self.asked(method, f"superevents/{one}/pipeline_preferred_events/")
        return self._body(asked, {"event": event})

    def _ask_superevent_pipeline_preferred_event_detail_template(
        self, name: str, method: str
    ) -> Asked | None:
        if not self.favourites:
            return None
        place = self.random.randrange(len(self.favourites))
        found = self.favourites
        one, event = found.pop(place) if method == "DELETE" else found[place]
        return self.asked(method, f"superevents/{one}/pipeline_preferred_events/{event}/")

    def _ask_superevent_label_list_template(self, name: str, method: str) -> Asked | None:
        one = self._one()
        if one is None:
            return None
        left = [label for label in _LABELS if (one, label) not in self.superevent_labels]
        if method == "POST" and not left:
            return None
        asked = self.asked(method, f"superevents/{one}/labels/")
        return self._body(asked, {"name": self.random.choice(left or _LABELS)})

    def _ask_superevent_label_detail_template(self, name: str, method: str) -> Asked | None:
        return self._listed(method, self.superevent_labels, "labels/{}/")

    def _listed(self, method: str, found: list[tuple[str, str]], below: str) -> Asked | None:
        if not found:
            return None
        place = self.random.randrange(len(found))
        one, name = found.pop(place) if method == "DELETE" else found[place]
        return self.asked(method, f"superevents/{one}/{below.format(name)}")

    def _ask_superevent_log_list_template(self, name: str, method: str) -> Asked | None:
        asked = self._below(method, "logs/")
        if asked is not None and method == "POST":
            self.log_form(asked)
        return asked

    def _ask_superevent_log_detail_template(self, name: str, method: str) -> Asked | None:
        return self._below(method, "logs/1/")

    def _ask_superevent_log_tag_list_template(self, name: str, method: str) -> Asked | None:
        tag = f"tag{self.random.randrange(10**9)}"
        return self._body(self._below(method, "logs/1/tags/"), {"name": tag})

    def _ask_superevent_log_tag_detail_template(self, name: str, method: str) -> Asked | None:
        return self._listed(method, self.superevent_tags, "logs/1/tags/{}/")

    def _ask_superevent_file_list_template(self, name: str, method: str) -> Asked | None:
        return self._below(method, "files/")

    def _ask_superevent_file_detail_template(self, name: str, method: str) -> Asked | None:
        for one in self.superevents:
            if self.files.get(one):
                file = self.random.choice(self.files[one])
                return self.asked(method, f"superevents/{one}/files/{file}")
        return None

    def _ask_superevent_voevent_list_template(self, name: str, method: str) -> Asked | None:
        code = self.random.choice(("PR", "RE", "EW"))
        data = {"voevent_type": code, "HasSSM": self.random.random(), "internal": False}
        return self._body(self._below(method, "voevents/"), data)

    def _ask_superevent_voevent_detail_template(self, name: str, method: str) -> Asked | None:
        return self._made_below("voevents", method)

    def _ask_superevent_emobservation_list_template(self, name: str, method: str) -> Asked | None:
        lists = ("ra_list", "ra_width_list", "dec_list", "dec_width_list")
        data = {
            "group": "ZTF",
            "start_time_list": ["2026-03-01T17:00:00", "2026-03-01"],
            "duration_list": [60, self.random.randrange(10**9)],
            **{name: [self.random.random(), 1] for name in lists},
        }
        return self._body(self._below(method, "emobservations/"), data)

    def _ask_superevent_emobservation_detail_template(self, name: str, method: str) -> Asked | None:
        return self._made_below("emobservations", method)

    def _made_below(self, what: str, method: str) -> Asked | None:
        """Give one of what a superevent has numbered, made by requests of this stream."""
        found = self.made.get(what)
        return self.asked(method, self.random.choice(found)) if found else None

    def _ask_superevent_confirm_as_gw_template(self, name: str, method: str) -> Asked | None:
        if not self.unconfirmed:
            return None
        return self.asked(method, f"superevents/{self.unconfirmed.pop()}/confirm-as-gw/")

    def _ask_superevent_signoff_list_template(self, name: str, method: str) -> Asked | None:
        if method == "GET":
            return self._below(method, "signoffs/")
        if not self.asking:
            return None
        asked = self.asked(method, f"superevents/{self.asking.pop()}/signoffs/")
        status = self.random.choice(("OK", "NO"))
        return self._body(asked, {"signoff_type": "ADV", "status": status, "comment": "fine"})

    def _ask_superevent_signoff_detail_template(self, name: str, method: str) -> Asked | None:
        if not self.signed:
            return None
        place = self.random.randrange(len(self.signed))
        one = self.signed.pop(place) if method == "DELETE" else self.signed[place]
        asked = self.asked(method, f"superevents/{one}/signoffs/ADV/")
        return self._body(asked, {"comment": f"{self.random.random()}"})

    def _ask_superevent_permission_list_template(self, name: str, method: str) -> Asked | None:
        return self._below(method, "permissions/")

    def _ask_superevent_permission_modify_template(self, name: str, method: str) -> Asked | None:
        action = self.random.choice(("expose", "hide"))
        return self._body(self._below(method, "permissions/modify/"), {"action": action})

    def _ask_superevent_notice_list_template(self, name: str, method: str) -> Asked | None:
        asked = self._below(method, "notices/")
        if asked is not None and method == "POST":
            content = json.dumps(self._alert(asked.path.split("/")[1])).encode()
            asked.content_type, asked.body = self.multipart(
                [], [("upload", "notice.json", content)]
            )
        return asked

    def _alert(self, superevent: str) -> dict[str, object]:
        """Give a public alert for a superevent."""
        texts = dict.fromkeys(("time", "group", "pipeline", "search", "skymap"), "x")
        event = {**texts, "far": 1e-9, "significant": True, "instruments": ["H1"]}
        event |= {"classification": {"BNS": self.random.random()}, "properties": {"HasNS": 1}}
        numbers = ("gcn_notice_id", "time_difference", "time_coincidence_far")
        external = {**dict.fromkeys(numbers, 1), "time_sky_position_coincidence_far": None}
        external |= dict.fromkeys(("ivorn", "observatory", "search", "combined_skymap"), "Fermi")
        return {
            "alert_type": self.random.choice(("EARLYWARNING", "PRELIMINARY", "RETRACTION")),
            "time_created": "2026-03-01T17:04:09Z",
            "superevent_id": superevent,
            "urls": {"gracedb": "https://gracedb.example.org/"},
            "event": self.random.choice((event, None)),
            "external_coinc": self.random.choice((external, None)),
        }

    def _ask_superevent_notice_detail_template(self, name: str, method: str) -> Asked | None:
        return self._made_below("notices", method)

    def _ask_gwtc_list(self, name: str, method: str) -> Asked | None:
        if method == "GET":
            return self.asked(method, "gwtc/", f"count={self.random.randrange(1, 9)}&start=1")
        listed = self.random.sample(self.superevents, min(2, len(self.superevents)))
        entry = {"pipelines": {}, "far": self.random.random(), "pastro": {"BBH": 1}}
        data = {"number": "4a", "smap": dict.fromkeys(listed, entry), "comment": None}
        asked = self.asked(method, "gwtc/")
        asked.content_type, asked.body = "application/json", json.dumps(data).encode()
        return asked

    def _ask_gwtc_number_list(self, name: str, method: str) -> Asked | None:
        return self.asked(method, f"gwtc/{self.random.choice(('4a', '5'))}/")

    def _ask_gwtc_version_detail(self, name: str, method: str) -> Asked | None:
        if not self.catalogs:
            return None
        return self.asked(method, f"gwtc/4a/{self.random.choice(('latest', *self.catalogs))}/")

    # What answers teach

    def learn_of_superevents(self, asked: Asked, data: object) -> None:
        """Take note of what a good answer shows to be there."""
        parts = asked.path.split("/")
        match asked.route, asked.method:
            case "event-list", "POST" if isinstance(data, dict):
                if data["pipeline"] == "gstlal" and data.get("replay_id") is None:
                    self.free.append(str(data["graceid"]))
            case "superevent-list", "POST" if isinstance(data, dict):
                name = str(data["superevent_id"])
                self.preferred[name] = str(data["preferred_event"])
                if name != self.victim:
                    self.superevents.append(name)
                    self.unconfirmed.append(name)
                    if "ADVREQ" in data["labels"]:
                        self.asking.append(name)
            case "superevent-event-list-template", "POST" if isinstance(data, dict):
                self.members.append((parts[1], str(data["graceid"])))
            case "superevent-pipeline-preferred-event-list-template", "POST":
                assert isinstance(data, dict)
                # another of that pipeline may have been there
                self.favourites = [one for one in self.favourites if one[0] != parts[1]]
                self.favourites.append((parts[1], str(data["graceid"])))
            case "superevent-signoff-list-template", "POST":
                self.signed.append(parts[1])
            case "gwtc-list", "POST" if isinstance(data, dict):
                self.catalogs.append(str(data["version"]))
            case "superevent-label-list-template", "POST" if isinstance(data, dict):
                self.superevent_labels.append((parts[1], str(data["name"])))
            case "superevent-log-tag-list-template", "POST" if isinstance(data, dict):
                self.superevent_tags.append((parts[1], str(data["name"])))
            case (
                (
                    "superevent-voevent-list-template"
                    | "superevent-emobservation-list-template"
                    | "superevent-notice-list-template"
                ),
                "POST",
            ) if isinstance(data, dict):
                self.made.setdefault(parts[2], []).append(f"{asked.path}{data['N']}/")
            case "superevent-log-list-template", "POST" if isinstance(data, dict):
                if data["filename"]:
                    self.files.setdefault(parts[1], []).append(str(data["filename"]))
                if b"INJ" in asked.body and (parts[1], "INJ") not in self.superevent_labels:
                    self.superevent_labels.append((parts[1], "INJ"))
