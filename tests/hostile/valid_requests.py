"""Requests whose answers are 2xx: one maker a route, and what answers teach of what there is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import ligo.gracedb.test.integration
from requests.structures import CaseInsensitiveDict
from valid_superevents import ValidSuperevents

from fakegracedb.api.message import Identity, Request
from fakegracedb.api.routes import ROUTES

DATA = Path(ligo.gracedb.test.integration.__file__).parent / "data"
BASES = ("", "v1/", "v2/")
# What makes something of which others ask.
PREPARING = [
    *[("event-list", "POST")] * 4,
    ("event-permission", "PUT"),
    ("superevent-event-list-template", "POST"),
    ("superevent-label-list-template", "POST"),
    ("superevent-list", "POST"),
    ("superevent-log-list-template", "POST"),
    ("superevent-log-tag-list-template", "POST"),
    ("superevent-pipeline-preferred-event-list-template", "POST"),
    ("superevent-signoff-list-template", "POST"),
    ("tag-template", "PUT"),
]
NEWEST = {route.name for route in ROUTES if route.v2_only}


@dataclass
class Asked:
    """A request before it is put together: what a mutation can get hold of."""

    method: str
    path: str  # below the base, percent-encoded
    query: str = ""
    base: str = ""
    line: str = "2.36"
    content_type: str | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    host: str = "https://gracedb.example.org"
    route: str = ""  # of a valid request, whose answer is to be 2xx

    def request(self) -> Request:
        headers = {"User-Agent": "gracedb-client/2.16.1 hostile", **self.headers}
        if self.content_type is not None:
            headers.setdefault("Content-Type", self.content_type)
        url = f"{self.host}/api/{self.base}{self.path}" + (f"?{self.query}" if self.query else "")
        return Request(self.method, url, CaseInsensitiveDict(headers), self.body, self.identity)


def multipart(
    fields: list[tuple[str, str]],
    files: list[tuple[str, str, bytes]] = [],  # noqa: B006 - never changed
    boundary: str = "boundary42",
) -> tuple[str, bytes]:
    """Give content type and body of a form; names stand in it as they are."""
    parts = [
        b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (raw(name), raw(value))
        for name, value in fields
    ]
    parts += [
        b'Content-Disposition: form-data; name="%b"; filename="%b"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%b"
        % (raw(name), raw(filename.replace("\\", "\\\\").replace('"', '\\"')), content)
        for name, filename, content in files
    ]
    mark = boundary.encode()
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return f"multipart/form-data; boundary={boundary}", body + b"--" + mark + b"--\r\n"


def raw(text: str) -> bytes:
    """Give a text as bytes, whatever is in it."""
    return text.encode("utf-8", "surrogatepass")


class Valid(ValidSuperevents):
    """A reproducible stream of good requests; from answers it learns what there is to ask for."""

    asked = Asked
    multipart = staticmethod(multipart)

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.events: list[str] = []
        self.files: dict[str, list[str]] = {}
        self.tagged: list[tuple[str, int, str]] = []
        self.labelled: list[tuple[str, str]] = []
        self.bursts: list[str] = []
        self.reserved: list[str] = []
        self.opened: list[str] = []
        self.made: dict[str, list[str]] = {}  # paths by what lists them
        self.answered: set[tuple[str, str, str]] = set()  # well, and on which line
        self.coinc = (DATA / "cbc-lm.xml").read_bytes()
        self.uploads = [
            (path.name, path.read_bytes())
            for path in sorted(DATA.iterdir())
            if path.stat().st_size < 40_000
        ]
        makers = {
            name.removeprefix("_ask_").replace("_", "-"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_ask_")
        }
        self.faked = [route for route in ROUTES if route.handlers]
        self.makers: dict[tuple[str, str], Callable[[str, str], Asked | None]] = {}
        for route in ROUTES:
            for method in route.handlers:
                self.makers[route.name, method] = makers[route.name]

    # What is valid

    def valid(self, share: float = 0.7) -> Asked:
        """Give a request whose answer is 2xx.

        Parameters
        ----------
        share : float
            Of requests that ask for what has had no good answer yet.
        """
        line = self.random.choice(("2.36", "2.36", "2.33"))
        if len(self.events) < 3:
            key = ("event-list", "POST")
        else:
            lacking = [
                key
                for key in self.makers
                if (line, *key) not in self.answered and (line == "2.36" or key[0] not in NEWEST)
            ]
            key = self.random.choice(
                lacking if lacking and self.random.random() < share else list(self.makers)
            )
            if key == ("event-list", "POST") and self.random.random() < len(self.events) / 150:
                key = ("event-log-template", "POST")
            if key[0] == "update-grbevent-template" and not self.bursts:
                key = ("event-list", "POST")
            if key[0] == "event-upload-template" and not self.reserved:
                key = ("event-reserve-template", "POST")
        asked = self.makers[key](*key)
        if asked is None:  # what it needs is not there yet
            key, asked = self._preparing()
        asked.method = key[1]
        asked.route = key[0]
        asked.line = line
        asked.base = self.random.choice(BASES)
        route = next(route for route in ROUTES if route.name == key[0])
        if route.v2_only:
            asked.line, asked.base = "2.36", self.random.choice(("", "v2/"))
        elif route.structured:
            asked.base = "v2/" if line == "2.33" else self.random.choice(("", "v2/"))
        elif key[1] in route.retired and asked.line == "2.36":
            asked.base = "v1/"
        if asked.method == "GET" and self.random.random() < 0.1:
            asked.method = self.random.choice(("HEAD", "OPTIONS"))
        return asked

    def _preparing(self) -> tuple[tuple[str, str], Asked]:
        """Give a request that makes something of which others ask."""
        for key in self.random.sample(PREPARING, len(PREPARING)):
            if (asked := self.makers[key](*key)) is not None:
                return key, asked
        key = ("event-list", "POST")
        return key, self._ask_event_list(*key)

    def _event(self) -> str:
        return self.random.choice(self.events)

    def _ask_root(self, name: str, method: str) -> Asked:
        return Asked(method, "")

    def _ask_user_info(self, name: str, method: str) -> Asked:
        return Asked(method, "user-info/")

    def _ask_tag_list(self, name: str, method: str) -> Asked:
        return Asked(method, "tag/")

    def _ask_performance_info(self, name: str, method: str) -> Asked:
        return Asked(method, "performance/")

    def _ask_event_list(self, name: str, method: str) -> Asked:
        if method == "POST":
            content_type, body = self.event_form()
            if len(self.events) >= 3 and len(self.bursts) < 3:
                fields = [("group", "External"), ("pipeline", "Fermi"), ("search", "GRB")]
                file = (DATA / "fermi-test.xml").read_bytes()
                content_type, body = multipart(fields, [("eventFile", "grb.xml", file)])
            return Asked(method, "events/", content_type=content_type, body=body)
        query = {
            "query": self.random.choice(("", "group: Test", "T0001", "G1 E1", "replay_id: a_b")),
            "count": str(self.random.randrange(1, 20)),
            "start": str(self.random.randrange(5)),
            "sort": self.random.choice(("", "created", "-created")),
        }
        return Asked(method, "events/", query=urlencode(query))

    def _ask_event_search(self, name: str, method: str) -> Asked:
        return self._searched(
            method,
            "events/search/",
            {"field": "group", "op": "in", "value": ["test", "CBC"]},
            {"field": "si.snr", "op": "between", "value": [1, 1e3]},
            {"field": "created", "op": ">=", "value": "2026-01-14"},
        )

    def _ask_superevent_search(self, name: str, method: str) -> Asked:
        return self._searched(
            method,
            "superevents/search/",
            {"field": "id", "op": "=", "value": "TS260301"},
            {"field": "preferred_event.far", "op": "is_null", "value": False},
            {"field": "is_gw", "op": "=", "value": True},
        )

    def _searched(self, method: str, path: str, *conditions: dict[str, object]) -> Asked:
        """Give a structured query of some conditions, or none."""
        some = self.random.sample(conditions, self.random.randrange(len(conditions) + 1))
        tree: object = {self.random.choice(("and", "or")): [{"not": one} for one in some]}
        query = urlencode({"count": str(self.random.randrange(1, 20)), "sort": "-created"})
        body = json.dumps(tree).encode() if some else b""
        return Asked(method, path, query=query, content_type="application/json", body=body)

    def event_form(self, **changed: str) -> tuple[str, bytes]:
        """Give the form of a new event."""
        fields = {"group": "Test", "pipeline": "gstlal", "search": "LowMass", "offline": "False"}
        fields |= {"replay_id": self.random.choice(("", "a_b", "not well formed"))} | changed
        labels = self.random.sample(("INJ", "DQV", "EM_READY"), self.random.randrange(3))
        pairs = [*fields.items(), *(("labels", label) for label in labels)]
        return multipart(pairs, [("eventFile", "coinc.xml", self.event_file())])

    def event_file(self) -> bytes:
        """Give an event file of some time or other, so that not all events are neighbours."""
        seconds = 971609248 + self.random.randrange(1000)
        return self.coinc.replace(b"971609248", str(seconds).encode())

    def _ask_event_detail_template(self, name: str, method: str) -> Asked:
        asked = Asked(method, f"events/{self._event()}")
        if method == "PUT":
            asked.content_type, asked.body = multipart(
                [], [("eventFile", "new.xml", self.event_file())]
            )
        return asked

    def _ask_event_log_template(self, name: str, method: str) -> Asked:
        asked = Asked(method, f"events/{self._event()}/log/")
        if method == "POST":
            self.log_form(asked)
        return asked

    def log_form(self, asked: Asked) -> None:
        """Put a new log entry into a request, in one of the three forms."""
        comment = self.random.choice(("a comment", "ü\n\u2028€", "\U0001f4a5", "<b>", "x" * 9000))
        tags = self.random.sample(("pe", "sky_loc", "my_tag", "x-1"), self.random.randrange(3))
        kind = self.random.randrange(3)
        if kind == 0:
            asked.content_type = "application/json"
            asked.body = json.dumps({"comment": comment, "tagname": tags}).encode()
        elif kind == 1:
            pairs = [("comment", comment), *(("tagname", tag) for tag in tags)]
            asked.content_type = "application/x-www-form-urlencoded"
            asked.body = urlencode(pairs).encode()
        else:
            files = [("upload", self.random.choice(("a.txt", "b.png", "c.fits")), b"x" * 500)]
            pairs = [("comment", comment), *(("tagname", tag) for tag in tags), ("label", "INJ")]
            asked.content_type, asked.body = multipart(pairs, files)

    def _ask_event_log_detail_template(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/log/1")

    def _ask_event_label_list(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/labels/")

    def _ask_event_label_template(self, name: str, method: str) -> Asked:
        if method == "PUT" or not self.labelled:
            return Asked(method, f"events/{self._event()}/labels/DQV")
        place = self.random.randrange(len(self.labelled))
        event, label = self.labelled.pop(place) if method == "DELETE" else self.labelled[place]
        return Asked(method, f"events/{event}/labels/{label}")

    def _ask_file_list(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/files/")

    def _ask_files_template(self, name: str, method: str) -> Asked:
        event = self._event()
        if method == "PUT":
            asked = Asked(method, f"events/{event}/files/put.bin")
            asked.content_type, asked.body = multipart([], [("upload", "x", b"\0\1")])
            return asked
        file = self.random.choice(self.files.get(event) or ["coinc.xml", "coinc.xml,0"])
        return Asked(method, f"events/{event}/files/{quote(raw(file))}")

    def _ask_tag_template(self, name: str, method: str) -> Asked:
        if method == "PUT" or not self.tagged:
            tag = f"tag{self.random.randrange(10**9)}"
            return Asked(method, f"events/{self._event()}/log/1/tag/{tag}")
        place = self.random.randrange(len(self.tagged))
        event, n, tag = self.tagged.pop(place) if method == "DELETE" else self.tagged[place]
        return Asked(method, f"events/{event}/log/{n}/tag/{tag}")

    def _ask_taglist_template(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/log/1/tag/")

    def _ask_eventtag_list(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/tag/")

    def _ask_eventtag_detail(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/tag/pe")

    def _ask_neighbors(self, name: str, method: str) -> Asked:
        window = self.random.choice(("", "neighborhood=-10,10", "neighborhood=0", "neighborhood=5"))
        return Asked(method, f"events/{self._event()}/neighbors/", query=window)

    def _ask_update_grbevent_template(self, name: str, method: str) -> Asked:
        asked = Asked(method, f"events/{self.random.choice(self.bursts)}/update-grbevent/")
        return self._json(asked, {"ra": self.random.random() * 360, "designation": "A"})

    def _ask_event_reserve_template(self, name: str, method: str) -> Asked:
        return self._json(Asked(method, "events/reserve/"), {"group": "Test", "pipeline": "gstlal"})

    def _ask_event_upload_template(self, name: str, method: str) -> Asked:
        asked = Asked(method, f"events/{self.reserved.pop()}/upload/")
        asked.content_type, asked.body = multipart(
            [("labels", "INJ")], [("eventFile", "coinc.xml", self.event_file())]
        )
        return asked

    def _ask_voevent_list_template(self, name: str, method: str) -> Asked:
        asked = Asked(method, f"events/{self._event()}/voevent/")
        data = {"voevent_type": self.random.choice(("PR", "RE")), "BNS": self.random.random()}
        if self.random.random() < 0.5:
            data |= {
                "voevent_type": "EW",
                "skymap_type": "x",
                "skymap_filename": "a.fits",
                "raven_coinc": True,
                "ext_gcn": "1",
                "combined_skymap_filename": "b.fits",
                "delta_t": 1.5,
            }
        return self._json(asked, data)

    def _ask_voevent_detail_template(self, name: str, method: str) -> Asked:
        return self._made(method, "voevent")

    def _ask_emobservation_list_template(self, name: str, method: str) -> Asked:
        lists = ("ra_list", "ra_width_list", "dec_list", "dec_width_list", "duration_list")
        data = {
            "group": "ZTF",
            "start_time_list": ["2026-03-01T17:00:00"],
            **{name: [self.random.random()] for name in lists},
        }
        return self._json(Asked(method, f"events/{self._event()}/emobservation/"), data)

    def _ask_emobservation_detail_template(self, name: str, method: str) -> Asked:
        return self._made(method, "emobservation")

    def _ask_embb_event_log_template(self, name: str, method: str) -> Asked:
        lists = ("raList", "decList", "raWidthList", "decWidthList", "gpstimeList", "durationList")
        data = {
            "group": "ZTF",
            "waveband": "em.gamma",
            "eel_status": "FO",
            "obs_status": "OB",
            **{name: [self.random.random()] for name in lists},
        }
        return self._json(Asked(method, f"events/{self._event()}/embb/"), data)

    def _ask_embb_event_log_detail(self, name: str, method: str) -> Asked:
        return self._made(method, "embb")

    def _made(self, method: str, what: str) -> Asked:
        return Asked(method, self.random.choice(self.made.get(what) or [f"events/G1/{what}/1"]))

    def _json(self, asked: Asked, data: object) -> Asked:
        if asked.method != "GET":
            asked.content_type, asked.body = "application/json", json.dumps(data).encode()
        return asked

    def _ask_signoff_list_template(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/signoff/")

    def _ask_event_permissions(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/perms/")

    def _ask_event_group_permissions(self, name: str, method: str) -> Asked:
        return Asked(method, f"events/{self._event()}/perms/executives/")

    def _ask_event_permission(self, name: str, method: str) -> Asked:
        if method == "DELETE" and self.opened:
            return Asked(method, self.opened.pop())
        group = "executives" if method == "GET" else "lvem_users"
        return Asked(method, f"events/{self._event()}/perms/{group}/view")

    # What answers teach

    def learn(self, asked: Asked, status: int, data: object) -> None:
        """Take note of what an answer shows to be there."""
        if status in (200, 201, 202, 204):
            self.answered.add((asked.line, asked.route, asked.method))
        if status not in (200, 201) or asked.method in ("HEAD", "OPTIONS"):
            return
        parts = asked.path.split("/")
        key = (asked.route, asked.method)
        self.learn_of_superevents(asked, data)
        if parts[0] in ("superevents", "gwtc"):
            return
        if key == ("event-list", "POST") and isinstance(data, dict):
            found = self.events if data["pipeline"] == "gstlal" else self.bursts
            found.append(str(data["graceid"]))
        elif key == ("event-reserve-template", "POST") and isinstance(data, dict):
            self.reserved.append(str(data["graceid"]))
        elif key == ("event-permission", "PUT"):
            self.opened.append(asked.path)
        elif asked.method == "POST" and len(parts) > 2 and isinstance(data, dict):
            if parts[2] in ("voevent", "emobservation", "embb"):
                self.made.setdefault(parts[2], []).append(f"{asked.path}{data['N']}")
        elif asked.route == "file-list" and isinstance(data, dict):
            self.files[parts[1]] = [name for name in data if name not in ("files", "links")]
        elif key == ("tag-template", "PUT"):
            self.tagged.append((parts[1], int(parts[3]), parts[5]))
        elif key == ("event-label-template", "PUT") and (parts[1], parts[3]) not in self.labelled:
            self.labelled.append((parts[1], parts[3]))
