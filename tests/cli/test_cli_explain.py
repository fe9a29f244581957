"""The verb ``explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fakegracedb import Store
from fakegracedb.query import explain
from fakegracedb.vocabulary import DEFAULT


def test_query_is_explained(run: Any) -> None:
    ended = run("explain", "CBC far < 1e-8 EM_READY DQV")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == explain("CBC far < 1e-8 EM_READY DQV") + "\n"
    assert "`DQV` is ignored" in ended.out


def test_query_of_superevents_is_explained(run: Any) -> None:
    ended = run("explain", "--superevents", "S170817 public")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == explain("S170817 public", "superevents") + "\n"


@pytest.mark.parametrize("options", [[], ["--superevents"]])
def test_refused_query_is_shown_with_its_place_and_exits_1(run: Any, options: list[str]) -> None:
    ended = run("explain", *options, "far < x")
    assert (ended.status, ended.err) == (1, "")
    _, text, caret, *_ = ended.out.splitlines()
    assert (text, caret) == ("  far < x", "        ^")


def test_facts_are_json(run: Any) -> None:
    ended = run("explain", "CBC G1", "--json")
    assert ended.status == 0
    assert [term["kind"] for term in ended.json["terms"]] == ["group", "gid"]
    refused = run("explain", "--json", "group:CBC")
    assert (refused.status, refused.json["refused"], refused.json["position"]) == (1, True, 0)


def test_query_may_begin_with_a_minus_after_two(run: Any) -> None:
    assert "does not carry the label INJ" in run("explain", "--", "-INJ").out
    assert run("explain", "-INJ").status == 2


def test_no_query_is_bad_usage_but_an_empty_one_is_a_query(run: Any) -> None:
    assert run("explain").status == 2
    assert "Without a text" in run("explain", "").out


def test_vocabulary_is_that_of_the_store_that_is_named(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    store.vocabulary = DEFAULT.with_group("Neutrino")
    assert run("explain", "Neutrino").status == 1
    assert "its group is Neutrino" in run("explain", "Neutrino", "--store", store.path).out
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(store.path))
    assert run("explain", "Neutrino").status == 0


def test_store_that_is_not_there_is_told(run: Any, tmp_path: Path) -> None:
    ended = run("explain", "CBC", "--store", tmp_path / "nowhere")
    assert (ended.status, ended.out) == (1, "")
    assert "nowhere" in ended.err
