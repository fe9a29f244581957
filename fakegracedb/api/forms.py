"""Bodies and query strings of requests, parsed: urlencoded, multipart and JSON into one `Form`.

Nothing of an uploaded file is copied here: its content is a view on the body of the request.
"""

from __future__ import annotations

import binascii
import codecs
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal, NoReturn
from urllib.parse import parse_qsl, unquote

from ..errors import ApiError
from ..identifiers import upload_name
from ..stretches import Content, Stretch, whole
from .message import Request

__all__ = [
    "Form",
    "Kind",
    "Upload",
    "media_type",
    "parse",
    "parse_query",
    "refuse_constant",
    "unsupported",
]

Kind = Literal["form", "multipart", "json"]

MAX_FIELDS = 1000
MAX_FILES = 100
MAX_WHOLE = 32 * 2**20  # bytes of a body that is parsed whole: JSON, urlencoded
MAX_HEADER = 1024  # bytes of all headers of one part, their end included
_SMALL = 1 << 16  # bytes of a part

_KINDS: dict[str, Kind] = {
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
    "application/json": "json",
}

# Charsets that are honoured (any other is read as UTF-8): all decode any bytes with "replace".
_CODECS = {
    **dict.fromkeys(("ascii", "us-ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1"), "latin-1"),
    **dict.fromkeys(("cp1252", "windows-1252"), "cp1252"),
    "iso-8859-15": "iso8859-15",
}

_SPACE = " \t\n\r\v\f"
_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")
_HEADERS_END = re.compile(rb"\r\n\r\n|\n\n")
# One parameter of a header, up to a semicolon that is not within quotes.
_PARAMETER = re.compile(r';((?:[^;"\\]++|\\"?|"(?:[^"\\]++|\\"?)*+(?:"|\Z))*+)')


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file.

    Attributes
    ----------
    filename : str
        Its own name, without directories.
    data : memoryview of bytes or Stretch
        A read-only view on the body of the request (of a decoded copy, if it came as base64), or a
        stretch of the file that holds a large one.
    content_type : str
        As announced for this part, in lower case and without parameters; empty if it was not.
    """

    filename: str
    data: memoryview | Stretch
    content_type: str

    @property
    def content(self) -> memoryview:
        """The data in memory."""
        return whole(self.data)


@dataclass(frozen=True, slots=True)
class Form:
    """What a request brought, read-only.

    Attributes
    ----------
    values : mapping of str to list
        The plain fields in the order they were sent, each with all its values: texts, or what the
        JSON object holds. A JSON member that is a list gives its items, any other is one value.
    files : mapping of str to list of Upload
        The uploaded files by field.
    document : mapping of str or None
        The JSON object as sent; None if the body was not JSON.
    """

    values: Mapping[str, list[Any]]
    files: Mapping[str, list[Upload]]
    document: Mapping[str, Any] | None = None

    @property
    def is_json(self) -> bool:
        """Whether the values are JSON values; else all of them are texts."""
        return self.document is not None

    def get(self, name: str, default: Any = None) -> Any:
        """Give the last value of a field; for JSON the member itself, so a list stays a list."""
        if self.document is not None:
            return self.document.get(name, default)
        values = self.values.get(name)
        return values[-1] if values else default

    def getlist(self, name: str) -> list[Any]:
        """Give all values of a field in a new list; for JSON the items of a list, or the value."""
        return list(self.values.get(name, ()))

    def file(self, name: str) -> Upload | None:
        """Give the last file uploaded in a field."""
        uploads = self.files.get(name)
        return uploads[-1] if uploads else None

    def __contains__(self, name: object) -> bool:
        """Whether a plain field was sent; an uploaded file is asked for with `file`."""
        return name in self.values


def parse(request: Request, accepts: Collection[Kind] = ("form", "multipart", "json")) -> Form:
    """Parse the body of a request by its Content-Type.

    Parameters
    ----------
    request : Request
        An empty body is an empty form, whatever the type and with or without one.
    accepts : collection of {"form", "multipart", "json"}
        What this resource takes.

    Returns
    -------
    Form
        The fields and files.

    Raises
    ------
    ApiError
        415 for a body of another type, or of none. 400 for JSON that is malformed, is not in its
        charset, holds NaN or Infinity, is nested too deeply for Python, or is not an object; for a
        multipart body without a valid boundary, with more than `MAX_HEADER` bytes of headers in a
        part, or with a file in bad base64; for over `MAX_FIELDS` fields or `MAX_FILES` files.
        413 for more than `MAX_WHOLE` bytes that are not multipart.

    Notes
    -----
    As Django and Django REST framework behave, beneath the real server. Worth knowing:

    - of a multipart body cut short, what is there of a plain field counts, but not a file that is
      incomplete; a part without a name is ignored;
    - a part with an empty ``filename`` is a plain field, and a file whose name has nothing left
      without its directories is ignored;
    - a plain field in bad base64 stays as it is;
    - percent escapes in multipart names (urllib3 sends ``%22`` for a quote) are not undone.

    Where they answer with an HTML page (too many fields or files) or a server error (JSON nested
    too deeply), or differ between views and releases (JSON that is not an object, long headers),
    this is a 400 with a ``detail``. They read parts also from what precedes the first separator
    and follows the closing one; here both are skipped.
    """
    sent = request.headers.get("Content-Type") or ""
    media_type, parameters = _parameters(sent)
    kind = _KINDS.get(media_type)
    if not request.body:
        return Form({}, {}, {} if kind == "json" else None)
    if kind is None or kind not in accepts:
        raise unsupported(request)
    if kind != "multipart" and len(request.body) > MAX_WHOLE:
        raise ApiError(413, {"detail": f"Request body larger than {MAX_WHOLE} bytes."})
    codec = _codec(parameters.get("charset", ""))
    if kind == "json":
        return _json(request.content, codec)
    if kind == "multipart":
        return _multipart(request.body, _separator(sent, parameters.get("boundary")), codec)
    try:
        text = request.content.decode(codec)
    except UnicodeDecodeError:  # bytes that should have been escaped
        text = request.content.decode("latin-1")
    return _urlencoded(text, codec)


def media_type(request: Request) -> str:
    """Give the type of a body as announced, in small letters and without its parameters."""
    return _parameters(request.headers.get("Content-Type") or "")[0]


def unsupported(request: Request) -> ApiError:
    """Give the answer to a body of a type that the resource does not take."""
    sent = request.headers.get("Content-Type") or ""
    return ApiError(415, {"detail": f'Unsupported media type "{sent}" in request.'})


def parse_query(text: str) -> Form:
    """Parse the query string of a URL: what follows the question mark.

    Parameters
    ----------
    text : str
        Empty for a URL without one. Bad percent escapes stay as they are.

    Returns
    -------
    Form
        The fields.

    Raises
    ------
    ApiError
        400 for over `MAX_FIELDS` fields.
    """
    return _urlencoded(text, "utf-8")


def _urlencoded(text: str, codec: str) -> Form:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding=codec, max_num_fields=MAX_FIELDS)
    except ValueError:
        _refuse_number("fields", MAX_FIELDS)
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return Form(values, {})


def _json(body: bytes, codec: str) -> Form:
    try:
        # A stream reader, as the framework has it, overlooks a character cut short at the end.
        text = codecs.getreader(codec)(BytesIO(body)).read()
        document = json.loads(text, parse_constant=refuse_constant)
    except ValueError as error:
        raise ApiError(400, {"detail": f"JSON parse error - {error}"}) from None
    except RecursionError:
        raise ApiError(400, {"detail": "JSON parse error - nested too deeply"}) from None
    if not isinstance(document, dict):  # in the words of the framework's serializers
        found = type(document).__name__
        raise ApiError(400, {"detail": f"Invalid data. Expected a dictionary, but got {found}."})
    values = {
        name: value if isinstance(value, list) else [value] for name, value in document.items()
    }
    return Form(values, {}, document)


def refuse_constant(literal: str) -> NoReturn:
    """Refuse what Python takes for JSON: NaN and infinities."""
    raise ValueError(f"Out of range float values are not JSON compliant: {literal!r}")


def _separator(content_type: str, boundary: str | None) -> bytes:
    """Give what stands before every part, from the Content-Type as sent and its boundary."""
    if not content_type.startswith("multipart/"):  # in capitals, which the server minds here
        _refuse_multipart(f"Invalid Content-Type: {content_type}")
    if not content_type.isascii():
        _refuse_multipart(f"Invalid non-ASCII Content-Type in multipart: {content_type}")
    if not boundary or not _BOUNDARY.fullmatch(boundary):
        _refuse_multipart(f"Invalid boundary in multipart: {boundary}")
    return b"--" + boundary.encode()


def _multipart(body: bytes | Stretch, separator: bytes, codec: str) -> Form:
    values: dict[str, list[Any]] = {}
    files: dict[str, list[Upload]] = {}
    fields = uploads = 0
    following = body.find(separator)
    while following >= 0:
        start = following + len(separator)
        if body[start : start + 2] == b"--":
            break
        following = body.find(separator, start)
        end = _part_end(body, following)
        head = body[start : min(end, start + MAX_HEADER)]
        headers_end = _HEADERS_END.search(head)
        if headers_end is None:
            if end - start >= MAX_HEADER:
                _refuse_multipart("Request max total header size exceeded.")
            continue
        name, filename, content_type, base64 = _part_headers(head[: headers_end.start()])
        content = _cut(body, start + headers_end.end(), end)
        if filename:
            uploads += 1
            if uploads > MAX_FILES:
                _refuse_number("files", MAX_FILES)
            safe = upload_name(filename)
            if name is None or not safe:
                continue
            if base64:
                decoded = _base64(content)
                if decoded is None:
                    _refuse_multipart("Could not decode base64 data.")
                content = memoryview(decoded)
            # A file counts as complete when something follows the separator behind it.
            if name and 0 <= following < len(body) - len(separator):
                files.setdefault(name, []).append(Upload(safe, content, content_type))
        else:
            fields += 1
            if fields > MAX_FIELDS:
                _refuse_number("fields", MAX_FIELDS)
            if name is None:
                continue
            decoded = _base64(content) if base64 else None
            text = str(whole(content) if decoded is None else decoded, codec, "replace")
            values.setdefault(name, []).append(text)
    return Form(values, files)


def _cut(body: bytes | Stretch, start: int, end: int) -> memoryview | Stretch:
    """Give a part of the body without a copy, unless it is small enough to be read at once."""
    if isinstance(body, bytes):
        return memoryview(body)[start:end]
    return body.part(start, end) if end - start > _SMALL else memoryview(body[start:end])


def _part_end(body: bytes | Stretch, following: int) -> int:
    """Find where a part ends: before the line end that belongs to the following separator."""
    if following < 0:
        return len(body)
    end = following
    before = body[max(0, end - 2) : end]
    if before.endswith(b"\n"):  # no separator ends in one, so the start need not be looked at
        end -= 1
        before = before[:-1]
    return end - 1 if before.endswith(b"\r") else end


@lru_cache(maxsize=256)  # a client sends the same few headers all the time
def _part_headers(headers: bytes) -> tuple[str | None, str | None, str, bool]:
    """Read the headers of a part: name, file name, content type, whether it is base64."""
    name: str | None = None
    filename: str | None = None
    content_type = encoding = ""
    for line in headers.split(b"\n"):
        try:
            header, parameters = _parameters(line.decode())
        except UnicodeDecodeError:  # as if the line were not there
            continue
        key, _, value = header.partition(":")
        if key == "content-disposition":
            name = parameters["name"].strip(_SPACE) if "name" in parameters else None
            filename = parameters.get("filename")
        elif key == "content-type":
            content_type = value.strip()
        elif key == "content-transfer-encoding":
            encoding = value.strip()
    return name, filename, content_type, encoding == "base64"


def _parameters(header: str) -> tuple[str, dict[str, str]]:
    """Split a header into its main value, in lower case, and its parameters."""
    parameters: dict[str, str] = {}
    main, *rest = _PARAMETER.findall(";" + header)
    for parameter in rest:
        name, equals, value = parameter.partition("=")
        if not equals:
            continue
        name, value = name.strip().lower(), value.strip()
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1].replace("\\\\", "\\").replace('\\"', '"')
        if name.endswith("*"):  # RFC 2231: filename*=utf-8''caf%C3%A9.png
            name = name[:-1]
            if value.count("'") == 2:
                charset, _, value = value.split("'")
                value = unquote(value, encoding=_codec(charset))
        parameters[name] = value
    return main.strip().lower(), parameters


def _codec(charset: str) -> str:
    return _CODECS.get(charset.lower(), "utf-8")


def _base64(content: Content) -> bytes | None:
    try:
        return binascii.a2b_base64(whole(content))
    except binascii.Error:
        return None


def _refuse_multipart(reason: str) -> NoReturn:
    raise ApiError(400, {"detail": f"Multipart form parse error - {reason}"})


def _refuse_number(what: str, limit: int) -> NoReturn:
    raise ApiError(400, {"detail": f"Too many {what}: a request may bring {limit} at most."})
