"""Graceids, versions of files, and names on disk."""

import unicodedata
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakegracedb.identifiers import (
    disk_name,
    graceid,
    graceid_letter,
    is_content_id,
    letter_matches,
    parse_graceid,
    split_version,
    upload_name,
    versioned,
)

# Any characters, surrogates and unassigned ones too, and many of those that matter.
anything = st.text(st.characters(exclude_categories=()), max_size=250)
awkward = st.text(
    st.sampled_from("aAéÉß\u017fsSK\u212aiI\u0131e\u0301\u0345\u03b9.~2% :/\\,\x00\udcff\u0300C3"),
    max_size=6,
)
devices = st.sampled_from(["CON", "con.txt", "Lpt¹", "nul .a", "COM1", "aux.tar.gz", "CONIN$"])
names = st.one_of(anything, awkward, devices)


@pytest.mark.parametrize(
    ("group", "pipeline", "search", "letter"),
    [
        ("CBC", "gstlal", "AllSky", "G"),
        ("Burst", "CWB", None, "G"),
        ("Test", "HardwareInjection", "MDC", "T"),
        ("External", "HardwareInjection", "MDC", "M"),
        ("Detchar", "HardwareInjection", "", "H"),
        ("Detchar", "gstlal", "AllSky", "D"),
        ("External", "Fermi", "GRB", "E"),
    ],
)
def test_the_first_letter_that_applies_is_taken(
    group: str, pipeline: str, search: str | None, letter: str
) -> None:
    assert graceid_letter(group, pipeline, search) == letter
    assert letter_matches(letter, group, pipeline, search)


def test_an_event_is_found_under_every_letter_that_applies_and_under_g() -> None:
    event = ("Test", "HardwareInjection", "MDC")
    assert [letter for letter in "GEHMTDX" if letter_matches(letter, *event)] == [
        "G",
        "H",
        "M",
        "T",
    ]
    assert not letter_matches("T", "CBC", "gstlal", None)
    assert letter_matches("E", "External", "Fermi", None)
    assert letter_matches("D", "Detchar", "gstlal", None)


def test_numbers_have_at_least_four_digits() -> None:
    assert graceid("T", 7) == "T0007"
    assert graceid("G", 412345) == "G412345"


@pytest.mark.parametrize(("letter", "number"), [("S", 1), ("", 1), ("GE", 1), ("G", -1)])
def test_what_makes_no_graceid_is_refused(letter: str, number: int) -> None:
    with pytest.raises(ValueError, match="graceid"):
        graceid(letter, number)


@given(st.sampled_from("GEHMTD"), st.integers(0, 10**18 - 1))
def test_a_graceid_is_read_back(letter: str, number: int) -> None:
    assert parse_graceid(graceid(letter, number)) == (letter, number)


def test_zeros_in_front_do_not_matter() -> None:
    assert parse_graceid("T7") == parse_graceid("T0007") == parse_graceid("T0000007") == ("T", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "G",
        "7",
        "S0001",
        "g0001",
        "G12a",
        "G 1",
        "G-1",
        "G1\n",
        " G1",
        "G\u0661",
        "G²",
        "G1_0",
        "GE1",
    ],
)
def test_other_texts_are_no_graceid(text: str) -> None:
    assert parse_graceid(text) is None


def test_a_huge_number_is_no_graceid() -> None:
    assert parse_graceid("G" + "9" * 18) == ("G", 10**18 - 1)
    assert parse_graceid("G" + "9" * 19) is None
    assert parse_graceid("G" + "9" * 10**6) is None


def test_content_ids_are_uuids_with_hyphens_in_any_case() -> None:
    text = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert is_content_id(text)
    assert is_content_id(text.upper())
    for other in (text.replace("-", ""), f"{{{text}}}", text + "\n", text[:-1] + "g", "", "G0001"):
        assert not is_content_id(other)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("coinc.xml,3", ("coinc.xml", 3)),
        ("coinc.xml,0", ("coinc.xml", 0)),
        ("coinc.xml", ("coinc.xml", None)),
        ("a,1,2", ("a,1", 2)),
        ("a,03", ("a,03", None)),
        ("a,00", ("a,00", None)),
        ("a,٣", ("a,٣", None)),
        ("a,²", ("a,²", None)),
        ("a,-1", ("a,-1", None)),
        ("a, 1", ("a, 1", None)),
        ("a,", ("a,", None)),
        (",1", (",1", None)),
        ("", ("", None)),
        ("a," + "1" * 19, ("a," + "1" * 19, None)),
    ],
)
def test_a_version_is_plain_digits_after_the_last_comma(
    name: str, parts: tuple[str, int | None]
) -> None:
    assert split_version(name) == parts


@given(st.text(min_size=1), st.integers(0, 10**18 - 1))
def test_a_versioned_name_is_split_again(name: str, version: int) -> None:
    assert split_version(versioned(name, version)) == (name, version)


def test_there_is_no_negative_version() -> None:
    with pytest.raises(ValueError, match="begin at 0"):
        versioned("a", -1)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("coinc.xml", "coinc.xml"),
        ("/home/albert/coinc.xml", "coinc.xml"),
        ("C:\\data\\coinc.xml", "coinc.xml"),
        ("a\\b/c", "c"),
        ("a/b\\c", "c"),
        ("sky map.fits", "sky map.fits"),
        ("Überblick.png", "Überblick.png"),
        ("a&#47;b", "b"),
        ("a&amp;b", "a&b"),
        ("a\x00b\nc\u200b.txt", "abc.txt"),
        ("x\udcff.txt", "x.txt"),
        ("a,1", "a,1"),
        ("..\x00", None),
        ("dir/", None),
        ("", None),
        (".", None),
        ("../..", None),
        ("a" * 300 + ".fits.gz", "a" * 252 + ".gz"),
        ("b." + "a" * 300, "." + "a" * 254),
    ],
)
def test_uploads_keep_their_base_name(raw: str, name: str | None) -> None:
    assert upload_name(raw) == name


@given(anything)
def test_an_upload_name_has_no_folder_and_can_be_printed(raw: str) -> None:
    name = upload_name(raw)
    assert name is None or (name.isprintable() and not set(name) & set("/\\") and len(name) <= 255)


@pytest.mark.parametrize(
    "name",
    [
        "coinc.xml",
        "bayestar.multiorder.fits.gz",
        "sky map (1)+[2]#{3}.png",
        "-rf",
        "a~b",
        "a..b",
        "Überblick.png",
        "концерт",
        "console.log",
        "COM10",
        "nulls",
        "a,b",
    ],
)
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert disk_name(name) == name
    assert disk_name(name, ["other"]) == name


@pytest.mark.parametrize(
    ("name", "on_disk"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "a%2Fb%5Cc%3Ad%2Ae%3Ff%22g%3Ch%3Ei%7Cj"),
        ("100%", "100%25"),
        ("%41", "%2541"),
        ("a\x00b\n\x7f", "a%00b%0A%7F"),
        ("a\u200db", "a%E2%80%8Db"),
        ("a\udcff", "a%ED%B3%BF"),
        (".hidden", "%2Ehidden"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("a.", "a%2E"),
        ("a. ", "a.%20"),
        ("con", "%63on"),
        ("NUL.tar.gz", "%4EUL.tar.gz"),
        ("Aux .txt", "%41ux .txt"),
        ("LPT¹", "%4CPT¹"),
        ("", "%"),
        ("e\u0301", "é"),
        (":\u0301", "%3Á"),
    ],
)
def test_names_that_do_not_travel_are_encoded(name: str, on_disk: str) -> None:
    assert disk_name(name) == on_disk


def test_names_that_differ_only_in_case_or_composition_are_told_apart() -> None:
    assert disk_name("Coinc.XML", ["coinc.xml"]) == "Coinc.XML~2"
    assert disk_name("COINC.xml", ["coinc.xml", "Coinc.XML~2"]) == "COINC.xml~3"
    assert disk_name("e\u0301", ["É"]) == "é~2"
    assert disk_name("straße", ["STRASSE"]) == "straße~2"
    assert disk_name("a~2", ["A~2"]) == "a~2~2"


def test_a_long_name_is_shortened_and_keeps_its_beginning() -> None:
    name = "sky" * 100 + ".fits"
    short = disk_name(name)
    assert len(short) == 180
    assert short.startswith("skysky")
    assert disk_name("x" * 180) == "x" * 180
    assert disk_name(name + "z") != short
    wide = disk_name("é" * 200)
    assert 175 <= len(wide.encode()) <= 180
    encoded = disk_name("%" * 100)
    assert encoded.partition("~")[0].replace("%25", "") == ""


def _on_disk(uploads: list[str]) -> dict[str, str]:
    """What lies on disk after these uploads, in this order, by upload."""
    lying: dict[str, str] = {}
    for name in uploads:
        lying[name] = disk_name(name, lying.values())
    return lying


@given(st.lists(names, unique=True, max_size=12))
@example(["a", "A", "a~2", "A~2"])
@example(["\u00e9", "e\u0301", "E\u0301", "\u00c9"])
@example(["%2F", "/", "%252F"])
@example(["K", "k", "\u212a"])
@example(["i", "\u0131", "I", "\u0130"])
@example(["", "%", "%25"])
@example(["x" * 300, "x" * 301, "X" * 300])
@example([":\u0301", "%3\u00c1"])
@example(["\u03b1\u0345\u0301", "\u03b1\u03b9\u0301", "\u1fb4"])
def test_different_uploads_never_meet_on_disk(uploads: list[str]) -> None:
    found = list(_on_disk(uploads).values())
    nfc, nfd = partial(unicodedata.normalize, "NFC"), partial(unicodedata.normalize, "NFD")
    assert len({nfc(name).casefold() for name in found}) == len(uploads)
    assert len({nfc(name.casefold()) for name in found}) == len(uploads)
    assert len({nfd(name).upper() for name in found}) == len(uploads)
    assert found == list(_on_disk(uploads).values())


@given(names, st.lists(names, max_size=3))
def test_a_disk_name_is_safe_everywhere(name: str, others: list[str]) -> None:
    found = disk_name(name, _on_disk(others).values())
    assert not set(found) & set('/\\:*?"<>|\0')
    assert found.isprintable()
    assert found not in ("", ".", "..")
    assert not found.startswith(".")
    assert not found.endswith((".", " "))
    assert found.partition(".")[0].strip().upper() not in (
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "COM1",
        "LPT¹",
    )
    assert 1 <= len(found.encode()) <= 200
    assert found.encode().decode() == found
    assert unicodedata.is_normalized("NFC", found)
