"""Requests that are none, or not quite: what a careless or hostile client puts on a wire."""

from __future__ import annotations

import random
from collections.abc import Iterator

GOOD = (
    b"GET /api/events/T0001 HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n\r\n",
    b"POST /api/events/T0001/log/ HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\ncomment=x",
    b"PUT /api/events/T0001/labels/DQV HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
)

# Two lengths, or two ways to tell where a body ends: what one reader takes for its end is
# the beginning of another request for the next. (Each is a whole request with a second one in it.)
INNER = b"GET /api/events/T0001/labels/smuggled HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n\r\n"


def smuggling() -> Iterator[bytes]:
    """Give every form."""
    head = b"POST /api/events/T0001/log/ HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
    length = b"Content-Length: %d\r\n" % (len(INNER) + 5)
    for headers in (
        length + b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\n" + length,
        b"Content-Length: 5\r\n" + length,
        b"Content-Length: 5, %d\r\n" % len(INNER),
        b"Content-Length: +5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: 5 \r\n" + length,
        b"Content_Length: 5\r\n" + length,
        b"Transfer-Encoding: xchunked\r\n" + length,
        b"Transfer-Encoding : chunked\r\n" + length,
        b"Transfer-Encoding:\x0bchunked\r\n" + length,
        b"Transfer-Encoding: chunked, identity\r\n" + length,
        b"Transfer-Encoding: identity, chunked\r\n" + length,
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n" + length,
        b"X: y\nTransfer-Encoding: chunked\r\n" + length,
        b"X: y\rTransfer-Encoding: chunked\r\n" + length,
        b" Transfer-Encoding: chunked\r\n" + length,
    ):
        yield head + headers + b"\r\n0\r\n\r\n" + INNER


def chunks() -> Iterator[bytes]:
    """Give bodies whose chunks are wrong."""
    head = (
        b"POST /api/events/T0001/log/ HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    for body in (
        b"zz\r\n",
        b"-1\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b'3;ext="\r\nabc\r\n0\r\n\r\n',
        b"f" * 40 + b"\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\n0\n\n",
        b"\r\n\r\n",
        b"3\r\nab",
        b"1" * 5000,
        b"0\r\n" + b"a: b\r\n" * 100 + b"\r\n",
    ):
        yield head + body


def heads() -> Iterator[bytes]:
    """Give lines and headers that are none."""
    rest = b"Host: h\r\nUser-Agent: t\r\n\r\n"
    for line in (
        b"",
        b"GET",
        b"GET /api/",
        b"GET  /api/ HTTP/1.1",
        b"GET /api/ HTTP/9.9",
        b"G\0T / HTTP/1.1",
        b"GET /api/ HTTP/1.1 more",
        b"get /api/ HTTP/1.1",
        b"GET http:// HTTP/1.1",
        b"GET http://[::1 HTTP/1.1",
        b"CONNECT h:80 HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"GET /api/%00%ff%zz HTTP/1.1",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1",
        b"GET /api/\xff\xfe HTTP/1.1",
        b"GET //api// HTTP/1.1",
        b"GET /api/../../etc HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"TRACE /api/ HTTP/1.1",
        b"GET /api/#x HTTP/1.1",
        b"GET ?query HTTP/1.1",
        b"%s /api/ HTTP/1.1" % (b"G" * 9000),
    ):
        yield line + b"\r\n" + rest
    for header in (
        b"X: " + b"a" * 65_000,
        b"X" * 65_000 + b": a",
        b"X: a\r\n" * 20_000,
        b": a",
        b"X",
        b"X\0: a",
        b"X: \0",
        b"X : a",
        b"Host: h\r\nHost: i",
        b"Host: a b",
        b"Host:",
        b"Expect: 200-ok",
        b"Content-Type: " + b"multipart/form-data; boundary=" * 100,
        b"Authorization: Basic \xff",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: -1",
        b"Content-Length: \xb2",
        b"Connection: upgrade\r\nUpgrade: h2c",
        b"X-Forwarded-Host: evil",
        b"\xff: \xff",
    ):
        yield b"GET /api/ HTTP/1.1\r\nUser-Agent: t\r\n" + header + b"\r\n\r\n"


def spoiled(number: int, seed: int) -> Iterator[bytes]:
    """Give good requests with bytes changed, cut, doubled or left out."""
    source = random.Random(seed)
    for _ in range(number):
        data = bytearray(source.choice(GOOD))
        for _ in range(source.choice((1, 1, 2, 5))):
            place = source.randrange(len(data) or 1)
            match source.randrange(5):
                case 0:
                    data[place : place + 1] = source.randbytes(1)
                case 1:
                    del data[place:]
                case 2:
                    del data[place : place + source.randrange(1, 20)]
                case 3:
                    data[place:place] = data[place : place + source.randrange(1, 40)]
                case 4:
                    piece = source.choice((b"\r\n", b"\n", b"\0", b" ", b":", b"\r\n\r\n", b"%"))
                    data[place:place] = piece
        yield bytes(data)
