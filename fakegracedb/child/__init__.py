"""Child processes: an environment that swaps the fake in wherever Python starts in it.

A folder on ``PYTHONPATH`` holds a ``sitecustomize``, which Python imports when it starts. It waits
until the real client is loaded, so that processes that never do so lose nothing. To make such an
environment loads nothing either.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..transport import Waits

__all__ = ["VARIABLE", "environment", "put_in_from"]

VARIABLE = "FAKEGRACEDB_SWAP"  # what the child is told, as JSON
_STARTUP = str(Path(__file__).parent / "startup")


def environment(
    store: str | os.PathLike[str],
    *,
    user: str | None = None,
    groups: tuple[str, ...] | None = None,
    server_version: str | None = None,
    waits: Waits = "real",
    allow_network: bool = False,
    base: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Give an environment for child processes, and theirs, in which a store answers all clients.

    Parameters
    ----------
    store : path-like
        The folder.
    user, groups, server_version, waits, allow_network
        As for `fakegracedb.activate`.
    base : mapping, optional
        The environment to start from; None is that of this process.

    Returns
    -------
    dict of str
        With ``PYTHONPATH`` and ``FAKEGRACEDB_STORE`` changed, and a variable of ours.
    """
    variables = dict(os.environ if base is None else base)
    paths = [one for one in variables.get("PYTHONPATH", "").split(os.pathsep) if one]
    variables["PYTHONPATH"] = os.pathsep.join([_STARTUP, *(p for p in paths if p != _STARTUP)])
    folder = str(Path(store).absolute())
    variables["FAKEGRACEDB_STORE"] = folder
    told = {
        "store": folder,
        "user": user,
        "groups": groups,
        "server_version": server_version,
        "waits": waits,
        "allow_network": allow_network,
    }
    variables[VARIABLE] = json.dumps(told)
    return variables


def put_in_from(text: str) -> None:
    """Put in the swap that the environment of this process tells of, for as long as it runs."""
    from ..api.app import Application
    from ..transport.choices import chosen_identity, chosen_store, chosen_version
    from ..transport.swapping import Swap, put_in

    told: dict[str, Any] = json.loads(text)
    store, _ = chosen_store(told["store"])
    swap = Swap(
        Application(store, chosen_version(told["server_version"])),
        chosen_identity(store, told["user"], told["groups"]),
        named=told["user"] is not None or told["groups"] is not None,
        waits=told["waits"],
        allow_network=told["allow_network"],
    )
    put_in(swap)
