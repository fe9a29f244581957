"""A notice that was sent, kept in GraceDB as the pipeline does."""

from __future__ import annotations

from typing import Any

from .records import Notice

__all__ = ["keep"]


def keep(client: Any, notice: Notice, url: str, *, avro: bool) -> None:
    """Put a notice into the log of its superevent; a type that comes again is its next version.

    Parameters
    ----------
    client : GraceDb
        Of a server, real or fake.
    notice : Notice
        The notice.
    url : str
        Where it was sent.
    avro : bool
        Whether its Avro file is kept beside its JSON.
    """
    forms = {"json": notice.json_bytes()}
    if avro:
        forms["avro"] = notice.avro_bytes()
    for extension, content in forms.items():
        client.write_log(
            notice.record["superevent_id"],
            f"Kafka alert notice sent to {url}",
            filename=f"{notice.name}.{extension}",
            filecontents=content,
            tag_name=["public", "em_follow"],
        )
