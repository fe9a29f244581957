"""Public notices: what the low-latency pipeline tells the world of a superevent, made from GraceDB.

They are built through the client's own calls, so that any server will do, real or fake.
"""

from __future__ import annotations

from .avro import avro_bytes
from .keeping import keep, release
from .mock import write_samples
from .records import KINDS, SCHEMAS, Notice, build

__all__ = ["KINDS", "SCHEMAS", "Notice", "avro_bytes", "build", "keep", "release", "write_samples"]
