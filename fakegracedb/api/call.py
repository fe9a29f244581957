"""One request on its way through a handler: what was asked, and how to answer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ..documents import Event, Superevent
from ..errors import ApiError
from ..render.dialect import Dialect
from ..service.access import Caller, caller_named, find_event, require_user
from ..service.logs import entry
from ..service.superevents.access import Right, find_superevent, require
from ..store import Store, View
from . import forms
from .fields import Fields
from .message import Identity, Request, Response

if TYPE_CHECKING:
    from .app import Application
    from .routes import Route

__all__ = ["Call"]

T = TypeVar("T")

_FALSE = ("", "0", "false", "f", "n", "no", "none", "off")
_MULTIPART: tuple[Literal["multipart"]] = ("multipart",)


class Call:
    """A request that has found its route.

    Attributes
    ----------
    app : Application
        Who answers.
    request : Request
        As it came.
    route : Route
        Which resource is asked for.
    parameters : dict of str
        What stands in the place of the route's parameters, decoded.
    dialect : Dialect
        The base that answers.
    view : View
        The store as the call finds it; a call that only reads sees nothing else.
    """

    __slots__ = (
        "_caller",
        "_event",
        "_form",
        "_query",
        "_superevent",
        "app",
        "dialect",
        "parameters",
        "query_text",
        "request",
        "route",
        "view",
    )

    def __init__(
        self,
        app: Application,
        request: Request,
        route: Route,
        parameters: dict[str, str],
        dialect: Dialect,
        query_text: str,
        view: View,
    ) -> None:
        self.app = app
        self.request = request
        self.route = route
        self.parameters = parameters
        self.dialect = dialect
        self.query_text = query_text
        self.view = view
        self._caller: Caller | None = None
        self._event: Event | None = None
        self._superevent: Superevent | None = None
        self._form: forms.Form | None = None
        self._query: forms.Form | None = None

    @property
    def caller(self) -> Caller:
        """Who asks.

        Raises
        ------
        ApiError
            400, for a user group that does not exist.
        """
        if self._caller is None:
            identity = self.request.identity or Identity(self.view.settings.user)
            self._caller = caller_named(
                self.view,
                identity.name,
                identity.groups,
                v2=self.dialect.v2,
                root=self.dialect.unversioned.root,
                line=self.dialect.line,
            )
        return self._caller

    @property
    def store(self) -> Store:
        """The store that is asked."""
        return self.app.store

    @property
    def url(self) -> str:
        """The URL of the request."""
        return self.request.url

    @property
    def graceid(self) -> str:
        """The event's id as the path has it."""
        return self.parameters["graceid"]

    @property
    def event(self) -> Event:
        """The event as the call finds it.

        Raises
        ------
        ApiError
            As `find_event`: the call needs the right to change it, unless it only reads.
        """
        if self._event is None:
            self._event = find_event(
                self.view, self.caller, self.graceid, change=not self.reads_only
            )
        return self._event

    @property
    def superevent_id(self) -> str:
        """The superevent's id as the path has it."""
        return self.parameters["superevent_id"]

    @property
    def superevent(self) -> Superevent:
        """The superevent as the call finds it.

        Raises
        ------
        ApiError
            As `find_superevent`.
        """
        if self._superevent is None:
            self._superevent = find_superevent(self.view, self.caller, self.superevent_id)
        return self._superevent

    def require(self, right: Right) -> None:
        """Refuse a caller without a right on the superevent, before the body is looked at."""
        superevent = self.superevent
        require(self.caller, right, superevent, superevent.category)

    def fields(self, *, partial: bool = False) -> Fields:
        """Give the body to be read field by field, as calls on superevents do.

        Parameters
        ----------
        partial : bool
            Whether every field may be missing.
        """
        return Fields(self.form, partial=partial)

    @property
    def number(self) -> int:
        """The number in the path."""
        try:
            return int(self.parameters["N"])
        except ValueError:  # thousands of digits
            return 0

    @property
    def query(self) -> forms.Form:
        """The parameters in the URL."""
        if self._query is None:
            self._query = forms.parse_query(self.query_text)
        return self._query

    @property
    def form(self) -> forms.Form:
        """The fields of the body, in whatever form it came."""
        if self._form is None:
            self._form = forms.parse(self.request)
        return self._form

    @property
    def query_parameters(self) -> list[tuple[str, str]]:
        """The parameters in the URL, the last value of each."""
        return [(name, str(values[-1])) for name, values in self.query.values.items()]

    def page(self, default: int, most: int | None = None) -> tuple[int, int]:
        """Give offset and size of the page of a list that is asked for.

        Parameters
        ----------
        default, most : int
            Size of a page, unless it is asked for another, and the largest; None for no limit.
        """

        def positive(name: str, default: int) -> int:
            try:
                number = int(self.query.get(name) or "")
            except ValueError:
                return default
            # what is zero or negative is as if it had not been asked
            return number if number > 0 else default

        count = positive("count", default)
        return positive("start", 0), count if most is None else min(count, most)

    def multipart(self) -> forms.Form:
        """Give the fields of a body that may only be a multipart form."""
        if self._form is None:
            self._form = forms.parse(self.request, accepts=_MULTIPART)
        return self._form

    def text(self, name: str) -> str | None:
        """Give a field of the body as text, None where there is none.

        Raises
        ------
        ApiError
            400 if it is a list or an object in JSON.
        """
        value = self.form.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            return str(value)
        raise ApiError(400, {name: ["Not a valid string."]})

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give a field of the body as a truth value; clients send ``True`` and ``False``."""
        text = self.text(name)
        return default if text is None else text.strip().lower() not in _FALSE

    def texts(self, name: str) -> tuple[str, ...]:
        """Give all values of a field of the body as texts."""
        values = self.form.getlist(name)
        if all(isinstance(value, str | int | float) for value in values):
            return tuple(map(str, values))
        raise ApiError(400, {name: ["Not a valid string."]})

    def elements(self, name: str) -> list[Any]:
        """Give a field that is a list: as one, or as texts with commas between the elements."""
        found: list[Any] = []
        for value in self.form.getlist(name):
            if isinstance(value, str):
                found += [part.strip() for part in value.split(",")] if value.strip() else []
            elif value is not None:
                found.append(value)
        return found

    def check(self) -> None:
        """Refuse what the server refuses before anybody looks at the rest of the request.

        Raises
        ------
        ApiError
            In this order: 403 for an unauthenticated reader of events or catalogs, 405 for a
            method that the resource does not have, 404 for no such event or superevent, 403
            without a right on the event, 404 for no such entry of its log.
        """
        path = self.route.path
        if path.startswith(("events", "gwtc")):
            require_user(self.caller)
        if self.request.method not in self.methods:
            raise ApiError(405, {"detail": f'Method "{self.request.method}" not allowed.'})
        if path.startswith("events/{graceid}"):
            event = self.event
            if path.startswith("events/{graceid}/log/{N}"):
                entry(self.view, event, self.number)
        elif path.startswith("superevents/{superevent_id}"):
            _ = self.superevent

    @property
    def methods(self) -> list[str]:
        """The methods that the resource has at this base, as the Allow header names them."""
        return self.route.methods_of_v2 if self.dialect.v2 else self.route.methods

    @property
    def reads_only(self) -> bool:
        """Whether the call changes nothing: then all of it has one view of the store."""
        return self.request.method in ("GET", "HEAD", "OPTIONS")

    def read(self, function: Callable[[View], T]) -> T:
        """Call a function with a view of the store: as it is now, if the call has changed it."""
        return function(self.view) if self.reads_only else self.store.read(function)

    def answer(self, status: int, data: Any, **headers: str) -> Response:
        """Answer JSON; headers are given with underscores for dashes."""
        return self.encoded(status, self.dialect.encode(data), **headers)

    def encoded(self, status: int, body: bytes, **headers: str) -> Response:
        """Answer JSON that is text already."""
        named = {"Content-Type": "application/json"}
        named.update((name.replace("_", "-"), value) for name, value in headers.items())
        return Response(status, body, named)

    def nothing(self, status: int) -> Response:
        """Answer without a body."""
        return Response(status)
