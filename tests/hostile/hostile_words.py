"""Names, numbers, headers and bodies that a server may be sent and nobody should send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

GROUPS = ("internal_users", "executives", "lvem_users", "lvem_observers", "public_users")

FILES = [
    "../x", "../../../../etc/passwd", "/etc/passwd", "..", ".", "", " ", "a/../../b", "..\\..\\x",
    "C:\\x\\y.txt", "\\\\host\\share\\z", "n\0ul", "x" * 300, "ü" * 150, "€" * 100,
    "a." + "e" * 299, "event.json", "logs.jsonl", "files.jsonl", "store.json", "journal.jsonl",
    ".lock", ".gitignore", ".restoring", ".hidden", "name,3", "name", "name,", ",3", "name,03",
    "Case.TXT", "case.txt", "CASE.txt", "caf\u00e9", "cafe\u0301", "\u212b", "\u00c5", "A\u030a",
    "NUL", "nul.txt", "CON", "com1.log", "LPT\u00b9", "aux .c", "trailing.", "trailing ", "a:b",
    "a*b?", "<a>|\"b\"", "100%", "%2e%2e", "%2F", "a\nb", "a\rb\tc", "\x7f", "\u2028", "\u202egnp",
    "\ud800", "x\udcff", "\U0001f4a5.png", "&#47;etc", "&lt;b&gt;", "files", "links", "~", "~1",
    "\u0130.txt", "\u0131.txt", "\u1e9e", "ss", "\ufb01", "fi", "coinc.xml", "event.log",
    "a.fits.gz", "event.json,0", "logs.jsonl,1", "events", "T0001", "-rf", "$(touch x)",
    "`touch x`", "a;b",
]  # fmt: skip
WORDS = [
    "INJ", "DQV", "EM_READY", "H1OK", "ADVOK", "NO_SUCH", "", " ", "inj", "pe", "lvem", "sky_loc",
    "new-tag", "tag with blank", "a" * 100, "a" * 101, "a" * 5000, "t\0g", "ä", "\ud83d", "../../x",
    "a/b", "a,b", "<script>", "'; --", "{N}", "%00", "None", "null", "true", "0", "-1", "\n",
    "\u2028", "x\ud800y",
]  # fmt: skip
IDS = [
    "T0001", "T1", "G1", "G0001", "E1", "M1", "H1", "D1", "T0", "T00000000000000000001", "T999999",
    "T" + "9" * 18, "T" + "9" * 19, "T" + "1" * 5000, "T" + "0" * 4299 + "1", "t0001", "T-1", "T+1",
    "T1.0", "T\uff11", "T²", "S1", "S260301a", "X1", "_1", "T", "", "T1 ", " T1", "T1\n",
    "T1\0", "00000000-0000-0000-0000-000000000000", "..", ".", "%", "{graceid}", "T0001,0",
]  # fmt: skip
NUMBERS = [
    "1", "2", "0", "-1", "01", "1.0", "1e3", "9" * 18, "9" * 20, "9" * 400, "9" * 5000, "", " ",
    "\uff11", "²", "0x1", "1_0", "NaN", "inf", "\0", "{N}",
]  # fmt: skip
METHODS = [
    "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "Post",
    "", " ", "PROPFIND", "GET\r\nX: y", "\ud800", "G" * 10000, "M\0",
]  # fmt: skip
NAMES = [
    None, "albert.einstein@ligo.org", "reader@ligo.org", "", " ", "x" * 5000, "a\0b", "ü@ö",
    "\ud800", "../x", "{}", "a\nb", "@", ".", "AnonymousUser",
]  # fmt: skip
PIECES = [
    "..", ".", "%2e%2e%2f", "%2e%2e", "%2f", "%5c..%5c", "%00", "%0a", "%0d%0aX:%20y", "%", "%zz",
    "%c0%ae%c0%ae", "%ff", "%ed%a0%80", "%e2%80%a8", "//", "/", "/api/", "/api", "api/v1/", "v2/",
    "v3/", "default/", "é", "\u2028", "\ud800", "\0", "?", "#", "?query=", "&", ";", "x" * 70000,
    "a/" * 3000, "%25252e", "{graceid}", "\\", " ",
]  # fmt: skip
HEADERS = {
    "Content-Type": [
        "", "text/plain", "application/json", "application/json; charset=utf-16",
        "application/json; charset=\ud800", "APPLICATION/JSON", "multipart/form-data",
        "multipart/form-data; boundary=", 'multipart/form-data; boundary="', "multipart/form-data; "
        "boundary=" + "b" * 201, "multipart/form-data; boundary=ü", "multipart/mixed; boundary=B",
        "MULTIPART/form-data; boundary=B", "application/x-www-form-urlencoded", ";" * 5000,
        'a; b="' + "\\" * 5000, "application/x-www-form-urlencoded; charset=rot13", "\0", "ä\ud800",
        "multipart/form-data; boundary*=utf-8''%00; boundary=B", "application/octet-stream",
    ],
    "Accept": [
        "*/*", "text/html", "application/xml", "text/tab-separated-values", "application/json", "",
        ";,;,", "x" * 9000, "\ud800", "text/html;q=0", "application/json;version=9",
    ],
    "User-Agent": ["", "gracedb-client/1.9.9", "gracedb-client/" + "9" * 4000 + ".0.0", "Mozilla/5",
                   "gracedb-client/2.16.1", "gracedb-client/x", "\0", "u" * 9000, "gracedb-client/"
                   "9" * 5000 + ".1.1"],
    "Content-Length": ["0", "-1", "9" * 30, "x"],
    "Content-Encoding": ["gzip", "x"],
    "Host": ["", "evil.example", "a\r\nb"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Range": ["bytes=0-1", "bytes=-" + "9" * 40],
    "If-None-Match": ["*"],
    "Expect": ["100-continue"],
}  # fmt: skip
FIELDS = [
    "comment", "tagname", "displayName", "label", "group", "pipeline", "search", "replay_id",
    "content_id", "voevent_type", "internal", "open_alert", "hardware_inj", "CoincComment",
    "Significant", "skymap_type", "skymap_filename", "BNS", "ProbHasNS", "HasMassGap", "MassGap",
    "raven_coinc", "ext_gcn", "ext_pipeline", "ext_search", "time_coinc_far", "space_coinc_far",
    "combined_skymap_filename", "delta_t", "ra_list", "dec_list", "ra_width_list",
    "dec_width_list", "start_time_list", "duration_list", "waveband", "eel_status", "obs_status",
    "instrument", "footprintID", "raList", "decList", "raWidthList", "decWidthList",
    "gpstimeList", "durationList", "extra_info_dict", "ra", "dec", "error_radius", "t90",
    "redshift", "designation",
]  # fmt: skip
JSON_BODIES: list[Callable[[random.Random], str]] = [
    lambda r: "null",
    lambda r: "true",
    lambda r: "-0",
    lambda r: "1e999",
    lambda r: "9" * 5000,
    lambda r: '"text"',
    lambda r: "[]",
    lambda r: "[1, {}]",
    lambda r: "{}",
    lambda r: "[" * 60000,
    lambda r: '{"a":' * 30000,
    lambda r: '{"comment": ' + "[" * 900 + "]" * 900 + "}",
    lambda r: '{"comment": NaN}',
    lambda r: '{"comment": "\\ud800"}',
    lambda r: '{"comment": "a", "comment": "\\u0000"}',
    lambda r: '{"comment": "\\ud83d", "tagname": ["\\udc00", 1, true], "displayName": ["\\ud800"]}',
    lambda r: '{"comment": "x", "tagname": ' + json.dumps(r.choice(WORDS)) + "}",
    lambda r: '{"comment": {"a": 1}}',
    lambda r: '{"comment": ["a"], "tagname": {"a": 1}, "label": ["x"]}',
    lambda r: '{"comment": 5, "label": 5}',
    lambda r: '{"comment": 1e308, "tagname": [1e308, -0.0]}',
    lambda r: '{"comment": ' + "9" * 4000 + "}",
    lambda r: '{"comment": "x", "tagname": [[]], "label": null}',
    lambda r: '{"comment": "x", "displayName": null, "tagname": null}',
    lambda r: '{"comment": "x", "label": ' + json.dumps(r.choice(WORDS)) + "}",
    lambda r: '{"displayName": ' + json.dumps(r.choice(WORDS)) + "}",
    lambda r: '{"": "", "upload": "x", "comment": "c"}',
    lambda r: '{"comment": "x"',
    lambda r: "\ufeff{}",
    lambda r: json.dumps({f"k{i}": i for i in range(2000)}),
]
