"""The list of events: pages, links with their quirks, and other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from fakegracedb.documents import Event
from fakegracedb.service import search

if TYPE_CHECKING:
    from conftest import Api, Server


@pytest.fixture
def many(api: Api, server: Server) -> Api:
    """Make T0001 to T0007, a minute apart."""
    for _ in range(7):
        api.create(b"nothing", pipeline="X")
        server.store.clock.advance(60)
    return api


def ids(page: Any) -> list[str]:
    return [event["graceid"] for event in page["events"]]


def numbers(*wanted: int) -> list[str]:
    return [f"T{number:04}" for number in wanted]


# Pages


def test_all_events_are_listed_newest_first(many: Api) -> None:
    page = many.json("events/")
    assert list(page) == ["numRows", "events", "links"]
    assert list(page["links"]) == ["self", "next", "previous", "first", "last"]
    assert page["numRows"] == 7
    assert ids(page) == numbers(7, 6, 5, 4, 3, 2, 1)


def test_test_events_are_listed_without_a_query(many: Api) -> None:
    many.create(group="CBC")
    assert ids(many.json("events/"))[:2] == ["G0008", "T0007"]


def test_sort_by_creation_goes_both_ways(many: Api) -> None:
    assert ids(many.json("events/?sort=created")) == numbers(1, 2, 3, 4, 5, 6, 7)
    assert ids(many.json("events/?sort=-created")) == numbers(7, 6, 5, 4, 3, 2, 1)
    assert ids(many.json("events/?sort=")) == numbers(7, 6, 5, 4, 3, 2, 1)


def test_page_is_cut_out_by_start_and_count(many: Api) -> None:
    page = many.json("events/?start=2&count=3")
    assert ids(page) == numbers(5, 4, 3)
    assert page["numRows"] == 7


def test_offset_beyond_the_end_gives_no_events(many: Api) -> None:
    page = many.json("events/?start=70&count=3")
    assert (page["events"], page["numRows"], page["links"]["next"]) == ([], 7, None)


def test_odd_counts_are_100_and_large_ones_are_1000(many: Api) -> None:
    counts = {"0": 100, "-1": 100, "x": 100, "": 100, "2.5": 100, "1001": 1000, "1000": 1000}
    for sent, count in counts.items():
        links = many.json(f"events/?count={sent}&start=1")["links"]
        assert f"count={count}" in links["previous"]
        assert links["last"].endswith(f"&count={count}")


def test_odd_offsets_are_0(many: Api) -> None:
    for start in ("-1", "x", "", "1.0"):
        assert ids(many.json(f"events/?start={start}&count=1")) == ["T0007"]


def test_hundred_events_are_a_page(server: Server) -> None:
    api = server.at("v2")
    for _ in range(101):
        api.create(b"nothing", pipeline="X")
    for asked in ("events/", "events/?count=nonsense"):
        first = api.json(asked)
        assert (len(first["events"]), first["numRows"]) == (100, 101)
        # the size that was used is the size that is named
        assert first["links"]["next"] == f"{api.url}events/?count=100&start=100"
        second = api.json(first["links"]["next"])
        assert ids(second) == ["T0001"]
        assert second["links"]["next"] is None


# Links


def test_links_of_a_page_in_the_middle(many: Api) -> None:
    base = f"{many.url}events/"
    asked = f"{base}?query=group%3A+Test&start=4&count=2&columns=graceid%2Cfar"
    links = many.json(asked)["links"]
    kept = "columns=graceid%2Cfar&count=2&query=group%3A+Test"
    assert links == {
        "self": asked,
        "next": f"{base}?{kept}&start=6",
        "previous": f"{base}?{kept}&start=2",
        "first": base,
        "last": f"{base}?start=7.0&count=2",
    }


def test_previous_has_no_start_when_it_would_be_0(many: Api) -> None:
    links = many.json("events/?start=2&count=2")["links"]
    assert links["previous"] == f"{many.url}events/?count=2"
    assert many.json("events/?start=1&count=2")["links"]["previous"] == links["previous"]
    assert many.json("events/?start=0&count=2")["links"]["previous"] is None


def test_last_page_has_no_next_and_a_full_one_neither(many: Api) -> None:
    assert many.json("events/?start=5&count=2")["links"]["next"] is None
    assert many.json("events/?start=4&count=2")["links"]["next"] is not None
    assert many.json("events/?count=7")["links"]["next"] is None


def test_last_has_a_fraction_and_no_query(api: Api) -> None:
    assert api.json("events/")["links"]["last"] == f"{api.url}events/?start=0.0&count=100"
    for _ in range(3):
        api.create(b"nothing", pipeline="X")
    last = api.json("events/?query=group:+Test&count=2")["links"]["last"]
    assert last == f"{api.url}events/?start=3.0&count=2"
    assert last == f"{api.url}events/?start={3 / 2 * 2}&count=2"


def test_following_next_gives_every_event_once(many: Api) -> None:
    found: list[str] = []
    url: str | None = f"events/?query={quote_plus('group: Test')}&count=3"
    while url is not None:
        page = many.json(url)
        found += ids(page)
        url = page["links"]["next"]
    assert found == numbers(7, 6, 5, 4, 3, 2, 1)


def test_client_follows_the_links(many: Api, server: Server) -> None:
    client = server.client(many.base)
    assert [event["graceid"] for event in client.events(max_results=5)] == numbers(7, 6, 5, 4, 3)
    assert len(list(client.events("group: Test"))) == client.num_events("group: Test") == 7
    assert client.num_events() == 7
    assert [event["graceid"] for event in client.events("T0003 T5")] == numbers(5, 3)


def test_text_that_is_no_query_is_400(api: Api) -> None:
    for text in ("nonsense", "far << 1", "Group: Test", "far < 'x'", "sub.far < 1"):
        answer = api.get("events/", params={"query": text})
        assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query"})


def test_far_below_the_floor_is_refused_to_outsiders(api: Api, server: Server) -> None:
    names = server.store.vocabulary
    server.store.vocabulary = names.overridden({"settings": {"voevent_far_floor_hz": 1e-9}})
    outsider = server.at(api.base, "partner", ("lvem_users",))
    for text, refused in (
        ("far < 1e-10", True),
        ("far in 0.1e-9, 1e-10", True),
        ("far > 1e-10", False),
    ):
        answer = outsider.get("events/", params={"query": text})
        assert answer.status_code == (400 if refused else 200)
        if refused:
            assert answer.json() == {
                "error": "FAR query out of range, upper limit must be below 1e-09"
            }
        assert api.get("events/", params={"query": text}).status_code == 200


@pytest.mark.parametrize("few", [2, 2000])
def test_what_is_equal_is_in_the_order_of_numbers_however_it_came(
    api: Api, server: Server, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "_FEW", few)
    rights = {"internal_users": ["view"]}
    rest = ("ada", "2026-03-01T17:00:00.000000Z", "CBC", "gstlal")
    fars = {3: 1e-8, 1: 1e-8, 2: None, 7: 1e-9, 5: 1e-8, 4: None}
    for number, far in fars.items():
        event = Event(f"G{number:04d}", *rest, far=far, permissions=rights)
        server.store.bulk_load([event])
        api.json("events/", params={"sort": "far"})  # so that the index has them as they came
    rising = [7, 1, 3, 5, 2, 4]
    for sort, expected in (("far", rising), ("-far", rising[::-1]), ("gpstime", sorted(fars))):
        page = api.json("events/", params={"sort": sort})
        assert [int(event["graceid"][1:]) for event in page["events"]] == expected


def test_list_is_sorted_by_any_column(api: Api) -> None:
    for far in ("3e-8", "1e-8", "2e-8"):
        api.create(api.sample(far=far))
    api.create(b"nothing", pipeline="X")
    for sort, order in (
        ("far", [2, 3, 1, 4]),
        ("-far", [4, 1, 3, 2]),
        ("id", [1, 2, 3, 4]),
        ("-graceid", [4, 3, 2, 1]),
        ("gpstime", [1, 2, 3, 4]),
        ("-nevents", [4, 3, 2, 1]),
        ("pipeline", [4, 1, 2, 3]),
    ):
        assert ids(api.json(f"events/?sort={sort}")) == numbers(*order), sort


def test_name_that_nothing_is_sorted_by_is_400(api: Api) -> None:
    answer = api.get("events/?sort=nonsense")
    assert answer.status_code == 400
    text = answer.json()["error"]
    assert text.startswith("Cannot resolve keyword 'nonsense' into field. Choices are: ")


# Formats


def test_columns_and_format_json_are_accepted(many: Api) -> None:
    plain = many.json("events/?count=2")["events"]
    assert many.json("events/?count=2&columns=graceid")["events"] == plain
    accept = {"Accept": "text/tab-separated-values"}
    assert many.json("events/?count=2&format=json", headers=accept)["events"] == plain


TSV = [{"url": "events/?format=tsv"}, {"headers": {"Accept": "text/tab-separated-values"}}]


@pytest.mark.parametrize("asked", TSV)
def test_tab_separated_values_are_a_line_for_each_event_of_the_page(api: Api, asked: Any) -> None:
    api.create(b"nothing", pipeline="X", group="Burst")
    api.create(labels=["DQV", "INJ"], search="LowMass")
    answer = api.get(asked.get("url", "events/"), headers=asked.get("headers"))
    assert answer.headers["Content-Type"].startswith("text/tab-separated-values")
    created = "2026-03-01 17:04:09 UTC"
    files = f"{api.url}events/{{}}/files/"
    header = ("#graceid", "labels", "group", "pipeline", "search")
    rows = [
        [*header, "far", "gpstime", "created", "dataurl"],
        ["T0002", "INJ,DQV", "Test", "gstlal", "LowMass", "1e-08", "1400000000.25", created],
        ["G0001", "", "Burst", "X", "None", "None", "None", created],
    ]
    rows[1].append(files.format("T0002"))
    rows[2].append(files.format("G0001"))
    assert answer.text == "\n".join("\t".join(row) for row in rows)


def test_tab_separated_values_ignore_columns_and_obey_count(many: Api) -> None:
    text = many.get("events/?format=tsv&columns=graceid&count=2&start=1").text
    assert [line.split("\t")[0] for line in text.split("\n")] == ["#graceid", *numbers(6, 5)]
    assert many.get("events/?format=tsv&start=50").text.count("\n") == 0


def test_ligolw_is_not_rendered_for_list_and_event(api: Api) -> None:
    api.create()
    for path in ("events/", "events/T0001"):
        for asked in (
            {"params": {"format": "xml"}},
            {"headers": {"Accept": "application/xml"}},
            {"headers": {"Accept": "text/xml, application/json"}},
        ):
            answer = api.get(path, **asked)
            assert answer.status_code == 400
            assert "ligolw-xml rendering has been disabled" in answer.text


def test_pages_to_browse_are_named_as_not_faked(api: Api) -> None:
    api.create()
    for path in ("events/", "events/T0001"):
        assert "format=api" in api.not_faked("GET", path, headers={"Accept": "text/html"})
        assert "format=api" in api.not_faked("GET", f"{path}?format=api")


def test_json_is_given_when_it_comes_first_or_nothing_is_said(api: Api) -> None:
    for accept in ("application/json, text/html", "*/*", "", "application/json;q=0.9"):
        assert api.json("events/", headers={"Accept": accept})["numRows"] == 0


def test_unknown_format_is_404(api: Api) -> None:
    api.create()
    for path in ("events/?format=csv", "events/T0001?format=tsv"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
