"""The INI file of a listener: a section a topic, as lvalert_listen and lvalertTest have it."""

from __future__ import annotations

import configparser
import os
from functools import partial

from ..vocabulary import Vocabulary
from .dispatching import Route
from .handlers import Program, Worker
from .sinks import split
from .topics import check_topics

__all__ = ["read_routes"]

_PROGRAM = ("executable", "executible")  # the second as lvalert_listen wrote it
_KEYS = (*_PROGRAM, "worker", "timeout", "concurrency", "queue")
_OF_LISTENMP = "childconfig nodes processtype process_type"


def read_routes(
    path: str | os.PathLike[str],
    names: Vocabulary,
    *,
    timeout: float | None,
    concurrency: int,
    limit: int,
) -> list[Route]:
    """Read which program or worker handles the alerts of each topic.

    Parameters
    ----------
    path : path-like
        The file. A section is named as its topic, in upper or lower case; its keys are
        ``executable`` (or ``executible``), split as a shell does, or ``worker``
        (``module:function``), and perhaps ``timeout`` [s], ``concurrency`` and ``queue``.
    names : Vocabulary
        Whose topics there are.
    timeout, concurrency, limit
        For sections that say nothing of them.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        For what cannot be; nothing is ignored.
    """
    parser = configparser.ConfigParser(interpolation=None)
    with open(path, encoding="utf-8") as stream:  # noqa: PTH123
        try:
            parser.read_file(stream)
        except configparser.Error as error:
            raise ValueError(f"{path}: {' '.join(str(error).split())}") from error
    if not parser.sections():
        raise ValueError(f"{path} has no section: one is [superevent], for instance")
    return [
        _route(f"{path} [{section}]", section, parser[section], names, timeout, concurrency, limit)
        for section in parser.sections()
    ]


def _route(
    where: str,
    section: str,
    said: configparser.SectionProxy,
    names: Vocabulary,
    timeout: float | None,
    concurrency: int,
    limit: int,
) -> Route:
    for key in said:
        if key in _OF_LISTENMP.split():
            raise ValueError(f"{where}: {key} belongs to lvalertTest_listenMP; say worker = M:F")
        if key not in _KEYS:
            raise ValueError(f"{where}: there is no key {key!r}, only {', '.join(_KEYS)}")
    programs = [said[key] for key in _PROGRAM if key in said]
    if len(programs) + ("worker" in said) != 1:
        raise ValueError(f"{where} must say either executable = PROGRAM or worker = M:F, once")
    try:
        topics = check_topics(section.lower(), names)
        timeout = said.getfloat("timeout", fallback=timeout)
        concurrency = said.getint("concurrency", fallback=concurrency)
        limit = said.getint("queue", fallback=limit)
        if (timeout is not None and timeout <= 0) or concurrency < 1 or limit < 1:
            raise ValueError("timeout, concurrency and queue are positive")
        if programs:
            split(programs[0])
            return Route(partial(Program, programs[0], timeout), topics, concurrency, limit)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    return Route(partial(started, said["worker"], timeout), topics, concurrency, limit)


def started(function: str, timeout: float | None) -> Worker:
    """Give a worker whose process is there."""
    worker = Worker(function, timeout)
    worker.start()
    return worker
