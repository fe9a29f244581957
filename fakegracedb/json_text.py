"""JSON as text: writers that are prepared once."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder
from typing import Any, TypeAlias, cast

__all__ = ["Writer", "string", "writer"]

Writer: TypeAlias = Callable[[Any], str]


def string(text: str) -> str:
    """Write a text, its letters as they are."""
    return encoder.encode_basestring(text)


def writer(comma: str, colon: str, *, allow_nan: bool = True) -> Writer:
    """Give what writes values of JSON that do not hold themselves, letters as they are.

    Parameters
    ----------
    comma, colon : str
        What stands between elements, and between key and value.
    allow_nan : bool
        Whether NaN and infinities are written, as Python does; else they are a ValueError.

    Notes
    -----
    As `json.JSONEncoder.encode`, which prepares itself anew for each value: that takes as long as
    a short value does.
    """
    plain = json.JSONEncoder(
        ensure_ascii=False,
        check_circular=False,
        allow_nan=allow_nan,
        separators=(comma, colon),
    )
    make = cast(Any, encoder).c_make_encoder
    if make is None:  # a Python without the part in C
        return plain.encode
    pieces: Callable[[Any, int], tuple[str, ...]] = make(
        None, plain.default, encoder.encode_basestring, None, colon, comma, False, False, allow_nan
    )
    return lambda value: "".join(pieces(value, 0))
