"""The library `jsonschema`, brought in at the first use; our validator, and what it finds.

Importing it takes a tenth of a second and reads the JSON files of `jsonschema_specifications`. In a
fake file system of pyfakefs these are not there, so the import fails if that is where the first use
is. Pausing the fake would let every other thread write to the real disk meanwhile; so the folder is
shown in the fake for as long as the import takes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from math import isnan
from reprlib import Repr
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..clock import parse_time

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

__all__ = ["FORMATS", "broken", "validator"]

_FILES = "jsonschema_specifications"
_lock = RLock()


def validator(schema: Mapping[str, Any], *, strict: bool = True) -> Validator:
    """Make the validator of a schema, which any number of threads may use.

    Parameters
    ----------
    schema : mapping
        JSON Schema, draft 2020-12.
    strict : bool
        Whether formats are checked, and numbers are looked at more closely than the standard does,
        as our own documents need it. Otherwise formats are only said, which is the standard's way.
    """
    with _lock:
        kind, formats = _strict() if strict else (_imported().Draft202012Validator, None)
    made: Validator = kind(schema, format_checker=formats)
    return made


def broken(validator: Validator, data: Any, most: int | None = None) -> list[str]:
    """Say which rules a document breaks: what matters most first.

    Parameters
    ----------
    validator : Validator
        Of the rules.
    data : Any
        The document.
    most : int or None
        How many are looked for.
    """
    found = islice(validator.iter_errors(data), most)
    errors = sorted(found, key=lambda error: (len(error.path), error.path))
    # a format says once more what the type or the pattern said
    said = [error.path for error in errors if error.validator in ("type", "pattern")]
    return [
        _told(error) for error in errors if error.validator != "format" or error.path not in said
    ]


_short = Repr()
_short.maxstring = _short.maxother = 80


def _told(error: ValidationError) -> str:
    """Say where a rule is broken, in the library's words, and what it is for."""
    place = error.json_path.removeprefix("$").removeprefix(".")
    rule = error.message if error.cause is None else f"{error.message}: {error.cause}"
    rule = rule.replace(repr(error.instance), _short.repr(error.instance))
    meaning = error.schema.get("description") if isinstance(error.schema, dict) else None
    return (f"{place}: " if place else "") + rule + (f" ({meaning})" if meaning else "")


@lru_cache(maxsize=1)
def _strict() -> tuple[Any, Any]:
    """Give a class of validators that is stricter with numbers, and the checker of our formats."""
    library = _imported()
    least = library.Draft202012Validator.VALIDATORS["minimum"]

    def number(_: Any, value: object) -> bool:
        if isinstance(value, int) and not isinstance(value, bool):
            return abs(value) <= sys.float_info.max
        return isinstance(value, float)

    def minimum(checked: Any, limit: Any, value: Any, schema: Any) -> Iterator[Any]:
        if isinstance(value, float) and isnan(value):  # compares with nothing
            yield library.ValidationError(f"{value!r} is not at least {limit!r}")
        yield from least(checked, limit, value, schema)

    kind = library.validators.extend(
        library.Draft202012Validator,
        {"minimum": minimum},
        # until draft 4, 1.0 was no integer
        type_checker=library.Draft4Validator.TYPE_CHECKER.redefine("number", number),
    )
    formats = library.FormatChecker(())
    for name, has_format in FORMATS.items():
        formats.checks(name, raises=_WRONG[name])(has_format)
    return kind, formats


def _is_regex(value: object) -> bool:
    return not isinstance(value, str) or bool(re.compile(value))


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(parse_time(value))


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return True  # for its type to say
    return bool(parse_time(value))


FORMATS: dict[str, Callable[[object], bool]] = {
    "regex": _is_regex,
    "date-time": _is_date_time,
    "time-in-any-form": _is_time,
}
_WRONG: dict[str, Any] = {
    "regex": (re.error, OverflowError, RecursionError),
    "date-time": ValueError,
    "time-in-any-form": ValueError,
}


def _imported() -> ModuleType:
    """Import the library, also where its files are not on the disk that Python sees."""
    for package in ("jsonschema", _FILES):
        # looked for first: another thread may begin to import the package, and then its parts
        parts = [name for name in list(sys.modules) if name.startswith(f"{package}.")]
        if package not in sys.modules:
            for name in parts:
                sys.modules.pop(name, None)  # left by an import that failed
    fake = _fake_file_system()
    if fake is None or _FILES in sys.modules:
        import jsonschema
    else:
        with _shown(_folder(), fake):
            import jsonschema
    return jsonschema


def _folder() -> str:
    spec = find_spec(_FILES)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {_FILES}, which jsonschema needs", name=_FILES)
    return spec.submodule_search_locations[0]


def _fake_file_system() -> Any:
    """Give the file system of pyfakefs that stands for the disk just now, None for the real one."""
    pyfakefs = sys.modules.get("pyfakefs.fake_filesystem_unittest")
    if pyfakefs is not None:
        for patcher in (pyfakefs.Patcher.PATCHER, pyfakefs.Patcher.DOC_PATCHER):
            if patcher is not None and patcher.is_patching:
                return patcher.fs
    return None


@contextmanager
def _shown(folder: str, fake: Any) -> Iterator[None]:
    """Let a folder of the real disk be seen in a fake file system, and then be gone again."""
    new = []
    path = folder
    while not fake.exists(path):
        new.append(path)
        path, _ = fake.splitpath(path)
    try:
        if new:
            fake.add_real_directory(folder, lazy_read=False)
        yield
    finally:
        for path in new:  # the innermost first
            if fake.exists(path) and (path == folder or not fake.get_object(path).entries):
                fake.remove_object(path)
