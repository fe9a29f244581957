"""What the command prints: lines, JSON, sizes, and failures in one line."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from ..errors import FakeGraceDbError

__all__ = [
    "CommandError",
    "answer_text",
    "complain",
    "counted",
    "failure_text",
    "say",
    "say_json",
    "size_text",
]


class CommandError(FakeGraceDbError):
    """A verb cannot do what it was asked; the message is for whoever typed it."""


def say(text: str = "") -> None:
    """Print a line, or several."""
    _print(text, sys.stdout)


def complain(text: str) -> None:
    """Print one line on stderr."""
    _print(f"fakegracedb: {' '.join(text.split())}", sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is None:  # closed by whoever started us
        return
    encoding = stream.encoding or "utf-8"
    # paths and comments may hold what the terminal cannot show
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def say_json(value: Any) -> None:
    """Print a JSON value."""
    import json

    say(json.dumps(value, indent=1))


def failure_text(error: Exception) -> str:
    """Say what an exception means to whoever typed the command."""
    response = getattr(error, "response", None)
    if response is not None:  # the client's HTTPError
        request = response.request
        return f"{request.method} {request.path_url}: {response.status_code}: {response.text}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, FakeGraceDbError | OSError | ValueError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error} (--debug shows where)"


def answer_text(response: Any) -> str:
    """Give what a server says in an answer, in one line and without the JSON around it."""
    text = " ".join(response.text.split())
    try:
        data = response.json()
    except ValueError:
        return text
    if isinstance(data, dict):
        data = next((data[key] for key in ("detail", "error", "errors") if key in data), data)
    return " ".join(data.split()) if isinstance(data, str) else text


def size_text(count: int) -> str:
    """Give a number of bytes in a unit that suits it."""
    if count < 1000:
        return f"{count} B"
    size, unit = count / 1000, "kB"
    for larger in ("MB", "GB"):
        if size >= 999.95:  # would be written as 1000.0
            size, unit = size / 1000, larger
    return f"{size:.1f} {unit}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Give a number with its noun, in the plural where it must be."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"
