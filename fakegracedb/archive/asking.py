"""Asking a server through a client: again after trouble that passes, four questions at a time."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from requests import exceptions
from urllib3.exceptions import HTTPError as WireError

from ..errors import ArchiveError

__all__ = ["Asker", "Refused", "Trouble", "not_readable", "passing", "status_of"]

T = TypeVar("T")
#: Is told of trouble that may pass, and how long is waited until it is asked again [s].
Trouble: TypeAlias = Callable[[Exception, float], None]

_TRIES = 6
_FIRST_PAUSE = 0.5  # s; each is twice as long as the one before
_LONGEST_PAUSE = 60.0  # s
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})  # statuses
_PIECE = 1 << 16  # bytes
_THREADS = "fakegracedb-fetch"
_TROUBLE = (
    exceptions.ConnectionError,
    exceptions.Timeout,
    exceptions.ChunkedEncodingError,
    exceptions.ContentDecodingError,
    exceptions.RetryError,
    WireError,
)


class Refused(ArchiveError):  # noqa: N818 - it tells of an answer, not of an error
    """The server does not let something be read.

    Attributes
    ----------
    status : int
        What it answered: 401, 403, 404 or 410.
    """

    def __init__(self, status: int, url: str) -> None:
        super().__init__(f"{url}: {status}")
        self.status = status


def not_readable(id_: str, error: Refused) -> ArchiveError:
    """Say that an object cannot be read at all."""
    why = "is not there" if error.status == 404 else "may not be read (try with --auth)"
    return ArchiveError(f"{id_} {why}: the server answers {error.status}")


class Cut(Exception):  # noqa: N818 - it is not told to anybody
    """An answer is not as long as it said."""


def status_of(error: BaseException) -> int | None:
    """Give the HTTP status that an error of a client tells of."""
    found = getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def passing(error: BaseException) -> bool:
    """Whether trouble of that kind can be over when it is asked again."""
    if isinstance(error, exceptions.HTTPError):
        return status_of(error) in _PASSING
    return isinstance(error, _TROUBLE)


class Asker:
    """Asks one server.

    Parameters
    ----------
    client : GraceDb
        Any: only what the real one has is used of it. It is not changed.
    workers : int
        How many questions are asked at a time.
    timeout : float
        How long the server may be silent [s].
    pause : callable
        Waits so many seconds.
    trouble : callable, optional
        Is told of trouble that may pass, and how long is waited until it is asked again [s].
    """

    def __init__(
        self,
        client: Any,
        *,
        workers: int = 4,
        timeout: float = 60.0,
        pause: Callable[[float], None] = time.sleep,
        trouble: Trouble | None = None,
    ) -> None:
        self.client = _limited(client, timeout)
        self._workers = workers
        self._pause = pause
        self._trouble = trouble
        self._stopped = threading.Event()

    def json(self, url: str) -> Any:
        """Give the JSON at a URL.

        Raises
        ------
        Refused
            If the server does not let it be read.
        HTTPError
            Of the client, for another refusal, and for trouble that does not pass.
        """
        return self.answer(lambda: self.client.get(url), url)

    def answer(self, ask: Callable[[], Any], what: str) -> Any:
        """Give the JSON that a call of the client is answered with, as `json`."""

        def content() -> Any:
            response = ask()
            try:
                return response.json()
            except ValueError as error:
                raise Cut(str(error)) from error

        return self.patiently(content, what)

    def root(self) -> Any:
        """Give the JSON of the root of the API, which the client asks for only once."""
        return self.patiently(lambda: self.client.service_info, "the root of the API")

    def object(self, kind: str, id_: str) -> Any:
        """Give the JSON of an ``event`` or ``superevent``, as `json`."""
        return self.answer(lambda: getattr(self.client, kind)(id_), id_)

    def whole_list(self, url: str, names: Sequence[str]) -> Any:
        """Give the JSON of a list, with the rows of all its pages.

        Parameters
        ----------
        url : str
            Of the first page.
        names : sequence of str
            Keys under which the rows can stand; servers differ, and some use two at once.
        """
        answer = self.json(url)
        rows = _rows(answer, names)
        if rows is None:
            return answer
        page, seen = answer, {url}
        while following := _next(page, url, len(rows)):
            if following in seen:
                break
            seen.add(following)
            page = self.json(following)
            more = _rows(page, names)
            if not more:
                break
            rows = [*rows, *more]
        if page is not answer:
            answer.update((name, rows) for name in names if name in answer)
        return answer

    def file(self, url: str, place: Path) -> tuple[int, str]:
        """Bring a file to a place on disk, where it is complete or not there.

        Returns
        -------
        int
            Length [bytes].
        str
            SHA-256, hexadecimal.
        """
        temporary = place.with_name(f".{place.name[-200:]}.tmp")

        def bring() -> tuple[int, str]:
            raw = self.client.get_file(url)
            digest, size = hashlib.sha256(), 0
            try:
                with temporary.open("wb") as file:
                    while piece := raw.read(_PIECE):
                        self._check()
                        file.write(piece)
                        digest.update(piece)
                        size += len(piece)
                said = raw.headers.get("Content-Length")
                packed = raw.headers.get("Content-Encoding")
                if said is not None and said.isdigit() and not packed and int(said) != size:
                    raise Cut(f"{size} bytes came of {said}")
            finally:
                with contextlib.suppress(Exception):
                    raw.close()
                    raw.release_conn()
            temporary.replace(place)
            return size, digest.hexdigest()

        try:
            return self.patiently(bring, url)
        finally:
            temporary.unlink(missing_ok=True)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped

    def patiently(self, ask: Callable[[], T], what: str) -> T:
        """Ask until there is an answer, or no hope."""
        pause = _FIRST_PAUSE
        for left in range(_TRIES - 1, -1, -1):
            self._check()
            try:
                return ask()
            except (Cut, exceptions.JSONDecodeError) as error:
                if not left:
                    raise ArchiveError(
                        f"{what}: the answer is damaged, {_TRIES} times in a row: {error}"
                    ) from error
                trouble: Exception = error
                longest: float | None = None
            except exceptions.HTTPError as error:
                status = status_of(error)
                if status in (401, 403, 404, 410):
                    raise Refused(status, what) from error
                if not passing(error) or not left:
                    raise
                trouble, longest = error, _retry_after(error)
            except _TROUBLE as error:
                if not left:
                    raise
                trouble, longest = error, None
            seconds = min(_LONGEST_PAUSE, pause if longest is None else longest)
            if self._trouble is not None:
                self._trouble(trouble, seconds)
            self._pause(seconds)
            pause *= 2
        raise AssertionError  # the last try returns or raises

    def all(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Make calls, some at a time; give what they give, in their order.

        The first that fails ends the others, and so does Ctrl-C.
        """
        # of the events of a superevent some are asked about at a time already
        if len(calls) < 2 or threading.current_thread().name.startswith(_THREADS):
            return [call() for call in calls]
        with ThreadPoolExecutor(self._workers, thread_name_prefix=_THREADS) as pool:
            futures = [pool.submit(call) for call in calls]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                failed = [one.exception() for one in futures if one in done and one.exception()]
                for error in failed:
                    if error is not None and not isinstance(error, Stopped):
                        raise error
                return [one.result() for one in futures]
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                self._stopped.clear()
                raise


def _limited(client: Any, timeout: float) -> Any:
    """Give a twin of a client, with its session, of which no request waits for ever.

    The client's own methods set no limit, and most take none.
    """
    twin = object.__new__(type(client))
    vars(twin).update(vars(client))

    def request(*args: Any, **options: Any) -> Any:
        options["timeout"] = options.get("timeout") or timeout
        return client.request(*args, **options)

    twin.request = request
    return twin


class Stopped(BaseException):
    """Another question has failed, so that this one is of no use any more."""


def _retry_after(error: exceptions.HTTPError) -> float | None:
    """Give how long the server asks to wait [s]; None if it says nothing that is a number."""
    said = error.response.headers.get("Retry-After", "") if error.response is not None else ""
    try:
        return max(0.0, float(said))
    except ValueError:
        return None


def _rows(answer: Any, names: Sequence[str]) -> list[Any] | None:
    if not isinstance(answer, dict):
        return None
    return next((answer[name] for name in names if isinstance(answer.get(name), list)), None)


def _next(page: Any, url: str, count: int) -> str | None:
    """Give the URL of the page after one, of a list of which so many rows are known; or None."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if following is None and isinstance(page.get("numRows"), int):
        # a server that has pages of this list and does not say where the next one is
        return f"{url}?start={count}" if page["numRows"] > count else None
    return following if isinstance(following, str) else None
