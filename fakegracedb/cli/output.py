"""What the command prints: lines, JSON, sizes, and failures in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, TextIO

from ..errors import FakeGraceDbError

__all__ = [
    "CommandError",
    "answer_text",
    "complain",
    "confirm",
    "counted",
    "failure_text",
    "said_text",
    "say",
    "say_json",
    "size_text",
]


# Keys around what a server says that tell nothing of it.
_ENVELOPES = ("detail", "error", "errors", "non_field_errors")


class CommandError(FakeGraceDbError):
    """A verb cannot do what it was asked; the message is for whoever typed it."""


def say(text: str = "") -> None:
    """Print a line, or several."""
    _print(text, sys.stdout)


def complain(text: str) -> None:
    """Print one line on stderr."""
    _print(f"fakegracedb: {' '.join(text.split())}", sys.stderr)


def confirm(doing: str, what: str) -> None:
    """Ask whether something is meant, on stderr, since stdout may be somebody's JSON.

    Raises
    ------
    CommandError
        Where there is nobody to ask, or the answer is no.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError(f"this would {doing} {what}: --yes says that it is meant")
    print(f"{doing.capitalize()} {what}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("nothing was changed")


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
        return (
            f"{request.method} {request.path_url}: {response.status_code}: {answer_text(response)}"
        )
    if (unreached := _unreached(error)) is not None:
        return unreached
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, FakeGraceDbError | OSError | ValueError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error} (--debug shows where)"


def _unreached(error: Exception) -> str | None:
    """Name the server that could not be asked, and what went wrong; None if it is not that."""
    url = getattr(getattr(error, "request", None), "url", None)
    if not isinstance(error, OSError) or not isinstance(url, str):  # OSErrors of requests
        return None
    from urllib.parse import urlsplit

    why = type(error).__name__
    cause: BaseException = error
    seen = [cause]
    while True:
        # what wraps an error has it as its reason, its argument or its cause
        held = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        inner = [one for one in held if isinstance(one, BaseException) and one not in seen]
        if not inner:
            break
        cause = inner[0]
        seen.append(cause)
        if isinstance(cause, OSError) and (cause.strerror or isinstance(cause, TimeoutError)):
            why = cause.strerror or "it does not answer in time"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc} cannot be reached: {why}"


def answer_text(response: Any) -> str:
    """Give what a server says in an answer, in one line and without the JSON around it."""
    return said_text(response.text)


def said_text(text: str) -> str:
    """Give what the body of an answer says, in one line and without the JSON around it."""
    import json

    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return " ".join(text.split())
    return "; ".join(_sentences(data)) or " ".join(text.split())


def _sentences(data: Any, name: str = "") -> Iterator[str]:
    """Give the texts in an answer, those of a field with its name."""
    if isinstance(data, dict):
        if "message" in data:  # beside which stand codes for programs
            data = {"error": data["message"]}
        for key, value in data.items():
            yield from _sentences(value, name if key in _ENVELOPES else key)
    elif isinstance(data, list):
        for value in data:
            yield from _sentences(value, name)
    elif data not in (None, ""):
        yield f"{name}: {' '.join(str(data).split())}" if name else " ".join(str(data).split())


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
