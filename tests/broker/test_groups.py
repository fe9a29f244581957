"""Consumer groups, seen by those who share a topic.

Time passes only where nobody has anything else to do, and then at once: however slow the machine
is, nobody is late.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

import pytest

from fakegracedb.broker.errors import Code
from fakegracedb.broker.groups import Group, Groups, Joined
from fakegracedb.broker.topics import Refused

WAYS = {"range": b"r", "roundrobin": b"o"}


async def join(group: Group, member: str = "", session: float = 5, **options: Any) -> Joined:
    ways = options.get("ways", WAYS)
    return await group.join(member, "c", "consumer", ways, session, options.get("patience", 5))


async def set_up(group: Group, *sessions: float) -> list[Joined]:
    """Fill a group; the first is the leader."""
    first = await join(group, session=sessions[0])
    waiting = [asyncio.ensure_future(join(group, session=one)) for one in sessions[1:]]
    await asyncio.sleep(0)
    return list(await asyncio.gather(join(group, first.member, sessions[0]), *waiting))


async def settle(group: Group, joined: list[Joined]) -> list[bytes]:
    leader = joined[0]
    given = {one.member: f"part {n}".encode() for n, one in enumerate(joined)}
    others = [
        asyncio.ensure_future(group.sync(one.member, one.generation, {})) for one in joined[1:]
    ]
    await asyncio.sleep(0)
    return [
        await group.sync(leader.member, leader.generation, given),
        *await asyncio.gather(*others),
    ]


class Skipping(selectors.DefaultSelector):
    """Waits for nothing; what would have been waited is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for everybody else"
            self.skipped += timeout
        return found


class OwnTime(asyncio.SelectorEventLoop):
    """A loop whose time is what was waited in it."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def run(story: Any) -> None:
    group = Group("g")

    async def told() -> None:
        try:
            async with asyncio.timeout(10):
                await story(group)
        finally:
            group.close()

    with asyncio.Runner(loop_factory=OwnTime) as runner:
        runner.run(told())


def test_the_leader_learns_all_members_and_shares_out() -> None:
    async def story(group: Group) -> None:
        joined = await set_up(group, 5, 5)
        assert [len(one.members) for one in joined] == [2, 0]
        assert {one.leader for one in joined} == {joined[0].member}
        assert {one.generation for one in joined} == {2}
        assert await settle(group, joined) == [b"part 0", b"part 1"]

    run(story)


def test_who_comes_makes_the_others_come_again() -> None:
    async def story(group: Group) -> None:
        first = await join(group)
        await settle(group, [first])
        group.heartbeat(first.member, first.generation)
        second = asyncio.ensure_future(join(group))
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            group.heartbeat(first.member, first.generation)
        assert refused.value.code is Code.REBALANCE_IN_PROGRESS
        again = await join(group, first.member)
        assert again.generation == (await second).generation == 2

    run(story)


def test_who_gives_no_sign_of_life_is_taken_for_dead() -> None:
    async def story(group: Group) -> None:
        joined = await set_up(group, 5, 0.05)
        await settle(group, joined)
        await asyncio.sleep(0.1)
        with pytest.raises(Refused) as refused:
            group.heartbeat(joined[0].member, 2)
        assert refused.value.code is Code.REBALANCE_IN_PROGRESS
        again = await join(group, joined[0].member)
        assert [name for name, _ in again.members] == [joined[0].member]

    run(story)


def test_signs_of_life_keep_a_member() -> None:
    async def story(group: Group) -> None:
        joined = await join(group, session=0.1)
        await settle(group, [joined])
        for _ in range(6):
            await asyncio.sleep(0.03)
            group.heartbeat(joined.member, joined.generation)

    run(story)


def test_who_does_not_come_when_asked_is_left_behind() -> None:
    async def story(group: Group) -> None:
        first = await join(group, patience=0.05)
        await settle(group, [first])
        second = await join(group, patience=0.05)
        assert [name for name, _ in second.members] == [second.member]
        with pytest.raises(Refused) as refused:
            group.heartbeat(first.member, 1)
        assert refused.value.code is Code.UNKNOWN_MEMBER

    run(story)


def test_whose_connection_ends_while_it_waits_is_no_member() -> None:
    async def story(group: Group) -> None:
        first = await join(group)
        await settle(group, [first])
        lost = asyncio.ensure_future(join(group))
        await asyncio.sleep(0)
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
        again = await join(group, first.member)
        assert [name for name, _ in again.members] == [first.member]

    run(story)


def test_the_last_to_leave_leaves_an_empty_group() -> None:
    async def story(group: Group) -> None:
        joined = await set_up(group, 5, 5)
        await settle(group, joined)
        for one in joined:
            group.leave(one.member)
        group.check_commit("", -1)  # nobody to share with is there
        with pytest.raises(Refused):
            group.leave(joined[0].member)

    run(story)


def test_followers_of_a_leader_that_goes_are_told_to_come_again() -> None:
    async def story(group: Group) -> None:
        joined = await set_up(group, 5, 5)
        waiting = asyncio.ensure_future(group.sync(joined[1].member, 2, {}))
        await asyncio.sleep(0)
        group.leave(joined[0].member)
        with pytest.raises(Refused) as refused:
            await waiting
        assert refused.value.code is Code.REBALANCE_IN_PROGRESS
        assert (await join(group, joined[1].member)).leader == joined[1].member

    run(story)


def test_only_members_commit_for_a_group_that_has_some() -> None:
    async def story(group: Group) -> None:
        group.check_commit("", -1)
        joined = await join(group)
        await settle(group, [joined])
        group.check_commit(joined.member, joined.generation)
        for member, generation, code in (
            ("", -1, Code.UNKNOWN_MEMBER),
            ("somebody", 1, Code.UNKNOWN_MEMBER),
            (joined.member, 7, Code.ILLEGAL_GENERATION),
        ):
            with pytest.raises(Refused) as refused:
                group.check_commit(member, generation)
            assert refused.value.code is code

    run(story)


def test_who_shares_in_another_way_is_refused_and_the_common_way_is_chosen() -> None:
    async def story(group: Group) -> None:
        first = await join(group)
        assert first.protocol == "range"
        with pytest.raises(Refused) as refused:
            await join(group, ways={"sticky": b""})
        assert refused.value.code is Code.INCONSISTENT_PROTOCOL
        second = asyncio.ensure_future(join(group, ways={"roundrobin": b""}))
        await asyncio.sleep(0)
        await join(group, first.member)
        assert (await second).protocol == "roundrobin"

    run(story)


def test_a_follower_that_missed_the_answer_does_not_disturb_the_others() -> None:
    async def story(group: Group) -> None:
        joined = await set_up(group, 5, 5)
        await settle(group, joined)
        assert await join(group, joined[1].member) == joined[1]
        group.heartbeat(joined[0].member, 2)

    run(story)


def test_sessions_are_as_long_as_the_broker_allows() -> None:
    groups = Groups(6.0)
    groups.check_session(6.0)
    for session in (5.9, 1801, -1):
        with pytest.raises(Refused) as refused:
            groups.check_session(session)
        assert refused.value.code is Code.INVALID_SESSION_TIMEOUT
    with pytest.raises(Refused):
        _ = groups[""]
