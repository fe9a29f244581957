"""The table of traps in the README: each text is understood as the table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fakegracedb import query
from fakegracedb.errors import QueryError
from fakegracedb.query import explain
from fakegracedb.query.trees import And, Or, leaves
from fakegracedb.vocabulary import DEFAULT

README = (Path(__file__).parents[2] / "README.md").read_text()
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in README.partition("| written |")[2].partition("\n\n")[0].splitlines()[2:]
]


def code(cell: str) -> str:
    found = re.search("`([^`]+)`", cell)
    assert found is not None, cell
    return found[1].replace("\\|", "|")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: code(row[0]))
def test_text_is_refused_or_not_as_the_table_says(row: list[str]) -> None:
    kind = "superevents" if "superevents" in row[0] or "S17*" in row[0] else "events"
    written, instead = (
        code(cell).replace("A", "INJ").replace("B", "DQV").replace("C", "EM_READY")
        if "(labels)" in row[0]
        else code(cell)
        for cell in (row[0], row[2])
    )
    parse = query.parse_event_text if kind == "events" else query.parse_superevent_text
    if row[1].startswith("refused"):
        with pytest.raises(QueryError):
            parse(written, DEFAULT)
    else:
        parse(written, DEFAULT)
        assert explain(written, kind)
    parse(instead, DEFAULT)


def test_what_is_written_instead_means_another_thing() -> None:
    def node(text: str) -> object:
        return query.parse_event_text(text, DEFAULT).node

    either, both = node("far < 1e-9 nevents = 3"), node("far < 1e-9 & nevents = 3")
    assert isinstance(either, And)
    assert any(isinstance(child, Or) for child in either.children)
    assert isinstance(both, And)
    assert not any(
        isinstance(child, Or) and "far" in {leaf.field for leaf in leaves(child)}
        for child in both.children
    )
    labels = [leaf.value for leaf in leaves(both.__class__((*both.children,))) if leaf.op == "has"]
    assert labels == []
    ignored = query.parse_event_text("EM_READY ADVOK", DEFAULT).node
    assert [leaf.value for leaf in leaves(ignored) if leaf.op == "has"] == ["EM_READY"]
