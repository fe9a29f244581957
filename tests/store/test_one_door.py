"""One module does all file-system calls of the store; nothing else opens files there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fakegracedb.store

PACKAGE = Path(fakegracedb.store.__file__).parent.parent
# `os` has names that do not touch files; these are used.
HARMLESS = {"PathLike", "fspath", "getpid", "register_at_fork", "environ", "linesep", "urandom"}
DOORS = {"os", "io", "shutil", "tempfile", "glob", "sqlite3", "mmap", "fcntl", "filelock", "dbm"}
PATH_METHODS = {
    name
    for name in dir(Path)
    if not name.startswith("_") and not hasattr(__import__("pathlib").PurePath, name)
} - {"absolute", "replace"}  # texts and times have the latter too


def rooms() -> list[Path]:
    found = sorted((PACKAGE / "store").glob("*.py")) + sorted((PACKAGE / "service").glob("*.py"))
    return [path for path in found if path != PACKAGE / "store" / "disk.py"]


def uses(source: str) -> Iterator[str]:
    """What touches files, as `name:line`."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.partition(".")[0] in DOORS - {"os"}:
                        yield f"import {alias.name}:{line}"
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in DOORS:
                yield f"from {module}:{line}"
            case ast.Call(func=ast.Name(id="open")):
                yield f"open:{line}"
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name not in HARMLESS:
                yield f"os.{name}:{line}"
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
                name in PATH_METHODS and ast.unparse(value) not in ("disk", "os", "os.path")
            ):
                yield f"{ast.unparse(value)}.{name}:{line}"


# methods of our own that share a name with one of `Path`
OURS = {
    "core.exists",
    "self.exists",
    "store.exists",
    "self._core.exists",
    "other.exists",
    "cls.open",
    "Store.open",
}


@pytest.mark.parametrize("path", rooms(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_are_touched_only_through_the_one_door(path: Path) -> None:
    found = [use for use in uses(path.read_text()) if use.rpartition(":")[0] not in OURS]
    assert found == []


def test_the_search_for_other_doors_finds_them() -> None:
    source = """
import os, shutil
from tempfile import mkdtemp
open("x")
os.stat("x")
os.path.exists("x")
Path("x").read_text()
path.unlink()
disk.exists("x")
os.getpid()
"""
    assert sorted(use.partition(":")[0] for use in uses(source)) == [
        "Path('x').read_text",
        "from tempfile",
        "import shutil",
        "open",
        "os.path",
        "os.stat",
        "path.unlink",
    ]


def test_the_door_itself_needs_nothing_that_a_fake_file_system_lacks() -> None:
    source = (PACKAGE / "store" / "disk.py").read_text()
    assert {"pread", "pwrite", "mmap", "sqlite3", "memmap"}.isdisjoint(
        node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        for node in ast.walk(ast.parse(source))
    )
