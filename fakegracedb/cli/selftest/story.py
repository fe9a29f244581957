"""How a self-test is played: step by step, whatever becomes of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ligo.gracedb.exceptions import HTTPError

from ...clock import gps_from_utc
from ...errors import NotFaked
from ..output import CommandError, answer_text, failure_text

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

__all__ = ["Absent", "Outcome", "Scene", "Step", "Story"]

Verdict = Literal["ok", "refused", "absent", "skipped", "FAILED"]
_REFUSED = (401, 403)
_ABSENT = (410, 501)
_WORDS = {"ok": "ok", "refused": "not allowed", "absent": "not there", "skipped": "left out"}


class Scene:
    """What the steps share.

    Attributes
    ----------
    client : GraceDb
        Asks the server.
    is_fake : bool
        Whether all that is made goes with it, or belongs to whoever asked for it.
    gps : float
        The time of the events [s].
    made : dict of str to str
        The ids of what was made.
    """

    def __init__(self, client: GraceDb, *, is_fake: bool) -> None:
        self.client = client
        self.is_fake = is_fake
        now = client.clock.now() if is_fake else datetime.now(UTC)
        self.gps = round(gps_from_utc(now) - 60, 3)
        self.made: dict[str, str] = {}

    @property
    def event(self) -> str:
        """The graceid of the event."""
        return self.of("event")

    @property
    def other(self) -> str:
        """The graceid of another event."""
        return self.of("other event")

    @property
    def superevent(self) -> str:
        """The id of the superevent."""
        return self.of("superevent")

    def of(self, what: str) -> str:
        """Give the id of something that was made."""
        if what not in self.made:
            raise _Missing(f"there is no {what}")
        return self.made[what]

    def template(self, name: str, **values: Any) -> str:
        """Give the URL of a call that the client has no method for.

        Raises
        ------
        Absent
            If the server has none.
        """
        if name not in self.client.templates:
            raise Absent(f"the API root has no {name}")
        return str(self.client.templates[name].format(**values))

    def compare(self, what: str, expected: Any, found: Any) -> None:
        """Compare what was read back with what must be there.

        Raises
        ------
        CommandError
            If they differ.
        """
        if expected != found:
            raise CommandError(f"{what}: expected {expected!r}, found {found!r}")


class Absent(Exception):  # noqa: N818 - no error: the server may do without
    """The server has not what a step would try."""


class _Missing(Exception):  # noqa: N818 - as `Absent`
    """What a step needs was not made."""


Play: TypeAlias = Callable[[Scene], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, and what it does; that gives a word on what came out."""

    name: str
    play: Play


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step.

    Attributes
    ----------
    step : str
        Its name.
    verdict : {"ok", "refused", "absent", "skipped", "FAILED"}
        Whether the server does it.
    detail : str
        What came out, or why nothing did.
    seconds : float
        How long it took.
    """

    step: str
    verdict: Verdict
    detail: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{_WORDS.get(self.verdict, self.verdict):<12} {self.step:<38} {self.detail}".rstrip()
        )

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "step": self.step,
            "verdict": self.verdict.lower(),
            "detail": self.detail,
            "seconds": round(self.seconds, 4),
        }


@dataclass
class Story:
    """Plays steps, and remembers what became of them."""

    client: GraceDb
    is_fake: bool
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._scene = Scene(self.client, is_fake=self.is_fake)

    @property
    def failed(self) -> bool:
        """Whether the server did something otherwise than it should."""
        return any(one.verdict == "FAILED" for one in self.outcomes)

    def play(self, step: Step) -> Outcome:
        """Play a step. A failure is remembered; the server cannot be reached: that ends it."""
        began = time.perf_counter()
        verdict: Verdict = "ok"
        try:
            detail = step.play(self._scene)
        except _Missing as missing:
            verdict, detail = "skipped", str(missing)
        except HTTPError as error:
            answer = error.response
            verdict, detail = _judged(answer.status_code), answer_text(answer)[:120]
            detail = f"{answer.status_code}: {detail}"
        except (Absent, NotFaked) as error:
            verdict, detail = "absent", str(error)
        except KeyError as error:
            verdict, detail = "FAILED", f"the answer has no {error}"
        except (CommandError, LookupError, NameError, TypeError, ValueError) as error:
            verdict, detail = "FAILED", failure_text(error)
        outcome = Outcome(step.name, verdict, detail, time.perf_counter() - began)
        self.outcomes.append(outcome)
        return outcome

    def summary(self) -> dict[str, str]:
        """Say how it went."""
        count = Counter(one.verdict for one in self.outcomes)
        told = [
            f"{number} {_WORDS.get(verdict, verdict)}"
            for verdict in ("ok", "refused", "absent", "skipped", "FAILED")
            if (number := count[verdict])
        ]
        url = self.client._service_url
        version = self.client.server_version
        where = f"the fake (server {version})" if self.is_fake else f"{url} (server {version})"
        return {"server": url, "text": f"{where}: {', '.join(told)}"}


def _judged(status: int) -> Verdict:
    return "refused" if status in _REFUSED else "absent" if status in _ABSENT else "FAILED"
