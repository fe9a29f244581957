"""What was asked: the check that something was, and how its failure reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakegracedb import FakeGraceDb, NotFaked, Store
from fakegracedb.api.calls import Call, Calls


def calls(*rows: tuple[str, str, int | None]) -> Calls:
    made = Calls()
    for method, path, status in rows:
        made.record(Call(method, path, status, 0.001))
    return made


ASKED = calls(
    ("GET", "", 200),
    ("POST", "events/", 503),
    ("POST", "events/", 201),
    ("POST", "events/G0001/log/", 201),
    ("POST", "events/G0002/log/", None),
)


def test_calls_that_were_made_are_given() -> None:
    found = ASKED.assert_called("POST", "events/", times=2)
    assert [call.status for call in found] == [503, 201]
    assert ASKED.assert_called("post", "events/") == found
    assert ASKED.assert_called("POST", "events/", times=1, status=201) == found[1:]
    assert ASKED.assert_called("GET", "", times=1)
    assert ASKED.assert_called("DELETE", times=0) == []


def test_star_stands_for_any_part_of_a_path_and_nothing_else_does() -> None:
    assert len(ASKED.assert_called("POST", "events/*/log/", times=2)) == 2
    assert len(ASKED.assert_called("POST", times=4)) == 4
    with pytest.raises(AssertionError):
        ASKED.assert_called("POST", "events/G....")
    with pytest.raises(AssertionError):
        ASKED.assert_called("POST", "events")


def test_failure_lists_what_was_called() -> None:
    with pytest.raises(AssertionError) as caught:
        ASKED.assert_called("PUT", "events/G0001", times=1)
    assert str(caught.value).splitlines() == [
        "PUT events/G0001 was to be called once, and was called never. 5 calls:",
        "  GET  200",
        "  POST events/ 503",
        "  POST events/ 201",
        "  POST events/G0001/log/ 201",
        "  POST events/G0002/log/ dropped",
    ]


def test_failure_says_how_often() -> None:
    with pytest.raises(AssertionError, match="was to be called never, and was called twice"):
        ASKED.assert_called("POST", "events/", times=0)
    with pytest.raises(AssertionError, match="with status 500 was to be called at least once"):
        ASKED.assert_called("POST", "events/", status=500)
    with pytest.raises(AssertionError, match=r"3 times, and was called twice\. 5 calls:"):
        ASKED.assert_called("POST", "events/", times=3)
    with pytest.raises(AssertionError, match=r"Nothing was called\.$"):
        Calls().assert_called("GET", "")


def test_long_list_is_cut_and_what_comes_again_stands_once() -> None:
    many = calls(*[("GET", f"events/G{n}", 200) for n in range(15)], *[("GET", "tag/", 200)] * 10)
    assert repr(many).splitlines()[0] == "<25 calls, the last 20:"
    assert repr(many).endswith("\n  GET tag/ 200 (10 times)>")
    assert len(repr(many).splitlines()) == 1 + 10 + 1
    assert repr(calls(("GET", "tag/", 200))) == "<1 call:\n  GET tag/ 200>"
    assert repr(Calls()) == "<Nothing was called.>"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt, None),  # also what ends a test that takes too long
        (NotFaked, 501),
        (OSError, 500),
    ],
)
def test_a_call_that_fails_is_told_by_how_it_failed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    status: int | None,
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    with FakeGraceDb(store=tmp_path / "store") as client:
        client.ping()
        monkeypatch.setattr(Store, "read", fail)
        with pytest.raises(error):
            client.event("G0001")
        assert client.calls[-1].status == status
