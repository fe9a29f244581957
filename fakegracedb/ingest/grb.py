"""The reader of external observatories' events: a JSON notice, or else a VOEvent."""

from __future__ import annotations

from json import JSONDecodeError

from . import Reading, Upload
from .notice import read_notice
from .objects import load
from .voevent import read_voevent

__all__ = ["read_grb"]


def read_grb(upload: Upload) -> Reading:
    """Read a notice of an external observatory.

    Parameters
    ----------
    upload : Upload
        JSON; what is not JSON by its syntax is taken for a VOEvent.

    Returns
    -------
    Reading
        As `read_notice` and `read_voevent` give it.

    Raises
    ------
    Exception
        What these raise, and what `objects.load` does but for the syntax.
    """
    try:
        data = load(upload.data)
    except JSONDecodeError:
        pass
    else:
        return read_notice(data, upload.pipeline)
    return read_voevent(upload.data)
