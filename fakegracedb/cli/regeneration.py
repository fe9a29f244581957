"""What the verbs ``create`` and ``cycle`` share: options, the target, and Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .fetch import add_archive
from .output import complain, say

if TYPE_CHECKING:
    from ..regeneration.targets import Target

__all__ = ["INTERRUPTED", "add_options", "interruptible", "opened", "options", "say_now"]

INTERRUPTED = 130  # as a shell tells of a program that ended by SIGINT


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of both."""
    verb.add_argument(
        "--target",
        metavar="SERVICE",
        required=True,
        help="the folder of a store, `fake`, a URL, or playground, test, dev, cnaf, local, mocked",
    )
    verb.add_argument(
        "--source", metavar="SERVICE", default="production", help="where from (production)"
    )
    verb.add_argument(
        "--auth",
        action="store_true",
        help="look for credentials as the real client does, for what the source does not show all",
    )
    add_archive(verb)
    verb.add_argument(
        "--refresh", "--refresh-cache", action="store_true", help="fetch also what is there"
    )
    verb.add_argument("--group", metavar="NAME", help="another group")
    search = verb.add_mutually_exclusive_group()
    search.add_argument("--search", metavar="NAME", help="another search (MDC)")
    search.add_argument("--original-search", action="store_true", help="keep the searches")
    verb.add_argument(
        "--mode",
        choices=("pipeline", "history"),
        default="pipeline",
        help="upload what pipelines uploaded (pipeline, the default), or do everything again",
    )
    verb.add_argument(
        "--max-delay", metavar="SECONDS", help="shrink all delays if the last one is longer"
    )
    verb.add_argument("--speed", metavar="X", default="1", help="so many times as fast")
    verb.add_argument("--cap-wait", metavar="SECONDS", help="wait no longer than that at once")
    verb.add_argument(
        "--clock",
        choices=("wall", "fake"),
        help="wait, or set the store's clock (the default for stores)",
    )
    uploads = verb.add_mutually_exclusive_group()
    uploads.add_argument("--all-files", action="store_true", help="all that pipelines uploaded")
    uploads.add_argument(
        "--essential-files", action="store_true", help="sky maps, p_astro and em_bright only"
    )
    verb.add_argument("--label", metavar="NAME", action="append", default=[], help="further labels")
    verb.add_argument(
        "--no-meg-log", action="store_true", help="no entry that tells where events come from"
    )
    for flag, text in (
        ("--deep", "also move times that are not of the event"),
        ("--shift-process", "also the times of jobs in LIGO_LW documents"),
        ("--keep-trigger-id", "external notices keep the ids of their triggers"),
        ("--test-role", "external notices get role=test"),
        ("--rewrite-text", "put new ids into texts too"),
        ("--rename-files", "move times in names of files"),
        ("--strict", "files of unknown kinds with a time near the event are errors"),
    ):
        verb.add_argument(flag, action="store_true", help=text)
    for flag in ("--username", "--password"):
        verb.add_argument(flag, metavar="TEXT", help=argparse.SUPPRESS)


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Give what `regenerate` takes, as far as both verbs have it."""
    uploads = "all" if arguments.all_files else "default"
    names = ("deep", "shift_process", "keep_trigger_id", "test_role", "rewrite_text")
    return {
        **{name: getattr(arguments, name) for name in (*names, "rename_files", "strict")},
        "group": arguments.group,
        "search": None if arguments.original_search else arguments.search or "MDC",
        "mode": arguments.mode,
        "max_delay": arguments.max_delay,
        "speed": arguments.speed,
        "cap_wait": arguments.cap_wait,
        "uploads": "essential" if arguments.essential_files else uploads,
        "labels": arguments.label,
        "meg_log": not arguments.no_meg_log,
    }


def opened(arguments: argparse.Namespace) -> Target:
    """Give what things are to be created on."""
    from ..regeneration.targets import BASIC_AUTH, open_target

    if arguments.username is not None or arguments.password is not None:
        complain(f"--username and --password are ignored: {BASIC_AUTH}")
    return open_target(arguments.target)


@contextlib.contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets; a second one ends at once, as usual.

    A thread of its own sets it: a signal that comes just before the main thread begins to wait is
    else handled when that has waited to its end.
    """
    stop = threading.Event()
    pressed = 0

    def interrupted(number: int, frame: object) -> None:
        nonlocal pressed
        pressed += 1
        if pressed > 1:
            raise KeyboardInterrupt

    def watch() -> None:
        while number := os.read(reading, 1):
            if number[0] == signal.SIGINT and not stop.is_set():
                stop.set()
                complain("ends after what is being done; once more ends at once")

    try:
        before = signal.signal(signal.SIGINT, interrupted)
    except ValueError:  # not the main thread: nobody can press Ctrl-C here
        yield stop
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    earlier = signal.set_wakeup_fd(writing)
    watcher = threading.Thread(target=watch, name="interrupts", daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(earlier)
        os.close(writing)
        watcher.join()
        os.close(reading)


def say_now(line: str) -> None:
    """Print a line that somebody may be waiting for, in a pipe too."""
    say(line)
    if sys.stdout is not None:
        sys.stdout.flush()
