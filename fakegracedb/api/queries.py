"""What a list is asked for: a query text or a structured query, in the URL or in the body."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from ..errors import ApiError
from ..query.structured import (
    Kind,
    is_structured,
    parse_structured,
    parse_structured_text,
)
from ..query.trees import Node
from .call import Call
from .forms import media_type, unsupported

__all__ = ["Asked", "Source", "in_body", "in_url"]

_YAML = ("application/yaml", "application/x-yaml", "text/yaml")


@dataclass(frozen=True)
class Asked:
    """A query.

    Attributes
    ----------
    text : str
        As a URL has it; empty for none at all.
    tree : Node or None
        What a structured query says; None where `text` is in one of the text languages.
    url : str
        With which the same page can be had.
    parameters : list of tuple (str, str)
        Those of that URL.
    """

    text: str
    tree: Node | None
    url: str
    parameters: list[tuple[str, str]] = field(compare=False)


#: Takes the query out of a call.
Source: TypeAlias = Callable[[Call, Kind], Asked]


def in_url(call: Call, kind: Kind) -> Asked:
    """Give the query in the URL.

    Raises
    ------
    StructuredError
        If it is a structured one, and wrong.
    """
    text = call.query.get("query") or ""
    tree = None
    if call.dialect.structured and is_structured(text):
        tree = parse_structured_text(text, kind, call.view.vocabulary)
    return Asked(text, tree, call.url, call.query_parameters)


def in_body(call: Call, kind: Kind) -> Asked:
    """Give the query in the body, or in the URL if the body is empty.

    Raises
    ------
    ApiError
        415 for a body that is neither JSON nor YAML; as `in_url`.

    Notes
    -----
    The links of the answer lead to the same pages of the list itself, with the query in their URL:
    all links of answers can be followed with GET.
    """
    tree: Node | None
    if call.request.content.strip():
        kept = [one for one in call.query_parameters if one[0] != "query"]
        data = _read(call)
        tree = parse_structured(data, kind, call.view.vocabulary)
        text = json.dumps(data, separators=(",", ":"))
        parameters = [*kept, ("query", text)]
    else:
        asked = in_url(call, kind)
        text, tree, parameters = asked.text, asked.tree, asked.parameters
    url = call.dialect.url(f"{kind}s/")
    return Asked(text, tree, f"{url}?{urlencode(parameters)}" if parameters else url, parameters)


def _read(call: Call) -> object:
    from ..query.structured_texts import read_json, read_yaml

    kind = media_type(call.request)
    if kind == "application/json":
        return read_json(call.request.content)
    if kind not in _YAML:
        raise unsupported(call.request)
    try:
        return read_yaml(call.request.content)
    except ImportError:
        raise ApiError(
            415,
            {
                "detail": f'Unsupported media type "{kind}" in request: YAML needs PyYAML. '
                "Install fakegracedb[yaml], or send JSON."
            },
        ) from None
