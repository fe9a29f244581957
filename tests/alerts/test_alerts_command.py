"""The verbs ``alerts``: follow, listen, send, relay and replay."""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alert_world import World
from patience import PATIENCE, ending, until

from fakegracedb.alerts.dispatching import EventLog
from fakegracedb.alerts.offsets import Offsets
from fakegracedb.cli import main
from fakegracedb.cli.alerts.common import Following

Run = Callable[..., tuple[int, str, str]]
COMMAND = [sys.executable, "-m", "fakegracedb", "alerts"]


@pytest.fixture
def run(world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs a verb on the world's store: status, output, errors."""
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(world.store.path))

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(["alerts", *words])
        return status, *capfd.readouterr()

    return run


@pytest.fixture
def history(world: World) -> World:
    """Give a world with an event that has four alerts in three commits, two seconds apart."""
    world.event()
    world.client.clock.advance(2)
    world.client.write_log("G0001", "<b>one</b>", label="INJ")
    world.client.clock.advance(2)
    world.client.write_log("G0001", "two")
    world.heard.clear()
    return world


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def told(text: str, event: str = "") -> list[dict[str, Any]]:
    """Give the lines of a log, of one event."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if event in ("", line["event"])]


# follow


def test_follow_prints_topic_and_packet(history: World, run: Run) -> None:
    status, out, _ = run("follow", "--from", "start", "--count", "4")
    lines = [line.split("\t") for line in out.splitlines()]
    assert status == 0
    assert [topic for topic, _ in lines] == ["cbc_gstlal", "cbc_gstlal_allsky"] * 4
    assert [json.loads(text)["alert_type"] for _, text in lines[::2]] == [
        *("new", "log", "label_added", "log")
    ]
    assert "&lt;b&gt;one" in lines[2][1]


def test_follow_prints_one_line_an_alert_as_json(history: World, run: Run) -> None:
    _, out, _ = run("--json", "follow", "--from", "2", "--topic", "cbc_gstlal", "--count", "2")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["seq"] for line in lines] == [2, 3]
    assert lines[0]["topics"] == ["cbc_gstlal"]
    assert lines[0]["message"]["data"]["comment"] == "<b>one</b>"
    assert lines[0]["t"] == 1772384651.25


def test_follow_prints_the_older_lines_too(history: World, run: Run) -> None:
    _, out, _ = run("follow", "--legacy-lines", "--from", "4", "--count", "1")
    topic, _, text = out.splitlines()[0].partition("|")
    assert (topic, json.loads(text)["data"]["comment"]) == ("cbc_gstlal", "two")


def test_follow_keeps_its_place(history: World, run: Run, tmp_path: Path) -> None:
    kept = ("follow", "--offsets", str(tmp_path / "kept"), "--json")
    assert run(*kept, "--from", "start", "--count", "1")[1].count("\n") == 1
    _, out, _ = run(*kept, "--count", "1")
    assert json.loads(out)["seq"] == 2
    history.client.write_log("G0001", "three")
    _, out, _ = run(*kept, "--idle", "0.05")
    assert [json.loads(line)["seq"] for line in out.splitlines()] == [3, 4, 5]
    (tmp_path / "kept").write_text("rubbish")
    status, _, error = run(*kept)
    assert (status, "kept" in error) == (1, True)


def test_what_comes_while_an_alert_is_handled_is_followed_however_long_that_takes(
    history: World,
) -> None:
    given = {"store": str(history.store.path), "topic": None, "offsets": None, "first": 3}
    heard: list[int] = []
    for alert in Following(argparse.Namespace(**given, count=None, idle=0.05)):
        heard.append(alert.seq)
        if alert.seq == 4:
            history.client.write_log("G0001", "three")
        time.sleep(0.1)
    assert heard == [4, 5]


def test_follow_runs_a_command_and_ends_when_it_fails(
    history: World, run: Run, tmp_path: Path
) -> None:
    good = script(tmp_path / "good", 'echo "$FAKEGRACEDB_TOPIC $FAKEGRACEDB_SEQ $FAKEGRACEDB_UID"')
    _, out, _ = run("follow", "--from", "4", "--count", "1", "--exec", good)
    assert out == "cbc_gstlal 4 G0001\ncbc_gstlal_allsky 4 G0001\n"
    bad = script(tmp_path / "bad", "exit 7")
    status, _, error = run("follow", "--from", "4", "--count", "1", "--exec", bad)
    assert (status, "ended with 7 on alert 4" in error) == (1, True)
    slow = script(tmp_path / "slow", "sleep 30")
    call = ("follow", "--from", "4", "--count", "1", "--exec", slow, "--timeout", "0.2")
    status, _, error = run(*call)
    assert (status, "took too long" in error) == (1, True)


def test_follow_hears_of_other_processes_at_once(world: World) -> None:
    graceid = world.event()
    call = [*COMMAND, "follow", "--store", str(world.store.path), "--from", "start"]
    with ending(subprocess.Popen(call, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout is not None
        for _ in range(2):
            assert '"new"' in process.stdout.readline()
        began = time.monotonic()
        world.client.write_log(graceid, "hello")
        assert '"hello"' in process.stdout.readline()
        assert time.monotonic() - began < 5
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["follow", "--topic", "cbc_gstla"], "cbc_gstlal"),
        (["follow", "--from", "99"], "--from 99: the next alert of "),
        (["follow", "--offsets", "/nonexistent/o"], "/nonexistent/o: No such file"),
        (["replay", "--from-archive", "/nonexistent"], "there is no archive in /nonexistent"),
        (["replay", "--from-archive", "/nonexistent", "--uid", "G0001"], "there is no archive in"),
        (["replay", "--from-archive", "/etc"], "/etc holds no event and no superevent"),
        (["listen"], "say what handles alerts"),
        (["listen", "-p", "/nonexistent/program"], "there is no such program"),
        (["follow", "--exec", "nosuch x"], "nosuch cannot be started"),
        (["relay", "--to", "exec:nosuch x"], "nosuch cannot be started"),
        (["replay", "--to", "exec:nosuch x"], "nosuch cannot be started"),
        (["listen", "--worker", "nonsense"], "does not name a function as MODULE:FUNCTION"),
        (["listen", "--worker", "nosuch:f"], "nosuch:f: No module named 'nosuch'"),
        (["listen", "--worker", "os:nosuch"], "os:nosuch: module 'os' has no attribute"),
        (["listen", "--worker", "os:sep"], "os:sep is not a function"),
        (["listen", "-C", "missing.ini"], "missing.ini"),
        (["send", "nonsense", "a=1"], "no topic"),
        (["send", "superevent", "{"], "neither JSON"),
        (["relay", "--to", "nowhere"], "no place for alerts"),
        (["relay", "--to", "kafka://kafka.scimma.org", "--group", "mine"], "--yes-live"),
        (["relay", "--to", "kafka://b.example.org"], "topics of gracedb on b.example.org"),
        (["relay", "--to", "kafka://localhost,b.example.org"], "topics of gracedb on b.example"),
        (["relay", "--to", "kafka://localhost?bootstrap.servers=b.example.org"], "kafka://HOST"),
        (["relay", "--to", "kafka://b.example.org", "--group", "mine", "--gcn"], "topics of gcn"),
        (["replay", "--to", "kafka://b.example.org"], "topics of gracedb-test on b.example.org"),
        (["replay", "--uid", "G0077"], "neither an event nor"),
        (["replay", "--until", "3"], "give its id"),
        (["replay", "--types", "nonsense"], "no type 'nonsense'"),
        (["replay", "--speed", "-1"], "not negative"),
        (["replay", "--uid", "G0001", "--until", "99"], "log entries 1 to 6"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    history: World, run: Run, words: list[str], reason: str
) -> None:
    status, _, error = run(*words)
    assert status == 1
    [line] = error.splitlines()
    assert reason in line


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["follow", "--count", "-1"], "--count: '-1' is not a positive whole number"),
        (["relay", "--to", "stdout", "--count", "0"], "--count: '0' is not a positive"),
        (["listen", "-p", "cat", "--count", "x"], "--count: 'x' is not a positive"),
        (["listen", "-p", "cat", "--concurrency", "0"], "--concurrency: '0' is not"),
        (["follow", "--idle", "x"], "--idle: 'x' is not a positive number"),
        (["follow", "--idle", "nan"], "--idle: 'nan' is not a positive number"),
    ],
)
def test_numbers_that_cannot_be_are_bad_usage(run: Run, words: list[str], reason: str) -> None:
    status, _, error = run(*words)
    assert status == 2
    assert reason in error


# listen


def test_listen_runs_the_programs_of_an_ini_in_both_spellings(
    history: World, run: Run, tmp_path: Path
) -> None:
    ini = tmp_path / "lvalert.ini"
    ini.write_text(
        '[CBC_gstlal]\nexecutable = /bin/sh -c \'cat > "$0"; echo >> "$0"\' '
        f"{tmp_path}/first\n[cbc_gstlal_allsky]\nexecutible = /bin/false\ntimeout = 5\n"
    )
    call = ("listen", "-C", str(ini), "--from", "4", "--count", "1")
    status, _, log = run(*call)
    assert status == 1
    assert json.loads((tmp_path / "first").read_text())["data"]["comment"] == "two"
    [handled], [failed] = told(log, "handled"), told(log, "failed")
    assert (handled["topic"], handled["status"]) == ("cbc_gstlal", 0)
    assert (failed["topic"], failed["status"]) == ("cbc_gstlal_allsky", 1)
    assert handled["due"] <= handled["sent"] <= handled["handled"]
    assert told(log)[-1] | {"time": 0} == {"time": 0, "event": "ended", "handled": 2, "failed": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no section"),
        ("[cbc_gstlal]\n", "must say either"),
        ("[cbc_gstlal]\nexecutable=a\nexecutible=b\n", "must say either"),
        ("[cbc_gstlal]\nexecutable=a\nretries=3\n", "no key 'retries'"),
        ("[cbc_gstlal]\nnodes=a\n", "listenMP"),
        ("[nonsense]\nexecutable=a\n", "no topic 'nonsense'"),
        ("[cbc_gstlal]\nexecutable='a\n", "no command"),
        ("[cbc_gstlal]\nexecutable=a\ntimeout=-1\n", "positive"),
        ("[cbc_gstlal]\nexecutable=/nonexistent/a\n", "there is no such program"),
        ("executable=a\n", "section"),
    ],
)
def test_an_ini_that_cannot_be_is_refused(
    history: World, run: Run, tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "l.ini").write_text(text)
    status, _, error = run("listen", "-C", str(tmp_path / "l.ini"))
    assert (status, reason in error) == (1, True), error


WORKER = """
import json, os, time
def handle(topic, payload):
    message = json.loads(payload)
    what = message.get("data", {}).get("comment", "")
    if what == "two":
        os._exit(9)
    if what == "slow":
        time.sleep(60)
    if message["alert_type"] == "label_added":
        raise ValueError("no labels please")
    print("handled", message["alert_type"])
"""


def test_a_worker_that_dies_or_hangs_is_started_again(
    history: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "user_module.py").write_text(WORKER)
    monkeypatch.chdir(tmp_path)
    history.client.write_log("G0001", "slow")
    history.client.write_log("G0001", "last")
    call = ("listen", "--worker", "user_module:handle", "--topic", "cbc_gstlal")
    status, out, log = run(*call, "--from", "start", "--count", "6", "--timeout", "3")
    assert status == 1
    assert out.split() == ["handled", "new", "handled", "log", "handled", "log"]
    lines = [line for line in told(log) if line["event"] in ("handled", "failed")]
    assert [line["status"] for line in lines] == [0, 0, 1, 9, None, 0]
    assert "no labels please" in lines[2]["problem"]
    assert "died" in lines[3]["problem"]
    assert "killed after 3 s" in lines[4]["problem"]


def test_a_program_that_is_too_slow_is_killed_with_what_it_started(
    history: World, run: Run, tmp_path: Path
) -> None:
    slow = script(tmp_path / "slow", f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    call = ("listen", "-p", slow, "--topic", "cbc_gstlal", "--timeout", "3")
    status, _, log = run(*call, "--from", "4", "--count", "1")
    assert status == 1
    assert told(log, "failed")[0]["problem"] == "killed after 3 s"
    child = int((tmp_path / "pid").read_text())
    until(lambda: has_ended(child))


def has_ended(process: int) -> bool:
    """Whether a process is no more, or waits for its parent to notice."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_full_queue_holds_the_reading_back(
    history: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, tell = tmp_path / "held", EventLog.tell

    def noted(self: EventLog, event: str, **details: Any) -> None:
        if event == "backlog":
            held.touch()
        tell(self, event, **details)

    monkeypatch.setattr(EventLog, "tell", noted)
    slow = script(tmp_path / "slow", f"while [ ! -e {held} ]; do sleep 0.02; done")
    call = ("listen", "-p", slow, "--topic", "cbc_gstlal", "--queue", "1", "--from", "start")
    status, _, log = run(*call, "--count", "4", "--timeout", str(PATIENCE))
    assert status == 0
    assert told(log, "backlog")
    assert [line["seq"] for line in told(log, "handled")] == [1, 2, 3, 4]


def test_several_at_the_same_time(history: World, run: Run, tmp_path: Path) -> None:
    met = f"{tmp_path}/met"  # where each waits for the others
    slow = script(
        tmp_path / "slow",
        f"echo >> {met}; while [ $(wc -l < {met}) -lt 4 ]; do sleep 0.02; done",
    )
    call = ("listen", "-p", slow, "--topic", "cbc_gstlal", "--concurrency", "4")
    call += ("--timeout", str(PATIENCE))
    status, _, log = run(*call, "--from", "start", "--count", "4")
    lines = told(log, "handled")
    assert (status, len(lines)) == (0, 4)
    assert max(line["sent"] for line in lines) < min(line["handled"] for line in lines)


def test_a_listener_that_is_killed_goes_on_without_a_gap(world: World, tmp_path: Path) -> None:
    graceid = world.event()
    program = script(tmp_path / "note", f'echo "$FAKEGRACEDB_SEQ" >> {tmp_path}/seen; sleep 0.02')
    call = [*COMMAND, "listen", "--store", str(world.store.path), "-p", program]
    call += ["--offsets", str(tmp_path / "kept"), "--topic", "cbc_gstlal", "--from", "1"]
    seen = tmp_path / "seen"
    for count in range(3):
        with ending(subprocess.Popen(call, stderr=subprocess.DEVNULL)) as process:
            for _ in range(12):
                world.client.write_log(graceid, "hello")
            least = 1 + 5 * count
            until(lambda: seen.exists() and len(set(seen.read_text().split())) >= least)  # noqa: B023
            process.kill()
    end = ["--idle", "0.5"]
    assert (
        subprocess.run([*call, *end], stderr=subprocess.DEVNULL, timeout=PATIENCE).returncode == 0
    )
    numbers = [int(text) for text in seen.read_text().split()]
    assert sorted(set(numbers)) == list(range(1, 38))  # none lost
    assert len(numbers) - len(set(numbers)) <= 3  # one again for each kill at most
    kept = Offsets(tmp_path / "kept").read()
    assert kept is not None
    assert kept.seq == 37


def test_sigterm_ends_listening_when_what_is_worked_at_is_done(
    history: World, tmp_path: Path
) -> None:
    program = script(
        tmp_path / "slow",
        f"touch {tmp_path}/begun; sleep 0.5; echo $FAKEGRACEDB_SEQ >> {tmp_path}/s",
    )
    call = [*COMMAND, "listen", "--store", str(history.store.path), "-p", program, "--from", "1"]
    call += ["--topic", "cbc_gstlal", "--offsets", str(tmp_path / "kept")]
    with ending(subprocess.Popen(call, stderr=subprocess.PIPE, text=True)) as process:
        until((tmp_path / "begun").exists)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    done = (tmp_path / "s").read_text().split()
    assert done == ["1"]
    kept = Offsets(tmp_path / "kept").read()
    assert kept is not None
    assert kept.seq == 1
    assert told(log)[-1]["event"] == "ended"


# send and relay


def test_a_message_of_ones_own_reaches_all_who_listen(history: World, run: Run) -> None:
    status, out, _ = run("send", "superevent", "uid=X", "n=3", "text=a=b")
    assert (status, out) == (0, "sent as alert 5 to superevent\n")
    history.client.alerts.deliver()
    assert history.heard == [("superevent", {"uid": "X", "n": 3, "text": "a=b"})]
    _, out, _ = run("--json", "send", "cbc_gstlal", '{"a": "x=1"}')
    assert json.loads(out) == {"seq": 6, "topic": "cbc_gstlal"}
    assert history.client.alerts[-1].message == {"a": "x=1"}
    assert history.store.check() == []


def test_a_relay_adds_lines_to_a_file_and_keeps_its_place(
    history: World, run: Run, tmp_path: Path
) -> None:
    lines = tmp_path / "lines"
    call = ("relay", "--to", f"file:{lines}", "--offsets", str(tmp_path / "kept"))
    assert run(*call, "--from", "start", "--count", "2")[0] == 0
    assert run(*call, "--idle", "0.05")[0] == 0
    assert [json.loads(line)["seq"] for line in lines.read_text().splitlines()] == [1, 2, 3, 4]


def test_a_pipe_is_made_and_waits_for_its_reader(history: World, run: Run, tmp_path: Path) -> None:
    read: list[str] = []

    def reader() -> None:
        until((tmp_path / "pipe").exists)
        read.append((tmp_path / "pipe").read_text())

    thread = threading.Thread(target=reader)
    thread.start()
    call = ("relay", "--to", f"pipe:{tmp_path}/pipe", "--from", "3", "--count", "2")
    assert run(*call)[0] == 0
    thread.join(20)
    assert [json.loads(line)["seq"] for line in read[0].splitlines()] == [3, 4]


def test_a_sink_of_messages_gets_what_a_broker_carries(history: World) -> None:
    from fakegracedb.alerts.sinks import forward

    sent: list[tuple[str, str, bytes]] = []
    alert = history.client.alerts[1]
    forward(alert, lambda *message: sent.append(message), alert.topics)
    assert [(topic, key) for topic, key, _ in sent] == [
        ("gracedb-test.cbc_gstlal", "G0001"),
        ("gracedb-test.cbc_gstlal_allsky", "G0001"),
    ]
    once = json.loads(sent[0][2])
    assert isinstance(once, str)
    assert once == alert.payload
    forward(alert, lambda *message: sent.append(message), ("cbc_gstlal",), "gracedb")
    assert sent[-1][0] == "gracedb.cbc_gstlal"


# replay


def test_replays_are_the_same_to_the_byte(history: World, run: Run, tmp_path: Path) -> None:
    call = ("replay", "--uid", "G0001", "--no-wait", "--repeat", "3")
    assert run(*call, "--to", f"file:{tmp_path}/a")[0] == 0
    lines = (tmp_path / "a").read_text().splitlines()
    assert len(lines) == 12
    assert lines[:4] == lines[4:8] == lines[8:]
    before = (history.store.path / "journal.jsonl").read_bytes()
    _, out, _ = run(*call)
    assert out.splitlines() == lines
    assert (history.store.path / "journal.jsonl").read_bytes() == before


def test_a_replay_is_spaced_as_it_was(history: World, run: Run, tmp_path: Path) -> None:
    call = ("replay", "--speed", "10", "--start-in", "0.1", "--report", str(tmp_path / "r"))
    assert run(*call, "--to", "stdout")[0] == 0
    *report, last = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert last == {"summary": {}}
    assert [line["due"] for line in report] == [0.1, 0.3, 0.3, 0.5]
    assert all(line["late"] < 1 and list(line["took"]) == ["stdout"] for line in report)


def test_a_replay_is_cut_at_log_entries(history: World, run: Run) -> None:
    def seqs(*words: str) -> list[int]:
        status, out, error = run("replay", "--uid", "G0001", "--no-wait", *words)
        assert status == 0, error
        return [json.loads(line)["seq"] for line in out.splitlines()]

    assert seqs() == [1, 2, 3, 4]
    assert seqs("--until", "3") == [1]  # an entry that the server wrote by itself
    assert seqs("--until", "4") == [1, 2]
    assert seqs("--until", "5") == [1, 2, 3]  # Label: INJ
    assert seqs("--from", "4") == [2, 3, 4]
    assert seqs("--from", "6") == [4]
    assert seqs("--until-time", "2.5") == [1, 2, 3]
    assert seqs("--types", "new,label_added") == [1, 3]


def test_a_retimed_replay_looks_live(history: World, run: Run) -> None:
    began = time.time()
    _, out, _ = run("replay", "--no-wait", "--retime")
    lines = [json.loads(line) for line in out.splitlines()]
    assert -1 <= lines[0]["t"] - began < 60
    plain = [alert.message for alert in history.client.alerts]
    shift = lines[0]["t"] - 1772384649.25
    assert [line["message"]["object"]["gpstime"] for line in lines] == [
        pytest.approx(one["object"]["gpstime"] + shift, abs=1) for one in plain
    ]
    assert lines[0]["message"]["object"]["created"] != plain[0]["object"]["created"]
    assert lines[0]["message"]["uid"] == "G0001"


def test_replay_is_a_generator_too(history: World) -> None:
    from fakegracedb import replay

    slept: list[float] = []
    found = list(replay(history.store, "G0001", speed=2.0, topic="test", sleep=slept.append))
    assert [(due, topic) for due, topic, _ in found] == [
        *((0.0, "test"), (1.0, "test"), (1.0, "test"), (2.0, "test"))
    ]
    assert slept
    with pytest.raises(ValueError, match="not negative"):
        replay(history.store, speed=-1.0)


def test_what_the_journal_does_not_tell_is_rebuilt_and_said_so(history: World, run: Run) -> None:
    _, exact, error = run("replay", "--uid", "G0001", "--no-wait")
    assert error == ""
    history.store.compact()
    history.client.write_log("G0001", "three")
    status, out, error = run("replay", "--uid", "G0001", "--no-wait")
    assert status == 0
    assert "5 alerts of 5 rebuilt from logs: approximate" in error
    told, before = (
        [json.loads(line)["message"] for line in text.splitlines()] for text in (out, exact)
    )
    assert [one["alert_type"] for one in told] == [*(one["alert_type"] for one in before), "log"]
    assert told[:4] == before
