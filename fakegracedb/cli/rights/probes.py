"""Questions that tell whether something is allowed, and change nothing.

The server refuses (401, 403) who may not do a thing before it looks at what was sent; to who may it
says that something is missing (400). So each request here lacks what no request can do without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ligo.gracedb.exceptions import HTTPError

from ..output import answer_text

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb
    from requests import Response

__all__ = ["Right", "probes", "user_of"]

_REFUSED = (401, 403)
_ABSENT = (404, 405, 410, 501)
_TEST = "Test"


@dataclass(frozen=True, slots=True)
class Right:
    """Whether something is allowed.

    Attributes
    ----------
    what : str
        The thing, as ``upload``, ``make superevents``, ``read events``.
    which : str
        Of which kind: a group and a pipeline, a category; empty if there is but one.
    allowed : {"yes", "no", "unknown"}
        What the server says.
    reason : str
        Why not, in the server's words.
    """

    what: str
    which: str
    allowed: Literal["yes", "no", "unknown"]
    reason: str = ""

    def to_json(self) -> dict[str, str]:
        """Give it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def user_of(client: GraceDb) -> dict[str, Any]:
    """Give what the server knows of who asks."""
    data: dict[str, Any] = client.get_user_info().json()
    return data


def probes(client: GraceDb) -> list[Callable[[], Right]]:
    """Give the questions, to be asked one by one."""
    return list(_probes(client))


def _probes(client: GraceDb) -> Iterator[Callable[[], Right]]:
    links, groups = client.links, list(client.groups)
    # outside the group Test it is the pipeline that counts, whatever the group
    others = next((group for group in groups if group != _TEST), None)
    for pipeline in client.pipelines:
        for group in filter(None, (others, _TEST if _TEST in groups else None)):

            def upload(group: str = group, pipeline: str = pipeline) -> Right:
                fields = {"group": (None, group), "pipeline": (None, pipeline)}
                return _asked(
                    "upload",
                    f"{'Test' if group == _TEST else 'other groups'} {pipeline}",
                    lambda: client.post(links["events"], files=fields),
                    missing="eventFile",
                )

            yield upload
    for code, name in client.superevent_categories.items():

        def make(code: str = code, name: str = name) -> Right:
            body = {"category": code}
            return _asked(
                "make superevents", name, lambda: client.post(links["superevents"], data=body)
            )

        yield make
    if "gwtc" in links:
        yield lambda: _asked("make catalogs", "", lambda: client.post(links["gwtc"], data={}))
    one = {"count": 1}
    for what, url, options in (
        ("read events", links["events"], {"params": one}),
        ("read superevents", links["superevents"], {"params": one}),
        ("read the server's performance", links.get("performance"), {}),
    ):
        if url is not None:

            def read(what: str = what, url: str = url, options: dict[str, Any] = options) -> Right:
                return _asked(what, "", lambda: client.get(url, **options))

            yield read


def _asked(
    what: str, which: str, ask: Callable[[], Response], *, missing: str = "required"
) -> Right:
    """Ask, and understand the answer.

    Parameters
    ----------
    missing : str
        What stands in the complaint that something is missing, which only they get who may.
    """
    try:
        answer = ask()
    except HTTPError as error:
        answer = error.response
    if answer.status_code < 300:
        return Right(what, which, "yes")
    reason = f"{answer.status_code}: {answer_text(answer)[:120]}"
    if answer.status_code in _REFUSED:
        return Right(what, which, "no", reason)
    if answer.status_code == 400 and missing in answer.text:
        return Right(what, which, "yes")
    if answer.status_code == 400 or answer.status_code in _ABSENT:
        return Right(what, which, "no", reason)  # a pipeline that is switched off, say
    return Right(what, which, "unknown", reason)
