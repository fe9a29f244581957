"""The bundle of CA certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fakegracedb import certificates
from fakegracedb.errors import ServiceError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def pem(name: str, days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    until = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=1000))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def test_each_certificate_is_added_once(home: Path) -> None:
    file = home / "ca.pem"
    file.write_bytes(b"# ours\n" + pem("One CA", 100) + pem("Two CA", 100))
    first = certificates.add(file)
    assert (first.added, first.known, first.expired) == (["One CA", "Two CA"], [], [])
    assert first.path == home / "config" / "fakegracedb" / "cacert.pem"
    usual = Path(certifi.where()).read_bytes()
    assert first.path.read_bytes().startswith(usual.rstrip(b"\n"))
    content = first.path.read_bytes()
    again = certificates.add(file)
    assert (again.added, again.known) == ([], ["One CA", "Two CA"])
    assert first.path.read_bytes() == content
    certificates.reset()
    assert first.path.read_bytes() == usual


def test_expired_ones_are_told_and_not_added(home: Path) -> None:
    file = home / "ca.pem"
    file.write_bytes(pem("Old CA", -10) + pem("New CA", 10))
    result = certificates.add(file)
    assert result.added == ["New CA"]
    assert result.expired[0].startswith("Old CA (until ")
    assert b"Old CA" not in result.path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"],
)
def test_a_file_without_certificates_is_an_error(home: Path, content: bytes) -> None:
    file = home / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(ServiceError, match=r"ca\.pem"):
        certificates.add(file)
