"""Consumer groups: who is in them, who reads what, and what happens when somebody comes or goes.

A group goes from *empty* through *joining* (its members are asked to come, each request waits) and
*assigning* (the first of them, the leader, is to say who reads what) to *stable*. Whoever comes or
goes puts it back to joining; the others learn that from the answer to their next heartbeat. What a
group reads, and how, is a matter between its members: here it is bytes.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import Enum

from .errors import Code
from .topics import Refused

__all__ = ["Group", "Groups", "Joined"]

LONGEST_SESSION = 1800.0  # s, as in Kafka


class _State(Enum):
    EMPTY = "empty"
    JOINING = "joining"
    ASSIGNING = "assigning"
    STABLE = "stable"


@dataclass(slots=True)
class _Member:
    name: str
    session: float  # s without a sign of life after which it is taken for dead
    patience: float  # s that it may take to come when asked
    protocols: dict[str, bytes]
    joining: asyncio.Future[Joined] | None = None
    syncing: asyncio.Future[bytes] | None = None
    assignment: bytes = b""
    alarm: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What a member learns when it has joined.

    Attributes
    ----------
    generation : int
        How often the group has been set up.
    protocol : str
        The way of sharing that all know.
    leader, member : str
        Who assigns, and who is told this.
    members : list of (str, bytes)
        All members and what they want; only the leader learns that.
    """

    generation: int
    protocol: str
    leader: str
    member: str
    members: list[tuple[str, bytes]] = field(default_factory=list)


class Group:
    """A consumer group.

    Parameters
    ----------
    name : str
        Its name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.generation = 0
        self.state = _State.EMPTY
        self.kind = ""
        self._leader = ""
        self._protocol = ""
        self._members: dict[str, _Member] = {}
        self._deadline: asyncio.TimerHandle | None = None

    # What members ask

    async def join(
        self,
        member: str,
        client: str,
        kind: str,
        protocols: dict[str, bytes],
        session: float,
        patience: float,
    ) -> Joined:
        """Become a member, or come when asked; give what the group is when all are there."""
        if member and member not in self._members:
            raise Refused(Code.UNKNOWN_MEMBER)
        others = [one for name, one in self._members.items() if name != member]
        common = set(protocols).intersection(*(one.protocols for one in others))
        if not common or (others and kind != self.kind):
            raise Refused(Code.INCONSISTENT_PROTOCOL)
        self.kind = kind
        known = self._members.get(member)
        if known is None:
            known = _Member(f"{client}-{secrets.token_hex(16)}", session, patience, dict(protocols))
            self._members[known.name] = known
            self._begin()
        elif known.protocols == protocols and (
            self.state is _State.ASSIGNING
            or (self.state is _State.STABLE and known.name != self._leader)
        ):
            self._sign_of_life(known)
            return self._joined(known)  # it missed the answer: nothing has changed
        else:
            known.session, known.patience = session, patience
            known.protocols = dict(protocols)
            if self.state is not _State.JOINING:
                self._begin()
        waiting = known.joining
        if waiting is None or waiting.done():
            waiting = known.joining = asyncio.get_running_loop().create_future()
        self._silence(known)  # it waits for us, and gives no other sign
        self._complete_if_all_came()
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:  # its connection has ended, and nobody would read for it
            self._remove(known.name)
            raise

    async def sync(self, member: str, generation: int, given: dict[str, bytes]) -> bytes:
        """Say who reads what, as the leader, and learn what to read."""
        known = self._checked(member, generation)
        if self.state is _State.JOINING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)
        if self.state is _State.ASSIGNING:
            if member != self._leader:
                self._sign_of_life(known)
                if known.syncing is None or known.syncing.done():
                    known.syncing = asyncio.get_running_loop().create_future()
                return await asyncio.shield(known.syncing)
            self.state = _State.STABLE
            for one in self._members.values():
                one.assignment = given.get(one.name, b"")
                if one.syncing is not None and not one.syncing.done():
                    one.syncing.set_result(one.assignment)
                one.syncing = None
        self._sign_of_life(known)
        return known.assignment

    def heartbeat(self, member: str, generation: int) -> None:
        """Give a sign of life, and learn whether to come again."""
        known = self._checked(member, generation)
        self._sign_of_life(known)
        if self.state is _State.JOINING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)

    def leave(self, member: str) -> None:
        """Go."""
        if member not in self._members:
            raise Refused(Code.UNKNOWN_MEMBER)
        self._remove(member)

    def check_commit(self, member: str, generation: int) -> None:
        """Refuse to be told by somebody outside how far the group has read."""
        if generation < 0 and not member:
            if self.state is not _State.EMPTY:
                raise Refused(Code.UNKNOWN_MEMBER)
            return  # who reads without members to share with
        known = self._checked(member, generation)
        if self.state is _State.ASSIGNING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)
        self._sign_of_life(known)

    def _checked(self, member: str, generation: int) -> _Member:
        known = self._members.get(member)
        if known is None:
            raise Refused(Code.UNKNOWN_MEMBER)
        if generation != self.generation:
            raise Refused(Code.ILLEGAL_GENERATION)
        return known

    # Signs of life

    def _silence(self, member: _Member) -> None:
        if member.alarm is not None:
            member.alarm.cancel()
            member.alarm = None

    def _sign_of_life(self, member: _Member) -> None:
        self._silence(member)
        if member.joining is None:
            loop = asyncio.get_running_loop()
            member.alarm = loop.call_later(member.session, self._remove, member.name)

    def _remove(self, name: str) -> None:
        member = self._members.pop(name, None)
        if member is None:
            return
        self._silence(member)
        for waiting in (member.joining, member.syncing):
            if waiting is not None and not waiting.done():
                waiting.set_exception(Refused(Code.UNKNOWN_MEMBER))
                waiting.exception()  # nobody may be waiting any more
        if self.state is _State.JOINING:
            self._complete_if_all_came()
        elif self._members:
            self._begin()
        else:
            self._empty()

    def _empty(self) -> None:
        self.state = _State.EMPTY
        self.generation += 1
        self._leader = self._protocol = ""

    # Setting up

    def _begin(self) -> None:
        """Ask all members to come."""
        self.state = _State.JOINING
        for member in self._members.values():
            if member.syncing is not None and not member.syncing.done():
                member.syncing.set_exception(Refused(Code.REBALANCE_IN_PROGRESS))
                member.syncing.exception()
            member.syncing = None
        if self._deadline is not None:
            self._deadline.cancel()
        patience = max(member.patience for member in self._members.values())
        self._deadline = asyncio.get_running_loop().call_later(patience, self._give_up)

    def _give_up(self) -> None:
        """Go on without the members that did not come."""
        for name in [name for name, one in self._members.items() if one.joining is None]:
            self._remove(name)

    def _complete_if_all_came(self) -> None:
        if any(member.joining is None for member in self._members.values()):
            return
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if not self._members:
            self._empty()
            return
        self.generation += 1
        self.state = _State.ASSIGNING
        if self._leader not in self._members:
            self._leader = next(iter(self._members))
        self._protocol = self._chosen()
        for member in self._members.values():
            waiting, member.joining = member.joining, None
            self._sign_of_life(member)
            if waiting is not None and not waiting.done():
                waiting.set_result(self._joined(member))

    def _chosen(self) -> str:
        """Give the way of sharing that most prefer among those that all know."""
        members = list(self._members.values())
        common = set.intersection(*(set(one.protocols) for one in members))
        votes = [next(name for name in one.protocols if name in common) for one in members]
        return max(dict.fromkeys(votes), key=votes.count)

    def _joined(self, member: _Member) -> Joined:
        members = []
        if member.name == self._leader:
            members = [(name, one.protocols[self._protocol]) for name, one in self._members.items()]
        return Joined(self.generation, self._protocol, self._leader, member.name, members)

    def close(self) -> None:
        """Let nobody wait any longer."""
        for name in list(self._members):
            self._remove(name)
        if self._deadline is not None:
            self._deadline.cancel()


class Groups:
    """All groups of a broker.

    Parameters
    ----------
    shortest_session : float
        The shortest time without a sign of life that a member may ask for [s].
    """

    def __init__(self, shortest_session: float) -> None:
        self._shortest = shortest_session
        self._groups: dict[str, Group] = {}

    def __getitem__(self, name: str) -> Group:
        if not name:
            raise Refused(Code.INVALID_GROUP)
        return self._groups.setdefault(name, Group(name))

    def check_session(self, session: float) -> None:
        """Refuse a time without a sign of life that is too short or too long [s]."""
        if not self._shortest <= session <= LONGEST_SESSION:
            raise Refused(Code.INVALID_SESSION_TIMEOUT)

    def close(self) -> None:
        """Let nobody wait any longer."""
        for group in self._groups.values():
            group.close()
