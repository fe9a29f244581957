"""A child process that handles alerts with a function: ``python -m fakegracedb.alerts.worker``.

It reads a line of JSON an alert (``topic``, ``payload``) from its standard input and answers with a
line on the descriptor that it is given: ``null``, or the text of what the function raised. Before
that comes one such line for the start: ``null``, or why there is no such function.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["function_named", "main"]


def function_named(name: str) -> Callable[..., Any]:
    """Give the function that ``module:function`` names.

    Raises
    ------
    ValueError
        If there is none.
    """
    module, colon, path = name.partition(":")
    if not (module and colon and path):
        raise ValueError(f"{name!r} does not name a function as MODULE:FUNCTION")
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{name}: {error}") from error
    if not callable(found):
        raise ValueError(f"{name} is not a function")
    function: Callable[..., Any] = found
    return function


def main(name: str, descriptor: int) -> None:
    """Handle alerts until there are no more."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - where users keep their modules
    with os.fdopen(descriptor, "w", encoding="utf-8") as answers:
        try:
            function = function_named(name)
        except ValueError as error:
            print(json.dumps(str(error)), file=answers, flush=True)
            return
        print("null", file=answers, flush=True)  # it is there
        for line in sys.stdin:
            alert = json.loads(line)
            problem = None
            try:
                function(topic=alert["topic"], payload=alert["payload"])
            except Exception:
                problem = traceback.format_exc()
            sys.stdout.flush()
            print(json.dumps(problem), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
