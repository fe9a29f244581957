"""Imported by Python when it starts, wherever `fakegracedb.child.environment` holds.

First comes the sitecustomize that would have been found without this one. Then the loading of the
real client is waited for, since the fake can only be swapped in below what is there.
"""

import os
import sys
from importlib.machinery import PathFinder

_CLIENT = "ligo.gracedb.client"
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - light


def _chain() -> None:
    """Run the sitecustomize behind this one, under its own name."""
    behind = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]  # noqa: PTH100
    spec = PathFinder.find_spec("sitecustomize", behind)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


class _Waiting:
    """A finder that finds the real client as all do, and swaps the fake in once it is loaded."""

    def __init__(self, told: str) -> None:
        self._told = told

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name != _CLIENT:
            return None
        sys.meta_path.remove(self)
        spec = None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):  # type: ignore[no-untyped-def]
            execute(module)
            try:
                from fakegracedb.child import put_in_from
            except ModuleNotFoundError as error:
                if error.name and error.name.partition(".")[0] == "fakegracedb":
                    raise ImportError(
                        "the fake is to be swapped in below ligo.gracedb, and this Python "
                        f"({sys.executable}) has no fakegracedb: install it there too"
                    ) from None
                raise
            put_in_from(self._told)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if _told := os.environ.get("FAKEGRACEDB_SWAP"):
    sys.meta_path.insert(0, _Waiting(_told))
_chain()
