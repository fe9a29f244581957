"""Compressed uploads: told by their first bytes, unpacked within bounds, and what coinc.xml is."""

import bz2
import gzip
import lzma
import tracemalloc
import zlib

import pytest
from coincs import coinc

from fakegracedb.ingest import compression
from fakegracedb.stretches import whole

COMPRESSIONS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def gzip_bomb(head, unit, size, tail):
    """A gzip file of a few hundred kB that unpacks to `size` bytes and more."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = unit * (2**20 // len(unit))
    parts = [packer.compress(head)]
    parts += [packer.compress(block) for _ in range(size // len(block) + 1)]
    return b"".join([*parts, packer.compress(tail), packer.flush()])


@pytest.mark.parametrize("kind", COMPRESSIONS)
@pytest.mark.parametrize("name", ["coinc.xml", "initial.data", "a.gz", "a.bz2", "a.xz", "a.txt"])
def test_compression_is_told_by_the_first_bytes(read_coinc, kind, name):
    usual = read_coinc(coinc())
    reading = read_coinc(COMPRESSIONS[kind](coinc()), name)
    assert (reading.values, reading.attributes) == (usual.values, usual.attributes)
    assert reading.failure is None


@pytest.mark.parametrize("kind", [*COMPRESSIONS, None])
@pytest.mark.parametrize("name", ["coinc-1.xml.gz", "a.gz", "coinc.xml", "a.GZ", "a.bz2", "a.xz"])
def test_coinc_xml_is_unpacked_only_from_gzip_under_such_a_name(read_coinc, kind, name):
    content = COMPRESSIONS[kind](coinc()) if kind else coinc()
    stored = dict(read_coinc(content, name).files)["coinc.xml"]
    assert stored == (coinc() if kind == "gz" and name.endswith(".gz") else content)


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_streams_one_after_the_other_are_one_file(read_coinc, kind):
    pack, content = COMPRESSIONS[kind], coinc()
    half = len(content) // 2
    packed = pack(content[:half]) + pack(b"") + pack(content[half:]) + b"\0" * 40
    assert read_coinc(packed).values == read_coinc(content).values


@pytest.mark.parametrize("kind", ["bz2", "xz"])
def test_what_follows_bzip2_and_xz_is_ignored(read_coinc, kind):
    packed = COMPRESSIONS[kind](coinc()) + b"some more" * 9
    assert read_coinc(packed).values == read_coinc(coinc()).values


def test_what_follows_gzip_is_an_error(refusal):
    assert "header" in refusal(gzip.compress(coinc()) + b"some more")


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_compressed_file_cut_short_is_refused(refusal, kind):
    packed = COMPRESSIONS[kind](coinc())
    for size in range(6, len(packed), 11):
        assert refusal(packed[:size], "a.gz") in (
            "Compressed file ended before the end-of-stream marker was reached",
            "<unknown>:1:0: no element found",
        )


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_damaged_file_is_refused(refusal, kind):
    packed = bytearray(COMPRESSIONS[kind](coinc() * 3))
    packed[len(packed) // 2] ^= 0xFF
    assert refusal(bytes(packed))


def test_wrong_checksum_is_refused(refusal):
    packed = gzip.compress(coinc())
    assert "check" in refusal(packed[:-8] + b"\0" * 4 + packed[-4:])


def test_zstd_is_not_supported(refusal):
    assert refusal(b"\x28\xb5\x2f\xfd" + b"x" * 20) == 'unrecognized compress "zst"'


def test_what_unpacks_to_too_much_is_refused_within_little_memory(refusal, monkeypatch):
    monkeypatch.setattr(compression, "LIMIT", 20 * 2**20)
    bomb = gzip_bomb(b"<a>", b" ", 21 * 2**20, b"</a>")
    assert len(bomb) < 30_000
    tracemalloc.start()
    message = refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message == f"compressed file unpacks to more than {20 * 2**20} bytes"
    assert peak < 8 * 2**20


def test_what_unpacks_to_just_under_the_limit_is_read(read_coinc, monkeypatch):
    monkeypatch.setattr(compression, "LIMIT", 4 * 2**20)
    content = coinc().replace(b"</LIGO_LW>", b"").ljust(4 * 2**20 - 10) + b"</LIGO_LW>"
    assert len(content) == 4 * 2**20
    reading = read_coinc(gzip.compress(content, 1), "a.gz")
    assert reading.values == read_coinc(coinc()).values
    assert whole(dict(reading.files)["coinc.xml"]) == content
    assert not read_coinc(gzip.compress(content + b"\n", 1)).values


def test_xz_may_not_ask_for_all_memory(refusal):
    packed = lzma.compress(b"<a/>")
    # The header of the block says how much the decoder has to provide.
    header = bytearray(packed)
    place = packed.index(b"\x21\x01", 12) + 2
    header[place] = 32  # 256 MiB
    size = (header[12] + 1) * 4
    header[12 + size - 4 : 12 + size] = zlib.crc32(header[12 : 12 + size - 4]).to_bytes(4, "little")
    assert "Memory" in refusal(bytes(header))


def test_many_empty_members_cost_no_more_than_their_bytes(read_coinc):
    packed = gzip.compress(coinc()) + gzip.compress(b"") * 5000
    assert read_coinc(packed).values == read_coinc(coinc()).values
