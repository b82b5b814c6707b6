"""`/requests/`: what customers ask, the conversation, and the lead's decision (DOMAIN.md §9)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant, Text
from core.downloads import stored_file
from customers.api.fields import Visible
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.api.filters import OfCustomer
from support.domain.files import MEDIA_TYPES, open_attachment
from support.domain.queries import attachments_visible_to, messages_visible_to, orders_visible_to, requests_visible_to
from support.domain.requests import LONGEST_BODY, add_note, answer, close_request, open_request, reply, route
from support.domain.returns import call_off
from support.models import RequestEvent, RoutingDecision, SupportRequest

REPLY, NOTE = "reply", "note"
WORDS = {
    REPLY: None,
    "answer": RequestEvent.Kind.ANSWERED,
    "question": RequestEvent.Kind.ASKED,
    "solution": RequestEvent.Kind.RESOLVED,
    NOTE: None,
}


class RequestInput(serializers.Serializer[Any]):
    """A new request; returns and exchanges begin at `/orders/{id}/returns/`."""

    customer = Visible(customers_visible_to)
    kind = serializers.ChoiceField(choices=SupportRequest.Kind.choices)
    subject = Text(max_length=150)
    body = Text(lines=True, max_length=LONGEST_BODY)
    order = Visible(orders_visible_to, required=False, allow_null=True)


class MessageInput(serializers.Serializer[Any]):
    """What is written: a `reply` by the customer's people, the others by staff. The customer never sees a `note`."""

    what = serializers.ChoiceField(choices=list(WORDS))
    body = Text(lines=True, max_length=LONGEST_BODY)


class RouteInput(serializers.Serializer[Any]):
    """Who answers, and why: the customer reads it. A channel is named with how it is reached."""

    way = serializers.ChoiceField(choices=RoutingDecision.Way.values)
    channel = Text(max_length=200, required=False, allow_blank=True, default="")
    reason = Text(lines=True, max_length=1000)


class FileOutput(serializers.Serializer[Any]):
    """A file that goes with a message; it is read at `/request_files/{id}/`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    sha256 = serializers.CharField()


class MessageOutput(serializers.Serializer[Any]):
    """What one person wrote."""

    id = serializers.IntegerField()
    author = serializers.CharField()
    from_staff = serializers.BooleanField()
    internal = serializers.BooleanField()
    body = serializers.CharField()
    written_at = Instant()
    files = FileOutput(many=True)


class ReturnItemOutput(serializers.Serializer[Any]):
    """So many rings of a line that come back."""

    line = serializers.IntegerField()
    quantity = serializers.IntegerField()
    wanted = serializers.CharField()
    called_off = serializers.BooleanField()


class DecisionOutput(serializers.Serializer[Any]):
    """Where the lead took the request."""

    way = serializers.ChoiceField(choices=RoutingDecision.Way.values)
    channel = serializers.CharField()
    reason = serializers.CharField()
    decided_by = serializers.CharField()
    decided_at = Instant()


class RequestOutput(serializers.Serializer[Any]):
    """A request."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    customer = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SupportRequest.Kind.choices)
    status = serializers.ChoiceField(choices=SupportRequest.Status.values)
    subject = serializers.CharField()
    order = serializers.IntegerField(allow_null=True)
    opened_by = serializers.CharField()
    opened_at = Instant()
    changed_at = Instant()
    decision = DecisionOutput(allow_null=True)
    items = ReturnItemOutput(many=True)
    messages = MessageOutput(many=True)


def described(requests: Sequence[SupportRequest]) -> list[dict[str, Any]]:
    """Requests of `RequestView.requests` as the API shows them."""
    return list(RequestOutput([_described(request) for request in requests], many=True).data)


def _described(request: SupportRequest) -> dict[str, Any]:
    decision = next(iter(reversed(request.decisions.all())), None)
    return {
        "id": request.pk,
        "reference": request.reference,
        "customer": request.customer_id,
        "kind": request.kind,
        "status": request.status,
        "subject": request.subject,
        "order": request.order_id,
        "opened_by": str(request.opened_by),
        "opened_at": request.opened_at,
        "changed_at": request.changed_at,
        "decision": decision,
        "items": [
            {"line": item.line_id, "quantity": item.quantity, "wanted": item.wanted, "called_off": item.called_off}
            for item in request.items.all()
        ],
        "messages": [
            {
                "id": message.pk,
                "author": str(message.author),
                "from_staff": message.from_staff,
                "internal": message.internal,
                "body": message.body,
                "written_at": message.written_at,
                "files": message.attachments.all(),
            }
            for message in request.messages.all()
        ],
    }


class RequestView(PortalAPIView):
    """What every address of requests shares."""

    scope = TokenScope.SUPPORT
    see = Right.SEE_REQUESTS

    def requests(self) -> QuerySet[SupportRequest]:
        """The requests that the caller sees, with what they may read of the conversation."""
        return requests_visible_to(self.person).prefetch_related(
            "items",
            Prefetch("decisions", RoutingDecision.objects.select_related("decided_by")),
            Prefetch("messages", messages_visible_to(self.person).prefetch_related("attachments")),
        )

    def shown(self, request: SupportRequest, *, status: int = 200) -> Response:
        """The request as it stands now."""
        return Response(described([self.requests().get(pk=request.pk)])[0], status=status)


class RequestFile(PortalAPIView):
    """A file that goes with a message."""

    scope = TokenScope.SUPPORT
    see = Right.SEE_REQUESTS

    @extend_schema(
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES},
        operation_id="download_request_file",
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file, to keep under its name; its SHA-256 is the ETag. A note's files are the staff's alone."""
        found = self.find(attachments_visible_to(self.person), pk)
        try:
            return stored_file(
                self.request,
                partial(open_attachment, found),
                name=found.name,
                media_type=found.content_type,
                sha256=found.sha256,
                size=found.size,
            )
        except FileNotFoundError:
            raise Http404 from None


class RequestList(RequestView, PortalListView):
    """The requests that the caller sees, and opening new ones."""

    acts: ClassVar = {"POST": Right.OPEN_REQUESTS}
    ordering = ("-opened_at", "-pk")

    @extend_schema(parameters=[OfCustomer], responses=RequestOutput(many=True))
    def get(self, request: Request) -> Response:
        """The requests that the caller sees, newest first."""
        return self.page_of(self.requests().filter(**self.read_query(OfCustomer)), described)

    @extend_schema(request=RequestInput, responses={201: RequestOutput})
    def post(self, request: Request) -> Response:
        """Open a request: by the customer's own people, with or without a running contract."""
        return self.shown(open_request(by=self.person, now=self.now, **self.read(RequestInput)), status=201)


class RequestDetail(RequestView):
    """One request."""

    @extend_schema(responses=RequestOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One request with its conversation."""
        return Response(described([self.find(self.requests(), pk)])[0])


class RequestMessages(RequestView):
    """Writing in a request."""

    acts: ClassVar = {"POST": Right.SEE_REQUESTS}
    refusals = ("request_moved_on",)
    spelling: ClassVar = {"then": "what"}

    @extend_schema(request=MessageInput, responses={201: RequestOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Write in a request: a reply, an answer, a question, the solution, or a note of the staff."""
        found = self.find(requests_visible_to(self.person), pk)
        data = self.read(MessageInput)
        said: dict[str, Any] = {"request": found, "body": data["body"], "by": self.person, "now": self.now}
        kind = WORDS[data["what"]]
        if kind is not None:
            answer(kind=kind, **said)
        elif data["what"] == NOTE:
            add_note(**said)
        else:
            reply(**said)
        return self.shown(found, status=201)


class RequestRoute(RequestView):
    """The lead's decision."""

    acts: ClassVar = {"POST": Right.ANSWER_REQUESTS}
    of = requests_visible_to
    refusals = ("request_moved_on",)

    @extend_schema(request=RouteInput, responses=RequestOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Decide who answers: our staff, or the channel that is right for it. By the lead, kept for ever."""
        found = self.find(requests_visible_to(self.person), pk)
        route(request=found, by=self.person, now=self.now, **self.read(RouteInput))
        return self.shown(found)


class RequestClose(RequestView):
    """Closing a request."""

    acts: ClassVar = {"POST": Right.SEE_REQUESTS}
    refusals = ("request_moved_on",)

    @extend_schema(request=None, responses=RequestOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Close a request for good."""
        return self.shown(
            close_request(request=self.find(requests_visible_to(self.person), pk), by=self.person, now=self.now)
        )


class RequestCallOff(RequestView):
    """Calling a return off."""

    acts: ClassVar = {"POST": Right.SEE_REQUESTS}
    refusals = ("request_moved_on",)
    spelling: ClassVar = {"request": ""}

    @extend_schema(request=None, responses=RequestOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Call a return or an exchange off: its rings count as bought again."""
        return self.shown(
            call_off(request=self.find(requests_visible_to(self.person), pk), by=self.person, now=self.now)
        )
