"""The verb ``ca-certificate``: certificates of authorities that vouch for private test servers."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from .arguments import fill_verb
from .output import complain, say, say_json

if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "ca-certificate",
        _run,
        "Add the certificates of a PEM file to the bundle that is used for test servers. Those "
        "that have expired are told and not added, and the exit status is 1. Where the "
        "environment has REQUESTS_CA_BUNDLE, that one is used instead.",
    )
    verb.add_argument("path", metavar="FILE", nargs="?", help="the PEM file")
    verb.add_argument("--reset", action="store_true", help="begin anew with certifi's bundle")
    verb.add_argument("--verbose", action="store_true", help="name every certificate")


def _run(arguments: argparse.Namespace) -> int:
    from .. import certificates

    if arguments.reset:
        certificates.reset()
    if os.environ.get("REQUESTS_CA_BUNDLE"):
        complain("REQUESTS_CA_BUNDLE is set and wins over this bundle")
    if arguments.path is None:
        path = certificates.bundle()
        facts = {"path": str(path), "exists": path.is_file()}
        if arguments.json:
            say_json(facts)
        else:
            say(f"{path}{'' if path.is_file() else ' (not there yet)'}")
        return 0
    result = certificates.add(arguments.path)
    if arguments.json:
        say_json({**vars(result), "path": str(result.path)})
    else:
        say(
            f"{result.path}: {len(result.added)} added, {len(result.known)} there already, "
            f"{len(result.expired)} expired"
        )
        if arguments.verbose:
            for what in ("added", "known"):
                for name in getattr(result, what):
                    say(f"{what}: {name}")
        for name in result.expired:
            say(f"expired: {name}")
    return 1 if result.expired else 0
