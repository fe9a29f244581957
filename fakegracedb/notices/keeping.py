"""What the pipeline does in GraceDB with a notice that it sends: before that, and afterwards."""

from __future__ import annotations

from typing import Any

from .records import Notice

__all__ = ["keep", "release"]

# Of files that are copied from the preferred event: what the log says, their tag, and the label.
_COPIED = {
    "skymap": ("Localization", "sky_loc", "SKYMAP_READY"),
    "em_bright": ("Source properties", "em_bright", "EMBRIGHT_READY"),
    "p_astro": ("Source classification", "p_astro", "PASTRO_READY"),
}
_SENT = {"less-significant": "LOW_SIGNIF_PRELIM_SENT", "preliminary": "GCN_PRELIM_SENT"}


def release(client: Any, notice: Notice) -> None:
    """Let everybody see what a notice tells of, before it is sent.

    The superevent is exposed and the files that the notice was made from are tagged ``public``;
    those of the preferred event are copied to the superevent. What is so already is let be.

    Parameters
    ----------
    client : GraceDb
        Of a server, real or fake.
    notice : Notice
        The notice.
    """
    uid = notice.record["superevent_id"]
    for what, path in notice.files.items():
        of, _, name = path.partition("/")
        if of == uid:
            _tag(client, uid, name)
        elif what in _COPIED:
            _copy(client, uid, of, name, *_COPIED[what])
    client.modify_permissions(uid, "expose")


def _tag(client: Any, uid: str, name: str) -> None:
    for log in client.logs(uid).json()["log"]:
        if f"{log['filename']},{log['file_version']}" == name and "public" not in log["tag_names"]:
            client.add_tag(uid, log["N"], "public")


def _copy(client: Any, uid: str, of: str, name: str, what: str, tag: str, label: str) -> None:
    client.write_log(
        uid,
        f"{what} copied from {of}",
        filename=name,
        filecontents=client.files(of, name).read(),
        tag_name=[tag, "public"],
    )
    _label(client, uid, label)


def keep(client: Any, notice: Notice, url: str, *, avro: bool = True) -> None:
    """Put a notice that was sent into the log of its superevent, and label that.

    Parameters
    ----------
    client : GraceDb
        Of a server, real or fake.
    notice : Notice
        The notice; one of a type that comes again is the next version of its file.
    url : str
        Where it was sent.
    avro : bool
        Whether its Avro file is kept beside its JSON.
    """
    uid = notice.record["superevent_id"]
    forms = {"json": notice.json_bytes()}
    if avro:
        forms["avro"] = notice.avro_bytes()
    for extension, content in forms.items():
        client.write_log(
            uid,
            f"Kafka alert notice sent to {url}",
            filename=f"{notice.name}.{extension}",
            filecontents=content,
            tag_name=["public", "em_follow"],
        )
    if notice.kind in _SENT:
        _label(client, uid, _SENT[notice.kind])


def _label(client: Any, uid: str, label: str) -> None:
    if label not in client.superevent(uid).json()["labels"]:
        client.write_label(uid, label)
