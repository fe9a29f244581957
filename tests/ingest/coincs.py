"""LIGO_LW documents and uploads for the tests of this folder."""

from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from fakegracedb.ingest import Upload

CLIENT_DATA = files("ligo.gracedb.test.integration") / "data"

COINC_INSPIRAL = {
    "coinc_event:coinc_event_id": ("int_8s", "0"),
    "ifos": ("lstring", '"H1,L1"'),
    "end_time": ("int_4s", "1400000000"),
    "end_time_ns": ("int_4s", "250000000"),
    "mass": ("real_8", "2.8"),
    "mchirp": ("real_8", "1.25"),
    "snr": ("real_8", "10"),
    "combined_far": ("real_8", "1e-8"),
}
COINC_EVENT = {
    "coinc_event_id": ("int_8s", "0"),
    "instruments": ("lstring", '"H1,L1,V1"'),
    "nevents": ("int_4u", "2"),
    "likelihood": ("real_8", "12.5"),
}
SNGL_INSPIRAL = {
    "process:process_id": ("int_8s", "0"),
    "event_id": ("int_8s", "0"),
    "ifo": ("lstring", '"H1"'),
    "end_time": ("int_4s", "1400000000"),
    "end_time_ns": ("int_4s", "250000000"),
    "snr": ("real_4", "8"),
}
COLUMNS = {
    "coinc_inspiral": COINC_INSPIRAL,
    "coinc_event": COINC_EVENT,
    "sngl_inspiral": SNGL_INSPIRAL,
}
ALL = tuple(COLUMNS)


def with_columns(name, text, types, *, delimiter=",", table=None, stream=None):
    """A table with these columns, and a Stream with this text in it, as XML; no text, no Stream."""
    full = table or f"{name}:table"
    columns = "".join(
        f"<Column Name={quoteattr(column)} Type={quoteattr(kind)}/>\n"
        for column, kind in types.items()
    )
    body = ""
    if text is not None:
        body = (
            f"<Stream Name={quoteattr(stream or full)} Delimiter={quoteattr(delimiter)} "
            f'Type="Local">{escape(text)}</Stream>\n'
        )
    return f"<Table Name={quoteattr(full)}>\n{columns}{body}</Table>\n"


def table(name, rows=1, *, without=(), **tokens):
    """One of the three tables with its usual columns, some left out, some with other tokens."""
    cells = {
        column: (kind, tokens.pop(column.rpartition(":")[2], token))
        for column, (kind, token) in COLUMNS[name].items()
        if column not in without
    }
    assert not tokens, tokens
    text = ",\n".join([",".join(token for _, token in cells.values())] * rows)
    # A trailing empty token has to be told from no token.
    text = f"\n{text},\n" if rows else None
    return with_columns(name, text, {column: kind for column, (kind, _) in cells.items()})


def document(*tables):
    """A whole document."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<LIGO_LW>\n{"".join(tables)}</LIGO_LW>\n'.encode()
    )


def coinc(**replaced):
    """A document of three tables; ``coinc_event=""`` leaves one out, any other text replaces it."""
    return document(
        *(replaced.pop(name, None) or "" if name in replaced else table(name) for name in ALL)
    )


def upload(content, filename="coinc-1.xml", pipeline="gstlal", search=None, group="Test"):
    return Upload(filename, content, pipeline, group, search)
