"""The base of every call: who may, one transaction an act, and the answer that an idempotency key gives again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.pagination import BasePagination
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api.fields import LARGEST_ID
from core.api.pagination import DEFAULT_PAGE_SIZE, CursorPagination
from core.idempotency import KeyedRequest, answer_once
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right
from customers.domain.tokens import EVERY_SCOPE, READ_ONLY
from customers.models import ApiToken, TokenScope, User

Found = TypeVar("Found", bound=Model)


class ReadOnlyToken(Refusal):
    """The token was made for reading."""

    code = "read_only_token"


class OutOfScope(NotAllowed):
    """The token was made for other calls."""


class PortalAPIView(APIView):
    """One address of the API.

    `see` is the right without which it does not exist, `acts` names the rights that its methods need beyond that, `of`
    the objects that its address may name; `scope` is what a token must have been made for, where its person may call;
    `spelling` translates the rules' names of fields into the API's; `refusals` are the codes that its rules may answer
    with, for the description.
    """

    see: ClassVar[Right]
    scope: ClassVar[TokenScope | None] = None
    acts: ClassVar[Mapping[str, Right]] = {}
    of: ClassVar[Callable[[User], QuerySet[Any]] | None] = None
    spelling: ClassVar[Mapping[str, str]] = {}
    refusals: ClassVar[tuple[str, ...]] = ()
    pagination_class: ClassVar[type[BasePagination] | None] = None
    metadata_class = None
    format_kwarg = None

    now: datetime

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view, with its declared right for the sweep of declared permissions."""
        if not isinstance(getattr(cls, "see", None), Right):
            raise ImproperlyConfigured(f"{cls.__name__} does not declare `see`, the right that opens it.")
        view = super().as_view(**initkwargs)
        view.declared_permission = cls.see  # type: ignore[attr-defined]  # read by the sweep
        return view

    @property
    def default_response_headers(self) -> dict[str, str]:
        """No cache on the way keeps what one person was told."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    @property
    def person(self) -> User:
        """Who is signed in."""
        return cast(User, self.request.user)

    def read(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The body, read by `serializer`; relational fields see what the person sees.

        :raises rest_framework.exceptions.ValidationError: with a pointer to each fault
        """
        return self._read(serializer, self.request.data)

    def read_query(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The parameters of the address, read by `serializer`; empty ones count as left out."""
        return self._read(serializer, {name: text for name, text in self.request.query_params.items() if text})

    def find(self, visible: QuerySet[Found], pk: int) -> Found:
        """The object among those that the person sees.

        :raises Http404: if it is not among them
        """
        found = visible.filter(pk=pk).first() if 0 < pk <= LARGEST_ID else None
        if found is None:
            raise Http404
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As the framework does it, but an act and the keeping of its answer are one transaction."""
        self.args, self.kwargs = args, kwargs
        self.now = timezone.now()
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self._admit()
            response = self._read_answer() if request.method in SAFE_METHODS else self._act_once()
        except Exception as error:  # noqa: BLE001 - the handler names what it knows and raises the rest again
            response = self.handle_exception(error)
        return self._finished(response)

    def _admit(self) -> None:
        """Who asks, how often, and whether their token may act at all."""
        request = self.request
        # Before anybody asks for form fields, as the check of cross-site requests does: that would eat the stream.
        _django_request(request).body  # noqa: B018 - read for what it raises, before the act begins
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        except AuthenticationFailed:
            self.check_throttles(request)
            raise
        self.check_throttles(request)
        if isinstance(request.auth, ApiToken):
            self._check_scope(request.auth)

    def _check_scope(self, token: ApiToken) -> None:
        scopes = set(token.scopes)
        reads = self.request.method in SAFE_METHODS
        if scopes == EVERY_SCOPE or self.scope in scopes or (reads and TokenScope.READ in scopes):
            return
        if scopes == READ_ONLY:
            raise ReadOnlyToken(_("This token may only read."))
        raise OutOfScope(_("This token was made for other calls: make one that may do this too."))

    def _read_answer(self) -> HttpResponseBase:
        self.check_permissions(self.request)
        method = (self.request.method or "").lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        answer = (handler or self.http_method_not_allowed)(self.request, *self.args, **self.kwargs)
        return cast(HttpResponseBase, answer)

    def _act_once(self) -> HttpResponse:
        keyed = None
        if self.request.method == "POST" and self.request.user.is_authenticated:
            keyed = KeyedRequest.of(_django_request(self.request), person=self.person)
        return answer_once(
            keyed, act=self._act, before_replay=lambda: self.check_permissions(self.request), now=self.now
        )

    def _act(self) -> HttpResponse:
        """The handler's answer, complete; a refusal is an answer too, after everything written is undone."""
        try:
            with transaction.atomic():
                return self._complete(self._read_answer())
        except Exception as error:  # noqa: BLE001 - as above
            return self._complete(self.handle_exception(error))

    def _complete(self, response: HttpResponseBase) -> HttpResponse:
        finished = self._finished(response)
        if isinstance(finished, Response):
            finished.render()
        return cast(HttpResponse, finished)

    def _finished(self, response: HttpResponseBase) -> HttpResponseBase:
        # The framework takes every kind of response here; its stubs know only its own.
        self.response = self.finalize_response(self.request, cast(Response, response), *self.args, **self.kwargs)
        return self.response

    def _read(self, serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
        filled = serializer(data=data, context={"person": self.person, "now": self.now})
        filled.is_valid(raise_exception=True)
        return dict(filled.validated_data)


class PortalListView(PortalAPIView):
    """An address that lists what the person sees, by cursor, in the order of `ordering` (its last name is unique)."""

    pagination_class = CursorPagination
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
    page_size: ClassVar[int] = DEFAULT_PAGE_SIZE

    def page_of(self, rows: QuerySet[Any] | Sequence[Any], shown: Callable[[list[Any]], Any]) -> Response:
        """One page of `rows`; `shown` turns the page's rows into JSON, all at once so that it can read ahead."""
        paginator = CursorPagination()
        page = paginator.paginate_queryset(rows, self.request, self)
        return paginator.get_paginated_response(shown(page))


def _django_request(request: Request) -> HttpRequest:
    return request._request  # noqa: SLF001 - the framework offers no other way to the body
