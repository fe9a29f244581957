"""The trap: a home full of credentials, and a client that must not so much as look at them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fakegracedb

ROOT = str(Path(fakegracedb.__file__).parents[1])

# Runs in a process of its own. Everything under $HOME is a credential, as are the usual places in
# /tmp; to stat, open, list or expand one of them is noted, and so is a look at a variable.
TRAP = r"""
import builtins, io, json, os, sys

HOME = os.environ["HOME"]
VARIABLES = (
    "X509_", "BEARER_TOKEN", "SCITOKEN", "NETRC", "_CONDOR_CREDS", "XDG_RUNTIME_DIR", "KRB5",
    "IGWN_AUTH",
)
USUAL = ("/tmp/x509up_u", "/tmp/bt_u", "/nowhere/", ".netrc", "_netrc", "usercert", "userkey")
touched = []
armed = False

def note(how, what):
    global armed
    if not armed:
        return
    if isinstance(what, bytes):
        what = os.fsdecode(what)
    armed = False
    try:
        text = os.fspath(what) if isinstance(what, (str, os.PathLike)) else ""
        if text.startswith(HOME) or any(part in text for part in USUAL):
            touched.append(f"{how} {text}")
    finally:
        armed = True

def watched(function, how):
    def watching(*args, **kwargs):
        for arg in args[:1]:
            note(how, arg)
        return function(*args, **kwargs)
    return watching

for name in ("stat", "lstat", "access", "readlink", "open", "listdir", "scandir"):
    setattr(os, name, watched(getattr(os, name), name))
for name in ("exists", "isfile", "islink", "expanduser", "realpath"):
    setattr(os.path, name, watched(getattr(os.path, name), name))
builtins.open = io.open = watched(open, "open")
sys.addaudithook(lambda event, args: note(event, args[0]) if event == "open" and args else None)

class Variables(type(os.environ)):
    def __getitem__(self, key):
        if armed and str(key).startswith(VARIABLES):
            touched.append(f"environ {key}")
        return super().__getitem__(key)

os.environ.__class__ = Variables
expand = os.path.expanduser

def expanding(path):
    if armed and str(path).startswith("~"):
        touched.append(f"expanduser {path}")
    return expand(path)

os.path.expanduser = expanding
"""

SESSION = r"""
folder, url = sys.argv[1:3]
import fakegracedb.client, fakegracedb.transport, ligo.gracedb.rest
from itertools import product

headers = []
send = fakegracedb.transport.StoreAdapter.send

def sending(self, request, *args, **kwargs):
    headers.append(dict(request.headers))
    return send(self, request, *args, **kwargs)

fakegracedb.transport.StoreAdapter.send = sending

def session(client):
    with client as g:
        g.show_credentials(print_output=False)
        g.service_info
        g.ping()
        g.get(g.links["self"])
        repr(g.as_user("marie.curie"))
        g.as_user(None).ping()
        if client.auth_type:
            g.get_user_info()
            event = g.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()
            g.write_log(event["graceid"], "hello", filename="b.txt", filecontents=b"text")
            g.files(event["graceid"], "b.txt").read()
            list(g.events(event["graceid"]))
            try:
                g.event("T9999")
            except ligo.gracedb.exceptions.HTTPError:
                pass

CHOICES = {
    "cred": (None, True, "/nowhere/proxy.pem", ("/nowhere/cert.pem", "/nowhere/key.pem")),
    "use_auth": ("all", "scitoken", "x509"),
    "fail_if_noauth": (False, True),
    "reload_cred": (False, True),
    "reload_certificate": (False, True),
}
combinations = [dict(zip(CHOICES, chosen)) for chosen in product(*CHOICES.values())]
combinations += [{"force_noauth": True, "cred": cred} for cred in CHOICES["cred"]]
combinations += [{"user": "marie.curie"}, {"api_version": "v1"}, {"server_version": "2.33"}]
armed = True
for arguments in combinations:
    session(fakegracedb.client.FakeGraceDb(url, store=folder, **arguments))
armed = False
caught = list(touched)

# and does the trap catch anything? The real client, as it would be
touched.clear()
armed = True
try:
    ligo.gracedb.rest.GraceDb(url, use_auth="scitoken", reload_cred=True)
except Exception:
    pass
try:
    ligo.gracedb.rest.GraceDb(url, use_auth="x509")
except Exception:
    pass
try:
    with ligo.gracedb.rest.GraceDb("http://127.0.0.1:1/", force_noauth=True, retries=0) as g:
        g.get("http://127.0.0.1:1/")
except Exception:
    pass
armed = False
print(json.dumps({
    "sessions": len(combinations),
    "requests": len(headers),
    "touched": caught,
    "authorization": [h for h in headers if any(k.lower() == "authorization" for k in h)],
    "control": touched,
}))
"""

# of no use to anybody: signed with nothing, expired in 2001
TOKEN = (
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
    "eyJzdWIiOiJub2JvZHkiLCJleHAiOjEwMDAwMDAwMDAsInNjb3BlIjoiZ3JhY2VkYi5yZWFkIn0."
)
PEM = "-----BEGIN CERTIFICATE-----\nTm90IGEgY2VydGlmaWNhdGUu\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened in a process whose home holds nothing but credentials."""
    home = tmp_path_factory.mktemp("home")
    (home / ".globus").mkdir()
    for name, text in {
        ".netrc": "machine gracedb.example.org login nobody password secret\n",
        ".globus/usercert.pem": PEM,
        ".globus/userkey.pem": PEM,
        "proxy.pem": PEM,
        "token": TOKEN,
        f"bt_u{os.getuid()}": TOKEN,
        "gracedb.use": TOKEN,
    }.items():
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    variables = {
        "HOME": home,
        "XDG_RUNTIME_DIR": home,
        "NETRC": home / ".netrc",
        "X509_USER_PROXY": home / "proxy.pem",
        "X509_USER_CERT": home / ".globus/usercert.pem",
        "X509_USER_KEY": home / ".globus/userkey.pem",
        "BEARER_TOKEN": TOKEN,
        "BEARER_TOKEN_FILE": home / "token",
        "SCITOKEN_FILE": home / "token",
        "_CONDOR_CREDS": home,
        "PYTHONPATH": ROOT,
    }
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("FAKEGRACEDB_")
    }
    environment.update({name: str(value) for name, value in variables.items()})
    folder = tmp_path_factory.mktemp("elsewhere") / "store"
    done = subprocess.run(
        [sys.executable, "-c", TRAP + SESSION, str(folder), "https://gracedb.example.org/api/"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder.parent,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_trap_catches_the_real_client(report: dict[str, Any]) -> None:
    caught = " ".join(report["control"])
    for credential in (".netrc", "usercert.pem", "BEARER_TOKEN", "X509_USER_PROXY"):
        assert credential in caught


def test_no_credential_is_looked_for_in_a_whole_session(report: dict[str, Any]) -> None:
    assert report["sessions"] == 4 * 3 * 2 * 2 * 2 + 4 + 3
    assert report["touched"] == []


def test_no_authorization_is_sent(report: dict[str, Any]) -> None:
    assert report["requests"] > 8 * report["sessions"]
    assert report["authorization"] == []
