"""The command ``fakegracedb``: its verbs, and how they end.

A verb is a module, which loads what it needs when it is called.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_INTERRUPTED = 130  # as a shell tells of a program that ended by SIGINT
_PIPE_BROKEN = 141  # by SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        What follows the command's name; None is what the process was started with.

    Returns
    -------
    int
        0; 1 for a failure, told in one line on stderr; 2 for bad usage; 130 when interrupted
        (but 0 for `serve` and `broker`, which end so); 141 when whoever reads our output has gone.
    """
    try:
        status = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a broken pipe can still be kept quiet
    except BrokenPipeError:
        _discard_output()
        return _PIPE_BROKEN
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status


def _run(argv: Sequence[str] | None) -> int:
    from .arguments import parser

    try:
        arguments = parser().parse_args(argv)
    except SystemExit as end:  # help, version, bad usage
        return end.code if isinstance(end.code, int) else 0
    try:
        status: int = arguments.run(arguments)
    except BrokenPipeError:
        raise
    except Exception as error:
        if arguments.debug:
            import traceback

            traceback.print_exc()
        else:
            from .output import complain, failure_text

            complain(failure_text(error))
        return 1
    return status


def _discard_output() -> None:
    """Let the interpreter's own last flush go nowhere, rather than complain."""
    import contextlib

    with contextlib.suppress(OSError, ValueError):  # a replaced stdout may have no descriptor
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
