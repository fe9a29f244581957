"""The library librdkafka, through confluent-kafka, which an extra brings."""

from __future__ import annotations

from typing import Any

from ..errors import FakeGraceDbError

__all__ = ["librdkafka"]


def librdkafka(doing: str) -> Any:
    """Give the package confluent_kafka, for what is to be done with it.

    Raises
    ------
    FakeGraceDbError
        If it is not installed.
    """
    try:
        import confluent_kafka
    except ImportError:
        raise FakeGraceDbError(
            f"{doing} takes librdkafka: pip install 'fakegracedb[kafka]'"
        ) from None
    return confluent_kafka
