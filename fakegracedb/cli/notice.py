"""The verbs ``notice``: public notices, built from a superevent."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from . import notice_sending
from .arguments import add_verb, fill_verb, opened_store
from .output import CommandError, say, say_json

if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the group of verbs."""
    group = fill_verb(verbs, "notice", None)
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    build = add_verb(
        inner,
        "build",
        _build,
        "build a notice of a superevent",
        "Build the public notice of a superevent of a store as it is now, and write it to standard "
        "output or a file.",
    )
    notice_sending.add_subject(build)
    build.add_argument("--avro", action="store_true", help="as an Avro file; else as JSON")
    build.add_argument("-o", "--output", metavar="FILE", help="where (standard output)")
    notice_sending.add_store_back(build)
    samples = add_verb(
        inner,
        "samples",
        _samples,
        "write the five notices of the mock superevent MS181101ab",
        "Write the five notices of the mock superevent MS181101ab as Avro, JSON and VOEvents: "
        "those with which the user guide of public alerts tests readers.",
    )
    samples.add_argument("folder", metavar="DIR", help="where to; it is made if it is missing")
    samples.add_argument("--no-avro", action="store_true", help="without the Avro files")
    for verb, default in ((build, "1.3"), (samples, "early")):
        verb.add_argument(
            "--schema", default=default, metavar="NAME", help="1.3, 1.0 or early (%(default)s)"
        )
    notice_sending.add(inner)


def _build(arguments: argparse.Namespace) -> int:
    from ..client import FakeGraceDb

    with FakeGraceDb(store=opened_store(arguments)) as client:
        notice = notice_sending.built(client, arguments.uid, arguments.type, arguments.schema)
        content = notice.avro_bytes() if arguments.avro else notice.json_bytes() + b"\n"
        if arguments.avro and arguments.output is None and sys.stdout.isatty():
            raise CommandError("Avro is not for the terminal: name a file with -o")
        storing = notice_sending.StoringBack(arguments, client, notice)
        # what cannot be written leaves the store as it is
        if arguments.output is not None:
            with open(arguments.output, "wb") as stream:  # noqa: PTH123
                stream.write(content)
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        storing.before()
        storing.after(arguments.output or "standard output")
    return 0


def _samples(arguments: argparse.Namespace) -> int:
    from ..notices import write_samples

    paths = write_samples(arguments.folder, schema=arguments.schema, avro=not arguments.no_avro)
    if arguments.json:
        say_json([str(path) for path in paths])
    else:
        say("\n".join(map(str, paths)))
    return 0
