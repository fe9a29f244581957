"""Stretches of files: they are searched and cut as bytes are, and forms read the same from both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from fakegracedb import stretches
from fakegracedb.api import forms
from fakegracedb.api.message import Request
from fakegracedb.errors import ApiError
from fakegracedb.stretches import Stretch


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what spans pieces be the rule."""
    monkeypatch.setattr(stretches, "_PIECE", 7)
    monkeypatch.setattr(forms, "_SMALL", 5)


def stretch(data: bytes) -> Stretch:
    return Stretch(BytesIO(b"before" + data + b"after"), 6, len(data))


def test_it_is_searched_and_cut_as_bytes_are() -> None:
    source = random.Random(1)
    for _ in range(500):
        data = bytes(source.choices(b"ab-", k=source.randrange(40)))
        one = stretch(data)
        assert len(one) == len(data)
        assert b"".join(one) == data == one[:]
        for _ in range(10):
            wanted = bytes(source.choices(b"ab-", k=source.randrange(1, 5)))
            start, stop = sorted(source.choices(range(45), k=2))
            assert one.find(wanted, start) == data.find(wanted, start), (data, wanted, start)
            assert one[start:stop] == data[start:stop]
            start, stop = min(start, len(data)), min(stop, len(data))
            assert one.part(start, stop)[:] == data[start:stop]


def test_file_that_ends_too_soon_is_told() -> None:
    with pytest.raises(EOFError):
        Stretch(BytesIO(b"ab"), 0, 3)[:]


def test_pieces_and_whole_of_what_is_in_memory() -> None:
    assert list(stretches.pieces(b"abc")) == [b"abc"]
    assert stretches.whole(memoryview(b"abc")) == b"abc"
    assert stretches.whole(stretch(b"a" * 20)) == b"a" * 20


GOOD = (
    b'--sep\r\nContent-Disposition: form-data; name="comment"\r\n\r\nhello there\r\n'
    b'--sep\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\none\r\ntwo--sep\r\n--se\r\n\r\n"
    b'--sep\r\nContent-Disposition: form-data; name="b"; filename="b"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gdGhlcmU=\r\n--sep--\r\n"
)


def bodies() -> Iterator[bytes]:
    source = random.Random(2)
    yield GOOD
    for _ in range(1000):
        data = bytearray(GOOD)
        for _ in range(source.randrange(1, 4)):
            place, length = source.randrange(len(data) or 1), source.randrange(1, 30)
            match source.randrange(3):
                case 0:
                    del data[place : place + length]
                case 1:
                    data[place:place] = source.choice(
                        (b"\r\n", b"--sep", b"\n\n", b"--", b"x" * 20)
                    )
                case 2:
                    del data[place:]
        yield bytes(data)


def outcome(body: bytes | Stretch, kind: str) -> Any:
    try:
        form = forms.parse(Request("POST", "http://h/", {"Content-Type": kind}, body))
    except ApiError as error:
        return error.status, error.body
    files = {
        name: [(one.filename, bytes(one.content), one.content_type) for one in uploads]
        for name, uploads in form.files.items()
    }
    return form.values, files, form.document


def test_forms_are_read_the_same_from_memory_and_from_a_file() -> None:
    kind = "multipart/form-data; boundary=sep"
    outcomes = []
    for body in bodies():
        expected = outcome(body, kind)
        assert outcome(stretch(body), kind) == expected, body
        outcomes.append(len(expected[1]))
    assert outcomes[0] == 2
    assert len(set(outcomes)) > 2  # they are not all refused


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"comment": "hello", "tagname": ["a", "b"]}'),
        ("application/x-www-form-urlencoded", b"comment=hello&tagname=a&tagname=b"),
        ("application/json", b"{"),
        ("text/plain", b"hello there"),
        ("application/json", b""),
    ],
)
def test_other_bodies_are_read_the_same_too(kind: str, body: bytes) -> None:
    assert outcome(stretch(body), kind) == outcome(body, kind)


def test_large_parts_stay_in_the_file() -> None:
    form = forms.parse(
        Request("POST", "u", {"Content-Type": "multipart/form-data; boundary=sep"}, stretch(GOOD))
    )
    upload = form.file("upload")
    assert upload is not None
    assert isinstance(upload.data, Stretch)
    assert upload.content == b"one\r\ntwo"  # up to the separator, wherever it stands
