"""Requests that nobody means well: valid ones spoiled, right forms of wrong words, and noise."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from hostile_words import (
    FIELDS,
    FILES,
    GROUPS,
    HEADERS,
    IDS,
    JSON_BODIES,
    METHODS,
    NAMES,
    NUMBERS,
    PIECES,
    WORDS,
)
from valid_requests import BASES, Asked, Valid, multipart, raw

from fakegracedb.api.message import Identity
from fakegracedb.api.routes import ROUTES


class Hostile(Valid):
    """A reproducible stream of requests; every second one is a good one spoiled."""

    # What is not

    def spoiled(self) -> Asked:
        """Give a valid request with up to three things wrong."""
        asked = self.valid(share=0)
        asked.route = ""
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            (spoil,) = self.random.choices(
                (self._spoil_path, self._spoil_query, self._spoil_method, self._spoil_header,
                 self._spoil_body, self._spoil_parts, self._spoil_identity, self._spoil_fields),
                (3, 3, 1, 3, 5, 4, 2, 4),
            )  # fmt: skip
            spoil(asked)
        return asked

    def _spoil_path(self, asked: Asked) -> None:
        path, piece = asked.path, self.random.choice(PIECES)
        place = self.random.randrange(len(path) + 1)
        match self.random.randrange(7):
            case 0:
                asked.path = path[:place] + piece + path[place:]
            case 1:
                asked.path = path[:place] + piece
            case 2:
                asked.path = path.replace("/", self.random.choice(("//", "%2f", "\\", "/./")))
            case 3:
                parts = path.split("/")
                self.random.shuffle(parts)
                asked.path = "/".join(parts)
            case 4:
                asked.path = "".join(f"%{ord(c):02x}" if ord(c) < 256 else c for c in path)
            case 5:
                asked.base = self.random.choice(("v3/", "default/", "api/", "/", "v1/v2/", piece))
            case 6:
                asked.host = self.random.choice(
                    ("", "http://", "https://[::1", "x", "https://h/a/b/c/d/e/f", "//h",
                     "https://u:p@h:99999", "https://h/api/v1", "https://h/a/b%2fc")
                )  # fmt: skip

    def _spoil_query(self, asked: Asked) -> None:
        names = ["query", "count", "start", "sort", "format", "columns", "neighborhood", ""]
        if self.random.random() < 0.7:  # one that means something here
            names = ["neighborhood"] if "neighbors" in asked.path else ["query", "count", "start"]
        name = self.random.choice(names)
        value = self.random.choice(
            (*NUMBERS, *WORDS, "json", "xml", "tsv", "api", "{}", "[1]", "group: Test", "-5,5",
             "1,2,3", "9" * 400 + "," + "9" * 400, "a" * 20000, "T1 " * 3000, "(" * 3000)
        )  # fmt: skip
        text = urlencode({name: value}, errors="surrogatepass")
        asked.query = self.random.choice((text, text, f"{text}&{text}", f"{text};&=&%", text * 50))
        if self.random.random() < 0.1:
            asked.query = "&".join(f"k{i}" for i in range(2000))

    def _spoil_method(self, asked: Asked) -> None:
        asked.method = self.random.choice(METHODS)

    def _spoil_header(self, asked: Asked) -> None:
        name = self.random.choice(list(HEADERS))
        asked.headers[name] = self.random.choice(HEADERS[name])

    def _spoil_identity(self, asked: Asked) -> None:
        groups: list[tuple[str, ...] | None] = [
            None, (), ("nobody",), ("\ud800",), ("internal_users",) * 3,
            *((group,) for group in GROUPS), ("lvem_users", "lvem_observers"),
        ]  # fmt: skip
        asked.identity = Identity(self.random.choice(NAMES), self.random.choice(groups))

    def _spoil_body(self, asked: Asked) -> None:
        """Damage the bytes, with no regard for what they mean."""
        body = bytearray(asked.body)
        if not body or self.random.random() < 0.2:
            asked.content_type = self.random.choice(
                ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; "
                 "boundary=B", "application/json; charset=iso-8859-15")
            )  # fmt: skip
            text = self.random.choice(JSON_BODIES)(self.random)
            noise = self.random.choice((raw(text), self.random.randbytes(300), b"--B", b"=&=&;%"))
            asked.body = noise
            return
        place = self.random.randrange(len(body))
        match self.random.randrange(7):
            case 0:
                del body[place:]
            case 1:
                for _ in range(self.random.randrange(1, 30)):
                    body[self.random.randrange(len(body))] ^= 1 << self.random.randrange(8)
            case 2:
                body[place:place] = self.random.randbytes(self.random.randrange(1, 2000))
            case 3:
                del body[place : place + self.random.randrange(1, 2000)]
            case 4:
                body[place:place] = body[: self.random.randrange(2000)]
            case 5:
                body = body.replace(b"\r\n", self.random.choice((b"\n", b"\r", b"")))
            case 6:
                asked.content_type = "multipart/form-data; boundary=another"
        asked.body = bytes(body)

    def _spoil_fields(self, asked: Asked) -> None:
        """Give fields of a JSON object hostile values; other bodies are damaged."""
        try:
            fields = json.loads(asked.body)
            if asked.content_type != "application/json" or not isinstance(fields, dict):
                raise ValueError
        except (RecursionError, ValueError):  # spoiled already
            self._spoil_body(asked)
            return
        pick = self.random.choice
        for _ in range(self.random.randrange(1, 4)):
            value = pick(
                (pick(WORDS), pick(NUMBERS), pick(FILES), pick((1e308, -5, 2**63, 0.0)), True, None)
            )
            name = pick((*fields, pick(FIELDS)))
            fields[name] = [value] if isinstance(fields.get(name), list) else value
        asked.body = json.dumps(fields).encode()

    def _spoil_parts(self, asked: Asked) -> None:
        """Send a form whose values are hostile, to whatever resource this is."""
        pick = self.random.choice
        word = pick(
            ("comment", "tagname", "displayName", "label", "group", "pipeline", "search", "labels",
             "replay_id", "content_id", "offline", "instruments", "", "\0")
        )  # fmt: skip
        pairs = [("comment", "c"), ("group", "Test"), ("pipeline", "gstlal"), (word, pick(WORDS))]
        if self.random.random() < 0.05:
            pairs *= pick((10, 400))
        elif self.random.random() < 0.02:
            pairs.append((word, pick("aä") * 3_000_000))
        name = pick(("upload", "eventFile", "x"))
        files = [(name, pick(FILES), pick((b"", b"x", self.coinc)))] * pick((0, 1, 1, 1, 2))
        if self.random.random() < 0.02:
            files *= 60
        asked.content_type, asked.body = multipart(pairs, files, pick(("B", "b" * 70, "--", "'()")))

    def grammatical(self) -> Asked:
        """Give a request of the right form, whose ids, names and numbers are hostile."""
        pick = self.random.choice
        route = pick(ROUTES if self.random.random() < 0.2 else self.faked)
        values = {
            "graceid": pick((self._event(), pick(IDS))) if self.events else pick(IDS),
            "N": pick(NUMBERS),
            "label": pick(WORDS),
            "tag_name": pick(WORDS),
            "filename": pick(FILES),
            "superevent_id": pick(
                (
                    *(*IDS, "TS190101zz", "GW170817", "MS1" + "z" * 999),
                    *[self.victim or "S260301a"] * 9,
                )
            ),
        }
        path = route.path
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", quote(raw(value), safe=pick(("", "/"))))
        method = pick((*(route.handlers or ("GET",)), "GET", "POST", "PUT", "DELETE", "PATCH"))
        asked = Asked(method, path, base=pick(BASES), line=pick(("2.36", "2.33")))
        if asked.method in ("POST", "PUT", "PATCH"):
            match self.random.randrange(4):
                case 0:
                    asked.content_type, asked.body = self.event_form()
                case 1:
                    self.log_form(asked)
                case 2:
                    field = "eventFile" if route.name == "event-detail-template" else "upload"
                    files = [(field, pick(FILES), b"content of a file")]
                    pairs = [("comment", "c"), ("tagname", pick(WORDS)), ("label", pick(WORDS))]
                    asked.content_type, asked.body = multipart(pairs, files)
                case 3:
                    name, content = pick(self.uploads)
                    pipeline = pick(("gstlal", "MBTA", "pycbc", "CWB", "Fermi", "oLIB", "X"))
                    asked.path = pick((asked.path, "events/"))
                    pairs = [("group", pick(("Test", "CBC", "Burst", "External"))), ("search", ""),
                             ("pipeline", pipeline)]  # fmt: skip
                    files = [("eventFile", pick((name, name, pick(FILES))), content)]
                    asked.content_type, asked.body = multipart(pairs, files)
        if self.random.random() < 0.2:
            self._spoil_identity(asked)
        return asked

    def noise(self) -> Asked:
        """Give a request in which nothing is meant."""
        pieces = [self.random.choice((*PIECES, *IDS, *FILES, "events/", "log/", "files/"))
                  for _ in range(self.random.randrange(6))]  # fmt: skip
        asked = Asked(self.random.choice(METHODS), "".join(pieces), line="2.36")
        for spoil in (self._spoil_header, self._spoil_header, self._spoil_body, self._spoil_query):
            spoil(asked)
        return asked

    def next(self) -> Asked:
        """Give the next request: the most are valid ones spoiled."""
        if not self.events:
            return self.valid()
        kind = self.random.random()
        if kind < 0.4:
            return self.spoiled()
        if kind < 0.75:
            return self.valid()
        return self.grammatical() if kind < 0.95 else self.noise()
