"""A bundle of CA certificates of our own, for test servers that the usual ones do not vouch for."""

from __future__ import annotations

import os
import re
import ssl
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .errors import ServiceError

__all__ = ["Added", "add", "bundle", "reset"]

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.S)


@dataclass
class Added:
    """What adding a file of certificates did: their names, by what became of them."""

    path: Path
    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)


def bundle() -> Path:
    """Give the place of the bundle: ``$XDG_CONFIG_HOME/fakegracedb/cacert.pem``."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "fakegracedb" / "cacert.pem"


def reset() -> Path:
    """Make the bundle what certifi has; give its place."""
    import certifi

    path = bundle()
    _write(path, Path(certifi.where()).read_bytes())
    return path


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def add(source: str | os.PathLike[str]) -> Added:
    """Add the certificates of a PEM file that the bundle does not have yet.

    Expired ones are told and not added.

    Raises
    ------
    ServiceError
        The file has no certificate in it, or one that cannot be read.
    """
    found = _PEM.findall(Path(source).read_bytes())
    if not found:
        raise ServiceError(f"{source}: no certificate in PEM form in it")
    result = Added(bundle() if bundle().is_file() else reset())
    content = result.path.read_bytes()
    there = {_der(one) for one in _PEM.findall(content)}
    for pem in found:
        der = _der(pem, str(source))
        name, until = _described(pem, str(source))
        if until < datetime.now(UTC):
            result.expired.append(f"{name} (until {until:%Y-%m-%d})")
        elif der in there:
            result.known.append(name)
        else:
            there.add(der)
            content = content.rstrip(b"\n") + b"\n\n# " + name.encode() + b"\n" + pem + b"\n"
            result.added.append(name)
    if result.added:
        _write(result.path, content)
    return result


def _der(pem: bytes, source: str = "the bundle") -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(pem.decode("ascii").replace("\r\n", "\n"))
    except ValueError as error:
        raise ServiceError(f"{source}: a certificate cannot be read: {error}") from None


def _described(pem: bytes, source: str) -> tuple[str, datetime]:
    """Give the subject of a certificate, and until when it is valid."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what authorities do that they should not
            certificate = x509.load_pem_x509_certificate(pem)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(names[0].value) if names else certificate.subject.rfc4514_string()
        return name, certificate.not_valid_after_utc
    except ValueError as error:
        raise ServiceError(f"{source}: a certificate cannot be read: {error}") from None
