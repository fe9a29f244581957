"""What arguments of several verbs may be."""

from __future__ import annotations

import argparse

__all__ = ["add_groups", "server_url", "server_version", "user_name"]


def add_groups(verb: argparse.ArgumentParser, help_text: str) -> None:
    """Add the option that names the groups of whoever asks."""
    verb.add_argument(
        "--groups",
        "--group",
        metavar="NAMES",
        type=_names,
        action="extend",
        help=f"{help_text}, separated by commas; may be given again",
    )


def _names(text: str) -> list[str]:
    return [name for one in text.split(",") if (name := one.strip())]


def server_url(text: str) -> str:
    """Take the URL or alias of a test server; give the root of its API."""
    from ..errors import ServiceError
    from ..services import root_for_tests

    try:
        return root_for_tests(text)
    except ServiceError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def server_version(text: str) -> str:
    """Take the version of a server."""
    from ..vocabulary import SERVER_VERSIONS

    if text not in SERVER_VERSIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(SERVER_VERSIONS)}")
    return text


def user_name(text: str) -> str:
    """Take the name of a user."""
    if not text.strip():
        raise argparse.ArgumentTypeError("a user has a name")
    return text
