"""What a call of a client came to; run as a program, a second process with its own client."""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import requests.exceptions
from ligo.gracedb.exceptions import HTTPError

import fakegracedb
from fakegracedb import FakeGraceDb

if TYPE_CHECKING:
    from server_model import Answer


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a status and a body, or with an exception that has neither."""

    status: int = 0
    body: Any = None
    exception: str = ""


def outcome(client: Any, method: str, *arguments: Any, **options: Any) -> Outcome:
    """Call a method of a client, whatever comes of it."""
    try:
        answer = getattr(client, method)(*arguments, **options)
    except HTTPError as error:
        kind = error.response.headers.get("Content-Type", "")
        body = error.response.json() if kind == "application/json" else error.text
        return Outcome(error.status_code, body)
    except requests.exceptions.RequestException as error:
        return Outcome(exception=type(error).__name__)
    if not hasattr(answer, "content"):  # a file
        with answer:
            return Outcome(answer.status_code, answer.read())
    return Outcome(answer.status_code, answer.json() if answer.content else None)


def agree(expected: Answer, found: Outcome) -> None:
    """Hold an answer against the predicted one: of an object, the keys that were predicted."""
    assert found.exception == "", found
    assert found.status == expected.status, (expected, found)
    if isinstance(expected.body, dict) and expected.body:
        assert {key: found.body[key] for key in expected.body} == expected.body
    elif expected.body is not None:
        assert found.body == expected.body


class SecondProcess:
    """Another process, which has a client on the same folder."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def outcome(self, folder: str, method: str, *arguments: Any, **options: Any) -> Outcome:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump((folder, method, arguments, options), self._process.stdin)
        self._process.stdin.flush()
        found = pickle.load(self._process.stdout)
        assert isinstance(found, Outcome | dict), found
        return Outcome(**found) if isinstance(found, dict) else found

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@cache
def second_process() -> SecondProcess:
    """Give the one that all tests of this process share."""
    root = str(Path(fakegracedb.__file__).parents[1])
    environment = {key: os.environ[key] for key in os.environ if "FAKEGRACEDB" not in key}
    process = SecondProcess({**environment, "PYTHONPATH": root})
    atexit.register(process.close)
    return process


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Do as asked; a new folder means a new client."""
    place = ""
    client: Any = None
    while True:
        try:
            folder, method, arguments, options = pickle.load(questions)
        except EOFError:
            return
        if folder != place:
            client = None
            gc.collect()
            place, client = folder, FakeGraceDb(store=folder, waits="skip")
        found = outcome(client, method, *arguments, **options)
        pickle.dump(vars_of(found), answers)
        answers.flush()


def vars_of(found: Outcome) -> dict[str, Any]:
    """Give an outcome in a form that does not depend on the module's name."""
    return {"status": found.status, "body": found.body, "exception": found.exception}


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
