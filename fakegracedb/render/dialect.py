"""How a base of the API speaks: its links, its shapes, and how it wraps an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from ..errors import ApiError
from ..json_text import writer
from ..vocabulary import SERVER_VERSIONS

__all__ = ["SAFE", "Dialect", "dialect_of"]

_wide = writer(", ", ": ", allow_nan=False)
_narrow = writer(",", ":", allow_nan=False)
SAFE = "/~:@!$&'()*+,;="  # what the server leaves as it is in a path


@dataclass(frozen=True)
class Dialect:
    """One base of one server.

    Attributes
    ----------
    line : {"2.36", "2.33"}
        Which server.
    version : {"", "v1", "v2"}
        Version segment of the base; empty for the default one.
    root : str
        URL of the base, with a slash at the end; every link begins with it.
    """

    line: str
    version: str
    root: str

    @cached_property
    def new(self) -> bool:
        """Whether the server is of the newest line."""
        return self.line == "2.36"

    @cached_property
    def v2(self) -> bool:
        """Whether answers have the v2 shapes; the v2 of the older line differed only in search."""
        return self.new and self.version != "v1"

    @cached_property
    def structured(self) -> bool:
        """Whether queries may be structured: at the v2 bases, also at that of the older line."""
        return self.v2 or self.version == "v2"

    @cached_property
    def unversioned(self) -> Dialect:
        """The base without a version of the same server."""
        if not self.version:
            return self
        return dialect_of(self.line, "", self.root.removesuffix(f"{self.version}/"))

    @property
    def server_version(self) -> str:
        """What the API root calls the server."""
        return SERVER_VERSIONS[self.line]

    def url(self, path: str) -> str:
        """Give the absolute URL of a path below the base, whatever text is in it."""
        return self.root + quote(path, safe=SAFE, errors="surrogatepass")

    def encode(self, data: Any) -> bytes:
        """Give the text of a JSON answer; v2 has blanks after commas and colons, v1 has none."""
        text = (_wide if self.v2 else _narrow)(data)
        try:
            return text.encode()
        except UnicodeEncodeError:  # half a surrogate pair, kept as it came
            separators = None if self.v2 else (",", ":")
            return json.dumps(data, separators=separators, allow_nan=False).encode()

    def encode_with(self, key: str, rows: list[bytes], data: dict[str, Any]) -> bytes:
        """Give the text of a JSON answer with rows that are text already.

        Parameters
        ----------
        key : str
            Of the list in which they stand; in `data` it is empty.
        rows : list of bytes
            As `encode` gives each.
        data : dict
            The rest of the answer.
        """
        empty = self.encode({key: []})[1:-1]
        before, _, behind = self.encode(data).partition(empty)
        whole = (b", " if self.v2 else b",").join(rows)
        return b"".join((before, empty[:-1], whole, b"]", behind))

    def error(self, error: ApiError) -> tuple[bytes, str]:
        """Give the body and the content type of an error as this base wraps it."""
        body = error.body
        if self.v2 and not isinstance(body, dict):
            body = {"error": body}
        elif error.plain:
            return str(body).encode(errors="replace"), "text/html; charset=utf-8"
        return self.encode(body), "application/json"


@lru_cache(maxsize=256)
def dialect_of(line: str, version: str, root: str) -> Dialect:
    """Give the dialect of a base: the same object for the same base, so that it can be a key."""
    return Dialect(line, version, root)
